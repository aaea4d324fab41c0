"""`hmbc diff`: are two schemes the same function; if not, where do they part, and for whom."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hmbc.commands.common import compile_or_exit, fail, lang, language_for, show
from hmbc.commands.exit_codes import FINDINGS, UNREADABLE
from hmbc.grammar.keywords import Language

if TYPE_CHECKING:
    from hmbc.compiler.histories import History
    from hmbc.compiler.kernel import Kernel
    from hmbc.compiler.pipeline import Compiled
    from hmbc.dsl.expr import Expr

_scheme = click.Path(allow_dash=True)


@click.command("diff")
@click.argument("old", type=_scheme)
@click.argument("new", type=_scheme)
@click.option("--when", "condition", help="Compare only claims for which this holds, in OLD's words.")
@click.option("--params", type=click.Path(), help="External parameters, of both: TOML, JSON.")
@click.option("--format", "form", type=click.Choice(["human", "json"]), default="human")
@lang
def command(
    old: str, new: str, condition: str | None, params: str | None, form: str, lang: str | None
) -> None:
    """Compare two schemes by what they pay. 比较两个方案的给付。"""
    one, two = compile_or_exit(old, lang), compile_or_exit(new, lang)
    language = language_for([one], lang)

    from hmbc.compiler.clauses import clause_changes
    from hmbc.compiler.difference import Incomparable, compare
    from hmbc.compiler.report_difference import as_json, as_text

    assert one.kernel is not None and two.kernel is not None
    when = None if condition is None else _restriction(condition, one, old, language)
    first, second = one.kernel, two.kernel
    if params is not None:
        first, second, when = _with_parameters(first, second, when, params, language)
    try:
        found = compare(first, second, when, examples=_examples(one, two))
    except Incomparable as error:
        if form == "json":
            said = {"schema_version": 1, "verdict": "incomparable", "because": error.why.get(language)}
            click.echo(json.dumps(said, ensure_ascii=False, indent=2).encode("utf-8"))
            sys.exit(FINDINGS)
        fail(error.why.get(language), FINDINGS)
    changes = clause_changes(found.aligned.old, found.aligned.new, one.source, two.source)
    if form == "json":
        text = json.dumps(as_json(found, changes, language), ensure_ascii=False, indent=2) + "\n"
    else:
        text = as_text(found, changes, (old, new), language)
    click.echo(text.encode("utf-8"), nl=False)
    sys.exit(0 if found.verdict == "equal" else FINDINGS)


def _with_parameters(
    one: Kernel, two: Kernel, when: Expr | None, params: str, language: Language
) -> tuple[Kernel, Kernel, Expr | None]:
    """Both kernels, and the condition in the old one's words, with what a parameter file gives, each by the names that it declares; what the
    file leaves out stays external."""
    from dataclasses import replace

    from hmbc.compiler.plan import plan_of
    from hmbc.compiler.specialise import specialised, with_values
    from hmbc.runtime.errors import BadParameters
    from hmbc.runtime.files import UnreadableInput, check_inputs, read_parameters
    from hmbc.runtime.history import parameter_values
    from hmbc.runtime.parameters import check_parameters

    try:
        check_inputs((params,), language=language)
        given = read_parameters(params, language)
        left, made = dict(given), []
        for kernel in (one, two):
            plan = replace(plan_of(kernel), language=language)
            own = replace(
                plan,
                parameters=tuple(p for p in plan.parameters if {p.name, p.label} & given.keys()),
                lists=tuple(x for x in plan.lists if x.codes is None and x.name in given),
            )
            names = {name for p in own.parameters for name in (p.name, p.label)}
            names |= {listed.name for listed in own.lists}
            mine = {name: value for name, value in given.items() if name in names}
            left = {name: value for name, value in left.items() if name not in names}
            values, codes = parameter_values(own, check_parameters(own, mine))
            made.append(specialised(kernel, values, codes))
            if kernel is one and when is not None:
                when = with_values(when, values)
        if left:
            check_parameters(replace(plan_of(one), language=language, parameters=(), lists=()), left)
    except (BadParameters, UnreadableInput) as error:
        fail(str(error))
    return made[0], made[1], when


def _examples(one: Compiled, two: Compiled) -> Iterator[History]:
    """The worked examples of both: those of the new scheme where it has the old one's words."""
    from hmbc.compiler.example_histories import histories_of

    for of in (one, two):
        if of.kernel is not None and of.scheme is not None:
            yield from histories_of(of.kernel, of.scheme)


def _restriction(text: str, scheme: Compiled, file: str, language: Language) -> Expr:
    """The condition of --when; what is wrong with it is a wrong use of the command."""
    from hmbc.dsl.expr import Before, Ref, Total
    from hmbc.dsl.reads import walk
    from hmbc.dsl.restriction import NAME, check_restriction

    found = check_restriction(text, scheme.source, None if file == "-" else Path(file).parent)
    if found.when is not None and not any(
        isinstance(node, Ref | Total | Before) for node in walk(found.when)
    ):
        return found.when
    if found.diagnostics:
        show([(found.source, found.diagnostics)], language, err=True)
        sys.exit(UNREADABLE)
    fail(
        f"{NAME} 只能是一个条件，只读参保人和费用的各项：{text}"
        if language == "zh"
        else f"{NAME} must be one condition over attributes of the member and the claim: {text}"
    )
