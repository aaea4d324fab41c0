"""Many random histories at a time: columns of whole numbers, drawn by numpy, and as tables of Arrow.

Values come from the draws of compiler/directed.py, which lie at and about what a kernel names, and from
units that a search has seen paid. Of one kind of histories the first claim and its member are one of
these, the other claims are like the first, and each value of each is drawn anew now and then; those of the
other kind are whole units of the search with other last digits, and hardly anything else changed. What
is drawn is shuffled and put together without a loop over rows, so that a million histories take seconds.

Needs numpy and pyarrow (the extra `hmbc[prove]`).
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

LAST_DAY = (date.max - date(1970, 1, 1)).days

DRAWS = 3_000
"""Claims and members from which the values of all others are taken."""

MEMBER_ID = "member_id"
CLAIMS = (0.12, 0.33, 0.3, 0.15, 0.1)
"""How likely a history of one, two, … claims is."""

ALIKE = 0.5
"""How often histories are like whole units."""

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
    means: tuple[Any, ...] = ()
    """The value that a machine takes for each of the texts."""


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
            return ";".join(f"{_iso(first)}..{_last(last)}" for first, last in value)
        case _:
            return str(value)


def _last(day: int) -> str:
    """The last day of a period, empty where it is open: its number is later than any calendar's."""
    return _iso(day) if day <= LAST_DAY else ""


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
    means: dict[str, Any] = {value: value for value in values}
    means |= dict(zip(cells, raw, strict=True))
    places = {text: place for place, text in enumerate(means)}
    column = Column(np.array([places[cell] for cell in cells]), has)
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


