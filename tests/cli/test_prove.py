"""`hmbc prove` and the gate of `hmbc compile`: what they say of laws, and with what code they end."""

from __future__ import annotations

import json
import re
from pathlib import Path
from textwrap import indent

import pytest

SCHEMES = Path(__file__).parents[2] / "schemes"


def test_a_broken_law_is_told_with_amounts_clause_and_examples(call, stepped):
    result = call("prove", "stepped.hmb")
    assert result.exit_code == 1
    assert (
        "raising `cost` of claim 1 from 10,000.00 to 10,000.01 lowers what is paid in sum by 1,999.99"
        in result.stdout
    )
    assert "the ratio of `hospital` goes from 80% to 60%, for the whole amount" in result.stdout
    assert "cites XX-03" in result.stdout
    assert "{ cost: 10000.01 } pay 6000.01" in result.stdout
    assert "（" not in result.stdout
    chinese = call("prove", "--lang", "zh", "stepped.hmb").stdout
    assert "第 1 笔费用的“cost”从 10,000.00 增到 10,000.01，给付合计少 1,999.99" in chinese
    assert "“hospital”的比例从 80% 变为 60%，适用于整笔金额" in chinese


def test_its_examples_can_be_pasted(call, stepped):
    found = json.loads(call("prove", "--format", "json", "stepped.hmb").stdout)
    examples = [row["example"] for row in found["verdicts"] if row["example"]]
    assert examples
    text = (stepped / "stepped.hmb").read_text().rstrip().removesuffix("}")
    (stepped / "pasted.hmb").write_text("\n".join([text, *examples, "}"]))
    assert call("test", "pasted.hmb").exit_code == 0


def test_a_waived_law_is_listed_and_no_error(call, stepped):
    result = call("prove", "allowed.hmb")
    assert result.exit_code == 0
    assert "a larger bill never pays less [cost] (allowed)" in result.stdout
    assert "allowed not to hold: a larger bill never pays less: the leaflet says so" in result.stdout
    assert "HMB403" in call("check", "allowed.hmb").stdout


def test_a_waiver_of_a_law_that_holds_is_a_warning(call, stepped):
    assert "HMB404" in call("prove", "--format", "github", "kept.hmb").stdout


def test_compile_refuses_what_breaks_a_law(call, stepped):
    refused = call("compile", "--emit", "kernel", "stepped.hmb")
    assert refused.exit_code == 1
    assert "HMB402" in refused.stderr and "kernel stepped" not in refused.stdout
    for file in ("allowed.hmb", "kept.hmb", "kept.hmb"):  # the second time it is remembered
        passed = call("compile", "--emit", "kernel", file)
        assert passed.exit_code == 0
        assert "kernel stepped" in passed.stdout
        assert "HMB403" in passed.stderr
    assert "HMB404" in passed.stderr


@pytest.mark.parametrize("form", ["sarif", "github", "json"])
def test_every_format_names_the_law(call, stepped, form):
    result = call("prove", "--format", form, "stepped.hmb")
    assert result.exit_code == 1
    assert ("monotone" if form == "json" else "HMB402") in result.stdout
    if form == "sarif":
        assert json.loads(result.stdout)["runs"][0]["results"]


def test_without_a_solver_the_structure_still_decides(call, stepped, monkeypatch):
    from hmbc.compiler import prove

    monkeypatch.setattr(prove, "find_spec", lambda name: None)
    found = json.loads(call("prove", "--format", "json", "kept.hmb").stdout)
    assert found["solver"] is False
    assert {row["verdict"] for row in found["verdicts"] if row["held_to"]} == {"proved"}


SHARED = """scheme shared "A threshold that two layers share" {
    source   "leaflet", 2024-01-01
    currency CNY
    benefit year calendar
    claim { care: ward | clinic  cost: money }
    shared threshold line: 20_000 per year in order
    layer ward cite XX-01 { when claim.care is ward base claim.cost threshold shared line ratio 90% no cap }
    layer clinic cite XX-01 { when claim.care is clinic base claim.cost threshold shared line ratio 40% no cap }
}
"""


def test_how_much_the_order_of_claims_changes(call, folder):
    (folder / "shared.hmb").write_text(SHARED)
    told = call("prove", "shared.hmb").stdout
    assert "the most that the order was found to change: 10,000.00" in told
    assert "找到的最大为 10,000.00" in call("prove", "--lang", "zh", "shared.hmb").stdout


CAPPED = """scheme capped "A cap that two layers share" {
    source   "leaflet", 2024-01-01
    currency CNY
    benefit year calendar
    member { tier: low | high }
    claim { care: ward | clinic  cost: money }
    shared cap line: 20_000 per year in order cite XX-02
    layer ward cite XX-01 { when claim.care is ward base claim.cost no threshold ratio 90% cap shared line }
    layer clinic cite XX-01 { when claim.care is clinic base claim.cost no threshold ratio 40% cap 300 per claim cite XX-04 cap shared line }
}
"""


@pytest.fixture
def capped(call, folder):
    (folder / "capped.hmb").write_text(CAPPED)
    return call("prove", "capped.hmb").stdout


def test_how_much_the_order_can_change_at_most(call, capped):
    """What is paid under one key of a cap lies between 0 and the cap."""
    assert "it can change at most 20,000.00 (proved: only what is under one cap can change)" in capped
    assert "至多差 20,000.00（已证明" in call("prove", "--lang", "zh", "capped.hmb").stdout


def test_a_cap_is_told_in_the_words_of_its_clause(capped):
    assert "its cap always holds [300 per claim" in capped


