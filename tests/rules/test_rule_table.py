"""docs/rules.md against the schemes: no rule of a document is dropped, none is invented."""

import re
from pathlib import Path

import pytest

from hmbc.dsl import nodes as n
from hmbc.dsl.parse import parse
from hmbc.dsl.source import Source

TABLE = Path(__file__).parents[2] / "docs" / "rules.md"
FILES = {
    "ZZ": ("zaozhuang_2022",),
    "WH": ("weihai_2024", "weihai_2023_guideline"),
    "OD": ("ordos_2018",),
    "HB": ("hubei_guideline",),
    "SZ": ("shuozhou_critical_illness",),
}
"""The files that state a document: schemes, guidelines, or both."""
GUIDELINES = ("HB",)
LEFT_OUT = {"premium", "fund", "data", "deadline", "guideline"}
"""Kinds of rules that a scheme may leave unexpressed."""

_ROW = re.compile(r"^\| ([A-Z]+-[0-9]+[a-z]?(?:\.[0-9]+)?)(–[0-9a-z]+)? \|.*\| ([a-z, ]+) \|$")
_NO_CLAUSE = n.SourceClause | n.Reading | n.Unexpressed | n.Example


def rows():
    """(rule id, kinds) of every row; a row of a series (`SZ-03.1–10`) is each of its ids."""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if found := _ROW.match(line):
            kinds = frozenset(found[3].split(", "))
            for rule in series(found[1], found[2]):
                yield rule, kinds
        else:
            assert not re.match(r"\| [A-Z]+-", line), line


def series(first, last):
    if last is None:
        return [first]
    last = last.removeprefix("–")
    if last.isdigit():
        stem, number = first.rsplit(".", 1)
        return [f"{stem}.{place}" for place in range(int(number), int(last) + 1)]
    return [first[:-1] + chr(letter) for letter in range(ord(first[-1]), ord(last) + 1)]


RULES = dict(rows())
EXPRESSED = [(rule, kinds) for rule, kinds in RULES.items() if rule[:2] in FILES]


@pytest.fixture(scope="module")
def stated(read_scheme):
    """By document: (rules that a clause or a demand cites, rules left unexpressed with the kinds
    said)."""

    def of(names):
        cited, unexpressed = set(), {}
        for name in names:
            tree = parse(Source(name, read_scheme(name))).tree
            assert tree is not None
            for item in tree.items:
                if isinstance(item, n.Unexpressed):
                    for cite in item.cites:
                        unexpressed.setdefault(cite.text, set()).add(item.kind.lower())
                if isinstance(item, _NO_CLAUSE):
                    continue
                for clause in (
                    item, *getattr(item, "clauses", ()), *getattr(item, "attributes", ())
                ):
                    if not isinstance(clause, n.Reading):
                        cited |= {cite.text for cite in getattr(clause, "cites", ())}
        return cited, unexpressed

    return {prefix: of(names) for prefix, names in FILES.items()}


def test_the_table_is_read_whole():
    assert len([rule for rule in RULES if rule.startswith("ZZ")]) == 15
    assert len([rule for rule in RULES if rule.startswith("OD")]) == 11
    assert {f"SZ-03.{number}" for number in range(1, 11)} < set(RULES)
    assert {f"WH-07{letter}" for letter in "abcdefg"} < set(RULES)


@pytest.mark.parametrize(("rule", "kinds"), EXPRESSED)
def test_every_rule_is_stated_or_said_to_be_left_out(stated, rule, kinds):
    """A rule of data that is a guideline's too may be stated in part."""
    cited, unexpressed = stated[rule[:2]]
    assert rule in cited or rule in unexpressed
    assert not (rule in cited and rule in unexpressed) or {"data", "guideline"} <= kinds
    if rule in unexpressed:
        assert unexpressed[rule] <= kinds & LEFT_OUT


@pytest.mark.parametrize("prefix", FILES)
def test_a_scheme_cites_only_rules_of_its_document(stated, prefix):
    cited, unexpressed = stated[prefix]
    assert cited | set(unexpressed) == {rule for rule in RULES if rule.startswith(prefix)}


@pytest.mark.parametrize("prefix", FILES)
def test_no_rule_that_decides_money_is_left_out(stated, prefix):
    deciding = {"benefit", "exclusion", "eligibility", "waiting", "coordination"}
    assert not {rule for rule in stated[prefix][1] if RULES[rule] & deciding}


@pytest.mark.parametrize("prefix", FILES)
def test_a_document_that_speaks_to_schemes_leaves_out_no_demand(stated, prefix):
    """Of a guideline, and of a product with one, only premiums, funds and data are left out."""
    left_out = {rule for rule in stated[prefix][1] if rule not in stated[prefix][0]}
    if len(FILES[prefix]) > 1 or prefix in GUIDELINES:
        assert all(RULES[rule] & {"premium", "fund", "data"} for rule in left_out)


def test_the_guidelines_demand_what_the_table_says(read_scheme):
    """Each row of the kind `guideline` is demanded, but for what only a fund's accounts tell."""
    for prefix in ("HB", "WH"):
        name = next(name for name in FILES[prefix] if name.endswith("_guideline"))
        tree = parse(Source(name, read_scheme(name))).guideline
        assert tree is not None
        demanded = {
            cite.text for item in tree.items if isinstance(item, n.Demand) for cite in item.cites
        }
        rows = {rule for rule, kinds in RULES.items() if rule[:2] == prefix}
        guideline = {rule for rule in rows if "guideline" in RULES[rule]}
        assert guideline - {rule for rule in rows if "fund" in RULES[rule]} <= demanded <= rows
