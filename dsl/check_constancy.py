"""Constancy: a threshold or cap should not vary inside the scope over which it counts.

Wider than an event, a claim's attribute is another one with every claim, so an amount that reads
it changes under what was already counted (HMB231; `acknowledged` accepts it): each claim then has
what is left of its own amount. So is a member's attribute
that is declared to vary, and in a family's scope every member's. A dated parameter may change only
where the benefit year begins, unless `as at year start` fixes it (HMB232).
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_dated import day_text
from hmbc.dsl.check_promises import holds_in
from hmbc.dsl.check_references import claim_year
from hmbc.dsl.check_value_cases import case_text
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import Environment, FixedParameter
from hmbc.dsl.expr import Attribute
from hmbc.dsl.inside import attributes_in, inside
from hmbc.dsl.names import amount_text, word
from hmbc.dsl.reads import attributes_read, moves_with_totals, walk
from hmbc.dsl.scheme import AttributeInfo, CheckedScope, Undated
from hmbc.dsl.source import Span
from hmbc.dsl.types import Date, Int, Money

_NARROW = {"PER_CLAIM", "PER_EVENT"}
_ONE_VALUE = {
    "claim": Bilingual("每笔费用各有一个值", "one value for each claim"),
    "member": Bilingual("声明为可变", "declared to vary"),
    "family": Bilingual("每个成员各有一个值", "one value for each member"),
}
_WHOSE = {
    "claim": Bilingual("每笔费用", "each claim"),
    "member": Bilingual("参保人", "the member, which may change"),
    "family": Bilingual("每个成员", "each member of the family"),
}
_EXAMPLE = Bilingual("例如", "for example")
_RUNS = {
    "PER_LIFETIME": Bilingual("终身累计", "runs over the lifetime"),
    "PER_YEAR": Bilingual("按年累计", "runs over the year"),
    "PER_QUARTER": Bilingual("按季累计", "runs over the quarter"),
    "PER_MONTH": Bilingual("按月累计", "runs over the month"),
    "PER_DAY": Bilingual("按日累计", "runs over the day"),
}
_COUNTED = {
    "THRESHOLD": Bilingual("已扣的", "what was deducted before"),
    "CAP": Bilingual("已付的", "what was paid before"),
}


def check_constancy(
    amount: n.Amount, clause: str, value: e.Expr, scope: CheckedScope, env: Environment
) -> tuple[e.Expr, bool]:
    """Report what varies; return the amount, with `as at year start` worked in, and whether it varies
    with the claim or the member inside its scope. `clause`: the keyword of what the amount is,
    THRESHOLD or CAP."""
    names = names_in(amount.value, env)
    dated = [
        parameter
        for name, parameter in env.parameters.items()
        if name in names and isinstance(parameter, FixedParameter)
    ]
    if amount.at_year_start:
        value = _at_year_start(value, env)
        env.undated += [
            Undated(undated.parameter, _at_year_start(undated.when, env), span=undated.span)
            for undated in env.undated
            if undated.parameter in names
        ]
    elif "PER_LIFETIME" in _keys(scope) or "PER_YEAR" in _keys(scope):
        for parameter in dated:
            _check_dated(amount, parameter, scope, env)
    varies = _moves_with_date(value, dated, scope, env)
    for owner, name in sorted(attributes_read(value) - {("claim", env.date)}):
        if whose := moves_with(env.attributes[owner, name], scope, env):
            varies = True
            if not amount.known:
                _report(amount, clause, value, (owner, name), whose, scope, env)
    if not _every_side_has(scope, {"PER_CLAIM"}):
        for layer in sorted({x.layer for x in walk(value) if isinstance(x, e.LayerPay)}):
            varies = True
            if not amount.known:
                _report_pay(amount, clause, layer, scope, env)
    by_ordinal = any(isinstance(node, e.Ref) for node in walk(value))
    if by_ordinal and not _every_side_has(scope, {"PER_CLAIM", "PER_EVENT"}):
        varies = True
    return value, varies and not moves_with_totals(value)


def _moves_with_date(
    value: e.Expr, dated: list[FixedParameter], scope: CheckedScope, env: Environment
) -> bool:
    """Whether an amount may be another one on a later day of its scope: someone comes of age, say.
    A dated parameter changes with the year, as was just asked."""
    if _every_side_has(scope, {"PER_CLAIM", "PER_DAY"}):
        return False
    by_year = _every_side_has(scope, {"PER_YEAR"})
    if by_year and env.anniversary is not None:
        value = _replace(value, claim_year(env), e.Const(0, Int()))
    elif by_year:
        for parameter in dated:
            value = _replace(value, parameter.expr, e.FALSE)
    pending = [value]
    while pending:
        node = pending.pop()
        if node == e.Attribute("claim", env.date, Date()):
            return True
        if not (by_year and env.anniversary is None and isinstance(node, e.YearOf)):
            pending += e.parts_of(node)
    return False


def names_in(written: n.Expression, env: Environment) -> set[str]:
    """The names that an expression reads, also through `let`."""
    found: set[str] = set()
    pending: list[object] = [written]
    while pending:
        names = {node.name for node in inside(pending.pop()) if isinstance(node, n.NameRef)} - found
        found |= names
        pending += [env.lets[name].value for name in names if name in env.lets]
    return found


def moves_with(read: AttributeInfo, scope: CheckedScope, env: Environment) -> str | None:
    """Whose value of the attribute may be another one inside the scope: a claim's, the member's at
    another time, another member's of the family; None where it is one value."""
    if _holds_still(read, scope) or (read.owner == "member" and read.name == env.unit):
        return None
    if read.same is not None and holds_in(read.same, scope, env):
        return None
    if read.owner == "claim":
        return "claim"
    return "family" if "PER_FAMILY" in _keys(scope) else "member" if read.varies else None


