"""The pages behind `hmbc help CODE`: dsl/pages/HMBnnn.md, Chinese first, then English."""

from __future__ import annotations

import re
from difflib import get_close_matches
from importlib import resources

from hmbc.grammar.keywords import Language

_ENGLISH = re.compile(r"^## English$", re.MULTILINE)
_CHINESE = re.compile(r"^## 中文$", re.MULTILINE)


def read_page(code: str, language: Language | None = None) -> str | None:
    """The page of a code (`HMB101`; `hmb101` will do), or its part in one language; None if there
    is no such code."""
    code = code.strip().upper()
    if not re.fullmatch(r"HMB[0-9]{3}", code):
        return None
    try:
        text = (resources.files("hmbc.dsl") / "pages" / f"{code}.md").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    if language is None:
        return text
    head, body = _CHINESE.split(text, maxsplit=1)
    chinese, english = _ENGLISH.split(body, maxsplit=1)
    return head + (chinese if language == "zh" else english).strip() + "\n"


def codes_like(code: str) -> list[str]:
    """The codes nearest to one that is not known; a letter like a digit and missing letters are seen."""
    number = code.strip().upper().removeprefix("HMB").translate(str.maketrans("OIL", "011"))
    return get_close_matches(f"HMB{number}", page_codes(), n=3, cutoff=0.6)


def page_codes() -> tuple[str, ...]:
    """The codes that have a page, in order."""
    folder = resources.files("hmbc.dsl") / "pages"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[:-3] for name in names if name.endswith(".md")))
