"""`hmbc fmt`: one style, in either language."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from hmbc.commands.common import (
    cannot_write,
    default_language,
    scheme_files,
    show,
)
from hmbc.commands.exit_codes import FINDINGS, UNREADABLE
from hmbc.dsl.format import format_source
from hmbc.dsl.read_source import Read, read_source
from hmbc.runtime.atomic import write_atomically


@click.command("fmt")
@scheme_files
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit 1 if it would.")
@click.option("--diff", "show_diff", is_flag=True, help="Change nothing; show what would change.")
@click.option("--to", type=click.Choice(["zh", "en"]), help="Translate the keywords.")
def command(files: tuple[str, ...], only_check: bool, show_diff: bool, to: str | None) -> None:
    """Write schemes in the one style. 统一格式；--to 翻译关键词。

    Files are changed in place; `-` is standard input to standard output.
    """
    code = 0
    for file in files:
        read = read_source(file)
        if read.diagnostics:
            show([(read.source, read.diagnostics)], default_language(), err=True)
            code = UNREADABLE
            continue
        done = format_source(read.source, to)  # type: ignore[arg-type]
        if done.text is None:
            show([(read.source, done.diagnostics)], done.language, err=True)
            code = code or FINDINGS
        elif only_check or show_diff:
            differs = done.text != read.source.text
            if show_diff:
                _show_diff(file, read.source.text, done.text)
            elif differs:
                click.echo(file)
            code = code or (FINDINGS if only_check and differs else 0)
        else:
            _put(file, read, done.text)
    sys.exit(code)


def _put(file: str, read: Read, text: str) -> None:
    if file == "-":
        click.echo(text.encode("utf-8"), nl=False)
    elif text != read.source.text:
        try:
            write_atomically(Path(file), text.encode("utf-8"))
        except OSError as error:
            cannot_write(file, error, default_language())


def _show_diff(file: str, before: str, after: str) -> None:
    lines = difflib.unified_diff(
        before.splitlines(True), after.splitlines(True), f"{file}", f"{file} (fmt)"
    )
    click.echo("".join(lines), nl=False)
