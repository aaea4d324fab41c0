"""What compiler/prove.py proves by structure alone of schemes that show one rule each; a search for
claims that break the law finds none where it is proved, and does where the test says so."""

from __future__ import annotations

import pytest
from one_law import BILL, BY_CARE, FREE, PLAIN, TIER, YEAR, is_proved, kernel_of

from hmbc.compiler.denominators import denominators_of
from hmbc.compiler.laws import Question
from hmbc.compiler.prove_by_structure import by_structure
from hmbc.compiler.ranges import ranges_of
from hmbc.compiler.refute import Search
from hmbc.compiler.structure_bounds import Bounds
from hmbc.dsl import expr as e


def bands(*ratios: int) -> str:
    """Bands with these ratios: below and beyond 1,000, first for the active, then for the retired."""
    one, two, three, four = ratios
    return (
        f"{BILL} {YEAR} ratio bands above threshold per year: "
        f"up to 1_000: ({one}% if member.status is active else {two}%), "
        f"beyond: ({three}% if member.status is active else {four}%) no cap"
    )


@pytest.mark.parametrize(
    ("law", "subject", "layers"),
    [
        # thresholds and caps that are another amount for the next claim
        ("monotone", "bill", [f"{BILL} threshold {BY_CARE} per year acknowledged ratio 75% no cap"]),
        ("no_cliff", None, [f"{BILL} threshold {BY_CARE} per year acknowledged ratio 75% no cap"]),
        ("split_proof", None, [f"{BILL} threshold {BY_CARE} per year acknowledged ratio 75% no cap"]),
        ("non_negative", None, [f"{BILL} threshold {BY_CARE} per year acknowledged ratio 75% no cap"]),
        ("monotone", "bill", [f"{BILL} {YEAR} ratio 75% cap 50 per day cap by member.status (active: 300, retired: 400) per year"]),
        # bands whose ratios rise, and whose ratio may be another for the next claim
        ("monotone", "bill", [bands(50, 60, 60, 70)]),
        ("no_cliff", None, [bands(50, 60, 60, 70)]),
        # what is taken off
        ("deduction", "fee", [PLAIN.replace("claim.bill", "claim.bill - claim.fee")]),
        # a lump sum is paid once, however the bill is divided
        ("split_proof", None, [f"when claim.bill > 0 pays {TIER} cap {TIER} per lifetime"]),
        # layers that never apply to one claim
        ("within_bill", None, [f"when claim.care is inpatient {PLAIN}", f"when claim.care is outpatient {PLAIN}"]),
        ("within_bill", None, [f"when claim.care is inpatient and not (claim.fee > 9) {PLAIN}", f"when claim.fee > 9 {PLAIN}"]),
        # what the sum before leaves of the bill
        ("split_proof", None, [PLAIN, "base l1.before cap - l1.pay no threshold ratio 90% cap 900 per year", f"base claim.bill - l1.pay - l2.pay {YEAR} ratio 50% no cap"]),
        ("within_bill", None, [PLAIN, "base l1.before cap - l1.pay no threshold ratio 90% cap 900 per year", f"base claim.bill - l1.pay - l2.pay {YEAR} ratio 50% no cap"]),
        # a top-up less its share of another payment
        ("deduction", "others", [PLAIN, "base claim.fee tops up to 70% after claim.others no cap"]),
        # claims of one date are of one status
        ("order_free", None, [bands(80, 10, 20, 70)]),
        ("more_claims", None, [f"{BILL} threshold {BY_CARE} per year acknowledged ratio 75% no cap"]),
        # claims that are free of a threshold do not use it up
        ("no_cliff", None, [f"{BILL} {YEAR} {FREE} ratio 75% no cap"]),
        ("order_free", None, [f"{BILL} {YEAR} {FREE} ratio 75% no cap"]),
    ],
)  # fmt: skip
def test_laws_that_hold_by_structure(law: str, subject: str | None, layers: list[str]) -> None:
    layer = None if law in ("within_bill", "more_claims") else f"l{len(layers)}"
    assert is_proved(kernel_of(*layers), Question(law, layer, subject))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("law", "subject", "layer"),
    [
        # a cap that is another within the day whose sum it follows
        ("monotone", "bill", f"{BILL} no threshold ratio 100% cap 200 per day cap {BY_CARE} per year acknowledged"),
        # bands whose ratios fall for some
        ("monotone", "bill", bands(80, 10, 20, 70)),
        # a lump sum below the cap is paid twice
        ("split_proof", None, f"when claim.bill > 0 pays by member.tier (low: 400, high: 900) cap {TIER} per lifetime"),
        ("split_proof", None, f"when claim.bill > 5 pays {TIER} cap {TIER} per lifetime"),
    ],
)  # fmt: skip
def test_laws_that_only_look_alike(law: str, subject: str | None, layer: str) -> None:
    kernel = kernel_of(layer)
    question = Question(law, "l1", subject)  # type: ignore[arg-type]
    assert not is_proved(kernel, question, broken=True)


