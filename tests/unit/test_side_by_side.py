"""Two runs gone on with row by row: laws that only claims in turns break. Every example is confirmed by the
interpreter."""

from __future__ import annotations

from random import Random

import pytest
from small_kernels import confirmed, kernel_of_text

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.refute import Search
from hmbc.compiler.side_by_side import MOST_CLAIMS, SideBySide

HEAD = """scheme s {{
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    member {{ status: active | retired varies }}
    claim {{ bill: money 0 to {most}  fee: money  care: inpatient | outpatient  own: int 0 to 9 optional }}
    layer a {{ {body} }}
}}
"""
NO_CLIFF, ORDER_FREE = Question("no_cliff", "a"), Question("order_free", "a")
MONOTONE = Question("monotone", "a", "bill")
BY_CARE = "by claim.care (inpatient: 100, otherwise: 60)"


def kernel_of(body: str, most: str = "10_000") -> Kernel:
    return kernel_of_text(HEAD.format(body=body, most=most))


def beside(kernel: Kernel, question: Question, work: int = 400_000) -> SideBySide:
    search = Search(kernel, [question])
    search.run(20_000)
    random = Random(1)
    pool = search.met.paying_for(question.layer)
    found = SideBySide(kernel, [question], search.directed.apart(random), pool, random)
    found.run(work)
    return found


@pytest.mark.parametrize("question", [NO_CLIFF, Question("more_claims", None)])
def test_a_rounding_that_a_cap_takes_back_in_one_row_is_given_twice(question: Question) -> None:
    """Under the higher cap one more is paid; a row under the lower one, which is full, rounds as much less
    and pays nothing; then one more is paid again."""
    kernel = kernel_of(f"base claim.bill no threshold ratio 75% cap {BY_CARE} per year acknowledged")
    assert confirmed(kernel, beside(kernel, question).found.get(question)) >= 3


def test_an_amount_is_raised_to_what_it_is_compared_with() -> None:
    kernel = kernel_of("when claim.bill != 14 base claim.bill no threshold ratio 75% cap 100 per year")
    for question in (NO_CLIFF, MONOTONE):
        assert confirmed(kernel, beside(kernel, question).found.get(question)) == 1


@pytest.mark.parametrize(
    ("question", "body"),
    [
        (ORDER_FREE, f"base claim.bill no threshold ratio 75% cap {BY_CARE} per year acknowledged"),
        (Question("split_proof", "a"), "base claim.bill no threshold ratio 75% no cap rounding half up per claim"),
    ],
)
def test_claims_are_exchanged_and_divided(question: Question, body: str) -> None:
    kernel = kernel_of(body)
    confirmed(kernel, beside(kernel, question).found.get(question))


@pytest.mark.parametrize(
    ("question", "body"),
    [
        (NO_CLIFF, "base claim.bill no threshold ratio 75% cap 100 per year"),
        (MONOTONE, "base claim.bill no threshold ratio by member.status (active: 75%, retired: 90%) no cap"),
        (ORDER_FREE, "base claim.bill no threshold ratio 75% cap 100 per year"),
        (Question("more_claims", None), "when claim.own given base claim.bill no threshold ratio 75% no cap"),
        (Question("split_proof", "a"), "base claim.bill no threshold ratio 75% no cap"),
    ],
)
def test_nothing_is_found_where_the_law_holds(question: Question, body: str) -> None:
    found = beside(kernel_of(body), question, 60_000)
    assert not found.found
    assert found.left <= 0


def test_amounts_stay_in_their_domains_and_histories_short() -> None:
    kernel = kernel_of("base claim.bill no threshold ratio 75% cap 100 per year", most="5")
    pairs = beside(kernel, NO_CLIFF, 300_000)._pairs
    claims = [claim for pair in pairs for claim in pair.unit.claims]
    assert {claim["bill"] <= 500 for claim in claims} == {True}
    assert max(len(pair.unit.claims) for pair in pairs) <= MOST_CLAIMS
    dates = [[claim["date"] for claim in pair.unit.claims] for pair in pairs]
    assert all(one == sorted(one) for one in dates)


def test_a_member_has_one_set_of_values_a_day() -> None:
    kernel = kernel_of("base claim.bill no threshold ratio by member.status (active: 75%, retired: 90%) cap 90 per year")
    for pair in beside(kernel, NO_CLIFF, 100_000)._pairs:
        known: dict[int, object] = {}
        for claim, member in zip(pair.unit.claims, pair.unit.members, strict=True):
            assert known.setdefault(claim["date"], member) == member


def test_without_units_to_begin_with_nothing_is_done() -> None:
    kernel = kernel_of("base claim.bill no threshold ratio 75% cap 100 per year")
    search = Search(kernel, [NO_CLIFF])
    pairs = SideBySide(kernel, [NO_CLIFF], search.directed, [], Random(1))
    pairs.run(10_000)
    assert (pairs.found, pairs.left) == ({}, 10_000)
