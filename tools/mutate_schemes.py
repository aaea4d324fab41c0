"""Mutants of the schemes in schemes/: what notices that one clause says something else?

    python tools/mutate_schemes.py --seed 1 --sample 300 --kept mutants.jsonl > report

One small change at a time to the text of a scheme, at a place where its syntax tree has a clause: a
figure by one minor unit or one in the last place, a comparison, a scope, a rounding, a condition
negated, ratio and cap in the other order, an exclusion, a waiting condition, a cap or a layer left out.
Then who notices: `check` (an error, or a warning or note that the original does not give), `test` (the
worked examples), `prove` (a law that was proved no longer is), `diff` (the two are not the same).

What was found is kept in `--kept`, a line for each mutant, and not tried again: a run that was stopped goes on where
it was. `--again unknown` tries those of a verdict once more.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from attrs import define, field, frozen

from hmbc.compiler.difference import Incomparable, compare
from hmbc.compiler.example_histories import histories_of
from hmbc.compiler.pipeline import Compiled, compile_file, compile_source
from hmbc.compiler.run_examples import run_examples
from hmbc.compiler.structure import structure_of
from hmbc.dsl.lexer import Lexeme, first_word
from hmbc.dsl.nodes import Layer
from hmbc.dsl.parse import parse
from hmbc.dsl.source import Source, Span
from hmbc.grammar.keywords import KEYWORDS, language_of

ROOT = Path(__file__).parents[1]
ROWS = 1_500
SCHEMES = sorted(
    path
    for path in (*ROOT.glob("schemes/*.hmb"), *ROOT.glob("schemes/more/*.hmb"))
    if "guideline" not in path.name
)
SCOPES = ("PER_CLAIM", "PER_EVENT", "PER_MONTH", "PER_YEAR", "PER_LIFETIME")
ROUNDINGS = ("HALF_UP", "HALF_EVEN", "UP", "DOWN")
COMPARED = {"<": "<=", "AT_MOST": "<", ">": ">=", "AT_LEAST": ">", "=": "!=", "UNEQUAL": "="}
TURNED = {
    "IS": "IS_NOT", "IS_NOT": "IS", "IN": "NOT_IN", "NOT_IN": "IN", "AND": "OR", "OR": "AND",
}  # fmt: skip
AMOUNTS = ("THRESHOLD", "CAP", "COST_CAP")
LEFT_OUT = {
    "WAIT": "wait", "EXCLUDE": "exclusion", "ELIGIBLE": "eligibility", "CAP": "cap", "COST_CAP": "cap",
    "LAYER": "layer", "UNLESS": "unless",
}  # fmt: skip


@frozen
class Mutant:
    """A change of one place: kind, what was there and what is there now."""

    path: Path
    kind: str
    span: Span
    old: str
    new: str

    def text(self, text: str) -> str:
        """The scheme with the change."""
        return text[: self.span.start] + self.new + text[self.span.end :]

    def place(self) -> str:
        """File and line, from the root of the repository."""
        source = Source("", self.path.read_text(encoding="utf-8"))
        return f"{self.path.relative_to(ROOT)}:{source.position(self.span.start)[0]}"

    def name(self) -> str:
        """What it is known by in a file of results."""
        return f"{self.path.relative_to(ROOT)}@{self.span.start}: {self.kind}: {self.old!r} -> {self.new!r}"


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of a scheme, its header, examples and readings left alone."""
    source = Source(str(path), path.read_text(encoding="utf-8"))
    lexemes = [one for one in parse(source).lexemes if one.text]

    language = language_of(first_word(source.text)) or "zh"
    words = {name: pair[0 if language == "zh" else 1] for name, pair in KEYWORDS.items()}
    for clause in clauses(source, lexemes):
        yield from within(path, source, clause, words)
    tree = parse(source).scheme
    for item in () if tree is None else tree.items:
        if isinstance(item, Layer):
            text = source.text[item.span.start : item.span.end]
            yield Mutant(path, "left out: layer", item.span, text, "")


@frozen
class Piece:
    """A clause: its first word's terminal, its lexemes, and the span of its lines."""

    word: str
    lexemes: tuple[Lexeme, ...]
    span: Span


