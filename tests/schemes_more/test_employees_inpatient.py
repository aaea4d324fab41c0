"""职工住院: a calculation from the rules. It works the whole year out anew after every bill, laying
each bill's money end to end along the year and pricing the stretches between the borders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

Row = Mapping[str, str]

FIRST = {"一级": 400_00, "二级": 600_00, "三级": 900_00}
BORNE = {"一级": (100, 50, 30), "二级": (130, 80, 40), "三级": (150, 100, 50)}  # per mille
BORDERS = (0, 30_000_00, 80_000_00, 10**15)


def fen(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def half_up(amount: int, per: int) -> int:
    return (2 * amount + per) // (2 * per)


def retired_on(day: str, rows: Sequence[Row]) -> bool:
    row = next(r for r in rows if r["valid_from"] <= day <= (r["valid_to"] or "9999"))
    return row["人员类别"] == "退休"


def year_so_far(bills: Sequence[Row], rows: Sequence[Row]) -> tuple[int, int, int]:
    """What pooled fund, large-amount fund and subsidy owe for these bills of one year."""
    stays = list(dict.fromkeys(bill["住院号"] for bill in bills))
    spent = dict.fromkeys(stays, 0)
    line = 0  # where the next yuan above the thresholds lies
    due = large_due = 0  # per mille; per cent
    pooled = overflow = large = remainder = 0
    for bill in bills:
        cost, stay = fen(bill["政策内费用"]), bill["住院号"]
        number = stays.index(stay)
        threshold = (FIRST[bill["医院等级"]] // (number + 1)) if number < 2 else 100_00
        spent[stay] += cost
        stretch = min(cost, max(0, spent[stay] - threshold))
        retired = retired_on(bill["date"], rows)
        for low, high, borne in zip(BORDERS, BORDERS[1:], BORNE[bill["医院等级"]], strict=False):
            inside = min(line + stretch, high) - max(line, low)
            if inside > 0:
                due += inside * (1000 - (borne * 6 // 10 if retired else borne))
        line += stretch
        whole = half_up(due, 1000)
        was = pooled, overflow, large
        pooled = min(whole, 150_000_00)
        overflow = whole - pooled
        large_due += (overflow - was[1]) * (95 if retired else 90)
        large = min(half_up(large_due, 100), 300_000_00)
        remainder += cost - (pooled - was[0]) - (large - was[2])
    subsidy = 0
    if rows[0]["公务员"] == "true":
        above = max(0, remainder - 500_00)
        subsidy = half_up(min(above, 10_000_00) * 60 + max(0, above - 10_000_00) * 80, 100)
    return pooled, large, subsidy


def calculate(claims: Sequence[Row], members: Sequence[Row]) -> dict[str, dict[str, int]]:
    pays = {}
    for who in dict.fromkeys(row["member_id"] for row in members):
        rows = [row for row in members if row["member_id"] == who]
        mine = sorted((c for c in claims if c["member_id"] == who), key=lambda c: c["date"])
        for bill in mine:
            year = [c for c in mine if c["date"][:4] == bill["date"][:4]]
            place = year.index(bill)
            before = year_so_far(year[:place], rows)
            after = year_so_far(year[: place + 1], rows)
            names = ("统筹", "大额", "公务员补助")
            pays[bill["claim_id"]] = {
                name: new - old for name, new, old in zip(names, after, before, strict=True)
            }
    return pays


def history(random: Random, who: str) -> tuple[list[Row], list[Row]]:
    """A member who may retire within the year, and two years of stays settled in several bills, some in both."""
    status = {"member_id": who, "公务员": random.choice(["true", "false"])}
    change = random.choice(["2024-05-01", "2025-01-01", "2025-07-15"])
    eve = {"2024-05-01": "2024-04-30", "2025-01-01": "2024-12-31", "2025-07-15": "2025-07-14"}
    if random.random() < 0.4:
        members = [
            {**status, "人员类别": "在职", "valid_from": "2020-01-01", "valid_to": eve[change]},
            {**status, "人员类别": "退休", "valid_from": change, "valid_to": ""},
        ]
    else:
        kind = random.choice(["在职", "退休"])
        members = [{**status, "人员类别": kind, "valid_from": "2020-01-01", "valid_to": ""}]
    claims = []
    levels: dict[str, str] = {}  # one for all bills of a stay
    for year in ("2024", "2025"):
        for place in range(random.randint(0, 5)):
            # Some stays have bills in both years.
            stay = f"{place}" if random.random() < 0.3 else f"{year}-{place}"
            level = levels.setdefault(stay, random.choice(list(FIRST)))
            big = random.random() < 0.3
            for _ in range(random.randint(1, 3)):
                cost = random.choice([1, 5, FIRST[level], 100_00, random.randint(0, 3_000_00)])
                if big:
                    cost = random.randint(1, 400_000_00)
                claims.append(
                    {
                        "claim_id": "", "member_id": who,
                        "date": f"{year}-{random.randint(1, 12):02}-{random.randint(1, 28):02}",
                        "住院号": stay, "医院等级": level,
                        "政策内费用": f"{cost // 100}.{cost % 100:02}",
                    }
                )  # fmt: skip
    return claims, members


def test_the_ladder_pays_as_calculated(
    agree: Callable[..., dict[str, dict[str, int]]], drawn: Callable[..., tuple[list[Row], list[Row]]]
) -> None:
    random = Random(20240101)
    claims, members = drawn(random, 300, lambda number: history(random, f"M{number}"))
    pays = agree("zhigong_zhuyuan", claims, members, calculate)
    for layer in ("统筹", "大额", "公务员补助"):
        assert sum(paid[layer] > 0 for paid in pays.values()) > 50
