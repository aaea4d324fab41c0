"""What a run came to, for people: on standard error, so that standard output stays a table."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from hmbc.commands.shown_rejects import show_rejects
from hmbc.grammar.keywords import Language
from hmbc.runtime.attributes import TABLES
from hmbc.runtime.batch import REFUND, Adjudication
from hmbc.runtime.plan import Plan

if TYPE_CHECKING:
    from hmbc.runtime.big_tables import Adjudicated

SHOWN = 20


def show_summary(
    plan: Plan, done: Adjudication | Adjudicated, rejects_at: str | None, language: Language
) -> None:
    """Claims, members, what each layer paid, why claims were paid or not, what was rejected."""
    console = Console(stderr=True, highlight=False)
    zh = language == "zh"
    counts = done.counts
    console.print(
        f"{plan.title or plan.scheme}：费用 {counts.claims:,} 笔，参保人 {counts.members:,} 人，"
        f"已理算 {counts.adjudicated:,} 笔，拒收 {counts.rejected:,} 笔"
        if zh
        else f"{plan.title or plan.scheme}: {_number(counts.claims, 'claim')} of "
        f"{_number(counts.members, 'member')}, {counts.adjudicated:,} adjudicated, {counts.rejected:,} rejected",
        markup=False,
    )
    paid = _table("层" if zh else "layer", f"赔付（{plan.currency}）" if zh else f"paid ({plan.currency})")
    labels = dict(zip(plan.layers, plan.layer_labels, strict=True))
    for layer, minor in counts.paid.items():
        shown = f"{layer} {labels[layer]}" if labels[layer] else layer
        paid.add_row(_plain(shown), _money(minor, plan.minor_digits))
    if len(counts.paid) > 1:
        total = _money(sum(counts.paid.values()), plan.minor_digits)
        paid.add_row("合计" if zh else "total", total, style="bold")
    if counts.paid:  # with --columns it may not be worked out
        console.print(paid)
    why = _table("原因" if zh else "reason", "笔数" if zh else "claims")
    texts = dict(zip(plan.reasons, plan.reason_labels, strict=True))
    texts[REFUND] = "冲销" if zh else "refunded"
    for reason, number in sorted(counts.reasons.items(), key=lambda item: -item[1]):
        text = texts.get(reason, reason)
        why.add_row(_plain(reason if text == reason else f"{text} ({reason})"), f"{number:,}")
    console.print(why)
    for name, columns in done.ignored_columns.items():
        if columns:
            word = f"{TABLES[name]}表中未用的列" if zh else f"columns of {name} not used"
            console.print(f"{word}: {', '.join(columns)}", markup=False)
    if not done.reject_records:
        return
    if rejects_at is None:
        show_rejects(done.reject_records, language)
    else:
        console.print(f"拒收明细：{rejects_at}" if zh else f"rejects: {rejects_at}", markup=False)
        show_rejects(done.reject_records, language, SHOWN // 4)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(columns[0], overflow="fold")
    for column in columns[1:]:
        table.add_column(column, justify="right")
    return table


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _number(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'s' * (number != 1)}"


def _money(minor: int, digits: int) -> str:
    return f"{Decimal(minor).scaleb(-digits):,}"
