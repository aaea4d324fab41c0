"""What one of several layers draws, in order, on a cap or a threshold that they share, in two runs that differ a little.

    drawn = min(C, A1 + B) − min(C, A0 + B)                    A: the total of what comes to this layer, before and
    left  = max(0, A1 + B − T) − max(0, A0 + B − T)            after the row; B: those of the others, as they stand then

**Of a cap**, an amount being larger by one minor unit. Neither total falls. Let X be what is drawn until some moment. While
A + B < C it is A. Once A + B reaches C nothing more is drawn: X stays at C − B if it was A that reached it, with A at
least so much, and at A if it was B. Let A and B differ in the second run, at every moment, by something between a and a',
and between b and b', each range with 0.

- Neither run reaches C: X differs as A does.
- Both reach it at the same step: X differs as A, or as −B.
- The first reaches it before: X is A there, or less. The second draws at least what its own A is at that moment, which
  is X + a at least; and never more than its C − B of that moment, which is C − B − b at most, and X is C − B at least.
- The second reaches it before: the same, with the runs exchanged: −b' at least, a' at most.

So X differs by no less than the lesser of a and −b', and by no more than the larger of a' and −b.

**Of a threshold**, where nothing that comes to any of the layers is less in any row of the second run (or none is more). max(0, t − T) is
convex: above a larger total at least as much is left of an amount, and of a larger amount more. So no row of any layer is
less, whatever the row's T; and no row is more by more than all totals together are. Where T is one, what all layers
are left comes to max(0, all − T), so that one of them is left no more in sum than that grows.
"""

from __future__ import annotations

from math import inf

from hmbc.compiler.kernel import Accumulator
from hmbc.compiler.structure_drift_totals import TotalDrifts
from hmbc.compiler.structure_drift_value import SAME, Drift
from hmbc.compiler.structure_span import ANYTHING, NOTHING, Span
from hmbc.compiler.structure_stage import Stage
from hmbc.dsl import expr as e
from hmbc.dsl.reads import terms


def drawn_in_order(totals: TotalDrifts, expr: e.Expr, stage: Stage) -> Drift | None:
    """The drift of what is drawn on a shared cap, or left above a shared threshold; None where a stage is of another
    form, or where the limit or a key is not the same for both runs, or where what is drawn moves what comes to it."""
    bounds, found = totals.joins.bounds, _limit_and_totals(stage)
    if found is None:
        return None
    limit, names = found
    several = [bounds.accumulators[name] for name in names]
    steady = all(totals.of(part) == SAME for part in (limit, *stage.scope.keys))
    if not steady or any(
        one.keys != stage.scope.keys or bounds.reads_itself(one.name) or not bounds.is_natural(one.adds)
        for one in several
    ):
        return None
    if isinstance(stage.of, e.Min):
        return _of_cap(totals, stage, limit, several) if totals.joins.kind == "raise" else None
    return _above_threshold(totals, expr, stage, limit, several) if totals.joins.kind != "swap" else None


def _of_cap(totals: TotalDrifts, stage: Stage, limit: e.Expr, several: list[Accumulator]) -> Drift | None:
    by, single = {}, True
    for item in several:
        added = totals.of(item.adds)
        if added is None:
            return None
        span, one, changed = totals.grown(item.adds, added, stage.scope)
        by[item.name] = span.with_zero
        single = single and one and changed
    if not totals.joins.is_one(limit, stage.scope):
        return None
    own = by.pop(stage.total.name)
    sums = own.hull(sum(by.values(), NOTHING).flipped)
    return Drift(sums - sums, sums, stage.scope, one=single, changed=single)


def _above_threshold(
    totals: TotalDrifts, expr: e.Expr, stage: Stage, limit: e.Expr, several: list[Accumulator]
) -> Drift | None:
    rises = falls = True
    for item in several:
        added = totals.of(item.adds)
        if added is None:
            return None
        rises, falls = rises and added.rows.low >= 0, falls and added.rows.high <= 0
    if not rises and not (falls and totals.joins.kind == "raise"):
        return None
    together = several[0].adds
    for item in several[1:]:
        together = e.Add(together, item.adds)
    added = totals.of(together)
    if added is None:
        return None
    over, one, changed = totals.grown(together, added, stage.scope)
    rows = over.with_zero.meet(Span(0, inf) if rises else Span(-inf, 0))
    sums = rows if totals.joins.kind == "raise" and totals.joins.is_one(limit, stage.scope) else ANYTHING
    return totals.joins.made(expr, rows, sums, stage.scope, one, changed)


def _limit_and_totals(stage: Stage) -> tuple[e.Expr, list[str]] | None:
    """The limit, and the totals that are added up below or above it, several, each once."""
    match stage.of:
        case e.Min(left=limit, right=e.Add() as added):
            pass
        case e.Max(left=e.Const(value=0), right=e.Subtract(left=e.Add() as added, right=limit)):
            pass
        case _:
            return None
    names = [one.accumulator if isinstance(one, e.Total | e.Before) else None for one in terms(added)]
    known = [name for name in names if name is not None]
    return (limit, known) if stage.alone is None and len(set(known)) == len(names) else None
