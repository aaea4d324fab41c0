"""Diagnostics as workflow commands, which GitHub shows beside the lines of a change."""

from __future__ import annotations

from hmbc.dsl.diagnostic import Diagnostic
from hmbc.dsl.report_human import Files, hints
from hmbc.dsl.report_places import place, plain, relative_name
from hmbc.dsl.source import Source
from hmbc.grammar.keywords import Language

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render_github(files: Files, language: Language) -> str:
    """A command a line for every diagnostic; empty without any."""
    return "".join(
        _command(diagnostic, source, language) + "\n"
        for source, diagnostics in files
        for diagnostic in diagnostics
    )


def _command(diagnostic: Diagnostic, source: Source, language: Language) -> str:
    source, span = source.locate(diagnostic.span)
    at = place(source, span)
    properties = {
        "file": relative_name(source.name),
        "line": at.start_line,
        "endLine": at.end_line,
        "col": at.start_column,
        "title": diagnostic.code,
    }
    shown = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    lines = [diagnostic.message(language)]
    lines += [f"{heading}: {text}" for heading, text in hints(diagnostic, language)]
    return f"::{_COMMANDS[diagnostic.rule.severity]} {shown}::{_text(plain(chr(10).join(lines)))}"


def _text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
