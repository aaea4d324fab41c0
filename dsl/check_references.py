"""What a name stands for: an attribute, a parameter, a list, a total, what an earlier layer
pays, the enrolment window, the benefit year.
"""

from __future__ import annotations

from fractions import Fraction

from hmbc.dsl import check_expressions as expressions
from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import DECLARED, Environment, FixedParameter, TotalInfo, listed
from hmbc.dsl.facts import Facts
from hmbc.dsl.lexer import ADVICE
from hmbc.dsl.names import type_name, word
from hmbc.dsl.source import Span
from hmbc.dsl.typed import BROKEN, Typed, of_enum
from hmbc.dsl.types import (
    Bool,
    CodeList,
    Date,
    Days,
    Enum,
    Int,
    Money,
    Period,
    Type,
    Unknown,
)

_WINDOW = Bilingual("“保障年度”或“参保期”", "`benefit year` or `enrolment`")

def _value_alone(attribute: str, value: str, env: Environment) -> Bilingual:
    """Advice for a value where a condition should be. attribute: its key."""
    zh = env.shown(attribute)
    return Bilingual(
        f"写“{zh} 是 {value}”；几个取值之间用逗号，不用“或”：{zh} 属于 {value}，…",
        f"write `{attribute} is {value}`; several values with commas, not `or`: {attribute} in {value}, …",
    )


def check_attribute(written: n.AttributeRef, env: Environment, facts: Facts) -> Typed:
    """An attribute; an optional one only where it is surely given."""
    owner, name = written.owner, written.name.text
    if owner == "claim" and name == "date":
        name = env.date
    info = env.attributes.get((owner, name))
    if info is None:
        known = [key[1] for key in env.attributes if key[0] == owner]
        env.unknown(
            codes.UNKNOWN_ATTRIBUTE, name, written.name.span, known,
            owner=word("CLAIM" if owner == "claim" else "MEMBER"),
        )  # fmt: skip
        return BROKEN
    env.used.add((owner, name))
    if info.optional and (owner, name) not in facts:
        env.report(
            codes.OPTIONAL_UNGUARDED, written.span, Related(info.span, DECLARED),
            name=env.shown(f"{owner}.{name}"),
        )  # fmt: skip
    return Typed(e.Attribute(owner, name, info.type), info.type)


def check_name(written: n.NameRef, env: Environment, hint: Type | None) -> Typed:
    """A value of an enumeration, a total, a name of the author, a parameter or a list."""
    name = written.name
    if isinstance(hint, Enum):
        if name in hint.values:
            return Typed(e.Const(name, hint), hint)
        others = {*env.parameters, *env.lists, *env.lets, *env.totals, *env.later_totals}
        if name not in others:
            env.unknown(
                codes.UNKNOWN_VALUE, name, written.span, list(hint.values), *of_enum(hint, env),
                attribute=env.shown(hint.name), values=listed(hint.values),
            )  # fmt: skip
            return BROKEN
    if name in env.totals or name in env.later_totals:
        return _total(written, env)
    if name in env.lets:
        return _let(written, env, hint)
    if (parameter := env.parameters.get(name)) is not None:
        env.used.add(("parameter", name))
        if isinstance(parameter, FixedParameter):
            return Typed(parameter.expr, parameter.type)
        return Typed(e.Parameter(name, parameter.type), parameter.type)
    if name in env.lists:
        env.used.add(("list", name))
        return Typed(e.Const(name, CodeList()), CodeList())
    known = [*env.parameters, *env.lists, *env.lets, *env.totals, *env.later_totals]
    for info in env.enums_with(name):
        env.report(
            codes.WRONG_TYPE, written.span, Related(info.span, DECLARED),
            extra=((ADVICE, _value_alone(info.type.name, name, env)),)
            if isinstance(hint, Bool) and isinstance(info.type, Enum) else (),
            expected=type_name(hint) if hint else Bilingual("一个值", "a value"),
            found=type_name(info.type),
        )  # fmt: skip
        return BROKEN
    env.unknown(codes.UNKNOWN_NAME, name, written.span, known)
    return BROKEN


def _let(written: n.NameRef, env: Environment, hint: Type | None) -> Typed:
    """What the name stands for, checked as if it stood here."""
    name = written.name
    env.used.add(("let", name))
    if name in env.open_lets:
        related = Related(env.lets[name].name.span, DECLARED)
        env.report(codes.CIRCLE, written.span, related, name=name)
        return BROKEN
    env.open_lets.append(name)
    found = expressions.check(env.lets[name].value, env, hint)
    env.open_lets.pop()
    if not isinstance(found.type, Unknown) and found.last is None:
        env.let_values.setdefault(name, (found.expr, found.type))
    return found


