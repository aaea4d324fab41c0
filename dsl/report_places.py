"""Places as tools want them: lines and columns from 1, the end one past the last character; file
names relative to where the tool runs."""

from __future__ import annotations

import os
from pathlib import PurePath

from attrs import frozen

from hmbc.dsl.source import Source, Span


@frozen
class Place:
    """A span, counted out."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int


def place(source: Source, span: Span) -> Place:
    """Where a span begins and ends; an empty one ends where it begins."""
    size = len(source.text)
    start, end = min(span.start, size), min(max(span.start, span.end), size)
    start_line, start_column = source.position(start)
    end_line, end_column = source.position(end)
    if end > start and end_column == 1:  # a whole line: its end is on it, not on the next one
        end_line, end_column = source.position(end - 1)
        end_column += 1
    return Place(start_line, start_column, end_line, end_column)


def relative_name(name: str) -> str:
    """The file's name, relative to the working folder where it lies below it; `/` between parts.
    Bytes that are not text, which a file name may hold, become `?`."""
    if os.path.isabs(name):
        near = os.path.relpath(name)
        name = name if near.startswith("..") else near
    return plain(PurePath(name).as_posix())


def plain(text: str) -> str:
    """The text without lone surrogates, which no file can be written with."""
    return text.encode("utf-8", "replace").decode("utf-8")
