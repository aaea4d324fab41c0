"""Which amounts of a kernel count whole minor units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import define, field

from hmbc.compiler.denominators import Denominators
from hmbc.compiler.kernel import Accumulator, Definition
from hmbc.dsl import expr as e


@define
class Whole:
    """Those of one kernel."""

    definitions: Mapping[str, Definition]
    accumulators: Mapping[str, Accumulator]
    denominators: Denominators
    _staying: set[str] = field(init=False, factory=set)
    """Totals of which it is being worked out whether they stay whole."""

    def of(self, expr: e.Expr) -> bool:
        """Whether an amount counts whole minor units: by its denominator, or as each of the amounts
        that it chooses from does. A total that reads itself is whole if it stays so."""
        if self.denominators.of(expr) == 1:
            return True
        match expr:
            case e.Const(value=Fraction() as value):
                return value.denominator == 1
            case e.Ref(name=name):
                return self.of(self.definitions[name].expr)
            case e.Total(accumulator=name) | e.Before(accumulator=name):
                if name in self._staying:
                    return True
                self._staying.add(name)
                try:
                    return self.of(self.accumulators[name].adds)
                finally:
                    self._staying.remove(name)
            case e.Scale(amount=amount, by=e.Const(value=by)) if not isinstance(by, str):
                return all(
                    isinstance(leaf, e.Const)
                    and not isinstance(leaf.value, str)
                    and (leaf.value * by).denominator == 1
                    for leaf in _leaves(amount)
                )
            case (
                e.Add(left=left, right=right)
                | e.Subtract(left=left, right=right)
                | e.Min(left=left, right=right)
                | e.Max(left=left, right=right)
                | e.Choose(then=left, otherwise=right)
            ):
                return self.of(left) and self.of(right)
            case e.Increase(of=of):
                return self.of(of)
            case _:
                return False


def _leaves(expr: e.Expr) -> Iterator[e.Expr]:
    """What an expression chooses from."""
    if isinstance(expr, e.Choose):
        yield from _leaves(expr.then)
        yield from _leaves(expr.otherwise)
    else:
        yield expr
