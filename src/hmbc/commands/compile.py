"""`hmbc compile`: check, prove what can be proved, emit."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click
from attrs import evolve

from hmbc.commands.common import (
    a_guideline,
    cannot_write,
    exit_code,
    fail,
    lang,
    language_for,
    scheme_files,
    show_each,
)
from hmbc.commands.evaluator import building
from hmbc.compiler import pipeline
from hmbc.dsl.diagnostic import has_errors
from hmbc.grammar.keywords import Language
from hmbc.runtime.atomic import write_atomically

STAGES = ("kernel", "pyx", "c", "so", "wheel")


@click.command("compile")
@scheme_files
@click.option("-o", "folder", type=click.Path(file_okay=False), help="Write what is emitted here.")
@click.option(
    "--emit", type=click.Choice(STAGES), default="so", show_default=True,
    help="The stage to write; without -o, text goes to standard output, a wheel to this folder.",
)  # fmt: skip
@click.option("-v", "--verbose", is_flag=True, help="Say how tables are adjudicated, and why.")
@lang
def command(
    files: tuple[str, ...], folder: str | None, emit: str, verbose: bool, lang: str | None
) -> None:
    """Check schemes and make their evaluators. 编译方案。"""
    compiled = [pipeline.compile_file(file) for file in files]
    compiled = [
        evolve(one, diagnostics=(a_guideline(one),)) if one.guideline else one for one in compiled
    ]
    compiled = [_through_the_gate(one) for one in compiled]
    language = language_for(compiled, lang)
    show_each(compiled, lang, err=True)
    _refuse_same_names(compiled, folder, language)
    code = exit_code(compiled)
    for one in compiled:
        if one.kernel is None or has_errors(one.diagnostics):
            continue
        with building(one, language):
            try:
                _emit(one, folder, emit, language)
                if verbose:
                    click.echo(_way(one, language), err=True)
            except BrokenPipeError:
                raise
            except OSError as error:
                cannot_write(error.filename or folder or "-", error, language)
    sys.exit(code)


def _through_the_gate(one: pipeline.Compiled) -> pipeline.Compiled:
    """With what the laws that every scheme is held to say of it."""
    if one.kernel is None or one.scheme is None:
        return one
    from hmbc.compiler.gate import gate

    return evolve(one, diagnostics=(*one.diagnostics, *gate(one.kernel, one.scheme)))


def _emit(one: pipeline.Compiled, folder: str | None, emit: str, language: Language) -> None:
    assert one.kernel is not None
    stem = _stem(one)
    match emit:
        case "kernel":
            from hmbc.compiler.print_kernel import print_kernel

            _text(print_kernel(one.kernel), folder, f"{stem}.kernel")
        case "pyx":
            _text(pipeline.pyx_of(one.kernel), folder, f"{stem}.pyx")
        case "c":
            _text(pipeline.c_of(one.kernel), folder, f"{stem}.c")
        case "wheel":
            from hmbc import __version__
            from hmbc.compiler.wheel import wheel_of

            so = pipeline.validated_so_of(one.kernel)
            name, data = wheel_of(one.kernel, so, stem, __version__)
            place = Path(folder or ".", name)
            place.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(place, data)
            click.echo(f"{one.source.name}: {_done(language)} {place}")
        case _:
            so = pipeline.validated_so_of(one.kernel)
            if folder is not None:
                place = Path(folder, f"{stem}{''.join(so.suffixes)}")
                place.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(place, so.read_bytes())
                so = place
            click.echo(f"{one.source.name}: {_done(language)} {so}")


def _way(one: pipeline.Compiled, language: Language) -> str:
    """How tables of claims are adjudicated: by the scheme's feed, or why by units."""
    from hmbc.compiler.emit_feed import why_no_feed

    assert one.kernel is not None
    why = why_no_feed(one.kernel)
    if why is None:
        said = "一批费用一遍算完" if language == "zh" else "all members of a table in one pass"
    elif language == "zh":
        said = f"一批费用逐人（户）理算，较慢：{why.zh}"
    else:
        said = f"the units of a table one after the other, which is slower: {why.en}"
    return f"{one.source.name}: {said}"


def _done(language: Language) -> str:
    return "已编译" if language == "zh" else "compiled"


def _text(text: str, folder: str | None, name: str) -> None:
    if folder is None:
        click.echo(text.encode("utf-8"), nl=not text.endswith("\n"))
        return
    place = Path(folder, name)
    place.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(place, text.encode("utf-8"))


def _stem(one: pipeline.Compiled) -> str:
    """What is emitted is called like the file; from standard input, like the scheme."""
    if one.source.name == "-":
        assert one.kernel is not None
        return one.kernel.name
    return Path(one.source.name).stem


def _refuse_same_names(
    compiled: list[pipeline.Compiled], folder: str | None, language: Language
) -> None:
    """Two files of one name would overwrite each other in the folder."""
    if folder is None:
        return
    names = Counter(_stem(one) for one in compiled if one.kernel is not None)
    for name, times in names.items():
        if times > 1:
            fail(
                f"{folder}：有 {times} 个文件都叫 {name}，会互相覆盖"
                if language == "zh"
                else f"{folder}: {times} of the files are called {name} and would overwrite each other"
            )
