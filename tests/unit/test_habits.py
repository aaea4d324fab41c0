"""What people write from habit is told how to be said here."""

from __future__ import annotations

import re

import pytest
from advice import advice
from habits import ALL, REST, SCHEMES

from hmbc.compiler.pipeline import compile_source
from hmbc.dsl.source import Source
from hmbc.grammar.keywords import Language


@pytest.mark.parametrize(
    ("clauses", "said"),
    [
        ("基数 费用.自付 起付线 两万元 每年 比例 75% 不封顶", "写作 2万元"),
        ("基数 费用.自付 起付线 1万5千元 每年 比例 75% 不封顶", "写作 1.5万元"),
        ("基数 费用.自付 起付线 二十万 每年 比例 75% 不封顶", "写作 200000"),
        ("基数 费用.自付 无起付线 比例 七成半 不封顶", "写作 75%"),
        ("基数 费用.自付 无起付线 比例 百分之六十 不封顶", "写作 60%"),
        ("基数 费用.自付 起付线 无 比例 75% 不封顶", "没有起付线写“无起付线”"),
        ("基数 费用.自付 起付线 无 每年 比例 75% 不封顶", "没有起付线写“无起付线”"),
        ("基数 费用.自付 无起付线 比例 75% 若 费用.天数 > 3 否则 30% 不封顶", "按条件二选一要加括号"),
        ("基数 费用.自付 无起付线 比例 健康 75% 不封顶", "少了冒号：健康：75%"),
        ("基数 费用.自付 无起付线 比例 （健康：75%，既往症：30%） 不封顶", "按取值写不加括号"),
        ("基数 费用.自付 无起付线 比例 5万元以下：60%，5万元以上：70% 不封顶", "分段写"),
        (f"适用 3 <= 费用.天数 <= 10 {REST}", "写两个条件"),
        (f"适用 费用.天数 在 3 到 10 之间 {REST}", "写两个条件"),
        (f"如果 费用.天数 > 3 {REST}", "这里的说法是“适用”"),
        (f"适用 费用.病种 包含 “M1” {REST}", "写“属于”"),
        (f"适用 费用.病种 属于 （“M1”，“M2”） {REST}", "几个取值之间用逗号"),
        ("基数 费用.自付 / 费用.天数 无起付线 比例 75% 不封顶", "只能除以固定的数"),
        ("基数 费用.自付 减 100 无起付线 比例 75% 不封顶", "写“-”"),
        ("基数 费用.自付 无起付线 比例 75% 封顶 5000元 每人每年", "范围本来就是每个参保人自己的"),
        ("基数 费用.自付 无起付线 比例 75% 封顶 5000元 每年 近12个月", "没有滚动的时间窗口"),
        ("基数 费用.自付 无起付线 比例 70%~80% 不封顶", "没有区间的写法"),
        (f"适用 费用.日期 >= 2024/9/20 {REST}", "日期写作 2024-09-20"),
        ("基数 费用.自付 无起付线 自付比例 20% 不封顶", "“比例”是给付的比例：个人负担 20% 写“比例 80%”"),
        ("基数 费用.自付 无起付线 免赔率 不封顶", "“比例”是给付的比例，不是个人负担的"),
        ("基数 费用.自付 门槛费 20元 比例 50% 不封顶", "每次就诊自付一笔固定的钱"),
        ("基数 费用.自付 起付线 1000美元 每年 比例 50% 不封顶", "金额不带币种"),
        ("基数 费用.自付 起付线 2万美元 每年 比例 50% 不封顶", "金额不带币种"),
        ("基数 费用.自付 无起付线 比例 50% 给付限额 2万元 每年", "这里的说法是“封顶”"),
        ("基数 费用.自付 无起付线 比例 50% 自付限额 2万元 每年", "个人自付的上限是再加一层"),
        ("基数 费用.自付 - 基本 给付 无起付线 比例 50% 不封顶", "少了一点：基本.给付"),
        ("基数 费用.自付 起付线：2万元 每年 比例 75% 不封顶", "“起付线”后面不用冒号"),
        ("基数 费用.自付 起付线 2万元/年 比例 75% 不封顶", "不用“/”，写“每年”"),
        ("基数 费用.自付 起付线 年度累计 2万元 比例 75% 不封顶", "“每年”写在金额后面：2万元 每年"),
        ("基数 费用.自付 起付线 每次 2万元 比例 75% 不封顶", "“每次”写在金额后面：2万元 每次"),
        ("基数 费用.自付 起付线 2万元 累计 比例 75% 不封顶", "写明按什么累计"),
        ("基数 费用.自付 无起付线 比例 75% 封顶 不超过 2万元 每年", "不写“不超过”，直接写金额：2万元 每年"),
        ("基数 费用.自付 无起付线 比例 分档 费用.自付（0 至 5万元：60%，以上：80%） 不封顶", "各段只写到哪里为止"),
        ("基数 费用.自付 超过 2万元 比例 75% 不封顶", "从多少起付，另写一行：起付线"),
        (f"适用 费用.类别 为 住院 {REST}", "写“是”"),
        (f"适用 费用.类别 是 住院 或者 门诊 {REST}", "几个取值之间用逗号：属于 住院，门诊"),
        (f"适用 费用.类别 是 住院 和 费用.自付 > 0 {REST}", "两个条件之间写“且”"),
        (f"适用 费用.自付 超出 0 {REST}", "比较用符号：写作 >"),
        (f"{REST} 据 第三条", "出处要加引号"),
        ("基数 费用.自付 无起付线 比例 75%（健康），30%（既往症） 不封顶", "按取值写，取值在前：健康：75%"),
        ("基数 费用.自付 无起付线 比例 健康者75%，既往症者30% 不封顶", "“%”紧跟在数后面"),
        ("基数 费用.自付 无起付线 比例 75% 每年 不封顶", "比例没有范围"),
        ("基数 费用.自付 无起付线 每年 比例 75% 不封顶", "“无起付线”后面什么也不写"),
        (f"适用 费用.类别 不为 住院 {REST}", "写“不是”"),
        ("基数 费用.自付 起付线 ￥1,000,000 每年 比例 75% 不封顶", "千位不用逗号分隔，写作 ￥1_000_000"),
        ("基数 费用.自付 起付线 1，000，000元 每年 比例 75% 不封顶", "千位不用逗号分隔，写作 1_000_000元"),
        (f"适用 费用.类别 是 住院/门诊 {REST}", "几个取值之间用逗号"),
        (f"适用 费用.日期 在 2024年1月1日 之后 {REST}", "日期用符号比较"),
        (f"适用 费用.日期 自 2024年1月1日 起 {REST}", "日期用符号比较"),
        (f"适用 费用.类别 是 住院，且 费用.自付 > 0 {REST}", "“且”前面不用逗号"),
    ],
)
def test_habits_of_chinese_documents(clauses: str, said: str) -> None:
    found = advice(SCHEMES["zh"].replace("CLAUSES", clauses), "zh")
    assert any(one.startswith(said) for one in found), found


