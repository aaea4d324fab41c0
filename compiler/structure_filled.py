"""Limits that a claim fills at once, or leaves alone.

    used = accumulate min(x, max(0, L − before used)) per S        x is L at least, or 0, in every row

After a row whose x is not 0 the total is the larger of what it was and of its L, after another what it
was. So two rows of one date bring it to the same in either order, whatever their limits are, and what is
left of their amounts above these is the same in sum.
"""

from __future__ import annotations

from hmbc.compiler.structure_bounds import Bounds
from hmbc.dsl import expr as e


def is_filled(bounds: Bounds, amount: e.Expr, limit: e.Expr) -> bool:
    """Whether in every row an amount that is never negative is at least a limit, or 0."""
    match bounds.seen(amount):
        case e.Choose(then=then, otherwise=e.Const(value=0)):
            return is_filled(bounds, then, limit)
        case found:
            return is_at_least(bounds, found, limit)


def is_at_least(bounds: Bounds, one: e.Expr, two: e.Expr) -> bool:
    """Whether in every row one number is not below another; False where it is not seen."""
    if one == two or bounds.ranges.value(one).low >= bounds.ranges.value(two).high:
        return True
    above, below = bounds.seen(one), bounds.seen(two)
    if (above, below) != (one, two):
        return is_at_least(bounds, above, below)
    match below:
        case e.Max(left=left, right=right) | e.Choose(then=left, otherwise=right):
            return is_at_least(bounds, one, left) and is_at_least(bounds, one, right)
        case e.Min(left=left, right=right) if is_at_least(bounds, one, left) or is_at_least(
            bounds, one, right
        ):
            return True
        case _:
            pass
    match above, below:
        case (e.Min(left=left, right=right) | e.Choose(then=left, otherwise=right)), _:
            return is_at_least(bounds, left, two) and is_at_least(bounds, right, two)
        case e.Max(left=left, right=right), _:
            return is_at_least(bounds, left, two) or is_at_least(bounds, right, two)
        case e.Scale(amount=much, by=often), e.Scale(amount=less, by=seldom):
            natural = bounds.is_natural(less) and bounds.ranges.value(often).low >= 0
            return natural and is_at_least(bounds, much, less) and is_at_least(bounds, often, seldom)
        case _:
            return False
