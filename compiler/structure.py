"""Which laws the structure of a kernel promises, without looking for a counterexample.

    law               says, of every unit and all rows that are adjudicated
    non_negative      no row is paid less than 0
    within_base       over the rows of a unit so far, the layer never pays more than its base
    within_base_each  nor in any single row
    within_cap        the rows that share a cap are never paid more than it; one verdict for each cap
                      of a layer (for a cost cap: no more cost is counted), and for each that layers share
    monotone          raising one amount of one claim never lowers what is paid over the unit's rows;
                      one verdict for each amount that a layer reads
    split_proof       a claim in two rows of the same date and attributes, its money divided between
                      them in any way, is paid the same in sum, and so are all others
    within_bill       all layers together never pay a row more than the money that they read of it

A verdict holds, or is not decided here: `None` never says that a law fails. The reasoning stands in
structure_bounds (what never exceeds what), structure_order (what a larger bill does),
structure_split, structure_bill and structure_scope (what is constant where). Ranges come from the
declared domains.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from hmbc.compiler.kernel import Clause, Definition, Kernel, Outcome
from hmbc.compiler.law_names import called
from hmbc.compiler.layer_parts import Cap, base_of, caps_of
from hmbc.compiler.shared_caps import shared_caps_of
from hmbc.compiler.structure_bill import paid_twice
from hmbc.compiler.structure_bounds import bounds_of
from hmbc.compiler.structure_bounds_in_sum import BoundsInSum
from hmbc.compiler.structure_latest_cap import (
    draws_hold_as_it_is,
    holds_as_it_is,
    is_natural_at_zero,
)
from hmbc.compiler.structure_order import Order, Orders, shown
from hmbc.compiler.structure_split import Divisions
from hmbc.compiler.structure_stage import stage_of
from hmbc.dsl import expr as e
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.reads import walk
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


def structure_of(kernel: Kernel) -> tuple[Verdict, ...]:
    """Every law for every layer, then for the scheme."""
    return tuple(_Structure(kernel).verdicts())


class _Structure:
    """The analyses of one kernel."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.bounds = bounds_of(kernel)
        self.in_sum = BoundsInSum(self.bounds)
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
        base = base_of(self.kernel, layer)
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
        if natural and base in self.in_sum.of(pay):
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
        bounds = self.in_sum.of if law == "within_base" else self.bounds.in_rows
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

    def _within_cap(self, layer: str, pay: str, cap: Cap) -> Verdict:
        name = cap.definition.name
        paid = not cap.of_step
        start = True
        if cap.total is not None:
            stage = stage_of(cap.definition.expr, self.bounds.accumulators)
            assert stage is not None
            start = is_natural_at_zero(self.bounds, stage.of, e.Total(cap.total.name))
        moves = self.bounds.constancy.varying(cap.limit, cap.scope) if cap.total else None
        if moves is not None and self._is_held_to(cap, pay):
            latest = Bilingual(
                "赔付的那一笔不使累计超过其封顶额", "no row is paid beyond the limit as it is for this row"
            )
            return Verdict("within_cap", layer, True, latest, name, name, cap.definition.clause)
        if moves is not None:
            why = Bilingual(
                f"封顶额随{shown(moves).zh}在累计范围内变化",
                f"the limit varies with {shown(moves).en} inside its scope",
            )
            return self._open("within_cap", layer, name, why, name)
        known = self.bounds.is_natural(cap.limit) and start
        after = self.bounds.in_rows(pay) if paid else {name}
        if not known or name not in after or not self.bounds.is_natural(e.Ref(pay)):
            why = Bilingual(
                "封顶之后的步骤可能再增加给付", "a step after the cap may add to what is paid"
            )
            return self._open("within_cap", layer, name, why, name)
        return Verdict(
            "within_cap", layer, True,
            Bilingual("封顶额在累计范围内不变，其后各步只减不增", "the limit is one value in its scope, and no later step adds"),
            name, name, cap.definition.clause,
        )  # fmt: skip

    def _is_held_to(self, cap: Cap, pay: str) -> bool:
        """Whether its own step holds to it as it is for each row, and no later step adds."""
        name, expr = cap.definition.name, cap.definition.expr
        stage = stage_of(expr, self.bounds.accumulators)
        assert stage is not None
        after = {name} if cap.of_step else self.bounds.in_rows(pay)
        natural = cap.of_step or self.bounds.is_natural(e.Ref(pay))
        return natural and name in after and holds_as_it_is(self.bounds, expr, stage)

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

    def _shared_cap(self, cap: Cap, found: list[Verdict]) -> Verdict:
        """The draws come to what the limit lets through of all totals; each layer is paid no more than it
        draws, and nothing less than nothing."""
        name = cap.definition.name
        pays = {outcome.layer: outcome.pay for outcome in self.kernel.outcomes}
        natural = {one.layer for one in found if one.law == "non_negative" and one.holds}
        moves = self.bounds.constancy.varying(cap.limit, cap.scope)
        as_it_is = moves is not None and draws_hold_as_it_is(self.bounds, cap)
        if moves is not None and not as_it_is:
            why = Bilingual(
                f"封顶额随{shown(moves).zh}在累计范围内变化",
                f"the limit varies with {shown(moves).en} inside its scope",
            )
            return self._open("within_cap", None, name, why, name)
        known = as_it_is or self.bounds.is_natural(cap.limit)
        if not known or any(
            draw not in self.bounds.in_rows(pays[layer]) or layer not in natural for layer, draw in cap.draws
        ):
            why = Bilingual(
                "封顶之后的步骤可能再增加给付", "a step after the cap may add to what is paid"
            )
            return self._open("within_cap", None, name, why, name)
        sharing = [called(self.kernel, layer) for layer, _ in cap.draws]
        return Verdict(
            "within_cap", None, True,
            Bilingual(
                f"各层（{'、'.join(sharing)}）所得，合起来正是封顶额以内的合计，其后各步只减不增",
                f"what {', '.join(sharing)} are let through is the sum within the limit, and no later step adds",
            ),
            name, name, cap.definition.clause,
        )  # fmt: skip

    def of_scheme(self, found: list[Verdict]) -> Iterator[Verdict]:
        """The laws that every layer keeps, and those of their sum."""
        for law in ("non_negative", "within_base", "within_base_each", "split_proof"):
            yield self._all(law, [verdict for verdict in found if verdict.law == law])
        for raised in self.orders:
            of = [v for v in found if v.law == "monotone" and v.subject == raised]
            if of:
                yield self._all("monotone", of, raised)
        yield self._within_bill()
        for cap in shared_caps_of(self.kernel):
            yield self._shared_cap(cap, found)

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
        fault = paid_twice(self.bounds)
        if fault is not None:
            return self._open("within_bill", None, *fault)
        return _holds("within_bill", None, "同一笔钱不重复给付", "no money is paid twice")


def _holds(law: Law, layer: str | None, zh: str, en: str) -> Verdict:
    return Verdict(law, layer, True, Bilingual(zh, en))
