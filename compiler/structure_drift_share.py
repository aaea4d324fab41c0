"""Between what a proportional share drifts in two runs that differ a little."""

from __future__ import annotations

from fractions import Fraction

from hmbc.compiler.structure_drift_totals import TotalDrifts
from hmbc.compiler.structure_drift_value import SAME, Drift
from hmbc.compiler.structure_single_rows import linear
from hmbc.compiler.structure_span import ANYTHING, NOTHING
from hmbc.dsl import expr as e


def drift_of_share(totals: TotalDrifts, expr: e.Share) -> Drift | None:
    """Of a proportional share: which way it goes; and by no more than the part of which it is
    the share, where there is no more to share than the whole."""
    joins, bounds = totals.joins, totals.joins.bounds
    parts = [totals.of(part) for part in (expr.amount, expr.part, expr.whole)]
    if None in parts:
        return None
    amount, part, whole = parts
    assert amount is not None and part is not None and whole is not None
    if amount == part == whole == SAME:
        return SAME
    if not bounds.is_natural(expr.amount):
        return None
    held_by = _held_by(totals, expr)
    less = NOTHING if held_by is not None else whole.rows.flipped.with_zero
    if held_by is None and bounds.ranges.value(expr.whole).low <= 0:
        less += whole.rows.with_zero  # of a whole of 0 nothing is shared, of a larger one all may be
    way = (amount.rows.with_zero + part.rows.with_zero + less).sign
    if any(one.scope is not None or not one.one for one in parts if one and one != SAME):
        return joins.made(expr, way, ANYTHING, None)
    rows = way
    of, most = bounds.ranges.value(expr.part), bounds.ranges.value(expr.whole)
    if part == whole == SAME and expr.mode != "half_even" and 0 <= of.low <= of.high <= most.low:
        rows = way.meet(amount.rows.with_zero.in_steps(1))  # of a part that is at most the whole
    if amount == whole == SAME and expr.mode != "half_even" and bounds.is_within(expr.amount, expr.whole):
        rows = way.meet(part.rows.with_zero.in_steps(1))
    elif held_by == expr.amount and part == SAME and expr.mode != "half_even":
        rows = way.meet(amount.rows.with_zero.in_steps(1))
    changed = all(one.changed for one in parts if one is not None)
    if sum(one != SAME for one in parts) > 1 and not changed:
        return joins.made(expr, way, ANYTHING, None)
    return Drift(rows, rows.with_zero, one=True, changed=changed)


def _held_by(totals: TotalDrifts, expr: e.Share) -> e.Expr | None:
    """The amount or the part of a share, where the whole is that and a rest that does not differ:

        x · p / (x + r)        rises with x, by no more than it; with p
        a · x / (x + r)        rises with x, and with a                        for r >= 0
    """
    bounds, whole = totals.joins.bounds, linear(expr.whole)
    for held in (expr.amount, expr.part):
        rest = dict(whole)
        for term, often in linear(held).items():
            rest[term] = rest.get(term, Fraction(0)) - often
        if bounds.is_natural(held) and all(
            often == 0 or often > 0 and bounds.is_natural(term) and totals.of(term) == SAME
            for term, often in rest.items()
        ):
            return held
    return None
