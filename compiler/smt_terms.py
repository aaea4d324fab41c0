"""Arithmetic on z3 terms: roundings, comparisons, bounds of products. Division is that of whole numbers by
constants above 0, the same in z3 and in Python."""

from __future__ import annotations

from typing import Any, assert_never

import z3

from hmbc.dsl import expr as e

Term = Any
"""A z3 expression: the library has no types."""


def rounded(
    amount: Term, of: int, mode: e.RoundingMode, step: int, is_natural: bool = False
) -> Term:
    """`amount / of` as a multiple of `step`."""
    unit = of * step
    if unit == 1:
        return amount
    above = times(_floor(amount, unit, mode), step)
    if is_natural or mode == "half_even":  # which looks the same on both sides of 0
        return above
    return z3.If(amount >= 0, above, -times(_floor(-amount, unit, mode), step))


def _floor(amount: Term, unit: int, mode: e.RoundingMode) -> Term:
    """An amount that is not negative (any, for half even), in units."""
    match mode:
        case "down":
            return amount / unit
        case "up":
            return (amount + unit - 1) / unit
        case "half_up":
            return (2 * amount + unit) / (2 * unit)
        case "half_even":
            whole = (2 * amount + unit) / (2 * unit)
            middle = 2 * amount + unit == 2 * unit * whole
            return z3.If(z3.And(middle, whole % 2 == 1), whole - 1, whole)
        case _:
            assert_never(mode)


def is_rounded(found: Term, product: Term, unit: Term, mode: e.RoundingMode) -> Term:
    """That `found` is `product / unit` rounded, the unit being an unknown above 0."""

    def whole(found: Term, product: Term) -> Term:
        match mode:
            case "down":
                return z3.And(found * unit <= product, product < found * unit + unit)
            case "up":
                return z3.And(found * unit >= product, product > found * unit - unit)
            case "half_up":
                return z3.And(
                    2 * found * unit <= 2 * product + unit, 2 * product < 2 * found * unit + unit
                )
            case "half_even":
                low, high = 2 * found * unit - unit, 2 * found * unit + unit
                even = found % 2 == 0
                return z3.And(
                    z3.If(even, low <= 2 * product, low < 2 * product),
                    z3.If(even, 2 * product <= high, 2 * product < high),
                )
            case _:
                assert_never(mode)

    return z3.If(product >= 0, whole(found, product), whole(-found, -product))


def compare(op: e.Comparison, left: Term, right: Term) -> Term:
    match op:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "==":
            return left == right
        case "!=":
            return left != right
        case _:
            assert_never(op)


def between(product: Term, amount: Term, low: int, high: int) -> list[Term]:
    """Between what a product lies when its factor lies between two constants."""
    return [
        z3.Implies(amount >= 0, z3.And(product >= amount * low, product <= amount * high)),
        z3.Implies(amount <= 0, z3.And(product <= amount * low, product >= amount * high)),
    ]


def times(amount: Term, by: int) -> Term:
    return amount if by == 1 else amount * by


def number(term: Term) -> Term:
    return z3.If(term, z3.IntVal(1), z3.IntVal(0)) if z3.is_bool(term) else term
