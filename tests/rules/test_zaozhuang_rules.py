"""Zaozhuang 2022: each rule changes what is paid, or what the compiler says, once it is taken out."""

import pytest

HEALTHY = {"健康状况": "健康", "投保时状态": "正常", "投保日期": "2021-12-01"}
KNOWN = HEALTHY | {"健康状况": "既往症"}
LISTS = {"特药目录": ["T1", "B1"], "罕见病药品目录": ["R1", "B1"]}
STAY = {"date": "2022-03-01", "类别": "住院", "定点机构": True}
SHOP = {"date": "2022-03-01", "类别": "药店", "定点机构": True}


@pytest.fixture(scope="module")
def scheme(read_scheme):
    return read_scheme("zaozhuang_2022")


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
    ("ZZ-01", HEALTHY | {"投保时状态": "欠费"}, STAY | {"政策内费用": 30000}, "not_eligible:正常缴费", "7500"),
    ("ZZ-01", HEALTHY | {"投保时状态": "未参保"}, STAY | {"政策内费用": 30000}, "not_eligible:正常缴费", "7500"),
    ("ZZ-05", HEALTHY, STAY | {"政策内费用": 30000, "定点机构": False}, "excluded:非定点机构", "7500"),
    ("ZZ-05", HEALTHY, STAY | {"政策内费用": 30000, "政策内拒付": 4000}, "4500", "7500"),
    ("ZZ-05", HEALTHY, STAY | {"目录外药品费用": 30000, "目录外药品拒付": 4000}, "4500", "7500"),
    ("ZZ-05", HEALTHY, SHOP | {"药品编码": "T1", "目录外药品费用": 30000, "目录外药品拒付": 4000}, "3600", "6000"),
    ("ZZ-06", HEALTHY | {"投保日期": "2021-10-31"}, STAY | {"政策内费用": 30000}, "waiting:未在参保期投保", "7500"),
    ("ZZ-06", HEALTHY | {"投保日期": "2022-01-01"}, STAY | {"政策内费用": 30000}, "waiting:未在参保期投保", "7500"),
    ("ZZ-07", HEALTHY, STAY | {"政策内费用": 30000}, "7500", "nothing_claimed"),
    ("ZZ-08", HEALTHY, STAY | {"目录外药品费用": 30000}, "7500", "nothing_claimed"),
    ("ZZ-09", HEALTHY, SHOP | {"药品编码": "T1", "目录外药品费用": 30000}, "6000", "not_covered"),
    # once it is no special drug, the same drug is an ordinary one of layer 二
    ("ZZ-09", HEALTHY, STAY | {"药品编码": "T1", "目录外药品费用": 30000}, "6000", "7500"),
    ("ZZ-10", KNOWN, SHOP | {"药品编码": "R1", "目录外药品费用": 30000}, "6000", "not_covered"),
    ("ZZ-11", HEALTHY | {"投保日期": "2022-12-01"}, STAY | {"date": "2023-01-01", "政策内费用": 30000}, "waiting:其他年度", "7500"),
    ("ZZ-11", HEALTHY | {"投保日期": "2020-12-01"}, STAY | {"date": "2021-12-31", "政策内费用": 30000}, "waiting:其他年度", "7500"),
    ("ZZ-12", HEALTHY | {"停保": [("2022-03-01", None)]}, STAY | {"政策内费用": 30000}, "waiting:停保期间", "7500"),
    ("ZZ-13", HEALTHY | {"待遇未恢复": [("2022-02-01", "2022-03-01")]}, STAY | {"政策内费用": 30000}, "waiting:待遇未恢复", "7500"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "member", "claim", "with_it", "without_it"), TAKEN_OUT)
def test_a_rule_taken_out_changes_what_is_paid(
    scheme, without_rule, pays, rule, member, claim, with_it, without_it
):
    assert pays(scheme, member, claim) == [with_it]
    assert pays(without_rule(scheme, rule), member, claim) == [without_it]


