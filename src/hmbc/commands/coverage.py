"""`hmbc coverage`: which rules of a document are stated, and what guards them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from hmbc.commands.common import default_language, fail, lang
from hmbc.commands.exit_codes import FINDINGS
from hmbc.grammar.keywords import Language
from hmbc.runtime.unreadable import why_not


@click.command("coverage")
@click.argument("schemes", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--rules", required=True, type=click.Path(path_type=Path),
    help="The table of rules: Markdown rows | ID | text | kinds |.",
)  # fmt: skip
@click.option(
    "--tests", multiple=True, type=click.Path(path_type=Path),
    help="Folders or files of tests that name rules; default: tests/rules, where it is there.",
)  # fmt: skip
@click.option("--format", "form", type=click.Choice(["human", "json", "markdown"]), default="human")
@lang
def command(
    schemes: tuple[Path, ...], rules: Path, tests: tuple[Path, ...], form: str, lang: Language | None
) -> None:
    """Say where each rule is stated, read, tested or left out. 逐条核对规定。

    Fails where a rule, other than of premium or fund, is stated nowhere.
    """
    from hmbc.dsl.coverage import BadTable, coverage_of, read_rules
    from hmbc.dsl.report_coverage import render_human, render_json, render_markdown

    language: Language = lang or default_language()
    zh = language == "zh"
    try:
        table = read_rules(rules.read_text(encoding="utf-8"))
        files = sorted(_files(schemes, "*.hmb"))
        for file in files:
            file.open("rb").close()
        guards = sorted(_files(tests or _usual_tests(), "test_*.py"))
        coverage = coverage_of(table, files, guards)
    except BadTable as row:
        fail(f"{rules}：读不懂这一行：{row}" if zh else f"{rules}: cannot read this row: {row}")
    except UnicodeDecodeError:
        fail(f"{rules}：不是 UTF-8" if zh else f"{rules}: is not UTF-8")
    except OSError as error:
        why = why_not(error, language)
        fail(
            f"{error.filename}：无法打开（{why}）" if zh else f"{error.filename}: cannot be opened: {why}"
        )
    if not table:
        fail(f"{rules}：没有一条规定" if zh else f"{rules}: there is no rule in it")
    match form:
        case "json":
            text = render_json(coverage)
        case "markdown":
            text = render_markdown(coverage)
        case _:
            text = render_human(coverage, language)
    click.echo(text, nl=False)
    sys.exit(0 if coverage.is_whole else FINDINGS)


def _usual_tests() -> tuple[Path, ...]:
    usual = Path("tests/rules")
    return (usual,) if usual.is_dir() else ()


def _files(paths: tuple[Path, ...], pattern: str) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from path.rglob(pattern)
        else:
            yield path
