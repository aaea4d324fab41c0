"""Small schemes of which a law would be called proved if one side condition of a rule were left out: all
histories of a few claims break it, and the plainer kernels that rules read pay what the scheme does.

Each was made for one condition of compiler/structure*.py and compiler/plainer.py, as the comments say.
"""

from __future__ import annotations

from random import Random

import pytest
import small_histories
import small_proofs
import tiny_schemes

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.pipeline import compile_source
from hmbc.dsl.source import Source

REST = "layer l1 { base claim.bill threshold 2 per year ratio 100% no cap }"
CAPPED = "layer l1 { base claim.bill no threshold ratio 100% cap 2 per year }"
OTHERS = "layer l1 { base claim.bill threshold 2 per year ratio 100% no cap paid by others }"
BY_CARE = "by claim.care (inpatient: 50%, outpatient: 100%)"
SPENT = "total t: claim.bill per year"

BROKEN = [
    # ---- structure_split: a bill in two rows
    # what is free of the cap is paid twice
    ("split_proof", "l1", None, "layer l1 { pays (¥2 if claim.bill > 0 else 0) cap 2 per year no cap if claim.care is inpatient }"),
    # one row may have the bill and the other the fee
    ("split_proof", "l1", None, "layer l1 { pays (¥2 if claim.bill > 0 and claim.fee > 0 else 0) cap 2 per year }"),
    ("split_proof", "l1", None, "layer l1 { base claim.bill + 2 no threshold ratio 100% no cap }"),
    ("split_proof", "l1", None, "layer l1 { base larger of (2, claim.bill) no threshold ratio 100% no cap }"),
    # an amount below nothing gives back more of a limit than the lower limit has
    (
        "split_proof", "l1", None,
        f"{SPENT} total u: claim.fee per year layer l1 {{ pays increase of (t - u) may fall"
        " cap by claim.care (inpatient: 1, outpatient: 3) per year acknowledged }",
    ),
    # whether the first claim of the year is counted depends on its amount
    (
        "split_proof", "l1", None,
        "count n: claims per year total first: 2 per year when n before = 0 and claim.fee > 1"
        " layer l1 { base claim.bill no threshold ratio 100% cap first per year acknowledged }",
    ),
    # ---- structure_settled: the first claim of each event adds to the total of a year
    (
        "order_free", "l1", None,
        "count n: claims per event total first: claim.bill per year when n before = 0"
        " layer l1 { base claim.fee no threshold ratio 100% cap first per year acknowledged }",
    ),
    # ---- structure_scope: what a total keeps is one value only where others are rejected, and in its scope alone
    (
        "order_free", "l1", None,
        "total first: (claim.bill + 1 if first before = 0 else 0) per year"
        " layer l1 { base claim.fee no threshold ratio 100% cap claim.bill per year acknowledged }",
    ),
    (
        "order_free", "l1", None,
        "layer l1 { base claim.bill no threshold ratio 100%"
        " cap by claim.care (inpatient: 1, outpatient: 3) per year acknowledged }",
    ),
    # a cap changes within a month
    (
        "monotone", "l1", "bill",
        "total t: claim.bill per month"
        " layer l1 { pays increase of (smaller of (t, (¥1 if claim.date < 2024-03-03 else ¥3))) no cap }",
    ),
    # what is paid apart from the wider cap is taken from what the narrower one lets through
    ("monotone", "l2", "bill", f"{CAPPED} layer l2 {{ base l1.pay no threshold ratio 100% cap 1 per lifetime no cap if claim.care is inpatient }}"),
    # ---- structure_drift: two runs
    # the first layer pays others, too
    ("order_free", "l2", None, f"{REST} layer l2 {{ when claim.care is inpatient base claim.bill - l1.pay no threshold ratio 100% no cap }}"),
    # one row more and another less, at ratios of their own
    ("monotone", "l2", "bill", f"{REST} layer l2 {{ base claim.bill - l1.pay no threshold ratio {BY_CARE} no cap }}"),
    ("monotone", "l2", "bill", f"{CAPPED} layer l2 {{ base l1.pay no threshold ratio {BY_CARE} no cap }}"),
    ("more_claims", None, None, f"{CAPPED} layer l2 {{ base l1.pay no threshold ratio {BY_CARE} no cap }}"),
    # the part rises with the amount
    ("no_cliff", "l1", None, "layer l1 { pays share (claim.bill, smaller of (claim.bill, ¥4), ¥4) no cap }"),
    # there may be more to share than the whole
    ("no_cliff", "l1", None, "layer l1 { pays share (claim.fee, claim.bill, claim.others) + claim.bill * 0% no cap }"),
    # the rest of the whole rises with the amount
    ("monotone", "l1", "bill", "layer l1 { pays share (claim.bill, claim.fee, claim.bill + (¥9 if claim.bill > 2 else ¥0)) no cap }"),
    # a larger claim moves to another total
    (
        "monotone", "l1", "bill",
        "total t: claim.bill per year if claim.bill > 1 else per lifetime"
        " layer l1 { pays (¥2 if t > 2 else ¥0) + claim.bill * 0% no cap }",
    ),
    # a total falls by what it was before
    (
        "monotone", "l1", "bill",
        "total t: (claim.bill if t before < 2 else ¥0) per year"
        " layer l1 { pays (¥2 if t > 3 else ¥0) + claim.bill * 0% no cap }",
    ),
    # a claim may take off of a total
    (
        "more_claims", None, None,
        "total t: claim.bill - claim.fee per year layer l1 { pays (¥2 if t > 1 else ¥0) + claim.bill * 0% no cap }",
    ),
    # of a choice each case is looked at
    (
        "monotone", "l3", "bill",
        f"{REST} layer l2 {{ base claim.bill - l1.pay no threshold ratio {BY_CARE} no cap }}"
        " layer l3 { base (l1.pay if member.tier is low else l2.pay) no threshold ratio 100% no cap }",
    ),
    # there is more to share than the whole
    ("no_cliff", "l1", None, "layer l1 { pays share (¥4, claim.bill, claim.others) + claim.bill * 0% no cap }"),
    # the amount falls where its ratio rises
    ("monotone", "l1", "bill", "layer l1 { base larger of (0, ¥3 - claim.bill) + claim.bill * 0% no threshold ratio (100% if claim.bill > 1 else 50%) no cap }"),
    # what does not add to the total is paid, too
    (
        "no_cliff", "l1", None,
        "total t: (¥0 if claim.care is inpatient else claim.bill) per year"
        " layer l1 { pays (claim.fee + claim.fee if claim.care is inpatient else increase of (t)) no cap }",
    ),
    (
        "no_cliff", "l2", None,
        f"{REST} total t: (¥0 if claim.care is inpatient else claim.bill) per year"
        " layer l2 { pays (l1.pay if claim.care is inpatient else increase of (larger of (0, t - 1))) no cap }",
    ),
    # what is left may move from one year to another, above thresholds that vary
    (
        "deduction", "l2", "fee",
        "layer l1 { base claim.bill - claim.fee threshold 2 per lifetime ratio 100% no cap }"
        " total rest: claim.bill - claim.fee - l1.pay per year"
        " layer l2 { pays increase of (larger of (0, rest - (¥1 if claim.care is inpatient else ¥2))) no cap }",
    ),
    # visits do not follow on each other, and each has a limit of its own
    (
        "monotone", "l2", "bill",
        "same per event: layer l1 { base claim.bill no threshold ratio 100% cap 2 per event }"
        " layer l2 { base l1.pay no threshold ratio 100% cap by claim.care (inpatient: 1, outpatient: 3) per year acknowledged }",
    ),
    ("more_claims", None, None, "total t: claim.bill - claim.fee per year layer l1 { pays increase of (t) may fall no cap }"),
    # ---- structure_running_down: a cap that its own total moves, or that a claim does
    ("monotone", "l1", "bill", f"{SPENT} layer l1 {{ pays increase of (smaller of (¥3 - t, t)) may fall no cap }}"),
    ("monotone", "l1", "bill", f"{SPENT} layer l1 {{ pays increase of (smaller of (smaller of (claim.fee, ¥3 - t before), t)) may fall no cap }}"),
    ("monotone", "l1", "bill", f"{SPENT} layer l1 {{ pays increase of (smaller of (claim.fee * 50%, t)) may fall no cap }}"),
    # ---- structure_filled: not every claim fills its limit at once
    ("order_free", "l1", None, "layer l1 { pays (¥3 if claim.care is inpatient else claim.fee) cap by claim.care (inpatient: 1, outpatient: 3) per year acknowledged }"),
    ("order_free", "l1", None, "layer l1 { pays claim.fee cap smaller of (claim.others, ¥3) per year acknowledged }"),
    # a larger claim has another threshold
    ("monotone", "l1", "bill", "layer l1 { base claim.bill threshold (¥0 if claim.bill < 2 else ¥3) per year acknowledged ratio 100% no cap }"),
    # what others leave of later claims is less, below limits that vary or free of them
    ("more_claims", None, None, f"{OTHERS} layer l2 {{ base claim.bill - l1.pay no threshold ratio 100% cap by claim.care (inpatient: 1, outpatient: 3) per year acknowledged }}"),
    ("more_claims", None, None, f"{OTHERS} layer l2 {{ base claim.bill - l1.pay no threshold ratio 100% cap 1 per year no cap if claim.care is inpatient }}"),
    # thresholds that vary are passed by less
    (
        "monotone", "l1", "bill",
        "total t: larger of (0, ¥3 - claim.bill) per year layer l1 { pays"
        " increase of (larger of (0, t - (¥1 if claim.care is inpatient else ¥2))) + claim.bill * 0% no cap }",
    ),
    # the same in each visit is not the same in a year
    (
        "order_free", "l1", None,
        "same per event: layer l1 { base claim.bill no threshold ratio 100%"
        " cap by claim.care (inpatient: 1, outpatient: 3) per year acknowledged }",
    ),
    (
        "split_proof", "l1", None,
        "total t: claim.bill - claim.fee per year layer l1 { pays increase of (t) may fall"
        " cap by claim.care (inpatient: 1, outpatient: 3) per year acknowledged }",
    ),
    # ---- structure_stage: what a function of a total is
    (
        "no_cliff", "l1", None,
        "total t: claim.bill + claim.bill per year when claim.care is outpatient"
        " layer l1 { pays (¥0 if claim.care is inpatient else increase of (t)) no cap }",
    ),
    ("monotone", "l1", "bill", f"{SPENT} layer l1 {{ pays increase of (t + t - larger of (0, t - claim.fee)) no cap }}"),
    ("monotone", "l1", "bill", f"{SPENT} layer l1 {{ pays increase of ((t if claim.care is inpatient else smaller of (t, claim.fee))) no cap }}"),
    ("within_bill", None, None, f"{SPENT} layer l1 {{ base claim.bill pays increase of (t + t) no cap }}"),
    (
        "within_base", "l1", None,
        "parameter portion: ratio 0% to 100%, external"
        " layer l1 { base claim.bill no threshold ratio bands of cost per year: up to 2: 50% + portion, beyond: 50% no cap }",
    ),
    # ---- structure_bounds: a half is rounded up, where the total before it was rounded down
    ("within_base_each", "l1", None, f"layer l1 {{ base claim.bill no threshold ratio {BY_CARE} no cap rounding half even per year }}"),
    ("within_base_each", "l1", None, "layer l1 { base claim.bill threshold ¥1 * 50% per year ratio 100% no cap rounding half even per year }"),
    # ---- structure_exclusive: an attribute is not the one value, and therefore another
    ("split_proof", "l1", None, "layer l1 { when claim.care is inpatient and not (claim.care is outpatient) base claim.bill no threshold ratio 100% cap 2 per claim }"),
    ("split_proof", "l1", None, "layer l1 { when not (claim.care is outpatient) and claim.care is inpatient base claim.bill no threshold ratio 100% cap 2 per claim }"),
    ("split_proof", "l1", None, "layer l1 { when (claim.others > 0 or claim.care is outpatient) and claim.care is inpatient base claim.bill no threshold ratio 100% cap 2 per claim }"),
    ("split_proof", "l1", None, "layer l1 { when (claim.care is outpatient or claim.others > 0) and claim.care is inpatient base claim.bill no threshold ratio 100% cap 2 per claim }"),
]  # fmt: skip

