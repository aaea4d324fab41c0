"""A part of a kernel: one of its layers, or what some of its items need and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from hmbc.compiler.kernel import Kernel
from hmbc.dsl.reads import items_read


def of_layer(kernel: Kernel, layer: str | None) -> Kernel:
    """The kernel with one layer alone (None: all)."""
    if layer is None:
        return kernel
    outcomes = tuple(outcome for outcome in kernel.outcomes if outcome.layer == layer)
    return evolve(kernel, outcomes=outcomes)


def slice_of(kernel: Kernel, roots: Iterable[str], outcomes: bool = True) -> Kernel:
    """The kernel with the items that the roots and the rejects read, directly or not; with what its layers pay, or
    without outcomes."""
    items = {item.name: item for item in kernel.items}
    pending = [name for name in roots if name in items]
    if outcomes:
        pending += [outcome.pay for outcome in kernel.outcomes]
    pending += [name for reject in kernel.rejects for name in items_read(reject.when)]
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        item = items[name]
        pending += [name for part in item.exprs for name in items_read(part)]
    kept = tuple(item for item in kernel.items if item.name in seen)
    return evolve(kernel, items=kept, outcomes=kernel.outcomes if outcomes else ())
