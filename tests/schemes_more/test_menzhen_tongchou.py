"""门诊统筹: a calculation from the rules. It carries what is still to be deducted for each grade of
hospital, and what of each limit was used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from random import Random

Row = Mapping[str, str]

FIRST = {"一级": 200_00, "二级": 400_00, "三级": 600_00}
PERCENT = {"一级": 70, "二级": 60, "三级": 50}
OF_A_DAY = {"一级": 150_00, "二级": 220_00, "三级": 300_00}


def retired(bill: Row, members: Sequence[Row]) -> bool:
    for row in members:
        if row["member_id"] == bill["member_id"]:
            if row["valid_from"] <= bill["date"] <= (row["valid_to"] or "9999"):
                return row["人员类别"] == "退休"
    raise AssertionError(bill)


def calculate(claims: Sequence[Row], members: Sequence[Row]) -> dict[str, dict[str, int]]:
    deducted: defaultdict[tuple[str, str], int] = defaultdict(int)
    paid: defaultdict[tuple[str, ...], int] = defaultdict(int)
    pays = {}
    for bill in sorted(claims, key=lambda row: row["date"]):
        who, day, grade = bill["member_id"], bill["date"], bill["医院等级"]
        pay = 0
        if bill["慢特病"] != "true":
            year = (who, day[:4])
            yuan, _, fen = bill["政策内费用"].partition(".")
            cost = int(yuan) * 100 + int(fen)
            missing = min(cost, max(0, FIRST[grade] - deducted[year]))
            deducted[year] += missing
            old = retired(bill, members)
            pay = (cost - missing) * (PERCENT[grade] + 5 * old) // 1000 * 10
            most = (3_000_00 if day < "2024" else 3_500_00) + 500_00 * old
            for limit, key in (
                (OF_A_DAY[grade], (who, day, grade)), (500_00, (who, day)), (most, year),
            ):  # fmt: skip
                pay = min(pay, max(0, limit - paid[key]))
                paid[key] += pay
        pays[bill["claim_id"]] = {"统筹": pay}
    return pays


def member(random: Random, number: int) -> tuple[list[Row], list[Row]]:
    """Some retire in the middle of a year."""
    name = f"M{number}"
    turn = date(2023, 1, 2).toordinal() + random.randint(0, 700)
    first, last = date.fromordinal(turn).isoformat(), date.fromordinal(turn - 1).isoformat()
    members = [
        {"member_id": name, "人员类别": "在职", "valid_from": "", "valid_to": last},
        {"member_id": name, "人员类别": "退休", "valid_from": first, "valid_to": ""},
    ]
    days = [turn + random.choice([-200, -90, -1, 0, 1, 60, 200]) for _ in range(5)]
    days += [date(2023, 12, 31).toordinal(), date(2024, 1, 1).toordinal(), turn - 1, turn]
    claims = []
    for _ in range(random.randint(3, 50)):
        day = max(random.choice(days), date(2023, 1, 1).toordinal())
        cost = random.choice([0, 13, 200_00, 400_00, 599_99, 600_01, random.randint(0, 3_000_00)])
        claims.append(
            {
                "claim_id": "", "member_id": name, "date": date.fromordinal(day).isoformat(),
                "医院等级": random.choice(["一级", "二级", "三级"]),
                "政策内费用": f"{cost // 100}.{cost % 100:02}",
                "慢特病": random.choice(["false"] * 9 + ["true"]),
            }
        )  # fmt: skip
    return claims, members


def test_bills_are_paid_as_calculated(
    agree: Callable[..., dict[str, dict[str, int]]], drawn: Callable[..., tuple[list[Row], list[Row]]]
) -> None:
    random = Random(2023)
    claims, members = drawn(random, 60, lambda number: member(random, number))
    pays = agree("menzhen_tongchou", claims, members, calculate)
    assert sum(paid["统筹"] > 0 for paid in pays.values()) > 500
