"""Caps that only claims are free of which are paid at all, and shares of a bill by days (compiler/plainer.py,
compiler/structure_nothing.py, compiler/structure_drift.py)."""

from __future__ import annotations

import pytest
from one_law import kernel_of

from hmbc.compiler.laws import Question
from hmbc.compiler.prove_by_structure import by_structure
from hmbc.compiler.refute import Search

CAPPED = "base claim.bill no threshold ratio bands of cost per claim: up to 310: 33%, beyond: 65% cap 500 per month"


def is_proved(layer: str, law: str) -> bool:
    """Searched as well: what is proved is not broken."""
    kernel = kernel_of(layer)
    question = Question(law, "l1")  # type: ignore[arg-type]
    proved = bool(list(by_structure(kernel, [question])))
    search = Search(kernel, [question])
    search.run(60_000)
    assert not (proved and search.found)
    return proved


@pytest.mark.parametrize(
    ("paid", "free", "holds"),
    [
        ("claim.care is inpatient", "claim.care is inpatient", True),
        ("claim.care is inpatient and member.years > 3", "claim.care is inpatient", True),
        ("claim.care is inpatient", "claim.care is inpatient and claim.fee > 3", False),
        ("member.years > 3", "claim.care is inpatient", False),
    ],
)
def test_who_is_paid_at_all_is_free_of_the_cap(paid: str, free: str, holds: bool) -> None:
    assert is_proved(f"when {paid} {CAPPED} no cap if {free}", "order_free") == holds


@pytest.mark.parametrize(
    ("base", "holds"),
    [
        ("share (claim.bill, member.years, 50)", True),
        ("share (claim.bill, member.years, 49)", False),
    ],
)
def test_a_share_moves_by_no_more_than_its_amount(base: str, holds: bool) -> None:
    assert is_proved(f"base {base} no threshold ratio 75% no cap", "no_cliff") == holds
