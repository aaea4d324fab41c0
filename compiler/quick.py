"""The kernel as closures over whole numerators: the interpreter's results at some fifty times its speed.

For searching only. Whatever is found is run again on compiler/interpret.py before anybody sees it,
so nothing depends on this file being right; tests hold the two against each other all the same.
An absent value reads as 0 or no code, which a kernel never lets decide anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import lcm
from operator import eq, ge, gt, le, lt, ne
from typing import Any, assert_never

from attrs import define, field

from hmbc.compiler import days
from hmbc.compiler.denominators import Denominators, denominators_of
from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.dsl import expr as e
from hmbc.dsl.types import Code, Enum

Values = Mapping[str, Any]
"""Attributes by name: whole numbers (ratios in millionths), truth, text; absent ones left out."""


State = list[dict[tuple[Any, ...], int]]
"""The totals of a unit, by accumulator and key."""


@define
class Row:
    """What became of a row, by the machine's numbering of definitions and accumulators: values and
    totals in numerators."""

    machine: Machine
    state: State
    claim: Values
    member: Values
    definitions: list[Any]
    keys: list[tuple[Any, ...] | None]
    before: list[int]
    added: list[int]
    pays: tuple[int, ...] = ()

    def begin(self, place: int) -> int:
        """The total of an accumulator when this row began."""
        if self.keys[place] is None:
            key = tuple([of(self) for of in self.machine.key_parts[place]])
            self.keys[place] = key
            self.before[place] = self.state[place].get(key, 0)
        return self.before[place]

    def value(self, name: str) -> Any:
        """A definition's value, amounts in numerators."""
        return self.definitions[self.machine.definition[name]]

    def key(self, name: str) -> tuple[Any, ...]:
        """The key of an accumulator."""
        place = self.machine.accumulator[name]
        self.begin(place)
        return self.keys[place] or ()


_Value = Callable[[Row], Any]


