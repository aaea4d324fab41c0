"""Source text for a terminal: nothing in it acts, and every character's width is known.

Chinese characters and full-width punctuation take two columns, so an underline counts columns, not
characters. Tabs become blanks; control characters and those that turn the direction of writing are
shown by their number.
"""

from __future__ import annotations

import unicodedata

TAB = 4
_HARMFUL = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def visible(text: str) -> str:
    """The text as it can be shown on one line."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(char) for char in text)


def width(text: str) -> int:
    """Columns that a visible text takes."""
    if text.isascii():
        return len(text)
    return sum(_width(char) for char in text)


def _shown(char: str) -> str:
    if char == "\t":
        return " " * TAB
    if unicodedata.category(char) in _HARMFUL:
        return f"<U+{ord(char):04X}>"
    return char


def _width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def pad(text: str, columns: int) -> str:
    """The text with blanks behind it, so that it takes that many columns."""
    return text + " " * max(0, columns - width(text))
