"""What one layer alone draws on an amount that layers share and that may be another for the next claim: the
form that any layer's own cap of this kind has.

    drawn = min(x, max(0, L − before used))        used  = accumulate min(x, max(0, L − before used)) per S
    used  = accumulate drawn per S                 drawn = increase total used

Both are one value in every row, so that laws of the one kernel are laws of the other. What others draw is
left out where nobody else does: `0 + x` and `x − 0` are x.
"""

from __future__ import annotations

from attrs import evolve

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.structure_used import limit_of
from hmbc.dsl import expr as e
from hmbc.dsl.reads import items_read


def with_own_draws(kernel: Kernel) -> Kernel:
    """The kernel with such draws as increases; the same one where there is none."""
    items = list(kernel.items)
    for used in kernel.items:
        if not isinstance(used, Accumulator) or not isinstance(used.adds, e.Ref):
            continue
        place, end = (_place(items, name) for name in (used.adds.name, used.name))
        drawn = items[place]
        assert isinstance(drawn, Definition)
        plain = evolve(used, adds=_without_zeros(drawn.expr))
        between = {name for item in items[place + 1 : end] for expr in item.exprs for name in items_read(expr)}
        if limit_of(plain) is None or drawn.name in between:
            continue
        own = evolve(drawn, expr=e.Increase(e.Total(used.name)))
        items[place : end + 1] = [*items[place + 1 : end], plain, own]
    return kernel if tuple(items) == kernel.items else evolve(kernel, items=tuple(items))


def _place(items: list[Definition | Accumulator], name: str) -> int:
    return next(place for place, item in enumerate(items) if item.name == name)


def _without_zeros(expr: e.Expr) -> e.Expr:
    match e.rebuild(expr, _without_zeros):
        case e.Add(left=e.Const(value=0), right=inner) | e.Subtract(left=inner, right=e.Const(value=0)):
            return inner
        case found:
            return found
