"""Thresholds that layers share, in written order: what one claim more, or a larger one, changes (compiler/structure_drawn.py)."""

from __future__ import annotations

import pytest
from one_law import is_proved, kernel_of

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Law, Question, questions_of

SHARED = "    shared threshold pool: {} in order"
YEAR = "100 per year"
WARD = "when claim.care is inpatient base claim.bill threshold shared pool ratio 80% cap 1_000 per year"
CLINIC = "when claim.care is outpatient base claim.bill threshold shared pool ratio 60% cap 300 per year"
BILL = "base claim.bill threshold shared pool ratio {} no cap"
FEE = "base claim.fee threshold shared pool ratio {} no cap"
LAWS: list[Law] = ["monotone", "more_claims", "no_cliff", "split_proof"]


def shared(*layers: str, threshold: str = YEAR) -> Kernel:
    return kernel_of(*layers, before=SHARED.format(threshold))


@pytest.mark.parametrize("law", LAWS)
def test_of_layers_for_claims_of_their_own_all_but_the_order_is_proved(law: Law) -> None:
    kernel = shared(WARD, CLINIC)
    for question in questions_of(kernel):
        if question.law == law:
            assert is_proved(kernel, question), question


@pytest.mark.parametrize("layer", ["l1", "l2", None])
def test_the_order_decides_whose_claims_the_threshold_takes(layer: str | None) -> None:
    assert not is_proved(shared(WARD, CLINIC), Question("order_free", layer), broken=True)


def test_two_amounts_of_one_claim_may_be_counted() -> None:
    kernel = shared(BILL.format("80%"), FEE.format("60%"))
    for question in questions_of(kernel):
        if question.law in ("monotone", "more_claims"):
            assert is_proved(kernel, question), question


def test_one_of_two_amounts_moves_a_layer_by_a_step_at_most() -> None:
    kernel = shared(BILL.format("80%"), FEE.format("60%"))
    assert is_proved(kernel, Question("no_cliff", "l1")) and is_proved(kernel, Question("no_cliff", None))
    for layer in ("l1", "l2"):  # a claim in two takes the threshold first from one amount, then from the other
        assert not is_proved(kernel, Question("split_proof", layer), broken=True)


def test_an_amount_that_two_layers_count_moves_the_threshold_twice() -> None:
    kernel = shared(BILL.format("100%"), BILL.format("100%"))
    assert is_proved(kernel, Question("monotone", None, "bill"))
    assert not is_proved(kernel, Question("no_cliff", "l1"), broken=True)


def test_an_amount_that_decides_which_layer_counts_it_falls_out_of_one() -> None:
    low = "when claim.bill < 100 " + BILL.format("80%")
    high = "when claim.bill >= 100 " + BILL.format("60%")
    kernel = shared(low, high)
    assert not is_proved(kernel, Question("monotone", "l1", "bill"), broken=True)
    assert not is_proved(kernel, Question("no_cliff", "l2"), broken=True)
    assert not is_proved(kernel, Question("split_proof", "l1"), broken=True)


def test_a_part_taken_off_both_moves_them_the_other_way() -> None:
    off = "    exclude x from l1, l2: part claim.others"
    kernel = kernel_of(WARD, CLINIC, before=SHARED.format(YEAR) + "\n" + off)
    asked = [question for question in questions_of(kernel) if question.law == "deduction"]
    assert asked
    for question in asked:
        assert is_proved(kernel, question), question
