"""`hmbc test`: do the worked examples come out as their authors worked them out."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import click
from attrs import evolve

from hmbc.commands.common import (
    cannot_write,
    exit_code,
    lang,
    language_for,
    report_format,
    scheme_files,
    show_each,
)
from hmbc.commands.exit_codes import FINDINGS
from hmbc.compiler.pipeline import Compiled, compile_file
from hmbc.compiler.run_examples import ExampleResult, run_examples
from hmbc.grammar.keywords import Language

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@click.command("test")
@scheme_files
@report_format
@lang
@click.option("--junit", type=click.Path(allow_dash=True), help="Also write JUnit XML here.")
def command(files: tuple[str, ...], form: str, lang: str | None, junit: str | None) -> None:
    """Run the worked examples of schemes. 运行方案中的示例。

    With `--junit -` the XML is all that goes to standard output.
    """
    compiled = [compile_file(file) for file in files]
    language = language_for(compiled, lang)
    results = {id(one): _results(one) for one in compiled}
    found = []
    for one in compiled:
        errors = [d for d in one.diagnostics if d.rule.severity == "error"]
        failed = [d for result in results[id(one)] for d in result.diagnostics]
        found.append(evolve(one, diagnostics=(*errors, *failed)))
    to_error = junit == "-"
    show_each(found, lang, form, err=to_error)
    total = sum(len(rows) for rows in results.values())
    wrong = sum(bool(result.diagnostics) for rows in results.values() for result in rows)
    code = exit_code(compiled)
    if form == "human" and (total or not code):
        click.echo(
            f"示例 {total} 个，{total - wrong} 个相符，{wrong} 个不符"
            if language == "zh"
            else f"{total} example{'s' * (total != 1)}: {total - wrong} as expected, {wrong} not",
            err=to_error,
        )
    if junit is not None:
        _write_junit(junit, compiled, results, language)
    sys.exit(code or (FINDINGS if wrong else 0))


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
                home, span = one.source.locate(diagnostic.span)
                line, column = home.position(span.start)
                failure = ElementTree.SubElement(
                    case, "failure", message=diagnostic.message(language)
                )
                failure.text = f"{home.name}:{line}:{column}"
    from hmbc.runtime.atomic import write_atomically

    _without_control_characters(suites)
    data = ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
    if path == "-":
        click.echo(data)
        return
    try:
        write_atomically(Path(path), data)
    except OSError as error:
        cannot_write(path, error, language)


def _without_control_characters(element: ElementTree.Element) -> None:
    """XML can hold no control character but tab and line breaks, not even escaped."""
    for one in element.iter():
        one.text = one.text and _NOT_XML.sub("\ufffd", one.text)
        for name, value in one.attrib.items():
            one.attrib[name] = _NOT_XML.sub("\ufffd", value)
