"""Histories of many claims alike: what only shows when totals have grown, or keys have changed often.

From a claim that is paid: the same again, large, on the same day, day after day, month after month; with
each value of a list of values and each code in turn, so that caps kept by them fill one above the other;
after a few months in a row, one that comes as many months or days later as the kernel counts; and the
smallest claims one after the other, whose shares are rounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from hmbc.compiler.candidates import ELSEWHERE, Given, Slot
from hmbc.compiler.days import add_months
from hmbc.compiler.expressions import expressions
from hmbc.compiler.histories import History
from hmbc.compiler.search import Assignment, Search
from hmbc.dsl.expr import Compare, Const, Ref, money
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Bool, Code, Days, Enum, Int, Money

TIMES = 14
"""More than the months of a year."""

LARGEST_GAP = 800
"""Months or days that are counted: no more."""

LARGE = 4
"""Times the largest amount that the kernel names."""


def runs(search: Search, layer: str, at: Assignment) -> Iterator[History]:
    """Histories that begin with a claim that a layer (or "": several) pays."""
    large = _large(search, layer, at)
    date = ("claim", search.kernel.date)
    day = at.get(date)
    assert isinstance(day, int)
    days = [search.held(date, day + by) for by in range(TIMES)]

    def months(by: int) -> int:
        return search.held(date, add_months(day, by, "last_day"))

    def on(dates: list[int]) -> History:
        return search.history(large, [{**large, date: one} for one in sorted(dates)])

    turning = {slot: found for slot in at if len(found := _others(search, layer, slot, large)) > 1}
    for slot, values in turning.items():
        turns = [{**large, slot: value} for value in values]
        yield search.history(large, [*turns, *turns[:2]])
    yield on([months(by) for by in range(TIMES)])
    yield on(days)
    for base in _people(search, layer, large):
        for slot, values in turning.items():
            rows = [{**base, slot: value, date: one} for one in days for value in values[:3]]
            yield search.history(base, rows)
    for slot in at:
        if slot[0] == "claim" and isinstance(search.kind(slot), Money) and at[slot]:
            amounts = (search.held(slot, amount) for amount in (1, 1, 1, 3, 7, 1, 1, 3))
            small = [search.put(slot, amount, at) for amount in amounts]
            yield search.history(at, [at, *small])
            each_month = [{**one, date: months(by)} for by, one in enumerate(small)]
            yield search.history(at, [at, *each_month])
            years = [{**one, date: months(12 * by)} for by in range(3) for one in (at, *small[2:5])]
            yield search.history(at, years)
    for gap in _gaps(search):
        for months_before in (1, 3):
            before = [months(by) for by in range(months_before)]
            yield on([*before, months(gap)])
            yield on([*before, search.held(date, day + gap)])


def _paid(search: Search, layer: str, at: Assignment) -> bool:
    pays = [outcome.pay for outcome in search.kernel.outcomes if layer in ("", outcome.layer)]
    some = (Compare(">=", Ref(pay), money(1)) for pay in pays)
    return any(search.value(one, at) is True for one in some)


def _large(search: Search, layer: str, at: Assignment) -> Assignment:
    """The claim with its amounts as large as matters, as far as that leaves it paid."""
    named = [
        int(node.value)
        for expr in expressions(search.kernel)
        for node in walk(expr)
        if isinstance(node, Const) and isinstance(node.type, Money) and not isinstance(node.value, str)
    ]
    found: dict[Slot, Given] = dict(at)
    for slot, value in at.items():
        if slot[0] == "claim" and isinstance(search.kind(slot), Money) and value:
            larger = search.put_held(slot, LARGE * max(named, default=0), found)
            if _paid(search, layer, larger):
                found = larger
    return found


def _people(search: Search, layer: str, at: Assignment) -> Iterator[Assignment]:
    """The claim as it is, and of members with other listed values who are paid for it too."""
    yield at
    for slot, now in at.items():
        if slot[0] == "member" and isinstance(search.kind(slot), Enum | Bool):
            for value in search.candidates.values[slot]:
                if value != now and _paid(search, layer, other := {**at, slot: value}):
                    yield other


def _others(search: Search, layer: str, slot: Slot, at: Assignment) -> list[Given]:
    """What a listed value or a code of a claim may be so that it is paid, in turn; no other inputs."""
    if slot[0] != "claim":
        return []
    values = search.candidates.values[slot]
    match search.kind(slot):
        case Enum():
            found = [*values]
        case Code():
            listed = [code for codes in search.candidates.lists.values() for code in codes]
            found = [*dict.fromkeys([*listed, *(one for one in values if one != ELSEWHERE), "~3"])]
        case _:
            return []
    paid = (one for one in found if one is not None and _paid(search, layer, {**at, slot: one}))
    return [*islice(paid, TIMES - 2)]


def _gaps(search: Search) -> list[int]:
    """The whole numbers and numbers of days that a kernel names, and those next to them."""
    named = {
        int(node.value)
        for expr in expressions(search.kernel)
        for node in walk(expr)
        if isinstance(node, Const) and isinstance(node.type, Int | Days)
    }
    return sorted({one + by for one in named if 2 < one < LARGEST_GAP for by in (-1, 0, 1)})
