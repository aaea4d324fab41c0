"""What a total came to in the year before, as three totals keep it (compiler/lower_total.py).

    before year == Y ? before last : before year == Y − 1 ? before newest : 0

In all rows of a year Y this is one value: the first row of Y that moves the total hands on to `last`
what was read until then. Where the total adds nothing negative, it is what the total came to in the
year Y − 1; so it is the same in two runs that add up to the same in each year before.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from hmbc.compiler.kernel import Accumulator
from hmbc.dsl import expr as e


@frozen
class LastYear:
    """The total that is remembered, and the year of the row in which it is read."""

    total: Accumulator
    year: e.Expr


def last_year_of(expr: e.Expr, totals: Mapping[str, Accumulator]) -> LastYear | None:
    """What an expression reads of the year before; None where that is not what it does."""
    match expr:
        case e.Choose(
            when=e.Compare(op="==", left=e.Before(accumulator=known), right=year),
            then=e.Before(accumulator=last),
            otherwise=e.Choose(
                when=e.Compare(
                    op="==",
                    left=e.Before(accumulator=again),
                    right=e.Subtract(left=before, right=e.Const(value=1)),
                ),
                then=e.Before(accumulator=newest),
                otherwise=e.Const(value=0),
            ) as ended,
        ) if again == known and before == year:
            pass
        case _:
            return None
    total = _remembered(newest, totals)
    if total is None:
        return None
    moves = e.Compare("!=", e.Total(total.name), e.Before(total.name))
    is_new = e.And(moves, e.Compare("!=", e.Before(known), year))
    kept = (
        (newest, moves, e.Subtract(e.Total(total.name), e.Before(newest))),
        (known, moves, e.Subtract(year, e.Before(known))),
        (last, is_new, e.Subtract(ended, e.Before(last))),
    )
    for name, when, adds in kept:
        item = totals[name]
        if {year, *item.keys} != set(total.keys) or year in item.keys:
            return None
        match item.adds:
            case e.Choose(when=own, then=then, otherwise=e.Const(value=0)):
                if own != when or then != adds:
                    return None
            case _:
                return None
    return LastYear(total, year)


def _remembered(newest: str, totals: Mapping[str, Accumulator]) -> Accumulator | None:
    match totals[newest].adds:
        case e.Choose(then=e.Subtract(left=e.Total(accumulator=name))):
            return totals[name]
        case _:
            return None
