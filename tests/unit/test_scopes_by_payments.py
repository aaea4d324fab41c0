"""Scopes that a condition about another layer's payment chooses."""

from __future__ import annotations

from one_law import kernel_of

from hmbc.compiler.quick import Machine

CLAIM = {"fee": 0, "care": "inpatient", "others": 0, "date": 19_800}
MEMBER = {"tier": "low", "income": 0, "status": "active", "years": 3}


def test_a_threshold_whose_scope_depends_on_what_is_paid_already() -> None:
    """Of a visit where the first layer pays, else of the month: what each deducts counts for itself."""
    kernel = kernel_of(
        "base claim.bill threshold 100 per claim ratio 100% no cap",
        "base claim.bill threshold 300 per event if l1.pay > 0 else per month ratio 100% no cap",
    )
    claims = [{**CLAIM, "bill": bill, "visit": visit} for bill, visit in
              ((10_000, "A"), (30_000, "A"), (30_000, "A"), (30_000, "B"), (25_000, "A"))]  # fmt: skip
    rows = Machine(kernel, {}, {}).run(claims, [MEMBER] * 5)
    assert rows is not None
    assert [row.pays[1] for row in rows] == [0, 0, 30_000, 0, 25_000]
