"""Columns read in blocks say what columns read cell by cell say, whatever their type and pieces."""

import datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmbc.runtime.arrow_in import read_table
from hmbc.runtime.columns import Reader
from hmbc.runtime.unique import check_ids

WHOLES = [pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64()]
TEXTS = [pa.string(), pa.large_string(), pa.string_view()]
DAY = datetime.date(2022, 1, 1)

READERS = {
    "money": {"digits": 2},
    "fen": {"kind": "money", "minor_units": True, "low": 0, "high": 10**6},
    "int": {},
    "age": {"kind": "int", "low": 0, "high": 120},
    "ratio": {"low": 0, "high": 10**6},
    "bool": {},
    "date": {},
    "this year": {"kind": "date", "low": 18993, "high": 19357},
    "enum": {"values": [("a", "甲"), ("b", None), ("7", None)]},
    "code": {},
}
KINDS = {
    "money": [*(pa.decimal128(38, s) for s in (-2, 0, 1, 2, 4, 25)), *TEXTS],
    "fen": WHOLES,
    "int": [*WHOLES, pa.decimal128(38, 0), pa.decimal128(38, 3), pa.string()],
    "age": [*WHOLES, pa.string()],
    "ratio": [pa.decimal128(38, 2), pa.decimal128(38, 6), pa.decimal128(38, 9), pa.string()],
    "bool": [pa.bool_(), pa.int8(), pa.uint8(), pa.int64(), pa.string()],
    "date": [pa.date32(), pa.date64(), *(pa.timestamp(u) for u in ("s", "ms", "us", "ns")), pa.string()],
    "this year": [pa.date32(), pa.date64(), pa.timestamp("us"), pa.string()],
    "enum": [*TEXTS, pa.int32()],
    "code": [*TEXTS, *WHOLES],
}


def cells(kind, type_):
    """Cells of a type, most of them good for the kind."""
    if pa.types.is_decimal(type_):
        ends = [Decimal(2**63 - 1), Decimal(2**63), Decimal(-(2**63)), Decimal(10**30), Decimal("0.005")]
        some = st.one_of(
            st.decimals(min_value=-5, max_value=10**4, places=2), st.sampled_from(ends)
        )
        return some.map(lambda value: fitting(value, type_))
    if pa.types.is_integer(type_):
        width = type_.bit_width
        signed = pa.types.is_signed_integer(type_)
        low, high = (-(1 << width - 1), (1 << width - 1) - 1) if signed else (0, (1 << width) - 1)
        return st.one_of(
            st.integers(max(low, 0), min(high, 120)), st.integers(low, high), st.sampled_from([low, high])
        )
    if pa.types.is_boolean(type_):
        return st.booleans()
    if pa.types.is_date(type_):
        return st.one_of(st.integers(0, 700).map(lambda n: DAY + datetime.timedelta(n)), st.dates())
    if pa.types.is_timestamp(type_):
        whole = st.integers(0, 700).map(lambda n: datetime.datetime(2022, 1, 1) + datetime.timedelta(n))
        return st.one_of(whole, st.sampled_from([datetime.datetime(2022, 1, 1, 12)]))
    good = {
        "money": ["1.50", "-3", "12,000.05", "0.005", "x"], "ratio": ["75%", "0.75", "1", "2"],
        "bool": ["是", "no", "1", "2", "真", "假"], "enum": ["a", "甲", "b", "7", "c"],
        "code": ["K1", "a code of more than twelve bytes", "7", "07", "-7", "9" * 18, "9" * 20],
    }.get(kind, ["5", "-1", "121", "5.0", "2022-03-01", "2021-12-31", "2022-13-01", "9" * 19])  # fmt: skip
    return st.sampled_from([*good[:2] * 3, *good, ""])


