"""Units wider than a member, and members whose attributes vary."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest

from hmbc.runtime.errors import BadRow, BadTable
from hmbc.runtime.history import history_of, totals_of
from hmbc.runtime.plan import AttributePlan

PARAMETERS = {"threshold": 100, "cap": 150, "drugs": ["D1"]}


def code(name, **more):
    return AttributePlan(
        name=name, label=None, kind="code", optional=False, low=None, high=None, **more
    )


@pytest.fixture
def families(make_evaluator, evaluator):
    """The hand-written scheme with one account for a household."""
    suspended = evaluator.plan.member[0]
    return make_evaluator(
        replace(evaluator.plan, unit="household", member=(suspended, code("household")))
    )


@pytest.fixture
def varying(make_evaluator, evaluator):
    """Suspensions differ from row to row of a member."""
    suspended = replace(evaluator.plan.member[0], varies=True)
    return make_evaluator(replace(evaluator.plan, member=(suspended, code("sex"))))


def text_table(rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table(
        {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    )


PEOPLE = text_table(
    [
        {"member_id": "A", "household": "H", "suspended": None},
        {"member_id": "B", "household": "H", "suspended": "2022-02-01.."},
        {"member_id": "C", "household": "A", "suspended": None},  # a household called as a member
    ]
)


def pays(done):
    return {row["claim_id"]: row["base_pay"] for row in done.payments.rows()}


def codes(done):
    return [(row["table"], row["row"], row["column"], row["code"]) for row in done.rejects.rows()]


def test_a_family_draws_on_one_account(families, claims_of):
    done = families.adjudicate(
        claims_of(
            {"member_id": "B", "amount": "80", "date": "2022-01-02"},
            {"member_id": "A", "amount": "60", "date": "2022-01-01"},
            {"member_id": "C", "amount": "90"},
            {"member_id": "A", "amount": "10", "date": "2022-02-02"},
            {"member_id": "B", "amount": "10", "date": "2022-02-02"},
        ),
        PEOPLE,
        PARAMETERS,
    )
    assert pays(done) == {"c1": 30, "c2": 0, "c3": 0, "c4": Decimal("7.5"), "c5": 0}
    assert [row["member_id"] for row in done.payments.rows()] == list("BACAB")
    assert [row["base_reason"] for row in done.payments.rows()][-1] == "waiting:suspended"
    cost = {
        row["member_id"]: row["total"] for row in done.state.rows() if row["accumulator"] == "cost"
    }
    assert cost == {"H": 15000, "A": 9000}
    assert done.counts.members == 3


def test_a_family_goes_on_from_its_state(families, claims_of):
    first = families.adjudicate(claims_of({"amount": "100"}, {"sure": "no"}), PEOPLE, PARAMETERS)
    rows = claims_of(
        {"member_id": "B", "amount": "10", "claim_id": "x"},
        {"member_id": "B", "date": "2021-12-31", "claim_id": "y"},
    )
    second = families.adjudicate(rows, PEOPLE, PARAMETERS, first.state)
    (row,) = second.payments.rows()
    assert (row["base_pay"], row["after_reject"]) == (Decimal("7.5"), True)
    assert codes(second) == [("claims", 2, "date", "HMB514")]
    assert {row["member_id"] for row in second.state.rows()} == {"H"}
    with pytest.raises(BadTable, match="one total of household `H` twice"):
        twice = pa.concat_tables([pa.table(first.state)] * 2)
        families.adjudicate(rows, PEOPLE, PARAMETERS, twice)


def test_a_refund_in_a_family(families, claims_of):
    done = families.adjudicate(
        claims_of(
            {"member_id": "A", "amount": "100"},
            {"member_id": "B", "amount": "40"},
            {"member_id": "B", "refunds": "c1", "amount": None, "event": None},
            {"member_id": "C", "refunds": "c2"},
        ),
        PEOPLE,
        PARAMETERS,
    )
    assert pays(done) == {"c1": 0, "c2": 30, "c3": -30}
    assert codes(done) == [("claims", 4, "refunds", "HMB523")]


def test_threads_split_families_whole(families, claims_of):
    rows = [
        {"member_id": f"M{n % 400}", "amount": str(n % 90), "date": f"2022-01-{1 + n % 28:02}"}
        for n in range(4000)
    ]
    people = text_table([{"member_id": f"M{n}", "household": f"H{n % 130}"} for n in range(400)])
    claims = claims_of(*rows)
    one = families.adjudicate(claims, people, PARAMETERS)
    many = families.adjudicate(claims, people, PARAMETERS, threads=3)
    assert list(one.payments.rows()) == list(many.payments.rows())
    assert list(one.state.rows()) == list(many.state.rows())


def test_a_member_without_a_household_is_bad(families, claims_of):
    people = text_table(
        [{"member_id": "A", "household": "H", "suspended": ""}, {"member_id": "B", "household": ""}]
    )
    done = families.adjudicate(claims_of({}, {"member_id": "B"}), people, PARAMETERS)
    assert codes(done) == [
        ("claims", 2, "member_id", "HMB513"), ("members", 2, "household", "HMB501"),
    ]  # fmt: skip
    assert list(pays(done)) == ["c1"]


def test_a_unit_is_a_code_of_members(make_evaluator, evaluator):
    for unit in ("suspended", "nothing"):
        with pytest.raises(ValueError, match=unit):
            make_evaluator(replace(evaluator.plan, unit=unit)).adjudicate(
                text_table([{"claim_id": "1"}])
            )


def test_a_session_of_a_family_settles_as_a_batch_does(families, claims_of):
    claims = [
        {"claim_id": "1", "member_id": "A", "date": "2022-01-01", "event": "E", "amount": "60"},
        {"claim_id": "2", "member_id": "B", "date": "2022-01-02", "event": "E", "amount": "80"},
        {"claim_id": "3", "member_id": "B", "date": "2022-02-02", "event": "E", "amount": "80"},
        {"claim_id": "4", "member_id": "A", "date": "2022-02-02", "event": "E", "amount": "10"},
    ]
    done = families.adjudicate(claims_of(*claims), PEOPLE, PARAMETERS)
    session = families.open(PEOPLE.to_pylist()[:2], PARAMETERS)
    settled = [session.settle(claim) for claim in claims]
    assert [one.layers["base"] for one in settled] == [
        (row["base_pay"], row["base_reason"]) for row in done.payments.rows()
    ]
    assert list(session.state.rows()) == list(done.state.rows())
    assert session.refund("1", "2022-02-03").total_pay == Decimal("-37.50")
    for member, number in [("C", 512), ("", 501), (None, 501)]:
        with pytest.raises(BadRow, match=f"HMB{number}"):
            session.settle({**claims[3], "claim_id": "5", "member_id": member})


def test_who_may_be_in_one_session(families, evaluator):
    with pytest.raises(ValueError, match="a session is of one household, these are 2"):
        families.open(PEOPLE.to_pylist(), PARAMETERS)
    with pytest.raises(ValueError, match="a session is of one member, these are 3"):
        evaluator.open(PEOPLE.to_pylist(), PARAMETERS)
    with pytest.raises(BadRow) as error:
        families.open([PEOPLE.to_pylist()[0]] * 2, PARAMETERS)
    assert [record.code for record in error.value.rejects] == ["HMB515"]
    alone = evaluator.open({"member_id": "A"}, PARAMETERS)
    with pytest.raises(BadRow, match="HMB512"):
        alone.settle({"member_id": "B", "date": "2022-01-01", "event": "E", "amount": 1})


def test_the_member_id_is_a_code_attribute(make_evaluator, evaluator, claims_of):
    """Looked up in a list, and the key of a total: each person's own events in the family."""
    plan = evaluator.plan
    suspended = plan.member[0]
    events = replace(plan.accumulators[1], key_kinds=("code:member.member_id",))
    own = make_evaluator(
        replace(
            plan,
            unit="household",
            member=(suspended, code("household"), code("member_id")),
            listed=(plan.listed[0], replace(plan.listed[1], owner="member", attribute="member_id")),
            accumulators=(plan.accumulators[0], events, *plan.accumulators[2:]),
        )
    )
    done = own.adjudicate(claims_of({}, {"member_id": "B"}), PEOPLE, PARAMETERS)
    assert pays(done) == {"c1": 0, "c2": 0}
    history = history_of(own.plan, claims_of({}, {"member_id": "B"}), PEOPLE, "c2")
    assert [(row.member_id, row.member["member_id"]) for row in history.claims] == [
        ("A", "A"), ("B", "B"),
    ]  # fmt: skip
    assert history.unit_id == "H"
    own.open(PEOPLE.to_pylist()[:2], PARAMETERS)


