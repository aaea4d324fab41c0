"""Bands of ratios as documents write them (`5万元以下 60%，5万元以上 80%`), and how they are said here."""

from __future__ import annotations

import re
from fractions import Fraction

from hmbc.dsl.diagnostic import Bilingual
from hmbc.grammar.keywords import Language

_FIGURE = re.compile(
    r"(?P<number>\d+(?:[,_]\d{3})*(?:\.\d+)?)\s*"
    r"(?P<unit>%|亿元?|万元?|元|[年岁天日次月级周个]|(?:years?|months?|days?|visits?|times)\b)?"
)
_FACTORS = {"": 1, "元": 1, "万": 10**4, "万元": 10**4, "亿": 10**8, "亿元": 10**8}
_BELOW = r"以下|以内|之内|至|到|不足|低于|不超过|不高于|\b(?:to|below|under|first|less|within)\b|[-~～]"
_ABOVE = r"以上|超过|超出|高于|大于|\b(?:above|over|beyond|exceeding|more|rest|remainder|next)\b"
_SIDE = re.compile(rf"(?P<below>{_BELOW})|(?P<above>{_ABOVE})")
_OTHER_FORM = re.compile(r"若|如果|分段 每|分档\s+\D|\b(?:if|when)\b|bands above threshold|bands of cost|by bands of")
"""A choice by a condition, or bands in the language's own words."""
_EXAMPLE = {"zh": [("60%", "5万元"), ("70%", "")], "en": [("60%", "50_000"), ("70%", "")]}

Band = tuple[str, str]
"""A ratio, and up to where it holds."""


def bands_meant(clause: str, language: Language) -> Bilingual | None:
    """How the bands of a ratio are said in a file of this language, in the clause's own figures where it
    is clear which belong together; None where it does not speak of bands. clause: what stands behind
    `ratio`, in ASCII signs."""
    figures = list(_FIGURE.finditer(clause))
    ratios = [f"{one['number']}%" for one in figures if one["unit"] == "%"]
    limits = [one for one in figures if (one["unit"] or "") in _FACTORS]
    if not ratios or not limits or not _SIDE.search(clause) or _OTHER_FORM.search(clause):
        return None
    *below, (last, _) = _bands(clause, ratios, limits, language) or _EXAMPLE[language]
    if language == "zh":
        bands = "".join(f"至多 {limit}：{ratio}，" for ratio, limit in below)
        said, whole = f"比例 起付线以上分段 每年：{bands}以上：{last}", "费用分段"
    else:
        bands = "".join(f"up to {limit}: {ratio}, " for ratio, limit in below)
        said, whole = f"ratio bands above threshold per year: {bands}beyond: {last}", "bands of cost"
    return Bilingual(
        f"分段写“{said}”；界限从 0 元起算的写“{whole}”",
        f"bands: `{said}`; where the limits count from 0: `{whole}`",
    )


def _bands(
    clause: str, ratios: list[str], limits: list[re.Match[str]], language: Language
) -> list[Band] | None:
    """The bands from the lowest on; None where there are not as many limits as parts them."""
    amounts: dict[Fraction, re.Match[str]] = {}
    for one in limits:
        amounts.setdefault(_amount(one), one)
    amounts.pop(Fraction(0), None)
    if len(amounts) != len(ratios) - 1 or sorted(amounts) != list(amounts):
        return None
    first = _SIDE.search(clause)
    if first is not None and first["above"]:
        if len(ratios) > 2:
            return None
        ratios = ratios[::-1]
    written = [_written(one, language) for one in amounts.values()]
    return list(zip(ratios, [*written, ""], strict=True))


def _amount(figure: re.Match[str]) -> Fraction:
    number = figure["number"].replace(",", "").replace("_", "")
    return Fraction(number) * _FACTORS[figure["unit"] or ""]


def _written(figure: re.Match[str], language: Language) -> str:
    """An amount as it is written here."""
    unit, amount = figure["unit"] or "", _amount(figure)
    if language == "en" and amount.denominator == 1:
        return f"{int(amount):_}"
    return figure["number"].replace(",", "_") + {"万": "万元", "亿": "亿元"}.get(unit, unit)