PLAIN = [
    # ---- structure_nothing: what is nothing where a condition fails
    "layer l1 { base ((claim.bill if claim.care is inpatient else claim.fee) if claim.care is inpatient else ¥0) no threshold ratio 100% no cap }",
    "layer l1 { when claim.care is inpatient base larger of (0, (claim.bill if claim.care is inpatient else ¥0) - (claim.fee - claim.others)) no threshold ratio 100% no cap }",
    "layer l1 { when claim.care is inpatient base (claim.bill if claim.care is inpatient else ¥0) + claim.fee no threshold ratio 100% no cap }",
    "layer l1 { when claim.care is inpatient base claim.fee + (claim.bill if claim.care is inpatient else ¥0) no threshold ratio 100% no cap }",
    "layer l1 { when claim.care is inpatient base smaller of ((claim.bill if claim.care is inpatient else ¥0), claim.fee - claim.others) + 2 no threshold ratio 100% no cap }",
    # ---- plainer: a threshold of large claims that small ones may be above
    "layer l1 { base claim.bill threshold (¥1 if claim.bill < 3 else ¥3) per claim ratio 100% no cap }",
    "layer l1 { base claim.bill threshold (¥3 if claim.bill < 3 else ¥2) per claim ratio 100% no cap }",
    "layer l1 { base claim.bill threshold (¥2 if claim.fee < 2 else ¥3) per claim ratio 100% no cap }",
    "layer l1 { base claim.bill - (claim.fee - larger of (0, claim.fee - claim.others)) no threshold ratio 100% no cap }",
    "layer l1 { base claim.bill - larger of (0, ¥0 - (claim.fee - claim.others)) no threshold ratio 100% no cap }",
    "layer l1 { base share (claim.bill, claim.fee, claim.fee) no threshold ratio 100% no cap }",
    "layer l1 { base share (claim.bill * 50%, claim.bill, claim.bill) no threshold ratio 100% no cap }",
    "layer l1 { base share (larger of (0, claim.bill - (claim.fee - claim.others)), claim.bill, claim.bill) no threshold ratio 100% no cap }",
    "layer l1 { base share (larger of (2, claim.bill), claim.bill, claim.bill) no threshold ratio 100% no cap }",
    "layer l1 { base share (claim.bill, claim.fee + claim.others, claim.fee + claim.others) no threshold ratio 100% no cap }",
    # ---- structure_settled: what the first claim of each event adds to in a year
    f"count n: claims per event total first: 2 per year when n before = 0 {SPENT}"
    " layer l1 { pays increase of (smaller of (t, first)) no cap }",
]  # fmt: skip


