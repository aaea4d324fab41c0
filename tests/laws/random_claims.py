"""Random units with their members, claims and parameters for any kernel, in the interpreter's values and
as tables.

A unit is one member, or a family of up to three. Amounts lie about a scheme's `size`, many claims share
a date, admissions interleave, members change from one day to the next where attributes vary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pyarrow as pa
from attrs import frozen

from hmbc.compiler.kernel import Input, Kernel, ParameterInput
from hmbc.dsl.types import Bool, Code, Date, Enum, Int, Money, Periods, Ratio

MILLION = 1_000_000
DAY = date(1970, 1, 1)
FIRST = (date(2021, 7, 1) - DAY).days
CODES = {"drug": ("D1", "D2", "D3", "D4", "D5"), "referral": ("R1", "R2")}
CODES |= {"药品": CODES["drug"], "转诊单": CODES["referral"]}
VISITS = ("V1", "V2", "V3", "V4", "V5", "V6")

Values = dict[str, Any]


@frozen
class Spell:
    """What a member is like from one day to another, both included; None: open."""

    first: int | None
    last: int | None
    values: Values


@frozen
class People:
    """The members of one unit, by id. id: the unit's, as a state has it."""

    id: str
    members: dict[str, tuple[Spell, ...]]

    def on(self, member: str, day: int) -> Values:
        """A member's values on a day."""
        return next(
            spell.values
            for spell in self.members[member]
            if (spell.first is None or spell.first <= day)
            and (spell.last is None or day <= spell.last)
        )

    def for_ever(self) -> People:
        """As each member is first, at all times."""
        return People(
            self.id,
            {
                name: (Spell(None, None, first.values),)
                for name, (first, *_) in self.members.items()
            },
        )

    def rows(self, kernel: Kernel) -> tuple[list[dict[str, str | None]], list[Values]]:
        """The rows of the table of members: what identifies them, and their values."""
        varying = any(given.varies for given in kernel.inputs)
        ids: list[dict[str, str | None]] = []
        values = []
        for member, spells in self.members.items():
            for spell in spells:
                days = {"valid_from": spell.first, "valid_to": spell.last} if varying else {}
                shown = {name: cell(day, Date(), 0) for name, day in days.items()}
                ids.append({"member_id": member, **shown})
                values.append(spell.values)
        return ids, values


def parameters(random: Random, kernel: Kernel) -> Values:
    """A value for each external parameter."""
    return {given.name: _parameter(random, given) for given in kernel.parameters}


def lists(random: Random, kernel: Kernel) -> dict[str, tuple[str, ...]]:
    """Codes for each external list."""
    return {
        listed.name: tuple(random.sample(CODES["drug"], random.randint(0, 2)))
        for listed in kernel.lists
        if listed.codes is None
    }


def people(random: Random, kernel: Kernel, size: int, number: int = 0) -> People:
    """The members of one unit, the `number`-th of a table."""
    household = f"H{number}"
    if kernel.unit is None:
        name = f"m{number}"
        return People(name, {name: spells(random, kernel, size, name, household)})
    names = [f"m{number}{letter}" for letter in "abc"[: random.randint(1, 3)]]
    return People(
        household, {name: spells(random, kernel, size, name, household) for name in names}
    )


def spells(
    random: Random, kernel: Kernel, size: int, name: str, household: str
) -> tuple[Spell, ...]:
    """One member's times: up to three where attributes vary."""
    fixed = member(random, kernel, size) | {"member_id": name}
    if kernel.unit is not None:
        fixed[kernel.unit] = household
    varying = [given.name for given in kernel.inputs if given.owner == "member" and given.varies]
    if not varying:
        return (Spell(None, None, fixed),)
    days = sorted(random.sample(range(FIRST, FIRST + 700), random.randint(0, 2)))
    found = []
    for first, last in zip([None, *days], [*days, None], strict=True):
        new = member(random, kernel, size)
        changed = {key: new[key] for key in varying if key in new}
        kept = {key: value for key, value in fixed.items() if key not in varying}
        found.append(Spell(first, None if last is None else last - 1, kept | changed))
    return tuple(found)


def member(random: Random, kernel: Kernel, size: int) -> Values:
    """A member's attributes; absent ones left out."""
    values: Values = {}
    for given in kernel.inputs:
        if given.owner != "member" or (given.optional and random.randint(0, 2) == 0):
            continue
        match given.type:
            case Date():
                low, high = given.low or 0, given.high or 0
                first = (
                    FIRST - 25_000
                    if low < FIRST - 25_000 + 1 and high < FIRST + 1000
                    else FIRST - 300
                )
                values[given.name] = min(
                    high,
                    max(low, first + random.randint(0, 24_000 if first < FIRST - 300 else 600)),
                )
            case Periods():
                values[given.name] = tuple(_period(random) for _ in range(random.randint(0, 2)))
            case _:
                values[given.name] = _value(random, given, size)
    return values


