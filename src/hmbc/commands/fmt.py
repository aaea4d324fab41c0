"""`hmbc fmt`: one style, in either language."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from hmbc.commands.common import FINDINGS, UNREADABLE, scheme_files, show
from hmbc.dsl.format import format_source
from hmbc.dsl.read_source import read_source
from hmbc.runtime.atomic import write_atomically


@click.command("fmt")
@scheme_files
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit 1 if it would.")
@click.option("--diff", "show_diff", is_flag=True, help="Change nothing; show what would change.")
@click.option("--to", type=click.Choice(["zh", "en"]), help="Translate the keywords.")
def command(files: tuple[str, ...], only_check: bool, show_diff: bool, to: str | None) -> None:
    """Write schemes in the one style. 统一格式；--to 翻译关键词。"""
    code = 0
    for file in files:
        read = read_source(Path(file))
        if read.diagnostics:
            show([(read.source, read.diagnostics)], "en", err=True)
            code = UNREADABLE
            continue
        done = format_source(read.source, to)  # type: ignore[arg-type]
        if done.text is None:
            show([(read.source, done.diagnostics)], done.language, err=True)
            code = code or FINDINGS
        elif done.text != read.source.text:
            if show_diff:
                _show_diff(file, read.source.text, done.text)
            if only_check or show_diff:
                code = code or (FINDINGS if only_check else 0)
                if not show_diff:
                    click.echo(file)
            else:
                write_atomically(Path(file), done.text.encode("utf-8"))
    sys.exit(code)


def _show_diff(file: str, before: str, after: str) -> None:
    lines = difflib.unified_diff(
        before.splitlines(True), after.splitlines(True), f"{file}", f"{file} (fmt)"
    )
    click.echo("".join(lines), nl=False)
