"""Natural slips in two whole schemes, each answered by one error that says what is missing."""

from __future__ import annotations

import pytest

from hmbc.compiler.pipeline import compile_source
from hmbc.dsl.source import Source

CHINESE = """方案 江州_2025 “江州市惠民保” {
    依据 “江州市方案”，2024-10-08
    币种 人民币
    保障年度 公历年
    同次就医 费用.住院号
    参数 起付标准：金额 { 自 2025-01-01：15000 }  据 “二”
    参保人 { 健康状况：健康 | 既往症  投保日期：日期  参保年数：整数 }
    费用 { 住院号：编码  类别：住院 | 门诊  自付：金额 0 至 500万元  药品：编码 }
    名单 特药目录：“K1”，“K2”  据 “三”
    等待 等待期：费用.日期 < 参保人.投保日期 + 30天  据 “四”
    除外 特药：费用.类别 是 门诊 且 费用.药品 不属于 特药目录  据 “五”
    层 住院 据 “六” {
        基数 费用.自付
        起付线 起付标准 每年
        比例 80% 另加 5% 若 参保人.参保年数 >= 3
        不封顶
    }
    示例 {
        参保人 { 健康状况：健康，投保日期：2025-01-01，参保年数：0 }
        费用 2025-01-05 { 类别：住院，自付：30000 }  给付 0 因 等待中 等待期
        费用 2025-03-05 { 类别：住院，自付：16000 }  给付 800
    }
}
"""
ENGLISH = """scheme river_2025 "River" {
    source "leaflet", 2024-10-08
    currency CNY
    benefit year calendar
    event claim.stay
    parameter standard: money { from 2025-01-01: 15_000 }  cite "2"
    member { health: healthy | ill  joined: date  years: int }
    claim { stay: code  care: ward | clinic  cost: money 0 to 5_000_000  drug: code }
    list special: "K1", "K2"  cite "3"
    wait first_days: claim.date < member.joined + 30 days  cite "4"
    exclude others: claim.care is clinic and claim.drug not in special  cite "5"
    layer hospital cite "6" {
        base claim.cost
        threshold standard per year
        ratio 80% plus 5% if member.years >= 3
        no cap
    }
    example {
        member { health: healthy, joined: 2025-01-01, years: 0 }
        claim 2025-01-05 { care: ward, cost: 30_000 }  pay 0 because waiting first_days
        claim 2025-03-05 { care: ward, cost: 16_000 }  pay 800
    }
}
"""


def _errors(text: str) -> list[tuple[str, str, str]]:
    """What each error points at, and all its advice, in both languages."""
    source = Source("t.hmb", text)
    found = [x for x in compile_source(source).diagnostics if x.rule.severity == "error"]
    return [
        (
            text[x.span.start : x.span.end],
            " ".join([*(said.zh for _, said in x.extra), x.advice("zh") or ""]),
            " ".join([*(said.en for _, said in x.extra), x.advice("en") or ""]),
        )
        for x in found
    ]


def _only_error(scheme, right, wrong, at):
    """What is said, in both languages, of a scheme with one thing written wrongly; it is one error, at this text."""
    assert right in scheme
    ((pointed, *said),) = _errors(scheme.replace(right, wrong, 1))
    assert pointed == at
    return said


def test_the_schemes_are_right():
    assert _errors(CHINESE) == _errors(ENGLISH) == []


@pytest.mark.parametrize(
    ("right", "wrong", "at", "said"),
    [
        ("费用.药品 不属于 特药目录", "不属于 特药目录", "特药目录", "费用.… 不属于 特药目录"),
        ("同次就医 费用.住院号", "同次就医 住院号", "住院号", "同次就医 费用.住院号"),
        ("给付 800\n", "给付 住院 800，特药 0\n", "，", "各层分开写"),
        ("给付 800\n", "给付 500 + 300\n", "+", "应得的写一个数"),
        ("因 等待中 等待期", "因 等待期", "等待期", "先写是哪一种：等待中 等待期"),
        ("：15000 }", "：15000 }\n    示例 { 费用 甲 2025-01-05 { 自付：1 } 给付 0 }", "甲", "日期在前，名字在后：费用 2025-01-05 甲"),
        ("{ 自 2025-01-01：15000 }", "{ 2025：15000 }", "2025", "写明从哪天起"),
        ("起付标准：金额 { 自 2025-01-01：15000 }", "起付标准 = 15000", "=", "参数要写类型：参数 起付标准：金额 = 15000"),
        ("起付标准 每年", "起付标准 每年，困难人员减半", "，", "另一种情况要写条件"),
        ("不封顶\n", "困难人员不封顶\n", "困难人员不封顶", "不封顶 若 条件"),
        ("特药目录：“K1”，“K2”", "特药目录：drugs.csv", "drugs", "自 “drugs.csv”"),
        ("起付标准 每年", "个人1.5万元 每年", "5万元", "金额前面不加字"),
        ("    示例", "    求证 比例随费用提高  据 “六”\n    示例", "据", "比例 随费用提高"),
        ("健康 | 既往症", "枚举[健康，既往症]", "[", "声明取值写作 健康 | 既往症"),
        ("金额 0 至 500万元", "金额（0～500万元）", "（", "范围写作 金额 0 至 500万元"),
        ("参保年数：整数", "参保年数：数字", "数字", "写“整数”"),
        ("费用.日期 < 参保人.投保日期 + 30天", "投保后30天内", "投保后30天内", "费用.日期 < 参保人.参保日期 + 30天"),
        ("    同次就医", "    有效期 2025年\n    同次就医", "2025年", "写明起止：2025-01-01 至 2025-12-31"),
        ("比例 80% 另加 5% 若 参保人.参保年数 >= 3", "比例 分段 每年：至多 5万元 60%", "每年", "写明从哪里起分段"),
        ("比例 80% 另加 5% 若 参保人.参保年数 >= 3", "比例 80%（既往症 40%）", "（", "既往症：40%，其余：80%"),
        ("住院号：编码", "住院号：字符串", "字符串", "写“编码”"),
    ],
)
def test_slips_in_chinese_are_one_error(right, wrong, at, said):
    zh, _ = _only_error(CHINESE, right, wrong, at)
    assert said in zh


@pytest.mark.parametrize(
    ("right", "wrong", "at", "said"),
    [
        ("claim.drug not in special", "not in special", "special", "claim.… in special"),
        ("event claim.stay", "event stay", "stay", "event claim.stay"),
        ("pay 800\n", "pay hospital 800, drugs 0\n", ",", "each layer by itself"),
        ("pay 800\n", "pay 500 + 300\n", "+", "what is expected is one figure"),
        ("because waiting first_days", "because first_days", "first_days", "its kind comes first: waiting first_days"),
        ("{ from 2025-01-01: 15_000 }", "{ 2025: 15_000 }", "2025", "say from which day on"),
        ("standard: money { from 2025-01-01: 15_000 }", "standard = 15_000", "=", "parameter standard: money = 15_000"),
        ("standard per year", "standard per year, halved for some", ",", "another case needs its condition"),
        ('special: "K1", "K2"', "special: drugs.csv", "drugs", 'from "drugs.csv"'),
        ("ratio 80% plus 5% if member.years >= 3", "ratio 80% (ill: 40%)", "(", "ill: 40%, otherwise: 80%"),
        ("years: int", "years: integer", "integer", "write `int`"),
        ("stay: code", "stay: string", "string", "write `code`"),
    ],
)
def test_slips_in_english_are_one_error(right, wrong, at, said):
    _, en = _only_error(ENGLISH, right, wrong, at)
    assert said in en
