"""Where the base and the caps of a layer stand in a kernel."""

from __future__ import annotations

from attrs import frozen

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.structure_stage import stage_of
from hmbc.dsl import expr as e
from hmbc.dsl.reads import reads_totals


@frozen
class Cap:
    """A cap of a kernel: over the rows that share the keys of `total` (each row alone where `scope`
    says so, or where there is no total) no more than `limit`. draws: of a cap that layers share
    (compiler/shared_caps.py), these and what each is let through by; else nothing."""

    definition: Definition
    limit: e.Expr
    scope: Scope
    total: Accumulator | None
    draws: tuple[tuple[str, str], ...] = ()

    @property
    def of_step(self) -> bool:
        """Whether it limits its own step alone (a cost cap; a cap that some claims are free of), not
        all that the layer pays."""
        return self.definition.role in ("counted", "within_cap")


def caps_of(kernel: Kernel, layer: str) -> tuple[Cap, ...]:
    """The caps of a layer in the order in which they apply, those of cost first."""
    accumulators = kernel.accumulators
    found = []
    for item in kernel.items:
        if not isinstance(item, Definition) or item.layer != layer:
            continue
        if item.role not in ("counted", "within_cap", "limited", "pay"):
            continue
        stage = stage_of(item.expr, accumulators)
        function = item.expr if stage is None else stage.of
        if stage is not None and function == e.Total(stage.total.name):
            function = _what_is_left(stage.total)
        match function:
            case e.Min(left=limit) if not reads_totals(limit):
                scope = Scope((), e.TRUE) if stage is None else stage.scope
                found.append(Cap(item, limit, scope, None if stage is None else stage.total))
            case _:
                pass
    return tuple(found)


def _what_is_left(used: Accumulator) -> e.Expr:
    """`min(limit, …)` of a cap that may vary, whose total is of what it let through."""
    match used.adds:
        case e.Min(right=e.Max(right=e.Subtract(left=limit))) if used.role == "used":
            return e.Min(limit, e.Total(used.name))
        case _:
            return e.Total(used.name)


def base_of(kernel: Kernel, layer: str) -> str | None:
    """The last definition of what a layer counts; None where it has no base."""
    found = None
    for item in kernel.items:
        if isinstance(item, Definition) and item.layer == layer and item.role in ("billed", "base"):
            found = item.name
    return found
