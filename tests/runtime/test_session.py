"""One claim at a time agrees with a batch, and a bad claim moves nothing."""

import datetime
import os
import subprocess
import sys
from decimal import Decimal

import pytest

from hmbc.runtime.errors import BadParameters, BadRow, BadTable

GOOD = {"date": datetime.date(2022, 1, 1), "event": "E", "amount": Decimal("30000.02")}


@pytest.fixture
def session(evaluator, parameters):
    return evaluator.open({"member_id": "A"}, parameters)


def test_a_session_settles_as_a_batch_does(evaluator, session, parameters, members, claims_of):
    claims = [
        {"claim_id": "1", "date": "2022-01-01", "event": "E", "amount": "30000.02"},
        {"claim_id": "2", "date": "2022-01-01", "event": "E", "amount": "0.01", "drug": "D1"},
        {"claim_id": "3", "date": "2022-05-01", "event": "F", "amount": "10"},
    ]
    done = evaluator.adjudicate(claims_of(*claims), members, parameters)
    settled = [session.settle(claim) for claim in claims]
    assert [
        (one.total_pay, one.reason, one.layers["base"], one.layers["list"]) for one in settled
    ] == [
        (
            row["total_pay"],
            row["reason"],
            (row["base_pay"], row["base_reason"]),
            (row["list_pay"], row["list_reason"]),
        )
        for row in done.payments.rows()
    ]
    assert list(settled[-1].state.rows()) == list(done.state.rows())
    assert list(session.state.rows()) == list(done.state.rows())
    assert settled[0].state.num_rows < settled[-1].state.num_rows


def test_a_session_goes_on_from_a_state(evaluator, parameters, members, claims_of):
    rows = claims_of({"amount": "15000"}, {"amount": "15000", "member_id": "B"}, {"amount": "x"})
    state = evaluator.adjudicate(rows, members, parameters).state
    session = evaluator.open({"member_id": "A"}, parameters, state)
    settled = session.settle({**GOOD, "amount": 10000})
    assert settled.total_pay == Decimal("3750.00")
    assert settled.after_reject
    assert {row["member_id"] for row in settled.state.rows()} == {"A"}
    again = evaluator.open({"member_id": "A"}, parameters, settled.state)
    assert again.settle({**GOOD, "amount": "1"}).total_pay == Decimal("0.75")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": None}, "HMB501"),
        ({"amount": "x"}, "HMB502"),
        ({"amount": -1}, "HMB503"),
        ({"amount": Decimal("0.001")}, "HMB508"),
        ({"amount": Decimal("NaN")}, "HMB502"),
        ({"kind": "icu"}, "HMB504"),
        ({"date": "yesterday"}, "HMB505"),
        ({"date": None}, "HMB501"),
        ({"date": datetime.date(2021, 12, 31)}, "HMB514"),
        ({"sure": False}, "HMB530"),
        ({"claim_id": "c0"}, "HMB511"),
    ],
)
def test_a_bad_claim_raises_and_moves_nothing(session, change, code):
    session.settle({**GOOD, "claim_id": "c0"})
    before = list(session.state.rows())
    with pytest.raises(BadRow) as error:
        session.settle({**GOOD, **change})
    (record,) = error.value.rejects
    assert (record.code, record.table, record.row, record.member_id) == (code, "claims", 2, "A")
    assert code in str(error.value)
    assert list(session.state.rows()) == before
    assert session.settle({**GOOD, "amount": 100}).total_pay == Decimal(75)


def test_every_problem_of_a_claim_is_told(session):
    with pytest.raises(BadRow) as error:
        session.settle({"amount": "x", "sure": "maybe"})
    assert [record.column for record in error.value.rejects] == ["date", "event", "amount", "sure"]


def test_floats_are_refused(session):
    with pytest.raises(TypeError, match="is a float, which is not exact"):
        session.settle({**GOOD, "amount": 1.5})
    with pytest.raises(TypeError):
        session.settle({**GOOD, "date": datetime.datetime(2022, 1, 1)})
    with pytest.raises(TypeError):
        session.settle({**GOOD, "amount": True})


def test_labels_and_members(evaluator, parameters):
    member = {"中止": [(datetime.date(2022, 1, 1), None)]}
    session = evaluator.open(member, parameters)
    settled = session.settle({"日期": "20220101", "event": "E", "金额": 30000})
    assert settled.reason == "waiting:suspended"
    with pytest.raises(BadTable, match="are the same attribute"):
        session.settle({**GOOD, "金额": 1})
    with pytest.raises(BadRow, match="HMB507"):
        evaluator.open({"suspended": [("2022-02-01", "2022-01-01")]}, parameters)


def test_codes_that_no_list_had_room_for(session):
    for number in range(300):
        session.settle({**GOOD, "drug": "D3", "event": f"E{number % 90}"})
    assert session.settle({**GOOD, "drug": "D2", "event": "E0"}).layers["list"][1] == "paid"
    assert session.settle({**GOOD, "drug": "D3", "event": "E0"}).layers["list"][1] == "not_covered"


def test_parameters_are_checked(evaluator):
    with pytest.raises(BadParameters) as error:
        evaluator.open({}, {"treshold": 1, "cap": -1, "drugs": "D1"})
    assert error.value.problems == (
        "parameter `threshold` is missing",
        "parameter `cap`: -1 is not between 0.00 and 10000000000.00",
        "list `drugs` must be a list of codes",
        "there is no parameter `treshold`, did you mean `threshold`",
    )
    with pytest.raises(BadParameters) as error:
        evaluator.open({}, {"threshold": 1.5, "cap": "x", "drugs": [""], "fixed": []})
    assert error.value.problems == (
        "parameter `threshold`: 1.5 is a float, which is not exact: give a Decimal, str or int",
        "parameter `cap`: `x` is no money",
        "codes of list `drugs` must be texts that are not empty",
        "there is no parameter `fixed`",
    )
    with pytest.raises(BadParameters, match="given twice"):
        evaluator.open({}, {"threshold": 1, "起付线": 1, "cap": 1, "drugs": ()})
    with pytest.raises(BadParameters, match="list `drugs` is missing"):
        evaluator.open({}, {"threshold": 1, "cap": 1})
    evaluator.open({}, {"起付线": "1", "cap": Decimal(1), "drugs": ()})


def test_problems_in_the_language_of_the_scheme(make_evaluator):
    with pytest.raises(BadParameters) as error:
        make_evaluator(language="zh").open({}, {"cap": -1})
    assert error.value.problems == (
        "参数 `threshold` 没有给出",
        "参数 `cap`：-1 不在 0.00 到 10000000000.00 之间",
        "代码表 `drugs` 没有给出",
    )


def test_an_evaluator_needs_python_and_nothing_else():
    code = (
        "import sys; import hmbc.runtime.evaluator, hmbc.runtime.files; "
        "odd = {'pyarrow', 'numpy', 'attrs', 'attr', 'lark', 'hmbc.dsl', 'hmbc.compiler'}; "
        "assert not odd & set(sys.modules), odd & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
