"""`hmbc prove`: which laws hold for every member, every sequence of claims, every amount.

Each law is proved (by the structure of the kernel, or by a solver), refuted by claims that the
interpreter has confirmed, or left open. What the author states (`prove pay does not depend on …`) is
decided by checking.
"""

from __future__ import annotations

import json
import sys
from textwrap import indent

import click
from attrs import evolve

from hmbc.commands.common import (
    exit_code,
    lang,
    language_for,
    report_format,
    scheme_files,
    show_each,
)
from hmbc.commands.exit_codes import FINDINGS
from hmbc.compiler.laws import STATED
from hmbc.compiler.pipeline import Compiled, compile_file
from hmbc.compiler.prove import Proof, has_solver
from hmbc.compiler.prove_report import LAWS, findings
from hmbc.compiler.verdicts import verdicts
from hmbc.grammar.keywords import Language


@click.command("prove")
@scheme_files
@lang
@click.option("--strict", is_flag=True, help="A law that is left open fails too.")
@report_format
def command(files: tuple[str, ...], lang: str | None, strict: bool, form: str) -> None:
    """Say which laws a scheme keeps, and why. 证明方案的性质。"""
    compiled = [compile_file(file) for file in files]
    language = language_for(compiled, lang)
    proofs = {
        one.source.name: verdicts(one.kernel, one.scheme)
        for one in compiled
        if one.kernel is not None and one.scheme is not None
    }
    told = [_with_findings(one, proofs.get(one.source.name, ())) for one in compiled]
    if form == "json":
        text = json.dumps(_as_json(proofs, language), ensure_ascii=False, indent=2)
        click.echo(text.encode("utf-8"))
    elif form != "human":
        show_each(told, lang, form)
    else:
        errors = [
            evolve(one, diagnostics=tuple(d for d in one.diagnostics if d.rule.severity == "error"))
            for one in compiled
        ]
        show_each(errors, lang, err=True)
        for one in told:
            if one.source.name in proofs:
                _print(one, proofs[one.source.name], language_for([one], lang))
    open_laws = any(row.outcome == "open" for rows in proofs.values() for row in rows)
    sys.exit(exit_code(told) or (FINDINGS if strict and open_laws else 0))


def _with_findings(one: Compiled, proofs: tuple[Proof, ...]) -> Compiled:
    if one.kernel is None or one.scheme is None:
        return one
    found = tuple(findings(one.kernel, one.scheme, proofs))
    return evolve(one, diagnostics=(*one.diagnostics, *found))


_MARKS = {
    ("proved", "zh"): "已证明", ("proved", "en"): "proved",
    ("refuted", "zh"): "不成立", ("refuted", "en"): "refuted",
    ("open", "zh"): "未决", ("open", "en"): "open",
}  # fmt: skip


def _print(one: Compiled, rows: tuple[Proof, ...], language: Language) -> None:
    zh = language == "zh"
    click.echo(one.source.name)
    assert one.scheme is not None
    waived = {waiver.law for waiver in one.scheme.waivers}
    layer: str | None = ""
    shown: set[str] = set()
    order = list(dict.fromkeys(row.question.layer for row in rows))
    for row in sorted(
        rows, key=lambda row: (order.index(row.question.layer), row.outcome == "proved")
    ):
        question = row.question
        if question.layer != layer:
            layer = question.layer
            whole = "整个方案" if zh else "the scheme"
            click.echo(f"  {'层 ' if zh else 'layer '}{layer}" if layer else f"  {whole}")
        subject = f" [{question.subject}]" if question.subject else ""
        if question.law in STATED:
            subject = f" [{_text_of(one, question.subject)}]"
        mark, law = _MARKS[row.outcome, language], LAWS[question.law].get(language)
        by = ("（求解器）" if zh else " (solver)") if row.by == "solver" else ""
        allowed = ""
        if row.outcome == "refuted" and question.is_held and question.law in waived:
            allowed = "（容许）" if zh else " (allowed)"
        click.echo(f"    {mark}  {law}{subject}{by}{allowed}")
        click.echo(f"            {row.because.get(language)}")
        if row.outcome == "refuted":
            if row.why is not None:
                click.echo(f"            {row.why.get(language)}")
            if row.clause is not None and row.clause.cites:
                cites = ("、" if zh else ", ").join(row.clause.cites)
                click.echo(f"            {'据' if zh else 'cites'} {cites}")
            if row.example is not None and row.because.en not in shown:
                shown.add(row.because.en)
                click.echo(indent(row.example, " " * 12))
    for waiver in one.scheme.waivers:
        word = LAWS[waiver.law].get(language)
        click.echo(f"  容许不成立：{word}：{waiver.why}" if zh else f"  allowed not to hold: {word}: {waiver.why}")
    count = {name: sum(row.outcome == name for row in rows) for name in ("proved", "refuted", "open")}
    click.echo(
        f"  {len(rows)} 条性质：{count['proved']} 条已证明，{count['refuted']} 条不成立，{count['open']} 条未决"
        if zh
        else f"  {len(rows)} laws: {count['proved']} proved, {count['refuted']} refuted, {count['open']} left open"
    )
    if count["open"] and not has_solver():
        click.echo(
            "  求解器 z3 没有安装，装上可证明得更多：pip install 'hmbc[prove]'"
            if zh
            else "  the solver z3 is not installed, with it more is proved: pip install 'hmbc[prove]'"
        )


def _text_of(one: Compiled, name: str | None) -> str:
    """What the author stated, as written."""
    assert one.kernel is not None
    span = next(stated.clause.span for stated in one.kernel.stated if stated.name == name)
    return " ".join(one.source.text[span.start : span.end].split())


def _as_json(proofs: dict[str, tuple[Proof, ...]], language: Language) -> dict[str, object]:
    return {
        "schema_version": 2,
        "solver": has_solver(),
        "verdicts": [
            {
                "file": name,
                "law": row.question.law,
                "layer": row.question.layer,
                "subject": row.question.subject,
                "held_to": row.question.is_held,
                "verdict": row.outcome,
                "by": row.by,
                "milliseconds": row.milliseconds,
                "because": row.because.get(language),
                "why": None if row.why is None else row.why.get(language),
                "cites": [] if row.clause is None else list(row.clause.cites),
                "example": row.example,
            }
            for name, rows in proofs.items()
            for row in rows
        ],
    }
