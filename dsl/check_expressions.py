"""Expressions: names and types. Author's expression in, checked expression (dsl/expr.py) out.

Every problem becomes a diagnostic of the environment; the result is then of type Unknown, which is
never reported a second time. `hint` is the type that the place asks for: it decides what a bare
number or the name of a value means.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from attrs import frozen

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import DECLARED, FIRST, Environment, FixedParameter, listed
from hmbc.dsl.expected import ADVICE
from hmbc.dsl.names import percent_text, type_name, word
from hmbc.dsl.reads import has_increase
from hmbc.dsl.scheme import ListInfo
from hmbc.dsl.source import Span
from hmbc.dsl.types import (
    Bool,
    Code,
    CodeList,
    Date,
    Days,
    Enum,
    Int,
    Money,
    Months,
    Period,
    Periods,
    Ratio,
    Type,
    Unknown,
)

Facts = frozenset[tuple[str, str]]
NOTHING: Facts = frozenset()
_BETWEEN_VALUES = Bilingual(
    "几个取值之间用逗号，不用“或”：属于 甲，乙", "between values write commas, not `or`: in a, b"
)


@frozen
class Typed:
    """A checked expression and its type. `last` is the end of a period, `expr` its beginning."""

    expr: e.Expr
    type: Type
    last: e.Expr | None = None


BROKEN = Typed(e.FALSE, Unknown())


def check_as(
    written: n.Expression, wanted: Type, env: Environment, facts: Facts = NOTHING
) -> e.Expr:
    """The expression, which must be of type `wanted`."""
    found = check(written, env, wanted, facts)
    if not _fits(found.type, wanted):
        env.report(
            codes.WRONG_TYPE, written.span, *_declared(written, env),
            expected=type_name(wanted), found=type_name(found.type),
        )  # fmt: skip
    return found.expr


def check(
    written: n.Expression, env: Environment, hint: Type | None = None, facts: Facts = NOTHING
) -> Typed:
    """The expression and its type."""
    match written:
        case (
            n.NumberLiteral()
            | n.MoneyLiteral()
            | n.PercentLiteral()
            | n.DateLiteral()
            | n.DurationLiteral()
            | n.MonthsLiteral()
            | n.CodeLiteral()
            | n.BoolLiteral()
        ):
            return _literal(written, env, hint)
        case n.AttributeRef():
            return _attribute(written, env, facts)
        case n.NameRef():
            return _name(written, env, hint)
        case n.LayerPayRef():
            return _layer_pay(written, env)
        case n.EnrolmentRef():
            return _enrolment(written, env)
        case n.BenefitYearRef():
            return _benefit_year(env)
        case n.Binary(op="and" | "or" as op, left=left, right=right):
            first = check_as(left, Bool(), env, facts)
            known = facts | (facts_of(first) if op == "and" else _facts_if_false(first))
            second = check_as(right, Bool(), env, known)
            return Typed(e.And(first, second) if op == "and" else e.Or(first, second), Bool())
        case n.Binary():
            return _arithmetic(written, env, hint, facts)
        case n.Negation(of=of):
            return Typed(e.Not(check_as(of, Bool(), env, facts)), Bool())
        case n.Comparing():
            return _comparing(written, env, facts)
        case n.Among():
            return _among(written, env, facts)
        case n.IsGiven():
            return _given(written, env)
        case n.Extreme(which=which, left=left, right=right):
            one, two = _pair(left, right, env, hint, facts)
            if not _same(written, one, two, env, "compare", left, right):
                return BROKEN
            kind = e.Min if which == "smaller" else e.Max
            return Typed(kind(one.expr, two.expr), one.type)
        case n.Sharing(amount=amount, part=part, whole=whole):
            shared = check_as(amount, Money(), env, facts)
            one, two = _pair(part, whole, env, None, facts)
            if not _same(written, one, two, env, "compare", part, whole):
                return BROKEN
            return Typed(e.Share(shared, one.expr, two.expr, "half_up"), Money())
        case n.AgeOf(birth=birth, date=date):
            born, at = check_as(birth, Date(), env, facts), check_as(date, Date(), env, facts)
            return Typed(e.AgeAt(born, at), Int())
        case n.Cases():
            return _cases(written, env, hint, facts)
        case n.Choice():
            return _choice(written, env, hint, facts)
        case n.ByBands():
            return _by_bands(written, env, hint, facts)
        case n.Division():
            return _division(written, env, hint, facts)
        case n.IncreaseOf(of=of):
            found = check(of, env, hint, facts)
            if has_increase(found.expr):
                env.report(codes.NESTED_INCREASE, written.span)
                return BROKEN
            if found.type not in (Money(), Int(), Unknown()):
                env.report(
                    codes.WRONG_TYPE, of.span, expected=type_name(Money()),
                    found=type_name(found.type),
                )  # fmt: skip
                return BROKEN
            return Typed(e.Increase(found.expr), found.type)
        case n.DatePart():
            return _date_part(written, env, facts)
        case n.RoundedAmount():
            return _rounded(written, env, facts)
        case _:
            assert_never(written)


def facts_of(condition: e.Expr) -> Facts:
    """The optional attributes that are surely given where the condition holds."""
    match condition:
        case e.Given(owner=owner, name=name):
            return frozenset({(owner, name)})
        case e.And(left=left, right=right):
            return facts_of(left) | facts_of(right)
        case e.Or(left=left, right=right):
            return facts_of(left) & facts_of(right)
        case e.Not(of=of):
            return _facts_if_false(of)
        case _:
            return NOTHING


def _facts_if_false(condition: e.Expr) -> Facts:
    match condition:
        case e.Or(left=left, right=right):
            return _facts_if_false(left) | _facts_if_false(right)
        case e.Not(of=of):
            return facts_of(of)
        case _:
            return NOTHING


def _fits(found: Type, wanted: Type) -> bool:
    if isinstance(found, Unknown) or isinstance(wanted, Unknown):
        return True
    if isinstance(found, Code) and isinstance(wanted, Code):
        return True
    return found == wanted


def _declared(written: n.Expression, env: Environment) -> Iterator[Related]:
    match written:
        case n.AttributeRef(owner=owner, name=name):
            info = env.attributes.get((owner, name.text))
            if info is not None and info.span.end:
                yield Related(info.span, DECLARED)
        case n.NameRef(name=text):
            found = env.parameters.get(text) or env.lists.get(text)
            if found is not None:
                yield Related(found.span, DECLARED)
        case n.Binary(left=left, right=right):
            yield from _declared(left, env)
            yield from _declared(right, env)
        case _:
            pass


def _of_enum(enum: Enum, env: Environment) -> Iterator[Related]:
    owner, name = enum.name.split(".", 1)
    if (info := env.attributes.get((owner, name))) is not None:
        yield Related(info.span, DECLARED)


def _literal(written: n.Literals, env: Environment, hint: Type | None) -> Typed:
    match written:
        case n.NumberLiteral(value=value):
            return _number(written, value, env, hint)
        case n.MoneyLiteral(value=value):
            return _money(written, value, env)
        case n.PercentLiteral(value=value):
            if not -1 <= value <= 1:
                env.report(codes.RATIO_RANGE, written.span, text=percent_text(value))
            return Typed(e.ratio(value), Ratio())
        case n.DateLiteral(days=days):
            return Typed(e.Const(days, Date()), Date())
        case n.DurationLiteral(days=days):
            return Typed(e.Const(days, Days()), Days())
        case n.MonthsLiteral(months=months):
            return Typed(e.Const(months, Int()), Months())
        case n.CodeLiteral(text=text):
            return Typed(e.Const(text, Code("")), Code(""))
        case n.BoolLiteral(value=value):
            return Typed(e.Const(value, Bool()), Bool())
        case _:
            assert_never(written)


def _money(written: n.Literals, units: Fraction, env: Environment) -> Typed:
    minor = env.to_minor(units)
    if minor.denominator != 1:
        env.report(
            codes.TOO_PRECISE, written.span,
            text=_plain(units), currency=env.currency, digits=env.minor_digits,
        )  # fmt: skip
        return BROKEN
    return Typed(e.money(minor), Money())


def _number(
    written: n.NumberLiteral, value: Fraction, env: Environment, hint: Type | None
) -> Typed:
    match hint:
        case Money():
            return _money(written, value, env)
        case Ratio():
            share = value if 0 <= value <= 1 else value / 100
            env.report(
                codes.BARE_RATIO, written.span, text=_plain(value), percent=percent_text(share)
            )
            return BROKEN
        case _ if value.denominator == 1:
            return Typed(e.Const(int(value), Int()), Int())
        case _:
            return _money(written, value, env)


def _plain(value: Fraction) -> str:
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"


def _attribute(written: n.AttributeRef, env: Environment, facts: Facts) -> Typed:
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


def _name(written: n.NameRef, env: Environment, hint: Type | None) -> Typed:
    name = written.name
    if isinstance(hint, Enum):
        if name in hint.values:
            return Typed(e.Const(name, hint), hint)
        others = {*env.parameters, *env.lists, *env.lets, *env.totals, *env.later_totals}
        if name not in others:
            env.unknown(
                codes.UNKNOWN_VALUE, name, written.span, list(hint.values), *_of_enum(hint, env),
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
            extra=((ADVICE, _BETWEEN_VALUES),) if isinstance(hint, Bool) else (),
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
    found = check(env.lets[name].value, env, hint)
    env.open_lets.pop()
    return found


def _total(written: n.NameRef, env: Environment) -> Typed:
    name = written.name
    env.used.add(("total", name))
    info = env.totals.get(name)
    if info is None:
        if written.which != "before":
            related = Related(env.later_totals[name].span, DECLARED)
            env.report(codes.LATER_TOTAL, written.span, related, name=name)
        info = env.later_totals[name]
    match written.which:
        case "ordinal":
            if not info.of_events:
                env.report(
                    codes.NOT_EVENTS, written.span, Related(info.span, DECLARED), name=name
                )
            return Typed(e.Total(f"{name}.ordinal"), Int())
        case "before":
            return Typed(e.Before(name), info.type)
        case _:
            return Typed(e.Total(name), info.type)


def _layer_pay(written: n.LayerPayRef, env: Environment) -> Typed:
    name = written.layer.text
    if name in env.layers:
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


def _claim_year(env: Environment) -> e.YearOf:
    return e.YearOf(e.Attribute("claim", env.date, Date()), *env.year_start)


def _own_year(anniversary: str, env: Environment) -> Typed:
    """The year from one anniversary of a member's date to the day before the next."""
    since = e.Attribute("member", anniversary, Date())
    years = e.AgeAt(since, e.Attribute("claim", env.date, Date()))
    mode = env.month_end or "next_day"
    start = e.AddMonths(since, e.Scale(years, e.Const(12, Int())), mode)
    after = e.Scale(e.Add(years, e.Const(1, Int())), e.Const(12, Int()))
    end = e.Subtract(e.AddMonths(since, after, mode), e.Const(1, Days()))
    return Typed(start, Period(), end)


