"""What an expression means: a function from a row to its value, in plain exact Python.

Made once for each expression, so that a row costs one call for each node. docs/semantics.md says in
words what this says in code. Amounts are integers where they are whole, else fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date as calendar
from datetime import timedelta
from fractions import Fraction
from operator import add, eq, ge, gt, le, lt, ne, sub
from typing import Any, Protocol, assert_never

from attrs import define, field

from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.rounding import rounded, share
from hmbc.dsl.expr import (
    Add,
    AddMonths,
    AgeAt,
    And,
    Attribute,
    Before,
    Choose,
    Compare,
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
from hmbc.dsl.reads import reads_totals, walk
from hmbc.dsl.types import Bool

Number = Fraction | int
Value = Fraction | int | bool | str
"""Money in minor units and ratios as Fraction or int, days and dates as int, enums and codes as
text."""

Ranges = Iterable[tuple[int, int]]
"""What a periods attribute holds: first and last day of each range."""

Inputs = Mapping[str, Value | Ranges | None]
"""Attributes of one claim or member by name; an absent one is None or not there."""

EPOCH = calendar(1970, 1, 1).toordinal()


class Missing(Exception):
    """A value was read that the inputs do not have."""

    def __init__(self, owner: str, name: str) -> None:
        super().__init__(f"{owner}.{name} is missing")
        self.owner = owner
        self.name = name


class Moved(Protocol):
    """What a row does to one accumulator."""

    @property
    def before(self) -> Number: ...
    @property
    def added(self) -> Number: ...
    @property
    def after(self) -> Number: ...


class Row(Protocol):
    """What an expression may read of its row."""

    @property
    def inputs(self) -> Mapping[Owner, Inputs]: ...
    @property
    def parameters(self) -> Mapping[str, Value]: ...
    @property
    def codes(self) -> Mapping[str, frozenset[str]]: ...
    @property
    def trace(self) -> Mapping[str, Value]: ...
    @property
    def missing(self) -> Mapping[str, Missing]: ...
    @property
    def movements(self) -> Mapping[str, Moved]: ...
    def held(self, accumulator: str) -> Number:
        """The total of an accumulator when this row began."""


Meaning = Callable[[Any], Any]
"""From a Row to a Value."""

_OPERATORS = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}


@define
class Meanings:
    """The meaning of every expression of a kernel, each worked out where it is first asked for."""

    _known: dict[tuple[Expr, bool], Meaning] = field(init=False, factory=dict)

    def of(self, expr: Expr, before: bool = False) -> Meaning:
        """The meaning of an expression; `before`: with each Total at what it was before the row."""
        known = (expr, before and reads_totals(expr))
        if known not in self._known:
            self._known[known] = self._of(expr, known[1])
        return self._known[known]

    def _of(self, expr: Expr, before: bool) -> Meaning:
        match expr:
            case Const(value=value):
                whole = value.numerator if isinstance(value, Fraction) else value
                constant = whole if value == whole else value
                return lambda row: constant
            case Attribute(owner=owner, name=name, type=kind):
                return _attribute(owner, name, isinstance(kind, Bool))
            case Given(owner=owner, name=name):
                return lambda row: row.inputs[owner].get(name) is not None
            case Parameter(name=name):
                return _parameter(name)
            case Add(left=left, right=right):
                return self._both(add, left, right, before)
            case Subtract(left=left, right=right):
                return self._both(sub, left, right, before)
            case Min(left=left, right=right):
                return self._both(min, left, right, before)
            case Max(left=left, right=right):
                return self._both(max, left, right, before)
            case Compare(op=op, left=left, right=right):
                return self._both(_OPERATORS[op], left, right, before)
            case Scale(amount=amount, by=by):
                scaled, factor = self.of(amount, before), self.of(by, before)
                return lambda row: at * factor(row) if (at := scaled(row)) else at
            case Share():
                return self._share(expr, before)
            case And(left=left, right=right):
                first, second = self.of(left, before), self.of(right, before)
                return lambda row: first(row) and second(row)
            case Or(left=left, right=right):
                first, second = self.of(left, before), self.of(right, before)
                return lambda row: first(row) or second(row)
            case Not(of=inner):
                truth = self.of(inner, before)
                return lambda row: not truth(row)
            case Choose(when=when, then=then, otherwise=otherwise):
                truth, yes, no = (self.of(one, before) for one in (when, then, otherwise))
                return lambda row: yes(row) if truth(row) else no(row)
            case InList(code=code, list_name=list_name):
                text = self.of(code, before)
                return lambda row: (at := text(row)) != "" and at in row.codes[list_name]
            case InPeriods(date=date, owner=owner, name=name):
                return _in_periods(self.of(date, before), owner, name)
            case YearOf(date=date, month=month, day=first):
                return _year(self.of(date, before), month, first)
            case DateIn(year=year, month=month, day=first):
                number = self.of(year, before)
                return lambda row: calendar(number(row), month, first).toordinal() - EPOCH
            case MonthOf(date=date):
                day = self.of(date, before)
                return lambda row: (on := _date(day(row))).year * 12 + on.month - 1
            case AddMonths():
                return self._months(expr, before)
            case AgeAt(birth=birth, date=date):
                born, day = self.of(birth, before), self.of(date, before)
                return lambda row: _age(_date(born(row)), _date(day(row)))
            case Ref(name=name):
                return _reference(name)
            case Total(accumulator=name):
                if before:
                    return lambda row: row.movements[name].before
                return lambda row: row.movements[name].after
            case Before(accumulator=name):
                return lambda row: row.held(name)
            case Increase(of=of):
                return self._increase(of)
            case Round(amount=amount, mode=mode, step=step):
                exact = self.of(amount, before)
                return lambda row: rounded(exact(row), mode, step)
            case LayerPay():
                raise KernelError("LayerPay in a kernel")
            case _:
                assert_never(expr)

    def _both(
        self, of: Callable[[Any, Any], Value], left: Expr, right: Expr, before: bool
    ) -> Meaning:
        first, second = self.of(left, before), self.of(right, before)
        if isinstance(right, Const):
            constant = second(None)
            return lambda row: of(first(row), constant)
        return lambda row: of(first(row), second(row))

    def _share(self, expr: Share, before: bool) -> Meaning:
        amount, part, whole = (
            self.of(one, before) for one in (expr.amount, expr.part, expr.whole)
        )
        return lambda row: share(amount(row), part(row), whole(row), expr.mode)

    def _months(self, expr: AddMonths, before: bool) -> Meaning:
        day, months = self.of(expr.date, before), self.of(expr.months, before)
        return lambda row: _months_later(_date(day(row)), int(months(row)), expr.mode)

    def _increase(self, of: Expr) -> Meaning:
        now, then = self.of(of), self.of(of, before=True)
        totals = {node.accumulator for node in walk(of) if isinstance(node, Total)}

        def increase(row: Row) -> Number:
            if all(row.movements[name].added == 0 for name in totals):
                return 0  # what `of` reads besides need not be known
            return now(row) - then(row)  # type: ignore[no-any-return]

        return increase


def _attribute(owner: Owner, name: str, is_bool: bool) -> Meaning:
    def attribute(row: Row) -> Value:
        value = row.inputs[owner].get(name)
        if value is None or isinstance(value, tuple):
            raise Missing(owner, name)
        return bool(value) if is_bool else value  # type: ignore[return-value]

    return attribute


def _parameter(name: str) -> Meaning:
    def parameter(row: Row) -> Value:
        if name not in row.parameters:
            raise Missing("parameter", name)
        return row.parameters[name]

    return parameter


def _reference(name: str) -> Meaning:
    def reference(row: Row) -> Value:
        if name in row.missing:
            raise row.missing[name]
        return row.trace[name]

    return reference


def _in_periods(day: Meaning, owner: Owner, name: str) -> Meaning:
    def in_periods(row: Row) -> bool:
        ranges = row.inputs[owner].get(name)
        if ranges is None or isinstance(ranges, Value):
            raise Missing(owner, name)
        at = day(row)
        return any(first <= at <= last for first, last in ranges)

    return in_periods


def _year(day: Meaning, month: int, first: int) -> Meaning:
    def year(row: Row) -> int:
        on = _date(day(row))
        return on.year if (on.month, on.day) >= (month, first) else on.year - 1

    return year


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
