"""One layer to its definitions: what counts, above the threshold, times the ratio, up to the cap.

    billed   what the layer would count        0 where it does not apply or something stops it
    base     billed, less excluded parts, never below 0
    excess   for each threshold and cost cap in turn: increase max(0, total - threshold)
    share    ratio x excess, exact
    rounded  increase round(total share)
    pay      for each cap in turn: increase min(cap, total)

Where a condition lifts thresholds or caps, they see 0 of the claims for which it holds, and those
claims go on whole.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Literal

from attrs import evolve

from hmbc.compiler.kernel import Accumulator, Clause, Definition, Outcome
from hmbc.compiler.lower_amounts import (
    ZERO,
    above,
    at_most,
    banded,
    inner,
    is_natural,
    is_zero,
    is_zero_ratio,
    whole,
    working_name,
)
from hmbc.compiler.lower_pools import PoolDraw
from hmbc.compiler.scopes import CLAIM, YEAR, alone_in, increase_over, left_over, total_over
from hmbc.dsl import expr as e
from hmbc.dsl.reads import has_increase, moves_with_totals
from hmbc.dsl.scheme import (
    CheckedAmount,
    CheckedBands,
    CheckedLayer,
    CheckedPays,
    CheckedScheme,
    CheckedScope,
    CheckedTopUp,
)

Steps = Generator[PoolDraw, e.Ref, e.Ref]
Stops = tuple[tuple[str, e.Expr, bool], ...]


class LayerLowering:
    """Collects the items of one layer, in order."""

    def __init__(
        self, layer: CheckedLayer, scheme: CheckedScheme, read: frozenset[str] = frozenset()
    ) -> None:
        """read: the amounts of its working that other clauses read (`excess`, …)."""
        self.layer = layer
        self.read = read
        self.scheme = scheme
        self.clause = Clause(cites=layer.cites, span=layer.span)
        self.items: list[Definition | Accumulator] = []
        self._counts: dict[str, int] = {}
        self._threshold: e.Expr = ZERO
        self._totals: dict[tuple[CheckedScope, e.Ref], str] = {}

    def lower(self, stops: Stops) -> Generator[PoolDraw, e.Ref, Outcome]:
        """Fill `items`; `stops`: (reason, condition, whether it is for all layers).
        A stop for all layers comes before all other reasons; one for this layer says nothing where
        the layer does not apply.

        Where the layer draws on a shared threshold or cap it yields what it would draw with, and is
        sent what it may: the caller knows the other layers.
        """
        layer = self.layer
        applies = self._define("applies", layer.applies)
        counts: e.Expr = applies
        for _, stop, _ in stops:
            counts = e.And(counts, e.Not(stop))
        reasons: list[tuple[str, e.Expr]] = [(code, stop) for code, stop, all_ in stops if all_]
        reasons.append(("not_covered", e.Not(applies)))
        reasons += [(code, stop) for code, stop, all_ in stops if not all_]
        base: e.Expr = ZERO
        if layer.has_base:
            base = self._base(counts, reasons)
            self._show("base", base)
        rounding = CLAIM
        if layer.top_up is not None:
            rounded = share = self._top_up(base, layer.top_up, reasons)
        else:
            if layer.pays is not None:
                share = self._pays(layer.pays, counts, base)
                reasons.append(("nothing_due", is_zero(share)))
            else:
                counted = self._limited_cost(base, reasons)
                excess = yield from self._above_thresholds(counted)
                self._show("excess", excess)
                reasons.append(("below_threshold", is_zero(excess)))
                share = self._share(counted, excess)
                reasons.append(("not_covered", is_zero(share)))
            rounding = self._rounding_scope()
            rounded = self._rounded(share, rounding)
        self._show("uncapped", rounded)
        pay = yield from self._capped(rounded, share, rounding)
        if any(cap.of == "paid" for cap in layer.caps):
            reasons.append(("capped", e.Compare("<", pay, rounded)))
        reasons += [("rounded_away", is_zero(pay)), ("paid", e.TRUE)]
        return Outcome(layer=layer.name, label=layer.label, pay=pay.name, reasons=tuple(reasons))

    # ---- pieces

    def _show(self, which: str, amount: e.Expr) -> None:
        """Give an amount a name of its own where another clause reads it."""
        if which in self.read:
            self.items.append(
                Definition(
                    name=working_name(self.layer.name, which),
                    expr=amount,
                    role="working",
                    layer=self.layer.name,
                    clause=self.clause,
                )
            )

    def _define(self, role: str, expr: e.Expr, clause: Clause | None = None) -> e.Ref:
        name = self._name(role)
        self.items.append(
            Definition(
                name=name,
                expr=inner(expr),
                role=role,
                layer=self.layer.name,
                clause=clause or self.clause,
            )
        )
        return e.Ref(name)

    def _name(self, role: str) -> str:
        count = self._counts[role] = self._counts.get(role, 0) + 1
        return f"{self.layer.name}.{role}" + ("" if count == 1 else str(count))

    def _over(
        self,
        scope: CheckedScope,
        adds: e.Ref,
        function: Callable[[e.Expr], e.Expr],
        role: str,
        clause: Clause,
    ) -> e.Expr:
        """`increase function(accumulate adds per scope)`; one total serves all that ask for the
        same amount over the same scope."""
        known = self._totals.get((scope, adds))
        name = known or self._name(role)
        over = increase_over(
            scope, adds, function, name, role, self.layer.name, clause, self.scheme
        )
        if over.accumulator is not None and known is None:
            self.items.append(over.accumulator)
            self._totals[scope, adds] = name
        return over.value

    def _limited(
        self,
        kind: Literal["threshold", "cap"],
        amount: CheckedAmount,
        stated: e.Expr,
        adds: e.Ref,
        role: str,
        clause: Clause,
    ) -> e.Expr:
        """What lies above a threshold, or within a cap; one that varies has its own total."""
        if not amount.varies or alone_in(amount.scope) == e.TRUE:
            function = above(stated) if kind == "threshold" else at_most(stated)
            return self._over(amount.scope, adds, function, role, clause)
        over = left_over(
            kind, amount.scope, adds, stated, self._name("used"), self.layer.name, clause,
            self.scheme,
        )  # fmt: skip
        assert over.accumulator is not None
        self.items.append(over.accumulator)
        return over.value

    def _amount(self, role: str, amount: e.Expr, clause: Clause) -> e.Expr:
        """The amount that a clause states, with a name for explanations; one that reads running
        totals stays in place, so that `increase` sees them move."""
        stated = self._not_negative(amount)
        return stated if moves_with_totals(stated) else self._define(role, stated, clause)

    def _base(self, counts: e.Expr, reasons: list[tuple[str, e.Expr]]) -> e.Ref:
        amount = self._not_negative(inner(self.layer.base))
        base = self._define("billed", e.Choose(counts, amount, ZERO))
        for part in self.scheme.parts:
            if part.layers is not None and self.layer.name not in part.layers:
                continue
            clause = Clause(cites=part.cites, span=part.span)
            off = e.Choose(counts, self._not_negative(inner(part.amount)), ZERO)
            before = base
            base = self._define("base", e.Max(ZERO, e.Subtract(before, off)), clause)
            gone = e.And(e.Compare(">", before, ZERO), is_zero(base))
            reasons.append((f"excluded:{part.name}", gone))
        reasons.append(("nothing_claimed", is_zero(base)))
        return base

    def _pays(self, pays: CheckedPays, counts: e.Expr, base: e.Expr) -> e.Ref:
        amount = inner(pays.amount)
        value = e.Increase(amount) if pays.increase else amount
        if not pays.may_fall:
            value = self._not_negative(value)
        if base != ZERO:
            counts = e.Compare(">", base, ZERO)
        return self._define("share", e.Choose(counts, value, ZERO))

    def _limited_cost(self, base: e.Expr, reasons: list[tuple[str, e.Expr]]) -> e.Ref:
        assert isinstance(base, e.Ref)
        counted = base
        for cap in self.layer.caps:
            if cap.of != "cost":
                continue
            assert isinstance(cap.amount, CheckedAmount)
            clause = self._clause(cap.amount)
            limit = self._amount("cost_cap", inner(cap.amount.value), clause)
            value = self._limited("cap", cap.amount, limit, counted, "cost", clause)
            counted = self._define("counted", value, clause)
        if counted != base:
            reasons.append(("capped", is_zero(counted)))
        return counted

    def _above_thresholds(self, counted: e.Ref) -> Steps:
        free = self._free("no_threshold", self.layer.no_threshold)
        touched = counted
        if free is not None:
            touched = self._define("touched", e.Choose(free, ZERO, counted))
        excess = yield from self._above_each(touched)
        if free is not None:
            excess = self._define("excess", e.Choose(free, counted, excess))
        return excess

    def _free(self, role: str, condition: e.Expr) -> e.Ref | None:
        """Whether the claim is free of thresholds, or of caps; None where no claim is."""
        return None if condition == e.FALSE else self._define(role, condition)

    def _above_each(self, counted: e.Ref) -> Steps:
        excess = counted
        for threshold in self.layer.thresholds:
            if isinstance(threshold, str):
                value = yield PoolDraw("threshold", threshold, excess)
                excess = self._define("excess", value)
                continue
            clause = self._clause(threshold)
            amount = self._amount("threshold", inner(threshold.value), clause)
            self._threshold = amount
            over = self._limited("threshold", threshold, amount, excess, "spent", clause)
            above_own = self._define("excess", over, clause)
            if threshold.within is not None:
                above_own = self._within(threshold.within, excess, above_own)
            excess = above_own
        return excess

    def _within(self, within: CheckedAmount, counted: e.Ref, excess: e.Ref) -> e.Ref:
        """What is above a threshold of which no more than `within` is deducted together."""
        clause = self._clause(within)
        borne = self._define("borne", e.Subtract(counted, excess), clause)
        limit = self._amount("threshold", inner(within.value), clause)
        deducted = self._define(
            "deducted", self._limited("cap", within, limit, borne, "borne", clause), clause
        )
        return self._define("excess", e.Subtract(counted, deducted), clause)

    def _share(self, counted: e.Ref, excess: e.Ref) -> e.Ref:
        ratio = self.layer.ratio
        assert ratio is not None
        if not isinstance(ratio, CheckedBands):
            return self._define("share", e.Scale(excess, self._define("ratio", inner(ratio))))
        ratio = evolve(ratio, bands=tuple((limit, self._fixed(x)) for limit, x in ratio.bands))
        if ratio.of == "cost" and not self._counts_alike(ratio):
            return self._define("share", self._top_of_cost(ratio, counted, excess))
        if ratio.of == "excess":
            value = self._over(
                ratio.scope, excess, lambda total: banded(total, ratio, ZERO), "banded", self.clause
            )
        else:
            floor = self._threshold
            value = self._over(
                ratio.scope,
                counted,
                lambda total: banded(total, ratio, floor),
                "banded",
                self.clause,
            )
        return self._define("share", value)

    def _counts_alike(self, bands: CheckedBands) -> bool:
        """Whether the bands run over the scope of the one threshold, if there is any, and it touches
        every claim."""
        if self.layer.no_threshold != e.FALSE:
            return False
        match self.layer.thresholds:
            case ():
                return True
            case (CheckedAmount(scope=scope, varies=False, within=None),):
                return scope == bands.scope
            case _:
                return False

    def _top_of_cost(self, bands: CheckedBands, counted: e.Ref, excess: e.Ref) -> e.Expr:
        """The excess of a claim is the top part of its cost: what of it lies in which band."""
        known = self._totals.get((bands.scope, counted))
        name = known or self._name("banded")
        over = total_over(
            bands.scope, counted, name, "banded", self.layer.name, self.clause, self.scheme
        )
        if over.accumulator is not None and known is None:
            self.items.append(over.accumulator)
            self._totals[bands.scope, counted] = name
        return banded(over.value, bands, e.Subtract(over.value, excess))

    def _fixed(self, ratio: e.Expr) -> e.Expr:
        """A band's ratio at this claim: one that reads totals must not be taken again for what was
        counted before."""
        if moves_with_totals(ratio) or has_increase(ratio):
            return self._define("ratio", inner(ratio))
        return ratio

    def _rounding_scope(self) -> CheckedScope:
        if self.layer.rounding.scope is not None:
            return self.layer.rounding.scope
        for cap in self.layer.caps:
            if cap.of == "paid":
                amount = cap.amount
                if isinstance(amount, str):
                    amount = next(p.amount for p in self.scheme.pools if p.name == amount)
                return amount.scope
        return YEAR

    def _rounded(self, share: e.Ref, scope: CheckedScope) -> e.Ref:
        value = self._over(scope, share, self._round, "due", self.clause)
        return self._define("rounded", value)

    def _round(self, amount: e.Expr) -> e.Expr:
        return e.Round(amount, self.layer.rounding.mode, self.layer.rounding.step)

    def _capped(self, rounded: e.Ref, share: e.Ref, rounding: CheckedScope) -> Steps:
        """The first cap, where it runs over the scope of the rounding, is taken on the rounded
        total itself, so that one total serves both."""
        caps = [cap.amount for cap in self.layer.caps if cap.of == "paid"]
        free = self._free("no_cap", self.layer.no_cap)
        pay = rounded
        if free is not None:
            pay = self._define("touched", e.Choose(free, ZERO, rounded))
        for index, cap in enumerate(caps):
            role = "pay" if index == len(caps) - 1 else "limited"
            if free is not None:
                role = "within_cap"
            if isinstance(cap, str):
                value: e.Expr = yield PoolDraw("cap", cap, pay)
                pay = self._define(role, value)
                continue
            clause = self._clause(cap)
            limit = self._amount("cap", whole(cap.value, self.scheme), clause)
            if index == 0 and cap.scope == rounding != CLAIM and not cap.varies and free is None:
                value = self._over(cap.scope, share, at_most(limit, self._round), "due", clause)
            else:
                value = self._limited("cap", cap, limit, pay, "paid", clause)
            pay = self._define(role, value, clause)
        if free is not None:
            return self._define("pay", e.Choose(free, rounded, pay))
        return pay if caps else self._define("pay", rounded)

    def _top_up(
        self, base: e.Expr, top_up: CheckedTopUp, reasons: list[tuple[str, e.Expr]]
    ) -> e.Ref:
        rounding = self.layer.rounding
        target = self._define("ratio", inner(top_up.target))
        assert isinstance(base, e.Ref)
        value = self._over(
            rounding.scope or YEAR, base,
            lambda total: self._round(e.Scale(total, target)), "spent", self.clause,
        )  # fmt: skip
        due = self._define("target", value)
        left: e.Expr = due
        for amount in top_up.after:
            left = e.Subtract(left, self._not_negative(whole(amount, self.scheme)))
        left = self._define("rounded", e.Max(ZERO, left))
        reasons.append(("not_covered", e.And(is_zero(due), is_zero_ratio(target))))
        reasons.append(("rounded_away", is_zero(due)))
        reasons.append(("met_by_others", is_zero(left)))
        return left

    def _not_negative(self, amount: e.Expr) -> e.Expr:
        """The amount, held at 0 from below unless its domain does that already."""
        lows = {("claim", x.name): x.low for x in self.scheme.attributes if x.owner == "claim"}
        lows |= {("member", x.name): x.low for x in self.scheme.attributes if x.owner == "member"}
        lows |= {("parameter", x.name): x.low for x in self.scheme.parameters}
        lows |= {
            ("pay", f"{layer.name}.pay"): None
            for layer in self.scheme.layers
            if layer.pays is not None and layer.pays.may_fall
        }
        return amount if is_natural(amount, lows) else e.Max(ZERO, amount)

    def _clause(self, amount: CheckedAmount) -> Clause:
        return Clause(cites=amount.cites or self.layer.cites, span=amount.span)
