"""What a layer pays of what others leave of an amount, above a threshold.

    left  = x − a − …                     a, …: what the other layers pay
    pay   = round(left above t), a key's sum

In sum over a key of its scope the layer pays f(T), for T the total of `left` and
f(T) = round(max(0, T − t)): also where it is rounded by a finer key. T being whole, `left` above t is
whole in every row but one (that in which T passes t), so all sums of finer keys but one are whole, and
a rounding that is the same at every whole number rounds that one as it rounds the sum of them all.

f(T + 1) − f(T) is 0 or 1 for a whole T, and so is it for T − f(T). All layers together pay
x − (T − f(T)): what they pay alone may go against each other, this does not.
"""

from __future__ import annotations

from attrs import frozen

from hmbc.compiler.kernel import Accumulator
from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_scope import Scope
from hmbc.dsl import expr as e


@frozen
class LeftOver:
    """A layer whose payments come to f(total) in sum; where the total adds what others (their
    payments by name) leave of an amount, that amount."""

    total: Accumulator
    limit: e.Expr
    amount: e.Expr | None
    others: frozenset[str]


def left_over(bounds: Bounds, pay: str) -> LeftOver | None:
    """What a payment takes of what is left; None where it is of another form."""
    found = _total_of(bounds, e.Ref(pay))
    if found is None:
        return None
    total, limit = found
    amount, others = _rest(bounds, total.adds)
    return LeftOver(total, limit, amount if others else None, frozenset(others))


def _total_of(bounds: Bounds, pay: e.Expr) -> tuple[Accumulator, e.Expr] | None:
    """The total, and what of it is left to others."""
    match _seen(bounds, pay):
        case e.Increase(of=e.Round(amount=e.Total(accumulator=name), mode=mode, step=1)) if (
            mode != "half_even"
        ):
            due = bounds.accumulators[name]
        case _:
            return None
    match _seen(bounds, due.adds):
        case e.Increase(
            of=e.Max(
                left=e.Const(value=0), right=e.Subtract(left=e.Total(accumulator=of), right=limit)
            )
        ):
            total = bounds.accumulators[of]
        case _:
            return None
    scope = Scope(total.keys)
    steady = bounds.constancy.varying(limit, scope) is None
    whole = bounds.whole.of(total.adds) and bounds.is_natural(total.adds)
    finer = bounds.constancy.refines(Scope(due.keys), scope)
    if steady and whole and finer and bounds.is_natural(limit):
        return total, limit
    return None


def _seen(bounds: Bounds, expr: e.Expr) -> e.Expr:
    """An expression through names, the whole of an amount, and conditions that always hold."""
    match expr:
        case e.Ref(name=name):
            return _seen(bounds, bounds.definitions[name].expr)
        case e.Scale(amount=amount, by=by) if (
            bounds.ranges.value(by).low == bounds.ranges.value(by).high == 1
        ):
            return _seen(bounds, amount)
        case e.Choose(when=when, then=then) if bounds.ranges.decided(when):
            return _seen(bounds, then)
        case e.Max(left=left, right=right) if (only := bounds.above_zero(left, right)) is not None:
            return _seen(bounds, only)
        case _:
            return expr


def _rest(bounds: Bounds, expr: e.Expr) -> tuple[e.Expr, list[str]]:
    """An amount, and the payments that are taken off it."""
    pays = {outcome.pay for outcome in bounds.kernel.outcomes}
    match _seen(bounds, expr):
        case e.Subtract(left=left, right=e.Ref(name=name)) if name in pays:
            amount, others = _rest(bounds, left)
            return amount, [*others, name]
        case found:
            return found, []
