"""german_copayments: a calculation from the rules. It carries what a household may still have to bear
in the year and a person's days in hospital, and prices every day alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import floor
from random import Random

Row = Mapping[str, str]


def half_up(amount: Fraction) -> int:
    return floor(amount + Fraction(1, 2))


def cents(text: str) -> int:
    return int(Fraction(text) * 100)


def under_18(born: str, day: str) -> bool:
    return str(int(born[:4]) + 18) + born[4:] > day


def calculate(claims: Sequence[Row], members: Sequence[Row]) -> dict[str, dict[str, int]]:
    people = {row["member_id"]: row for row in members}
    days: dict[tuple[str, str], int] = {}
    left: dict[tuple[str, str], Fraction] = {}
    given_back: dict[tuple[str, str], Fraction] = {}
    pays = {}
    for bill in sorted(claims, key=lambda row: row["date"]):
        person, year = people[bill["member_id"]], bill["date"][:4]
        mine = (bill["member_id"], year)
        price = cents(bill["price"])
        copayment = 0
        if not under_18(person["born"], bill["date"]):
            tenth = half_up(Fraction(price, 10))
            if bill["kind"] == "hospital":
                for _ in range(int(bill["days"])):
                    days[mine] = days.get(mine, 0) + 1
                    copayment += 1000 if days[mine] <= 28 else 0
            elif bill["kind"] == "remedy":
                copayment = 1000 + tenth
            else:
                copayment = min(1000, max(500, tenth))
        borne = min(price, copayment)
        household = (person["household"], year)
        percent = 1 if person["chronic"] == "true" else 2
        most = Fraction(cents(person["income"]) * percent, 100)
        room = left.setdefault(household, most)
        left[household] = max(Fraction(0), room - borne)
        before = given_back.get(mine, Fraction(0))
        given_back[mine] = before + max(Fraction(0), borne - room)
        pays[bill["claim_id"]] = {
            "benefit": price - borne,
            "relief": half_up(given_back[mine]) - half_up(before),
        }
    return pays


def household(random: Random, number: int) -> tuple[list[Row], list[Row]]:
    income = random.choice([0, 33, 100_050, 1_000_000, random.randint(0, 3_000_000)])
    chronic = random.choice(["true", "false"])
    claims, members = [], []
    for who in range(random.randint(1, 4)):
        name = f"H{number}-{who}"
        members.append(
            {
                "member_id": name, "household": f"H{number}", "chronic": chronic,
                "income": f"{income // 100}.{income % 100:02}",
                "born": random.choice(["2006-02-28", "2006-03-01", "2004-02-29", "1980-05-05"]),
            }
        )  # fmt: skip
        for _ in range(random.randint(0, 9)):
            price = random.choice([0, 1, 499, 500, 5_005, 7_555, 9_999, random.randint(0, 900_000)])
            day = date(2024, 2, 20).toordinal() + random.choice([0, 8, 9, 10, 315, 316, 400])
            claims.append(
                {
                    "claim_id": "", "member_id": name, "date": date.fromordinal(day).isoformat(),
                    "kind": random.choice(["drug", "aid", "remedy", "hospital"]),
                    "price": f"{price // 100}.{price % 100:02}",
                    "days": str(random.choice([0, 1, 13, 14, 27, 28, 29])),
                }
            )  # fmt: skip
    return claims, members


def test_bills_are_paid_as_calculated(
    agree: Callable[..., dict[str, dict[str, int]]], drawn: Callable[..., tuple[list[Row], list[Row]]]
) -> None:
    random = Random(61)
    claims, members = drawn(random, 150, lambda number: household(random, number))
    pays = agree("german_copayments", claims, members, calculate)
    assert sum(paid["relief"] > 0 for paid in pays.values()) > 300
    assert sum(paid["relief"] == 0 < paid["benefit"] for paid in pays.values()) > 300
