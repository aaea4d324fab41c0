"""What a syntax error says: what stands there, what could, and what the author probably meant."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from hmbc.dsl import codes
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.lexer import Lexeme
from hmbc.dsl.source import Span
from hmbc.grammar.keywords import KEYWORDS, Language, spelling, words

both = Bilingual

EXPECTED = both("这里可以写", "expected")
ADVICE = both("建议", "help")

_KINDS = {
    "NAME": both("名称", "a name"),
    "STRING": both("引号里的文字", "a text in quotes"),
    "DATE": both("日期（如 2022-03-01）", "a date (2022-03-01)"),
    "MONTH_DAY": both("月日（如 1月1日）", "a month and day (01-01)"),
    "NUMBER": both("金额或数字", "an amount or number"),
    "RULE": both("条款号（如 ZZ-07）", "a rule id (ZZ-07)"),
    "PERCENT": both("百分比", "a percentage"),
    "COLON": both("“：”", "`:`"),
    "COMMA": both("“，”", "`,`"),
    "LBRACE": both("“{”", "`{`"),
    "RBRACE": both("“}”", "`}`"),
    "LPAR": both("“（”", "`(`"),
    "RPAR": both("“）”", "`)`"),
    "VBAR": both("“|”", "`|`"),
    "EQUAL": both("“=”", "`=`"),
    "DOT": both("“.”", "`.`"),
}
_VALUE = both("一个值（金额、比例、费用.…、参保人.…、参数）", "a value (an amount, a ratio, claim.…, member.…, a parameter)")
_VALUE_STARTS = {"NUMBER", "NAME", "LPAR", "CLAIM"}
_OF_VALUES = {
    "NUMBER", "MONEY_AMOUNT", "PERCENT", "DATE", "DURATION", "STRING", "YES", "NO", "LPAR",
    "SMALLER", "LARGER", "SHARE", "AGE", "BY", "ENROLMENT", "BENEFIT_YEAR", "MEMBER", "CLAIM",
    "NAME", "MINUS", "NOT",
}  # fmt: skip
_GOES_ON = {
    "PLUS", "MINUS", "STAR", "LESSTHAN", "MORETHAN", "AT_MOST", "AT_LEAST", "UNEQUAL", "EQUAL",
    "AND", "OR", "IN", "NOT_IN", "IS", "IS_NOT", "GIVEN", "$END",
}  # fmt: skip
_SHOWN = 8


def explain_unexpected(
    lexeme: Lexeme,
    accepts: Collection[str],
    last: Lexeme | None,
    after: Lexeme,
    language: Language,
    unfinished: bool,
) -> Diagnostic:
    """The diagnostic for a token that the grammar does not take."""
    found = both(f"“{lexeme.text}”", f"`{lexeme.text}`")
    extra = []
    if expected := _expected(accepts):
        extra.append((EXPECTED, expected))
    if advice := _advice(lexeme, accepts, last, after, language):
        extra.append((ADVICE, advice))
    code = codes.UNFINISHED if unfinished else codes.UNEXPECTED
    return Diagnostic(code, lexeme.span, {"found": found}, extra=tuple(extra))


def _expected(accepts: Collection[str]) -> Bilingual | None:
    rest = set(accepts)
    kinds: list[Bilingual] = []
    if rest >= _VALUE_STARTS:
        kinds.append(_VALUE)
        rest -= _OF_VALUES
    elif rest - _GOES_ON:
        rest -= _GOES_ON
    ordered = [name for name in KEYWORDS if name in rest]
    kinds += [_KINDS[name] for name in _KINDS if name in rest]
    kinds += [both(spelling(name, "zh"), spelling(name, "en")) for name in ordered]
    if not kinds:
        return None
    tail = both("……", ", …") if len(kinds) > _SHOWN else both("", "")
    shown = kinds[:_SHOWN]
    return both(
        "、".join(kind.zh for kind in shown) + tail.zh,
        ", ".join(kind.en for kind in shown) + tail.en,
    )


def _advice(
    lexeme: Lexeme,
    accepts: Collection[str],
    last: Lexeme | None,
    after: Lexeme,
    language: Language,
) -> Bilingual | None:
    if (
        lexeme.terminal == "COMMA"
        and last is not None
        and last.terminal == "NUMBER"
        and after.terminal in ("NUMBER", "MONEY_AMOUNT")
    ):
        joined = f"{last.text}_{after.text}"
        return both(
            f"千位不用逗号分隔，写作 {joined}", f"thousands are not set apart by commas: {joined}"
        )
    usable = {spelling(name, language): name for name in accepts if name in KEYWORDS}
    other: Language = "en" if language == "zh" else "zh"
    translated = words(other).get(lexeme.text)
    if translated in accepts and translated is not None:
        word = spelling(translated, language)
        return both(
            f"本文件用中文关键词，写作“{word}”", f"this file uses English keywords: write `{word}`"
        )
    near = get_close_matches(lexeme.text, usable, n=1, cutoff=0.6)
    if near:
        return both(f"是不是“{near[0]}”？", f"did you mean `{near[0]}`?")
    inside = [word for word in usable if len(word) > 1 and lexeme.text.startswith(word)]
    if lexeme.terminal == "NAME" and inside:
        word = max(inside, key=len)
        rest = lexeme.text[len(word) :]
        return both(f"少了空格？写作“{word} {rest}”", f"a space is missing: `{word} {rest}`")
    if lexeme.terminal in KEYWORDS and "NAME" in accepts:
        return both(
            f"“{lexeme.text}”是关键词；要作名称，写作 `{lexeme.text}`（加反引号）",
            f"`{lexeme.text}` is a word of the language; as a name, write it in backticks",
        )
    return None


