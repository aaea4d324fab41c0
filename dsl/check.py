"""The checks, in order: syntax tree in, checked scheme and diagnostics out.

Declarations come before what uses them whatever their order in the file; layers keep theirs.
"""

from __future__ import annotations

from pathlib import Path

from attrs import evolve, frozen

from hmbc.dsl import codes
from hmbc.dsl import nodes as n
from hmbc.dsl.check_branches import check_branches
from hmbc.dsl.check_carried import check_carried
from hmbc.dsl.check_conditions import check_conditions
from hmbc.dsl.check_deadlines import check_deadlines
from hmbc.dsl.check_declarations import check_attributes, check_lists, check_parameters, texts
from hmbc.dsl.check_examples import check_examples
from hmbc.dsl.check_guideline import check_conforms, check_guideline
from hmbc.dsl.check_header import check_header, check_header_attributes
from hmbc.dsl.check_later_years import check_later_years
from hmbc.dsl.check_layers import check_layers
from hmbc.dsl.check_means import check_facts
from hmbc.dsl.check_pro_rata import check_pro_rata
from hmbc.dsl.check_promises import check_promises
from hmbc.dsl.check_statements import asked_of, check_statements
from hmbc.dsl.check_stops import check_stops
from hmbc.dsl.check_tables import check_tables
from hmbc.dsl.check_totals import announce_lets, announce_totals, check_pools, check_unread_lets
from hmbc.dsl.checked_guideline import CheckedGuideline
from hmbc.dsl.cited import name_clauses
from hmbc.dsl.diagnostic import Bilingual, Diagnostic, has_errors, in_order
from hmbc.dsl.environment import Environment
from hmbc.dsl.lexer import first_word
from hmbc.dsl.names import word
from hmbc.dsl.parse import parse
from hmbc.dsl.revised_files import take_revised
from hmbc.dsl.scheme import (
    CheckedFact,
    CheckedLayer,
    CheckedLet,
    CheckedScheme,
    CheckedWaiver,
    Independence,
    ReadingNote,
    Waived,
)
from hmbc.dsl.source import Source
from hmbc.grammar.keywords import Language, language_of


@frozen
class Checked:
    """The scheme or the guideline (None after an error) and everything that was found. `source`: the
    text with those of the schemes that it revises."""

    scheme: CheckedScheme | None
    diagnostics: tuple[Diagnostic, ...]
    language: Language = "en"
    guideline: CheckedGuideline | None = None
    source: Source | None = None


def check_source(source: Source, folder: Path | None = None) -> Checked:
    """Parse and check a file; list files are looked for in `folder` and below."""
    parsed = parse(source)
    if parsed.guideline is not None:
        found = check_guideline(parsed.guideline, source, folder)
        return Checked(None, found.diagnostics, parsed.guideline.language, found.guideline)
    if parsed.scheme is None:
        return Checked(None, parsed.diagnostics, language_of(first_word(source.text)) or "zh")
    whole = take_revised(parsed.scheme, source, folder)
    if whole.scheme is None:
        return Checked(
            None, in_order(whole.diagnostics), parsed.scheme.language, source=whole.source
        )
    return evolve(check_scheme(whole.scheme, folder), source=whole.source)


def check_scheme(scheme: n.Scheme, folder: Path | None = None) -> Checked:
    """Check a syntax tree."""
    env = Environment(scheme.language)
    env.later_layers = {
        item.name.text: item.name.span for item in scheme.items if isinstance(item, n.Layer)
    }
    check_header(scheme, env)
    check_attributes(scheme, env)
    check_header_attributes(scheme, env)
    check_promises(scheme, env)
    check_lists(scheme, env, folder)
    check_parameters(scheme, env)
    check_tables(scheme, env, folder)
    announce_lets(scheme, env)
    announce_totals(scheme, env)
    stops, parts = check_stops(scheme, env)
    pools = check_pools(scheme, env)
    layers, totals = check_layers(scheme, env)
    check_pro_rata(layers, totals, pools, env)
    deadlines = check_deadlines(scheme, env)
    check_unread_lets(env)
    statements = check_statements(scheme, layers, env)
    used = set(env.used)
    independences = _independences(scheme, env)
    facts = check_facts(scheme, env)
    guidelines = check_conforms(scheme, env, folder)
    examples = check_examples(scheme, env)
    if not has_errors(env.diagnostics):  # what an error left out would be blamed for nothing
        check_conditions(scheme, layers, stops, env)
        check_branches(scheme, layers, stops, parts, env)
        check_carried(scheme, env)
        check_later_years(scheme, stops, env)
        _check_unread(layers, env)
        _check_unused(env, used | {(one.owner, one.name) for one in independences})
        _check_examples_exist(scheme, env)
    _unexpressed(scheme, env)
    _report_waivers(scheme, env)
    diagnostics = in_order(name_clauses(scheme, env.diagnostics))
    if has_errors(diagnostics):
        return Checked(None, diagnostics, scheme.language)
    checked = CheckedScheme(
        name=scheme.name.text,
        title=scheme.title,
        language=scheme.language,
        currency=env.currency,
        minor_digits=env.minor_digits,
        year_start=env.year_start,
        anniversary=env.anniversary,
        month_end=env.month_end,
        date=env.date,
        event=env.event,
        unit=env.unit,
        valid=env.valid,
        attributes=tuple(env.attributes.values()),
        parameters=tuple(p for p in env.parameters.values() if not hasattr(p, "changes")),
        lists=tuple(env.lists.values()),
        stops=stops,
        parts=parts,
        layers=layers,
        totals=tuple(
            evolve(total, last_year=("last year", total.name) in used) for total in totals
        ),
        pools=pools,
        undated=tuple(dict.fromkeys(env.undated)),
        deadlines=deadlines,
        independences=independences,
        statements=statements,
        asked=asked_of(scheme),
        waivers=_waivers(scheme),
        examples=examples,
        readings=_readings(scheme),
        unexpressed=tuple(
            (item.kind.lower(), item.text, texts(item.cites))
            for item in scheme.items
            if isinstance(item, n.Unexpressed)
        ),
        cites=_all_cites(scheme),
        facts=tuple(
            CheckedFact(name, int(item.value.value), span=item.span) for name, item in facts.items()
        ),
        lets=_lets(env),
        guidelines=guidelines,
        span=scheme.name.span,
    )
    return Checked(checked, diagnostics, scheme.language)


