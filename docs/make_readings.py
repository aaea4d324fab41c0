# ruff: noqa: INP001
"""Writes docs/readings.md: how each scheme reads its document where the document leaves room.

Run it as `python docs/make_readings.py`, with hmbc installed or `src` on the path.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hmbc.dsl.check import check_source
from hmbc.dsl.diagnostic import in_order
from hmbc.dsl.scheme import ReadingNote
from hmbc.dsl.source import Source
from hmbc.grammar.keywords import Language

DOCS = Path(__file__).resolve().parent
SCHEMES = DOCS.parent / "schemes"
HEAD = """\
# Readings

Where a document is silent or can be read in two ways, the scheme says beside the rule how it was
read. Here are all of them, by scheme and rule, in the words and the language of the scheme file.
Whoever reads a document differently finds here what to change.

Written by `docs/make_readings.py` from `schemes/*.hmb`; do not edit it by hand.
"""


def readings_text() -> str:
    """The whole page."""
    return HEAD + "".join(_section(path) for path in sorted(SCHEMES.glob("*.hmb")))


def _section(path: Path) -> str:
    source = Source(path.name, path.read_text(encoding="utf-8"))
    checked = check_source(source, SCHEMES)
    if (guideline := checked.guideline) is not None:
        notes = [ReadingNote(text, cites) for text, cites in guideline.readings]
        return _page(path, guideline.title or guideline.name, guideline.language, notes)
    if checked.scheme is None:
        found = [f"{x.code} {x.message('en')}" for x in in_order(checked.diagnostics)]
        raise SystemExit(f"{path.name}: {found}")
    scheme = checked.scheme
    return _page(path, scheme.title or scheme.name, scheme.language, scheme.readings)


def _page(path: Path, title: str, language: Language, notes: Sequence[ReadingNote]) -> str:
    lines = [f"\n## {title}\n", f"`schemes/{path.name}`\n"]
    lines += [_line(note, language) for note in sorted(notes, key=_place)]
    return "\n".join([*lines[:2], "\n".join(lines[2:])]) + "\n"


def _line(note: ReadingNote, language: Language) -> str:
    chinese = language == "zh"
    rules = ("、" if chinese else ", ").join(note.cites)
    where = f"（层 {note.layer}）" if chinese else f" (layer `{note.layer}`)"
    return f"- **{rules}**{where if note.layer else ''} {note.text}"


def _place(note: ReadingNote) -> tuple[str, int, str]:
    """By the first rule that it is about; then in the order of the file (sorting is stable)."""
    first = note.cites[0] if note.cites else ""
    document, _, rest = first.partition("-")
    number = rest.partition(".")
    return document, _number(number[0]) * 1000 + _number(number[2]), number[0]


def _number(text: str) -> int:
    digits = "".join(char for char in text if char.isdigit())
    return int(digits or 0)


if __name__ == "__main__":
    (DOCS / "readings.md").write_text(readings_text(), encoding="utf-8")
