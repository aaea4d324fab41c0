"""docs/coverage.md says what `hmbc coverage` says. `pytest tests/docs --update` rewrites it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from hmbc.cli import hmbc

ROOT = Path(__file__).parents[2]
ASKED = ["coverage", "schemes", "--rules", "docs/rules.md", "--tests", "tests/rules"]


def test_the_page_is_up_to_date(update: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(hmbc, [*ASKED, "--format", "markdown"])
    page = ROOT / "docs" / "coverage.md"
    if update:
        page.write_text(done.output, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == done.output


def test_no_rule_of_the_documents_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(hmbc, ASKED)
    assert done.exit_code == 0, done.output
