"""Days as people write them (`5 November 2023`, `Nov 5th, 2023`, `01.03.2024`), and how they are written here."""

from __future__ import annotations

import re
from datetime import date

from hmbc.dsl.diagnostic import Bilingual

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = r"(?P<name>[A-Za-z]{3,9})\.?"
_YEAR = r"(?P<year>\d{4})\b"
_NTH = r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?)"
_FORMS = [
    re.compile(rf"(?:the[ \t]+)?{_NTH}[ \t-]*(?:of[ \t]+)?{_NAME},?[ \t-]*{_YEAR}"),
    re.compile(rf"{_NAME}[ \t]+(?:the[ \t]+)?{_NTH},?[ \t]+{_YEAR}"),
    re.compile(rf"(?P<day>\d{{1,2}})(?P<sign>[./-])(?P<month>\d{{1,2}})(?P=sign){_YEAR}"),
]


_MONTH_BEFORE = re.compile(r"[A-Za-z]{3,9}\.?[ \t]+(?:the[ \t]+)?\Z")


def day_meant_at(text: str, position: int) -> Bilingual | None:
    """The same of the number at a position: of a day that begins with it, or with the month before it."""
    month = _MONTH_BEFORE.search(text, max(0, position - 20), position)
    return day_meant(text[position:]) or (day_meant(text[month.start() :]) if month else None)


def day_meant(text: str) -> Bilingual | None:
    """How the day with which a text begins is written here, None where there is none or it is none of the
    calendar's. Of two numbers the day comes first, but with strokes, as it may be either, both are told."""
    found = next((one for form in _FORMS if (one := form.match(text))), None)
    if found is None:
        return None
    said = found.groupdict()
    year, day = int(said["year"]), int(said["day"])
    if name := said.get("name"):
        if name[:3].lower() not in MONTHS:
            return None
        days = [_day(year, MONTHS.index(name[:3].lower()) + 1, day)]
    else:
        month = int(said["month"])
        days = [_day(year, month, day)]
        if said["sign"] == "/" or days == [None]:
            days.append(_day(year, day, month))
    written = list(dict.fromkeys(one for one in days if one is not None))
    if not written:
        return None
    zh, en = " 或 ".join(written), " or ".join(written)
    return Bilingual(f"年月日写作 {zh}", f"the year comes first: write {en}")


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
