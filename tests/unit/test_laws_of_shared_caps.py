"""Caps that layers share, one law for all of them together (compiler/shared_caps.py)."""

from __future__ import annotations

import pytest
from attrs import evolve
from one_law import is_proved, kernel_of

from hmbc.compiler.difference import compare
from hmbc.compiler.kernel import Definition, Kernel
from hmbc.compiler.laws import Question, questions_of
from hmbc.compiler.prove import Budget, prove
from hmbc.compiler.shared_caps import shared_caps_of
from hmbc.dsl import expr as e

BILL = "base claim.bill no threshold ratio 75% cap shared pool"
FEE = "base claim.fee threshold 50 per year ratio 50% cap shared pool"
OTHERS = "base claim.others no threshold ratio 100%"
POOL = "    shared cap pool: 500 per year {draws}"
WHOLE = Question("within_cap", None, "shared.pool")


def pooled(*layers: str, pool: str = POOL, draws: str = "in order") -> Kernel:
    return kernel_of(*layers, before=pool.format(draws=draws))


def asked(kernel: Kernel) -> list[tuple[str | None, str | None]]:
    return [(one.layer, one.subject) for one in questions_of(kernel) if one.law == "within_cap"]


@pytest.mark.parametrize("draws", ["in order", "pro rata"])
def test_layers_that_share_a_cap_are_held_to_it_together(draws: str) -> None:
    two = pooled(BILL, FEE, draws=draws)
    assert asked(two) == [(None, "shared.pool")] and is_proved(two, WHOLE)
    three = pooled(BILL, FEE, f"{OTHERS} cap shared pool", draws=draws)
    assert asked(three) == [(None, "shared.pool")] and is_proved(three, WHOLE)
    assert [layer for layer, _ in shared_caps_of(three)[0].draws] == ["l1", "l2", "l3"]


def test_a_layer_has_its_own_cap_besides() -> None:
    kernel = pooled(BILL, f"{FEE} cap 90 per month", f"{OTHERS} cap 70 per year")
    assert asked(kernel) == [("l2", "l2.pay"), ("l3", "l3.pay"), (None, "shared.pool")]
    assert is_proved(kernel, WHOLE) and is_proved(kernel, Question("within_cap", "l2", "l2.pay"))


@pytest.mark.parametrize(
    "pool",
    [
        "    shared cap pool: 500 per claim in order",
        "    shared cap pool: 500 per claim if claim.care is inpatient else per year in order",
        "    shared cap pool: by claim.care (inpatient: 300, outpatient: 100) per year acknowledged in order",
        "    shared cap pool: 500 per claim pro rata",
        "    shared threshold pool: 500 per year in order",
        "    shared threshold pool: 500 per year pro rata",
    ],
)
def test_what_is_drawn_otherwise_is_no_shared_cap_here(pool: str) -> None:
    layer = BILL.replace("cap shared pool", "no cap")
    if "threshold" in pool:
        layers = [layer.replace("no threshold", "threshold shared pool")] * 2
    else:
        layers = [BILL, FEE]
    assert shared_caps_of(pooled(*layers, pool=pool)) == ()


def test_claims_that_are_free_of_it_are_each_layers_own() -> None:
    kernel = pooled(f"{BILL} no cap if claim.care is inpatient", FEE)
    assert (None, "shared.pool") not in asked(kernel)


def test_what_is_added_after_the_cap_breaks_it() -> None:
    """The first layer pays twice what it is let through."""
    kernel = pooled(BILL, FEE)
    pay = next(item for item in kernel.items if item.name == "l1.pay")
    assert isinstance(pay, Definition)
    twice = Definition(name="l1.twice", expr=e.Add(e.Ref("l1.pay"), e.Ref("l1.pay")), role="pay", layer="l1")
    outcomes = tuple(evolve(o, pay="l1.twice") if o.layer == "l1" else o for o in kernel.outcomes)
    changed = evolve(kernel, items=(*kernel.items, twice), outcomes=outcomes)
    (proof,) = prove(changed, Budget((40_000, 0), climb=0, beside=0), lambda one: one == WHOLE, solver=True)
    assert proof.outcome == "refuted"
    assert "the cap is 500.00, and after claim" in proof.because.en


def test_a_draw_that_does_not_begin_where_the_one_before_ended_is_not_told_so() -> None:
    kernel = pooled(BILL, FEE)
    second = next(item for item in kernel.items if item.name == "l2.pay")
    assert isinstance(second, Definition) and isinstance(second.expr, e.Subtract)
    first = next(item for item in kernel.items if item.name == "l1.pay")
    assert isinstance(first, Definition) and isinstance(first.expr, e.Subtract)
    for expr in (e.Subtract(second.expr.left, first.expr.right), e.Min(e.money(5), e.Ref("l1.pay"))):
        changed = tuple(evolve(x, expr=expr) if x is second else x for x in kernel.items)
        assert shared_caps_of(evolve(kernel, items=changed)) == ()


OWN = "base claim.{bill} no threshold ratio 50% cap 100 per year cap shared pool"


@pytest.mark.parametrize(
    ("size", "scope", "same"),
    [
        ("200", "month", True),
        ("199.99", "month", False),  # both caps may be full
        ("200", "lifetime", False),  # twice in two years
    ],
)
def test_a_shared_cap_of_shorter_scope_that_never_binds_changes_nothing(size: str, scope: str, same: bool) -> None:
    """Two layers of at most 100 a year each draw on it."""
    layers = [OWN.format(bill=bill) for bill in ("bill", "fee")]
    one, two = (
        kernel_of(*layers, before=f"    shared cap pool: {amount} per {per} in order")
        for amount, per in (("300", "year"), (size, scope))
    )
    found = compare(one, two, rows=300, thorough=False)
    assert (found.verdict == "equal") == same
    if same:
        assert found.how == "form"
