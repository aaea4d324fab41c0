"""Ordos 2018: each rule changes what is paid once it is taken out."""

import pytest

EMPLOYEE = {"insurance": "employee"}
GIVEN = {
    "fund_maximum": "400000",
    "previous_cycle_end": "2017-12-31",
    "cycle_end": "2020-12-31",
    "irreplaceable_drugs": ["K1"],
}
STAY = {
    "date": "2018-03-01",
    "admission": "A1",
    "care": "inpatient",
    "treatment": "other_treatment",
}
DRUG = {"drug": "K1", "malignant_tumour": True}
RESIDENT = {"insurance": "resident"}
CIVIL_SERVANT = EMPLOYEE | {"civil_servant_subsidy": True}
FEES = (
    "over_standard_bed",
    "expert",
    "heating",
    "meals",
    "check_up",
    "special_nursing",
    "consultation",
    "companion_bed",
    "other_fees",
)


def drug(cost, **more):
    """A tumour drug from a pharmacy, unless said otherwise."""
    return DRUG | {"care": "other_care", "off_list_drugs": cost} | more


@pytest.fixture(scope="module")
def scheme(read_scheme):
    return read_scheme("ordos_2018")


@pytest.fixture
def pays(adjudicate):
    """The total of each claim, and the reason where nothing is paid."""

    def pays(text, claims, member=EMPLOYEE):
        return [
            row.reason if row.total == "0" else row.total
            for row in adjudicate(text, [STAY | claim for claim in claims], member, GIVEN)
        ]

    return pays


WAITS = "waiting:outside_cycle"
TAKEN_OUT = [
    # rule, member, claim, with the rule, without it
    ("OD-05", RESIDENT, {"self_borne": 50000}, "not_eligible:employee_insured", "9000"),
    ("OD-06", EMPLOYEE, {"in_policy": 450000}, "40000", "nothing_claimed"),
    # what OD-06 does not pay is self-borne: (90,000 - 20,000) x 30%
    ("OD-06", EMPLOYEE, {"in_policy": 450000, "self_borne": 90000}, "49000", "21000"),
    ("OD-07", EMPLOYEE, {"self_borne": 50000}, "9000", "nothing_claimed"),
    # OD-07 12,000, of it 10,000 on the drug; OD-08 35,000 - 10,000. Without OD-07: 35,000
    ("OD-07", EMPLOYEE, drug(50000, care="inpatient", self_borne=60000), "37000", "35000"),
    ("OD-07x", EMPLOYEE, {"self_borne": 50000, "meals": 10000}, "6000", "9000"),
    ("OD-08", EMPLOYEE, drug(10000), "7000", "not_covered"),
    ("OD-08", EMPLOYEE, drug(50000, care="inpatient", self_borne=50000), "35000", "9000"),
    ("OD-09", EMPLOYEE, {"date": "2017-12-31", "self_borne": 50000}, WAITS, "9000"),
    ("OD-09", EMPLOYEE, {"date": "2021-01-01", "self_borne": 50000}, WAITS, "9000"),
]


@pytest.mark.parametrize(("rule", "member", "claim", "with_it", "without_it"), TAKEN_OUT)
def test_a_rule_taken_out_changes_what_is_paid(
    scheme, without_rule, pays, rule, member, claim, with_it, without_it
):
    assert pays(scheme, [claim], member) == [with_it]
    assert pays(without_rule(scheme, rule), [claim], member) == [without_it]


