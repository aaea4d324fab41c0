"""medicare_part_d: a calculation from the rules, which walks each dispensing through the phases, cent
borders and all, with what it leaves of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import floor
from random import Random

Row = Mapping[str, str]

DEDUCTIBLE, INITIAL, OUT_OF_POCKET = 545_00, 5_030_00, 8_000_00


def cents(text: str) -> int:
    return int(Fraction(text) * 100)


def calculate(claims: Sequence[Row], members: Sequence[Row]) -> dict[str, dict[str, int]]:
    gross = {row["member_id"]: cents(row["from_other_plan_gross"]) for row in members}
    room = {
        row["member_id"]: max(0, OUT_OF_POCKET - cents(row["from_other_plan_troop"]))
        for row in members
    }
    pays = {}
    for claim in sorted(claims, key=lambda row: row["date"]):
        who, drug, left = claim["member_id"], claim["drug"], cents(claim["cost"])
        cost, plan = left, Fraction(0)
        for border, brand, generic in (
            (DEDUCTIBLE, 0, 0), (INITIAL, 75, 75), (10**12, 5, 75),
        ):  # fmt: skip
            part = max(0, min(left, border - gross[who]))
            gross[who] += part
            left -= part
            plan += Fraction(part * (brand if drug == "brand" else generic), 100)
        if drug == "vaccine":
            plan = Fraction(cost)
        elif drug == "insulin":
            months = sum(int(claim["days"]) > most for most in (0, 34, 68))
            plan = cost - min(Fraction(cost, 4), Fraction(35_00 * months))
        paid = floor(plan + Fraction(1, 2))
        borne = min(room[who], cost - paid)
        room[who] -= borne
        pays[claim["claim_id"]] = {"plan": paid, "catastrophic": cost - paid - borne}
    return pays


def test_dispensings_are_paid_as_calculated(
    agree: Callable[..., dict[str, dict[str, int]]],
) -> None:
    random = Random(423)
    members = [
        {
            "member_id": f"M{number}",
            "from_other_plan_gross": random.choice(["0", "0", "0", "544.99", "5030", "9000.01"]),
            "from_other_plan_troop": random.choice(["0", "0", "0", "545", "7999.99", "8000.01"]),
        }
        for number in range(120)
    ]
    claims = []
    for number in range(1500):
        cost = random.choice(
            [
                0,
                1,
                3,
                545_00,
                544_99,
                4_485_00,
                random.randint(0, 900_00),
                random.randint(0, 9_000_00),
            ]
        )
        day = date(2024, 1, 1).toordinal() + random.choice([0, 59, 365, random.randint(0, 365)])
        claims.append(
            {
                "claim_id": str(number), "member_id": random.choice(members)["member_id"],
                "date": date.fromordinal(day).isoformat(),
                "drug": random.choice(["brand", "brand", "generic", "generic", "insulin", "vaccine"]),
                "cost": f"{cost // 100}.{cost % 100:02}",
                "days": str(random.choice([1, 30, 34, 35, 68, 69, 102])),
            }
        )  # fmt: skip
    pays = agree("medicare_part_d", claims, members, calculate)
    assert sum(paid["catastrophic"] > 0 for paid in pays.values()) > 200


def test_a_dearer_claim_in_the_deductible_can_lower_what_is_paid_by_what_the_rules_say(
    agree: Callable[..., dict[str, dict[str, int]]],
) -> None:
    """Why the scheme allows it: the manufacturer bears 70% in the gap, insulin has no deductible."""
    paid = []
    for first in (445_00, 545_00):
        claims = [("generic", first), ("insulin", 1_000_00), ("brand", 5_000_00)]
        rows = [
            {"claim_id": str(n), "member_id": "M", "date": "2024-02-01", "drug": drug,
             "cost": f"{cost / 100:.2f}", "days": "30"}
            for n, (drug, cost) in enumerate(claims)
        ]  # fmt: skip
        member = {"member_id": "M", "from_other_plan_gross": "0", "from_other_plan_troop": "0"}
        found = agree("medicare_part_d", rows, [member], calculate)
        paid.append(sum(sum(layers.values()) for layers in found.values()))
    assert paid == [3_724_50, 3_654_50]
