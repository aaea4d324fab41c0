"""Amounts that jump where a total passes a border, and caps that nothing comes to: what the structure proves of
them, and schemes that differ in little of which the law is false."""

from __future__ import annotations

import pytest
from one_law import is_proved, kernel_of

from hmbc.compiler.laws import Question

TOTAL = "    total spent: claim.bill per year\n"
LUMP = "pays increase of (8 if spent >= 2_000 else 0)"


@pytest.mark.parametrize(
    ("paid", "law", "holds"),
    [
        ("spent * 30% if spent >= 2_000 else 0", "monotone", True),
        ("0 if spent < 2_000 else spent * 30%", "monotone", True),
        ("(8 if spent >= 2_000 else (3 if spent > 500 else 0)) + spent * 10%", "monotone", True),
        ("0 if spent >= 2_000 else spent * 30%", "monotone", False),
        ("(8 if spent < 2_000 else (9 if spent > 3_000 else 1)) + spent * 0.1%", "monotone", False),
        ("spent * 30% if spent >= 2_000 else 0", "more_claims", True),
        ("0 if spent > 2_000 else spent * 30%", "more_claims", False),
        ("spent * 30% if spent >= 2_000 else 0", "no_cliff", False),
    ],
)
def test_what_jumps_upwards_never_falls(paid: str, law: str, holds: bool) -> None:
    falls = "" if holds else "may fall"
    kernel = kernel_of(f"pays increase of ({paid}) {falls} no cap", before=TOTAL)
    question = Question(law, None, "bill" if law == "monotone" else None)  # type: ignore[arg-type]
    assert is_proved(kernel, question, broken=not holds) == holds


@pytest.mark.parametrize(
    ("cap", "holds"),
    [
        # eight a year come in one month
        ("cap 9 per month", True),
        ("cap 8 per month", True),
        ("cap 7 per month", True),
        # less than one comes to
        ("cap by claim.care (inpatient: 7, outpatient: 20) per month acknowledged", False),
    ],
)
def test_a_cap_above_all_that_jumps_come_to(cap: str, holds: bool) -> None:
    kernel = kernel_of(f"{LUMP} {cap} rounding down", before=TOTAL)
    assert is_proved(kernel, Question("order_free", "l1"), broken=not holds) == holds
