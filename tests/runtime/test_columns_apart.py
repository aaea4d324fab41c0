"""Columns of results by themselves: held without their table, written where the caller says, cut in
stretches."""

import array
import datetime
import gc
from decimal import Decimal

import pytest

from hmbc.runtime.arrow_out import OutTable
from hmbc.runtime.memory import keep_memory, memory_kept, memory_used
from hmbc.runtime.out_columns import int_column, text_column

pa = pytest.importorskip("pyarrow")

ROWS = 70_000
START = datetime.date(2022, 1, 1)


@pytest.fixture
def parameters(parameters):
    return parameters | {"threshold": Decimal("1.00")}


@pytest.fixture
def many():
    """Claims of one member, more than a few pages of them; the second one is rejected."""
    amounts = [Decimal(8 + row % 7) / 100 for row in range(ROWS)]
    amounts[1] = None
    return pa.table({
        "claim_id": pa.array([f"C{row}" for row in range(ROWS)]),
        "member_id": ["A"] * ROWS,
        "date": pa.array([START + datetime.timedelta(row % 300) for row in range(ROWS)]),
        "event": ["E1"] * ROWS,
        "amount": pa.array(amounts, pa.decimal128(18, 2)),
    })  # fmt: skip


def test_a_column_stays_when_its_table_goes(evaluator, parameters, members, many):
    done = evaluator.adjudicate(many, members, parameters)
    wanted = pa.table(done.payments)["total_pay"].to_pylist()
    whole = memory_used()
    column = done.payments.column("total_pay")
    assert len(column) == ROWS - 1
    del done
    gc.collect()
    held = memory_used()
    assert held < whole
    taken = pa.array(column)
    del column
    gc.collect()
    # decimals of 16 bytes, the words they were made of are gone
    assert 16 * (ROWS - 1) <= memory_used() <= held + 16 * ROWS
    assert taken.to_pylist() == wanted
    del taken
    gc.collect()
    assert memory_used() < held


def test_every_kind_of_column_comes_by_itself(evaluator, parameters, members, many):
    payments = evaluator.adjudicate(many, members, parameters).payments
    table = pa.table(payments)
    for name in table.column_names:
        assert pa.array(payments.column(name)).to_pylist() == table[name].to_pylist()
    with pytest.raises(KeyError):
        payments.column("nobody")


def test_stretches_of_a_table_are_its_rows(evaluator, parameters, members, many):
    payments = evaluator.adjudicate(many, members, parameters).payments
    whole = pa.table(payments)
    parts = [pa.table(part) for part in payments.batches(30_001)]
    assert [part.num_rows for part in parts] == [30_001, 30_001, ROWS - 1 - 60_002]
    assert pa.concat_tables(parts).equals(whole)
    some = payments.part(17, 40_000).part(1, 100)
    assert pa.table(some).equals(whole.slice(18, 100))


def test_stretches_of_columns_with_gaps_and_of_none():
    table = OutTable([int_column("a", [1, None, 3, None]), text_column("b", ["x", "", None, "y"])])
    rows = [row for part in table.batches(3) for row in part.rows()]
    assert rows == list(table.rows()) == [
        {"a": 1, "b": "x"}, {"a": None, "b": ""}, {"a": 3, "b": None}, {"a": None, "b": "y"},
    ]  # fmt: skip
    empty = OutTable([int_column("a", [])])
    assert [len(part) for part in empty.batches(3)] == [0]


def test_columns_are_written_where_the_caller_says(evaluator, parameters, members, many):
    whole = pa.table(evaluator.adjudicate(many, members, parameters).payments)
    pay, days = array.array("q", bytes(8 * ROWS)), array.array("i", bytes(4 * ROWS))
    why = array.array("b", bytes(ROWS))
    done = evaluator.adjudicate(
        many, members, parameters, out={"total_pay": pay, "date": days, "reason": why}
    )
    assert done.payments.column_names == ["date", "total_pay", "reason"]
    fen = [int(100 * amount) for amount in whole["total_pay"].to_pylist()]
    assert list(pay) == [*fen, 0] and sum(fen) > 0
    assert list(days)[:-1] == whole["date"].cast(pa.int32()).to_pylist()
    names = whole["reason"].combine_chunks()
    assert list(why)[:-1] == names.indices.to_pylist()


@pytest.mark.parametrize(("name", "buffer", "error"), [
    ("nobody", array.array("q", [0]), KeyError),
    ("total_pay", array.array("i", bytes(4 * ROWS)), ValueError),
    ("total_pay", array.array("q", [0]), ValueError),
    ("total_pay", b"12345678", BufferError),
    ("claim_id", array.array("q", bytes(8 * ROWS)), ValueError),
])  # fmt: skip
def test_buffers_that_do_not_fit(evaluator, parameters, members, many, name, buffer, error):
    with pytest.raises(error):
        evaluator.adjudicate(many, members, parameters, out={name: buffer})


def test_batches_alike_leave_the_same_behind(evaluator, parameters, members, many):
    keep_memory(0)
    keep_memory()
    kept = []
    for _ in range(6):
        payments = evaluator.adjudicate(many, members, parameters).payments
        assert len(payments) > 0
        del payments
        kept.append(memory_kept())
    assert kept[0] > 0
    assert len(set(kept)) == 1
    used = memory_used()
    keep_memory(0)
    assert memory_kept() == 0
    evaluator.adjudicate(many, members, parameters)
    assert memory_kept() == 0
    assert memory_used() == used
    keep_memory()
