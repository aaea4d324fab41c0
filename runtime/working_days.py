"""Working days of a calendar, from a library that keeps them; imported when a scheme counts them.

Of China (CN): the days that the State Council's yearly plan leaves as working days, the make-up
days on weekends among them, by `chinesecalendar` (`pip install hmbc[deadlines]`). It knows the years
for which there is a plan, and no other: one is never guessed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

EPOCH = datetime.date(1970, 1, 1)

IsWorking = Callable[[datetime.date], bool]


class NoLibrary(Exception):
    """The library that keeps a calendar is not installed."""

    def __init__(self, calendar: str) -> None:
        super().__init__(
            f"工作日历 {calendar} 需要：pip install 'hmbc[deadlines]' / "
            f"working days of {calendar} need: pip install 'hmbc[deadlines]'"
        )


class NotCovered(Exception):
    """The calendar has no data for a year."""

    def __init__(self, year: int) -> None:
        super().__init__(str(year))
        self.year = year


def _of_china() -> IsWorking:
    from chinese_calendar import is_workday

    def is_working(day: datetime.date) -> bool:
        try:
            return bool(is_workday(day))
        except NotImplementedError:
            raise NotCovered(day.year) from None

    return is_working


_CALENDARS: dict[str, Callable[[], IsWorking]] = {"CN": _of_china}
KNOWN = tuple(_CALENDARS)


def calendar_of(code: str) -> IsWorking:
    """Tells working days of a calendar. Raises: NoLibrary, KeyError; what it returns: NotCovered."""
    try:
        return _CALENDARS[code]()
    except ImportError:
        raise NoLibrary(code) from None


def nth_working_day(start: int, count: int, is_working: IsWorking) -> int:
    """The `count`th working day after `start`, both as days since 1970-01-01; the start itself does
    not count. Raises NotCovered where the way there leaves the calendar."""
    day = EPOCH + datetime.timedelta(start)
    while count:
        day += datetime.timedelta(1)
        count -= is_working(day)
    return (day - EPOCH).days
