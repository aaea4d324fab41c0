"""Seeded data for W1 and W2, as NumPy columns. Money in fen, days since 1970-01-01."""

from __future__ import annotations

from typing import Any

import numpy as np

Columns = dict[str, Any]
YEAR = (18993, 19357)       # 2022
FLAGS = 6
THRESHOLD = 2_000_000
RATES = ((75, 75, 60, 60), (30, 30, 30, 60))    # percent by kind; healthy, pre-existing
CAPS = (100_000_000, 100_000_000, 80_000_000, 30_000_000)
KINDS = ("policy", "drugs", "special", "rare")
CAUSES = (
    "waiting:outside", "waiting:suspended", "excluded:undesignated", "excluded:third_party",
    "excluded:work_injury", "excluded:public_health", "excluded:abroad", "excluded:cosmetic",
)  # fmt: skip

FEES = (
    "over_standard_bed", "expert", "heating", "meals", "check_up", "special_nursing", "consultation",
    "companion_bed", "other_fees",
)  # fmt: skip
"""Of Ordos: what does not count."""
FUND_MAXIMUM, LISTED_DRUGS = 10_000_000, 30
CITY_DRUGS = ["TY01", "TY02", "TY03", "TY11", "TY12", "TY50", "TY51", "TY60", "TY61"]


def w1(rows: int) -> Columns:
    """A row is a member's year: 70% of amounts 0, the rest log-normal, median 30,000 yuan."""
    random = np.random.default_rng(1)

    def amounts() -> Any:
        some = random.lognormal(np.log(3_000_000), 1.4, rows).astype(np.int64)
        return np.where(random.random(rows) < 0.7, 0, some)

    columns = {name: amounts() for name in KINDS}
    return columns | {"ill": (random.random(rows) < 0.2).astype(np.uint8)}


def w2(claims: int, members: int, by_member: bool) -> tuple[Columns, Columns]:
    """Claims in order of date, or by member and date; members."""
    random = np.random.default_rng(2)
    first, last = YEAR
    member = random.integers(0, members, claims, dtype=np.int32)
    date = np.sort(random.integers(first, last + 1, claims, dtype=np.int32))
    flags = np.zeros(claims, np.uint16)
    for bit in range(FLAGS):
        flags |= (random.random(claims) < 0.02).astype(np.uint16) << bit
    columns = {
        "member": member,
        "date": date,
        "kind": random.choice(4, claims, p=[0.6, 0.2, 0.15, 0.05]).astype(np.uint8),
        "amount": random.lognormal(np.log(1_500_000), 1.5, claims).astype(np.int64),
        "flags": flags,
    }
    if by_member:
        order = np.argsort(member, kind="stable")
        columns = {name: values[order] for name, values in columns.items()}
    late = random.random(members) < 0.1
    suspended = random.random(members) < 0.1
    start = random.integers(first, last, members)
    people = {
        "ill": (random.random(members) < 0.2).astype(np.uint8),
        "from": np.where(late, random.integers(first, first + 180, members), first).astype(np.int32),
        "to": np.full(members, last, np.int32),
        "from2": np.where(suspended, start, last + 2).astype(np.int32),
        "to2": np.where(suspended, start + 60, last + 1).astype(np.int32),
    }
    return columns, people


def empty(rows: int, kind: Any = np.int64) -> Any:
    """An array at 64 bytes whose pages are there."""
    size = rows * np.dtype(kind).itemsize
    raw = np.zeros(size + 64, np.uint8)
    raw[:] = 1
    skip = -raw.ctypes.data % 64
    return raw[skip : skip + size].view(kind)


