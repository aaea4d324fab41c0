"""Scopes to keys, and `the increase of f over a scope` for every shape of scope."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from hmbc.compiler.kernel import Accumulator, Clause
from hmbc.dsl import expr as e
from hmbc.dsl.nodes import ScopeKey
from hmbc.dsl.scheme import CheckedScheme, CheckedScope
from hmbc.dsl.types import Code, Date, Int

YEAR = CheckedScope(("PER_YEAR",))
CLAIM = CheckedScope(("PER_CLAIM",))

_NEUTRAL: dict[ScopeKey, e.Expr] = {
    "PER_YEAR": e.Const(0, Int()),
    "PER_MONTH": e.Const(0, Int()),
    "PER_DAY": e.Const(0, Date()),
    "PER_EVENT": e.Const("", Code("")),
}
_ORDER: tuple[ScopeKey, ...] = ("PER_YEAR", "PER_MONTH", "PER_DAY", "PER_EVENT")
"""Components of a key in this order; `PER_LIFETIME` adds none, `PER_CLAIM` needs no total."""


@frozen
class Over:
    """The increase of a function over a scope: its value this row, and the total it needs (None
    where the scope is the claim itself)."""

    value: e.Expr
    accumulator: Accumulator | None


def increase_over(
    scope: CheckedScope,
    adds: e.Expr,
    function: Callable[[e.Expr], e.Expr],
    name: str,
    role: str,
    layer: str,
    clause: Clause,
    scheme: CheckedScheme,
) -> Over:
    """`increase function(accumulate adds per scope)`; `function(0)` must be 0.

    In a scope that a condition chooses, the choice is part of the key, so the two sides never see
    each other's totals.
    """
    alone = _is_claim(scope)
    if alone == e.TRUE:
        return Over(function(adds), None)
    counted = adds if alone == e.FALSE else e.Choose(alone, e.money(0), adds)
    keys = _keys(scope, scheme)
    total = Accumulator(
        name=name,
        adds=counted,
        keys=keys,
        sequential=_is_sequential(scope),
        ceiling=0,
        role=role,
        layer=layer,
        clause=clause,
    )
    increase: e.Expr = e.Increase(function(e.Total(name)))
    if alone != e.FALSE:
        increase = e.Choose(alone, function(adds), increase)
    return Over(increase, total)


def _alternatives(scope: CheckedScope) -> list[tuple[e.Expr, frozenset[ScopeKey]]]:
    """(condition, keys) in order; the last condition is TRUE."""
    keys = frozenset(scope.keys)
    if scope.condition is None or scope.otherwise is None:
        return [(e.TRUE, keys)]
    return [(scope.condition, keys), *_alternatives(scope.otherwise)]


def _is_claim(scope: CheckedScope) -> e.Expr:
    """The condition under which every claim stands alone."""
    result: e.Expr = e.FALSE
    for condition, keys in reversed(_alternatives(scope)):
        here = e.TRUE if "PER_CLAIM" in keys else e.FALSE
        if condition == e.TRUE:
            result = here
        elif here != result:
            chosen = condition if here == e.TRUE else e.Not(condition)
            if result in (e.TRUE, e.FALSE):
                result = chosen
            else:
                result = e.Or(condition, result) if here == e.TRUE else e.And(chosen, result)
    return result


def _is_sequential(scope: CheckedScope) -> bool:
    """Keys made of the deciding date alone never come back, because rows are taken by date."""
    return scope.condition is None and "PER_EVENT" not in scope.keys


def _keys(scope: CheckedScope, scheme: CheckedScheme) -> tuple[e.Expr, ...]:
    alternatives = _alternatives(scope)
    used = [key for key in _ORDER if any(key in keys for _, keys in alternatives)]
    parts = [_part(key, alternatives, scheme) for key in used]
    if len(alternatives) == 1:
        return tuple(parts)
    tag: e.Expr = e.Const(len(alternatives) - 1, Int())
    for index in range(len(alternatives) - 2, -1, -1):
        tag = e.Choose(alternatives[index][0], e.Const(index, Int()), tag)
    return (tag, *parts)


def _part(
    key: ScopeKey,
    alternatives: list[tuple[e.Expr, frozenset[ScopeKey]]],
    scheme: CheckedScheme,
) -> e.Expr:
    value, neutral = _key(key, scheme), _NEUTRAL[key]
    result = value if key in alternatives[-1][1] else neutral
    for condition, keys in reversed(alternatives[:-1]):
        here = value if key in keys else neutral
        if here != result:
            result = e.Choose(condition, here, result)
    return result


def _key(key: ScopeKey, scheme: CheckedScheme) -> e.Expr:
    date = e.Attribute("claim", scheme.date, Date())
    match key:
        case "PER_YEAR":
            return e.YearOf(date, *scheme.year_start)
        case "PER_MONTH":
            return e.MonthOf(date)
        case "PER_DAY":
            return date
        case _:
            assert scheme.event is not None
            return e.Attribute("claim", scheme.event, Code(f"claim.{scheme.event}"))
