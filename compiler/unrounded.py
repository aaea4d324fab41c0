"""What each layer would pay were its last rounding left out, beside what it pays."""

from __future__ import annotations

from attrs import evolve

from hmbc.compiler.kernel import Definition, Kernel
from hmbc.dsl import expr as e


def unrounded(layer: str) -> str:
    """The name of what a layer would pay."""
    return f"exact.{layer}"


def with_unrounded(kernel: Kernel) -> Kernel:
    """The kernel with it for each of its layers."""
    definitions = kernel.definitions

    def exact(expr: e.Expr, layer: str) -> e.Expr:
        match expr:
            case e.Ref(name=name) if definitions[name].layer == layer:
                return exact(definitions[name].expr, layer)
            case e.Round(amount=amount):
                return exact(amount, layer)
            case _:
                return e.rebuild(expr, lambda part: exact(part, layer))

    probes = (
        Definition(
            name=unrounded(one.layer), expr=exact(e.Ref(one.pay), one.layer), role="probe"
        )
        for one in kernel.outcomes
    )
    return evolve(kernel, items=(*kernel.items, *probes))