def w3(claims: int, members: int) -> tuple[Columns, Columns]:
    """Ordos: rows of stays in order of date over two years; about half go on with the member's last
    admission, a few come back to the one before. Members."""
    random = np.random.default_rng(3)
    first, last = 17532, 18261      # 2018, 2019
    member = random.integers(0, members, claims, dtype=np.int32)
    order = np.argsort(member, kind="stable")
    grouped = member[order]
    other = np.r_[True, grouped[1:] != grouped[:-1]]
    new = other | (random.random(claims) < 0.45)
    admission = np.cumsum(new).astype(np.int32) - 1
    first_of_member = np.maximum.accumulate(np.where(other, admission, 0))
    back = (random.random(claims) < 0.02) & (admission > first_of_member)
    admissions = np.empty(claims, np.int32)
    admissions[order] = admission - back

    def amounts(share: float, median: float, spread: float = 1.2) -> Any:
        some = random.lognormal(np.log(median), spread, claims).astype(np.int64)
        return np.where(random.random(claims) < share, some, 0)

    tumour = random.random(claims) < 0.1
    drug = random.integers(0, 50, claims, dtype=np.int32)
    off_list = np.where(tumour, amounts(0.8, 600_000), amounts(0.1, 100_000))
    columns = {
        "member": member,
        "date": np.sort(random.integers(first, last + 1, claims, dtype=np.int32)),
        "admission": admissions,
        "care": random.choice(3, claims, p=[0.75, 0.15, 0.1]).astype(np.uint8),
        "treatment": random.choice(4, claims, p=[0.08, 0.05, 0.02, 0.85]).astype(np.uint8),
        "in_policy": amounts(0.95, 1_500_000),
        "self_borne": amounts(0.95, 800_000),
    }
    columns |= {name: amounts(0.1, 20_000) for name in FEES}
    columns |= {
        "drug": np.where(random.random(claims) < 0.2, drug, -1).astype(np.int32),
        "off_list_drugs": off_list,
        "drugs_paid_by_others": np.where(random.random(claims) < 0.2, off_list // 3, 0),
        "malignant_tumour": tumour.astype(np.uint8),
    }
    people = {
        "resident": (random.random(members) < 0.05).astype(np.uint8),
        "servant": (random.random(members) < 0.1).astype(np.uint8),
    }
    return columns, people


def w4(claims: int, members: int) -> tuple[Columns, Columns]:
    """A city's product: claims in order of date over two years; members, two rows of years each."""
    random = np.random.default_rng(4)
    first, last, new_year = 19723, 20453, 20089    # 2024, 2025; 2025-01-01

    def amounts(share: float, median: float, spread: float = 1.3) -> Any:
        some = random.lognormal(np.log(median), spread, claims).astype(np.int64)
        return np.where(random.random(claims) < share, some, 0)

    kind = random.choice(5, claims, p=[0.45, 0.34, 0.18, 0.01, 0.02]).astype(np.uint8)
    off_list = np.where(kind == 0, amounts(0.8, 1_500_000), 0)
    columns = {
        "member": random.integers(0, members, claims, dtype=np.int32),
        "date": np.sort(random.integers(first, last + 1, claims, dtype=np.int32)),
        "drug": np.where(kind == 2, random.integers(0, len(CITY_DRUGS), claims), -1).astype(np.int32),
        "kind": kind,
        "accident": (random.random(claims) < 0.05).astype(np.uint8),
        "own": np.where(kind < 2, amounts(0.95, 800_000), 0),
        "off_list": off_list,
        "refused": np.where(random.random(claims) < 0.1, off_list // 4, 0),
        "drugs": np.where(kind == 2, amounts(0.97, 2_000_000), 0),
        "treatment": np.where(kind > 2, amounts(0.97, 20_000_000), 0),
    }
    years = random.integers(0, 6, members)
    no_claim = random.integers(0, 5, members)
    enrolled = np.where(years == 0, random.integers(first - 30, first + 60, members), first - 400)
    odd = random.random(members) < 0.02            # whose years change in the middle of one
    people = {
        "ill": (random.random(members) < 0.2).astype(np.uint8),
        "enrolled": enrolled.astype(np.int32),
        "border": np.where(odd, new_year + 100, new_year).astype(np.int32),
        "years": np.column_stack([years, years + 1]).reshape(-1).astype(np.int64),
        "no_claim": np.column_stack([no_claim, (no_claim + 1) % 5]).reshape(-1).astype(np.int64),
    }
    return columns, people
