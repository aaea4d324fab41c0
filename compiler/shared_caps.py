"""Caps that layers share, where their draws add up: one limit for all of them together.

In order, each layer is let through by how much its own addition moves f(t) = min(C, t) of all totals:

    f(A1 + B2) − f(B1 + B2),  f(A1 + A2) − f(A1 + B2)         A a total, B what it was before the row

Each begins where the one before ended, so that all of them come to f of the totals less f of what they were.
Pro rata, the shares of what is left begin and end so, the last one with the whole. Other ways to draw on a
shared cap (claims that stand alone or are free of it, a limit that may be another for the next claim) are
told as caps of each layer, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from hmbc.compiler.kernel import Definition, Kernel
from hmbc.compiler.layer_parts import Cap, caps_of
from hmbc.compiler.lower_pools import pool_of
from hmbc.compiler.structure_stage import stage_of
from hmbc.dsl import expr as e
from hmbc.dsl.reads import reads_totals


def shared_caps_of(kernel: Kernel) -> tuple[Cap, ...]:
    """The shared caps of a kernel, each called `shared.NAME`, with the definitions that draw on it."""
    return (*_in_order(kernel), *_pro_rata(kernel))


def _in_order(kernel: Kernel) -> Iterator[Cap]:
    pools: dict[str, list[tuple[str, Cap]]] = {}
    for outcome in kernel.outcomes:
        for cap in caps_of(kernel, outcome.layer):
            if cap.total is not None and (pool := pool_of(cap.total.name)) is not None:
                pools.setdefault(pool, []).append((outcome.layer, cap))
    for pool, draws in pools.items():
        caps = [cap for _, cap in draws]
        if any(cap.of_step or cap.scope.alone != e.FALSE for cap in caps):
            continue
        ends = [cap.definition.expr for cap in caps]
        last = ends[-1]
        if _adds_up(ends) and isinstance(last, e.Subtract) and _from_before(ends[0], last.left):
            yield _shared(pool, draws)


def _from_before(first: e.Expr, high: e.Expr) -> bool:
    """Whether the first draw begins with what the last one ends with, before the row; that is of totals
    alone, and adds them up below a limit."""
    match high:
        case e.Min(left=limit, right=totals) if not reads_totals(limit) and _totals(totals):
            return isinstance(first, e.Subtract) and first.right == _before(high)
        case _:
            return False


def _totals(expr: e.Expr) -> bool:
    match expr:
        case e.Add(left=left, right=right):
            return _totals(left) and _totals(right)
        case _:
            return isinstance(expr, e.Total)


def _before(expr: e.Expr) -> e.Expr:
    match expr:
        case e.Total(accumulator=name):
            return e.Before(name)
        case _:
            return e.rebuild(expr, _before)


def _adds_up(parts: Sequence[e.Expr]) -> bool:
    """Whether each part, a difference, begins where the one before ended."""
    return all(
        isinstance(one, e.Subtract) and isinstance(two, e.Subtract) and one.left == two.right
        for one, two in zip(parts, parts[1:], strict=False)
    )


def _pro_rata(kernel: Kernel) -> Iterator[Cap]:
    accumulators = kernel.accumulators
    definitions = kernel.definitions
    for left in definitions.values():
        stage = stage_of(left.expr, accumulators) if left.role == "left" else None
        if stage is None or stage.scope.alone != e.FALSE:
            continue
        match stage.of:
            case e.Min(left=limit, right=e.Total()) if not reads_totals(limit):
                cap = Cap(left, limit, stage.scope, stage.total)
            case _:
                continue
        pays = [(o.layer, definitions[o.pay]) for o in kernel.outcomes]
        draws = [(layer, pay) for layer, pay in pays if _share_of(left.name, pay.expr)]
        if _are_shares([pay.expr for _, pay in draws], left.name, definitions):
            pool = left.name.removeprefix("shared.").removesuffix(".left")
            yield _shared(pool, [(layer, evolve(cap, definition=pay)) for layer, pay in draws])


def _share_of(left: str, expr: e.Expr) -> bool:
    match expr:
        case e.Share(amount=e.Ref(name=name)) | e.Ref(name=name):
            return name == left
        case e.Subtract(left=one, right=two):
            return _share_of(left, one) and _share_of(left, two)
        case _:
            return False


def _are_shares(
    parts: Sequence[e.Expr], left: str, definitions: dict[str, Definition]
) -> bool:
    """Whether they are all the shares of what is left: the first from nothing, the last up to the whole."""
    if not parts or not isinstance(parts[0], e.Share):
        return False
    whole = e.Subtract(parts[0], e.money(0))
    last = parts[-1]
    upto = last.left if isinstance(last, e.Subtract) else last
    match upto:
        case e.Share(part=part, whole=e.Ref(name=together)):
            return part == definitions[together].expr and _adds_up([whole, *parts[1:]])
        case e.Ref(name=name):  # the whole, said plainly
            return name == left and _adds_up([whole, *parts[1:]])
        case _:
            return False


def _shared(pool: str, draws: Sequence[tuple[str, Cap]]) -> Cap:
    """One cap of several draws; the clause is the cap's own, not that of a layer."""
    first = draws[0][1]
    assert first.total is not None
    definition = Definition(
        name=f"shared.{pool}", expr=first.limit, role="shared", clause=first.total.clause
    )
    named = tuple((layer, cap.definition.name) for layer, cap in draws)
    return evolve(first, definition=definition, draws=named)
