"""Shared thresholds and caps: several layers draw on one amount, in written order or pro rata.

In order, layer k of those that share takes the increase of its own addition, after those before it:
with `Aj` the total of what layer j draws with, and f(x) = max(0, x - T) or min(C, x),

    f(A1 + .. + Ak + before A(k+1) + ..) - f(A1 + .. + A(k-1) + before Ak + ..)

Pro rata, the increase X of f over all of them together is split by what each draws with, rounded so
that the parts sum to X: part k is share(X, d1 + .. + dk, D) - share(X, d1 + .. + d(k-1), D), where
D = d1 + .. + dn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from attrs import define, field, frozen

from hmbc.compiler.kernel import Accumulator, Clause, Definition
from hmbc.compiler.lower_amounts import ZERO, above, at_most, inner, whole
from hmbc.compiler.scopes import alone_in, increase_over, left_over
from hmbc.dsl import expr as e
from hmbc.dsl.scheme import CheckedPool, CheckedScheme

DRAWN = ".shared."
"""In the name of a total of what a layer draws, between the layer and what is shared."""


def pool_of(total: str) -> str | None:
    """What is shared of which a total, by its name, is what a layer draws; None if it is none."""
    return total.partition(DRAWN)[2] or None


def total_drawn(total: str) -> str | None:
    """What is shared of which a total, by its name, is what layers draw, one of them or all together."""
    if total.startswith("shared.") and total.endswith(".total"):
        return total.removeprefix("shared.").removesuffix(".total")
    return pool_of(total)


@frozen
class PoolDraw:
    """A layer asks: with this amount, what does the shared threshold or cap leave me?"""

    kind: Literal["threshold", "cap"]
    pool: str
    amount: e.Ref


@define
class PoolLowering:
    """One shared amount while its layers are lowered. `layers`: those that draw on it, in order."""

    pool: CheckedPool
    layers: tuple[str, ...]
    scheme: CheckedScheme
    drawn: dict[str, e.Ref] = field(factory=dict)

    @property
    def limit(self) -> e.Expr:
        """The amount that is shared, 0 or more; a cap is whole."""
        amount = self.pool.amount.value
        exact = self.pool.kind == "threshold"
        return e.Max(ZERO, inner(amount) if exact else whole(amount, self.scheme))

    def function(self) -> Callable[[e.Expr], e.Expr]:
        """What the pool does with a total."""
        return above(self.limit) if self.pool.kind == "threshold" else at_most(self.limit)

    @property
    def clause(self) -> Clause:
        """Where the pool is stated."""
        return Clause(cites=self.pool.cites, span=self.pool.span)

    def in_order(self, layer: str, amount: e.Ref, items: list[Definition | Accumulator]) -> e.Expr:
        """What layer `layer`, the next in order, is left."""
        place = self.layers.index(layer)
        if self.pool.amount.varies:
            return self._left_in_order(layer, amount, items)
        self.drawn[layer] = amount
        function = self.function()
        alone = alone_in(self.pool.amount.scope)
        before = _sum([self.drawn[name] for name in self.layers[:place]])
        by_claim = e.Subtract(function(e.Add(before, amount)), function(before))
        if alone == e.TRUE:
            return by_claim
        over = increase_over(
            self.pool.amount.scope, amount, lambda total: total, self._total(layer), "drawn",
            layer, self.clause, self.scheme,
        )  # fmt: skip
        assert over.accumulator is not None
        items.append(over.accumulator)
        totals: list[e.Expr] = [e.Total(self._total(name)) for name in self.layers[:place]]
        befores: list[e.Expr] = [e.Before(self._total(name)) for name in self.layers[place + 1 :]]
        own = self._total(layer)
        high = function(_sum([*totals, e.Total(own), *befores]))
        low = function(_sum([*totals, e.Before(own), *befores]))
        left = e.Subtract(high, low)
        return left if alone == e.FALSE else e.Choose(alone, by_claim, left)

    def _left_in_order(
        self, layer: str, amount: e.Ref, items: list[Definition | Accumulator]
    ) -> e.Expr:
        """Of an amount that may be another one for the next claim: what is left of this claim's after
        what was used before, and by the layers before in this claim."""
        limit = self.limit
        alone = alone_in(self.pool.amount.scope)
        used: e.Expr = ZERO
        for other in self.layers:
            used = e.Add(used, e.Before(self._total(other)))
        now = _sum(list(self.drawn.values()))
        left = e.Max(ZERO, e.Subtract(e.Subtract(limit, used), now))
        by_claim = e.Min(amount, e.Max(ZERO, e.Subtract(limit, now)))
        taken = e.Min(amount, left) if alone == e.FALSE else e.Choose(alone, by_claim, e.Min(amount, left))
        drawn = self._define(f"{layer}.drawn", taken, items)
        if alone != e.TRUE:
            over = increase_over(
                self.pool.amount.scope, drawn, lambda total: total, self._total(layer), "used",
                layer, self.clause, self.scheme,
            )  # fmt: skip
            assert over.accumulator is not None
            items.append(over.accumulator)
        self.drawn[layer] = drawn
        return drawn if self.pool.kind == "cap" else e.Subtract(amount, drawn)

    def pro_rata(
        self, amounts: dict[str, e.Ref], items: list[Definition | Accumulator]
    ) -> dict[str, e.Expr]:
        """What each layer is left; `amounts` in order of the layers."""
        together = self._define("together", _sum(list(amounts.values())), items)
        name = f"shared.{self.pool.name}.total"
        if self.pool.amount.varies:
            over = left_over(
                self.pool.kind, self.pool.amount.scope, together, self.limit, name, self.layers[0],
                self.clause, self.scheme,
            )  # fmt: skip
        else:
            over = increase_over(
                self.pool.amount.scope, together, self.function(), name, "drawn", self.layers[0],
                self.clause, self.scheme,
            )  # fmt: skip
        if over.accumulator is not None:
            items.append(over.accumulator)
        left = self._define("left", over.value, items)
        parts: dict[str, e.Expr] = {}
        reached: e.Expr = ZERO
        before: e.Expr = ZERO
        for layer, amount in amounts.items():
            reached = amount if reached == ZERO else e.Add(reached, amount)
            upto = e.Share(left, reached, together, "half_up")
            parts[layer] = upto if before == ZERO else e.Subtract(upto, before)
            before = upto
        return parts

    def _total(self, layer: str) -> str:
        return f"{layer}{DRAWN}{self.pool.name}"

    def _define(
        self, role: str, expr: e.Expr, items: list[Definition | Accumulator]
    ) -> e.Ref:
        name = f"shared.{self.pool.name}.{role}"
        items.append(
            Definition(name=name, expr=expr, role=role, layer=self.layers[0], clause=self.clause)
        )
        return e.Ref(name)


def _sum(amounts: list[e.Expr]) -> e.Expr:
    if not amounts:
        return ZERO
    result = amounts[0]
    for amount in amounts[1:]:
        result = e.Add(result, amount)
    return result
