"""`hmbc prove`: which laws hold for every member, every sequence of claims, every amount.

Decided from the structure of the kernel alone: a law is proved, with the reason, or left open. An
open law is not a broken one. What the author states (`prove pay does not depend on …`) is decided.
"""

from __future__ import annotations

import json
import sys

import click
from attrs import evolve

from hmbc.commands.common import exit_code, lang, language_for, scheme_files, show_each
from hmbc.commands.exit_codes import FINDINGS
from hmbc.compiler.pipeline import Compiled, compile_file
from hmbc.compiler.structure import Verdict, structure_of
from hmbc.dsl.diagnostic import Bilingual
from hmbc.grammar.keywords import Language

_LAWS = {
    "non_negative": Bilingual("不付负数", "never pays less than nothing"),
    "within_base": Bilingual("累计不超过基数", "never pays more than its base, in sum"),
    "within_base_each": Bilingual("每笔不超过基数", "never pays more than its base, in any claim"),
    "within_cap": Bilingual("封顶从不突破", "its cap always holds"),
    "monotone": Bilingual("费用更多，给付不会更少", "a larger bill never pays less"),
    "split_proof": Bilingual("拆单不影响给付", "splitting a bill changes nothing"),
    "within_bill": Bilingual("各层合计不超过费用", "all layers together never pay more than the bill"),
}


@click.command("prove")
@scheme_files
@lang
@click.option("--strict", is_flag=True, help="A law that is left open fails too.")
@click.option("--format", "form", type=click.Choice(["human", "json"]), default="human")
def command(files: tuple[str, ...], lang: str | None, strict: bool, form: str) -> None:
    """Say which laws a scheme keeps, and why. 证明方案的性质。"""
    compiled = [compile_file(file) for file in files]
    language = language_for(compiled, lang)
    errors = [
        evolve(one, diagnostics=tuple(d for d in one.diagnostics if d.rule.severity == "error"))
        for one in compiled
    ]
    show_each(errors, lang, err=True)
    verdicts = {one.source.name: _verdicts(one) for one in compiled if one.kernel is not None}
    if form == "json":
        text = json.dumps(_as_json(verdicts, language), ensure_ascii=False, indent=2)
        click.echo(text.encode("utf-8"))
    else:
        for name, rows in verdicts.items():
            _print(name, rows, language)
    open_laws = any(row.holds is None for rows in verdicts.values() for row in rows)
    sys.exit(exit_code(compiled) or (FINDINGS if strict and open_laws else 0))


def _verdicts(one: Compiled) -> tuple[Verdict, ...]:
    return () if one.kernel is None else structure_of(one.kernel)


def _print(name: str, rows: tuple[Verdict, ...], language: Language) -> None:
    zh = language == "zh"
    click.echo(name)
    layer: str | None = ""
    order = list(dict.fromkeys(row.layer for row in rows))
    for row in sorted(rows, key=lambda row: (order.index(row.layer), bool(row.holds))):
        if row.layer != layer:
            layer = row.layer
            whole = "整个方案" if zh else "the scheme"
            click.echo(f"  {'层 ' if zh else 'layer '}{layer}" if layer else f"  {whole}")
        mark = ("已证明" if zh else "proved") if row.holds else ("未决" if zh else "open")
        law = _LAWS[row.law].get(language)
        subject = f" [{row.subject}]" if row.subject else ""
        click.echo(f"    {mark}  {law}{subject}")
        click.echo(f"            {row.because.get(language)}")
    proved = sum(bool(row.holds) for row in rows)
    click.echo(
        f"  {len(rows)} 条性质：{proved} 条由结构证明，{len(rows) - proved} 条未决"
        if zh
        else f"  {len(rows)} laws: {proved} proved by structure, {len(rows) - proved} left open"
    )


def _as_json(verdicts: dict[str, tuple[Verdict, ...]], language: Language) -> dict[str, object]:
    return {
        "schema_version": 1,
        "verdicts": [
            {
                "file": name,
                "law": row.law,
                "layer": row.layer,
                "subject": row.subject,
                "verdict": "proved" if row.holds else "open",
                "because": row.because.get(language),
            }
            for name, rows in verdicts.items()
            for row in rows
        ],
    }