def _holds_still(read: AttributeInfo, scope: CheckedScope) -> bool:
    """Whether an attribute is one value in the scope: no wider than an event, or part of the key."""
    keyed = {(key.owner, key.name) for key in scope.keys if isinstance(key, Attribute)}
    here = bool(_NARROW.intersection(scope.keys)) or (read.owner, read.name) in keyed
    return here and (scope.otherwise is None or _holds_still(read, scope.otherwise))


def _every_side_has(scope: CheckedScope, words: set[str]) -> bool:
    """Whether each of the scopes between which a condition chooses has one of the words."""
    here = bool(words.intersection(scope.keys))
    return here and (scope.otherwise is None or _every_side_has(scope.otherwise, words))


def _keys(scope: CheckedScope) -> set[str]:
    rest = set() if scope.otherwise is None else _keys(scope.otherwise)
    return {key for key in scope.keys if isinstance(key, str)} | rest


def _runs(scope: CheckedScope) -> Bilingual:
    """How long the amount counts, in words: the longest of its scopes."""
    keys = _keys(scope)
    return next((text for key, text in _RUNS.items() if key in keys), _RUNS["PER_LIFETIME"])


def _report(
    amount: n.Amount,
    clause: str,
    value: e.Expr,
    attribute: tuple[str, str],
    whose: str,
    scope: CheckedScope,
    env: Environment,
) -> None:
    info = env.attributes[attribute]
    extra: tuple[tuple[Bilingual, Bilingual], ...] = ()
    if example := _example(amount, clause, value, env):
        extra = ((_EXAMPLE, example),)
    env.report(
        codes.VARIES_IN_SCOPE, _where_read(amount.value, attribute) or amount.value.span,
        Related(info.span, _ONE_VALUE[whose]), Related(amount.scope.span, _runs(scope)),
        extra=extra, clause=word(clause), scope=_runs(scope), counted=_COUNTED[clause],
        whose=_WHOSE[whose], attribute=info.label or info.name,
    )  # fmt: skip


def _where_read(written: object, attribute: tuple[str, str]) -> Span | None:
    """Where the author names the attribute; None where a name stands for it, or its values imply it."""
    found = (ref.span for ref in attributes_in(written) if (ref.owner, ref.name.text) == attribute)
    return next(found, None)


