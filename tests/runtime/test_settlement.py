"""What a settlement says, when and for how long; how `settle` is called; what a session remembers."""

import copy
import datetime
import decimal
import inspect
import pickle
import struct
import threading
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest

from hmbc.runtime.errors import BadParameters, BadRow
from hmbc.runtime.settlement import Settlement

DAY = datetime.date(2022, 1, 1)


@pytest.fixture
def session(evaluator, parameters):
    return evaluator.open({"member_id": "A"}, parameters)


def test_a_settlement_says_the_same_in_units_and_in_minor_units(session):
    one = session.settle(date=DAY, event="E", amount="30000.02")
    assert (one.total_pay, one.total_minor) == (Decimal("7500.02"), 750002)
    assert one.layers == {
        "base": (Decimal("7500.02"), "paid"),
        "list": (Decimal("0.00"), "not_covered"),
    }
    assert one.layers_minor == {"base": (750002, "paid"), "list": (0, "not_covered")}
    assert (one.reason, one.after_reject, one.due) == ("paid", False, {})
    assert repr(one) == (
        "Settlement(total_pay=Decimal('7500.02'), reason='paid', layers={'base': "
        "(Decimal('7500.02'), 'paid'), 'list': (Decimal('0.00'), 'not_covered')}, "
        "after_reject=False, due={})"
    )


def test_a_caller_with_few_digits_gets_all_of_them(session):
    with decimal.localcontext(decimal.Context(prec=2)):
        one = session.settle(date=DAY, event="E", amount=Decimal("30000.02"))
        assert str(one.total_pay) == "7500.02"
        with pytest.raises(BadRow, match="`-12345.67` is not between 0.00 and 10000000000.00"):
            session.settle(date=DAY, event="E", amount=Decimal("-12345.67"))


def test_a_settlement_does_not_change_when_the_session_goes_on(session):
    states, settled = [], []
    for number in range(120):
        settled.append(session.settle(date=DAY, event=f"E{number % 90}", amount=number, drug="D3"))
        states.append(list(session.state.rows()))
    assert [list(one.state.rows()) for one in settled] == states


def test_a_settlement_is_a_value(session, evaluator, parameters):
    claim = {"date": DAY, "event": "E", "amount": 30000, "drug": "D1", "claim_id": "1"}
    one = session.settle(claim)
    same = evaluator.open({"member_id": "A"}, parameters).settle(claim)
    other = session.settle({**claim, "claim_id": "2"})
    assert one == same and hash(one) == hash(same) and one is not same
    assert one != other and one != "paid" and {one, same, other} == {one, other}
    for again in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one)):
        assert again == one and repr(again) == repr(one)
        assert list(again.state.rows()) == list(one.state.rows())
        resumed = evaluator.open({"member_id": "A"}, parameters, again.state)
        assert resumed.settle(claim) == other
    with pytest.raises(TypeError, match="comes from Session.settle"):
        Settlement()


def test_settle_takes_one_mapping_or_keywords(session):
    for wrong in (
        lambda: session.settle(),
        lambda: session.settle({}, {}),
        lambda: session.settle({"date": DAY}, amount=1),
    ):
        with pytest.raises(TypeError, match="takes one claim, as a mapping or in keywords"):
            wrong()
    signature = inspect.signature(type(session).settle)
    assert str(signature) == "(self, claim=None, /, **attributes)"


def test_a_keyword_that_the_scheme_does_not_know(session):
    with pytest.raises(
        TypeError, match="unexpected keyword argument 'amuont', did you mean 'amount'$"
    ):
        session.settle(date=DAY, event="E", amuont=1)
    with pytest.raises(TypeError, match="unexpected keyword argument 'xyz'$"):
        session.settle(date=DAY, event="E", amount=1, xyz=1)
    assert session.settle({"date": DAY, "event": "E", "amount": 1, "xyz": 1}).total_minor == 0
    assert session.attempts == 1


