"""Closed ranges of exact numbers, and how they add and multiply."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen


@frozen
class Interval:
    """A closed range of values."""

    low: Fraction
    high: Fraction

    @property
    def size(self) -> Fraction:
        """The largest magnitude."""
        return max(abs(self.low), abs(self.high))

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Interval) -> Interval:
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(corners), max(corners))

    def hull(self, other: Interval) -> Interval:
        """The least range that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def meet(self, other: Interval) -> Interval:
        """What both hold; one of them is known to hold it."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Interval(low, high) if low <= high else self


def between(low: int | Fraction, high: int | Fraction) -> Interval:
    """A range from low to high, both included."""
    return Interval(Fraction(low), Fraction(high))