# ---- attributes that vary

STRETCHES = [
    {"member_id": "A", "sex": "f", "suspended": "", "valid_to": "2022-01-31"},
    {"member_id": "A", "sex": "f", "suspended": "2022-01-01..", "valid_from": "2022-02-01",
     "valid_to": "2022-02-28"},
    {"member_id": "A", "sex": "f", "suspended": "", "valid_from": "2022-03-02"},
    {"member_id": "B", "sex": "m", "suspended": ""},
]  # fmt: skip
DAYS = {
    "2021-01-01": "below_threshold", "2022-01-31": "below_threshold",
    "2022-02-01": "waiting:suspended", "2022-02-28": "waiting:suspended", "2022-03-01": None,
    "2022-03-02": "below_threshold", "2031-01-01": "below_threshold",
}  # fmt: skip


def test_a_claim_sees_the_row_of_its_day(varying, claims_of):
    rows = [{"date": day} for day in DAYS]
    done = varying.adjudicate(
        claims_of(*rows, {"member_id": "B"}), text_table(STRETCHES), PARAMETERS
    )
    found = {row["date"].isoformat(): row["reason"] for row in done.payments.rows()}
    assert found == {day: why for day, why in DAYS.items() if why} | {
        "2022-01-01": "below_threshold"
    }
    (record,) = done.rejects.rows()
    assert (record["code"], record["claim_id"]) == ("HMB528", "c5")
    assert record["reason"] == "no row of member `A` is valid on 2022-03-01"
    after = {row["date"].isoformat(): row["after_reject"] for row in done.payments.rows()}
    assert [day for day, is_after in after.items() if is_after] == ["2022-03-02", "2031-01-01"]