def test_a_broken_law_is_told_with_its_place_and_its_claims_once(call, stepped):
    told = call("prove", "stepped.hmb").stdout
    assert "see stepped.hmb:9, cites XX-03" in told
    assert told.count("counterexample: a larger bill is paid less, before") == 1
    assert "counterexample: the same as above" in told
    rows = json.loads(call("prove", "--format", "json", "stepped.hmb").stdout)["verdicts"]
    assert {row["line"] for row in rows if row["law"] == "monotone"} == {9}


def test_what_checking_finds_of_the_text_is_told_as_laws(call, folder):
    (folder / "capped.hmb").write_text(CAPPED)
    told = call("prove", "capped.hmb").stdout
    assert "proved  no clause is out of reach" in told
    assert "refuted  everything that is declared is used\n            `member.tier` is declared" in told
    assert "see capped.hmb:5" in told
    chosen = "ratio (60% if claim.care is clinic else 90%)"
    dead = CAPPED.replace("ratio 90%", chosen)
    (folder / "dead.hmb").write_text(dead)
    rows = json.loads(call("prove", "--format", "json", "dead.hmb").stdout)["verdicts"]
    found = {row["law"]: row["verdict"] for row in rows}
    assert found["no_dead_branch"] == "refuted" and found["all_used"] == "refuted"
    for form in ("sarif", "github"):
        told = call("prove", "--format", form, "dead.hmb").stdout
        assert "HMB219" in told and "HMB306" in told


def test_a_split_that_changes_what_is_paid_tells_the_step_that_moved(call, stepped):
    layer = "base claim.cost  threshold 100 per claim  ratio 50%  cap 1_000 per claim"
    text = (stepped / "stepped.hmb").read_text().replace("pay 80", "pay 0")
    text = re.sub(r"base claim.cost.*?no cap", layer, text, flags=re.S)
    (stepped / "each.hmb").write_text(text)
    rows = json.loads(call("prove", "--format", "json", "each.hmb").stdout)["verdicts"]
    (found,) = [row for row in rows if row["law"] == "split_proof" and row["layer"] == "hospital"]
    assert found["verdict"] == "refuted"
    assert re.fullmatch(r"the sum of [a-z ]+ of `hospital` goes from [\d,.]+ to [\d,.]+", found["why"])


def test_layers_that_pay_more_than_the_bill_are_named(call, folder):
    twice = CAPPED.replace("when claim.care is ward ", "").replace("when claim.care is clinic ", "")
    (folder / "twice.hmb").write_text(twice)
    told = call("prove", "twice.hmb")
    assert told.exit_code == 1
    assert "refuted  all layers together never pay more than the bill" in told.stdout
    assert re.search(r"all layers pay 0\.0\d \(ward 0\.0\d, clinic 0\.0\d\)", told.stdout)


@pytest.mark.parametrize(
    ("language", "told", "in_full"),
    [
        (
            "zh",
            "重复 23 次，2024-01-04 至 2024-02-18，给付合计 12.55：",
            "反例全文，可粘贴到方案里：",
        ),
        (
            "en",
            "23 times, 2024-01-04 to 2024-02-18, paid 12.55 in sum:",
            "a counterexample in full, to paste into the scheme:",
        ),
    ],
)
def test_a_jump_after_many_claims_is_told_shortly_and_stands_in_full(
    call, folder, language, told, in_full
):
    text = (SCHEMES / "more" / "zhigong_zhuyuan.hmb").read_text(encoding="utf-8").rstrip()
    (folder / "inpatient.hmb").write_text(text, encoding="utf-8")
    laws, full = call("prove", "--lang", language, "inpatient.hmb").stdout.split(in_full)
    assert laws.count(told) == 1 and laws.count("政策内费用：0.50") == 2
    examples = full[: full.rindex("    }\n") + 6]
    assert examples.count("费用 2024") == 2 * 49
    pasted = f"{text.removesuffix('}')}{examples}}}\n"
    (folder / "pasted.hmb").write_text(pasted, encoding="utf-8")
    assert call("test", "pasted.hmb").exit_code == 0


def test_what_stops_compiling_is_told_as_prove_tells_it(call, folder):
    text = (SCHEMES / "more" / "zhigong_zhuyuan.hmb").read_text(encoding="utf-8").rstrip()
    (folder / "inpatient.hmb").write_text(f"{text.removesuffix('}')}求证 多一分不跳变 }}\n", encoding="utf-8")
    refused = call("compile", "--emit", "kernel", "--lang", "en", "inpatient.hmb").stderr
    assert max(map(len, refused.splitlines())) < 250
    laws, full = refused.split("\na counterexample in full, to paste into the scheme:\n")
    proved = call("prove", "--lang", "en", "inpatient.hmb").stdout
    told = "counterexample, with claims that come again told once; in full, to paste, at the end:"
    (here,) = re.findall(rf"{told}\n(?: {{8,}}.*\n)+", laws)
    lines = [line.strip() for line in here.splitlines()]
    assert lines == [line.strip() for line in proved[proved.index(told) :].splitlines()[: len(lines)]]
    assert indent(full[: full.rindex("}") + 2], "  ") in proved
    assert lines[8].startswith("23 times, ")


def test_programs_are_given_the_whole_example(call, stepped):
    (found,) = [
        one
        for one in json.loads(call("prove", "--format", "sarif", "stepped.hmb").stdout)["runs"][0]["results"]
        if one["ruleId"] == "HMB402"
    ]
    assert "\ncounterexample: example " in found["message"]["text"]
    assert "{ cost: 10000.01 } pay 6000.01\n}" in found["message"]["text"]
