"""Second runs that are read off units which somebody has written down: worked examples.

A refutation is shown as the claims of its one run, or of both, to paste into the scheme as examples.
From these the refutation is had back: each amount of each claim raised by one minor unit, or to what
it is in another unit that is the same but for it; two rows put together that may be one claim in
two; two of one date exchanged; a claim left out; another member.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hmbc.compiler.judge import Change
from hmbc.compiler.kernel import Kernel, NeverLess
from hmbc.compiler.tried_units import Unit, Values
from hmbc.dsl.types import Money

MOST_WITH_ZEROS = 5
"""Claims of a unit of which also the amounts that are 0 are raised."""


def changes_read_off(
    kernel: Kernel, unit: Unit, others: Sequence[Unit], subjects: Sequence[str]
) -> Iterator[tuple[Unit, Change]]:
    """First runs, the unit itself or made of it, and how the second differs. others: what was written
    down besides; subjects: the amounts that may be raised."""
    yield from _raised(kernel, unit, others, subjects)
    money = tuple(
        given.name
        for given in kernel.inputs
        if given.owner == "claim" and isinstance(given.type, Money)
    )
    claims, members = unit.claims, unit.members
    for row, (one, two) in enumerate(zip(claims, claims[1:], strict=False)):
        if one[kernel.date] != two[kernel.date]:
            continue
        if one != two or members[row] != members[row + 1]:
            yield unit, Change("swap", row)
        if members[row] == members[row + 1] and _apart(one, two) <= set(money):
            whole = {**one, **{name: one.get(name, 0) + two.get(name, 0) for name in money if name in one or name in two}}
            joined = Unit(
                (*claims[:row], whole, *claims[row + 2 :]), (*members[:row], *members[row + 1 :])
            )
            parts = {name: one.get(name, 0) for name in money if whole.get(name)}
            yield joined, Change("split", row, parts=parts)
    for row, claim in enumerate(claims):
        held = {name: claim[name] for name in money if claim.get(name, 0) > 0}
        if held:
            yield unit, Change("split", row, parts={name: whole // 2 for name, whole in held.items()})
            yield unit, Change("split", row, parts=dict.fromkeys(held, 1))
        for name in held if len(held) > 1 else ():  # what is taken off apart from what it is taken from
            parts = {other: whole if other == name else 0 for other, whole in held.items()}
            yield unit, Change("split", row, parts=parts)
        if len(claims) > 1:
            yield unit, Change("drop", row)
    for stated in kernel.stated:
        if isinstance(stated, NeverLess):
            yield unit, Change("member", subject=stated.name, value=stated.more)


def _raised(
    kernel: Kernel, unit: Unit, others: Sequence[Unit], subjects: Sequence[str]
) -> Iterator[tuple[Unit, Change]]:
    highs = {given.name: given.high for given in kernel.inputs if given.owner == "claim"}
    for row, claim in enumerate(unit.claims):
        for name in subjects:
            high = highs.get(name)
            if name not in claim or not (claim[name] or len(unit.claims) <= MOST_WITH_ZEROS):
                continue
            if high is None or claim[name] < high:
                yield unit, Change("raise", row, name, 1)
    for other in others:
        difference = _one_amount(unit, other)
        if difference is None:
            continue
        row, name = difference
        if name not in subjects:  # it need not even be a number
            continue
        by = unit.claims[row][name] - other.claims[row][name]
        if abs(by) > 1:
            yield (other if by > 0 else unit), Change("raise", row, name, abs(by))


def _one_amount(one: Unit, two: Unit) -> tuple[int, str] | None:
    """The row and name of the only value in which two units differ; None if it is not the only one."""
    if len(one.claims) != len(two.claims) or one.members != two.members:
        return None
    rows = zip(one.claims, two.claims, strict=True)
    apart = [(row, name) for row, (a, b) in enumerate(rows) for name in _apart(a, b)]
    (found,) = apart if len(apart) == 1 else (None,)
    if found is None or found[1] not in one.claims[found[0]] or found[1] not in two.claims[found[0]]:
        return None
    return found


def _apart(one: Values, two: Values) -> set[str]:
    """The names whose values differ."""
    return {name for name in {**one, **two} if one.get(name) != two.get(name)}
