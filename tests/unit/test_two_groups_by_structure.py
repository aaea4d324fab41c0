"""What compiler/structure_favoured.py says of two values of a member's attribute; a search for claims
that break the statement finds none where it is proved, and does where the test says so."""

from __future__ import annotations

import pytest
from one_law import BILL, FREE, TIER, YEAR, is_proved, kernel_of

from hmbc.compiler.kernel import NeverLess
from hmbc.compiler.laws import questions_of
from hmbc.compiler.structure_favoured import gets_no_less

NONE = "no threshold"
FLAT = "ratio 75%"


def by_tier(low: str, high: str) -> str:
    return f"by member.tier (low: {low}, high: {high})"


def bands(*ratios: int) -> str:
    """Below and beyond 1,000: first for those of high tier, then for the others."""
    one, two, three, four = ratios
    return (
        "ratio bands above threshold per year: "
        f"up to 1_000: ({one}% if member.tier is high else {two}%), "
        f"beyond: ({three}% if member.tier is high else {four}%)"
    )


def is_no_less(*layers: str, broken: bool = False) -> bool:
    """Whether structure proves that those of high tier never get less; claims that break it are looked for."""
    stated = 'prove member.tier: high never gets less than low cite "1"'
    kernel = kernel_of(*layers, after=stated)
    (question,) = [one for one in questions_of(kernel) if one.law == "never_less"]
    return is_proved(kernel, question, broken)


@pytest.mark.parametrize(
    "layers",
    [
        [f"{BILL} {YEAR} {FLAT} cap {TIER} per year"],
        [f"{BILL} threshold {by_tier('300', '100')} per year {FLAT} cap 1_000 per year"],
        [f"{BILL} {YEAR} ratio {by_tier('50%', '60%')} no cap"],
        [f"{BILL} threshold {by_tier('300', '100')} per year ratio {by_tier('50%', '60%')} cap {TIER} per year"],
        # bands: each ratio no less, whether they rise or fall
        [f"{BILL} {YEAR} {bands(60, 50, 70, 70)} no cap"],
        [f"{BILL} {YEAR} {bands(70, 70, 60, 50)} cap {TIER} per year"],
        [f"{BILL} threshold {by_tier('300', '100')} per year {bands(60, 50, 70, 60)} no cap"],
        # a cap of a claim before one of the year
        [f"{BILL} {YEAR} {FLAT} cap {by_tier('50', '60')} per day cap {TIER} per year"],
        # only who is of high tier
        [f"when member.tier is high {BILL} {YEAR} {FLAT} no cap"],
        [f"{BILL} when member.tier is high or claim.care is inpatient {YEAR} {FLAT} no cap"],
        # more is counted, of some claims or of all
        [f"base (claim.bill + claim.fee if member.tier is high and claim.care is inpatient else claim.bill) {YEAR} {FLAT} no cap"],
        [f"base (claim.bill if member.tier is high else smaller of (claim.bill, claim.fee)) {YEAR} {FLAT} no cap"],
        [f"base claim.bill - (claim.fee if member.tier is low else 0) {YEAR} {FLAT} no cap"],
        # claims that are free of a threshold
        [f"{BILL} threshold {by_tier('300', '100')} per year {FREE} {FLAT} cap {TIER} per year"],
        # what is paid for the one layer is the base of the next, row by row or in sum
        [f"{BILL} {YEAR} {FLAT} cap {TIER} per year", f"base l1.pay threshold 10 per claim {FLAT} no cap"],
        [f"{BILL} {YEAR} ratio {by_tier('50%', '60%')} no cap", f"base l1.pay {YEAR} {FLAT} no cap"],
        [f"{BILL} {YEAR} ratio {by_tier('50%', '60%')} no cap", f"base claim.fee {YEAR} ratio {by_tier('70%', '80%')} no cap", f"base l1.pay + l2.pay + claim.others {YEAR} {FLAT} no cap"],
        # nothing differs
        [f"{BILL} {YEAR} {FLAT} no cap", f"when claim.care is inpatient pays {TIER} cap 5_000 per year"],
    ],
)  # fmt: skip
def test_who_has_nothing_worse_never_gets_less(layers: list[str]) -> None:
    assert is_no_less(*layers)


@pytest.mark.parametrize(
    "layers",
    [
        [f"{BILL} {YEAR} {FLAT} cap {by_tier('900', '500')} per year"],
        [f"{BILL} threshold {by_tier('100', '300')} per year {FLAT} cap 1_000 per year"],
        [f"{BILL} {YEAR} ratio {by_tier('60%', '50%')} no cap"],
        # one band is worse
        [f"{BILL} {YEAR} {bands(60, 50, 70, 71)} no cap"],
        [f"{BILL} {YEAR} {bands(60, 61, 80, 70)} no cap"],
        [f"when member.tier is low {BILL} {YEAR} {FLAT} no cap"],
        # more of what is counted by a smaller ratio, or in other years
        [f"{BILL} {YEAR} ratio {by_tier('50%', '60%')} cap {by_tier('900', '300')} per year"],
        [f"base (claim.fee if member.tier is high else claim.bill) {YEAR} {FLAT} no cap"],
        [f"{BILL} threshold (200 if member.tier is high and claim.care is inpatient else 100) per year acknowledged {FLAT} no cap"],
        # what one layer pays more another pays less, at a better ratio
        [f"{BILL} {YEAR} ratio {by_tier('0%', '50%')} cap 50 per claim", f"base claim.bill - l1.pay {YEAR} ratio 100% cap {by_tier('900', '800')} per year"],
    ],
)  # fmt: skip
def test_who_has_something_worse_is_found_to_get_less(layers: list[str]) -> None:
    assert not is_no_less(*layers, broken=True)


LEFT = f"{BILL} {YEAR} ratio {by_tier('50%', '60%')} no cap"
"""No less in sum over a year, but maybe in a row: by what was rounded before."""


@pytest.mark.parametrize(
    "layer",
    [
        f"base l1.pay {NONE} ratio by claim.care (inpatient: 80%, outpatient: 60%) no cap",
        f"base l1.pay threshold 10 per day {FLAT} no cap",
        f"base smaller of (l1.pay, claim.fee) {YEAR} {FLAT} no cap",
    ],
)
def test_what_is_no_less_in_sum_alone_may_be_less_in_a_narrower_scope(layer: str) -> None:
    kernel = kernel_of(LEFT, layer, after='prove member.tier: high never gets less than low cite "1"')
    (stated,) = kernel.stated
    assert isinstance(stated, NeverLess)
    assert not gets_no_less(kernel, stated)
