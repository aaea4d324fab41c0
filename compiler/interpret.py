"""The reference: what a kernel does to one row, in plain exact Python.

Nothing here is clever or fast. docs/semantics.md says in words what this says in code; the
generated evaluator must agree with it in every value, reason, status and total.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import assert_never

from attrs import Factory, define, field, frozen

from hmbc.compiler.denominators import denominators_of
from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.meaning import Inputs, Meaning, Meanings, Missing, Number, Value
from hmbc.compiler.remember import remember
from hmbc.compiler.types_of import names_of, type_of
from hmbc.dsl.expr import Owner, Ref
from hmbc.dsl.types import Enum

__all__ = ["Inputs", "Interpreter", "Missing", "Movement", "State", "StateRow", "Step", "Value"]

Key = tuple[int | str, ...]
"""Key parts as the state table has them: a bool as 0 or 1, an enum by index, a code as text."""


@frozen(kw_only=True)
class StateRow:
    """One total of a unit. `total` counts 1/denominator minor units."""

    accumulator: str
    key: Key
    total: int
    denominator: int


@frozen
class State:
    """The totals of one unit: accumulator -> key -> total. A sequential accumulator holds at most
    one key, and none while its total is 0."""

    totals: Mapping[str, Mapping[Key, Number]] = field(factory=dict)

    def rows(self, kernel: Kernel) -> tuple[StateRow, ...]:
        """The totals in the order of the kernel's items, then of their keys."""
        denominators = denominators_of(kernel).accumulators
        return tuple(
            StateRow(
                accumulator=item.name,
                key=key,
                total=_whole(total * denominators[item.name]),
                denominator=denominators[item.name],
            )
            for item in kernel.items
            if isinstance(item, Accumulator)
            for key, total in sorted(self.totals.get(item.name, {}).items(), key=str)
        )

    @classmethod
    def of_rows(cls, rows: Iterable[StateRow]) -> State:
        """The state that `rows` wrote."""
        totals: dict[str, dict[Key, Number]] = {}
        for row in rows:
            totals.setdefault(row.accumulator, {})[row.key] = Fraction(row.total, row.denominator)
        return cls(totals)


@frozen(kw_only=True)
class Movement:
    """What a row did to one accumulator."""

    key: Key
    before: Number
    added: Number
    after: Number


@frozen(kw_only=True)
class Step:
    """What became of one row. status: `ok`, `ceiling`, `out_of_order`, `bound` or the name of a
    reject of the kernel; if not ok, nothing is paid, no reason given and no total moved, and the
    traces end where the row was refused. trace: each definition's value; movements: each
    accumulator's; missing: definitions that lacked a value, which nothing that decides read."""

    status: str
    pays: Mapping[str, int]
    reasons: Mapping[str, str]
    reason: str
    state: State
    trace: Mapping[str, Value]
    movements: Mapping[str, Movement]
    missing: Mapping[str, Missing] = field(factory=dict)

    @property
    def total_pay(self) -> int:
        """What all layers together pay, in minor units."""
        return sum(self.pays.values())


@frozen
class Prepared:
    """What is worked out once for a kernel. keys, adds: of accumulators; enums: the values of the
    parts of a key that are one of several values, by place; ceilings: in minor units."""

    kernel: Kernel
    meanings: Meanings
    rejects: tuple[tuple[str, Meaning], ...]
    definitions: Mapping[str, Meaning]
    accumulators: Mapping[str, Accumulator]
    adds: Mapping[str, Meaning]
    keys: Mapping[str, tuple[Meaning, ...]]
    enums: Mapping[str, Mapping[int, tuple[str, ...]]]
    ceilings: Mapping[str, Fraction]
    outcomes: tuple[tuple[str, Meaning, tuple[tuple[str, Meaning], ...]], ...]
    ranks: Mapping[str, int]


@remember
def prepare(kernel: Kernel) -> Prepared:
    """Every expression of a kernel as a function of a row."""
    meanings, names = Meanings(), names_of(kernel)
    of = meanings.of
    accumulators = kernel.accumulators
    denominators = denominators_of(kernel).accumulators
    enums: dict[str, dict[int, tuple[str, ...]]] = {name: {} for name in accumulators}
    for item in accumulators.values():
        for place, key in enumerate(item.keys):
            if isinstance(kind := type_of(key, names), Enum):
                enums[item.name][place] = kind.values
    return Prepared(
        kernel=kernel,
        meanings=meanings,
        rejects=tuple((reject.name, of(reject.when)) for reject in kernel.rejects),
        definitions={i.name: of(i.expr) for i in kernel.items if isinstance(i, Definition)},
        accumulators=accumulators,
        adds={item.name: of(item.adds) for item in accumulators.values()},
        keys={item.name: tuple(map(of, item.keys)) for item in accumulators.values()},
        enums=enums,
        ceilings={
            item.name: Fraction(item.ceiling, denominators[item.name])
            for item in accumulators.values()
        },
        outcomes=tuple(
            (one.layer, of(Ref(one.pay)), tuple((code, of(when)) for code, when in one.reasons))
            for one in kernel.outcomes
        ),
        ranks={reason.code: reason.rank for reason in kernel.reasons},
    )


