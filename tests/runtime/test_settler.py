"""Claims by their values alone, and settlements whose memory the next one takes over."""

import datetime
import gc
import pickle
import sys
import tracemalloc
from dataclasses import replace
from decimal import Decimal

import pytest

from hmbc.runtime.errors import BadRow

DAY = datetime.date(2022, 1, 1)
CLAIM = {"date": DAY, "event": "E", "amount": 30000}


@pytest.fixture
def plain(make_evaluator, evaluator, parameters):
    """A session of a scheme without lists, whose claims say nothing but what they are: the shortest way."""
    return make_evaluator(replace(evaluator.plan, listed=())).open({"member_id": "A"}, parameters)


@pytest.fixture
def session(evaluator, parameters):
    return evaluator.open({"member_id": "A"}, parameters)


def test_values_are_taken_in_the_order_of_the_names(plain, session):
    for one in (plain, session):
        settle = one.settler("金额", "event", "date", "kind")
        first = settle(30000, "E", DAY, None)
        assert first.total_pay == Decimal(7500)
        assert settle(Decimal("100.00"), "E", "2022-01-02", "住院") != first
        assert one.settle(date="2022-01-02", event="E", amount=0).reason != ""
        assert one.attempts == 3


def test_a_settler_says_what_it_takes(session):
    settle = session.settler("date", "event", "amount")
    assert "in the order of the settler's names" in settle.__doc__
    for wrong in ((), (DAY, "E"), (DAY, "E", 1, 2)):
        with pytest.raises(
            TypeError, match=rf"takes 3 values \(date, event, amount\), {len(wrong)} were given"
        ):
            settle(*wrong)
    with pytest.raises(TypeError):
        settle(DAY, "E", amount=1)
    with pytest.raises(TypeError, match="unexpected name 'amuont', did you mean 'amount'$"):
        session.settler("date", "amuont")
    with pytest.raises(TypeError, match="settler.. got 'date' twice"):
        session.settler("date", "event", "date")
    with pytest.raises(TypeError, match="takes names of attributes, not 7"):
        session.settler(7)
    assert session.attempts == 0


def test_a_bad_value_is_told_as_in_keywords(plain):
    settle = plain.settler("date", "event", "amount")
    for bad in (-1, Decimal("0.001"), "x", None, 10**30, "1e3"):
        with pytest.raises(BadRow) as told:
            settle(DAY, "E", bad)
        with pytest.raises(BadRow) as expected:
            plain.settle(date=DAY, event="E", amount=bad)
        # which claim it was is counted
        assert [one._replace(row=0) for one in told.value.rejects] == [
            one._replace(row=0) for one in expected.value.rejects
        ]
    for bad in (1.5, True):
        with pytest.raises(TypeError, match=f"{bad}"):
            settle(DAY, "E", bad)
    assert list(plain.state.rows()) == []
    settle(DAY, "E", 1)
    with pytest.raises(BadRow):
        settle(DAY - datetime.timedelta(1), "E", 1)


def test_the_same_attribute_by_name_and_by_label_is_told(session):
    with pytest.raises(ValueError, match="`amount` and `金额` are the same attribute"):
        session.settler("date", "event", "amount", "金额")(DAY, "E", 1, 1)


def test_claims_and_refunds_by_their_identifiers(session):
    settle = session.settler("claim_id", "date", "event", "amount", "refunds")
    paid = settle("c1", DAY, "E", 30000, None)
    assert settle("r1", DAY, None, None, "c1").total_pay == -paid.total_pay
    with pytest.raises(BadRow, match="c1"):
        settle("c1", DAY, "E", 30000, None)


def test_a_settler_keeps_its_session(evaluator, parameters):
    settle = evaluator.open({"member_id": "A"}, parameters).settler(*CLAIM)
    gc.collect()
    assert settle(*CLAIM.values()).total_pay == Decimal(7500)
    assert settle(*CLAIM.values()).total_pay == Decimal(22500)


def test_a_settlement_that_somebody_has_stays_what_it_is(plain):
    settle = plain.settler(*CLAIM)
    kept, told = [], []
    for number in range(60):
        one = settle(DAY, f"E{number}", 1000 * number)
        kept.append(one)
        told.append((one.total_minor, one.layers, one.reason, list(one.state.rows())))
        with pytest.raises(BadRow):
            settle(DAY, "E", -1)
        if number % 3 == 0:
            plain.settle(CLAIM)
    assert [(x.total_minor, x.layers, x.reason, list(x.state.rows())) for x in kept] == told
    assert pickle.loads(pickle.dumps(kept)) == kept
    assert len({id(one) for one in kept}) == 60


def test_a_settlement_that_nobody_has_is_written_over(plain):
    first = id(plain.settle(CLAIM))
    assert all(id(plain.settle(**CLAIM)) == first for _ in range(5))
    both = plain.settle(CLAIM), plain.settle(CLAIM)
    costs = [
        next(row["total"] for row in one.state.rows() if row["accumulator"] == "cost")
        for one in both
    ]
    assert costs == [7 * 3_000_000, 8 * 3_000_000] and both[0] is not both[1]


def test_the_last_settlement_outlives_its_session(evaluator, parameters):
    session = evaluator.open({"member_id": "A"}, parameters)
    last = session.settle(CLAIM)
    rows = list(last.state.rows())
    del session
    gc.collect()
    assert list(last.state.rows()) == rows and last.total_pay == Decimal(7500)


def test_a_refund_leaves_the_settlements_before_it_as_they_are(session):
    kept = session.settle({**CLAIM, "claim_id": "c1"})
    shown = list(kept.state.rows())
    back = session.refund("c1", DAY)
    assert list(kept.state.rows()) == shown and kept.total_pay == -back.total_pay


def test_nothing_is_left_behind(plain):
    settle = plain.settler(*CLAIM)
    values = (DAY, "E", 300_000)
    names = tuple(CLAIM)

    def round_of_calls():
        for _ in range(200):
            settle(*values)
            plain.settle(**CLAIM)
            plain.settle(CLAIM)
            kept = [settle(*values), plain.settle(CLAIM)]
            del kept
            for bad in ((DAY, "E", "x"), (DAY, "E")):
                with pytest.raises((BadRow, TypeError)):
                    settle(*bad)

    round_of_calls()
    held = [sys.getrefcount(one) for one in (*values, *names, settle, plain)]
    tracemalloc.start()
    try:
        round_of_calls()
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        round_of_calls()
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - before < 20_000
    finally:
        tracemalloc.stop()
    assert [sys.getrefcount(one) for one in (*values, *names, settle, plain)] == held
