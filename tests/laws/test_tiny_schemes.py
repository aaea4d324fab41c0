"""What structure promises, held against all histories of a few claims of a few minor units (small_histories.py)
of small random schemes (tiny_schemes.py, tiny_wider.py, tiny_shared.py); and that such histories find what is known to be broken.

`tools/prove_small.py` does the same of many thousands.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
import small_histories
import small_proofs
import tiny_schemes
import tiny_shared
import tiny_wider
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.pipeline import compile_source
from hmbc.dsl.source import Source

SEQUENCES, LETTERS = 400, (6, 12)


def kernel_of(text: str) -> Kernel | None:
    return compile_source(Source("small.hmb", text)).kernel


def of_body(body: str) -> Kernel:
    found = kernel_of(tiny_schemes.HEAD.format(same="", body=body))
    assert found is not None
    return found


def hold_against_all(seed: int, draw: Callable[[int], str] = tiny_schemes.draw) -> None:
    """One small scheme: no law is proved and broken, and plainer kernels pay the same."""
    text = draw(seed)
    kernel = kernel_of(text)
    if kernel is None:
        return
    hunt = small_histories.Hunt(kernel, small_proofs.proved(kernel), Random(seed))
    others, as_one = small_proofs.said_otherwise(kernel), small_proofs.drawn_as_one(kernel)
    for letters in LETTERS:
        hunt.run(SEQUENCES, letters, 5)
        for name, other in others.items():
            assert other == kernel or not list(hunt.sums_with(other)), (name, text)
        assert not list(hunt.sums_with(as_one, in_all=True)), text
    assert not [(question, witness.example) for question, witness in hunt.confirmed()], text


@pytest.mark.parametrize("seed", range(12))
def test_nothing_that_is_proved_is_broken_by_a_few_small_claims(seed: int) -> None:
    hold_against_all(seed)


@pytest.mark.parametrize("seed", range(12))
def test_nor_with_families_parameters_and_periods(seed: int) -> None:
    hold_against_all(seed, tiny_wider.draw)


@pytest.mark.parametrize("seed", range(12))
def test_nor_of_layers_that_share_limits(seed: int) -> None:
    hold_against_all(seed, tiny_shared.draw)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_nor_of_any_other_small_scheme(seed: int) -> None:
    hold_against_all(seed)


@pytest.mark.parametrize("draw", [tiny_schemes.draw, tiny_wider.draw, tiny_shared.draw])
def test_most_of_what_is_drawn_is_well_formed_and_much_of_it_proved(draw: Callable[[int], str]) -> None:
    kernels = [kernel for seed in range(20) if (kernel := kernel_of(draw(seed))) is not None]
    laws = {question.law for kernel in kernels for question in small_proofs.proved(kernel)}
    assert len(kernels) >= 15
    assert laws >= {"monotone", "more_claims", "no_cliff", "split_proof", "order_free", "within_cap"}


@pytest.mark.parametrize(
    ("question", "body"),
    [
        # a first year's bill that is larger moves what is left into the next, below a threshold
        (
            Question("monotone", "l2", "bill"),
            "layer l1 { base claim.bill threshold 2 per lifetime ratio 100% no cap }"
            " layer l2 { base claim.bill - l1.pay threshold 1 per year ratio 100% no cap }",
        ),
        # a threshold that rises with the total is passed again and again
        (
            Question("no_cliff", "l1"),
            "total spent: claim.bill per year layer l1 { pays increase of"
            " (larger of (0, spent - (1 if claim.care is inpatient else 2))) no cap }",
        ),
        # of a whole of nothing there is no share, of a larger one there is
        (
            Question("deduction", "l1", "fee"),
            "layer l1 { pays share (claim.bill, claim.others, claim.fee) no cap }",
        ),
        # a rounding of each claim keeps what another order gives away
        (
            Question("order_free", "l1"),
            "layer l1 { base claim.bill threshold 1 per year ratio 50% no cap rounding half up per claim }",
        ),
        (
            Question("split_proof", "l1"),
            "layer l1 { base claim.bill threshold 1 per claim ratio 100% no cap }",
        ),
        # a cheap claim takes the place of a dear one
        (
            Question("more_claims", None),
            "count n: claims per year layer l1 { when n before < 1 base claim.bill no threshold ratio 100% no cap }",
        ),
        (
            Question("within_base_each", "l1"),
            "layer l1 { base claim.bill no threshold ratio 50% no cap rounding up to 2 per claim }",
        ),
    ],
)  # fmt: skip
def test_what_is_broken_is_found(question: Question, body: str) -> None:
    hold_to_be_broken(question, of_body(body))


HOME = (
    "tier: low | high  status: active | retired varies  quota: money 0 to 3",
    "household: code  stops: periods  tier: low | high",
)


@pytest.mark.parametrize(
    ("question", "body"),
    [
        # of what one of a family bears, another with a higher threshold need not bear so much
        (
            Question("order_free", "l1"),
            "layer l1 { base claim.bill threshold (1 if member.tier is low else 2) per year per family"
            " ratio 100% no cap }",
        ),
        # a claim on a day that a period holds takes the place of one on another
        (
            Question("more_claims", None),
            "count n: claims per lifetime per family"
            " layer l1 { when n before < 1 base claim.bill no threshold ratio (0% if claim.date in member.stops"
            " else 100%) no cap }",
        ),
        # a cap from outside that one claim may be above
        (
            Question("stated", None, "stated.1"),
            "parameter given: money 1 to 3, external"
            " layer l1 { base claim.bill no threshold ratio 100% cap given per claim } prove l1.pay <= 1",
        ),
        # those of the higher tier have the lower cap
        (
            Question("never_less", None, "stated.1"),
            "layer l1 { base claim.bill no threshold ratio 100% cap by member.tier (low: 2, high: 1) per year }"
            " prove member.tier: high never gets less than low",
        ),
        (
            Question("no_cliff", "l1"),
            "list rare: external"
            " layer l1 { when claim.drug in rare pays (2 if claim.bill > 1 else 0) + claim.bill * 0% no cap }",
        ),
    ],
)
def test_what_is_broken_by_two_members_or_from_outside_is_found(question: Question, body: str) -> None:
    head = tiny_schemes.HEAD.replace(*HOME).replace("event claim.visit", "event claim.visit  unit member.household")
    found = kernel_of(head.format(same="", body=body))
    assert found is not None
    hold_to_be_broken(question, found)


def hold_to_be_broken(question: Question, kernel: Kernel) -> None:
    """Histories find it, and structure does not call it proved."""
    hunt = small_histories.Hunt(kernel, [question], Random(1))
    for number in range(12):
        hunt.run(1_500, 16 if number % 2 else 9, 20)
    assert [one for one, _ in hunt.confirmed()] == [question]
    assert question not in small_proofs.proved(kernel)


def test_a_kernel_that_pays_otherwise_is_told() -> None:
    one, other = (of_body(f"layer l1 {{ base claim.bill threshold {n} per year ratio 100% no cap }}") for n in (1, 2))
    hunt = small_histories.Hunt(one, small_proofs.proved(one), Random(1))
    hunt.run(500, 9)
    assert list(hunt.sums_with(other)) and not list(hunt.sums_with(one))


def test_a_kernel_that_pays_otherwise_in_all_is_told() -> None:
    layers = [f"layer l{n} {{ base claim.{of} no threshold ratio 100% cap shared pool }}" for n, of in enumerate(("bill", "fee"))]
    one, other = (of_body("\n".join([f"shared cap pool: {n} per year in order", *layers])) for n in (2, 3))
    hunt = small_histories.Hunt(one, small_proofs.proved(one), Random(1))
    hunt.run(500, 9)
    as_one = small_proofs.drawn_as_one(one)
    assert list(hunt.sums_with(as_one)) and not list(hunt.sums_with(as_one, in_all=True))
    assert list(hunt.sums_with(small_proofs.drawn_as_one(other), in_all=True))
