"""Caps that run down (compiler/structure_running_down.py), and what is read where something is added
(compiler/idle_limits.py)."""

from __future__ import annotations

import pytest
from one_law import is_proved, kernel_of

from hmbc.compiler.laws import Law, Question
from hmbc.compiler.prove_by_structure import by_structure

USED = "    total used: claim.bill * 75% per year"
BASE = "base claim.bill - claim.others no threshold ratio 75%"


@pytest.mark.parametrize("limit", ["1_000 - used before", "1_000 - used before * 50%", "smaller of (900, 1_000 - used before)"])
@pytest.mark.parametrize(("law", "subject"), [("deduction", "others"), ("no_cliff", None)])
def test_what_runs_down_with_every_claim_lets_the_most_of_all_through(
    limit: str, law: Law, subject: str | None
) -> None:
    kernel = kernel_of(f"{BASE} cap {limit} per year acknowledged", before=USED)
    assert is_proved(kernel, Question(law, "l1", subject))


@pytest.mark.parametrize(
    ("limit", "used", "law", "subject"),
    [
        ("1_000 + used before per year", USED, "deduction", "others"),  # it rises
        ("1_000 - used before per year", "    total used: claim.bill per month", "deduction", "others"),  # and comes back
        ("1_000 - used before per year", "    total used: claim.bill - claim.fee per year", "deduction", "others"),
        ("1_000 - used before per month", USED, "no_cliff", None),  # a bill moves the caps of several months
    ],
)
def test_what_rises_again_may_let_more_through(limit: str, used: str, law: Law, subject: str | None) -> None:
    kernel = kernel_of(f"{BASE} cap {limit} acknowledged", before=used)
    assert not list(by_structure(kernel, [Question(law, "l1", subject)]))


def test_a_larger_bill_runs_it_down() -> None:
    kernel = kernel_of(f"{BASE} cap 1_000 - used before per year acknowledged", before=USED)
    assert not is_proved(kernel, Question("monotone", "l1", "bill"), broken=True)


@pytest.mark.parametrize(
    ("when", "holds"), [("claim.care is inpatient", True), ("claim.drug given", False)]
)
def test_ratios_that_differ_where_nothing_is_counted(when: str, holds: bool) -> None:
    """Of claims of one care the other's ratio says nothing; of some of them a drug may be given."""
    bands = f"up to 500: 75%, beyond: 20% minus 15% if {when}"
    layer = f"when claim.care is outpatient base claim.bill no threshold ratio bands of cost per year: {bands}"
    kernel, question = kernel_of(f"{layer} cap 1_000 per year"), Question("order_free", "l1")
    assert bool(list(by_structure(kernel, [question]))) == holds
    assert not holds or is_proved(kernel, question)
