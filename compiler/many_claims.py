"""Units of many claims: what comes before is repeated until a total passes a border, and the claims that
matter come about there.

The sixth visit of a year, the ninth claim of a stay, a limit that takes a claim of each of five months to
fill: no search of three claims gets there, and none that changes one claim at a time sees that it gets nearer. Here a
claim that is paid is repeated, as it is or with small amounts, on its day, by the day or by the month, with the same codes
or with others, until the answer of some border (compiler/borders.py) is another one; then two claims that are
paid follow, just before the border, at it and beyond it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from random import Random

from attrs import define, evolve, field

from hmbc.compiler.borders import Watched, amounts_compared
from hmbc.compiler.days import add_months
from hmbc.compiler.directed import Directed
from hmbc.compiler.kernel import Accumulator, Input, Kernel
from hmbc.compiler.kinds import Kind, claims_of
from hmbc.compiler.quick import Row
from hmbc.compiler.tried_units import Setting, Unit, Values
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Code, Date, Money, Periods, Type

MOST_REPEATED = 12
LEAST_REPEATED = 3
"""Fewer are met by every search."""
MOST_KINDS = 40
"""Claims that are repeated, of those that differ in more than their amounts."""
MOST_TIMES = 2
"""How often it is looked at that as many claims pass a border."""
MOST_TAILS = 6
"""Claims that follow at one border."""
TIMES = 3
"""How often each kind of claim is tried as one that follows: as it is, and of other amounts."""
PARTS = (2, 5, 20, 100)

AROUND = 400
"""Days on either side of a claim that a period has."""

_Way = tuple[int, bool, int]


def many_claims(
    kernel: Kernel, pool: Iterable[tuple[Setting, Unit]], random: Random, work: int
) -> Iterator[tuple[Setting, Unit, int]]:
    """Such units, and the place of the first of the claims that follow. pool: units that are paid; work: items
    of rows that may be worked out."""
    yield from _Repeating(kernel, random, Watched(kernel, work)).found(list(pool))


@define
class _Repeating:
    kernel: Kernel
    random: Random
    watched: Watched
    _given: Mapping[str, Input] = field(init=False)
    _money: tuple[str, ...] = field(init=False)
    _codes: tuple[str, ...] = field(init=False)
    """The codes by which something is counted apart."""
    _of_member: Mapping[str, Type] = field(init=False)
    _amounts: list[int] = field(init=False)
    _told: Counter[object] = field(init=False, factory=Counter)
    """How often a border, passed by so many claims in one way of repeating them, changed what a claim was paid."""

    def __attrs_post_init__(self) -> None:
        claim = [given for given in self.kernel.inputs if given.owner == "claim"]
        self._given = {given.name: given for given in claim}
        self._money = tuple(given.name for given in claim if isinstance(given.type, Money))
        keys = [key for item in self.watched.part.items if isinstance(item, Accumulator) for key in item.keys]
        read = {
            node.name
            for key in keys
            for node in walk(key)
            if isinstance(node, e.Attribute) and node.owner == "claim"
        }
        self._of_member = {given.name: given.type for given in self.kernel.inputs if given.owner == "member"}
        self._amounts = [0, 1, *amounts_compared(self.kernel)]
        self._codes = tuple(
            given.name for given in claim if isinstance(given.type, Code) and given.name in read
        )

    def found(self, pool: list[tuple[Setting, Unit]]) -> Iterator[tuple[Setting, Unit, int]]:
        """All of them, by turns of what is repeated."""
        kinds = self._kinds(pool) if self.watched.names else []
        ways = list(product((0, 1, 2), (False, True) if self._codes else (False,), range(2 + len(self._money))))
        self.random.shuffle(ways)
        for way in ways:
            self.random.shuffle(kinds)
            for kind in kinds:
                if self.watched.left <= 0:
                    return
                line = self._line(kind, way)
                rows = self._rows(kind, line)
                for border, place in self._passing(rows):
                    if self._told[border, place, way] < MOST_TIMES:
                        found = list(self._followed(kind, line, rows, place, kinds, anew=way[1]))
                        self._told[border, place, way] += bool(found)
                        yield from found

    def _kinds(self, pool: list[tuple[Setting, Unit]]) -> list[Kind]:
        """Claims that differ in what else they are than amounts and days."""
        found: dict[str, Kind] = {}
        for kind in claims_of(pool):
            others = {n: v for n, v in kind.claim.items() if n not in self._money and not self._is_date(n)}
            for one in (kind.member, self._within_periods(kind.claim, kind.member)):
                found.setdefault(repr((others, one)), evolve(kind, member=one))
        kinds = list(found.values())
        return self.random.sample(kinds, min(len(kinds), MOST_KINDS))

    def _within_periods(self, claim: Values, member: Values) -> Values:
        """A member of whom the claim is within all periods."""
        day = claim[self.kernel.date]
        period = ((day - AROUND, day + AROUND),)
        return {**member, **{n: period for n in member if isinstance(self._of_member.get(n), Periods)}}

    def _is_date(self, name: str) -> bool:
        return isinstance(self._given[name].type, Date)

    def _with_part(self, claim: Values, part: int) -> Values:
        """A claim as it is (0), with amounts of one minor unit (1), or all but one of its amounts so."""
        if not part:
            return claim
        kept = self._money[part - 2] if part > 1 else None
        return {n: min(v, 1) if n in self._money and n != kept else v for n, v in claim.items()}

    def _line(self, kind: Kind, way: _Way) -> list[Values]:
        """The claim again and again: on its day, by days (1) or by months (2); with the same codes or others; of
        some of its amounts."""
        step, anew, part = way
        claim = self._with_part(kind.claim, part)
        found = [claim]
        for often in range(1, MOST_REPEATED):
            one = self._moved(claim, often if step == 1 else 0, often if step == 2 else 0)
            if one is None:
                break
            codes = {name: f"{claim[name]}+{often}" for name in self._codes if anew and claim.get(name)}
            found.append({**one, **codes})
        return found

    def _moved(self, claim: Values, days: int, months: int) -> Values | None:
        """A claim whose dates are later."""
        found = dict(claim)
        for name, value in claim.items():
            if self._is_date(name):
                found[name] = add_months(value, months, "last_day") + days
                high = self._given[name].high
                if high is not None and found[name] > high:
                    return None
        return found

    def _rows(self, kind: Kind, line: list[Values]) -> list[Row]:
        """What becomes of the claims, to the first that is refused."""
        members, rows = [kind.member] * len(line), list[Row]()
        for place in range(len(line)):
            found = self.watched.run(kind.setting, line[: place + 1], members[: place + 1], rows)
            if found is None:
                break
            rows = found
        return rows

    def _passing(self, rows: list[Row]) -> list[tuple[int, int]]:
        """The borders that are passed, with the places before which they are."""
        sides = [
            (*(bool(row.value(one)) for one in self.watched.names), *(pay > 0 for pay in row.pays)) for row in rows
        ]
        found: dict[int, int] = {}
        for place in range(LEAST_REPEATED, len(rows)):
            for border, (one, two) in enumerate(zip(sides[place - 1], sides[place], strict=True)):
                if one != two:
                    found[place - 1] = found[place] = border
        return [(border, place) for place, border in found.items()]

    def _followed(
        self, kind: Kind, line: list[Values], rows: list[Row], place: int, kinds: list[Kind], anew: bool
    ) -> Iterator[tuple[Setting, Unit, int]]:
        """Claims that follow so many of a line, of its day, and are paid otherwise than a claim later."""
        held = {n: v for n, v in line[place].items() if self._is_date(n)}
        held |= {n: line[place][n] for n in self._codes if line[place].get(n)}
        if anew:
            held |= {n: f"{held[n]}+" for n in self._codes if n in held}
        kept: list[Values] = []
        for one in kinds:
            for often in range(TIMES if one.setting == kind.setting else 0):
                claim = {**(self._changed(one.claim) if often else one.claim), **held}
                pays = [self._paid(kind, line, rows, at, claim) for at in (place, place + 1)]
                if None not in pays and pays[0] != pays[1]:
                    kept.append(claim)
        for claim in kept[:MOST_TAILS]:
            other = {**self._changed(self.random.choice(kinds).claim), **held}
            for claims in (
                (*line[:place], claim, self.random.choice(kept)),
                (*line[: place + 1], claim),
                (*line[:place], other, claim),
            ):
                yield kind.setting, Unit(claims, (kind.member,) * len(claims)), len(claims) - 2

    def _paid(
        self, kind: Kind, line: list[Values], rows: list[Row], place: int, claim: Values
    ) -> tuple[int, ...] | None:
        """What layers pay for a claim after so many of a line."""
        members = [kind.member] * (place + 1)
        found = self.watched.run(kind.setting, [*line[:place], claim], members, rows[:place])
        return None if found is None else found[-1].pays

    def _changed(self, claim: Values) -> Values:
        """A claim of other amounts: a part of them, or one that something is compared with and small ones
        otherwise."""
        names = [name for name in self._money if claim.get(name)]
        if not names:
            return claim
        if self.random.random() < 0.5:
            by = self.random.choice(PARTS)
            return {**claim, **{n: max(claim[n] // by, self._given[n].low or 0) for n in names}}
        name, amount = self.random.choice(names), self.random.choice(self._amounts)
        low, high = self._given[name].low, self._given[name].high
        return {**self._with_part(claim, 1), name: Directed.within(amount, low, high)}
