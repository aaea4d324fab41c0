"""Ghosts: totals that a proof adds to a kernel, of what layers pay and count, for each set of keys."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.layer_parts import base_of, caps_of
from hmbc.dsl import expr as e

Keys = tuple[e.Expr, ...]
HUGE = 10**60
"""The ceiling of a ghost: none."""


def groups_of(kernel: Kernel) -> list[Keys]:
    found: list[Keys] = [()]
    for item in kernel.items:
        if isinstance(item, Accumulator) and item.keys not in found:
            found.append(item.keys)
    return found


def ghost(what: str, layer: str | None, group: int) -> str:
    """The name of a ghost: what a layer (or all of them) `pay` or `count`, by the keys of a group."""
    return f"ghost.{what}.{'' if layer is None else layer}.{group}"


def ghost_of(name: str) -> tuple[str, str, int]:
    """What a ghost is of, its layer and its group."""
    what, rest = name.removeprefix("ghost.").split(".", 1)
    of, number = rest.rsplit(".", 1)
    return what, of, int(number)


def with_ghosts(kernel: Kernel, groups: Sequence[Keys]) -> Kernel:
    ghosts: list[Definition | Accumulator] = []
    total: e.Expr = e.money(0)
    for outcome in kernel.outcomes:
        total = e.Add(total, e.Ref(outcome.pay))

    def add(name: str, adds: e.Expr, keys: Keys) -> None:
        ghosts.append(
            Accumulator(name=name, adds=adds, keys=keys, sequential=not keys, ceiling=HUGE)
        )

    for number, keys in enumerate(groups):
        for outcome in kernel.outcomes:
            add(ghost("pay", outcome.layer, number), e.Ref(outcome.pay), keys)
            if (base := base_of(kernel, outcome.layer)) is not None:
                add(ghost("count", outcome.layer, number), e.Ref(base), keys)
            for place, cap in enumerate(caps_of(kernel, outcome.layer)):
                if cap.total is not None and cap.total.keys == keys:
                    of = cap.definition.name if cap.of_step else outcome.pay
                    adds = e.Choose(cap.scope.alone, e.money(0), e.Ref(of))
                    add(ghost(f"cap{place}", outcome.layer, number), adds, keys)
        add(ghost("pay", None, number), total, keys)
    return evolve(kernel, items=(*kernel.items, *ghosts))