def _enrolment(written: n.EnrolmentRef, env: Environment) -> Typed:
    if env.enrolment is None:
        env.report(
            codes.MISSING_HEADER, written.span, clause=word("ENROLMENT"),
            example=Bilingual("参保期 上年 11月1日 至 12月31日", "enrolment previous 11-01 to 12-31"),
        )  # fmt: skip
        return BROKEN
    previous, first, last = env.enrolment
    year: e.Expr = _claim_year(env)
    if previous:
        year = e.Subtract(year, e.Const(1, Int()))
    end = year if first <= last else e.Add(year, e.Const(1, Int()))
    return Typed(e.DateIn(year, *first), Period(), e.DateIn(end, *last))


def _benefit_year(env: Environment) -> Typed:
    if env.anniversary is not None:
        env.used.add(("member", env.anniversary))
        return _own_year(env.anniversary, env)
    year = _claim_year(env)
    start = e.DateIn(year, *env.year_start)
    next_start = e.DateIn(e.Add(year, e.Const(1, Int())), *env.year_start)
    return Typed(start, Period(), e.Subtract(next_start, e.Const(1, Days())))


_DATES = (Date(), Days())


def _arithmetic(
    written: n.Binary, env: Environment, hint: Type | None, facts: Facts
) -> Typed:
    if written.op == "*":
        return _product(written, env, hint, facts)
    one, two = _pair(written.left, written.right, env, hint, facts)
    if isinstance(one.type, Unknown) or isinstance(two.type, Unknown):
        return BROKEN
    kind = e.Add if written.op == "+" else e.Subtract
    if one.type == Date() and two.type == Days():
        return Typed(kind(one.expr, two.expr), Date())
    if one.type == Date() and two.type == Months():
        return _add_months(written, one, two, env)
    if one.type == Date() and two.type == Date() and written.op == "-":
        return Typed(kind(one.expr, two.expr), Days())
    operation = "add" if written.op == "+" else "subtract"
    if not _same(written, one, two, env, operation, written.left, written.right):
        return BROKEN
    if one.type not in (Money(), Ratio(), Int(), Days()):
        _clash(written, one, two, env, operation, written.left, written.right)
        return BROKEN
    return Typed(kind(one.expr, two.expr), one.type)


