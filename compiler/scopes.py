"""Scopes to keys, and `the increase of f over a scope` for every shape of scope."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Literal

from attrs import frozen

from hmbc.compiler.kernel import Accumulator, Clause
from hmbc.compiler.lower_amounts import inner
from hmbc.dsl import expr as e
from hmbc.dsl.nodes import ScopeWord
from hmbc.dsl.scheme import CheckedScheme, CheckedScope
from hmbc.dsl.types import Bool, Code, Date, Enum, Int

YEAR = CheckedScope(("PER_YEAR",))
CLAIM = CheckedScope(("PER_CLAIM",))

_WORDS: tuple[ScopeWord, ...] = ("PER_YEAR", "PER_QUARTER", "PER_MONTH", "PER_DAY", "PER_EVENT")
"""Components of a key in this order, attributes behind; `PER_LIFETIME` adds none, `PER_CLAIM` needs
no total. In a scheme whose unit is wider than a member, the member comes first, unless `PER_FAMILY`
says that the total is the family's."""

MEMBER_ID = e.Attribute("member", "member_id", Code("member.member_id"))

Key = ScopeWord | e.Attribute


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
    alone = alone_in(scope)
    if alone == e.TRUE:
        return Over(function(adds), None)
    counted = adds if alone == e.FALSE else e.Choose(alone, e.money(0), adds)
    keys = keys_of(scope, scheme)
    total = Accumulator(
        name=name,
        adds=counted,
        keys=keys,
        sequential=sequential(scope, scheme),
        ceiling=0,
        role=role,
        layer=layer,
        clause=clause,
    )
    increase: e.Expr = e.Increase(function(e.Total(name)))
    if alone != e.FALSE:
        increase = e.Choose(alone, function(adds), increase)
    return Over(increase, total)


def left_over(
    kind: Literal["threshold", "cap"],
    scope: CheckedScope,
    adds: e.Expr,
    amount: e.Expr,
    name: str,
    layer: str,
    clause: Clause,
    scheme: CheckedScheme,
) -> Over:
    """What a threshold, or a cap, that may be another amount for the next claim does with `adds`:
    each claim has what is left of its own `amount` (0 or more) after what was used before. The total
    is of what was deducted, or let through:

        used = accumulate min(adds, max(0, amount - before used)) per scope
    """
    alone = alone_in(scope)
    zero = e.money(0)
    left = e.Min(adds, e.Max(zero, e.Subtract(amount, e.Before(name))))
    total = Accumulator(
        name=name,
        adds=left if alone == e.FALSE else e.Choose(alone, zero, left),
        keys=keys_of(scope, scheme),
        sequential=sequential(scope, scheme),
        ceiling=0,
        role="used",
        layer=layer,
        clause=clause,
    )
    used: e.Expr = e.Increase(e.Total(name))
    if alone != e.FALSE:
        used = e.Choose(alone, e.Min(adds, amount), used)
    return Over(used if kind == "cap" else e.Subtract(adds, used), total)


def total_over(
    scope: CheckedScope,
    adds: e.Expr,
    name: str,
    role: str,
    layer: str,
    clause: Clause,
    scheme: CheckedScheme,
) -> Over:
    """The running total itself, this claim included; of a claim that stands alone, the claim."""
    over = increase_over(scope, adds, lambda total: total, name, role, layer, clause, scheme)
    if over.accumulator is None:
        return over
    alone = alone_in(scope)
    total: e.Expr = e.Total(name)
    return Over(total if alone == e.FALSE else e.Choose(alone, adds, total), over.accumulator)


def _alternatives(scope: CheckedScope) -> list[tuple[e.Expr, frozenset[Key]]]:
    """(condition, keys) in order; the last condition is TRUE."""
    keys = frozenset(scope.keys)
    if scope.condition is None or scope.otherwise is None:
        return [(e.TRUE, keys)]
    return [(inner(scope.condition), keys), *_alternatives(scope.otherwise)]


def alone_in(scope: CheckedScope) -> e.Expr:
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


