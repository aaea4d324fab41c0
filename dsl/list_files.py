"""Files beside the scheme, never outside its folder: code lists in CSV, whose codes stand first."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from pathlib import Path

from hmbc.dsl.diagnostic import Bilingual

MAX_BYTES = 64 << 20
HEADERS = ("code", "编码")

_noted: ContextVar[dict[str, str] | None] = ContextVar("_noted", default=None)


class ListOutside(Exception):
    """The path leaves the scheme's folder."""


class ListUnreadable(Exception):
    """The file cannot be used; `why` says so in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.why = Bilingual(zh, en)


@contextmanager
def files_noted() -> Iterator[dict[str, str]]:
    """Notes every file beside a scheme that is read here and in what it calls: the sum of its bytes."""
    noted: dict[str, str] = {}
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def read_table(folder: Path | None, name: str, headers: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """(row as a spreadsheet counts, code, cell) of every row of a table: the cell is in the column that
    bears one of `headers`. Blanks around both are taken off, rows without a code left out.

    Raises ListOutside or ListUnreadable.
    """
    header, *rows = _read_rows(folder, name)
    places = [place for place, text in enumerate(header) if place and text.strip() in headers]
    if len(places) != 1:
        told = headers[0]
        if places:
            raise ListUnreadable(f"有两列叫“{told}”", f"two columns are called `{told}`")
        raise ListUnreadable(f"没有列名为“{told}”的列", f"no column is called `{told}`")
    return [
        (number, row[0].strip(), row[places[0]].strip() if len(row) > places[0] else "")
        for number, row in enumerate(rows, start=2)
        if row and row[0].strip()
    ]


def read_list(folder: Path | None, name: str) -> list[str]:
    """The codes of a list file, in its order, blanks around them taken off.

    Raises ListOutside or ListUnreadable.
    """
    return [row[0].strip() for row in _read_rows(folder, name)[1:] if row and row[0].strip()]


def _read_rows(folder: Path | None, name: str) -> list[list[str]]:
    """The rows of a CSV file whose first column holds codes, the header first."""
    path = path_beside(folder, name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ListUnreadable("不是 UTF-8 编码", "it is not UTF-8") from None
    except OSError as error:
        raise ListUnreadable("无法打开", error.strerror or "cannot be opened") from None
    try:
        rows = list(csv.reader(text.splitlines(), strict=True))
    except csv.Error as error:
        raise ListUnreadable("不是 CSV", f"it is not CSV: {error}") from None
    if not rows or not rows[0] or rows[0][0].strip() not in HEADERS:
        raise ListUnreadable("第一列应叫 code 或 编码", "its first column should be called code")
    return rows


def path_beside(folder: Path | None, name: str) -> Path:
    """The path of a file in the scheme's folder or below.

    Raises ListOutside or ListUnreadable. Symbolic links are followed only inside the folder.
    """
    if folder is None:
        raise ListUnreadable("方案不在文件里，没有“旁边”可言", "the scheme is not in a file")
    if not name or "\0" in name or os.path.isabs(name):
        raise ListOutside
    try:
        root = folder.resolve()
        path = (root / name).resolve()
        is_file, size = path.is_file(), path.stat().st_size if path.exists() else 0
    except (OSError, RuntimeError, ValueError):  # too long, a loop of links, not a name
        raise ListUnreadable("没有这个文件", "there is no such file") from None
    if not path.is_relative_to(root):
        raise ListOutside
    if not is_file:
        raise ListUnreadable("没有这个文件", "there is no such file")
    if size > MAX_BYTES:
        raise ListUnreadable("文件太大", "it is too large")
    if (noted := _noted.get()) is not None:
        noted[os.path.abspath(folder / name)] = _sum(path)
    return path


def _sum(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:  # what reads it will say so
        return ""
