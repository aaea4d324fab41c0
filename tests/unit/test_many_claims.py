"""Claims that follow many others. What they refute is confirmed by the interpreter."""

from __future__ import annotations

from random import Random

import pytest
from small_kernels import confirmed, kernel_of_text

from hmbc.compiler import brought_about
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.many_claims import LEAST_REPEATED, MOST_REPEATED, many_claims
from hmbc.compiler.refute import Search
from hmbc.compiler.tried_units import Setting, Unit

HEAD = """scheme s {{
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    event claim.visit
    member {{ status: active | retired  stops: periods }}
    claim {{ bill: money 0 to 1000  visit: code  care: inpatient | outpatient }}
{body}
}}
"""
PAYS = "base claim.bill no threshold"
NOTHING = Setting({}, {})


def kernel_of(*body: str) -> Kernel:
    return kernel_of_text(HEAD.format(body="\n".join(body)))


def paid(bill: int, date: int = 19_800, stops: tuple[tuple[int, int], ...] = ()) -> Unit:
    """A claim; 19,800 is 18 March 2024."""
    claim = {"date": date, "bill": bill, "visit": "V", "care": "inpatient"}
    return Unit((claim,), ({"status": "active", "stops": stops},))


def searched(kernel: Kernel, question: Question) -> Search:
    search = Search(kernel, [question])
    search.plant(NOTHING, paid(40_000))
    brought_about.hold_after_many(search, 400_000)
    return search


@pytest.mark.parametrize(
    ("count", "layer", "law", "claims"),
    [
        # The sixth stay is paid, and its second half is one after it.
        ("events per year", "unless n before >= 6 {pays} ratio 80%", "split_proof", 6),
        # Of the sixth and the seventh claim of a stay the larger had better come first.
        ("claims per event", "{pays} ratio 50% plus 20% if n before < 6", "order_free", 7),
        # Nor is it known of whom the month's claims count at all.
        (
            "claims per month",
            "{pays} ratio 50% plus 20% if n before < 6 or claim.date not in member.stops",
            "order_free",
            7,
        ),
    ],
)
def test_what_many_claims_count_up_to(count: str, layer: str, law: str, claims: int) -> None:
    kernel = kernel_of(f"count n: {count}", f"layer one {{ {layer.format(pays=PAYS)} no cap }}")
    question = Question(law, "one")  # type: ignore[arg-type]
    assert confirmed(kernel, searched(kernel, question).found[question]) == claims


def test_what_is_repeated_passes_a_border() -> None:
    kernel = kernel_of("count n: claims per event", f"layer one {{ unless n before >= 5 {PAYS} ratio 80% no cap }}")
    units = list(many_claims(kernel, [(NOTHING, paid(40_000))], Random(0), 200_000))
    assert units
    for setting, unit, first in units:
        assert setting == NOTHING
        assert LEAST_REPEATED < len(unit.claims) <= MOST_REPEATED + 2
        assert len(unit.claims) - first == 2
        assert [claim["date"] for claim in unit.claims] == sorted(claim["date"] for claim in unit.claims)
    assert 6 in {len(unit.claims) for _, unit, _ in units}


def test_nothing_is_repeated_where_no_total_is_compared() -> None:
    kernel = kernel_of(f"layer one {{ {PAYS} ratio 80% no cap }}")
    assert not list(many_claims(kernel, [(NOTHING, paid(40_000))], Random(0), 200_000))


def test_no_more_work_is_done_than_is_given() -> None:
    kernel = kernel_of("count n: claims per event", f"layer one {{ unless n before >= 5 {PAYS} ratio 80% no cap }}")
    assert not list(many_claims(kernel, [(NOTHING, paid(40_000))], Random(0), 0))


def test_dates_end_where_their_domain_does() -> None:
    kernel = kernel_of("count n: claims per month", f"layer one {{ unless n before >= 5 {PAYS} ratio 80% no cap }}")
    last = next(given.high for given in kernel.inputs if given.name == "date")
    assert last is not None
    units = list(many_claims(kernel, [(NOTHING, paid(40_000, last))], Random(0), 200_000))
    assert units
    assert {claim["date"] for _, unit, _ in units for claim in unit.claims} == {last}
