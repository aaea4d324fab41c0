"""A rounded share by one multiplication and one shift, where integers prove it exact.

round(e * num / unit) is floor((a e + b) / d). With A = ceil(a 2^S / d) and B = ceil(b 2^S / d),
(A e + B) / 2^S is larger than that by (r e + r2) / (d 2^S), r = d A - a 2^S and r2 = d B - b 2^S. What
a fraction over d lacks to the next whole is at least 1/d: both have the same floor for all e in
0 .. most if r most + r2 < 2^S.
"""

from __future__ import annotations

from math import gcd

from attrs import frozen

from hmbc.dsl.expr import RoundingMode

SHIFT = 32
"""The factor and the amount fit 32 bits each: one vector multiplication."""
SHIFTS = range(SHIFT, 41)
"""Larger ones are exact for more amounts, with a factor of more bits."""


@frozen
class Floor:
    """(times * e + plus) // by"""

    times: int
    plus: int
    by: int

    def of(self, amount: int) -> int:
        return (self.times * amount + self.plus) // self.by


def floor_of(num: int, unit: int, mode: RoundingMode) -> Floor | None:
    """Rounding e * num / unit as a floor, for e, num >= 0; None where it is none."""
    match mode:
        case "half_up":
            times, plus, by = 2 * num, unit, 2 * unit
        case "down":
            times, plus, by = num, 0, unit
        case "up":
            times, plus, by = num, unit - 1, unit
        case "half_even":
            return None
    common = gcd(times, plus, by)
    return Floor(times // common, plus // common, by // common)


def least(floor: Floor, reached: int) -> int | None:
    """The least e >= 0 with floor.of(e) >= reached; None if there is none."""
    short = reached * floor.by - floor.plus
    if short <= 0:
        return 0
    return None if floor.times == 0 else -(-short // floor.times)


@frozen
class MultiplyShift:
    """(e * factor + plus) >> shift, in unsigned 64 bits."""

    factor: int
    plus: int


def multiply_shift(floor: Floor, most: int, shift: int = SHIFT) -> MultiplyShift | None:
    """The multiplication that equals the floor for every e in 0 .. most, or None. With the least shift
    the factor and what is added fit 32 bits."""
    one, common = 1 << shift, gcd(floor.times, floor.by)
    room = one if shift == SHIFT else 1 << 63
    # times e is a multiple of what it has in common with by: less of plus will do
    coarser = Floor(floor.times // common, floor.plus // common, floor.by // common)
    for at in (floor, coarser):
        factor, plus = -(-at.times * one // at.by), -(-at.plus * one // at.by)
        rest, rest_plus = at.by * factor - at.times * one, at.by * plus - at.plus * one
        fits = most < 1 << SHIFT and factor < room and plus < room
        fits = fits and factor * most + plus < 1 << 64
        if fits and rest * most + rest_plus < one:
            return MultiplyShift(factor, plus)
    return None
