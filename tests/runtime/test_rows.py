"""Each way in which a row can be bad, and what it does to the rows after it."""

from dataclasses import replace
from types import SimpleNamespace

import pyarrow as pa
import pytest

from hmbc.runtime.errors import BadRow, BadTable
from hmbc.runtime.evaluator import Evaluator
from hmbc.runtime.rejects import GROUNDS


def rejects(done):
    return [(row["table"], row["row"], row["column"], row["code"]) for row in done.rejects.rows()]


@pytest.mark.parametrize(
    ("cells", "column", "code", "reason"),
    [
        ({"amount": ""}, "amount", "HMB501", "no value"),
        ({"amount": None}, "amount", "HMB501", "no value"),
        ({"amount": "x"}, "amount", "HMB502", "`x` is not an amount such as 12345.60"),
        (
            {"amount": "-0.05"},
            "amount",
            "HMB503",
            "`-0.05` is not between 0.00 and 10000000000.00",
        ),
        ({"amount": "1.005"}, "amount", "HMB508", "`1.005` has more than 2 decimals"),
        ({"amount": "9" * 30}, "amount", "HMB509", f"`{'9' * 30}` is too large a number"),
        ({"kind": "icu"}, "kind", "HMB504", "`icu` is none of `in`, `out`"),
        ({"sure": "maybe"}, "sure", "HMB506", "`maybe` is neither true nor false"),
        ({"share": "101%"}, "share", "HMB503", "`101%` is not between 0% and 100%"),
        ({"count": "1.5"}, "count", "HMB502", "`1.5` is not a whole number"),
        ({"count": "6"}, "count", "HMB503", "`6` is not between -5 and 5"),
        ({"event": ""}, "event", "HMB501", "no value"),
        ({"date": ""}, "date", "HMB501", "no value"),
        (
            {"date": "2022-02-30"},
            "date",
            "HMB505",
            "`2022-02-30` is not a date such as 2022-03-01",
        ),
        ({"claim_id": ""}, "claim_id", "HMB501", "no value"),
        ({"claim_id": "c1"}, "claim_id", "HMB511", "claim_id `c1` came before"),
        ({"member_id": ""}, "member_id", "HMB501", "no value"),
        ({"member_id": "Z"}, "member_id", "HMB512", "there is no member `Z`"),
        ({"sure": "no"}, "", "HMB530", "not sure"),
        ({"amount": "9999999999"}, "", "HMB520", "a running total would pass its ceiling"),
    ],
)
def test_a_bad_row_is_rejected_and_says_why(
    evaluator, parameters, members, claims_of, cells, column, code, reason
):
    if code == "HMB520":
        rows = [{"amount": "9999999999", "event": str(n)} for n in range(100)]
        done = evaluator.adjudicate(claims_of(*rows, cells), members, parameters)
        number = 101
    else:
        done = evaluator.adjudicate(claims_of({}, cells, {}), members, parameters)
        number = 2
    (row,) = done.rejects.rows()
    assert (row["row"], row["column"], row["code"], row["reason"]) == (number, column, code, reason)
    assert row["table"] == "claims"
    assert done.counts.rejected == 1
    assert done.counts.adjudicated == done.payments.num_rows == done.counts.claims - 1
    assert f"c{number}" not in [paid["claim_id"] for paid in done.payments.rows()]


def test_reasons_are_in_the_language_of_the_scheme(make_evaluator, parameters, members, claims_of):
    done = make_evaluator(language="zh").adjudicate(
        claims_of({"amount": "x", "sure": "no"}, {"sure": "no"}), members, parameters
    )
    assert [row["reason"] for row in done.rejects.rows()] == [
        "`x` 不是金额（如 12345.60）",
        "未确认",
    ]


def test_every_bad_cell_of_a_row_is_told(evaluator, parameters, members, claims_of):
    done = evaluator.adjudicate(
        claims_of({}, {"amount": "x", "date": "y", "sure": "z", "claim_id": "c1"}),
        members,
        parameters,
    )
    assert rejects(done) == [
        ("claims", 2, "date", "HMB505"),
        ("claims", 2, "amount", "HMB502"),
        ("claims", 2, "sure", "HMB506"),
        ("claims", 2, "claim_id", "HMB511"),
    ]
    assert done.counts.rejected == 1


