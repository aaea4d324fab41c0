"""What is missing in a scheme, or stands there in another shape, is told how to be said here."""

from __future__ import annotations

import pytest
from advice import advice

from hmbc.compiler.pipeline import compile_source
from hmbc.dsl.source import Source
from hmbc.grammar.keywords import Language

SCHEMES = {
    "zh": """方案 例 {
    依据 “关于“惠民保”的意见”
    币种 人民币
    保障年度 公历年
    理算单位 参保人.户号
    参保人 { 户号：编码  健康：健康 | 既往症  首次：是否 }
    费用 { 病种：编码  自付：金额  意外：是否 }
    名单 除外病种：“M1”
    等待 首月：参保人.首次 且 费用.日期 < 首日（保障年度） + 30天 但不含 费用.意外  据 “2”
    除外 病种：费用.病种 属于 除外病种  据 “3”
    共用 封顶 总额：100万元 每年 依次  据 “4”
    层 住院 据 “1” { 基数 费用.自付 起付线 1万元 每年 合计不超过 2万元 每年 每户 比例 健康：80%，既往症：40% 封顶 共用 总额 }
    示例 { 参保人 { 户号：“H”，健康：健康，首次：假 }  费用 2024-03-01 { 自付：10001 } 给付 0.80 }
}""",
    "en": """scheme s {
    source "e"
    currency CNY
    benefit year calendar
    unit member.household
    member { household: code  health: healthy | ill  first: bool }
    claim { drug: code  cost: money  accident: bool }
    list excluded: "M1"
    wait month: member.first and claim.date < first day of (benefit year) + 30 days unless claim.accident  cite "2"
    exclude drugs: claim.drug in excluded  cite "3"
    shared cap whole: 1_000_000 per year in order  cite "4"
    layer hospital cite "1" { base claim.cost threshold 100 per year within 200 per year per family ratio healthy: 80%, ill: 40% cap shared whole }
    example { member { household: "H", health: healthy, first: no }  claim 2024-03-01 { cost: 101 } pay 0.80 }
}""",
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_scheme_of_mistakes_has_none(language: Language) -> None:
    found = compile_source(Source("t.hmb", SCHEMES[language])).diagnostics
    assert [one for one in found if one.rule.severity != "note"] == []


@pytest.mark.parametrize(
    ("language", "written", "instead", "said"),
    [
        ("zh", "首日（保障年度）", "保障年度.开始", "年度的第一天、最后一天：首日（保障年度）"),
        ("zh", "但不含 费用.意外", "除非 费用.意外", "什么情况除外，写“但不含 条件”"),
        ("en", "unless claim.accident", "except claim.accident", "an exception is `unless` and a condition"),
        ("zh", "但不含 费用.意外", "除外 费用.意外", "“除外”是一条自己的条款"),
        ("zh", "名单 除外病种：“M1”", "名单 除外病种：M1", "编码要加引号：“M1”；从文件读，写：自 “文件名.csv”"),
        ("zh", "名单 除外病种：“M1”", "名单 除外病种：自 病种.csv", "文件名要加引号"),
        ("en", '"M1"', "from m.csv", 'a file is in quotes: from "file.csv"'),
        ("zh", "属于 除外病种", "在 除外病种 中", "写“属于”"),
        ("zh", "封顶 共用 总额", "封顶 总额", "少了“共用”：封顶 共用 总额"),
        ("en", "cap shared whole", "cap whole", "`shared` is missing: cap shared whole"),
        ("zh", "合计不超过 2万元", "且 全家不超过 2万元", "起付线另有一道上限的，写：1000元 每年 合计不超过"),
        ("en", "within 200", "and 200", "a threshold within another"),
        ("zh", "健康 | 既往症", "枚举（健康，既往症）", "类型后面没有括号"),
        ("zh", "自付：金额", "自付：金额（元）", "类型后面没有括号"),
        ("zh", "除外 病种：费用", "除外：费用", "除外要有名称和条件"),
        ("zh", "等待 首月：参保人", "等待：参保人", "等待要有名称和条件"),
        ("zh", "理算单位 参保人.户号", "理算单位 家庭", "按参保人的一项归户"),
        ("zh", "参保人.首次 且", "参保人.首次 是 是 且", "“是否”的属性本身就是条件"),
        ("en", "member.first and", "member.first is true and", "what is yes or no is a condition itself"),
        ("zh", "健康：健康，首次", "健康：“健康”，首次", "取值、真、假都不加引号"),
        ("zh", "首次：假", "首次：0", "写“真”或“假”"),
        ("en", "claim.drug in excluded", 'claim.drug in ["M1"]', "several values or codes: commas between, no brackets"),
        ("en", "claim.drug in excluded", 'claim.drug = "M1"', "write `is` or `is not`; `=` is for amounts and dates"),
        ("zh", "费用.病种 属于 除外病种", "费用.病种 属于 【“M1”】", "几个取值或编码之间用逗号，外面没有括号"),
        ("en", "+ 30 days", "+ 30", "say of what: 30 days"),
        ("en", "base claim.cost", "base claim.cost minus 5", "write `-`"),
        ("en", 'cite "3"', "cite 3", "a citation is in quotes"),
        ("en", "example {", "test {", "the word for it here is `example`"),
        ("zh", "示例 {", "案例 {", "这里的说法是“示例”"),
        ("zh", "除外 病种：", "不赔 病种：", "这一层不适用的写“但不含 条件”；各层都不赔的写在层外：“除外 名称：条件”"),
        ("en", "exclude ", "excluding ", "what this layer does not cover: `unless` and a condition"),
        ("zh", "每年 依次", "每年 按比例", "按各层应得的比例分摊，写“按份”"),
        ("en", "per year in order", "per year proportionally", "to split by what each layer would draw: `pro rata`"),
        ("zh", "比例 健康：80%，既往症：40%", "比例 若 参保人.首次 则 40% 否则 80%", "按条件二选一要加括号"),
        ("en", "ratio healthy: 80%, ill: 40%", "ratio if member.first 40% else 50%", "a choice by a condition stands in brackets"),
        ("zh", "比例 健康：80%，既往症：40% 封顶", "给付额 100元 每次 封顶", "“给付额”是每笔的"),
        ("en", "ratio healthy: 80%, ill: 40%", "pays 100 per event", "what is paid is of each claim"),
    ],
)  # fmt: skip
def test_what_is_missing_or_in_another_shape(
    language: Language, written: str, instead: str, said: str
) -> None:
    text = SCHEMES[language]
    assert text.count(written) == 1
    found = advice(text.replace(written, instead), language)
    assert any(one.startswith(said) for one in found), found


def test_a_file_without_from_is_no_code() -> None:
    text = SCHEMES["en"].replace('"M1"', '"drugs.csv"')
    assert [one.code for one in compile_source(Source("t.hmb", text)).diagnostics] == ["HMB346"]