def test_a_claim_that_is_free_of_a_threshold_and_uses_it_up_moves_two_payments() -> None:
    layer = "pays (claim.bill if claim.care is inpatient else increase of (larger of (0, seen - 100))) no cap"
    kernel = kernel_of(layer, before="    total seen: claim.bill per year")
    assert not is_proved(kernel, Question("no_cliff", "l1"), broken=True)


@pytest.mark.parametrize(
    ("law", "layer"), [("no_cliff", "l2"), ("no_cliff", None), ("more_claims", None)]
)
def test_what_a_layer_leaves_and_another_pays_above_a_threshold(law: str, layer: str | None) -> None:
    """Of small bills a tenth, of others ten yuan, up to a share of an income that need not be whole."""
    first = f"{BILL} threshold smaller of (10, rounded (claim.bill * 10%, half up)) per claim ratio 100% no cap"
    rest = "base claim.bill - l1.pay threshold member.income * 1.5% per year ratio 100% no cap"
    assert is_proved(kernel_of(first, rest), Question(law, layer))  # type: ignore[arg-type]


def test_what_is_the_same_in_a_visit_is_one_value_there() -> None:
    layer = f"{BILL} threshold {BY_CARE} per event ratio 75% cap {BY_CARE} per event"
    question = Question("within_cap", "l1", "l1.pay")
    assert is_proved(kernel_of(layer, same="same per event"), question)


def test_a_limit_by_list_is_one_value_for_a_drug() -> None:
    layer = f"{BILL} no threshold ratio 75% cap (300 if claim.drug in covered else 100) per year per claim.drug"
    kernel = kernel_of(layer, before='    list covered: "D1", "D2"')
    assert is_proved(kernel, Question("monotone", "l1", "bill"))


def test_a_threshold_by_the_number_of_the_admission_is_settled_by_its_first_claim() -> None:
    before = "    count stays: events per year\n    let first: (900 if stays ordinal = 1 else 300)"
    kernel = kernel_of(f"{BILL} threshold first per event per year ratio 75% no cap", before=before)
    for question in (
        Question("non_negative", "l1"),
        Question("monotone", "l1", "bill"),
        Question("split_proof", "l1"),
    ):
        assert is_proved(kernel, question)


def test_a_threshold_by_the_number_of_the_admission_takes_nothing_back_in_a_new_year() -> None:
    """Though a stay that goes on is another one of the new year, each claim bears what is left of its own."""
    before = "    count stays: events per year\n    let first: (900 if stays ordinal = 1 else 300)"
    kernel = kernel_of(f"{BILL} threshold first per event ratio 75% no cap", before=before)
    assert is_proved(kernel, Question("non_negative", "l1"))


@pytest.mark.parametrize(("when", "holds"), [("spent > ¥1_000", True), ("spent < ¥1_000", False)])
def test_a_total_that_only_opens_a_layer_takes_nothing_away(when: str, holds: bool) -> None:
    kernel = kernel_of(f"when {when} {PLAIN}", before="    total spent: claim.bill per year")
    for question in (Question("monotone", "l1", "bill"), Question("more_claims", None)):
        assert is_proved(kernel, question, broken=not holds) == holds


FREE = (
    f"{BILL} no threshold if claim.care is inpatient threshold 100 per event ratio 33% "
    "rounding down to 0.10 cap 500 per year"
)


@pytest.mark.parametrize(("law", "subject"), [("order_free", None), ("no_cliff", None), ("monotone", "bill")])
def test_claims_that_are_free_of_a_limit_leave_it_to_the_others(law: str, subject: str | None) -> None:
    assert is_proved(kernel_of(FREE), Question(law, "l1", subject))  # type: ignore[arg-type]


def test_two_claims_of_one_visit_and_date_may_still_have_two_ratios() -> None:
    ratio = "ratio by claim.care (inpatient: 50%, outpatient: 70%)"
    kernel = kernel_of(f"{BILL} threshold 100 per event {ratio} no cap")
    assert not is_proved(kernel, Question("order_free", "l1"), broken=True)


