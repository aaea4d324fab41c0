"""Until when each claim is to be paid, counted from its own dates; adjudication knows nothing of it.

The day after the start is day one: the start itself does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field

from hmbc.runtime.errors import BadTable
from hmbc.runtime.plan import DeadlinePlan, Plan
from hmbc.runtime.values import Values
from hmbc.runtime.working_days import (
    IsWorking,
    NoLibrary,
    NotCovered,
    calendar_of,
    nth_working_day,
)

Cell = Callable[[int], int | None]
"""The word of a claim attribute, by its place in the plan; None where it is absent."""

_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "==": int.__eq__,
    "!=": int.__ne__,
    "<": int.__lt__,
    "<=": int.__le__,
    ">": int.__gt__,
    ">=": int.__ge__,
}


@dataclass(slots=True)
class Deadlines:
    """The deadlines of a scheme; what was counted once is remembered."""

    plan: Plan
    _calendars: dict[str, IsWorking] = field(default_factory=dict)
    _counted: dict[tuple[str, int], int] = field(default_factory=dict)

    def of(self, due: DeadlinePlan, cell: Cell) -> int | None:
        """The last day for one claim, as days since 1970-01-01; None where there is none.

        Raises: NotCovered where the calendar does not know a year on the way; BadTable without the
        library that keeps it.
        """
        start = cell(due.start)
        if start is None or not holds(due.when, cell):
            return None
        if due.calendar is None:
            return start + due.days
        key = (due.name, start)
        if key not in self._counted:
            is_working = self._calendar(due.calendar)
            self._counted[key] = nth_working_day(start, due.days, is_working)
        return self._counted[key]

    def _calendar(self, code: str) -> IsWorking:
        """The calendar, from its library when it is first needed."""
        if code not in self._calendars:
            try:
                self._calendars[code] = calendar_of(code)
            except NoLibrary as missing:
                raise BadTable([str(missing)]) from None
        return self._calendars[code]


def column_of(due: DeadlinePlan) -> str:
    """The column of the payments that says it."""
    return f"{due.name}_due"


def count_rows(
    deadlines: Deadlines, attributes: Sequence[Values], refunds: Container[int]
) -> tuple[dict[str, list[int | None]], dict[int, tuple[str, int]]]:
    """By column, the last day of each row; by row, the attribute it starts from and the year that
    the calendar does not know. attributes: in the order of Plan.claim; a refund has no deadline."""
    columns: dict[str, list[int | None]] = {}
    uncounted: dict[int, tuple[str, int]] = {}
    for due in deadlines.plan.deadlines:
        column = columns[column_of(due)] = []
        for row in range(attributes[due.start].length):

            def cell(place: int, row: int = row) -> int | None:
                values = attributes[place]
                return values.word(row) if values.is_given(row) else None

            try:
                column.append(None if row in refunds else deadlines.of(due, cell))
            except NotCovered as missing:
                column.append(None)
                uncounted.setdefault(row, (deadlines.plan.claim[due.start].name, missing.year))
    return columns, uncounted


def holds(program: Sequence[str], cell: Cell) -> bool:
    """Whether a condition holds: DeadlinePlan.when, worked off on a stack. An absent value is 0: the
    scheme was checked to ask first whether it is there."""
    stack: list[int] = []
    for step in program:
        if step == "not":
            stack.append(not stack.pop())
        elif step[0] == "#":
            stack.append(int(step[1:]))
        elif step[0] == "@":
            stack.append(cell(int(step[1:])) or 0)
        elif step[0] == "?":
            stack.append(cell(int(step[1:])) is not None)
        else:
            right, left = stack.pop(), stack.pop()
            match step:
                case "and":
                    stack.append(bool(left and right))
                case "or":
                    stack.append(bool(left or right))
                case _:
                    stack.append(_COMPARE[step](left, right))
    return bool(stack.pop())
