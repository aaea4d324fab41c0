"""Totals between batches: a file cut in two, and a plain model of the hand-written scheme."""

import datetime
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmbc.runtime.errors import BadRow, BadTable

NAMES = ("claim_id", "member_id", "date", "event", "amount", "sure", "drug")
EVENTS = ("E1", "事件", 'q"\\\n', "E1 ")
MEMBERS = pa.table(
    {
        "member_id": ["A", "B", "C"],
        "suspended": [None, "2022-02-01..2022-03-10;2023-01-01..", ""],
    }
)
SUSPENDED = {"B": [("2022-02-01", "2022-03-10"), ("2023-01-01", "9999-12-31")]}
PARAMETERS = {"threshold": 100, "cap": 150, "drugs": ["D1", "D2"]}


def row_of(draw):
    date = datetime.date(2022, 1, 1) + datetime.timedelta(days=draw(st.integers(0, 800)))
    return {
        "member_id": draw(st.sampled_from(["A", "A", "A", "B", "C", "Z", ""])),
        "date": date.isoformat(),
        "event": draw(st.sampled_from(EVENTS)),
        "amount": draw(
            st.one_of(st.integers(0, 20_000).map(lambda fen: f"{fen / 100:.2f}"), st.just("x"))
        ),
        "sure": draw(st.sampled_from(["", "", "yes", "no"])),
        "drug": draw(st.sampled_from(["", "", "D1", "D2", "D3", "D4"])),
    }


@st.composite
def cut_files(draw):
    """Rows, and where to cut them so that no member's second part is before its first."""
    rows = [row_of(draw) for _ in range(draw(st.integers(0, 14)))]
    cut = draw(st.sampled_from([row["date"] for row in rows] or ["2022-01-01"]))
    first = [row for row in rows if row["date"] < cut]
    second = [row for row in rows if row["date"] >= cut]
    for place, row in enumerate([*first, *second]):
        row["claim_id"] = f"c{place}"
    if draw(st.booleans()):
        # the same date on both sides of the cut
        first, second = first + second[:1], second[1:]
        if first and any(row["date"] < first[-1]["date"] for row in second):
            first, second = first[:-1], first[-1:] + second
    return first, second


def table(rows):
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in NAMES})


def adjudicate(evaluator, rows, state=None):
    return evaluator.adjudicate(table(rows), MEMBERS, PARAMETERS, state)


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(cut_files())
def test_two_batches_are_one(evaluator, parts):
    first, second = parts
    whole = adjudicate(evaluator, first + second)
    one = adjudicate(evaluator, first)
    two = adjudicate(evaluator, second, one.state)
    assert list(one.payments.rows()) + list(two.payments.rows()) == list(whole.payments.rows())
    assert list(two.state.rows()) == list(whole.state.rows())
    assert one.counts.rejected + two.counts.rejected == whole.counts.rejected
    for layer in ("base", "list"):
        assert one.counts.paid[layer] + two.counts.paid[layer] == whole.counts.paid[layer]


def model(rows):
    """The hand-written scheme in plain Python: claim id -> (base, list, after a rejected row)."""
    paid = {}
    units = {}
    for row in sorted(rows, key=lambda row: row["date"]):
        member, year = row["member_id"], int(row["date"][:4])
        if member not in ("A", "B", "C"):
            continue
        unit = units.setdefault(member, {"rejected": False, "cost": {}, "events": {}, "drugs": {}})
        drug = row["drug"]
        full = drug and len(unit["drugs"]) >= 3 and (year, drug) not in unit["drugs"]
        if row["amount"] == "x" or row["sure"] == "no" or full:
            unit["rejected"] = True
            continue
        if drug:
            unit["drugs"][year, drug] = 1
        suspended = any(a <= row["date"] <= b for a, b in SUSPENDED.get(member, []))
        before = unit["cost"].get(year, 0)
        after = before + (0 if suspended else int(row["amount"].replace(".", "")))
        unit["cost"][year] = after
        seen = unit["events"].get(row["event"], 0)
        unit["events"][row["event"]] = seen + 1
        base = benefit(after) - benefit(before)
        paid[row["claim_id"]] = (
            base,
            1000 if drug in ("D1", "D2") and seen else 0,
            unit["rejected"],
        )
    return paid