@pytest.mark.parametrize(
    ("clauses", "said"),
    [
        (f"{ALL} if member.health is healthy else 30% no cap", "a choice by a condition stands in"),
        (f"{ALL} cap 100 per calendar year", "write `per year`"),
        (f"{ALL} cap 100 per person per year", "scopes are each member's own"),
        (f"{ALL} cap 100 per admission", "write `per event`"),
        (f"{ALL} cap 100 per week", "there is no week"),
        (f"{ALL} cap 100 a year", "write `per year`"),
        (f"{ALL} cap 2000 USD per year", "an amount bears no currency"),
        (f"{ALL} cap unlimited", "say `no threshold`, or `no cap`"),
        ("base claim.cost no threshold coinsurance 20% no cap", "`ratio` is the share that is paid: where"),
        ("base claim.cost copay 20 ratio 100% no cap", "a fixed copay of each claim is a threshold"),
        ("base claim.cost threshold $2,000 per year ratio 100% no cap", "thousands are not set apart"),
        (f"{ALL} no cap out of pocket maximum 300", "a maximum of what the member bears is one more"),
        (f"{ALL} uncapped", "the word for it here is `no cap`"),
        (f"{ALL} cap 100 per year in the last 12 months", "there is no rolling window"),
        (f"when claim.care == inpatient {ALL} no cap", "write `is` of values"),
        ("base max(0, claim.cost) no threshold ratio 75% no cap", "write `larger of (a, b)`"),
        (f"when claim.days between 3 and 10 {ALL} no cap", "write two conditions"),
        (f"when claim.days > 3 && claim.cost > 1 {ALL} no cap", "write `and`"),
        ("base claim.cost - basic pay no threshold ratio 75% no cap", "a dot is missing: basic.pay"),
        ("base basic excess no threshold ratio 75% no cap", "a dot is missing: basic.excess"),
        ("base 50% of claim.cost no threshold ratio 75% no cap", "write `*`"),
        ("base claim.cost no threshold ratio 75 percent no cap", "write 75%"),
        ("base claim.cost no threshold ratio 75 per cent no cap", "write 75%"),
        (f"{ALL} cap 1.5 million per year", "write 1_500_000"),
        (f"{ALL} cap 20 000 per year", "thousands are not set apart by blanks: 20_000"),
        (f"{ALL} cap 1,000,000 per year", "thousands are not set apart by commas: 1_000_000"),
        (f"{ALL} cap ¥12,345,678.90 per year", "thousands are not set apart by commas: ¥12_345_678.90"),
        (f"when claim.date >= 5 November 2023 {ALL} no cap", "the year comes first: write 2023-11-05"),
        (f"when claim.date >= 5 Nov. 2023 {ALL} no cap", "the year comes first: write 2023-11-05"),
        (f"when claim.date >= 5th Nov 2023 {ALL} no cap", "the year comes first: write 2023-11-05"),
        (f"when claim.date >= Nov 5, 2023 {ALL} no cap", "the year comes first: write 2023-11-05"),
        (f"when claim.date >= Nov 5th, 2023 {ALL} no cap", "the year comes first: write 2023-11-05"),
        (f"when claim.date >= the 5th of November 2023 {ALL} no cap", "the year comes first: write 2023-11-05"),
        (f"{ALL} cap CNY 20000 per year", "an amount bears no currency"),
        (f"{ALL} cap 20000/year", "without `/`: `per year`"),
        (f"{ALL} cap: 20000 per year", "no colon behind `cap`"),
        (f"{ALL} cap maximum 20000 per year", "without `maximum`, the amount at once: 20000 per year"),
        (f"{ALL} cap at most 20000 per year", "without `at most`, the amount at once"),
        (f"{ALL} cap annual 20000", "the amount comes first: 20000 per year"),
        (f"{ALL} no limit", "write `no cap`"),
        ("base claim.cost no deductible ratio 75% no cap", "write `no threshold`"),
        ("base claim.cost above 20_000 ratio 75% no cap", "from what amount on it is paid is a clause"),
        ("base claim.cost no threshold ratio by bands of claim.cost (0 to 10: 60%, above: 80%) no cap", "a band says where it ends"),
        (f"when claim.cost at least 100 {ALL} no cap", "compare by a sign: >="),
        (f"when claim.cost exceeds 100 {ALL} no cap", "compare by a sign: >"),
        (f"when claim.care equals inpatient {ALL} no cap", "write `is` of values"),
        (f"{ALL} no cap cite Art. 3", "a citation is in quotes"),
        ("base claim.cost no threshold ratio 75% for healthy, 30% for preexisting no cap", "by value, the value first: healthy: 75%"),
        ("base claim.cost no threshold ratio 75 % no cap", "`%` follows its figure at once"),
        (f"{ALL} cap 100 each year", "write `per year`"),
        (f"{ALL} cap of 100 per year", "without `of`, the amount at once: 100 per year"),
        (f"when claim.cost is greater than 100 {ALL} no cap", "compare by a sign, without `is`: >"),
        (f"when claim.care = 'inpatient' {ALL} no cap", "quotes are"),
        (f"excluding claim.care is inpatient {ALL} no cap", "what this layer does not cover: `unless`"),
        ("base claim.cost no threshold ratio 60%, after 3 years 70% no cap", "where there is another ratio"),
        ("base claim.cost no threshold ratio healthy { 60% } no cap", "no braces; where each value"),
        ("base claim.cost no threshold ratio healthy: 60%, others: 30% no cap", "all other values: `otherwise"),
        (f"{ALL} no cap }} prove pay exceeds 5 layer b {{ {ALL} no cap", "compare by a sign: >"),
    ],
)
def test_habits_of_other_languages(clauses: str, said: str) -> None:
    found = advice(SCHEMES["en"].replace("CLAUSES", clauses), "en")
    assert any(one.startswith(said) for one in found), found


