"""Many random histories at a time: columns of whole numbers, drawn by numpy.

Values come from the draws of compiler/directed.py, which lie at and about what a kernel names, and from
units that a search has seen paid. Of one kind of histories the first claim and its member are one of
these, the other claims are like the first, and each value of each is drawn anew now and then; those of the
other kind are whole units of the search with other last digits, and hardly anything else changed. What
is drawn is shuffled and put together without a loop over rows, so that a million histories take seconds.

Needs numpy and pyarrow (the extra `hmbc[prove]`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import evolve, frozen

from hmbc.compiler.bulk_columns import MEMBER_ID, Column, Histories, Pool, Truth, Whole, pool_of
from hmbc.compiler.bulk_tables import Tables
from hmbc.compiler.directed import Directed
from hmbc.compiler.kernel import Input, Kernel
from hmbc.compiler.tried_units import Unit
from hmbc.dsl.types import Date, Money

DRAWS = 3_000
"""Claims and members from which the values of all others are taken."""

CLAIMS = (0.12, 0.33, 0.3, 0.15, 0.1)
"""How likely a history of one, two, … claims is."""

ALIKE = 0.5
"""How often histories are like whole units."""

GAPS = (0, 0, 0, 0, 0, 1, 2, 15, 31, 70, 200, 366)
"""Days from a claim to the next."""


@frozen
class Bulk:
    """Draws histories of one kernel."""

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
            pools[key] = pool_of(given, drawn, relative if counted else None)
        return cls(kernel, random, pools, kernel.date, _as_they_are(pools, kernel.date, paid, days[DRAWS:]))

    @property
    def tables(self) -> Tables:
        """What is drawn, as tables."""
        return Tables(self.kernel, self.pools)

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
