"""docs/readings.md lists every reading of every scheme and guideline."""

import importlib.util
from pathlib import Path

import pytest

from hmbc.dsl import nodes as n
from hmbc.dsl.parse import parse
from hmbc.dsl.source import Source

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def make_readings():
    spec = importlib.util.spec_from_file_location("make_readings", DOCS / "make_readings.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(make_readings):
    written = (DOCS / "readings.md").read_text(encoding="utf-8")
    assert written == make_readings.readings_text(), "run python docs/make_readings.py"


def test_every_reading_stands_on_the_page_with_the_rule_it_is_about(schemes_folder):
    page = (DOCS / "readings.md").read_text(encoding="utf-8")
    for path in schemes_folder.glob("*.hmb"):
        tree = parse(Source(path.name, path.read_text(encoding="utf-8"))).tree
        assert tree is not None
        for item in tree.items:
            for clause in (item, *getattr(item, "clauses", ())):
                if isinstance(clause, n.Reading):
                    assert clause.text in page
                    assert clause.cites or item.cites, clause.text
