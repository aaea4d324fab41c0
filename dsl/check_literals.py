"""Literals: what a number, an amount or a code written in the scheme is, where it stands."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.currencies import CURRENCIES_OF, MINOR_DIGITS
from hmbc.dsl.environment import Environment
from hmbc.dsl.names import percent_text
from hmbc.dsl.typed import BROKEN, Typed
from hmbc.dsl.types import (
    Bool,
    Code,
    Date,
    Days,
    Int,
    Money,
    Months,
    Ratio,
    Type,
)


def check_literal(written: n.Literals, env: Environment, hint: Type | None) -> Typed:
    """A literal; a bare number is money, a ratio or a count as `hint` says."""
    match written:
        case n.NumberLiteral(value=value):
            return _number(written, value, env, hint)
        case n.MoneyLiteral(value=value, sign=sign):
            if env.currency in MINOR_DIGITS and env.currency not in CURRENCIES_OF.get(sign, (env.currency,)):
                env.report(
                    codes.OTHER_MONEY, written.span, sign=sign, currency=env.currency,
                    plain=plain(value),
                )  # fmt: skip
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
            text=plain(units), currency=env.currency, digits=env.minor_digits,
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
                codes.BARE_RATIO, written.span, text=plain(value), percent=percent_text(share)
            )
            return BROKEN
        case Days() if value == 0:
            return Typed(e.Const(0, Days()), Days())
        case _ if value.denominator == 1:
            return Typed(e.Const(int(value), Int()), Int())
        case _:
            return _money(written, value, env)


def plain(value: Fraction) -> str:
    """A decimal number as people write it."""
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
