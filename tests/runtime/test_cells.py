"""Texts of every kind of attribute, good and bad. Statuses are those of cells.pxd."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmbc.runtime.columns import Reader

OK, NULL, NOT_NUMBER, RANGE, NOT_VALUE, NOT_DATE, NOT_BOOL, NOT_PERIODS, DECIMALS, LARGE = range(10)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("12345.60", 1234560),
        ("12345.6", 1234560),
        ("12345", 1234500),
        ("0", 0),
        ("-0.05", -5),
        ("-0", 0),
        ("007", 700),
        ("92233720368547758.07", 2**63 - 1),
    ],
)
def test_amounts_are_exact(text, word):
    assert Reader("money").parse(text) == (OK, word)


@pytest.mark.parametrize(
    "text",
    ["1,000", "1e3", " 1", "1 ", "+1", ".5", "5.", "1.2.3", "-", "--1", "¥1", "NaN", "１", "1_0"],
)
def test_what_is_no_amount(text):
    assert Reader("money").parse(text)[0] == NOT_NUMBER


def test_amounts_with_too_many_decimals_or_digits():
    assert Reader("money").parse("1.005")[0] == DECIMALS
    assert Reader("money").parse("1.000")[0] == DECIMALS
    assert Reader("money", digits=0).parse("1.0")[0] == DECIMALS
    assert Reader("money", digits=3).parse("1.005") == (OK, 1005)
    assert Reader("money").parse("92233720368547758.08")[0] == LARGE
    assert Reader("money").parse("9" * 60)[0] == LARGE
    assert Reader("money").parse("9" * 60 + "x")[0] == NOT_NUMBER


def test_an_empty_text_is_no_value():
    for kind in ("money", "int", "ratio", "bool", "date", "enum", "code", "periods"):
        assert Reader(kind).parse("")[0] == NULL


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_whole_numbers_go_through(number):
    assert Reader("int").parse(str(number)) == (OK, number)


def test_ratios():
    for text in ("75%", "75.00%", "0.75", "0.750000"):
        assert Reader("ratio").parse(text) == (OK, 750_000)
    assert Reader("ratio").parse("0.0001%") == (OK, 1)
    assert Reader("ratio").parse("0.00001%")[0] == DECIMALS
    assert Reader("ratio").parse("%")[0] == NOT_NUMBER
    assert Reader("ratio").parse("75 %")[0] == NOT_NUMBER


def test_booleans():
    for text in ("true", "TRUE", "yes", "1", "是", "真"):
        assert Reader("bool").parse(text) == (OK, 1)
    for text in ("false", "No", "0", "否", "假"):
        assert Reader("bool").parse(text) == (OK, 0)
    for text in ("t", "2", "是的", "真的", "假\x00", "\xe7\x9c", "tru\x05"):
        assert Reader("bool").parse(text)[0] == NOT_BOOL


@given(st.dates())
def test_every_date_in_every_form(date):
    days = (date - datetime.date(1970, 1, 1)).days
    year = f"{date.year:04}"
    for text in (
        f"{year}-{date.month:02}-{date.day:02}",
        f"{year}/{date.month}/{date.day}",
        f"{year}{date.month:02}{date.day:02}",
    ):
        assert Reader("date").parse(text) == (OK, days)


@pytest.mark.parametrize(
    "text",
    [
        "2022-02-29",
        "2022-13-01",
        "2022-00-01",
        "2022-01-00",
        "2022-04-31",
        "2022-1/1",
        "2022-01-001",
        "22-01-01",
        "202201",
        "2022-01-01 00:00",
        "0000-01-01",
        "2022--1-1",
        "2022年3月1",
        "01/03/2022",
    ],
)
def test_what_is_no_date(text):
    assert Reader("date").parse(text)[0] == NOT_DATE


def test_values_of_an_enum_answer_to_their_labels():
    reader = Reader("enum", values=[("in", "住院"), ("out", None)])
    assert [reader.parse(text) for text in ("in", "住院", "out")] == [(OK, 0), (OK, 0), (OK, 1)]
    assert reader.parse("In")[0] == NOT_VALUE


def test_a_domain_is_closed():
    reader = Reader("int", low=-5, high=5)
    assert [reader.parse(str(n))[0] for n in (-6, -5, 5, 6)] == [RANGE, OK, OK, RANGE]


def test_periods():
    reader = Reader("periods")
    assert reader.parse("1970-01-02..1970-01-03;1970/1/5..")[0] == OK
    assert reader.parse_with_ranges("1970-01-02..1970-01-03") == (0, 0, [(1, 2)])
    for text in ("..", "1970-01-02", "1970-01-03..1970-01-02", "1970-01-01..x", "1970-01-01..;"):
        assert reader.parse(text)[0] == NOT_PERIODS
