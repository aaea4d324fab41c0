"""The one style of .hmb files: source in, the same scheme well laid out, in either language.

Works on tokens and comments, so nothing an author wrote is lost: format_words.py spells a token,
this file breaks the text into lines, format_lines.py sets them in columns. Keywords are translated
token for token; names stay. The result always parses to the same tree, and formatting it again
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import define, evolve, frozen

from hmbc.dsl import nodes as n
from hmbc.dsl.diagnostic import Diagnostic
from hmbc.dsl.format_lines import Line, set_in_columns
from hmbc.dsl.format_words import written
from hmbc.dsl.inside import inside
from hmbc.dsl.lexer import Comment, Lexeme, first_word
from hmbc.dsl.parse import Parsed, choices_along, parse
from hmbc.dsl.source import Source
from hmbc.dsl.truths import in_own_words
from hmbc.grammar.keywords import Language, language_of

_ALIGNED = {
    "SOURCE", "CURRENCY", "BENEFIT_YEAR", "ENROLMENT", "DECIDES", "EVENT", "UNIT", "MONTH_END",
    "WORKING_CALENDAR", "VALID", "CONFORMS",
    "ROUNDING", "READING", "WHEN", "UNLESS", "BASE", "THRESHOLD", "NO_THRESHOLD", "RATIO",
    "TOPS_UP", "PAYS", "PAYS_INCREASE", "CAP", "COST_CAP", "NO_CAP",
}  # fmt: skip
_GLUED = ("LBRACE", "COMMA", "COLON", "DOT")
_CALLS = (
    "SMALLER", "LARGER", "SHARE", "AGE", "INCREASE", "MONTH_OF", "YEAR_OF", "ROUNDED",
    "FIRST_DAY_OF", "LAST_DAY_OF", "NAME", "DATE_WORD",
)  # fmt: skip


class FormatterBug(Exception):
    """The laid out text does not say the same as the source: ours to mend, never the author's."""


@frozen
class Formatted:
    """The text, or why there is none; the language is the source's own."""

    text: str | None
    language: Language
    diagnostics: tuple[Diagnostic, ...] = ()


def format_source(source: Source, to: Language | None = None) -> Formatted:
    """Lay a file out, in its own language or in `to`. A file with syntax errors is left alone.

    Raises FormatterBug if the result did not parse to the same tree.
    """
    parsed = parse(source)
    if parsed.tree is None:
        return Formatted(None, language_of(first_word(source.text)) or "zh", parsed.diagnostics)
    own = parsed.tree.language
    if to not in (None, own) and parsed.scheme is not None:
        source = in_own_words(source, parsed.scheme)
        parsed = parse(source)
    text = set_in_columns(_lines(source, parsed, to or own))
    again = parse(Source(source.name, text))
    if again.tree != parsed.tree:
        raise FormatterBug(f"formatting {source.name} would change what it says")
    if [comment.text for comment in again.comments] != [c.text for c in parsed.comments]:
        raise FormatterBug(f"formatting {source.name} would lose a comment")
    return Formatted(text, own)


@define
class _Block:
    """A pair of braces (number 0: the file). Broken: its contents stand on lines of their own."""

    number: int
    is_broken: bool
    level: int
    run: int | None = None


@frozen
class _Place:
    """A token and where it stands: `item` is what begins with it; a closing brace stands in the
    block around it."""

    lexeme: Lexeme
    text: str
    block: _Block
    level: int
    item: Any
    opens_line: bool
    continues: bool
    parens: int


