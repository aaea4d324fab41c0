"""Histories in whole blocks of a feed, one unit's rows after the other's, all in one benefit year.

So a feed makes records as rows come, and may take sixteen rows at once (feed_together.py, feed_at_once.py); what
is left over after the last whole block, and a block with a row that is refused, goes through other loops.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from attrs import evolve

from hmbc.compiler.days import benefit_year
from hmbc.compiler.expected import Expected, days_of, expected_of, groups_of
from hmbc.compiler.histories import MEMBER_ID
from hmbc.compiler.interpret import Prepared
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.lower_feed import COMPACT
from hmbc.dsl.expr import YearOf
from hmbc.dsl.reads import walk

BLOCK = 128
"""Rows that a feed takes at a time: HMB_BLOCK of feed.h."""

SIXTEEN = 16
"""Rows that a feed may take at once: HMB_LANES of lanes.h."""

UNLIKE = 24
"""Members, each of which has the last of sixteen rows."""

REACH = 65_000
"""Days that a feed takes in one batch: HMB_DAYS of feed.h."""


def whole_blocks(prepared: Prepared, known: Sequence[Expected]) -> Iterator[list[Expected]]:
    """Batches of histories that begin without totals: first rows alone (`each_another`), histories whose totals a
    record holds, and others, for which a block is taken by other loops, the shortest with no other in its block; each
    filled up with such rows. None of fewer histories than fill half a block."""
    years = {
        (node.month, node.day)
        for item in prepared.kernel.items
        for expr in item.exprs
        for node in walk(expr)
        if isinstance(node, YearOf)
    }
    own = [one for one in known if not one.history.start.totals and not _refunds(one)]
    for group in groups_of(own, lambda one: _kind(one, prepared.kernel, years)):
        if _kind(group[0], prepared.kernel, years) is None or 2 * _rows(group) < BLOCK:
            continue
        held, beyond = [one for one in group if _is_held(one)], [one for one in group if not _is_held(one)]
        firsts = expected_of(prepared, (evolve(one.history, rows=one.history.rows[:1]) for one in group))
        alone = each_another([one for one in firsts if _is_held(one)] or firsts)
        batch = list[Expected]()
        beyond.sort(key=lambda one: len(one.history.rows))
        for part in (alone, held, beyond[:1], beyond[1:]):
            batch += [*part, *islice(cycle(alone), -_rows(part) % BLOCK)]
        yield batch


def each_another(firsts: Sequence[Expected]) -> list[Expected]:
    """Single rows, sixteen by sixteen, so that each row is another unit's: the last of sixteen, which is the
    sixteenth unit, is of a member like no other, all else of the member that most rows are of."""
    by_member: dict[object, list[Expected]] = {}
    for one in firsts:
        by_member.setdefault(_member(one), []).append(one)
    most, *others = sorted(by_member.values(), key=len, reverse=True)
    usual, found = cycle(most), list[Expected]()
    for unlike, *_ in others[:UNLIKE]:
        found += [*islice(usual, SIXTEEN - 1), unlike]
    return found or most


def _member(one: Expected) -> object:
    return tuple((name, value) for name, value in one.history.rows[0].member.items() if name != MEMBER_ID)


def _is_held(one: Expected) -> bool:
    """Whether records hold all totals that a history comes to, as far as these are counted in minor units."""
    return all(row.total <= COMPACT * row.denominator for row in one.totals)


def _rows(histories: Sequence[Expected]) -> int:
    return sum(len(one.history.rows) for one in histories)


def _refunds(one: Expected) -> bool:
    return any(row.refunds is not None for row in one.history.rows)


def _kind(one: Expected, kernel: Kernel, years: set[tuple[int, int]]) -> object:
    """What becomes of rows, and in which benefit year they lie; None where in several."""
    when = {
        (day // REACH, *(benefit_year(day, *start) for start in years))
        for day in days_of(one.history, kernel.date)
    }
    return (frozenset(row.status for row in one.settled), *when) if len(when) == 1 else None