def _report_pay(
    amount: n.Amount, clause: str, layer: str, scope: CheckedScope, env: Environment
) -> None:
    """What another layer pays of a claim is one value with each claim, as an attribute is."""
    env.report(
        codes.VARIES_IN_SCOPE, amount.value.span,
        Related(env.layers[layer], _ONE_VALUE["claim"]), Related(amount.scope.span, _runs(scope)),
        clause=word(clause), scope=_runs(scope), counted=_COUNTED[clause],
        whose=_WHOSE["claim"], attribute=f"{layer}.{word('PAY').get(env.language)}",
    )  # fmt: skip


def _example(amount: n.Amount, clause: str, value: e.Expr, env: Environment) -> Bilingual | None:
    """Two bills that show what a varying amount does."""
    amounts = sorted(
        {
            Fraction(node.value)
            for node in walk(value)
            if isinstance(node, e.Const) and _is_money(node)
        }
    )
    if len(amounts) < 2 or amounts[0] == 0 or not _is_one_of(value):
        return None
    low, high = amounts[0], amounts[-1]
    names = _names_of_amounts(amount.value, env)

    def shown(minor: Fraction) -> str:
        return amount_text(minor, env.minor_digits)

    def at(minor: Fraction) -> Bilingual:
        if name := names.get(minor):
            return Bilingual(f"“{name}”", f"`{name}`")
        return Bilingual(f"按 {shown(minor)} ", f"at {shown(minor)}")

    def part(of: Fraction, tenths: int) -> Fraction:
        exact = of * tenths / 10
        unit = 10**env.minor_digits if exact >= 10**env.minor_digits else 1
        return Fraction(max(1, int(exact / unit) * unit))

    if clause == "CAP":
        first, second = low + part(high - low, 6), part(low, 6)
        return Bilingual(
            f"先{at(high).zh}应付 {shown(first)}，照付；后{at(low).zh}应付 {shown(second)}：封顶 "
            f"{shown(low)} 已经付满，不再付",
            f"first {shown(first)} due ({at(high).en}), and paid; then {shown(second)} due "
            f"({at(low).en}): its cap of {shown(low)} is already paid out, nothing more is paid",
        )
    first, second = low + part(high - low, 6), part(low, 6)
    due = first + second - low
    return Bilingual(
        f"先{at(high).zh}费用 {shown(first)}，后{at(low).zh}费用 {shown(second)}：超过起付线的按 "
        f"{shown(second)} 计，而不是 {shown(due)}",
        f"first a bill of {shown(first)} ({at(high).en}), then one of {shown(second)} "
        f"({at(low).en}): {shown(second)} counts as above the threshold, not {shown(due)}",
    )


def _is_one_of(value: e.Expr) -> bool:
    """Whether the amount is one of those written, not something worked out of them."""
    match value:
        case e.Choose(then=one, otherwise=two):
            return _is_one_of(one) and _is_one_of(two)
        case _:
            return isinstance(value, e.Const)


def _names_of_amounts(written: n.Expression, env: Environment) -> dict[Fraction, str]:
    """The value for which the author wrote each amount."""
    if not isinstance(written, n.Cases):
        return {}
    return {
        env.to_minor(case.result.value): case_text(case.value, env)
        for case in written.cases
        if isinstance(case.result, n.NumberLiteral | n.MoneyLiteral)
    }


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
        parameter=parameter.name, scope=_runs(scope), date=day_text(change),
    )  # fmt: skip


def _at_year_start(value: e.Expr, env: Environment) -> e.Expr:
    """The value with the deciding date moved to the first day of its benefit year."""
    claim_date = e.Attribute("claim", env.date, Date())
    start = e.DateIn(e.YearOf(claim_date, *env.year_start), *env.year_start)
    return _replace(value, claim_date, start)


def _replace(expr: e.Expr, old: e.Expr, new: e.Expr) -> e.Expr:
    return new if expr == old else e.rebuild(expr, lambda part: _replace(part, old, new))
