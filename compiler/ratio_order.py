"""Whether one ratio is never above another: read off their expressions and declared ranges."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Literal

from hmbc.dsl import expr as e
from hmbc.dsl.scheme import CheckedScheme
from hmbc.dsl.types import Int, Ratio

Step = Literal["same", "rises", "falls", "unknown"]
_MILLION = 1_000_000


def step(before: e.Expr, after: e.Expr, scheme: CheckedScheme) -> Step:
    """How the ratio changes from one band to the next: `rises` means somewhere, and falls nowhere;
    `falls` somewhere."""
    match before, after:
        case _ if before == after:
            return "same"
        case e.Choose(), e.Choose() if before.when == after.when:
            branches = [(before.then, after.then), (before.otherwise, after.otherwise)]
            return _all([step(one, two, scheme) for one, two in branches])
        case e.Choose(), _:
            return _all([step(x, after, scheme) for x in (before.then, before.otherwise)])
        case _, e.Choose():
            return _all([step(before, x, scheme) for x in (after.then, after.otherwise)])
        case _:
            pass
    if _at_most(before, after, scheme):
        return "same" if _at_most(after, before, scheme) else "rises"
    highest, lowest = _bounds(after, scheme)[1], _bounds(before, scheme)[0]
    if highest is not None and lowest is not None and highest < lowest:
        return "falls"
    return "unknown"


def _all(steps: list[Step]) -> Step:
    order: tuple[Step, ...] = ("falls", "unknown", "rises", "same")
    return next(one for one in order if one in steps)


def _at_most(low: e.Expr, high: e.Expr, scheme: CheckedScheme) -> bool:
    if low == high:
        return True
    match low, high:
        case e.Choose(), e.Choose() if low.when == high.when:
            return _at_most(low.then, high.then, scheme) and _at_most(
                low.otherwise, high.otherwise, scheme
            )
        case e.Max(), _:
            return _at_most(low.left, high, scheme) and _at_most(low.right, high, scheme)
        case _, e.Min():
            return _at_most(low, high.left, scheme) and _at_most(low, high.right, scheme)
        case _:
            pass
    highest, lowest = _bounds(low, scheme)[1], _bounds(high, scheme)[0]
    if highest is not None and lowest is not None and highest <= lowest:
        return True
    match low:
        case e.Min() if _at_most(low.left, high, scheme) or _at_most(low.right, high, scheme):
            return True
        case _:
            pass
    match high:
        case e.Max():
            return _at_most(low, high.left, scheme) or _at_most(low, high.right, scheme)
        case e.Add(left=left, right=right):
            if isinstance(low, e.Add):
                if _at_most(low.left, left, scheme) and _at_most(low.right, right, scheme):
                    return True
            return (_not_negative(right, scheme) and _at_most(low, left, scheme)) or (
                _not_negative(left, scheme) and _at_most(low, right, scheme)
            )
        case _:
            return False


def _not_negative(expr: e.Expr, scheme: CheckedScheme) -> bool:
    low = _bounds(expr, scheme)[0]
    return low is not None and low >= 0


_Bounds = tuple[Fraction | None, Fraction | None]


def _bounds(expr: e.Expr, scheme: CheckedScheme) -> _Bounds:
    match expr:
        case e.Const(value=value) if not isinstance(value, str):
            return Fraction(value), Fraction(value)
        case e.Parameter(name=name, type=Ratio() | Int() as type_):
            info = next(x for x in scheme.parameters if x.name == name)
            unit = _MILLION if isinstance(type_, Ratio) else 1
            return Fraction(info.low, unit), Fraction(info.high, unit)
        case e.Add(left=left, right=right):
            (a, b), (c, d) = _bounds(left, scheme), _bounds(right, scheme)
            return _sum(a, c), _sum(b, d)
        case e.Min(left=left, right=right) | e.Max(left=left, right=right):
            (a, b), (c, d) = _bounds(left, scheme), _bounds(right, scheme)
            if isinstance(expr, e.Max):
                return _either(a, c, max), None if b is None or d is None else max(b, d)
            return None if a is None or c is None else min(a, c), _either(b, d, min)
        case e.Choose(then=then, otherwise=otherwise):
            (a, b), (c, d) = _bounds(then, scheme), _bounds(otherwise, scheme)
            low = None if a is None or c is None else min(a, c)
            return low, None if b is None or d is None else max(b, d)
        case e.Scale(amount=amount, by=e.Const(value=int() | Fraction() as by)):
            a, b = _bounds(amount, scheme)
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