@define
class Machine:
    """One kernel with its parameters and lists, ready to run rows."""

    kernel: Kernel
    parameters: Values = field(factory=dict)
    lists: Mapping[str, Iterable[str]] = field(factory=dict)
    definition: dict[str, int] = field(init=False)
    accumulator: dict[str, int] = field(init=False)
    denominators: Denominators = field(init=False)
    key_parts: list[tuple[_Value, ...]] = field(init=False)
    _steps: list[tuple[int, _Value, int]] = field(init=False, factory=list)
    _rejects: list[_Value] = field(init=False)
    _pays: tuple[int, ...] = field(init=False)
    _codes: dict[str, frozenset[str]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        items = self.kernel.items
        self.denominators = denominators_of(self.kernel)
        definitions = [item for item in items if isinstance(item, Definition)]
        accumulators = [item for item in items if isinstance(item, Accumulator)]
        self.definition = {item.name: place for place, item in enumerate(definitions)}
        self.accumulator = {item.name: place for place, item in enumerate(accumulators)}
        self._codes = {
            entry.name: frozenset(
                entry.codes if entry.codes is not None else self.lists.get(entry.name, ())
            )
            for entry in self.kernel.lists
        }
        self._rejects = [self.of(reject.when) for reject in self.kernel.rejects]
        self.key_parts = [tuple(self.of(key) for key in item.keys) for item in accumulators]
        for item in items:
            match item:
                case Definition(name=name, expr=expr):
                    self._steps.append((self.definition[name], self.of(expr), -1))
                case Accumulator(name=name, adds=adds):
                    self._steps.append((self.accumulator[name], self.of(adds), item.ceiling))
                case _:
                    assert_never(item)
        self._pays = tuple(self.definition[outcome.pay] for outcome in self.kernel.outcomes)

    def run(
        self, rows: Sequence[Values], members: Sequence[Values], known: Sequence[Row] = ()
    ) -> list[Row] | None:
        """The rows of one unit from its beginning, in date order; None if one is refused. known: what
        became of the first of them in another run that begins with the same."""
        state: State = [{} for _ in self.key_parts]
        found = []
        for row in known:
            for place, added in enumerate(row.added):
                if added:
                    state[place][row.keys[place] or ()] = row.before[place] + added
            found.append(row)
        begin = len(known)
        for claim, member in zip(rows[begin:], members[begin:], strict=True):
            made = self.step(state, claim, member)
            if made is None:
                return None
            found.append(made)
        return found

    def step(self, state: State, claim: Values, member: Values) -> Row | None:
        """One row; moves the state unless the row is refused (None)."""
        count = len(self.key_parts)
        row = Row(
            self, state, claim, member,
            [None] * len(self.definition), [None] * count, [0] * count, [0] * count,
        )  # fmt: skip
        for reject in self._rejects:
            if reject(row):
                return None
        for place, value, ceiling in self._steps:
            if ceiling < 0:
                row.definitions[place] = value(row)
            else:
                row.added[place] = added = value(row)
                if abs(row.begin(place) + added) > ceiling:
                    return None
        for place, added in enumerate(row.added):
            if added:
                state[place][row.keys[place] or ()] = row.before[place] + added
        row.pays = tuple([row.definitions[place] for place in self._pays])
        return row

    # ---- closures

    def of(self, expr: e.Expr, before: bool = False) -> _Value:
        """An expression as a function of a row; `before`: with each total at what it was."""
        denominator = self.denominators.of

        def of(part: e.Expr) -> _Value:
            return self.of(part, before)

        def common(*parts: e.Expr) -> list[_Value]:
            whole = lcm(*(denominator(part) for part in parts))
            return [_times(of(part), whole // denominator(part)) for part in parts]

        match expr:
            case e.Const(value=Fraction() as number):
                numerator = number.numerator
                return lambda row: numerator
            case e.Const(value=value):
                return lambda row: value
            case e.Attribute(owner=owner, name=name, type=kind):
                absent: Any = "" if isinstance(kind, Code | Enum) else 0
                if owner == "claim":
                    return lambda row: row.claim.get(name, absent)
                return lambda row: row.member.get(name, absent)
            case e.Given(owner=owner, name=name):
                if owner == "claim":
                    return lambda row: name in row.claim
                return lambda row: name in row.member
            case e.Parameter(name=name):
                fixed = self.parameters[name]
                return lambda row: fixed
            case e.Add(left=left, right=right):
                one, two = common(left, right)
                return lambda row: one(row) + two(row)
            case e.Subtract(left=left, right=right):
                one, two = common(left, right)
                return lambda row: one(row) - two(row)
            case e.Scale(amount=amount, by=by):
                one, two = of(amount), of(by)
                return lambda row: one(row) * two(row)
            case e.Min(left=left, right=right):
                one, two = common(left, right)
                return lambda row: min(one(row), two(row))
            case e.Max(left=left, right=right):
                one, two = common(left, right)
                return lambda row: max(one(row), two(row))
            case e.Share(amount=amount, part=part, whole=whole, mode=mode):
                one, (two, three), size = of(amount), common(part, whole), denominator(amount)
                return _sharing(one, two, three, size, mode)
            case e.Compare(op=op, left=left, right=right):
                one, two = common(left, right)
                compare = _COMPARE[op]
                return lambda row: compare(one(row), two(row))
            case e.And(left=left, right=right):
                one, two = of(left), of(right)
                return lambda row: one(row) and two(row)
            case e.Or(left=left, right=right):
                one, two = of(left), of(right)
                return lambda row: one(row) or two(row)
            case e.Not(of=inner):
                one = of(inner)
                return lambda row: not one(row)
            case e.Choose(when=when, then=then, otherwise=otherwise):
                holds, (one, two) = of(when), common(then, otherwise)
                return lambda row: one(row) if holds(row) else two(row)
            case e.InList(code=code, list_name=name):
                text, codes = of(code), self._codes[name]
                return lambda row: text(row) in codes and text(row) != ""
            case e.InPeriods(date=date, name=name):
                day = of(date)
                return lambda row: any(
                    first <= day(row) <= last for first, last in row.member.get(name, ())
                )
            case e.YearOf(date=date, month=month, day=first_day):
                day = of(date)
                return lambda row: _benefit_year(day(row), month, first_day)
            case e.DateIn(year=year, month=month, day=on_day):
                one = of(year)
                return lambda row: days.day_number(one(row), month, on_day)
            case e.MonthOf(date=date):
                day = of(date)
                return lambda row: _month_number(day(row))
            case e.AddMonths(date=date, months=months, mode=month_end):
                day, one = of(date), of(months)
                return lambda row: days.add_months(day(row), one(row), month_end)
            case e.AgeAt(birth=birth, date=date):
                one, two = of(birth), of(date)
                return lambda row: _age(one(row), two(row))
            case e.Ref(name=name):
                place = self.definition[name]
                return lambda row: row.definitions[place]
            case e.Before(accumulator=name):
                place = self.accumulator[name]
                return lambda row: row.begin(place)
            case e.Total(accumulator=name):
                place = self.accumulator[name]
                if before:
                    return lambda row: row.begin(place)
                return lambda row: row.begin(place) + row.added[place]
            case e.Increase(of=inner):
                one, two = self.of(inner), self.of(inner, True)
                return lambda row: one(row) - two(row)
            case e.Round(amount=amount, mode=mode, step=step):
                one, unit = of(amount), denominator(amount) * step
                return _times(_rounding(one, unit, mode), step)
            case e.LayerPay():
                raise KernelError("LayerPay in a kernel")
            case _:
                assert_never(expr)


_benefit_year = lru_cache(10_000)(days.benefit_year)
_month_number = lru_cache(10_000)(days.month_number)
_age = lru_cache(10_000)(days.age)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne
}  # fmt: skip


def _times(of: _Value, by: int) -> _Value:
    return of if by == 1 else lambda row: of(row) * by


def _rounding(of: _Value, unit: int, mode: e.RoundingMode) -> _Value:
    """A numerator in whole units."""
    return of if unit == 1 else lambda row: _rounded(of(row), unit, mode)


def _rounded(amount: int, unit: int, mode: e.RoundingMode) -> int:
    size = abs(amount)
    match mode:
        case "half_up":
            whole = (2 * size + unit) // (2 * unit)
        case "half_even":
            whole, rest = divmod(2 * size + unit, 2 * unit)
            whole -= rest == 0 and whole % 2
        case "up":
            whole = -(-size // unit)
        case "down":
            whole = size // unit
        case _:
            assert_never(mode)
    return whole if amount >= 0 else -whole


def _sharing(amount: _Value, part: _Value, whole: _Value, size: int, mode: e.RoundingMode) -> _Value:
    def shared(row: Row) -> int:
        of = whole(row)
        if of <= 0:
            return 0
        return _rounded(amount(row) * min(max(part(row), 0), of), of * size, mode)

    return shared
