"""`hmbc prove`: which laws hold for every member, every sequence of claims, every amount.

Each law is proved (by the structure of the kernel, or by a solver), refuted by claims that the
interpreter has confirmed, or left open. What the author states (`prove pay does not depend on …`) is
decided by checking.
"""

from __future__ import annotations

import json
import sys

import click
from attrs import evolve

from hmbc.commands.common import (
    exit_code,
    fail,
    lang,
    language_for,
    report_format,
    scheme_files,
    show_each,
)
from hmbc.commands.evaluator import building
from hmbc.commands.exit_codes import FINDINGS
from hmbc.compiler.pipeline import Compiled, compile_file
from hmbc.compiler.proof import Proof
from hmbc.compiler.proof_diagnostics import findings, of_text
from hmbc.compiler.prove import FULL, Budget, has_solver, missing_for_bulk
from hmbc.compiler.report_proofs import proofs_as_rows, proofs_as_text
from hmbc.compiler.verdicts import verdicts
from hmbc.grammar.keywords import Language

Proofs = tuple[Proof, ...]


@click.command("prove")
@scheme_files
@lang
@click.option("--strict", is_flag=True, help="A law that is left open fails too.")
@click.option(
    "--search",
    "histories",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    help="Try what is left open on N random histories, compiled. 未定的性质，再用编译好的方案试 N 组费用。",
)
@report_format
def command(
    files: tuple[str, ...], lang: str | None, strict: bool, histories: int, form: str
) -> None:
    """Say which laws a scheme keeps, and why. 证明方案的性质。"""
    if histories and (missing := missing_for_bulk()):
        fail(f"--search 需要 / needs {missing}: pip install 'hmbc[prove]'")
    budget = evolve(FULL, histories=histories)
    compiled = [compile_file(file) for file in files]
    proofs = [_proofs(one, budget, language_for([one], lang)) for one in compiled]
    told = [_with_findings(one, found) for one, found in zip(compiled, proofs, strict=True)]
    if form == "json":
        _show_json(compiled, proofs, lang)
    elif form != "human":
        show_each(told, lang, form)
    else:
        errors = [
            evolve(one, diagnostics=tuple(d for d in one.diagnostics if d.rule.severity == "error"))
            for one in compiled
        ]
        show_each(errors, lang, err=True)
        for one, found in zip(compiled, proofs, strict=True):
            if one.kernel is not None and one.scheme is not None:
                rows = (*found, *of_text(one.diagnostics))
                language = language_for([one], lang)
                told_of = one.source, one.kernel, one.scheme, rows, language
                click.echo(proofs_as_text(*told_of, searched=histories > 0))
    open_laws = any(proof.outcome == "open" for found in proofs for proof in found)
    sys.exit(exit_code(told) or (FINDINGS if strict and open_laws else 0))


def _proofs(one: Compiled, budget: Budget, language: Language) -> Proofs:
    if one.kernel is None or one.scheme is None:
        return ()
    with building(one, language):  # only a search needs a C compiler
        return verdicts(one.kernel, one.scheme, budget)


def _with_findings(one: Compiled, proofs: Proofs) -> Compiled:
    if one.kernel is None or one.scheme is None:
        return one
    found = tuple(findings(one.kernel, one.scheme, proofs))
    return evolve(one, diagnostics=(*one.diagnostics, *found))


def _show_json(compiled: list[Compiled], proofs: list[Proofs], lang: str | None) -> None:
    language = language_for(compiled, lang)
    rows = [
        row
        for one, found in zip(compiled, proofs, strict=True)
        if one.kernel is not None
        for row in proofs_as_rows(
            one.source, one.kernel, (*found, *of_text(one.diagnostics)), language
        )
    ]
    told = {"schema_version": 2, "solver": has_solver(), "verdicts": rows}
    click.echo(json.dumps(told, ensure_ascii=False, indent=2).encode("utf-8"))
