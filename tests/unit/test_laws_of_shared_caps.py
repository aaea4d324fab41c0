"""Caps that layers share, one law for all of them together (compiler/shared_caps.py)."""

from __future__ import annotations

import pytest
from attrs import evolve
from one_law import is_proved, kernel_of

from hmbc.compiler.difference import compare
from hmbc.compiler.drawn_together import drawn_together
from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.laws import Law, Question, questions_of
from hmbc.compiler.prove import Budget, prove
from hmbc.compiler.ranges import ranges_of
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


# ---- what changes where one claim is changed

WARD = "when claim.care is inpatient base claim.bill threshold 100 per year ratio 80% cap shared pool"
DRUGS = "when claim.care is outpatient base claim.bill no threshold ratio 60% cap 300 per year cap shared pool"
OF_ALL = [("monotone", "bill"), ("more_claims", None), ("no_cliff", None), ("order_free", None), ("split_proof", None)]


@pytest.mark.parametrize("law", OF_ALL)
@pytest.mark.parametrize("draws", ["in order", "pro rata"])
def test_what_all_are_paid_is_as_under_one_cap(draws: str, law: tuple[Law, str | None]) -> None:
    kernel = pooled(WARD, DRUGS, draws=draws)
    assert drawn_together(kernel) is not kernel
    assert is_proved(kernel, Question(law[0], None, law[1]))


def test_of_one_layer_what_the_others_draw_is_missing() -> None:
    kernel = pooled(WARD, DRUGS)
    assert not is_proved(kernel, Question("monotone", "l1", "bill"), broken=True)
    assert not is_proved(kernel, Question("order_free", "l2"), broken=True)


@pytest.mark.parametrize("draws", ["in order", "pro rata"])
def test_a_cap_that_varies_does_not_pay_as_one(draws: str) -> None:
    pool = "    shared cap pool: by claim.care (inpatient: 3, outpatient: 2) per year acknowledged {draws}"
    kernel = pooled(WARD, DRUGS, pool=pool, draws=draws)
    assert not is_proved(kernel, Question("order_free", None), broken=True)


@pytest.mark.parametrize(
    ("reads", "same"),
    [
        ("no threshold", True),
        ("threshold larger of (0, 90 - l1.pay) per claim acknowledged", False),
    ],
)
def test_draws_that_others_read_stay_as_they_are(reads: str, same: bool) -> None:
    third = f"base claim.others {reads} ratio 50% no cap"
    kernel = pooled(WARD, DRUGS, third)
    assert (drawn_together(kernel) is not kernel) == same


def test_months_that_differ_by_what_a_year_hands_on_add_up() -> None:
    """The minor unit comes back in another month, in rounded payments of either layer."""
    second = WARD.replace("inpatient", "outpatient").replace("80%", "60%").replace("100", "50")
    kernel = pooled(WARD, second, pool="    shared cap pool: 300 per month in order")
    assert is_proved(kernel, Question("no_cliff", None))


def test_two_caps_are_drawn_together_each() -> None:
    pools = POOL.format(draws="in order") + "\n    shared cap other: 300 per year pro rata"
    third, fourth = (f"base claim.{one} no threshold ratio 50% cap shared other" for one in ("fee", "others"))
    kernel = pooled(WARD, DRUGS, third, fourth, pool=pools)
    together = {item.name: item for item in drawn_together(kernel).items}
    assert [together[f"l{one}.pay"].exprs == (e.money(0),) for one in (1, 2, 3, 4)] == [True, False, True, False]
    assert is_proved(kernel, Question("order_free", None))


def test_what_all_draw_may_come_to_more_than_what_one_of_them_may() -> None:
    kernel = pooled(WARD, DRUGS)
    low = tuple(evolve(item, ceiling=30_000) if isinstance(item, Accumulator) else item for item in kernel.items)
    together = drawn_together(evolve(kernel, items=low))
    assert ranges_of(together).value(e.Total("shared.pool.drawn")).high == 60_000  # above the cap, which is 50,000


BOTH = ["base claim.bill no threshold ratio 100%", "base claim.bill threshold 50 per year ratio 40%"]
BILLS = "    total bills: claim.bill per year\n"


@pytest.mark.parametrize(
    ("layer", "more", "holds"),
    [
        ("l1", [], True),
        ("l2", [], True),
        ("l1", ["base claim.bill no threshold ratio 100%"], False),  # two others may draw one more each
        ("l2", ["base claim.bill no threshold ratio 100%"], False),
        ("l1", ["pays increase of (400 if bills >= 200 else 0)"], False),  # what it leaves to others jumps
    ],
)
def test_by_a_minor_unit_more_a_layer_draws_one_more_or_one_less(layer: str, more: list[str], holds: bool) -> None:
    """All may count the same claim."""
    kernel = pooled(*[f"{text} cap shared pool" for text in (*BOTH, *more)], pool=BILLS + POOL)
    assert is_proved(kernel, Question("no_cliff", layer), broken=not holds) == holds


def test_what_one_layer_draws_may_move_what_comes_to_another() -> None:
    second = "base claim.bill - l1.pay threshold 50 per year ratio 40% cap shared pool"
    kernel = pooled(f"{BOTH[0]} cap shared pool", second)
    assert not is_proved(kernel, Question("monotone", "l1", "bill"))
