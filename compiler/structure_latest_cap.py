"""A cap that may be another for each row, held to as it is for the row that is paid.

    increase min(L, f(t))                           L another for each row, f never falls and is one in the scope
    increase total u      u = accumulate min(x, max(0, L − before u))

Of rows that share t, each is paid min(L, f(t)) − min(L, f(before t)), which is at least nothing and at most
what f grew by. A row that is paid something had f(before t) < L. Till then no more was paid than f grew by, so at
most f(before t) − f(0), and the row is paid at most L − f(before t): in sum at most L, f(0) not being
negative. What earlier rows had for a cap does not matter.

Of u: a row that is paid something, x not being negative, had u < L, and brings u to at most L.

Layers that draw on one limit in order are together paid min(L, T) − min(L, before T) for a row, T being the sum of
their totals, which grow by what each of them asks for: f(t) = t, with the same argument. Pro rata they share out
what this step lets through.
"""

from __future__ import annotations

from attrs import evolve

from hmbc.compiler.layer_parts import Cap
from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_stage import Stage, at_zero, parts_beside, rises
from hmbc.compiler.structure_used import limit_of
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk


def holds_as_it_is(bounds: Bounds, expr: e.Expr, stage: Stage) -> bool:
    """Whether a row that a step (`expr`, which is `stage`) pays brings what it paid to at most the limit
    of this row."""
    total = e.Total(stage.total.name)
    if not isinstance(expr, e.Increase) or stage.alone is not None:
        return False
    if stage.of == total:
        found = limit_of(stage.total)
        return found is not None and bounds.is_natural(found[0])
    match stage.of:
        case e.Min(left=limit, right=function) if total not in walk(limit):
            pass
        case _:
            return False
    inner = evolve(stage, of=function)
    return (
        all(bounds.constancy.varying(part, stage.scope) is None for part in parts_beside(inner))
        and rises(inner, bounds.ranges)
        and is_natural_at_zero(bounds, function, total)
        and bounds.is_natural(stage.added)
    )


def draws_hold_as_it_is(bounds: Bounds, cap: Cap) -> bool:
    """Whether what layers draw on a shared cap in a row brings what they were paid under its key to at most the
    limit as it is for this row. That the draws add up so is seen by compiler/shared_caps.py."""
    if cap.total is None:
        return False
    totals = {cap.total.name}
    match bounds.definitions[cap.draws[-1][1]].expr:
        case e.Subtract(left=e.Min(right=drawn)):
            totals = {node.accumulator for node in walk(drawn) if isinstance(node, e.Total)}
        case e.Share() | e.Subtract():
            pass  # of what is let through of one total
        case _:
            return False
    return all(
        bounds.accumulators[name].keys == cap.total.keys
        and bounds.is_natural(bounds.accumulators[name].adds)
        for name in totals
    )


def is_natural_at_zero(bounds: Bounds, function: e.Expr, total: e.Expr) -> bool:
    """Whether a function is not negative where its total is 0."""

    def read(expr: e.Expr) -> e.Expr:
        return e.money(0) if expr == total else e.rebuild(expr, read)

    start = at_zero(function, total, bounds.ranges)
    return start is not None and start.low >= 0 or bounds.is_natural(read(function))
