"""What is used of a limit that may be another amount for the next claim.

    used = accumulate min(x, max(0, limit − before used)) per S

`increase total used` is what a cap lets through, `x − increase total used` what is left above a
threshold. For x ≥ 0 the total after a row is the larger of what it was before and of the limit or the
total with all of x, whichever is less: so it follows what it was, and x, at a slope between 0 and 1.
"""

from __future__ import annotations

from collections.abc import Mapping

from hmbc.compiler.kernel import Accumulator
from hmbc.dsl import expr as e


def limit_of(used: Accumulator) -> tuple[e.Expr, e.Expr] | None:
    """The amount and the limit, if that is what an accumulator adds up."""
    match used.adds:
        case e.Min(
            left=amount,
            right=e.Max(
                left=e.Const(value=0), right=e.Subtract(left=limit, right=e.Before(accumulator=name))
            ),
        ) if name == used.name:
            return amount, limit
        case _:
            return None


def rest_of(
    expr: e.Expr, accumulators: Mapping[str, Accumulator]
) -> tuple[e.Expr, Accumulator, e.Expr] | None:
    """The amount, what is used of it and the limit, if an expression is what is left."""
    match expr:
        case e.Subtract(left=amount, right=e.Increase(of=e.Total(accumulator=name))):
            used = accumulators[name]
            found = limit_of(used)
            if found is not None and found[0] == amount:
                return amount, used, found[1]
        case _:
            pass
    return None
