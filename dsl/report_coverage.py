"""A coverage of rules for people, for tools, and as a page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from attrs import asdict

from hmbc.dsl.coverage import EXEMPT, Coverage, Note, Place, Rule
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.display import pad, visible
from hmbc.grammar.keywords import Language

_STATED = Bilingual("写明", "stated")
_READING = Bilingual("理解", "reading")
_UNEXPRESSED = Bilingual("未表达", "unexpressed")
_EXAMPLE = Bilingual("示例", "example")
_TEST = Bilingual("测试", "test")
_OPEN = Bilingual("缺", "open")
_BROKEN = Bilingual("读不通", "broken")
_LONGEST = 90
_PAGE = """\
# Coverage

Every rule of [the documents](rules.md): which clause of which scheme or guideline states it, what
guards it (tests that name it, worked examples), how often it needed a [reading](readings.md), and why
it is left out where it is. A rule about premiums or the fund may be left out; one about data may be
recorded as `unexpressed`; any other that no clause states is **open**.

Written by `hmbc coverage schemes --rules docs/rules.md --tests tests/rules --format markdown`; do not
edit it by hand.
"""


def render_human(coverage: Coverage, language: Language) -> str:
    """A few lines a rule, then what could not be checked, then the counts."""
    lines = []
    for rule in coverage.rules:
        lines.append(f"{pad(rule.id, 10)}{', '.join(rule.kinds)}")
        for word, text in _facts(rule, language):
            lines.append(f"    {pad(word.get(language), 13)}{visible(text)}")
    for file, why in coverage.broken:
        lines.append(f"{_BROKEN.get(language)} {visible(file)}: {visible(why.get(language))}")
    return "\n".join([*lines, "", summary(coverage, language)]) + "\n"


def summary(coverage: Coverage, language: Language) -> str:
    """How many there are of each."""
    rules = coverage.rules
    stated = sum(bool(rule.stated) for rule in rules)
    left = sum(not rule.stated and bool(rule.unexpressed) for rule in rules)
    silent = sum(not rule.stated and not rule.unexpressed and not rule.is_open for rule in rules)
    unguarded = sum(rule.is_unguarded for rule in rules)
    opened = sum(rule.is_open for rule in rules)
    if language == "zh":
        return (
            f"{len(rules)} 条：写明 {stated}，记为未表达 {left}，筹资、基金而未提 {silent}，"
            f"缺 {opened}；写明而没有测试或示例的 {unguarded}"
        )
    return (
        f"{len(rules)} rules: {stated} stated, {left} recorded as unexpressed, {silent} of premium or "
        f"fund not mentioned, {opened} open; {unguarded} stated without a test or an example"
    )


def _facts(rule: Rule, language: Language) -> Iterator[tuple[Bilingual, str]]:
    for place in rule.stated:
        yield _STATED, _at(place)
    for note in rule.unexpressed:
        yield _UNEXPRESSED, f"{note.place.file}:{note.place.line}  {note.kind}: {_short(note.text)}"
    for note in rule.readings:
        yield _READING, f"{note.place.file}:{note.place.line}  {_short(note.text)}"
    for test in rule.tests:
        yield _TEST, test
    if rule.examples:
        yield _EXAMPLE, ", ".join(f"{place.file}:{place.line}" for place in rule.examples)
    if why := _missing(rule):
        yield _OPEN, why.get(language)


def _missing(rule: Rule) -> Bilingual | None:
    if rule.is_open and rule.unexpressed:
        return Bilingual("只记为未表达", "only recorded as unexpressed")
    if rule.is_open:
        return Bilingual("没有条款写明", "no clause states it")
    if rule.is_unguarded:
        return Bilingual("没有测试或示例", "no test and no example names it")
    if not rule.stated and not rule.unexpressed and EXEMPT & set(rule.kinds):
        return Bilingual("没有提到（筹资、基金可以不提）", "not mentioned, as premium and fund may be")
    return None


def _at(place: Place) -> str:
    return f"{place.file}:{place.line}  {place.clause}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def render_json(coverage: Coverage) -> str:
    """One document; `open` says which rules make the command fail."""
    document = {
        "schema_version": 1,
        "rules": [_one(rule) for rule in coverage.rules],
        "broken": [{"file": file, "zh": why.zh, "en": why.en} for file, why in coverage.broken],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _one(rule: Rule) -> dict[str, Any]:
    why = _missing(rule)
    return {
        **asdict(rule),
        "open": rule.is_open,
        "missing": None if why is None else {"zh": why.zh, "en": why.en},
    }


def render_markdown(coverage: Coverage) -> str:
    """A page, in English, without line numbers, so that it holds while files move."""
    parts = [_PAGE, f"\n{summary(coverage, 'en')}.\n"]
    document = ""
    for rule in coverage.rules:
        if rule.id.partition("-")[0] != document:
            document = rule.id.partition("-")[0]
            parts.append(f"\n## {document}\n\n| rule | kind | stated by | guarded by | readings |\n")
            parts.append("|---|---|---|---|---|\n")
        cells = (rule.id, ", ".join(rule.kinds), _stated(rule), _guarded(rule), _counted(rule))
        parts.append(f"| {' | '.join(_cell(cell) for cell in cells)} |\n")
    for file, why in coverage.broken:
        parts.append(f"\n**{file} does not check**: {why.en}\n")
    return "".join(parts)


def _stated(rule: Rule) -> str:
    by_file: dict[str, list[str]] = {}
    for place in rule.stated:
        by_file.setdefault(place.file, []).append(place.clause)
    shown = [f"`{file}`: {'; '.join(dict.fromkeys(names))}" for file, names in by_file.items()]
    shown += [_left_out(note) for note in rule.unexpressed]
    why = _missing(rule)
    if why is not None:
        shown.append(f"**open**: {why.en}" if rule.is_open else why.en)
    return "<br>".join(shown)


def _left_out(note: Note) -> str:
    return f"`{note.place.file}`: unexpressed ({note.kind}): {note.text}"


def _guarded(rule: Rule) -> str:
    shown = [f"`{test}`" for test in rule.tests]
    if rule.examples:
        count = len(rule.examples)
        shown.append(f"{count} example{'s' * (count != 1)}")
    return "<br>".join(shown)


def _counted(rule: Rule) -> str:
    return str(len(rule.readings)) if rule.readings else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
