"""城市保障: a calculation from the rules, benefit by benefit: what the year's claims of a member come
to, then what each claim added to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random

Row = Mapping[str, str]

EXCLUDED = {"CW01"}
DRUG_LIMITS = {"TY01": 300_000, "TY02": 300_000, "TY03": 300_000, "TY11": 120_000, "TY12": 120_000}
PROTON_LIMIT = 200_000
NAMES = ("目录内", "目录外", "特药", "CAR_T", "质子重离子")


def to_fen(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


class Year:
    """The claims of one benefit year that count, and the member's standing in that year."""

    def __init__(self, member: Row, claims: Iterable[Row]) -> None:
        self.sick = member["健康状况"] == "既往症"
        self.extra = 5 if int(member["连续参保年数"]) >= 3 else 0
        self.free = int(member["连续未理赔年数"])
        self.claims = list(claims)

    def share(self, healthy: int, sick: int) -> Decimal:
        return Decimal((sick if self.sick else healthy) + self.extra) / 100

    def sum_of(self, column: str, *kinds: str) -> Decimal:
        return sum((Decimal(c[column]) for c in self.claims if c["类别"] in kinds), Decimal())

    def in_list(self) -> Decimal:
        deductible = (24_000 if self.sick else 18_000) - min(6_000, 2_000 * self.free)
        above = max(Decimal(), self.sum_of("政策内自付", "住院", "门诊特病") - deductible)
        return min(to_fen(above * self.share(80, 40)), Decimal(1_500_000))

    def out_of_list(self) -> Decimal:
        counted = sum(
            (
                max(Decimal(), Decimal(c["目录外费用"]) - Decimal(c["不合理费用"]))
                for c in self.claims
                if c["类别"] == "住院"
            ),
            Decimal(),
        )
        above = max(Decimal(), counted - 20_000)
        low, high = min(above, Decimal(100_000)), max(Decimal(), above - 100_000)
        due = low * self.share(50, 25) + high * self.share(60, 30)
        return min(to_fen(due), Decimal(1_000_000))

    def drugs(self) -> Decimal:
        paid = Decimal()
        for drug, limit in DRUG_LIMITS.items():
            cost = sum(
                (
                    Decimal(c["药品费用"])
                    for c in self.claims
                    if c["类别"] == "购药" and c["药品编码"] == drug
                ),
                Decimal(),
            )
            paid += min(to_fen(cost * self.share(70, 30)), Decimal(limit))
        return min(paid, Decimal(1_000_000))

    def proton(self) -> Decimal:
        due = self.sum_of("治疗费用", "质子重离子") * self.share(60, 30)
        return min(to_fen(due), Decimal(PROTON_LIMIT))


def counts(claim: Row, member: Row) -> bool:
    """Whether no waiting time and no exclusion stops the claim."""
    joined = date.fromisoformat(member["投保日期"])
    days = (date.fromisoformat(claim["date"]) - joined).days
    if days < 0 or claim["药品编码"] in EXCLUDED:
        return False
    return days >= 30 or member["连续参保年数"] != "0" or claim["意外"] == "true"


def calculate(claims: Sequence[Row], members: Sequence[Row]) -> dict[str, dict[str, int]]:
    pays = {}
    for who in dict.fromkeys(row["member_id"] for row in members):
        rows = {row["valid_from"][:4]: row for row in members if row["member_id"] == who}
        mine = sorted((c for c in claims if c["member_id"] == who), key=lambda c: c["date"])
        treated = False
        for place, claim in enumerate(mine):
            year = claim["date"][:4]
            counted = [
                c for c in mine[: place + 1] if c["date"][:4] == year and counts(c, rows[year])
            ]
            after = Year(rows[year], counted)
            before = Year(rows[year], [c for c in counted if c is not claim])
            cell = Decimal()
            is_cell = claim["类别"] == "CAR_T" and Decimal(claim["治疗费用"]) > 0
            if is_cell and not treated and counts(claim, rows[year]):
                cell, treated = Decimal(150_000 if after.sick else 500_000), True
            amounts = (
                after.in_list() - before.in_list(), after.out_of_list() - before.out_of_list(),
                after.drugs() - before.drugs(), cell, after.proton() - before.proton(),
            )  # fmt: skip
            pays[claim["claim_id"]] = {
                name: int(amount * 100) for name, amount in zip(NAMES, amounts, strict=True)
            }
    return pays


def money(random: Random, top: int) -> str:
    amount = random.choice([0, 1, 3, random.randint(0, 100_00), random.randint(0, top * 100)])
    return f"{amount // 100}.{amount % 100:02}"


def history(random: Random, who: str) -> tuple[list[Row], list[Row]]:
    """A member of two years, who grows older in the product, and claims of all kinds."""
    health = random.choice(["健康", "健康", "既往症"])
    years = random.choice([0, 0, 1, 2, 3, 6])
    fresh = random.choice(["2024-01-01", "2024-02-10", "2023-12-15"])
    joined = fresh if years == 0 else "2020-12-01"
    free = random.randint(0, years)
    later = random.choice([0, free + 1])
    shared = {"member_id": who, "健康状况": health, "投保日期": joined}
    members = [
        {**shared, "连续参保年数": str(years), "连续未理赔年数": str(free),
         "valid_from": "2024-01-01", "valid_to": "2024-12-31"},
        {**shared, "连续参保年数": str(years + 1), "连续未理赔年数": str(later),
         "valid_from": "2025-01-01", "valid_to": ""},
    ]  # fmt: skip
    kinds = ["住院", "住院", "门诊特病", "购药", "购药", "CAR_T", "质子重离子"]
    if random.random() < 0.2:
        kinds = ["购药"]
    claims = []
    for _ in range(random.randint(1, 16) if len(kinds) > 1 else 30):
        kind = random.choice(kinds)
        days = random.choice([random.randint(0, 70), random.randint(0, 730)])
        claims.append(
            {
                "claim_id": "", "member_id": who,
                "date": date.fromordinal(date(2024, 1, 1).toordinal() + days).isoformat(),
                "类别": kind, "意外": random.choice(["true", "false"]),
                "政策内自付": money(random, 60_000), "目录外费用": money(random, 250_000),
                "不合理费用": random.choice(["0", money(random, 50_000)]),
                "药品编码": random.choice([*DRUG_LIMITS, "CW01", "TY99"]) if kind == "购药" else "",
                "药品费用": random.choice([money(random, 700_000), "299999.99"]), "治疗费用": money(random, 1_200_000),
            }
        )  # fmt: skip
    return claims, members


def test_the_product_pays_as_calculated(
    agree: Callable[..., dict[str, dict[str, int]]], drawn: Callable[..., tuple[list[Row], list[Row]]]
) -> None:
    random = Random(20241101)
    claims, members = drawn(random, 300, lambda number: history(random, f"M{number}"))
    parameters = {"质子限额": str(PROTON_LIMIT), "除外药品目录": sorted(EXCLUDED)}
    pays = agree("chengshi_baozhang", claims, members, calculate, parameters)
    for name in NAMES:
        assert sum(paid[name] > 0 for paid in pays.values()) > 50
