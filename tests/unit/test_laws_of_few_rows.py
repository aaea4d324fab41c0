"""Laws that structure proves by the single rows that differ, by induction over the rows of a total that
reads itself, and by what is nothing in both orders; beside each a scheme in which the law just does not
hold, or in which the argument just does not."""

from __future__ import annotations

from fractions import Fraction

import pytest
from one_law import BILL, BY_CARE, PLAIN, is_proved, kernel_of

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.plainer import made_plain
from hmbc.compiler.prove_by_structure import by_structure
from hmbc.compiler.structure_bounds import bounds_of
from hmbc.compiler.structure_drift import Drifts
from hmbc.compiler.structure_single_rows import linear
from hmbc.dsl import expr as e


def raised(kernel: Kernel, name: str) -> Drifts:
    return Drifts(bounds_of(kernel), "raise", name)


# ---- rows in which totals pass borders

PHASES = """
    total gross: claim.bill per year
    let first: increase of (smaller of (gross, 500))
    let late: increase of (larger of (0, gross - 5_000))
"""


def phased(pays: str, rest: bool = False) -> Kernel:
    """A layer that pays by phases, row by row rounded; and one that takes what it leaves."""
    layer = f"pays {pays} no cap rounding half up per claim"
    more = ["base claim.bill - l1.pay threshold 800 per year ratio 100% no cap"] if rest else []
    return kernel_of(layer, *more, before=PHASES)


@pytest.mark.parametrize("gap", [30, 75])
def test_only_rows_that_pass_a_border_differ(gap: int) -> None:
    """Of the gap a share is not paid, of the first 500 nothing."""
    pays = f"claim.bill - first - (claim.bill - first) * 25% - late * {gap}%"
    assert is_proved(phased(pays, rest=True), Question("no_cliff", None))


def test_three_rows_of_a_cent_each_are_more_than_two() -> None:
    """The claim's, that which passes the first border, that which passes the second: all gain."""
    pays = "(claim.bill - first) * 75% + late * 5% + first * 20%"
    kernel = phased(pays)
    assert not list(by_structure(kernel, [Question("no_cliff", "l1")]))
    bounds = raised(kernel, "bill").of_sum(("l1.pay",))
    assert bounds is not None and bounds.low >= -1 and 2 <= bounds.high <= 3


def test_what_is_added_and_taken_off_does_not_differ() -> None:
    one, two = e.Attribute("claim", "bill", e.money(0).type), e.money(7)  # type: ignore[union-attr]
    half = e.Scale(e.Subtract(e.Add(one, two), one), e.ratio(Fraction(1, 2)))
    assert linear(half) == {two: Fraction(1, 2)}
    assert linear(e.Subtract(half, e.Scale(two, e.ratio(Fraction(1, 2))))) == {}


COSTS = "cost cap 2_000 per lifetime threshold 100 per event"


@pytest.mark.parametrize(("ratio", "cap"), [("90%", "no cap"), ("50%", "cap 900 per year")])
def test_one_row_gains_and_one_loses(ratio: str, cap: str) -> None:
    """The cost cap is reached in another event, and another year, than the larger bill."""
    kernel = kernel_of(f"{BILL} {COSTS} ratio {ratio} {cap}")
    assert is_proved(kernel, Question("no_cliff", "l1"))


def test_where_both_gain_a_cent_is_more_than_one() -> None:
    """What one layer's cap takes from a later event another layer pays there."""
    first = f"{BILL} cost cap 2_000 per lifetime no threshold ratio 100% no cap"
    second = "base claim.bill - l1.pay threshold 100 per event ratio 90% no cap"
    question = Question("no_cliff", "l2")
    drift = raised(kernel_of(first, second), "bill").of_sum(("l2.pay",))
    assert drift is not None and drift.high <= 1  # the changed claim pays none of it, or another does
    assert is_proved(kernel_of(first, second), question)


def test_a_border_that_is_no_whole_amount_moves_two_rows() -> None:
    whole, half = (
        raised(kernel_of(f"{BILL} cost cap {limit} per year {rest}"), "bill").of_definition("l1.share")
        for limit, rest in (
            ("1_000", "no threshold ratio by claim.care (inpatient: 100%, outpatient: 50%) no cap"),
            ("(¥1_000.01 / 2)", "no threshold ratio by claim.care (inpatient: 100%, outpatient: 50%) no cap"),
        )
    )  # fmt: skip
    assert whole is not None and whole.few is not None and len(whole.few) == 2
    assert half is not None and half.few is None


def test_a_limit_that_another_is_within_moves_one_row() -> None:
    limits = f"threshold {BY_CARE} per year acknowledged within 350 per year"
    ratio = "ratio by claim.care (inpatient: 100%, outpatient: 50%)"
    kernel = kernel_of(f"{BILL} {limits} {ratio} no cap")
    for question in (Question("monotone", "l1", "bill"), Question("no_cliff", "l1")):
        assert is_proved(kernel, question)


