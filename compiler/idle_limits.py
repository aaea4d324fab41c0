"""Limits read as they are where something comes to them.

    used = accumulate min(x, max(0, choose(c, A, B) − before used)) per S        x nothing where c holds

A row in which nothing comes to a limit uses nothing of it, whatever it is there: B may stand for the choice, or A
where x is nothing unless c holds. Each holds in every row, so that laws of the one kernel are laws of the other.
"""

from __future__ import annotations

from attrs import evolve

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_nothing import Nothing
from hmbc.compiler.structure_used import limit_of
from hmbc.dsl import expr as e


def without_idle_limits(kernel: Kernel, bounds: Bounds) -> Kernel:
    """The kernel with such limits; the same one where there is none."""
    nothing = Nothing(bounds, lambda _amount, _scope: False)
    items: list[Definition | Accumulator] = []
    for item in kernel.items:
        limited = limit_of(item) if isinstance(item, Accumulator) else None
        if limited is not None and isinstance(item, Accumulator):
            amount, limit = limited
            rest = e.Subtract(_where_it_matters(bounds, nothing, amount, limit), e.Before(item.name))
            item = evolve(item, adds=e.Min(amount, e.Max(e.money(0), rest)))
        items.append(item)
    return kernel if tuple(items) == kernel.items else evolve(kernel, items=tuple(items))


def _where_it_matters(bounds: Bounds, nothing: Nothing, amount: e.Expr, limit: e.Expr) -> e.Expr:
    match bounds.seen(limit):
        case e.Choose(when=when, otherwise=other) if nothing.is_nothing(amount, when):
            return _where_it_matters(bounds, nothing, amount, other)
        case e.Choose(when=when, then=then) if nothing.is_nothing(amount, e.Not(when)):
            return _where_it_matters(bounds, nothing, amount, then)
        case _:
            return limit
