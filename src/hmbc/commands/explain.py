"""`hmbc explain`: how the payment of one claim came about."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn

import click

from hmbc.commands.common import compile_or_exit, fail, lang, language_for, scheme_file
from hmbc.commands.evaluator import evaluator_or_exit
from hmbc.commands.exit_codes import FINDINGS
from hmbc.commands.shown_rejects import place_of
from hmbc.grammar.keywords import Language

if TYPE_CHECKING:
    from hmbc.compiler.explain import LayerStory, Movement
    from hmbc.compiler.explain_names import NamedValue
    from hmbc.runtime.history import ClaimRow, Value
    from hmbc.runtime.plan import AttributePlan, DeadlinePlan, Plan
    from hmbc.runtime.rejects import Reject

_table = click.Path(allow_dash=True)


@click.command("explain")
@scheme_file
@click.argument("claims", type=_table)
@click.option("--claim", "claim_id", required=True, help="The claim_id to explain.")
@click.option("--members", type=_table, help="The members, if the scheme reads any of their data.")
@click.option("--params", type=click.Path(), help="External parameters: TOML, JSON.")
@click.option("--state-in", type=_table, help="Totals of earlier batches.")
@click.option("--minor-units", is_flag=True, help="Whole numbers in Parquet count minor units (分).")
@lang
def command(
    file: str,
    claims: str,
    claim_id: str,
    members: str | None,
    params: str | None,
    state_in: str | None,
    minor_units: bool,
    lang: str | None,
) -> None:
    """Explain one claim of the table CLAIMS, step by step. 逐步说明一笔费用的给付。"""
    compiled = compile_or_exit(file, lang)
    language = language_for([compiled], lang)
    scheme, kernel = compiled.scheme, compiled.kernel
    assert scheme is not None and kernel is not None

    from hmbc.compiler.explain import explain, totals
    from hmbc.compiler.explain_names import named_values, with_names
    from hmbc.compiler.explain_shared import with_shared
    from hmbc.compiler.interpret import Interpreter, State, StateRow
    from hmbc.compiler.plan import plan_of
    from hmbc.compiler.refunds import Row, settle
    from hmbc.runtime.errors import BadParameters, BadTable
    from hmbc.runtime.files import UnreadableInput, check_inputs, read_parameters, read_table
    from hmbc.runtime.history import history_of, last_day_of, parameter_values, totals_of
    from hmbc.runtime.parameters import check_parameters

    plan = replace(plan_of(kernel), language=language)
    try:
        check_inputs((file, claims, members, params, state_in), language=language)
        parameters = read_parameters(params, language) if params else {}
        given = check_parameters(plan, parameters)
        claim_table, member_table, before = (
            read_table(path, language=language) if path else None
            for path in (claims, members, state_in)
        )
        history = history_of(plan, claim_table, member_table, claim_id, minor_units=minor_units)
        state, last = State(), None
        if history is not None and before is not None:
            last = last_day_of(before, history.unit_id)
            state = State.of_rows(
                StateRow(accumulator=name, key=key, total=total, denominator=denominator)
                for name, key, total, denominator in totals_of(plan, before, history.unit_id)
            )
        if history is None or last is not None and history.claims[-1].day < last:
            evaluator = evaluator_or_exit(compiled, language)
            done = evaluator.adjudicate(
                claim_table, member_table, parameters, before, minor_units=minor_units
            )
            _show_rejected(claim_id, done.reject_records, language)
    except (UnreadableInput, BadTable, BadParameters) as error:
        fail(str(error))
    assert history is not None
    values, lists = parameter_values(plan, given)
    kernel = with_names(with_shared(kernel, scheme), scheme)
    interpreter = Interpreter(kernel, values, lists)
    rows = [
        Row(id=claim.claim_id, claim=claim.values, member=claim.member, refunds=claim.refunds)
        for claim in history.claims
        if last is None or claim.day >= last
    ]
    claim, settled = history.claims[-1], settle(interpreter, rows, state)[0][-1]
    if settled.status != "ok":
        told = {reject.name: (reject.zh, reject.en) for reject in kernel.rejects}
        why = told.get(settled.status, (settled.status, settled.status))[language == "en"]
        fail(f"{claim_id}: {why}", FINDINGS)
    if settled.step is None:
        _show_refund(plan, claim, settled.pays, language)
    else:
        step = settled.step
        named = named_values(kernel, scheme, step)
        moved, stories = totals(kernel, step), explain(kernel, step)
        _show(plan, claim, named, moved, stories, step.reason, step.total_pay, language)
    sys.exit(0)


def _show_rejected(claim_id: str, records: Sequence[Reject], language: Language) -> NoReturn:
    """Why there is nothing to explain: the claim is rejected, or there is none."""
    zh = language == "zh"
    found = [record for record in records if record.claim_id == claim_id]
    if not found:
        fail(f"表中没有费用 {claim_id}" if zh else f"there is no claim {claim_id} in the table")
    click.echo(f"费用 {claim_id} 被拒收，没有理算" if zh else f"claim {claim_id} is rejected")
    for record in found:
        click.echo(f"  {record.code} {place_of(record, language)}: {record.reason}")
    sys.exit(FINDINGS)


def _show(
    plan: Plan,
    claim: ClaimRow,
    named_values: tuple[NamedValue, ...],
    moved_totals: tuple[Movement, ...],
    stories: tuple[LayerStory, ...],
    reason: str,
    total: int,
    language: Language,
) -> None:
    from hmbc.dsl.display import pad
    from hmbc.dsl.names import amount_text

    zh = language == "zh"
    day = date(1970, 1, 1) + timedelta(claim.day)
    words = ("费用", "参保人") if zh else ("claim", "member")
    click.echo(f"{words[0]} {claim.claim_id}  {words[1]} {claim.member_id}  {day}")
    click.echo("  " + _given(plan, plan.claim, claim.values, zh))
    if known := _given(plan, plan.member, claim.member, zh):
        click.echo(f"  {words[1]} {known}")
    for one in named_values:
        title = f"{one.name} {one.label}" if one.label else one.name
        cites = f"   {'据' if zh else 'cite'} {', '.join(one.cites)}" if one.cites else ""
        click.echo(f"  {'记' if zh else 'let'} {title} = {one.value.get(language)}{cites}")
    for moved in moved_totals:
        cites = f"   {'据' if zh else 'cite'} {', '.join(moved.cites)}" if moved.cites else ""
        total_name = _total(moved.name, moved.key, zh)
        click.echo(f"  {total_name} {moved.before} → {moved.after}{cites}")
    for story in stories:
        click.echo()
        name = f"{story.layer} {story.label}" if story.label else story.layer
        click.echo(f"{'层' if zh else 'layer'} {name}")
        for line in story.lines:
            shown = f"  {pad(line.label.get(language), 24)}{line.value:>16}"
            for named, key, before, after in line.totals:
                shown += f"   {_total(named, key, zh)} {before} → {after}"
            if line.cites:
                shown += f"   {'据' if zh else 'cite'} {', '.join(line.cites)}"
            click.echo(shown)
        cites = f"   {'据' if zh else 'cite'} {', '.join(story.cites)}" if story.cites else ""
        why = f"{story.reason_label}（{story.reason}）" if zh else story.reason
        click.echo(f"  {'→ 给付' if zh else '→ pays'} {story.pay}   {why}{cites}")
    click.echo()
    amount = amount_text(total, plan.minor_digits, fixed=True)
    click.echo(
        f"合计给付 {amount} {plan.currency}（{reason}）"
        if zh
        else f"pays {amount} {plan.currency} in all ({reason})"
    )
    for due, last in zip(plan.deadlines, claim.due, strict=True):
        if last is not None:
            _show_due(due, claim, plan, date(1970, 1, 1) + timedelta(last), zh)


def _total(name: str, key: str, zh: bool) -> str:
    return " ".join(filter(None, ("累计" if zh else "total", name, key and f"[{key}]")))


def _show_refund(plan: Plan, claim: ClaimRow, pays: Mapping[str, int], language: Language) -> None:
    from hmbc.dsl.names import amount_text

    zh = language == "zh"
    day = date(1970, 1, 1) + timedelta(claim.day)
    click.echo(
        f"冲销 {claim.claim_id}  参保人 {claim.member_id}  {day}：{claim.refunds} 视为从未发生，"
        "此前各笔按此重算后的差额"
        if zh
        else f"refund {claim.claim_id}  member {claim.member_id}  {day}: as if {claim.refunds} had "
        "never been; what that changes in all payments before"
    )
    for layer, minor in {**pays, "合计" if zh else "total": sum(pays.values())}.items():
        amount = amount_text(minor, plan.minor_digits, fixed=True)
        click.echo(f"  {layer} {amount} {plan.currency}")


def _show_due(due: DeadlinePlan, claim: ClaimRow, plan: Plan, last: date, zh: bool) -> None:
    start = plan.claim[due.start]
    since = claim.values[start.name]
    assert isinstance(since, int)
    shown = date(1970, 1, 1) + timedelta(since)
    cites = f"   {'据' if zh else 'cite'} {', '.join(due.cites)}" if due.cites else ""
    name = due.label or due.name
    if zh:
        days = f"{due.days}{'个工作日' if due.calendar else '天'}"
        click.echo(f"付款期限 {name}：{last}（{start.label or start.name} {shown} 起 {days}）{cites}")
    else:
        kind = f"working days of {due.calendar}" if due.calendar else "days"
        source = start.label or start.name
        click.echo(f"due {name}: {last} ({due.days} {kind} from {source} {shown}){cites}")


def _given(
    plan: Plan, attributes: Sequence[AttributePlan], values: dict[str, Value], zh: bool
) -> str:
    from hmbc.dsl.names import amount_text, percent_text

    shown = []
    for attribute in attributes:
        value = values.get(attribute.name)
        if value is None or attribute.kind == "money" and value == 0:
            continue
        if attribute.name in (plan.date, "member_id"):
            continue
        if attribute.kind == "money":
            assert isinstance(value, int)
            text = amount_text(value, plan.minor_digits, fixed=True)
        elif attribute.kind == "date":
            assert isinstance(value, int)
            text = str(date(1970, 1, 1) + timedelta(value))
        elif attribute.kind == "bool":
            text = ("是" if value else "否") if zh else ("yes" if value else "no")
        elif attribute.kind == "periods":
            assert isinstance(value, tuple)
            days = [[str(date(1970, 1, 1) + timedelta(day)) for day in period] for period in value]
            text = "; ".join(" – ".join(period) for period in days)
            if not text:
                continue
        elif attribute.kind == "ratio":
            assert isinstance(value, Fraction)
            text = percent_text(value)
        else:
            text = str(value)
        shown.append(f"{attribute.label or attribute.name}{'：' if zh else ': '}{text}")
    return ("，" if zh else ", ").join(shown)