CHANGED = [
    # rule, what stands there, what is put in its place, member, claims, with the rule, without it
    (
        "OD-06",
        "unless member.civil_servant_subsidy",
        "",
        CIVIL_SERVANT,
        [{"in_policy": 450000}],
        ["nothing_claimed"],
        ["40000"],
    ),
    (
        "OD-06",
        "threshold fund_maximum per year",
        "threshold fund_maximum per event",
        EMPLOYEE,
        [{"in_policy": 300000}, {"admission": "A2", "in_policy": 300000}],
        ["below_threshold", "160000"],
        ["below_threshold", "below_threshold"],
    ),
    (
        "OD-06",
        "threshold fund_maximum per year",
        "no threshold",
        EMPLOYEE,
        [{"in_policy": 300000}],
        ["below_threshold"],
        ["240000"],
    ),
    (
        "OD-06",
        "ratio 80%",
        "ratio 70%",
        EMPLOYEE,
        [{"in_policy": 450000}],
        ["40000"],
        ["35000"],
    ),
    (
        "OD-06",
        "base claim.self_borne - above_fund_maximum.pay",
        "base claim.self_borne",
        EMPLOYEE,
        [{"in_policy": 450000, "self_borne": 90000}],
        ["49000"],
        ["61000"],
    ),
    ("OD-07", "ratio 30%", "ratio 40%", EMPLOYEE, [{"self_borne": 50000}], ["9000"], ["12000"]),
    (
        "OD-07",
        "20_000 per year if claim.treatment in dialysis, chemotherapy, radiotherapy else per event",
        "20_000 per event",
        EMPLOYEE,
        [
            {"treatment": "dialysis", "self_borne": 15000},
            {"treatment": "radiotherapy", "admission": "A2", "self_borne": 15000},
        ],
        ["below_threshold", "3000"],
        ["below_threshold", "below_threshold"],
    ),
    (
        "OD-07",
        "20_000 per year if claim.treatment in dialysis, chemotherapy, radiotherapy else per event",
        "20_000 per year",
        EMPLOYEE,
        [{"self_borne": 30000}, {"admission": "A2", "self_borne": 30000}],
        ["3000", "3000"],
        ["3000", "9000"],
    ),
    (
        "OD-07",
        "in dialysis, chemotherapy, radiotherapy",
        "in dialysis, chemotherapy",
        EMPLOYEE,
        [
            {"treatment": "dialysis", "self_borne": 20000},
            {"treatment": "radiotherapy", "admission": "A2", "self_borne": 1000},
        ],
        ["below_threshold", "300"],
        ["below_threshold", "below_threshold"],
    ),
    (
        "OD-08",
        "when claim.malignant_tumour",
        "",
        EMPLOYEE,
        [drug(10000, malignant_tumour=False)],
        ["not_covered"],
        ["7000"],
    ),
    ("OD-08", "tops up to 70%", "tops up to 60%", EMPLOYEE, [drug(10000)], ["7000"], ["6000"]),
    (
        "OD-08",
        "after claim.drugs_paid_by_others,",
        "after ",
        EMPLOYEE,
        [drug(10000, drugs_paid_by_others=4000)],
        ["3000"],
        ["7000"],
    ),
]


@pytest.mark.parametrize(
    ("rule", "old", "new", "member", "claims", "with_it", "without_it"), CHANGED
)
def test_a_piece_of_a_rule_taken_out_changes_what_is_paid(
    scheme, with_piece, pays, rule, old, new, member, claims, with_it, without_it
):
    assert pays(scheme, claims, member) == with_it
    assert pays(with_piece(scheme, old, new), claims, member) == without_it


@pytest.mark.parametrize("layer", ["above_fund_maximum", "self_borne"])
@pytest.mark.parametrize("care", ["inpatient", "deemed_inpatient", "other_care"])
def test_care_deemed_inpatient_counts_as_inpatient(
    scheme, without_examples, adjudicate, layer, care
):
    """OD-06, OD-07."""
    claim = STAY | {"care": care, "in_policy": 450000, "self_borne": 90000}
    full = without_examples(scheme)
    head, start, rest = full.partition(f"layer {layer} ")
    narrow = head + start + rest.replace("inpatient, deemed_inpatient", "inpatient, inpatient", 1)
    paid, paid_narrowly = (
        adjudicate(text, [claim], EMPLOYEE, GIVEN)[0].pays[layer] for text in (full, narrow)
    )
    assert (paid != "0") == (care != "other_care")
    assert (paid_narrowly != "0") == (care == "inpatient")


@pytest.mark.parametrize("fee", FEES)
def test_each_of_the_nine_fees_is_not_counted(scheme, without_examples, pays, fee):
    """OD-07x: the fee's own term, in the exclusion and in what OD-08 counts by, does it."""
    claim = {"self_borne": 50000, fee: 10000}
    full = without_examples(scheme)
    assert full.count(f"claim.{fee}") == 2
    cut = full.replace(f"claim.{fee}", "0")
    assert pays(full, [claim]) == ["6000"]
    assert pays(cut, [claim]) == ["9000"]
    drug = DRUG | claim | {"off_list_drugs": 40000}
    assert pays(full, [drug]) == ["28000"]  # OD-07 6,000, all of it the drug's; 28,000 - 6,000
    assert pays(cut, [drug]) == ["29800"]  # OD-07 9,000, of it 40/50 the drug's; 28,000 - 7,200


