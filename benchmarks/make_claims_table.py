"""A seeded table of claims for the Zaozhuang scheme, unsorted, as Parquet."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

SEED = 7
ZERO_COLUMNS = (
    "统筹支付", "居民大病支付", "职工大病支付", "职工大额支付", "特惠支付", "其他报销",
    "政策内拒付", "目录外药品报销", "目录外药品拒付",
)  # fmt: skip


def main(folder: Path, claims: int, members: int) -> None:
    """Write claims.parquet, members.parquet and lists.toml."""
    chance = random.Random(SEED)
    start = date(2022, 1, 1)
    days = [start + timedelta(day) for day in range(365)]
    ids = [f"M{number:07d}" for number in range(members)]
    owners = chance.choices(ids, k=claims)
    money = pa.decimal128(18, 2)
    amounts = [Decimal(int(chance.lognormvariate(12.5, 1.6))).scaleb(-2) for _ in range(10_000)]
    drugs = [Decimal(0)] * 6 + amounts[:4]
    zero = pa.array([Decimal(0)], money)
    columns = {
        "claim_id": pa.array([f"C{number:09d}" for number in range(claims)]),
        "member_id": pa.array(owners).dictionary_encode(),
        "date": pa.array(chance.choices(days, k=claims)),
        "类别": pa.array(chance.choices(["住院", "门诊", "药店"], [5, 3, 2], k=claims)).dictionary_encode(),
        "定点机构": pa.array(chance.choices([True, False], [9, 1], k=claims)),
        "政策内费用": pa.array(chance.choices(amounts, k=claims), money),
        "药品编码": pa.array(chance.choices(["TY01", "HJ01", "YP001", None], k=claims)).dictionary_encode(),
        "目录外药品费用": pa.array(chance.choices(drugs, k=claims), money),
    }  # fmt: skip
    columns |= {name: pa.chunked_array([zero.take(pa.array([0] * claims))]) for name in ZERO_COLUMNS}
    pa.parquet.write_table(pa.table(columns), folder / "claims.parquet")
    people = {
        "member_id": ids,
        "健康状况": chance.choices(["健康", "既往症"], [8, 2], k=members),
        "投保时状态": ["正常"] * members,
        "投保日期": [date(2021, 12, 1)] * members,
        "停保": ["2022-03-01..2022-04-15" if n % 50 == 0 else "" for n in range(members)],
        "待遇未恢复": [""] * members,
    }
    pa.parquet.write_table(pa.table(people), folder / "members.parquet")
    lists = '"特药目录" = ["TY01"]\n"罕见病药品目录" = ["HJ01"]\n'
    (folder / "lists.toml").write_text(lists, encoding="utf-8")