def _division(
    written: n.Division, env: Environment, hint: Type | None, facts: Facts
) -> Typed:
    by = written.by.value
    if not isinstance(written.by, n.NumberLiteral) or by <= 0:
        env.report(codes.BAD_DIVISOR, written.by.span, text=_plain(by))
        return BROKEN
    if hint == Ratio() and isinstance(written.of, n.NumberLiteral):
        share = written.of.value / by
        if not 0 <= share <= 1:
            env.report(codes.RATIO_RANGE, written.span, text=percent_text(share))
        return Typed(e.ratio(share), Ratio())
    found = check(written.of, env, hint, facts)
    if isinstance(found.type, Unknown):
        return BROKEN
    if found.type not in (Money(), Ratio()):
        env.report(
            codes.WRONG_TYPE, written.of.span, expected=type_name(Money()),
            found=type_name(found.type),
        )  # fmt: skip
        return BROKEN
    return Typed(e.Scale(found.expr, e.ratio(1 / by)), found.type)


def _date_part(written: n.DatePart, env: Environment, facts: Facts) -> Typed:
    date = check_as(written.of, Date(), env, facts)
    if written.which == "month":
        return Typed(e.MonthOf(date), Int())
    return Typed(e.YearOf(date, *env.year_start), Int())


def _rounded(written: n.RoundedAmount, env: Environment, facts: Facts) -> Typed:
    amount = check_as(written.amount, Money(), env, facts)
    step = Fraction(1) if written.step is None else env.to_minor(written.step)
    if step.denominator != 1 or step <= 0:
        env.report(
            codes.TOO_PRECISE, written.span, text=_plain(written.step or Fraction(0)),
            currency=env.currency, digits=env.minor_digits,
        )  # fmt: skip
        return BROKEN
    return Typed(e.Round(amount, written.mode, int(step)), Money())


