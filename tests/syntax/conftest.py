"""Random schemes, made from the grammar itself: any derivation of hmb.lark, written in either
language with any punctuation, blanks and comments."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache

import pytest
from attrs import frozen
from hypothesis import strategies as st
from lark.grammar import NonTerminal, Rule

from hmbc.dsl.lexer import are_paired
from hmbc.grammar import tables
from hmbc.grammar.keywords import KEYWORDS, Language, spelling, words

SYMBOLS = {
    "LBRACE": "{", "RBRACE": "}", "LPAR": "(", "RPAR": ")", "COLON": ":", "COMMA": ",",
    "VBAR": "|", "EQUAL": "=", "LESSTHAN": "<", "MORETHAN": ">", "PLUS": "+", "MINUS": "-",
    "STAR": "*", "SLASH": "/", "DOT": ".", "AT_MOST": "<=", "AT_LEAST": ">=", "UNEQUAL": "!=",
}  # fmt: skip
OTHER_SPELLINGS = {
    "{": "{｛", "}": "}｝", "(": "(（", ")": ")）",
    ":": ":：", ",": ",，、", "|": "|｜", "=": "=＝",
    "<": "<＜", ">": ">＞", "+": "+＋", "-": "-－", "*": "*＊×", ".": ".．", "/": "/／",
    "<=": ("<=", "≤"), ">=": (">=", "≥"), "!=": ("!=", "≠"),
}  # fmt: skip
NAMES = (
    "a", "b1", "_x", "住院", "药店", "层1", "year",
    "date", "日期", "cap", "no", "not", "in", "given",
    "CNY", "费用", "claim", "是", "至", "to", "起付线",
    "threshold", "benefit", "days", "day", "元", "天",
    "一级", "A_b", "类别是住院", "per", "half",
    "up", "方案", "scheme", "赔付", "paid", "第三条", "万元",
)  # fmt: skip
STRINGS = (
    "", "第三条", "a b", "#no comment", "// nor this",
    "it's", "{", "x，y", "*/", "\\n", "`q`", "“", "”",
    '"', "「", "」", '"”', '"”」', "\u202e", "\u200b", "²", "end\\",
    "甲“乙”丙", "「甲」“乙”", "““a””",
)  # fmt: skip
RULES = ("ZZ-07", "A-1", "od-12b", "ZZ-3.2")
DEEPEST = 60
COMMENTS = ("# c", "// 说明", "#", "# “quoted” {", "//  # two  ", "＃ 全角", "# ；")


@frozen
class Written:
    """A derivation as text."""

    text: str
    language: Language
    terminals: tuple[str, ...]


@cache
def grammar() -> dict[str, tuple[Rule, ...]]:
    """The rules of hmb.lark as Lark compiled them, by what they make."""
    found: dict[str, list[Rule]] = {}
    for rule in tables.build().rules:
        found.setdefault(rule.origin.name, []).append(rule)
    return {name: tuple(rules) for name, rules in found.items()}


@cache
def heights() -> dict[str, int]:
    """How deep the shallowest derivation of each rule is."""
    known: dict[str, int] = {}
    while len(known) < len(grammar()):
        for name, rules in grammar().items():
            reachable = [h for rule in rules if (h := _height(rule, known)) is not None]
            if reachable and min(reachable) < known.get(name, 1 << 30):
                known[name] = min(reachable)
    return known


def _height(rule: Rule, known: dict[str, int]) -> int | None:
    inner = [s.name for s in rule.expansion if isinstance(s, NonTerminal)]
    if any(name not in known for name in inner):
        return None
    return 1 + max((known[name] for name in inner), default=0)


def derive(rng: random.Random, budget: int) -> list[str]:
    """The terminals of a random derivation; `budget` rules are chosen freely, then the shortest, as
    deep inside, lest the nesting be refused."""
    made: list[str] = []
    todo = [("start", 0)]
    while todo:
        name, depth = todo.pop()
        if name not in grammar():
            made.append(name)
            continue
        rules = grammar()[name]
        if budget <= 0 or depth > DEEPEST:
            least = min(_height(rule, heights()) or 0 for rule in rules)
            rules = tuple(rule for rule in rules if _height(rule, heights()) == least)
        budget -= 1
        rule = rules[rng.randrange(len(rules))]
        inside = depth + (not name.startswith("__"))
        todo += [(symbol.name, inside) for symbol in reversed(rule.expansion)]
    return made


def write(rng: random.Random, terminals: list[str], language: Language) -> str:
    """The terminals as text."""
    text = _space(rng, "", language) if rng.random() < 0.3 else ""
    for terminal in terminals:
        text += _token(rng, terminal, language)
        text += _space(rng, terminal, language)
    return text


def _space(rng: random.Random, terminal: str, language: Language) -> str:
    """Blanks, line ends and comments; at least a line end where a unit could be read into a number
    by what follows."""
    kind = rng.random()
    if kind < 0.55:
        return " " if terminal not in ("NUMBER", "MONEY_AMOUNT") else " \n"
    if kind < 0.62:
        return "　\t " if terminal not in ("NUMBER", "MONEY_AMOUNT") else "\n　"
    if kind < 0.8:
        return "\n" * rng.randrange(1, 4)
    if kind < 0.84:
        return rng.choice((";\n", "\r\n", "。\n"))
    if kind < 0.9:
        return f"{rng.choice(('', ' '))} {rng.choice(COMMENTS)}\n"
    if kind < 0.93:
        return f"\n\n  {rng.choice(COMMENTS)}\n{rng.choice(COMMENTS)}\n\n"
    return "" if terminal in SYMBOLS and terminal not in ("MINUS",) else "\n"


def _token(rng: random.Random, terminal: str, language: Language) -> str:
    def digits(most: int) -> str:
        text = str(rng.choice((0, 1, 7, 60, 10_000, 12_345_678, rng.randrange(10**most))))
        if rng.random() < 0.2:
            text = f"{int(text):_}"
        if rng.random() < 0.2:
            text = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text)
        return text

    match terminal:
        case "NAME":
            name = rng.choice(NAMES)
            first_words = {phrase.split()[0] for phrase in words(language)}
            bare = name not in first_words and rng.random() < 0.8
            return name if bare else f"`{name}`"
        case "STRING":
            text = rng.choice(STRINGS)
            pairs = [p for p in ('""', "“”", "「」", "””", "＂＂") if are_paired(text, *p)]
            pair = rng.choice(pairs)
            return f"{pair[0]}{text}{pair[1]}"
        case "RULE":
            return rng.choice(RULES)
        case "DATE":
            days = ("2022-03-01", "2022-3-1", "2024年2月29日", "0001-01-01", "9999-12-31")
            return rng.choice(days)
        case "MONTH_DAY":
            return rng.choice(("1月1日", "01-01", "12-31", "2-28", "１１月１日"))
        case "NUMBER":
            return digits(12) + rng.choice(("", ".5", ".10", "万", "亿", ".01万"))
        case "MONEY_AMOUNT":
            number = digits(12) + rng.choice(("", ".5", ".10"))
            pound = rng.choice(("¥", "￥"))
            return rng.choice((f"{number}元", f"{number}万元", f"{number}亿元", f"{pound}{number}",
                               f"{pound}{number}万", f"{pound}{number}亿元"))  # fmt: skip
        case "PERCENT":
            return digits(3) + rng.choice(("", ".5", ".25")) + rng.choice("%％")
        case "DURATION":
            unit = rng.choice(("天", "日", " days", "day", "  day"))
            return rng.choice("0 1 60 ３６５".split()) + unit
        case "MONTHS":
            return rng.choice("0 1 3 １２".split()) + rng.choice(("个月", " months", "month"))
        case "WORKDAYS":
            unit = rng.choice(("个工作日", "工作日", " working days", "working  day"))
            return rng.choice("0 1 10 ３０".split()) + unit
        case terminal if terminal in KEYWORDS:
            word = spelling(terminal, language)
            return word.replace(" ", rng.choice((" ", "  ", "\t")))
    symbol = SYMBOLS[terminal]
    return rng.choice(OTHER_SPELLINGS.get(symbol, (symbol,)))


@st.composite
def schemes(draw: Callable[..., object]) -> Written:
    """Schemes that parse; most of them make no sense, which is no matter here."""
    rng = random.Random(draw(st.integers(0, 2**32)))  # type: ignore[arg-type]
    language = draw(st.sampled_from(("zh", "en")))
    budget = draw(st.integers(0, 400))
    assert isinstance(budget, int)
    terminals = derive(rng, budget)
    return Written(write(rng, terminals, language), language, tuple(terminals))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def scheme_strategy() -> st.SearchStrategy[Written]:
    """Random schemes."""
    return schemes()