BANDS_ZH = "分段写“比例 起付线以上分段 每年：至多 "
BANDS_EN = "bands: `ratio bands above threshold per year: up to "


@pytest.mark.parametrize(
    ("language", "ratio", "said"),
    [
        ("zh", "60% 至 5万，80% 以上", "5万元：60%，以上：80%”"),
        ("zh", "5万元以下：60%，5万元以上：80%", "5万元：60%，以上：80%”"),
        ("zh", "5 万元（含）以内 60%，超过部分 80%", "5万元：60%，以上：80%”"),
        ("zh", "不超过5万元的部分 60%，超过5万元的部分 80%", "5万元：60%，以上：80%”"),
        ("zh", "超过５万元 ８０％，不超过的 ６０％", "5万元：60%，以上：80%”"),
        ("zh", "0-50,000元 60%，50,000元以上 80%", "50_000元：60%，以上：80%”"),
        ("zh", "1万以下 50%，1万至5万 60%，5万以上 80%", "1万元：50%，至多 5万元：60%，以上：80%”"),
        ("zh", "2万元至5万元：60%，5万元以上：80%", "5万元：60%，以上：70%”"),  # not clear: the example
        ("zh", "5万元以上 80%，2万元以下 60%", "5万元：60%，以上：70%”"),
        ("zh", "超过5万元 80%，1万至5万元 60%，其余 50%", "5万元：60%，以上：70%”"),
        ("en", "60% up to 50_000, 80% above", "50_000: 60%, beyond: 80%`"),
        ("en", "60% to 50,000, 80% beyond", "50_000: 60%, beyond: 80%`"),
        ("en", "over 50_000.50: 80%, the rest 60%", "50_000.50: 60%, beyond: 80%`"),
        ("en", "0-50_000: 60%, over 50_000: 80%", "50_000: 60%, beyond: 80%`"),
        ("en", "bands (up to 50_000: 60%, above: 80%)", "50_000: 60%, beyond: 80%`"),
    ],
)
def test_bands_as_documents_write_them(language: Language, ratio: str, said: str) -> None:
    """The advice has the author's own figures where it is clear which belong together."""
    rest = {"zh": f"基数 费用.自付 无起付线 比例 {ratio} 封顶 9万元 每年", "en": f"base claim.cost no threshold ratio {ratio} cap 90000 per year"}
    found = advice(SCHEMES[language].replace("CLAUSES", rest[language]), language)
    begins = {"zh": BANDS_ZH, "en": BANDS_EN}[language] + said
    assert any(one.startswith(begins) for one in found), found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_bands_that_are_proposed_can_be_written(language: Language) -> None:
    ratio = {"zh": "5万元以下 60%，5万元以上 80%", "en": "60% up to 50_000, 80% above"}[language]
    rest = {"zh": "基数 费用.自付 起付线 1万元 每年 RATIO 不封顶", "en": "base claim.cost threshold 10_000 per year RATIO no cap"}
    word = {"zh": "比例", "en": "ratio"}[language]
    scheme = SCHEMES[language].replace("CLAUSES", rest[language])
    (said,) = advice(scheme.replace("RATIO", f"{word} {ratio}"), language)
    proposed = re.search("“(比例.+?)”" if language == "zh" else "`(ratio.+?)`", said)
    assert proposed is not None
    text = scheme.replace("RATIO", proposed[1])
    assert compile_source(Source("t.hmb", text)).kernel is not None