def _add_months(written: n.Binary, one: Typed, two: Typed, env: Environment) -> Typed:
    if env.month_end is None:
        env.report(codes.NO_MONTH_END, written.span)
    months = two.expr
    if written.op == "-":
        months = e.Subtract(e.Const(0, Int()), months)
    return Typed(e.AddMonths(one.expr, months, env.month_end or "last_day"), Date())


def _product(written: n.Binary, env: Environment, hint: Type | None, facts: Facts) -> Typed:
    if isinstance(written.left, n.NumberLiteral):
        two = check(written.right, env, None, facts)
        one = check(written.left, env, _factor_hint(two.type, hint), facts)
    else:
        one = check(written.left, env, None, facts)
        two = check(written.right, env, _factor_hint(one.type, hint), facts)
    if isinstance(one.type, Unknown) or isinstance(two.type, Unknown):
        return BROKEN
    if one.type == Money() and two.type == Money():
        env.report(
            codes.MONEY_TIMES_MONEY, written.span,
            Related(written.left.span, type_name(one.type)),
            Related(written.right.span, type_name(two.type)),
        )  # fmt: skip
        return BROKEN
    if one.type == Days() and two.type == Money():
        one, two = two, one
    scalars = (Ratio(), Int(), Days()) if one.type == Money() else (Ratio(), Int())
    if two.type in scalars and one.type in (Money(), Ratio(), Int()):
        amount, by = one, two
    elif one.type in scalars and two.type in (Money(), Ratio(), Int()):
        amount, by = two, one
    else:
        _clash(written, one, two, env, "multiply", written.left, written.right)
        return BROKEN
    if amount.type == Int() and by.type == Ratio():
        amount, by = by, amount
    return Typed(e.Scale(amount.expr, by.expr), amount.type)


