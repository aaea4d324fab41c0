"""Figures and days as people write them (`1 million`, `75 percent`, `1,000,000`, `2万元/年`, `Jan 1`), and
how they are written here: advice for tokens that the grammar does not take."""

from __future__ import annotations

import re
from collections.abc import Collection
from fractions import Fraction

from hmbc.dsl.dates_as_written import MONTHS, day_meant
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.lexer import Lexeme
from hmbc.grammar.keywords import Language, words

AMOUNTS = ("NUMBER", "MONEY_AMOUNT")
_POWERS = {
    "thousand": 10**3, "grand": 10**3, "lakh": 10**5, "million": 10**6, "mn": 10**6, "crore": 10**7,
    "billion": 10**9, "bn": 10**9,
}  # fmt: skip
_PER_CENT = ("percent", "pct", "percentage")
_EACH = {
    "年": ("每年", "per year"), "year": ("每年", "per year"), "月": ("每月", "per month"),
    "month": ("每月", "per month"), "日": ("每日", "per day"), "天": ("每日", "per day"),
    "day": ("每日", "per day"), "次": ("每次", "per event"), "event": ("每次", "per event"),
    "笔": ("每笔", "per claim"), "户": ("每户", "per family"),
}  # fmt: skip
"""What stands behind a stroke: `2万元/年`."""
_MOST = {
    "最高", "最多", "至多", "不超过", "不高于", "上限", "限额", "maximum", "max", "limit", "of",
    "最低", "超过", "超出", "高于", "above", "over", "exceeding",
}  # fmt: skip
_SPANS = {
    "年度累计": "每年", "年累计": "每年", "年度": "每年", "全年": "每年", "累计": "每年", "annual": "per year",
    "yearly": "per year", "每年度": "每年", "单次": "每次", "每次住院": "每次", "月度": "每月", "终身累计": "终身",
}  # fmt: skip
"""Words for a scope, where they stand before the amount."""


_WITH_COMMAS = re.compile(r"[^\W\d]*[¥$€£]?\d{1,3}(?:, ?\d{3})+(?!\d)[^\s,;:(){}|]*")
"""`￥1,000,000`, with what stands before and behind it, in ASCII signs."""


def figure_meant(
    lexeme: Lexeme, accepts: Collection[str], last: Lexeme, after: Lexeme, language: Language, source: str
) -> Bilingual | None:
    """How a figure or a day is written, or None. source: the whole text, in ASCII signs."""
    text = lexeme.text
    if (day := _date(lexeme, accepts, last, source)) is not None:
        return day
    if lexeme.terminal == "COMMA" and last.terminal in AMOUNTS and after.terminal in AMOUNTS:
        found = _WITH_COMMAS.match(source, last.span.start)
        joined = f"{last.text}_{after.text}"
        if found is not None and found.end() >= after.span.end:
            joined = last.text + re.sub(", ?", "_", source[last.span.end : found.end()])
        return Bilingual(f"千位不用逗号分隔，写作 {joined}", f"thousands are not set apart by commas: {joined}")
    if last.terminal in AMOUNTS and isinstance(last.value, Fraction | int):
        if text.lower() in _PER_CENT or (text == "per" and after.text == "cent"):
            return Bilingual(f"写作 {last.text}%", f"write {last.text}%")
        if (power := _POWERS.get(text.lower())) and (last.value * power).denominator == 1:
            amount = f"{int(last.value * power):_}"
            return Bilingual(f"写作 {amount}", f"write {amount}")
    if last.text == "/" and text in _EACH:
        zh, en = _EACH[text]
        return Bilingual(f"不用“/”，写“{zh}”", f"without `/`: `{en}`")
    if last.terminal == lexeme.terminal == "NUMBER" and len(text) == 3 and text.isdigit():
        joined = f"{last.text}_{text}"
        return Bilingual(f"千位不用空格分隔，写作 {joined}", f"thousands are not set apart by blanks: {joined}")
    if "CALENDAR" in accepts and text in ("自然年度", "自然年", "日历年", "日历年度"):
        return Bilingual("写“公历年”", "write `calendar`")
    if "MONTH_DAY" in accepts and (day := _day_of_the_year(lexeme, after)):
        return day
    if lexeme.terminal == "DATE" and "MONTH_DAY" in accepts:
        return Bilingual("每年如此，只写月日：1月1日 至 12月31日", "month and day alone, for every year: 01-01 to 12-31")
    if lexeme.terminal == "MINUS" and set(accepts) == {"TO"}:
        return Bilingual("起止之间写“至”", "write `to` between the two")
    if lexeme.terminal in AMOUNTS and "UP_TO" in accepts:
        return Bilingual(
            "各段只写到哪里为止，最后一段写“以上”：至多 5万元：60%，以上：70%",
            "a band says where it ends, the last is `beyond`: up to 50_000: 60%, beyond: 70%",
        )
    if "PER_YEAR" in accepts and f"{last.text} {text}" in ("at most", "up to", "not more", "maximum of"):
        return Bilingual(
            f"不写“{last.text} {text}”，直接写金额", f"without `{last.text} {text}`, the amount at once: 20_000"
        )
    if lexeme.terminal in AMOUNTS and last.terminal == "NAME" and "PER_YEAR" in accepts:
        return _before_an_amount(last, lexeme, words(language))
    return None


def _date(lexeme: Lexeme, accepts: Collection[str], last: Lexeme, source: str) -> Bilingual | None:
    """A day with its year: where one is expected, or begun as a number or a name."""
    if "DATE" in accepts:
        return day_meant(source[lexeme.span.start :])
    return day_meant(source[last.span.start :]) if last.terminal in ("NUMBER", "NAME") else None


def _day_of_the_year(lexeme: Lexeme, after: Lexeme) -> Bilingual | None:
    """`1 January`, `Jan 1`."""
    for month, day in ((after, lexeme), (lexeme, after)):
        name = month.text.lower()[:3]
        if name in MONTHS and day.terminal == "NUMBER" and day.text.isdigit() and int(day.text) < 32:
            written = f"{MONTHS.index(name) + 1:02}-{int(day.text):02}"
            return Bilingual(f"月日写作 {written}", f"write the day {written}")
    return None


def _before_an_amount(last: Lexeme, amount: Lexeme, own: dict[str, str]) -> Bilingual | None:
    """What stands before an amount from habit: a currency, `at most`, the scope."""
    before = last.text
    if len(before) == 3 and before.isascii() and before.isupper():
        return Bilingual(
            "金额不带币种：币种在方案开头写一次", "an amount bears no currency: the scheme states it once"
        )
    if before in _MOST:
        return Bilingual(
            f"不写“{before}”，直接写金额：{amount.text} 每年",
            f"without `{before}`, the amount at once: {amount.text} per year",
        )
    scope = before if own.get(before, "").startswith("PER_") else _SPANS.get(before.lower())
    if scope is not None:
        return Bilingual(
            f"“{scope}”写在金额后面：{amount.text} {scope}",
            f"the amount comes first: {amount.text} {scope}",
        )
    return None
