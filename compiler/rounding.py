"""Rounding and proportional shares, on exact fractions: what docs/semantics.md means by them."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import assert_never

from hmbc.dsl.expr import RoundingMode

HALF = Fraction(1, 2)


def rounded(amount: Fraction | int, mode: RoundingMode, step: int = 1) -> int:
    """`amount` (minor units) as a multiple of `step`. half_up: the nearer one, from the middle away
    from zero; half_even: from the middle to the even multiple; up: away from zero; down: towards
    zero."""
    if step == 1 and isinstance(amount, int):
        return amount
    steps = Fraction(amount) / step
    size, sign = abs(steps), (-1 if steps < 0 else 1)
    match mode:
        case "half_up":
            whole = floor(size + HALF)
        case "half_even":
            whole = round(size)
        case "up":
            whole = ceil(size)
        case "down":
            whole = floor(size)
        case _:
            assert_never(mode)
    return sign * whole * step


def share(
    amount: Fraction | int, part: Fraction | int, whole: Fraction | int, mode: RoundingMode
) -> int:
    """`amount * part / whole` in whole minor units, `part` held to 0..whole; 0 if whole is not
    positive."""
    if whole <= 0:
        return 0
    held = min(max(Fraction(part), Fraction(0)), Fraction(whole))
    return rounded(amount * held / whole, mode)