def clauses(source: Source, lexemes: list[Lexeme]) -> Iterator[Piece]:
    """The clauses that decide what is paid, by their first words at depth 1 and in layers."""
    starts = (
        "ELIGIBLE", "WAIT", "EXCLUDE", "WHEN", "UNLESS", "BASE", "THRESHOLD", "RATIO", "CAP",
        "COST_CAP", "TOPS_UP", "PAYS", "PAYS_INCREASE", "ROUNDING", "TOTAL", "COUNT", "SHARED", "LET",
        "LAYER", "PARAMETER", "LIST",
    )  # fmt: skip
    others = ("READING", "PROVE", "UNEXPRESSED", "EXAMPLE", "SOURCE", "MEMBER", "CLAIM", "NO_CAP",
              "NO_THRESHOLD", "CITE", "CURRENCY", "BENEFIT_YEAR", "ENROLMENT", "DUE")  # fmt: skip
    depth, found, start = 0, [], None
    in_layer = False

    def is_start(place: int) -> bool:
        one = lexemes[place]
        line_start = source.text.rfind("\n", 0, one.span.start) + 1
        first = not source.text[line_start : one.span.start].strip()
        return first and one.terminal in (*starts, *others) and depth in ((1, 2) if in_layer else (1,))

    for place, one in enumerate(lexemes):
        if one.terminal == "LBRACE":
            depth += 1
        if one.terminal == "RBRACE":
            depth -= 1
            in_layer = in_layer and depth > 1
            if start is not None and depth < 2:
                found.append((start, place))
                start = None
            continue
        if is_start(place):
            if start is not None:
                found.append((start, place))
            start = place if one.terminal in starts else None
            if one.terminal == "LAYER":
                in_layer = True
            elif depth == 1:
                in_layer = False
    for first, last in found:
        own = lexemes[first:last]
        cut = next((n for n, one in enumerate(own) if one.terminal == "CITE"), len(own))
        span = Span(own[0].span.start, own[-1].span.end)
        yield Piece(own[0].terminal, tuple(own[:cut]), span)


def within(path: Path, source: Source, clause: Piece, words: dict[str, str]) -> Iterator[Mutant]:
    """The mutants of one clause."""

    def made(kind: str, one: Lexeme, new: str) -> Mutant:
        return Mutant(path, kind, one.span, source.text[one.span.start : one.span.end], new)

    for one in clause.lexemes[1:]:
        text = source.text[one.span.start : one.span.end]
        if one.terminal in ("NUMBER", "MONEY_AMOUNT", "PERCENT"):
            minor = clause.word in AMOUNTS and one.terminal != "PERCENT" and "JPY" not in source.text
            for new in (nudged(text, -1, minor), nudged(text, 1, minor)):
                if new is not None:
                    yield made("figure ± 1 minor unit" if minor else "figure ± 1", one, new)
        elif one.terminal == "DATE":
            for by in (-1, 1):
                if (new := next_day(text, by)) is not None:
                    yield made("date ± 1 day", one, new)
        elif one.terminal in COMPARED:
            yield made("comparison", one, COMPARED[one.terminal])
        elif one.terminal in TURNED:
            kind = "and, or" if one.terminal in ("AND", "OR") else "condition negated"
            yield made(kind, one, words[TURNED[one.terminal]])
        elif one.terminal in SCOPES:
            for other in SCOPES:
                if other != one.terminal:
                    yield made("scope", one, words[other])
        elif one.terminal in ROUNDINGS:
            for other in ROUNDINGS:
                if other != one.terminal:
                    yield made("rounding", one, words[other])
        elif one.terminal == "NOT":
            yield made("condition negated", one, "")
    if clause.word in LEFT_OUT and clause.word not in ("LAYER", "CAP"):
        text = source.text[clause.span.start : clause.span.end]
        yield Mutant(path, f"left out: {LEFT_OUT[clause.word]}", clause.span, text, "")
    if clause.word in ("CAP", "COST_CAP"):  # `cost cap` counts before the ratio, `cap` after it
        other = "COST_CAP" if clause.word == "CAP" else "CAP"
        word = clause.lexemes[0].span
        yield Mutant(path, "ratio and cap exchanged", word, words[clause.word], words[other])
    if clause.word == "CAP":
        text = source.text[clause.span.start : clause.span.end]
        yield Mutant(path, "left out: cap", clause.span, text, words["NO_CAP"])
    if clause.word == "THRESHOLD":
        text = source.text[clause.span.start : clause.span.end]
        yield Mutant(path, "left out: threshold", clause.span, text, words["NO_THRESHOLD"])
        yield Mutant(
            path, "threshold and cap exchanged", clause.lexemes[0].span, words["THRESHOLD"], words["CAP"]
        )


def nudged(text: str, by: int, minor: bool) -> str | None:
    """A figure as written, more or less by one minor unit (or else one in its last place)."""
    found = re.search(r"\d[\d_,]*(\.\d+)?", text)
    if found is None:
        return None
    value = Decimal(found[0].replace("_", "").replace(",", ""))
    rest = text[found.end() :]
    if minor and rest.lstrip().startswith("万"):
        value, rest = value * 10_000, rest.lstrip()[1:]
    step = Decimal("0.01") if minor else Decimal(1).scaleb(min(0, int(value.as_tuple().exponent)))
    value += by * step
    return None if value < 0 else f"{text[: found.start()]}{value:f}{rest}"


def next_day(text: str, by: int) -> str | None:
    """The day before or after a date as written 2022-01-01."""
    try:
        return (date.fromisoformat(text) + timedelta(by)).isoformat()
    except ValueError:
        return None