def test_a_session_sees_the_row_of_the_day(varying):
    session = varying.open(STRETCHES[:3], PARAMETERS)
    for day, why in DAYS.items():
        claim = {"member_id": "A", "date": day, "event": "E", "amount": 1}
        if why is None:
            with pytest.raises(BadRow, match="HMB528"):
                session.settle(claim)
        else:
            assert session.settle(claim).reason == why


@pytest.mark.parametrize(
    ("change", "column", "number"),
    [
        ({"valid_from": "2022-01-31"}, "valid_from", 527),
        ({"valid_from": ""}, "valid_from", 527),
        ({"valid_from": "2022-03-01"}, "valid_from", 531),
        ({"valid_from": "soon"}, "valid_from", 505),
        ({"sex": "m"}, "sex", 529),
        ({"suspended": "x"}, "suspended", 507),
    ],
)
def test_rows_of_a_member_that_do_not_fit(varying, claims_of, change, column, number):
    people = [dict(row) for row in STRETCHES]
    people[1] |= change
    done = varying.adjudicate(claims_of({}, {"member_id": "B"}), text_table(people), PARAMETERS)
    records = done.rejects.rows()
    assert next(records)["code"] == "HMB513"
    (row,) = [row for row in codes(done) if row[0] == "members" and row[2] == column][:1]
    assert row == ("members", 2, column, f"HMB{number}")
    assert list(pays(done)) == ["c2"]
    with pytest.raises(BadRow, match=f"HMB{number}"):
        varying.open(people[:3], PARAMETERS)


def test_where_nothing_varies_the_days_are_not_read(evaluator, claims_of):
    people = text_table([{**STRETCHES[0], "valid_to": "soon"}])
    done = evaluator.adjudicate(claims_of({"date": "2023-01-01"}), people, PARAMETERS)
    assert done.ignored_columns["members"] == ["sex", "valid_to"]
    assert done.payments.num_rows == 1
    twice = evaluator.adjudicate(claims_of({}), text_table(STRETCHES[:2]), PARAMETERS)
    assert codes(twice)[-1] == ("members", 2, "member_id", "HMB515")


def test_without_days_a_row_is_valid_always(varying, claims_of):
    people = text_table([{"member_id": "A", "sex": "f", "suspended": ""}])
    assert pays(varying.adjudicate(claims_of({}), people, PARAMETERS)) == {"c1": 0}
    both = text_table([{"member_id": "A", "sex": "f", "suspended": ""}] * 2)
    assert codes(varying.adjudicate(claims_of({}), both, PARAMETERS))[-1][-1] == "HMB527"


def test_a_household_may_vary(make_evaluator, evaluator, claims_of):
    plan = evaluator.plan
    moving = make_evaluator(
        replace(plan, unit="household", member=(*plan.member, code("household", varies=True)))
    )
    people = text_table(
        [
            {"member_id": "A", "household": "H", "suspended": "", "valid_to": "2022-01-31"},
            {"member_id": "A", "household": "K", "suspended": "", "valid_from": "2022-02-01"},
            {"member_id": "B", "household": "H", "suspended": ""},
        ]
    )
    done = moving.adjudicate(
        claims_of(
            {"amount": "100"},
            {"amount": "100", "date": "2022-02-01"},
            {"amount": "10", "date": "2022-02-01", "member_id": "B"},
        ),
        people,
        PARAMETERS,
    )
    assert pays(done) == {"c1": 0, "c2": 0, "c3": Decimal("7.5")}
    assert {row["member_id"] for row in done.state.rows()} == {"H", "K"}
    assert done.counts.members == 2


def test_dates_of_any_type(varying, claims_of):
    day = datetime.date
    people = pa.table(
        {
            "member_id": ["A", "A"],
            "sex": ["f", "f"],
            "suspended": ["2022-01-01..", None],
            "起始日期": [None, day(2022, 1, 2)],
            "截止日期": [day(2022, 1, 1), None],
        }
    )
    done = varying.adjudicate(claims_of({}, {"date": "2022-01-02"}), people, PARAMETERS)
    assert [row["reason"] for row in done.payments.rows()] == [
        "waiting:suspended",
        "below_threshold",
    ]


def test_totals_of_a_family_by_its_id(families, claims_of, tmp_path):
    from hmbc.runtime.files import read_table, write_tables

    done = families.adjudicate(claims_of({"amount": "5"}), PEOPLE, PARAMETERS)
    write_tables({tmp_path / "s.csv": done.state}, language="en")
    found = totals_of(families.plan, read_table(tmp_path / "s.csv", language="en"), "H")
    assert ("cost", (2022,), 500, 1) in found
