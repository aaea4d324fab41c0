"""Findings in every format and both languages, with and without colour."""

from __future__ import annotations

import json
import re

import pytest

ESCAPE = "\x1b["


@pytest.mark.parametrize("command", ["check", "test"])
@pytest.mark.parametrize("form", ["human", "json", "sarif", "github"])
def test_the_exit_code_is_the_same_in_every_format(call, command, form):
    assert call(command, "--format", form, "tiny.hmb").exit_code == 0
    assert call(command, "--format", form, "tiny.hmb", "bad.hmb").exit_code == 1
    assert call(command, "--format", form, "bad.hmb", "missing.hmb").exit_code == 2


def test_json_and_sarif_name_the_place(call):
    found = json.loads(call("check", "--format", "json", "tiny.hmb", "bad.hmb").stdout)
    (one,) = found["diagnostics"]
    assert (one["file"], one["code"], one["start"]["line"]) == ("bad.hmb", "HMB203", 24)
    assert found["summary"] == {"errors": 1, "warnings": 0, "notes": 0}
    sarif = json.loads(call("check", "--format", "sarif", "bad.hmb").stdout)
    region = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (24, one["start"]["column"])
    github = call("check", "--format", "github", "bad.hmb").stdout
    assert github.startswith(
        f"::error file=bad.hmb,line=24,endLine=24,col={region['startColumn']},"
    )


def test_machines_get_an_empty_document_when_all_is_well(call):
    assert json.loads(call("check", "--format", "json", "tiny.hmb").stdout)["diagnostics"] == []
    sarif = json.loads(call("check", "--format", "sarif", "tiny.hmb").stdout)
    assert sarif["runs"][0]["results"] == []
    assert call("check", "--format", "github", "tiny.hmb").stdout == ""


def test_each_file_speaks_its_own_language_unless_one_is_chosen(call):
    both = call("check", "bad.hmb", "tiny_bad.hmb").stdout
    assert "错误[HMB203]" in both
    assert "error[HMB203]" in both
    assert "error[" not in call("check", "--lang", "zh", "bad.hmb", "tiny_bad.hmb").stdout
    assert "错误[" not in call("check", "--lang", "en", "bad.hmb", "tiny_bad.hmb").stdout


@pytest.mark.parametrize(("locale", "word"), [("en_GB.UTF-8", "error["), ("zh_CN.UTF-8", "错误[")])
def test_of_a_file_that_cannot_be_read_the_locale_decides(call, monkeypatch, locale, word):
    monkeypatch.setenv("LANG", locale)
    for command in ("check", "test", "fmt", "compile"):
        assert word in call(command, "missing.hmb").output


def test_a_warning_fails_only_on_request(call, folder):
    text = (
        (folder / "tiny.hmb").read_text().replace("{ cost: money }", "{ cost: money  kind: code }")
    )
    (folder / "unused.hmb").write_text(text)
    found = call("check", "unused.hmb")
    assert "warning[" in found.stdout
    assert found.exit_code == 0
    assert call("check", "--error-on-warning", "unused.hmb").exit_code == 1


def test_colour_is_for_terminals_or_on_request(spawn):
    assert ESCAPE not in spawn("check", "bad.hmb").stdout
    coloured = spawn("check", "bad.hmb", FORCE_COLOR="1").stdout
    assert ESCAPE in coloured
    plain = spawn("check", "bad.hmb", FORCE_COLOR="1", NO_COLOR="1").stdout
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_prove_gives_json_and_can_be_strict(call):
    found = json.loads(call("prove", "--format", "json", "tiny.hmb", "bad.hmb").stdout)
    assert {row["file"] for row in found["verdicts"]} == {"tiny.hmb"}
    assert "0 laws" not in call("prove", "bad.hmb").output
    open_laws = any(row["verdict"] == "open" for row in found["verdicts"])
    assert call("prove", "--strict", "tiny.hmb").exit_code == int(open_laws)


def test_examples_that_fail(call, folder):
    text = (folder / "tiny.hmb").read_text()
    (folder / "wrong.hmb").write_text(text.replace("pay 100", "pay 101"))
    result = call("test", "wrong.hmb", "tiny.hmb")
    assert result.exit_code == 1
    assert "2 examples: 1 as expected, 1 not" in result.stdout


def test_junit_is_xml_whatever_the_titles_hold(call, folder):
    from xml.etree import ElementTree

    text = (folder / "tiny.hmb").read_text()
    text = text.replace("example {", "example \"<a> & 'b'\" {").replace("pay 100", "pay 101")
    (folder / "wrong.hmb").write_text(text)
    assert call("test", "wrong.hmb", "--junit", "out.xml").exit_code == 1
    suite = ElementTree.parse(folder / "out.xml").getroot()[0]
    assert suite.attrib == {"name": "wrong.hmb", "tests": "1", "failures": "1"}
    assert suite[0].get("name") == "<a> & 'b'"
    assert (suite[0][0].text or "").startswith("wrong.hmb:7:")
    streamed = call("test", "wrong.hmb", "--junit", "-")
    assert ElementTree.fromstring(streamed.stdout_bytes)[0].get("failures") == "1"
    nowhere = call("test", "tiny.hmb", "--junit", "nowhere/out.xml")
    assert nowhere.exit_code == 2
    assert "cannot be written" in nowhere.stderr
