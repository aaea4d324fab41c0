"""Two claims of one date that change places, under a choice that is the same for both of them."""

from __future__ import annotations

import pytest
from small_kernels import kernel_of_text

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.prove_by_structure import by_structure
from hmbc.compiler.refute import Search

HEAD = """scheme s {{
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    {unit}
    member {{ household: code  stops: periods {varies} }}
    claim {{ bill: money 0 to 1000  drug: code  care: inpatient | outpatient }}
    layer a {{
        base claim.bill
        no threshold
        ratio 40%
        cap 300 per {scope}
        no cap if {free}
        rounding half even per {rounding}
    }}
}}
"""
ORDER_FREE = Question("order_free", "a")


def kernel_of(
    free: str, scope: str = "month", rounding: str = "year", unit: str = "", varies: str = ""
) -> Kernel:
    return kernel_of_text(HEAD.format(free=free, scope=scope, rounding=rounding, unit=unit, varies=varies))


@pytest.mark.parametrize("varies", ["", "varies"])
@pytest.mark.parametrize(("scope", "rounding"), [("month", "year"), ("year", "month"), ("year", "year")])
def test_what_the_date_decides_is_the_same_for_both(scope: str, rounding: str, varies: str) -> None:
    kernel = kernel_of("claim.date in member.stops", scope, rounding, varies=varies)
    search = Search(kernel, [ORDER_FREE])
    search.run(100_000)
    assert list(by_structure(kernel, [ORDER_FREE]))
    assert not search.found


@pytest.mark.parametrize("scope", ["month", "claim.drug per year"])
def test_what_is_of_one_claim_and_not_of_the_other_matters(scope: str) -> None:
    kernel = kernel_of("claim.care is inpatient", scope)
    assert not list(by_structure(kernel, [ORDER_FREE]))
    search = Search(kernel, [ORDER_FREE])
    search.run(400_000)
    assert search.found


def test_of_two_members_the_date_decides_apart() -> None:
    kernel = kernel_of("claim.date in member.stops", "month per family", unit="unit member.household")
    assert not list(by_structure(kernel, [ORDER_FREE]))