def test_a_key_beyond_the_bound_is_rejected(evaluator, parameters, members, claims_of):
    done = evaluator.adjudicate(
        claims_of(*({"drug": f"d{n}"} for n in (1, 2, 3, 4, 1, 2))), members, parameters
    )
    assert rejects(done) == [("claims", 4, "", "HMB522")]


def test_a_sequential_key_that_comes_back_is_rejected(evaluator, parameters, members, claims_of):
    state = pa.table(
        {
            "member_id": ["A"],
            "accumulator": ["cost"],
            "key": ["[2023]"],
            "total": [5],
            "denominator": [1],
            "kernel": ["k1"],
        }
    )
    done = evaluator.adjudicate(claims_of({}), members, parameters, state)
    assert rejects(done) == [("claims", 1, "", "HMB521")]


def after(done):
    return {row["claim_id"]: row["after_reject"] for row in done.payments.rows()}


def test_rows_after_a_rejected_one_are_marked_by_date(evaluator, parameters, members, claims_of):
    done = evaluator.adjudicate(
        claims_of(
            {"date": "2022-03-01"},
            {"date": "2022-02-01", "amount": "x"},
            {"date": "2022-01-01"},
            {"date": "2022-02-01"},
            {"date": "2022-03-01", "member_id": "B"},
        ),
        members,
        parameters,
    )
    assert after(done) == {"c1": True, "c3": False, "c4": True, "c5": False}


def test_a_rejected_row_without_a_date_marks_them_all(evaluator, parameters, members, claims_of):
    done = evaluator.adjudicate(
        claims_of({}, {"date": "?"}, {"member_id": "B"}), members, parameters
    )
    assert after(done) == {"c1": True, "c3": False}


def test_a_row_of_nobody_marks_none(evaluator, parameters, members, claims_of):
    done = evaluator.adjudicate(
        claims_of({"member_id": "Z"}, {"member_id": ""}, {}), members, parameters
    )
    assert after(done) == {"c3": False}


def test_a_row_that_the_scheme_rejects_marks_those_after_it(
    evaluator, parameters, members, claims_of
):
    done = evaluator.adjudicate(claims_of({}, {"sure": "0"}, {}), members, parameters)
    assert after(done) == {"c1": False, "c3": True}


def test_late_rows_are_rejected_and_the_mark_lasts(evaluator, parameters, members, claims_of):
    first = evaluator.adjudicate(claims_of({"date": "2022-05-01"}), members, parameters)
    second = evaluator.adjudicate(
        claims_of({"date": "2022-04-30"}, {"date": "2022-05-01"}), members, parameters, first.state
    )
    assert rejects(second) == [("claims", 1, "date", "HMB514")]
    assert after(second) == {"c2": True}
    third = evaluator.adjudicate(
        claims_of({"date": "2022-05-01"}), members, parameters, second.state
    )
    assert after(third) == {"c1": True}


def test_a_bad_member_takes_its_claims_along(evaluator, parameters, claims_of):
    members = pa.table(
        {
            "member_id": ["A", "B", "B", "C", None],
            "suspended": ["2022-01-02..2022-01-01", None, None, None, None],
        }
    )
    done = evaluator.adjudicate(
        claims_of({"member_id": "A"}, {"member_id": "B"}, {"member_id": "C"}), members, parameters
    )
    assert rejects(done) == [
        ("claims", 1, "member_id", "HMB513"),
        ("claims", 2, "member_id", "HMB513"),
        ("members", 1, "suspended", "HMB507"),
        ("members", 3, "member_id", "HMB515"),
        ("members", 5, "", "HMB501"),
    ]
    assert list(after(done)) == ["c3"]
    assert done.counts.rejected == 2


def test_without_member_attributes_every_id_is_a_member(make_evaluator, parameters, claims_of):
    evaluator = make_evaluator(member=False)
    claims = claims_of({}, {"member_id": "Z"}, {"member_id": "A"})
    done = evaluator.adjudicate(claims, None, parameters)
    assert done.counts.adjudicated == 3 and done.counts.members == 2
    # where a table of members is given all the same, it says who is one
    done = evaluator.adjudicate(claims, pa.table({"member_id": ["A"]}), parameters)
    assert rejects(done) == [("claims", 2, "member_id", "HMB512")]
    with pytest.raises(BadTable, match="members has no column `member_id`"):
        evaluator.adjudicate(claims_of({}), pa.table({"x": [1]}), parameters)


