"""Diagnostics as SARIF 2.1.0 (OASIS), the form that code hosts and editors take findings in.

Written by hand: the format's Python libraries are not kept up. A rule's help is its page, carried
along; `helpUri` must be absolute in SARIF, so it is given only where `pages_at` says where the
pages are published.
"""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote

from hmbc.dsl.codes import RULES
from hmbc.dsl.diagnostic import Diagnostic
from hmbc.dsl.help_pages import read_page
from hmbc.dsl.report_human import Files, hints
from hmbc.dsl.report_places import place, plain, relative_name
from hmbc.dsl.source import Source, Span
from hmbc.grammar.keywords import Language

_BLANK = re.compile(r"\{[a-z_]+\}")
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render_sarif(files: Files, language: Language, pages_at: str | None = None) -> str:
    """One run over all files; ends with a line feed."""
    found = [(source, one) for source, diagnostics in files for one in diagnostics]
    used = sorted({one.code for _, one in found})
    driver = {
        "name": "hmbc",
        "version": _version(),
        "rules": [_rule(code, language, pages_at) for code in used],
    }
    run = {
        "tool": {"driver": driver},
        "language": "zh-CN" if language == "zh" else "en-US",
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, source, language, used.index(one.code)) for source, one in found],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _version() -> str:
    try:
        return version("hmbc")
    except PackageNotFoundError:  # run from a checkout
        return "0"


def _rule(code: str, language: Language, pages_at: str | None) -> dict[str, Any]:
    rule = RULES[code]
    found: dict[str, Any] = {
        "id": code,
        "shortDescription": {"text": _BLANK.sub("…", rule.zh if language == "zh" else rule.en)},
        "defaultConfiguration": {"level": rule.severity},
    }
    if (page := read_page(code, language)) is not None:
        found["help"] = {"text": page, "markdown": page}
    if pages_at is not None:
        found["helpUri"] = f"{pages_at.rstrip('/')}/{code}.md"
    return found


def _result(
    diagnostic: Diagnostic, source: Source, language: Language, index: int
) -> dict[str, Any]:
    lines = [diagnostic.message(language)]
    lines += [f"{heading}: {text}" for heading, text in hints(diagnostic, language)]
    found: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": diagnostic.rule.severity,
        "message": {"text": plain("\n".join(lines))},
        "locations": [{"physicalLocation": _physical(source, diagnostic.span)}],
    }
    if diagnostic.related:
        found["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": plain(one.note.get(language))},
                "physicalLocation": _physical(source, one.span),
            }
            for number, one in enumerate(diagnostic.related, 1)
        ]
    return found


def _physical(source: Source, span: Span) -> dict[str, Any]:
    source, span = source.locate(span)
    at = place(source, span)
    return {
        "artifactLocation": {"uri": artifact_uri(source.name)},
        "region": {
            "startLine": at.start_line,
            "startColumn": at.start_column,
            "endLine": at.end_line,
            "endColumn": at.end_column,
            "charOffset": span.start,
            "charLength": max(0, span.end - span.start),
        },
    }


def artifact_uri(name: str) -> str:
    """A file's name as a URI: relative where it lies below the working folder."""
    relative = relative_name(name)
    if relative.startswith("/"):
        return "file://" + quote(relative)
    return quote(relative, safe="/")
