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

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Offset of the first character of every line."""
        starts = [0]
        starts += [index + 1 for index, char in enumerate(self.text) if char == "\n"]
        return tuple(starts)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line, without its end."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] - 1 if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r")
