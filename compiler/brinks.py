"""Histories at the most that totals may come to: what a record of a feed holds of one, and its ceiling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from attrs import evolve

from hmbc.compiler.denominators import denominators_of
from hmbc.compiler.histories import History
from hmbc.compiler.kernel import Accumulator
from hmbc.compiler.lower_feed import most_held
from hmbc.compiler.search import EMPTY, Assignment, Search
from hmbc.dsl.expr import Subtract, Total, money
from hmbc.dsl.types import Money

TRIES = 6
"""Inputs by which a total is brought to its most."""

MOST = 10**19
"""Larger than any cell may be."""

STEPS = 10
"""Claims of one minor unit each up to what a record holds: most shares of these many sums are rounded in every way."""

Paid = Sequence[tuple[str, Assignment]]


def at_ceilings(search: Search, paid: Paid) -> Iterator[History]:
    """A total just below its ceiling, by one claim larger than any cell may be, and what comes then."""
    for item, at in _totals(search, paid):
        for slot, turn in _turns(search, item, search.prepared.ceilings[item.name], at, MOST):
            start = search.state_after(search.put(slot, turn - 2, at))
            if start != EMPTY:
                one = search.put_held(slot, 1, at)
                made = search.history(at, [one, one, one, one, at])
                yield evolve(made, start=start)
                break


def at_cells(search: Search, paid: Paid) -> Iterator[History]:
    """Sums that come to what a record holds of a total, step by step; and a first claim of all that can be claimed,
    which passes that."""
    denominators = denominators_of(search.kernel).accumulators
    seen, passed = set(), set()
    for item, at in _totals(search, paid):
        parts = denominators[item.name]
        for slot, turn in _turns(search, item, most_held(parts) // parts, at):
            if (slot, turn) not in seen:
                seen.add((slot, turn))
                one = search.put_held(slot, 1, at)
                below = search.put_held(slot, turn - STEPS, at)
                yield search.history(below, [below, *[one] * STEPS])
                if slot not in passed:
                    passed.add(slot)
                    above = search.put_held(slot, MOST, at)
                    yield search.history(above, [above])
            break


def _totals(search: Search, paid: Paid) -> Iterator[tuple[Accumulator, Assignment]]:
    """Each total with a claim of its layer that is paid."""
    for layer, at in paid:
        for item in search.kernel.items:
            if isinstance(item, Accumulator) and item.layer in (None, layer):
                yield item, at


def _turns(
    search: Search, item: Accumulator, most: int | Fraction, at: Assignment, high: int | None = None
) -> Iterator[tuple[tuple[str, str], int]]:
    """Amounts of a claim, each with the number at which the total comes to its most. high: instead of the domain's end."""
    probe = Subtract(Total(item.name), money(most))
    slots = [slot for slot in search.readers.inputs_of(item.adds) if isinstance(search.kind(slot), Money)]
    for slot in slots[:TRIES]:
        turns = search.turns(probe, slot, at, high=high)
        if turns and slot[0] == "claim":
            yield slot, turns[0]