def fitting(value, type_):
    """The decimal in that type's scale, cut off where it has more decimals."""
    unit = Decimal(1).scaleb(-type_.scale)
    cut = (value // unit) * unit if abs(value) < 10 ** (26 - max(type_.scale, 0)) else unit
    return cut.quantize(unit) if type_.scale >= 0 else cut


@st.composite
def columns(draw):
    """A reader's name, whether values may be absent, a column in pieces, perhaps a dictionary."""
    kind = draw(st.sampled_from(list(KINDS)))
    type_ = draw(st.sampled_from(KINDS[kind]))
    cell = cells(kind, type_)
    if draw(st.booleans()):
        cell = st.one_of(cell, st.none())
    pool = draw(st.lists(cell, min_size=1, max_size=12))
    size = draw(st.sampled_from([0, 1, 7, 64, 1024, 1025, 2500]))
    start = draw(st.integers(0, 9))
    step = draw(st.sampled_from([1, 1, 5, 7]))
    values = [pool[(start + step * place) % len(pool)] for place in range(size)]
    array = pa.array(values, type_)
    if draw(st.booleans()) and not pa.types.is_string_view(type_):
        array = array.dictionary_encode()
    chunks = [array.slice(draw(st.integers(0, 3)), max(0, size - 3))]
    cut = draw(st.integers(0, size))
    if draw(st.booleans()):
        chunks = [array.slice(0, cut), array.slice(cut)]
    return kind, draw(st.booleans()), pa.table({"x": pa.chunked_array(chunks)})


def said(reader, table, optional, by_cell):
    values = reader.read(read_table(table).column(0), optional, by_cell=by_cell)
    rows = range(values.length)
    words = [values.word(row) if values.is_given(row) else None for row in rows]
    return words, [values.is_given(row) for row in rows], values.bad, values.width


@settings(max_examples=300, deadline=None)
@given(columns())
def test_blocks_read_as_cells_do(column):
    kind, optional, table = column
    options = {"kind": kind, **READERS[kind]}
    blocks = said(Reader(**options), table, optional, by_cell=False)
    assert blocks == said(Reader(**options), table, optional, by_cell=True)


def test_bad_cells_deep_in_a_long_column_are_found():
    amounts = [Decimal(n) / 100 for n in range(5000)]
    for place in (0, 1023, 1024, 4999):
        amounts[place] = None
    amounts[2000] = Decimal(2**63)
    reader = Reader("money", low=0)
    values = reader.read(read_table(pa.table({"x": pa.array(amounts, pa.decimal128(38, 2))})).column(0))
    assert values.bad == [(0, 1), (1023, 1), (1024, 1), (2000, 9), (4999, 1)]
    assert [values.word(row) for row in (1, 2000, 4998)] == [1, None, 4998]


@pytest.mark.parametrize(("kind", "type_", "width"), [
    ("int", pa.int64(), 8), ("date", pa.date32(), 4), ("bool", pa.bool_(), 1), ("code", pa.int64(), 4),
])  # fmt: skip
def test_each_kind_has_its_width(kind, type_, width):
    array = pa.array([1, 0, 1], pa.int32()).cast(type_) if kind == "date" else pa.array([1, 0, 1]).cast(type_)
    values = Reader(kind).read(read_table(pa.table({"x": array})).column(0))
    assert values.width == width and [values.word(row) for row in range(3)] == (
        [0, 1, 0] if kind == "code" else [1, 0, 1]
    )


def test_an_enum_of_many_values_is_wider():
    names = [(f"v{n}", None) for n in range(300)]
    values = Reader("enum", values=names).read(read_table(pa.table({"x": ["v299", "v0"]})).column(0))
    assert values.width == 4 and [values.word(row) for row in range(2)] == [299, 0]


IDS = st.one_of(
    st.integers(0, 30), st.integers(0, 2**63 - 1), st.integers(-(2**63) + 1, 2**63 - 1), st.none(),
)  # fmt: skip
FORMS = st.sampled_from([pa.int64(), pa.string(), pa.large_string(), pa.string_view()])


@settings(max_examples=200, deadline=None)
@given(st.lists(IDS, max_size=40), FORMS, st.booleans(), st.booleans(), st.integers(0, 40))
def test_repeated_ids_are_found(ids, form, rising, encoded, cut):
    if rising:
        ids = sorted(set(ids) - {None})
    texts = ids if form == pa.int64() else [None if id is None else str(id) for id in ids]
    array = pa.array(texts, form)
    if encoded and form != pa.string_view():
        array = array.dictionary_encode()
    table = pa.table({"x": pa.chunked_array([array.slice(0, cut), array.slice(cut)])})
    values, again = check_ids(read_table(table).column(0))
    assert values.bad == [(row, 1) for row, id in enumerate(ids) if id is None]
    assert again == [row for row, id in enumerate(ids) if id is not None and id in ids[:row]]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 40), st.integers(-(2**63) + 1, 2**63 - 1)), max_size=60), st.integers(0, 9))
