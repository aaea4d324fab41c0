"""`hmbc explain`: how the payment of one claim came about."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from hmbc.commands.common import FINDINGS, compile_or_exit, fail, lang, language_for, scheme_file
from hmbc.grammar.keywords import Language

if TYPE_CHECKING:
    from hmbc.compiler.explain import LayerStory
    from hmbc.runtime.history import ClaimRow, Value
    from hmbc.runtime.plan import DeadlinePlan, Plan

_table = click.Path(dir_okay=False, allow_dash=True)


@click.command("explain")
@scheme_file
@click.argument("claims", type=_table)
@click.option("--claim", "claim_id", required=True, help="The claim_id to explain.")
@click.option("--members", type=_table, help="The members, if the scheme reads any of their data.")
@click.option("--params", type=click.Path(dir_okay=False), help="External parameters: TOML, JSON.")
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
    kernel = compiled.kernel
    assert kernel is not None

    from hmbc.compiler.explain import explain
    from hmbc.compiler.interpret import Interpreter, State, StateRow
    from hmbc.compiler.plan import plan_of
    from hmbc.compiler.refunds import Row, settle
    from hmbc.runtime.errors import BadParameters, BadTable
    from hmbc.runtime.files import UnreadableInput, read_parameters, read_table
    from hmbc.runtime.history import history_of, parameter_values, totals_of
    from hmbc.runtime.parameters import check_parameters

    plan = plan_of(kernel)
    try:
        given = check_parameters(plan, read_parameters(params, language) if params else {})
        history = history_of(
            plan,
            read_table(claims, language=language),
            read_table(members, language=language) if members else None,
            claim_id,
            minor_units=minor_units,
        )
        state = State()
        if history is not None and state_in is not None:
            table = read_table(state_in, language=language)
            state = State.of_rows(
                StateRow(accumulator=name, key=key, total=total, denominator=denominator)
                for name, key, total, denominator in totals_of(plan, table, history.unit_id)
            )
    except (UnreadableInput, BadTable, BadParameters) as error:
        fail(str(error))
    if history is None:
        fail(
            f"没有可理算的费用 {claim_id}：不在表中，或该行被拒收（用 hmbc run 看原因）"
            if language == "zh"
            else f"no claim {claim_id} to adjudicate: it is not in the table, or its row is rejected "
            "(hmbc run says why)"
        )
        return
    values, lists = parameter_values(plan, given)
    interpreter = Interpreter(kernel, values, lists)
    rows = [
        Row(id=claim.claim_id, claim=claim.values, member=claim.member, refunds=claim.refunds)
        for claim in history.claims
    ]
    claim, settled = history.claims[-1], settle(interpreter, rows, state)[0][-1]
    if settled.status != "ok":
        fail(f"{claim_id}: {settled.status}", FINDINGS)
    if settled.step is None:
        _show_refund(plan, claim, settled.pays, language)
    else:
        stories = explain(kernel, settled.step)
        _show(plan, claim, stories, settled.step.reason, settled.step.total_pay, language)
    sys.exit(0)


def _show(
    plan: Plan,
    claim: ClaimRow,
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
    click.echo("  " + _given(plan, claim.values, zh))
    for story in stories:
        click.echo()
        name = f"{story.layer} {story.label}" if story.label else story.layer
        click.echo(f"{'层' if zh else 'layer'} {name}")
        for line in story.lines:
            shown = f"  {pad(line.label.get(language), 24)}{line.value:>16}"
            for key, before, after in line.totals:
                word = "累计" if zh else "total"
                shown += f"   {word}{f' [{key}]' if key else ''} {before} → {after}"
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


def _given(plan: Plan, values: dict[str, Value], zh: bool) -> str:
    from hmbc.dsl.names import amount_text

    shown = []
    for attribute in plan.claim:
        value = values.get(attribute.name)
        if value is None or attribute.name == plan.date or attribute.kind == "money" and value == 0:
            continue
        if attribute.kind == "money":
            assert isinstance(value, int)
            text = amount_text(value, plan.minor_digits, fixed=True)
        elif attribute.kind == "date":
            assert isinstance(value, int)
            text = str(date(1970, 1, 1) + timedelta(value))
        elif attribute.kind == "bool":
            text = ("是" if value else "否") if zh else ("yes" if value else "no")
        else:
            text = str(value)
        shown.append(f"{attribute.label or attribute.name}{'：' if zh else ': '}{text}")
    return ("，" if zh else ", ").join(shown)
