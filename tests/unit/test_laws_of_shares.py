"""Laws that structure proves of proportional shares whose whole holds the amount or the part, and of limits that
are another amount where nothing comes to them; beside each a scheme in which the law just does not hold."""

from __future__ import annotations

import pytest
from one_law import is_proved, kernel_of

from hmbc.compiler.idle_limits import without_idle_limits
from hmbc.compiler.kernel import Definition, Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.structure_bounds import bounds_of
from hmbc.compiler.structure_drift import Drifts
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk


@pytest.mark.parametrize(
    ("share", "holds"),
    [
        # of the bill, by the fee of both
        ("(claim.bill, claim.fee, claim.bill + claim.fee)", True),
        ("(claim.bill, claim.fee, claim.fee + claim.others + claim.bill)", True),
        ("(claim.bill, claim.bill, claim.bill + claim.fee)", True),
        ("(claim.bill + claim.fee, claim.others, claim.bill + claim.fee + claim.others)", True),
        # the whole is less than the amount
        ("(claim.bill, claim.fee, claim.bill - claim.others)", False),
        ("(claim.bill + claim.fee, claim.others, claim.bill)", False),
    ],
)
def test_shares_of_a_whole_that_holds_the_amount(share: str, holds: bool) -> None:
    kernel = kernel_of(f"base claim.bill + claim.fee pays share {share} no cap")
    assert is_proved(kernel, Question("monotone", "l1", "bill"), broken=not holds) == holds


def test_a_share_rises_by_no_more_than_its_amount() -> None:
    """No more than a minor unit: so no further one is taken from what the second layer has left."""
    first = "base claim.bill pays share {of} no cap"
    second = "base claim.bill - l1.pay no threshold ratio 100% no cap"
    within = kernel_of(first.format(of="(claim.bill, claim.fee, claim.bill + claim.others)"), second)
    beyond = kernel_of(first.format(of="(claim.bill, claim.fee, claim.bill - claim.others)"), second)
    question = Question("monotone", "l2", "bill")
    assert not is_proved(beyond, question, broken=True)
    bounds = bounds_of(within)
    drift = Drifts(bounds, "raise", "bill").of(share_in(within))
    assert drift is not None and (drift.rows.low, drift.rows.high) == (0, 1)
    drift = Drifts(bounds_of(beyond), "raise", "bill").of(share_in(beyond))
    assert drift is not None and drift.rows.low < 0


def share_in(kernel: Kernel) -> e.Expr:
    """The first share of a kernel."""
    exprs = [item.expr for item in kernel.items if isinstance(item, Definition)]
    return next(node for expr in exprs for node in walk(expr) if isinstance(node, e.Share))


WHERE = "when claim.care is outpatient base claim.bill no threshold ratio 65%"


@pytest.mark.parametrize(
    ("cap", "holds"),
    [
        ("(3_400 if claim.care is inpatient else 2_840)", True),
        ("(2_840 if claim.care is outpatient else 3_400)", True),
        ("(3_400 if claim.drug given else 2_840)", False),
    ],
)
@pytest.mark.parametrize("law", ["monotone", "order_free"])
def test_a_limit_is_one_where_only_claims_of_one_kind_come_to_it(
    cap: str, holds: bool, law: str
) -> None:
    kernel = kernel_of(f"{WHERE} cap {cap} per year acknowledged")
    assert (without_idle_limits(kernel, bounds_of(kernel)) != kernel) == holds
    question = Question(law, "l1", "bill" if law == "monotone" else None)  # type: ignore[arg-type]
    assert is_proved(kernel, question, broken=not holds and law == "order_free") == holds