@pytest.mark.parametrize(
    ("language", "clauses"),
    [
        ("zh", "基数 费用.自付 无起付线 比例 75% 若 费用.自付 > 5万元 否则 30% 以上 不封顶"),
        ("zh", "基数 费用.自付 无起付线 比例 参保满3年以上 80%，不满3年 60% 不封顶"),
        ("zh", "基数 费用.自付 无起付线 比例 起付线以上分段 每年：至多 5万元：60%，其余：80% 不封顶"),
        ("en", "base claim.cost no threshold ratio 75% cap 50_000 to 60_000 per year"),
        ("en", "base claim.cost no threshold ratio 60% in the first 3 years, 80% above no cap"),
    ],
)
def test_what_is_no_band_of_amounts_is_not_taken_for_one(language: Language, clauses: str) -> None:
    found = advice(SCHEMES[language].replace("CLAUSES", clauses), language)
    assert not any(one.startswith((BANDS_ZH, BANDS_EN)) for one in found), found


def test_words_of_a_citation_and_of_an_example() -> None:
    zh, en = SCHEMES["zh"].replace("CLAUSES", REST), SCHEMES["en"].replace("CLAUSES", f"{ALL} no cap")
    assert advice(zh.replace("据 “1”", "“住院” “1”"), "zh") == ["少了“据”：据 “1”"]
    assert advice(zh.replace("据 “1”", "根据 “1”"), "zh") == ["这里的说法是“据”"]
    assert advice(en.replace('cite "1"', 'source "1"'), "en") == ["the word for it here is `cite`"]
    assert advice(zh.replace("给付 50", "赔付 50"), "zh") == ["这里的说法是“给付”"]
    assert advice(en.replace("pay 50", "pays 50"), "en") == ["the word for it here is `pay`"]


