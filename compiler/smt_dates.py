"""Dates as z3 terms: day numbers, and where a calendar is asked, a year, a month and a day.

A date's parts are three fresh integers tied to its day number by the equation of the proleptic
Gregorian calendar, which has one solution; so the tie is exact, and needs divisions of the year
alone. `linked` are those ties; without them the parts are merely some date, which is enough for most
proofs and much quicker.
"""

from __future__ import annotations

from typing import Any

import z3

from hmbc.dsl.expr import MonthEnd

Term = Any
"""A z3 expression: the library has no types."""

_BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_EPOCH = 719_162
"""Days from the first day of year 1 to 1970-01-01."""


def is_leap(year: Term) -> Term:
    """Whether 29 February is in the year."""
    return z3.And(year % 4 == 0, z3.Or(year % 100 != 0, year % 400 == 0))


def days_before_month(year: Term, month: Term) -> Term:
    """Days of the year before the first of the month (1 to 12)."""
    found: Term = z3.IntVal(0)
    leap = z3.If(is_leap(year), z3.IntVal(1), z3.IntVal(0))
    for number in range(2, 13):
        before = z3.IntVal(_BEFORE_MONTH[number - 1])
        found = z3.If(month >= number, before + leap if number > 2 else before, found)
    return found


def days_in_month(year: Term, month: Term) -> Term:
    """28 to 31."""
    short = z3.Or(month == 4, month == 6, month == 9, month == 11)
    february = z3.If(is_leap(year), z3.IntVal(29), z3.IntVal(28))
    return z3.If(month == 2, february, z3.If(short, z3.IntVal(30), z3.IntVal(31)))


def day_number(year: Term, month: Term, day: Term) -> Term:
    """Days since 1970-01-01 of a date, for years from 1 on."""
    last = year - 1
    leaps = last / 4 - last / 100 + last / 400
    return 365 * last + leaps + days_before_month(year, month) + day - 1 - _EPOCH


def day_in_year(year: Term, month: int, day: int) -> Term:
    """The day number of a fixed month and day."""
    return day_number(year, z3.IntVal(month), z3.IntVal(day))


def benefit_year(year: Term, month: Term, day: Term, first_month: int, first_day: int) -> Term:
    """The calendar year in which the benefit year of a date began."""
    if (first_month, first_day) == (1, 1):
        return year
    early = z3.Or(month < first_month, z3.And(month == first_month, day < first_day))
    return z3.If(early, year - 1, year)


def age(born: tuple[Term, Term, Term], on: tuple[Term, Term, Term]) -> Term:
    """Full years between two dates, 0 before birth."""
    (birth_year, birth_month, birth_day), (year, month, day) = born, on
    early = z3.Or(month < birth_month, z3.And(month == birth_month, day < birth_day))
    years = z3.If(early, year - birth_year - 1, year - birth_year)
    return z3.If(years > 0, years, z3.IntVal(0))


def months_later(date: tuple[Term, Term, Term], months: Term, mode: MonthEnd) -> Term:
    """The day number some months later."""
    year, month, day = date
    at = year * 12 + month - 1 + months
    to_year, to_month = at / 12, at % 12 + 1
    last = days_in_month(to_year, to_month)
    first = day_number(to_year, to_month, z3.IntVal(1))
    after = last if mode == "next_day" else last - 1
    return first + z3.If(day > last, after, day - 1)
