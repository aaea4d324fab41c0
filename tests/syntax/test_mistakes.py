"""What an author reads after a typical mistake: each file of mistakes/ beside its messages.

`pytest tests/syntax/test_mistakes.py --update` rewrites them; read the difference line by line.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hmbc.dsl.check import check_source
from hmbc.dsl.diagnostic import Diagnostic
from hmbc.dsl.format_lines import width
from hmbc.dsl.source import Source
from hmbc.grammar.keywords import Language

CASES = sorted((Path(__file__).parent / "mistakes").glob("*.hmb"))


def shown(source: Source, diagnostic: Diagnostic, language: Language) -> str:
    """A diagnostic as plain text: what, where, and the help."""
    line, column = source.position(diagnostic.span.start)
    text = source.line(line)
    end = column - 1 + diagnostic.span.end - diagnostic.span.start
    length = max(1, width(text[column - 1 : end]))
    lines = [
        f"{line}:{column} {diagnostic.code} {diagnostic.message(language)}",
        f"    {text}",
        f"    {' ' * width(text[: column - 1])}{'^' * length}",
    ]
    for related in diagnostic.related:
        number, at = source.position(related.span.start)
        lines.append(f"    {number}:{at} {related.note.get(language)}")
    lines += [f"    = {a.get(language)}: {b.get(language)}" for a, b in diagnostic.extra]
    if advice := diagnostic.advice(language):
        lines.append(f"    = {advice}")
    return "\n".join(lines)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_mistake_is_explained_as_recorded(path: Path, update: bool) -> None:
    source = Source(path.name, path.read_text(encoding="utf-8"))
    found = [d for d in check_source(source).diagnostics if d.rule.severity == "error"]
    text = "\n\n".join(shown(source, d, lang) for lang in ("zh", "en") for d in found) + "\n"
    beside = path.with_suffix(".expected")
    if update:
        beside.write_text(text, encoding="utf-8")
    assert found
    assert text == beside.read_text(encoding="utf-8")
