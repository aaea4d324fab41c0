"""What the interpreter makes of histories: what an evaluator is held to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attrs import frozen

from hmbc.compiler.histories import History, replay
from hmbc.compiler.interpret import Prepared, StateRow
from hmbc.compiler.meaning import Missing
from hmbc.compiler.refunds import Settled


@frozen
class Expected:
    """What the interpreter makes of a history."""

    history: History
    settled: tuple[Settled, ...]
    totals: tuple[StateRow, ...]


def expected_of(prepared: Prepared, histories: Iterable[History]) -> list[Expected]:
    """What the interpreter makes of each history; without those that read a value which their
    attributes lack, as no row of a table does."""
    found = []
    for history in histories:
        try:
            settled, state = replay(prepared, history)
        except Missing:
            continue
        found.append(Expected(history, tuple(settled), tuple(state.rows(prepared.kernel))))
    return found


def groups_of(
    known: Iterable[Expected], kind: Callable[[Expected], object] = lambda one: None
) -> Iterable[list[Expected]]:
    """Histories that share their parameters, together: those that can be one batch. kind: what they share
    besides."""
    groups: dict[object, list[Expected]] = {}
    for one in known:
        given = (*one.history.parameters.values(), *one.history.lists.values())
        groups.setdefault((given, kind(one)), []).append(one)
    return groups.values()


def days_of(history: History, date: str) -> list[int]:
    """The deciding dates of a history's rows."""
    days = [row.claim[date] for row in history.rows]
    return [day for day in days if isinstance(day, int)]