def _independences(scheme: n.Scheme, env: Environment) -> tuple[Independence, ...]:
    found = []
    for item in scheme.items:
        if not isinstance(item, n.Prove):
            continue
        for ref in item.attributes:
            key = (ref.owner, ref.name.text)
            if key not in env.attributes:
                known = [name for owner, name in env.attributes if owner == ref.owner]
                env.unknown(
                    codes.UNKNOWN_ATTRIBUTE, ref.name.text, ref.name.span, known,
                    owner=word("CLAIM" if ref.owner == "claim" else "MEMBER"),
                )  # fmt: skip
                continue
            found.append(Independence(ref.owner, ref.name.text, texts(item.cites), span=ref.span))
    return tuple(found)


def _check_unused(env: Environment, used: set[tuple[str, str]]) -> None:
    for (owner, name), info in env.attributes.items():
        if (owner, name) not in used:
            env.report(codes.UNUSED, info.span, name=env.shown(f"{owner}.{name}"))
    for name, parameter in env.parameters.items():
        if ("parameter", name) not in used:
            env.report(codes.UNUSED, parameter.span, name=name)
    for name, let in env.lets.items():
        if ("let", name) not in used:
            env.report(codes.UNUSED, let.name.span, name=name)
    for kind, known in (("total", env.totals), ("pool", env.pools)):
        for name, declared in known.items():
            if (kind, name) not in used:
                env.report(codes.UNUSED, declared.span, name=name)
    for name, table in env.tables.items():
        if ("table", name) not in used:
            env.report(codes.UNUSED, table.span, name=name)
    for name, list_ in env.lists.items():
        if ("list", name) not in used:
            env.report(codes.UNUSED, list_.span, name=name)


def _check_unread(layers: tuple[CheckedLayer, ...], env: Environment) -> None:
    """A layer that others pay is there to be read."""
    for layer in layers:
        if layer.by_others and ("layer", layer.name) not in env.used:
            env.report(codes.UNUSED, env.layers[layer.name], name=layer.name)


def _check_examples_exist(scheme: n.Scheme, env: Environment) -> None:
    if not any(isinstance(item, n.Example) for item in scheme.items):
        env.report(codes.NO_EXAMPLES, scheme.name.span)


def _unexpressed(scheme: n.Scheme, env: Environment) -> None:
    for item in scheme.items:
        if isinstance(item, n.Unexpressed):
            kind: Bilingual = word(item.kind)
            env.report(codes.SUMMARY_UNEXPRESSED, item.span, kind=kind, text=item.text)


_WAIVED: dict[str, Waived] = {
    "NEGATIVE_PAY": "non_negative",
    "ABOVE_BASE": "within_base",
    "ABOVE_BILL": "within_bill",
    "ABOVE_CAP": "within_cap",
    "NOT_MONOTONE": "monotone",
}


def _report_waivers(scheme: n.Scheme, env: Environment) -> None:
    for item in scheme.items:
        if isinstance(item, n.Waiver):
            env.report(codes.WAIVED, item.span, law=word(item.law), why=item.why)


def _waivers(scheme: n.Scheme) -> tuple[CheckedWaiver, ...]:
    return tuple(
        CheckedWaiver(_WAIVED[item.law], item.why, texts(item.cites), span=item.span)
        for item in scheme.items
        if isinstance(item, n.Waiver)
    )


def _lets(env: Environment) -> tuple[CheckedLet, ...]:
    return tuple(
        CheckedLet(name, let.label, *env.let_values[name], texts(let.cites), span=let.span)
        for name, let in env.lets.items()
        if name in env.let_values
    )


def _readings(scheme: n.Scheme) -> tuple[ReadingNote, ...]:
    found = []
    for item in scheme.items:
        if isinstance(item, n.Reading):
            found.append(ReadingNote(item.text, texts(item.cites)))
        elif isinstance(item, n.Layer):
            for clause in item.clauses:
                if isinstance(clause, n.Reading):
                    cites = texts(clause.cites or item.cites)
                    found.append(ReadingNote(clause.text, cites, item.name.text))
    return tuple(found)


def _all_cites(scheme: n.Scheme) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for item in scheme.items:
        for cite in texts(getattr(item, "cites", ())):
            found.setdefault(cite)
        inner = getattr(item, "clauses", ()) or getattr(item, "attributes", ())
        for clause in inner:
            for cite in texts(getattr(clause, "cites", ())):
                found.setdefault(cite)
    return tuple(found)
