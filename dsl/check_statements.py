"""What the author states of the scheme: an amount that is never exceeded, one group of members that
never gets less than another, a ratio that rises, laws that not every scheme keeps."""

from __future__ import annotations

from collections.abc import Sequence

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_added_up import check_adding_up, check_limit, is_paid, paid_by, varies
from hmbc.dsl.check_comparisons import check_comparing
from hmbc.dsl.check_declarations import texts
from hmbc.dsl.check_expressions import check_as
from hmbc.dsl.check_references import check_attribute
from hmbc.dsl.check_rising import check_rising
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import DECLARED, Environment, listed
from hmbc.dsl.facts import NOTHING, Facts, facts_of
from hmbc.dsl.names import type_name
from hmbc.dsl.scheme import Asked, CheckedLayer, NeverLess, PaidWithin, Statement
from hmbc.dsl.source import Span
from hmbc.dsl.types import Bool, Enum, Money

_PAID = Bilingual("各层的给付（写了按什么合计）", "what layers pay, as it is added up")
_NOT_PAID = Bilingual("别的金额", "another amount")
_OF_A_MEMBER = Bilingual("参保人的列出取值的属性", "an attribute of the member with listed values")


def check_statements(
    scheme: n.Scheme, layers: Sequence[CheckedLayer], env: Environment
) -> tuple[Statement | NeverLess, ...]:
    """Those that are decided by what is paid, in written order."""
    found: list[Statement | NeverLess] = []
    for item in scheme.items:
        if isinstance(item, n.ProveAmount):
            found.append(_amount(item, layers, env))
        elif isinstance(item, n.ProveNeverLess) and (one := _never_less(item, env)) is not None:
            found.append(one)
        elif isinstance(item, n.ProveRising) and (rises := check_rising(item, layers, env)) is not None:
            found.append(rises)
    return tuple(found)


def asked_of(scheme: n.Scheme) -> tuple[Asked, ...]:
    """The laws that the scheme states of itself."""
    return tuple(
        Asked(law, texts(item.cites), span=item.span)
        for item in scheme.items
        if isinstance(item, n.ProveLaws)
        for law in item.laws
    )


def _amount(
    item: n.ProveAmount, layers: Sequence[CheckedLayer], env: Environment
) -> Statement:
    when, facts = None, NOTHING
    if item.condition is not None:
        when = check_as(item.condition, Bool(), env)
        facts = facts_of(when)
    end = (item.condition or item.scope or item.right).span.end
    span = Span(item.span.start, end)
    if item.left is None or item.scope is not None:
        within = _within(item, layers, when or e.TRUE, facts, env)
        return Statement(within, texts(item.cites), span=span)
    written = n.Comparing(item.op, item.left, item.right, span=item.span)
    holds = check_comparing(written, env, facts).expr
    if when is not None:
        holds = e.Or(e.Not(when), holds)
    return Statement(holds, texts(item.cites), span=span)


def _within(
    item: n.ProveAmount, layers: Sequence[CheckedLayer], when: e.Expr, facts: Facts, env: Environment
) -> PaidWithin:
    """What layers pay, of each claim or added up."""
    paid = paid_by(layer.name for layer in layers)
    if item.left is not None:
        paid = check_as(item.left, Money(), env, facts)
        if not is_paid(paid):
            env.report(codes.WRONG_TYPE, item.left.span, expected=_PAID, found=_NOT_PAID)
    limit = check_as(item.right, Money(), env, facts)
    scope = None if item.scope is None else check_adding_up(item.scope, env)
    if scope is not None:
        check_limit(item.op, item.right, varies(limit, scope, env), item.span, env)
    return PaidWithin(paid, item.op, limit, when, scope)


def _never_less(item: n.ProveNeverLess, env: Environment) -> NeverLess | None:
    key = _attribute(item, env)
    info = None if key is None else env.attributes.get(key)
    if key is None or info is None:
        return None
    env.used.add(key)
    at = item.span if item.attribute is None else item.attribute.span
    if info.owner != "member" or not isinstance(info.type, Enum):
        env.report(codes.WRONG_TYPE, at, expected=_OF_A_MEMBER, found=type_name(info.type))
        return None
    for name in (item.more, item.less):
        if name.text not in info.type.values:
            env.unknown(
                codes.UNKNOWN_VALUE, name.text, name.span, list(info.type.values),
                Related(info.span, DECLARED),
                attribute=env.shown(f"member.{info.name}"), values=listed(info.type.values),
            )  # fmt: skip
            return None
    return NeverLess(
        info.name, item.more.text, item.less.text, texts(item.cites),
        span=Span(item.span.start, item.less.span.end),
    )


def _attribute(item: n.ProveNeverLess, env: Environment) -> tuple[str, str] | None:
    """The attribute that is meant: the one that is written, else the one member attribute that has
    the first value."""
    if item.attribute is not None:
        found = check_attribute(item.attribute, env, frozenset({(item.attribute.owner, item.attribute.name.text)}))
        return (found.expr.owner, found.expr.name) if isinstance(found.expr, e.Attribute) else None
    named = [info for info in env.enums_with(item.more.text) if info.owner == "member"]
    if len(named) > 1:
        env.report(
            codes.AMBIGUOUS_VALUE, item.more.span, name=item.more.text,
            attributes=listed([env.shown(f"member.{info.name}") for info in named]),
            first=env.shown(f"member.{named[0].name}"),
        )  # fmt: skip
        return None
    if not named:
        values = [
            value
            for info in env.attributes.values()
            if info.owner == "member" and isinstance(info.type, Enum)
            for value in info.type.values
        ]
        env.unknown(codes.UNKNOWN_NAME, item.more.text, item.more.span, values)
        return None
    return "member", named[0].name
