"""What subcommands share: the language of messages, reading schemes, showing diagnostics."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from hmbc.compiler.pipeline import Compiled, compile_file
from hmbc.dsl.diagnostic import Diagnostic, has_errors
from hmbc.dsl.source import Source
from hmbc.grammar.keywords import Language

Command = TypeVar("Command", bound=Callable[..., Any])

FINDINGS = 1
UNREADABLE = 2

lang = click.option(
    "--lang", type=click.Choice(["zh", "en"]), help="Language of messages; default: the scheme's."
)
report_format = click.option(
    "--format", "form", type=click.Choice(["human", "json", "sarif", "github"]), default="human",
    show_default=True, help="How findings are written, on standard output.",
)  # fmt: skip
scheme_file = click.argument("file", type=click.Path(dir_okay=False))
scheme_files = click.argument(
    "files", nargs=-1, required=True, type=click.Path(dir_okay=False), metavar="FILE..."
)

Found = list[tuple[Source, tuple[Diagnostic, ...]]]


def show(found: Found, language: Language, form: str = "human", err: bool = False) -> None:
    """Write diagnostics in the format asked for."""
    match form:
        case "json":
            from hmbc.dsl.report_json import render_json as render
        case "sarif":
            from hmbc.dsl.report_sarif import render_sarif as render
        case "github":
            from hmbc.dsl.report_github import render_github as render
        case _:
            from hmbc.dsl.report_human import render_human

            stream = sys.stderr if err else sys.stdout
            if any(diagnostics for _, diagnostics in found):
                text = render_human(found, language, colour=use_colour(stream))
                click.echo(text, err=err, nl=False)
            return
    click.echo(render(found, language), err=err, nl=False)


def use_colour(stream: Any) -> bool:
    """Whether to colour: NO_COLOR and FORCE_COLOR decide, else whether it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()


def language_for(compiled: Sequence[Compiled], chosen: str | None) -> Language:
    """--lang, else the first scheme's own language."""
    if chosen is not None:
        return chosen  # type: ignore[return-value]
    return compiled[0].language if compiled else "en"


def compile_or_exit(file: str, chosen: str | None) -> Compiled:
    """The compiled scheme; with errors, or a file that cannot be read, says so and exits."""
    compiled = compile_file(Path(file))
    if compiled.kernel is None:
        language = language_for([compiled], chosen)
        show([(compiled.source, compiled.diagnostics)], language, err=True)
        sys.exit(exit_code([compiled]))
    return compiled


def exit_code(compiled: Sequence[Compiled], on_warning: bool = False) -> int:
    """2 if a file could not be read, 1 if there are errors, else 0."""
    if any(one.unreadable for one in compiled):
        return UNREADABLE
    if any(has_errors(one.diagnostics) for one in compiled):
        return FINDINGS
    if on_warning and any(d.rule.severity == "warning" for one in compiled for d in one.diagnostics):
        return FINDINGS
    return 0


def fail(message: str, code: int = UNREADABLE) -> None:
    """Say what is wrong on standard error and exit."""
    click.echo(message, err=True)
    sys.exit(code)
