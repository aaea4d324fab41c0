"""dutch_own_risk: a calculation from the rules. It puts a purse before every person and year, with as
many cents as that person has to bear in it, and takes every bill out of the purse first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

Row = Mapping[str, str]
FREE = ("gp", "maternity", "nursing")


def calculate(claims: Sequence[Row], members: Sequence[Row]) -> dict[str, dict[str, int]]:
    people = {row["member_id"]: row for row in members}
    purses: dict[tuple[str, int], int] = {}
    pays = {}
    for bill in sorted(claims, key=lambda row: row["date"]):
        person, day = people[bill["member_id"]], date.fromisoformat(bill["date"])
        cents = int(Decimal(bill["cost"]) * 100)
        grown = comes_of_age(date.fromisoformat(person["born"]))
        first, last = (date.fromisoformat(person[x]) for x in ("insured_from", "insured_to"))
        if not first <= day <= last or bill["care"] == "dental":
            paid = 0
        elif bill["care"] in FREE or day < grown:
            paid = cents
        else:
            key = (person["member_id"], day.year)
            if key not in purses:
                year = [date(day.year, 1, 1) + timedelta(n) for n in range(366)]
                year = [one for one in year if one.year == day.year]
                borne = [one for one in year if first <= one <= last and one >= grown]
                whole = (385 + Decimal(person["voluntary"])) * 100
                share = whole * len(borne) / len(year)
                purses[key] = int(share.quantize(Decimal(1), ROUND_HALF_UP))
            own = min(purses[key], cents)
            purses[key] -= own
            paid = cents - own
        pays[bill["claim_id"]] = {"package": paid}
    return pays


def comes_of_age(born: date) -> date:
    if (born.month, born.day) == (2, 29):
        return date(born.year + 18, 3, 1)
    return date(born.year + 18, born.month, born.day)


def person(random: Random, name: str) -> tuple[list[Row], list[Row]]:
    """Some are insured for parts of years, some come of age between 2023 and 2025."""
    start = date(2021, 6, 1) + timedelta(random.randint(0, 1200))
    member = {
        "member_id": name,
        "born": random.choice(
            ["1980-05-05", "2004-02-29", "2012-01-01", f"2006-{random.randint(1, 12):02}-17"]
        ),
        "insured_from": start.isoformat(),
        "insured_to": (start + timedelta(random.randint(100, 1300))).isoformat(),
        "voluntary": random.choice(["0", "100", "500"]),
    }
    claims = []
    for _ in range(random.randint(0, 9)):
        cents = random.choice([random.randint(0, 9_000), random.randint(0, 90_000)])
        care = ["hospital", "hospital", "drugs", "gp", "maternity", "nursing", "dental"]
        claims.append(
            {
                "claim_id": "", "member_id": name,
                "date": (date(2022, 1, 1) + timedelta(random.randint(0, 1400))).isoformat(),
                "care": random.choice(care), "cost": f"{cents // 100}.{cents % 100:02}",
            }
        )  # fmt: skip
    return claims, [member]


def test_bills_are_paid_as_calculated(
    agree: Callable[..., dict[str, dict[str, int]]], drawn: Callable[..., tuple[list[Row], list[Row]]]
) -> None:
    random = Random(19)
    claims, members = drawn(random, 400, lambda number: person(random, f"P{number}"))
    pays = agree("dutch_own_risk", claims, members, calculate)
    assert sum(paid["package"] > 0 for paid in pays.values()) > 500
