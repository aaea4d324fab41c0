"""Limits and ratios read as they are where something comes to them.

    used = accumulate min(x, max(0, choose(c, A, B) − before used)) per S        x nothing where c holds
    increase (min(t, 100) * choose(c, A, B) + …)                                 t a total of such x

A row in which nothing comes to a limit uses nothing of it, whatever it is there, and no function of a total grows
where nothing is added: B may stand for the choice, or A where x is nothing unless c holds. Each holds in every row, so
that laws of the one kernel are laws of the other.
"""

from __future__ import annotations

from attrs import evolve

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_nothing import Nothing
from hmbc.compiler.structure_used import limit_of
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk


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
        if isinstance(item, Definition) and isinstance(item.expr, e.Increase):
            item = evolve(item, expr=_increase_where_it_matters(bounds, nothing, item.expr))
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


def _increase_where_it_matters(bounds: Bounds, nothing: Nothing, expr: e.Increase) -> e.Expr:
    totals = {node.accumulator for node in walk(expr.of) if isinstance(node, e.Total)}
    added = [bounds.accumulators[name].adds for name in totals]

    def read(part: e.Expr) -> e.Expr:
        found = e.rebuild(part, read)
        match found:
            case e.Choose(when=when) if any(isinstance(node, e.Total) for node in walk(when)):
                return found  # which moves inside the increase
            case e.Choose(when=when, otherwise=other) if all(nothing.is_nothing(x, when) for x in added):
                return other
            case e.Choose(when=when, then=then) if all(
                nothing.is_nothing(x, e.Not(when)) for x in added
            ):
                return then
            case _:
                return found

    return e.Increase(read(expr.of))
