"""Shuozhou: each rule does something, each exception too, and the figures hold.

The borders of threshold and limit and the sequences of claims are worked examples of the scheme.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PARAMETERS = {
    "起付标准": "0",
    "最高支付限额": "300000",
    "支付比例": "0.6",
    "基本医保药品目录": ["YP-1"],
    "特殊医疗服务项目": ["TS-1"],
}
RESIDENT = {"险种": "居民"}

PAID = ("6000", "paid")

Scheme = Callable[..., tuple[str, str]]


def item(**changes: Any) -> dict[str, Any]:
    """An item of 10,000 yuan that counts in full; at 60% it pays 6,000."""
    plain = {
        "date": "2024-05-01",
        "项目编码": "ZL-1",
        "收费类别": "诊疗服务",
        "金额": "10000",
        "就医地": "内地",
        "定点": True,
    }
    return plain | changes


EXCLUDED = [
    ("SZ-03.1", "服务项目类", item(项目编码="SZ1-01")),
    ("SZ-03.2", "非疾病治疗项目类", item(项目编码="SZ2-08")),
    ("SZ-03.3", "诊疗设备及医用材料类", item(项目编码="SZ3-09", 收费类别="材料")),
    ("SZ-03.4", "治疗项目类", item(项目编码="SZ4-10")),
    ("SZ-03.5", "其他项目类", item(项目编码="SZ5-19")),
    ("SZ-03.5", "境外就医", item(就医地="国外")),
    ("SZ-03.5", "规定自付", item(规定自付="10000")),
    ("SZ-03.6", "目录外药品", item(项目编码="YP-9", 收费类别="药品")),
    ("SZ-03.7", "特殊医疗服务", item(项目编码="TS-1")),
    ("SZ-03.8", "超最高限价", item(单价="500.01", 最高限价="500")),
    ("SZ-03.9", "非定点机构", item(定点=False)),
    ("SZ-03.10", "第三人负担", item(第三人负担="10000")),
]
LISTS = {
    "服务项目类": "shuozhou_1_service_fees",
    "非疾病治疗项目类": "shuozhou_2_non_treatment",
    "诊疗设备及医用材料类": "shuozhou_3_equipment_materials",
    "治疗项目类": "shuozhou_4_treatments",
    "其他项目类": "shuozhou_5_others",
}
SPARED = {
    "非疾病治疗项目类": ("shuozhou_2_perinatal", "但不含 费用.项目编码 属于 围产期保健"),
    "治疗项目类": ("shuozhou_4_transplants_paid", "但不含 费用.项目编码 属于 可付移植"),
}


@pytest.fixture(scope="module")
def text(read_scheme: Callable[[str], str]) -> str:
    """The scheme, with single blanks where it aligns its columns."""
    return re.sub(r"(?<=\S) +", " ", read_scheme("shuozhou_critical_illness"))


def names_in(folder: Path, file: str) -> dict[str, str]:
    """Name to code of a list file."""
    rows = csv.DictReader((folder / "lists" / f"{file}.csv").open(encoding="utf-8"))
    return {row["name"]: row["code"] for row in rows}


def run(adjudicate: Callable[..., Any], text: str, *claims: Any, **given: Any) -> Any:
    """(total, reason) of each claim."""
    member = given.pop("member", RESIDENT)
    done = adjudicate(text, claims, member, PARAMETERS | given)
    return [(paid.total, paid.reason) for paid in done]


# ---- every rule, taken out


@pytest.mark.parametrize(("rule", "name", "claim"), EXCLUDED)
def test_each_group_is_not_compliant(
    rule: str,
    name: str,
    claim: dict[str, Any],
    text: str,
    without_rule: Callable[..., str],
    adjudicate: Any,
    adjudicate_both: Any,
) -> None:
    # The item counts for nothing, and uses nothing of the threshold: the plain one after it pays
    # (10,000 - 5,000) x 60% = 3,000.
    claims = [claim, item()]
    stopped = [("0", f"excluded:{name}"), ("3000", "paid")]
    assert run(adjudicate_both, text, *claims, 起付标准="5000") == stopped
    # Without the rule the item itself is paid: (10,000 - 5,000) x 60%, then 10,000 x 60%.
    freed = run(adjudicate, without_rule(text, rule), *claims, 起付标准="5000")
    assert freed == [("3000", "paid"), ("6000", "paid")]


def test_every_group_has_a_test() -> None:
    assert {rule for rule, _, _ in EXCLUDED} == {f"SZ-03.{group}" for group in range(1, 11)}


def test_members_are_those_in_resident_insurance(
    text: str, without_rule: Callable[..., str], adjudicate: Any, adjudicate_both: Any
) -> None:
    assert run(adjudicate_both, text, item()) == [PAID]
    for other in ("职工", "未参保"):
        member = {"险种": other}
        stopped = [("0", "not_eligible:居民参保")]
        assert run(adjudicate_both, text, item(), member=member) == stopped
        # Nothing reads the insurance any more, yet it is still declared.
        assert run(adjudicate, without_rule(text, "SZ-01"), item(), member=member) == [PAID]


def test_what_basic_insurance_paid_does_not_count(
    text: str, without_rule: Callable[..., str], adjudicate: Any, adjudicate_both: Any
) -> None:
    claim = item(基本医保支付="7000")
    # (10,000 - 7,000) x 60% = 1,800
    assert run(adjudicate_both, text, claim) == [("1800", "paid")]
    assert run(adjudicate, without_rule(text, "SZ-02"), claim) == [PAID]


def test_the_level_of_benefit(
    text: str,
    without_rule: Callable[..., str],
    with_piece: Callable[..., str],
    codes_of: Callable[[str], set[str]],
    adjudicate: Any,
    adjudicate_both: Any,
) -> None:
    # 30,000 in the year: (30,000 - 10,000) x 60% = 12,000, of which 9,000 at most.
    claims = [item(), item(date="2024-06-01"), item(date="2024-12-31"), item(date="2025-01-01")]
    figures = {"起付标准": "10000", "最高支付限额": "9000"}
    full = ["0", "6000", "3000", "0"]

    def pays(changed: str) -> list[str]:
        return [pay for pay, _ in run(adjudicate, changed, *claims, **figures)]

    done = run(adjudicate_both, text, *claims, **figures)
    assert [pay for pay, _ in done] == full
    assert [reason for _, reason in done] == [
        "below_threshold",
        "paid",
        "capped",
        "below_threshold",
    ]
    changes = {
        ("起付线 起付标准 每年", "无起付线"): ["6000", "3000", "0", "6000"],
        ("起付线 起付标准 每年", "起付线 起付标准 每笔"): ["0", "0", "0", "0"],
        ("封顶 最高支付限额 每年", "不封顶"): ["0", "6000", "6000", "0"],
        ("比例 支付比例", "比例 100%"): ["0", "9000", "0", "0"],
        ("保障年度 公历年", "保障年度 7月1日 至 6月30日"): ["0", "6000", "0", "6000"],
    }
    for (old, new), expected in changes.items():
        changed = with_piece(text, old, new)
        assert pays(changed) == expected, new
    assert "HMB303" in codes_of(without_rule(text, "SZ-04"))  # a scheme that pays nothing


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("SZ-06", "premium"),
        ("SZ-07", "fund"),
        ("SZ-08", "fund"),
        ("SZ-09", "fund"),
        ("SZ-10", "fund"),
    ],
)
def test_what_cannot_be_said_is_recorded(
    rule: str, kind: str, text: str, without_rule: Callable[..., str], compile_text: Any
) -> None:
    def recorded(changed: str) -> list[tuple[str, tuple[str, ...]]]:
        return [(kind, cites) for kind, _, cites in compile_text(changed).scheme.unexpressed]

    assert (kind, (rule,)) in recorded(text)
    assert (kind, (rule,)) not in recorded(without_rule(text, rule))


def test_payment_is_due_ten_working_days_after_verification(
    text: str, without_rule: Callable[..., str], due_dates: Any
) -> None:
    # 27 and 30 September are Friday and Monday, Sunday the 29th is made up; 1-7 October are
    # holidays; 8-11 October; Saturday the 12th is made up; 14 and 15 October: ten.
    assert due_dates(text, item(核查结束日="2024-09-26")) == ["2024-10-15"]
    # Verification that ends on a holiday: the next working day is day one.
    assert due_dates(text, item(核查结束日="2024-10-05")) == ["2024-10-18"]
    # One-stop settlement has no verification, and no deadline.
    assert due_dates(text, item()) == [None]
    assert due_dates(without_rule(text, "SZ-05"), item(核查结束日="2024-09-26")) == []


def test_calendar_days_would_be_another_rule(
    text: str, with_piece: Callable[..., str], due_dates: Any
) -> None:
    days = with_piece(text, "10个工作日 自 费用.核查结束日", "10天 自 费用.核查结束日")
    assert due_dates(days, item(核查结束日="2024-09-26")) == ["2024-10-06"]


def test_a_deadline_moves_no_payment(
    text: str, without_rule: Callable[..., str], adjudicate_both: Any
) -> None:
    claim = item(核查结束日="2024-09-26")
    assert run(adjudicate_both, text, claim) == run(adjudicate_both, text, item()) == [PAID]


# ---- lists and exceptions


@pytest.mark.parametrize("name", LISTS)
def test_every_listed_item_is_excluded_but_for_the_exceptions(
    name: str, text: str, schemes_folder: Path, adjudicate: Any
) -> None:
    codes = list(names_in(schemes_folder, LISTS[name]).values())
    spared: set[str] = set()
    if name in SPARED:
        spared = set(names_in(schemes_folder, SPARED[name][0]).values())
        assert spared < set(codes)
    done = run(adjudicate, text, *[item(项目编码=code) for code in codes])
    for code, result in zip(codes, done, strict=True):
        assert result == (PAID if code in spared else ("0", f"excluded:{name}")), code


TRANSPLANTS = ["肾脏", "心脏瓣膜", "角膜", "皮肤", "血管", "骨", "骨髓"]


@pytest.mark.parametrize(
    ("group", "spared"),
    [
        ("非疾病治疗项目类", "围产期保健"),
        *[("治疗项目类", f"{organ}移植") for organ in TRANSPLANTS],
    ],
)
def test_each_exception_is_paid_because_it_is_one(
    group: str,
    spared: str,
    text: str,
    schemes_folder: Path,
    with_piece: Callable[..., str],
    adjudicate: Any,
    adjudicate_both: Any,
) -> None:
    file, exception = SPARED[group]
    claim = item(项目编码=names_in(schemes_folder, file)[spared])
    assert run(adjudicate_both, text, claim) == [PAID]
    stopped = [("0", f"excluded:{group}")]
    assert run(adjudicate, with_piece(text, exception, ""), claim) == stopped
    # An exception to its own group only.
    elsewhere = run(adjudicate_both, text, claim | {"定点": False})
    assert elsewhere == [("0", "excluded:非定点机构")]


# ---- readings


def test_an_item_above_the_maximum_price_is_left_out_whole(
    text: str, with_piece: Callable[..., str], adjudicate: Any, adjudicate_both: Any
) -> None:
    at, above = item(单价="500", 最高限价="500"), item(单价="500.01", 最高限价="500")
    free = item(单价="500.01")  # no maximum is set
    results = [PAID, ("0", "excluded:超最高限价"), PAID]
    assert run(adjudicate_both, text, at, above, free) == results
    # The other reading: of a single unit, the excess of 0.01 alone. 29,999.99 x 60% = 17,999.994.
    condition = "费用.最高限价 有值 且 费用.单价 > 费用.最高限价"
    excess = with_piece(text, condition, f"其中 费用.单价 - 费用.最高限价 若 {condition}")
    paid = run(adjudicate, excess, at, above, free)
    assert paid == [PAID, ("5999.99", "paid"), PAID]


def test_what_the_person_must_bear_is_a_part_of_the_item(text: str, adjudicate_both: Any) -> None:
    # 10,000 - 1,000 - 6,000 = 3,000; x 60% = 1,800
    claim = item(规定自付="1000", 基本医保支付="6000")
    assert run(adjudicate_both, text, claim) == [("1800", "paid")]
    # The parts together may not make it negative: the next item is not touched.
    claim = item(规定自付="5000", 第三人负担="5000", 基本医保支付="5000")
    assert run(adjudicate_both, text, claim, item()) == [("0", "excluded:第三人负担"), PAID]


def test_a_third_party_may_bear_a_share(text: str, adjudicate_both: Any) -> None:
    # (10,000 - 7,000) x 60% = 1,800
    assert run(adjudicate_both, text, item(第三人负担="7000")) == [("1800", "paid")]


def test_the_maximum_limits_what_is_paid_and_not_the_cost(
    text: str, with_piece: Callable[..., str], adjudicate: Any, adjudicate_both: Any
) -> None:
    # 100,000 x 60% = 60,000, of which 30,000; were it a limit of cost: 30,000 x 60% = 18,000.
    claim = item(金额="100000")
    assert run(adjudicate_both, text, claim, 最高支付限额="30000") == [("30000", "capped")]
    cost = with_piece(text, "封顶 最高支付限额 每年", "费用封顶 最高支付限额 每年")
    assert run(adjudicate, cost, claim, 最高支付限额="30000") == [("18000", "paid")]


def test_the_first_group_of_the_document_names_the_reason(text: str, adjudicate_both: Any) -> None:
    claim = item(项目编码="SZ4-10", 就医地="国外", 定点=False, 第三人负担="10000")
    assert run(adjudicate_both, text, claim) == [("0", "excluded:治疗项目类")]


def test_the_day_of_the_cost_decides(text: str, adjudicate_both: Any) -> None:
    # One settlement over the turn of the year: 10,000 in each, each under its own threshold.
    claims = [item(date="2024-12-31", 结算号="J1"), item(date="2025-01-01", 结算号="J1")]
    none = [("0", "below_threshold")] * 2
    assert run(adjudicate_both, text, *claims, 起付标准="10000") == none


# ---- the worked examples of the scheme


def test_the_scheme_is_without_findings_and_pays_what_its_examples_say(
    text: str, compile_text: Any
) -> None:
    from hmbc.compiler.run_examples import run_examples

    compiled = compile_text(text)
    assert {found.code for found in compiled.diagnostics} == {"HMB320"}
    results = run_examples(compiled.kernel, compiled.scheme)
    assert len(results) >= 12
    assert not [x.title for x in results if x.diagnostics]
