"""Claims of one kind that bring a total to a border by which claims of another kind are paid. What they refute is
confirmed by the interpreter."""

from __future__ import annotations

from datetime import date, timedelta

from attrs import evolve
from small_kernels import kernel_of_text

from hmbc.compiler import brought_about
from hmbc.compiler.borders import at_borders
from hmbc.compiler.borders_of_others import at_borders_of_others
from hmbc.compiler.kernel import Kernel, Reject
from hmbc.compiler.kinds import Kind, claims_of, kinds_of
from hmbc.compiler.laws import Question
from hmbc.compiler.machines import Machines
from hmbc.compiler.refute import Search
from hmbc.compiler.tried_units import Setting, Unit
from hmbc.compiler.witness import witness_of
from hmbc.dsl import expr as e
from hmbc.dsl.types import Bool

HEAD = """scheme s {{
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    member {{ status: active | retired }}
    claim {{ bill: money 0 to 5000  fee: money 0 to 1000  days: int 0 to 90  seen: date }}
    total spent: claim.bill {scope} when claim.days < 30
    layer one {{ when claim.days >= 30 base claim.bill no threshold {body} }}
}}
"""
BETTER = "ratio (90% if {spent} >= 421.37 else 50%) no cap"
NOTHING = Setting({}, {})
ACTIVE = {"status": "active"}
SHORT = {"date": 19_800, "bill": 30_000, "fee": 0, "days": 3, "seen": 19_790}
"""A claim of 18 March 2024 that is counted; it is not paid."""
LONG = {**SHORT, "days": 40}
"""One that is paid, and not counted."""
POOL = [(NOTHING, Unit((SHORT,), (ACTIVE,))), (NOTHING, Unit((LONG,), (ACTIVE,)))]


def kernel_of(body: str, scope: str = "per year") -> Kernel:
    return kernel_of_text(HEAD.format(body=body, scope=scope))


def dates_of(unit: Unit) -> list[int]:
    return [claim["date"] for claim in unit.claims]


def test_what_counts_need_not_be_what_is_paid() -> None:
    """Neither kind alone stands at a border that moves what it is paid."""
    kernel = kernel_of(BETTER.format(spent="spent before"))
    found = [unit for _, unit in at_borders_of_others(kernel, POOL, 10**6, 10**5)]
    heads = {(unit.claims[0]["days"], unit.claims[0]["bill"], unit.claims[1]["days"]) for unit in found}
    assert heads == {(3, 42_136, 40), (3, 42_137, 40)}
    alone = [unit for _, unit in at_borders(kernel, POOL, 10**6, 10**5)]
    assert {42_136, 42_137}.isdisjoint({claim["bill"] for unit in alone for claim in unit.claims[:1] if unit.claims[1]["days"] == 40})


def test_a_minor_unit_more_in_the_year_before_is_a_cliff() -> None:
    kernel, question = kernel_of(BETTER.format(spent="spent last year")), Question("no_cliff", "one")
    search = Search(kernel, [question])
    search.plant(NOTHING, Unit((SHORT, LONG), (ACTIVE, ACTIVE)))
    brought_about.hold_at_borders(search, 20_000)
    found = search.found[question]
    assert witness_of(kernel, found) is not None
    first, second = ((date(1970, 1, 1) + timedelta(day)).year for day in dates_of(found.unit))
    assert first + 1 == second


def test_only_as_many_months_are_gone_as_change_what_is_counted_together() -> None:
    """The month, the quarter (December, or April later) and the year before (December, or January later)."""
    kernel = kernel_of(BETTER.format(spent="spent before"), "per month")
    gaps = {dates_of(unit)[1] - dates_of(unit)[0] for _, unit in at_borders_of_others(kernel, POOL, 10**6, 10**6)}
    assert gaps == {0}  # a claim of another month brings this one's total nowhere
    kernel = kernel_of(BETTER.format(spent="spent last year"))
    found = [dates_of(unit) for _, unit in at_borders_of_others(kernel, POOL, 10**6, 10**6)]
    assert sorted(map(tuple, found))[0] == (19_709, 19_800)  # 18 December 2023
    assert (19_800, 20_106) in map(tuple, found)  # 18 January 2025


def test_all_dates_of_a_claim_are_moved_and_stay_in_their_domains() -> None:
    kernel = kernel_of(BETTER.format(spent="spent last year"))
    for _, unit in at_borders_of_others(kernel, POOL, 10**6, 10**6):
        assert {claim["date"] - claim["seen"] for claim in unit.claims} == {10}
    low = next(given.low for given in kernel.inputs if given.name == "seen")
    assert low is not None
    early = [(NOTHING, Unit(({**one, "seen": low},), (ACTIVE,))) for one in (SHORT, LONG)]
    found = [dates_of(unit) for _, unit in at_borders_of_others(kernel, early, 10**6, 10**6)]
    assert found
    assert min(min(dates) for dates in found) == 19_800


def test_work_has_an_end_and_nothing_is_done_without_totals_that_are_compared() -> None:
    kernel = kernel_of(BETTER.format(spent="spent before"))
    assert list(at_borders_of_others(kernel, POOL, 10**6, 0)) == []
    assert list(at_borders_of_others(kernel_of("ratio 50% no cap"), POOL, 10**6, 10**6)) == []


def test_refused_claims_are_of_no_kind() -> None:
    kernel = kernel_of(BETTER.format(spent="spent before"))
    refuses = Reject(name="all", zh="全部", en="all", when=e.Const(True, Bool()))
    kernel = evolve(kernel, rejects=(*kernel.rejects, refuses))
    assert list(at_borders_of_others(kernel, POOL, 10**6, 10**6)) == []


def test_kinds_are_told_apart_by_what_is_said_of_them_not_by_amounts() -> None:
    kernel = kernel_of(BETTER.format(spent="spent before"))
    more = [Kind(NOTHING, {**one, "bill": 9_000, "date": 19_900}, ACTIVE) for one in (SHORT, LONG)]
    found = list(kinds_of(kernel, Machines(kernel), [*claims_of(POOL), *more]))
    assert [kind.claim for kind in found] == [SHORT, LONG]
