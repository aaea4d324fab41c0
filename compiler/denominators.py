"""The denominator of every exact amount: static, so that evaluators count in whole numerators.

A ratio that is data counts in millionths, a literal in its own parts; a product multiplies, a
rounding ends it. An accumulator has the denominator of what it adds, which may read its own total:
the denominators are the least ones that agree, or there are none (a ratio inside a feedback).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import assert_never

from attrs import field, frozen

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.remember import remember
from hmbc.dsl.expr import (
    Add,
    AddMonths,
    AgeAt,
    And,
    Attribute,
    Before,
    Choose,
    Compare,
    Const,
    DateIn,
    Expr,
    Given,
    Increase,
    InList,
    InPeriods,
    LayerPay,
    Max,
    Min,
    MonthOf,
    Not,
    Or,
    Parameter,
    Ref,
    Round,
    Scale,
    Share,
    Subtract,
    Total,
    YearOf,
)
from hmbc.dsl.types import Ratio
from hmbc.runtime.ratio import RATIO_DENOMINATOR

MOST_BITS = 1_000
"""A denominator this long has no end."""


@frozen
class Denominators:
    """`definitions` and `accumulators` by name. `growing`: accumulators that have none."""

    definitions: Mapping[str, int]
    accumulators: Mapping[str, int]
    growing: tuple[str, ...] = ()
    _found: dict[Expr, int] = field(init=False, factory=dict, eq=False, repr=False)

    def of(self, expr: Expr) -> int:
        """The denominator of an expression; 1 of what is no amount."""
        if expr not in self._found:
            self._found[expr] = self._of(expr)
        return self._found[expr]

    def _of(self, expr: Expr) -> int:
        match expr:
            case Const(value=Fraction() as value):
                return value.denominator
            case Attribute(type=kind) | Parameter(type=kind):
                return RATIO_DENOMINATOR if isinstance(kind, Ratio) else 1
            case (
                Add(left=left, right=right)
                | Subtract(left=left, right=right)
                | Min(left=left, right=right)
                | Max(left=left, right=right)
                | Choose(then=left, otherwise=right)
            ):
                return lcm(self.of(left), self.of(right))
            case Scale(amount=amount, by=by):
                return self.of(amount) * self.of(by)
            case Ref(name=name):
                return self.definitions[name]
            case Total(accumulator=name) | Before(accumulator=name):
                return self.accumulators[name]
            case Increase(of=of):
                return self.of(of)
            case Const() | Given() | Compare() | And() | Or() | Not() | InList() | InPeriods():
                return 1
            case Round() | Share() | YearOf() | MonthOf() | DateIn() | AddMonths() | AgeAt():
                return 1
            case LayerPay():
                raise KernelError("LayerPay in a kernel")
            case _:
                assert_never(expr)


@remember
def denominators_of(kernel: Kernel) -> Denominators:
    """The denominators of a kernel's items."""
    found = Denominators(
        {i.name: 1 for i in kernel.items if isinstance(i, Definition)},
        {i.name: 1 for i in kernel.items if isinstance(i, Accumulator)},
    )
    rounds = len(kernel.items) + 2
    for _ in range(rounds):
        after = _round(kernel, found)
        if after == found:
            return found
        found = after
        if _endless(found):
            break
    # What still moves after as many rounds again goes round in circles.
    settled = found
    for _ in range(rounds):
        if _endless(found):
            break
        found = _round(kernel, found)
    growing = [
        name
        for name, one in found.accumulators.items()
        if one != settled.accumulators[name] or name in _endless(found)
    ]
    return Denominators(found.definitions, found.accumulators, tuple(growing))


def _endless(found: Denominators) -> set[str]:
    return {name for name, one in found.accumulators.items() if one.bit_length() > MOST_BITS}


def _round(kernel: Kernel, found: Denominators) -> Denominators:
    """Each item's denominator from those of what it reads, as far as they are known by now."""
    definitions, accumulators = dict(found.definitions), dict(found.accumulators)
    known = Denominators(definitions, accumulators)
    for item in kernel.items:
        match item:
            case Definition(name=name, expr=expr):
                before, definitions[name] = definitions[name], known.of(expr)
                changed = definitions[name] != before
            case Accumulator(name=name, adds=adds):
                before, accumulators[name] = accumulators[name], known.of(adds)
                changed = accumulators[name] != before
            case _:
                assert_never(item)
        if changed:
            known = Denominators(definitions, accumulators)
    return known