def _lines(source: Source, parsed: Parsed, language: Language) -> list[Line]:
    places = _places(source, parsed, language)
    signs = _signs(parsed)
    lines: list[Line] = []
    runs = 0
    must_break, carried = True, False
    in_cites = False
    before: _Place | None = None
    for thing, newlines, place in _events(source, parsed, places):
        if isinstance(thing, Comment):
            if newlines == 0 and lines:
                lines[-1].comment = thing.text
            else:
                line = _line(place, newlines, before, lines)
                line.comment = thing.text
                if place is not None and place.lexeme.terminal == "RBRACE":
                    line.level += place.opens_line
                    line.continues = not place.opens_line
                lines.append(line)
                if line.blank_before and place is not None:
                    place.block.run = None
            must_break = True
            continue
        assert place is not None
        terminal = thing.terminal
        in_cites = terminal == "CITE" or (in_cites and terminal in ("RULE", "STRING", "COMMA"))
        wants = newlines > 0 or carried
        if must_break or place.opens_line:
            breaks, carried = True, False
        elif terminal in _GLUED or terminal == "RBRACE" or (before and _is(before, "DOT")):
            breaks, carried = False, wants and terminal in ("COMMA", "COLON")
        else:
            breaks, carried = wants and not place.item, False
        must_break = False
        if breaks:
            line = _line(place, newlines, before, lines)
            if place.item is not None and place.opens_line:
                if line.blank_before or terminal not in _ALIGNED:
                    place.block.run = None
                if terminal in _ALIGNED:
                    if place.block.run is None:
                        runs += 1
                        place.block.run = runs
                    line.run = place.block.run
            lines.append(line)
        line = lines[-1]
        text = "、" if in_cites and terminal == "COMMA" and language == "zh" else place.text
        gap = "" if not line.pieces else _gap(before, place, language, signs)
        if line.pieces and line.tail is None:
            if terminal == "CITE":
                line.tail = len(line.pieces)
            elif terminal in ("PAY", "BECAUSE") and before and _is(before, "RBRACE"):
                line.tail, gap = len(line.pieces), "  "
        line.pieces.append(gap + text)
        before = place
    return lines


def _line(place: _Place | None, newlines: int, before: _Place | None, lines: list[Line]) -> Line:
    """An empty line for what stands at `place` (None: behind everything)."""
    if place is None:
        return Line(0, 0, blank_before=newlines > 1 and bool(lines))
    after_brace = before is not None and _is(before, "LBRACE") and bool(lines[-1].pieces)
    keeps = not after_brace and not place.continues and not _is(place, "RBRACE")
    run = place.block.run if place.continues else None
    return Line(
        place.level,
        place.block.number,
        blank_before=newlines > 1 and keeps and bool(lines),
        continues=place.continues,
        run=run,
        parens=place.parens,
    )


def _events(
    source: Source, parsed: Parsed, places: Sequence[_Place]
) -> Iterator[tuple[Lexeme | Comment, int, _Place | None]]:
    """Tokens and comments in order, with the line ends before each; a comment comes with the place
    of the token behind it."""
    comments = list(reversed(parsed.comments))
    end = 0
    for place in (*places, None):
        start = len(source.text) if place is None else place.lexeme.span.start
        if place is not None and place.lexeme.terminal == "LBRACE":
            yield place.lexeme, 0, place  # before comments that stand in its way
            if not comments or comments[-1].span.start > start:
                end = place.lexeme.span.end
            continue
        while comments and comments[-1].span.start < start:
            comment = comments.pop()
            yield comment, source.text.count("\n", end, comment.span.start), place
            end = comment.span.end
        if place is not None:
            yield place.lexeme, source.text.count("\n", end, start), place
            end = place.lexeme.span.end


def _places(source: Source, parsed: Parsed, language: Language) -> list[_Place]:
    assert parsed.tree is not None
    items = {item.span.start: item for item in _items(parsed.tree)}
    lexemes = _canonical(parsed.lexemes)
    texts = _texts(lexemes, language, parsed.tree.language)
    blocks = [_Block(0, True, 0)]
    closing = _pairs(lexemes)
    places: list[_Place] = []
    parens, in_item, count = 0, False, 0
    for index, lexeme in enumerate(lexemes):
        item = items.get(lexeme.span.start)
        after_brace = index > 0 and lexemes[index - 1].terminal == "LBRACE"
        opens_line = blocks[-1].is_broken and (item is not None or after_brace)
        if lexeme.terminal == "RBRACE":
            opens_line = blocks.pop().is_broken
            in_item, parens = True, 0
        elif item is not None:
            in_item, parens = True, 0
        elif after_brace and blocks[-1].is_broken:
            in_item, parens = False, 0
        continues = in_item and not opens_line
        block = blocks[-1]
        places.append(
            _Place(lexeme, texts[index], block, block.level, item, opens_line, continues, parens)
        )
        if lexeme.terminal == "LBRACE":
            count += 1
            is_broken = _is_broken(source, parsed, lexemes, index, closing[index], items)
            blocks.append(_Block(count, is_broken, block.level + is_broken))
        parens += (lexeme.terminal == "LPAR") - (lexeme.terminal == "RPAR")
    return places


