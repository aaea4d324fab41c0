"""What structure promises, held against all histories of a few claims of a few minor units (small_histories.py)
of small random schemes (tiny_schemes.py); and that such histories find what is known to be broken.

`tools/prove_small.py` does the same of many thousands.
"""

from __future__ import annotations

from random import Random

import pytest
import small_histories
import small_proofs
import tiny_schemes
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


def hold_against_all(seed: int) -> None:
    """One small scheme: no law is proved and broken, and plainer kernels pay the same."""
    text = tiny_schemes.draw(seed)
    kernel = kernel_of(text)
    if kernel is None:
        return
    hunt = small_histories.Hunt(kernel, small_proofs.proved(kernel), Random(seed))
    others = small_proofs.said_otherwise(kernel)
    for letters in LETTERS:
        hunt.run(SEQUENCES, letters, 5)
        for name, other in others.items():
            assert other == kernel or not list(hunt.sums_with(other)), (name, text)
    assert not [(question, witness.example) for question, witness in hunt.confirmed()], text


@pytest.mark.parametrize("seed", range(12))
def test_nothing_that_is_proved_is_broken_by_a_few_small_claims(seed: int) -> None:
    hold_against_all(seed)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_nor_of_any_other_small_scheme(seed: int) -> None:
    hold_against_all(seed)


def test_most_of_what_is_drawn_is_well_formed_and_much_of_it_proved() -> None:
    kernels = [kernel for seed in range(20) if (kernel := kernel_of(tiny_schemes.draw(seed))) is not None]
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
    kernel = of_body(body)
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