def _factor_hint(other: Type, hint: Type | None) -> Type:
    """What a bare number beside `other` is: 100 * claim.days is money where money is asked for."""
    return Money() if hint == Money() and other in (Int(), Ratio()) else Int()


def _pair(
    left: n.Expression, right: n.Expression, env: Environment, hint: Type | None, facts: Facts
) -> tuple[Typed, Typed]:
    """Both sides; a bare number or a value's name takes the other side's type."""
    if isinstance(left, n.NumberLiteral | n.NameRef) and not isinstance(
        right, n.NumberLiteral | n.NameRef
    ):
        two = check(right, env, hint, facts)
        return check(left, env, _literal_hint(two.type), facts), two
    one = check(left, env, hint, facts)
    return one, check(right, env, _literal_hint(one.type), facts)


def _literal_hint(type_: Type) -> Type | None:
    return None if isinstance(type_, Unknown) else type_


_OPERATIONS = {
    "add": Bilingual("相加", "added"),
    "subtract": Bilingual("相减", "subtracted"),
    "multiply": Bilingual("相乘", "multiplied"),
    "compare": Bilingual("相比", "compared"),
}


def _same(
    written: n.Expression,
    one: Typed,
    two: Typed,
    env: Environment,
    operation: str,
    left: n.Expression,
    right: n.Expression,
) -> bool:
    if isinstance(one.type, Unknown) or isinstance(two.type, Unknown):
        return False
    if one.type == two.type:
        return True
    _clash(written, one, two, env, operation, left, right)
    return False


def _clash(
    written: n.Expression,
    one: Typed,
    two: Typed,
    env: Environment,
    operation: str,
    left: n.Expression,
    right: n.Expression,
    extra: tuple[tuple[Bilingual, Bilingual], ...] = (),
) -> None:
    env.report(
        codes.CLASH, written.span,
        Related(left.span, type_name(one.type)), Related(right.span, type_name(two.type)),
        *_declared(left, env), *_declared(right, env),
        hint=operation != "multiply" and one.type != two.type,
        left=type_name(one.type), right=type_name(two.type), operation=_OPERATIONS[operation],
        extra=extra,
    )  # fmt: skip


_SAY_IS = Bilingual("写“是”或“不是”，不用等号", "write `is` or `is not`; `=` is for amounts and dates")


