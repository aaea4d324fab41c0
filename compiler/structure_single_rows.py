"""Values that differ in few rows: which rows these are, and by how much each.

One amount of one claim is raised by one minor unit. A value then often differs in that claim's row, and
in the row in which a total passes a border, and in no other. `Parts` says so: a span for each such row
(the same row may be met under two names; then it differs by what both come to).

What keeps it: a sum, a ratio that is the same in both runs, a choice or the smaller of two, name by name;
a rounding of each row (several differences of one row are taken one after the other, those that add first:
what is not negative stays so). And a stage with one border, `max(0, t − L)` or `min(L, t)`, of whole
amounts, L being one in its scope. Let D be what the total differs by, in one key, from row to row: where it
is 0 or 1 at every moment (or 0 or −1), the function differs by D × δ(t), where δ(t), by how much one more
moves it, is 0 on one side of the border and 1 on the other. So rows differ where D moves, as much or not
at all, and where t passes the border, by D as it is there:

    max(0, t − L)    δ goes from 0 to 1: what a row does to D comes out there or where t passes L, once
    min(L, t)        δ goes from 1 to 0: what came out is taken back where t passes L

D is such where its sums are known to lie there, and where one row adds and one row takes off, for they
are of one key, in this order or that, or of two.

All rows together, of any stage whose function is one in its scope, differ by what each row that adds to
its total would make it differ by alone: from one run to the other by one row after the other, those that add
first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction

from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_span import NOTHING, Span
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk

Row = Hashable
"""What a row is called: CHANGED, or a tuple of why it differs."""

Parts = Mapping[Row, Span]
"""By how much single rows differ; no other row does."""

CHANGED: Row = "the claim's"
"""The row of the claim whose amount is raised."""

UNITS = (Span(0, 1), Span(-1, 0))
"""At most one minor unit, one way."""


def sum_of(parts: Parts) -> Span:
    """By how much all rows together differ."""
    return sum(parts.values(), NOTHING)


def any_of(parts: Parts) -> Span:
    """By how much any of the rows together, and so any single one, differ at most."""
    return sum((span.with_zero for span in parts.values()), NOTHING)


def joined(one: Parts | None, two: Parts | None, join: Callable[[Span, Span], Span]) -> Parts | None:
    """Row by row of two values."""
    if one is None or two is None:
        return None
    return {row: join(one.get(row, NOTHING), two.get(row, NOTHING)) for row in {**one, **two}}


def each(parts: Parts | None, change: Callable[[Span], Span]) -> Parts | None:
    """Of what is done to each row."""
    return None if parts is None else {row: change(span) for row, span in parts.items()}


def linear(expr: e.Expr) -> dict[e.Expr, Fraction]:
    """The sum that an expression is: its terms, and how often each is taken; of no others than sums,
    and constant ratios of sums, it is the only term."""
    found: dict[e.Expr, Fraction] = {}
    terms: tuple[tuple[e.Expr, Fraction], ...]
    match expr:
        case e.Add(left=left, right=right):
            terms = ((left, Fraction(1)), (right, Fraction(1)))
        case e.Subtract(left=left, right=right):
            terms = ((left, Fraction(1)), (right, Fraction(-1)))
        case e.Scale(amount=amount, by=e.Const(value=int() | Fraction() as by)):
            terms = ((amount, Fraction(by)),)
        case _:
            return {expr: Fraction(1)}
    for part, times in terms:
        for term, often in linear(part).items():
            found[term] = found.get(term, Fraction(0)) + times * often
    return {term: often for term, often in found.items() if often}


def passed(bounds: Bounds, of: e.Expr, total: e.Expr, added: Parts, over: Span, one: bool) -> Parts | None:
    """The rows in which the increase of a function with one border differs, of a total in whole minor
    units to which rows add so much more; over: by how much it differs at every moment in one key; one:
    whether all in one. None for another function."""
    bends = _border(bounds, of, total)
    is_one_way = any(unit.low <= over.low and over.high <= unit.high for unit in UNITS)
    if bends is None or not (is_one_way or _add_and_take(added)):
        return None
    if bends == "up":
        return {("once", of, row): span.with_zero for row, span in added.items()}
    found = {row: span.with_zero for row, span in added.items()}
    if one and is_one_way:
        return {**found, ("past", of): over.flipped.with_zero}
    return {**found, **{("past", of, row): span.flipped.with_zero for row, span in added.items()}}


def _add_and_take(added: Parts) -> bool:
    """Whether one row adds at most one unit, and another takes off at most one."""
    ways = sorted(span.with_zero.low for span in added.values())
    return len(added) == 2 and all(
        any(unit.low <= span.low and span.high <= unit.high for unit in UNITS)
        for span in added.values()
    ) and ways[0] < 0 <= ways[1]


def _border(bounds: Bounds, of: e.Expr, total: e.Expr) -> str | None:
    """Which way a function with one border bends, all of whose amounts are whole."""
    match of:
        case e.Max(left=e.Const(value=0), right=e.Subtract(left=inner, right=limit)):
            bends = "up"
        case e.Min(left=inner, right=limit) if _beside(inner, total) is not None:
            bends = "down"
        case e.Min(left=limit, right=inner):
            bends = "down"
        case _:
            return None
    beside = _beside(inner, total)
    whole = beside is not None and bounds.whole.of(beside) and bounds.whole.of(limit)
    return bends if whole and total not in walk(limit) else None


def _beside(expr: e.Expr, total: e.Expr) -> e.Expr | None:
    """What a total is added to, if that is what an expression is."""
    match expr:
        case _ if expr == total:
            return e.money(0)
        case e.Add(left=left, right=right) if right == total and total not in walk(left):
            return left
        case e.Add(left=left, right=right) if left == total and total not in walk(right):
            return right
        case _:
            return None
