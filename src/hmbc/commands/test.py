"""`hmbc test`: do the worked examples come out as their authors worked them out."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import click

from hmbc.commands.common import (
    FINDINGS,
    exit_code,
    lang,
    language_for,
    report_format,
    scheme_files,
    show,
)
from hmbc.compiler.pipeline import Compiled, compile_file
from hmbc.compiler.run_examples import ExampleResult, run_examples
from hmbc.grammar.keywords import Language


@click.command("test")
@scheme_files
@report_format
@lang
@click.option("--junit", type=click.Path(dir_okay=False), help="Also write JUnit XML here.")
def command(files: tuple[str, ...], form: str, lang: str | None, junit: str | None) -> None:
    """Run the worked examples of schemes. 运行方案中的示例。"""
    compiled = [compile_file(Path(file)) for file in files]
    language = language_for(compiled, lang)
    results = {id(one): _results(one) for one in compiled}
    found = []
    for one in compiled:
        errors = tuple(d for d in one.diagnostics if d.rule.severity == "error")
        failed = tuple(d for result in results[id(one)] for d in result.diagnostics)
        found.append((one.source, errors + failed))
    show(found, language, form)
    total = sum(len(rows) for rows in results.values())
    wrong = sum(bool(result.diagnostics) for rows in results.values() for result in rows)
    if form == "human":
        click.echo(
            f"示例 {total} 个，{total - wrong} 个相符，{wrong} 个不符"
            if language == "zh"
            else f"{total} examples: {total - wrong} as expected, {wrong} not"
        )
    if junit is not None:
        _write_junit(junit, compiled, results, language)
    sys.exit(exit_code(compiled) or (FINDINGS if wrong else 0))


def _results(one: Compiled) -> tuple[ExampleResult, ...]:
    if one.kernel is None or one.scheme is None:
        return ()
    return run_examples(one.kernel, one.scheme)


def _write_junit(
    path: str,
    compiled: list[Compiled],
    results: dict[int, tuple[ExampleResult, ...]],
    language: Language,
) -> None:
    suites = ElementTree.Element("testsuites")
    for one in compiled:
        rows = results[id(one)]
        wrong = sum(bool(result.diagnostics) for result in rows)
        suite = ElementTree.SubElement(
            suites, "testsuite", name=one.source.name, tests=str(len(rows)), failures=str(wrong)
        )
        for result in rows:
            name = result.title or f"#{result.number}"
            case = ElementTree.SubElement(suite, "testcase", name=name, classname=one.source.name)
            for diagnostic in result.diagnostics:
                line, column = one.source.position(diagnostic.span.start)
                failure = ElementTree.SubElement(
                    case, "failure", message=diagnostic.message(language)
                )
                failure.text = f"{one.source.name}:{line}:{column}"
    from hmbc.runtime.atomic import write_atomically

    write_atomically(Path(path), ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True))
