"""Which laws the structure of a kernel promises, without looking for a counterexample.

    law               says, of every unit and all rows that are adjudicated
    non_negative      no row is paid less than 0
    within_base       over the rows of a unit so far, the layer never pays more than its base
    within_base_each  nor in any single row
    within_cap        the rows that share a cap are never paid more than it; one verdict for each cap
                      of a layer (for a cost cap: no more cost is counted)
    monotone          raising one amount of one claim never lowers what is paid over the unit's rows;
                      one verdict for each amount that a layer reads
    split_proof       a claim in two rows of the same date and attributes, its money divided between
                      them in any way, is paid the same in sum, and so are all others
    within_bill       all layers together never pay a row more than the money that they read of it

A verdict holds, or is not decided here: `None` never says that a law fails. The reasoning stands in
structure_bounds (what never exceeds what), structure_order (what a larger bill does),
structure_split and structure_scope (what is constant where). Ranges come from the declared domains.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import evolve, frozen

from hmbc.compiler.kernel import Accumulator, Clause, Definition, Kernel, Outcome
from hmbc.compiler.structure_bounds import bounds_of, parts_beside
from hmbc.compiler.structure_exclusive import are_exclusive
from hmbc.compiler.structure_falling import only_falls
from hmbc.compiler.structure_order import Order, Orders, shown
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.structure_split import Divisions
from hmbc.compiler.structure_stage import at_zero, stage_of
from hmbc.dsl import expr as e
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.reads import reads_totals, walk
from hmbc.dsl.types import Money

Law = Literal[
    "non_negative",
    "within_base",
    "within_base_each",
    "within_cap",
    "monotone",
    "split_proof",
    "within_bill",
]


@frozen
class Verdict:
    """Whether a law holds by structure, or is not decided (None). layer: None of the whole scheme.
    subject: the definition of a cap, or the claim's attribute that grows. definition, clause: where
    the structure stops promising it, or what caps."""

    law: Law
    layer: str | None
    holds: Literal[True] | None
    because: Bilingual
    subject: str | None = None
    definition: str | None = None
    clause: Clause | None = None


@frozen
class Cap:
    """A cap of a kernel: over the rows that share the keys of `total` (each row alone where `scope`
    says so, or where there is no total) no more than `limit`."""

    definition: Definition
    limit: e.Expr
    scope: Scope
    total: Accumulator | None

    @property
    def of_step(self) -> bool:
        """Whether it limits its own step alone (a cost cap; a cap that some claims are free of), not
        all that the layer pays."""
        return self.definition.role in ("counted", "within_cap")


def structure_of(kernel: Kernel) -> tuple[Verdict, ...]:
    """Every law for every layer, then for the scheme."""
    return tuple(_Structure(kernel).verdicts())


def caps_of(kernel: Kernel, layer: str) -> tuple[Cap, ...]:
    """The caps of a layer in the order in which they apply, those of cost first."""
    accumulators = {item.name: item for item in kernel.items if isinstance(item, Accumulator)}
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


class _Structure:
    """The analyses of one kernel."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.bounds = bounds_of(kernel)
        self.definitions = self.bounds.definitions
        self.divisions = Divisions(self.bounds)
        self.orders = {
            given.name: Orders(self.bounds, given.name)
            for given in kernel.inputs
            if given.owner == "claim" and isinstance(given.type, Money)
        }

    def verdicts(self) -> Iterator[Verdict]:
        found = [verdict for outcome in self.kernel.outcomes for verdict in self.of_layer(outcome)]
        yield from found
        yield from self.of_scheme(found)

    # ---- layers

    def of_layer(self, outcome: Outcome) -> Iterator[Verdict]:
        layer, pay = outcome.layer, outcome.pay
        yield self._non_negative(layer, pay)
        yield from self._within_base(layer, pay)
        for cap in caps_of(self.kernel, layer):
            yield self._within_cap(layer, pay, cap)
        for name, orders in self.orders.items():
            order = orders.of_definition(pay)
            if order.way != "same":
                yield self._monotone(layer, pay, name, order)
        yield self._split_proof(layer, pay)

    def _non_negative(self, layer: str, pay: str) -> Verdict:
        if self.bounds.is_natural(e.Ref(pay)):
            return _holds(
                "non_negative", layer,
                "各步都不小于 0：累计额只增，比例不为负", "no step falls below 0: totals only grow, ratios are not negative",
            )  # fmt: skip
        fault = next(
            (
                item.name
                for item in self.kernel.items
                if isinstance(item, Definition)
                and item.layer == layer
                and not self.bounds.is_natural(item.expr)
            ),
            pay,
        )
        return self._open(
            "non_negative", layer, fault,
            Bilingual("从声明的范围看不出它不小于 0", "the declared ranges do not show that it is at least 0"),
        )  # fmt: skip

    def _within_base(self, layer: str, pay: str) -> Iterator[Verdict]:
        base = self._base(layer)
        if base is None:
            why = Bilingual("这一层没有基数", "the layer has no base")
            yield self._open("within_base", layer, pay, why)
            yield self._open("within_base_each", layer, pay, why)
            return
        natural = self.bounds.is_natural(e.Ref(pay))
        if natural and base in self.bounds.in_rows(pay):
            zh, en = "每一步都不多于前一步", "no step lets through more than the one before"
            yield _holds("within_base", layer, zh, en)
            yield _holds("within_base_each", layer, zh, en)
            return
        if natural and base in self.bounds.in_sum(pay):
            yield _holds(
                "within_base", layer,
                "累计额舍入后不多于累计基数", "a rounded total never passes the total base",
            )  # fmt: skip
        else:
            yield self._above(layer, base, "within_base")
        yield self._above(layer, base, "within_base_each")

    def _above(self, layer: str, base: str, law: Law) -> Verdict:
        """The first step of a layer that its base does not bound, and why."""
        steps = (
            "counted", "excess", "share", "target", "rounded", "within_cap", "limited", "pay"
        )  # fmt: skip
        bounds = self.bounds.in_sum if law == "within_base" else self.bounds.in_rows
        fault = next(
            item
            for item in self.kernel.items
            if isinstance(item, Definition)
            and item.layer == layer
            and item.role in steps
            and (base not in bounds(item.name) or not self.bounds.is_natural(item.expr))
        )
        roundings = [node for node in walk(fault.expr) if isinstance(node, e.Round)]
        if any(node.step > 1 for node in roundings):
            why = Bilingual(
                "舍入到比最小单位大的数，可能超过基数", "it rounds to more than the minor unit, and may round above the base"
            )  # fmt: skip
        elif roundings and self.bounds.denominators.of(e.Ref(base)) != 1:
            why = Bilingual(
                "基数不一定是整数个最小单位，舍入可能超过它", "the base need not be whole minor units, and rounding may go above it"
            )  # fmt: skip
        elif roundings:
            why = Bilingual(
                "这样舍入，单独一笔可能多于基数", "rounded in this way a single claim may be paid more than its base"
            )  # fmt: skip
        elif fault.role == "share":
            why = Bilingual(
                "从声明的范围看不出比例在 0% 到 100% 之间", "the declared ranges do not keep the ratio between 0% and 100%"
            )  # fmt: skip
        else:
            why = Bilingual(
                "看不出这一步不多于前一步", "this step is not seen to stay within the one before"
            )
        return self._open(law, layer, fault.name, why)

    def _base(self, layer: str) -> str | None:
        """The last definition of what a layer counts; None where it pays something of its own."""
        return base_of(self.kernel, layer)

    def _within_cap(self, layer: str, pay: str, cap: Cap) -> Verdict:
        name = cap.definition.name
        paid = not cap.of_step
        start = None
        if cap.total is not None:
            stage = stage_of(cap.definition.expr, self.bounds.accumulators)
            assert stage is not None
            start = at_zero(stage.of, e.Total(cap.total.name), self.bounds.ranges)
        moves = self.bounds.constancy.varying(cap.limit, cap.scope) if cap.total else None
        if moves is not None and not self._only_falls(cap):
            why = Bilingual(
                f"封顶额随{shown(moves).zh}在累计范围内变化",
                f"the limit varies with {shown(moves).en} inside its scope",
            )
            return self._open("within_cap", layer, name, why, name)
        known = self.bounds.is_natural(cap.limit) and (start is None or start.low >= 0)
        after = self.bounds.in_rows(pay) if paid else {name}
        if not known or name not in after or not self.bounds.is_natural(e.Ref(pay)):
            why = Bilingual(
                "封顶之后的步骤可能再增加给付", "a step after the cap may add to what is paid"
            )
            return self._open("within_cap", layer, name, why, name)
        if moves is not None:
            falls = Bilingual("封顶额在累计范围内只减不增", "the limit only falls in its scope")
            return Verdict("within_cap", layer, True, falls, name, name, cap.definition.clause)
        return Verdict(
            "within_cap", layer, True,
            Bilingual("封顶额在累计范围内不变，其后各步只减不增", "the limit is one value in its scope, and no later step adds"),
            name, name, cap.definition.clause,
        )  # fmt: skip

    def _only_falls(self, cap: Cap) -> bool:
        """Whether a limit only falls, and all else that its step reads is one in the scope."""
        stage = stage_of(cap.definition.expr, self.bounds.accumulators)
        assert stage is not None
        if stage.alone is not None or stage.of == e.Total(stage.total.name):
            return False
        inside = [] if not isinstance(stage.of, e.Min) else parts_beside(evolve(stage, of=stage.of.right))
        one = all(self.bounds.constancy.varying(part, cap.scope) is None for part in inside)
        return one and only_falls(self.bounds, cap.limit, cap.scope)

    def _monotone(self, layer: str, pay: str, raised: str, order: Order) -> Verdict:
        if order.way == "grows":
            return Verdict(
                "monotone", layer, True,
                Bilingual("各步都随累计额不减", "each step grows with its total"), raised,
            )  # fmt: skip
        why = order.why or Bilingual(
            f"金额“{raised}”越大，基数越小",
            f"the larger the amount `{raised}`, the smaller the base",
        )
        return self._open("monotone", layer, order.at or pay, why, raised)

    def _split_proof(self, layer: str, pay: str) -> Verdict:
        division = self.divisions.of_definition(pay)
        if division.splits:
            return _holds(
                "split_proof", layer,
                "只有累计额的增量，没有逐笔的起付、封顶或舍入", "there are only increases of totals, and no threshold, cap or rounding of a single claim",
            )  # fmt: skip
        why = division.why or Bilingual(
            "付的是每笔固定的数", "what is paid is the same for every claim"
        )
        return self._open("split_proof", layer, division.at or pay, why)

    def _open(
        self,
        law: Law,
        layer: str | None,
        definition: str | None,
        because: Bilingual,
        subject: str | None = None,
    ) -> Verdict:
        item = self.definitions.get(definition or "")
        return Verdict(
            law, layer, None, because, subject, definition, None if item is None else item.clause
        )

    # ---- the scheme

    def of_scheme(self, found: list[Verdict]) -> Iterator[Verdict]:
        """The laws that every layer keeps, and those of their sum."""
        for law in ("non_negative", "within_base", "within_base_each", "split_proof"):
            yield self._all(law, [verdict for verdict in found if verdict.law == law])
        for raised in self.orders:
            of = [v for v in found if v.law == "monotone" and v.subject == raised]
            if of:
                yield self._all("monotone", of, raised)
        yield self._within_bill()

    def _all(self, law: Law, of: list[Verdict], subject: str | None = None) -> Verdict:
        for verdict in of:
            if verdict.holds is None:
                return Verdict(
                    law, None, None, verdict.because, subject, verdict.definition, verdict.clause
                )
        return Verdict(
            law, None, True, Bilingual("每一层都如此", "it holds for every layer"), subject
        )

    def _within_bill(self) -> Verdict:
        """Layers that read the same money have to leave to each other what they pay: for
        `base = max(0, bill - earlier)`, earlier + base never passes max(bill, earlier)."""
        groups: list[tuple[frozenset[str], frozenset[str]]] = []
        conditions: dict[str, e.Expr] = {}
        for outcome in self.kernel.outcomes:
            base = self._base(outcome.layer)
            money = None if base is None else self._money(e.Ref(base))
            row = base in self.bounds.in_rows(outcome.pay)
            if (
                base is None
                or money is None
                or not row
                or not self.bounds.is_natural(e.Ref(outcome.pay))
            ):
                why = Bilingual(
                    "这一层可能多于它读取的金额", "this layer may pay more than the money it reads"
                )
                return self._open("within_bill", None, outcome.pay, why)
            pays = {outcome.pay}
            conditions[outcome.pay] = self._condition(e.Ref(base))
            for group in [group for group in groups if group[0] & money]:
                both = group[1] - self._taken_off(e.Ref(base))
                if not all(are_exclusive(conditions[outcome.pay], conditions[x]) for x in both):
                    why = Bilingual(
                        "与另一层用同一笔钱，却没有扣除那一层已付的",
                        "it reads the same money as another layer and does not take off what that pays",
                    )
                    return self._open("within_bill", None, base, why)
                groups.remove(group)
                money, pays = money | group[0], pays | group[1]
            groups.append((money, frozenset(pays)))
        return _holds("within_bill", None, "同一笔钱不重复给付", "no money is paid twice")

    def _condition(self, expr: e.Expr) -> e.Expr:
        """What holds wherever an amount that is never negative is above 0."""
        match expr:
            case e.Ref(name=name):
                return self._condition(self.definitions[name].expr)
            case e.Max(left=zero, right=inner) if _is_zero(zero):
                return self._condition(inner)
            case e.Subtract(left=inner, right=right) if self.bounds.is_natural(right):
                return self._condition(inner)
            case e.Choose(when=when, otherwise=zero) if _is_zero(zero):
                return self._seen(when)
            case _:
                return e.TRUE

    def _seen(self, when: e.Expr) -> e.Expr:
        """A condition with the names in it looked through."""
        if isinstance(when, e.Ref):
            return self._seen(self.definitions[when.name].expr)
        return e.rebuild(when, self._seen)

    def _money(self, expr: e.Expr) -> frozenset[str] | None:
        """Amounts of the claim whose sum an expression never exceeds."""
        match expr:
            case e.Attribute(owner="claim", type=Money(), name=name) if self.bounds.is_natural(
                expr
            ):
                return frozenset({name})
            case e.Const(value=value) if not isinstance(value, str) and value <= 0:
                return frozenset()
            case e.Ref(name=name):
                return self._money(self.definitions[name].expr)
            case e.Add(left=left, right=right):
                one, two = self._money(left), self._money(right)
                return None if one is None or two is None or one & two else one | two
            case e.Choose(then=left, otherwise=right) | e.Max(left=left, right=right):
                one, two = self._money(left), self._money(right)
                return None if one is None or two is None else one | two
            case e.Min(left=left, right=right):
                one, two = self._money(left), self._money(right)
                return two if one is None else one
            case e.Subtract(left=left, right=right) if self.bounds.is_natural(right):
                return self._money(left)
            case e.Scale(amount=amount, by=by) if self.bounds.is_share(by):
                return self._money(amount) if self.bounds.is_natural(amount) else None
            case _:
                above = sorted(name for name in self.bounds.of(expr) if name.startswith("claim."))
                if not above or not self.bounds.is_natural(expr):
                    return None
                return frozenset({above[0].removeprefix("claim.")})

    def _taken_off(self, expr: e.Expr) -> frozenset[str]:
        """Definitions that are subtracted, 0 being the least."""
        match expr:
            case e.Ref(name=name):
                return self._taken_off(self.definitions[name].expr)
            case e.Choose(then=inner, otherwise=zero) | e.Max(left=zero, right=inner) if _is_zero(
                zero
            ):
                return self._taken_off(inner)
            case e.Scale(amount=inner, by=by) if self.bounds.is_share(by):
                return self._taken_off(inner)
            case e.Subtract(left=left, right=e.Ref(name=name)):
                return self._taken_off(left) | {name}
            case e.Subtract(left=left, right=right) if self.bounds.is_natural(right):
                return self._taken_off(left)
            case _:
                return frozenset()


def _holds(law: Law, layer: str | None, zh: str, en: str) -> Verdict:
    return Verdict(law, layer, True, Bilingual(zh, en))


def _is_zero(expr: e.Expr) -> bool:
    return isinstance(expr, e.Const) and expr.value == 0 and not isinstance(expr.value, bool)


__all__ = ["Cap", "Law", "Verdict", "base_of", "caps_of", "structure_of"]
