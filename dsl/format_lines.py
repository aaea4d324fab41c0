"""Lines of pieces to text: values and trailing citations and comments of a block in columns."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

from attrs import Factory, define

STEP = 4
WIDTH = 100
_LAST_TAIL_COLUMN = 80
_COMMENT_ROOM = 24


@define
class Line:
    """One line to be: its tokens' texts, each with the blanks before it, and its comment.

    level: how many broken blocks hold it. block: the innermost of them, tails align within it.
    run: lines of one run align their values behind the first piece. tail: the piece that begins the
    citation or the expected payment. parens: brackets open at its beginning.
    """

    level: int
    block: int
    pieces: list[str] = Factory(list)
    comment: str = ""
    blank_before: bool = False
    continues: bool = False
    run: int | None = None
    tail: int | None = None
    parens: int = 0


def set_in_columns(lines: Sequence[Line]) -> str:
    """The text of the lines."""
    columns = _value_columns(lines)
    bodies = [_body(line, columns) for line in lines]
    tails = [_tail(line) for line in lines]
    tail_columns = _tail_columns(lines, bodies, tails)
    shown = []
    for line, body, tail in zip(lines, bodies, tails, strict=True):
        if line.blank_before:
            shown.append("")
        if tail and body.strip():
            column = tail_columns.get(line.block, 0)
            gap = max(2, column - width(body))
            if gap > 2 and column + _room(line, tail) > WIDTH:
                gap = 2
            if line.pieces[0] == "}" and line.tail is not None:
                gap = 1 + line.pieces[line.tail].startswith("  ")
            body += " " * gap + tail
        else:
            body += tail
        shown.append(body)
    return "\n".join(shown) + "\n"


def width(text: str) -> int:
    """Columns that a text takes where Chinese characters take two."""
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    # “ and ” are ambiguous: wide beside Chinese characters, as they are in these files
    return 2 if unicodedata.east_asian_width(char) in "WF" or char in "“”" else 1


def _value_columns(lines: Iterable[Line]) -> dict[int, int]:
    """Where the values of each run stand, counted from its indentation."""
    heads: dict[int, list[int]] = defaultdict(list)
    for line in lines:
        if line.run is not None and not line.continues and _has_value(line):
            heads[line.run].append(width(line.pieces[0]))
    return {run: max(widths) + (2 if len(widths) > 1 else 1) for run, widths in heads.items()}


def _has_value(line: Line) -> bool:
    return len(line.pieces) > 1 and line.tail != 1


def _body(line: Line, columns: dict[int, int]) -> str:
    indent = STEP * line.level
    pieces = line.pieces[: line.tail]
    if line.continues:
        closes = bool(pieces) and pieces[0] in (")", "）")
        indent += columns.get(line.run, STEP) if line.run is not None else STEP
        indent += STEP * max(0, line.parens - closes)
    if not pieces:
        return " " * indent
    if line.run is not None and not line.continues and _has_value(line):
        column = columns[line.run]
        value = "".join(pieces[1:]).lstrip(" ")
        return " " * indent + pieces[0] + " " * (column - width(pieces[0])) + value
    return " " * indent + "".join(pieces)


def _tail(line: Line) -> str:
    cited = "" if line.tail is None else "".join(line.pieces[line.tail :]).lstrip(" ")
    return "  ".join(part for part in (cited, line.comment) if part)


def _room(line: Line, tail: str) -> int:
    return width(tail) if line.tail is not None else min(width(tail), _COMMENT_ROOM)


def _tail_columns(
    lines: Sequence[Line], bodies: Sequence[str], tails: Sequence[str]
) -> dict[int, int]:
    columns: dict[int, int] = defaultdict(int)
    for line, body, tail in zip(lines, bodies, tails, strict=True):
        if not tail or not line.pieces or (line.pieces[0] == "}" and line.tail is not None):
            continue
        column = width(body) + 2
        if column <= _LAST_TAIL_COLUMN and column + _room(line, tail) <= WIDTH:
            columns[line.block] = max(columns[line.block], column)
    return columns
