"""Claims of one unit under limits that differ. What they refute is confirmed by the interpreter."""

from __future__ import annotations

import pytest
from attrs import evolve
from one_law import kernel_of

from hmbc.compiler import brought_about
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.refute import Search
from hmbc.compiler.tried_units import Setting, Unit
from hmbc.compiler.unlike_limits import limits_of, under_unlike_limits
from hmbc.compiler.witness import witness_of

BY_CARE = "(500 if claim.care is inpatient else 300) per year acknowledged"
BY_STATUS = "(500 if member.status is retired else 300) per year acknowledged"
NOTHING = Setting({}, {})
MEMBER = {"tier": "low", "income": 0, "status": "active", "years": 0}
OTHER = {**MEMBER, "status": "retired"}


def paid(care: str, bill: int, date: int = 19_800) -> dict[str, object]:
    """A claim; 19,800 is 18 March 2024."""
    return {"date": date, "bill": bill, "fee": 0, "visit": "X1", "care": care, "others": 0}


def looked_for(kernel: Kernel, *questions: Question, status: bool = False) -> Search:
    """What is found, from a claim of each kind, of 1,000."""
    search = Search(kernel, questions)
    for care, member in (("inpatient", MEMBER), ("outpatient", OTHER if status else MEMBER)):
        search.plant(NOTHING, Unit((paid(care, 100_000),), (member,)))
    brought_about.hold_under_unlike_limits(search, 400_000)
    for found in search.found.values():
        assert witness_of(kernel, found) is not None
    return search


@pytest.mark.parametrize("limit", [BY_CARE, BY_STATUS])
@pytest.mark.parametrize("law", ["monotone", "more_claims"])
def test_a_low_limit_keeps_what_a_rounding_hands_on(limit: str, law: str) -> None:
    kernel = kernel_of(f"base claim.bill no threshold ratio 70% cap {limit}")
    layer, subject = ("l1", "bill") if law == "monotone" else (None, None)
    question = Question(law, layer, subject)  # type: ignore[arg-type]
    search = looked_for(kernel, question, status=limit == BY_STATUS)
    found = search.found[question]
    assert found.change.kind == ("raise" if law == "monotone" else "drop")
    assert len(found.unit.claims) == (2 if law == "monotone" else 3)


def test_a_day_apart_where_the_limit_is_a_members_who_changes() -> None:
    kernel = kernel_of(f"base claim.bill no threshold ratio 70% cap {BY_STATUS}")
    found = looked_for(kernel, Question("monotone", "l1", "bill"), status=True).found
    [dates] = [[claim["date"] for claim in one.unit.claims] for one in found.values()]
    assert dates[0] < dates[1]


@pytest.mark.parametrize("limit", ["no threshold ratio 70% cap", "ratio 70% no cap threshold"])
def test_the_order_of_claims_matters_where_their_limits_differ(limit: str) -> None:
    kernel = kernel_of(f"base claim.bill {limit} {BY_CARE}")
    question = Question("order_free", "l1")
    assert looked_for(kernel, question).found[question].change.kind == "swap"


def test_what_is_rounded_claim_by_claim_is_not_handed_on() -> None:
    kernel = kernel_of(
        f"base claim.bill no threshold ratio 70% cap {BY_CARE} rounding half up per claim"
    )
    assert [one.is_rounded for one in limits_of(kernel)] == [False]
    assert not looked_for(kernel, Question("monotone", "l1", "bill")).found


def test_without_unlike_limits_there_is_nothing_to_look_for() -> None:
    kernel = kernel_of("base claim.bill no threshold ratio 70% cap 500 per year")
    search = Search(kernel, ())
    assert not limits_of(kernel)
    assert not list(under_unlike_limits(kernel, [], search.directed, 1_000))


@pytest.mark.parametrize("work", [10, 2_000, 12_000, 40_000])
def test_it_stops_when_the_work_is_done(work: int) -> None:
    kernel = kernel_of(f"base claim.bill no threshold ratio 70% cap {BY_CARE}")
    pool = [(NOTHING, Unit((paid(care, 4_000),), (MEMBER,))) for care in ("inpatient", "outpatient")]
    search = Search(kernel, ())
    few = list(under_unlike_limits(kernel, pool, search.directed, work))
    many = list(under_unlike_limits(kernel, pool, search.directed, 400_000))
    assert len(few) < len(many)


def test_last_digits_stay_within_the_domain_of_an_amount() -> None:
    kernel = kernel_of(f"base claim.bill no threshold ratio 70% cap {BY_CARE}")
    inputs = tuple(evolve(i, high=100_000) if i.name == "bill" else i for i in kernel.inputs)
    kernel = evolve(kernel, inputs=inputs)
    pool = [(NOTHING, Unit((paid(care, 100_000),), (MEMBER,))) for care in ("inpatient", "outpatient")]
    found = list(under_unlike_limits(kernel, pool, Search(kernel, ()).directed, 400_000))
    most = [max(claim["bill"] for claim in unit.claims) + change.by for _, unit, change in found]
    assert most and max(most) <= 100_000
