"""A condition that stands outside of any file (`hmbc diff --when`), in a scheme's own words.

It is parsed and checked as an eligibility condition of the scheme would be, by the same grammar and the
same checks, and can be nothing else: whatever else the text holds is refused.
"""

from __future__ import annotations

from pathlib import Path

from attrs import evolve, frozen

from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check import check_scheme
from hmbc.dsl.diagnostic import Diagnostic
from hmbc.dsl.lexer import first_word
from hmbc.dsl.parse import parse
from hmbc.dsl.revised_files import take_revised
from hmbc.dsl.source import Source
from hmbc.grammar.keywords import language_of

NAME = "--when"
"""What the condition is called: no author can."""

_AROUND = {
    "zh": ("方案 条件 { 参保条件 条件：", "\n}"),
    "en": ("scheme condition { eligible condition: ", "\n}"),
}


@frozen
class Restriction:
    """The condition (None after an error), what was found wrong, and the text that this is in."""

    when: e.Expr | None
    diagnostics: tuple[Diagnostic, ...]
    source: Source


def check_restriction(text: str, scheme: Source, folder: Path | None) -> Restriction:
    """The condition over the attributes and parameters of a scheme without errors."""
    before, after = _AROUND[language_of(first_word(scheme.text)) or "zh"]
    source = Source(NAME, f"{before}{text}{after}")
    written = parse(source)
    whole = parse(scheme).scheme
    assert whole is not None
    tree = take_revised(whole, scheme, folder).scheme
    if written.scheme is None or tree is None:
        return Restriction(None, written.diagnostics, source)
    match written.scheme.items:
        case (n.Eligible(label=None, cites=()) as clause,):
            named = evolve(clause, name=evolve(clause.name, text=NAME))
        case _:
            return Restriction(None, (), source)
    checked = check_scheme(evolve(tree, items=(*tree.items, named)), folder)
    errors = tuple(one for one in checked.diagnostics if one.rule.severity == "error")
    if checked.scheme is None:
        return Restriction(None, errors, source)
    stop = next(stop for stop in checked.scheme.stops if stop.name == NAME)
    assert isinstance(stop.when, e.Not)
    return Restriction(stop.when.of, (), source)