def test_the_output_keeps_the_order_of_the_input(evaluator, parameters, members, claims_of):
    dates = ["2022-09-01", "2022-01-01", "2022-05-01", "2022-01-01"]
    done = evaluator.adjudicate(
        claims_of(*({"date": date, "amount": "15000"} for date in dates)), members, parameters
    )
    rows = list(done.payments.rows())
    assert [row["claim_id"] for row in rows] == ["c1", "c2", "c3", "c4"]
    # taken in the order c2, c4, c3, c1: 15,000, 30,000 (10,000 over), 45,000, 60,000
    assert [int(row["total_pay"]) for row in rows] == [11250, 0, 11250, 7500]
    assert [row["reason"] for row in rows] == ["paid", "below_threshold", "paid", "paid"]


def test_the_reason_of_a_claim_is_the_least_in_rank(evaluator, parameters, members, claims_of):
    small = {**parameters, "cap": 100}
    done = evaluator.adjudicate(
        claims_of(
            {"amount": "30000", "drug": "D1"},
            {"amount": "1", "drug": "D1"},
            {"amount": "1", "event": "F"},
            {"member_id": "B", "date": "2022-03-15"},
        ),
        members,
        small,
    )
    rows = list(done.payments.rows())
    assert [(row["base_reason"], row["list_reason"], row["reason"]) for row in rows] == [
        ("capped", "not_covered", "capped"),
        ("capped", "paid", "paid"),
        ("capped", "not_covered", "capped"),
        ("waiting:suspended", "not_covered", "waiting:suspended"),
    ]
    assert done.counts.paid == {"base": 10000, "list": 1000}
    assert done.counts.reasons == {"paid": 1, "capped": 2, "waiting:suspended": 1}


def test_progress_is_told_and_may_stop_the_run(evaluator, parameters, members, claims_of):
    told = []
    evaluator.adjudicate(
        claims_of({}, {}), members, parameters, progress=lambda *done: told.append(done)
    )
    assert told == [(2, 2)]

    def stop(done, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluator.adjudicate(claims_of({}), members, parameters, progress=stop)


def test_the_grounds_have_each_their_code_and_two_texts():
    assert len({ground.code for ground in GROUNDS}) == len(GROUNDS)
    assert len({ground.name for ground in GROUNDS}) == len(GROUNDS)
    for ground in GROUNDS:
        assert ground.code.startswith("HMB5") and ground.zh and ground.en


def test_a_deciding_date_that_the_scheme_does_not_read(
    make_evaluator, parameters, members, claims_of
):
    evaluator = make_evaluator(date="settled")
    claims = claims_of(
        {"amount": "30000", "settled": "2022-03-02"},
        {"amount": "30000", "settled": "2022-03-01"},
        {"settled": "?"},
    )
    done = evaluator.adjudicate(claims, members, parameters)
    rows = list(done.payments.rows())
    assert [int(row["total_pay"]) for row in rows] == [22500, 7500]
    assert [str(row["date"]) for row in rows] == ["2022-03-02", "2022-03-01"]
    assert rejects(done) == [("claims", 3, "settled", "HMB505")]
    session = evaluator.open({}, parameters)
    good = {"date": "2022-01-01", "event": "E", "amount": 1}
    session.settle({**good, "settled": "2022-03-02"})
    for settled, code in (("2022-03-01", "HMB514"), (None, "HMB501")):
        with pytest.raises(BadRow, match=f"{code} settled"):
            session.settle({**good, "settled": settled})


def test_a_deciding_date_may_not_be_absent(make_evaluator, parameters, members, claims_of):
    plan = make_evaluator().plan
    claim = (replace(plan.claim[0], optional=True), *plan.claim[1:])
    evaluator = make_evaluator(replace(plan, claim=claim))
    done = evaluator.adjudicate(claims_of({}, {"date": ""}), members, parameters)
    assert rejects(done) == [("claims", 2, "date", "HMB501")]
    with pytest.raises(BadRow, match="HMB501 date: no value"):
        evaluator.open({}, parameters).settle({"event": "E", "amount": 1})


def test_a_scheme_of_another_abi_or_format_is_refused(hand_module, evaluator):
    plan = evaluator.plan
    for odd in (
        {"ABI": 99, "PLAN": plan.to_json().encode()},
        {"PLAN": replace(plan, format=99).to_json().encode()},
        {"PLAN": replace(plan, claim=plan.member).to_json().encode()},
    ):
        with pytest.raises(ValueError):
            Evaluator(SimpleNamespace(entry=hand_module.entry, **odd))
