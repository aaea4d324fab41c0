"""Settled totals read as they stand: the kernel that laws are decided about.

    increase f(total, ordinal)    increase f(total, ordinal as it is now)

`ordinal` is settled by the first row of a key (compiler/structure_settled.py). Where f is 0 as long as
`total` is, which has the same keys, both are the same: in the first row nothing was there before, and
later nothing changes.
"""

from __future__ import annotations

from attrs import evolve

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.ranges import Ranges, ranges_of
from hmbc.compiler.structure_settled import settled_in
from hmbc.compiler.structure_stage import at_zero
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk


def with_settled(kernel: Kernel) -> Kernel:
    """The kernel with settled totals read as they stand, where that is the same."""
    settled = settled_in(kernel)
    if not settled:
        return kernel
    ranges = ranges_of(kernel)
    accumulators = kernel.accumulators
    items: list[Definition | Accumulator] = []
    for item in kernel.items:
        if isinstance(item, Definition):
            items.append(evolve(item, expr=_read(item.expr, settled, accumulators, ranges)))
        else:
            items.append(evolve(item, adds=_read(item.adds, settled, accumulators, ranges)))
        if item.name in settled:
            items.append(Definition(name=_now(item.name), expr=e.Total(item.name), role="let"))
    return evolve(kernel, items=tuple(items))


def _now(name: str) -> str:
    return f"{name}.now"


def _read(
    expr: e.Expr, settled: frozenset[str], accumulators: dict[str, Accumulator], ranges: Ranges
) -> e.Expr:
    match expr:
        case e.Increase(of=of):
            totals = {node.accumulator for node in walk(of) if isinstance(node, e.Total)}
            moving = totals - settled
            if len(moving) != 1 or not totals & settled:
                return expr
            total = accumulators[moving.pop()]
            start = at_zero(of, e.Total(total.name), ranges)
            alike = all(accumulators[name].keys == total.keys for name in totals & settled)
            if not alike or start is None or start.low != 0 or start.high != 0:
                return expr
            return e.Increase(_held(of, settled))
        case _:
            return e.rebuild(expr, lambda part: _read(part, settled, accumulators, ranges))


def _held(expr: e.Expr, settled: frozenset[str]) -> e.Expr:
    if isinstance(expr, e.Total) and expr.accumulator in settled:
        return e.Ref(_now(expr.accumulator))
    return e.rebuild(expr, lambda part: _held(part, settled))
