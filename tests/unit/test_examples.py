"""Worked examples: what may be written, and what a failed one tells."""

from __future__ import annotations

import sys

import pytest

from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.run_examples import run_examples
from hmbc.dsl.source import Source

SCHEME = """方案 例 {{
    依据 “例”
    币种 人民币
    保障年度 公历年
    费用 {{ 住院：是否  自付：金额 }}
    层 住院 据 “一” {{
        适用 费用.住院
        基数 费用.自付
        无起付线
        比例 50%
        不封顶
    }}
    示例 {{ 费用 2024-01-01 {{ 住院：{written}，自付：100 }} 给付 {paid} }}
}}
"""


@pytest.mark.parametrize(("written", "paid"), [("是", 50), ("真", 50), ("yes", 50), ("否", 0), ("假", 0), ("no", 0)])
def test_yes_and_no_are_written_as_people_do(written: str, paid: int) -> None:
    compiled = compile_source(Source("例.hmb", SCHEME.format(written=written, paid=paid)))
    assert compiled.kernel is not None and compiled.scheme is not None
    (result,) = run_examples(compiled.kernel, compiled.scheme)
    assert result.diagnostics == ()


def test_a_failed_example_tells_what_each_layer_paid_in_the_language_of_the_scheme() -> None:
    compiled = compile_source(Source("例.hmb", SCHEME.format(written="否", paid=1)))
    assert compiled.kernel is not None and compiled.scheme is not None
    (result,) = run_examples(compiled.kernel, compiled.scheme)
    (diagnostic,) = result.diagnostics
    assert [text.zh for _, text in diagnostic.extra] == ["住院：0（不适用）"]
    assert [text.en for _, text in diagnostic.extra] == ["住院: 0 (not_covered)"]


FAMILY = """方案 例 {
    依据 “例”
    币种 人民币
    保障年度 公历年
    理算单位 参保人.户号
    参保人 { 户号：编码 }
    费用 { 自付：金额 }
    层 全部 据 “一” { 基数 费用.自付  起付线 100元 每年  比例 50%  封顶 100元 每年 每户 }
    示例 {
        参保人 父 { 户号：“1” }
        参保人 子 { 户号：“1” }
        参保人 邻居 { 户号：“2” }
        MEMBERS
    }
}
"""


def _found(text: str) -> list[str]:
    compiled = compile_source(Source("例.hmb", text))
    found = [diagnostic.code for diagnostic in compiled.diagnostics]
    if compiled.kernel is not None and compiled.scheme is not None:
        for result in run_examples(compiled.kernel, compiled.scheme):
            found += [diagnostic.code for diagnostic in result.diagnostics]
    return found


def test_members_of_one_family_share_and_bear_what_is_their_own() -> None:
    claims = """费用 2024-01-01 父 { 自付：250 } 给付 75
        费用 2024-01-02 子 { 自付：250 } 给付 25 因 达到封顶
        费用 2024-01-03 邻居 { 自付：250 } 给付 75"""
    assert _found(FAMILY.replace("MEMBERS", claims)) == []


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ("费用 2024-01-01 { 自付：250 } 给付 75", "HMB417"),
        ("费用 2024-01-01 母 { 自付：250 } 给付 75", "HMB102"),
        ("参保人 父 { 户号：“1” } 费用 2024-01-01 父 { 自付：250 } 给付 75", "HMB106"),
        ("参保人 母 {} 费用 2024-01-01 母 { 自付：250 } 给付 75", "HMB418"),
    ],
)
def test_whose_a_claim_is_must_be_clear(claims: str, code: str) -> None:
    assert _found(FAMILY.replace("MEMBERS", claims)) == [code]


def test_members_without_a_unit_are_adjudicated_each_alone() -> None:
    text = FAMILY.replace("理算单位 参保人.户号", "").replace(" 每户", "")
    claims = """费用 2024-01-01 父 { 自付：250 } 给付 75
        费用 2024-01-02 子 { 自付：250 } 给付 75"""
    assert _found(text.replace("MEMBERS", claims)) == ["HMB306"]


VARIES = """方案 例 {
    依据 “例”
    币种 人民币
    保障年度 公历年
    参保人 { 档次：一档 | 二档 可变  体检：是否 可变  性别：男 | 女 }
    费用 { 自付：金额 }
    除外 未体检：参保人.档次 是 二档 且 非 参保人.体检 且 参保人.性别 是 男  据 “一”
    层 全部 据 “一” { 基数 费用.自付  无起付线  比例 一档：50%，二档：70%  不封顶 }
    示例 {
        参保人 { 档次：一档，性别：男 }
        参保人 { 体检：真 }
        费用 2024-01-01 { 自付：100 } 给付 50
        参保人 { CHANGE }
        费用 2024-01-0DAY { 自付：100 } 给付 PAID
        费用 2024-01-0DAY { 自付：100 } 给付 PAID
    }
}
"""


@pytest.mark.parametrize(
    ("change", "day", "paid", "codes"),
    [
        ("档次：二档", 2, 70, []),  # what is not given again stays
        ("档次：二档，体检：假", 2, 0, []),
        ("档次：一档", 2, 50, []),
        ("档次：二档", 1, 70, ["HMB419"]),  # two values on one day
        ("性别：女", 2, 50, ["HMB419"]),  # that does not vary
    ],
)
def test_a_member_may_change_between_claims(change: str, day: int, paid: int, codes: list[str]) -> None:
    text = VARIES.replace("CHANGE", change).replace("DAY", str(day)).replace("PAID", str(paid))
    assert _found(text) == codes


DUE = """方案 例 {
    依据 “例”
    币种 人民币
    保障年度 公历年
    工作日历 中国
    费用 { 类别：住院 | 门诊  核查：日期 可缺  份额：比例  自付：金额 }
    付款期限 一般：10个工作日 自 费用.核查 适用 费用.类别 是 住院  据 “二”
    付款期限 最迟：30天 自 费用.核查 适用 费用.份额 >= 50%  据 “三”
    层 全部 据 “一” { 基数 费用.自付  无起付线  比例 50%  不封顶 }
    示例 { 费用 2024-03-01 { 类别：住院，自付：100 EXPECTED } }
}
"""


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("，核查：2024-09-30 } 付款期限 一般 2024-10-18", []),
        ("，核查：2024-09-30 } 付款期限 一般 2024-10-17", ["HMB410"]),
        ("，核查：2024-09-30 } 付款期限 一般 无", ["HMB410"]),
        (" } 付款期限 一般 无", []),
        (" } 付款期限 一般 2024-10-18", ["HMB410"]),
        ("，核查：2024-09-30，份额：50% } 付款期限 最迟 2024-10-30", []),
        ("，核查：2024-09-30，份额：49% } 付款期限 最迟 无", []),
        ("，核查：2150-09-30 } 付款期限 一般 2150-10-18", ["HMB415"]),
        ("，核查：2024-09-30 } 付款期限 特别 2024-10-18", ["HMB102"]),
    ],
)
def test_an_example_expects_until_when_a_claim_is_due(expected: str, found: list[str]) -> None:
    assert _found(DUE.replace(" EXPECTED }", expected)) == found


def test_an_example_with_working_days_tells_what_counts_them_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "chinese_calendar", None)
    text = DUE.replace(" EXPECTED }", "，核查：2024-09-30 } 付款期限 一般 2024-10-18")
    assert _found(text) == ["HMB415"]