@pytest.mark.parametrize(("law", "layer", "subject", "body"), BROKEN)
def test_a_law_that_nearly_holds_is_broken_and_not_proved(
    law: str, layer: str | None, subject: str | None, body: str
) -> None:
    hunt = hunt_of(body, Question(law, layer, subject))  # type: ignore[arg-type]
    [(found, _)] = hunt.confirmed()
    assert found not in small_proofs.proved(hunt.kernel)


@pytest.mark.parametrize("body", [*PLAIN, *(body for *_, body in BROKEN)])
def test_plainer_kernels_pay_what_nearly_plain_schemes_do(body: str) -> None:
    kernel = kernel_of(body)
    hunt = small_histories.Hunt(kernel, small_proofs.proved(kernel), Random(2))
    others = small_proofs.said_otherwise(kernel)
    for letters in (9, 16, 24):
        hunt.run(300, letters)
        assert not [
            name for name, one in others.items() if one != kernel and list(hunt.sums_with(one))
        ]


def kernel_of(body: str) -> Kernel:
    same = "same per event" if body.startswith("same per event: ") else ""
    text = tiny_schemes.HEAD.format(same=same, body=body.removeprefix("same per event: "))
    found = compile_source(Source("small.hmb", text))
    assert found.kernel is not None, [(one.code, one.values) for one in found.diagnostics]
    return found.kernel


def hunt_of(body: str, question: Question) -> small_histories.Hunt:
    """Until it is found."""
    hunt = small_histories.Hunt(kernel_of(body), [question], Random(1))
    for number in range(25):
        hunt.run(1_000, 16 if number % 2 else 9, 20)
        if hunt.found:
            break
    return hunt
