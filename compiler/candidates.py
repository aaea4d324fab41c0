"""The values of each input that are worth trying: what a kernel's constants and domains suggest.

Every value of an enum, both truths, absence, each list's members and a code in none, the ends of the
domains, 0 and 1, each constant of the kernel just below, at and above; dates about the constants, the
ends of years and months and leap days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import assert_never

from attrs import frozen

from hmbc.compiler.days import day_number, year_month_day
from hmbc.compiler.expressions import expressions
from hmbc.compiler.kernel import Input, Kernel, ParameterInput
from hmbc.compiler.meaning import Ranges, Value
from hmbc.dsl.expr import Attribute, Compare, Const, DateIn, YearOf
from hmbc.dsl.reads import walk
from hmbc.dsl.types import (
    Bool,
    Code,
    CodeList,
    Date,
    Days,
    Enum,
    Int,
    Money,
    Months,
    Period,
    Periods,
    Ratio,
    Type,
    Unknown,
)
from hmbc.runtime.ratio import RATIO_DENOMINATOR

Given = Value | Ranges | None
Slot = tuple[str, str]
"""An input by owner (claim, member or parameter) and name."""

USUAL = day_number(2024, 3, 15)
"""A day where nothing in a kernel suggests one; in a leap year."""

ELSEWHERE = "~"
"""A code that no scheme's list holds."""


@frozen(kw_only=True)
class Candidates:
    """By slot, what to try, the usual value first. lists: codes for the external lists."""

    values: Mapping[Slot, tuple[Given, ...]]
    lists: Mapping[str, tuple[str, ...]]


def candidates_of(kernel: Kernel) -> Candidates:
    """What is worth trying for each attribute and parameter of a kernel."""
    return _Suggested(kernel).candidates()


def limits(given: Input | ParameterInput) -> tuple[int, int] | None:
    """The domain as whole numbers of the unit of its type; None where it has none."""
    if given.low is None or given.high is None:
        return None
    return given.low, given.high


def valued(number: int, kind: Type) -> Value:
    """The value that a whole number of the unit of its type stands for."""
    return Fraction(number, RATIO_DENOMINATOR) if isinstance(kind, Ratio) else number


def numbered(value: Given, kind: Type) -> int | None:
    """The opposite: a value as a whole number; None of what is no number."""
    if not isinstance(value, int | Fraction) or isinstance(value, bool):
        return None
    return int(value * RATIO_DENOMINATOR) if isinstance(kind, Ratio) else int(value)