def _comparing(written: n.Comparing, env: Environment, facts: Facts) -> Typed:
    one, two = _pair(written.left, written.right, env, None, facts)
    if not _same(written, one, two, env, "compare", written.left, written.right):
        return BROKEN
    ordered = (Money(), Ratio(), Int(), Date(), Days())
    if one.type not in ordered:
        advice = ((ADVICE, _SAY_IS),) if written.op in ("==", "!=") else ()
        _clash(
            written, one, two, env, "compare", written.left, written.right, extra=advice
        )  # fmt: skip
        return BROKEN
    return Typed(e.Compare(written.op, one.expr, two.expr), Bool())


def _among(written: n.Among, env: Environment, facts: Facts) -> Typed:
    guard = _absent_code(written.subject, env, facts)
    if guard is not None:
        facts |= {(guard.owner, guard.name)}
    subject = check(written.subject, env, None, facts)
    if isinstance(subject.type, Unknown):
        return BROKEN
    tests: list[e.Expr] = []
    literal_codes: list[str] = []
    for member in written.members:
        found = check(member, env, _literal_hint(subject.type), facts)
        match subject.type, found.type:
            case _, Unknown():
                return BROKEN
            case Code(), CodeList() if isinstance(subject.expr, e.Attribute):
                assert isinstance(found.expr, e.Const)
                tests.append(e.InList(subject.expr, str(found.expr.value)))
            case Code(), Code() if isinstance(found.expr, e.Const):
                literal_codes.append(str(found.expr.value))
            case Date(), Periods() if isinstance(found.expr, e.Attribute):
                tests.append(e.InPeriods(subject.expr, found.expr.owner, found.expr.name))
            case Date(), Period() if found.last is not None:
                tests.append(
                    e.And(
                        e.Compare(">=", subject.expr, found.expr),
                        e.Compare("<=", subject.expr, found.last),
                    )
                )
            case one, two if one == two and not isinstance(one, Periods | Period | CodeList | Code):
                tests.append(e.Compare("==", subject.expr, found.expr))
            case _:
                _clash(written, subject, found, env, "compare", written.subject, member)
                return BROKEN
    if literal_codes and isinstance(subject.expr, e.Attribute):
        tests.append(e.InList(subject.expr, _inline_list(tuple(literal_codes), written.span, env)))
    if not tests:
        return BROKEN
    result = tests[0]
    for test in tests[1:]:
        result = e.Or(result, test)
    if guard is not None:
        result = e.And(guard, result)
    if written.word in ("NOT_IN", "IS_NOT"):
        result = e.Not(result)
    return Typed(result, Bool())


def _absent_code(subject: n.Expression, env: Environment, facts: Facts) -> e.Given | None:
    """A code that may be absent is in no list when it is: that need not be asked first."""
    if not isinstance(subject, n.AttributeRef):
        return None
    key = (subject.owner, subject.name.text)
    info = env.attributes.get(key)
    if info is None or not info.optional or not isinstance(info.type, Code) or key in facts:
        return None
    return e.Given(subject.owner, info.name)


def _inline_list(members: tuple[str, ...], span: Span, env: Environment) -> str:
    """Codes written in a condition become a list without a name of the author's."""
    name = "=" + "|".join(sorted(set(members)))
    env.lists.setdefault(name, ListInfo(name, None, tuple(sorted(set(members))), span=span))
    env.used.add(("list", name))
    return name


def _given(written: n.IsGiven, env: Environment) -> Typed:
    if not isinstance(written.of, n.AttributeRef):
        env.report(codes.NO_ADMITTED, written.span)
        return BROKEN
    owner, name = written.of.owner, written.of.name.text
    found = check(written.of, env, None, frozenset({(owner, name)}))
    if isinstance(found.type, Unknown):
        return BROKEN
    info = env.attributes[(owner, name)] if (owner, name) in env.attributes else None
    if info is None or not info.optional:
        env.report(codes.NO_ADMITTED, written.span, *_declared(written.of, env))
        return BROKEN
    return Typed(e.Given(owner, name), Bool())