def test_an_absent_value_is_not_that_of_the_claim_before(session):
    first = {"date": DAY, "event": "E", "amount": 1}
    session.settle(**first, sure=True, drug="D1", count=3, kind="in")
    second = session.settle(**first)
    session.settle(**first, drug="D3", sure=None)
    keys = {
        row["key"]: row["total"] for row in session.state.rows() if row["accumulator"] == "drugs"
    }
    assert keys == {'[2022,"D1"]': 1, '[2022,"D3"]': 1}
    assert second.layers["list"] == (Decimal("0.00"), "not_covered")
    with pytest.raises(BadRow):
        session.settle(**first, sure=False)
    session.settle(**first)


def test_more_ways_to_call_than_are_remembered(session):
    fields = {"kind": "in", "sure": True, "share": "1%", "count": 1, "drug": "D1", "claim_id": None}
    for chosen in range(2 ** len(fields)):
        more = {name: value for bit, (name, value) in enumerate(fields.items()) if chosen >> bit & 1}
        for names in (more, dict(reversed(more.items()))):
            assert session.settle(**names, date=DAY, event="E", amount=1).total_minor in (0, 1000)


def test_minor_units_are_exact_and_texts_stay_in_units(evaluator, parameters):
    session = evaluator.open({"member_id": "A"}, parameters, minor_units=True)
    amounts = (2_999_999, "0.03", Decimal("1.00"), "")
    for amount in amounts[:3]:
        last = session.settle(date=DAY, event="E", amount=amount)
    (total,) = [row["total"] for row in last.state.rows() if row["accumulator"] == "cost"]
    assert total == 2_999_999 + 3 + 100
    for bad, shown in ((-1, "-0.01"), (10**13 + 1, "100000000000.01"), (10**40, "0" * 38 + ".00")):
        with pytest.raises(BadRow, match=shown):
            session.settle(date=DAY, event="E", amount=bad)
    for bad in (1.0, True):
        with pytest.raises(TypeError):
            session.settle(date=DAY, event="E", amount=bad)


def test_claims_are_remembered_from_the_first_that_has_an_identifier(session):
    claim = {"date": DAY, "event": "E", "amount": 30000}
    session.settle(claim)
    session.settle(claim)
    kept = session.settle({**claim, "claim_id": "c1"})
    session.settle({**claim, "amount": 50})
    assert kept.total_pay == Decimal(22500)
    back = session.settle(date=DAY, refunds="c1", claim_id="r1")
    assert (back.total_pay, back.reason) == (Decimal(-22500), "refund")
    assert back.layers["base"] == (Decimal("-22500.00"), "refund")
    (total,) = [row["total"] for row in back.state.rows() if row["accumulator"] == "cost"]
    assert total == 6_005_000
    for again in ("c1", "r1", "c9"):
        with pytest.raises(BadRow) as error:
            session.refund(again, DAY)
        assert error.value.rejects[0].column == "refunds"
    with pytest.raises(BadRow, match="HMB511"):
        session.settle({**claim, "claim_id": "c1"})


def test_parameters_that_were_checked_once(evaluator, make_evaluator, parameters):
    checked = evaluator.read_parameters(parameters)
    for _ in range(2):
        session = evaluator.open({"member_id": "A"}, checked)
        assert session.settle(date=DAY, event="E", amount=30000).total_minor == 750_000
    other = make_evaluator(replace(evaluator.plan, kernel_hash="k2"))
    with pytest.raises(BadParameters, match="the parameters are of another scheme"):
        other.open({"member_id": "A"}, checked)
    chinese = make_evaluator(replace(evaluator.plan, kernel_hash="k2", language="zh"))
    with pytest.raises(BadParameters, match="参数是为另一版方案检查的"):
        chinese.open({"member_id": "A"}, checked)


