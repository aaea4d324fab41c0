"""Every ground on which a row of data is rejected: its code, and its text in Chinese and English.

Codes are public: never renumbered or reused. A text is the whole `reason` of a reject record; what
stands in braces is filled in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hmbc.runtime.arrow_out import OutTable
from hmbc.runtime.out_columns import int_column, text_column


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a row is rejected. A scheme's own ground has its texts in the plan."""

    code: str
    name: str
    zh: str
    en: str


MISSING = Ground("HMB501", "missing", "没有值", "no value")
BLANK_ROW = Ground("HMB501", "missing", "整行是空的", "the row is blank")
NOT_NUMBER = Ground(
    "HMB502", "not_number", "`{value}` 不是{expected}", "`{value}` is not {expected}"
)
OUT_OF_RANGE = Ground(
    "HMB503",
    "out_of_range",
    "`{value}` 不在 {low} 到 {high} 之间",
    "`{value}` is not between {low} and {high}",
)
NOT_A_VALUE = Ground(
    "HMB504", "not_a_value", "`{value}` 不是其中之一：{expected}", "`{value}` is none of {expected}"
)
NOT_DATE = Ground(
    "HMB505",
    "not_date",
    "`{value}` 不是日期（如 2022-03-01）",
    "`{value}` is not a date such as 2022-03-01",
)
NOT_BOOL = Ground(
    "HMB506", "not_bool", "`{value}` 不是“是”或“否”", "`{value}` is neither true nor false"
)
NOT_PERIODS = Ground(
    "HMB507",
    "not_periods",
    "`{value}` 不是起止日期（如 2022-03-01..2022-04-15;2022-06-01..）",
    "`{value}` is not a list of periods such as 2022-03-01..2022-04-15;2022-06-01..",
)
TOO_MANY_DECIMALS = Ground(
    "HMB508",
    "too_many_decimals",
    "`{value}` 的小数位数超过 {digits} 位",
    "`{value}` has more than {digits} decimals",
)
TOO_LARGE = Ground(
    "HMB509", "too_large", "`{value}` 过大，无法表示", "`{value}` is too large a number"
)
DUPLICATE_CLAIM = Ground(
    "HMB511", "duplicate_claim", "理赔编号 `{value}` 重复", "claim_id `{value}` came before"
)
UNKNOWN_MEMBER = Ground(
    "HMB512", "unknown_member", "没有参保人 `{value}`", "there is no member `{value}`"
)
BAD_MEMBER = Ground(
    "HMB513", "bad_member", "参保人 `{value}` 的数据有误", "the data of member `{value}` are bad"
)
LATE = Ground(
    "HMB514",
    "late",
    "日期 {value} 早于该参保人已理算的最后日期",
    "{value} is before the member's last adjudicated date",
)
DUPLICATE_MEMBER = Ground(
    "HMB515", "duplicate_member", "参保人编号 `{value}` 重复", "member_id `{value}` came before"
)
RAGGED = Ground(
    "HMB516",
    "ragged",
    "此行有 {actual} 列，表头有 {expected} 列",
    "the row has {actual} cells, the header has {expected}",
)
REFUND_UNKNOWN = Ground(
    "HMB517",
    "refund_unknown",
    "要冲销的 `{value}` 不在本批费用中；若在以前的批次理算，请不用累计额表，而把历史费用一并给出",
    "there is no claim `{value}` in this batch to refund; if an earlier batch adjudicated it, give "
    "the history of claims instead of the state",
)
REFUND_TWICE = Ground(
    "HMB518", "refund_twice", "`{value}` 已经冲销过", "claim `{value}` is refunded already"
)
REFUND_OF_REFUND = Ground(
    "HMB519",
    "refund_of_refund",
    "`{value}` 本身是冲销，不能再冲销；请重新报这笔费用",
    "`{value}` is a refund itself and cannot be refunded; send the claim again",
)
CEILING = Ground(
    "HMB520",
    "ceiling",
    "累计额将超过其上限",
    "a running total would pass its ceiling",
)
OUT_OF_ORDER = Ground(
    "HMB521",
    "out_of_order",
    "已结束的累计期又出现了",
    "a period or event that was over came back",
)
BOUND = Ground(
    "HMB522",
    "bound",
    "同时累计的项目数超过上限",
    "more events are accumulated at once than the scheme allows",
)
REFUND_OTHER_UNIT = Ground(
    "HMB523",
    "refund_other_unit",
    "`{value}` 是别人的费用",
    "claim `{value}` is somebody else's",
)
REFUND_LATER = Ground(
    "HMB524",
    "refund_later",
    "`{value}` 不在这笔冲销之前",
    "claim `{value}` does not come before its refund",
)
REFUND_REJECTED = Ground(
    "HMB525",
    "refund_rejected",
    "`{value}` 已被拒收，没有给付可冲销",
    "claim `{value}` was rejected: nothing was paid",
)
REFUND_UNSETTLES = Ground(
    "HMB526",
    "refund_unsettles",
    "冲销 `{value}` 会使已理算的费用被拒收",
    "without claim `{value}`, one that is adjudicated would be rejected",
)
MEMBER_OVERLAP = Ground(
    "HMB527",
    "member_overlap",
    "参保人 `{value}` 的有效期重叠",
    "two rows of member `{value}` are valid on the same day",
)
NOT_VALID = Ground(
    "HMB528",
    "not_valid",
    "参保人 `{value}` 在 {day} 没有有效的信息",
    "no row of member `{value}` is valid on {day}",
)
NOT_FIXED = Ground(
    "HMB529",
    "not_fixed",
    "参保人 `{value}` 的各行不一致，而方案未声明此项可变",
    "the rows of member `{value}` differ in what the scheme does not declare to vary",
)
OWN = Ground("HMB530", "own", "{zh}", "{en}")
BACKWARD = Ground(
    "HMB531",
    "backward",
    "有效期的起始日期晚于截止日期",
    "valid_from is after valid_to",
)
NO_CALENDAR = Ground(
    "HMB532",
    "no_calendar",
    "没有 {value} 年的工作日历，算不出付款期限；请更新 chinesecalendar",
    "there is no working calendar of {value}, so the deadline cannot be counted; update "
    "chinesecalendar",
)

