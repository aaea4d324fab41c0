"""Scopes: over which rows of a unit a total runs."""

from __future__ import annotations

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


def check_scope(scope: n.Scope, env: Environment) -> CheckedScope:
    """The scope, with its condition checked and its event known."""
    if "PER_EVENT" in scope.keys and env.event is None:
        env.report(codes.NO_EVENT, scope.span)
    if "PER_FAMILY" in scope.keys and env.unit is None:
        env.report(codes.NO_UNIT, scope.span)
    keys = tuple(key if isinstance(key, str) else _attribute_key(key, env) for key in scope.keys)
    if scope.condition is None or scope.otherwise is None:
        return CheckedScope(keys)
    condition = check_as(scope.condition, Bool(), env)
    return CheckedScope(keys, condition, check_scope(scope.otherwise, env))


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
