"""Bytes of a CSV file to UTF-8, and its header: what must be known before it is parsed."""

from __future__ import annotations

import csv
import io
import re

from hmbc.runtime.unreadable import unreadable

BOM = b"\xef\xbb\xbf"
_QUOTED = re.compile(rb'(?:\A|(?<=[,\n\r]))"(?:[^"]|"")*("|\Z)')
_HEADER_BYTES = 1 << 20


def to_utf8(data: bytes, path: str, language: str) -> bytes:
    """UTF-8 with or without BOM, else GB18030. Raises UnreadableInput, with the place in bytes."""
    data = data.removeprefix(BOM)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:_HEADER_BYTES]:
        raise unreadable(
            path,
            language,
            "是 UTF-16 或不是文本；请存为 UTF-8 或 GB18030",
            "is UTF-16 or no text at all; save it as UTF-8 or GB18030",
        )
    if data.isascii():
        return data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as utf8:
        try:
            return data.decode("gb18030").encode("utf-8")
        except (UnicodeDecodeError, UnicodeEncodeError) as gb:
            raise unreadable(
                path,
                language,
                f"既不是 UTF-8（字节 {utf8.start}），也不是 GB18030（字节 {gb.start}）",
                f"is neither UTF-8 (byte {utf8.start}) nor GB18030 (byte {gb.start})",
            ) from None
    return data


def header_of(data: bytes, path: str, language: str) -> list[str]:
    """The names in the first line that is not empty. Raises UnreadableInput where there is none."""
    text = data[:_HEADER_BYTES].decode("utf-8", "ignore")
    try:
        for row in csv.reader(io.StringIO(text, newline="")):
            if row:
                return row
    except csv.Error as error:
        raise unreadable(
            path, language, f"表头无法读取（{error}）", f"its header cannot be read: {error}"
        ) from None
    raise unreadable(path, language, "是空文件，没有表头", "is empty: there is no header")


def check_quotes(data: bytes, path: str, language: str) -> None:
    """Raises UnreadableInput where a quoted cell is never closed and would swallow what follows."""
    if data.count(b'"') % 2 == 0:
        return
    for match in _QUOTED.finditer(data):
        if not match.group(1):
            line = data.count(b"\n", 0, match.start()) + 1
            raise unreadable(
                path,
                language,
                f"第 {line} 行的引号没有闭合",
                f"the quotation mark in line {line} is never closed",
            )
