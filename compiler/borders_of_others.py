"""Units in which a claim of one kind brings a total to a border by which claims of another kind are paid.

What adds to a total need not be what is paid by it: a claim within nine months of its start counts, and one of eight
is paid at a better ratio from so much counted on. Here claims of a kind that is paid come after claims of each other kind,
of their day, the month or the year before. Where what they are paid is another with nothing claimed before than with
much, the amount at which some comparison turns is found by halves (compiler/borders.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from random import Random
from typing import Any

from attrs import define, field

from hmbc.compiler.borders import Sides, Watched, money_of
from hmbc.compiler.days import add_months
from hmbc.compiler.directed import Directed
from hmbc.compiler.kernel import Input, Kernel
from hmbc.compiler.kinds import Kind, claims_of, kinds_of
from hmbc.compiler.tried_units import Setting, Unit, Values
from hmbc.dsl.types import Date

MOST_KINDS = 30
MOST_MONTHS = 12


def at_borders_of_others(
    kernel: Kernel, pool: Iterable[tuple[Setting, Unit]], most: int, work: int
) -> Iterator[tuple[Setting, Unit]]:
    """Such units, with what is external for them. pool: units that are paid; most: the largest amount that is
    tried; work: items of rows that may be worked out."""
    yield from _Looking(kernel, most, Watched(kernel, work)).found(list(pool))


@define
class _Looking:
    kernel: Kernel
    most: int
    watched: Watched
    _money: Mapping[str, tuple[int, int | None]] = field(init=False)
    _dates: Mapping[str, Input] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._money = money_of(self.kernel)
        claim = [given for given in self.kernel.inputs if given.owner == "claim"]
        self._dates = {given.name: given for given in claim if isinstance(given.type, Date)}

    def found(self, pool: list[tuple[Setting, Unit]]) -> Iterator[tuple[Setting, Unit]]:
        """All of them; nothing where no total is compared with anything."""
        watched = self.watched
        found = kinds_of(watched.part, watched.machines, claims_of(pool)) if watched.names else ()
        kinds = list(islice(found, MOST_KINDS))
        others = list(self._adding(kinds))
        after = [
            (kind, claim, other, name, gap)
            for kind in kinds
            for gap in self._gaps(kind)
            for claim in (self._large(kind.claim), kind.claim)
            for other, name in others
            if other.setting == kind.setting
        ]
        Random(len(after)).shuffle(after)
        for kind, claim, other, name, (earlier, later) in after:
            moved, before = self._moved(claim, claim, later), self._moved(other.claim, claim, earlier)
            if watched.left <= 0:
                return
            if moved is not None and before is not None:
                yield from self._after(kind, moved, before, name)

    def _adding(self, kinds: Iterable[Kind]) -> Iterator[tuple[Kind, str]]:
        """Claims and amounts of them that add to totals, one for each set of totals."""
        told: set[object] = set()
        for kind in kinds:
            for name in [one for one in self._money if one in kind.claim]:
                claim = {**kind.claim, name: self._high(name)}
                rows = self.watched.run(kind.setting, (claim,), (kind.member,))
                sign = (id(kind.setting), name, tuple(map(bool, rows[0].added)) if rows else None)
                if rows and sign not in told:
                    told.add(sign)
                    yield kind, name

    def _gaps(self, kind: Kind) -> Iterator[tuple[int, int]]:
        """By how many months another claim is moved from a claim's day, and the claim itself: none; and as few as
        bring the one of them into another month, quarter or year by which some total is counted."""
        yield 0, 0
        keys = list[tuple[Any, ...]]()
        for way in (-1, 1):
            told: set[int] = set()
            for months in range(0, way * (MOST_MONTHS + 1), way):
                claim = self._moved(kind.claim, kind.claim, months)
                rows = None if claim is None else self.watched.run(kind.setting, (claim,), (kind.member,))
                if not rows:
                    break
                keys = keys or list(rows[0].keys)
                others = {place for place, key in enumerate(rows[0].keys) if key != keys[place]}
                if others - told:
                    yield (months, 0) if way < 0 else (0, months)
                told |= others

    def _large(self, claim: Values) -> Values:
        """A claim of as much as is tried."""
        return {n: self._high(n) if n in self._money and v else v for n, v in claim.items()}

    def _high(self, name: str) -> int:
        high = self._money[name][1]
        return self.most if high is None else min(high, self.most)

    def _moved(self, claim: Values, to: Values, months: int) -> Values | None:
        """A claim so many months after another's day; None where a date would leave its domain."""
        date = self.kernel.date
        days = add_months(to[date], months, "last_day") - claim[date]
        found = {n: v + days if n in self._dates else v for n, v in claim.items()}
        for name, given in self._dates.items():
            if name in found and Directed.within(found[name], given.low, given.high) != found[name]:
                return None
        return found

    def _after(
        self, kind: Kind, claim: Values, first: Values, name: str
    ) -> Iterator[tuple[Setting, Unit]]:
        """A claim after one of another kind, of which an amount brings a total to a border."""
        watched, unit = self.watched, Unit((first, claim), (kind.member, kind.member))
        sides = Sides(watched.machines.of(kind.setting), watched.names, unit, name)
        low, high = self._money[name][0], self._high(name)
        pays = []
        for amount in (low, high):
            found = sides.unit_with(amount)
            rows = watched.run(kind.setting, found.claims, found.members)
            pays.append(rows[-1].pays if rows else ())
        if pays[0] != pays[1]:
            for amount in sides.brinks(low, high):
                yield kind.setting, sides.unit_with(amount)
            watched.left -= 2 * len(sides.known) * len(watched.part.items)
