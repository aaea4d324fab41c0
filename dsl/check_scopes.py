"""Scopes: over which rows of a unit a total runs."""

from __future__ import annotations

from collections.abc import Iterator

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_expressions import check, check_as
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.environment import Environment
from hmbc.dsl.facts import NOTHING
from hmbc.dsl.names import type_name
from hmbc.dsl.scheme import CheckedScope
from hmbc.dsl.types import Bool, Code, Date, Enum, Int

MOST_PARTS = 4
"""Of what the key of one total may be made; an evaluator keeps it in as many words."""


def check_scope(scope: n.Scope, env: Environment, counts_events: bool = False) -> CheckedScope:
    """The scope, with its condition checked, its event known and its key not too long.
    `counts_events`: a total that counts events needs the event in its key."""
    found = _scope(scope, env)
    parts = _parts(found, env, counts_events)
    if parts > MOST_PARTS:
        env.report(codes.SCOPE_PARTS, scope.span, parts=parts, most=MOST_PARTS)
    return found


def _scope(scope: n.Scope, env: Environment) -> CheckedScope:
    if "PER_EVENT" in scope.keys and env.event is None:
        env.report(codes.NO_EVENT, scope.span)
    if "PER_FAMILY" in scope.keys and env.unit is None:
        env.report(codes.NO_UNIT, scope.span)
    keys = tuple(key if isinstance(key, str) else _attribute_key(key, env) for key in scope.keys)
    if scope.condition is None or scope.otherwise is None:
        return CheckedScope(keys)
    condition = check_as(scope.condition, Bool(), env)
    with env.branch(scope.condition.span, condition):
        pass
    with env.branch(scope.otherwise.span, e.Not(condition)):
        return CheckedScope(keys, condition, _scope(scope.otherwise, env))


def _parts(scope: CheckedScope, env: Environment, counts_events: bool) -> int:
    """Of how many values the key is made (compiler/scopes.py): which side was chosen, the member
    where the unit is a family, and whatever one of the sides names."""
    sides = [*sides_of(scope)]
    if all("PER_CLAIM" in side for side in sides):
        return 0
    named = frozenset().union(*sides) - {"PER_CLAIM", "PER_LIFETIME", "PER_FAMILY"}
    chosen = len(sides) > 1
    of_members = env.unit is not None and any("PER_FAMILY" not in side for side in sides)
    event_besides = counts_events and (chosen or "PER_EVENT" not in named)
    return len(named) + chosen + of_members + event_besides


def sides_of(scope: CheckedScope) -> Iterator[frozenset[object]]:
    """What each side of a scope that conditions choose is made of."""
    yield frozenset(scope.keys)
    if scope.otherwise is not None:
        yield from sides_of(scope.otherwise)


def _attribute_key(ref: n.AttributeRef, env: Environment) -> e.Attribute:
    info = env.attributes.get((ref.owner, ref.name.text))
    is_code = info is not None and isinstance(info.type, Code)
    # a code that may be absent is one more key of its own
    found = check(ref, env, None, frozenset({(ref.owner, ref.name.text)}) if is_code else NOTHING)
    if isinstance(found.expr, e.Attribute):
        if isinstance(found.type, Code | Enum | Int | Date | Bool):
            return found.expr
        env.report(
            codes.WRONG_TYPE, ref.span, found=type_name(found.type),
            expected=Bilingual("编码、取值、整数或日期", "a code, a listed value, a whole number or a date"),
        )  # fmt: skip
    return e.Attribute(ref.owner, ref.name.text, Code(f"{ref.owner}.{ref.name.text}"))