GROUNDS = (
    MISSING,
    NOT_NUMBER,
    OUT_OF_RANGE,
    NOT_A_VALUE,
    NOT_DATE,
    NOT_BOOL,
    NOT_PERIODS,
    TOO_MANY_DECIMALS,
    TOO_LARGE,
    DUPLICATE_CLAIM,
    UNKNOWN_MEMBER,
    BAD_MEMBER,
    LATE,
    DUPLICATE_MEMBER,
    RAGGED,
    REFUND_UNKNOWN,
    REFUND_TWICE,
    REFUND_OF_REFUND,
    CEILING,
    OUT_OF_ORDER,
    BOUND,
    REFUND_OTHER_UNIT,
    REFUND_LATER,
    REFUND_REJECTED,
    REFUND_UNSETTLES,
    MEMBER_OVERLAP,
    NOT_VALID,
    NOT_FIXED,
    OWN,
    BACKWARD,
    NO_CALENDAR,
)

OF_CELL = {
    1: MISSING,
    2: NOT_NUMBER,
    3: OUT_OF_RANGE,
    4: NOT_A_VALUE,
    5: NOT_DATE,
    6: NOT_BOOL,
    7: NOT_PERIODS,
    8: TOO_MANY_DECIMALS,
    9: TOO_LARGE,
}
"""The ground for each status of a cell (cells.pxd)."""

OF_STATUS = {
    -1: LATE,
    -2: REFUND_UNKNOWN,
    -3: REFUND_TWICE,
    -4: REFUND_OF_REFUND,
    -5: REFUND_OTHER_UNIT,
    -6: REFUND_LATER,
    -7: REFUND_REJECTED,
    -8: REFUND_UNSETTLES,
    1: CEILING,
    2: OUT_OF_ORDER,
    3: BOUND,
}
"""The ground for each status that the engine or a scheme gives a row; from OWN_STATUS on, OWN."""

OWN_STATUS = 16

NUMBER_NAMES = {
    "money": ("金额（如 12345.60）", "an amount such as 12345.60"),
    "int": ("整数", "a whole number"),
    "ratio": ("比例（如 75% 或 0.75）", "a ratio such as 75% or 0.75"),
}

_LONGEST_VALUE = 80


class Reject(NamedTuple):
    """One thing wrong with one row. Sorts as in the rejects file; row counts data rows from 1."""

    table: str
    row: int
    place: int
    column: str
    code: str
    reason: str
    claim_id: str
    member_id: str


def text_of(ground: Ground, language: str, **values: object) -> str:
    """The reason in words; a long value is cut."""
    for name, value in values.items():
        if isinstance(value, str) and len(value) > _LONGEST_VALUE:
            values[name] = value[: _LONGEST_VALUE - 1] + "…"
    return (ground.zh if language == "zh" else ground.en).format(**values)


def reject_table(rejects: list[Reject]) -> OutTable:
    """The records as a table."""
    return OutTable(
        [
            text_column("table", [reject.table for reject in rejects]),
            int_column("row", [reject.row for reject in rejects]),
            text_column("claim_id", [reject.claim_id for reject in rejects]),
            text_column("member_id", [reject.member_id for reject in rejects]),
            text_column("column", [reject.column for reject in rejects]),
            text_column("code", [reject.code for reject in rejects]),
            text_column("reason", [reject.reason for reject in rejects]),
        ]
    )
