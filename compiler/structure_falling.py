"""Values that only fall in a scope: what is left of something that a total takes up.

    limit = max(0, 500 − before spent)

A cap that only falls is never passed by a row that is paid. Let R be what comes to the cap so far, c the
limit: a row n is paid where R before it is below c of this row, and so was below c of each row before,
which let through all of it. So what was paid is R before it, and with this row at most c.
"""

from __future__ import annotations

from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_scope import Scope
from hmbc.dsl import expr as e


def only_falls(bounds: Bounds, expr: e.Expr, scope: Scope) -> bool:
    """Whether a value is nowhere more than in an earlier row of its key."""
    return _goes(bounds, expr, scope, up=False)


def _goes(bounds: Bounds, expr: e.Expr, scope: Scope, up: bool) -> bool:
    """Whether it is nowhere less (up), or nowhere more."""
    if bounds.constancy.varying(expr, scope) is None:
        return True
    match bounds.seen(expr):
        case e.Total(accumulator=name) | e.Before(accumulator=name):
            total = bounds.accumulators[name]
            inside = all(bounds.constancy.varying(key, scope) is None for key in total.keys)
            return up and inside and bounds.is_natural(total.adds)
        case e.Add(left=left, right=right) | e.Min(left=left, right=right) | e.Max(left=left, right=right):
            return _goes(bounds, left, scope, up) and _goes(bounds, right, scope, up)
        case e.Subtract(left=left, right=right):
            return _goes(bounds, left, scope, up) and _goes(bounds, right, scope, not up)
        case e.Scale(amount=amount, by=by) if bounds.ranges.value(by).low >= 0:
            return bounds.constancy.varying(by, scope) is None and _goes(bounds, amount, scope, up)
        case e.Round(amount=amount):
            return _goes(bounds, amount, scope, up)
        case _:
            return False
