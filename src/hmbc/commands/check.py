"""`hmbc check`: is the scheme well-formed."""

from __future__ import annotations

import sys

import click

from hmbc.commands.common import (
    exit_code,
    guideline_or_exit,
    lang,
    language_for,
    report_format,
    scheme_files,
    show_each,
)
from hmbc.compiler.pipeline import across_editions, compile_file


@click.command("check")
@scheme_files
@report_format
@lang
@click.option("--error-on-warning", is_flag=True, help="Warnings fail the check too.")
@click.option(
    "--against", "guidelines", multiple=True, type=click.Path(),
    metavar="GUIDELINE", help="Hold the schemes against this guideline too; may be repeated.",
)  # fmt: skip
def command(
    files: tuple[str, ...],
    form: str,
    lang: str | None,
    error_on_warning: bool,
    guidelines: tuple[str, ...],
) -> None:
    """Parse, type-check and lint schemes and guidelines. 检查方案和指导意见。"""
    against = [guideline_or_exit(file, lang) for file in guidelines]
    compiled = across_editions([compile_file(file, against) for file in files])
    language = language_for(compiled, lang)
    show_each(compiled, lang, form)
    code = exit_code(compiled, error_on_warning)
    if form == "human" and code == 0:
        for one in compiled:
            if one.guideline is not None:
                demands = len(one.guideline.demands)
                click.echo(
                    f"{one.source.name}: 没有错误（指导意见，{demands} 项要求）"
                    if language == "zh"
                    else f"{one.source.name}: no errors (guideline, {demands} demands)"
                )
                continue
            assert one.scheme is not None
            layers = len(one.scheme.layers)
            click.echo(
                f"{one.source.name}: 没有错误（{layers} 层）"
                if language == "zh"
                else f"{one.source.name}: no errors ({layers} layer{'s' * (layers != 1)})"
            )
    sys.exit(code)
