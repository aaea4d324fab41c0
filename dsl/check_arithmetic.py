"""Arithmetic on amounts, counts, ratios and dates."""

from __future__ import annotations

from fractions import Fraction

from hmbc.dsl import check_expressions as expressions
from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_literals import plain
from hmbc.dsl.diagnostic import Related
from hmbc.dsl.environment import Environment
from hmbc.dsl.facts import Facts
from hmbc.dsl.names import percent_text, type_name
from hmbc.dsl.typed import BROKEN, Typed, clash, same
from hmbc.dsl.types import (
    Date,
    Days,
    Int,
    Money,
    Months,
    Ratio,
    Type,
    Unknown,
)


def check_arithmetic(
    written: n.Binary, env: Environment, hint: Type | None, facts: Facts
) -> Typed:
    """`a + b`, `a - b`, `a * b`."""
    if written.op == "*":
        return _product(written, env, hint, facts)
    one, two = expressions.pair(written.left, written.right, env, hint, facts)
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
    if not same(written, one, two, env, operation, written.left, written.right):
        return BROKEN
    if one.type not in (Money(), Ratio(), Int(), Days()):
        clash(written, one, two, env, operation, written.left, written.right)
        return BROKEN
    return Typed(kind(one.expr, two.expr), one.type)


def check_division(
    written: n.Division, env: Environment, hint: Type | None, facts: Facts
) -> Typed:
    """`a / 3`, exact; only by a number of the scheme."""
    by = written.by.value
    if not isinstance(written.by, n.NumberLiteral) or by <= 0:
        env.report(codes.BAD_DIVISOR, written.by.span, text=plain(by))
        return BROKEN
    if hint == Ratio() and isinstance(written.of, n.NumberLiteral):
        share = written.of.value / by
        if not 0 <= share <= 1:
            env.report(codes.RATIO_RANGE, written.span, text=percent_text(share))
        return Typed(e.ratio(share), Ratio())
    found = expressions.check(written.of, env, hint, facts)
    if isinstance(found.type, Unknown):
        return BROKEN
    if found.type not in (Money(), Ratio()):
        env.report(
            codes.WRONG_TYPE, written.of.span, expected=type_name(Money()),
            found=type_name(found.type),
        )  # fmt: skip
        return BROKEN
    return Typed(e.Scale(found.expr, e.ratio(1 / by)), found.type)


def check_date_part(written: n.DatePart, env: Environment, facts: Facts) -> Typed:
    """The benefit year or the month of a date."""
    date = expressions.check_as(written.of, Date(), env, facts)
    if written.which == "month":
        return Typed(e.MonthOf(date), Int())
    return Typed(e.YearOf(date, *env.year_start), Int())


def check_rounded(written: n.RoundedAmount, env: Environment, facts: Facts) -> Typed:
    """An amount made whole at once."""
    amount = expressions.check_as(written.amount, Money(), env, facts)
    step = Fraction(1) if written.step is None else env.to_minor(written.step)
    if step.denominator != 1 or step <= 0:
        env.report(
            codes.TOO_PRECISE, written.span, text=plain(written.step or Fraction(0)),
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
        two = expressions.check(written.right, env, None, facts)
        one = expressions.check(written.left, env, _factor_hint(two.type, hint), facts)
    else:
        one = expressions.check(written.left, env, None, facts)
        two = expressions.check(written.right, env, _factor_hint(one.type, hint), facts)
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
        clash(written, one, two, env, "multiply", written.left, written.right)
        return BROKEN
    if amount.type == Int() and by.type == Ratio():
        amount, by = by, amount
    return Typed(e.Scale(amount.expr, by.expr), amount.type)


def _factor_hint(other: Type, hint: Type | None) -> Type:
    """What a bare number beside `other` is: 100 * claim.days is money where money is asked for."""
    return Money() if hint == Money() and other in (Int(), Ratio()) else Int()
