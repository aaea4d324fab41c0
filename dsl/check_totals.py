"""Declared totals: sums of amounts, counts of claims or of events, and what layers share."""

from __future__ import annotations

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_constancy import check_constancy
from hmbc.dsl.check_declarations import texts
from hmbc.dsl.check_expressions import check, check_as, facts_of
from hmbc.dsl.check_scopes import check_scope
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import FIRST, Environment, TotalInfo
from hmbc.dsl.names import type_name
from hmbc.dsl.scheme import CheckedAmount, CheckedPool, CheckedTotal
from hmbc.dsl.types import Bool, Int, Money

_ADDABLE = Bilingual("金额或整数", "money or a whole number")


def announce_lets(scheme: n.Scheme, env: Environment) -> None:
    """Make every `let` known by name; each is checked where it is used."""
    for item in scheme.items:
        if isinstance(item, n.Let):
            name, span = item.name.text, item.name.span
            known = env.parameters.get(name) or env.lists.get(name)
            before = known.span if known else env.lets[name].name.span if name in env.lets else None
            if before is not None:
                env.report(codes.DUPLICATE, span, Related(before, FIRST), name=name)
            env.lets[name] = item


def announce_totals(scheme: n.Scheme, env: Environment) -> None:
    """Make every total known by name, so that `before` can be read ahead of it."""
    for item in scheme.items:
        if isinstance(item, n.TotalDeclaration | n.CountDeclaration):
            name, span = item.name.text, item.name.span
            spans = [
                known[name].span
                for known in (env.later_totals, env.parameters, env.lists)
                if name in known
            ]
            if spans:
                env.report(codes.DUPLICATE, span, Related(spans[0], FIRST), name=name)
            counts = isinstance(item, n.CountDeclaration)
            of_events = isinstance(item, n.CountDeclaration) and item.of == "events"
            type_ = Int() if counts or _is_whole(item, env) else Money()
            env.later_totals[name] = TotalInfo(name, type_, of_events, span)


def _is_whole(item: n.TotalDeclaration | n.CountDeclaration, env: Environment) -> bool:
    """Whether a sum is of whole numbers: told from the first attribute it reads."""
    match getattr(item, "amount", None):
        case n.AttributeRef(owner=owner, name=name):
            info = env.attributes.get((owner, name.text))
            return info is not None and info.type == Int()
        case n.Binary(left=left):
            inner = n.TotalDeclaration(item.name, None, left, item.scope, None)
            return _is_whole(inner, env)
        case _:
            return False


def check_total(
    item: n.TotalDeclaration | n.CountDeclaration, position: int, env: Environment
) -> CheckedTotal:
    """One declaration, after which its running value can be read."""
    if not item.cites:
        env.report(codes.NOT_CITED, item.name.span, clause=item.name.text)
    condition = e.TRUE if item.condition is None else check_as(item.condition, Bool(), env)
    scope = check_scope(item.scope, env)
    amount: e.Expr = e.Const(1, Int())
    of = "amount"
    if isinstance(item, n.TotalDeclaration):
        wanted = env.later_totals[item.name.text].type
        found = check(item.amount, env, wanted, facts_of(condition))
        if found.type not in (Money(), Int()) and found.expr != e.FALSE:
            env.report(
                codes.WRONG_TYPE, item.amount.span, expected=_ADDABLE,
                found=type_name(found.type),
            )  # fmt: skip
        amount = found.expr
    else:
        of = item.of
        if of == "events" and env.event is None:
            env.report(codes.NO_EVENT, item.span)
    if scope.keys == ("PER_CLAIM",):
        env.report(codes.TOTAL_PER_CLAIM, item.scope.span, name=item.name.text)
    env.totals[item.name.text] = env.later_totals[item.name.text]
    return CheckedTotal(
        of,  # type: ignore[arg-type]
        item.name.text,
        item.label,
        amount,
        scope,
        condition,
        env.totals[item.name.text].type == Int(),
        position,
        texts(item.cites),
        span=item.span,
    )


def check_pools(scheme: n.Scheme, env: Environment) -> tuple[CheckedPool, ...]:
    """What layers share, by name; which layers draw on it they say themselves."""
    for item in scheme.items:
        if not isinstance(item, n.Pool):
            continue
        name = item.name.text
        if name in env.pools:
            related = Related(env.pools[name].span, FIRST)
            env.report(codes.DUPLICATE, item.name.span, related, name=name)
        if not item.cites:
            env.report(codes.NOT_CITED, item.name.span, clause=name)
        scope = check_scope(item.amount.scope, env)
        value = check_as(item.amount.value, Money(), env)
        value = check_constancy(item.amount, item.kind.upper(), value, scope, env)
        cites = texts(item.cites)
        amount = CheckedAmount(value, scope, cites, span=item.amount.span)
        env.pools[name] = CheckedPool(
            item.kind, name, item.label, amount, item.draws, cites, span=item.name.span
        )
    return tuple(env.pools.values())
