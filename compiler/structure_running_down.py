"""Caps that run down: what is capped by an amount that is never more for a later claim of its scope.

    increase min(C, f(total t)), C = 1_000 − before u          u only grows, and f of t

Let D be f after a row. While no D is above its C the sum is D; the first row whose D is brings it to C, if
that is more; then nothing is paid any more, for D stays above every C that follows. So in sum there is paid the largest of
min(C, D) of all rows so far, and this moves by no more than some C or some D does.
"""

from __future__ import annotations

from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.structure_stage import Stage
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk


def runs_down(bounds: Bounds, stage: Stage) -> tuple[e.Expr, e.Expr] | None:
    """The cap of a stage that runs down, and what it caps; None where it is no such stage, or its cap is one
    amount in its scope."""
    total = e.Total(stage.total.name)
    match stage.of:
        case e.Min(left=limit, right=of) if total not in walk(limit):
            pass
        case e.Min(left=of, right=limit) if total not in walk(limit):
            pass
        case _:
            return None
    if bounds.constancy.varying(limit, stage.scope) is None:
        return None
    return (limit, of) if _Ways(bounds, stage.scope).falls(limit) else None


class _Ways:
    """Which way values go from row to row of a scope."""

    def __init__(self, bounds: Bounds, scope: Scope) -> None:
        self.bounds, self.scope = bounds, scope

    def falls(self, expr: e.Expr) -> bool:
        """Whether it is never more in a later row."""
        return self._goes(expr, up=False)

    def _goes(self, expr: e.Expr, up: bool) -> bool:
        constancy, ranges = self.bounds.constancy, self.bounds.ranges
        if constancy.varying(expr, self.scope) is None:
            return True
        match expr:
            case e.Ref(name=name):
                return self._goes(self.bounds.definitions[name].expr, up)
            case e.Total(accumulator=name) | e.Before(accumulator=name):
                of = self.bounds.accumulators[name]
                natural = self.bounds.is_natural(of.adds)
                return up and natural and constancy.refines(self.scope, Scope(of.keys))
            case e.Round(amount=inner):
                return self._goes(inner, up)
            case e.Min(left=left, right=right) | e.Max(left=left, right=right) | e.Add(left=left, right=right):
                return self._goes(left, up) and self._goes(right, up)
            case e.Subtract(left=left, right=right):
                return self._goes(left, up) and self._goes(right, not up)
            case e.Scale(amount=amount, by=by) if constancy.varying(by, self.scope) is None:
                return ranges.value(by).low >= 0 and self._goes(amount, up)
            case _:
                return False