@pytest.mark.parametrize(
    ("language", "written", "instead", "said"),
    [
        ("zh", "健康 | 既往症", "健康/既往症", "取值之间用“|”隔开"),
        ("zh", "健康 | 既往症", "健康 或 既往症", "取值之间用“|”隔开"),
        ("zh", "健康 | 既往症", "“健康” | “既往症”", "取值不加引号"),
        ("zh", "层 住院", "层 “住院”", "名称在前，说明文字在后：住院 “住院”"),
        ("zh", "层 住院", "层 住院（住院费用）", "说明文字写在引号里"),
        ("zh", "层 住院", "等待 30天\n层 住院", "等待要有名称和条件"),
        ("zh", "给付 50", "= 50", "金额前面写“给付”"),
        ("zh", "给付 50", "50", "金额前面写“给付”"),
        ("en", "healthy | preexisting", "healthy or preexisting", "values are set apart by `|`"),
        ("en", "layer hospital", "exclude cosmetic surgery\nlayer hospital", "an exclusion has a name"),
    ],
)
def test_declarations_in_another_shape(language: Language, written: str, instead: str, said: str) -> None:
    text = SCHEMES[language].replace("CLAUSES", {"zh": REST, "en": f"{ALL} no cap"}[language])
    assert text.count(written) == 1
    found = advice(text.replace(written, instead), language)
    assert any(one.startswith(said) for one in found), found


def test_a_sign_of_another_language_is_told_once() -> None:
    text = SCHEMES["en"].replace("CLAUSES", f"when claim.days > 3 && claim.cost > 1 {ALL} no cap")
    assert advice(text, "en") == ["write `and`"]


def test_commas_between_attributes_and_a_colon_behind_a_layer() -> None:
    text = SCHEMES["en"].replace("CLAUSES", f"{ALL} no cap")
    commas = text.replace("cost: money", "cost: money, other: money")
    assert advice(commas, "en") == [
        "they are set apart by blanks or line breaks, not by commas"
    ]
    assert advice(text.replace("pay 50", "pay hospital: 50"), "en") == ["no colon here"]


