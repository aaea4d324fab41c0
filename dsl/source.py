"""Source text and places in it."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from attrs import define, field, frozen


@frozen(order=True)
class Span:
    """A half-open range of characters of one source, counted from 0."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The range from the beginning of this one to the end of `other`."""
        return Span(min(self.start, other.start), max(self.end, other.end))


NOWHERE = Span(0, 0)


@define(slots=False, frozen=True)
class Source:
    """A text with the name it is reported under. Lines and columns count from 1, in characters."""

    name: str
    text: str = field(repr=False)
    inherited: tuple[Source, ...] = field(default=(), repr=False)
    """The files of the schemes that this one revises. A place in them is counted on behind this
    text and one character: `locate` tells which file it is in."""

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Offset of the first character of every line."""
        starts = [0]
        starts += [index + 1 for index, char in enumerate(self.text) if char == "\n"]
        return tuple(starts)

    def locate(self, span: Span) -> tuple[Source, Span]:
        """The file that a place is in, and the place there."""
        base = len(self.text) + 1
        if span.start < base:
            return self, span
        for source in self.inherited:
            size = len(source.text) + 1
            if span.start < base + size:
                return source, Span(span.start - base, span.end - base)
            base += size
        return self, span

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line, without its end."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] - 1 if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r")
