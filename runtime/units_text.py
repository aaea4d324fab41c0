"""Words of evaluator.h as people write them, and Python values as texts that the readers take."""

from __future__ import annotations

import datetime
from decimal import Context, Decimal

from hmbc.runtime.ratio import RATIO_DENOMINATOR

_EPOCH = datetime.date(1970, 1, 1)
_EXACT = Context(prec=100)
"""A caller's own context may round."""


def word_text(word: int, kind: str, digits: int) -> str:
    """A word as text: 2000000 of money as `20000.00`, 750000 of ratio as `75%`."""
    match kind:
        case "money":
            return format(Decimal(word).scaleb(-digits, _EXACT), "f")
        case "ratio":
            percent = Decimal(word * 100) / RATIO_DENOMINATOR
            return format(percent.normalize(), "f") + "%"
        case "date" | "periods":
            return (_EPOCH + datetime.timedelta(days=word)).isoformat()
        case "bool":
            return "true" if word else "false"
        case _:
            return str(word)


def value_text(value: object, kind: str) -> str:
    """A Python value as text; None is the empty text.

    Raises: TypeError for a float, which is not exact, and for anything else that is not understood.
    """
    match value:
        case None:
            return ""
        case str():
            return str.__str__(value)  # a StrEnum is as good as its text
        case bool():
            if kind == "bool":
                return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case datetime.datetime():
            pass
        case datetime.date():
            return value.isoformat()
        case list() | tuple() if kind == "periods":
            return ";".join(_period_text(*pair) for pair in value)
        case float():
            raise TypeError(f"{value!r} is a float, which is not exact: give a Decimal, str or int")
    raise TypeError(f"{value!r} is no {kind}")


def _period_text(first: object, last: object) -> str:
    return f"{value_text(first, 'date')}..{value_text(last, 'date')}"
