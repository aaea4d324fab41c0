"""Values of many rows at a time: a column of whole numbers an attribute, and histories of such columns.

Needs numpy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

from hmbc.compiler.kernel import Input
from hmbc.dsl.types import Bool, Code, Enum, Periods, Ratio, Type

Whole = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]

LAST_DAY = (date.max - date(1970, 1, 1)).days

MEMBER_ID = "member_id"


@frozen
class Column:
    """The values of an attribute, by rows; has: where there is one. A place in `Pool.texts` for an
    attribute that is read as text."""

    values: Whole
    has: Truth

    def at(self, rows: Whole) -> Column:
        """Those rows, in that order."""
        return Column(self.values[rows], self.has[rows])


Columns = Mapping[str, Column]


@frozen
class Pool:
    """What one attribute is drawn from. texts: what the numbers stand for, where they are places."""

    given: Input
    column: Column
    texts: tuple[str, ...] | None
    means: tuple[Any, ...] = ()
    """The value that a machine takes for each of the texts."""


def is_text(given: Input) -> bool:
    """Whether a column of it is texts, rather than whole numbers or days."""
    return isinstance(given.type, Ratio | Bool | Enum | Code | Periods)


def cell(kind: Type, value: Any) -> str:
    """A value as a cell of text."""
    match kind:
        case Ratio():
            return f"{value // 10_000}.{value % 10_000:04d}%"
        case Bool():
            return "true" if value else "false"
        case Periods():
            return ";".join(f"{iso(first)}..{_last(last)}" for first, last in value)
        case _:
            return str(value)


def _last(day: int) -> str:
    """The last day of a period, empty where it is open: its number is later than any calendar's."""
    return iso(day) if day <= LAST_DAY else ""


def iso(day: int) -> str:
    """A day as a cell has it."""
    return (date(1970, 1, 1) + timedelta(day)).isoformat()


def pool_of(given: Input, drawn: Sequence[Mapping[str, Any]], relative: Sequence[int] | None) -> Pool:
    """The values of one attribute that were drawn. relative: the day from which a date is counted, by draw."""
    has = np.array([name_in(given, one) for one in drawn])
    raw = [one.get(given.name, 0) for one in drawn]
    if not is_text(given):
        if relative is not None:
            raw = [value - day for value, day in zip(raw, relative, strict=True)]
        return Pool(given, Column(np.array(raw, np.int64), has), None)
    cells = [cell(given.type, value) if there else "" for value, there in zip(raw, has, strict=True)]
    values = given.type.values if isinstance(given.type, Enum) else ()
    means: dict[str, Any] = {value: value for value in values}
    means |= dict(zip(cells, raw, strict=True))
    places = {text: place for place, text in enumerate(means)}
    column = Column(np.array([places[text] for text in cells]), has)
    return Pool(given, column, tuple(means), tuple(means.values()))


def name_in(given: Input, values: Mapping[str, Any]) -> bool:
    """Whether an attribute has a value that a cell can show: an empty text is none."""
    return given.name in values and values[given.name] not in ("", ())


@frozen
class Histories:
    """Rows of claims, a history's together and by date, each with a member. people: what the member of
    each row is on its day; history, member: by row; starts: the first row of each history."""

    claims: Columns
    people: Columns
    history: Whole
    member: Whole

    @property
    def starts(self) -> Whole:
        return np.flatnonzero(np.diff(self.history, prepend=-1))

    def rows(self, places: Whole) -> Histories:
        """The same with other rows: each the copy of one of these."""
        return Histories(
            {name: column.at(places) for name, column in self.claims.items()},
            {name: column.at(places) for name, column in self.people.items()},
            self.history[places],
            self.member[places],
        )

    def with_everywhere(self, name: str, value: int) -> Histories:
        """The same with one value of an attribute for all members at all times."""
        column = self.people[name]
        alike = Column(np.full_like(column.values, value), np.ones_like(column.has))
        return evolve(self, people={**self.people, name: alike})

    def with_values(self, name: str, values: Whole) -> Histories:
        """The same with other values of one attribute of the claims."""
        column = evolve(self.claims[name], values=values)
        return evolve(self, claims={**self.claims, name: column})
