"""What payments come to in all, by their caps: `demanded <= limit`, where `demanded` adds up what layers pay.

A layer that is held to a cap, and is never paid less than nothing, is paid at most that cap by the rows that
share it; by fewer rows no more. So a total whose rows share the key of the cap adds up to at most the sum of
the caps, each as large as it can be.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
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
    bounds = bounds_of(kernel)
    in_all: dict[str, int] = {}
    """By whose it is, each limit."""
    pays = list(_added(total.adds))
    if len(set(pays)) < len(pays):
        return False  # a layer that is added twice comes to twice its cap
    for pay in pays:
        most = None if pay not in layers else _least(kernel, layers[pay], total, bounds, proved)
        if most is None:
            return False
        in_all[most[1]] = most[0]
    return sum(in_all.values()) <= bounds.ranges.value(limit).low


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


def _least(
    kernel: Kernel, layer: str, total: Accumulator, bounds: Bounds, proved: Container[Question]
) -> tuple[int, str] | None:
    """The least of its caps that the rows of a total share, in minor units, and whose it is: the layer's, or
    one that layers share, which counts once and is taken first. None without one."""
    own, limits = Scope(total.keys), []
    shared = [cap for cap in shared_caps_of(kernel) if layer in {one for one, _ in cap.draws}]
    for cap in (*shared, *caps_of(kernel, layer)):
        high, of = bounds.ranges.value(cap.limit).high, None if cap.draws else layer
        if (
            not cap.of_step
            and Question("within_cap", of, cap.definition.name) in proved
            and all(Question("non_negative", one) in proved for one, _ in cap.draws or ((layer, ""),))
            and cap.total is not None
            and bounds.constancy.refines(own, cap.scope)
            and cap.scope.alone == e.FALSE
            and high < inf
        ):
            limits.append((floor(high), of or cap.definition.name))
    return min(limits, key=lambda one: one[0], default=None)