@frozen
class Noticed:
    """By what a mutant is noticed; diff: the verdict; proved equal where it changes nothing."""

    by: frozenset[str]
    verdict: str


def noticed(mutant: Mutant, original: Compiled) -> Noticed:
    """Try one mutant on everything."""
    assert original.kernel is not None and original.scheme is not None
    text = mutant.path.read_text(encoding="utf-8")
    try:
        changed = compile_source(Source(str(mutant.path), mutant.text(text)), mutant.path.parent)
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
        return Noticed(frozenset(), "crash")
    known = Counter(one.code for one in original.diagnostics)
    more = Counter(one.code for one in changed.diagnostics) - known
    if changed.kernel is None or changed.scheme is None:
        return Noticed(frozenset(("check",)), "refused")
    by = {"check"} if more else set()
    if any(result.diagnostics for result in run_examples(changed.kernel, changed.scheme)):
        by.add("test")
    before = {(v.layer, v.law, v.subject) for v in structure_of(original.kernel) if v.holds}
    after = {(v.layer, v.law, v.subject) for v in structure_of(changed.kernel) if v.holds}
    if before - after:
        by.add("prove")
    try:
        examples = [*histories_of(original.kernel, original.scheme)]
        verdict = compare(
            original.kernel, changed.kernel, rows=ROWS, thorough=False, examples=examples
        ).verdict
    except Incomparable:
        verdict = "different"
    if verdict == "different":
        by.add("diff")
    return Noticed(frozenset(by), verdict)


@define
class Kept:
    """What was found of mutants, in a file of JSON lines; None: nowhere."""

    path: Path | None
    again: frozenset[str]
    """Verdicts that are not believed: these mutants are tried again."""
    found: dict[str, Noticed] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        if self.path is None or not self.path.exists():
            return
        for line in self.path.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            self.found[one["mutant"]] = Noticed(frozenset(one["by"]), one["verdict"])
        self.found = {name: one for name, one in self.found.items() if one.verdict not in self.again}

    def of(self, mutant: Mutant, original: Compiled) -> Noticed:
        """Known, or tried now."""
        name = mutant.name()
        if name not in self.found:
            self.found[name] = found = noticed(mutant, original)
            if self.path is not None:
                line = {"mutant": name, "by": sorted(found.by), "verdict": found.verdict}
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return self.found[name]


def table(counts: dict[str, Counter[str]]) -> None:
    """Who noticed how many, by kind of mutant."""
    heads = ("all", "refused", "check", "test", "prove", "diff", "equal", "unknown", "crash")
    print("| kind | " + " | ".join(heads) + " |")
    print("|---|" + "---:|" * len(heads))
    whole: Counter[str] = Counter()
    for kind in sorted(counts):
        whole.update(counts[kind])
        print(f"| {kind} | " + " | ".join(str(counts[kind][head]) for head in heads) + " |")
    print("| all | " + " | ".join(str(whole[head]) for head in heads) + " |", flush=True)


def main() -> None:
    """Draw, try and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--kinds", nargs="*", help="of those drawn, these kinds only")
    parser.add_argument("--kept", type=Path, help="a file of what was found, gone on with")
    parser.add_argument("--again", nargs="*", default=(), help="try again what had such a verdict")
    parser.add_argument("--part", default="0/1", help="0/2 and 1/2: each half by one process")
    options = parser.parse_args()
    every = [mutant for path in SCHEMES for mutant in mutants(path)]
    by_kind: dict[str, list[Mutant]] = {}
    for mutant in every:
        by_kind.setdefault(mutant.kind, []).append(mutant)
    pick = random.Random(options.seed)
    chosen: list[Mutant] = []
    while len(chosen) < min(options.sample, len(every)):
        for kind in sorted(by_kind):
            if by_kind[kind] and len(chosen) < options.sample:
                chosen.append(by_kind[kind].pop(pick.randrange(len(by_kind[kind]))))
    if options.kinds:
        chosen = [mutant for mutant in chosen if mutant.kind in options.kinds]
    part, parts = map(int, options.part.split("/"))
    chosen = chosen[part::parts]
    originals = {path: compile_file(path) for path in {mutant.path for mutant in chosen}}
    counts: dict[str, Counter[str]] = {}
    kept = Kept(options.kept, frozenset(options.again))
    for mutant in chosen:
        found = kept.of(mutant, originals[mutant.path])
        row = counts.setdefault(mutant.kind, Counter())
        row["all"] += 1
        row.update(found.by)
        row[found.verdict] += 1
        row["any"] += bool(found.by)
        if found.verdict in ("unknown", "equal", "crash"):
            change = f"{mutant.old!r} -> {mutant.new!r}"
            print(f"{found.verdict}: {mutant.kind}: {mutant.place()}: {change}", flush=True)
    print(f"\n{len(every)} mutants, {len(chosen)} tried, seed {options.seed}\n")
    table(counts)
    sys.exit(0)


if __name__ == "__main__":
    main()