def test_ids_are_the_same_as_text_and_as_whole_numbers(ids, first):
    """Members' ids may be text in one table and whole numbers in the other."""
    ids = [*range(first, first + 5), *ids]
    reader, texts = Reader("code"), Reader("code")
    whole = reader.read(read_table(pa.table({"x": pa.array(ids, pa.int64())})).column(0))
    written = reader.read(read_table(pa.table({"x": [str(id) for id in ids]})).column(0))
    alone = texts.read(read_table(pa.table({"x": [str(id) for id in ids]})).column(0))
    rows = range(len(ids))
    assert [whole.word(row) for row in rows] == [written.word(row) for row in rows]
    assert [whole.word(row) for row in rows] == [alone.word(row) for row in rows]
    assert [reader.texts.text(whole.word(row)) for row in rows] == [str(id) for id in ids]
    assert len(reader.texts) == len(set(ids))
    odd = ["007", "-0", "+1", "1 ", "9" * 19, "-", "1.0"]
    assert len({reader.texts.number(text) for text in odd} | set(range(len(reader.texts)))) == len(
        set(ids)
    ) + len(odd)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 299), st.one_of(st.none(), st.integers(0, 400))), max_size=9),
    FORMS,
    st.integers(0, 300),
)
def test_repeated_ids_are_found_where_nearly_all_rise(changed, form, cut):
    ids = list(range(1000, 1300))
    for row, id in changed:
        ids[row] = None if id is None else 950 + id
    texts = ids if form == pa.int64() else [None if id is None else str(id) for id in ids]
    array = pa.array(texts, form)
    table = pa.table({"x": pa.chunked_array([array.slice(0, cut), array.slice(cut)])})
    values, again = check_ids(read_table(table).column(0))
    assert values.bad == [(row, 1) for row, id in enumerate(ids) if id is None]
    assert again == [row for row, id in enumerate(ids) if id is not None and id in ids[:row]]


@pytest.mark.parametrize("form", [pa.int64(), pa.uint64(), pa.int32()])
@pytest.mark.parametrize("row", [1, 1023, 1024, 1025, 2048, 2999])
def test_a_repeated_id_is_found_at_the_border_of_a_block(row, form):
    ids = [*range(3000)]
    ids[row] = row - 1
    values, again = check_ids(read_table(pa.table({"x": pa.array(ids, form)})).column(0))
    assert (values.bad, again) == ([], [row])
    ids[row] = 0
    ids[row - 1] = None
    values, again = check_ids(read_table(pa.table({"x": pa.array(ids, form)})).column(0))
    assert (values.bad, again) == ([(row - 1, 1)], [] if row == 1 else [row])


def test_an_id_too_large_is_found_among_those_that_rise():
    ids = pa.array([*range(2000), 2**63, 2**63 + 1], pa.uint64())
    values, again = check_ids(read_table(pa.table({"x": ids})).column(0))
    assert [row for row, _ in values.bad] == [2000, 2001] and again == []
