"""What the documentation names exists: files, anchors, codes, grammar rules, golden cases."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from hmbc.dsl.codes import RULES
from hmbc.grammar.keywords import KEYWORDS
from hmbc.runtime.rejects import GROUNDS

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in (
        *ROOT.glob("README.md"), *ROOT.glob("CHANGELOG.md"), *ROOT.glob("docs/*.md"),
        *ROOT.glob("docs/decisions/*.md"),
    )
)  # fmt: skip
FOLDERS = "benchmarks|compiler|demo|docs|dsl|editors|grammar|runtime|schemes|src|tests|tools"
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(rf"`((?:{FOLDERS})/[\w./-]*)`")
_CODE = re.compile(r"HMB\d{3}")
_FENCED = re.compile(r"^```.*?^```$", re.M | re.S)
_HEADING = re.compile(r"^#{1,6} (.+)$", re.M)


@cache
def _text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@cache
def _anchors(page: str) -> set[str]:
    """As the usual readers of Markdown make them: letters, digits, `-`, `_`; blanks become `-`."""
    found = set()
    for heading in _HEADING.findall(_FENCED.sub("", _text(page))):
        kept = (
            char
            for char in heading.strip().lower()
            if char in " -_" or unicodedata.category(char)[0] in "LN"
        )
        found.add("".join(kept).replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    lost = []
    for target in _LINK.findall(_FENCED.sub("", _text(page))):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        if not file.exists():
            lost.append(target)
        elif anchor and anchor not in _anchors(str(file.resolve().relative_to(ROOT))):
            lost.append(target)
    assert lost == []


@pytest.mark.parametrize("page", PAGES)
def test_every_file_named_exists(page: str) -> None:
    named = set(_PATH.findall(_FENCED.sub("", _text(page))))
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


@pytest.mark.parametrize("page", PAGES)
def test_every_code_named_exists(page: str) -> None:
    known = set(RULES) | {ground.code for ground in GROUNDS}
    assert sorted(set(_CODE.findall(_text(page))) - known) == []


def test_every_ground_for_a_reject_is_told() -> None:
    told = set(re.findall(r"^\| (HMB\d{3}) \|", _text("docs/data.md"), re.M))
    assert sorted({ground.code for ground in GROUNDS} ^ told) == []


# ---- the table of constructs in docs/language.md

_ONLY_ALTERNATIVES = {"parameter_value", "list_source", "scope", "value", "expectation"}
_PARTS = {"start", "owner", "attribute_name", "membership", "assignments", "type_word"}


def _table() -> list[list[str]]:
    text = _text("docs/language.md").partition("## Where each construct lives")[2]
    rows = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def _grammar() -> dict[str, str]:
    """Rule or alias to the text of its rule."""
    lines = (ROOT / "grammar/hmb.lark").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith(("//", "%")))
    rules: dict[str, str] = {}
    for found in re.finditer(r"^[?!]*(\w+):(.*?)(?=^[?!]*\w+:|\Z)", text, re.M | re.S):
        rules[found[1]] = found[2]
        rules |= {alias: found[2] for alias in re.findall(r"->\s*(\w+)", found[2])}
    return rules


def test_the_table_names_rules_of_the_grammar() -> None:
    named = {rule for row in _table() for rule in re.findall(r"`(\w+)`", row[1])}
    assert sorted(named - set(_grammar())) == []


def test_every_rule_of_the_grammar_is_in_the_table() -> None:
    """All that an author can write; a rule that only names alternatives is told by these."""
    text = (ROOT / "grammar/hmb.lark").read_text(encoding="utf-8")
    passing = set(re.findall(r"^\?(\w+):", text, re.M))
    named = {rule for row in _table() for rule in re.findall(r"`(\w+)`", row[1])}
    assert sorted(set(_grammar()) - passing - _ONLY_ALTERNATIVES - _PARTS - named) == []


def test_the_table_names_examples_and_golden_cases_that_exist() -> None:
    shown = set(re.findall(r"^```hmb (\S+)$", _text("docs/language.md"), re.M))
    golden = {path.name[:6] for path in ROOT.glob("tests/golden/diagnostics/*.hmb")}
    for row in _table():
        named = set(re.findall(r"`(\w+\.hmb)`", row[4]))
        codes = set(_CODE.findall(row[4]))
        assert named or codes or row[4] == "none yet", row[0]
        assert sorted(named - shown) == [], row[0]
        assert sorted(codes - golden) == [], row[0]


def test_every_chinese_keyword_is_told_in_the_chinese_reference() -> None:
    """In its text, before the table that lists them all."""
    text = _text("docs/language.zh.md").partition("## 关键词表")[0]
    assert [chinese for chinese, _ in KEYWORDS.values() if chinese not in text] == []


def test_the_chinese_reference_lists_every_keyword() -> None:
    table = _text("docs/language.zh.md").partition("## 关键词表")[2]
    rows = re.findall(r"^\| `(.+)` \| `(.+)` \|$", table, re.M)
    assert rows == list(KEYWORDS.values())


def test_every_keyword_is_told_in_both_languages() -> None:
    text = _text("docs/language.md")
    lost = [
        token
        for token, (chinese, english) in KEYWORDS.items()
        if chinese not in text or english not in text
    ]
    assert lost == []


def test_the_map_names_every_file_of_the_compiler_once() -> None:
    named = re.findall(r"^\| `(\w+\.py)` \| \S.*\|$", _text("docs/architecture.md"), re.M)
    files = {path.name for path in (ROOT / "compiler").glob("*.py")} - {"__init__.py"}
    assert sorted(named) == sorted(files)
