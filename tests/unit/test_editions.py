"""Schemes that revise others: what replaces what, where mistakes are shown, holes and overlaps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hmbc.cli import hmbc
from hmbc.compiler.pipeline import compile_file
from hmbc.compiler.run_examples import run_examples
from hmbc.dsl.revised_files import MAX_EDITIONS

BASE = """\
scheme base "Base" {
    source "Plan of 2022"
    currency CNY
    benefit year calendar
    valid 2022-01-01 to 2022-12-31
    reading "old reading" cite "5"
    claim { care: inpatient | outpatient  cost: money }
    parameter line: money = 100  cite "2"
    exclude outpatient_costs: claim.care is outpatient  cite "6"
    layer first cite "3" { base claim.cost  threshold line per year  ratio 50%  cap 40 per year }
    layer second cite "4" { base claim.cost - first.pay  no threshold  ratio 10%  no cap }
    example { claim 2022-03-01 { care: inpatient, cost: 200 } pay first 40 pay second 16 }
}
"""


@pytest.fixture
def editions(tmp_path: Path):
    (tmp_path / "base.hmb").write_text(BASE, encoding="utf-8")

    def write(body: str, name: str = "next", revises: str = "base"):
        text = f'scheme {name} "{name}" revises {revises} {{\n{body}\n}}\n'
        (tmp_path / f"{name}.hmb").write_text(text, encoding="utf-8")
        return compile_file(tmp_path / f"{name}.hmb")

    write.folder = tmp_path
    return write


def names(compiled):
    assert compiled.kernel is not None, [x.message("en") for x in compiled.diagnostics]
    return [layer.name for layer in compiled.scheme.layers]


def paid(compiled, example):
    """Whether an example in the scheme comes out; it is all that the scheme has."""
    assert [x for r in run_examples(compiled.kernel, compiled.scheme) for x in r.diagnostics] == []
    assert len(compiled.scheme.examples) == example


def test_a_revision_without_changes_is_the_revised_scheme_without_examples_and_validity(editions):
    compiled = editions("")
    assert names(compiled) == ["first", "second"]
    assert compiled.scheme.examples == () and compiled.scheme.valid is None
    assert compiled.scheme.title == "next" and not compiled.kernel.rejects


def test_a_parameter_a_layer_and_a_header_clause_are_replaced_where_they_stand(editions):
    compiled = editions("""
        benefit year 07-01 to 06-30
        parameter line: money = 150  cite "2"
        layer first cite "3" { base claim.cost  threshold line per year  ratio 50%  no cap }
        example { claim 2022-03-01 { care: inpatient, cost: 200 } pay first 25 pay second 17.50 }
    """)
    assert names(compiled) == ["first", "second"]
    assert compiled.scheme.year_start == (7, 1)
    paid(compiled, 1)


def test_what_is_removed_is_gone_and_an_attribute_joins_its_block(editions):
    compiled = editions("""
        without exclude outpatient_costs
        without claim.care
        without layer second
        claim { drugs: money }
        layer drugs cite "7" { base claim.drugs  no threshold  ratio 100%  no cap }
        example { claim 2022-03-01 { cost: 200, drugs: 7 } pay first 40 pay drugs 7 }
    """)
    assert names(compiled) == ["first", "drugs"]
    assert {x.name for x in compiled.scheme.attributes} == {"date", "cost", "drugs"}
    paid(compiled, 1)


@pytest.mark.parametrize(
    ("stated", "order"),
    [
        (("new",), ["first", "second", "new"]),
        (("first", "new"), ["first", "new", "second"]),
        (("new", "first"), ["new", "first", "second"]),
        (("new", "newer", "second"), ["first", "new", "newer", "second"]),
        (("second", "first"), ["first", "second"]),
    ],
)
def test_a_new_layer_keeps_its_place_among_those_that_are_restated(editions, stated, order):
    body = "base claim.cost  no threshold  ratio 1%  no cap"
    compiled = editions("\n".join(f'layer {name} cite "1" {{ {body} }}' for name in stated))
    assert names(compiled) == order


def test_a_total_comes_before_the_layer_that_reads_it(editions):
    compiled = editions("""
        total spent: claim.cost per year  cite "8"
        layer second cite "4" { pays increase of (smaller of (spent, 10))  no cap }
    """)
    assert names(compiled) == ["first", "second"]


def test_readings_and_sources_of_the_revision_take_the_place_of_the_old(editions):
    compiled = editions('source "Plan of 2023"  reading "new reading" cite "5"  reading "more"')
    assert [note.text for note in compiled.scheme.readings] == ["new reading", "more"]


def test_an_item_that_stands_twice_in_the_revision_is_still_a_mistake(editions):
    compiled = editions('parameter line: money = 1 cite "2"\nparameter line: money = 2 cite "2"')
    assert "HMB106" in {x.code for x in compiled.diagnostics}


def test_revisions_go_on(editions):
    editions('parameter line: money = 110 cite "2"\nwithout layer second', "second_edition")
    compiled = editions("without exclude outpatient_costs", "third_edition", "second_edition")
    assert names(compiled) == ["first"]
    # what is told of the first edition's text is told of its file
    places = {
        (Path(home.name).name, home.position(span.start)[0])
        for home, span in (compiled.source.locate(x.span) for x in compiled.diagnostics)
    }
    assert ("base.hmb", 7) in places and ("third_edition.hmb", 1) in places


def test_a_mistake_of_the_revised_text_is_shown_there_in_every_form(editions):
    (editions.folder / "base.hmb").write_text(BASE.replace("ratio 50%", "ratio 50% of"), "utf-8")
    editions("")
    file = str(editions.folder / "next.hmb")
    out = CliRunner().invoke(hmbc, ["check", file, "--lang", "en"]).output
    assert "base.hmb:10:" in out and "next.hmb:" not in out
    found = json.loads(CliRunner().invoke(hmbc, ["check", file, "--format", "json"]).output)
    assert {Path(x["file"]).name for x in found["diagnostics"]} == {"base.hmb"}
    assert {x["start"]["line"] for x in found["diagnostics"]} == {10}
    sarif = json.loads(CliRunner().invoke(hmbc, ["check", file, "--format", "sarif"]).output)
    (result, *_) = sarif["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("base.hmb")
    assert place["region"]["startLine"] == 10
    github = CliRunner().invoke(hmbc, ["check", file, "--format", "github"]).output
    assert "base.hmb,line=10" in github


@pytest.mark.parametrize("name", ["nothing", "next"])
def test_a_file_that_is_not_there_or_a_circle_is_said(editions, name):
    compiled = editions("", revises=name)
    assert [x.code for x in compiled.diagnostics] == ["HMB350"]


def test_a_longer_circle_and_too_many_editions_are_said(editions):
    editions("", "one", "two")
    compiled = editions("", "two", "one")
    assert [x.code for x in compiled.diagnostics] == ["HMB350"]
    for number in range(MAX_EDITIONS + 5):
        compiled = editions("", f"e{number + 1}", "base" if number == 0 else f"e{number}")
    assert [x.code for x in compiled.diagnostics] == ["HMB350"]


def test_a_link_out_of_the_folder_is_not_followed(editions, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.hmb"
    outside.write_text(BASE, encoding="utf-8")
    (editions.folder / "secret.hmb").symlink_to(outside)
    compiled = editions("", revises="secret")
    assert [x.code for x in compiled.diagnostics] == ["HMB350"]


def test_the_languages_of_editions_may_differ(editions):
    text = "方案 下一版 “下一版” 修订 base {\n参数 line：金额 = 150 据 “2”\n删去 层 second\n}\n"
    file = editions.folder / "zh.hmb"
    file.write_text(text, encoding="utf-8")
    compiled = compile_file(file)
    assert names(compiled) == ["first"] and compiled.language == "zh"


@pytest.mark.parametrize(
    ("valid", "day", "status"),
    [
        ("valid 2023-01-01 to 2023-12-31", "2023-01-01", "ok"),
        ("valid 2023-01-01 to 2023-12-31", "2023-12-31", "ok"),
        ("valid 2023-01-01 to 2023-12-31", "2022-12-31", "outside_validity"),
        ("valid 2023-01-01 to 2023-12-31", "2024-01-01", "outside_validity"),
        ("valid from 2023-01-01", "2099-01-01", "ok"),
        ("valid from 2023-01-01", "2022-12-31", "outside_validity"),
        ("", "2022-12-31", "ok"),
    ],
)
def test_a_claim_outside_the_validity_is_rejected(editions, valid, day, status):
    from datetime import date

    from hmbc.compiler.interpret import Interpreter

    kernel = editions(valid).kernel
    days = (date.fromisoformat(day) - date(1970, 1, 1)).days
    claim = {"date": days, "care": "inpatient", "cost": 100}
    assert Interpreter(kernel).run([claim], {})[0].status == status


def check(editions, *files):
    return CliRunner().invoke(
        hmbc, ["check", *(str(editions.folder / f"{one}.hmb") for one in files), "--lang", "en"]
    )


HOLES = ("HMB353", "HMB354")


@pytest.mark.parametrize(
    ("valid", "code"),
    [
        ("valid 2023-01-01 to 2023-12-31", None),
        ("valid from 2023-01-01", None),
        ("valid from 2023-01-02", "HMB353"),
        ("valid from 2022-12-31", "HMB354"),
        ("", "HMB354"),
        ("valid 2021-01-01 to 2021-12-30", "HMB353"),
    ],
)
def test_every_day_has_one_edition(editions, valid, code):
    editions(valid)
    done = check(editions, "base", "next")
    assert any(hole in done.output for hole in HOLES) == (code is not None)
    assert done.exit_code == (0 if code is None else 1)
    if code is not None:
        assert code in done.output
    # alone, an edition says nothing of the others, but that it counts anew if it cuts a year
    alone = check(editions, "next").output
    assert not any(hole in alone for hole in HOLES)
    cuts = valid.startswith("valid") and "-01-01" not in valid.split(" to ")[0]
    assert ("HMB355" in alone) == cuts


def test_a_hole_names_its_days(editions):
    editions("valid from 2023-02-01")
    done = check(editions, "next", "base")
    assert "no edition is valid from 2023-01-01 to 2023-01-31: `base` ends before" in done.output


def test_schemes_of_other_lines_do_not_matter(editions):
    (editions.folder / "other.hmb").write_text(BASE.replace("scheme base", "scheme other"), "utf-8")
    assert "HMB35" not in check(editions, "base", "other").output


def test_editions_that_revise_a_third_are_of_one_line(editions):
    editions("valid 2023-01-01 to 2023-12-31", "one")
    editions("valid 2023-06-01 to 2024-12-31", "two")
    assert "HMB354" in check(editions, "one", "two").output