@define
class Interpreter:
    """Adjudicates rows of a kernel. parameters: values of the external ones by name; lists: codes
    of the external lists by name; prepared: of this kernel, if it is at hand."""

    kernel: Kernel
    parameters: Mapping[str, Value] = field(factory=dict)
    lists: Mapping[str, Iterable[str]] = field(factory=dict)
    prepared: Prepared = field(
        default=Factory(lambda self: prepare(self.kernel), takes_self=True), repr=False
    )
    codes: dict[str, frozenset[str]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.codes = {
            entry.name: frozenset(
                entry.codes if entry.codes is not None else self.lists.get(entry.name, ())
            )
            for entry in self.kernel.lists
        }

    def step(self, state: State, claim: Inputs, member: Inputs) -> Step:
        """Adjudicate one claim of the unit with this state. Raises Missing if it reads an attribute
        or parameter that is not there."""
        row = _Row(self, state, {"claim": claim, "member": member})
        for name, when in self.prepared.rejects:
            if when(row):
                return row.refused(name)
        for item in self.kernel.items:
            match item:
                case Definition():
                    row.define(item.name)
                case Accumulator():
                    if status := row.accumulate(item):
                        return row.refused(status)
                case _:
                    assert_never(item)
        return row.done()

    def run(
        self, claims: Iterable[Inputs], member: Inputs, state: State | None = None
    ) -> list[Step]:
        """Adjudicate the claims of one unit in the order given."""
        state = state or State()
        steps = []
        for claim in claims:
            steps.append(self.step(state, claim, member))
            state = steps[-1].state
        return steps

    def key(self, accumulator: str, parts: Iterable[Value]) -> Key:
        """Key values as the state table has them."""
        enums = self.prepared.enums[accumulator]
        return tuple(
            enums[place].index(str(part))
            if place in enums
            else part
            if isinstance(part, str)
            else int(part)
            for place, part in enumerate(parts)
        )


@define
class _Row:
    """The evaluation of one row."""

    of: Interpreter
    state: State
    inputs: Mapping[Owner, Inputs]
    trace: dict[str, Value] = field(factory=dict)
    missing: dict[str, Missing] = field(factory=dict)
    movements: dict[str, Movement] = field(factory=dict)
    parameters: Mapping[str, Value] = field(init=False)
    codes: Mapping[str, frozenset[str]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.parameters = self.of.parameters
        self.codes = self.of.codes

    def refused(self, status: str) -> Step:
        return Step(
            status=status,
            pays={outcome.layer: 0 for outcome in self.of.kernel.outcomes},
            reasons={},
            reason="",
            state=self.state,
            trace=self.trace,
            missing=self.missing,
            movements=self.movements,
        )

    def done(self) -> Step:
        prepared = self.of.prepared
        pays = {layer: _whole(pay(self)) for layer, pay, _ in prepared.outcomes}
        reasons = {
            layer: next(code for code, when in reasons if when(self))
            for layer, _, reasons in prepared.outcomes
        }
        ranks = prepared.ranks
        decisive = min(
            reasons, key=lambda layer: 0 if pays[layer] > 0 else ranks[reasons[layer]], default=None
        )
        return Step(
            status="ok",
            pays=pays,
            reasons=reasons,
            reason="" if decisive is None else reasons[decisive],
            state=State({name: held for name, held in self._totals() if held}),
            trace=self.trace,
            missing=self.missing,
            movements=self.movements,
        )

    def _totals(self) -> Iterator[tuple[str, Mapping[Key, Number]]]:
        for name, moved in self.movements.items():
            held = self.state.totals.get(name, {})
            if moved.added == 0:
                yield name, held
            elif not self.of.prepared.accumulators[name].sequential:
                yield name, {**held, moved.key: moved.after}
            else:
                yield name, {moved.key: moved.after} if moved.after else {}

    def accumulate(self, item: Accumulator) -> str | None:
        """Work out what the row adds; the status of the row if it may not."""
        key = self.key(item.name)
        held = self.state.totals.get(item.name, {})
        before = held.get(key, 0)
        added = self.of.prepared.adds[item.name](self)
        after = before + added
        self.movements[item.name] = Movement(key=key, before=before, added=added, after=after)
        if item.sequential and any(_earlier(key, old) for old, total in held.items() if total):
            return "out_of_order"
        if abs(after) > self.of.prepared.ceilings[item.name]:
            return "ceiling"
        if not item.sequential and added and key not in held and len(held) >= item.bound:
            return "bound"
        return None

    def key(self, accumulator: str) -> Key:
        return self.of.key(accumulator, [part(self) for part in self.of.prepared.keys[accumulator]])

    def held(self, accumulator: str) -> Number:
        """The total of an accumulator when this row began (0 for a key it does not hold)."""
        return self.state.totals.get(accumulator, {}).get(self.key(accumulator), 0)

    def define(self, name: str) -> None:
        """Evaluate a definition; one that lacks a value matters only if it is read."""
        try:
            self.trace[name] = self.of.prepared.definitions[name](self)
        except Missing as missing:
            self.missing[name] = missing


def _earlier(key: Key, held: Key) -> bool:
    """Whether a sequential key comes before the one held; its parts are whole numbers."""
    return [int(part) for part in key] < [int(part) for part in held]


def _whole(number: Number) -> int:
    whole = int(number)
    if whole != number:
        raise KernelError(f"{number} is not whole")
    return whole
