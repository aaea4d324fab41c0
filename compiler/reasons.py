"""Reason codes: why a layer paid what it paid, in the order in which a claim's reason is chosen."""

from __future__ import annotations

from collections.abc import Mapping

from hmbc.grammar.keywords import Language, spelling

_RANKS = {
    "paid": 0,
    "not_eligible": 1,
    "waiting": 1,
    "excluded": 1,
    "capped": 2,
    "rounded_away": 3,
    "met_by_others": 3,
    "below_threshold": 4,
    "nothing_due": 4,
    "nothing_claimed": 5,
    "not_covered": 6,
}
_WORDS = {
    "paid": "R_PAID",
    "not_eligible": "R_NOT_ELIGIBLE",
    "waiting": "R_WAITING",
    "excluded": "R_EXCLUDED",
    "capped": "R_CAPPED",
    "rounded_away": "R_ROUNDED",
    "met_by_others": "R_COVERED_BY_OTHERS",
    "below_threshold": "R_BELOW",
    "nothing_due": "R_NOTHING_DUE",
    "nothing_claimed": "R_NO_BASE",
    "not_covered": "R_NOT_COVERED",
}


def reason_rank(code: str) -> int:
    """A claim's reason is that of the layer with the least rank: what paid, then what stopped it,
    then the layer that came nearest to paying."""
    return _RANKS[code.partition(":")[0]]


def reason_label(code: str, labels: Mapping[str, str | None], language: Language) -> str:
    """The reason in the words of the language, with the label of what it names."""
    kind, _, name = code.partition(":")
    text = spelling(_WORDS[kind], language)
    if not name:
        return text
    shown = labels.get(name) or name
    return f"{text}：{shown}" if language == "zh" else f"{text}: {shown}"
