"""Calendar arithmetic on day numbers (days since 1970-01-01, Gregorian, without any limit).

The interpreter uses the standard library's dates instead, so that the two check each other.
"""

from __future__ import annotations

from hmbc.dsl.expr import MonthEnd


def year_month_day(day: int) -> tuple[int, int, int]:
    """The calendar date of a day number. Eras of 400 years that begin on 1 March."""
    era, of_era = divmod(day + 719_468, 146_097)
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    months = (5 * of_year + 2) // 153
    month = months + 3 if months < 10 else months - 9
    return year + era * 400 + (month <= 2), month, of_year - (153 * months + 2) // 5 + 1


def day_number(year: int, month: int, day: int) -> int:
    """The day number of a calendar date."""
    era, of_era = divmod(year - (month <= 2), 400)
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def benefit_year(date: int, month: int, day: int) -> int:
    """The calendar year in which the benefit year of `date` began."""
    year, in_month, on_day = year_month_day(date)
    return year if (in_month, on_day) >= (month, day) else year - 1


def month_number(date: int) -> int:
    """year * 12 + month - 1."""
    year, month, _ = year_month_day(date)
    return year * 12 + month - 1


def age(birth: int, date: int) -> int:
    """Full years, 0 before birth. 29 February counts from 1 March in a common year."""
    born, on = year_month_day(birth), year_month_day(date)
    return max(0, on[0] - born[0] - (on[1:] < born[1:]))


def add_months(date: int, months: int, mode: MonthEnd) -> int:
    """The date some months later; where that month is too short, its last day or the first of the
    month after."""
    year, month, day = year_month_day(date)
    at = year * 12 + month - 1 + months
    first = day_number(at // 12, at % 12 + 1, 1)
    limit = day_number((at + 1) // 12, (at + 1) % 12 + 1, 1)
    if first + day - 1 < limit:
        return first + day - 1
    return limit if mode == "next_day" else limit - 1
