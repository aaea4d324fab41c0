"""Rule by rule of a table of rules: where schemes state it, how they read it, what tests guard it.

The table is Markdown with rows `| ID | text | kinds |`; a row may stand for a series (`SZ-03.1–10`,
`WH-07a–g`). A rule is stated where a clause cites it; sources, readings and examples state nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from attrs import evolve, field, frozen

from hmbc.dsl import nodes as n
from hmbc.dsl.check import check_source
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.parse import parse
from hmbc.dsl.read_source import read_source
from hmbc.dsl.source import Source, Span

EXEMPT = frozenset(("premium", "fund"))
"""Kinds of rules about which a benefit scheme may say nothing at all."""

LEFT_OUT = frozenset(("data",))
"""Kinds of rules that it is enough to record as `unexpressed`."""

_ROW = re.compile(r"\| *([A-Z]+-[0-9]+[a-z]?(?:\.[0-9]+)?)(–[0-9a-z]+)? *\|(.*)\|([a-z, ]+)\|\s*")
_LIKE_A_ROW = re.compile(r"\| *[A-Z]+-[0-9]")
_LABEL = re.compile(r"[^：:{｛“\"「\n]*")
_CITED = re.compile(r"\s(据|cite)\s.*")
_LONGEST_LABEL = 48


class BadTable(Exception):
    """A row of the table of rules that cannot be read."""


@frozen
class Place:
    """A clause: its file, its line, and how it begins."""

    file: str
    line: int
    clause: str


@frozen
class Note:
    """A reading, or (with a kind) a clause left unexpressed."""

    place: Place
    text: str
    kind: str = ""


@frozen(kw_only=True)
class Rule:
    """One rule and all that is there for it. tests: files that name it."""

    id: str
    text: str
    kinds: tuple[str, ...]
    stated: tuple[Place, ...] = ()
    readings: tuple[Note, ...] = ()
    unexpressed: tuple[Note, ...] = ()
    examples: tuple[Place, ...] = ()
    tests: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Nothing states it, and it may not be left out."""
        kinds = set(self.kinds)
        left_out = bool(self.unexpressed) and bool(kinds & LEFT_OUT)
        return not (self.stated or kinds & EXEMPT or left_out)

    @property
    def is_unguarded(self) -> bool:
        """It is stated, and neither a test nor a worked example names it."""
        return bool(self.stated) and not self.tests and not self.examples


@frozen
class Coverage:
    """The rules in the order of their table, and the files that could not be checked, with why."""

    rules: tuple[Rule, ...]
    broken: tuple[tuple[str, Bilingual], ...] = field(default=())

    @property
    def is_whole(self) -> bool:
        """Every file is in order and no rule is open."""
        return not self.broken and not any(rule.is_open for rule in self.rules)


def read_rules(text: str) -> tuple[Rule, ...]:
    """The rows of the table. Raises BadTable."""
    found: list[Rule] = []
    for line in text.splitlines():
        if row := _ROW.fullmatch(line):
            kinds = tuple(kind.strip() for kind in row[4].split(","))
            for one in _series(row[1], row[2]):
                found.append(Rule(id=one, text=row[3].strip(), kinds=kinds))
        elif _LIKE_A_ROW.match(line):
            raise BadTable(line)
    return tuple(found)


def _series(first: str, last: str | None) -> list[str]:
    if last is None:
        return [first]
    last = last.removeprefix("–")
    if last.isdigit():
        stem, number = first.rsplit(".", 1)
        return [f"{stem}.{place}" for place in range(int(number), int(last) + 1)]
    return [first[:-1] + chr(letter) for letter in range(ord(first[-1]), ord(last) + 1)]


def coverage_of(
    rules: Sequence[Rule], schemes: Iterable[Path], tests: Iterable[Path]
) -> Coverage:
    """What the files of schemes and guidelines, and of tests, have for each rule."""
    found = {rule.id: rule for rule in rules}
    broken = []
    for path in schemes:
        read = read_source(path)
        checked = check_source(read.source, path.parent) if not read.diagnostics else None
        problems = read.diagnostics if checked is None else checked.diagnostics
        errors = [one for one in problems if one.rule.severity == "error"]
        if errors:
            why = Bilingual(*(f"{errors[0].code} {errors[0].message(x)}" for x in ("zh", "en")))
            broken.append((path.as_posix(), why))
        tree = parse(read.source).tree if checked is not None else None
        if tree is not None:
            _collect(tree, read.source, found)
    for path in tests:
        text = path.read_text(encoding="utf-8")
        for rule in found.values():
            if _names(text, rule.id):
                found[rule.id] = evolve(rule, tests=(*rule.tests, path.as_posix()))
    return Coverage(tuple(found.values()), tuple(broken))


def _collect(tree: n.Scheme | n.Guideline, source: Source, found: dict[str, Rule]) -> None:
    for item, above in _clauses(tree):
        for cite in getattr(item, "cites", ()):
            rule = found.get(cite.text)
            if rule is None:
                continue
            place = _place(item.span, above, source)
            match item:
                case n.SourceClause():
                    continue
                case n.Reading(text=text):
                    rule = evolve(rule, readings=(*rule.readings, Note(place, text)))
                case n.Unexpressed(text=text, kind=kind):
                    note = Note(place, text, kind.lower())
                    rule = evolve(rule, unexpressed=(*rule.unexpressed, note))
                case n.Example():
                    rule = evolve(rule, examples=(*rule.examples, place))
                case _:
                    rule = evolve(rule, stated=(*rule.stated, place))
            found[rule.id] = rule


Citing = n.Item | n.Demand | n.LayerClause | n.AttributeDeclaration


def _clauses(tree: n.Scheme | n.Guideline) -> Iterator[tuple[Citing, Span | None]]:
    """Every clause that may cite, with the block it stands in. A reading inside a layer that cites
    nothing of its own is about what the layer cites."""
    for item in tree.items:
        yield item, None
        inner = getattr(item, "clauses", ()) or getattr(item, "attributes", ())
        for clause in inner if isinstance(item, n.Layer | n.Attributes) else ():
            if isinstance(clause, n.Reading) and not clause.cites and isinstance(item, n.Layer):
                clause = evolve(clause, cites=item.cites)
            yield clause, item.span


def _place(span: Span, above: Span | None, source: Source) -> Place:
    label = _label(span, source)
    if above is not None:
        label = f"{_label(above, source)} · {label}"
    return Place(Path(source.name).as_posix(), source.position(span.start)[0], label)


def _label(span: Span, source: Source) -> str:
    text = source.text[span.start : span.end]
    found = _LABEL.match(text)
    label = " ".join(_CITED.sub("", found[0] if found else "").split())
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"


def _names(text: str, rule: str) -> bool:
    """Whether a text names a rule, or all of its series by `SZ-03.{…}`."""
    if re.search(rf"(?<![\w-]){re.escape(rule)}(?![0-9A-Za-z]|\.[0-9])", text):
        return True
    stem = rule.rpartition(".")[0]
    return bool(stem) and f"{stem}.{{" in text
