"""A guideline: its concepts known, its list files read; and finding the one a scheme names."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from hmbc.dsl import codes
from hmbc.dsl import nodes as n
from hmbc.dsl.check_added_up import adds_up, check_limit
from hmbc.dsl.check_declarations import texts
from hmbc.dsl.check_expressions import check_as
from hmbc.dsl.check_means import check_concept
from hmbc.dsl.checked_guideline import CheckedDemand, CheckedGuideline, DemandedAmount
from hmbc.dsl.cited import name_clauses
from hmbc.dsl.concepts import Kind
from hmbc.dsl.diagnostic import Bilingual, Diagnostic, has_errors, in_order
from hmbc.dsl.environment import Environment
from hmbc.dsl.inside import attributes_in
from hmbc.dsl.list_files import ListOutside, ListUnreadable, path_beside, read_list
from hmbc.dsl.names import word
from hmbc.dsl.parse import parse
from hmbc.dsl.read_source import read_source
from hmbc.dsl.source import Source
from hmbc.dsl.types import Money

_KINDS: dict[n.DemandKind, tuple[Kind, ...]] = {
    "enrolling_independent": ("person",),
    "premium_independent": ("person",),
    "pay_independent": ("person",),
    "exclude": ("ground", "paid"),
    "not_exclude": ("ground",),
    "cover": ("cover",),
    "come_after": ("payer",),
    "use_only": ("person",),
    "fact": ("fact",),
}


@frozen
class GuidelineFound:
    """The guideline (None after an error) and what was found."""

    guideline: CheckedGuideline | None
    diagnostics: tuple[Diagnostic, ...]


def check_guideline(
    written: n.Guideline, source: Source, folder: Path | None = None
) -> GuidelineFound:
    """Check the syntax tree of a source; list files are looked for in `folder` and below."""
    env = Environment(written.language)
    if not any(isinstance(item, n.SourceClause) for item in written.items):
        example = Bilingual("依据 “文件名”，2021-11-05", 'source "title", 2021-11-05')
        env.report(
            codes.MISSING_HEADER, written.name.span, clause=word("SOURCE"), example=example
        )
    demands = tuple(
        _demand(item, env, source, folder) for item in written.items if isinstance(item, n.Demand)
    )
    for item in written.items:
        if isinstance(item, n.Unexpressed):
            env.report(
                codes.SUMMARY_UNEXPRESSED, item.span, kind=word(item.kind), text=item.text
            )
    diagnostics = in_order(name_clauses(written, env.diagnostics))
    if has_errors(diagnostics):
        return GuidelineFound(None, diagnostics)
    guideline = CheckedGuideline(
        name=written.name.text,
        title=written.title,
        language=written.language,
        demands=demands,
        readings=tuple(
            (item.text, texts(item.cites))
            for item in written.items
            if isinstance(item, n.Reading)
        ),
        unexpressed=tuple(
            (item.kind.lower(), item.text, texts(item.cites))
            for item in written.items
            if isinstance(item, n.Unexpressed)
        ),
    )
    return GuidelineFound(guideline, diagnostics)


def _demand(item: n.Demand, env: Environment, source: Source, folder: Path | None) -> CheckedDemand:
    if not item.cites:
        env.report(codes.NOT_CITED, item.span, clause=_DEMAND)
    names = tuple(name.text for name in item.names)
    if item.kind in _KINDS:
        found = (check_concept(name, _KINDS[item.kind], env) for name in item.names)
        names = tuple(name for name in found if name is not None)
    return CheckedDemand(
        kind=item.kind,
        names=names,
        codes=() if item.file is None else _codes(item.file, env, folder),
        op=item.op,
        value=0 if item.value is None else int(item.value.value),
        laws=item.laws,
        amount=None if item.amount is None else _amount(item.amount, env, source),
        firm=item.firm,
        cites=texts(item.cites),
        span=item.span,
    )


_DEMAND = Bilingual("要求", "demand")
_LITERALS = (n.MoneyLiteral, n.PercentLiteral, n.DateLiteral, n.DurationLiteral, n.MonthsLiteral,
             n.CodeLiteral, n.BoolLiteral)  # fmt: skip


def _amount(written: n.KeptAmount, env: Environment, source: Source) -> DemandedAmount:
    """What can be told without a scheme. Its currency decides what an amount is, its names what is read."""
    right = written.right
    if isinstance(right, _LITERALS) and not isinstance(right, n.MoneyLiteral):
        check_as(right, Money(), env)
    if adds_up(written.scope):
        of_claims = any(ref.owner == "claim" for ref in attributes_in(right))
        check_limit(written.op, right, of_claims, written.span, env)
    span = written.span
    return DemandedAmount(
        layer=None if written.layer is None else written.layer.text,
        op=written.op,
        right=right,
        scope=written.scope,
        condition=written.condition,
        text=" ".join(source.text[span.start : span.end].split()),
    )


def _codes(file: n.Text, env: Environment, folder: Path | None) -> tuple[str, ...]:
    try:
        return tuple(sorted(set(read_list(folder, file.text))))
    except ListOutside:
        env.report(codes.LIST_OUTSIDE, file.span, file=file.text)
    except ListUnreadable as error:
        env.report(codes.LIST_FILE, file.span, file=file.text, why=error.why)
    return ()


def check_conforms(
    scheme: n.Scheme, env: Environment, folder: Path | None
) -> tuple[CheckedGuideline, ...]:
    """The guidelines that a scheme says it conforms to: NAME.hmb beside it, never elsewhere."""
    found: dict[str, CheckedGuideline] = {}
    for item in scheme.items:
        for name in item.guidelines if isinstance(item, n.Conforms) else ():
            if name.text in found:
                env.report(codes.DUPLICATE, name.span, name=name.text)
            elif (guideline := _load(name, env, folder)) is not None:
                found[name.text] = guideline
    return tuple(found.values())


def _load(name: n.Name, env: Environment, folder: Path | None) -> CheckedGuideline | None:
    found = read_guideline(folder, f"{name.text}.hmb")
    if isinstance(found, CheckedGuideline):
        return found
    env.report(codes.GUIDELINE_FILE, name.span, name=name.text, why=found)
    return None


def read_guideline(folder: Path | None, file: str) -> CheckedGuideline | Bilingual:
    """The guideline of a file in the folder, or why there is none."""
    try:
        path = path_beside(folder, file)
    except ListOutside:
        return Bilingual("它在方案的文件夹之外", "it is outside the folder")
    except ListUnreadable as error:
        return error.why
    read = read_source(path)
    if read.diagnostics:
        return _first(read.diagnostics)
    parsed = parse(read.source)
    if parsed.scheme is not None:
        return Bilingual("它不是指导意见", "it is not a guideline")
    if parsed.guideline is None:
        return _first(parsed.diagnostics)
    checked = check_guideline(parsed.guideline, read.source, folder)
    return checked.guideline or _first(checked.diagnostics)


def _first(diagnostics: tuple[Diagnostic, ...]) -> Bilingual:
    error = next(x for x in diagnostics if x.rule.severity == "error")
    return Bilingual(
        f"其中有错误：{error.message('zh')}", f"it has an error: {error.message('en')}"
    )
