"""What is left of an amount above a limit that is within a wider one: a member's threshold within a family's.

    borne    = increase min(L, total of x)          per member
    deducted = increase min(F, total of borne)      per family
    left     = x − deducted

Let x differ by d >= 0 in one row, and in no other (or by d <= 0: let the runs change names). From that row on the total of x
differs by d under one key, and by nothing elsewhere. For a total t that never falls, and differs by a D that never rises
(from that row on) and lies between 0 and d,

    min(L, t + D) − min(L, t) = max(0, min(L − t, D)), or D while t + D <= L

is such a D again: it rises with D and falls as t grows. So it goes from stage to stage: what is borne, and what is
deducted, differ in sum by what fades, from at most d to no less than 0. What is left differs in sum by d less that: by
what only rises, between 0 and d. So no row of it falls, and all rows together differ by d at most.
"""

from __future__ import annotations

from hmbc.compiler.structure_drift_totals import TotalDrifts
from hmbc.compiler.structure_drift_value import SAME, Drift
from hmbc.compiler.structure_span import Span
from hmbc.compiler.structure_stage import parts_beside
from hmbc.dsl import expr as e


def left_as_it_fades(totals: TotalDrifts, amount: e.Expr, less: e.Expr) -> Drift | None:
    """The drift of what is left of an amount, being raised; None where what is taken off does not fade from what the
    amount itself differs by."""
    bounds = totals.joins.bounds
    if totals.joins.kind != "raise" or _fading(totals, less) != bounds.seen(amount):
        return None
    by, off = totals.of(amount), totals.of(less)
    if by is None or off is None or off.scope is None or not (off.one and off.changed):
        return None
    span = Span(0, by.rows.high) if by.rows.low >= 0 else Span(by.rows.low, 0)
    return Drift(span, span, off.scope, one=True, changed=True)


def _fading(totals: TotalDrifts, expr: e.Expr) -> e.Expr | None:
    """The amount from whose difference that of an expression, in sum, fades."""
    bounds = totals.joins.bounds
    stage = bounds.stage(bounds.seen(expr))
    if stage is None or stage.alone is not None or not bounds.is_natural(stage.added):
        return None
    match stage.of:
        case e.Min(left=e.Total(), right=limit) | e.Min(left=limit, right=e.Total()):
            pass
        case _:
            return None
    parts = parts_beside(stage)
    steady = all(totals.of(part) == SAME for part in (*stage.scope.keys, limit))
    if parts != [limit] or not steady or not totals.joins.is_one(limit, stage.scope):
        return None
    added = totals.of(stage.added)
    if added is None or added == SAME or not all(totals.grown(stage.added, added, stage.scope)[1:]):
        return None
    if added.is_in_changed_row:
        return bounds.seen(stage.added) if added.rows.low >= 0 or added.rows.high <= 0 else None
    return _fading(totals, stage.added)
