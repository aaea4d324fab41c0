"""Expressions: names and types. Author's expression in, checked expression (dsl/expr.py) out.

Every problem becomes a diagnostic of the environment; the result is then of type Unknown, which is
never reported a second time. `hint` is the type that the place asks for: it decides what a bare
number or the name of a value means.
"""

from __future__ import annotations

from typing import assert_never

from hmbc.dsl import (
    check_arithmetic,
    check_cases,
    check_comparisons,
    check_literals,
    check_look_up,
    check_references,
    codes,
)
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.environment import Environment
from hmbc.dsl.facts import NOTHING, Facts, facts_if_false, facts_of
from hmbc.dsl.lexer import ADVICE
from hmbc.dsl.names import type_name
from hmbc.dsl.reads import nests_increase, reads_totals, walk
from hmbc.dsl.typed import BROKEN, Typed, declared, fits, literal_hint, same
from hmbc.dsl.types import (
    Bool,
    Date,
    Enum,
    Int,
    Money,
    Type,
    Unknown,
)

_OVER_TOTALS = Bilingual("含累计的算式", "an expression over totals")
_ORDINAL = Bilingual("只含次序的算式，次序在一笔费用里只有一个值", "one over an ordinal alone, which is one value of this claim")


def check_as(
    written: n.Expression, wanted: Type, env: Environment, facts: Facts = NOTHING
) -> e.Expr:
    """The expression, which must be of type `wanted`."""
    found = check(written, env, wanted, facts)
    if not fits(found.type, wanted):
        env.report(
            codes.WRONG_TYPE, written.span, *declared(written, env),
            expected=type_name(wanted), found=type_name(found.type), extra=_advised(written, wanted),
        )  # fmt: skip
    return found.expr


def check_grows(written: n.Expression, expr: e.Expr, env: Environment) -> None:
    """Report what an ordinal makes no increase of: it is one value of this claim, and no total is read beside it."""
    if not reads_totals(expr) and any(isinstance(node, e.Ref) for node in walk(expr)):
        env.report(codes.WRONG_TYPE, written.span, expected=_OVER_TOTALS, found=_ORDINAL)


def _advised(written: n.Expression, wanted: Type) -> tuple[tuple[Bilingual, Bilingual], ...]:
    """Advice for what documents and tables write where a condition or a value should be."""
    match written, wanted:
        case n.DurationLiteral(days=days), Bool():  # as documents write waiting days
            told = Bilingual(
                f"从哪天算起也要写：费用.日期 < 参保人.投保日期 + {days}天",
                f"say from which day on: claim.date < member.enrolled + {days} days",
            )
        case n.CodeLiteral(), Bool() | Enum():
            told = Bilingual("取值、真、假都不加引号", "values, yes and no have no quotes")
        case n.NumberLiteral(), Bool():
            told = Bilingual("写“真”或“假”", "write `yes` or `no`")
        case _:
            return ()
    return ((ADVICE, told),)


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
            return check_literals.check_literal(written, env, hint)
        case n.AttributeRef():
            return check_references.check_attribute(written, env, facts)
        case n.NameRef():
            return check_references.check_name(written, env, hint)
        case n.LayerPayRef():
            return check_references.check_layer_pay(written, env)
        case n.EnrolmentRef():
            return check_references.check_enrolment(written, env)
        case n.BenefitYearRef():
            return check_references.check_benefit_year(env)
        case n.Binary(op="and" | "or" as op, left=left, right=right):
            first = check_as(left, Bool(), env, facts)
            known = facts | (facts_of(first) if op == "and" else facts_if_false(first))
            second = check_as(right, Bool(), env, known)
            return Typed(e.And(first, second) if op == "and" else e.Or(first, second), Bool())
        case n.Binary():
            return check_arithmetic.check_arithmetic(written, env, hint, facts)
        case n.Negation(of=of):
            return Typed(e.Not(check_as(of, Bool(), env, facts)), Bool())
        case n.Comparing():
            return check_comparisons.check_comparing(written, env, facts)
        case n.Among():
            return check_comparisons.check_among(written, env, facts)
        case n.IsGiven():
            return check_comparisons.check_given(written, env)
        case n.Extreme(which=which, left=left, right=right):
            one, two = pair(left, right, env, hint, facts)
            if not same(written, one, two, env, "compare", left, right):
                return BROKEN
            kind = e.Min if which == "smaller" else e.Max
            return Typed(kind(one.expr, two.expr), one.type)
        case n.Sharing(amount=amount, part=part, whole=whole):
            shared = check_as(amount, Money(), env, facts)
            one, two = pair(part, whole, env, None, facts)
            if not same(written, one, two, env, "share", part, whole):
                return BROKEN
            return Typed(e.Share(shared, one.expr, two.expr, "half_up"), Money())
        case n.AgeOf(birth=birth, date=date):
            born, at = check_as(birth, Date(), env, facts), check_as(date, Date(), env, facts)
            return Typed(e.AgeAt(born, at), Int())
        case n.Cases():
            return check_cases.check_cases(written, env, hint, facts)
        case n.LookUp():
            return check_look_up.check_look_up(written, env, facts)
        case n.Choice():
            return check_cases.check_choice(written, env, hint, facts)
        case n.ByBands():
            return check_cases.check_by_bands(written, env, hint, facts)
        case n.Division():
            return check_arithmetic.check_division(written, env, hint, facts)
        case n.IncreaseOf(of=of):
            found = check(of, env, hint, facts)
            if nests_increase(found.expr):
                env.report(codes.NESTED_INCREASE, written.span)
                return BROKEN
            check_grows(of, found.expr, env)
            if found.type not in (Money(), Int(), Unknown()):
                env.report(
                    codes.WRONG_TYPE, of.span, expected=type_name(Money()),
                    found=type_name(found.type),
                )  # fmt: skip
                return BROKEN
            return Typed(e.Increase(found.expr), found.type)
        case n.DatePart():
            return check_arithmetic.check_date_part(written, env, facts)
        case n.DayOf():
            return check_references.check_day_of(written, env)
        case n.RoundedAmount():
            return check_arithmetic.check_rounded(written, env, facts)
        case _:
            assert_never(written)


def pair(
    left: n.Expression, right: n.Expression, env: Environment, hint: Type | None, facts: Facts
) -> tuple[Typed, Typed]:
    """Both sides; a bare number or a value's name takes the other side's type."""
    if isinstance(left, n.NumberLiteral | n.NameRef) and not isinstance(
        right, n.NumberLiteral | n.NameRef
    ):
        two = check(right, env, hint, facts)
        return check(left, env, literal_hint(two.type), facts), two
    one = check(left, env, hint, facts)
    return one, check(right, env, literal_hint(one.type), facts)
