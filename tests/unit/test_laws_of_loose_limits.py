"""Limits that vary and that nothing uses up (compiler/loose.py), and sums with a 0 (compiler/plainer.py)."""

from __future__ import annotations

import pytest
from attrs import evolve
from one_law import is_proved, kernel_of

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.loose import without_loose
from hmbc.compiler.plainer import made_plain
from hmbc.compiler.prove_by_structure import by_structure
from hmbc.compiler.structure_bounds import bounds_of
from hmbc.dsl import expr as e
from hmbc.dsl.types import Money

BASE = "base claim.bill no threshold ratio 75%"
LIMIT = "cap by claim.care (inpatient: {low}, outpatient: 1_600) per year acknowledged"


def limited(first: str, low: int) -> Kernel:
    return kernel_of(f"{BASE} {first} {LIMIT.format(low=low)}")


def is_loose(kernel: Kernel) -> bool:
    """Whether some limit is seen to leave all that comes to it."""
    found = without_loose(kernel, bounds_of(kernel))
    before = {item.name: item for item in kernel.items}
    return any(
        isinstance(item, Accumulator) and item != before[item.name] for item in found.items
    )


@pytest.mark.parametrize("law", ["no_cliff", "order_free", "split_proof"])
def test_what_is_capped_before_never_reaches_a_higher_limit(law: str) -> None:
    kernel = limited("cap 1_500 per year", 1_500)
    assert is_loose(kernel)
    assert is_proved(kernel, Question(law, "l1"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "low"),
    [
        ("cap 1_500 per year", 1_499),  # a minor unit may be too much
        ("cap 1_500 per month", 1_500),  # twelve times
        ("cap by member.tier (low: 1_500, high: 1_501) per year", 1_500),
        ("cap 1_500 per claim", 1_500),
    ],
)
def test_what_may_reach_it_is_limited(first: str, low: int) -> None:
    kernel = limited(first, low)
    assert not is_loose(kernel)
    assert not list(by_structure(kernel, [Question("order_free", "l1")]))


@pytest.mark.parametrize(
    ("first", "second", "holds"),
    [
        ("cap 1_500 per year", "cap 1_500 per quarter acknowledged", True),  # a quarter's rows are some of a year's
        ("cap 1_500 per year", "cap 1_499 per quarter acknowledged", False),
        ("cap 1_500 per lifetime", "cap 1_500 per month acknowledged", True),
        ("cap 1_500 per claim.drug per year", "cap 1_500 per quarter acknowledged", False),  # each drug's
    ],
)
def test_a_limit_of_a_narrower_scope_leaves_what_a_wider_one_lets_through(
    first: str, second: str, holds: bool
) -> None:
    kernel = kernel_of(f"{BASE} {first} {second}")
    assert is_proved(kernel, Question("monotone", "l1", "bill")) == holds


@pytest.mark.parametrize(("most", "holds"), [(410, True), (400, True), (399, False)])
def test_a_threshold_that_leaves_nothing_for_the_next_is_all_that_is_borne(most: int, holds: bool) -> None:
    threshold = f"threshold 750 per year threshold 400 per year acknowledged within {most} per quarter"
    kernel = kernel_of(f"base claim.bill {threshold} ratio 75% cap 600 per claim cap 1_400 per year")
    assert is_proved(kernel, Question("monotone", "l1", "bill")) == holds


def test_what_one_layer_bears_of_a_threshold_by_claim() -> None:
    """Nothing was borne of it before."""
    before = "    shared threshold pool: 490 + member.income * 10% per claim acknowledged in order"
    kernel = kernel_of("base claim.bill threshold shared pool ratio 75% cap 900 per year", before=before)
    assert is_proved(kernel, Question("no_cliff", "l1"))


def test_nothing_is_left_of_0_above_what_is_never_negative() -> None:
    kernel = kernel_of(f"{BASE} no cap")
    bill, fee, others = (e.Attribute("claim", name, Money()) for name in ("bill", "fee", "others"))
    zero = e.money(0)

    def plain(of: e.Expr) -> e.Expr:
        less = e.Subtract(bill, e.Max(zero, e.Subtract(zero, of)))
        items = tuple(
            evolve(item, expr=less) if isinstance(item, Definition) and item.name == "l1.billed" else item
            for item in kernel.items
        )
        changed = evolve(kernel, items=items)
        found = {item.name: item for item in made_plain(changed, bounds_of(changed)).items}["l1.billed"]
        assert isinstance(found, Definition)
        return found.expr if found.expr != less else e.FALSE

    assert plain(fee) == plain(e.Add(fee, others)) == bill
    assert plain(e.Subtract(fee, others)) == e.FALSE
    assert plain(e.Add(zero, e.Subtract(fee, others))) != bill
