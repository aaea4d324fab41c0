"""Which columns a table is to have, what they may be called, and which columns go out."""

import pyarrow as pa
import pytest

from hmbc.runtime.errors import BadTable


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
