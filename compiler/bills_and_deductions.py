"""What payments do with each amount of a claim: a bill is counted somewhere, a deduction is only ever taken off, and an
amount that only conditions read is neither. It follows from the sign with which payments read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import define, evolve, field, frozen

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.dsl import expr as e
from hmbc.dsl.expr import parts_of
from hmbc.dsl.types import Money

Sign = Literal["+", "-"]


@frozen
class Amounts:
    """The money attributes of claims by what payments do with them: `bills` are counted, and by
    layer; `deductions` only taken off."""

    bills: tuple[str, ...]
    deductions: tuple[str, ...]
    by_layer: Mapping[str, Mapping[str, frozenset[Sign]]]

    def of(self, layer: str | None, name: str) -> frozenset[Sign]:
        """The signs with which a layer reads an amount, or any layer."""
        if layer is not None:
            return self.by_layer[layer].get(name, frozenset())
        found: frozenset[Sign] = frozenset()
        for signs in self.by_layer.values():
            found |= signs.get(name, frozenset())
        return found


def amounts_of(kernel: Kernel) -> Amounts:
    """What the payments of a kernel do with each amount."""
    reader = _Signs(kernel)
    by_layer = {outcome.layer: reader.of_layer(outcome.pay) for outcome in kernel.outcomes}
    money = [i.name for i in kernel.inputs if i.owner == "claim" and isinstance(i.type, Money)]
    read = Amounts((), (), by_layer)
    return evolve(
        read,
        bills=tuple(name for name in money if "+" in read.of(None, name)),
        deductions=tuple(name for name in money if read.of(None, name) == {"-"}),
    )


@define
class _Signs:
    """Reads signs through definitions and totals, but not through what other layers pay, nor what a
    proportional share is shared by."""

    kernel: Kernel
    items: dict[str, Definition | Accumulator] = field(init=False)
    _pays: frozenset[str] = field(init=False)
    _found: dict[str, set[Sign]] = field(init=False, factory=dict)
    _seen: set[tuple[str, Sign]] = field(init=False, factory=set)

    def __attrs_post_init__(self) -> None:
        self.items = {item.name: item for item in self.kernel.items}
        self._pays = frozenset(outcome.pay for outcome in self.kernel.outcomes)

    def of_layer(self, pay: str) -> dict[str, frozenset[Sign]]:
        self._found, self._seen = {}, set()
        item = self.items[pay]
        assert isinstance(item, Definition)
        self._read(item.expr, "+")
        return {name: frozenset(signs) for name, signs in self._found.items()}

    def _read(self, expr: e.Expr, sign: Sign) -> None:
        match expr:
            case e.Attribute(owner="claim", name=name, type=Money()):
                self._found.setdefault(name, set()).add(sign)
            case e.Ref(name=name) if name not in self._pays:
                self._item(name, sign)
            case e.Total(accumulator=name):
                self._item(name, sign)
            case e.Subtract(left=left, right=right):
                self._read(left, sign)
                self._read(right, "-" if sign == "+" else "+")
            case e.Choose(then=left, otherwise=right):
                self._read(left, sign)
                self._read(right, sign)
            case e.Scale(amount=inner) | e.Share(amount=inner):
                self._read(inner, sign)
            case e.Compare() | e.And() | e.Or() | e.Not():
                pass
            case _:
                for part in parts_of(expr):
                    self._read(part, sign)

    def _item(self, name: str, sign: Sign) -> None:
        if (name, sign) in self._seen:
            return
        self._seen.add((name, sign))
        item = self.items[name]
        self._read(item.adds if isinstance(item, Accumulator) else item.expr, sign)
