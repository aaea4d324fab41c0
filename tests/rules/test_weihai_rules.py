"""Weihai 2024: each rule taken out changes what is paid, when it is due, or what the check says.

Figures are those of the worked examples: threshold 10,000, bands to 50,000 and 100,000 at 60%, 70%
and 80% (out of policy 50%, 60%, 70%).
"""

import re

import pytest

GIVEN = {
    "发布日": "2023-11-20", "征缴期首日": "2023-11-01", "征缴期末日": "2023-12-31",
    "待遇期首日": "2024-01-01", "待遇期末日": "2024-12-31",
    "加成年数": 3, "加成比例": "0.05", "第一段上限": 50000, "第二段上限": 100000,
    "二段提高": "0.1", "三段提高": "0.1",
    "住院起付线": 10000, "门诊起付线": 1000, "特药起付线": 20000,
    "政策内首段比例": "0.6", "政策外首段比例": "0.5", "门诊首段比例": "0.3", "特药首段比例": "0.4",
    "政策内封顶": 100000, "政策外封顶": 50000, "门诊封顶": 2000, "特药封顶": 80000,
    "纳入辅助生殖": False,
    "特药目录": ["T1"], "创新药目录": ["C1"], "罕见病药品目录": ["H1"], "高值药品目录": ["G1"],
    "其他不保项目": ["X1"],
}  # fmt: skip
LOCAL = {
    "参保地": "本市", "在本市": "无", "当年身份": "一般", "投保日期": "2023-12-01",
    "累计投保年数": 1,
}  # fmt: skip
ELSEWHERE = LOCAL | {"参保地": "省内其他统筹区"}
NEWBORN = LOCAL | {
    "当年身份": "新生儿", "投保日期": "2024-05-10", "参加基本医保日期": "2024-05-10",
}  # fmt: skip
DAY = {"date": "2024-06-01", "定点": True}


def stay(cost, **more):
    """An in-policy cost of a stay."""
    return DAY | {"就医": "住院", "范围": "政策内", "金额": cost} | more


def shop(cost, code, **more):
    return stay(cost, 就医="药店", 药品编码=code, **more)


def joined(day):
    return LOCAL | {"投保日期": day}


@pytest.fixture(scope="module")
def scheme(read_scheme):
    """The text, however it is laid out, without its promise to conform."""
    return re.sub(r"遵循\s+\w+\n", "\n", re.sub(" +", " ", read_scheme("weihai_2024")))


@pytest.fixture
def pays(adjudicate):
    """The total of each claim, and the reason where nothing is paid."""

    def pays(text, member, *claims, **given):
        return [
            row.reason if row.total == "0" else row.total
            for row in adjudicate(text, claims, member, GIVEN | given)
        ]

    return pays


TAKEN_OUT = [
    # rule, member, claim, with the rule, without it
    ("WH-01", ELSEWHERE, stay(20000), "not_eligible:投保范围", "6000"),
    ("WH-01", NEWBORN, stay(20000, date="2024-05-09"), "waiting:投保之前", "6000"),
    ("WH-06", joined("2024-01-05"), stay(20000), "waiting:未在征缴期投保", "6000"),
    ("WH-06", LOCAL, stay(20000, date="2025-01-01"), "waiting:不在待遇期", "6000"),
    ("WH-07a", LOCAL, stay(20000, 工伤负担=1000), "5400", "6000"),
    ("WH-07b", LOCAL, stay(20000, 第三人负担=1000), "5400", "6000"),
    ("WH-07c", LOCAL, stay(20000, 公卫负担=1000), "5400", "6000"),
    ("WH-07d", LOCAL, stay(20000, 境外=True), "excluded:境外就医", "6000"),
    ("WH-07e", LOCAL, stay(20000, 非医疗金额=1000), "5400", "6000"),
    ("WH-07f", LOCAL, stay(20000, 统筹支付=1000), "5400", "6000"),
    ("WH-07g", LOCAL, stay(20000, 项目编码="X1"), "excluded:其他不保", "6000"),
    ("WH-08a", LOCAL, stay(20000), "6000", "not_covered"),
    ("WH-08b", LOCAL, stay(20000, 范围="政策外"), "5000", "not_covered"),
    ("WH-08b", LOCAL, stay(20000, 不合理金额=1000), "5400", "6000"),
    ("WH-08c", LOCAL, stay(2000, 就医="普通门诊"), "300", "not_covered"),
    ("WH-08d", LOCAL, shop(30000, "T1"), "4000", "not_covered"),
    ("WH-08d", LOCAL, shop(30000, "C1"), "4000", "not_covered"),
    ("WH-08d", LOCAL, shop(30000, "H1"), "4000", "not_covered"),
    ("WH-11", LOCAL, stay(20000, 辅助生殖=True), "excluded:辅助生殖", "6000"),
    ("WH-19", joined("2023-11-19"), stay(20000), "waiting:旧版产品", "6000"),
]


@pytest.mark.parametrize(("rule", "member", "claim", "with_it", "without_it"), TAKEN_OUT)
def test_a_rule_taken_out_changes_what_is_paid(
    scheme, without_rule, pays, rule, member, claim, with_it, without_it
):
    assert pays(scheme, member, claim) == [with_it]
    assert pays(without_rule(scheme, rule), member, claim) == [without_it]


