"""Promises: an attribute that is one value for all claims of an event, all members of a family, a
year. Rows that break one are rejected, so amounts that read it hold still in that scope."""

from __future__ import annotations

from attrs import evolve

from hmbc.dsl import codes
from hmbc.dsl import nodes as n
from hmbc.dsl.check_scopes import check_scope
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import FIRST, Environment
from hmbc.dsl.expr import Attribute
from hmbc.dsl.names import type_name, word
from hmbc.dsl.nodes import ScopeWord
from hmbc.dsl.scheme import AttributeInfo, CheckedScope
from hmbc.dsl.types import Code, Periods

_COMPARABLE = Bilingual(
    "金额、比例、整数、日期、是否或列出的取值", "an amount, a ratio, a number, a date, yes or no, or a listed value"
)


def check_promises(scheme: n.Scheme, env: Environment) -> None:
    """Enter every promise with its attribute; the event and the unit must be known already."""
    for item in scheme.items:
        if not isinstance(item, n.Attributes):
            continue
        for declared in item.attributes:
            info = env.attributes.get((item.owner, declared.name.text))
            if declared.same and info is not None:
                _promise(declared, info, env)


def _promise(declared: n.AttributeDeclaration, info: AttributeInfo, env: Environment) -> None:
    written, *more = declared.same
    for extra in more:
        related = Related(written.span, FIRST)
        env.report(codes.DUPLICATE_CLAUSE, extra.span, related, clause=word("SAME"))
    scope = check_scope(written, env)
    if isinstance(info.type, Code | Periods):
        env.report(
            codes.WRONG_TYPE, declared.name.span, expected=_COMPARABLE, found=type_name(info.type)
        )
        return
    always = info.owner == "member" and not info.varies and "PER_FAMILY" not in scope.keys
    if always or "PER_CLAIM" in scope.keys:
        env.report(codes.PROMISE_IDLE, written.span, name=env.shown(f"{info.owner}.{info.name}"))
        return
    env.attributes[info.owner, info.name] = evolve(info, same=scope)


def holds_in(promise: CheckedScope, scope: CheckedScope, env: Environment) -> bool:
    """Whether what is one value in the scope of a promise is one value in `scope`: rows that count
    together there count together here."""
    keys = set(scope.keys)
    by_member = env.unit is not None and "PER_FAMILY" not in promise.keys
    if by_member and "PER_FAMILY" in keys:
        return False
    here = all(_is_told(key, keys, env) for key in promise.keys)
    return here and (scope.otherwise is None or holds_in(promise, scope.otherwise, env))


def _is_told(key: ScopeWord | Attribute, keys: set[ScopeWord | Attribute], env: Environment) -> bool:
    """Whether rows alike in `keys` are alike in `key`."""
    match key:
        case "PER_LIFETIME" | "PER_FAMILY":
            return True
        case _ if key in keys or "PER_CLAIM" in keys:
            return True
        case "PER_MONTH":
            return "PER_DAY" in keys
        case "PER_QUARTER":
            return bool(keys & {"PER_DAY", "PER_MONTH"})
        case "PER_YEAR" if env.anniversary is not None:
            return "PER_DAY" in keys and "PER_FAMILY" not in keys
        case "PER_YEAR":
            month, day = env.year_start
            by_month = "PER_MONTH" in keys and day == 1
            by_quarter = "PER_QUARTER" in keys and day == 1 and month % 3 == 1
            return "PER_DAY" in keys or by_month or by_quarter
        case _:
            return False
