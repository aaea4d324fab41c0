"""Columns of every Arrow type that may hold an attribute, chunked, sliced and with nulls."""

import datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from hmbc.runtime.arrow_in import read_table, rows_of
from hmbc.runtime.columns import Reader
from hmbc.runtime.errors import BadTable

NULL, RANGE, NOT_DATE, NOT_BOOL, DECIMALS, LARGE = 1, 3, 5, 6, 8, 9


def read(array, kind, optional=False, **options):
    """Words (None where absent or bad) and bad cells of one column, whole and in odd pieces."""

    def once(table):
        values = Reader(kind, **options).read(read_table(table).column(0), optional)
        words = [values.word(row) if values.is_given(row) else None for row in range(values.length)]
        return words, values.bad

    whole = once(pa.table({"x": array}))
    table = pa.table({"x": array})
    padded = pa.concat_tables([table.slice(0, 1), table, table.slice(0, 1)]).combine_chunks()
    pieces = [padded.slice(1, 1), padded.slice(2, 0), padded.slice(2, len(array) - 1)]
    assert once(pa.concat_tables(pieces)) == whole
    # an offset on the parent struct as well as on the child
    struct = pa.StructArray.from_arrays([padded["x"].combine_chunks()], ["x"])
    if isinstance(struct, pa.ChunkedArray):
        struct = struct.chunk(0)
    assert once(struct.slice(1, len(array))) == whole
    return whole


TEXTS = ["12.50", None, "0.05"]


@pytest.mark.parametrize("type_", [pa.string(), pa.large_string(), pa.string_view()])
def test_text(type_):
    assert read(pa.array(TEXTS, type_), "money") == ([1250, None, 5], [(1, NULL)])
    assert read(pa.array(TEXTS, type_), "money", optional=True) == ([1250, None, 5], [])


def test_long_text_in_a_view():
    long = "a-code-longer-than-twelve-bytes"
    assert read(pa.array([long, "x", long], pa.string_view()), "code") == ([0, 1, 0], [])


@pytest.mark.parametrize(
    "index",
    [
        pa.int8(),
        pa.uint8(),
        pa.int16(),
        pa.uint16(),
        pa.int32(),
        pa.uint32(),
        pa.int64(),
        pa.uint64(),
    ],
)
def test_dictionaries(index):
    array = pa.DictionaryArray.from_arrays(
        pa.array([1, None, 0, 2, 1], index), pa.array(["0.05", "12.50", None])
    )
    assert read(array, "money") == ([1250, None, 5, None, 1250], [(1, NULL), (3, NULL)])


def test_dictionary_of_decimals():
    array = pa.array([Decimal("1.50"), None, Decimal("1.50")]).dictionary_encode()
    assert read(array, "money") == ([150, None, 150], [(1, NULL)])


@pytest.mark.parametrize(
    "type_",
    [
        pa.int8(),
        pa.uint8(),
        pa.int16(),
        pa.uint16(),
        pa.int32(),
        pa.uint32(),
        pa.int64(),
        pa.uint64(),
    ],
)
def test_whole_numbers_of_all_widths(type_):
    array = pa.array([100, None, 7], type_)
    assert read(array, "int") == ([100, None, 7], [(1, NULL)])
    assert read(array, "money", minor_units=True) == ([100, None, 7], [(1, NULL)])
    assert read(array, "code") == ([0, None, 1], [(1, NULL)])


def test_whole_numbers_at_their_ends():
    assert read(pa.array([-128, 127], pa.int8()), "int")[0] == [-128, 127]
    assert read(pa.array([2**64 - 1, 2**63 - 1], pa.uint64()), "int") == (
        [None, 2**63 - 1],
        [(0, LARGE)],
    )
    assert read(pa.array([-(2**63), 1], pa.int64()), "int")[1] == [(0, LARGE)]


def test_booleans():
    array = pa.array([True, None, False, True])
    assert read(array, "bool", optional=True) == ([1, None, 0, 1], [])
    assert read(pa.array([1, 0, 2]), "bool") == ([1, 0, None], [(2, NOT_BOOL)])