def _cases(
    written: n.Cases, env: Environment, hint: Type | None, facts: Facts
) -> Typed:
    if written.by is not None and any(case.is_code for case in written.cases):
        return _code_cases(written, written.by, env, hint, facts)
    subject = _case_subject(written, env, facts)
    if subject is None:
        return BROKEN
    attribute, enum = subject
    seen: dict[str, Span] = {}
    branches: list[tuple[str, Typed]] = []
    for case in written.cases:
        value = case.value.text
        if value not in enum.values:
            env.unknown(
                codes.UNKNOWN_VALUE, value, case.value.span, list(enum.values),
                *_of_enum(enum, env), attribute=env.shown(enum.name), values=listed(enum.values),
            )  # fmt: skip
            return BROKEN
        if value in seen:
            env.report(
                codes.CASE_TWICE, case.value.span, Related(seen[value], FIRST), name=value
            )
        seen[value] = case.value.span
        branches.append((value, check(case.result, env, hint, facts)))
    missing = [value for value in enum.values if value not in seen]
    otherwise = None
    if written.otherwise is not None:
        otherwise = check(written.otherwise, env, hint, facts)
        if not missing:
            env.report(codes.USELESS_OTHERWISE, written.otherwise.span)
    elif missing and len(seen) < len(written.cases):
        return BROKEN  # the value that stands twice was meant to be one of the missing
    elif missing:
        info = env.attributes[(attribute.owner, attribute.name)]
        env.report(
            codes.NOT_EXHAUSTIVE, written.span, Related(info.span, DECLARED),
            missing=listed(missing), attribute=env.shown(enum.name),
        )  # fmt: skip
        return BROKEN
    results = [result for _, result in branches] + ([otherwise] if otherwise else [])
    if any(isinstance(result.type, Unknown) for result in results):
        return BROKEN
    first = results[0]
    for case, (_, result) in zip(written.cases[1:], branches[1:], strict=True):
        if result.type != first.type:
            _clash(case.result, first, result, env, "compare", written.cases[0].result, case.result)
            return BROKEN
    chosen = otherwise.expr if otherwise and missing else branches.pop()[1].expr
    for value, result in reversed(branches):
        test = e.Compare("==", attribute, e.Const(value, enum))
        chosen = e.Choose(test, result.expr, chosen)
    return Typed(chosen, first.type)


def _code_cases(
    written: n.Cases, by: n.AttributeRef, env: Environment, hint: Type | None, facts: Facts
) -> Typed:
    """By a code: `otherwise` is compulsory, for codes cannot be listed to the last."""
    guard = _absent_code(by, env, facts)
    subject = check(by, env, None, facts | {(by.owner, by.name.text)} if guard else facts)
    if isinstance(subject.type, Unknown):
        return BROKEN
    if not isinstance(subject.type, Code) or not isinstance(subject.expr, e.Attribute):
        env.report(
            codes.WRONG_TYPE, by.span, *_declared(by, env),
            expected=type_name(Code("")), found=type_name(subject.type),
        )  # fmt: skip
        return BROKEN
    if written.otherwise is None:
        env.report(codes.CODES_OTHERWISE, written.span)
        return BROKEN
    last = check(written.otherwise, env, hint, facts)
    chosen = last.expr
    seen: dict[str, Span] = {}
    for case in reversed(written.cases):
        code = case.value.text.strip()
        if code in seen:
            env.report(codes.CASE_TWICE, seen[code], Related(case.value.span, FIRST), name=code)
        seen[code] = case.value.span
        result = check(case.result, env, hint, facts)
        if not _same(written, result, last, env, "compare", case.result, written.otherwise):
            return BROKEN
        test: e.Expr = e.InList(subject.expr, _inline_list((code,), case.value.span, env))
        chosen = e.Choose(e.And(guard, test) if guard else test, result.expr, chosen)
    return Typed(chosen, last.type)


