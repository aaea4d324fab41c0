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


def test_columns_answer_to_names_or_labels(evaluator, parameters, members, claims_of):
    claims = claims_of({"amount": "30000"})
    names = ["金额" if name == "amount" else name for name in claims.column_names]
    done = evaluator.adjudicate(claims.rename_columns(names), members, parameters)
    assert done.counts.paid["base"] == 750000
    both = claims.append_column("金额", pa.array(["1"]))
    with pytest.raises(BadTable, match="more than one column for `amount`: `amount`, `金额`"):
        evaluator.adjudicate(both, members, parameters)
    twice = claims.append_column("amount", pa.array(["1"]))
    with pytest.raises(BadTable, match="more than one column for `amount`: `amount`, `amount`"):
        evaluator.adjudicate(twice, members, parameters)


def test_missing_columns_are_all_told_and_others_ignored(evaluator, parameters, members, claims_of):
    claims = claims_of({})
    with pytest.raises(BadTable) as error:
        evaluator.adjudicate(claims.drop_columns(["amount", "date"]), members, parameters)
    assert error.value.problems == (
        "table claims has no column `date` (`日期`)",
        "table claims has no column `amount` (`金额`)",
    )
    with pytest.raises(BadTable, match="that nothing asks for: `betrag`"):
        names = ["betrag" if name == "amount" else name for name in claims.column_names]
        evaluator.adjudicate(claims.rename_columns(names), members, parameters)
    done = evaluator.adjudicate(
        claims.append_column("note", pa.array(["x"])),
        members.append_column("name", pa.array(["x", "y"])),
        parameters,
    )
    assert done.ignored_columns == {"claims": ["note"], "members": ["name"]}
    with pytest.raises(BadTable, match="a table of members is needed"):
        evaluator.adjudicate(claims, None, parameters)


def test_a_table_without_rows(evaluator, parameters, members, claims_of):
    done = evaluator.adjudicate(claims_of({}).slice(0, 0), members, parameters)
    assert done.payments.num_rows == done.rejects.num_rows == done.state.num_rows == 0
    assert done.payments.column_names == [
        "claim_id",
        "member_id",
        "date",
        "base_pay",
        "base_reason",
        "list_pay",
        "list_reason",
        "total_pay",
        "reason",
        "after_reject",
    ]


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


def test_data_frames_of_pandas(evaluator, parameters, members):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "claim_id": [1, 2],
            "member_id": pandas.Categorical(["A", "B"]),
            "date": pandas.to_datetime(["2022-01-01", "2022-01-02"]),
            "event": ["E", "F"],
            "amount": ["30000", "1"],
        }
    )
    done = evaluator.adjudicate(frame, members.to_pandas(), parameters)
    assert [(row["claim_id"], int(row["total_pay"])) for row in done.payments.rows()] == [
        (1, 7500),
        (2, 0),
    ]



def test_ids_and_date_may_have_chinese_headers(evaluator, parameters, members, claims_of):
    claims = claims_of({})
    chinese = {"claim_id": "费用编号", "member_id": "参保人编号", "date": "日期"}
    named = pa.table(claims)
    renamed = named.rename_columns([chinese.get(name, name) for name in named.column_names])
    done = evaluator.adjudicate(renamed, members, parameters)
    plain = evaluator.adjudicate(claims, members, parameters)
    assert list(done.payments.rows()) == list(plain.payments.rows())
    both = named.append_column("日期", named["date"])
    with pytest.raises(BadTable, match="日期"):
        evaluator.adjudicate(both, members, parameters)


def test_columns_that_are_wanted(evaluator, parameters, members, claims_of):
    claims = claims_of({"amount": "30000.02"}, {"amount": "x"}, {"amount": "1.00"})
    whole = pa.table(evaluator.adjudicate(claims, members, parameters).payments)
    names = ("reason", "total_pay", "claim_id")
    done = evaluator.adjudicate(claims, members, parameters, columns=names)
    some = pa.table(done.payments)
    assert some.column_names == ["claim_id", "total_pay", "reason"]
    assert some.equals(whole.select(some.column_names))


def test_payments_in_minor_units(evaluator, parameters, members, claims_of):
    claims = claims_of({"amount": "30000.02"}, {"amount": "x"}, {"amount": "1.00"})
    units = pa.table(evaluator.adjudicate(claims, members, parameters).payments)
    done = evaluator.adjudicate(claims, members, parameters, minor_payments=True)
    minor = pa.table(done.payments)
    for name in ("base_pay", "list_pay", "total_pay"):
        assert minor.schema.field(name).type == pa.int64()
        assert minor[name].to_pylist() == [int(value * 100) for value in units[name].to_pylist()]


IDS = [
    pa.int64(), pa.uint32(), pa.int8(), pa.string(), pa.large_string(), pa.string_view(),
    pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int8(), pa.int64()),
]  # fmt: skip


@pytest.mark.parametrize("type_", IDS)
@pytest.mark.parametrize("bad", [(), (0,), (2,), (1, 3), (4,), (0, 1, 2, 3, 4)])
@pytest.mark.parametrize("cuts", [(), (2,), (1, 1, 4)])
def test_ids_go_out_as_they_came(evaluator, parameters, members, claims_of, type_, bad, cuts):
    """Whichever rows are rejected, in however many pieces the column comes."""
    numbers = pa.array([11, 12, 13, 14, 15])
    plain = type_.value_type if pa.types.is_dictionary(type_) else type_
    ids = numbers.cast(plain) if pa.types.is_integer(plain) else numbers.cast(pa.string()).cast(plain)
    ids = ids.dictionary_encode() if pa.types.is_dictionary(type_) else ids
    table = claims_of(*({"amount": "x" if row in bad else "1"} for row in range(5)))
    table = table.set_column(table.column_names.index("claim_id"), "claim_id", ids)
    ends = [0, *cuts, 5]
    pieces = [table.slice(start, end - start) for start, end in zip(ends, ends[1:], strict=False)]
    done = evaluator.adjudicate(pa.concat_tables(pieces), members, parameters)
    out = pa.table(done.payments)["claim_id"]
    pa.table(done.payments).validate(full=True)
    kept = [number for row, number in enumerate(numbers.to_pylist()) if row not in bad]
    assert [str(id) for id in out.to_pylist()] == [str(number) for number in kept]
    same = plain == type_ and not pa.types.is_string_view(type_)
    assert out.type == (type_ if same else pa.string())
    assert [reject.claim_id for reject in done.reject_records] == [str(11 + row) for row in bad]