def test_decimals():
    values = [Decimal("1.25"), None, Decimal("-0.01"), Decimal("92233720368547758.08")]
    assert read(pa.array(values, pa.decimal128(38, 2)), "money") == (
        [125, None, -1, None],
        [(1, NULL), (3, LARGE)],
    )
    assert read(pa.array([Decimal("1.2500"), Decimal("1.2501")], pa.decimal128(9, 4)), "money") == (
        [125, None],
        [(1, DECIMALS)],
    )
    assert read(pa.array([Decimal("125"), Decimal("-3")], pa.decimal128(38, 0)), "money") == (
        [12500, -300],
        [],
    )
    assert read(pa.array([Decimal(10**37), Decimal(1)], pa.decimal128(38, 0)), "money") == (
        [None, 100],
        [(0, LARGE)],
    )
    assert read(pa.array([Decimal(300), Decimal(1200)], pa.decimal128(5, -2)), "money") == (
        [30000, 120000],
        [],
    )
    assert read(pa.array([Decimal("0.75"), Decimal(1)], pa.decimal128(3, 2)), "ratio") == (
        [750_000, 1_000_000],
        [],
    )
    assert read(pa.array([Decimal("5"), Decimal(6)], pa.decimal128(38, 0)), "int")[0] == [5, 6]


def test_a_domain_holds_for_every_type():
    assert read(pa.array([Decimal("1.25"), Decimal("1.26")]), "money", high=125) == (
        [125, 126],
        [(1, RANGE)],
    )