def benefit(cost):
    return min(15_000, (75 * max(0, cost - 10_000) + 50) // 100)


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.composite(lambda draw: [row_of(draw) for _ in range(draw(st.integers(0, 14)))])())
def test_a_batch_agrees_with_a_plain_model(evaluator, rows):
    for place, row in enumerate(rows):
        row["claim_id"] = f"c{place}"
    done = adjudicate(evaluator, rows)
    assert {
        row["claim_id"]: (
            int(row["base_pay"] * 100),
            int(row["list_pay"] * 100),
            row["after_reject"],
        )
        for row in done.payments.rows()
    } == model(rows)


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.composite(lambda draw: [row_of(draw) for _ in range(draw(st.integers(0, 10)))])())
def test_a_session_agrees_with_a_batch(evaluator, rows):
    rows = sorted((row | {"member_id": "B"} for row in rows), key=lambda row: row["date"])
    for place, row in enumerate(rows):
        row["claim_id"] = f"c{place}"
    done = adjudicate(evaluator, rows)
    session = evaluator.open(MEMBERS.to_pylist()[1], PARAMETERS)
    settled, refused = {}, []
    for row in rows:
        try:
            settled[row["claim_id"]] = session.settle(row)
        except BadRow as error:
            refused += [(one.claim_id, one.code, one.reason) for one in error.rejects]
    assert {claim: one.total_pay for claim, one in settled.items()} == {
        row["claim_id"]: row["total_pay"] for row in done.payments.rows()
    }
    assert refused == [(one.claim_id, one.code, one.reason) for one in done.reject_records]
    # a claim that was refused on the spot leaves no mark
    assert list(session.state.rows()) == [
        row for row in done.state.rows() if row["accumulator"] != "@rejected"
    ]


def test_many_rows_of_one_member_are_sorted_stably(evaluator):
    rows = [
        {
            "claim_id": f"c{n}",
            "member_id": "A",
            "date": f"2022-01-{n * 7919 % 28 + 1:02}",
            "event": "E1",
            "amount": "0.07",
            "sure": "",
            "drug": "",
        }
        for n in range(3000)
    ]
    done = adjudicate(evaluator, rows)
    found = {
        row["claim_id"]: (int(row["base_pay"] * 100), int(row["list_pay"] * 100), False)
        for row in done.payments.rows()
    }
    assert found == model(rows)


def test_many_members_and_many_keys(make_evaluator):
    evaluator = make_evaluator(member=False)
    rows = [
        {
            "claim_id": f"c{n}",
            "member_id": f"m{n % 700}",
            "date": "2022-01-01",
            "event": f"E{n % 99 if n % 700 else n}",
            "amount": "1",
            "sure": "",
            "drug": "",
        }
        for n in range(20_000)
    ]
    done = evaluator.adjudicate(table(rows), None, PARAMETERS)
    assert done.counts.adjudicated == 20_000
    totals = {
        (row["member_id"], row["key"]): row["total"]
        for row in done.state.rows()
        if row["accumulator"] == "per_event"
    }
    expected = {}
    for row in rows:
        key = (row["member_id"], f'["{row["event"]}"]')
        expected[key] = expected.get(key, 0) + 1
    assert totals == expected


def test_threads_change_nothing(make_evaluator):
    evaluator = make_evaluator(member=False)
    n = 250_000
    claims = pa.table(
        {
            "claim_id": [str(row) for row in range(n)],
            "member_id": [str(row * 7919 % 90_000) for row in range(n)],
            "date": pa.array([19_000 + row * 31 % 365 for row in range(n)], pa.int32()).cast(
                pa.date32()
            ),
            "event": ["E"] * n,
            "amount": [str(row % 400) if row % 50 else "x" for row in range(n)],
        }
    )
    told = []
    one = evaluator.adjudicate(claims, None, PARAMETERS)
    many = evaluator.adjudicate(
        claims, None, PARAMETERS, progress=lambda *done: told.append(done), threads=3
    )
    assert len(told) >= 2 and told == sorted(told) and told[-1] == (n, n)
    for name in ("payments", "rejects", "state"):
        assert pa.table(getattr(one, name)).equals(pa.table(getattr(many, name)))
    assert one.counts == many.counts


def test_members_without_claims_keep_their_totals(evaluator):
    row = dict.fromkeys(NAMES, "") | {"date": "2022-01-01", "amount": "150"}
    rows = [
        row | {"claim_id": str(n), "member_id": member, "event": event}
        for n, (member, event) in enumerate([("A", 'q"\\\n'), ("B", "事件"), ("C", "\x07")])
    ]
    first = adjudicate(evaluator, rows)
    second = evaluator.adjudicate(
        table([row | {"claim_id": "9", "member_id": "B", "event": "new"}]),
        MEMBERS.slice(1, 1),
        PARAMETERS,
        first.state,
    )
    old, new = list(first.state.rows()), list(second.state.rows())
    assert [row for row in old if row["member_id"] != "B"] == [
        row for row in new if row["member_id"] != "B"
    ]
    # by what they say, not as they came
    assert [row["key"] for row in new if row["accumulator"] == "per_event"] == [
        '["q\\"\\\\\\u000a"]',
        '["new"]',
        '["事件"]',
        '["\\u0007"]',
    ]


