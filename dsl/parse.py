"""Source to syntax tree, with every syntax error it can find in one run.

Tokens are fed to Lark's LALR parser one by one, because what a word means depends on what the
grammar takes next. After an error the clause that holds it is left out and parsing goes on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache

from attrs import frozen
from lark import Token, Tree
from lark.exceptions import UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from hmbc.dsl import codes
from hmbc.dsl.diagnostic import Diagnostic, Related, in_order
from hmbc.dsl.expected import both, explain_unexpected, needless_comma
from hmbc.dsl.from_tree import build_file
from hmbc.dsl.lexer import END, Comment, Lexeme, Lexer, depth_of, first_word
from hmbc.dsl.likely_mistakes import BLOCK_WORDS
from hmbc.dsl.nodes import Guideline, Scheme
from hmbc.dsl.source import Source, Span
from hmbc.grammar import tables
from hmbc.grammar.keywords import KEYWORDS, language_of, spelling, words

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
MAX_TREE_DEPTH = 128  # the passes over the tree are recursive
MAX_ERRORS = 20
_OTHER_CLAUSES = ("CITE", "BASE", "THRESHOLD", "NO_THRESHOLD", "CAP", "NO_CAP", "COST_CAP", "WHEN")
_BANDS = {"BANDS_OF_EXCESS", "BANDS_OF_COST", "BANDS_OF", "BEYOND"}


@frozen
class Parsed:
    """The tree of a scheme or of a guideline (neither after a syntax error), what was found wrong,
    and the tokens and comments."""

    scheme: Scheme | None
    diagnostics: tuple[Diagnostic, ...]
    lexemes: tuple[Lexeme, ...] = ()
    comments: tuple[Comment, ...] = ()
    guideline: Guideline | None = None

    @property
    def tree(self) -> Scheme | Guideline | None:
        """Whichever of the two it is."""
        return self.scheme or self.guideline


@cache
def _parsers() -> tables.Parsers:
    return tables.Parsers(tables.load())


def parse(source: Source) -> Parsed:
    """Parse a whole file. Never raises for anything in the text."""
    if refused := _refused(source):
        return Parsed(None, (refused,))
    language = language_of(first_word(source.text))
    if language is None:
        return Parsed(None, (Diagnostic(codes.NO_SCHEME, _first_token(source)),))
    run = _Run(source, Lexer(source, language))
    tree = run.parse()
    found = in_order(_not_caused(run))
    if len(found) > MAX_ERRORS:
        rest = Diagnostic(codes.TOO_MANY, found[MAX_ERRORS].span, {"count": MAX_ERRORS})
        found = (*found[:MAX_ERRORS], rest)
    comments = tuple(run.lexer.comments)
    if not found and tree is not None and (deep := _too_deep(tree)):
        found = (deep,)
    if found or tree is None:
        return Parsed(None, found, tuple(run.fed), comments)
    built = build_file(tree, language)
    if isinstance(built, Guideline):
        return Parsed(None, (), tuple(run.fed), comments, built)
    return Parsed(built, (), tuple(run.fed), comments)


def _not_caused(run: _Run) -> list[Diagnostic]:
    """The errors: of the grammar's, none at a token that is itself ill-written or follows a character left
    out, and none after a string that runs away with the rest of its line; of characters that cannot stand
    there, none behind another error of their line, and where that one is a bracket no other error either."""
    lexical, grammar = _first_of_lines(run)
    at = {diagnostic.span.start for diagnostic in lexical}
    strays = [x.span.end for x in lexical if x.code == codes.STRAY_CHARACTER]
    text = run.source.text
    at |= {len(text) - len(text[end:].lstrip()) for end in strays}
    opened = [x.span.start for x in lexical if x.code == codes.OPEN_STRING]
    end = min(opened, default=len(run.source.text) + 1)
    return [*lexical, *(x for x in grammar if x.span.start < end and x.span.start not in at)]


def _first_of_lines(run: _Run) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """The lexer's errors and the grammar's, without what follows from another one of the same line."""
    lexical, grammar = run.lexer.diagnostics, run.diagnostics
    text, place = run.source.text, run.source.position
    strays = [x for x in lexical if x.code == codes.STRAY_CHARACTER]
    first: dict[int, int] = {}
    for one in (*strays, *grammar):
        line = place(one.span.start)[0]
        first[line] = min(first.get(line, one.span.start), one.span.start)
    brackets = {place(x.span.start)[0]: x.span.start for x in reversed(strays) if text[x.span.start] in "[【"}
    kept = [x for x in lexical if x not in strays or x.span.start == first[place(x.span.start)[0]]]
    told = [x for x in grammar if x.span.start <= brackets.get(place(x.span.start)[0], x.span.start)]
    return kept, told


def _refused(source: Source) -> Diagnostic | None:
    size = len(source.text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        return Diagnostic(codes.TOO_LARGE, Span(0, 0), {"size": size, "limit": MAX_BYTES})
    for offset, depth in depth_of(source.text):
        if depth > MAX_DEPTH:
            return Diagnostic(codes.TOO_DEEP, Span(offset, offset + 1), {"limit": MAX_DEPTH})
    return None


def _too_deep(tree: Tree[Token]) -> Diagnostic | None:
    level: list[Tree[Token]] = [tree]
    for _ in range(MAX_TREE_DEPTH):
        level = [child for node in level for child in node.children if isinstance(child, Tree)]
        if not level:
            return None
    meta = level[0].meta
    span = Span(0, 0) if meta.empty else Span(meta.start_pos, meta.end_pos)
    return Diagnostic(codes.TOO_DEEP, span, {"limit": MAX_TREE_DEPTH})


def _first_token(source: Source) -> Span:
    start = len(source.text) - len(source.text.lstrip())
    line = source.text[start:].split("\n", 1)[0]
    return Span(start, start + len((line.split() or [""])[0]))


class _Run:
    """One parse: the tokens taken so far, and the errors."""

    def __init__(self, source: Source, lexer: Lexer) -> None:
        self.source = source
        self.lexer = lexer
        self.fed: list[Lexeme] = []
        self.diagnostics: list[Diagnostic] = []

    def parse(self) -> Tree[Token] | None:
        """The tree of the text, or None where nothing sensible is left."""
        position = 0
        failed_at = -1
        parser = _fresh()
        while len(self.diagnostics) <= MAX_ERRORS:
            lexeme = self.lexer.next(position, _choices(parser))
            if len(self.lexer.diagnostics) > MAX_ERRORS:
                return None
            try:
                result = parser.feed_token(self._token(lexeme))
            except UnexpectedToken:
                if (comma := self._needless_comma()) is not None:
                    position = self.fed[comma].span.end
                    self.diagnostics.append(needless_comma(self.fed[comma]))
                    del self.fed[comma:]
                    parser = self._again()
                    continue
                self._report(parser, lexeme)
                if lexeme.terminal == END or _accepts(parser) == {END}:
                    return None
                if (filled := self._filled_in(parser, lexeme)) is not None:
                    self.fed[:], position = filled
                    parser = self._again()
                    continue
                between = "RBRACE" in _accepts(parser)
                position = self._recover(lexeme, between or lexeme.span.start == failed_at)
                failed_at = lexeme.span.start
                parser = self._again()
                continue
            if lexeme.terminal == END:
                return result  # type: ignore[no-any-return]
            self.fed.append(lexeme)
            position = lexeme.span.end
        return None

    def _needless_comma(self) -> int | None:
        """The place of a comma that is the last or the last but one of what was read, where without it
        the next token is a word, or a closing bracket, that may stand there."""
        for comma in range(len(self.fed) - 1, max(len(self.fed) - 3, -1), -1):
            if self.fed[comma].terminal == "COMMA":
                parser = self._fed_to(comma)
                after = self.lexer.next(self.fed[comma].span.end, _choices(parser))
                ends = after.terminal in KEYWORDS.keys() - {"AND", "OR"} or after.terminal in ("RBRACE", "RPAR")
                return comma if ends and after.terminal in _accepts(parser) else None
        return None

    def _filled_in(
        self, parser: InteractiveParser, bad: Lexeme
    ) -> tuple[list[Lexeme], int] | None:
        """The tokens with what is probably missing, and where to read on: the scheme's heading
        where that is wrong, a closing brace before a word that begins a block of the scheme."""
        at = Span(bad.span.start, bad.span.start)
        if not any(lexeme.terminal == "LBRACE" for lexeme in self.fed):
            line, lexeme = self._line(bad), bad
            while lexeme.terminal not in ("LBRACE", END) and self._line(lexeme) == line:
                lexeme = self.lexer.next(lexeme.span.end, ())
            if lexeme.terminal != "LBRACE":
                return None
            first = self.fed[0] if self.fed else Lexeme("SCHEME", "", at)
            return [first, Lexeme("NAME", "", at, ""), lexeme], lexeme.span.end
        word = words(self.lexer.language).get(bad.text)
        if word in BLOCK_WORDS and len(self._open_braces()) == 2 and "RBRACE" in _accepts(parser):
            return [*self.fed, Lexeme("RBRACE", "", at)], bad.span.start
        return None

    def _token(self, lexeme: Lexeme) -> Token:
        return _Leaf.make(lexeme)

    def _again(self) -> InteractiveParser:
        return self._fed_to(len(self.fed))

    def _fed_to(self, end: int) -> InteractiveParser:
        parser = _fresh()
        for lexeme in self.fed[:end]:
            parser.feed_token(self._token(lexeme))
        return parser

    def _line(self, lexeme: Lexeme) -> int:
        return self.source.position(lexeme.span.start)[0]

    def _recover(self, bad: Lexeme, between_clauses: bool) -> int:
        """Leave out the clause that holds the error; return where to read on."""
        line = self._line(bad)
        starts_line = not self.fed or self._line(self.fed[-1]) != line
        if starts_line and not between_clauses and self.fed:
            # the clause of the line above is unfinished: that one goes, this line may be good
            above = self._line(self.fed[-1])
            cut = self._cut(above)
            if _balance(self.fed[cut:]) == 0 and cut > 0:
                del self.fed[cut:]
                return bad.span.start
        cut = self._cut(line)
        depth = _balance(self.fed[cut:])
        if depth < 0:  # a closing brace stands earlier on this line: keep up to it
            cut, depth = len(self.fed), 0
        del self.fed[cut:]
        return self._skip(bad, line, depth)

    def _cut(self, line: int) -> int:
        cut = len(self.fed)
        while cut and self._line(self.fed[cut - 1]) == line:
            cut -= 1
        return cut

    def _skip(self, lexeme: Lexeme, line: int, depth: int) -> int:
        position = lexeme.span.start
        while lexeme.terminal != END and (depth > 0 or self._line(lexeme) == line):
            if lexeme.terminal == "RBRACE" and depth == 0 and position != lexeme.span.start:
                return lexeme.span.start
            depth += _balance([lexeme])
            if depth < 0:
                return lexeme.span.end if position == lexeme.span.start else lexeme.span.start
            position = lexeme.span.end
            line = self._line(lexeme) if depth == 0 else line
            lexeme = self.lexer.next(position, ())
        return position

    def _report(self, parser: InteractiveParser, lexeme: Lexeme) -> None:
        accepts = _accepts(parser)
        last = self.fed[-1] if self.fed else None
        if lexeme.terminal == END:
            opened = [x for x in self._open_braces()]
            related = tuple(
                Related(x.span, both("括号在这里打开", "opened here")) for x in opened[-1:]
            )
            span = last.span if last else Span(0, 0)
            missing = both("“}”", "`}`") if "RBRACE" in accepts else both("内容", "something")
            self.diagnostics.append(
                Diagnostic(codes.UNEXPECTED_END, span, {"missing": missing}, related)
            )
            return
        unfinished = (
            last is not None
            and self._line(last) != self._line(lexeme)
            and not accepts & {"RBRACE", END}
        )
        after = self.lexer.next(lexeme.span.end, ())
        self.diagnostics.append(
            explain_unexpected(
                lexeme, accepts, last, after, self.lexer.language, self.lexer.text, unfinished,
                self._in_bands(), self._ratio_clause(lexeme),
            )
        )  # fmt: skip

    def _in_bands(self) -> bool:
        """Whether bands were begun, and the last of them has not come."""
        marks = (one.terminal for one in reversed(self.fed) if one.terminal in _BANDS)
        return next(marks, "BEYOND") != "BEYOND"

    def _ratio_clause(self, bad: Lexeme) -> str | None:
        """What stands behind `ratio` in the clause that holds the error; None in any other clause."""
        for lexeme in reversed(self.fed):
            if lexeme.terminal in ("LBRACE", "RBRACE") or lexeme.terminal in _OTHER_CLAUSES:
                return None
            if lexeme.terminal == "RATIO":
                break
        else:
            return None
        line = self.lexer.text[lexeme.span.end :].split("\n", 1)[0]
        words_ = [spelling(name, self.lexer.language) for name in _OTHER_CLAUSES]
        return re.split("|".join(map(re.escape, ["#", "//", *words_])), line, maxsplit=1)[0]

    def _open_braces(self) -> list[Lexeme]:
        opened: list[Lexeme] = []
        for lexeme in self.fed:
            if lexeme.terminal in ("LBRACE", "LPAR"):
                opened.append(lexeme)
            elif lexeme.terminal in ("RBRACE", "RPAR") and opened:
                opened.pop()
        return opened


class _Leaf(Token):
    """A Lark token that keeps the lexeme it was made from."""

    __slots__ = ("lexeme",)
    lexeme: Lexeme

    @classmethod
    def make(cls, lexeme: Lexeme) -> _Leaf:
        """The token of a lexeme."""
        leaf = cls(
            lexeme.terminal, lexeme.text, start_pos=lexeme.span.start, end_pos=lexeme.span.end,
            line=1, column=1, end_line=1, end_column=1,
        )  # fmt: skip
        leaf.lexeme = lexeme
        return leaf


def _fresh() -> InteractiveParser:
    return _parsers().new()


def _balance(lexemes: list[Lexeme]) -> int:
    opens = sum(lexeme.terminal == "LBRACE" for lexeme in lexemes)
    return opens - sum(lexeme.terminal == "RBRACE" for lexeme in lexemes)


def choices_along(lexemes: Iterable[Lexeme]) -> Iterator[Collection[str]]:
    """For every token of a correct file, the terminals that the lexer was offered before it."""
    parser = _fresh()
    for lexeme in lexemes:
        yield _choices(parser)
        parser.feed_token(_Leaf.make(lexeme))


def _choices(parser: InteractiveParser) -> Collection[str]:
    """Terminals for which the parser has a move; a few of them may still prove wrong."""
    return parser.choices().keys()  # type: ignore[no-any-return, no-untyped-call]


def _accepts(parser: InteractiveParser) -> set[str]:
    """Terminals that the parser takes; dearer to find out."""
    return set(parser.accepts())  # type: ignore[no-untyped-call]
