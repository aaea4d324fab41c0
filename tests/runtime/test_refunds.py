"""A refund takes an earlier claim back: all is paid as if that claim had never been."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmbc.runtime.errors import BadRow
from hmbc.runtime.history import history_of

NAMES = ("claim_id", "member_id", "date", "event", "amount", "sure", "drug", "refunds")
PARAMETERS = {"threshold": 100, "cap": 150, "drugs": ["D1", "D2"]}
MEMBERS = pa.table(
    {"member_id": ["A", "B"], "suspended": [None, "2022-02-01..2022-03-10;2023-01-01.."]}
)
LAYERS = ("base", "list")


def table(rows):
    return pa.table(
        {name: pa.array([row.get(name) for row in rows], pa.string()) for name in NAMES}
    )


def adjudicate(evaluator, rows, state=None, **more):
    return evaluator.adjudicate(table(rows), MEMBERS, PARAMETERS, state, **more)


def codes(done):
    return {row["claim_id"]: row["code"] for row in done.rejects.rows()}


def pays(done):
    return {
        row["claim_id"]: tuple(row[f"{layer}_pay"] for layer in LAYERS)
        for row in done.payments.rows()
    }


def held(done):
    """The totals, without those of 0: a claim that never was leaves none."""
    return {
        (row["member_id"], row["accumulator"], row["key"]): row["total"]
        for row in done.state.rows()
        if row["total"] and not row["accumulator"].startswith("@")
    }


def claim(number, day=1, amount="100", **more):
    fields = {"member_id": "A", "event": "E", "amount": str(amount)}
    return {"claim_id": f"c{number}", "date": f"2022-01-{day:02}", **fields, **more}


def refund(number, of, day=1, **more):
    """Nothing but what a refund needs; the other cells are empty."""
    row = {"claim_id": f"r{number}", "member_id": "A", "date": f"2022-01-{day:02}"}
    return {**row, "refunds": f"c{of}", **more}


@pytest.fixture
def wide(make_evaluator):
    """The hand-written scheme, amounts of any size taken."""
    from hmbc.runtime.plan import Plan

    plan = make_evaluator().plan
    amount = replace(plan.claim[2], low=None, high=None)
    assert isinstance(plan, Plan)
    return make_evaluator(replace(plan, claim=(*plan.claim[:2], amount, *plan.claim[3:])))


def test_a_refund_takes_back_what_the_claim_used_up(evaluator):
    done = adjudicate(
        evaluator, [claim(1), claim(2, amount=40), refund(3, 1, day=2), claim(4, day=3, amount=80)]
    )
    assert pays(done) == {
        "c1": (0, 0),
        "c2": (Decimal("30.00"), 0),  # 40 above the threshold, which c1 had used up
        "r3": (Decimal("-30.00"), 0),
        "c4": (Decimal("15.00"), 0),  # 40 + 80 is 20 above it
    }
    row = done.payments.rows()
    refunded = next(one for one in row if one["claim_id"] == "r3")
    assert {refunded["reason"], refunded["base_reason"], refunded["list_reason"]} == {"refund"}
    assert (refunded["total_pay"], refunded["date"]) == (
        Decimal("-30.00"),
        datetime.date(2022, 1, 2),
    )
    assert done.counts.paid == {"base": 1500, "list": 0}
    assert done.counts.reasons["refund"] == 1
    assert not codes(done)


def test_a_refund_of_a_claim_that_a_cap_held_back_lets_others_in(evaluator):
    done = adjudicate(evaluator, [claim(1, amount=300), claim(2, amount=100), refund(3, 1)])
    assert pays(done)["c1"] == (Decimal("150.00"), 0)
    assert pays(done)["c2"] == (0, 0)
    assert pays(done)["r3"] == (Decimal("-150.00"), 0)


def test_a_refund_may_pay(wide):
    """Without the claim that lowered the total the others are worth more."""
    done = adjudicate(wide, [claim(1, amount=-100), claim(2, amount=200), refund(3, 1)])
    assert pays(done)["r3"] == (Decimal("75.00"), 0)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([claim(1), refund(2, 9)], "HMB517"),
        ([claim(1), refund(1, 1), refund(2, 1)], "HMB518"),
        ([claim(1), refund(1, 1), refund(2, 9, refunds="r1")], "HMB519"),
        ([claim(1, member_id="B"), refund(2, 1)], "HMB523"),
        ([claim(1, day=3), refund(2, 1, day=2)], "HMB524"),
        ([refund(2, 1), claim(1)], "HMB524"),
        ([refund(2, 9, refunds="r2")], "HMB524"),
        ([claim(1, amount="x"), refund(2, 1)], "HMB525"),
        ([claim(1, date=""), refund(2, 1)], "HMB525"),
        ([claim(1, member_id="Z"), refund(2, 1)], "HMB525"),
        ([claim(1, sure="no"), refund(2, 1)], "HMB525"),
        ([claim(1), refund(2, 1, member_id="")], "HMB501"),
        ([claim(1), refund(2, 1, member_id="Z")], "HMB512"),
        ([claim(1), refund(2, 1, date="?")], "HMB505"),
        ([claim(1), refund(2, 1, claim_id="c1")], "HMB511"),
    ],
)
def test_a_refund_that_cannot_be(evaluator, rows, code):
    done = adjudicate(evaluator, [claim(0, amount=50), *rows, claim(5, day=9)])
    record = [row for row in done.rejects.rows() if row["row"] == 2 + rows.index(rows[-1])]
    if rows[0].get("refunds"):
        record = [row for row in done.rejects.rows() if row["claim_id"] == "r2"]
    assert [row["code"] for row in record] == [code]
    if "HMB517" <= code <= "HMB519" or code > "HMB520":
        assert record[0]["column"] == "refunds"
        wanted = next(row["refunds"] for row in rows if row.get("refunds"))
        assert f"`{rows[-1].get('refunds') or wanted}`" in record[0]["reason"]
    last = next(row for row in done.payments.rows() if row["claim_id"] == "c5")
    assert last["after_reject"] == (record[0]["member_id"] == "A")


def test_a_refund_of_an_earlier_batch_asks_for_the_history(evaluator):
    first = adjudicate(evaluator, [claim(1)])
    second = adjudicate(evaluator, [refund(2, 1, day=2)], first.state)
    (record,) = second.rejects.rows()
    assert record["code"] == "HMB517"
    assert "give the history of claims instead of the state" in record["reason"]


def test_a_refund_starts_from_the_state_before_the_batch(evaluator):
    state = adjudicate(evaluator, [claim(1, amount=90)]).state
    done = adjudicate(evaluator, [claim(2, amount=60), refund(3, 2), claim(4, amount=10)], state)
    assert pays(done) == {"c2": (Decimal("37.50"), 0), "r3": (Decimal("-37.50"), 0), "c4": (0, 0)}
    late = adjudicate(evaluator, [claim(5, day=7), refund(6, 5, day=8)], state)
    assert adjudicate(evaluator, [claim(7, day=7)], late.state).rejects.num_rows == 1


def test_other_cells_of_a_refund_are_not_read(evaluator):
    row = refund(2, 1, amount="-100", event="", sure="no", drug="D1")
    done = adjudicate(evaluator, [claim(1, amount=200), row])
    assert codes(done) == {}
    assert pays(done)["r2"] == (Decimal("-75.00"), 0)


def test_a_rejected_row_stays_rejected_when_a_refund_makes_room(wide):
    big = "900000000000"
    rows = [claim(1, amount=big), claim(2, amount=big), refund(3, 1), claim(4, amount=big)]
    done = adjudicate(wide, rows)
    assert codes(done) == {"c2": "HMB520"}
    assert pays(done)["r3"] == (Decimal("-150.00"), 0)
    assert pays(done)["c4"] == (Decimal("150.00"), 0)


def test_a_refund_that_would_unsettle_another_claim_changes_nothing(wide):
    big = 900_000_000_000
    rows = [claim(1, amount=-big), claim(2, amount=big), claim(3, amount=big), claim(5, amount=50)]
    plain = adjudicate(wide, rows)
    done = adjudicate(wide, [*rows[:3], refund(4, 1), rows[3]])
    assert codes(done) == {"r4": "HMB526"}
    assert pays(done) == pays(plain)
    assert held(done) == held(plain)
    session = wide.open({"member_id": "A"}, PARAMETERS)
    for row in rows[:3]:
        session.settle(row)
    before = list(session.state.rows())
    with pytest.raises(BadRow, match="HMB526"):
        session.refund("c1", "2022-01-02")
    assert list(session.state.rows()) == before


def test_the_column_answers_to_its_label(make_evaluator):
    rows = table([claim(1, amount=200), refund(2, 1)])
    named = rows.rename_columns([*NAMES[:-1], "冲销"])
    done = make_evaluator(language="zh").adjudicate(named, MEMBERS, PARAMETERS)
    assert pays(done)["r2"] == (Decimal("-75.00"), 0)
    assert "refunds" not in done.ignored_columns["claims"]


def test_an_attribute_of_the_scheme_called_refunds_is_the_schemes(make_evaluator, evaluator):
    plan = evaluator.plan
    drug = replace(plan.claim[7], name="refunds")
    listed = (replace(plan.listed[0], attribute="refunds"), plan.listed[1])
    drugs = replace(plan.accumulators[3], key_kinds=("int", "code:claim.refunds"))
    other = replace(
        plan,
        claim=(*plan.claim[:7], drug),
        listed=listed,
        accumulators=(*plan.accumulators[:3], drugs),
    )
    rows = table([claim(1), claim(2, refunds="D1")]).drop_columns(["drug"])
    done = make_evaluator(other).adjudicate(rows, MEMBERS, PARAMETERS)
    assert pays(done)["c2"] == (Decimal("75.00"), Decimal("10.00"))


# ---- any history


@st.composite
def histories(draw):
    """Rows of two members with refunds, some of them mistaken."""
    rows = []
    for place in range(draw(st.integers(0, 12))):
        day = datetime.date(2022, 1, 1) + datetime.timedelta(draw(st.integers(0, 500)))
        row = {
            "claim_id": f"c{place}",
            "member_id": draw(st.sampled_from("AAB")),
            "date": day.isoformat(),
        }
        if rows and draw(st.integers(0, 2)) == 0:
            row["refunds"] = f"c{draw(st.integers(0, place))}"
        else:
            row |= {
                "event": draw(st.sampled_from(["E1", "E2"])),
                "amount": f"{draw(st.integers(0, 20_000)) / 100:.2f}",
                "sure": draw(st.sampled_from(["", "", "", "no"])),
                "drug": draw(st.sampled_from(["", "D1", "D2", "D3", "D4"])),
            }
        rows.append(row)
    return rows


def in_order(rows):
    return sorted(rows, key=lambda row: row["date"])


def model(evaluator, rows):
    """What each row pays, by the definition: of each prefix the rows that count, without refunds."""
    paid, refused, kept = {}, set(), []
    ids = {row["claim_id"]: row for row in rows}
    for row in rows:
        name = row["claim_id"]
        if row.get("refunds") is None:
            done = pays(adjudicate(evaluator, [*kept, row]))
            if name in done:
                paid[name] = done[name]
                kept.append(row)
            else:
                refused.add(name)
            continue
        taken = ids.get(row["refunds"])
        if taken not in kept or taken["member_id"] != row["member_id"]:
            refused.add(name)
            continue
        kept.remove(taken)
        own = [one for one in kept if one["member_id"] == row["member_id"]]
        now = pays(adjudicate(evaluator, own)).values()
        was = [paid[one] for one in paid if ids[one]["member_id"] == row["member_id"]]
        paid[name] = tuple(
            sum(one[layer] for one in now) - sum(one[layer] for one in was) for layer in (0, 1)
        )
    return paid, refused, kept


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(histories())
def test_refunds_pay_what_makes_it_as_if_the_claims_had_never_been(evaluator, rows):
    done = adjudicate(evaluator, rows)
    paid, refused, kept = model(evaluator, in_order(rows))
    assert pays(done) == paid
    assert set(codes(done)) == refused
    plain = adjudicate(evaluator, kept)
    for place, layer in enumerate(LAYERS):
        assert sum(one[place] for one in pays(done).values()) == sum(
            one[place] for one in pays(plain).values()
        ), layer
    assert held(done) == held(plain)
    assert list(adjudicate(evaluator, rows, threads=2).payments.rows()) == list(
        done.payments.rows()
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(histories())
def test_a_session_refunds_as_a_batch_does(evaluator, rows):
    rows = in_order([row for row in rows if row["member_id"] == "A"])
    done = adjudicate(evaluator, rows)
    session = evaluator.open(MEMBERS.to_pylist()[0], PARAMETERS)
    got, refused = {}, set()
    for row in rows:
        try:
            if row.get("refunds") and row["claim_id"] > "c5":
                settled = session.refund(row["refunds"], row["date"], refund_id=row["claim_id"])
            else:
                settled = session.settle({name: row[name] or None for name in row})
            assert (settled.reason == "refund") == ("refunds" in row)
        except BadRow:
            refused.add(row["claim_id"])
        else:
            got[row["claim_id"]] = tuple(settled.layers[layer][0] for layer in LAYERS)
    assert got == pays(done)
    assert refused == set(codes(done))
    totals = {
        (row["member_id"], row["accumulator"], row["key"]): row["total"]
        for row in session.state.rows()
        if row["accumulator"] != "@rejected"
    }
    assert (
        totals
        == {
            (row["member_id"], row["accumulator"], row["key"]): row["total"]
            for row in done.state.rows()
            if row["accumulator"] != "@rejected"
        }
        or not rows
    )


def test_grounds_of_a_session(evaluator):
    session = evaluator.open({"member_id": "A"}, PARAMETERS)
    session.settle(claim(1, day=2, amount=200))
    for wanted, date, code in [
        ("c9", "2022-01-02", 517),
        ("c1", "2022-01-01", 514),
        ("c1", "?", 505),
    ]:
        with pytest.raises(BadRow, match=f"HMB{code}"):
            session.refund(wanted, date)
    with pytest.raises(BadRow, match="HMB511"):
        session.refund("c1", "2022-01-02", refund_id="c1")
    assert session.refund("c1", datetime.date(2022, 1, 2), refund_id="r1").total_pay == -75
    with pytest.raises(BadRow, match="HMB518"):
        session.refund("c1", "2022-01-02")
    with pytest.raises(BadRow, match="HMB519"):
        session.refund("r1", "2022-01-02")
    assert session.settle(claim(2, day=2, amount=100)).total_pay == 0


def test_the_history_of_a_claim_has_the_refunds_before_it(evaluator):
    rows = [claim(1), refund(2, 1), claim(3, day=2), refund(4, 3, day=3), claim(5, amount="x")]
    history = history_of(evaluator.plan, table(rows), MEMBERS, "c3")
    assert history is not None and history.unit_id == "A"
    assert [(one.claim_id, one.refunds) for one in history.claims] == [
        ("c1", None), ("r2", "c1"), ("c3", None),
    ]  # fmt: skip
    last = history_of(evaluator.plan, table(rows), MEMBERS, "r4")
    assert last is not None and last.claims[-1].refunds == "c3"
    assert history_of(evaluator.plan, table(rows), MEMBERS, "c5") is None