@pytest.mark.parametrize("whole", [False, True])
def test_a_state_is_listed_by_ids_and_keys_however_claims_came(evaluator, whole):
    ids = [9, 10, 1, 123_456_789_012] if whole else ["9", "10", "é", "a", "12345678a", "12345678", "甲"]
    type_ = pa.int64() if whole else pa.string()
    members = pa.table({"member_id": pa.array(ids, type_), "suspended": [""] * len(ids)})
    rows = [
        {"claim_id": f"{member}/{event}", "member_id": member, "date": "2022-01-01", "event": event, "amount": "1"}
        for member in ids
        for event in ("E2", "E10", "E1", "é", "E")
    ]

    def left(rows, state=None):
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        columns["member_id"] = pa.array(columns["member_id"], type_)
        claims = pa.table(columns | {"sure": [""] * len(rows), "drug": [""] * len(rows)})
        return evaluator.adjudicate(claims, members, PARAMETERS, state).state

    wanted = pa.table(left(rows))
    units = wanted["member_id"].to_pylist()
    assert units == sorted(units, key=str.encode)
    assert len(set(units)) == len(ids)
    keys = [row["key"] for row in left(rows).rows() if row["accumulator"] == "per_event"]
    assert keys[:5] == [f'["{event}"]' for event in ("E", "E1", "E10", "E2", "é")]
    for some in (rows[::-1], rows[7:] + rows[:7]):
        assert pa.table(left(some)).equals(wanted)
        assert pa.table(left(some[11:], left(some[:11]))).equals(wanted)


def test_a_total_below_0_is_of_schemes_whose_totals_fall(make_evaluator, evaluator, claims_of):
    plan = evaluator.plan
    falling = replace(plan, accumulators=tuple(replace(item, falls=True) for item in plan.accumulators))
    for total, fits in ((-1, True), (-(10**15), False)):
        taken = state(total=total)
        if fits:
            done = make_evaluator(falling).adjudicate(claims_of({}).slice(0, 0), MEMBERS, PARAMETERS, taken)
            assert [row["total"] for row in done.state.rows()] == [total]
        else:
            with pytest.raises(BadTable, match="`total`"):
                make_evaluator(falling).adjudicate(claims_of({}), MEMBERS, PARAMETERS, taken)


def state(**columns):
    row = {
        "member_id": "A",
        "accumulator": "cost",
        "key": "[2022]",
        "total": 5,
        "denominator": 1,
        "kernel": "k1",
    }
    return pa.table({name: [value] for name, value in {**row, **columns}.items()})


def test_a_state_may_come_back_as_text(evaluator, claims_of):
    as_text = {name: pa.array([str(value)]) for name, (value,) in state().to_pydict().items()}
    done = evaluator.adjudicate(
        claims_of({}).slice(0, 0), MEMBERS, PARAMETERS, pa.table({**as_text, "more": ["x"]})
    )
    assert list(done.state.rows()) == state().to_pylist()


def test_a_key_is_any_json_of_the_same_meaning(evaluator, claims_of):
    done = evaluator.adjudicate(
        claims_of({}).slice(0, 0),
        MEMBERS,
        PARAMETERS,
        state(accumulator="drugs", key='[ 2022 , "\\u4e8b" ]'),
    )
    assert [row["key"] for row in done.state.rows()] == ['[2022,"事"]']


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"kernel": "k2"}, "of another scheme, or of this one before"),
        ({"accumulator": "coast"}, "row 1 of the state has a `accumulator`"),
        ({"key": "[2022"}, "`key`"),
        ({"key": "2022"}, "`key`"),
        ({"key": "[]"}, "`key`"),
        ({"key": "[2022,1]"}, "`key`"),
        ({"key": '["2022"]'}, "`key`"),
        ({"key": "[1.5]"}, "`key`"),
        ({"key": "[true]"}, "`key`"),
        ({"key": "[9223372036854775808]"}, "`key`"),
        ({"accumulator": "per_event", "key": "[1]"}, "`key`"),
        ({"accumulator": "claims", "key": "[1]"}, "`key`"),
        ({"total": 10**15}, "`total`"),
        ({"total": -1}, "`total`"),
        ({"denominator": 100}, "`denominator`"),
        ({"total": None}, "`total`: no value"),
        ({"member_id": None}, "`member_id`: no value"),
        ({"total": "x"}, "`x` is not a whole number"),
        ({"total": 1.5}, "binary floating point"),
        ({"accumulator": "@last", "key": "[]", "total": 10**9}, "`total`"),
        ({"accumulator": "@rejected", "key": "[]", "total": 2}, "`total`"),
    ],
)
def test_a_table_that_is_no_state_is_refused(evaluator, claims_of, bad, text):
    with pytest.raises(BadTable, match=text.replace("[", r"\[")):
        evaluator.adjudicate(claims_of({}), MEMBERS, PARAMETERS, state(**bad))


@pytest.mark.parametrize(
    ("accumulator", "key", "total"),
    [
        ("cost", "[2022]", 5),
        ("per_event", '["E"]', 1),
        ("claims", "[]", 1),
        ("@last", "[]", 19000),
        ("@rejected", "[]", 1),
    ],
)
def test_a_total_that_stands_twice_is_refused(evaluator, claims_of, accumulator, key, total):
    once = state(accumulator=accumulator, key=key, total=total)
    with pytest.raises(BadTable, match="one total of member `A` twice"):
        evaluator.adjudicate(claims_of({}), MEMBERS, PARAMETERS, pa.concat_tables([once, once]))
    missing = once.drop_columns(["kernel"])
    with pytest.raises(BadTable, match="table state has no column `kernel`"):
        evaluator.adjudicate(claims_of({}), MEMBERS, PARAMETERS, missing)
