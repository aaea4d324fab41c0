"""W4: the richest of schemes/more, claims in order of date."""

from __future__ import annotations

import ctypes
from typing import Any

import native
import numpy as np
import pyarrow as pa
from hand_and_ours import Columns as Bare
from hand_and_ours import by_hand, choice, library, ours
from made_data import CITY_DRUGS, Columns
from measure import Way

SCHEME = native.HERE.parent / "schemes" / "more" / "chengshi_baozhang.hmb"
REASONS = (
    "waiting:等待期", "waiting:未投保", "excluded:除外药品", "not_covered", "nothing_claimed",
    "below_threshold", "capped", "rounded_away", "paid", "excluded:不予认可", "nothing_due",
)  # fmt: skip
KINDS = ("住院", "门诊特病", "购药", "CAR_T", "质子重离子")
CLASS_A, CLASS_B = ("TY01", "TY02", "TY03"), ("TY11", "TY12")
EXCLUDED = CITY_DRUGS[-2:]
PROTON_CAP = 20_000_000


class Given(ctypes.Structure):
    """`city` of peers_w4.c."""

    _fields_ = [
        *(
            (name, ctypes.c_void_p)
            for name in (
                "member", "date", "drug", "kind", "accident", "own", "off_list", "refused", "drugs",
                "treatment", "ill", "enrolled", "border", "years", "no_claim", "excluded", "class_a",
                "class_b",
            )
        ),
        ("proton_cap", ctypes.c_int64),
    ]  # fmt: skip


def ways(claims: Columns, people: Columns) -> list[Way]:
    """Naive C first."""
    lists = {
        name: np.array([drug in codes for drug in CITY_DRUGS], np.uint8)
        for name, codes in (("excluded", EXCLUDED), ("class_a", CLASS_A), ("class_b", CLASS_B))
    }
    columns = claims | people | lists
    names = [name for name, _ in Given._fields_[:-1]]
    given = Given(*[columns[name].ctypes.data for name in names], PROTON_CAP)
    given.held = columns
    rows, members = len(claims["member"]), len(people["ill"])
    parameters = {"质子限额": PROTON_CAP // 100, "除外药品目录": EXCLUDED}
    return [
        *by_hand(library("peers_w4.c"), "w4", rows, members, given, 8, 128),
        *ours(SCHEME, *tables(claims, people), parameters, REASONS, columns_of(claims, people, lists)),
    ]


def columns_of(claims: Columns, people: Columns, lists: Columns) -> Bare:
    """What the compiled function by itself is given."""
    own = {
        "date": "date", "类别": "kind", "意外": "accident", "政策内自付": "own", "目录外费用": "off_list",
        "不合理费用": "refused", "药品编码": "drug", "药品费用": "drugs", "治疗费用": "treatment",
    }  # fmt: skip
    version = (claims["date"] >= people["border"][claims["member"]]).astype(np.uint8)
    return Bare(
        claim={name: claims[column] for name, column in own.items()},
        member={
            "健康状况": np.repeat(people["ill"], 2).astype(np.int64),
            "投保日期": np.repeat(people["enrolled"], 2).astype(np.int64),
            "连续参保年数": people["years"],
            "连续未理赔年数": people["no_claim"],
        },
        unit=claims["member"],
        given={"药品编码": (claims["drug"] >= 0).astype(np.uint8)},
        parameters=(PROTON_CAP,),
        listed=[lists["excluded"], lists["class_a"], lists["class_b"]],
        row=2 * claims["member"] + version,
        version=version,
        starts_of=2 * np.arange(len(people["ill"]) + 1),
    )


def tables(claims: Columns, people: Columns) -> tuple[Any, Any]:
    columns = {
        "claim_id": np.arange(len(claims["member"])),
        "member_id": claims["member"].astype(np.int64),
        "date": pa.array(claims["date"]).cast(pa.date32()),
        "类别": choice(claims["kind"], KINDS),
        "意外": pa.array(claims["accident"] != 0),
        "政策内自付": claims["own"],
        "目录外费用": claims["off_list"],
        "不合理费用": claims["refused"],
        "药品编码": choice(claims["drug"], CITY_DRUGS),
        "药品费用": claims["drugs"],
        "治疗费用": claims["treatment"],
    }
    twice = np.repeat(np.arange(len(people["ill"])), 2)
    border = people["border"][twice]
    later = np.arange(len(twice)) % 2 == 1
    dates = pa.date32()
    persons = {
        "member_id": twice,
        "健康状况": choice(people["ill"][twice], ("健康", "既往症")),
        "投保日期": pa.array(people["enrolled"][twice]).cast(dates),
        "连续参保年数": people["years"],
        "连续未理赔年数": people["no_claim"],
        "valid_from": pa.array(np.where(later, border, 0).astype(np.int32)).cast(dates),
        "valid_to": pa.array(np.where(later, 40_000, border - 1).astype(np.int32)).cast(dates),
    }
    return pa.table(columns), pa.table(persons)
