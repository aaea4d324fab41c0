"""One layer to its definitions: what counts, above the threshold, times the ratio, up to the cap.

    billed   what the layer would count        0 where it does not apply or something stops it
    base     billed, less excluded parts, never below 0
    excess   for each threshold and cost cap in turn: increase max(0, total - threshold)
    share    ratio x excess, exact
    rounded  increase round(total share)
    pay      for each cap in turn: increase min(cap, total)
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from hmbc.compiler.kernel import Accumulator, Clause, Definition, Outcome
from hmbc.compiler.scopes import CLAIM, YEAR, increase_over
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.scheme import (
    CheckedAmount,
    CheckedBands,
    CheckedLayer,
    CheckedScheme,
    CheckedScope,
    CheckedTopUp,
)
from hmbc.dsl.types import Ratio

ZERO = e.money(0)
Reasons = tuple[tuple[str, e.Expr], ...]


class LayerLowering:
    """Collects the items of one layer, in order."""

    def __init__(self, layer: CheckedLayer, scheme: CheckedScheme) -> None:
        self.layer = layer
        self.scheme = scheme
        self.clause = Clause(cites=layer.cites, span=layer.span)
        self.items: list[Definition | Accumulator] = []
        self._counts: dict[str, int] = {}
        self._threshold: e.Expr = ZERO
        self._totals: dict[tuple[CheckedScope, e.Ref], str] = {}

    def lower(self, stops: Reasons) -> Outcome:
        """Fill `items`; `stops` are the reasons that come before all others."""
        layer = self.layer
        applies = self._define("applies", layer.applies)
        counts: e.Expr = applies
        for _, stop in stops:
            counts = e.And(counts, e.Not(stop))
        billed = self._define("billed", e.Choose(counts, self._not_negative(_inner(layer.base)), ZERO))
        base, parts = self._without_parts(billed, counts)
        reasons: list[tuple[str, e.Expr]] = [*stops, ("not_covered", e.Not(applies)), *parts]
        reasons.append(("nothing_claimed", _is_zero(base)))
        if layer.top_up is not None:
            rounded = share = self._top_up(base, layer.top_up, reasons)
            rounding = CLAIM
        else:
            counted = self._limited_cost(base, reasons)
            excess = self._above_thresholds(counted)
            reasons.append(("below_threshold", _is_zero(excess)))
            share = self._share(counted, excess)
            reasons.append(("not_covered", _is_zero(share)))
            rounding = self._rounding_scope()
            rounded = self._rounded(share, rounding)
        pay = self._capped(rounded, share, rounding)
        if any(cap.of == "paid" for cap in layer.caps):
            reasons.append(("capped", e.Compare("<", pay, rounded)))
        reasons += [("rounded_away", _is_zero(pay)), ("paid", e.TRUE)]
        assert isinstance(pay, e.Ref)
        return Outcome(layer=layer.name, label=layer.label, pay=pay.name, reasons=tuple(reasons))

    # ---- pieces

    def _define(self, role: str, expr: e.Expr, clause: Clause | None = None) -> e.Ref:
        name = self._name(role)
        self.items.append(
            Definition(
                name=name,
                expr=_inner(expr),
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

    def _without_parts(self, billed: e.Ref, counts: e.Expr) -> tuple[e.Ref, Reasons]:
        base = billed
        reasons = []
        for part in self.scheme.parts:
            if part.layers is not None and self.layer.name not in part.layers:
                continue
            clause = Clause(cites=part.cites, span=part.span)
            off = e.Choose(counts, self._not_negative(_inner(part.amount)), ZERO)
            before = base
            base = self._define("base", e.Max(ZERO, e.Subtract(before, off)), clause)
            gone = e.And(e.Compare(">", before, ZERO), _is_zero(base))
            reasons.append((f"excluded:{part.name}", gone))
        return base, tuple(reasons)

    def _limited_cost(self, base: e.Ref, reasons: list[tuple[str, e.Expr]]) -> e.Ref:
        counted = base
        for cap in self.layer.caps:
            if cap.of != "cost":
                continue
            clause = self._clause(cap.amount)
            limit = self._define("cost_cap", self._not_negative(_inner(cap.amount.value)), clause)
            value = self._over(cap.amount.scope, counted, _at_most(limit), "cost", clause)
            counted = self._define("counted", value, clause)
        if counted != base:
            reasons.append(("capped", _is_zero(counted)))
        return counted

    def _above_thresholds(self, counted: e.Ref) -> e.Ref:
        excess = counted
        for threshold in self.layer.thresholds:
            clause = self._clause(threshold)
            amount = self._define(
                "threshold", self._not_negative(_inner(threshold.value)), clause
            )
            self._threshold = amount
            value = self._over(threshold.scope, excess, _above(amount), "spent", clause)
            excess = self._define("excess", value, clause)
        return excess

    def _share(self, counted: e.Ref, excess: e.Ref) -> e.Ref:
        ratio = self.layer.ratio
        assert ratio is not None
        if not isinstance(ratio, CheckedBands):
            return self._define("share", e.Scale(excess, self._define("ratio", _inner(ratio))))
        if ratio.of == "excess":
            value = self._over(
                ratio.scope, excess, lambda total: _banded(total, ratio, ZERO), "banded", self.clause
            )
        else:
            floor = self._threshold
            value = self._over(
                ratio.scope, counted, lambda total: _banded(total, ratio, floor), "banded", self.clause
            )
        return self._define("share", value)

    def _rounding_scope(self) -> CheckedScope:
        if self.layer.rounding.scope is not None:
            return self.layer.rounding.scope
        caps = [cap for cap in self.layer.caps if cap.of == "paid"]
        return caps[0].amount.scope if caps else YEAR

    def _rounded(self, share: e.Ref, scope: CheckedScope) -> e.Ref:
        value = self._over(scope, share, self._round, "due", self.clause)
        return self._define("rounded", value)

    def _round(self, amount: e.Expr) -> e.Expr:
        return e.Round(amount, self.layer.rounding.mode, self.layer.rounding.step)

    def _capped(self, rounded: e.Ref, share: e.Ref, rounding: CheckedScope) -> e.Ref:
        """The first cap, where it runs over the scope of the rounding, is taken on the rounded
        total itself, so that one total serves both."""
        caps = [cap.amount for cap in self.layer.caps if cap.of == "paid"]
        pay = rounded
        for index, cap in enumerate(caps):
            clause = self._clause(cap)
            limit = self._define("cap", self._not_negative(_whole(_inner(cap.value))), clause)
            if index == 0 and cap.scope == rounding != CLAIM:
                value = self._over(cap.scope, share, _at_most(limit, self._round), "due", clause)
            else:
                value = self._over(cap.scope, pay, _at_most(limit), "paid", clause)
            pay = self._define("pay" if index == len(caps) - 1 else "limited", value, clause)
        return pay if caps else self._define("pay", rounded)

    def _top_up(
        self, base: e.Ref, top_up: CheckedTopUp, reasons: list[tuple[str, e.Expr]]
    ) -> e.Ref:
        rounding = self.layer.rounding
        target = self._define("ratio", _inner(top_up.target))
        value = self._over(
            rounding.scope or YEAR, base,
            lambda total: self._round(e.Scale(total, target)), "spent", self.clause,
        )  # fmt: skip
        due = self._define("target", value)
        left: e.Expr = due
        for amount in top_up.after:
            left = e.Subtract(left, self._not_negative(_whole(_inner(amount))))
        left = self._define("rounded", e.Max(ZERO, left))
        reasons.append(("not_covered", e.And(_is_zero(due), _is_zero_ratio(target))))
        reasons.append(("rounded_away", _is_zero(due)))
        reasons.append(("met_by_others", _is_zero(left)))
        return left

    def _not_negative(self, amount: e.Expr) -> e.Expr:
        """The amount, held at 0 from below unless its domain does that already."""
        lows = {("claim", x.name): x.low for x in self.scheme.attributes if x.owner == "claim"}
        lows |= {("member", x.name): x.low for x in self.scheme.attributes if x.owner == "member"}
        lows |= {("parameter", x.name): x.low for x in self.scheme.parameters}
        return amount if _is_natural(amount, lows) else e.Max(ZERO, amount)

    def _clause(self, amount: CheckedAmount) -> Clause:
        return Clause(cites=amount.cites or self.layer.cites, span=amount.span)


def _is_natural(amount: e.Expr, lows: dict[tuple[str, str], int | None]) -> bool:
    """Whether an amount is surely not negative."""
    match amount:
        case e.Const(value=Fraction() as value):
            return value >= 0
        case e.Attribute(owner=owner, name=name):
            low = lows.get((owner, name))
            return low is not None and low >= 0
        case e.Parameter(name=name):
            low = lows.get(("parameter", name))
            return low is not None and low >= 0
        case e.Choose(then=then, otherwise=otherwise):
            return _is_natural(then, lows) and _is_natural(otherwise, lows)
        case e.Add(left=left, right=right):
            return _is_natural(left, lows) and _is_natural(right, lows)
        case e.Ref() | e.Share():
            return True  # earlier layers pay nothing negative
        case e.Max(left=left, right=right):
            return _is_natural(left, lows) or _is_natural(right, lows)
        case e.Min(left=left, right=right):
            return _is_natural(left, lows) and _is_natural(right, lows)
        case e.Scale(amount=inner, by=by):
            return _is_natural(inner, lows) and _is_natural(by, lows)
        case e.Round(amount=inner):
            return _is_natural(inner, lows)
        case _:
            return False


def _at_most(
    limit: e.Expr, first: Callable[[e.Expr], e.Expr] = lambda total: total
) -> Callable[[e.Expr], e.Expr]:
    return lambda total: e.Min(limit, first(total))


def _above(amount: e.Expr) -> Callable[[e.Expr], e.Expr]:
    return lambda total: e.Max(ZERO, e.Subtract(total, amount))


def _is_zero(amount: e.Expr) -> e.Expr:
    return e.Compare("==", amount, ZERO)


def _is_zero_ratio(ratio: e.Expr) -> e.Expr:
    return e.Compare("==", ratio, e.Const(Fraction(0), Ratio()))


def _banded(total: e.Expr, ratio: CheckedBands, floor: e.Expr) -> e.Expr:
    """The sum over the bands of what of `total` lies in the band and above `floor`, at its ratio."""
    result: e.Expr | None = None
    low: e.Expr = ZERO
    for limit, share in ratio.bands:
        top = total if limit is None else e.Min(total, e.money(limit))
        bottom = low if floor == ZERO else e.Max(low, floor)
        inside = e.Scale(e.Max(ZERO, e.Subtract(top, bottom)), _inner(share))
        result = inside if result is None else e.Add(result, inside)
        low = ZERO if limit is None else e.money(limit)
    assert result is not None
    return result


def _whole(amount: e.Expr) -> e.Expr:
    """Payments are whole, so a limit of 0.5 minor units more changes nothing: rounded down."""
    if any(isinstance(node, e.Scale) for node in walk(amount)):
        return e.Round(amount, "down", 1)
    return amount


def _inner(expr: e.Expr) -> e.Expr:
    """The author's `layer.pay` as the definition that holds it."""
    match expr:
        case e.LayerPay(layer=layer):
            return e.Ref(f"{layer}.pay")
        case _:
            return e.rebuild(expr, _inner)


