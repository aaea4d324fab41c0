"""Constancy inside a scope: what is one value for all rows whose totals run together.

Parameters are constant for a unit, and so are the attributes of its member, unless they are declared
to vary; in a unit of several members, those of each member where the total is the member's. A claim's attribute is constant only where
it is a key of the scope, or a function of one: the benefit year is one value for all rows of a day,
and so is everything that changes only where benefit years begin for the rows of one year, and the year
for the rows of one of its quarters. What a
scheme says is the same in a scope is: a row with another value is rejected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction

from attrs import evolve, frozen

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.structure_last_year import last_year_of
from hmbc.compiler.structure_settled import settled_in
from hmbc.dsl import expr as e
from hmbc.dsl.types import Code, Date, Enum

_EPOCH = date(1970, 1, 1)


@frozen
class Scope:
    """How rows are put together: those with equal `keys` share a total, but a row for which `alone`
    holds stands by itself."""

    keys: tuple[e.Expr, ...]
    alone: e.Expr = e.FALSE


@frozen
class Constancy:
    """What one kernel keeps constant. fixed: member attributes that never change for a member; unit:
    the member attribute that makes several members one unit, None where a unit is a member."""

    definitions: Mapping[str, Definition]
    fixed: frozenset[str]
    unit: str | None
    date: e.Expr
    """The deciding date."""
    kept: Mapping[e.Attribute, tuple[e.Expr, ...]]
    """By attribute the keys of the scope in which its first value is kept."""
    settled: Mapping[str, tuple[e.Expr, ...]]
    """The keys of each total that the first row of a key settles."""
    totals: Mapping[str, Accumulator] = {}

    @classmethod
    def of(cls, kernel: Kernel) -> Constancy:
        """That of a kernel."""
        return cls(
            kernel.definitions,
            frozenset(
                given.name
                for given in kernel.inputs
                if given.owner == "member" and not given.varies
            ),
            kernel.unit,
            e.Attribute("claim", kernel.date, Date()),
            dict(_kept(kernel)),
            {
                item.name: item.keys
                for item in kernel.items
                if isinstance(item, Accumulator) and item.name in settled_in(kernel)
            },
            kernel.accumulators,
        )

    def varying(self, expr: e.Expr, scope: Scope) -> e.Expr | None:
        """A part of `expr` that may differ between two rows of one total; None: all are constant."""
        if expr in scope.keys:
            return None
        if isinstance(expr, e.Attribute) and self._is_kept(expr, scope):
            return None
        match expr:
            case e.Const() | e.Parameter():
                return None
            case e.Choose() if (last := last_year_of(expr, self.totals)) is not None:
                parts = (self.varying(key, scope) for key in last.total.keys)
                return next((part for part in parts if part is not None), None)
            case e.And(left=e.Given(), right=e.InList(code=code)) if _code_key(code) in scope.keys:
                return None
            case e.Attribute(owner="member", name=name) | e.Given(owner="member", name=name):
                return None if self._is_fixed(name, scope) else expr
            case e.InPeriods(owner=owner, name=name) if not (
                owner == "member" and self._is_fixed(name, scope)
            ):
                return expr
            case e.Ref(name=name):
                return self.varying(self.definitions[name].expr, scope)
            case e.Total(accumulator=name) if name in self.settled:
                parts = (self.varying(key, scope) for key in self.settled[name])
                return next((part for part in parts if part is not None), None)
            case e.Total() | e.Before() | e.Increase():
                return expr
            case e.YearOf(date=of, day=1) if e.MonthOf(of) in scope.keys:
                return None
            case e.YearOf(date=of) if any(expr in _years_of(key, of) for key in scope.keys):
                return None
            case e.Compare(op=">=" | "<", left=left, right=e.Const(value=int() as day)) if any(
                _begins(key, left, day) for key in scope.keys
            ):
                return None
            case _:
                inside = e.parts_of(expr)
                if not inside:
                    return expr
                parts = (self.varying(part, scope) for part in inside)
                return next((part for part in parts if part is not None), None)

    def refines(self, fine: Scope, coarse: Scope) -> bool:
        """Whether rows that share a total of `fine` always share one of `coarse`."""
        if coarse.alone not in (e.FALSE, fine.alone):
            return False
        return all(self.varying(key, fine) is None for key in coarse.keys)

    def _is_fixed(self, name: str, scope: Scope) -> bool:
        one_member = self.unit is None or any(
            key == e.Attribute("member", "member_id", Code("member.member_id"))
            for key in scope.keys
        )
        # An attribute that varies is read at the deciding date.
        steady = name in self.fixed or self.date in scope.keys
        return name == self.unit or (steady and one_member)

    def _is_kept(self, attribute: e.Attribute, scope: Scope) -> bool:
        if attribute not in self.kept:
            return False
        others = evolve(self, kept={k: v for k, v in self.kept.items() if k != attribute})
        return all(others.varying(key, scope) is None for key in self.kept[attribute])


def _code_key(code: e.Attribute) -> e.Expr:
    """An optional code as a key: a list holds the same of both, for no list has "no code" in it."""
    return e.Choose(e.Given(code.owner, code.name), code, e.Const("", code.type))


def _kept(kernel: Kernel) -> Iterator[tuple[e.Attribute, tuple[e.Expr, ...]]]:
    """The attributes whose first value in a scope is kept, as a number above 0 that tells it from all
    others, and rows with another one rejected."""
    for item in kernel.items:
        match item:
            case Accumulator(
                name=name,
                adds=e.Choose(when=e.Compare(op="==", left=before, right=nothing) as new, then=value),
            ) if before == e.Before(name):
                other = e.And(e.Not(new), e.Compare("!=", before, value))
                attribute = _told_by(value, kernel)
                rejected = any(reject.when == other for reject in kernel.rejects)
                if rejected and attribute is not None and _is_zero(nothing):
                    yield attribute, item.keys
            case _:
                pass


def _is_zero(expr: e.Expr) -> bool:
    return isinstance(expr, e.Const) and expr.value == 0


def _told_by(number: e.Expr, kernel: Kernel) -> e.Attribute | None:
    """The attribute of which each value has a number above 0 of its own."""
    lows = {(given.owner, given.name): given.low or 0 for given in kernel.inputs}
    match number:
        case (
            e.Add(left=e.Attribute() as of, right=e.Const(value=int() | Fraction() as more))
            | e.Add(
                left=e.Scale(amount=e.Const(value=1_000_000), by=e.Attribute() as of),
                right=e.Const(value=int() | Fraction() as more),
            )
        ):
            return of if lows[of.owner, of.name] + more > 0 else None
        case e.Subtract(left=e.Attribute() as of, right=e.Const(value=int() as less)):
            return of if lows[of.owner, of.name] - less > 0 else None
        case e.Choose(
            when=e.Attribute() as of,
            then=e.Const(value=1 | 2 as one),
            otherwise=e.Const(value=1 | 2 as two),
        ):
            return of if one != two else None
        case e.Choose(when=e.Compare(left=e.Attribute(type=Enum(values=values)) as of)):
            cases = _cases(number, of)
            numbers = {one for _, one in cases}
            told = {value for value, _ in cases}
            distinct = len(numbers) == len(told) == len(cases) == len(values)
            return of if distinct and 0 not in numbers else None
        case _:
            return None


def _cases(number: e.Expr, of: e.Attribute) -> list[tuple[object, object]]:
    """Values of an attribute with their numbers, the last for whatever else."""
    match number:
        case e.Choose(
            when=e.Compare(op="==", left=left, right=e.Const(value=value)),
            then=e.Const(value=one),
            otherwise=rest,
        ) if left == of:
            return [(value, one), *_cases(rest, of)]
        case e.Const(value=one):
            return [(None, one)]
        case _:
            return []


def _years_of(key: e.Expr, of: e.Expr) -> list[e.Expr]:
    """The years of which a key is the sum: quarters of a year count years that begin at each. No year is
    less on a later day, so rows of one sum have each of them in common. None of another sum."""
    match key:
        case e.YearOf(date=date_) if date_ == of:
            return [key]
        case e.Add(left=left, right=right):
            one, two = _years_of(left, of), _years_of(right, of)
            return [*one, *two] if one and two else []
        case _:
            return []


def _begins(key: e.Expr, of: e.Expr, day: int) -> bool:
    """Whether `key` counts years or months of `of` and one of them begins on this day."""
    on = _EPOCH + timedelta(day)
    match key:
        case e.YearOf(date=date_, month=month, day=first):
            return date_ == of and (on.month, on.day) == (month, first)
        case e.MonthOf(date=date_):
            return date_ == of and on.day == 1
        case e.Add():  # quarters: rows of one sum have each of its years in common
            return any(_begins(year, of, day) for year in _years_of(key, of))
        case _:
            return False
