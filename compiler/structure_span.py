"""Between what a difference lies: spans of exact numbers whose ends may be infinite."""

from __future__ import annotations

from fractions import Fraction
from math import inf

from attrs import frozen

from hmbc.compiler.interval import Interval

Number = Fraction | int | float
"""Exact, or infinite."""


@frozen
class Span:
    """From low to high, both included."""

    low: Number
    high: Number

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Span) -> Span:
        return self + other.flipped

    @property
    def flipped(self) -> Span:
        """With the other sign."""
        return Span(-self.high, -self.low)

    @property
    def with_zero(self) -> Span:
        """This, or no difference."""
        return Span(min(self.low, 0), max(self.high, 0))

    @property
    def is_zero(self) -> bool:
        """Whether it is no difference."""
        return self.low == self.high == 0

    @property
    def sign(self) -> Span:
        """All of which no more than the sign is known."""
        return Span(0 if self.low >= 0 else -inf, 0 if self.high <= 0 else inf)

    def hull(self, other: Span) -> Span:
        """The least that holds both."""
        return Span(min(self.low, other.low), max(self.high, other.high))

    def meet(self, other: Span) -> Span:
        """What both hold."""
        return Span(max(self.low, other.low), min(self.high, other.high))

    def times(self, by: Interval) -> Span:
        """Each multiplied by something in a range."""
        corners = [
            0 if not end or not size else end * size
            for end in (self.low, self.high)
            for size in (by.low, by.high)
        ]
        return Span(min(corners), max(corners))

    def in_steps(self, step: int) -> Span:
        """Away from 0 to whole numbers of steps."""
        return Span(_steps(self.low, step), _steps(self.high, step))


NOTHING = Span(0, 0)
ANYTHING = Span(-inf, inf)


def _steps(size: Number, step: int) -> Number:
    if size in (inf, -inf):
        return size
    whole = -(-abs(Fraction(size)) // step) * step
    return whole if size > 0 else -whole