PIECES = [
    # rule, the piece that states it, what stands there without it, member, claim, with, without
    ("WH-01", "或 参保人.参保地 是 省内其他统筹区 且 参保人.在本市 属于 单位职工，在校学生", "",
     ELSEWHERE | {"在本市": "在校学生"}, stay(20000), "6000", "not_eligible:投保范围"),
    ("WH-01", "但不含 参保人.当年身份 属于 退役军人，新生儿 且 参保人.参加基本医保日期 有值 "
              "且 参保人.投保日期 = 参保人.参加基本医保日期", "",
     NEWBORN, stay(20000), "6000", "waiting:未在征缴期投保"),
    ("WH-09", "属于 住院，住院生育，门诊慢特病 或 费用.药品编码 有值 且 费用.药品编码 属于 高值药品目录",
     "是 住院", LOCAL, stay(20000, 就医="门诊慢特病"), "6000", "not_covered"),
    ("WH-09", "属于 住院，住院生育，门诊慢特病 或 费用.药品编码 有值 且 费用.药品编码 属于 高值药品目录",
     "是 住院", LOCAL, stay(20000, 就医="住院生育"), "6000", "not_covered"),
    ("WH-09", "或 费用.药品编码 有值 且 费用.药品编码 属于 高值药品目录", "",
     LOCAL, shop(20000, "G1"), "6000", "not_covered"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "piece", "instead", "member", "claim", "with_it", "without_it"), PIECES
)
def test_a_part_of_a_rule_taken_out_changes_what_is_paid(
    scheme, with_piece, pays, rule, piece, instead, member, claim, with_it, without_it
):
    assert pays(scheme, member, claim) == [with_it]
    assert pays(with_piece(scheme, piece, instead), member, claim) == [without_it]


def test_wh_04_more_years_more_pay(scheme, pays):
    loyal = LOCAL | {"累计投保年数": 3}
    assert pays(scheme, loyal, stay(60000)) == ["33500"]
    plain = re.sub(r"另加 加成比例 若 参保人.累计投保年数 >= 加成年数", "", scheme)
    assert pays(plain, loyal, stay(60000)) == pays(scheme, LOCAL, stay(60000)) == ["31000"]


def test_wh_10_bands_of_the_amount(scheme, pays, codes_of):
    assert pays(scheme, LOCAL, stay(60000)) == ["31000"]
    flat = re.sub(r"费用分段 每年：至多 第一段上限：(\w+)首段比例，.*?(?=另加)", r"\1首段比例 ", scheme, flags=re.S)
    assert "HMB407" in codes_of(flat)  # the scheme states that its ratios rise
    flat = flat.replace("求证 比例 随费用提高 据 WH-10", "")
    assert pays(flat, LOCAL, stay(60000)) == ["30000"]


def test_wh_10_a_run_whose_bands_do_not_ascend_is_refused(scheme, adjudicate, adjudicate_compiled):
    given = GIVEN | {"第二段上限": 50000}
    (paid,) = adjudicate(scheme, [stay(60000)], LOCAL, given)
    assert paid.status.startswith("bands:")
    with pytest.raises(AssertionError, match="HMB530"):
        adjudicate_compiled(scheme, [stay(60000)], LOCAL, given)


def test_wh_16_seven_working_days(scheme, without_rule, due_dates, compile_text):
    claim = stay(100) | {"资料齐全日期": "2024-04-30"}
    # 1 to 5 May are holidays, 28 April and 11 May are worked: 6, 7, 8, 9, 10, 11, 13 May
    assert due_dates(scheme, claim, LOCAL, GIVEN) == ["2024-05-13"]
    assert due_dates(scheme, claim | {"一站式": True}, LOCAL, GIVEN) == [None]
    without = compile_text(without_rule(scheme, "WH-16"))
    assert without.kernel is not None and without.kernel.deadlines == ()


def test_wh_20_what_others_paid_comes_off(scheme, with_piece, pays):
    claim = stay(20000, 大病支付=1000, 救助支付=1000)
    assert pays(scheme, LOCAL, claim) == ["4800"]
    text = re.sub(r"- 费用.大病支付 - 费用.救助支付", "", scheme)
    assert pays(text, LOCAL, claim) == ["6000"]


def test_assisted_reproduction_is_paid_where_the_product_includes_it(scheme, pays):
    claim = stay(20000, 辅助生殖=True)
    assert pays(scheme, LOCAL, claim, 纳入辅助生殖=True) == ["6000"]


def test_the_frame_claims_to_conform_and_does(read_scheme, compile_text):
    text = read_scheme("weihai_2024")
    found = {x.code: x.rule.severity for x in compile_text(text).diagnostics}
    assert set(found.values()) <= {"note", "warning"}
    assert found["HMB341"] == "warning"  # the number of insurers is the product's to say


@pytest.mark.parametrize("rule", ["WH-07a", "WH-07d", "WH-07g", "WH-08c", "WH-12"])
def test_it_does_not_conform_without_a_rule(read_scheme, without_rule, compile_text, rule):
    text = without_rule(read_scheme("weihai_2024"), rule)
    errors = [x for x in compile_text(text).diagnostics if x.rule.severity == "error"]
    assert errors and all(rule in x.extra[0][1].en for x in errors)


def test_wh10_that_every_layers_ratio_rises_is_proved(read_scheme, stated):
    assert stated(read_scheme("weihai_2024")) == {"求证 比例 随费用提高": "proved"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("以上：特药首段比例 + 二段提高 + 三段提高", "以上：特药首段比例 + 三段提高"),
        ("以上：门诊首段比例 + 二段提高 + 三段提高", "以上：门诊首段比例"),
        ("至多 第二段上限：政策外首段比例 + 二段提高", "至多 第二段上限：政策外首段比例 - 二段提高"),
    ],
)
def test_wh10_a_band_whose_ratio_may_fall_breaks_what_is_stated(read_scheme, stated, before, after):
    pytest.importorskip("z3")
    text = read_scheme("weihai_2024")
    assert before in text
    assert stated(text.replace(before, after)) == {"求证 比例 随费用提高": "refuted"}
