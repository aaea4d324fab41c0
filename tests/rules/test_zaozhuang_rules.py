"""Zaozhuang 2022: each rule taken out changes what is paid, or what the compiler says."""

import re

import pytest

HEALTHY = {"健康状况": "健康", "投保时状态": "正常", "投保日期": "2021-12-01"}
KNOWN = HEALTHY | {"健康状况": "既往症"}
LISTS = {"特药目录": ["T1", "B1"], "罕见病药品目录": ["R1", "B1"]}
DAY = {"date": "2022-03-01", "定点机构": True}
STAY, SHOP = DAY | {"类别": "住院"}, DAY | {"类别": "药店"}
UNPAID, NEVER = HEALTHY | {"投保时状态": "欠费"}, HEALTHY | {"投保时状态": "未参保"}
SUSPENDED = HEALTHY | {"停保": [("2022-03-01", None)]}
RESUMING = HEALTHY | {"待遇未恢复": [("2022-02-01", "2022-03-01")]}


def policy(cost, **more):
    """An in-policy cost of a stay."""
    return STAY | {"政策内费用": cost} | more


def drugs(cost, code=None, at=STAY, **more):
    """An off-list drug's cost."""
    return at | {"药品编码": code, "目录外药品费用": cost} | more


def enrolled(day):
    return HEALTHY | {"投保日期": day}


@pytest.fixture(scope="module")
def scheme(read_scheme):
    """The text, however it is laid out."""
    return re.sub(" +", " ", read_scheme("zaozhuang_2022"))


@pytest.fixture
def pays(adjudicate):
    """The total of each claim, and the reason where nothing is paid."""

    def pays(text, member, *claims):
        return [
            row.reason if row.total == "0" else row.total
            for row in adjudicate(text, claims, member, LISTS)
        ]

    return pays


TAKEN_OUT = [
    # rule, member, claim, with the rule, without it
    ("ZZ-01", UNPAID, policy(30000), "not_eligible:正常缴费", "7500"),
    ("ZZ-01", NEVER, policy(30000), "not_eligible:正常缴费", "7500"),
    ("ZZ-05", HEALTHY, policy(30000, 定点机构=False), "excluded:非定点机构", "7500"),
    ("ZZ-05", HEALTHY, policy(30000, 政策内拒付=4000), "4500", "7500"),
    ("ZZ-05", HEALTHY, drugs(30000, 目录外药品拒付=4000), "4500", "7500"),
    ("ZZ-05", HEALTHY, drugs(30000, "T1", 目录外药品拒付=4000), "3600", "6000"),
    ("ZZ-06", enrolled("2021-10-31"), policy(30000), "waiting:未在参保期投保", "7500"),
    ("ZZ-06", enrolled("2022-01-01"), policy(30000), "waiting:未在参保期投保", "7500"),
    ("ZZ-07", HEALTHY, policy(30000), "7500", "nothing_claimed"),
    ("ZZ-08", HEALTHY, drugs(30000), "7500", "nothing_claimed"),
    ("ZZ-09", HEALTHY, drugs(30000, "T1", SHOP), "6000", "not_covered"),
    # once it is no special drug, the same drug is an ordinary one of layer 二
    ("ZZ-09", HEALTHY, drugs(30000, "T1", STAY), "6000", "7500"),
    ("ZZ-10", KNOWN, drugs(30000, "R1", SHOP), "6000", "not_covered"),
    ("ZZ-11", enrolled("2022-12-01"), policy(30000, date="2023-01-01"), "waiting:其他年度", "7500"),
    ("ZZ-11", enrolled("2020-12-01"), policy(30000, date="2021-12-31"), "waiting:其他年度", "7500"),
    ("ZZ-12", SUSPENDED, policy(30000), "waiting:停保期间", "7500"),
    ("ZZ-13", RESUMING, policy(30000), "waiting:待遇未恢复", "7500"),
]


@pytest.mark.parametrize(("rule", "member", "claim", "with_it", "without_it"), TAKEN_OUT)
def test_a_rule_taken_out_changes_what_is_paid(
    scheme, without_rule, pays, rule, member, claim, with_it, without_it
):
    assert pays(scheme, member, claim) == [with_it]
    assert pays(without_rule(scheme, rule), member, claim) == [without_it]


