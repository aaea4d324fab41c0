"""What one of several amounts that come to a limit is let through of, pro rata or one after another: never negative, and
how much it never exceeds.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import evolve

from hmbc.dsl import expr as e

if TYPE_CHECKING:
    from hmbc.compiler.structure_bounds import Bounds, Names


def drawn(bounds: Bounds, expr: e.Expr) -> tuple[e.Share, e.Expr] | None:
    """What layers share pro rata, and the part for which one of them draws on it:

        round(left × (a + b) / all) − round(left × a / all)        b

    Not negative, as b is not: more of `left` is rounded to no less.
    """
    match expr:
        case e.Share():
            return (expr, expr.part) if bounds.is_natural(expr.amount) else None
        case e.Subtract(left=e.Share() as above, right=e.Share() as below) if (
            evolve(above, part=below.part) == below and bounds.is_natural(above.amount)
        ):
            own = _added(bounds, above.part, below.part)
            return None if own is None else (above, own)
        case _:
            return None


def let_through(bounds: Bounds, expr: e.Expr) -> e.Expr | None:
    """What a limit lets through of an amount that comes after others, as that amount:

        min(limit, a + b) − min(limit, a)        b

    Not negative, as b is not, and never above b: of more no less is let through, and no more than
    comes to it.
    """
    match expr:
        case e.Subtract(left=e.Min() as above, right=e.Min() as below) if above.left == below.left:
            return _added(bounds, above.right, below.right)
        case _:
            return None


def _added(bounds: Bounds, above: e.Expr, below: e.Expr) -> e.Expr | None:
    """The one term that a sum adds to another, if it is never negative."""
    rest = sum_of(above)
    rest.subtract(sum_of(below))
    own = [term for term, times in rest.items() if times]
    return own[0] if len(own) == 1 and rest[own[0]] == 1 and bounds.is_natural(own[0]) else None


def above_drawn(bounds: Bounds, expr: e.Expr) -> Names:
    """What a draw on what is shared pro rata never exceeds: where there is no more to share than
    all ask for, what one asks for, if that is whole: round(t + s) <= round(t) + b for s <= b, the
    rounding being alike at every whole number; halves to even are, where what one asks for comes first."""
    found = drawn(bounds, expr)
    if found is None:
        return frozenset()
    share, own = found
    if share.mode == "half_even" and not isinstance(expr, e.Share) or not bounds.is_natural(own):
        return frozenset()
    if not is_asked(bounds, share.amount, share.whole):
        return frozenset()
    return bounds.of(own) if bounds.denominators.of(own) == 1 else frozenset()


def is_asked(bounds: Bounds, amount: e.Expr, whole: e.Expr) -> bool:
    """Whether an amount to be shared is never above what all ask for, or what some of them do."""
    asked = bounds.named(whole)
    if asked:
        return asked <= bounds.of(amount)
    asked_for = sum_of(whole)
    above = bounds.of(amount)
    return all(times > 0 and bounds.is_natural(term) for term, times in asked_for.items()) and any(
        bounds.named(term) & above for term in asked_for
    )


def sum_of(expr: e.Expr) -> Counter[e.Expr]:
    """What a sum adds up, and how often; less than 0 times for what it takes off."""
    match expr:
        case e.Add(left=left, right=right):
            found = sum_of(left)
            found.update(sum_of(right))
            return found
        case e.Subtract(left=left, right=right):
            found = sum_of(left)
            found.subtract(sum_of(right))
            return found
        case e.Const(value=0):
            return Counter()
        case _:
            return Counter([expr])
