"""Diagnostics for a reader: the sentence, the lines it is about with marks under the words, advice.

    错误[HMB101]: 费用没有名为 `政策内自负` 的属性
       ┌─ 某市.hmb:14:17
       │
    14 │         基数    费用.政策内自负
       │                      ^^^^^^^^^^
       │
       = 建议: 是不是 `政策内自付`？  hmbc help HMB101
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import click
from attrs import evolve, frozen

from hmbc.dsl.codes import Severity
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.display import visible, width
from hmbc.dsl.lexer import ADVICE
from hmbc.dsl.shown_examples import COUNTEREXAMPLE, ShownExamples
from hmbc.dsl.source import Source, Span
from hmbc.grammar.keywords import Language

Files = Iterable[tuple[Source, Sequence[Diagnostic]]]

SEVERITIES: dict[Severity, Bilingual] = {
    "error": Bilingual("错误", "error"),
    "warning": Bilingual("警告", "warning"),
    "note": Bilingual("说明", "note"),
}
_PLURAL = {"error": "errors", "warning": "warnings", "note": "notes"}
_NOTHING = Bilingual("没有发现问题", "nothing to report")
_SEE = Bilingual("详见", "see")
_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
_FRAME = "blue"
_LONGEST = 160
"""Columns of a source line that are shown; of a longer one, the part around its first mark."""


@frozen
class _Mark:
    """Something to underline on one line, in columns of the line as shown."""

    start: int
    end: int
    sign: str
    note: str
    colour: str

    @property
    def reach(self) -> int:
        """The first column to its right that is free again."""
        return self.end + 1 + (width(self.note) + 2 if self.note else 0)


def render_human(files: Files, language: Language, colour: bool = False) -> str:
    """All diagnostics of all files, long examples in full, and a line that counts the diagnostics; ends
    with a line feed."""
    blocks, counts, examples = [], Counter[Severity](), ShownExamples(language)
    for source, diagnostics in files:
        for diagnostic in diagnostics:
            blocks.append(_rendered(diagnostic, source, examples, colour))
            counts[diagnostic.rule.severity] += 1
    if in_full := "\n".join(examples.at_the_end()):
        blocks.append(in_full + "\n")
    return "\n".join([*blocks, summary(counts, language) + "\n"])


def summary(counts: Counter[Severity], language: Language) -> str:
    """`2 个错误，1 个警告`."""
    if language == "zh":
        parts = [f"{counts[one]} 个{word.zh}" for one, word in SEVERITIES.items() if counts[one]]
        return "，".join(parts) or _NOTHING.zh
    parts = [
        f"{counts[one]} {word.en if counts[one] == 1 else _PLURAL[one]}"
        for one, word in SEVERITIES.items()
        if counts[one]
    ]
    return ", ".join(parts) or _NOTHING.en


def _rendered(
    diagnostic: Diagnostic, source: Source, examples: ShownExamples, colour: bool
) -> str:
    """One diagnostic; ends with a line feed."""
    source, diagnostic = _at_home(diagnostic, source)
    language, paint = examples.language, _painter(colour)
    severity = diagnostic.rule.severity
    head = f"{SEVERITIES[severity].get(language)}[{diagnostic.code}]"
    lines = [
        paint(head, _COLOURS[severity], True)
        + paint(f": {visible(diagnostic.message(language))}", None, True)
    ]
    short = severity == "note"  # nothing is wrong: the place is enough
    numbers = {} if short else _marked_lines(diagnostic, source, language)
    gutter = max(2, len(str(max(numbers, default=1))))
    bar = " " * (gutter + 1) + paint("│", _FRAME)
    lines.append(" " * (gutter + 1) + paint("┌─ ", _FRAME) + _place(diagnostic, source))
    if numbers:
        lines.append(bar)
    before = None
    for number in sorted(numbers):
        if before is not None and number > before + 1:
            lines.append(" " * (gutter + 1) + paint("┆", _FRAME))
        before = number
        shown, rows = _line(source.line(number), numbers[number])
        lines.append(f"{paint(f'{number:>{gutter}} │', _FRAME)} {shown}".rstrip())
        lines += [f"{bar} {_row(row, paint)}" for row in rows]
    lines += [] if short else [bar]
    equals = " " * (gutter + 1) + paint("=", _FRAME)
    said = [
        f"{equals} {paint(heading, None, True)}: {visible(text)}"
        for heading, text in _hints(diagnostic, language)
    ]
    if diagnostic.example is not None:  # what there is to do comes last
        heading, *claims = examples.here(diagnostic.example)
        block = [f"{equals} {heading}", *(" " * (gutter + 5) + line for line in claims)]
        said[len(diagnostic.extra) : len(diagnostic.extra)] = block
    lines += said
    return "\n".join(lines) + "\n"


def _at_home(diagnostic: Diagnostic, source: Source) -> tuple[Source, Diagnostic]:
    """The file that it is about, and its places there; places in other files become lines."""
    home, span = source.locate(diagnostic.span)
    related, lines = [], []
    for one in diagnostic.related:
        other, place = source.locate(one.span)
        if other == home:
            related.append(evolve(one, span=place))
        else:
            line, column = other.position(place.start)
            where = visible(f"{other.name}:{line}:{column}")
            lines.append((one.note, Bilingual(where, where)))
    extra = (*diagnostic.extra, *lines)
    return home, evolve(diagnostic, span=span, related=tuple(related), extra=extra)


def hints(diagnostic: Diagnostic, language: Language) -> list[tuple[str, str]]:
    """What programs are given beside the sentence, as (heading, text): what was expected, claims that show
    it (several lines), advice."""
    found = [(heading.get(language), text.get(language)) for heading, text in diagnostic.extra]
    if diagnostic.example is not None:
        found.append((COUNTEREXAMPLE.get(language), diagnostic.example))
    advice = diagnostic.advice(language)
    return found if advice is None else [*found, (ADVICE.get(language), advice)]


def _hints(diagnostic: Diagnostic, language: Language) -> list[tuple[str, str]]:
    """For a person, to whom the example is shown apart."""
    found = hints(evolve(diagnostic, example=None), language)
    page = f"hmbc help {diagnostic.code}"
    if found and found[-1][0] == ADVICE.get(language):
        heading, text = found[-1]
        return [*found[:-1], (heading, f"{text}  {page}")]
    if diagnostic.rule.severity == "note":
        return found
    return [*found, (_SEE.get(language), page)]


def _place(diagnostic: Diagnostic, source: Source) -> str:
    if not source.text:
        return visible(source.name)
    line, column = source.position(diagnostic.span.start)
    return f"{visible(source.name)}:{line}:{column}"


def _marked_lines(
    diagnostic: Diagnostic, source: Source, language: Language
) -> dict[int, list[tuple[Span, str, str, str]]]:
    """By line number: (span within the line, sign, note, colour), the primary one first."""
    if not source.text:
        return {}
    colour = _COLOURS[diagnostic.rule.severity]
    marks = [(diagnostic.span, "^", "", colour)]
    for one in diagnostic.related:
        marks.append((one.span, "─", visible(one.note.get(language)), _FRAME))
    lines: dict[int, list[tuple[Span, str, str, str]]] = {}
    for span, *rest in dict.fromkeys(marks):
        number, column = source.position(span.start)
        length = len(source.line(number).rstrip())
        end = min(column - 1 + max(1, span.end - span.start), max(length, column))
        within = Span(column - 1, end)
        sign, note, painted = rest
        lines.setdefault(number, []).append((within, sign, note, painted))
    return lines


def _line(
    text: str, marks: list[tuple[Span, str, str, str]]
) -> tuple[str, list[list[_Mark]]]:
    """A line as shown, and the rows of marks below it."""
    left = ""
    if width(visible(text)) > _LONGEST:
        first = min(span.start for span, *_ in marks)
        skip = max(0, first - _LONGEST // 4)
        text = text[skip:]
        marks = [(Span(s.start - skip, s.end - skip), *rest) for s, *rest in marks]  # type: ignore[misc]
        left = "…" if skip else ""
        while len(text) > _LONGEST // 2 and width(visible(text)) > _LONGEST:
            text = text[: max(_LONGEST // 2, len(text) * 3 // 4)]
        text += "…"
    placed = []
    for span, sign, note, colour in marks:
        span = Span(min(span.start, len(text)), min(span.end, len(text)))
        start = width(left) + width(visible(text[: span.start]))
        end = start + max(1, width(visible(text[span.start : span.end])))
        placed.append(_Mark(start, end, sign, note, colour))
    return left + visible(text), _rows(placed)


def _rows(marks: list[_Mark]) -> list[list[_Mark]]:
    """Marks on as few rows as hold them side by side, the primary ones on the first; of notes, the
    one furthest right comes highest."""
    rows: list[list[_Mark]] = [[mark for mark in marks if mark.sign == "^"]]
    for mark in sorted((m for m in marks if m.sign != "^"), key=lambda m: -m.start):
        for row in rows:
            if all(mark.start >= other.reach or mark.reach <= other.start for other in row):
                row.append(mark)
                break
        else:
            rows.append([mark])
    return [sorted(row, key=lambda m: m.start) for row in rows if row]


def _row(row: list[_Mark], paint: Callable[..., str]) -> str:
    text, column = "", 0
    for mark in row:
        text += " " * (mark.start - column)
        text += paint(mark.sign * (mark.end - mark.start), mark.colour, mark.sign == "^")
        column = mark.end
        if mark.note:
            text += " " + paint(mark.note, mark.colour)
            column += 1 + width(mark.note)
    return text


def _painter(colour: bool) -> Callable[..., str]:
    def paint(text: str, fg: str | None, bold: bool = False) -> str:
        return click.style(text, fg=fg, bold=bold or None) if colour else text

    return paint