LISTED = "费用.药品编码 有值 且 费用.药品编码 属于"
CHANGED = [
    # rule, what stands there, what is put in its place, claims, with the rule, without it
    *(
        ("ZZ-05", f"- 费用.{part}", "", [policy(50000, **{part: 20000})], ["7500"], ["22500"])
        for part in (
            "统筹支付",
            "居民大病支付",
            "职工大病支付",
            "职工大额支付",
            "特惠支付",
            "其他报销",
        )
    ),
    # the benefit year: another one has another enrolment window and another threshold
    (
        "ZZ-06",
        "保障年度 1月1日 至 12月31日",
        "保障年度 7月1日 至 6月30日",
        [policy(20000, date="2022-06-30"), policy(10000, date="2022-07-01")],
        ["below_threshold", "7500"],
        ["waiting:未在参保期投保", "below_threshold"],
    ),
    (
        "ZZ-07",
        "适用 费用.类别 是 住院 基数 费用.政策内费用",
        "基数 费用.政策内费用",
        [policy(30000, 类别="药店")],
        ["not_covered"],
        ["7500"],
    ),
    # drugs are paid once: without the separation a special drug is paid by two layers
    (
        "ZZ-09",
        f"但不含 {LISTED} 特药目录，罕见病药品目录 据 ZZ-09",
        "",
        [drugs(30000, "T1")],
        ["6000"],
        ["13500"],
    ),
    (
        "ZZ-10",
        f"但不含 {LISTED} 罕见病药品目录",
        "",
        [drugs(30000, "B1", SHOP)],
        ["6000"],
        ["12000"],
    ),
]


@pytest.mark.parametrize(("rule", "old", "new", "claims", "with_it", "without_it"), CHANGED)
def test_a_piece_of_a_rule_taken_out_changes_what_is_paid(
    scheme, with_piece, pays, rule, old, new, claims, with_it, without_it
):
    assert pays(scheme, HEALTHY, *claims) == with_it
    assert pays(with_piece(scheme, old, new), HEALTHY, *claims) == without_it


def test_what_others_paid_of_a_drug_comes_off_first(scheme, without_examples, pays):
    """ZZ-05, for the three layers of drugs."""
    bill = {"目录外药品费用": 50000, "目录外药品报销": 20000}
    claims = [STAY | bill, SHOP | bill | {"药品编码": "T1"}, SHOP | bill | {"药品编码": "R1"}]
    cut = without_examples(scheme).replace(" - 费用.目录外药品报销", "")
    assert pays(scheme, HEALTHY, *claims) == ["7500", "6000", "6000"]
    assert pays(cut, HEALTHY, *claims) == ["22500", "18000", "18000"]


NO_LINE = ("起付线 2万元 每年", "无起付线")
CLAUSES = [
    # rule, layer, clause, other clause, member, claim, with the clause, with the other
    ("ZZ-07", "政策内住院", *NO_LINE, HEALTHY, policy(30000), "7500", "22500"),
    ("ZZ-07", "政策内住院", "健康：75%", "健康：74%", HEALTHY, policy(30000), "7500", "7400"),
    ("ZZ-07", "政策内住院", "既往症：30%", "既往症：75%", KNOWN, policy(30000), "3000", "7500"),
    ("ZZ-08", "政策外药品", *NO_LINE, HEALTHY, drugs(30000), "7500", "22500"),
    ("ZZ-08", "政策外药品", "健康：75%", "健康：74%", HEALTHY, drugs(30000), "7500", "7400"),
    ("ZZ-08", "政策外药品", "既往症：30%", "既往症：75%", KNOWN, drugs(30000), "3000", "7500"),
    ("ZZ-09", "特殊药品", *NO_LINE, HEALTHY, drugs(30000, "T1"), "6000", "18000"),
    ("ZZ-09", "特殊药品", "健康：60%", "健康：75%", HEALTHY, drugs(30000, "T1"), "6000", "7500"),
    ("ZZ-09", "特殊药品", "既往症：30%", "既往症：60%", KNOWN, drugs(30000, "T1"), "3000", "6000"),
    ("ZZ-10", "罕见病药品", *NO_LINE, HEALTHY, drugs(30000, "R1"), "6000", "18000"),
    (
        "ZZ-10",
        "罕见病药品",
        "60%",
        "健康：60%，既往症：30%",
        KNOWN,
        drugs(30000, "R1"),
        "6000",
        "3000",
    ),
]
CAPS = [
    ("ZZ-07", "政策内住院", "100万元", HEALTHY, policy(1420000), "1000000", "1050000"),
    ("ZZ-07", "政策内住院", "100万元", KNOWN, policy(3520000), "1000000", "1050000"),
    ("ZZ-08", "政策外药品", "100万元", HEALTHY, drugs(1420000), "1000000", "1050000"),
    ("ZZ-09", "特殊药品", "80万元", HEALTHY, drugs(1420000, "T1"), "800000", "840000"),
    ("ZZ-10", "罕见病药品", "30万元", HEALTHY, drugs(620000, "R1"), "300000", "360000"),
]
CLAUSES += [
    (rule, layer, f"封顶 {limit} 每年", "不封顶", *rest) for rule, layer, limit, *rest in CAPS
]


