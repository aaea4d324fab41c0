"""huimin_duozeren: a calculation from the rules, year by year from the sums of each year's bills; a
bill is paid what the sums are owed with it less what they were owed without it."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

Row = Mapping[str, str]
BASIC, IN, OUT, DRUGS = "统筹基金", "目录内", "目录外", "特定药品"


def fen(text: str) -> int:
    return int(Decimal(text or 0) * 100)


def rounded(amount: Fraction) -> int:
    return int((2 * amount + 1) // 2)


def in_bands(amount: Fraction | int, bands: Sequence[tuple[int | None, int]]) -> Fraction:
    """What bands pay of an amount, from zero."""
    found, low = Fraction(0), 0
    for top, percent in bands:
        high = amount if top is None else min(amount, top)
        found += Fraction(percent, 100) * max(0, high - low)
        low = top or 0
    return found


def later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def basic(total: int) -> int:
    """What the basic insurance pays of a year's covered cost."""
    above = in_bands(total, [(3_000_000, 80), (None, 85)]) - in_bands(
        min(total, 80_000), [(3_000_000, 80)]
    )
    return min(20_000_000, rounded(above))


def of_person(person: Row, bills: Sequence[Row]) -> dict[str, dict[str, int]]:
    healthy = person["健康状况"] == "健康"
    sums: dict[tuple[str, object], int] = defaultdict(int)
    owed: dict[tuple[str, object], int] = defaultdict(int)
    free: dict[tuple[str, object], Fraction] = defaultdict(Fraction)
    paid_in: dict[int, int] = defaultdict(int)
    pooled: dict[int, int] = defaultdict(int)
    bought: dict[str, date] = {}
    pays = {}
    for bill in bills:
        day = date.fromisoformat(bill["date"])
        year, kind = day.year, bill["类别"]
        paid = dict.fromkeys((IN, OUT, DRUGS), 0)
        waits = day < later(date.fromisoformat(person["投保日期"]), 3) and kind != "住院"
        registered = bill["病种"] and bill["病种"] in (person["备案病种一"], person["备案病种二"])

        def settle(layer: str, total: int, year: int = year) -> int:
            before, owed[layer, year] = owed[layer, year], total
            return total - before

        def from_pool(amount: int, year: int = year) -> int:
            left = max(0, 300_000_000 - pooled[year])
            pooled[year] += amount
            return min(amount, left)

        if not waits and (kind == "住院" or kind == "门特" and registered):
            cost = fen(bill["政策内费用"])
            sums[BASIC, year] += cost
            left = cost - settle(BASIC, basic(sums[BASIC, year]))
            sums[IN, year] += left
            good = person["上年已参保"] == "true" and paid_in[year - 1] == 0
            above = max(0, sums[IN, year] - (1_000_000 if good else 1_500_000))
            total = rounded(in_bands(above, [(5_000_000, 60), (10_000_000, 70), (None, 80)]))
            paid[IN] = from_pool(settle(IN, min(100_000_000, total)))
        if not waits and kind == "住院":
            sums[OUT, year] += fen(bill["目录外费用"])
            above = max(0, sums[OUT, year] - 2_000_000)
            total = rounded(above * Fraction(50 if healthy else 30, 100))
            paid[OUT] = from_pool(settle(OUT, min(100_000_000, total)))
        if not waits and kind == "特药" and bill["药品"] in ("T01", "T02", "T03"):
            first = bought.setdefault(bill["药品"], day)
            if day < later(first, 12):
                share = fen(bill["目录外费用"]) * Fraction(60 if healthy else 30, 100)
                free[DRUGS, year] += share
                due = settle(DRUGS, rounded(free[DRUGS, year]))
                if bill["药品"] != "T03":
                    before = sums[DRUGS, year]
                    sums[DRUGS, year] += due
                    due = min(50_000_000, sums[DRUGS, year]) - min(50_000_000, before)
                paid[DRUGS] = due
        elif not waits and kind == "特药":
            pass
        paid_in[year] += sum(paid.values())
        pays[bill["claim_id"]] = paid
    return pays


def calculate(claims: Sequence[Row], members: Sequence[Row]) -> dict[str, dict[str, int]]:
    pays: dict[str, dict[str, int]] = {}
    for person in members:
        own = [row for row in claims if row["member_id"] == person["member_id"]]
        pays |= of_person(person, sorted(own, key=lambda row: row["date"]))
    return pays


def one(random: Random, name: str) -> tuple[list[Row], list[Row]]:
    member = {
        "member_id": name,
        "健康状况": random.choice(["健康", "既往症"]),
        "上年已参保": random.choice(["true", "true", "false"]),
        "备案病种一": random.choice(["", "M01"]),
        "备案病种二": random.choice(["", "M02"]),
        "投保日期": (date(2021, 11, 1) + timedelta(random.randint(0, 500))).isoformat(),
    }
    claims = []
    for _ in range(random.randint(0, 12)):
        amounts = [
            random.choice([random.randint(0, 2_000_000), random.randint(0, 200_000_000)])
            for _ in range(2)
        ]
        inside, outside = (f"{fen // 100}.{fen % 100:02}" for fen in amounts)
        claims.append(
            {
                "claim_id": "", "member_id": name,
                "date": (date(2022, 1, 1) + timedelta(random.randint(0, 1400))).isoformat(),
                "类别": random.choice(["住院", "门特", "特药"]),
                "病种": random.choice(["M01", "M02", "M03", ""]),
                "药品": random.choice(["T01", "T02", "T03", "X", ""]),
                "政策内费用": inside, "目录外费用": outside,
            }
        )  # fmt: skip
    return claims, [member]


def test_claims_are_paid_as_calculated(
    agree: Callable[..., dict[str, dict[str, int]]], drawn: Callable[..., tuple[list[Row], list[Row]]]
) -> None:
    random = Random(20)
    claims, members = drawn(random, 300, lambda number: one(random, f"P{number}"))
    pays = agree("huimin_duozeren", claims, members, calculate)
    for layer in (IN, OUT, DRUGS):
        assert sum(paid[layer] > 0 for paid in pays.values()) > 50, layer
