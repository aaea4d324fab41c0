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
        ("prove clinic.pay <= 2_000 per year", "proved"),
        ("prove pay <= 1_002_000 per year", "proved"),
        ("prove ward.pay <= 1_000_000 per claim", "proved"),
        ("prove clinic.pay <= 2_000 per year when claim.care is clinic and member.age > 60", "proved"),
        ("prove ward.pay + clinic.pay <= 1_001_999 per year", "refuted"),
        ("prove clinic.pay <= 2_000 per lifetime", "refuted"),
        ("prove pay < 2_000 per month when claim.care is clinic", "refuted"),
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


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [("1_500_000", "proved"), ("1_499_999", "refuted")],
)
def test_a_shared_cap_counts_once_beside_a_smaller_one_of_a_layer(call, of, folder, limit, verdict):
    """1,500,000 for both, though the clinic's own 2,000 is less."""
    file = of(f"prove pay <= {limit} per year")
    text = (folder / file).read_text()
    text = text.replace("layer ward", "shared cap all: 1_500_000 per year in order cite R-3\n    layer ward", 1)
    text = text.replace("cap 1_000_000 per year", "cap shared all")
    text = text.replace("cap 2_000 per year", "cap 2_000 per year\n        cap shared all")
    (folder / file).write_text(text)
    (row,) = stated_of(call, file)
    assert row["verdict"] == verdict
    if verdict == "proved":
        assert row["by"] == "structure"


def test_what_is_added_up_is_told_with_claims(call, of):
    (row,) = stated_of(call, of("prove clinic.pay <= 2_000 per lifetime"))
    assert "is more than 2,000.00" in row["because"]
    assert row["example"].count("claim 20") == 2  # of two years


def test_what_is_added_up_is_no_total_of_the_evaluator(call, of, folder):
    kernels = []
    for number, stated in enumerate(("", "prove clinic.pay <= 2_000 per year")):
        assert call("compile", "--emit", "kernel", "-o", f"out{number}", of(stated)).exit_code == 0
        kernels.append((folder / f"out{number}/town.kernel").read_text())
    assert kernels[0] == kernels[1]


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("prove claim.cost <= 2_000 per year", "this should be what layers pay, as it is added up, but it is another amount"),
        ("prove ward.excess <= 2_000 per year", "this should be what layers pay"),
        ("prove ward.pay - clinic.pay <= 2_000 per year", "this should be what layers pay"),
        ("prove pay <= claim.cost per year", "an amount that is the same for all claims"),
        ("prove ward.pay <= clinic.pay per year", "an amount that is the same for all claims"),
        ("prove pay >= 2_000 per year", "this should be `<=` or `<`, as payments are added up, but it is `>=`"),
        ("prove pay <= 50% per year", "this should be"),
        ("prove pay <= 2_000 per claim.room", "room"),
    ],
)
def test_what_cannot_be_added_up_is_told(call, of, stated, told):
    done = call("check", of(stated))
    assert done.exit_code == 1
    assert told in done.stdout


@pytest.mark.parametrize(
    ("limit", "same"),
    [
        ("member.income per year", True),
        ("member.quota per year", False),
        ("member.income per year per family", False),
        ("(1_000 if member.household is \"H1\" else 900) per year per family", True),
    ],
)
def test_a_limit_of_what_is_added_up_is_one_for_all_of_it(call, of, folder, limit, same):
    """Of a member, who may come into another quota within the year; of a family, of whom each has an income."""
    file = of(f"prove pay <= {limit}")
    text = (folder / file).read_text()
    more = "unit member.household  member { household: code  income: money  quota: money varies "
    (folder / file).write_text(text.replace("member {", more, 1).replace("member { health: healthy }", (
        'member { health: healthy, household: "H1", income: 9_000, quota: 9_000 }'
    )))
    done = call("check", file)
    told = "this should be an amount that is the same for all claims, as payments are added up"
    assert (done.exit_code == 0) == same and (told in done.stdout) != same, done.stdout


def test_a_demand_is_not_held_against_a_limit_that_may_change(call, of, folder):
    file = of("", "must keep pay <= member.quota per year")
    text = (folder / file).read_text()
    for varies in ("", "varies"):
        (folder / file).write_text(text.replace("member {", f"member {{ quota: money 0 to 9 {varies} ", 1).replace(
            "member { health: healthy }", "member { health: healthy, quota: 9 }"
        ))
        done = call("check", file)
        assert ("an amount that is the same for all claims" in done.stdout) == bool(varies), done.stdout
        assert ("does not hold: " in done.stdout) != bool(varies), done.stdout


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [
        ("pay <= 1_000_000 per year", "refuted"),
        ("clinic.pay <= 1_999 per year when claim.care is clinic", "refuted"),
        ("clinic.pay <= 2_000 per year", "proved"),
    ],
)
def test_a_guideline_and_a_scheme_mean_the_same(call, of, stated, verdict):
    demanded = call("check", of("", f"must keep {stated}")).stdout
    assert (f"`must keep {stated}` does not hold" in demanded) == (verdict == "refuted")
    (row,) = stated_of(call, of(f"prove {stated}"))
    assert row["verdict"] == verdict


BANDS = "bands of cost per year: up to 50_000: 60%, beyond: "


