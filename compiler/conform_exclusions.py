"""Demands about exclusions: what must never count, and what may not be left out."""

from __future__ import annotations

from collections.abc import Iterator

from hmbc.compiler.conform_reads import (
    comes_after,
    concept_row,
    concept_word,
    exclusion_concepts,
    exclusions,
    lists_read,
    of_lists,
)
from hmbc.compiler.kernel import Kernel
from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl.checked_guideline import CheckedDemand
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.environment import listed
from hmbc.dsl.names import word
from hmbc.dsl.reads import walk
from hmbc.dsl.scheme import CheckedScheme, PartExclusion, Stop

_EXCLUSION = Bilingual("除外", "exclusion")


def exclude(demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel) -> Iterator[Diagnostic]:
    """Each concept is taken out of every layer: by an exclusion, or, of what others paid, by the
    layer's base."""
    every = [layer.name for layer in scheme.paying]
    for name in demand.names:
        of_it = [x for x in exclusions(scheme) if name in exclusion_concepts(x, scheme)]
        spared: set[str] = set()
        for item in of_it:
            spared |= set(every if item.layers is None else item.layers)
        payer = name.removeprefix("paid_by_")
        if payer != name:
            spared |= {x.name for x in scheme.paying if comes_after(x, payer, scheme)}
        missing = [layer for layer in every if layer not in spared]
        if missing:
            yield Diagnostic(
                codes.NOT_EXCLUDED,
                of_it[0].span if of_it else scheme.span,
                {"concept": concept_word(name), "where": _where(missing, every)},
            )


def _where(missing: list[str], every: list[str]) -> Bilingual:
    if missing == every:
        return Bilingual("", "")
    names = listed(missing)
    return Bilingual(f"（层 {names.zh}）", f" from {names.en}")


def not_exclude(
    demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel
) -> Iterator[Diagnostic]:
    """No exclusion takes out a concept or a code of the demand, and no layer spares itself it."""
    for item in exclusions(scheme):
        concepts = exclusion_concepts(item, scheme)
        if names := [name for name in demand.names if name in concepts]:
            yield _wrong(item.name, concept_row(names), item)
        condition = item.when if isinstance(item, Stop) else item.amount
        if found := _taken_out(condition, demand.codes, scheme):
            yield _wrong(item.name, listed(found), item)
        elif demand.codes and (unknown := _external(condition, scheme)):
            why = Bilingual(
                f"除外 `{item.name}` 的名单 {unknown} 是外部的",
                f"list {unknown} of exclusion `{item.name}` is external",
            )
            yield Diagnostic(codes.NOT_DECIDED, item.span, {"why": why})
    for layer in scheme.paying:
        spared = of_lists(lists_read(layer.applies, wanted=False), scheme)
        if names := [name for name in demand.names if name in spared]:
            values = {"kind": word("LAYER"), "name": layer.label or layer.name, "what": concept_row(names)}
            yield Diagnostic(codes.WRONGLY_EXCLUDED, layer.span, values)


def _wrong(name: str, what: Bilingual, item: Stop | PartExclusion) -> Diagnostic:
    values = {"kind": _EXCLUSION, "name": name, "what": what}
    return Diagnostic(codes.WRONGLY_EXCLUDED, item.span, values)


def _external(condition: e.Expr, scheme: CheckedScheme) -> str | None:
    unknown = {info.name for info in scheme.lists if info.codes is None}
    read = [x.list_name for x in walk(condition) if isinstance(x, e.InList)]
    return next((name for name in read if name in unknown), None)


def _taken_out(
    condition: e.Expr, demanded: tuple[str, ...], scheme: CheckedScheme
) -> list[str]:
    """The codes with which the condition is nearer to holding than with some other code."""
    lists = {info.name: info.codes for info in scheme.lists}
    if isinstance(condition, e.Choose):
        condition = condition.when
    asked = {node.code for node in walk(condition) if isinstance(node, e.InList)}
    asked |= {
        node.left
        for node in walk(condition)
        if isinstance(node, e.Compare) and isinstance(node.left, e.Attribute)
    }
    others = {"", *demanded, *(code for known in lists.values() for code in known or ())}
    found: dict[str, None] = {}
    for attribute in sorted(asked, key=repr) if demanded else ():
        least = min(_rank(_holds(condition, attribute, code, lists)) for code in others)
        for code in demanded:
            if _rank(_holds(condition, attribute, code, lists)) > least:
                found.setdefault(code)
    return list(found)


def _rank(holds: bool | None) -> int:
    return 1 if holds is None else 2 * holds


def _holds(
    condition: e.Expr,
    attribute: e.Attribute,
    code: str,
    lists: dict[str, tuple[str, ...] | None],
) -> bool | None:
    """Whether the condition holds with this code, all else unknown."""
    match condition:
        case e.And(left=left, right=right) | e.Or(left=left, right=right):
            decisive = isinstance(condition, e.Or)
            both = [_holds(x, attribute, code, lists) for x in (left, right)]
            return decisive if decisive in both else None if None in both else not decisive
        case e.Not(of=of):
            holds = _holds(of, attribute, code, lists)
            return None if holds is None else not holds
        case e.InList(code=asked, list_name=name) if asked == attribute:
            known = lists[name]
            return None if known is None else code in known
        case e.Compare(op="==" | "!=" as op, left=left, right=e.Const(value=str() as value)) if (
            left == attribute
        ):
            return (code == value) == (op == "==")
        case e.Given(owner=owner, name=name) if (owner, name) == (attribute.owner, attribute.name):
            return True
        case e.Const(value=bool() as value):
            return value
        case _:
            return None
