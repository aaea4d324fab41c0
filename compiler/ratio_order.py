"""Whether one value is never above another: read off their expressions and their ranges."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Literal

from hmbc.dsl import expr as e
from hmbc.dsl.scheme import CheckedScheme
from hmbc.dsl.types import Int, Ratio

Step = Literal["same", "rises", "falls", "unknown"]
Ends = tuple[Fraction | None, Fraction | None]
"""The least and the largest that a value can be; None: not known."""
Bounds = Callable[[e.Expr], Ends]
_MILLION = 1_000_000


def step(before: e.Expr, after: e.Expr, bounds: Bounds) -> Step:
    """How the ratio changes from one band to the next: `rises` means somewhere, and falls nowhere;
    `falls` somewhere."""
    match before, after:
        case _ if before == after:
            return "same"
        case e.Choose(), e.Choose() if before.when == after.when:
            branches = [(before.then, after.then), (before.otherwise, after.otherwise)]
            return _all([step(one, two, bounds) for one, two in branches])
        case e.Choose(), _:
            return _all([step(x, after, bounds) for x in (before.then, before.otherwise)])
        case _, e.Choose():
            return _all([step(before, x, bounds) for x in (after.then, after.otherwise)])
        case _:
            pass
    if at_most(before, after, bounds):
        return "same" if at_most(after, before, bounds) else "rises"
    highest, lowest = bounds(after)[1], bounds(before)[0]
    if highest is not None and lowest is not None and highest < lowest:
        return "falls"
    return "unknown"


def _all(steps: list[Step]) -> Step:
    order: tuple[Step, ...] = ("falls", "unknown", "rises", "same")
    return next(one for one in order if one in steps)


def at_most(low: e.Expr, high: e.Expr, bounds: Bounds) -> bool:
    """Whether the first is never above the second, as far as this tells."""
    if low == high:
        return True
    match low, high:
        case e.Choose(), e.Choose() if low.when == high.when:
            return at_most(low.then, high.then, bounds) and at_most(
                low.otherwise, high.otherwise, bounds
            )
        case e.Choose(), _:
            return at_most(low.then, high, bounds) and at_most(low.otherwise, high, bounds)
        case _, e.Choose():
            return at_most(low, high.then, bounds) and at_most(low, high.otherwise, bounds)
        case e.Max(), _:
            return at_most(low.left, high, bounds) and at_most(low.right, high, bounds)
        case _, e.Min():
            return at_most(low, high.left, bounds) and at_most(low, high.right, bounds)
        case _:
            pass
    highest, lowest = bounds(low)[1], bounds(high)[0]
    if highest is not None and lowest is not None and highest <= lowest:
        return True
    match low:
        case e.Min() if at_most(low.left, high, bounds) or at_most(low.right, high, bounds):
            return True
        case _:
            pass
    match high:
        case e.Max():
            return at_most(low, high.left, bounds) or at_most(low, high.right, bounds)
        case e.Add(left=left, right=right):
            if isinstance(low, e.Add):
                if at_most(low.left, left, bounds) and at_most(low.right, right, bounds):
                    return True
            return (_not_negative(right, bounds) and at_most(low, left, bounds)) or (
                _not_negative(left, bounds) and at_most(low, right, bounds)
            )
        case _:
            return False


def _not_negative(expr: e.Expr, bounds: Bounds) -> bool:
    low = bounds(expr)[0]
    return low is not None and low >= 0


def bounds_in(scheme: CheckedScheme, expr: e.Expr) -> Ends:
    """Of a ratio or a number, by the domains of parameters."""
    match expr:
        case e.Const(value=value) if not isinstance(value, str):
            return Fraction(value), Fraction(value)
        case e.Parameter(name=name, type=Ratio() | Int() as type_):
            info = next(x for x in scheme.parameters if x.name == name)
            unit = _MILLION if isinstance(type_, Ratio) else 1
            return Fraction(info.low, unit), Fraction(info.high, unit)
        case e.Add(left=left, right=right):
            (a, b), (c, d) = bounds_in(scheme, left), bounds_in(scheme, right)
            return _sum(a, c), _sum(b, d)
        case e.Min(left=left, right=right) | e.Max(left=left, right=right):
            (a, b), (c, d) = bounds_in(scheme, left), bounds_in(scheme, right)
            if isinstance(expr, e.Max):
                return _either(a, c, max), None if b is None or d is None else max(b, d)
            return None if a is None or c is None else min(a, c), _either(b, d, min)
        case e.Choose(then=then, otherwise=otherwise):
            (a, b), (c, d) = bounds_in(scheme, then), bounds_in(scheme, otherwise)
            low = None if a is None or c is None else min(a, c)
            return low, None if b is None or d is None else max(b, d)
        case e.Scale(amount=amount, by=e.Const(value=int() | Fraction() as by)):
            a, b = bounds_in(scheme, amount)
            one, two = (None if end is None else end * by for end in (a, b))
            return (one, two) if by >= 0 else (two, one)
        case _:
            return None, None


def _sum(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return None if a is None or b is None else a + b


def _either(
    a: Fraction | None, b: Fraction | None, pick: Callable[[Fraction, Fraction], Fraction]
) -> Fraction | None:
    if a is None or b is None:
        return a if b is None else b
    return pick(a, b)