def test_a_total_that_reads_itself_stays_whole() -> None:
    """Once asked without an end, where a cost cap is a fraction."""
    limits = f"cost cap (¥159 / 6) per year threshold {BY_CARE} per year acknowledged"
    kernel = kernel_of(f"{BILL} {limits} ratio 75% no cap")
    bounds = Bounds(kernel, ranges_of(kernel), denominators_of(kernel))
    assert bounds.denominators.of(e.Ref("l1.excess")) > 1 and bounds.whole.of(e.Ref("l1.excess"))
    assert not bounds.whole.of(e.Ref("l1.share"))


@pytest.mark.parametrize("seed", range(3))
def test_a_cliff_between_two_amounts_is_found_by_halves(seed: int) -> None:
    """One minor unit of the bill turns the ratio of the fee."""
    kernel = kernel_of(
        PLAIN,
        "base claim.fee no threshold ratio by bands of spent (below 512.34: 30%, beyond: 60%) cap 700 per year",
        before="    total spent: claim.bill per year when claim.care is outpatient",
    )
    question = Question("no_cliff", "l2")
    search = Search(kernel, [question], seed)
    search.run(2_000_000)
    change = search.found[question].change
    assert change.subject == "bill"


@pytest.mark.parametrize("seed", range(2))
def test_a_least_claim_that_completes_a_total_is_paid_more_than_it_claims(seed: int) -> None:
    kernel = kernel_of(
        "base claim.bill pays increase of (30 if spent >= 512.34 else 0) cap 700 per year",
        before="    total spent: claim.bill per year",
    )
    question = Question("within_bill", None)
    search = Search(kernel, [question], seed)
    search.run(400_000)
    assert question in search.found


# ---- what a total came to in the year before

PAID = "    total paid: {what} per year"
AFTER_NOTHING = f"{BILL} threshold (100 if paid last year = 0 else 300) per year ratio 75% {{cap}}"


@pytest.mark.parametrize("cap", ["no cap", "cap 1_000 per year"])
@pytest.mark.parametrize("law", ["split_proof", "order_free"])
def test_what_a_year_pays_after_a_year_follows_from_totals(law: str, cap: str) -> None:
    """The year before is what it was in both runs, by induction over years."""
    kernel = kernel_of(AFTER_NOTHING.format(cap=cap), after=PAID.format(what="l1.pay"))
    assert is_proved(kernel, Question(law, "l1"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("law", "other"),
    [
        ("split_proof", "base claim.fee threshold 50 per claim ratio 50% no cap"),
        ("order_free", "when claim.others = 0 base claim.fee threshold (10 if claim.care is inpatient"
         " else 400) per year acknowledged ratio 50% cap 500 per year"),
        ("monotone", "base claim.fee no threshold ratio 50% no cap"),
    ],
)  # fmt: skip
def test_a_year_before_that_differs_is_not_taken_for_the_same(law: str, other: str) -> None:
    """What is concluded while it is assumed falls with it."""
    kernel = kernel_of(
        AFTER_NOTHING.format(cap="no cap"), other, after=PAID.format(what="l1.pay + l2.pay")
    )
    subject = "bill" if law == "monotone" else None
    assert not is_proved(kernel, Question(law, "l1", subject))  # type: ignore[arg-type]


# ---- caps that never bind

POOL = "    shared cap pool: {size} per year in order"


@pytest.mark.parametrize(("size", "holds"), [(2_000, True), (1_500, False)])
def test_a_shared_cap_that_never_binds_is_looked_through(size: int, holds: bool) -> None:
    """Two layers of at most 1,000 each draw on it."""
    layers = [
        f"{PLAIN} cap shared pool",
        f"{PLAIN.replace('bill', 'fee')} cap shared pool",
    ]
    kernel = kernel_of(*layers, before=POOL.format(size=size))
    for question in (Question("split_proof", "l2"), Question("order_free", "l2")):
        proved = is_proved(kernel, question) if holds else bool(list(by_structure(kernel, [question])))
        assert proved == holds
    assert is_proved(kernel, Question("monotone", "l2", "fee"))  # which no other layer counts


def test_a_total_that_keeps_its_first_value_is_the_same_of_a_bill_in_two() -> None:
    before = (
        "    total first: (claim.date - 2000-01-01 if first before = 0 days else 0 days) per lifetime"
        " per claim.drug when claim.care is inpatient"
    )
    layer = f"when claim.date < 2000-01-01 + first + 365 days {PLAIN}"
    assert is_proved(kernel_of(layer, before=before), Question("split_proof", "l1"))
