"""What spreadsheets do to cells is named."""

import re

import pytest

from hmbc.runtime.spreadsheets import SCIENTIFIC, spreadsheet_hint


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("15,000.00", "money", "commas"),
        ("1，000", "money", "commas"),
        ("￥800.00", "money", "currency"),
        ("12000元", "money", "currency"),
        ("一级 ", "enum", "blanks"),
        ("45352", "date", "spreadsheet"),
        ("2024-13-01", "date", ""),
        ("abc", "money", ""),
        ("1,2", "money", ""),
    ],
)
def test_hints(text, kind, said):
    hint = spreadsheet_hint(text, kind, "en")
    assert (said in hint) and bool(hint) == bool(said)
    assert bool(spreadsheet_hint(text, kind, "zh")) == bool(said)


def test_ids_that_became_numbers():
    assert re.search(SCIENTIFIC, "3.71402E+17")
    for fine in ("371402199001010011", "E+17", "3.7E17", "A1E+10B", ""):
        assert not re.search(SCIENTIFIC, fine)