def sequential(scope: CheckedScope, scheme: CheckedScheme) -> bool:
    """Keys made of the deciding date alone never come back, because rows are taken by date. A
    family's rows are too, but not by each member's own year."""
    by_date = {*_WORDS, "PER_LIFETIME", "PER_FAMILY"} - {"PER_EVENT"}
    if scope.condition is not None or not set(scope.keys) <= by_date:
        return False
    if scheme.unit is None:
        return True
    return "PER_FAMILY" in scope.keys and not ("PER_YEAR" in scope.keys and scheme.anniversary)


def keys_of(scope: CheckedScope, scheme: CheckedScheme) -> tuple[e.Expr, ...]:
    """The key of a total over a scope: a tag first where a condition chooses, then its parts."""
    alternatives = _alternatives(scope)
    used: list[Key | None] = []
    if scheme.unit is not None and any("PER_FAMILY" not in keys for _, keys in alternatives):
        used.append(None)
    used += [key for key in _WORDS if any(key in keys for _, keys in alternatives)]
    attributes = {
        (key.owner, key.name): key
        for _, keys in alternatives
        for key in keys
        if isinstance(key, e.Attribute)
    }
    used += [attributes[place] for place in sorted(attributes)]
    parts = [_part(key, alternatives, scheme) for key in used]
    if len(alternatives) == 1:
        return tuple(parts)
    tag: e.Expr = e.Const(len(alternatives) - 1, Int())
    for index in range(len(alternatives) - 2, -1, -1):
        tag = e.Choose(alternatives[index][0], e.Const(index, Int()), tag)
    return (tag, *parts)


def _part(
    key: Key | None,
    alternatives: list[tuple[e.Expr, frozenset[Key]]],
    scheme: CheckedScheme,
) -> e.Expr:
    """One component: its value where the chosen side has it, else nothing."""
    value = _value(key, scheme)
    neutral = _nothing(value, scheme)

    def side(keys: frozenset[Key]) -> e.Expr:
        has = "PER_FAMILY" not in keys if key is None else key in keys
        return value if has else neutral

    result = side(alternatives[-1][1])
    for condition, keys in reversed(alternatives[:-1]):
        if side(keys) != result:
            result = e.Choose(condition, side(keys), result)
    return result


def year_of_claim(scheme: CheckedScheme) -> e.Expr:
    """The claim's benefit year as a number."""
    return _value("PER_YEAR", scheme)


def _value(key: Key | None, scheme: CheckedScheme) -> e.Expr:
    date = e.Attribute("claim", scheme.date, Date())
    match key:
        case None:
            return MEMBER_ID
        case "PER_YEAR" if scheme.anniversary is not None:
            return e.AgeAt(e.Attribute("member", scheme.anniversary, Date()), date)
        case "PER_YEAR":
            return e.YearOf(date, *scheme.year_start)
        case "PER_QUARTER":
            return _quarter_of(date)
        case "PER_MONTH":
            return e.MonthOf(date)
        case "PER_DAY":
            return date
        case e.Attribute(owner=owner, name=name, type=type_):
            value = e.Attribute(owner, name, type_)
            info = next(x for x in scheme.attributes if (x.owner, x.name) == (owner, name))
            if info.optional:
                return e.Choose(e.Given(owner, name), value, e.Const("", type_))
            return value
        case _:
            assert scheme.event is not None
            return e.Attribute("claim", scheme.event, Code(f"claim.{scheme.event}"))


def _quarter_of(date: e.Expr) -> e.Expr:
    """The calendar quarter, counted on and on: of four years that begin three months apart, one is
    entered with each quarter."""
    years: list[e.Expr] = [e.YearOf(date, month, 1) for month in (1, 4, 7, 10)]
    return reduce(e.Add, years)


def _nothing(value: e.Expr, scheme: CheckedScheme) -> e.Const:
    """Stands for a component that the chosen side does not have; the tag keeps the sides apart."""
    match value:
        case e.YearOf() | e.AgeAt() | e.MonthOf() | e.Add():
            return e.Const(0, Int())
        case e.Attribute(type=Enum() as enum):
            return e.Const(enum.values[0], enum)
        case e.Attribute(type=Code() as code):
            return e.Const("", code)
        case e.Attribute(type=Bool()):
            return e.FALSE
        case e.Attribute(type=type_):
            return e.Const(0, type_)
        case e.Choose(otherwise=e.Const() as otherwise):
            return otherwise
        case _:
            raise AssertionError(value)
