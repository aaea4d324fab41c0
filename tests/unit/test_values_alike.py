"""Values that share a result, values of two attributes, quarters."""

from __future__ import annotations

import pytest

from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.run_examples import run_examples
from hmbc.dsl.source import Source

SCHEME = """方案 例 {
    依据 “例”
    币种 人民币
    保障年度 公历年
    参保人 { 签约：甲 | 乙 | 丙  分位：d1 | d2 | d3 | d4 }
    费用 { 医院：甲 | 乙 | 丁  药：编码  另药：编码  自付：金额  天数：整数  入院：日期 }
    层 全部 据 “一” { CLAUSES }
    示例 { 参保人 { 签约：甲，分位：d3 } CLAIMS }
}
"""
PLAIN = "基数 费用.自付 无起付线 比例 50% 不封顶"


def _found(clauses: str, claims: str) -> list[str]:
    """Codes of errors and of failed examples."""
    text = SCHEME.replace("CLAUSES", clauses).replace("CLAIMS", claims)
    compiled = compile_source(Source("例.hmb", text))
    found = [d.code for d in compiled.diagnostics if d.rule.severity == "error"]
    if compiled.kernel is not None and compiled.scheme is not None:
        for result in run_examples(compiled.kernel, compiled.scheme):
            found += [d.code for d in result.diagnostics]
    return found


@pytest.mark.parametrize("condition", ["费用.医院 是 参保人.签约", "费用.医院 = 参保人.签约"])
def test_two_attributes_with_common_values_are_compared(condition: str) -> None:
    claims = """费用 2024-01-01 { 医院：甲，自付：100 } 给付 50
        费用 2024-01-01 { 医院：乙，自付：100 } 给付 0
        费用 2024-01-01 { 医院：丁，自付：100 } 给付 0"""
    assert _found(f"适用 {condition} {PLAIN}", claims) == []
    other = claims.replace("给付 0", "给付 50").replace("给付 50", "给付 0", 1)
    unlike = condition.replace(" 是 ", " 不是 ").replace(" = ", " != ")
    assert _found(f"适用 {unlike} {PLAIN}", other) == []


def test_values_that_share_a_result() -> None:
    clauses = """基数 费用.自付 起付线 按 参保人.分位（d1：10，d2，d3：20，d4：30） 每笔
        比例 d1，d2：10%，其余：50%  封顶 按 费用.药（“a”、“b”：10，“c”：20，其余：30） 每笔"""
    claims = """费用 2024-01-01 { 医院：甲，自付：30 } 给付 5
        费用 2024-01-01 { 医院：甲，自付：300，药：“a” } 给付 10
        费用 2024-01-01 { 医院：甲，自付：300，药：“b” } 给付 10
        费用 2024-01-01 { 医院：甲，自付：300，药：“c” } 给付 20
        费用 2024-01-01 { 医院：甲，自付：300，药：“d” } 给付 30"""
    assert _found(clauses, claims) == []


@pytest.mark.parametrize(
    ("cases", "code"),
    [("d1，d2：1，d3，d2：2，d4：3", "HMB210"), ("d1，d2：1，d3：2", "HMB209"), ("d1，d5：1，其余：2", "HMB103")],
)
def test_mistakes_among_values_that_share_a_result(cases: str, code: str) -> None:
    clauses = f"基数 费用.自付 起付线 按 参保人.分位（{cases}） 每笔 比例 50% 不封顶"
    assert _found(clauses, "费用 2024-01-01 { 医院：甲，自付：30 } 给付 5")[:1] == [code]


def test_a_quarter_is_one_of_the_calendar() -> None:
    clauses = "基数 费用.自付 起付线 100 每季 比例 50% 封顶 60 每季 封顶 100 每年"
    claims = " ".join(
        f"费用 {date} {{ 医院：甲，自付：{cost} }} 给付 {paid}"
        for date, cost, paid in (
            ("2023-12-31", 100, 0), ("2024-01-01", 100, 0), ("2024-03-31", 100, 50),
            ("2024-04-01", 100, 0), ("2024-06-30", 300, 50), ("2024-07-01", 100, 0),
            ("2024-09-30", 100, 0), ("2024-10-01", 50, 0), ("2025-01-01", 200, 50),
            ("2025-02-01", 200, 10),
        )
    )  # fmt: skip
    assert _found(clauses, claims) == []


@pytest.mark.parametrize(
    ("condition", "advice"),
    [
        ("费用.医院 是 “甲”", "取值不加引号：写 甲"),
        ("费用.医院 是 “某”", "取值不加引号：写 甲"),
        ("费用.日期 - 费用.入院 > 30", "天数要带单位：写 30天"),
        ("费用.天数 > 3天", "另一边是整数，不是天数：写 3"),
        ("费用.日期 - 费用.入院 > 费用.天数", "两个日期之差是天数；整数的列不是，乘以 1天 才是"),
    ],
)
def test_what_was_probably_meant_is_told(condition: str, advice: str) -> None:
    text = SCHEME.replace("CLAUSES", f"适用 {condition} {PLAIN}").replace("CLAIMS", "")
    compiled = compile_source(Source("例.hmb", text))
    (found,) = [d for d in compiled.diagnostics if d.rule.severity == "error"]
    assert found.code == "HMB202" and not found.hint
    assert any(text.zh.startswith(advice) for _, text in found.extra)
