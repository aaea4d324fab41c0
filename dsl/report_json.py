"""Diagnostics as JSON. `schema_version` changes when a reader of the old form would misread.

Lines and columns count from 1, in characters (Unicode code points); `end` is one past the last
character; `offset` counts characters from 0.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from hmbc.dsl.diagnostic import Diagnostic
from hmbc.dsl.report_human import Files, hints
from hmbc.dsl.report_places import place, plain, relative_name
from hmbc.dsl.source import Source, Span
from hmbc.grammar.keywords import Language

SCHEMA_VERSION = 1


def render_json(files: Files, language: Language) -> str:
    """One document for all files; ends with a line feed."""
    found = []
    counts: Counter[str] = Counter()
    for source, diagnostics in files:
        for diagnostic in diagnostics:
            found.append(_one(diagnostic, source, language))
            counts[diagnostic.rule.severity] += 1
    document = {
        "schema_version": SCHEMA_VERSION,
        "language": language,
        "summary": {kind + "s": counts[kind] for kind in ("error", "warning", "note")},
        "diagnostics": found,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _one(diagnostic: Diagnostic, source: Source, language: Language) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.rule.severity,
        "message": plain(diagnostic.message(language)),
        **_place(source, diagnostic.span),
        "related": [
            {"message": plain(one.note.get(language)), **_place(source, one.span)}
            for one in diagnostic.related
        ],
        "hints": [
            {"heading": heading, "text": plain(text)}
            for heading, text in hints(diagnostic, language)
        ],
    }


def _place(source: Source, span: Span) -> dict[str, Any]:
    source, span = source.locate(span)
    at = place(source, span)
    return {
        "file": relative_name(source.name),
        "start": {"line": at.start_line, "column": at.start_column, "offset": span.start},
        "end": {"line": at.end_line, "column": at.end_column, "offset": max(span.start, span.end)},
    }
