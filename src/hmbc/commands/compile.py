"""`hmbc compile`: check, prove what can be proved, emit."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from hmbc.commands.common import exit_code, lang, language_for, scheme_files, show
from hmbc.compiler import pipeline
from hmbc.compiler.build import ToolchainMissing
from hmbc.dsl import codes
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.source import NOWHERE
from hmbc.grammar.keywords import Language
from hmbc.runtime.atomic import write_atomically

STAGES = ("kernel", "pyx", "c", "so")


@click.command("compile")
@scheme_files
@click.option("-o", "folder", type=click.Path(file_okay=False), help="Write what is emitted here.")
@click.option(
    "--emit", type=click.Choice(STAGES), default="so", show_default=True,
    help="The stage to write; without -o, text goes to standard output.",
)  # fmt: skip
@lang
def command(files: tuple[str, ...], folder: str | None, emit: str, lang: str | None) -> None:
    """Check schemes and make their evaluators. 编译方案。"""
    compiled = [pipeline.compile_file(Path(file)) for file in files]
    language = language_for(compiled, lang)
    show([(one.source, one.diagnostics) for one in compiled], language, err=True)
    code = exit_code(compiled)
    for one in compiled:
        if one.kernel is None:
            continue
        try:
            _emit(one, folder, emit, language)
        except ToolchainMissing as missing:
            why = Bilingual(missing.zh, missing.en)
            problem = Diagnostic(codes.NO_COMPILER, NOWHERE, {"why": why})
            show([(one.source, (problem,))], language, err=True)
            sys.exit(2)
    sys.exit(code)


def _emit(one: pipeline.Compiled, folder: str | None, emit: str, language: Language) -> None:
    assert one.kernel is not None
    stem = Path(one.source.name).stem
    match emit:
        case "kernel":
            from hmbc.compiler.print_kernel import print_kernel

            _text(print_kernel(one.kernel), folder, f"{stem}.kernel")
        case "pyx":
            _text(pipeline.pyx_of(one.kernel), folder, f"{stem}.pyx")
        case "c":
            _text(pipeline.c_of(one.kernel), folder, f"{stem}.c")
        case _:
            so = pipeline.so_of(one.kernel)
            if folder is not None:
                place = Path(folder, f"{stem}{''.join(so.suffixes)}")
                place.parent.mkdir(parents=True, exist_ok=True)
                beside = place.with_name(f".{place.name}.tmp")
                shutil.copyfile(so, beside)
                beside.replace(place)
                so = place
            word = "已编译" if language == "zh" else "compiled"
            click.echo(f"{one.source.name}: {word} {so}")


def _text(text: str, folder: str | None, name: str) -> None:
    if folder is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    place = Path(folder, name)
    place.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(place, text.encode("utf-8"))
