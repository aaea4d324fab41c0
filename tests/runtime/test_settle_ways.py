"""One claim in keywords, in a dict, in another mapping, in minor units, with care, in a batch: one answer.

The careful way is the one that says what is wrong with a claim; here the quick ways are held against
it, value for value and word for word.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal
from types import MappingProxyType

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmbc.runtime.columns import Reader
from hmbc.runtime.errors import BadRow, BadTable
from hmbc.runtime.units_text import value_text

PARAMETERS = {"threshold": 100, "cap": 150, "drugs": ["D1", "D2"]}
MEMBER = {"member_id": "A", "suspended": "2022-02-01..2022-03-10;2023-01-01.."}
DAY = datetime.date(2021, 12, 20)


class Text(str):
    """A str, but not of the plainest type."""


class Whole(int):
    """An int, but not of the plainest type."""


def days(low, high):
    return st.integers(low, high).map(lambda n: DAY + datetime.timedelta(n))


GOOD = {
    "date": days(0, 60) | days(380, 420).map(str),
    "event": st.sampled_from(["E1", "E2", "第三次", Text("E1")]),
    "amount": st.integers(0, 300)
    | st.integers(0, 30_000).map(lambda fen: Decimal(fen).scaleb(-2))
    | st.sampled_from([Decimal("1E+2"), "99.99", "100", Whole(7), Decimal("-0.00")]),
    "kind": st.sampled_from(["in", "out", "住院", Text("门诊"), None, ""]),
    "sure": st.sampled_from([True, "是", "假", "yes", 1, None]),
    "share": st.sampled_from([Decimal("0.75"), "75%", 1, 0, None, Decimal("1E-2")]),
    "count": st.sampled_from([0, 5, -5, "3", Decimal(2), None]),
    "drug": st.sampled_from(["D1", "D2", "D9", "K" * 50, None, ""]),
}
ODD = {
    "date": st.sampled_from(
        [None, "", "2022-02-30", 20220101, DAY - datetime.timedelta(400), 1.5, True,
         datetime.datetime(2022, 1, 1)]
    ),
    "event": st.sampled_from([None, 7, True, 1.5, "\ud800"]),
    "amount": st.sampled_from(
        [None, "x", -1, Decimal("NaN"), Decimal("0.001"), 10**30, 10**13, 2**62, 1.0, True,
         Decimal("Infinity"), "1e3", float("nan"), " 1"]
    ),
    "kind": st.sampled_from(["icu", 1, True, 0.5]),
    "sure": st.sampled_from([False, "maybe", 2, 0.0, Decimal(1)]),
    "share": st.sampled_from([2, "101%", -1, Decimal("0.0000001"), 0.5]),
    "count": st.sampled_from([6, -6, "x", Decimal("1.5"), 2**70, 1.0, False]),
    "drug": st.sampled_from([5, 0.5, True]),
}  # fmt: skip
IDENTIFIERS = {
    "claim_id": st.sampled_from([None, "", "c1", "c2", "c3", "c4", Text("c5"), 6, 1.5]),
    "member_id": st.sampled_from([None, "", "A", "A", Text("A"), "B", 1, 1.5]),
    "refunds": st.sampled_from([None, "", "c1", "c2", "c4", 0]),
    "冲销": st.sampled_from([None, "c1"]),
    "unknown": st.just("x"),
    "日期": st.just("2022-01-01"),
    "金额": st.just(1),
}
KINDS = dict(date="date", event="code", amount="money", kind="enum", sure="bool", share="ratio",
             count="int", drug="code")  # fmt: skip
REQUIRED = ("date", "event", "amount")


@st.composite
def claims(draw):
    """A claim; one in two has one odd thing or more."""
    wanted = set(draw(st.sets(st.sampled_from(sorted(GOOD))))) | set(REQUIRED)
    claim = {name: draw(GOOD[name]) for name in sorted(wanted)}
    if draw(st.booleans()):
        for name in sorted(draw(st.sets(st.sampled_from(sorted(ODD)), max_size=2))):
            claim[name] = draw(ODD[name])
        for name in sorted(draw(st.sets(st.sampled_from(sorted(IDENTIFIERS)), max_size=2))):
            claim[name] = draw(IDENTIFIERS[name])
        if draw(st.integers(0, 9)) == 0:
            del claim[draw(st.sampled_from(sorted(claim)))]
    elif draw(st.booleans()):
        claim["claim_id"] = draw(st.sampled_from(["c1", "c2", "c3", "c4"]))
    return claim


def outcome(settle):
    """What came of a claim, in plain values."""
    try:
        settled = settle()
    except BadRow as error:
        return "bad", error.rejects
    except (BadTable, TypeError, UnicodeEncodeError) as error:
        return type(error).__name__, str(error)
    return (
        "paid",
        settled.total_pay,
        settled.total_minor,
        settled.reason,
        settled.layers,
        settled.after_reject,
        tuple(map(str, settled.state.rows())),
    )


def fen_of(claim):
    """The same claim with whole amounts in minor units."""
    return {
        name: 100 * value if name in ("amount", "金额") and type(value) is int else value
        for name, value in claim.items()
    }


WAYS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@WAYS
@given(stream=st.lists(claims(), max_size=8), nameless=st.booleans())
def test_every_way_to_give_a_claim_comes_to_the_same(evaluator, stream, nameless):
    member = {"suspended": MEMBER["suspended"]} if nameless else MEMBER
    checked = evaluator.read_parameters(PARAMETERS)
    carefully, dicts, keywords, mappings, ordered = (
        evaluator.open(member, checked) for _ in range(5)
    )
    fen = evaluator.open(member, PARAMETERS, minor_units=True)
    for claim in stream:
        known = {name: value for name, value in claim.items() if name != "unknown"}
        expected = outcome(lambda claim=claim: carefully._carefully(claim, False))
        assert outcome(lambda claim=claim: dicts.settle(claim)) == expected
        assert outcome(lambda known=known: keywords.settle(**known)) == expected
        settle = ordered.settler(*known)
        assert outcome(lambda known=known, settle=settle: settle(*known.values())) == expected
        assert outcome(lambda claim=claim: mappings.settle(MappingProxyType(claim))) == expected
        found = outcome(lambda known=known: fen.settle(**fen_of(known)))
        assert but_reasons(found) == but_reasons(expected)
    states = [list(each.state.rows()) for each in (carefully, dicts, keywords, mappings, ordered, fen)]
    assert states[1:] == states[:1] * 5


def but_reasons(found):
    """A reason names the amount as it came: `1` here, `1.00` there."""
    if found[0] != "bad":
        return found
    return [(each.code, each.column, each.row, each.claim_id, each.member_id) for each in found[1]]


def as_texts(claim):
    """The cells that a file would have; None where a value is none at all."""
    try:
        texts = {name: value_text(claim.get(name), KINDS[name]) for name in GOOD}
        "".join(texts.values()).encode()
    except (TypeError, UnicodeEncodeError):
        return None
    return texts


@WAYS
@given(stream=st.lists(claims(), max_size=12))
def test_a_batch_comes_to_the_same(evaluator, stream):
    """Where a batch can be asked: what can be a text, by date, no identifier twice, no refunds."""
    rows, texts, last = [], [], 0
    for number, claim in enumerate(stream):
        own = {name: value for name, value in claim.items() if name in GOOD}
        text = as_texts(own)
        status, day = Reader("date").parse("" if text is None else text["date"])
        if text is None or (status == 0 and day < last):
            continue
        last = max(last, day)
        ids = {"claim_id": f"c{number}", "member_id": "A"}
        rows.append(own | ids)
        texts.append(text | ids)
    session = evaluator.open(MEMBER, PARAMETERS)
    table = pa.table(
        {
            name: pa.array([text[name] or None for text in texts], pa.string())
            for name in ("claim_id", "member_id", *GOOD)
        }
    )
    members = pa.table({name: [value] for name, value in MEMBER.items()})
    done = evaluator.adjudicate(table, members, PARAMETERS)
    paid = {row["claim_id"]: row for row in done.payments.rows()}
    rejects = defaultdict(list)
    for each in done.reject_records:
        rejects[each.claim_id].append((each.column, each.code, each.reason))
    for row in rows:
        found = outcome(lambda row=row: session.settle(**row))
        if found[0] == "bad":
            told = [(each.column, each.code, each.reason) for each in found[1]]
            assert sorted(told) == sorted(rejects.pop(row["claim_id"]))
            continue
        batch = paid.pop(row["claim_id"])
        assert found[0] == "paid", found
        _, total, _, reason, layers, _, _ = found
        assert (total, reason) == (batch["total_pay"], batch["reason"])
        for layer, value in layers.items():
            assert value == (batch[f"{layer}_pay"], batch[f"{layer}_reason"])
    assert not paid and not rejects
    if not done.reject_records:
        assert list(session.state.rows()) == list(done.state.rows())