def _choice(written: n.Choice, env: Environment, hint: Type | None, facts: Facts) -> Typed:
    condition = check_as(written.condition, Bool(), env, facts)
    one = check(written.then, env, hint, facts | facts_of(condition))
    known = facts | _facts_if_false(condition)
    two = check(written.otherwise, env, hint or _literal_hint(one.type), known)
    if not _same(written, one, two, env, "compare", written.then, written.otherwise):
        return BROKEN
    return Typed(e.Choose(condition, one.expr, two.expr), one.type)


_ORDERED = (Money(), Ratio(), Int(), Date(), Days())


def _by_bands(written: n.ByBands, env: Environment, hint: Type | None, facts: Facts) -> Typed:
    """Bands of one value: below a limit, or up to it; limits are fixed and ascend."""
    subject = check(written.of, env, None, facts)
    if isinstance(subject.type, Unknown):
        return BROKEN
    if subject.type not in _ORDERED:
        env.report(
            codes.WRONG_TYPE, written.of.span, *_declared(written.of, env),
            expected=Bilingual("金额、比例、整数或日期", "an amount, a ratio, a number or a date"),
            found=type_name(subject.type),
        )  # fmt: skip
        return BROKEN
    branches: list[tuple[e.Expr, Typed]] = []
    before: tuple[Fraction, bool] | None = None
    for band in written.bands:
        result = check(band.result, env, hint, facts)
        if band.limit is None:
            branches.append((e.TRUE, result))
            continue
        limit = check_as(band.limit, subject.type, env)
        if not isinstance(limit, e.Const) or isinstance(limit.value, str):
            if limit != e.FALSE:
                env.report(codes.BAND_NOT_CONSTANT, band.limit.span)
            return BROKEN
        place = (Fraction(limit.value), band.included)
        if before is not None and place <= before:
            env.report(
                codes.BANDS_ORDER, band.limit.span, limit=_plain(place[0]), before=_plain(before[0])
            )
        before = place
        op: e.Comparison = "<=" if band.included else "<"
        branches.append((e.Compare(op, subject.expr, limit), result))
    if any(isinstance(result.type, Unknown) for _, result in branches):
        return BROKEN
    first = branches[0][1]
    for band, (_, result) in zip(written.bands[1:], branches[1:], strict=True):
        if result.type != first.type:
            _clash(band.result, first, result, env, "compare", written.bands[0].result, band.result)
            return BROKEN
    chosen = branches[-1][1].expr
    for test, result in reversed(branches[:-1]):
        chosen = e.Choose(test, result.expr, chosen)
    return Typed(chosen, first.type)


def _case_subject(
    written: n.Cases, env: Environment, facts: Facts
) -> tuple[e.Attribute, Enum] | None:
    if written.by is not None:
        found = check(written.by, env, None, facts)
        if isinstance(found.type, Unknown):
            return None
        if not isinstance(found.type, Enum) or not isinstance(found.expr, e.Attribute):
            env.report(
                codes.WRONG_TYPE, written.by.span, *_declared(written.by, env),
                expected=Bilingual("有固定取值的属性", "an attribute with listed values"),
                found=type_name(found.type),
            )  # fmt: skip
            return None
        return found.expr, found.type
    first = written.cases[0].value
    candidates = env.enums_with(first.text)
    if not candidates:
        known = [v for x in env.attributes.values() if isinstance(x.type, Enum) for v in x.type.values]
        env.unknown(codes.UNKNOWN_NAME, first.text, first.span, known)
        return None
    if len(candidates) > 1:
        env.report(
            codes.AMBIGUOUS_VALUE, first.span,
            *(Related(info.span, DECLARED) for info in candidates),
            name=first.text, first=env.shown(f"{candidates[0].owner}.{candidates[0].name}"),
            attributes=listed([env.shown(f"{x.owner}.{x.name}") for x in candidates]),
        )  # fmt: skip
        return None
    info = candidates[0]
    env.used.add((info.owner, info.name))
    assert isinstance(info.type, Enum)
    return e.Attribute(info.owner, info.name, info.type), info.type
