"""The reference: what a kernel does to one row, in plain exact Python.

Nothing here is clever or fast. docs/semantics.md says in words what this says in code; the
generated evaluator must agree with it in every value, reason, status and total.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date as calendar
from datetime import timedelta
from fractions import Fraction
from typing import assert_never

from attrs import define, field, frozen

from hmbc.compiler.denominators import denominators_of
from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.rounding import rounded, share
from hmbc.compiler.types_of import names_of, type_of
from hmbc.compiler.walk import walk
from hmbc.dsl.expr import (
    Add,
    AddMonths,
    AgeAt,
    And,
    Attribute,
    Before,
    Choose,
    Compare,
    Comparison,
    Const,
    DateIn,
    Expr,
    Given,
    Increase,
    InList,
    InPeriods,
    LayerPay,
    Max,
    Min,
    MonthEnd,
    MonthOf,
    Not,
    Or,
    Owner,
    Parameter,
    Ref,
    Round,
    Scale,
    Share,
    Subtract,
    Total,
    YearOf,
)
from hmbc.dsl.types import Bool, Enum

Number = Fraction | int
Value = Fraction | int | bool | str
"""Money in minor units and ratios as Fraction or int, days and dates as int, enums and codes as
text."""

Ranges = Iterable[tuple[int, int]]
"""What a periods attribute holds: first and last day of each range."""

Inputs = Mapping[str, Value | Ranges | None]
"""Attributes of one claim or member by name; an absent one is None or not there."""

Key = tuple[int | str, ...]
"""Key parts as the state table has them: a bool as 0 or 1, an enum by index, a code as text."""

EPOCH = calendar(1970, 1, 1).toordinal()


class Missing(Exception):
    """A value was read that the inputs do not have."""

    def __init__(self, owner: str, name: str) -> None:
        super().__init__(f"{owner}.{name} is missing")
        self.owner = owner
        self.name = name


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

    totals: Mapping[str, Mapping[Key, Fraction]] = field(factory=dict)

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
        totals: dict[str, dict[Key, Fraction]] = {}
        for row in rows:
            totals.setdefault(row.accumulator, {})[row.key] = Fraction(row.total, row.denominator)
        return cls(totals)


@frozen(kw_only=True)
class Movement:
    """What a row did to one accumulator."""

    key: Key
    before: Fraction
    added: Fraction
    after: Fraction


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


@define
class Interpreter:
    """Adjudicates rows of a kernel. parameters: values of the external ones by name; lists: codes
    of the external lists by name."""

    kernel: Kernel
    parameters: Mapping[str, Value] = field(factory=dict)
    lists: Mapping[str, Iterable[str]] = field(factory=dict)
    _codes: dict[str, frozenset[str]] = field(init=False)
    _accumulators: dict[str, Accumulator] = field(init=False)
    _denominators: Mapping[str, int] = field(init=False)
    _enums: dict[tuple[str, int], Enum] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._codes = {
            entry.name: frozenset(
                entry.codes if entry.codes is not None else self.lists.get(entry.name, ())
            )
            for entry in self.kernel.lists
        }
        self._accumulators = {i.name: i for i in self.kernel.items if isinstance(i, Accumulator)}
        self._denominators = denominators_of(self.kernel).accumulators
        names = names_of(self.kernel)
        self._enums = {}
        for item in self._accumulators.values():
            for place, key in enumerate(item.keys):
                kind = type_of(key, names)
                if isinstance(kind, Enum):
                    self._enums[item.name, place] = kind

    def step(self, state: State, claim: Inputs, member: Inputs) -> Step:
        """Adjudicate one claim of the unit with this state. Raises Missing if it reads an attribute
        or parameter that is not there."""
        row = _Row(self, state, {"claim": claim, "member": member})
        for reject in self.kernel.rejects:
            if row.truth(reject.when):
                return row.refused(reject.name)
        for item in self.kernel.items:
            match item:
                case Definition():
                    row.define(item)
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

    def ceiling(self, accumulator: Accumulator) -> Fraction:
        """The largest total, in minor units."""
        return Fraction(accumulator.ceiling, self._denominators[accumulator.name])

    def key(self, accumulator: Accumulator, parts: Iterable[Value]) -> Key:
        """Key values as the state table has them."""
        return tuple(
            self._enums[accumulator.name, place].values.index(str(part))
            if (accumulator.name, place) in self._enums
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
        kernel = self.of.kernel
        pays = {o.layer: _whole(self.number(Ref(o.pay))) for o in kernel.outcomes}
        reasons = {
            outcome.layer: next(code for code, when in outcome.reasons if self.truth(when))
            for outcome in kernel.outcomes
        }
        ranks = {reason.code: reason.rank for reason in kernel.reasons}
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

    def _totals(self) -> Iterator[tuple[str, Mapping[Key, Fraction]]]:
        for name, moved in self.movements.items():
            held = self.state.totals.get(name, {})
            if moved.added == 0:
                yield name, held
            elif not self.of._accumulators[name].sequential:
                yield name, {**held, moved.key: moved.after}
            else:
                yield name, {moved.key: moved.after} if moved.after else {}

    def accumulate(self, item: Accumulator) -> str | None:
        """Work out what the row adds; the status of the row if it may not."""
        key = self.key(item)
        held = self.state.totals.get(item.name, {})
        before = held.get(key, Fraction(0))
        added = Fraction(self.number(item.adds))
        after = before + added
        self.movements[item.name] = Movement(key=key, before=before, added=added, after=after)
        if item.sequential and any(_earlier(key, old) for old, total in held.items() if total):
            return "out_of_order"
        if abs(after) > self.of.ceiling(item):
            return "ceiling"
        if not item.sequential and added and key not in held and len(held) >= item.bound:
            return "bound"
        return None

    def key(self, item: Accumulator) -> Key:
        return self.of.key(item, [self.value(part) for part in item.keys])

    def number(self, expr: Expr, before: bool = False) -> Number:
        value = self.value(expr, before)
        if isinstance(value, str | bool):
            raise KernelError(f"{value!r} is no number")
        return value

    def truth(self, expr: Expr, before: bool = False) -> bool:
        value = self.value(expr, before)
        if not isinstance(value, bool):
            raise KernelError(f"{value!r} is neither true nor false")
        return value

    def value(self, expr: Expr, before: bool = False) -> Value:
        """The value of an expression; `before`: with each Total at what it was before this row."""

        def number(part: Expr) -> Number:
            return self.number(part, before)

        def truth(part: Expr) -> bool:
            return self.truth(part, before)

        def day(part: Expr) -> int:
            return int(number(part))

        match expr:
            case Const(value=value):
                return value
            case Attribute(owner=owner, name=name, type=kind):
                return self._attribute(owner, name, isinstance(kind, Bool))
            case Given(owner=owner, name=name):
                return self.inputs[owner].get(name) is not None
            case Parameter(name=name):
                if name not in self.of.parameters:
                    raise Missing("parameter", name)
                return self.of.parameters[name]
            case Add(left=left, right=right):
                return number(left) + number(right)
            case Subtract(left=left, right=right):
                return number(left) - number(right)
            case Scale(amount=amount, by=by):
                scaled = number(amount)
                return scaled * number(by) if scaled else scaled
            case Min(left=left, right=right):
                return min(number(left), number(right))
            case Max(left=left, right=right):
                return max(number(left), number(right))
            case Share(amount=amount, part=part, whole=whole, mode=mode):
                return Fraction(share(number(amount), number(part), number(whole), mode))
            case Compare(op=op, left=left, right=right):
                return _compare(op, self.value(left, before), self.value(right, before))
            case And(left=left, right=right):
                return truth(left) and truth(right)
            case Or(left=left, right=right):
                return truth(left) or truth(right)
            case Not(of=of):
                return not truth(of)
            case Choose(when=when, then=then, otherwise=otherwise):
                return self.value(then if truth(when) else otherwise, before)
            case InList(code=code, list_name=list_name):
                text = self.value(code, before)
                return text != "" and text in self.of._codes[list_name]
            case InPeriods(date=date, owner=owner, name=name):
                ranges = self.inputs[owner].get(name)
                if ranges is None or isinstance(ranges, Value):
                    raise Missing(owner, name)
                at = day(date)
                return any(first <= at <= last for first, last in ranges)
            case YearOf(date=date, month=month, day=first):
                on = _date(day(date))
                return on.year if (on.month, on.day) >= (month, first) else on.year - 1
            case DateIn(year=year, month=month, day=first):
                return calendar(day(year), month, first).toordinal() - EPOCH
            case MonthOf(date=date):
                on = _date(day(date))
                return on.year * 12 + on.month - 1
            case AddMonths(date=date, months=months, mode=mode):
                return _months_later(_date(day(date)), day(months), mode)
            case AgeAt(birth=birth, date=date):
                return _age(_date(day(birth)), _date(day(date)))
            case Ref(name=name):
                if name in self.missing:
                    raise self.missing[name]
                return self.trace[name]
            case Total(accumulator=name):
                moved = self.movements[name]
                return moved.before if before else moved.after
            case Before(accumulator=name):
                item = self.of._accumulators[name]
                return self.state.totals.get(name, {}).get(self.key(item), Fraction(0))
            case Increase(of=of):
                if self._stands_still(of):  # then what `of` reads besides need not be known
                    return Fraction(0)
                return self.number(of) - self.number(of, before=True)
            case Round(amount=amount, mode=mode, step=step):
                return Fraction(rounded(number(amount), mode, step))
            case LayerPay():
                raise KernelError("LayerPay in a kernel")
            case _:
                assert_never(expr)

    def define(self, item: Definition) -> None:
        """Evaluate a definition; one that lacks a value matters only if it is read."""
        try:
            self.trace[item.name] = self.value(item.expr)
        except Missing as missing:
            self.missing[item.name] = missing

    def _stands_still(self, of: Expr) -> bool:
        """Whether this row moves none of the totals that an expression reads."""
        totals = [node.accumulator for node in walk(of) if isinstance(node, Total)]
        return all(self.movements[name].added == 0 for name in totals)

    def _attribute(self, owner: Owner, name: str, is_bool: bool) -> Value:
        value = self.inputs[owner].get(name)
        if value is None or not isinstance(value, Value):
            raise Missing(owner, name)
        return bool(value) if is_bool else value


def _compare(op: Comparison, left: Value, right: Value) -> bool:
    if op == "==":
        return left == right
    if op == "!=":
        return left != right
    if isinstance(left, str) or isinstance(right, str):
        raise KernelError(f"{left!r} and {right!r} have no order")
    match op:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case _:
            assert_never(op)


def _earlier(key: Key, held: Key) -> bool:
    """Whether a sequential key comes before the one held; its parts are whole numbers."""
    return [int(part) for part in key] < [int(part) for part in held]


def _date(day: int) -> calendar:
    return calendar(1970, 1, 1) + timedelta(days=day)


def _months_later(on: calendar, months: int, mode: MonthEnd) -> int:
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    try:
        return calendar(year, month + 1, on.day).toordinal() - EPOCH
    except ValueError:
        after = calendar(year + (month == 11), (month + 1) % 12 + 1, 1).toordinal() - EPOCH
        return after if mode == "next_day" else after - 1


def _age(birth: calendar, on: calendar) -> int:
    years = on.year - birth.year
    if (on.month, on.day) < (birth.month, birth.day):
        years -= 1
    return max(years, 0)


def _whole(number: Number) -> int:
    whole = int(number)
    if whole != number:
        raise KernelError(f"{number} is not whole")
    return whole
