"""What one of several layers draws, in order, on a cap that they share, where an amount is larger by one minor unit.

    drawn = min(C, A1 + B) − min(C, A0 + B)       A: the total of what comes to this layer, before and after the row
                                                  B: the totals of the others, as they stand between

Neither total falls. Let X be what is drawn until some moment. While A + B < C it is A. Once A + B reaches C nothing
more is drawn: X stays at C − B if it was A that reached it, with A at least so much, and at A if it was B. Let A and
B differ in the second run, at every moment, by something between a and a', and between b and b', each range with 0.

- Neither run reaches C: X differs as A does.
- Both reach it at the same step: X differs as A, or as −B.
- The first reaches it before: X is A there, or less. The second draws at least what its own A is at that moment, which
  is X + a at least; and never more than its C − B of that moment, which is C − B − b at most, and X is C − B at least.
- The second reaches it before: the same, with the runs exchanged: −b' at least, a' at most.

So X differs by no less than the lesser of a and −b', and by no more than the larger of a' and −b.
"""

from __future__ import annotations

from hmbc.compiler.structure_drift_totals import TotalDrifts
from hmbc.compiler.structure_drift_value import SAME, Drift
from hmbc.compiler.structure_span import NOTHING
from hmbc.compiler.structure_stage import Stage
from hmbc.dsl import expr as e
from hmbc.dsl.reads import terms


def drawn_in_order(totals: TotalDrifts, stage: Stage) -> Drift | None:
    """The drift of what is drawn on a shared cap; None where a stage is of another form, or where the limit or a key
    is not the same for both runs, or not one for all rows of the key, or where what is drawn moves what comes to it."""
    joins, found = totals.joins, _limit_and_totals(stage)
    if joins.kind != "raise" or found is None:
        return None
    limit, names = found
    scope, accumulators = stage.scope, joins.bounds.accumulators
    steady = all(totals.of(part) == SAME for part in (limit, *scope.keys)) and joins.is_one(limit, scope)
    if not steady or any(accumulators[name].keys != scope.keys or joins.bounds.reads_itself(name) for name in names):
        return None
    by, single = {}, True
    for name in names:
        adds = accumulators[name].adds
        added = totals.of(adds)
        if added is None or not joins.bounds.is_natural(adds):
            return None
        span, one, changed = totals.grown(adds, added, scope)
        by[name] = span.with_zero
        single = single and one and changed
    own = by.pop(stage.total.name)
    sums = own.hull(sum(by.values(), NOTHING).flipped)
    return Drift(sums - sums, sums, scope, one=single, changed=single)


def _limit_and_totals(stage: Stage) -> tuple[e.Expr, list[str]] | None:
    """C, and the totals that are added up below it; each once."""
    match stage.of:
        case e.Min(left=limit, right=e.Add() as added) if stage.alone is None:
            names = [one.accumulator if isinstance(one, e.Total | e.Before) else None for one in terms(added)]
        case _:
            return None
    known = [name for name in names if name is not None]
    return (limit, known) if len(set(known)) == len(names) else None
