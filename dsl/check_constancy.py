"""Constancy: a threshold or cap should not vary inside the scope over which it counts.

Wider than an event, a claim's attribute is another one with every claim, so an amount that reads
it moves what was already counted (HMB231; `acknowledged` accepts it). A dated parameter may change
only where the benefit year begins, unless `as at year start` fixes it (HMB232).
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_dated import day_text
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import Environment, FixedParameter
from hmbc.dsl.names import amount_text, word
from hmbc.dsl.reads import attributes_read, walk
from hmbc.dsl.scheme import CheckedScope, Undated
from hmbc.dsl.source import Span
from hmbc.dsl.types import Date, Money

_NARROW = {"PER_CLAIM", "PER_EVENT"}
_ONE_VALUE = Bilingual("每笔费用各有一个值", "one value for each claim")
_EXAMPLE = Bilingual("例如", "for example")


def check_constancy(
    amount: n.Amount, value: e.Expr, scope: CheckedScope, env: Environment
) -> e.Expr:
    """Report what varies; return the amount, with `as at year start` worked in."""
    dated = [
        parameter
        for parameter in env.parameters.values()
        if isinstance(parameter, FixedParameter)
        and parameter.changes
        and any(node == parameter.expr for node in walk(value))
    ]
    if amount.at_year_start:
        value = _at_year_start(value, env)
        names = {parameter.name for parameter in dated}
        env.undated += [
            Undated(undated.parameter, _at_year_start(undated.when, env), span=undated.span)
            for undated in env.undated
            if undated.parameter in names
        ]
    elif "PER_LIFETIME" in _keys(scope) or "PER_YEAR" in _keys(scope):
        for parameter in dated:
            _check_dated(amount, parameter, scope, env)
    if not amount.known and not all(set(keys) & _NARROW for keys in _alternatives(scope)):
        date = ("claim", env.date)
        for owner, name in sorted(attributes_read(value) - {date}):
            if owner == "claim":
                _report(amount, value, (owner, name), scope, env)
    return value


def _alternatives(scope: CheckedScope) -> list[tuple[str, ...]]:
    rest = [] if scope.otherwise is None else _alternatives(scope.otherwise)
    return [tuple(scope.keys), *rest]


def _keys(scope: CheckedScope) -> set[str]:
    return {key for keys in _alternatives(scope) for key in keys}


def _widest(scope: CheckedScope) -> Bilingual:
    for key in ("PER_LIFETIME", "PER_YEAR", "PER_MONTH", "PER_DAY"):
        if key in _keys(scope):
            return word(key)
    return word("PER_CLAIM")


def _report(
    amount: n.Amount,
    value: e.Expr,
    attribute: tuple[str, str],
    scope: CheckedScope,
    env: Environment,
) -> None:
    info = env.attributes[attribute]
    written = amount.value.span
    extra: tuple[tuple[Bilingual, Bilingual], ...] = ()
    if example := _example(value, env):
        extra = ((_EXAMPLE, example),)
    env.report(
        codes.VARIES_IN_SCOPE, written,
        Related(info.span, _ONE_VALUE), Related(amount.scope.span, _widest(scope)),
        extra=extra, clause=Bilingual("金额", "amount"), scope=_widest(scope),
        attribute=info.label or info.name,
    )  # fmt: skip


def _example(value: e.Expr, env: Environment) -> Bilingual | None:
    """Two bills that show what a varying threshold does: the first under the high one, the second
    small and under the low one."""
    amounts = sorted(
        {node.value for node in walk(value) if isinstance(node, e.Const) and _is_money(node)}
    )
    if len(amounts) < 2:
        return None
    low, high = Fraction(amounts[0]), Fraction(amounts[-1])
    first = low + Fraction(int((high - low) * 3 / 5))
    second = max(Fraction(1), Fraction(int(low * 3 / 5)))

    def shown(minor: Fraction) -> str:
        return amount_text(minor, env.minor_digits)

    due = first + second - low
    return Bilingual(
        f"前一笔 {shown(first)}（按 {shown(high)}），后一笔 {shown(second)}（按 {shown(low)}）："
        f"超出部分只算 {shown(second)}，而不是 {shown(due)}",
        f"a bill of {shown(first)} (at {shown(high)}), then one of {shown(second)} (at "
        f"{shown(low)}): {shown(second)} counts as above it, not {shown(due)}",
    )


def _is_money(node: e.Const) -> bool:
    return isinstance(node.value, Fraction) and node.type == Money()


def _check_dated(
    amount: n.Amount, parameter: FixedParameter, scope: CheckedScope, env: Environment
) -> None:
    start_month, start_day = env.year_start
    for change in parameter.changes:
        day = date(1970, 1, 1) + timedelta(change)
        lifetime = "PER_LIFETIME" in _keys(scope)
        if lifetime or (day.month, day.day) != (start_month, start_day):
            _report_dated(amount.span, parameter, change, scope, env)


def _report_dated(
    span: Span, parameter: FixedParameter, change: int, scope: CheckedScope, env: Environment
) -> None:
    env.report(
        codes.DATED_IN_SCOPE, span, Related(parameter.span, Bilingual("参数", "the parameter")),
        parameter=parameter.name, scope=_widest(scope), date=day_text(change),
    )  # fmt: skip


def _at_year_start(value: e.Expr, env: Environment) -> e.Expr:
    """The value with the deciding date moved to the first day of its benefit year."""
    claim_date = e.Attribute("claim", env.date, Date())
    start = e.DateIn(e.YearOf(claim_date, *env.year_start), *env.year_start)
    return _replace(value, claim_date, start)


def _replace(expr: e.Expr, old: e.Expr, new: e.Expr) -> e.Expr:
    return new if expr == old else e.rebuild(expr, lambda part: _replace(part, old, new))