def test_the_fees_come_off_od_07_alone(scheme, pays):
    """OD-07x is stated within OD-07."""
    assert pays(scheme, [{"in_policy": 450000, "meals": 10000}]) == ["40000"]


def test_without_counting_in_od_07_the_top_up_reaches_88_percent(scheme, with_piece, pays):
    """OD-08 on 50,000: 35,000 are 70%."""
    claim = DRUG | {"self_borne": 50000, "off_list_drugs": 50000}
    start = scheme.index("after claim.drugs_paid_by_others")
    counted_in = scheme[start : scheme.index("no cap", start)]
    assert pays(scheme, [claim]) == ["35000"]
    assert pays(with_piece(scheme, counted_in, ""), [claim]) == ["44000"]


def test_the_next_cycle_begins_where_this_one_ends(scheme, adjudicate):
    """OD-09: with the next cycle's days, its first day is the one after this one's last."""
    following = GIVEN | {"previous_cycle_end": GIVEN["cycle_end"], "cycle_end": "2023-12-31"}
    days = [
        STAY | {"date": day, "admission": day, "self_borne": 50000}
        for day in ("2020-12-31", "2021-01-01")
    ]
    this, next_ = (adjudicate(scheme, days, EMPLOYEE, given) for given in (GIVEN, following))
    assert [row.total for row in this] == ["9000", "0"]
    assert [row.total for row in next_] == ["0", "9000"]


def test_every_rule_of_the_document_that_pays_is_taken_out_here():
    tested = {case[0] for case in (*TAKEN_OUT, *CHANGED)}
    assert tested == {"OD-05", "OD-06", "OD-07", "OD-07x", "OD-08", "OD-09"}


def test_a_year_by_hand(scheme, adjudicate_both):
    dialysis = {"care": "deemed_inpatient", "treatment": "dialysis"}
    rows = [
        # OD-06: 400,000.01 - 400,000 = 0.01 x 80% = 0.008 -> 0.01
        # OD-07: (33,333.34 - 0.01 - 20,000) = 13,333.33 x 30% = 3,999.999 -> 4,000.00
        (
            {"in_policy": "400000.01", "self_borne": "33333.34"},
            {"above_fund_maximum": "0.01", "self_borne": "4000"},
        ),
        # the same admission: 13,333.34 x 30% = 4,000.002, so nothing more
        ({"date": "2018-03-02", "self_borne": "0.01"}, {"self_borne": "0"}),
        # OD-07: 77,777.77 - 7,777.77 = 70,000, - 20,000 = 50,000 x 30% = 15,000 (year 19,000.002)
        # OD-08: 30,000 x 70% = 21,000, less 15,000 x 30 / 70 = 6,428.571 -> 6,428.57
        (
            drug(30000, care="inpatient", self_borne="77777.77", expert="7777.77")
            | {"date": "2018-04-01", "admission": "A2"},
            {"self_borne": "15000", "tumour_drugs": "14571.43"},
        ),
        # dialysis, first 20,000.05: 0.05 x 30% = 0.015 (year 19,000.017 -> 19,000.02)
        (
            dialysis | {"date": "2018-05-01", "admission": "D1", "self_borne": "20000.05"},
            {"self_borne": "0.02"},
        ),
        (
            {
                "date": "2018-12-31",
                "admission": "D2",
                "treatment": "chemotherapy",
                "self_borne": 100,
            },
            {"self_borne": "30"},
        ),
        # a new year; OD-08 alone, 70% of 0.01 = 0.007 -> 0.01
        (drug("0.01", date="2019-01-01", admission="P1"), {"tumour_drugs": "0.01"}),
    ]
    paid = adjudicate_both(scheme, [STAY | claim for claim, _ in rows], EMPLOYEE, GIVEN)
    nothing = {"above_fund_maximum": "0", "self_borne": "0", "tumour_drugs": "0"}
    assert [row.pays for row in paid] == [nothing | expected for _, expected in rows]