def claims(
    random: Random, kernel: Kernel, size: int, number: int, members: Sequence[str] = ("m0",)
) -> list[Values]:
    """Claims of one unit in order of their deciding date, each with the `member_id` of a member."""
    rows: list[Values] = []
    day = FIRST + random.randint(0, 400)
    visit = "V1"
    for _ in range(number):
        pick = random.randint(1, 100)
        day += 0 if pick <= 35 else random.randint(1, 5) if pick <= 70 else random.randint(5, 60)
        if random.randint(1, 100) > 55:
            visit = random.choice(VISITS)
        row: Values = {"member_id": random.choice(members)}
        for given in kernel.inputs:
            if given.owner != "claim":
                continue
            if given.name == kernel.date:
                row[given.name] = day
            elif given.optional and random.randint(0, 2) == 0:
                continue
            elif isinstance(given.type, Date):
                row[given.name] = day - random.choice(
                    (0, 1, random.randint(0, 90), random.randint(0, 700))
                )
            elif isinstance(given.type, Code):
                codes = CODES.get(given.name)
                row[given.name] = visit if codes is None else random.choice(codes)
            else:
                row[given.name] = _value(random, given, size)
        rows.append(row)
    return rows


def amount(random: Random, size: int) -> int:
    """Minor units: nothing, next to nothing, some, or more than any one threshold."""
    pick = random.randint(1, 100)
    if pick <= 5:
        return 0
    if pick <= 13:
        return random.randint(1, 9)
    if pick <= 30:
        return size * random.randint(1, 20) // 10
    if pick <= 75:
        return random.randint(1, size)
    return random.randint(size // 2, size * 3)


def _value(random: Random, given: Input, size: int) -> Any:
    match given.type:
        case Money():
            low, high = given.low or 0, 10**12 if given.high is None else given.high
            small = given.name in ("other", "fee", "他方已付", "床位费", "quota", "额度")
            drawn = amount(random, size // 4 if small and random.randint(0, 1) else size)
            return min(max(drawn, low), high)
        case Int():
            return random.randint(given.low or 0, min(given.high or 0, 30))
        case Ratio():
            low, high = given.low or 0, given.high or 0
            if random.randint(0, 9) == 0:
                return Fraction(random.randint(low, high), MILLION)
            return Fraction(min(max(random.randint(0, 20) * 50_000, low), high), MILLION)
        case Bool():
            return random.randint(0, 3) == 0
        case Enum(values=values):
            return random.choice(values)
        case Code():
            return random.choice(CODES.get(given.name, VISITS))
        case _:
            raise AssertionError(given)


def _parameter(random: Random, given: ParameterInput) -> Any:
    value = random.randint(given.low, given.high)
    if isinstance(given.type, Ratio):
        return Fraction(value - value % 10_000 if random.randint(0, 1) else value, MILLION)
    return bool(value) if isinstance(given.type, Bool) else value


def _period(random: Random) -> tuple[int, int]:
    first = FIRST + random.randint(-100, 900)
    return first, first + random.randint(0, 120)


# ---- the same as tables


def cell(value: Any, kind: object, digits: int) -> str | None:
    """A value as a file would have it."""
    if value is None:
        return None
    match kind:
        case Money():
            return format(Decimal(value).scaleb(-digits), "f")
        case Ratio():
            return format(Decimal(int(value * MILLION)).scaleb(-4).normalize(), "f") + "%"
        case Bool():
            return "true" if value else "false"
        case Date():
            return (DAY + timedelta(value)).isoformat()
        case Periods():
            return ";".join(
                "..".join((DAY + timedelta(day)).isoformat() for day in pair) for pair in value
            )
        case _:
            return str(value)


def python(value: Any, kind: object, digits: int, fen: bool) -> Any:
    """A value as a program would have it; with `fen` an amount counts minor units."""
    match kind:
        case Money():
            return value if fen else Decimal(value).scaleb(-digits)
        case Ratio():
            return Decimal(int(value * MILLION)).scaleb(-6)
        case Date():
            return DAY + timedelta(value)
        case _:
            return value


def table(
    kernel: Kernel, owner: str, ids: Iterable[Mapping[str, str | None]], rows: Sequence[Values]
) -> Any:
    """A table of texts; `ids` are its identifying columns."""
    kinds = {
        given.name: given.type
        for given in kernel.inputs
        if given.owner == owner and given.name != "member_id"
    }
    columns: dict[str, list[str | None]] = {}
    for identity, row in zip(ids, rows, strict=True):
        for name, value in identity.items():
            columns.setdefault(name, []).append(value)
        for name, kind in kinds.items():
            columns.setdefault(name, []).append(cell(row.get(name), kind, kernel.minor_digits))
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def given_parameters(kernel: Kernel, values: Values, codes: Mapping[str, Sequence[str]]) -> Values:
    """Parameters and lists as `Evaluator.adjudicate` takes them."""
    texts: Values = {
        given.name: cell(values[given.name], given.type, kernel.minor_digits)
        for given in kernel.parameters
    }
    return texts | {name: list(members) for name, members in codes.items()}
