"""The laws of a scheme, each as a question that two runs of a machine can answer with no.

    law            says, of every unit and all rows that are adjudicated            held to
    non_negative   no row is paid less than 0                                       every scheme
    within_base    over a unit's rows so far, a layer never pays more than its base every scheme
    within_base_each  nor in any single row
    within_cap     a row that is paid brings what was paid under a cap to at most   every scheme
                   that cap, as it is for this row
    within_bill    no row is paid more than the amounts that its layers count       every scheme
    monotone       a larger amount never lowers what is paid in sum                 every scheme,
                   (of a layer: a finding)                                          in sum
    deduction      a larger amount that is taken off never raises it
    more_claims    a further claim never lowers what is paid in sum
    no_cliff       one minor unit more never moves the sum by more than one step of the rounding
    split_proof    a claim in two rows of its date, its money divided, is paid the same
    order_free     two claims of one date in the other order are paid the same in sum
    no_overflow    every number fits its cell                                       every scheme
    stated         what the author states of every row                              who states it
    never_less     with one value of a member's attribute no less is paid in sum    who states it
                   than with another
    no_dead_branch no branch is out of reach, by what is declared and the clauses before it (HMB219)
    all_used       nothing is declared and never used (HMB306)

The last two are about the text, and `hmbc check` decides them (`of_text` in compiler/proof_diagnostics.py).

What an amount is, follows from the sign with which payments read it: a bill is counted somewhere, a
deduction is only ever taken off, and an amount that only conditions read is neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from attrs import define, evolve, field, frozen

from hmbc.compiler.kernel import Accumulator, Definition, Kernel, NeverLess, Stated
from hmbc.compiler.layer_parts import Cap, base_of, caps_of
from hmbc.compiler.quick import Row, Values
from hmbc.compiler.shared_caps import shared_caps_of
from hmbc.compiler.slices import slice_of
from hmbc.dsl import expr as e
from hmbc.dsl.expr import parts_of
from hmbc.dsl.types import Money

Law = Literal[
    "non_negative", "within_base", "within_base_each", "within_cap", "within_bill", "monotone",
    "deduction", "more_claims", "no_cliff", "split_proof", "order_free", "no_overflow",
    "stated", "never_less", "no_dead_branch", "all_used",
]  # fmt: skip

HELD: frozenset[Law] = frozenset(
    ("non_negative", "within_base", "within_cap", "within_bill", "monotone", "no_overflow")
)
"""What every scheme is held to, unless it waives it."""


STATED: frozenset[Law] = frozenset(("stated", "never_less"))
"""What only an author states."""


@frozen
class Question:
    """A law of one layer (None: of the scheme). subject: the definition of a cap, the amount that
    grows, or the number of a law that the scheme states."""

    law: Law
    layer: str | None
    subject: str | None = None

    @property
    def is_held(self) -> bool:
        """Whether every scheme is held to it."""
        return self.law in HELD and not (self.law == "monotone" and self.layer is not None)


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


_OF_LAYERS: tuple[Law, ...] = ("no_cliff", "split_proof", "order_free")


def questions_of(kernel: Kernel) -> Iterator[Question]:
    """Every question about a kernel, layer by layer, then those of the scheme."""
    amounts = amounts_of(kernel)
    shared = shared_caps_of(kernel)
    drawn = {name for cap in shared for _, name in cap.draws}
    for outcome in kernel.outcomes:
        layer = outcome.layer
        yield Question("non_negative", layer)
        if base_of(kernel, layer) is not None:
            yield Question("within_base", layer)
            yield Question("within_base_each", layer)
        for cap in caps_of(kernel, layer):
            if cap.definition.name not in drawn:
                yield Question("within_cap", layer, cap.definition.name)
        for name in (*amounts.bills, *amounts.deductions):
            signs = amounts.of(layer, name)
            if signs:
                yield Question("deduction" if signs == {"-"} else "monotone", layer, name)
        for law in _OF_LAYERS:
            yield Question(law, layer)
    yield Question("non_negative", None)
    if all(base_of(kernel, outcome.layer) is not None for outcome in kernel.outcomes):
        yield Question("within_bill", None)
    for cap in shared:
        yield Question("within_cap", None, cap.definition.name)
    for name in amounts.bills:
        yield Question("monotone", None, name)
    for name in amounts.deductions:
        yield Question("deduction", None, name)
    yield Question("more_claims", None)
    for law in _OF_LAYERS:
        yield Question(law, None)
    yield Question("no_overflow", None)
    for one in kernel.stated:
        yield Question("stated" if isinstance(one, Stated) else "never_less", None, one.name)


# ---- runs that answer with no


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


def steps_of(kernel: Kernel) -> dict[str | None, int]:
    """By how much one minor unit of a bill may move what a layer pays: the largest step to which it
    rounds; for the scheme (None), the sum of its layers'."""
    found: dict[str | None, int] = {}
    for outcome in kernel.outcomes:
        steps = [1]
        for item in kernel.items:
            if isinstance(item, Definition) and item.layer == outcome.layer:
                steps += _steps(item.expr)
        found[outcome.layer] = max(steps)
    found[None] = sum(found.values())
    return found


def _steps(expr: e.Expr) -> Iterator[int]:
    if isinstance(expr, e.Round):
        yield expr.step
    for part in parts_of(expr):
        yield from _steps(part)
