"""Many random histories at a time: columns of whole numbers, drawn by numpy, and as tables of Arrow.

Values come from the draws of compiler/directed.py, which lie at and about what a kernel names, and from
units that a search has seen paid: a history begins with one claim and one member of these, its other
claims are like the first, and each value of each is drawn anew now and then. What is drawn is shuffled and
put together without a loop over rows, so that a million histories take seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from attrs import evolve, frozen

from hmbc.compiler.directed import Directed, Setting, Unit
from hmbc.compiler.kernel import Input, Kernel
from hmbc.dsl.types import Bool, Code, Date, Days, Enum, Int, Money, Periods, Ratio

Whole = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]

DRAWS = 3_000
"""Claims and members from which the values of all others are taken."""

MEMBER_ID = "member_id"
CLAIMS = (0.12, 0.33, 0.3, 0.15, 0.1)
"""How likely a history of one, two, … claims is."""

GAPS = (0, 0, 0, 0, 0, 1, 2, 15, 31, 70, 200, 366)
"""Days from a claim to the next."""


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


def is_text(given: Input) -> bool:
    """Whether a column of it is texts, rather than whole numbers or days."""
    return isinstance(given.type, Ratio | Bool | Enum | Code | Periods)


def _cell(given: Input, value: Any) -> str:
    """A value as a cell of text."""
    match given.type:
        case Ratio():
            return f"{value // 10_000}.{value % 10_000:04d}%"
        case Bool():
            return "true" if value else "false"
        case Periods():
            return ";".join(f"{_iso(first)}..{_iso(last)}" for first, last in value)
        case _:
            return str(value)


def _iso(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(day)).isoformat()


def _pool(given: Input, drawn: Sequence[Mapping[str, Any]], relative: Sequence[int] | None) -> Pool:
    """relative: the day from which a date is counted, by draw."""
    has = np.array([name_in(given, one) for one in drawn])
    raw = [one.get(given.name, 0) for one in drawn]
    if not is_text(given):
        if relative is not None:
            raw = [value - day for value, day in zip(raw, relative, strict=True)]
        return Pool(given, Column(np.array(raw, np.int64), has), None)
    cells = [_cell(given, value) if there else "" for value, there in zip(raw, has, strict=True)]
    values = given.type.values if isinstance(given.type, Enum) else ()
    texts = tuple(dict.fromkeys((*values, *cells)))
    places = {text: place for place, text in enumerate(texts)}
    return Pool(given, Column(np.array([places[cell] for cell in cells]), has), texts)


def name_in(given: Input, values: Mapping[str, Any]) -> bool:
    """Whether an attribute has a value that a cell can show: an empty text is none."""
    return given.name in values and values[given.name] not in ("", ())


@frozen
class Histories:
    """Rows of claims, a history's together and by date, each with a member. history, member: by row;
    starts: the first row of each history; spells: the columns of each member, `spells[1]` from the day
    `turns` on, where attributes vary."""

    claims: Columns
    history: Whole
    member: Whole
    spells: tuple[Columns, ...]
    turns: Whole
    count: int
    """Members of a history, whether or not they have claims."""

    @property
    def starts(self) -> Whole:
        return np.flatnonzero(np.diff(self.history, prepend=-1))

    def rows(self, places: Whole) -> Histories:
        """The same with other rows: each the copy of one of these."""
        claims = {name: column.at(places) for name, column in self.claims.items()}
        return evolve(
            self, claims=claims, history=self.history[places], member=self.member[places]
        )

    def with_everywhere(self, name: str, value: int) -> Histories:
        """The same with one value of an attribute for all members at all times."""
        spells = tuple(
            {**spell, name: Column(np.full_like(spell[name].values, value), np.ones_like(spell[name].has))}
            for spell in self.spells
        )
        return evolve(self, spells=spells)

    def with_values(self, name: str, values: Whole) -> Histories:
        """The same with other values of one attribute of the claims."""
        column = evolve(self.claims[name], values=values)
        return evolve(self, claims={**self.claims, name: column})


@frozen
class Bulk:
    """Draws histories of one kernel, and makes tables of them."""

    kernel: Kernel
    random: np.random.Generator
    pools: Mapping[tuple[str, str], Pool]
    date: str

    @classmethod
    def of(
        cls, kernel: Kernel, directed: Directed, paid: Sequence[Unit], random: np.random.Generator
    ) -> Bulk:
        """paid: units that are paid something; of half of the draws."""
        claims, members = [], []
        for number in range(DRAWS):
            if paid and number % 2:
                unit = paid[int(random.integers(len(paid)))]
                place = int(random.integers(len(unit.claims)))
                claims.append(unit.claims[place])
                members.append(unit.members[place])
            else:
                claims.append(directed.claim(None))
                members.append(directed.member(None))
        days = [claim[kernel.date] for claim in claims]
        pools = {}
        for given in kernel.inputs:
            drawn, relative = (claims, days) if given.owner == "claim" else (members, None)
            counted = isinstance(given.type, Date) and given.name != kernel.date
            key = (given.owner, given.name)
            pools[key] = _pool(given, drawn, relative if counted else None)
        return cls(kernel, random, pools, kernel.date)

    # ---- drawing

    def draw(self, histories: int) -> Histories:
        """So many histories of one to five claims."""
        random = self.random
        sizes = random.choice(np.arange(1, len(CLAIMS) + 1), histories, p=CLAIMS)
        history = np.repeat(np.arange(histories), sizes)
        first = random.integers(DRAWS, size=histories)
        count = 1 if self.kernel.unit is None else 2
        person = random.integers(count, size=len(history)) if count > 1 else np.zeros_like(history)
        days = self._days(history, first)
        claims = self._columns("claim", first[history], 0.3)
        for name, column in claims.items():
            pool = self.pools["claim", name]
            if name == self.date:
                claims[name] = Column(days, np.ones_like(column.has))
            elif isinstance(pool.given.type, Date):
                values = self._within(pool.given, column.values + days)
                claims[name] = evolve(column, values=values)
        of = np.repeat(first, count)
        fixed = self._columns("member", of, 0.15)
        spells, turns = [fixed], np.zeros(len(of), np.int64)
        if any(given.varies for given in self.kernel.inputs):
            other = self._columns("member", of, 0.5)
            varies = {i.name: i.varies for i in self.kernel.inputs if i.owner == "member"}
            spells.append({n: other[n] if varies[n] else column for n, column in fixed.items()})
            turns = self.pools["claim", self.date].column.values[random.integers(DRAWS, size=len(of))]
        return Histories(
            claims, history, history * count + person, tuple(spells), turns, count
        )

    def _days(self, history: Whole, first: Whole) -> Whole:
        pool = self.pools["claim", self.date]
        gaps = self.random.choice(np.array(GAPS), len(history))
        begins = np.flatnonzero(np.diff(history, prepend=-1))
        gaps[begins] = 0
        past = np.cumsum(gaps)
        past -= past[begins][history]
        return self._within(pool.given, pool.column.values[first][history] + past)

    def _columns(self, owner: str, like: Whole, change: float) -> dict[str, Column]:
        """Each value that of the draw `like`, or now and then of another."""
        found = {}
        for (of, name), pool in self.pools.items():
            if of != owner:
                continue
            often = change + 0.2 if isinstance(pool.given.type, Money) else change
            anew = self.random.random(len(like)) < often
            other = self.random.integers(DRAWS, size=len(like))
            column = pool.column.at(np.where(anew, other, like))
            if isinstance(pool.given.type, Money):
                column = evolve(column, values=self._moved(pool.given, column.values))
            found[name] = column
        return found

    def _moved(self, given: Input, values: Whole) -> Whole:
        """Amounts with other last digits, one of five; or anything up to twice as much, one of ten."""
        random, pick = self.random, self.random.random(len(values))
        near = values + random.integers(-100, 101, size=len(values))
        any_ = random.integers(0, 2 * np.abs(values) + 2)
        return self._within(given, np.where(pick < 0.2, near, np.where(pick < 0.3, any_, values)))

    @staticmethod
    def _within(given: Input, values: Whole) -> Whole:
        low, high = given.low, given.high
        ends = np.iinfo(np.int64)
        return np.clip(values, ends.min if low is None else low, ends.max if high is None else high)

    # ---- tables

    def claims(self, drawn: Histories) -> pa.Table:
        """The table of claims."""
        columns = {
            "claim_id": _numbers(np.arange(len(drawn.history))),
            MEMBER_ID: _numbers(drawn.member),
        }
        for name, column in drawn.claims.items():
            columns[name] = self._array("claim", name, column)
        return pa.table(columns)

    def members(self, drawn: Histories) -> pa.Table:
        """The table of members, each once for each of its spells."""
        parts = []
        for number, spell in enumerate(drawn.spells):
            people = np.arange(len(drawn.turns))
            columns = {MEMBER_ID: _numbers(people)}
            for name, column in spell.items():
                if name == self.kernel.unit:
                    columns[name] = _numbers(people // drawn.count)
                elif name != MEMBER_ID:
                    columns[name] = self._array("member", name, column)
            if len(drawn.spells) > 1:
                first, last = (drawn.turns, drawn.turns - 1)
                none = pa.nulls(len(people), pa.date32())
                columns["valid_from"] = _days_of(first) if number else none
                columns["valid_to"] = none if number else _days_of(last)
            parts.append(pa.table(columns))
        return pa.concat_tables(parts)

    def _array(self, owner: str, name: str, column: Column) -> pa.Array:
        pool = self.pools[owner, name]
        mask = None if column.has.all() else ~column.has
        if pool.texts is not None:
            places = pa.array(column.values.astype(np.int32), mask=mask)
            return pa.DictionaryArray.from_arrays(places, pa.array(pool.texts))
        if isinstance(pool.given.type, Date):
            return pa.array(column.values.astype("datetime64[D]"), pa.date32(), mask=mask)
        assert isinstance(pool.given.type, Money | Int | Days)
        return pa.array(column.values, mask=mask)

    def parameters(self, setting: Setting) -> dict[str, Any]:
        """What is external, as `Evaluator.adjudicate` takes it."""
        found: dict[str, Any] = {}
        for given in self.kernel.parameters:
            value = setting.parameters[given.name]
            match given.type:
                case Money():
                    digits = self.kernel.minor_digits
                    text = f"{value:0{digits + 1}d}"
                    found[given.name] = f"{text[:-digits]}.{text[-digits:]}" if digits else text
                case Ratio():
                    found[given.name] = f"{value // 10_000}.{value % 10_000:04d}%"
                case Bool():
                    found[given.name] = "true" if value else "false"
                case Date():
                    found[given.name] = _iso(value)
                case _:
                    found[given.name] = str(value)
        return found | {name: list(codes) for name, codes in setting.lists.items()}


def _numbers(values: Whole) -> pa.Array:
    return pa.array(values).cast(pa.string())


def _days_of(values: Whole) -> pa.Array:
    return pa.array(values.astype("datetime64[D]"), pa.date32())
