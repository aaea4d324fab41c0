"""Laws of layers that never pay anything (compiler/nothing.py), and of those that share with them."""

from __future__ import annotations

import pytest
from attrs import evolve
from one_law import is_proved, kernel_of

from hmbc.compiler.kernel import Accumulator, Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.nothing import without_nothing
from hmbc.compiler.plainer import made_plain
from hmbc.compiler.prove_by_structure import by_structure
from hmbc.compiler.structure_bounds import bounds_of
from hmbc.dsl import expr as e

POOL = "    shared threshold pool: 120 per quarter per year acknowledged pro rata"
FIRST = "threshold shared pool ratio bands of cost per day: up to 138: 95%, beyond: 10% cap 288 per year"
SECOND = "base claim.fee threshold shared pool ratio 80% cap 140 per year"


def two_layers(care: str) -> Kernel:
    """Who is paid is an inpatient; the first layer asks for this care."""
    return kernel_of(
        f"when claim.care is {care} base claim.bill {FIRST}",
        SECOND,
        before=f"{POOL}\n    eligible e1: claim.care is inpatient",
    )


@pytest.mark.parametrize("law", ["order_free", "no_cliff", "split_proof", "within_base_each"])
def test_a_layer_that_nobody_is_eligible_for_keeps_every_law(law: str) -> None:
    assert is_proved(two_layers("outpatient"), Question(law, "l1"))  # type: ignore[arg-type]


def test_a_layer_that_somebody_is_eligible_for_may_break_them() -> None:
    assert not is_proved(two_layers("inpatient"), Question("order_free", "l1"), broken=True)


def test_a_threshold_shared_with_nothing_is_one_layers_own() -> None:
    alone = kernel_of("base claim.bill no threshold ratio 80% cap 140 per year")
    shared = two_layers("outpatient")
    plain = made_plain(shared, bounds_of(shared))
    seen = without_nothing(plain)
    said = {item.name: item for item in seen.items}
    assert seen != plain and without_nothing(alone) is alone
    for name in ("l1.billed", "l1.excess", "l1.share", "l1.rounded", "l1.pay"):
        assert said[name].expr == e.money(0), name
    banded = said["l1.banded"]
    assert isinstance(banded, Accumulator) and banded.adds == e.Ref("l1.billed")
    assert said["shared.pool.together"].expr == e.Ref("l2.billed")
    again = made_plain(seen, bounds_of(seen))
    assert {item.name: item for item in again.items}["l2.excess"].expr == e.Ref("shared.pool.left")


def test_what_is_nothing_is_worked_out() -> None:
    kernel = two_layers("outpatient")
    plain = made_plain(kernel, bounds_of(kernel))
    share = e.Scale(e.Ref("l1.billed"), e.ratio(1))
    added = [
        (e.Add(share, e.money(7)), e.money(7)),
        (e.Add(e.money(7), share), e.money(7)),
        (e.Subtract(e.Ref("l2.billed"), share), e.Ref("l2.billed")),
        (e.Max(e.money(3), e.Subtract(share, e.money(5))), e.money(3)),
        (e.Min(e.money(3), e.Subtract(share, e.money(5))), e.money(-5)),
        (e.Round(share, "up", 5), e.money(0)),
        (e.Min(e.Ref("l2.billed"), share), e.Min(e.Ref("l2.billed"), e.money(0))),
        (e.Share(e.Ref("l2.billed"), share, e.Ref("l2.billed"), "down"), e.money(0)),
        (e.Before("l1.banded"), e.money(0)),
        (e.Increase(e.Total("l1.banded")), e.money(0)),
        (e.Increase(e.Total("l2.due")), e.Increase(e.Total("l2.due"))),
    ]
    pay = plain.items[-1]
    for given, found in added:
        one = evolve(pay, expr=given)
        seen = without_nothing(evolve(plain, items=(*plain.items[:-1], one)))
        assert seen.items[-1].expr == found, given


@pytest.mark.parametrize(("truth", "never"), [("no", True), ("yes", False)])
def test_a_limit_that_varies_gives_nothing_of_nothing(truth: str, never: bool) -> None:
    """Who is eligible is an inpatient and, where that is also said to be none, nobody."""
    limits = "no threshold ratio 80% cap (140 if claim.drug given else 90) per year acknowledged"
    rule = f"    let in_bed: claim.care is inpatient\n    eligible e1: in_bed and in_bed is {truth}"
    kernel = kernel_of(f"base claim.bill {limits}", before=rule)
    for law in ("order_free", "no_cliff"):
        question = Question(law, "l1")  # type: ignore[arg-type]
        assert bool(list(by_structure(kernel, [question]))) == never