@pytest.fixture
def banded(of, folder):
    """A scheme whose second layer has another ratio, with a parameter `more` and a layer that pays none."""

    def write(ratio: str, stated: str = "prove ratio rises with amount") -> str:
        file = of(stated)
        text = (folder / file).read_text()
        text = text.replace("ratio (80% if member.age > 60 else 70%)", f"ratio {ratio}")
        text = text.replace("ratio healthy: 75%, preexisting: 30%", "ratio " + BANDS + "60% + more")
        text = text.replace("cost: money", "cost: money 0 to 1_000_000")
        text = text.replace("threshold 100 per claim", "no threshold")
        text = text.replace("    member {", "    parameter more: ratio 0% to 20%, external\n    member {", 1)
        fixed = "    layer daily cite R-3 { when claim.care is ward  pays 100  no cap }\n    prove"
        text = text.replace("    prove", fixed, 1).replace("pay 7_500", "pay daily 100")
        given = text.replace("example {", "example { parameter { more: 10% }")
        (folder / file).write_text(given)
        return file

    return write


@pytest.mark.parametrize(
    "ratio",
    [
        BANDS + "60% + more",
        BANDS + "60% + more plus 5% if member.age > 60",
        "bands of cost per year: up to 50_000: 60% + more, up to 90_000: (70% + more if member.age > 60 else 60% + more), beyond: 90%",
        "bands of cost per year: up to 50_000: 50%, beyond: smaller of (50% + more, 65%)",
        "by bands of claim.cost (up to 1_000: 50%, below 2_000: 50% + more, beyond: 80%)",
    ],
)
def test_a_ratio_that_rises_is_proved_by_its_form(call, banded, ratio):
    (row,) = stated_of(call, banded(ratio))
    assert (row["verdict"], row["by"]) == ("proved", "structure")


@pytest.mark.parametrize(
    ("ratio", "told"),
    [
        (BANDS + "55%", "60% is more than 55%"),
        (BANDS + "50% + more", "60% is more than "),
        (BANDS + "60% + more minus 10% if claim.cost > 2_000", None),  # the same points in both bands
        (BANDS + "(70% if member.age > 60 else 40%)", "60% is more than 40%"),
        ("by bands of claim.cost (up to 1_000: 50%, below 2_000: 90%, beyond: 80%)", "90% is more than 80%"),
        (BANDS + "75% - more", "60% is more than "),
    ],
)
def test_a_ratio_that_falls_is_refuted_with_the_two_ratios(call, banded, ratio, told):
    if "more" in ratio:
        pytest.importorskip("z3")
    (row,) = stated_of(call, banded(ratio))
    assert row["verdict"] == ("proved" if told is None else "refuted")
    assert told is None or told in row["because"]


def test_a_ratio_counts_where_its_layer_applies(call, banded, folder):
    file = banded("by member.age (0: 50%, otherwise: 60%)", "prove ward.ratio rises with amount")
    text = (folder / file).read_text()
    falling = BANDS + "(50% if claim.care is clinic else 80%)"
    (folder / file).write_text(text.replace(BANDS + "60% + more", falling))
    (row,) = stated_of(call, file)
    assert row["verdict"] == "proved"


@pytest.mark.parametrize(
    ("ratio", "stated", "said"),
    [
        ("60%", "prove ratio rises with amount", "the ratio of layer `clinic` is not set by bands of an amount"),
        ("by member.age (0: 50%, otherwise: 60%)", "prove clinic.ratio rises with amount", "is not set by bands"),
        (BANDS + "60%", "prove ratio rises with amount", "the ratio of layer `clinic` is the same in every band"),
        ("60%", "prove daily.ratio rises with amount", "the ratio of layer `daily` is not stated"),
        ("60%", "prove war.ratio rises with amount", "did you mean `ward`?"),
    ],
)
def test_what_the_text_alone_tells_of_a_ratio(call, banded, folder, ratio, stated, said):
    file = banded(ratio, "prove ratio rises with amount")
    text = (folder / file).read_text().replace("prove ratio rises with amount", stated)
    (folder / file).write_text(text)
    result = call("check", file)
    assert result.exit_code == 1 and said in result.stdout


def test_a_scheme_without_a_ratio_cannot_state_that_it_rises(call, folder):
    text = SCHEME.format(stated="prove ratio rises with amount").replace("CONFORMS", "")
    text = "\n".join(
        "base claim.cost  pays 10" if "base claim" in line else "" if line.strip().startswith("cap") else line
        for line in text.splitlines()
    )
    (folder / "town.hmb").write_text(text)
    assert "no layer pays a ratio" in call("check", "town.hmb").stdout


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
    monkeypatch.setattr("hmbc.compiler.conform_laws.SHORT", __import__("hmbc.compiler.prove", fromlist=["Budget"]).Budget((0, 0), climb=0, beside=0, many=0))
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
        ("must keep preexisting never gets less than healthy", 1,
         "error[HMB407]: `preexisting never gets less than healthy` does not hold: `healthy` gets"),
        ("must keep preexisting never gets less than healthy", 1,
         'example "counterexample: less than the other, preexisting" {'),
        ("in principle must keep preexisting never gets less than healthy", 0, "HMB407"),
        ("must keep employed never gets less than healthy", 0, "no attribute of members has both"),
    ],
)  # fmt: skip
def test_a_guideline_compares_two_groups(call, of, demand, code, said):
    found = call("check", of("", demand))
    told = found.stdout + found.stderr
    assert found.exit_code == code
    assert said in told if said else "HMB407" not in told and "HMB343" not in told