@pytest.mark.parametrize(
    ("rule", "layer", "old", "new", "member", "claim", "with_it", "without_it"), CLAUSES
)
def test_every_figure_of_a_layer_counts(
    scheme, without_examples, pays, rule, layer, old, new, member, claim, with_it, without_it
):
    head, start, rest = without_examples(scheme).partition(f"层 {layer} ")
    own, end, tail = rest.partition("\n }\n")
    own = own.partition("理解")[0]
    assert own.count(old) == 1
    changed = head + start + own.replace(old, new) + end + tail
    assert pays(scheme, member, claim) == [with_it]
    assert pays(changed, member, claim) == [without_it]


@pytest.mark.parametrize(
    ("rule", "attribute", "breach"),
    [
        ("ZZ-02", "险种", "参保人.险种 是 居民"),
        ("ZZ-01", "出生日期", "年龄（参保人.出生日期 在 费用.日期） > 70"),
        ("ZZ-01", "性别", "参保人.性别 是 女"),
        ("ZZ-01", "职业", "参保人.职业 是 “C7”"),
    ],
)
def test_a_breach_of_equal_treatment_is_found_only_by_its_rule(
    scheme, with_piece, without_rule, codes_of, rule, attribute, breach
):
    there = "适用 费用.类别 是 住院"
    unequal = f"{there} 但不含 参保人.{attribute} 有值 且 {breach}"
    broken = with_piece(scheme, f"{there} 基数", f"{unequal} 基数")
    assert "HMB401" not in codes_of(scheme)
    assert "HMB401" in codes_of(broken)
    assert "HMB401" not in codes_of(without_rule(broken, rule))


def test_every_rule_of_the_document_that_pays_is_taken_out_here():
    tested = {case[0] for case in (*TAKEN_OUT, *CHANGED, *CLAUSES)} | {"ZZ-02"}
    assert tested == {f"ZZ-{number:02d}" for number in (1, 2, *range(5, 14))}


NUMBERS = [
    # a year's bills and what each is paid, in order
    (
        HEALTHY,
        [
            # 一 19,999.99, 二 0.01
            (policy("19999.99", 目录外药品费用="0.01"), "0"),
            # 一: 0.05 above x 75% = 0.0375 -> 0.04
            (policy("0.06"), "0.04"),
            # 二: 7,777.78 above x 75% = 5,833.335 -> 5,833.34
            (drugs("27777.77"), "5833.34"),
            # 三: 13,333.33 above x 60% = 7,999.998 -> 8,000.00
            (drugs("33333.33", "T1", SHOP), "8000"),
            # 三: 13,333.34 above x 60% = 8,000.004 -> 8,000.00
            (drugs("0.01", "T1", SHOP), "0"),
            # 四: 10,000 above x 60%
            (drugs(30000, "B1", SHOP), "6000"),
            # 一: 0.05 + 99,999.99 = 100,000.04 above x 75% = 75,000.03, less 0.04
            (policy("99999.99", date="2022-12-31"), "74999.99"),
        ],
    ),
    (
        KNOWN | {"停保": [("2022-05-01", "2022-05-31"), ("2022-12-01", None)]},
        [
            # 53,333.34 left, 33,333.34 above x 30% = 10,000.002 -> 10,000.00
            (policy(120000, date="2022-04-30", 统筹支付="66666.66"), "10000"),
            (policy(120000, date="2022-05-01"), "0"),
            (policy(120000, date="2022-05-31"), "0"),
            # 33,333.35 above x 30% = 10,000.005 -> 10,000.01
            (policy("0.01", date="2022-06-01"), "0.01"),
            (policy(120000, date="2022-12-01"), "0"),
        ],
    ),
]


@pytest.mark.parametrize(("member", "rows"), NUMBERS)
def test_a_year_by_hand(scheme, adjudicate_both, member, rows):
    paid = adjudicate_both(scheme, [claim for claim, _ in rows], member, LISTS)
    assert [row.total for row in paid] == [expected for _, expected in rows]
