"""Which clause of the policy document a diagnostic is about: found by its place in the scheme."""

from __future__ import annotations

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
    for diagnostic in diagnostics:
        misspelt = diagnostic.code.startswith("HMB1")  # nothing to look up in the document
        cites = () if misspelt else _cites_at(scheme, diagnostic.span)
        if cites:
            shown = Bilingual(
                (f"“{title}” " if title else "") + "、".join(cites),
                (f'"{title}" ' if title else "") + ", ".join(cites),
            )
            diagnostic = evolve(diagnostic, extra=((CITED, shown), *diagnostic.extra))
        yield diagnostic


def _cites_at(scheme: n.Scheme | n.Guideline, span: Span) -> tuple[str, ...]:
    for item in scheme.items:
        if not item.span.start <= span.start < item.span.end:
            continue
        for clause in item.clauses if isinstance(item, n.Layer) else ():
            if clause.cites and clause.span.start <= span.start < clause.span.end:
                return tuple(cite.text for cite in clause.cites)
        cites: n.Cites = getattr(item, "cites", ())
        return tuple(cite.text for cite in cites)
    return ()
