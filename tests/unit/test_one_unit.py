"""Claims that are shown against a law are claims that one unit can have."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from attrs import evolve
from small_kernels import kernel_of_text

from hmbc.compiler.directed import Directed
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.refutation import is_one_unit
from hmbc.compiler.refute import Search
from hmbc.compiler.tried_units import Unit
from hmbc.compiler.witness import witness_of

HEAD = """scheme s {{
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    {unit}
    member {{ status: active | retired varies  tier: low | high  home: code }}
    claim {{ bill: money }}
    layer a {{ base claim.bill no threshold ratio by member.tier (low: 50%, high: 70%) cap 100 per claim }}
}}
"""
FAMILY = "unit member.home"


def kernel_of(unit: str = "") -> Kernel:
    return kernel_of_text(HEAD.format(unit=unit))


def one(status: str = "active", tier: str = "low", home: str = "X1", member_id: str = "X1") -> dict[str, Any]:
    return {"status": status, "tier": tier, "home": home, "member_id": member_id}


def unit_of(*rows: tuple[int, Mapping[str, Any]]) -> Unit:
    return Unit(tuple({"date": day, "bill": 500} for day, _ in rows), tuple(member for _, member in rows))


@pytest.mark.parametrize(
    ("unit", "rows", "may_be"),
    [
        ("", ((1, one()), (2, one(status="retired"))), True),
        ("", ((1, one()), (1, one(status="retired"))), False),  # on one day
        ("", ((1, one()), (2, one(tier="high"))), False),  # which does not vary
        (FAMILY, ((1, one()), (1, one(tier="high", member_id="X2"))), True),
        (FAMILY, ((1, one()), (2, one(tier="high"))), False),
        (FAMILY, ((1, one()), (1, one(home="X2", member_id="X2"))), False),  # of another family
    ],
)
def test_what_one_unit_can_be(unit: str, rows: tuple[tuple[int, Mapping[str, Any]], ...], may_be: bool) -> None:
    assert is_one_unit(kernel_of(unit), unit_of(*rows)) == may_be


def test_what_no_unit_can_be_is_not_told() -> None:
    kernel = kernel_of()
    search = Search(kernel, [Question("no_cliff", "a"), Question("order_free", "a"), Question("split_proof", "a")])
    search.run(40_000)
    found = search.found[Question("split_proof", "a")]
    assert witness_of(kernel, found) is not None
    claim, member = found.unit.claims[0], found.unit.members[0]
    other = {**member, "tier": "high" if member["tier"] == "low" else "low"}
    never = Unit((claim, *found.unit.claims), (other, *found.unit.members))
    change = evolve(found.change, row=found.change.row + 1)
    assert witness_of(kernel, evolve(found, unit=never, change=change)) is None


@pytest.mark.parametrize(
    ("unit", "other", "found"),
    [
        ("", one("retired", "high", "X2", "X2"), one("retired")),
        (FAMILY, one("retired", "high", "X2"), one("retired")),
        (FAMILY, one("retired", "high", "X2", "X2"), one("retired", "high", "X1", "X2")),
    ],
)
def test_another_member_as_one_of_a_unit(unit: str, other: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    kernel = kernel_of(unit)
    assert Directed(kernel, Random(1)).among((one(),), other) == found
