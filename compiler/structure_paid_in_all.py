"""What payments come to in all, by their caps: `demanded <= limit`, where `demanded` adds up what layers pay.

A layer that is held to a cap, and is never paid less than nothing, is paid at most that cap by the rows that
share it; by fewer rows no more. So a total whose rows share the key of the caps adds up to at most the sum of
them, each as large as it can be. A cap that layers share holds all of them, so it counts once, and a layer's own
cap is needed only where no shared one holds it: of what holds every layer, the least sum.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from math import floor, inf

from hmbc.compiler.kernel import Accumulator, Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.layer_parts import caps_of
from hmbc.compiler.shared_caps import shared_caps_of
from hmbc.compiler.structure_bounds import Bounds, bounds_of
from hmbc.compiler.structure_scope import Scope
from hmbc.dsl import expr as e


def capped_in_all(kernel: Kernel, holds: e.Expr, proved: Container[Question]) -> bool:
    """Whether a statement about a total holds of every row for this reason. proved: what is known."""
    match holds:
        case e.Or(right=e.Compare() as compared):  # not condition, or
            pass
        case e.Compare() as compared:
            pass
        case _:
            return False
    match compared:
        case e.Compare(op="<=", left=e.Total(accumulator=name), right=limit):
            total = next(item for item in kernel.items if item.name == name)
            assert isinstance(total, Accumulator)
        case _:
            return False
    layers = {outcome.pay: outcome.layer for outcome in kernel.outcomes}
    pays = list(_added(total.adds))
    if len(set(pays)) < len(pays) or not layers.keys() >= set(pays):
        return False  # a layer that is added twice comes to twice its cap
    bounds = bounds_of(kernel)
    paid, limits = [layers[pay] for pay in pays], dict[frozenset[str], int]()
    for held, most in _limits(kernel, paid, total, bounds, proved):
        limits[held] = min(most, limits.get(held, most))
    return _least(limits, frozenset(paid)) <= bounds.ranges.value(limit).low


def _added(adds: e.Expr) -> Iterator[str]:
    """The definitions that a total adds up; an empty name for anything else."""
    match adds:
        case e.Choose(then=then, otherwise=e.Const(value=0)):
            yield from _added(then)
        case e.Choose(then=e.Const(value=0), otherwise=otherwise):
            yield from _added(otherwise)
        case e.Add(left=left, right=right):
            yield from _added(left)
            yield from _added(right)
        case e.Ref(name=name):
            yield name
        case _:
            yield ""


def _limits(
    kernel: Kernel, layers: Sequence[str], total: Accumulator, bounds: Bounds, proved: Container[Question]
) -> Iterator[tuple[frozenset[str], int]]:
    """The caps that all rows of a total share: which layers each of them holds together, to how much in all,
    in minor units."""
    own = Scope(total.keys)
    own_caps = [(layer, cap) for layer in layers for cap in caps_of(kernel, layer)]
    for of, cap in (*((None, cap) for cap in shared_caps_of(kernel)), *own_caps):
        held = frozenset(one for one, _ in cap.draws) if of is None else frozenset((of,))
        high = bounds.ranges.value(cap.limit).high
        if (
            not cap.of_step
            and Question("within_cap", of, cap.definition.name) in proved
            and all(Question("non_negative", one) in proved for one in held)
            and cap.total is not None
            and bounds.constancy.refines(own, cap.scope)
            and cap.scope.alone == e.FALSE
            and high < inf
        ):
            yield held, floor(high)


def _least(limits: dict[frozenset[str], int], layers: frozenset[str]) -> float:
    """The least that some of the limits, which hold all of the layers between them, come to; infinity if none do."""
    if not layers:
        return 0
    first = min(layers)
    return min((most + _least(limits, layers - held) for held, most in limits.items() if first in held), default=inf)
