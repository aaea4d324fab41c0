"""Numbers written out in Chinese: `两万元`, `百分之六十`, `七成`, `1万5千`; to propose them in digits."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

_DIGITS = dict(zip("零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖", (0, 0, 1, 2, 2, *range(3, 10), *range(1, 10)), strict=True))
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_NUMBER = rf"[0-9.{''.join(_DIGITS)}{''.join(_TENS)}万亿]+"
_PERCENT = rf"百分之(?P<number>{_NUMBER})"
_TENTHS = rf"(?P<number>{_NUMBER})成(?P<half>半)?"
_COUNTED = rf"(?P<number>{_NUMBER})(?P<unit>元|块|天|日|个月|个工作日|岁|次|周岁)?"
_MONEY = ("元", "块")


def in_digits(text: str) -> str | None:
    """The number as the language writes it, `2万元` for `两万元`; None for anything else."""
    if (found := re.fullmatch(_PERCENT, text)) and (value := _value(found["number"])) is not None:
        return f"{_plain(value)}%"
    if (found := re.fullmatch(_TENTHS, text)) and (value := _value(found["number"])) is not None:
        return f"{_plain(value * 10 + (5 if found['half'] else 0))}%"
    if (found := re.fullmatch(_COUNTED, text)) and (value := _value(found["number"])) is not None:
        unit = found["unit"] or ""
        if unit in _MONEY:
            return f"{_plain(value / 10_000)}万元" if value >= 10_000 else f"{_plain(value)}元"
        return _plain(value) + (unit if unit in ("天", "日", "个月", "个工作日") else "")
    return None


def _value(text: str) -> Fraction | None:
    """What `1万5千`, `二十万`, `一百零五` comes to."""
    if text[0] in "万亿百千.":
        return None
    total = section = Fraction(0)
    digits = ""
    for sign in text:
        if sign in _DIGITS:
            digits += str(_DIGITS[sign])
        elif sign.isascii():
            digits += sign
        elif sign in _TENS:
            number = _number(digits or "1")
            if number is None:
                return None
            section, digits = section + number * _TENS[sign], ""
        else:
            number = _number(digits or "0")
            if number is None:
                return None
            power = 10_000 if sign == "万" else 10**8
            total, section, digits = (total + section + number) * power if sign == "亿" else (
                total + (section + number) * power
            ), Fraction(0), ""
    rest = _number(digits or "0")
    return None if rest is None else total + section + rest


def _number(digits: str) -> Fraction | None:
    return Fraction(digits) if re.fullmatch(r"\d{1,15}(\.\d{1,6})?", digits) else None


def _plain(value: Fraction) -> str:
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
