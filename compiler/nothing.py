"""Layers that never pay anything, seen through: what is always nothing stands as 0.

A layer may ask for what no claim can be, as a condition that eligibility rules out. Then its base is 0
in every row, and so is what follows from it:

    total t, before t       0        where each row adds 0 to t
    increase c              0        c reading no total, which does not grow
    share(x, 0 / w)         0        a part of nothing draws nothing, w being 0 or not
    min(0, max(0, x))       0        what nothing uses of a limit
    0 × r, x + 0, …         worked out

Each holds in every row, so that laws of the one kernel are laws of the other. Where no amount that is
added to a total is 0 in every row, a kernel stays the same.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from attrs import define, evolve, field

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Money

ZERO = e.money(0)

_WORKED_OUT: dict[type[e.Expr], Callable[[Fraction, Fraction], Fraction]] = {
    e.Add: Fraction.__add__, e.Subtract: Fraction.__sub__, e.Min: min, e.Max: max
}  # fmt: skip


def without_nothing(kernel: Kernel) -> Kernel:
    """The kernel with 0 for what is always nothing; the same one where no total adds nothing."""
    seen = _Nothing()
    items = tuple(seen.item(item) for item in kernel.items)
    return evolve(kernel, items=items) if seen.empty else kernel


@define
class _Nothing:
    """What is known after the items so far. names: definitions that are 0; empty: totals that stay 0."""

    names: set[str] = field(factory=set)
    empty: set[str] = field(factory=set)

    def item(self, item: Definition | Accumulator) -> Definition | Accumulator:
        """An item, its amounts worked out where they are nothing."""
        if isinstance(item, Accumulator):
            if self.read(item.adds) == ZERO:
                self.empty.add(item.name)
            return item
        expr = self.read(item.expr)
        if expr == ZERO:
            self.names.add(item.name)
        return evolve(item, expr=expr)

    def read(self, expr: e.Expr) -> e.Expr:
        """An expression with 0 for what is nothing."""
        found = e.rebuild(expr, self.read)
        match found:
            case e.Ref(name=name) if name in self.names:
                return ZERO
            case e.Total(accumulator=name) | e.Before(accumulator=name) if name in self.empty:
                return ZERO
            case e.Increase(of=of) if not any(isinstance(node, e.Total) for node in walk(of)):
                return ZERO
            case e.Round(amount=e.Const(value=0)):
                return ZERO
            case e.Scale(amount=e.Const(value=0, type=Money())):
                return ZERO
            case e.Share(part=part, amount=amount) if ZERO in (part, amount):
                return ZERO
            case e.Min(left=e.Const(value=0), right=e.Max(left=e.Const(value=0))):
                return ZERO
            case (
                e.Add(left=left, right=right)
                | e.Subtract(left=left, right=right)
                | e.Min(left=left, right=right)
                | e.Max(left=left, right=right)
            ):
                return _of_two(found, left, right)
            case _:
                return found


def _of_two(expr: e.Expr, left: e.Expr, right: e.Expr) -> e.Expr:
    """Two amounts put together, worked out where both are constants or one is added or taken off as 0."""
    match left, right:
        case _, e.Const(value=0) if isinstance(expr, e.Add | e.Subtract):
            return left
        case e.Const(value=0), _ if isinstance(expr, e.Add):
            return right
        case (
            e.Const(value=Fraction() as one, type=Money()),
            e.Const(value=Fraction() as two, type=Money()),
        ):
            return e.money(_WORKED_OUT[type(expr)](one, two))
        case _:
            return expr
