"""Text to tokens, one at a time, knowing what the parser can take next.

A word is a keyword only where the grammar expects that keyword; otherwise it is a name. So an
attribute may be called `year` and an English word means nothing in a Chinese file. Full-width
punctuation, digits and blanks are as good as ASCII ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import date
from fractions import Fraction

from attrs import frozen

from hmbc.dsl import codes
from hmbc.dsl.chinese_numbers import in_digits
from hmbc.dsl.dates_as_written import day_meant_at
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.source import Source, Span
from hmbc.grammar.keywords import Language, words

_WIDE = dict(
    zip("：，、；。（）｛｝％｜￥＝＜＞＋－＊×．＃／　", ":,,;;(){}%|¥=<>+-**.#/ ", strict=True)
)
_WIDE |= {chr(0xFF10 + digit): str(digit) for digit in range(10)}
TO_ASCII = str.maketrans(_WIDE)

_QUOTES = {'"': '"', "“": "”", "「": "」", "”": "”", "＂": "＂"}
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"(?![0-9])[A-Za-z0-9_{_HAN}]+")
_BLANK = re.compile(r"[ \t\r\n;]+")
_COMMENT = re.compile(r"(?:#|//)[^\n]*")
_RULE = re.compile(r"[A-Za-z]+-[0-9]+[A-Za-z]?(?:\.[0-9]+)?(?![A-Za-z0-9_])")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)|(\d{4})年(\d{1,2})月(\d{1,2})日")
_MONTH_DAY = re.compile(r"(\d{1,2})-(\d{1,2})(?!\d)|(\d{1,2})月(\d{1,2})日")
_NUMBER = re.compile(r"\d[\d_]*(?:\.\d[\d_]*)?")
_WELL_FORMED = re.compile(r"\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?")
_UNIT = re.compile(
    r"(亿元|万元|元|亿|万|%|天|日|个月|[ \t]*个?工作日"
    r"|[ \t]*(?:working[ \t]+days?|days?|months?)(?![A-Za-z0-9_]))"
)
_NAME_AND_COLON = re.compile(r"[ \t]+[A-Za-z]+[ \t]*:")
DIGITS = frozenset("0123456789")
MAX_DIGITS = 40
MAX_DAYS, MAX_MONTHS = 100_000, 3_000
MAX_WORKDAYS = 1_000
MAX_DIAGNOSTICS = 1000
_FACTOR = {"亿": 10**8, "万": 10**4, "元": 1}
_IN_WORDS = re.compile(r"\d[\d.]*[百千万亿][\d.百千万亿]*元?")
_SIGNS = "¥€$£₩"
_SLOPPY_DATE = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?!\d)")
_OTHER_MONEY = re.compile("(美元|欧元|港元|日元|韩元|新元|英镑|港币)$")
_NO_CURRENCY = Bilingual(
    "金额不带币种：币种在方案开头写一次", "an amount bears no currency: the scheme states it once"
)
_NO_SIGN = Bilingual("金额不带货币符号，只写数：10", "amounts bear no sign, only the number: 10")
_QUOTED = Bilingual("引号用“ ”；取值和名称不加引号", 'quotes are "…"; values and names have none')
_NO_LIST = Bilingual(
    "几个取值或编码之间用逗号，外面没有括号：属于 “K1”，“K2”；声明取值写作 健康 | 既往症",
    "several values or codes: commas between, no brackets: in \"K1\", \"K2\"; values are declared as healthy | ill",
)
_PERCENT = Bilingual(
    "“%”紧跟在数后面，数与前面的名称分开：健康：75%",
    "`%` follows its figure at once, and the figure stands apart from a name: healthy: 75%",
)
_STRAYS = {
    "&": Bilingual("写“且”", "write `and`"), "~": Bilingual("没有区间的写法：写一个数，或按条件、分段写", "there is no range here: write one figure, or cases, or bands"),
    "～": Bilingual("没有区间的写法：写一个数，或按条件、分段写", "there is no range here: write one figure, or cases, or bands"),
    "!": Bilingual("写“非”", "write `not`"), "！": Bilingual("写“非”", "write `not`"),
    "[": _NO_LIST, "]": _NO_LIST, "【": _NO_LIST, "】": _NO_LIST, "'": _QUOTED, "‘": _QUOTED, "’": _QUOTED, "%": _PERCENT,
    "$": _NO_SIGN, "€": _NO_SIGN, "£": _NO_SIGN, "₩": _NO_SIGN,
}  # fmt: skip
"""Signs that people write, and what says it here."""
ADVICE = Bilingual("建议", "help")
_SYMBOL = re.compile(r"<=|>=|!=|≤|≥|≠|\.\.|[{}():,|=<>+\-*./]")
_SAME_SYMBOL = {"≤": "<=", "≥": ">=", "≠": "!="}

_ANONYMOUS = {
    "{": "LBRACE", "}": "RBRACE", "(": "LPAR", ")": "RPAR", ":": "COLON", ",": "COMMA",
    "|": "VBAR", "=": "EQUAL", "<": "LESSTHAN", ">": "MORETHAN", "+": "PLUS", "-": "MINUS",
    "*": "STAR", "/": "SLASH", ".": "DOT", "<=": "AT_MOST", ">=": "AT_LEAST", "!=": "UNEQUAL",
}


@frozen
class Lexeme:
    """One token: its terminal, its text as written, its value where it has one, its place.
    """

    terminal: str
    text: str
    span: Span
    value: object = None


@frozen
class Comment:
    """A comment, kept for the formatter."""

    text: str
    span: Span


END = "$END"


class Lexer:
    """Reads lexemes from a source at a position that the caller holds."""

    def __init__(self, source: Source, language: Language) -> None:
        self.source = source
        self.language = language
        self.text = source.text.translate(TO_ASCII)
        self.diagnostics: list[Diagnostic] = []
        self.comments: list[Comment] = []
        self._reported: set[int] = set()
        self._passes_over = False
        self._keywords = words(language)
        phrases = sorted(self._keywords, key=len, reverse=True)
        self._phrases = [
            (re.compile(r"[ \t]+".join(re.escape(part) for part in phrase.split())), phrase)
            for phrase in phrases
            if " " in phrase
        ]

    def next(self, position: int, accepts: Collection[str]) -> Lexeme:
        """The lexeme at or after `position`, given the terminals that the grammar takes here.

        None at all: the text is passed over, and its numbers are not judged.
        """
        self._passes_over = not accepts
        position = self._skip(position)
        while position < len(self.text):
            lexeme = self._at(position, accepts)
            if lexeme is not None:
                return lexeme
            position = self._skip(self._stray(position))
            if len(self.diagnostics) >= MAX_DIAGNOSTICS:
                break
        return Lexeme(END, "", Span(len(self.text), len(self.text)))

    def _skip(self, position: int) -> int:
        while True:
            if blank := _BLANK.match(self.text, position):
                position = blank.end()
            elif comment := _COMMENT.match(self.text, position):
                span = Span(position, comment.end())
                if not self.comments or self.comments[-1].span.start < position:
                    text = self.source.text[position : comment.end()].rstrip()
                    self.comments.append(Comment(text, span))
                position = comment.end()
            else:
                return position

    def _at(self, position: int, accepts: Collection[str]) -> Lexeme | None:
        char = self.text[position]
        if char in _QUOTES:
            return self._string(position)
        if char == "`" and (quoted := _WORD.match(self.text, position + 1)):
            if self.text.startswith("`", quoted.end()):
                return self._lexeme("NAME", position, quoted.end() + 1, quoted[0])
        if "RULE" in accepts and (rule := _RULE.match(self.text, position)):
            return self._lexeme("RULE", position, rule.end(), rule[0])
        if word := _WORD.match(self.text, position):
            return self._word(position, word[0], accepts)
        if char.isascii() and char.isdigit():
            return self._number(position, accepts)
        if char in _SIGNS and (number := _NUMBER.match(self.text, position + 1)):
            value = self._value(position + 1, number[0])
            unit = _UNIT.match(self.text, number.end())
            end = number.end()
            if unit and unit[0] in ("亿元", "万元", "亿", "万", "元"):
                value, end = value * _FACTOR.get(unit[0][0], 1), unit.end()
            return self._lexeme("MONEY_AMOUNT", position, end, value)
        if symbol := _SYMBOL.match(self.text, position):
            text = _SAME_SYMBOL.get(symbol[0], symbol[0])
            return self._lexeme(_ANONYMOUS.get(text, text), position, symbol.end(), text)
        return None

    def _lexeme(self, terminal: str, start: int, end: int, value: object = None) -> Lexeme:
        return Lexeme(terminal, self.source.text[start:end], Span(start, end), value)

    def _goes_on(self, position: int) -> bool:
        """Whether a word that was read up to here is longer."""
        return bool(_WORD.match(self.text, position)) or self.text[position : position + 1] in DIGITS

    def _word(self, position: int, word: str, accepts: Collection[str]) -> Lexeme:
        for pattern, phrase in self._phrases:
            found = pattern.match(self.text, position)
            if found and not self._goes_on(found.end()):
                terminal = self._keywords[phrase]
                is_owner = self.text.startswith(".", self._skip(found.end()))  # per claim.doctor
                if terminal in accepts and not is_owner:
                    return self._lexeme(terminal, position, found.end(), phrase)
        end = position + len(word)
        terminal = self._keywords.get(word, "NAME")
        if terminal != "NAME" and terminal not in accepts and "NAME" in accepts:
            terminal = "NAME"
        return self._lexeme(terminal, position, end, word)

    def _string(self, position: int) -> Lexeme:
        text = self.source.text
        end, line_end = _string_end(text, position)
        if end < 0:
            span = Span(position, position + len(text[position:line_end].rstrip()))
            if text[span.end - 1] in "{｛" and span.end - 1 > position:  # that brace opens a block
                body = text[position : span.end - 1].rstrip()
                span = Span(position, position + len(body))
            self._report(codes.OPEN_STRING, span, close=_QUOTES[text[position]])
            return Lexeme("STRING", text[position : span.end], span, text[position + 1 : span.end])
        return self._lexeme("STRING", position, end + 1, text[position + 1 : end])

    def _number(self, position: int, accepts: Collection[str]) -> Lexeme:
        found = _DATE.match(self.text, position)
        if found is None and "DATE" in accepts:
            found = _SLOPPY_DATE.match(self.text, position)
            if found and "NUMBER" in accepts:
                if not 1900 <= int(found[1]) < 2200 or not _day(*map(int, found.groups())):
                    found = None
                else:
                    self._report_date(found)
        if found:
            return self._date(position, found, accepts)
        if "MONTH_DAY" in accepts and (found := _MONTH_DAY.match(self.text, position)):
            month, day = (int(part) for part in found.groups() if part)
            if _day(2001, month, day) is None:
                self._report(codes.BAD_DATE, Span(position, found.end()), text=found[0])
                month, day = 1, 1
            return self._lexeme("MONTH_DAY", position, found.end(), (month, day))
        number = _NUMBER.match(self.text, position)
        assert number is not None
        value = self._value(position, number[0])
        unit = _UNIT.match(self.text, number.end())
        if "NAME" not in accepts and _NAME_AND_COLON.match(self.text, number.end()):
            unit = None  # `level: int 1 to 3  days: int`; a band may end at `3 days:`
        spoken = _IN_WORDS.match(self.text, position)
        if spoken and spoken.end() > (unit or number).end() and in_digits(spoken[0]):
            self._misspelt(Span(position, spoken.end()))
            terminal = "MONEY_AMOUNT" if spoken[0].endswith("元") else "NUMBER"
            return self._lexeme(terminal, position, spoken.end(), value)
        if unit is None:
            after = _WORD.match(self.text, number.end())
            if after:
                span = Span(position, after.end())
                if set(accepts) != {"NAME"}:
                    self._misspelt(span)
                return self._lexeme("NUMBER", position, after.end(), value)
            return self._lexeme("NUMBER", position, number.end(), value)
        word, end = unit[0].strip(), unit.end()
        if word == "%":
            return self._lexeme("PERCENT", position, end, value / 100)
        if word in ("天", "日", "day", "days"):
            if value.denominator != 1 or value > MAX_DAYS:
                self._report(codes.BAD_NUMBER, Span(position, end), text=number[0])
            return self._lexeme("DURATION", position, end, int(value))
        if word in ("个月", "month", "months"):
            if value.denominator != 1 or value > MAX_MONTHS:
                self._report(codes.BAD_NUMBER, Span(position, end), text=number[0])
            return self._lexeme("MONTHS", position, end, int(value))
        if "工作日" in word or word.startswith("working"):
            if value.denominator != 1 or value > MAX_WORKDAYS:
                self._report(codes.BAD_NUMBER, Span(position, end), text=number[0])
            return self._lexeme("WORKDAYS", position, end, int(value))
        factor = _FACTOR[word[0]] if word != "元" else 1
        terminal = "MONEY_AMOUNT" if word.endswith("元") else "NUMBER"
        return self._lexeme(terminal, position, end, value * factor)

    def _misspelt(self, span: Span) -> None:
        """A number with something behind it that is no unit, or a part of one: `1万5千元`."""
        shown = self.source.text[span.start : span.end]
        if digits := in_digits(self.text[span.start : span.end]):
            advice = ((ADVICE, Bilingual(f"写作 {digits}", f"write {digits}")),)
            self._report(codes.BAD_NUMBER, span, advice, text=shown)
        elif year := re.fullmatch(r"(\d{4})年度?", shown):
            days = f"{year[1]}-01-01", f"{year[1]}-12-31"
            told = Bilingual(f"写明起止：{days[0]} 至 {days[1]}", f"from its first day to its last: {days[0]} to {days[1]}")
            self._report(codes.BAD_NUMBER, span, ((ADVICE, told),), text=shown)
        elif day := day_meant_at(self.text, span.start):
            self._report(codes.BAD_NUMBER, span, ((ADVICE, day),), text=shown)
        elif _OTHER_MONEY.search(shown):
            advice = ((ADVICE, _NO_CURRENCY),)
            self._report(codes.BAD_NUMBER, span, advice, text=shown)
        else:
            self._report(codes.BAD_NUMBER, span, text=shown)

    def _report_date(self, found: re.Match[str]) -> None:
        """A date with `/` or `.`, where a sum could stand as well."""
        year, month, day = map(int, found.groups())
        iso = f"{year}-{month:02}-{day:02}"
        advice = ((ADVICE, Bilingual(f"日期写作 {iso}", f"write the date {iso}")),)
        self._report(codes.BAD_NUMBER, Span(found.start(), found.end()), advice, text=found[0])

    def _date(self, position: int, found: re.Match[str], accepts: Collection[str]) -> Lexeme:
        year, month, day = (int(part) for part in found.groups() if part)
        days = _day(year, month, day)
        if days is None:
            self._report(codes.BAD_DATE, Span(position, found.end()), text=found[0])
            days = 0
        return self._lexeme("DATE", position, found.end(), days)

    def _value(self, position: int, text: str) -> Fraction:
        if not _WELL_FORMED.fullmatch(text) or sum(map(str.isdigit, text)) > MAX_DIGITS:
            self._report(codes.BAD_NUMBER, Span(position, position + len(text)), text=text[:40])
            return Fraction(0)
        return Fraction(text.replace("_", ""))

    def _stray(self, position: int) -> int:
        char = self.source.text[position]
        number = f"U+{ord(char):04X}"  # told of letters too: many look like others
        shown = Bilingual(f"“{char}”", f"`{char}`") if char.isprintable() else number
        if char.isalpha():
            shown = Bilingual(f"“{char}”（{number}）", f"`{char}` ({number})")
        end = position + 1
        if unicodedata.category(char).startswith(("L", "N")):
            while end < len(self.text) and unicodedata.category(self.text[end])[0] in "LN":
                end += 1
        while self.source.text[end : end + 1] == char:  # `&&`
            end += 1
        advice = _STRAYS.get(char)
        told = () if advice is None else ((ADVICE, advice),)
        self._report(codes.STRAY_CHARACTER, Span(position, end), told, char=shown)
        return end

    def _report(
        self,
        code: str,
        span: Span,
        advice: tuple[tuple[Bilingual, Bilingual], ...] = (),
        **values: object,
    ) -> None:
        if self._passes_over and code in (codes.BAD_NUMBER, codes.BAD_DATE):
            return
        if span.start not in self._reported:
            self._reported.add(span.start)
            self.diagnostics.append(Diagnostic(code, span, values, (), not advice, advice))


def _day(year: int, month: int, day: int) -> int | None:
    try:
        return (date(year, month, day) - date(1970, 1, 1)).days
    except ValueError:
        return None


def _string_end(text: str, position: int) -> tuple[int, int]:
    """Where the string that begins at a quotation mark ends, -1 if it does not in this line; and where the
    line does. Marks that open and close may hold others of their kind: “关于“惠民保”的意见”."""
    opening, close = text[position], _QUOTES[text[position]]
    line_end = text.find("\n", position)
    line_end = len(text) if line_end < 0 else line_end
    depth = 0
    for place in range(position, line_end if opening != close else position):
        depth += (text[place] == opening) - (text[place] == close)
        if not depth:
            return place, line_end
    return text.find(close, position + 1, line_end), line_end


def are_paired(text: str, opening: str, close: str) -> bool:
    """Whether a text may stand between these marks as it is."""
    end, whole = _string_end(f"{opening}{text}{close}", 0)
    return end == whole - 1 and text.count(opening) == (text.count(close) if opening != close else 0)


def first_word(text: str) -> str:
    """The first word of a text, after blanks and comments; empty if something else comes first."""
    text, position = text.translate(TO_ASCII), 0
    while found := _BLANK.match(text, position) or _COMMENT.match(text, position):
        position = found.end()
    word = _WORD.match(text, position)
    return word[0] if word else ""


def depth_of(text: str) -> Iterator[tuple[int, int]]:
    """(offset, depth) of every opening bracket outside strings and comments."""
    depth, position = 0, 0
    plain = text.translate(TO_ASCII)
    while position < len(plain):
        char = plain[position]
        if char in _QUOTES:
            end, line_end = _string_end(plain, position)
            position = line_end if end < 0 else end + 1
            continue
        if char == "#" or plain.startswith("//", position):
            line_end = plain.find("\n", position)
            position = len(plain) if line_end < 0 else line_end
            continue
        if char in "({":
            depth += 1
            yield position, depth
        elif char in ")}":
            depth = max(0, depth - 1)
        position += 1
