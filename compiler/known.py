"""What became of a scheme, kept beside what was built: one that has not changed is run without being
checked again.

An entry holds for these bytes of the scheme in this folder, this code of the compiler and this Python;
it names the files that were read beside the scheme, by their sums, and the module. Whatever is
wrong with it, the scheme is checked anew.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import NamedTuple

from hmbc.compiler.build import cache_folder, is_sound
from hmbc.grammar.keywords import LANGUAGES, Language
from hmbc.runtime.atomic import write_atomically

CODE = ("compiler", "dsl", "dsl/from_tree", "dsl/nodes", "grammar", "runtime")
"""The folders of all that decides what becomes of a scheme."""

MOST = 1 << 20
"""Bytes of a scheme that is asked for: no larger one is ever checked."""


class Known(NamedTuple):
    """The language of a scheme without errors, and its module."""

    language: Language
    so: Path


def recall(file: str | os.PathLike[str]) -> Known | None:
    """What became of a scheme when it was last checked, if nothing has changed since."""
    try:
        path = Path(file)
        if os.fspath(file) == "-" or not path.is_file() or path.stat().st_size > MOST:
            return None
        entry = json.loads(_place(path, path.read_bytes()).read_text("utf-8"))
        language, folder, name, files = (entry[x] for x in ("language", "folder", "name", "files"))
        if language not in LANGUAGES or not re.fullmatch("[0-9a-f]{64}", folder):
            return None
        if Path(name).name != name or any(not files[x] or _sum(Path(x)) != files[x] for x in files):
            return None
        so = cache_folder() / folder / name
        return Known(language, so) if is_sound(so) else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def remember(
    file: str | os.PathLike[str], text: str, language: Language, files: Mapping[str, str], so: Path
) -> None:
    """Keep what became of a scheme. text: as it was checked; files: the sums of what was read beside it."""
    path = Path(file)
    with suppress(OSError):  # then it is checked again
        data = path.read_bytes()
        if data.decode("utf-8-sig", "replace") != text:  # it was changed in the meantime
            return
        entry = {"language": language, "folder": so.parent.name, "name": so.name, "files": dict(files)}
        write_atomically(_place(path, data), json.dumps(entry).encode("ascii"))


def _place(path: Path, data: bytes) -> Path:
    """Where the entry of a scheme lies."""
    parts = (os.path.realpath(path), sys.version, EXTENSION_SUFFIXES[0], _code(), sha256(data).hexdigest())
    return cache_folder() / f"known-{sha256(os.fsencode(chr(0).join(parts))).hexdigest()[:32]}.json"


def _code() -> str:
    """The files of the compiler: their names, sizes and times."""
    root = Path(__file__).resolve().parent.parent
    found = []
    for folder in CODE:
        with os.scandir(root / folder) as items:
            for item in items:
                if item.name.endswith((".py", ".lark", ".h")):
                    at = item.stat()
                    found.append(f"{folder}/{item.name} {at.st_size} {at.st_mtime_ns}")
    return "\n".join(sorted(found))


def _sum(path: Path) -> str:
    if not path.is_file():
        return ""
    return sha256(path.read_bytes()).hexdigest()