@pytest.mark.parametrize("name", ["claim_id", "member_id"])
def test_an_attribute_that_is_called_as_an_identifier_is(make_evaluator, parameters, name):
    plan = make_evaluator().plan
    plan = replace(plan, claim=tuple(
        replace(item, name=name) if item.name == "event" else item for item in plan.claim
    ), listed=plan.listed[:1] + (replace(plan.listed[1], attribute=name),),
    accumulators=tuple(
        replace(item, key_kinds=tuple(kind.replace("claim.event", f"claim.{name}")
                                      for kind in item.key_kinds))
        for item in plan.accumulators
    ))  # fmt: skip
    session = make_evaluator(plan).open({"member_id": "A"}, parameters)
    session.settle({"date": DAY, "amount": 1, name: "A"})
    assert '["A"]' in [row["key"] for row in session.state.rows()]


def test_a_session_is_for_one_thread_at_a_time(evaluator, parameters):
    session = evaluator.open({"member_id": "A"}, parameters)
    claim = {"date": DAY, "event": "E", "amount": 30000}
    errors = []

    class Slow(dict):
        """A mapping that asks for another claim while it is read."""

        def get(self, name, otherwise=None):
            if name == "member_id":
                thread = threading.Thread(target=other)
                thread.start()
                thread.join()
            return super().get(name, otherwise)

    def other():
        for settle in (lambda: session.settle(claim), lambda: session.refund("c1", DAY)):
            try:
                settle()
            except RuntimeError as error:
                errors.append(str(error))

    assert session.settle(Slow(claim)).total_minor == 750_000
    assert len(errors) == 2 and "one thread at a time" in errors[0]
    assert session.settle(claim).total_minor == 2_250_000


def test_many_threads_share_an_evaluator(evaluator, parameters):
    paid = {}

    def work(name):
        session = evaluator.open({"member_id": name}, parameters)
        paid[name] = [
            session.settle(date=DAY, event=f"E{number % 5}", amount=number, drug="D1").total_minor
            for number in range(300)
        ]

    threads = [threading.Thread(target=work, args=(f"M{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({tuple(one) for one in paid.values()}) == 1 and len(paid) == 8


def test_codes_are_found_in_lists_of_any_length(evaluator, parameters):
    claim = {"date": DAY, "event": "E", "amount": 1}
    for length in (0, 1, 3000):
        given = {**parameters, "drugs": [f"L{number}" for number in range(length)]}
        checked = evaluator.read_parameters(given)
        for number in (0, 1, 77, 2999, 3000):
            session = evaluator.open({}, checked)
            reasons = [
                session.settle(claim).layers["list"][1]
                for claim in (claim, {**claim, "drug": "other"}, {**claim, "drug": f"L{number}"})
            ]
            assert reasons == ["not_covered"] * 2 + ["paid" if number < length else "not_covered"]


@pytest.mark.parametrize("others", [[], [f"X{number}" for number in range(50)]])
def test_a_text_that_no_unicode_stands_for_is_in_no_list(evaluator, parameters, others):
    raw = [b"D1", b"D1", b"D\xff", b"D\xef\xbf\xbd"]
    ends = [0, 2, 4, 6, 10]
    drugs = pa.Array.from_buffers(
        pa.string(), 4, [None, pa.py_buffer(struct.pack("5i", *ends)), pa.py_buffer(b"".join(raw))]
    )
    same = {"member_id": "A", "date": "2022-01-01", "event": "E", "amount": "1"}
    claims = pa.table(
        {"claim_id": list("1234"), "drug": drugs}
        | {name: [value] * 4 for name, value in same.items()}
    )
    members = pa.table({"member_id": ["A"], "suspended": pa.array([None], pa.string())})
    given = {**parameters, "drugs": ["D\ufffd", *others]}
    done = evaluator.adjudicate(claims, members, given)
    reasons = [row["list_reason"] for row in done.payments.rows()]
    assert reasons == ["not_covered"] * 3 + ["paid"]
