"""`hmbc prove --search N`: random histories on the compiled evaluator, for what is open after the rest."""

from __future__ import annotations

import json

import pytest

from hmbc.commands import prove as command
from hmbc.compiler import bulk_search, prove
from hmbc.compiler.build import find_compiler
from hmbc.compiler.prove import Budget

HINTS = {"en": "what is open can be held against", "zh": "未决的性质，可再用"}


@pytest.fixture(autouse=True)
def undecided(stepped, monkeypatch):
    """A scheme of whose laws one unit at a time refutes nothing: no work is done for that."""
    monkeypatch.setenv("HMBC_CACHE", str(stepped / "cache"))
    monkeypatch.setattr(command, "FULL", Budget((0, 0), 0, 0, 0, beside=0, many=0))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_where_laws_are_open_a_search_is_pointed_to(call, lang):
    told = call("prove", "--lang", lang, "allowed.hmb").stdout
    assert HINTS[lang] in told and "hmbc prove --search 1000000" in told


def test_it_finds_what_breaks_an_open_law(call):
    find_compiler()
    left = {row["law"] for row in verdicts(call("prove", "--format", "json", "allowed.hmb"), "open")}
    assert {"monotone", "no_cliff"} <= left
    told = call("prove", "--format", "json", "--search", "20000", "allowed.hmb")
    assert told.exit_code == 0  # the scheme allows it
    found = [row for row in verdicts(told, "refuted") if row["law"] == "monotone"]
    assert found
    for row in found:
        assert row["by"] == "search" and "10,000.0" in row["because"]
        assert "the ratio of `hospital` goes from 80% to 60%" in row["why"]
        assert row["example"].count("example ") == 2


def test_who_has_searched_is_not_pointed_to_it(call, monkeypatch):
    asked = []
    monkeypatch.setattr(bulk_search, "broken_in_bulk", lambda *given: asked.append(given) or iter(()))
    told = call("prove", "--search", "5", "allowed.hmb").stdout
    assert " 0 left open" not in told and not any(hint in told for hint in HINTS.values())
    ((_, questions, _, histories),) = asked
    assert questions and histories == 5


def test_what_it_needs_is_named(call, monkeypatch):
    here = prove.find_spec
    monkeypatch.setattr(prove, "find_spec", lambda name: None if name == "pyarrow" else here(name))
    refused = call("prove", "--search", "5", "allowed.hmb")
    assert refused.exit_code == 2 and not refused.stdout
    assert "needs pyarrow: pip install 'hmbc[prove]'" in refused.stderr
    assert call("prove", "allowed.hmb").exit_code == 0


def test_without_a_c_compiler_it_says_so(call, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("CC", "")
    refused = call("prove", "--search", "5", "allowed.hmb")
    assert refused.exit_code == 2 and "HMB901" in refused.stderr
    assert call("prove", "allowed.hmb").exit_code == 0


def verdicts(result, verdict):
    """The rows with this verdict."""
    return [row for row in json.loads(result.stdout)["verdicts"] if row["verdict"] == verdict]
