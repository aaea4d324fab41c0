"""Changes of a unit of claims, for a search that goes on from what it has found.

A claim comes again days, months or years later, or not at all; one of its values, an amount or its
member's values are others; all claims are later or earlier.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from attrs import frozen

from hmbc.compiler.directed import Directed
from hmbc.compiler.tried_units import Unit, Values
from hmbc.dsl.types import Money

MOST_CLAIMS = 8
LATER = (0, 0, 1, 2, 20, 30, 31, 62, 91, 182, 364, 365, 366, 730)
"""Days after which a claim comes again."""

WAYS = ("again", "again", "claim", "amount", "amount", "drop", "member", "spell", "days")

Row = tuple[Values, Values]
"""A claim and its member."""


@frozen
class Varied:
    """Changes units as values are drawn for a kernel."""

    directed: Directed

    def changed(self, unit: Unit) -> Unit:
        """A unit with one to three things changed."""
        random, kernel = self.directed.random, self.directed.kernel
        rows = list(zip(unit.claims, unit.members, strict=True))
        for _ in range(random.choice((1, 1, 2, 3))):
            place = random.randrange(len(rows))
            claim, member = rows[place]
            match random.choice(WAYS):
                case "again" if len(rows) < MOST_CLAIMS:
                    rows.append((self.shifted(claim, random.choice(LATER)), member))
                case "claim":
                    rows[place] = (self.directed.claim(claim), member)
                case "amount":
                    rows[place] = (self.other_amount(claim), member)
                case "drop" if len(rows) > 1:
                    del rows[place]
                case "member":
                    rows = self.other_member(rows, member)
                case "spell" if any(given.varies for given in kernel.inputs):
                    rows[place] = (claim, self.directed.varied(member))
                case "days":
                    by = random.choice((-31, -1, 1, 31, 183)) * random.choice((1, 1, 3))
                    rows = [(self.shifted(one, by), who) for one, who in rows]
                case _:
                    pass
        rows.sort(key=lambda row: row[0][kernel.date])
        claims, members = (tuple(part) for part in zip(*rows, strict=True))
        return self.directed.one_value_a_day(Unit(claims, members))

    def other_member(self, rows: Sequence[Row], member: Values) -> list[Row]:
        """Other values, of those that never change, in all rows of a member."""
        given = [one for one in self.directed.kernel.inputs if one.owner == "member"]
        never = {one.name for one in given if not one.varies} - {self.directed.kernel.unit, "member_id"}
        other = self.directed.member(member)

        def part(values: Values, names: Set[str]) -> Values:
            return {name: value for name, value in values.items() if name in names}

        was, now = part(member, never), part(other, never)
        return [
            (claim, {**part(who, who.keys() - never), **now} if part(who, never) == was else who)
            for claim, who in rows
        ]

    def shifted(self, claim: Values, by: int) -> Values:
        """The claim so many days later."""
        date = self.directed.kernel.date
        given = next(i for i in self.directed.kernel.inputs if (i.owner, i.name) == ("claim", date))
        return {**claim, date: self.directed.within(claim[date] + by, given.low, given.high)}

    def other_amount(self, claim: Values) -> Values:
        """The claim with one amount that is named, a unit more or less, or several times as much."""
        random = self.directed.random
        money = [
            given
            for given in self.directed.kernel.inputs
            if given.owner == "claim" and isinstance(given.type, Money) and given.name in claim
        ]
        if not money:
            return claim
        given = random.choice(money)
        held = claim[given.name]
        value = random.choice(
            (random.choice(self.directed.amounts), held + 1, held - 1, 2 * held, held // 2, 10 * held)
        )
        return {**claim, given.name: self.directed.within(value, given.low, given.high)}
