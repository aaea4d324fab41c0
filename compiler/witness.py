"""What refutes a law, as the author reads it: a sentence, and the step at fault. Examples to paste:
compiler/witness_example.py; what the interpreter does not confirm is no witness: compiler/confirmed.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import evolve, frozen

from hmbc.compiler.confirmed import ConfirmedRow, Runs, confirmed, interpreted
from hmbc.compiler.failed_comparison import failed_comparison
from hmbc.compiler.interpret import Missing
from hmbc.compiler.judge import Change, Judge
from hmbc.compiler.kernel import Clause, Definition, Kernel, Stated
from hmbc.compiler.law_names import against_what, called
from hmbc.compiler.laws import Question
from hmbc.compiler.layer_parts import base_of
from hmbc.compiler.refutation import Refutation
from hmbc.compiler.types_of import names_of, type_of
from hmbc.compiler.witness_example import examples_of
from hmbc.dsl import expr as e
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.names import amount_text, grouped, percent_text
from hmbc.dsl.types import Money, Ratio


@frozen(kw_only=True)
class Witness:
    """A law's refutation, confirmed by the interpreter. text: what happens, in amounts; why: the
    step at fault; definition, clause: of that step; example: one or two example blocks, None where the language
    has none for it (several members); pays: what is paid in the runs, row by row."""

    refutation: Refutation
    text: Bilingual
    why: Bilingual | None
    definition: str | None
    clause: Clause | None
    example: str | None
    pays: tuple[tuple[int, ...], ...]


def witness_of(kernel: Kernel, found: Refutation) -> Witness | None:
    """The refutation as the interpreter sees it; None if it does not hold there."""
    judge = Judge(kernel, (found.question,))
    try:
        runs = confirmed(judge, found)
    except Missing:
        return None
    if runs is None:
        return None
    teller = _Teller(kernel, found, judge, runs)
    why, step = teller.why()
    return Witness(
        refutation=found,
        text=teller.text(),
        why=why,
        definition=None if step is None else step.name,
        clause=None if step is None else step.clause,
        example=examples_of(
            kernel,
            found,
            judge.favoured,
            [row.step.total_pay for row in runs.before],
            [row.step.total_pay for row in runs.after],
        ),
        pays=tuple(
            tuple(sum(judge._pays(row, found.question.layer)) for row in rows)  # type: ignore[arg-type]
            for rows in (runs.before, runs.after)
            if rows
        ),
    )


@frozen
class _Teller:
    kernel: Kernel
    found: Refutation
    judge: Judge
    runs: Runs

    def amount(self, minor: int | Fraction) -> str:
        return grouped(amount_text(minor, self.kernel.minor_digits, fixed=True))

    def sums(self) -> tuple[int, int]:
        layer = self.found.question.layer
        one, two = self.runs.before, self.runs.after
        return self.judge.sums(layer, one), self.judge.sums(layer, two)  # type: ignore[arg-type]

    # ---- what happens

    def text(self) -> Bilingual:
        change, question = self.found.change, self.found.question
        match change.kind:
            case "raise":
                return self._raised(change)
            case "split":
                return self._compared(
                    f"把第 {change.row + 1} 笔费用拆成两笔", f"splitting claim {change.row + 1} in two"
                )
            case "swap":
                return self._compared(
                    f"把同一天的第 {change.row + 1}、{change.row + 2} 笔费用对调",
                    f"claims {change.row + 1} and {change.row + 2}, of one date, in the other order",
                )
            case "drop":
                after, before = self.sums()
                return Bilingual(
                    f"多了第 {change.row + 1} 笔费用，给付合计从 {self.amount(before)} 降到 {self.amount(after)}",
                    f"with claim {change.row + 1} added, what is paid in sum falls from {self.amount(before)} to {self.amount(after)}",
                )
            case "member":
                stated = self.judge.favoured[change.subject or ""]
                before, after = self.sums()
                one, two = self.amount(before), self.amount(after)
                return Bilingual(
                    f"“{stated.less}”得 {one}，同样的费用“{stated.more}”只得 {two}",
                    f"`{stated.less}` gets {one}, and `{stated.more}` gets {two} for the same claims",
                )
            case _:
                return self._single(question)

    def _raised(self, change: Change) -> Bilingual:
        held = self.found.unit.claims[change.row].get(change.subject or "", 0)
        before, after = self.sums()
        one, two = self.amount(held), self.amount(held + change.by)
        moved = self.amount(abs(after - before))
        down = after < before
        name = self.shown(change.subject or "")
        return Bilingual(
            f"第 {change.row + 1} 笔费用的“{name}”从 {one} 增到 {two}，给付合计{'少' if down else '多'} {moved}",
            f"raising `{name}` of claim {change.row + 1} from {one} to {two} {'lowers' if down else 'raises'} what is paid in sum by {moved}",
        )

    def _compared(self, zh: str, en: str) -> Bilingual:
        before, after = self.sums()
        one, two = self.amount(before), self.amount(after)
        return Bilingual(
            f"{zh}，给付合计从 {one} 变为 {two}", f"{en}: what is paid in sum goes from {one} to {two}"
        )

    def _single(self, question: Question) -> Bilingual:
        rows, layer = self.runs.before, question.layer
        number, row = len(rows), rows[-1]
        paid = sum(self.judge._pays(row, layer))  # type: ignore[arg-type]
        total = self.judge.sums(layer, rows)  # type: ignore[arg-type]
        match question.law:
            case "non_negative":
                number, paid = next(
                    (place, pay)
                    for place, one in enumerate(rows, 1)
                    for pay in self.judge._pays(one, layer)  # type: ignore[arg-type]
                    if pay < 0
                )
                return Bilingual(
                    f"第 {number} 笔费用给付 {self.amount(paid)}",
                    f"claim {number} is paid {self.amount(paid)}",
                )
            case "within_bill":
                billed = sum(row.claim.get(name, 0) for name in self.judge.amounts.bills)
                parts = [
                    (called(self.kernel, name), self.amount(pay))
                    for name, pay in zip(self.judge.layers, row.pays, strict=True)
                    if pay
                ]
                zh, en = ("、".join(f"{n} {p}" for n, p in parts), ", ".join(f"{n} {p}" for n, p in parts))
                return Bilingual(
                    f"第 {number} 笔费用共 {self.amount(billed)}，各层共给付 {self.amount(paid)}（{zh}）",
                    f"claim {number} comes to {self.amount(billed)}, and all layers pay {self.amount(paid)} ({en})",
                )
            case "stated":
                number = next(
                    place for place, one in enumerate(rows, 1) if not one.value(question.subject or "")
                )
                paid = sum(rows[number - 1].pays)
                against = against_what(question)
                return self._what_fails() or Bilingual(
                    f"第 {number} 笔费用给付 {self.amount(paid)}，{against.zh}",
                    f"claim {number} is paid {self.amount(paid)}, {against.en}",
                )
            case "within_cap":
                place, cap = self.judge._caps[question.subject or ""]
                limit = row.step.trace[f"probe.{place}.limit"]
                if cap.draws:
                    drawn: list[int] = [self.judge.sums(one, rows) for one, _ in cap.draws]  # type: ignore[arg-type]
                    total = sum(drawn)
                assert not isinstance(limit, str)
                if cap.of_step:
                    total = int(sum(Fraction(r.step.trace[cap.definition.name]) for r in rows))
                return Bilingual(
                    f"封顶 {self.amount(limit)}，第 {number} 笔费用之后共计 {self.amount(total)}",
                    f"the cap is {self.amount(limit)}, and after claim {number} it comes to {self.amount(total)}",
                )
            case _:
                name = base_of(self.kernel, layer or "") or ""
                based = [Fraction(r.step.trace[name]) for r in rows]
                if question.law == "within_base_each":
                    return Bilingual(
                        f"第 {number} 笔费用基数 {self.amount(based[-1])}，给付 {self.amount(paid)}",
                        f"claim {number} has a base of {self.amount(based[-1])} and is paid {self.amount(paid)}",
                    )
                return Bilingual(
                    f"基数合计 {self.amount(sum(based))}，给付合计 {self.amount(total)}",
                    f"the bases come to {self.amount(sum(based))}, and {self.amount(total)} is paid",
                )

    def _what_fails(self) -> Bilingual | None:
        """Of a statement about ratios or amounts: which two do not compare so, and in which claim."""
        name = self.found.question.subject
        holds = next(x.holds for x in self.kernel.stated if isinstance(x, Stated) and x.name == name)
        failed = failed_comparison(holds, self._worked_out)
        if failed is None:
            return None
        match type_of(failed.what.left, names_of(self.judge.full)):
            case Ratio():
                one, two = (percent_text(Fraction(x)) for x in (failed.left, failed.right))
            case Money():
                one, two = (self.amount(x) for x in (failed.left, failed.right))
            case _:
                return None
        number, against = failed.row + 1, _AGAINST[failed.what.op]
        if failed.left == sum(self.runs.before[failed.row].pays) and not isinstance(failed.what.left, e.Total):
            return Bilingual(
                f"第 {number} 笔费用给付 {one}，{against.zh} {two}", f"claim {number} is paid {one}, {against.en} {two}"
            )
        return Bilingual(
            f"第 {number} 笔费用：{one} {against.zh} {two}", f"claim {number}: {one} is {against.en} {two}"
        )

    def _worked_out(self, probes: Sequence[Definition]) -> list[Mapping[str, Any]]:
        kernel, unit = self.judge.full, self.found.unit
        probed = evolve(kernel, items=(*kernel.items, *probes))
        rows = interpreted(probed, self.found, unit.claims, unit.members)
        return [row.step.trace for row in rows or ()]

    def called(self, item: Definition) -> str:
        """The layer of a step, as its author calls it."""
        return called(self.kernel, item.layer or "")

    def shown(self, name: str) -> str:
        given = next(i for i in self.kernel.inputs if (i.owner, i.name) == ("claim", name))
        return given.label or given.name

    # ---- the step at fault

    def why(self) -> tuple[Bilingual | None, Definition | None]:
        """What decided otherwise in the second run: the first condition, ratio, threshold or cap that
        differs; else the first step whose sum went the wrong way."""
        if self.found.change.kind == "none":
            return None, None
        pairs, unmoved = self._pairs(), self._unmoved()
        for item in self.kernel.items:
            if not isinstance(item, Definition) or item.role not in _DECIDING:
                continue
            if item.layer in unmoved:
                continue
            for one, two in pairs:
                if item.name not in one.step.trace or item.name not in two.step.trace:
                    continue
                before, after = one.step.trace[item.name], two.step.trace[item.name]
                if before != after:
                    return self._otherwise(item, before, after), item
        moved: list[tuple[bool, Definition, Fraction, Fraction]] = []
        for item in self.kernel.items:
            if isinstance(item, Definition) and item.role in _WORKING and item.layer is not None:
                paid, less = (self._sum(item.name, rows) for rows in (self.runs.before, self.runs.after))
                if paid is None or less is None:
                    continue
                if less < paid and self.found.question.law == "monotone":
                    return self._step(item), item
                if less != paid and item.role != "pay":
                    against = (less - paid) * self._moved() < 0
                    moved.append((against, item, paid, less))
        if moved and self.found.change.kind in ("split", "swap"):
            # What moved as the payment did tells most; else the first that moved.
            _, item, paid, less = min(moved, key=lambda one: one[0])
            return self._summed(item, paid, less), item
        return None, None

    def _moved(self) -> int:
        """What is paid more in sum in the second run."""
        before, after = self.sums()
        return after - before

    def _unmoved(self) -> set[str]:
        """Layers that pay the same in both runs of a stated law; what they read decided nothing."""
        if self.found.change.kind != "member":
            return set()
        one, two = self.runs.before, self.runs.after
        sums = self.judge.sums
        return {x for x in self.judge.layers if sums(x, one) == sums(x, two)}  # type: ignore[arg-type]

    def _pairs(self) -> list[tuple[ConfirmedRow, ConfirmedRow]]:
        """Rows of the two runs that are about one claim; a split one stands against both its parts."""
        before, after, change = self.runs.before, list(self.runs.after), self.found.change
        if change.kind == "split":
            before = [*before[: change.row], *before[change.row : change.row + 1], *before[change.row :]]
        if change.kind == "drop":
            before = [row for place, row in enumerate(before) if place != change.row]
        if change.kind == "swap":
            at = change.row
            after[at : at + 2] = after[at : at + 2][::-1]
        return list(zip(before, after, strict=True))

    @staticmethod
    def _sum(name: str, rows: Sequence[ConfirmedRow]) -> Fraction | None:
        values = [row.step.trace.get(name) for row in rows]
        if any(value is None or isinstance(value, str | bool) for value in values):
            return None
        return sum((Fraction(value) for value in values), Fraction(0))  # type: ignore[arg-type]

    def _otherwise(self, item: Definition, before: Any, after: Any) -> Bilingual:
        name = item.name
        if item.role == "ratio":
            one, two = percent_text(Fraction(before)), percent_text(Fraction(after))
            return Bilingual(
                f"“{self.called(item)}”的比例从 {one} 变为 {two}，适用于整笔金额",
                f"the ratio of `{self.called(item)}` goes from {one} to {two}, for the whole amount",
            )
        if isinstance(before, bool):
            return self._turned(item, after)
        one, two = self.amount(before), self.amount(after)
        if item.layer is not None and item.role in _AMOUNTS:
            zh, en = _AMOUNTS[item.role]
            return Bilingual(
                f"层“{self.called(item)}”的{zh}从 {one} 变为 {two}",
                f"the {en} of layer `{self.called(item)}` goes from {one} to {two}",
            )
        return Bilingual(f"“{name}”从 {one} 变为 {two}", f"`{name}` goes from {one} to {two}")

    def _turned(self, item: Definition, holds: bool) -> Bilingual:
        """A condition that holds in the second run alone, or no longer."""
        zh, en = _CONDITIONS[item.role]
        name = item.name.rpartition(".")[2] if item.role in _NAMED else self.called(item)
        now = ("由不成立变为成立", "holds now") if holds else ("不再成立", "no longer holds")
        return Bilingual(f"{zh.format(name)}{now[0]}", f"{en.format(name)} {now[1]}")

    def _step(self, item: Definition) -> Bilingual:
        zh, en = _WORKING[item.role]
        return Bilingual(
            f"“{self.called(item)}”的{zh}合计由此减少", f"the sum of {en} of `{self.called(item)}` falls by it"
        )

    def _summed(self, item: Definition, before: Fraction, after: Fraction) -> Bilingual:
        zh, en = _WORKING[item.role]
        one, two = self.amount(before), self.amount(after)
        return Bilingual(
            f"“{self.called(item)}”的{zh}合计从 {one} 变为 {two}",
            f"the sum of {en} of `{self.called(item)}` goes from {one} to {two}",
        )

_AGAINST = {
    "<=": Bilingual("多于", "more than"), "<": Bilingual("不少于", "not less than"),
    ">=": Bilingual("少于", "less than"), ">": Bilingual("不多于", "not more than"),
    "==": Bilingual("不等于", "not equal to"), "!=": Bilingual("等于", "equal to"),
}  # fmt: skip
"""Two values of which a comparison does not hold."""
_CONDITIONS = {
    "eligible": ("不符合参保条件“{}”", "that the condition `{}` to be enrolled is not met"),
    "wait": ("等待条件“{}”", "the waiting condition `{}`"),
    "exclude": ("除外“{}”", "the exclusion `{}`"),
    "applies": ("层“{}”的适用条件", "the condition for layer `{}` to apply"),
    "no_threshold": ("层“{}”没有起付线的条件", "the condition for layer `{}` to have no threshold"),
    "no_cap": ("层“{}”不设封顶的条件", "the condition for layer `{}` to have no cap"),
}
_NAMED = frozenset(("eligible", "wait", "exclude"))
"""Conditions that the author named."""
_AMOUNTS = {"threshold": ("起付线", "threshold"), "cap": ("封顶", "cap")}
_DECIDING = frozenset((*_CONDITIONS, *_AMOUNTS, "ratio"))
_WORKING = {
    "counted": ("计入金额", "what counts"),
    "excess": ("超起付线金额", "what is above the threshold"),
    "share": ("按比例金额", "the shares"),
    "target": ("目标金额", "the target"),
    "rounded": ("舍入后金额", "the rounded shares"),
    "within_cap": ("封顶后金额", "what a cap lets through"),
    "limited": ("封顶后金额", "what a cap lets through"),
    "pay": ("给付", "the payments"),
}
