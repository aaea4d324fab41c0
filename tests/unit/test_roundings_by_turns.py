"""Roundings given and taken back by turns. Every example is confirmed by the interpreter."""

from __future__ import annotations

from random import Random

import pytest
from small_kernels import confirmed, kernel_of_text

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.refutation import Refutation
from hmbc.compiler.refute import Search
from hmbc.compiler.roundings_by_turns import MOST_REPEATED, MOST_TURNS, ByTurns, roundings_of
from hmbc.compiler.witness import witness_of
from hmbc.dsl import expr as e

HEAD = """scheme s {{
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    {valid}
    member {{ status: active | retired varies }}
    claim {{ bill: money 0 to {most}  fee: money  care: inpatient | outpatient  own: money 0 to 90 }}
    {layers}
}}
"""
NO_CLIFF = Question("no_cliff", "a")
BASE = "base claim.bill no threshold"


def kernel_of(*layers: str, most: str = "10_000", valid: str = "") -> Kernel:
    return kernel_of_text(HEAD.format(layers="\n".join(layers), most=most, valid=valid))


def by_turns(
    kernel: Kernel, question: Question, work: int = 800_000, broken: tuple[Refutation, ...] = ()
) -> ByTurns:
    search = Search(kernel, [question])
    search.run(20_000)
    random = Random(1)
    pool = search.met.paying_for(question.layer)
    found = ByTurns(kernel, [question], search.directed.apart(random), pool, random, broken)
    found.run(work)
    return found


@pytest.mark.parametrize(
    "body",
    [
        # Steps of 10 yuan: of 1,429 last digits one is at the brink.
        f"{BASE} ratio 70% cap by claim.care (inpatient: 2000, otherwise: 1200) per year acknowledged rounding half up to 10",
        # Free of a cap that many claims fill, of a member who varies.
        f"{BASE} ratio 61.8% cost cap 300 per day cap 500 per year no cap if member.status is retired rounding half up",
        f"{BASE} ratio 61.8% cap 700 per lifetime if claim.care is inpatient else per month acknowledged rounding down per year",
    ],
)
def test_what_is_taken_back_where_nothing_is_paid_is_given_twice(body: str) -> None:
    kernel = kernel_of(f"layer a {{ {body} }}")
    assert confirmed(kernel, by_turns(kernel, NO_CLIFF).found.get(NO_CLIFF)) >= 3


@pytest.mark.parametrize(
    "body",
    [
        # As above, but for what lets each turn count twice.
        f"{BASE} ratio 70% cap 2000 per year rounding half up to 10",
        f"{BASE} ratio 61.8% cost cap 300 per day cap 500 per year rounding half up",
        f"{BASE} ratio 61.8% cap 700 per lifetime rounding down per year",
    ],
)
def test_nothing_is_found_where_the_law_holds(body: str) -> None:
    found = by_turns(kernel_of(f"layer a {{ {body} }}"), NO_CLIFF, 60_000)
    assert not found.found


def test_without_a_rounding_of_a_total_nothing_is_done() -> None:
    kernel = kernel_of(f"layer a {{ {BASE} ratio 61.8% cap 700 per year rounding half up per claim }}")
    assert roundings_of(kernel) == ()
    assert by_turns(kernel, NO_CLIFF, 1_000).left == 1_000


def test_each_rounding_of_a_total_is_watched_also_within_a_cap() -> None:
    kernel = kernel_of(f"layer a {{ {BASE} ratio 70% cap 2000 per year rounding half up to 10 }}")
    (one,) = roundings_of(kernel)
    assert isinstance(one.expr, e.Increase)
    assert isinstance(one.expr.of, e.Round)


def test_what_breaks_a_layer_is_gone_on_with_for_the_scheme() -> None:
    """Of two layers two steps are within the law; one of them alone comes to three."""
    kernel = kernel_of(
        f"layer a {{ {BASE} ratio 61.8% cap by claim.care (inpatient: 2000, otherwise: 1200) per year acknowledged }}",
        "layer b { base claim.fee no threshold ratio 50% no cap }",
    )
    scheme = Question("no_cliff", None)
    first = by_turns(kernel, NO_CLIFF).found[NO_CLIFF]
    found = by_turns(kernel, scheme, broken=(first,)).found.get(scheme)
    assert found is not None
    assert witness_of(kernel, found) is not None
    assert found.unit.claims[: len(first.unit.claims)] == first.unit.claims


def test_a_larger_amount_that_is_taken_off_is_followed_too() -> None:
    kernel = kernel_of(
        "layer a { base claim.bill - claim.own no threshold ratio 61.8% "
        "cap by claim.care (inpatient: 2000, otherwise: 1200) per year acknowledged }"
    )
    question = Question("deduction", "a", "own")
    found = by_turns(kernel, question).found.get(question)
    assert found is not None
    assert found.change.subject == "own"
    assert witness_of(kernel, found) is not None


def test_claims_stay_in_their_domains_and_histories_short() -> None:
    kernel = kernel_of(
        f"layer a {{ {BASE} ratio 61.8% cap by claim.care (inpatient: 20, otherwise: 12) per year acknowledged }}",
        most="9",
        valid="valid 2024-01-01 to 2024-06-30 cite \"1\"",
    )
    found = by_turns(kernel, NO_CLIFF).found[NO_CLIFF]
    assert confirmed(kernel, found)
    claims = found.unit.claims
    assert len(claims) <= MOST_REPEATED + MOST_TURNS
    assert max(claim["bill"] for claim in claims) <= 900
    dates = [claim["date"] for claim in claims]
    assert dates == sorted(dates)
    known: dict[int, object] = {}
    for claim, member in zip(claims, found.unit.members, strict=True):
        assert known.setdefault(claim["date"], member) == member
