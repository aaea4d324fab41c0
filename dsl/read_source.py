"""A file to a source: size, encoding and kind are looked at before its text is."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from attrs import frozen

from hmbc.dsl import codes
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.parse import MAX_BYTES
from hmbc.dsl.source import NOWHERE, Source


@frozen
class Read:
    """The source, empty where it could not be read, and why not."""

    source: Source
    diagnostics: tuple[Diagnostic, ...] = ()


def read_source(path: str | os.PathLike[str]) -> Read:
    """Read a scheme's file; `-` is standard input. Never raises for anything about the file."""
    name = os.fspath(path)
    try:
        data = _bytes(name)
    except (OSError, ValueError) as error:
        match error:
            case FileNotFoundError():
                why = Bilingual("没有这个文件", "there is no such file")
            case IsADirectoryError():
                why = Bilingual("是文件夹", "it is a folder")
            case PermissionError():
                why = Bilingual("没有读取的权限", "no permission to read it")
            case OSError(strerror=str(said)):
                why = Bilingual("不是普通文件，或无法打开", said)
            case _:
                why = Bilingual("不是文件名", "that is not a name of a file")
        return _bad(name, Diagnostic(codes.UNREADABLE, NOWHERE, {"file": name, "why": why}))
    if len(data) > MAX_BYTES:
        values = {"size": f">{MAX_BYTES}", "limit": MAX_BYTES}
        return _bad(name, Diagnostic(codes.TOO_LARGE, NOWHERE, values))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _bad(name, Diagnostic(codes.NOT_UTF8, NOWHERE, {"offset": error.start}))
    return Read(Source(name, text))


def _bytes(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    mode = os.stat(name).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(name)
    if not stat.S_ISREG(mode):
        raise OSError(0, "it is not a plain file")
    with Path(name).open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _bad(name: str, diagnostic: Diagnostic) -> Read:
    return Read(Source(name, ""), (diagnostic,))
