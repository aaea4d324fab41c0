"""japan_high_cost: a calculation from the rules. It settles a household's months one after the other,
as an office does once a month is over, and takes what each further bill changes of that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random

Row = Mapping[str, str]

FREQUENT = {"a": 140_100, "b": 93_000, "c": 44_400, "d": 44_400, "e": 24_600}
FIXED = {"a": (252_600, 842_000), "b": (167_400, 558_000), "c": (80_100, 267_000)}
FLAT = {"d": 57_600, "e": 35_400}


def month(claim: Row) -> tuple[int, int]:
    return int(claim["date"][:4]), int(claim["date"][5:7])


def months_between(early: tuple[int, int], late: tuple[int, int]) -> int:
    return 12 * (late[0] - early[0]) + late[1] - early[1]


def at_the_counter(claim: Row, members: Mapping[str, Sequence[Row]]) -> int:
    tenths = 3 if members[claim["member_id"]][0]["burden"] == "three_tenths" else 2
    sen = int(claim["cost"]) * tenths  # tenths of a yen
    return (sen + 50) // 100 * 10


def bracket_in(when: tuple[int, int], rows: Sequence[Row]) -> str:
    day = f"{when[0]}-{when[1]:02}-15"
    row = next(r for r in rows if r["valid_from"] <= day <= (r["valid_to"] or "9999"))
    return row["bracket"]


def settle(claims: Sequence[Row], members: Mapping[str, Sequence[Row]]) -> int:
    """All that is refunded to a household for these bills."""
    reached: list[tuple[int, int]] = []
    refunded = 0
    for now in sorted({month(claim) for claim in claims}):
        shares: Counter[str] = Counter()
        costs: Counter[str] = Counter()
        for claim in claims:
            if month(claim) == now:
                shares[claim["statement"]] += at_the_counter(claim, members)
                costs[claim["statement"]] += int(claim["cost"])
        large = [statement for statement, share in shares.items() if share >= 21_000]
        borne, cost = sum(shares[x] for x in large), sum(costs[x] for x in large)
        bracket = bracket_in(now, next(iter(members.values())))
        if sum(months_between(then, now) < 12 for then in reached) >= 3:
            limit = FREQUENT[bracket]
        elif bracket in FLAT:
            limit = FLAT[bracket]
        else:
            fixed, free = FIXED[bracket]
            limit = fixed + (max(0, cost - free) + 50) // 100
        if borne > limit:
            reached.append(now)
            refunded += borne - limit
    return refunded


def calculate(claims: Sequence[Row], members: Sequence[Row]) -> dict[str, dict[str, int]]:
    houses: dict[str, dict[str, list[Row]]] = {}
    for row in members:
        houses.setdefault(row["household"], {}).setdefault(row["member_id"], []).append(row)
    pays = {}
    for people in houses.values():
        bills = sorted((c for c in claims if c["member_id"] in people), key=lambda c: c["date"])
        before = 0
        for place, bill in enumerate(bills):
            after = settle(bills[: place + 1], people)
            pays[bill["claim_id"]] = {"refund": after - before}
            before = after
    return pays


def household(random: Random, number: int) -> tuple[list[Row], list[Row]]:
    """One to three people over two years, of whom each month one or more go to several places."""
    bracket, later = random.choice("abcde"), random.choice("abcde")
    people = [f"H{number}-{who}" for who in range(random.randint(1, 3))]
    members = []
    for who in people:
        shared = {
            "member_id": who, "household": f"H{number}",
            "burden": random.choice(["three_tenths", "three_tenths", "two_tenths"]),
        }  # fmt: skip
        first = {"bracket": bracket, "valid_from": "2023-01-01", "valid_to": "2024-08-31"}
        members.append({**shared, **first})
        members.append({**shared, "bracket": later, "valid_from": "2024-09-01", "valid_to": ""})
    claims = []
    for _ in range(random.randint(1, 26)):
        year, in_month = random.choice([2024, 2024, 2025]), random.randint(1, 12)
        who, place = random.choice(people), random.choice("xy")
        for _ in range(random.randint(1, 2)):
            cost = random.choice(
                [5, random.randint(0, 20_000), 70_000, random.randint(0, 300_000),
                 random.randint(0, 3_000_000), 267_050]
            )  # fmt: skip
            claims.append(
                {
                    "claim_id": "", "member_id": who, "cost": str(cost),
                    "date": f"{year}-{in_month:02}-{random.randint(1, 28):02}",
                    "statement": f"{who}-{place}-{year}-{in_month}",
                }
            )  # fmt: skip
    return claims, members


def test_refunds_are_as_calculated(
    agree: Callable[..., dict[str, dict[str, int]]], drawn: Callable[..., tuple[list[Row], list[Row]]]
) -> None:
    random = Random(267_000)
    claims, members = drawn(random, 250, lambda number: household(random, number))
    pays = agree("japan_high_cost", claims, members, calculate)
    assert sum(paid["refund"] > 0 for paid in pays.values()) > 500
