"""What an author probably meant, where what stands around a syntax error tells it."""

from __future__ import annotations

import re
from collections.abc import Collection

from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.figures_as_written import figure_meant
from hmbc.dsl.habits import habit
from hmbc.dsl.left_out import left_out
from hmbc.dsl.lexer import Lexeme
from hmbc.dsl.shapes_as_written import shape_meant
from hmbc.grammar.keywords import Language, spelling, words

_OF_A_LAYER = {
    "WHEN", "UNLESS", "BASE", "THRESHOLD", "NO_THRESHOLD", "RATIO", "TOPS_UP", "CAP", "COST_CAP",
    "NO_CAP", "PAYS", "PAYS_INCREASE",
}  # fmt: skip
BLOCK_WORDS = {"LAYER", "EXAMPLE", "PROVE", "EXCLUDE", "WAIT", "ELIGIBLE"}
_OF_THE_SCHEME = BLOCK_WORDS | {
    "SOURCE", "CURRENCY", "BENEFIT_YEAR", "ENROLMENT", "DECIDES", "EVENT", "PARAMETER", "LIST",
}  # fmt: skip
_COMPARISONS = {
    "大于等于": ">=", "不小于": ">=", "不低于": ">=", "不少于": ">=", "不减于": ">=", "达到": ">=",
    "大于": ">", "高于": ">", "超过": ">",
    "小于等于": "<=", "不大于": "<=", "不高于": "<=", "不超过": "<=",
    "小于": "<", "低于": "<", "少于": "<", "不满": "<", "超出": ">",
    "早于": "<", "先于": "<", "不早于": ">=", "晚于": ">", "迟于": ">", "不晚于": "<=", "不迟于": "<=",
    "earlier": "<", "later": ">", "after": ">",
    "exceeds": ">", "exceeding": ">", "above": ">", "over": ">", "greater": ">", "more": ">",
    "below": "<", "under": "<", "less": "<", "at least": ">=", "at most": "<=",
}  # fmt: skip
_NO = {
    "limit": "NO_CAP", "maximum": "NO_CAP", "ceiling": "NO_CAP", "deductible": "NO_THRESHOLD",
    "excess": "NO_THRESHOLD",
}  # fmt: skip
_VISITS = {
    "次", "每次", "同次", "就医", "同次住院", "每次住院", "按次", "住院", "住院号", "事件", "admission", "stay", "visit",
    "episode", "hospitalisation", "hospitalization",
}  # fmt: skip
"""What stands for `event` in the header, before the attribute that tells one from another."""
_JOINS = ("IS", "IS_NOT", "IN", "NOT_IN", "AND", "OR")