def test_a_name_that_nothing_reads_is_checked_and_its_parts_are_not_blamed() -> None:
    unread = "let half: claim.days + 1\nlet twice: half + claim.cost\n"
    text = SCHEMES["en"].replace("CLAUSES", f"{ALL} no cap").replace("layer", f"{unread} layer")
    assert [d.code for d in compile_source(Source("t.hmb", text)).diagnostics] == ["HMB202"]
    fine = text.replace("+ claim.cost", "+ 1")
    told = [d.values["name"] for d in compile_source(Source("t.hmb", fine)).diagnostics]
    assert "half" not in told and "claim.days" not in told and "twice" in told


HEADS = {
    "zh": ("同次就医 费用.住院号", "层 住院 据 “1” {", "基数 费用.自付 无起付线 比例 75% 不封顶"),
    "en": ("event claim.admission", 'layer hospital cite "1" {', "base claim.cost no threshold ratio 75% no cap"),
}


def _errors(language: Language, clauses: str, event: str | None = None) -> list[tuple[str, str]]:
    """What the errors of a scheme point at, and what they propose."""
    head, _, _ = HEADS[language]
    source = Source("t.hmb", SCHEMES[language].replace("CLAUSES", clauses).replace(head, event or head))
    found = [x for x in compile_source(source).diagnostics if x.rule.severity == "error"]
    return [
        (source.text[x.span.start : x.span.end], " ".join(said.get(language) for _, said in x.extra)) for x in found
    ]


@pytest.mark.parametrize(
    ("language", "clauses"),
    [
        ("zh", "基数 费用.自付 无起付线 比例 健康：75%，既往症：30%，\n不封顶"),
        ("zh", "基数 费用.自付 无起付线 比例 健康：75%，既往症：30%，\n封顶 5万元 每年"),
        ("zh", "基数 费用.自付 无起付线 比例 75% 封顶 健康：5万元，既往症：3万元， 每年"),
        ("zh", "基数 费用.自付 无起付线 不封顶 比例 健康：75%，既往症：30%，\n"),
        ("zh", "适用 费用.类别 属于 住院，门诊，\n基数 费用.自付 无起付线 比例 75% 不封顶"),
        ("en", "base claim.cost no threshold ratio healthy: 75%, preexisting: 30%,\nno cap"),
        ("en", "base claim.cost no threshold ratio healthy: 75%, preexisting: 30%, cap 50_000 per year"),
        ("en", "base claim.cost no threshold no cap ratio healthy: 75%, preexisting: 30%,\n"),
    ],
)
def test_a_comma_behind_the_last_of_a_list_is_one_error_at_the_comma(language, clauses):
    comma, advice = ("，", "最后一项后面没有逗号") if language == "zh" else (",", "no comma behind the last one")
    assert _errors(language, clauses) == [(comma, advice)]


@pytest.mark.parametrize(
    ("language", "clauses", "said"),
    [
        ("zh", "赔付 增加（费用.自付） 不封顶", "写“给付增量 全年”"),
        ("zh", "给付 增加（费用.自付） 不封顶", "写“给付增量 全年”"),
        ("zh", "给付额 增加（费用.自付） 不封顶", "写“给付增量 全年”"),
        ("zh", "报销 100元 不封顶", "每笔付一个固定的数，写“给付额 100元”"),
        ("zh", "基数 费用.自付 无起付线 比例 健康：75%，，既往症：30% 不封顶", "多了一个逗号"),
        ("en", "pays increase (claim.cost) no cap", "the layer `pays increase of spent`"),
        ("en", "pays increase spent no cap", "the layer `pays increase of spent`"),
    ],
)
def test_what_a_layer_pays_in_words_of_habit(language, clauses, said):
    ((_, advice),) = _errors(language, clauses)
    assert said in advice


@pytest.mark.parametrize(
    ("language", "written"),
    [("zh", "次"), ("zh", "每次"), ("zh", "住院"), ("en", "admission"), ("en", "visit")],
)
def test_what_is_one_event_in_words_of_habit(language, written):
    event, _, clauses = HEADS[language]
    ((at, advice),) = _errors(language, clauses, written + event[event.index(" ") :])
    assert at == written and event in advice