@frozen
class Bulk:
    """Draws histories of one kernel, and makes tables of them."""

    kernel: Kernel
    random: np.random.Generator
    pools: Mapping[tuple[str, str], Pool]
    date: str
    whole: Histories | None
    """The units that were paid, as they are; their values are in the pools, too."""

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
        whole = [(number, row) for number, unit in enumerate(paid) for row in range(len(unit.claims))]
        claims += [paid[number].claims[row] for number, row in whole]
        members += [paid[number].members[row] for number, row in whole]
        days = [claim[kernel.date] for claim in claims]
        pools: dict[tuple[str, str], Pool] = {}
        for given in kernel.inputs:
            drawn, relative = (claims, days) if given.owner == "claim" else (members, None)
            counted = isinstance(given.type, Date) and given.name != kernel.date
            key = (given.owner, given.name)
            pools[key] = _pool(given, drawn, relative if counted else None)
        return cls(kernel, random, pools, kernel.date, _as_they_are(pools, kernel.date, paid, days[DRAWS:]))

    # ---- drawing

    def draw(self, histories: int) -> Histories:
        """So many histories."""
        if self.whole is not None and self.random.random() < ALIKE:
            return self._like_whole(histories, self.whole)
        return self._anew(histories)

    def _anew(self, histories: int) -> Histories:
        """Histories of one to five claims that are like their first."""
        random = self.random
        sizes = random.choice(np.arange(1, len(CLAIMS) + 1), histories, p=CLAIMS)
        history = np.repeat(np.arange(histories), sizes)
        first = random.integers(DRAWS, size=histories)
        count = 1 if self.kernel.unit is None else 2
        person = random.integers(count, size=len(history)) if count > 1 else np.zeros_like(history)
        days = self._days(history, first)
        claims = self._columns("claim", first[history], 0.3)
        self._dated(claims, days)
        member = history * count + person
        of = np.repeat(first, count)
        people = {name: one.at(member) for name, one in self._columns("member", of, 0.15).items()}
        varies = [given.name for given in self.kernel.inputs if given.varies]
        if varies:  # from one day to another
            between = np.sort(random.choice(days, (len(of), 2)), axis=1)[member]
            then = (days >= between[:, 0]) & (days < between[:, 1])
            if random.random() < 0.5:
                then = days >= between[:, 0]
            other = self._columns("member", of, 0.5)
            people |= {name: _either(then, other[name].at(member), people[name]) for name in varies}
        return Histories(claims, people, history, member)

    def _dated(self, claims: dict[str, Column], days: Whole) -> None:
        """Dates counted from those of the claims."""
        for name, column in claims.items():
            pool = self.pools["claim", name]
            if name == self.date:
                claims[name] = Column(days, np.ones_like(column.has))
            elif isinstance(pool.given.type, Date):
                values = self._within(pool.given, column.values + days)
                claims[name] = evolve(column, values=values)

    def _like_whole(self, histories: int, whole: Histories) -> Histories:
        """Units that were paid, with other last digits."""
        random = self.random
        sizes = np.bincount(whole.history)
        picked = random.integers(len(sizes), size=histories)
        starts = whole.starts[picked]
        history = np.repeat(np.arange(histories), sizes[picked])
        begins = np.flatnonzero(np.diff(history, prepend=-1))
        rows = starts[history] + np.arange(len(history)) - begins[history]
        drawn = whole.rows(rows)
        people = drawn.member - np.minimum.reduceat(drawn.member, begins)[history]
        claims, changes = dict(drawn.claims), random.choice((0.0, 0.02, 0.1))
        size = int(random.choice((3, 10, 100)))
        for name, column in claims.items():
            pool = self.pools["claim", name]
            if name == self.date:
                continue
            other = pool.column.at(random.integers(len(pool.column.values), size=len(rows)))
            if isinstance(pool.given.type, Date):
                moved = other.values + claims[self.date].values
                other = evolve(other, values=self._within(pool.given, moved))
            column = _either(random.random(len(rows)) < changes, other, column)
            if isinstance(pool.given.type, Money):
                by = random.integers(-size, size + 1, size=len(rows))
                by[(random.random(len(rows)) < 0.3) | (column.values == 0)] = 0
                values = self._within(pool.given, np.maximum(column.values + by, 0))
                column = evolve(column, values=values)
            claims[name] = column
        told = dict(drawn.people)
        varies = [given.name for given in self.kernel.inputs if given.varies]
        member = history * (1 + int(people.max())) + people
        if varies and changes:
            days = claims[self.date].values
            # A member is one thing a day: what its first row of that day is.
            key = np.stack([member, days], axis=1)
            _, first, same = np.unique(key, axis=0, return_index=True, return_inverse=True)
            anew = random.random(len(rows)) < 0.2
            for name in varies:
                pool = self.pools["member", name]
                other = pool.column.at(random.integers(len(pool.column.values), size=len(rows)))
                told[name] = _either(anew, other, told[name]).at(first[same.reshape(-1)])
        return Histories(claims, told, history, member)

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
        """The table of members, with a row from each day of a claim on where attributes vary."""
        days = drawn.claims[self.date].values
        order = np.lexsort((days, drawn.member))
        member, day = drawn.member[order], days[order]
        new = np.diff(member, prepend=-1) != 0
        varies = any(given.varies for given in self.kernel.inputs)
        if varies:
            new |= np.diff(day, prepend=-1) != 0
        rows = order[new]
        columns = {MEMBER_ID: _numbers(drawn.member[rows])}
        for name, column in drawn.people.items():
            if name == self.kernel.unit:
                columns[name] = _numbers(drawn.history[rows])
            elif name != MEMBER_ID:
                columns[name] = self._array("member", name, column.at(rows))
        if varies:
            of, since = drawn.member[rows], days[rows]
            again = np.diff(of, prepend=-1) == 0  # a further row of its member
            last = np.append(again[1:], False)
            until = np.append(since[1:], 0) - 1
            columns["valid_from"] = _days_of(since, again)
            columns["valid_to"] = _days_of(until, last)
        return pa.table(columns)

    def unit(self, drawn: Histories, place: int) -> Unit:
        """One history as a machine takes it."""
        rows = [int(row) for row in np.flatnonzero(drawn.history == place)]
        ids = {int(one): f"X{number}" for number, one in enumerate(dict.fromkeys(drawn.member[rows]), 1)}
        claims = tuple(self._values("claim", drawn.claims, row) for row in rows)
        members = []
        for row in rows:
            member = self._values("member", drawn.people, row)
            if MEMBER_ID in member:
                member[MEMBER_ID] = ids[int(drawn.member[row])]
            if self.kernel.unit is not None:
                member[self.kernel.unit] = "X1"
            members.append(member)
        return Unit(claims, tuple(members))

    def _values(self, owner: str, columns: Columns, row: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, column in columns.items():
            pool = self.pools[owner, name]
            value = int(column.values[row])
            if column.has[row]:
                found[name] = value if pool.texts is None else pool.means[value]
            elif not pool.given.optional:  # an empty text
                found[name] = () if isinstance(pool.given.type, Periods) else ""
        return found

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


def _days_of(values: Whole, has: Truth) -> pa.Array:
    return pa.array(values.astype("datetime64[D]"), pa.date32(), mask=~has)


def _either(first: Truth, one: Column, two: Column) -> Column:
    """By row, one column or the other."""
    return Column(np.where(first, one.values, two.values), np.where(first, one.has, two.has))


def _as_they_are(
    pools: Mapping[tuple[str, str], Pool], date: str, units: Sequence[Unit], days: Sequence[int]
) -> Histories | None:
    """The units whose claims and members are the last draws of the pools; None: there are none."""
    if not units:
        return None
    places = np.arange(DRAWS, DRAWS + len(days))
    columns: dict[str, dict[str, Column]] = {"claim": {}, "member": {}}
    for (owner, name), pool in pools.items():
        column = pool.column.at(places)
        if owner == "claim" and isinstance(pool.given.type, Date) and name != date:
            column = evolve(column, values=column.values + np.array(days))
        columns[owner][name] = column
    history = np.repeat(np.arange(len(units)), [len(unit.claims) for unit in units])
    ids = [
        list(dict.fromkeys(one.get(MEMBER_ID) for one in unit.members)).index(member.get(MEMBER_ID))
        for unit in units
        for member in unit.members
    ]
    most = 1 + max(ids)
    return Histories(columns["claim"], columns["member"], history, history * most + np.array(ids))
