"""What layers share, for explanations: its limit, and what was left of it before the claim.

The kernel needs neither by itself; for an explanation they are added to it, before the first step of a layer
that draws on what is shared. A total of what layers draw with may pass the limit; nothing is left then.
"""

from __future__ import annotations

from attrs import evolve

from hmbc.compiler.kernel import Accumulator, Clause, Definition, Kernel
from hmbc.compiler.lower_amounts import ZERO
from hmbc.compiler.lower_pools import PoolLowering, total_drawn
from hmbc.compiler.scopes import alone_in
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.scheme import CheckedPool, CheckedScheme

LIMIT, LEFT = "limit_of_shared_", "left_of_shared_"
"""Roles, before `cap` or `threshold`."""


def with_shared(kernel: Kernel, scheme: CheckedScheme) -> Kernel:
    """The kernel with these definitions for each layer and each amount that it shares."""
    before: dict[str, list[Definition]] = {}
    for pool in scheme.pools:
        for layer in (x.name for x in scheme.layers if pool.name in x.draws_on):
            before.setdefault(_first_step(kernel, pool, layer), []).extend(_told(kernel, scheme, pool, layer))
    items = [one for item in kernel.items for one in (*before.get(item.name, ()), item)]
    return evolve(kernel, items=tuple(items))


def _told(kernel: Kernel, scheme: CheckedScheme, pool: CheckedPool, layer: str) -> list[Definition]:
    limit = PoolLowering(pool, (), scheme).limit
    used: e.Expr = ZERO
    for item in kernel.items:
        if isinstance(item, Accumulator) and total_drawn(item.name) == pool.name:
            used = e.Add(used, e.Before(item.name))
    left: e.Expr = e.Max(ZERO, e.Subtract(limit, used))
    alone = alone_in(pool.amount.scope)
    left = left if alone == e.FALSE else e.Choose(alone, limit, left)
    clause = Clause(cites=pool.cites, span=pool.span)

    def told(role: str, amount: e.Expr) -> Definition:
        name = f"{layer}.{role}{pool.kind}.{pool.name}"
        return Definition(name=name, expr=amount, role=role + pool.kind, layer=layer, clause=clause)

    return [told(LIMIT, limit)] if alone == e.TRUE else [told(LIMIT, limit), told(LEFT, left)]


def _first_step(kernel: Kernel, pool: CheckedPool, layer: str) -> str:
    """The step in which a layer draws: it reads a total of what is drawn; of a claim that stands alone
    there is none, then the first step of a threshold, or of a cap."""
    roles = ("excess",) if pool.kind == "threshold" else ("pay", "limited", "within_cap")
    steps = [x for x in kernel.items if isinstance(x, Definition) and x.layer == layer and x.role in roles]
    drawing = (step for step in steps if any(_is_of(node, pool) for node in walk(step.expr)))
    return next(drawing, steps[0]).name


def _is_of(node: e.Expr, pool: CheckedPool) -> bool:
    match node:
        case e.Total(accumulator=name) | e.Before(accumulator=name):
            return total_drawn(name) == pool.name
        case e.Ref(name=name):
            return name.startswith(f"shared.{pool.name}.")
        case _:
            return False
