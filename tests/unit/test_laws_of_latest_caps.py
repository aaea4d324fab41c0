"""Caps that may be another for each row, held to as they are for the row that is paid
(compiler/structure_latest_cap.py)."""

from __future__ import annotations

import pytest
from attrs import evolve
from one_law import is_proved, kernel_of

from hmbc.compiler.kernel import Definition, Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.structure_bounds import bounds_of
from hmbc.compiler.structure_latest_cap import holds_as_it_is
from hmbc.dsl import expr as e

BASE = "base claim.bill no threshold ratio 75%"
TOTAL = "    total t: claim.fee per year"
CARE = "by claim.care (inpatient: 300, outpatient: 100) per year acknowledged"


def within_cap(layer: str = "l1", step: str = "pay") -> Question:
    return Question("within_cap", layer, f"{layer}.{step}")


@pytest.mark.parametrize(
    ("cap", "step"),
    [
        (f"cap {CARE}", "pay"),
        ("cap 700 - t before per lifetime", "pay"),
        (f"cap {CARE} cap 250 - t before per lifetime", "limited"),
        ("cap 700 - t before per lifetime cap 50 per month", "limited"),
        ("cap (100 + t before) per lifetime", "pay"),
        ("cap (larger of (0, 500 - t before)) per year acknowledged", "pay"),
    ],
)
def test_no_row_is_paid_beyond_its_cap(cap: str, step: str) -> None:
    assert is_proved(kernel_of(f"{BASE} {cap}", before=TOTAL), within_cap(step=step))


# ---- one condition broken


def stage_of_pay(kernel: Kernel, expr: e.Expr | None = None) -> bool:
    """Whether the step that pays, or another in its place, is seen to hold to its cap."""
    pay = next(item for item in kernel.items if item.name == "l1.pay")
    assert isinstance(pay, Definition)
    expr = pay.expr if expr is None else expr
    changed = tuple(evolve(pay, expr=expr) if item is pay else item for item in kernel.items)
    bounds = bounds_of(evolve(kernel, items=changed))
    stage = bounds.stage(expr)
    assert stage is not None
    return holds_as_it_is(bounds, expr, stage)


def test_what_is_limited_is_one_function_that_never_falls() -> None:
    kernel = kernel_of(f"{BASE} cap 700 - t before per lifetime", before=TOTAL)
    due = e.Total("l1.due")
    fee = next(given for given in kernel.inputs if given.name == "fee")
    other = e.Attribute("claim", "fee", fee.type)
    limit = e.Ref("l1.cap")
    held = [due, e.Round(due, "half_up", 1), e.Max(e.money(0), e.Subtract(due, e.money(5)))]
    for function in held:
        assert stage_of_pay(kernel, e.Increase(e.Min(limit, function)))
    broken = [
        e.Add(due, other),  # another function for each row
        e.Max(e.money(0), e.Subtract(e.money(500), due)),  # falls
        e.Subtract(due, e.money(5)),  # begins below nothing: a row is paid five more than there is room for
    ]
    for function in broken:
        assert not stage_of_pay(kernel, e.Increase(e.Min(limit, function)))
    assert not stage_of_pay(kernel, e.Increase(e.Max(limit, due)))
    assert not stage_of_pay(kernel, e.Increase(e.Min(e.Add(limit, due), due)))  # no limit of its own


def test_a_cap_that_some_rows_have_alone_is_not_told() -> None:
    kernel = kernel_of(
        f"{BASE} cap 700 - t before per lifetime if claim.care is inpatient else per claim acknowledged", before=TOTAL
    )
    pay = kernel.definitions["l1.pay"]
    bounds = bounds_of(kernel)
    stage = bounds.stage(pay.expr)
    assert stage is not None and stage.alone is not None
    assert not holds_as_it_is(bounds, pay.expr, stage)
    assert not holds_as_it_is(bounds, e.Increase(stage.of), stage)
    assert holds_as_it_is(bounds, e.Increase(stage.of), evolve(stage, alone=None))  # were it all rows' own


def test_an_amount_that_may_be_negative_may_be_paid_again() -> None:
    kernel = kernel_of("base claim.bill no threshold ratio 75% cap 700 - t before per lifetime", before=TOTAL)
    items = tuple(
        evolve(item, expr=e.Subtract(item.expr, e.money(1)))
        if isinstance(item, Definition) and item.name == "l1.billed"
        else item
        for item in kernel.items
    )
    assert not stage_of_pay(evolve(kernel, items=items))
