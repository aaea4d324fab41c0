"""How types, values and clauses are called in messages."""

from __future__ import annotations

from fractions import Fraction

from hmbc.dsl.diagnostic import Bilingual
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
from hmbc.grammar.keywords import KEYWORDS


def word(token: str) -> Bilingual:
    """A keyword in both languages."""
    return Bilingual(*KEYWORDS[token])


def type_name(type_: Type) -> Bilingual:
    """A type, as an author knows it."""
    match type_:
        case Money():
            return Bilingual("金额", "money")
        case Ratio():
            return Bilingual("比例", "a ratio")
        case Int():
            return Bilingual("整数", "a whole number")
        case Bool():
            return Bilingual("条件（是或否）", "a condition (yes or no)")
        case Date():
            return Bilingual("日期", "a date")
        case Days():
            return Bilingual("天数", "a number of days")
        case Months():
            return Bilingual("月数", "a number of months")
        case Enum(name=name):
            owner, attribute = name.split(".", 1)
            shown = word("CLAIM" if owner == "claim" else "MEMBER")
            return Bilingual(f"“{shown.zh}.{attribute}”的取值", f"a value of `{name}`")
        case Code():
            return Bilingual("编码", "a code")
        case Period():
            return Bilingual("一段时间", "a period")
        case Periods():
            return Bilingual("时段列表", "a list of periods")
        case CodeList():
            return Bilingual("名单", "a list of codes")
        case Unknown():
            return Bilingual("不明", "unknown")


def grouped(amount: str) -> str:
    """The whole part of an amount in threes: 20000.01 is 20,000.01."""
    whole, dot, rest = amount.partition(".")
    return f"{'-' * whole.startswith('-')}{int(whole.lstrip('-')):,}{dot}{rest}"


def amount_text(minor: Fraction | int, digits: int, fixed: bool = False) -> str:
    """Minor units as people write them: 2000001 is 20000.01. Whole amounts have no decimals unless
    `fixed`; what lies below the minor unit is shown to six more places."""
    sign, size = ("-", -minor) if minor < 0 else ("", minor)
    exact = Fraction(size)
    whole, rest = divmod(exact, 10**digits)
    if not rest and not fixed:
        return f"{sign}{whole}"
    if rest.denominator == 1:
        return f"{sign}{whole}.{int(rest):0{digits}d}" if digits else f"{sign}{whole}"
    finer = 10**6
    scaled = rest * finer
    mark = "" if scaled.denominator == 1 else "…"
    decimals = f"{int(scaled):0{digits + 6}d}".rstrip("0")
    return f"{sign}{whole}.{decimals}{mark}"


def percent_text(share: Fraction) -> str:
    """3/4 is 75%; a share without a finite decimal stays a fraction."""
    scaled = share * 100
    if scaled.denominator == 1:
        return f"{scaled.numerator}%"
    for digits in range(1, 7):
        if (scaled * 10**digits).denominator == 1:
            return f"{int(scaled * 10**digits) / 10**digits:.{digits}f}%"
    return f"{share.numerator}/{share.denominator}"
