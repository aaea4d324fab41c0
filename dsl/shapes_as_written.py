"""Clauses of which the parts stand in another order, or behind another sign, than here: advice for tokens
that the grammar does not take."""

from __future__ import annotations

import re
from collections.abc import Collection

from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.lexer import Lexeme
from hmbc.grammar.keywords import Language, words

_THAN = {
    "greater": ">", "more": ">", "larger": ">", "higher": ">", "later": ">",
    "less": "<", "fewer": "<", "smaller": "<", "lower": "<", "earlier": "<",
}  # fmt: skip
_SINCE = ("在", "自", "从", "于", "from", "since", "on", "at")
_VALUES = Bilingual("取值之间用“|”隔开", "values are set apart by `|`")
_WAIT = Bilingual(
    "等待要有名称和条件：等待 等待期：费用.日期 < 参保人.参保日期 + 30天",
    "a wait has a name and a condition: wait first_month: claim.date < member.joined + 30 days",
)
_EXCLUDE = Bilingual(
    "除外要有名称和条件：除外 美容：费用.类别 是 美容",
    "an exclusion has a name and a condition: exclude cosmetic: claim.kind is cosmetic",
)
_NAMED = {"WAIT": _WAIT, "EXCLUDE": _EXCLUDE}
_IN_CONDITION = Bilingual(
    "“除外”是一条自己的条款，要有名称；条件里除去一种情况，写“但不含 条件”",
    "`exclude` is a clause of its own, with a name; an exception in a condition is `unless` and a condition",
)
_NO_BRACKETS = Bilingual(
    "类型后面没有括号：金额都以币种的元计，不写单位；范围写作 金额 0 至 500万元；取值写作 健康 | 既往症",
    "no brackets behind a type: amounts are in the scheme's currency; a range is money 0 to 5_000; values are written healthy | ill",
)
_FIGURES = ("NUMBER", "MONEY_AMOUNT")
_NONE = ("NO_THRESHOLD", "NO_CAP")


def shape_meant(
    lexeme: Lexeme, accepts: Collection[str], last: Lexeme, after: Lexeme, language: Language
) -> Bilingual | None:
    """In which order, or behind which sign, it is said here; or None."""
    text, before = lexeme.text, last.text
    of_scope = words(language).get(text, lexeme.terminal).startswith("PER")
    if last.terminal == "PERCENT" and "BASE" in accepts:
        if (lexeme.terminal == "LPAR" or text in ("for", "对")) and after.terminal == "NAME":
            return Bilingual(
                f"按取值写，取值在前：{after.text}：{before}，……",
                f"by value, the value first: {after.text}: {before}, …",
            )
        if of_scope:
            return Bilingual(
                f"比例没有范围；“{text}”写在起付线和封顶的金额后面",
                f"a ratio has no scope; `{text}` belongs behind the amount of a threshold or a cap",
            )
    if last.terminal in _NONE and of_scope:
        return Bilingual(f"“{before}”后面什么也不写", f"nothing stands behind `{before}`")
    if before == "/" and lexeme.terminal == "NAME":
        return Bilingual("几个取值之间用逗号：属于 住院，门诊", "several values: `in a, b`")
    if text in _SINCE and "AND" in accepts and re.match(r"\d{4}", after.text):
        return Bilingual(
            "日期用符号比较：费用.日期 >= 2024-01-01", "dates are compared by a sign: claim.date >= 2024-01-01"
        )
    if text == "than" and (sign := _THAN.get(before)) is not None:
        return Bilingual(f"比较用符号：写作 {sign}", f"compare by a sign, without `is`: {sign}")
    if before in ("and", "且") and last.terminal == "NAME" and lexeme.terminal in ("CLAIM", "MEMBER"):
        return Bilingual("“且”前面不用逗号", "no comma before `and`")
    if "PAY" in accepts and (lexeme.terminal == "EQUAL" or lexeme.terminal in _FIGURES):
        return Bilingual("金额前面写“给付”：给付 7500", "an amount follows `pay`: pay 7_500")
    return _declared(lexeme, accepts, last)


def _declared(lexeme: Lexeme, accepts: Collection[str], last: Lexeme) -> Bilingual | None:
    """Of what is declared: attributes, layers, waits, exclusions."""
    if lexeme.terminal == "SLASH" and "VBAR" in accepts:
        return _VALUES
    if lexeme.terminal == "STRING" and {"MONEY", "NAME"} <= set(accepts):
        return Bilingual("取值不加引号", "values have no quotes")
    if last.text in ("or", "或") and lexeme.terminal == "NAME" and {"STRING", "COLON"} <= set(accepts):
        return _VALUES
    if last.terminal == "WAIT" and lexeme.terminal in ("DURATION", "NUMBER"):
        return _WAIT
    if lexeme.terminal == "COLON" and last.terminal in _NAMED:
        return _NAMED[last.terminal]
    if lexeme.terminal == "DOT" and {"FROM", "STRING", "COLON"} <= set(accepts):
        return _IN_CONDITION
    if lexeme.terminal == "LPAR" and "OPTIONAL" in accepts:
        return _NO_BRACKETS
    if lexeme.terminal == "NAME" and {"EXTERNAL", "FROM"} <= set(accepts):
        return Bilingual(
            f"编码要加引号：“{lexeme.text}”；从文件读，写：自 “文件名.csv”",
            f'codes are in quotes: "{lexeme.text}"; from a file: from "file.csv"',
        )
    if last.terminal == "FROM" and lexeme.terminal == "NAME" and set(accepts) == {"STRING"}:
        return Bilingual("文件名要加引号：自 “文件名.csv”", 'a file is in quotes: from "file.csv"')
    if last.terminal == "UNIT" and lexeme.terminal == "NAME":
        return Bilingual(
            "按参保人的一项归户，这一项相同的是一户：理算单位 参保人.户号",
            "members who share an attribute are a family: unit member.household",
        )
    if lexeme.terminal == "NAME" and {"FROM", "STRING", "COLON"} <= set(accepts):
        return _EXCLUDE
    if lexeme.terminal == "STRING" and set(accepts) == {"NAME"}:
        return Bilingual(
            f"名称在前，说明文字在后：住院 {lexeme.text}", f"a name first, then the title: hospital {lexeme.text}"
        )
    if lexeme.terminal == "LPAR" and {"STRING", "LBRACE"} <= set(accepts):
        return Bilingual("说明文字写在引号里，不写在括号里", "a title stands in quotes, not in brackets")
    return None
