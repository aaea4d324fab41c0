"""A kernel with some of its external parameters and lists given: they are constants then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from attrs import evolve

from hmbc.compiler.ceilings import with_ceilings
from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.dsl import expr as e
from hmbc.dsl.types import Money, Type

Scalar = Fraction | int | bool | str


def with_values(expr: e.Expr, values: Mapping[str, Scalar]) -> e.Expr:
    """The expression with these parameters as constants."""
    if isinstance(expr, e.Parameter) and expr.name in values:
        return e.Const(_as_constant(values[expr.name], expr.type), expr.type)
    return e.rebuild(expr, lambda part: with_values(part, values))


def specialised(
    kernel: Kernel, values: Mapping[str, Scalar], lists: Mapping[str, Iterable[str]]
) -> Kernel:
    """The kernel with these parameters (ratios as shares, amounts in minor units) and lists fixed; the
    others stay external."""

    def fixed(expr: e.Expr) -> e.Expr:
        return with_values(expr, values)

    items: list[Definition | Accumulator] = []
    for item in kernel.items:
        if isinstance(item, Definition):
            items.append(evolve(item, expr=fixed(item.expr)))
        else:  # what it may come to is worked out anew
            keys = tuple(fixed(key) for key in item.keys)
            items.append(evolve(item, adds=fixed(item.adds), keys=keys, ceiling=0))
    return with_ceilings(
        evolve(
            kernel,
            items=tuple(items),
            rejects=tuple(evolve(one, when=fixed(one.when)) for one in kernel.rejects),
            outcomes=tuple(
                evolve(one, reasons=tuple((code, fixed(when)) for code, when in one.reasons))
                for one in kernel.outcomes
            ),
            deadlines=tuple(evolve(one, when=fixed(one.when)) for one in kernel.deadlines),
            parameters=tuple(one for one in kernel.parameters if one.name not in values),
            lists=tuple(
                evolve(one, codes=tuple(sorted(lists[one.name]))) if one.name in lists else one
                for one in kernel.lists
            ),
            stated=(),
        )
    )


def _as_constant(value: Scalar, kind: Type) -> Scalar:
    """As expr.Const holds it: amounts of money as fractions."""
    return Fraction(value) if isinstance(kind, Money) else value
