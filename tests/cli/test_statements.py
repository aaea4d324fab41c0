"""What an author states: amounts, two groups of members, laws by name; what a guideline demands of laws."""

from __future__ import annotations

import json

import pytest

SCHEME = """scheme town "Town" {{
    source "leaflet", 2024-01-01
    currency CNY
    benefit year calendar
    CONFORMS
    member {{ health: healthy | preexisting  kind: employee | resident optional  age: int 0 to 120 }}
    claim {{ care: ward | clinic  cost: money }}
    layer ward cite R-1 {{
        when claim.care is ward
        base claim.cost  threshold 20_000 per year  ratio healthy: 75%, preexisting: 30%
        cap 1_000_000 per year
    }}
    layer clinic cite R-2 {{
        when claim.care is clinic
        base claim.cost  threshold 100 per claim  ratio (80% if member.age > 60 else 70%)
        cap 2_000 per year
    }}
    {stated}
    example {{ member {{ health: healthy }} claim 2024-03-01 {{ care: ward, cost: 30_000 }} pay 7_500 }}
}}
"""
GUIDELINE = """guideline province "Province" {{
    source "Guidance", 2023-01-05
    {demands}  cite G-1
}}
"""


@pytest.fixture
def of(folder):
    """A scheme with these statements, in a file."""

    def write(stated: str, demands: str = "") -> str:
        text = SCHEME.format(stated=stated)
        if demands:
            (folder / "province.hmb").write_text(GUIDELINE.format(demands=demands))
        text = text.replace("CONFORMS", "conforms to province" if demands else "")
        (folder / "town.hmb").write_text(text)
        return "town.hmb"

    return write


def stated_of(call, file):
    found = json.loads(call("prove", "--format", "json", file).stdout)
    return [row for row in found["verdicts"] if row["law"] in ("stated", "never_less")]


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [
        ("prove pay <= claim.cost", "proved"),
        ("prove pay >= 0 when claim.care is clinic", "proved"),
        ("prove clinic.pay <= 2_000", "proved"),
        ("prove clinic.pay = 0 when claim.care is ward", "proved"),
        ("prove member.health: healthy never gets less than preexisting", "proved"),
        ("prove resident never gets less than employee", "proved"),
        ("prove ward.excess <= claim.cost - 20_000 when claim.cost > 20_000", "refuted"),
        ("prove clinic.pay <= 1_999", "refuted"),
        ("prove pay >= 1 when claim.care is clinic and claim.cost >= 102", "refuted"),
        ("prove preexisting never gets less than healthy", "refuted"),
    ],
)
def test_statements_are_decided(call, of, stated, verdict):
    if verdict == "proved":
        pytest.importorskip("z3")
    (row,) = stated_of(call, of(stated))
    assert row["verdict"] == verdict


def test_what_is_refuted_is_told_and_can_be_pasted(call, of, folder):
    file = of("prove preexisting never gets less than healthy  prove clinic.pay <= 1_999 cite R-9")
    result = call("prove", file)
    assert result.exit_code == 1
    assert "refuted  prove preexisting never gets less than healthy" in result.stdout
    assert "for the same claims" in result.stdout and "the ratio of `ward` goes" in result.stdout
    assert "against what is stated" in result.stdout and "refuted  prove clinic.pay <= 1_999" in result.stdout
    blocks = "\n".join(row["example"] for row in stated_of(call, file))
    (folder / "pasted.hmb").write_text(SCHEME.format(stated=blocks).replace("CONFORMS", ""))
    assert call("test", "pasted.hmb").exit_code == 0
    github = call("prove", "--format", "github", file).stdout
    assert github.count("HMB407") == 2


def test_compile_refuses_what_claims_refute(call, of):
    refused = call("compile", of("prove clinic.pay <= 1_999"), "--emit", "c")
    assert refused.exit_code == 1 and "HMB407" in refused.stderr
    refused = call("compile", of("prove order free, split proof"), "--emit", "c")
    assert refused.exit_code == 1 and "HMB407" in refused.stderr
    assert call("compile", of("prove clinic.pay <= 2_000"), "--emit", "c").exit_code == 0


def test_laws_that_are_asked_for(call, of):
    kept = call("prove", "--format", "github", of("prove order free, no cliff")).stdout
    assert "HMB407" not in kept
    broken = call("prove", "--format", "github", of("prove split proof")).stdout
    assert "HMB407" in broken and "splitting claim" in broken


def test_what_is_left_open_is_said(call, of, monkeypatch):
    monkeypatch.setattr("hmbc.compiler.prove.has_solver", lambda: False)
    told = call("prove", "--strict", "--format", "github", of("prove pay <= claim.cost"))
    assert told.exit_code == 1 and "HMB405" in told.stdout


def test_a_guideline_asks_for_laws(call, of):
    said = call("check", of("", "must keep order free, no cliff"))
    assert said.exit_code == 0 and "HMB407" not in said.stdout + said.stderr
    said = call("check", of("", "must keep split proof"))
    assert said.exit_code == 1 and "HMB407" in said.stdout + said.stderr
    said = call("check", of("", "in principle must keep split proof"))
    assert said.exit_code == 0 and "HMB407" in said.stdout + said.stderr


def test_a_guidelines_law_that_cannot_be_told_is_said(call, of, monkeypatch):
    monkeypatch.setattr("hmbc.compiler.conform_laws.SHORT", __import__("hmbc.compiler.prove", fromlist=["Budget"]).Budget((0, 0), climb=0))
    said = call("check", of("", "must keep split proof"))
    assert said.exit_code == 0 and "HMB343" in said.stdout + said.stderr


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("prove pay <= 50%", "HMB20"),
        ("prove pay <= claim.kost", "HMB101"),
        ("prove nobody.pay <= 5", "HMB10"),
        ("prove claim.care: ward never gets less than clinic", "HMB201"),
        ("prove member.age: ward never gets less than clinic", "HMB201"),
        ("prove member.health: healthy never gets less than employee", "HMB10"),
        ("prove healty never gets less than preexisting", "HMB10"),
        ("prove member.helth: healthy never gets less than preexisting", "HMB101"),
    ],
)
def test_mistakes(call, of, stated, code):
    said = call("check", of(stated))
    assert said.exit_code == 1 and code in said.stdout + said.stderr


def test_a_value_of_two_attributes_is_asked_about(call, of, folder):
    file = of("prove healthy never gets less than preexisting")
    text = (folder / file).read_text().replace("age: int", "was: healthy | preexisting  age: int")
    (folder / file).write_text(text)
    said = call("check", file)
    assert said.exit_code == 1 and "HMB109" in said.stdout + said.stderr


@pytest.mark.parametrize(
    ("demand", "code", "said"),
    [
        ("must keep healthy never gets less than preexisting", 0, ""),
        ("must keep preexisting never gets less than healthy", 1, "HMB407"),
        ("in principle must keep preexisting never gets less than healthy", 0, "HMB407"),
        ("must keep employed never gets less than healthy", 0, "no attribute of members has both"),
    ],
)
def test_a_guideline_compares_two_groups(call, of, demand, code, said):
    found = call("check", of("", demand))
    told = found.stdout + found.stderr
    assert found.exit_code == code
    assert said in told if said else "HMB407" not in told and "HMB343" not in told
