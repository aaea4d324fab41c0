"""Claim histories that are likely to tell: at, just below and just above every amount, date and
number that a kernel names, and at what these make together.

`Directed(kernel, random)` draws units of up to three claims. Most look like a claim that was paid
before (`keep`), with one or two things changed, because laws break between two claims that have
nearly everything in common.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from fractions import Fraction
from math import ceil
from random import Random
from typing import Any

from attrs import define, field

from hmbc.compiler import days
from hmbc.compiler.expressions import expressions
from hmbc.compiler.kernel import Input, Kernel, ParameterInput
from hmbc.compiler.tried_units import Setting, Unit, Values
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.types import (
    MONEY_HIGH,
    Bool,
    Code,
    Date,
    Days,
    Enum,
    Int,
    Money,
    Periods,
    Ratio,
    Type,
)
from hmbc.runtime.ratio import RATIO_DENOMINATOR

MOST_CLAIMS = 3
MOST_SHAKEN = 5
_NEW_CODES = ("X1", "X2", "X3")
_KEPT = 60


@define
class Directed:
    """Draws settings and units for one kernel."""

    kernel: Kernel
    random: Random
    amounts: list[int] = field(init=False)
    days: list[int] = field(init=False)
    numbers: list[int] = field(init=False)
    ratios: list[int] = field(init=False)
    codes: list[str] = field(init=False)
    digits: int = field(init=False)
    _kept: list[Unit] = field(init=False, factory=list)

    def __attrs_post_init__(self) -> None:
        written = list(_constants(self.kernel))
        self.digits = 10**self.kernel.minor_digits
        self.ratios = sorted(
            {int(c.value * RATIO_DENOMINATOR) for c in written if isinstance(c.type, Ratio)}
            | {0, RATIO_DENOMINATOR // 2, RATIO_DENOMINATOR}
        )
        self.numbers = sorted({int(c.value) for c in written if isinstance(c.type, Int | Days)})
        self.days = sorted({int(c.value) for c in written if isinstance(c.type, Date)})
        self.codes = sorted(
            {str(c.value) for c in written if isinstance(c.type, Code) and c.value}
            | {code for listed in self.kernel.lists for code in listed.codes or ()}
        )
        self.amounts = self._amounts([c for c in written if isinstance(c.type, Money)])

    def _amounts(self, written: Sequence[e.Const]) -> list[int]:
        named = {ceil(c.value) for c in written if c.value}  # type: ignore[arg-type]
        declared: list[Input | ParameterInput] = [*self.kernel.parameters, *self.kernel.inputs]
        for given in declared:
            if isinstance(given.type, Money):
                named |= {given.low or 0, given.high or 0} - {MONEY_HIGH}
        named = {abs(one) for one in named} - {0}
        several = {one * times for one in named for times in (2, 3)}
        joined = {one + two for one in named for two in named}
        shares = [Fraction(one, RATIO_DENOMINATOR) for one in self.ratios if one > 0]
        reached = {ceil(one / share) for one in named for share in shares}
        beyond = {one + two for one in named for two in reached} if len(named) < 12 else set()
        found = named | several | joined | reached | beyond
        if len(found) > 150:
            found = named | set(self.random.sample(sorted(found), 150 - min(len(named), 100)))
        near = {one + more for one in found for more in (-1, 0, 1)}
        few = {0, 1, 2, 3, 10, self.digits // 2, self.digits, 100 * self.digits, 10_000 * self.digits}
        return sorted(one for one in near | few if one >= 0)

    def apart(self, random: Random) -> Directed:
        """One that knows the same and draws by itself."""
        found = copy(self)
        found.random, found._kept = random, []
        return found

    # ---- settings

    def setting(self) -> Setting:
        """Values for what is external."""
        return Setting(
            {given.name: self._external(given) for given in self.kernel.parameters},
            {
                listed.name: tuple(
                    code for code in (*self.codes, *_NEW_CODES[:2]) if self.random.random() < 0.5
                )
                for listed in self.kernel.lists
                if listed.codes is None
            },
        )

    def _external(self, given: ParameterInput) -> Any:
        if isinstance(given.type, Bool):
            return self.random.random() < 0.5
        low, high = given.low, given.high
        if isinstance(given.type, Date):
            return self.within(self.random.choice(self.days or [19_000]), low, high)
        if isinstance(given.type, Ratio):
            middle = [one for one in self.ratios if low <= one <= high] or [(low + high) // 2]
            return self.random.choice([low, high, *middle, *middle])
        if isinstance(given.type, Money):
            usual = [one * self.digits for one in (100, 1_000, 10_000, 100_000)]
            middle = [one for one in (*self.amounts, *usual) if low <= one <= high]
            return self.random.choice([low, high, *self.random.sample(middle, min(4, len(middle)))])
        usual = [one for one in (1, 2, 3, 5, 10) if low <= one <= high]
        return self.random.choice([low, min(high, low + 10), *usual])

    # ---- units

    def learn(self, setting: Setting, unit: Unit) -> None:
        """Use the amounts and dates of a unit for others, too."""
        kinds: dict[tuple[str, str], Type] = {
            (given.owner, given.name): given.type for given in self.kernel.inputs
        }
        kinds |= {("parameter", given.name): given.type for given in self.kernel.parameters}
        found = [("parameter", setting.parameters)]
        found += [("claim", claim) for claim in unit.claims]
        found += [("member", member) for member in unit.members[:1]]
        amounts, dates, codes = set(self.amounts), set(self.days), set(self.codes)
        for owner, values in found:
            for name, value in values.items():
                match kinds[owner, name]:
                    case Money():
                        amounts |= {one for one in (value - 1, value, value + 1) if one >= 0}
                    case Date():
                        dates.add(value)
                    case Code() if value:
                        codes.add(value)
                    case _:
                        pass
        codes |= {code for listed in setting.lists.values() for code in listed}
        self.amounts, self.days, self.codes = sorted(amounts), sorted(dates), sorted(codes)

    def keep(self, unit: Unit, times: int = 1) -> None:
        """Make more like this one."""
        for _ in range(times):
            if len(self._kept) < _KEPT:
                self._kept.append(unit)
            else:
                self._kept[self.random.randrange(_KEPT)] = unit

    def forget(self) -> None:
        """What units there were to make more like."""
        self._kept.clear()

    def unit(self) -> Unit:
        """A unit of one to three claims."""
        random = self.random
        if not self._kept or random.random() < 0.15:
            return Unit((self.claim(None),), (self.member(None),))
        pattern = random.choice(self._kept)
        member = pattern.members[0]
        if random.random() < 0.2:
            member = self.member(member)
        claims = list(pattern.claims)
        number = random.choice((1, 2, 2, 3, 3))
        while len(claims) > number:
            del claims[random.randrange(len(claims))]
        while len(claims) < number:
            claims.append(self.claim(random.choice(claims)))
        claims = [self.claim(one) if random.random() < 0.6 else one for one in claims]
        claims.sort(key=lambda one: one[self.kernel.date])
        members = [member] * len(claims)
        if self.kernel.unit is not None and random.random() < 0.5:
            unit = member[self.kernel.unit]
            other = {**self.member(member), self.kernel.unit: unit}
            if "member_id" in member:
                other["member_id"] = "X2" if member["member_id"] == "X1" else "X1"
            members = [random.choice((member, other)) for _ in claims]
        elif any(given.varies for given in self.kernel.inputs):
            members = [self.varied(member) for _ in claims]
        return self.one_value_a_day(Unit(tuple(claims), tuple(members)))

    def one_value_a_day(self, unit: Unit) -> Unit:
        """With the values that a member has on a day, those of its first claim, in all of them."""
        if not any(given.varies for given in self.kernel.inputs):
            return unit
        known: dict[object, Values] = {}
        members = [
            known.setdefault((claim[self.kernel.date], member.get("member_id")), member)
            for claim, member in zip(unit.claims, unit.members, strict=True)
        ]
        return Unit(unit.claims, tuple(members))

    def shaken(self, pattern: Unit, other: Unit) -> Unit:
        """A unit with other last digits, and often one of its claims, or of another unit's, once
        more: roundings break laws by one minor unit."""
        random = self.random
        if len(pattern.claims) < MOST_SHAKEN and random.random() < 0.3:
            rows = list(zip(pattern.claims, pattern.members, strict=True))
            rows.append((random.choice(other.claims), random.choice(pattern.members)))
            rows.sort(key=lambda row: row[0][self.kernel.date])
            claims, members = zip(*rows, strict=True)
            pattern = Unit(claims, members)
        return self.one_value_a_day(self.other_digits(pattern))

    def other_digits(self, pattern: Unit) -> Unit:
        """A unit whose amounts are a little larger."""
        money = {i.name for i in self.kernel.inputs if i.owner == "claim" and isinstance(i.type, Money)}
        highs = {i.name: i.high for i in self.kernel.inputs if i.owner == "claim"}
        size = self.random.choice((3, 10, 100))
        claims = tuple(
            {
                name: self.within(value + self.random.randrange(size), 0, highs[name])
                if name in money and value
                else value
                for name, value in claim.items()
            }
            for claim in pattern.claims
        )
        return Unit(claims, pattern.members)

    def other_claim(self, pattern: Unit) -> Unit:
        """A unit of whose claims one is another of its date."""
        place, date = self.random.randrange(len(pattern.claims)), self.kernel.date
        old = pattern.claims[place]
        new = {**self.claim(old), date: old[date]}
        return Unit((*pattern.claims[:place], new, *pattern.claims[place + 1 :]), pattern.members)

    def varied(self, member: Values) -> Values:
        """The member, each value that varies drawn anew or not."""
        found = dict(member)
        for given in self.kernel.inputs:
            if given.varies and self.random.random() < 0.5:
                found.pop(given.name, None)
                if not given.optional or self.random.random() < 0.75:
                    found[given.name] = self._value(given, None)
        return found

    def among(self, members: Sequence[Values], other: Values) -> Values:
        """Another member as one of these, who are one unit's: where that is who it is, with its values of what
        varies."""
        unit = self.kernel.unit
        for member in members:
            if unit is None or member.get("member_id") == other.get("member_id"):
                varying = {given.name for given in self.kernel.inputs if given.varies}
                kept = {name: value for name, value in member.items() if name not in varying}
                return kept | {name: value for name, value in other.items() if name in varying}
        assert unit is not None
        return {**other, unit: members[0][unit]}

    def claim(self, like: Values | None) -> Values:
        """A claim, or one like another with some things changed."""
        return self._values("claim", like)

    def turned(self, claim: Values, name: str | None = None) -> Values:
        """A claim with another value of one thing (this, or any) that is neither an amount nor the day."""
        others = [
            one
            for one in self.kernel.inputs
            if one.owner == "claim"
            and one.name != self.kernel.date
            and not isinstance(one.type, Money)
            and name in (None, one.name)
        ]
        given = self.random.choice(others or [None])
        if given is None:
            return claim
        if given.optional and self.random.random() < 0.25:
            return {name: value for name, value in claim.items() if name != given.name}
        return {**claim, given.name: self._value(given, claim[self.kernel.date])}

    def with_one_turned(self, unit: Unit, kept: str | None) -> Unit:
        """A unit of which all claims, or one, have another value of one thing, or nothing of an amount (but not
        of `kept`); or whose member is another one."""
        random, date = self.random, self.kernel.date
        names = [i.name for i in self.kernel.inputs if i.owner == "claim" and i.name not in (date, kept)]
        if not names or random.random() < 0.2:
            member = self.member(unit.members[0])
            same = {n: v for n, v in unit.members[0].items() if n in ("member_id", self.kernel.unit)}
            return Unit(unit.claims, ({**member, **same},) * len(unit.members))
        name = random.choice(names)
        amount = next(isinstance(i.type, Money) for i in self.kernel.inputs if (i.owner, i.name) == ("claim", name))
        turned = {name: 0} if amount else self.turned(unit.claims[0], name)
        only = random.randrange(len(unit.claims)) if random.random() < 0.4 else None
        claims = []
        for place, claim in enumerate(unit.claims):
            rest = {n: v for n, v in claim.items() if n != name}
            found = {**rest, **({name: turned[name]} if name in turned else {})}
            claims.append(claim if only not in (None, place) else found)
        return Unit(tuple(claims), unit.members)

    def member(self, like: Values | None) -> Values:
        """A member, or one like another."""
        return self._values("member", like)

    def _values(self, owner: str, like: Values | None) -> Values:
        random, found = self.random, {}
        base = None
        if owner == "claim":
            base = like[self.kernel.date] if like else self.day()
        for given in self.kernel.inputs:
            if given.owner != owner:
                continue
            name = given.name
            change = 0.45 if isinstance(given.type, Money) else 0.15
            if like is not None and random.random() > change:
                if name in like:
                    found[name] = like[name]
                continue
            if given.optional and random.random() < 0.25:
                continue
            found[name] = self._value(given, base)
        return found

    def day(self) -> int:
        """A day that may matter."""
        random, kernel = self.random, self.kernel
        given = next(i for i in kernel.inputs if (i.owner, i.name) == ("claim", kernel.date))
        if self.days and random.random() < 0.7:
            day = random.choice(self.days) + random.choice((-1, 0, 0, 1, 30, 200, 365))
        else:
            day = days.day_number(random.choice((2022, 2023, 2024)), random.choice((1, 3, 7, 12)), 1)
        return self.within(day, given.low, given.high)

    def _value(self, given: Input, base: int | None) -> Any:
        random = self.random
        match given.type:
            case Money():
                pick = random.random()
                if pick < 0.12:
                    amount = 0
                elif pick < 0.8:
                    amount = random.choice(self.amounts)
                else:
                    amount = random.choice(self.amounts) + random.choice(self.amounts)
                return self.within(amount, given.low, given.high)
            case Bool():
                return random.random() < 0.5
            case Enum(values=values):
                return random.choice(values)
            case Code():
                return random.choice([*self.codes, *_NEW_CODES])
            case Ratio():
                return self.within(random.choice(self.ratios), given.low, given.high)
            case Int() | Days():
                near = [one + more for one in self.numbers for more in (-1, 0, 1)]
                ends = [given.low or 0, given.high or 0] if (given.high or 0) <= 10**6 else []
                number = random.choice([0, 1, 2, 3, *near, *ends])
                return self.within(number, given.low, given.high)
            case Date():
                return self.within(self._date(base), given.low, given.high)
            case Periods():
                if random.random() < 0.7:
                    return ()
                first = self.day()
                return ((first, first + random.choice((0, 30, 400))),)
            case _:
                raise AssertionError(given)

    def _date(self, base: int | None) -> int:
        random = self.random
        if base is not None:
            return base + random.choice((0, 0, 0, 1, 31, 366, -1, -30, -365))
        pick = random.random()
        if pick < 0.5:
            return self.day() - random.choice((0, 1, 30, 90, 365, 400))
        return self.day() - 365 * random.choice((5, 17, 18, 30, 59, 60, 65, 80))

    @staticmethod
    def within(value: int, low: int | None, high: int | None) -> int:
        """A number held to a domain; None: open."""
        return min(max(value, low or 0) if low is not None else value, value if high is None else high)


def _constants(kernel: Kernel) -> Iterator[e.Const]:
    for expr in expressions(kernel):
        for node in walk(expr):
            if isinstance(node, e.Const):
                yield node
            elif isinstance(node, e.YearOf):
                yield e.Const(days.day_number(2023, node.month, node.day), Date())
            elif isinstance(node, e.DateIn):
                yield e.Const(days.day_number(2023, node.month, node.day), Date())
