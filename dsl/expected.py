"""What a syntax error says: what stands there, what could, and what the author probably meant."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from hmbc.dsl import codes
from hmbc.dsl.bands_as_written import bands_meant
from hmbc.dsl.diagnostic import Bilingual, Diagnostic, Related
from hmbc.dsl.lexer import ADVICE, Lexeme
from hmbc.dsl.likely_mistakes import likely_mistake
from hmbc.grammar.keywords import KEYWORDS, Language, spelling, words

both = Bilingual

EXPECTED = both("这里可以写", "expected")
NEEDED = both("接着要写", "still needed")

_KINDS = {
    "NAME": both("名称", "a name"),
    "STRING": both("引号里的文字", "a text in quotes"),
    "DATE": both("日期（如 2022-03-01）", "a date (2022-03-01)"),
    "MONTH_DAY": both("月日（如 1月1日）", "a month and day (01-01)"),
    "NUMBER": both("金额或数字", "an amount or number"),
    "RULE": both("条款号（如 ZZ-07）", "a rule id (ZZ-07)"),
    "DURATION": both("天数（如 30天）", "a number of days (30 days)"),
    "WORKDAYS": both("工作日数（如 10个工作日）", "a number of working days (10 working days)"),
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
_LAST_BAND = both("最后一段没有界限，写“，以上：……”", "the last band has no limit: `, beyond: …`")
_KEYWORD = {"PER": both("每个 费用.…", "per claim.…")}
_SHOWN = 12
_SYNONYMS = {
    "免赔额": "THRESHOLD", "免赔": "THRESHOLD", "起付标准": "THRESHOLD", "起付金额": "THRESHOLD",
    "上限": "CAP", "限额": "CAP", "最高支付限额": "CAP", "年度限额": "CAP", "封顶线": "CAP",
    "报销比例": "RATIO", "赔付比例": "RATIO", "支付比例": "RATIO", "给付比例": "RATIO",
    "货币": "CURRENCY", "年度": "BENEFIT_YEAR", "责任": "LAYER", "责任免除": "EXCLUDE",
    "免责": "EXCLUDE", "不予支付": "EXCLUDE", "等待期": "WAIT", "被保险人": "MEMBER",
    "理赔": "CLAIM", "条件": "WHEN", "如果": "WHEN", "当": "WHEN", "保险期间": "VALID",
    "保障期间": "BENEFIT_YEAR", "不设封顶": "NO_CAP", "无封顶": "NO_CAP", "不设起付线": "NO_THRESHOLD",
    "给付限额": "CAP", "赔付限额": "CAP", "保额": "CAP", "保险金额": "CAP", "绝对免赔额": "THRESHOLD",
    "uncapped": "NO_CAP", "unlimited": "NO_CAP", "max": "CAP", "ceiling": "CAP",
    "retention": "THRESHOLD", "percentage": "RATIO", "percent": "RATIO", "例": "EXAMPLE", "例子": "EXAMPLE", "举例": "EXAMPLE", "案例": "EXAMPLE", "test": "EXAMPLE", "case": "EXAMPLE", "应付": "PAY",
    "deductible": "THRESHOLD", "excess": "THRESHOLD", "limit": "CAP", "maximum": "CAP",
    "year": "BENEFIT_YEAR", "enrollment": "ENROLMENT",
    "exclusion": "EXCLUDE", "waiting": "WAIT", "insured": "MEMBER", "if": "WHEN",
    "pays": "PAY", "expect": "PAY", "nocap": "NO_CAP", "赔付": "PAY", "报销": "PAY", "支付": "PAY",
    "根据": "CITE", "按照": "CITE", "依照": "CITE", "见": "CITE", "source": "CITE", "see": "CITE", "ref": "CITE", "according": "CITE",
}  # fmt: skip
"""What policy documents and other systems say, and the word that says it here."""
_TYPE_WORDS = {"MONEY", "RATIO", "INT", "BOOL", "DATE_WORD", "CODE", "PERIODS"}


def explain_unexpected(
    lexeme: Lexeme,
    accepts: Collection[str],
    last: Lexeme | None,
    after: Lexeme,
    language: Language,
    source: str,
    unfinished: bool,
    in_bands: bool,
    ratio: str | None,
) -> Diagnostic:
    """The diagnostic for a token that the grammar does not take. source: the whole text, in ASCII signs; unfinished: a new clause begins with
    it; in_bands: it stands among bands of which the last has not come; ratio: the clause of a ratio
    in which it stands."""
    advice = None if ratio is None else bands_meant(ratio, language)
    advice = advice or likely_mistake(lexeme, accepts, last, after, language, source)
    advice = advice or _advice(lexeme, accepts, last, after, language)
    if not advice and in_bands and "COMMA" in accepts and (unfinished or lexeme.terminal == "RPAR"):
        advice = _LAST_BAND
    expected = None if advice else _expected(accepts)
    if unfinished and last is not None:
        extra = ((ADVICE, advice),) if advice else ((NEEDED, expected),) if expected else ()
        next_one = (Related(lexeme.span, both("下一句从这里开始", "the next clause begins here")),)
        values = {"last": _quoted(last.text)}
        return Diagnostic(codes.UNFINISHED, last.span, values, next_one, extra=extra)
    extra = ((ADVICE, advice),) if advice else ((EXPECTED, expected),) if expected else ()
    return Diagnostic(codes.UNEXPECTED, lexeme.span, {"found": _quoted(lexeme.text)}, extra=extra)


def needless_comma(comma: Lexeme) -> Diagnostic:
    """The diagnostic for a comma behind the last of a list."""
    advice = both("最后一项后面没有逗号", "no comma behind the last one")
    return Diagnostic(codes.UNEXPECTED, comma.span, {"found": _quoted(comma.text)}, extra=((ADVICE, advice),))


def _quoted(text: str) -> Bilingual:
    return both(text if text[:1] in ("“", "「") else f"“{text}”", f"`{text}`")


def _expected(accepts: Collection[str]) -> Bilingual | None:
    rest = set(accepts)
    kinds: list[Bilingual] = []
    if rest >= _VALUE_STARTS:
        kinds.append(_VALUE)
        rest -= _OF_VALUES
    elif rest - _GOES_ON:
        rest -= _GOES_ON
    ordered = [name for name in KEYWORDS if name in rest]
    kinds += [_KEYWORD.get(name) or both(*KEYWORDS[name]) for name in ordered]
    kinds += [_KINDS[name] for name in _KINDS if name in rest]
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
    if set(accepts) == {"LPAR"} and last is not None and last.terminal in KEYWORDS:
        return both(
            f"“{last.text}”在这里是词；若是名称，写作 `{last.text}`",
            f"`{last.text}` is a word here; if it is a name, set it in backticks",
        )
    if lexeme.terminal == "COMMA" and "VBAR" in accepts:
        return both("取值之间用“|”隔开", "values are set apart by `|`")
    keyword = words(language).get(lexeme.text)
    if "COLON" in accepts and last is not None and keyword in _TYPE_WORDS:
        return both(
            f"少了冒号：写作“{last.text}：{lexeme.text}”",
            f"a colon is missing: `{last.text}: {lexeme.text}`",
        )
    usable = {spelling(name, language): name for name in accepts if name in KEYWORDS}
    if (meant := _SYNONYMS.get(lexeme.text)) in accepts and meant is not None:
        word = spelling(meant, language)
        return both(f"这里的说法是“{word}”", f"the word for it here is `{word}`")
    other: Language = "en" if language == "zh" else "zh"
    translated = words(other).get(lexeme.text)
    if translated in accepts and translated is not None:
        word = spelling(translated, language)
        used = both("中文", "Chinese") if language == "zh" else both("英文", "English")
        return both(
            f"本文件用{used.zh}关键词，写作“{word}”",
            f"this file uses {used.en} keywords: write `{word}`",
        )
    if (spaced := _two_words(lexeme.text, usable, language)) is not None:
        return both(f"少了空格？写作“{spaced}”", f"a space is missing: `{spaced}`")
    near = get_close_matches(lexeme.text, usable, n=1, cutoff=0.6)
    if near:
        return both(f"是不是“{near[0]}”？", f"did you mean `{near[0]}`?")
    if lexeme.terminal in KEYWORDS and "NAME" in accepts:
        return both(
            f"“{lexeme.text}”另有用处；要作名称，写作 `{lexeme.text}`（加反引号）",
            f"`{lexeme.text}` is a word of the language; as a name, write it in backticks",
        )
    return None


def _two_words(text: str, usable: Collection[str], language: Language) -> str | None:
    """`起付线2万元` as `起付线 2万元`: a word that could stand here, run into what follows it."""
    for word in sorted(usable, key=len, reverse=True):
        rest = text[len(word) :]
        if len(word) < 2 or not text.startswith(word) or not rest:
            continue
        if rest[0].isdigit() or any(rest.startswith(other) for other in words(language)):
            return f"{word} {rest}"
    return None