def likely_mistake(
    lexeme: Lexeme,
    accepts: Collection[str],
    last: Lexeme | None,
    after: Lexeme,
    language: Language,
    source: str,
) -> Bilingual | None:
    """Advice for a token that the grammar does not take, or None. source: the whole text, in ASCII signs."""
    own = words(language)
    word = own.get(lexeme.text, lexeme.terminal)
    ends = "RBRACE" in accepts
    if set(accepts) == {"$END"}:
        return Bilingual(
            "方案到上一个“}”已经结束：前面是不是多了一个“}”？",
            "the scheme ended with the `}` before: is there one `}` too many?",
        )
    if ends and word in _OF_A_LAYER and "PAY" not in accepts and not _OF_A_LAYER & set(accepts):
        return Bilingual(
            f"“{lexeme.text}”要写在“层”的括号里面",
            f"`{lexeme.text}` belongs inside a layer's braces",
        )
    if ends and word in _OF_THE_SCHEME and not _OF_THE_SCHEME & set(accepts):
        if word in BLOCK_WORDS:
            return Bilingual(
                f"“{lexeme.text}”之前是不是少了“}}”？", f"is a `}}` missing before `{lexeme.text}`?"
            )
        return Bilingual(
            f"“{lexeme.text}”直接写在“方案”的括号里，不写在别的括号里",
            f"`{lexeme.text}` stands in the scheme's own braces, not in others",
        )
    if last is None:
        return None
    if "EVENT" in accepts and lexeme.text in _VISITS and after.terminal in ("CLAIM", "MEMBER"):
        found = re.match(r"\S+\s*\.\s*[^\s,;}]+", source[after.span.start :])
        which = found[0] if found else after.text
        return Bilingual(f"哪些费用算同一次：同次就医 {which}", f"which claims are one event: event {which}")
    if (missing := left_out(lexeme, accepts, last, after, language, source)) is not None:
        return missing
    if (figure := figure_meant(lexeme, accepts, last, after, language, source)) is not None:
        return figure
    if (said := habit(lexeme, accepts, last, after, language)) is not None:
        return said
    if "PER_YEAR" in accepts and last.terminal == "NAME" and (kind := _shared(last.text, source)):
        return Bilingual(f"少了“共用”：{kind} 共用 {last.text}", f"`shared` is missing: {kind} shared {last.text}")
    sign = _COMPARISONS.get(lexeme.text) or _COMPARISONS.get(f"{lexeme.text} {after.text}")
    if sign is not None and last.terminal in ("NAME", "DATE_WORD", "RPAR", "NUMBER", "PAY"):
        if "AT_LEAST" in accepts:
            return Bilingual(f"比较用符号：写作 {sign}", f"compare by a sign: {sign}")
        if "THRESHOLD" in accepts and sign in (">", ">="):
            return Bilingual(
                "从多少起付，另写一行：起付线 2万元 每年",
                "from what amount on it is paid is a clause of its own: threshold 20_000 per year",
            )
    if (shape := shape_meant(lexeme, accepts, last, after, language)) is not None:
        return shape
    if lexeme.text == "no" and (none := _NO.get(after.text, "")) in accepts:
        return Bilingual(f"写“{spelling(none, language)}”", f"write `{spelling(none, language)}`")
    if lexeme.terminal == "DOT" and (spaced := _run_together(last.text, language)):
        return Bilingual(f"少了空格？写作“{spaced}”", f"a space is missing: `{spaced}`")
    if lexeme.terminal == "EQUAL" and "COLON" in accepts:
        return Bilingual("这里用“：”，不用“=”", "write `:` here, not `=`")
    if lexeme.terminal == "COLON" and last.terminal == "STRING":
        name = last.value
        return Bilingual(f"名称不加引号：写作 {name}：", f"a name has no quotes: {name}:")
    if lexeme.terminal == "MINUS" and last.terminal == "NAME" and "STRING" in accepts:
        return Bilingual("名称里不能有“-”，可用“_”", "a name cannot hold `-`; write `_`")
    if lexeme.terminal == "NUMBER" and set(accepts) == {"NAME"}:
        return Bilingual("名称不能以数字开头", "a name does not begin with a digit")
    if lexeme.terminal == "NAME" and "STRING" in accepts and last.terminal == "NAME":
        if after.terminal in ("LBRACE", "COLON"):
            return Bilingual(
                f"说明文字要加引号：“{lexeme.text}”", f'a title is in quotes: "{lexeme.text}"'
            )
    is_name = lexeme.terminal in ("NAME", "DATE_WORD")
    if is_name and after.terminal == "COLON" and "COMMA" in accepts:
        return Bilingual("两项之间少了“，”", "a `,` is missing between the two")
    if own.get(last.text, "").startswith("PER_") and last.terminal == "NAME":
        return Bilingual(f"“{last.text}”前面少了金额", f"an amount is missing before `{last.text}`")
    if lexeme.terminal == "NAME" and len(own.get(lexeme.text[:1], "")) > 1:
        if own[lexeme.text[0]] in accepts and own[lexeme.text[0]] != "NAME":
            spaced = f"{lexeme.text[0]} {lexeme.text[1:]}"
            return Bilingual(f"少了空格？写作“{spaced}”", f"a space is missing: `{spaced}`")
    other: Language = "en" if language == "zh" else "zh"
    phrase = words(other).get(f"{lexeme.text} {after.text}")
    if phrase is not None and phrase in accepts:
        meant = spelling(phrase, language)
        return Bilingual(
            f"本文件用中文关键词，写作“{meant}”",
            f"this file uses Chinese keywords: write `{meant}`",
        )
    return None


def _shared(name: str, source: str) -> str | None:
    """Of what a name is declared as shared somewhere: a threshold or a cap."""
    found = re.search(rf"(?:共用|\bshared)\s+(封顶|起付线|cap|threshold)\s+{re.escape(name)}(?!\w)", source)
    return found[1] if found else None


def _run_together(text: str, language: Language) -> str | None:
    """`日期属于参保人` as `日期 属于 参保人`: a join and an owner, run into the name before."""
    for owner in (spelling("MEMBER", language), spelling("CLAIM", language)):
        rest = text.removesuffix(owner)
        for join in sorted((spelling(name, language) for name in _JOINS), key=len, reverse=True):
            name = rest.removesuffix(join)
            if language == "zh" and rest != text and name and name != rest:
                return f"{name} {join} {owner}"
    return None
