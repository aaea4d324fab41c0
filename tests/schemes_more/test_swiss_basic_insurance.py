"""swiss_basic_insurance: a calculation from the rules. It carries what a person and a family still
have to bear in the year, and takes every bill off it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random

Row = Mapping[str, str]

HUNDREDTH = 10_000
"""Amounts are carried in hundredths of a centime; a franc has so many."""


def calculate(claims: Sequence[Row], members: Sequence[Row]) -> dict[str, dict[str, int]]:
    left: dict[tuple[str, str], list[int]] = {}
    left_together: dict[tuple[str, str], int] = {}
    pays = {}
    for bill in sorted(claims, key=lambda row: row["date"]):
        year = bill["date"][:4]
        person = next(
            row
            for row in members
            if row["member_id"] == bill["member_id"]
            and row["valid_from"] <= bill["date"] <= (row["valid_to"] or "9999")
        )
        cost = int(Decimal(bill["cost"]) * HUNDREDTH)
        if any(
            first <= bill["date"] <= last
            for first, last in (span.split("..") for span in person["maternity"].split(";") if span)
        ):
            pays[bill["claim_id"]] = {"insurer": to_five_centimes(cost)}
            continue
        turned = int(year) - int(person["born"][:4])
        child = turned <= 18
        chosen = int(person["franchise"])
        mine = left.setdefault(
            (person["member_id"], year), [chosen * HUNDREDTH, (350 if child else 700) * HUNDREDTH]
        )
        own = 0
        rest = cost
        if bill["kind"] != "prevention":
            own = min(mine[0], rest)
            mine[0] -= own
            rest -= own
        original = bill["kind"] == "costly_original"
        part = min(mine[1], rest // 4 if original else rest // 10)
        mine[1] -= part
        own += part
        if child:
            most = 1000 if chosen == 0 else 2 * (chosen + 350)
            key = (person["family"], year)
            own = min(own, left_together.setdefault(key, most * HUNDREDTH))
            left_together[key] -= own
        if original:
            own += rest * 15 // 100
        if not child and not (turned <= 25 and person["in_education"] == "true"):
            own += 15 * HUNDREDTH * int(bill["days"])
        pays[bill["claim_id"]] = {"insurer": to_five_centimes(max(0, cost - own))}
    return pays


def to_five_centimes(amount: int) -> int:
    return (amount + 250) // 500 * 5


def family(random: Random, number: int) -> tuple[list[Row], list[Row]]:
    """Adults and children, some of whom grow up between the two years, and their bills."""
    claims = []
    members = []
    of_children = random.choice([0, 0, 100, 600])
    for who in range(random.randint(1, 5)):
        name = f"F{number}-{who}"
        born = random.choice([1970, 1999, 2000, 2005, 2006, 2007, 2012, 2015, 2018])
        in_education = random.choice(["true", "false"])
        shared = {
            "member_id": name, "family": f"F{number}", "born": f"{born}-{random.randint(1, 12):02}-03",
            "maternity": "2024-03-01..2024-11-15" if random.random() < 0.1 else "",
        }  # fmt: skip
        for year, last in (("2024", "2024-12-31"), ("2025", "")):
            adult = random.choice([300, 500, 2500])
            child = int(year) - born <= 18
            members.append(
                {
                    **shared, "franchise": str(of_children if child else adult),
                    "in_education": in_education, "valid_from": f"{year}-01-01", "valid_to": last,
                }
            )  # fmt: skip
        for _ in range(random.randint(0, 8)):
            day = date(2024, 1, 1).toordinal() + random.randint(0, 730)
            cost = random.choice(
                [random.randint(0, 200), random.randint(0, 20_000), random.randint(0, 1_500_000)]
            )
            claims.append(
                {
                    "claim_id": "", "member_id": name, "date": date.fromordinal(day).isoformat(),
                    "kind": random.choice(["ordinary", "ordinary", "costly_original", "prevention"]),
                    "cost": f"{cost // 100}.{cost % 100:02}",
                    "days": str(random.choice([0, 0, 0, 1, 9])),
                }
            )  # fmt: skip
    return claims, members


def test_bills_are_paid_as_calculated(
    agree: Callable[..., dict[str, dict[str, int]]], drawn: Callable[..., tuple[list[Row], list[Row]]]
) -> None:
    random = Random(18)
    claims, members = drawn(random, 200, lambda number: family(random, number))
    pays = agree("swiss_basic_insurance", claims, members, calculate)
    assert sum(paid["insurer"] > 0 for paid in pays.values()) > 1000
