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