class _Suggested:
    """What a kernel's expressions suggest."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        nodes = [node for expr in expressions(kernel) for node in walk(expr)]
        constants = dict.fromkeys(node for node in nodes if isinstance(node, Const))
        self.constants = tuple(constants)
        self.lists = {
            entry.name: (f"{entry.name}.1", f"{entry.name}.2", "common")
            for entry in kernel.lists
            if entry.codes is None
        }
        self.listed = tuple(self._listed())
        self.dates = tuple(dict.fromkeys(self._dates(nodes)))
        self.literals: dict[Slot, list[str]] = {}
        for node in nodes:
            if isinstance(node, Compare):
                self._literal(node)

    def candidates(self) -> Candidates:
        values: dict[Slot, tuple[Given, ...]] = {}
        for given in self.kernel.inputs:
            values[given.owner, given.name] = tuple(dict.fromkeys(self._of(given)))
        for place, parameter in enumerate(self.kernel.parameters, 1):
            some = (*self._parameter(parameter, place), *self._numbers(parameter))
            values["parameter", parameter.name] = tuple(dict.fromkeys(some))
        return Candidates(values=values, lists=self.lists)

    def _of(self, given: Input) -> Iterator[Given]:
        match given.type:
            case Enum(values=values):
                yield from values
            case Bool():
                yield from (False, True)
            case Code():
                yield from self._codes(given)
            case Periods():
                yield ()
                for day in self.dates[:1]:  # either end of a first and of a second stretch, and a third
                    away = (day - 60, day - 50)
                    yield ((day, day + 30),)
                    yield ((day - 30, day),)
                    yield away, (day, day + 30)
                    yield away, (day - 30, day)
                    yield ((day - 30, day - 1),)
                    yield ((day + 1, day + 30),)
                    yield away, (day - 30, day - 20), (day, day)
                yield from (((day, day + 30),) for day in self.dates[1:3])
            case Date():
                yield from self._within(given, self.dates)
            case Money() | Ratio() | Int() | Days():
                yield from self._numbers(given)
            case Months() | Period() | CodeList() | Unknown():
                pass  # no attribute is of these types
            case _:
                assert_never(given.type)
        if given.optional:
            yield None

    def _codes(self, given: Input) -> Iterator[str]:
        yield ELSEWHERE
        yield from self.literals.get((given.owner, given.name), ())
        yield from self.listed
        yield "~2"

    def _listed(self) -> Iterator[str]:
        """Two codes of each choice of lists that hold one and the same code."""
        within: dict[str, list[str]] = {}
        for entry in self.kernel.lists:
            for code in self.lists[entry.name] if entry.codes is None else entry.codes:
                within.setdefault(code, []).append(entry.name)
        known: dict[tuple[str, ...], int] = {}
        for code, lists in within.items():
            held = tuple(lists)
            known[held] = known.get(held, 0) + 1
            if known[held] <= 2:
                yield code

    def _numbers(self, given: Input | ParameterInput) -> Iterator[Value]:
        if isinstance(given.type, Bool):
            yield from (False, True)
            return
        if isinstance(given.type, Date):
            yield from self._within(given, self.dates)
            return
        unit = RATIO_DENOMINATOR if isinstance(given.type, Ratio) else 1
        kinds = (Int, Days) if isinstance(given.type, Int | Days) else type(given.type)
        about = [
            int(const.value * unit)
            for const in self.constants
            if isinstance(const.type, kinds) and isinstance(const.value, int | Fraction)
        ]
        usual = {Money: (0, 1, 10, 3_333_333), Ratio: (200_000, 0, 333_333)}
        numbers = [*usual.get(type(given.type), (1, 0, 2))]
        if isinstance(given, Input):
            about += [*self._usual_parameters(given.type)]
        numbers += [number + by for number in about for by in (-1, 0, 1)]
        yield from self._within(given, numbers)

    def _usual_parameters(self, kind: Type) -> Iterator[int]:
        """The usual values of the parameters of a type: what an attribute may be compared with."""
        for place, parameter in enumerate(self.kernel.parameters, 1):
            if parameter.type == kind:
                yield from (numbered(one, kind) or 0 for one in self._parameter(parameter, place))

    def _parameter(self, given: ParameterInput, place: int) -> Iterator[Value]:
        """A value that no other parameter has; they ascend as they are declared."""
        match given.type:
            case Money():
                wanted = 1_000_000 * place
            case Ratio():
                wanted = 150_000 + 5_000 * place  # several of them together stay below 100%
            case Int() | Days():
                wanted = place
            case _:
                return
        inside = given.low <= wanted <= given.high
        yield valued(wanted if inside else (given.low + given.high) // 2, given.type)

    def _within(self, given: Input | ParameterInput, numbers: Iterable[int]) -> Iterator[Value]:
        ends = limits(given)
        if ends is None:
            yield from (valued(number, given.type) for number in numbers)
            return
        low, high = ends
        inside = [number for number in numbers if low <= number <= high]
        ends_too = (number for number in (low, low + 1, high) if number <= high)
        yield from (valued(number, given.type) for number in (*inside, *ends_too))

    def _dates(self, nodes: Sequence[object]) -> Iterator[int]:
        """Days, the first of them the usual one."""
        constants = [int(c.value) for c in self.constants if isinstance(c.type, Date)]
        middle = [day + 60 for day in constants if day + 60 not in constants]
        yield from middle[:1]
        yield USUAL
        for day in constants:
            yield from (day - 1, day, day + 1)
        years = dict.fromkeys(year_month_day(day)[0] for day in (*constants, USUAL))
        turns = {(1, 1)} | {
            (node.month, node.day) for node in nodes if isinstance(node, YearOf | DateIn)
        }
        for year in [*years][:6]:
            for month, day in sorted(turns):
                turn = day_number(year, month, day)
                yield from (turn - 1, turn, turn + 1)
            yield from (day_number(year, 3, 1) - 1, day_number(year, 3, 1))
            yield from (day_number(year, 2, 1) - 1, day_number(year, 2, 1))

    def _literal(self, node: Compare) -> None:
        """A code written in the scheme, for the attribute that it is compared with."""
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(one, Attribute) and isinstance(other, Const):
                if isinstance(other.type, Code) and other.value:
                    self.literals.setdefault((one.owner, one.name), []).append(str(other.value))
