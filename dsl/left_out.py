"""What an author leaves out because documents do: whose an attribute is, of which kind a reason, from when to
when a value holds, under which condition. Advice for tokens that the grammar does not take."""

from __future__ import annotations

import re
from collections.abc import Collection

from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.lexer import Lexeme
from hmbc.grammar.keywords import Language, spelling, words

_COMPARING = ("IN", "NOT_IN", "IS", "IS_NOT")
_FIGURES = ("NUMBER", "MONEY_AMOUNT")
_STOPS = {"ELIGIBLE": "R_NOT_ELIGIBLE", "WAIT": "R_WAITING", "EXCLUDE": "R_EXCLUDED"}
_EACH_LAYER = Bilingual(
    "各层分开写，每层前面都写“给付”：给付 住院 8000 给付 特药 7000",
    "each layer by itself, `pay` before each: pay hospital 8_000 pay drugs 7_000",
)
_ONE_AMOUNT = Bilingual(
    "应得的写一个数；各层分开写：给付 住院 8000 给付 特药 7000",
    "what is expected is one figure; each layer by itself: pay hospital 8_000 pay drugs 7_000",
)
_FROM_TO = Bilingual(
    "写明从哪天起：{ 自 2024-01-01 至 2024-12-31：15000  自 2025-01-01：16000 }",
    "say from which day on: { from 2024-01-01 to 2024-12-31: 15_000  from 2025-01-01: 16_000 }",
)
_OTHER_RATIO = re.compile(r"\(\s*([^\W\d]+)\s*:?\s*([\d.]+%)\s*\)")
"""Behind a ratio, that of a value: `80% (ill 40%)`."""
_BAND_WORDS = ("分段", "累进", "分级", "阶梯", "bands", "tiers", "tiered", "banded")
_BANDS = Bilingual(
    "写明从哪里起分段，每段的界限在前：起付线以上分段 每年：至多 5万元：60%，以上：70%；从 0 元起算的写“费用分段”",
    "say from where on, each band's limit first: bands above threshold per year: up to 50_000: 60%, beyond: 70%; "
    "where the limits count from 0: bands of cost",
)
_OTHER_CASE = Bilingual(
    "另一种情况要写条件：（1万元 若 参保人.困难 否则 2万元） 每年",
    "another case needs its condition: (10_000 if member.poor else 20_000) per year",
)


def left_out(
    lexeme: Lexeme, accepts: Collection[str], last: Lexeme, after: Lexeme, language: Language, source: str
) -> Bilingual | None:
    """What is missing, or None. source: the whole text, in ASCII signs."""
    own = words(language)
    text, before = lexeme.text, last.text
    if last.terminal == "NAME" and own.get(before) in _COMPARING and lexeme.terminal in ("NAME", "STRING"):
        return Bilingual(
            f"“{before}”前面要写是谁的哪一项：费用.… {before} {text}", f"`{before}` needs what it is asked of: claim.… {before} {text}"
        )
    if last.terminal in ("EVENT", "DECIDES") and lexeme.terminal == "NAME":
        return Bilingual(f"写明是费用的：{before} 费用.{text}", f"say whose it is: {before} claim.{text}")
    if set(accepts) <= {"MEMBER", "CLAIM"} and lexeme.terminal == "NAME" and last.terminal not in ("PER", "UNIT"):
        return Bilingual(f"写明是谁的：费用.{text} 或 参保人.{text}", f"say whose it is: claim.{text} or member.{text}")
    if set(accepts) == {"DATE"} and lexeme.terminal == "NAME" and after.terminal == "DATE":
        return Bilingual(f"日期在前，名字在后：{before} {after.text} {text}", f"the date first, then the name: {before} {after.text} {text}")
    if "R_WAITING" in accepts and (kind := _stop(text, source, language)) is not None:
        said = spelling(_STOPS[kind], language)
        return Bilingual(f"先写是哪一种：{said} {text}", f"its kind comes first: {said} {text}")
    if "PAY" in accepts and "BECAUSE" in accepts and last.terminal in _FIGURES:
        if lexeme.terminal == "COMMA" and after.terminal == "NAME":
            return _EACH_LAYER
        if lexeme.terminal in ("PLUS", "MINUS", "STAR"):
            return _ONE_AMOUNT
    if set(accepts) == {"FROM", "RBRACE"} and lexeme.terminal in ("NUMBER", "DATE"):
        return _FROM_TO
    if lexeme.terminal == "COMMA" and own.get(before, "").startswith("PER_") and after.terminal == "NAME":
        return _OTHER_CASE
    if lexeme.terminal == "EQUAL" and last.terminal == "NAME" and "COLON" in accepts and _is_parameter(lexeme, source, language):
        return Bilingual(
            f"参数要写类型：参数 {before}：金额 = {after.text}", f"a parameter has a type: parameter {before}: money = {after.text}"
        )
    if last.terminal == "PERCENT" and (other := _OTHER_RATIO.match(source, lexeme.span.start)):
        name, ratio = other.groups()
        return Bilingual(
            f"按取值写，不加括号：{name}：{ratio}，其余：{before}", f"by value, without brackets: {name}: {ratio}, otherwise: {before}"
        )
    return _of_names(lexeme, accepts, last, after, language)


def _of_names(
    lexeme: Lexeme, accepts: Collection[str], last: Lexeme, after: Lexeme, language: Language
) -> Bilingual | None:
    """Names that hold more than a name, or not all of one."""
    text = lexeme.text
    if lexeme.terminal == "NAME" and {"EXTERNAL", "FROM"} <= set(accepts) and after.terminal == "DOT":
        return Bilingual(f"从文件读：自 “{text}.csv”", f'it is read from a file: from "{text}.csv"')
    if last.terminal == "NAME" and last.text in _BAND_WORDS and words(language).get(text, "").startswith("PER"):
        return _BANDS
    if last.terminal == "DOT" and lexeme.terminal in _FIGURES:
        return Bilingual("金额前面不加字，直接写数：1.5万元", "nothing stands before the figure of an amount: 1.5")
    for none in ("NO_CAP", "NO_THRESHOLD"):
        word = spelling(none, language)
        if lexeme.terminal == "NAME" and none in accepts and text.endswith(word) and text != word:
            return Bilingual(f"只对有的费用如此，写出条件：{word} 若 条件", f"for some claims alone, with a condition: {word} if …")
    if last.terminal == "NAME" and language == "zh":
        for place in range(2, len(last.text) - 1):
            one, two = last.text[:place], last.text[place:]
            if one in words(language) and two in words(language):
                return Bilingual(f"少了空格？写作“{one} {two}”", f"a space is missing: `{one} {two}`")
    return None


def _stop(name: str, source: str, language: Language) -> str | None:
    """As what a name is declared that stops claims."""
    for kind in _STOPS:
        if re.search(rf"(?<!\w){re.escape(spelling(kind, language))}\s+{re.escape(name)}(?!\w)", source):
            return kind
    return None


def _is_parameter(lexeme: Lexeme, source: str, language: Language) -> bool:
    line = source[: lexeme.span.start].rsplit("\n", 1)[-1]
    return re.search(rf"(?<!\w){spelling('PARAMETER', language)}\s+\w+\s*$", line) is not None