def _is_broken(
    source: Source,
    parsed: Parsed,
    lexemes: Sequence[Lexeme],
    opening: int,
    closing: int,
    items: dict[int, Any],
) -> bool:
    """Whether the contents of a pair of braces stand on lines of their own: a comment inside asks
    for it, and so do several clauses; else as the author has it."""
    start, end = lexemes[opening].span.end, lexemes[closing].span.start
    before = lexemes[opening - 1].span.end
    if any(before <= comment.span.start < end for comment in parsed.comments):
        return True
    if closing == opening + 1:
        return False
    inside, depth = 0, 0
    for lexeme in lexemes[opening + 1 : closing]:
        inside += depth == 0 and lexeme.span.start in items
        depth += (lexeme.terminal == "LBRACE") - (lexeme.terminal == "RBRACE")
    if inside:
        return inside > 1 or "\n" in source.text[start:end]
    return "\n" in source.text[start : lexemes[opening + 1].span.start]


def _canonical(lexemes: Sequence[Lexeme]) -> list[Lexeme]:
    """`CNY`, `CN` and `date` written as names, in a Chinese file, mean what the keywords mean."""
    found: list[Lexeme] = []
    for lexeme in lexemes:
        last = found[-1].terminal if found else ""
        if lexeme.terminal == "NAME":
            if lexeme.value == "CNY" and last == "CURRENCY":
                lexeme = evolve(lexeme, terminal="CNY")
            elif lexeme.value == "CN" and last == "WORKING_CALENDAR":
                lexeme = evolve(lexeme, terminal="CHINA")
            elif lexeme.value == "date" and last == "DOT":
                lexeme = evolve(lexeme, terminal="DATE_WORD")
        found.append(lexeme)
    return found


def _texts(lexemes: Sequence[Lexeme], language: Language, was: Language) -> list[str]:
    choices = list(choices_along(lexemes))
    texts: list[str] = []
    following = ""
    for lexeme, accepts in zip(reversed(lexemes), reversed(choices), strict=True):
        following = written(lexeme, accepts, following, language, was)
        texts.append(following)
    return texts[::-1]


def _pairs(lexemes: Sequence[Lexeme]) -> dict[int, int]:
    """From each opening brace to its closing one."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for index, lexeme in enumerate(lexemes):
        if lexeme.terminal == "LBRACE":
            opened.append(index)
        elif lexeme.terminal == "RBRACE":
            pairs[opened.pop()] = index
    return pairs


def _items(node: Any) -> Iterator[Any]:
    """Everything that begins a line of its own: the scheme, its items, what their blocks hold."""
    yield node
    match node:
        case n.Scheme(items=inner) | n.Guideline(items=inner) | n.Example(items=inner):
            pass
        case n.Attributes(attributes=inner):
            pass
        case n.ParameterDeclaration(values=tuple() as inner):
            pass
        case n.Layer(clauses=inner):
            pass
        case _:
            return
    for one in inner:
        yield from _items(one)


def _signs(parsed: Parsed) -> set[int]:
    """Where the signs of negative numbers stand."""
    numbers = n.NumberLiteral | n.MoneyLiteral
    starts = {node.span.start for node in inside(parsed.tree) if isinstance(node, numbers)}
    found = set()
    last = ""
    for lexeme in parsed.lexemes:
        if lexeme.terminal == "MINUS" and (
            lexeme.span.start in starts or last in ("TO", "MINUS", "COMMA", "COLON", "LPAR")
        ):
            found.add(lexeme.span.start)
        last = lexeme.terminal
    return found


def _is(place: _Place, terminal: str) -> bool:
    return place.lexeme.terminal == terminal


def _gap(before: _Place | None, place: _Place, language: Language, signs: set[int]) -> str:
    """The blanks between two tokens of a line."""
    assert before is not None
    last, terminal = before.lexeme.terminal, place.lexeme.terminal
    if terminal in ("DOT", "COMMA", "COLON", "RPAR") or last in ("DOT", "LPAR"):
        return ""
    if before.lexeme.span.start in signs or (last, terminal) == ("LBRACE", "RBRACE"):
        return ""
    if language == "zh" and (last in ("COMMA", "COLON") or (terminal == "LPAR" and last in _CALLS)):
        return ""
    return " "
