"""Which laws of a kernel runs of a machine deny: one run by itself, or two that differ in one thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from attrs import define, evolve, field, frozen

from hmbc.compiler.bills_and_deductions import Amounts, amounts_of
from hmbc.compiler.kernel import Definition, Kernel, NeverLess, Stated
from hmbc.compiler.laws import Law, Question, steps_of
from hmbc.compiler.layer_parts import Cap, base_of, caps_of
from hmbc.compiler.quick import Row, Values
from hmbc.compiler.shared_caps import shared_caps_of
from hmbc.compiler.slices import slice_of


@frozen
class Change:
    """How the second run of a unit differs from the first."""

    kind: Literal["none", "raise", "split", "swap", "drop", "member"]
    row: int = 0
    subject: str | None = None
    by: int = 0
    value: str = ""
    """Of a member: the other value of the attribute that `subject` is about."""
    parts: Mapping[str, int] = field(factory=dict)
    """Of a split: what the first of the two rows has of each amount."""


def changed(rows: Sequence[Values], change: Change) -> list[Values]:
    """The claims of the second run."""
    found: list[Values] = list(rows)
    at = found[change.row]
    match change.kind:
        case "raise":
            assert change.subject is not None
            found[change.row] = {**at, change.subject: at.get(change.subject, 0) + change.by}
        case "split":
            rest = {name: at[name] - part for name, part in change.parts.items()}
            found[change.row : change.row + 1] = [{**at, **change.parts}, {**at, **rest}]
        case "swap":
            found[change.row : change.row + 2] = [found[change.row + 1], at]
        case "drop":
            del found[change.row]
        case _:
            pass
    return found


_SINGLE: frozenset[Law] = frozenset(
    ("non_negative", "within_base", "within_base_each", "within_cap", "within_bill", "stated")
)
_BY_CHANGE: Mapping[str, tuple[Law, ...]] = {
    "raise": ("monotone", "deduction", "no_cliff"),
    "split": ("split_proof",),
    "swap": ("order_free",),
    "drop": ("more_claims",),
    "member": ("never_less",),
}
TWO_RUNS: frozenset[Law] = frozenset(law for laws in _BY_CHANGE.values() for law in laws)
"""Those that compare two runs."""


@define
class Judge:
    """Answers questions about one kernel from runs of machines over `probed`."""

    kernel: Kernel
    questions: Sequence[Question]
    watched: Sequence[Question] = ()
    """What was answered with yes: nothing is looked for that would deny it, but what does is told."""
    full: Kernel = field(init=False)
    """The kernel with probes."""
    probed: Kernel = field(init=False)
    """What of it answers need."""
    amounts: Amounts = field(init=False)
    layers: dict[str, int] = field(init=False)
    steps: dict[str | None, int] = field(init=False)
    favoured: dict[str, NeverLess] = field(init=False)
    _caps: dict[str, tuple[int, Cap]] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        kernel = self.kernel
        self.amounts = amounts_of(kernel)
        self.layers = {outcome.layer: place for place, outcome in enumerate(kernel.outcomes)}
        caps = [cap for outcome in kernel.outcomes for cap in caps_of(kernel, outcome.layer)]
        caps += shared_caps_of(kernel)
        probes = []
        for number, cap in enumerate(caps):
            self._caps[cap.definition.name] = (number, cap)
            for what, expr in (("limit", cap.limit), ("alone", cap.scope.alone)):
                probes.append(Definition(name=f"probe.{number}.{what}", expr=expr, role="probe"))
        for one in kernel.stated:
            if isinstance(one, Stated):
                probes.append(Definition(name=one.name, expr=one.holds, role="probe"))
        self.favoured = {one.name: one for one in kernel.stated if isinstance(one, NeverLess)}
        self.full = evolve(kernel, items=(*kernel.items, *probes))
        every = (*self.questions, *self.watched)
        asked = {question.subject for question in every if question.law == "stated"}
        roots = [p.name for p in probes if p.name.startswith("probe.") or p.name in asked]
        for question in every:
            roots += [base_of(kernel, question.layer or "") or "", question.subject or ""]
        self.probed = slice_of(self.full, roots)
        self.steps = steps_of(kernel)

    def denied(self, rows: Sequence[Row]) -> Iterator[Question]:
        """The questions that one run answers with no."""
        for question in (*self.questions, *self.watched):
            if question.law in _SINGLE and self._broken(question, rows):
                yield question

    def _broken(self, question: Question, rows: Sequence[Row]) -> bool:
        layer = question.layer
        match question.law:
            case "non_negative":
                return any(pay < 0 for row in rows for pay in self._pays(row, layer))
            case "within_base" | "within_base_each":
                assert layer is not None
                return self._above_base(question.law, layer, rows)
            case "within_cap":
                return self._above_cap(question.subject or "", layer, rows)
            case "within_bill":
                bills = self.amounts.bills
                return any(
                    sum(row.pays) > sum(row.claim.get(name, 0) for name in bills) for row in rows
                )
            case "stated":
                return any(not row.value(question.subject or "") for row in rows)
            case _:
                return False

    def _pays(self, row: Row, layer: str | None) -> Sequence[int]:
        return row.pays if layer is None else (row.pays[self.layers[layer]],)

    def _above_base(self, law: Law, layer: str, rows: Sequence[Row]) -> bool:
        base, over, place = base_of(self.kernel, layer) or "", 0, self.layers[layer]
        size = rows[0].machine.denominators.definitions[base] if rows else 1
        for row in rows:
            over += row.pays[place] * size - row.value(base)
            if over > 0:
                return True
            if law == "within_base_each":
                over = 0
        return False

    def _above_cap(self, name: str, layer: str | None, rows: Sequence[Row]) -> bool:
        number, cap = self._caps[name]
        layers = [self.layers[one] for one, _ in cap.draws] or [self.layers[layer or ""]]
        used: dict[object, int] = {}
        for place, row in enumerate(rows):
            of = row.machine.denominators.definitions
            limit, size = row.value(f"probe.{number}.limit"), of[f"probe.{number}.limit"]
            alone = cap.total is None or row.value(f"probe.{number}.alone")
            key: object = ("row", place) if alone or cap.total is None else row.key(cap.total.name)
            if cap.of_step:
                paid, unit = row.value(name), of[name]
            else:
                paid, unit = sum([row.pays[one] for one in layers]), 1
            common = size * unit
            used[key] = used.get(key, 0) + paid * size
            if paid > 0 and used[key] * (common // (unit * size)) > limit * unit:
                return True
        return False

    def asks(self, kind: str) -> bool:
        """Whether some question is about two runs that differ in this way."""
        return any(question.law in _BY_CHANGE.get(kind, ()) for question in self.questions)

    def denied_by(
        self, change: Change, before: Sequence[Row], after: Sequence[Row]
    ) -> Iterator[Question]:
        """The questions that two runs answer with no."""
        for question in (*self.questions, *self.watched):
            if question.law in _BY_CHANGE.get(change.kind, ()):
                one, two = self.sums(question.layer, before), self.sums(question.layer, after)
                if question.law == "never_less":
                    stated = self.favoured[question.subject or ""]
                    if any(row.member.get(stated.attribute) != stated.less for row in before):
                        continue
                if self._differs(question, change, one, two):
                    yield question

    def sums(self, layer: str | None, rows: Sequence[Row]) -> int:
        """What a layer, or all of them, paid in the run."""
        if layer is None:
            return sum([sum(row.pays) for row in rows])
        place = self.layers[layer]
        return sum([row.pays[place] for row in rows])

    def _differs(self, question: Question, change: Change, before: int, after: int) -> bool:
        match question.law:
            case "monotone":
                return question.subject == change.subject and after < before
            case "deduction":
                return question.subject == change.subject and after > before
            case "no_cliff":
                step = self.steps[question.layer]
                return (
                    change.subject in self.amounts.bills
                    and abs(after - before) > step * change.by
                )
            case "never_less":
                return question.subject == change.subject and after < before
            case "more_claims":  # the second run is without the claim
                return after > before
            case _:
                return after != before