def test_dates():
    day = datetime.date(2022, 3, 1)
    days = (day - datetime.date(1970, 1, 1)).days
    for type_ in (pa.date32(), pa.date64()):
        assert read(pa.array([day, None, datetime.date(1969, 12, 31)], type_), "date") == (
            [days, None, -1],
            [(1, NULL)],
        )


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai"])
def test_timestamps_of_whole_days(unit, zone):
    per_day = 86_400 * {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    array = pa.array([19_000 * per_day, -per_day, per_day + 1], pa.timestamp(unit, zone))
    assert read(array, "date") == ([19_000, -1, None], [(2, NOT_DATE)])


def test_dates_outside_the_calendar():
    assert read(pa.array([2932896, 2932897, -719163], pa.date32()), "date") == (
        [2932896, None, None],
        [(1, NOT_DATE), (2, NOT_DATE)],
    )


def test_a_column_of_nulls():
    assert read(pa.nulls(2), "money") == ([None, None], [(0, NULL), (1, NULL)])
    assert read(pa.nulls(2), "code", optional=True) == ([None, None], [])


def test_null_rows_of_the_parent_are_nulls():
    struct = pa.StructArray.from_arrays(
        [pa.array([1, 2, 3])], ["x"], mask=pa.array([False, True, False])
    )
    values = Reader("int").read(read_table(struct).column(0))
    assert values.bad == [(1, NULL)]


STRUCT = pa.struct([("first", pa.date32()), ("last", pa.date32())])


@pytest.mark.parametrize("list_", [pa.list_, pa.large_list])
@pytest.mark.parametrize("slice_", [False, True])
def test_periods_as_lists(list_, slice_):
    cells = [
        [{"first": datetime.date(1970, 1, 2), "last": datetime.date(1970, 1, 3)}],
        None,
        [],
        [
            {"first": datetime.date(1970, 1, 5), "last": None},
            {"first": datetime.date(1970, 1, 1), "last": datetime.date(1970, 1, 1)},
        ],
        [{"first": None, "last": None}],
        [{"first": datetime.date(1970, 1, 2), "last": datetime.date(1970, 1, 1)}],
    ]
    array = pa.array([*cells[:1], *cells] if slice_ else cells, list_(STRUCT))
    array = array.slice(1) if slice_ else array
    values = Reader("periods").read(read_table(pa.table({"x": array})).column(0), True)
    assert [values.ranges(row) for row in range(6)] == [
        [(1, 2)],
        [],
        [],
        [(4, 2932896), (0, 0)],
        [],
        [],
    ]
    assert [values.is_given(row) for row in range(4)] == [True, False, True, True]
    assert values.bad == [(4, 7), (5, 7)]


def test_periods_as_text_and_lists_of_text():
    for cells in (
        pa.array(["1970-01-02..1970-01-03;1970-01-05..", None, "x"]),
        pa.array([["1970-01-02..1970-01-03", "1970-01-05.."], [], ["x"]]),
    ):
        values = Reader("periods").read(read_table(pa.table({"x": cells})).column(0))
        assert [values.ranges(row) for row in range(3)] == [[(1, 2), (4, 2932896)], [], []]
        assert values.bad == [(2, 7)]


@pytest.mark.parametrize(
    ("kind", "array", "why"),
    [
        ("money", pa.array([1.5]), "float"),
        ("money", pa.array([1.5]).dictionary_encode(), "float"),
        ("ratio", pa.array([0.5], pa.float32()), "float"),
        ("int", pa.array([1.0]), "float"),
        ("code", pa.array([1.0]), "float"),
        ("money", pa.array([1]), "whole"),
        ("ratio", pa.array([1]), "whole"),
        ("date", pa.array([1]), "type"),
        ("money", pa.array([True]), "type"),
        ("money", pa.array([b"1"]), "type"),
        ("money", pa.array([[1]]), "type"),
        ("code", pa.array([datetime.date(2022, 1, 1)]), "type"),
        ("periods", pa.array([1]), "type"),
        ("money", pa.array([Decimal(1)], pa.decimal256(50, 2)), "type"),
    ],
)
def test_types_that_are_refused(kind, array, why):
    assert Reader(kind).refuses(read_table(pa.table({"x": array})).column(0)) == why


def test_a_refused_column_refuses_the_table(evaluator, parameters, members, claims_of):
    claims = claims_of({})
    at = claims.column_names.index("amount")
    for array, text in ((pa.array([1.5]), "binary floating point"), (pa.array([1]), "minor_units")):
        with pytest.raises(BadTable, match=text):
            evaluator.adjudicate(claims.set_column(at, "amount", array), members, parameters)
    fen = claims.set_column(at, "amount", pa.array([3_000_000]))
    done = evaluator.adjudicate(fen, members, parameters, minor_units=True)
    assert done.counts.paid["base"] == 750_000


def test_record_batches_and_readers(evaluator, parameters, members, claims_of):
    claims = claims_of({"amount": "30000"})
    for source in (claims.to_batches()[0], claims.to_reader(), claims):
        done = evaluator.adjudicate(source, members.to_reader(), parameters)
        assert done.counts.paid["base"] == 750_000


def test_what_is_no_table():
    with pytest.raises(TypeError, match="__arrow_c_stream__"):
        read_table([1, 2])
    with pytest.raises(TypeError, match="a struct of columns"):
        read_table(pa.array([1]))


def test_a_stream_that_breaks_off():
    def batches():
        yield pa.record_batch({"x": [1]})
        raise OSError("the line is dead")

    reader = pa.RecordBatchReader.from_batches(pa.schema([("x", pa.int64())]), batches())
    with pytest.raises(OSError, match="the line is dead"):
        read_table(reader)


def test_rows_of_any_table():
    table = pa.table(
        {
            "t": ["a", None],
            "d": pa.array([Decimal("-1.50"), None], pa.decimal128(30, 2)),
            "n": [1, None],
        }
    )
    assert list(rows_of(table)) == table.to_pylist()


def test_results_go_out_exactly(evaluator, parameters, members, claims_of):
    done = evaluator.adjudicate(
        claims_of({"amount": "30000.02"}, {"amount": "x"}, {}), members, parameters
    )
    out = pa.table(done.payments)
    assert [str(type_) for type_ in out.schema.types[:5]] == [
        "string",
        "string",
        "date32[day]",
        "decimal128(18, 2)",
        "dictionary<values=string, indices=int8, ordered=0>",
    ]
    assert out.to_pylist() == list(done.payments.rows())
    assert out["base_pay"].to_pylist() == [Decimal("7500.02"), Decimal("0.75")]
    out.validate(full=True)
    for table in (done.rejects, done.state):
        pa.table(table).validate(full=True)
        assert pa.table(table).to_pylist() == list(table.rows())
    assert pa.schema(done.payments) == out.schema


def test_a_result_outlives_its_table_and_is_read_twice(evaluator, parameters, members, claims_of):
    payments = evaluator.adjudicate(claims_of({}, {}), members, parameters).payments
    capsule = payments.__arrow_c_stream__()
    one, two = pa.table(payments), pa.table(payments)
    rows = list(payments.rows())
    del payments
    assert one.to_pylist() == two.to_pylist() == rows
    del one, two, capsule
