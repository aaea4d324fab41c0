"""Declared totals: sums of amounts, counts of claims or of events, and what layers share."""

from __future__ import annotations

from attrs import evolve

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_constancy import check_constancy
from hmbc.dsl.check_declarations import texts
from hmbc.dsl.check_expressions import check, check_as
from hmbc.dsl.check_scopes import check_scope, sides_of
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import FIRST, Environment, TotalInfo
from hmbc.dsl.facts import facts_of
from hmbc.dsl.names import type_name
from hmbc.dsl.scheme import CheckedAmount, CheckedPool, CheckedTotal
from hmbc.dsl.types import Bool, Date, Days, Int, Money, Ratio, Type, Unknown

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


def check_unread_lets(env: Environment) -> None:
    """Check those that nothing reads, too; what they read is not blamed for being unused."""
    for name, declared in env.lets.items():
        if ("let", name) not in env.used and name not in env.open_lets:
            env.open_lets.append(name)
            check(declared.value, env)
            env.open_lets.pop()


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
            of_events = isinstance(item, n.CountDeclaration) and item.of == "events"
            type_: Type = Int()
            if isinstance(item, n.TotalDeclaration):
                found = _type_of(item.amount, env, frozenset({name}))
                type_ = found if found in (Int(), Days()) else Money()
            by_year = item.scope.condition is None and "PER_YEAR" in item.scope.keys
            env.later_totals[name] = TotalInfo(name, type_, of_events, by_year, span)


def _type_of(written: n.Expression, env: Environment, inside: frozenset[str]) -> Type | None:
    """The type of an amount before anything is checked; None where it does not show, as of a bare
    number. `inside`: the names that are being looked into."""
    match written:
        case n.AttributeRef(owner="claim", name=n.Name(text="date")):
            return Date()
        case n.AttributeRef(owner=owner, name=name):
            is_date = (owner, name.text) == ("claim", "date")
            info = env.attributes.get((owner, env.date if is_date else name.text))
            return info.type if info else None
        case n.NumberLiteral(value=value):
            return None if value.denominator == 1 else Money()
        case n.DateLiteral():
            return Date()
        case n.DurationLiteral():
            return Days()
        case n.PercentLiteral():
            return Ratio()
        case n.NameRef(name=name, which="ordinal"):
            return Int()
        case n.NameRef(name=name) if name in env.lets and name not in inside:
            return _type_of(env.lets[name].value, env, inside | {name})
        case n.NameRef(name=name):
            known = env.later_totals.get(name) or env.parameters.get(name)
            return known.type if known else None
        case n.MoneyLiteral() | n.LayerPayRef():
            return Money()
        case n.DatePart() | n.AgeOf():
            return Int()
        case n.Binary(op="*", left=left, right=right):
            sides = {_type_of(left, env, inside), _type_of(right, env, inside)}
            return Int() if sides <= {Int(), None} and Int() in sides else Money()
        case n.Binary(op="-", left=left, right=right):
            one, two = _type_of(left, env, inside), _type_of(right, env, inside)
            return Days() if one == two == Date() else one or two
        case n.Binary(left=one, right=two) | n.Extreme(left=one, right=two):
            return _type_of(one, env, inside) or _type_of(two, env, inside)
        case n.Choice(then=one, otherwise=two):
            return _type_of(one, env, inside) or _type_of(two, env, inside)
        case n.IncreaseOf(of=one) | n.Division(of=one) | n.RoundedAmount(amount=one):
            return _type_of(one, env, inside)
        case n.LookUp(table=name):
            table = env.tables.get(name.text)
            return table.type if table else None
        case n.Cases(cases=cases, otherwise=otherwise):
            found = [_type_of(case.result, env, inside) for case in cases]
            rest = [] if otherwise is None else [_type_of(otherwise, env, inside)]
            return next((type_ for type_ in found + rest if type_), None)
        case n.ByBands(bands=bands):
            found = [_type_of(band.result, env, inside) for band in bands]
            return next((type_ for type_ in found if type_), None)
        case _:
            return None


def check_total(
    item: n.TotalDeclaration | n.CountDeclaration, position: int, env: Environment
) -> CheckedTotal:
    """One declaration, after which its running value can be read."""
    if not item.cites:
        env.report(codes.NOT_CITED, item.name.span, clause=item.name.text)
    condition: e.Expr = e.TRUE
    if item.condition is not None:
        condition = check_as(item.condition, Bool(), env)
        with env.branch(item.condition.span, condition):
            pass
    counts_events = isinstance(item, n.CountDeclaration) and item.of == "events"
    scope = check_scope(item.scope, env, counts_events)
    amount: e.Expr = e.Const(1, Int())
    of = "amount"
    announced = env.later_totals[item.name.text]
    type_ = announced.type
    if isinstance(item, n.TotalDeclaration):
        found = check(item.amount, env, announced.type, facts_of(condition))
        amount = found.expr
        is_read = ("total", item.name.text) in env.used
        if isinstance(found.type, Money | Int | Days) and (found.type == type_ or not is_read):
            type_ = found.type
        elif not isinstance(found.type, Unknown):
            expected = type_name(type_) if isinstance(found.type, Money | Int | Days) else _ADDABLE
            env.report(
                codes.WRONG_TYPE, item.amount.span, expected=expected, found=type_name(found.type)
            )
    else:
        of = item.of
        if of == "events" and env.event is None:
            env.report(codes.NO_EVENT, item.span)
    if any("PER_CLAIM" in side for side in sides_of(scope)):
        env.report(codes.TOTAL_PER_CLAIM, item.scope.span, name=item.name.text)
    env.totals[item.name.text] = info = evolve(announced, type=type_)
    return CheckedTotal(
        of,  # type: ignore[arg-type]
        item.name.text,
        item.label,
        amount,
        scope,
        condition,
        info.type,
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
        value, varies = check_constancy(item.amount, item.kind.upper(), value, scope, env)
        cites = texts(item.cites)
        amount = CheckedAmount(value, scope, cites, varies=varies, span=item.amount.span)
        env.pools[name] = CheckedPool(
            item.kind, name, item.label, amount, item.draws, cites, span=item.name.span
        )
    return tuple(env.pools.values())
