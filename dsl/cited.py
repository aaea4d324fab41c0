"""Which clause of the policy document a diagnostic is about: found by its place in the scheme."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from attrs import evolve

from hmbc.dsl import nodes as n
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.source import Span

CITED = Bilingual("依据", "cites")


def name_clauses(
    scheme: n.Scheme | n.Guideline, diagnostics: Iterable[Diagnostic]
) -> Iterator[Diagnostic]:
    """The diagnostics; those inside a clause that cites say so in their first line."""
    sources = [item for item in scheme.items if isinstance(item, n.SourceClause)]
    title = sources[0].title if len(sources) == 1 else ""
    places = _places(scheme)
    for diagnostic in diagnostics:
        misspelt = diagnostic.code.startswith("HMB1")  # nothing to look up in the document
        cites = () if misspelt else _cites_at(places, diagnostic.span)
        if cites:
            shown = Bilingual(
                (f"“{title}” " if title else "") + "、".join(cites),
                (f'"{title}" ' if title else "") + ", ".join(cites),
            )
            diagnostic = evolve(diagnostic, extra=((CITED, shown), *diagnostic.extra))
        yield diagnostic


def _places(scheme: n.Scheme | n.Guideline) -> list[tuple[int, int, n.Cites]]:
    """Where which citations begin and end to hold, by place: an item's, but for its clauses that have
    their own."""
    found: list[tuple[int, int, n.Cites]] = []
    for item in scheme.items:
        at, cites = item.span.start, getattr(item, "cites", ())
        for clause in item.clauses if isinstance(item, n.Layer) else ():
            if clause.cites:
                found.append((at, clause.span.start, cites))
                found.append((clause.span.start, clause.span.end, clause.cites))
                at = clause.span.end
        found.append((at, item.span.end, cites))
    return sorted(found, key=lambda place: place[:2])


def _cites_at(places: list[tuple[int, int, n.Cites]], span: Span) -> tuple[str, ...]:
    number = bisect_right(places, span.start, key=lambda place: place[0]) - 1
    if number < 0 or span.start >= places[number][1]:
        return ()
    return tuple(cite.text for cite in places[number][2])
