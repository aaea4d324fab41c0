"""The smallest history that still shows something: fewest claims, then the plainest values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from attrs import evolve

from hmbc.compiler.candidates import USUAL, Given
from hmbc.compiler.histories import MEMBER_ID, History
from hmbc.compiler.interpret import State
from hmbc.compiler.kernel import Input, Kernel
from hmbc.compiler.refunds import Row
from hmbc.dsl.types import Bool, Code, Date, Enum, Periods, Ratio
from hmbc.runtime.ratio import RATIO_DENOMINATOR

TRIES = 600
"""Smaller histories that are looked at, at most."""


def minimise(history: History, kernel: Kernel, shows: Callable[[History], bool]) -> History:
    """A history that `shows` holds for, smaller than this one if there is one nearby. kernel: says
    what the attributes are."""
    tries = 0
    while True:
        for smaller in (*_shorter(history), *_plainer(history, kernel)):
            tries += 1
            if tries > TRIES:
                return history
            if shows(smaller):
                history = smaller
                break
        else:
            return history


def _shorter(history: History) -> Iterator[History]:
    """Without what came before it, without some of its rows."""
    if history.start != State():
        yield evolve(history, start=State())
    rows = history.rows
    half = len(rows) // 2
    if half > 1:
        yield evolve(history, rows=_closed(rows[:half]))
        yield evolve(history, rows=_closed(rows[half:]))
    if len(rows) > 1:
        for place in range(len(rows)):
            yield evolve(history, rows=_closed(rows[:place] + rows[place + 1 :]))


def _closed(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Without refunds of what is no longer there."""
    ids = {row.id for row in rows}
    return tuple(row for row in rows if row.refunds is None or row.refunds in ids)


def _plainer(history: History, kernel: Kernel) -> Iterator[History]:
    """One value made plainer: of a claim, of a member in all its rows, of a parameter."""
    rows = history.rows
    for given in kernel.inputs:
        if given.name == kernel.date or (given.owner, given.name) == ("member", MEMBER_ID):
            continue
        if given.owner == "member":
            for value in dict.fromkeys(_hashable(row.member.get(given.name)) for row in rows):
                for plain in _plain(given, value):
                    yield evolve(history, rows=tuple(_member(row, given, value, plain) for row in rows))
            continue
        for place, row in enumerate(rows):
            if row.refunds is None:
                for plain in _plain(given, row.claim.get(given.name)):
                    changed = evolve(row, claim={**row.claim, given.name: plain})
                    yield evolve(history, rows=(*rows[:place], changed, *rows[place + 1 :]))
    yield from _nearer(history, kernel)
    for parameter in kernel.parameters:
        about = Input(
            owner="claim", name="", type=parameter.type, low=parameter.low, high=parameter.high
        )
        for plain in _plain(about, history.parameters.get(parameter.name)):
            assert isinstance(plain, int | Fraction)
            yield evolve(history, parameters={**history.parameters, parameter.name: plain})


def _nearer(history: History, kernel: Kernel) -> Iterator[History]:
    """A claim on the day of the one before."""
    for place, (before, row) in enumerate(zip(history.rows, history.rows[1:], strict=False), 1):
        day = before.claim.get(kernel.date)
        if row.claim.get(kernel.date) != day:
            changed = evolve(row, claim={**row.claim, kernel.date: day})
            yield evolve(
                history, rows=(*history.rows[:place], changed, *history.rows[place + 1 :])
            )


def _member(row: Row, given: Input, value: Given, plain: Given) -> Row:
    if _hashable(row.member.get(given.name)) != value:
        return row
    return evolve(row, member={**row.member, given.name: plain})


def _hashable(value: object) -> Given:
    """Periods may be a list."""
    return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value]


def _plain(given: Input, value: Given) -> Iterator[Given]:
    """Plainer values than this one, the plainest first; none for the plainest."""
    for plain in _plainest_first(given, value):
        if plain == value and isinstance(plain, bool) == isinstance(value, bool):
            return
        yield plain


def _plainest_first(given: Input, value: Given) -> Iterator[Given]:
    if given.optional:
        yield None
    match given.type:
        case Enum(values=values):
            yield values[0]
        case Bool():
            yield False
        case Code():
            yield "1"
        case Periods():
            yield ()
        case Date():
            if given.low is not None and given.high is not None and given.low <= USUAL <= given.high:
                yield USUAL
        case kind if isinstance(value, int | Fraction):
            unit = RATIO_DENOMINATOR if isinstance(kind, Ratio) else 1
            number = int(value * unit)
            low, high = given.low or 0, number if given.high is None else given.high
            yield Fraction(max(low, min(0, high)), unit) if unit > 1 else max(low, min(0, high))
            for power in range(2, len(str(abs(number))) - 1):
                if low <= 10**power <= min(high, abs(number)):
                    yield Fraction(10**power, unit) if unit > 1 else 10**power
            for digits in range(len(str(abs(number))), -1, -1):
                rounded = number // 10**digits * 10**digits
                for near in (rounded, rounded + 10**digits):
                    if low <= near <= high and abs(near) <= 2 * abs(number):
                        yield Fraction(near, unit) if unit > 1 else near
        case _:
            pass