def _total(written: n.NameRef, env: Environment) -> Typed:
    name = written.name
    env.used.add(("total", name))
    info = env.totals.get(name)
    if info is None:
        if written.which not in ("before", "last_year"):
            related = Related(env.later_totals[name].span, DECLARED)
            env.report(codes.LATER_TOTAL, written.span, related, name=name)
        info = env.later_totals[name]
    match written.which:
        case "ordinal":
            if not info.of_events:
                env.report(
                    codes.NOT_EVENTS, written.span, Related(info.span, DECLARED), name=name
                )
            # one value of the claim, not a total that moves with it
            return Typed(e.Ref(f"{name}.number"), Int())
        case "before":
            return Typed(e.Before(name), info.type)
        case "last_year":
            return Typed(_of_last_year(name, info, written.span, env), info.type)
        case _:
            return Typed(e.Total(name), info.type)


def _of_last_year(name: str, info: TotalInfo, at: Span, env: Environment) -> e.Expr:
    """The total of the benefit year before the claim's: what the last year that added something came
    to, where that is the one before; 0 where it is an older one. compiler/lower_total.py keeps it."""
    if not info.by_year:
        env.report(codes.NOT_BY_YEAR, at, Related(info.span, DECLARED), name=name)
    env.used.add(("last year", name))
    year = claim_year(env)
    known = e.Before(f"{name}.year")
    none = e.Const(Fraction(0) if info.type == Money() else 0, info.type)
    before = e.Subtract(year, e.Const(1, Int()))
    older = e.Choose(e.Compare("==", known, before), e.Before(f"{name}.newest"), none)
    return e.Choose(e.Compare("==", known, year), e.Before(f"{name}.last"), older)


def check_layer_pay(written: n.LayerPayRef, env: Environment) -> Typed:
    """What an earlier layer pays of this claim, or had before its caps, above its threshold."""
    name = written.layer.text
    if name in env.layers:
        env.used.add(("layer", name))
        if written.which != "pay" and written.which not in env.amounts_of[name]:
            related = Related(env.layers[name], DECLARED)
            env.report(
                codes.NO_SUCH_AMOUNT, written.span, related, name=name,
                amount=word(written.which.upper()),
            )  # fmt: skip
        return Typed(e.LayerPay(name, written.which), Money())
    if name in env.later_layers:
        env.report(
            codes.LATER_LAYER, written.span, Related(env.later_layers[name], DECLARED), name=name
        )
    else:
        known = [*env.layers, *env.later_layers]
        env.unknown(codes.UNKNOWN_LAYER, name, written.layer.span, known)
    return BROKEN


def claim_year(env: Environment) -> e.Expr:
    """The claim's benefit year as a number."""
    date = e.Attribute("claim", env.date, Date())
    if env.anniversary is not None:
        env.used.add(("member", env.anniversary))
        return e.AgeAt(e.Attribute("member", env.anniversary, Date()), date)
    return e.YearOf(date, *env.year_start)


def _own_year(anniversary: str, env: Environment) -> Typed:
    """The year from one anniversary of a member's date to the day before the next."""
    since = e.Attribute("member", anniversary, Date())
    years = e.AgeAt(since, e.Attribute("claim", env.date, Date()))
    mode = env.month_end or "next_day"
    start = e.AddMonths(since, e.Scale(years, e.Const(12, Int())), mode)
    after = e.Scale(e.Add(years, e.Const(1, Int())), e.Const(12, Int()))
    end = e.Subtract(e.AddMonths(since, after, mode), e.Const(1, Days()))
    return Typed(start, Period(), end)


def check_enrolment(written: n.EnrolmentRef, env: Environment) -> Typed:
    """The enrolment window of the claim's benefit year."""
    if env.enrolment is None:
        env.report(
            codes.MISSING_HEADER, written.span, clause=word("ENROLMENT"),
            example=Bilingual("参保期 上年 11月1日 至 12月31日", "enrolment previous 11-01 to 12-31"),
        )  # fmt: skip
        return BROKEN
    previous, first, last = env.enrolment
    year: e.Expr = e.YearOf(e.Attribute("claim", env.date, Date()), *env.year_start)
    if previous:
        year = e.Subtract(year, e.Const(1, Int()))
    end = year if first <= last else e.Add(year, e.Const(1, Int()))
    return Typed(e.DateIn(year, *first), Period(), e.DateIn(end, *last))


def check_day_of(written: n.DayOf, env: Environment) -> Typed:
    """The first or the last day of a period of the claim's year."""
    period = expressions.check(written.of, env)
    if period.last is None or period.type != Period():
        if period.type != Unknown():
            env.report(
                codes.WRONG_TYPE, written.of.span, expected=_WINDOW, found=type_name(period.type)
            )
        return BROKEN
    return Typed(period.expr if written.which == "first" else period.last, Date())


def check_benefit_year(env: Environment) -> Typed:
    """The claim's benefit year, from its first to its last day."""
    if env.anniversary is not None:
        env.used.add(("member", env.anniversary))
        return _own_year(env.anniversary, env)
    year = claim_year(env)
    start = e.DateIn(year, *env.year_start)
    next_start = e.DateIn(e.Add(year, e.Const(1, Int())), *env.year_start)
    return Typed(start, Period(), e.Subtract(next_start, e.Const(1, Days())))
