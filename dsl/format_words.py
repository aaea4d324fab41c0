"""How one token is written in a language: keywords, names, strings, numbers, dates."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from fractions import Fraction
from typing import cast

from hmbc.dsl.lexer import MAX_DIGITS, TO_ASCII, Lexeme, are_paired
from hmbc.grammar.keywords import KEYWORDS, Language, spelling, words

_WIDE = {"COLON": "：", "COMMA": "，", "LPAR": "（", "RPAR": "）"}
_QUOTES = {
    "zh": (("“", "”"), ("「", "」"), ('"', '"'), ("＂", "＂")),
    "en": (('"', '"'), ("“", "”"), ("「", "」"), ("＂", "＂")),
}
_WAN, _YI = 10**4, 10**8
_FACTOR = {"": 1, "万": _WAN, "亿": _YI}


def written(
    lexeme: Lexeme, accepts: Collection[str], following: str, language: Language, was: Language
) -> str:
    """The text of a token in `language`, from a file in the language `was`.

    accepts: the terminals that the lexer is offered at this place, which decide whether a name
    would be read as a keyword. following: the text of the next token on the line.
    """
    match lexeme.terminal:
        case "NAME":
            return _name(cast(str, lexeme.value), accepts, following, language)
        case "STRING":
            return _string(lexeme, language)
        case "RULE":
            return cast(str, lexeme.value)
        case "NUMBER" | "MONEY_AMOUNT" | "PERCENT":
            return _number(lexeme, language, was)
        case "DATE":
            return (date(1970, 1, 1) + timedelta(days=cast(int, lexeme.value))).isoformat()
        case "MONTH_DAY":
            month, day = cast(tuple[int, int], lexeme.value)
            return f"{month}月{day}日" if language == "zh" else f"{month:02}-{day:02}"
        case "DURATION":
            if language == "zh":
                return f"{lexeme.value}天"
            return f"{lexeme.value} day" if lexeme.value == 1 else f"{lexeme.value} days"
        case "MONTHS":
            if language == "zh":
                return f"{lexeme.value}个月"
            return f"{lexeme.value} month" if lexeme.value == 1 else f"{lexeme.value} months"
        case "WORKDAYS":
            if language == "zh":
                return f"{lexeme.value}个工作日"
            return f"{lexeme.value} working day{'' if lexeme.value == 1 else 's'}"
        case terminal if terminal in KEYWORDS:
            return spelling(terminal, language)
        case terminal:
            symbol = cast(str, lexeme.value)
            return _WIDE.get(terminal, symbol) if language == "zh" else symbol


def _name(name: str, accepts: Collection[str], following: str, language: Language) -> str:
    for phrase, terminal in words(language).items():
        first, _, rest = phrase.partition(" ")
        goes_on = not rest or f"{following} ".startswith(f"{rest} ")
        if first == name and terminal in accepts and goes_on:
            return f"`{name}`"
    return name


def _string(lexeme: Lexeme, language: Language) -> str:
    text = cast(str, lexeme.value)
    for opening, closing in _QUOTES[language]:
        if are_paired(text, opening, closing):
            return f"{opening}{text}{closing}"
    return lexeme.text


def _number(lexeme: Lexeme, language: Language, was: Language) -> str:
    plain = lexeme.text.translate(TO_ASCII).lstrip("¥")
    if plain[0] in "€$£₩":  # another currency's sign is the same in both languages
        return plain
    digits = plain.rstrip("亿万元%").rstrip()
    grouped = "_" in digits
    digits = _without_zeros(digits.replace("_", ""))
    if lexeme.terminal == "PERCENT":
        return f"{digits}%"
    unit = next((unit for unit in ("亿", "万") if unit in plain), "")
    is_money = lexeme.terminal == "MONEY_AMOUNT"
    value = cast(Fraction, lexeme.value)
    if language == "zh":
        is_round = grouped if was == "en" else lexeme.text[0] in "¥￥"
        if not unit and is_round and (unit := _unit_of(value)):
            digits, grouped = _decimal(value / _FACTOR[unit]), False
        shown = _grouped(digits) if grouped else digits
        return f"{shown}{unit}{'元' if is_money else ''}"
    if unit:
        digits = _decimal(value)
        if sum(char.isdigit() for char in digits) > MAX_DIGITS:
            return f"{plain[: plain.index(unit)]}{unit}{'元' if is_money else ''}"
    return f"{'¥' if is_money else ''}{_grouped(digits) if grouped or unit else digits}"


def _unit_of(value: Fraction) -> str:
    """The unit in which a round amount is said in Chinese, with two decimals at most; or none. Digits
    in groups stand for it in English: `87万` is `870_000`, and `870000` stays as it is, both ways."""
    for unit, size in (("亿", _YI), ("万", _WAN)):
        if value >= size and (value * 100 / size).denominator == 1:
            return unit
    return ""


def _without_zeros(digits: str) -> str:
    whole, dot, rest = digits.partition(".")
    return f"{whole.lstrip('0') or '0'}{dot}{rest}"


def _grouped(digits: str) -> str:
    whole, dot, rest = digits.partition(".")
    return f"{int(whole):_}{dot}{rest}"


def _decimal(value: Fraction) -> str:
    places = 0
    while value.denominator != 1:
        value, places = value * 10, places + 1
    digits = str(value.numerator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits
