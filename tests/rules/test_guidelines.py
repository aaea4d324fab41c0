"""Schemes against the two guidelines: each of tests/golden/guidelines breaks the rules that its name
begins with, and is told of them and of no other. `pytest tests/rules/test_guidelines.py --update`
rewrites what they are told; read the difference line by line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

from hmbc.cli import hmbc
from hmbc.compiler.pipeline import compile_source
from hmbc.dsl import nodes as n
from hmbc.dsl.check import check_source
from hmbc.dsl.concepts import CONCEPTS
from hmbc.dsl.parse import parse
from hmbc.dsl.report_human import render_human
from hmbc.dsl.source import Source

GOLDEN = Path(__file__).parents[1] / "golden" / "guidelines"
GUIDELINES = {"HB": "hubei_guideline", "WH": "weihai_2023_guideline"}
CONFORMING = {"HB": "hubei_conforming", "WH": "weihai_conforming"}
CASES = sorted(path.stem for path in GOLDEN.glob("*.hmb"))
BREAKING = [name for name in CASES if name not in CONFORMING.values()]
_RULE = re.compile(r"[A-Z]{2}-[0-9]+[a-z]?")


@pytest.fixture(scope="module")
def guideline_text(read_scheme):
    return {prefix: read_scheme(name) for prefix, name in GUIDELINES.items()}


@pytest.fixture(scope="module")
def findings(schemes_folder):
    """What is found of a scheme that a guideline cites, by rule."""

    def findings(text, guideline):
        held = check_source(Source("guideline.hmb", guideline), schemes_folder).guideline
        assert held is not None
        found = compile_source(Source("scheme.hmb", text), GOLDEN, [held]).diagnostics
        rules = {cite for demand in held.demands for cite in demand.cites}
        return [
            (cited, one)
            for one in found
            for cited in _RULE.findall(one.extra[0][1].en if one.extra else "")
            if cited in rules
        ]

    return findings


def prefix_of(name):
    return next(x for x in GUIDELINES if name.startswith(x) or name == CONFORMING[x])


def read(name):
    return (GOLDEN / f"{name}.hmb").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_a_scheme_is_told_of_what_it_breaks_and_of_nothing_else(name, findings, guideline_text):
    found = findings(read(name), guideline_text[prefix_of(name)])
    wrong = {rule for rule, one in found if one.rule.severity != "note"}
    noted = {rule for rule, one in found if one.rule.severity == "note"}
    named = set(_RULE.findall(name))
    assert wrong == named - noted
    assert noted - named <= {"HB-02"}  # premiums are not calculated: always for people to read
    assert named <= wrong | noted


@pytest.mark.parametrize("name", BREAKING)
def test_a_case_reads_as_recorded(name, findings, guideline_text, update):
    source = Source(f"{name}.hmb", read(name))
    named = set(_RULE.findall(name))
    told = findings(source.text, guideline_text[prefix_of(name)])
    said = [(source, [one for rule, one in told if rule in named])]
    own = "zh" if source.text.startswith("方案") else "en"
    other = {"zh": "en", "en": "zh"}[own]
    text = f"{render_human(said, own)}\n{'~' * 78}\n\n{render_human(said, other)}"
    beside = GOLDEN / f"{name}.diag"
    if update:
        beside.write_text(text, encoding="utf-8")
    assert text == beside.read_text(encoding="utf-8")


def demands(prefix, text):
    tree = parse(Source("guideline", text)).guideline
    assert tree is not None
    return [item for item in tree.items if isinstance(item, n.Demand)]


@pytest.mark.parametrize("prefix", GUIDELINES)
def test_every_rule_of_a_guideline_has_a_scheme_that_breaks_it(prefix, guideline_text):
    stated = {x.text for item in demands(prefix, guideline_text[prefix]) for x in item.cites}
    broken = {rule for name in BREAKING for rule in _RULE.findall(name)}
    assert stated == {rule for rule in broken if rule.startswith(prefix)}


@pytest.mark.parametrize("name", BREAKING)
def test_without_its_rules_a_guideline_does_not_mind(name, findings, guideline_text):
    """Each rule taken out of the guideline changes the verdict."""
    text = guideline_text[prefix_of(name)]
    named = set(_RULE.findall(name))
    for item in reversed(demands(prefix_of(name), text)):
        if named & {cite.text for cite in item.cites}:
            text = text[: item.span.start] + text[item.span.end :]
    left = {rule for rule, one in findings(read(name), text) if rule in named}
    assert left == set()


# ---- what the documents' own schemes are told


FOUND = {
    ("zaozhuang_2022", "HB"): set(),
    ("ordos_2018", "HB"): set(),
    ("weihai_2024", "HB"): set(),
    ("shuozhou_critical_illness", "HB"): {"HB-03", "HB-05"},
    ("weihai_2024", "WH"): {"WH-12"},
    ("zaozhuang_2022", "WH"): {
        "WH-07a", "WH-07b", "WH-07c", "WH-07d", "WH-07e", "WH-07g", "WH-08b", "WH-08c", "WH-08d",
        "WH-10", "WH-12",
    },
    ("ordos_2018", "WH"): {
        "WH-07a", "WH-07b", "WH-07c", "WH-07d", "WH-07e", "WH-07g", "WH-08c", "WH-08d", "WH-10",
        "WH-12", "WH-20",
    },
    ("shuozhou_critical_illness", "WH"): {
        "WH-07a", "WH-07c", "WH-08b", "WH-08d", "WH-10", "WH-12", "WH-20",
    },
}  # fmt: skip


@pytest.mark.parametrize(("name", "prefix"), FOUND)
def test_what_the_schemes_of_the_documents_break(
    name, prefix, read_scheme, schemes_folder, guideline_text
):
    held = check_source(Source("g", guideline_text[prefix]), schemes_folder).guideline
    text = read_scheme(name)
    found = compile_source(Source("s", text), schemes_folder, [held]).diagnostics
    wrong = {
        rule
        for one in found
        if one.rule.severity != "note" and one.extra
        for rule in _RULE.findall(one.extra[0][1].en)
        if rule.startswith(prefix)
    }
    assert wrong == FOUND[name, prefix]


# ---- codes that may not be excluded, and what is not decided

CODES = """guideline g "G" {{
    source "Guidance"
    must not exclude from "{file}"  cite HB-04
}}
"""
SCHEME = """scheme s "S" {{
    source "Rules"
    currency CNY
    benefit year calendar
    claim {{ disease: code  abroad: bool  bill: money }}
    list some: {codes}
    exclude some: {condition}  cite "1"
    layer all  cite "2" {{ base claim.bill  no threshold  ratio 50%  no cap }}
    example "without lists" {{ parameter {{ {given} }} claim 2024-03-01 {{ bill: 1 }} pay {pay} }}
}}
"""
IN, ABROAD = "claim.disease in some", "claim.abroad or claim.disease in some"
NOT_IN = "claim.disease not in some"


@pytest.mark.parametrize(
    ("codes", "condition", "told"),
    [
        ('"J06", "C50"', IN, "J06"),
        ('"J06", "C50"', ABROAD, "J06"),
        ('"C50"', ABROAD, None),
        ('"C50"', NOT_IN, "J00, J06"),  # all but a list: those are left out, too
        ('"J00", "J06"', NOT_IN, None),
        ("external", IN, "?"),
        ('"J06"', "claim.abroad and claim.disease in some", "J06"),  # of some who have it
        ('"J06"', "not (claim.disease not in some)", "J06"),
        ('"J06"', 'claim.disease is "J00" or claim.disease in some and yes', "J00, J06"),
        ('"J06"', 'claim.disease is not "J00" or claim.disease in some', "J06"),
    ],
)
def test_codes_that_may_not_be_excluded(tmp_path, codes, condition, told):
    (tmp_path / "common.csv").write_text("code,name\nJ00,cold\nJ06,cough\n", encoding="utf-8")
    held = check_source(Source("g", CODES.format(file="common.csv")), tmp_path).guideline
    given = 'some: "C50"' if codes == "external" else ""
    everything = condition == NOT_IN or "is not" in condition  # a claim without a code, too
    pay = 0 if everything else "0.50"
    text = SCHEME.format(codes=codes, condition=condition, given=given, pay=pay)
    found = compile_source(Source("s", text), tmp_path, [held]).diagnostics
    said = {one.code: one.message("en") for one in found}
    assert ("HMB334" in said) == (told not in (None, "?"))
    assert ("HMB343" in said) == (told == "?")
    if told not in (None, "?"):
        assert told in said["HMB334"]


def test_a_part_with_a_condition_takes_out_what_the_condition_names(tmp_path):
    (tmp_path / "common.csv").write_text("code\nJ00\nJ06\n", encoding="utf-8")
    held = check_source(Source("g", CODES.format(file="common.csv")), tmp_path).guideline
    text = SCHEME.format(codes='"J06"', condition=f"part claim.bill if {IN}", given="", pay="0.50")
    (found,) = compile_source(Source("s", text.replace("abroad: bool ", "")), tmp_path, [held]).diagnostics
    assert found.code == "HMB334" and "J06" in found.message("en")


RISING = 'guideline g "G" { source "G"  ratio must rise with the amount  cite WH-10 }'
BANDED = """scheme s "S" {{
    source "Rules"
    currency CNY
    benefit year calendar
    member {{ kind: a | b  years: int 0 to 50 }}
    claim {{ bill: money }}
    parameter p: ratio 20% to 50%, external
    parameter q: ratio 40% to 60%, external
    parameter r: ratio 10% to 19%, external
    layer all  cite "1" {{
        base claim.bill
        no threshold
        ratio bands above threshold per year: up to 1_000: {low}, beyond: {high} {points}
        no cap
    }}
}}
"""
BY_KIND = "by member.kind (a: {}, b: {})"


@pytest.mark.parametrize(
    ("low", "high", "points", "verdict"),
    [
        ("50%", "60%", "", "rises"),
        ("60%", "50%", "", "falls"),
        ("50%", "50%", "", "same"),
        ("p", "p + r", "", "rises"),
        ("p + r", "p", "", "unknown"),
        ("p", "q", "", "unknown"),  # 50% and 40% are both allowed
        ("r", "p", "", "rises"),  # at most 19%, at least 20%
        ("p", "r", "", "falls"),
        ("r", "smaller of (100%, q + p)", "", "rises"),
        ("50%", "60%", "plus 5% if member.years >= 3", "rises"),
        ("p", "p + r", "plus 5% if member.years >= 3", "rises"),
        (BY_KIND.format("50%", "40%"), BY_KIND.format("60%", "40%"), "", "rises"),
        (BY_KIND.format("50%", "40%"), BY_KIND.format("60%", "30%"), "", "falls"),
        ("45%", BY_KIND.format("60%", "40%"), "", "falls"),
        (BY_KIND.format("50%", "40%"), "50%", "", "rises"),
        ("p", "(p + r if member.years >= 3 else p)", "", "rises"),
        ("(p + r if member.years >= 3 else p)", "p", "", "unknown"),
        ("(10% if member.years >= 3 else p)", "(20% if member.years >= 3 else p + r)", "", "rises"),
        ("(10% if member.years >= 3 else p)", "(5% if member.years >= 3 else p + r)", "", "falls"),
        ("larger of (p, r)", "60%", "", "rises"),
        ("smaller of (p, member.years * 1%)", "60%", "", "rises"),
    ],
)
def test_whether_a_ratio_rises(findings, low, high, points, verdict):
    told = findings(BANDED.format(low=low, high=high, points=points), RISING)
    said = [(one.code, one.message("en")) for _, one in told]
    expected = {"rises": None, "falls": "falls", "same": "same in every", "unknown": "parameters"}
    if verdict == "rises":
        assert said == []
    else:
        ((code, message),) = said
        assert code == ("HMB343" if verdict == "unknown" else "HMB335")
        assert expected[verdict] in message


@pytest.mark.parametrize("file", ["../common.csv", "/etc/common.csv", "none.csv"])
def test_a_guideline_reads_no_list_outside_its_folder(tmp_path, file):
    (tmp_path / "common.csv").write_text("code\nJ00\n", encoding="utf-8")
    inside = tmp_path / "inside"
    inside.mkdir()
    found = check_source(Source("g", CODES.format(file=file)), inside)
    assert found.guideline is None
    assert {one.code for one in found.diagnostics} <= {"HMB311", "HMB312"}


CLAIMS_TO = """scheme s "S" {
    source "Rules"
    conforms to g
    currency CNY
    benefit year calendar
    claim { bill: money }
    layer all  cite "1" { base claim.bill  no threshold  ratio 50%  no cap }
    example { claim 2024-03-01 { bill: 1 } pay 0.50 }
}
"""
DEMANDS = 'guideline g "G" { source "Guidance"  must cover outpatient  cite HB-05 }'


def test_a_guideline_is_looked_for_beside_the_scheme_and_nowhere_else(tmp_path):
    source = Source("s", CLAIMS_TO)
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "g.hmb").write_text(DEMANDS, encoding="utf-8")
    assert {x.code for x in compile_source(source, inside).diagnostics} == {"HMB330"}
    (inside / "g.hmb").symlink_to(tmp_path / "g.hmb")
    assert {x.code for x in compile_source(source, inside).diagnostics} == {"HMB330"}
    (inside / "g.hmb").unlink()
    (inside / "g.hmb").write_text(DEMANDS, encoding="utf-8")
    assert {x.code for x in compile_source(source, inside).diagnostics} == {"HMB337"}
    mild = DEMANDS.replace("must cover", "in principle must cover")
    (inside / "g.hmb").write_text(mild, encoding="utf-8")
    compiled = compile_source(source, inside)
    (warning,) = compiled.diagnostics
    assert warning.rule.severity == "warning" and compiled.kernel is not None


def test_pay_may_be_kept_from_depending_on_something(findings):
    text = 'guideline g "G" { source "G"  pay must not depend on insurance_type  cite HB-01 }'
    scheme = read("hubei_conforming")
    assert findings(scheme, text) == []
    scheme = scheme.replace("paying: bool", 'kind "险种": employee | resident  paying: bool')
    scheme = scheme.replace("60%", "employee: 60%, resident: 50%")
    scheme = scheme.replace("paying: yes", "paying: yes, kind: employee")
    ((_, one),) = findings(scheme, text)
    assert one.code == "HMB332"


def test_only_what_is_named_may_be_used(findings):
    text = 'guideline g "G" { source "G"  may use only age  cite HB-08 }'
    ((_, one),) = findings(read("hubei_conforming"), text)
    assert one.code == "HMB339" and "paying" in one.message("en")


def run(*arguments):
    return CliRunner().invoke(hmbc, [str(x) for x in arguments])


def test_the_command_line(schemes_folder, tmp_path):
    guideline = schemes_folder / "hubei_guideline.hmb"
    scheme = GOLDEN / "HB-01_age.hmb"
    assert run("check", scheme).exit_code == 0
    held = run("check", scheme, "--against", guideline)
    assert held.exit_code == 1 and "HMB331" in held.output and "HB-01" in held.output
    assert run("check", guideline).exit_code == 0
    assert run("check", GOLDEN / "hubei_conforming.hmb", "--against", guideline).exit_code == 0
    assert run("check", scheme, "--against", scheme).exit_code == 2
    for command in ("compile", "run", "explain"):
        more = {"run": ["x.csv"], "explain": ["x.csv", "--claim", "1"]}.get(command, [])
        done = run(command, guideline, *more)
        assert done.exit_code == 1 and "HMB344" in done.output, done.output


def test_a_guideline_is_formatted_and_translated(schemes_folder, tmp_path):
    copy = tmp_path / "g.hmb"
    original = (schemes_folder / "weihai_2023_guideline.hmb").read_text(encoding="utf-8")
    copy.write_text(original, encoding="utf-8")
    assert run("fmt", copy, "--to", "en").exit_code == 0
    assert copy.read_text(encoding="utf-8").find("must exclude") > 0
    assert run("check", copy).exit_code == 0
    assert run("fmt", copy, "--to", "zh").exit_code == 0
    assert copy.read_text(encoding="utf-8") == original


# ---- the vocabulary


def test_every_concept_is_explained_and_has_one_word_in_each_language():
    page = (Path(__file__).parents[2] / "docs" / "guidelines.md").read_text(encoding="utf-8")
    words = [word for one in CONCEPTS.values() for word in (one.name, one.zh)]
    assert len(set(words)) == len(words)
    for one in CONCEPTS.values():
        assert f"| `{one.name}` | {one.zh} |" in page
        assert set(one.implies) <= set(CONCEPTS)


def test_a_mild_diagnostic_is_a_warning(findings, guideline_text):
    told = findings(read("WH-10_flat"), guideline_text["WH"])
    one = next(found for rule, found in told if rule == "WH-10")
    assert one.rule.severity == "warning"
    assert evolve(one, mild=False).rule.severity == "error"


# ---- docs/guidelines.md


PAGE = Path(__file__).parents[2] / "docs" / "guidelines.md"
_OUTPUT = re.compile(r"^```text\n\$ hmbc (?P<command>.*)\n(?P<body>(?:.*\n)*?)```$", re.M)


@pytest.mark.parametrize("place", range(4))
def test_the_page_shows_what_the_command_says(place, update, monkeypatch):
    monkeypatch.chdir(PAGE.parents[1])
    text = PAGE.read_text(encoding="utf-8")
    fence = list(_OUTPUT.finditer(text))[place]
    real = run(*fence["command"].split()).output
    real = "".join(f"{line.rstrip()}\n" for line in real.splitlines())
    if update:
        PAGE.write_text(text[: fence.start("body")] + real + text[fence.end("body") :], "utf-8")
    else:
        assert fence["body"] == real


@pytest.mark.parametrize(
    ("limit", "shown"), [("1_000", "1000"), ("line", "`line`"), ("line + 5", "…")]
)
def test_where_a_ratio_falls_is_told(findings, limit, shown):
    text = BANDED.format(low="60%", high="50%", points="").replace("up to 1_000", f"up to {limit}")
    text = text.replace("parameter p:", "parameter line: money 1 to 9_000, external\n    parameter p:")
    ((_, one),) = findings(text, RISING)
    assert one.message("en").endswith(f"falls above {shown}"), one.message("en")
