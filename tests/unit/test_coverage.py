"""`hmbc coverage`: a table of rules against schemes, guidelines and tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hmbc.cli import hmbc
from hmbc.dsl.coverage import BadTable, coverage_of, read_rules

TABLE = """\
# Rules
| id | rule | kind |
|---|---|---|
| AA-01 | who | eligibility |
| AA-02.1–3 | groups | exclusion |
| AA-03a–b | layers | benefit |
| AA-04 | premium | premium |
| AA-05 | published | data |
| AA-06 | fair | guideline, benefit |
"""
SCHEME = """\
scheme a "A" {
    source "Plan"  cite AA-06
    currency CNY
    benefit year calendar  cite AA-01
    reading "a year is a year"  cite AA-01
    claim { cost: money cite AA-02.1  gift: money }
    exclude gifts: part claim.gift  cite AA-02.2, AA-02.3
    layer all "All" cite AA-03a {
        base claim.cost
        no threshold  cite AA-03b
        ratio 50%
        no cap
        reading "no threshold at all"
    }
    unexpressed data "published on the web"  cite AA-05
    unexpressed guideline "be fair"  cite AA-06
    example { claim 2024-03-01 { cost: 10 } pay 5 } cite AA-03a
}
"""
TEST = 'RULE = "AA-01"\n@parametrize("rule", [f"AA-02.{n}" for n in (1, 2)])\n# AA-03ab, AA-039\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.md").write_text(TABLE, encoding="utf-8")
    (tmp_path / "schemes").mkdir()
    (tmp_path / "schemes" / "a.hmb").write_text(SCHEME, encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text(TEST, encoding="utf-8")
    return tmp_path


def run(folder: Path, *more: str):
    given = [str(folder / "schemes"), "--rules", str(folder / "rules.md")]
    given += ["--tests", str(folder / "tests"), "--lang", "en"]
    return CliRunner().invoke(hmbc, ["coverage", *given, *more])


@pytest.fixture
def rules(folder: Path):
    found = coverage_of(
        read_rules(TABLE), [folder / "schemes" / "a.hmb"], [folder / "tests" / "test_a.py"]
    )
    assert found.broken == ()
    return {rule.id: rule for rule in found.rules}


def test_a_row_of_a_series_is_each_of_its_rules():
    assert [rule.id for rule in read_rules(TABLE)] == [
        "AA-01", "AA-02.1", "AA-02.2", "AA-02.3", "AA-03a", "AA-03b", "AA-04", "AA-05", "AA-06",
    ]  # fmt: skip


def test_a_row_that_cannot_be_read_is_never_passed_over(folder):
    with pytest.raises(BadTable):
        read_rules("| AA-01 | who | Eligibility |")
    (folder / "rules.md").write_text("| AA-01 | who |\n", encoding="utf-8")
    assert run(folder).exit_code == 2


def test_a_rule_is_stated_where_a_clause_cites_it(rules):
    def shown(rule):
        return [(place.line, place.clause) for place in rules[rule].stated]

    assert shown("AA-01") == [(4, "benefit year calendar")]
    assert shown("AA-02.1") == [(6, "claim · cost")]
    assert shown("AA-02.3") == [(7, "exclude gifts")]
    assert shown("AA-03a") == [(8, "layer all")]
    assert shown("AA-03b") == [(10, "layer all · no threshold")]
    assert shown("AA-06") == []  # a source states nothing


def test_readings_and_examples_and_what_is_left_out_are_told(rules):
    assert [note.text for note in rules["AA-01"].readings] == ["a year is a year"]
    assert [note.text for note in rules["AA-03a"].readings] == ["no threshold at all"]
    assert [place.line for place in rules["AA-03a"].examples] == [17]
    assert [(x.kind, x.text) for x in rules["AA-05"].unexpressed] == [("data", "published on the web")]


def test_a_test_guards_the_rules_that_it_names(rules):
    guarded = [name for name, rule in rules.items() if rule.tests]
    assert guarded == ["AA-01", "AA-02.1", "AA-02.2", "AA-02.3"]
    assert [name for name, rule in rules.items() if rule.is_unguarded] == ["AA-03b"]


def test_only_premium_fund_and_data_may_be_left_out(folder, rules):
    assert [name for name, rule in rules.items() if rule.is_open] == ["AA-06"]
    done = run(folder)
    assert done.exit_code == 1
    assert "1 open" in done.output and "only recorded as unexpressed" in done.output
    (folder / "rules.md").write_text(TABLE.replace("guideline, benefit", "fund"), encoding="utf-8")
    assert run(folder).exit_code == 0


def test_a_rule_that_nothing_states_is_open(folder):
    text = SCHEME.replace("  cite AA-02.2, AA-02.3", '  cite "x"')
    (folder / "schemes" / "a.hmb").write_text(text, encoding="utf-8")
    found = json.loads(run(folder, "--format", "json").output)
    opened = [rule["id"] for rule in found["rules"] if rule["open"]]
    assert opened == ["AA-02.2", "AA-02.3", "AA-06"]


def test_a_file_that_does_not_check_is_said_and_the_others_count(folder):
    (folder / "rules.md").write_text(TABLE.replace("guideline, benefit", "fund"), encoding="utf-8")
    (folder / "schemes" / "b.hmb").write_text("scheme b {", encoding="utf-8")
    (folder / "schemes" / "c.hmb").write_bytes(b"\xff\xfe")
    done = run(folder)
    assert done.exit_code == 1
    assert "broken" in done.output and "b.hmb: HMB011" in done.output and "c.hmb" in done.output
    assert "layer all" in done.output


def test_a_guideline_states_by_its_demands(folder):
    text = 'guideline g "G" {\n    source "G"\n    must state ratio  cite AA-06\n}\n'
    (folder / "schemes" / "g.hmb").write_text(text, encoding="utf-8")
    done = run(folder)
    assert done.exit_code == 0 and "must state ratio" in done.output


def test_every_form_says_the_same(folder):
    page = run(folder, "--format", "markdown").output
    assert page.startswith("# Coverage") and "**open**" in page
    assert "| AA-02.1 | exclusion |" in page
    chinese = run(folder, "--lang", "zh").output
    assert "写明" in chinese and "缺 1" in chinese


def test_a_folder_that_is_not_there_is_said(folder):
    done = CliRunner().invoke(
        hmbc, ["coverage", str(folder / "none.hmb"), "--rules", str(folder / "none.md")]
    )
    assert done.exit_code == 2 and "none.md" in done.output