CHANGED = [
    # rule, what stands there, what is put in its place, member, claims, with the rule, without it
    ("ZZ-05", "费用.政策内费用 - 费用.统筹支付", "费用.政策内费用", HEALTHY,
     [STAY | {"政策内费用": 50000, "统筹支付": 20000}], ["7500"], ["22500"]),
    ("ZZ-05", " - 费用.居民大病支付", "", HEALTHY,
     [STAY | {"政策内费用": 50000, "居民大病支付": 20000}], ["7500"], ["22500"]),
    ("ZZ-05", " - 费用.职工大病支付", "", HEALTHY,
     [STAY | {"政策内费用": 50000, "职工大病支付": 20000}], ["7500"], ["22500"]),
    ("ZZ-05", "- 费用.职工大额支付", "", HEALTHY,
     [STAY | {"政策内费用": 50000, "职工大额支付": 20000}], ["7500"], ["22500"]),
    ("ZZ-05", " - 费用.特惠支付", "", HEALTHY,
     [STAY | {"政策内费用": 50000, "特惠支付": 20000}], ["7500"], ["22500"]),
    ("ZZ-05", " - 费用.其他报销", "", HEALTHY,
     [STAY | {"政策内费用": 50000, "其他报销": 20000}], ["7500"], ["22500"]),
    # the benefit year: another one has another enrolment window and another threshold
    ("ZZ-06", "保障年度  1月1日 至 12月31日", "保障年度  7月1日 至 6月30日", HEALTHY,
     [STAY | {"date": "2022-06-30", "政策内费用": 20000},
      STAY | {"date": "2022-07-01", "政策内费用": 10000}],
     ["below_threshold", "7500"], ["waiting:未在参保期投保", "below_threshold"]),
    ("ZZ-07", "适用    费用.类别 是 住院\n        基数    费用.政策内费用", "基数    费用.政策内费用",
     HEALTHY, [SHOP | {"政策内费用": 30000}], ["not_covered"], ["7500"]),
    # drugs are paid once: without the separation a special drug is paid by two layers
    ("ZZ-09", "但不含  费用.药品编码 有值 且 费用.药品编码 属于 特药目录，罕见病药品目录  据 ZZ-09", "",
     HEALTHY, [STAY | {"药品编码": "T1", "目录外药品费用": 30000}], ["6000"], ["13500"]),
    ("ZZ-10", "但不含  费用.药品编码 有值 且 费用.药品编码 属于 罕见病药品目录\n", "", HEALTHY,
     [SHOP | {"药品编码": "B1", "目录外药品费用": 30000}], ["6000"], ["12000"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "old", "new", "member", "claims", "with_it", "without_it"), CHANGED
)
def test_a_piece_of_a_rule_taken_out_changes_what_is_paid(
    scheme, with_piece, pays, rule, old, new, member, claims, with_it, without_it
):
    assert pays(scheme, member, *claims) == with_it
    assert pays(with_piece(scheme, old, new), member, *claims) == without_it


def test_what_others_paid_of_a_drug_comes_off_first(scheme, without_examples, pays):
    """ZZ-05, for the three layers of drugs."""
    bill = {"目录外药品费用": 50000, "目录外药品报销": 20000}
    claims = [STAY | bill, SHOP | bill | {"药品编码": "T1"}, SHOP | bill | {"药品编码": "R1"}]
    cut = without_examples(scheme).replace(" - 费用.目录外药品报销", "")
    assert pays(scheme, HEALTHY, *claims) == ["7500", "6000", "6000"]
    assert pays(cut, HEALTHY, *claims) == ["22500", "18000", "18000"]


CLAUSES = [
    # rule, layer, clause, other clause, member, claim, with the clause, with the other
    ("ZZ-07", "政策内住院", "起付线  2万元 每年", "无起付线", HEALTHY, {"政策内费用": 30000}, "7500", "22500"),
    ("ZZ-07", "政策内住院", "健康：75%", "健康：74%", HEALTHY, {"政策内费用": 30000}, "7500", "7400"),
    ("ZZ-07", "政策内住院", "既往症：30%", "既往症：75%", KNOWN, {"政策内费用": 30000}, "3000", "7500"),
    ("ZZ-07", "政策内住院", "封顶    100万元 每年", "不封顶", HEALTHY, {"政策内费用": 1420000}, "1000000", "1050000"),
    ("ZZ-08", "政策外药品", "起付线  2万元 每年", "无起付线", HEALTHY, {"目录外药品费用": 30000}, "7500", "22500"),
    ("ZZ-08", "政策外药品", "健康：75%", "健康：74%", HEALTHY, {"目录外药品费用": 30000}, "7500", "7400"),
    ("ZZ-08", "政策外药品", "既往症：30%", "既往症：75%", KNOWN, {"目录外药品费用": 30000}, "3000", "7500"),
    ("ZZ-08", "政策外药品", "封顶    100万元 每年", "不封顶", HEALTHY, {"目录外药品费用": 1420000}, "1000000", "1050000"),
    ("ZZ-09", "特殊药品", "起付线  2万元 每年", "无起付线", HEALTHY, {"药品编码": "T1", "目录外药品费用": 30000}, "6000", "18000"),
    ("ZZ-09", "特殊药品", "健康：60%", "健康：75%", HEALTHY, {"药品编码": "T1", "目录外药品费用": 30000}, "6000", "7500"),
    ("ZZ-09", "特殊药品", "既往症：30%", "既往症：60%", KNOWN, {"药品编码": "T1", "目录外药品费用": 30000}, "3000", "6000"),
    ("ZZ-09", "特殊药品", "封顶    80万元 每年", "不封顶", HEALTHY, {"药品编码": "T1", "目录外药品费用": 1420000}, "800000", "840000"),
    ("ZZ-10", "罕见病药品", "起付线  2万元 每年", "无起付线", HEALTHY, {"药品编码": "R1", "目录外药品费用": 30000}, "6000", "18000"),
    ("ZZ-10", "罕见病药品", "比例    60%", "比例    健康：60%，既往症：30%", KNOWN, {"药品编码": "R1", "目录外药品费用": 30000}, "6000", "3000"),
    ("ZZ-10", "罕见病药品", "封顶    30万元 每年", "不封顶", HEALTHY, {"药品编码": "R1", "目录外药品费用": 620000}, "300000", "360000"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "layer", "old", "new", "member", "claim", "with_it", "without_it"), CLAUSES
)
def test_every_figure_of_a_layer_counts(
    scheme, without_examples, pays, rule, layer, old, new, member, claim, with_it, without_it
):
    head, start, rest = without_examples(scheme).partition(f"层 {layer} ")
    own, end, tail = rest.partition("\n    }\n")
    assert own.count(old) == 1
    changed = head + start + own.replace(old, new) + end + tail
    assert pays(scheme, member, STAY | claim) == [with_it]
    assert pays(changed, member, STAY | claim) == [without_it]


@pytest.mark.parametrize(
    ("rule", "attribute", "breach"),
    [
        ("ZZ-02", "险种", "但不含 参保人.险种 有值 且 参保人.险种 是 居民"),
        ("ZZ-01", "出生日期", "但不含 参保人.出生日期 有值 且 年龄（参保人.出生日期 在 费用.日期） > 70"),
        ("ZZ-01", "性别", "但不含 参保人.性别 有值 且 参保人.性别 是 女"),
        ("ZZ-01", "职业", "但不含 参保人.职业 有值 且 参保人.职业 是 “C7”"),
    ],
)
def test_a_breach_of_equal_treatment_is_found_only_by_its_rule(
    scheme, with_piece, without_rule, codes_of, rule, attribute, breach
):
    broken = with_piece(
        scheme, "适用    费用.类别 是 住院\n        基数", f"适用 费用.类别 是 住院\n{breach}\n基数"
    )
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
            # 四项合计: 一 (19999.99), 二 (0.01)
            (STAY | {"政策内费用": "19999.99", "目录外药品费用": "0.01"}, "0"),
            # 一: 累计 20000.05, 超 0.05 x 75% = 0.0375 -> 0.04
            (STAY | {"政策内费用": "0.06"}, "0.04"),
            # 二: 累计 27777.78, 超 7777.78 x 75% = 5833.335 -> 5833.34
            (STAY | {"目录外药品费用": "27777.77"}, "5833.34"),
            # 三: 超 13333.33 x 60% = 7999.998 -> 8000.00
            (SHOP | {"药品编码": "T1", "目录外药品费用": "33333.33"}, "8000"),
            # 三: 累计 13333.34 x 60% = 8000.004 -> 8000.00
            (SHOP | {"药品编码": "T1", "目录外药品费用": "0.01"}, "0"),
            # 四: 超 10000 x 60%
            (SHOP | {"药品编码": "B1", "目录外药品费用": 30000}, "6000"),
            # 一: 超 0.05 + 99999.99 = 100000.04 x 75% = 75000.03, less 0.04
            (STAY | {"date": "2022-12-31", "政策内费用": "99999.99"}, "74999.99"),
        ],
    ),
    (
        KNOWN | {"停保": [("2022-05-01", "2022-05-31"), ("2022-12-01", None)]},
        [
            (STAY | {"date": "2022-04-30", "政策内费用": 120000, "统筹支付": "66666.66"}, "10000"),
            (STAY | {"date": "2022-05-01", "政策内费用": 120000}, "0"),
            (STAY | {"date": "2022-05-31", "政策内费用": 120000}, "0"),
            # 超 33333.34 + 0.01 = 33333.35 x 30% = 10000.005 -> 10000.01; before 10000.002 -> 10000.00
            (STAY | {"date": "2022-06-01", "政策内费用": "0.01"}, "0.01"),
            (STAY | {"date": "2022-12-01", "政策内费用": 120000}, "0"),
        ],
    ),
]


@pytest.mark.parametrize(("member", "rows"), NUMBERS)
def test_a_year_by_hand(scheme, adjudicate_both, member, rows):
    paid = adjudicate_both(scheme, [claim for claim, _ in rows], member, LISTS)
    assert [row.total for row in paid] == [expected for _, expected in rows]