def test_within_another_scope_a_limit_may_hand_on_more() -> None:
    limits = "threshold 300 per event within 350 per year"
    drift = raised(kernel_of(f"{BILL} {limits} ratio 100% no cap"), "bill").of_sum(("l1.pay",))
    assert drift is not None and drift.low >= -1 and drift.high <= 2


# ---- totals that read themselves

USED = "total used: claim.bill per year when (used before {how} ¥500 or claim.care is inpatient)"


@pytest.mark.parametrize(("how", "holds"), [(">=", True), ("<", False)])
def test_a_total_that_opens_itself_only_grows(how: str, holds: bool) -> None:
    kernel = kernel_of(f"when used > ¥900 {PLAIN}", before="    " + USED.format(how=how))
    for question in (Question("more_claims", None), Question("monotone", "l1", "bill")):
        assert is_proved(kernel, question, broken=not holds) == holds


def test_two_totals_that_open_each_other_only_grow_together() -> None:
    before = (
        "    total one: claim.bill per year when (two before >= ¥100 or claim.care is inpatient)\n"
        "    total two: claim.fee per year when (one before >= ¥100 or claim.care is inpatient)"
    )
    kernel = kernel_of(f"when two > ¥900 {PLAIN}", before=before)
    assert is_proved(kernel, Question("more_claims", None))
    closed = kernel_of(f"when two > ¥900 {PLAIN}", before=before.replace("one before >=", "one before <"))
    assert not is_proved(closed, Question("more_claims", None), broken=True)


# ---- nothing in both orders

PAID = "    total paid: {what} per year when not (claim.others = 3)"
AFTER = "unless claim.others = 3 base claim.bill threshold (100 if paid last year {how} else 300) per year ratio 75% no cap"
FREE = (
    "unless claim.others = 3 base claim.fee no threshold ratio 50% no cap if claim.care is inpatient "
    "cap {cap} per year"
)


@pytest.mark.parametrize(
    ("how", "cap", "holds"), [("= 0", "50", True), ("= 0", "0", False), ("< 200", "50", False)]
)
def test_what_a_year_pays_is_nothing_in_both_orders_or_in_neither(how: str, cap: str, holds: bool) -> None:
    """A fen that a rounding hands from one claim to the other is capped in one of them; of a cap of 0
    it may be all there is."""
    kernel = kernel_of(AFTER.format(how=how), FREE.format(cap=cap), after=PAID.format(what="l1.pay + l2.pay"))
    question = Question("order_free", "l1")
    assert is_proved(kernel, question) == holds
    assert not list(by_structure(kernel, [Question("order_free", "l2")]))


FIRST_DRUG = (
    "    total first: (claim.date - 2000-01-01 + {more} if first before = 0 days else 0 days) per lifetime"
    " per claim.drug when claim.care is inpatient"
)


@pytest.mark.parametrize(
    ("when", "more", "holds"),
    [
        ("claim.care is inpatient and claim.date < 2000-01-01 + first + 365 days", "0 days", True),
        # in a claim that does not count the total may be of the other already
        ("claim.date < 2000-01-01 + first + 365 days", "0 days", False),
        # what is kept is the first one's
        ("claim.care is inpatient and claim.date < 2000-01-01 + first + 365 days",
         "(9 days if claim.fee > 5 else 0 days)", False),
    ],
)  # fmt: skip
def test_what_a_total_keeps_is_the_same_of_two_claims_of_a_date(when: str, more: str, holds: bool) -> None:
    kernel = kernel_of(f"when {when} {PLAIN}", before=FIRST_DRUG.format(more=more))
    assert bool(list(by_structure(kernel, [Question("order_free", "l1")]))) == holds


@pytest.mark.parametrize(("rest", "holds"), [(True, True), (False, False)])
def test_what_lies_between_two_borders_is_said_plainly(rest: bool, holds: bool) -> None:
    """What is borne of the middle and the late part is a quarter of all but the first; what another
    layer pays above a threshold is what is left, whichever rows it comes from."""
    before = f"{PHASES}    let middle: claim.bill - first - late\n"
    pays = "claim.bill - first - (middle + late) * 25% - late * 70%"
    more = ["base claim.bill - l1.pay threshold 800 per year ratio 100% no cap"] if rest else []
    layer = f"pays {pays} no cap rounding half up per claim"
    kernel = kernel_of(layer, *more, before=before)
    assert bool(list(by_structure(kernel, [Question("no_cliff", None)]))) == holds


def test_a_sum_of_nothing_stays_as_it_is() -> None:
    kernel = kernel_of("base claim.bill - claim.fee + claim.fee - claim.bill no threshold ratio 50% no cap")
    plain = made_plain(kernel, bounds_of(kernel))
    assert [item.name for item in plain.items] == [item.name for item in kernel.items]
    assert made_plain(plain, bounds_of(plain)) == plain
