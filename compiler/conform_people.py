"""Demands about persons and the product: who may enrol, whose data are used, stated facts."""

from __future__ import annotations

from collections.abc import Iterator
from operator import eq, ge, gt, le, lt, ne

from hmbc.compiler.conform_reads import (
    Key,
    born,
    concept_row,
    concept_word,
    shown,
)
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.prove_independence import dependences
from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl.checked_guideline import CheckedDemand
from hmbc.dsl.diagnostic import Bilingual, Diagnostic, Related
from hmbc.dsl.environment import DECLARED
from hmbc.dsl.names import word
from hmbc.dsl.reads import attributes_read, conjuncts
from hmbc.dsl.scheme import AttributeInfo, CheckedScheme
from hmbc.dsl.source import Span

_HOLDS = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}
_SIGNS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}


def enrolling_independent(
    demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel
) -> Iterator[Diagnostic]:
    """Conditions that keep a person out: eligibility; waits; exclusions that read nothing of the
    claim and hold for all layers; a condition of the member alone in every layer."""
    for expr, span in _barriers(scheme):
        for info, names in _persons(expr, demand, scheme):
            yield Diagnostic(
                codes.ENROLLING_DEPENDS,
                span,
                {"attribute": shown(info), "concept": concept_row(names)},
                (Related(info.span, DECLARED),),
            )


def _barriers(scheme: CheckedScheme) -> Iterator[tuple[e.Expr, Span]]:
    for stop in scheme.stops:
        if stop.kind != "exclude" or (stop.layers is None and _of_member(stop.when)):
            yield stop.when, stop.span
    own = [[x for x in conjuncts(layer.applies) if _of_member(x)] for layer in scheme.paying]
    shared = [attributes_read(x) for conditions in own for x in conditions]
    for layer, conditions in zip(scheme.paying, own, strict=True):
        for condition in conditions:
            read = attributes_read(condition)
            if all(any(read & attributes_read(x) for x in others) for others in own) and shared:
                yield condition, layer.span


def _of_member(condition: e.Expr) -> bool:
    owners = {owner for owner, _ in attributes_read(condition)}
    return owners == {"member"}


def _persons(
    expr: e.Expr, demand: CheckedDemand, scheme: CheckedScheme
) -> Iterator[tuple[AttributeInfo, list[str]]]:
    """The attributes that an expression reads and that stand for concepts of the demand."""
    read, ages = attributes_read(expr), born(expr)
    for info in scheme.attributes:
        key = (info.owner, info.name)
        means = {*info.means, *(("age",) if key in ages else ())}
        if key in read and (names := [name for name in demand.names if name in means]):
            yield info, names


def pay_independent(
    demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel
) -> Iterator[Diagnostic]:
    """What leads to a payment."""
    found = dependences(kernel)
    ages = {key for item in kernel.items for key in born(getattr(item, "expr", e.TRUE))}
    for info in scheme.attributes:
        key: Key = (info.owner, info.name)
        means = {*info.means, *(("age",) if key in ages else ())}
        names = [name for name in demand.names if name in means]
        if names and key in found:
            yield Diagnostic(
                codes.PAY_DEPENDS,
                found[key] if found[key].end else info.span,
                {"attribute": shown(info), "concept": concept_row(names)},
                (Related(info.span, DECLARED),),
            )


def premium_independent(
    demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel
) -> Iterator[Diagnostic]:
    """Premiums are not part of the language: what the scheme records of them is for people."""
    recorded = [text for kind, text, _ in scheme.unexpressed if kind == "premium"]
    zh = "方案没有可计算的筹资条款"
    en = "the scheme has no premium that is calculated"
    if recorded:
        zh += f"；未表达的 {len(recorded)} 条由人核对"
        en += f"; the {len(recorded)} that it leaves unexpressed are for people to read"
    yield Diagnostic(codes.NOTHING_TO_CHECK, scheme.span, {"why": Bilingual(zh, en)})


def use_only(
    demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel
) -> Iterator[Diagnostic]:
    """Of the member, only what the demand names may play a part in a payment."""
    found = dependences(kernel)
    allowed = set(demand.names)
    for info in scheme.attributes:
        if info.owner == "member" and (info.owner, info.name) in found:
            if not allowed & set(info.means):
                why = Bilingual("不在可用之列", "which is not among those it may use")
                yield _beyond(info, why)


def use_needed(
    demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel
) -> Iterator[Diagnostic]:
    """Nothing is asked for that no payment and no deadline needs. An optional attribute is not
    asked for."""
    needed = set(dependences(kernel)) | {("claim", scheme.date), ("claim", "date")}
    needed |= {("member", name) for name in (scheme.unit, scheme.anniversary) if name}
    for deadline in scheme.deadlines:
        needed |= attributes_read(deadline.when) | {("claim", deadline.start)}
    for info in scheme.attributes:
        if not info.optional and (info.owner, info.name) not in needed:
            yield _beyond(info, Bilingual("但给付用不到它", "yet no payment needs it"))


def _beyond(info: AttributeInfo, why: Bilingual) -> Diagnostic:
    values = {"owner": word(info.owner.upper()), "attribute": shown(info), "why": why}
    return Diagnostic(codes.DATA_BEYOND, info.span, values)


def fact(demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel) -> Iterator[Diagnostic]:
    """A fact of the product, stated and as demanded."""
    assert demand.op is not None
    (name,) = demand.names
    stated = {one.name: one for one in scheme.facts}
    known = stated.get(name)
    if known is not None and _HOLDS[demand.op](known.value, demand.value):
        return
    actual = Bilingual("没有写明", "is not stated")
    if known is not None:
        actual = Bilingual(f"为 {known.value}", f"is {known.value}")
    yield Diagnostic(
        codes.FACT_BROKEN,
        scheme.span if known is None else known.span,
        {
            "fact": concept_word(name),
            "actual": actual,
            "demanded": f"{_SIGNS.get(demand.op, demand.op)} {demand.value}",
        },
    )
