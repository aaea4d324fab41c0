"""What subcommands share: the language of messages, reading schemes, showing diagnostics."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from hmbc.commands.exit_codes import FINDINGS, UNREADABLE
from hmbc.grammar.keywords import Language
from hmbc.runtime.unreadable import why_not

if TYPE_CHECKING:  # a command that finds all in the cache checks nothing
    from hmbc.compiler.pipeline import Compiled
    from hmbc.dsl.checked_guideline import CheckedGuideline
    from hmbc.dsl.diagnostic import Diagnostic
    from hmbc.dsl.source import Source

Command = TypeVar("Command", bound=Callable[..., Any])

lang = click.option(
    "--lang", type=click.Choice(["zh", "en"]), help="Language of messages; default: the scheme's."
)
report_format = click.option(
    "--format", "form", type=click.Choice(["human", "json", "sarif", "github"]), default="human",
    show_default=True, help="How findings are written, on standard output.",
)  # fmt: skip
scheme_file = click.argument("file", type=click.Path(allow_dash=True))
scheme_files = click.argument(
    "files", nargs=-1, required=True, type=click.Path(allow_dash=True), metavar="FILE..."
)

Found = list[tuple["Source", tuple["Diagnostic", ...]]]


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
                click.echo(text, err=err, nl=False, color=True)  # it has no colour unless wanted
            return
    click.echo(render(found, language).encode("utf-8"), err=err, nl=False)


def show_each(
    compiled: Sequence[Compiled], chosen: str | None, form: str = "human", err: bool = False
) -> None:
    """Write what was found in several files, each in its own language unless one is chosen; a JSON
    or SARIF document has one language, that of the first file."""
    found = [(one.source, one.diagnostics) for one in compiled]
    languages = {language_for([one], chosen) for one in compiled if one.diagnostics}
    if form in ("json", "sarif") or len(languages) < 2:
        show(found, next(iter(languages), language_for(compiled, chosen)), form, err)
        return
    for one in compiled:
        if one.diagnostics:
            show([(one.source, one.diagnostics)], language_for([one], chosen), form, err)


def use_colour(stream: Any) -> bool:
    """Whether to colour: NO_COLOR and FORCE_COLOR decide, else whether it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()


def language_for(compiled: Sequence[Compiled], chosen: str | None) -> Language:
    """--lang, else the own language of the first scheme that can be read, else the user's."""
    if chosen is not None:
        return chosen  # type: ignore[return-value]
    return next((one.language for one in compiled if not one.unreadable), default_language())


def default_language() -> Language:
    """Where no scheme says it: the language of the user's locale, Chinese unless it is English."""
    locale = next((os.environ[x] for x in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(x)), "")
    return "en" if locale.startswith("en") else "zh"


def a_guideline(compiled: Compiled) -> Diagnostic:
    """What a command says that needs a scheme and is given a guideline."""
    from hmbc.dsl import codes
    from hmbc.dsl.diagnostic import Diagnostic
    from hmbc.dsl.source import NOWHERE

    assert compiled.guideline is not None
    values = {"name": compiled.guideline.name, "file": compiled.source.name}
    return Diagnostic(codes.A_GUIDELINE, NOWHERE, values)


def compile_or_exit(file: str, chosen: str | None) -> Compiled:
    """The compiled scheme; with errors, or a file that cannot be read, says so and exits."""
    from attrs import evolve

    from hmbc.compiler.pipeline import compile_file

    compiled = compile_file(file)
    if compiled.guideline is not None:
        compiled = evolve(compiled, diagnostics=(a_guideline(compiled),))
    if compiled.kernel is None:
        language = language_for([compiled], chosen)
        show([(compiled.source, compiled.diagnostics)], language, err=True)
        sys.exit(exit_code([compiled]))
    return compiled


def guideline_or_exit(file: str, chosen: str | None) -> CheckedGuideline:
    """The guideline of a file; with errors, or of a file that is none, says so and exits."""
    from hmbc.compiler.pipeline import compile_file
    from hmbc.dsl import codes
    from hmbc.dsl.diagnostic import Bilingual, Diagnostic
    from hmbc.dsl.source import NOWHERE

    compiled = compile_file(file)
    if compiled.guideline is None:
        language = language_for([compiled], chosen)
        found = compiled.diagnostics
        if compiled.scheme is not None:
            why = Bilingual("它是一个方案", "it is a scheme")
            found = (Diagnostic(codes.GUIDELINE_FILE, NOWHERE, {"name": file, "why": why}, hint=False),)
        show([(compiled.source, found)], language, err=True)
        sys.exit(exit_code([compiled]) or UNREADABLE)
    return compiled.guideline


def exit_code(compiled: Sequence[Compiled], on_warning: bool = False) -> int:
    """2 if a file could not be read, 1 if there are errors, else 0."""
    from hmbc.dsl.diagnostic import has_errors

    if any(one.unreadable for one in compiled):
        return UNREADABLE
    if any(has_errors(one.diagnostics) for one in compiled):
        return FINDINGS
    if on_warning and any(d.rule.severity == "warning" for one in compiled for d in one.diagnostics):
        return FINDINGS
    return 0


def fail(message: str, code: int = UNREADABLE) -> NoReturn:
    """Say what is wrong on standard error and exit."""
    click.echo(message, err=True)
    sys.exit(code)


def cannot_write(place: object, error: OSError, language: Language) -> NoReturn:
    """Say why an output could not be written and exit."""
    why = why_not(error, language)
    fail(f"{place}：无法写入（{why}）" if language == "zh" else f"{place}: cannot be written: {why}")
