"""Units whose totals stand at a border. What they refute is confirmed by the interpreter."""

from __future__ import annotations

import pytest
from attrs import evolve
from small_kernels import kernel_of_text

from hmbc.compiler import brought_about
from hmbc.compiler.borders import at_borders, with_borders
from hmbc.compiler.kernel import Definition, Kernel, Reject
from hmbc.compiler.laws import Question
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
    claim {{ bill: money 0 to 1000  fee: money 0 to 1000  days: int 0 to 90 }}
{body}
}}
"""
TOTAL = "total spent: claim.bill + claim.fee per claim.days per year"
PAYS = "base claim.bill no threshold ratio 80%"
NOTHING = Setting({}, {})


def kernel_of(*body: str) -> Kernel:
    return kernel_of_text(HEAD.format(body="\n".join(body)))


def paid(bill: int, date: int = 19_800) -> Unit:
    """A claim; 19,800 is 18 March 2024."""
    return Unit(({"date": date, "bill": bill, "fee": 0, "days": 3},), ({"status": "active"},))


@pytest.mark.parametrize(
    "layer",
    [
        f"layer one {{ when spent last year < 421.37 {PAYS} no cap }}",  # of the year before
        f"layer one {{ when spent < 421.37 {PAYS} no cap }}",
        f"layer one {{ {PAYS} cap (300 if spent last year < 421.37 else 200) per year }}",
    ],
)
def test_a_unit_more_where_a_total_stands_at_its_border(layer: str) -> None:
    kernel, question = kernel_of(TOTAL, layer), Question("no_cliff", "one")
    search = Search(kernel, [question])
    search.plant(NOTHING, paid(40_000))
    brought_about.hold_at_borders(search, 20_000)
    found = search.found[question]
    assert witness_of(kernel, found) is not None
    assert found.change.kind == "raise"
    assert found.change.by == 1


def test_the_year_before_is_filled_to_either_side_of_its_border() -> None:
    kernel = kernel_of(TOTAL, f"layer one {{ when spent last year < 421.37 {PAYS} no cap }}")
    units = [unit for _, unit in at_borders(kernel, [(NOTHING, paid(5_000))], 10**6, 20_000)]
    filled = {
        tuple(claim["bill"] + claim["fee"] for claim in unit.claims)
        for unit in units
        if [claim["date"] for claim in unit.claims] == [19_434, 19_800]
    }
    assert {(42_136, 5_000), (42_137, 5_000)} <= filled


def test_a_refused_claim_stands_at_no_border() -> None:
    kernel = kernel_of(TOTAL, f"layer one {{ when spent last year < 421.37 {PAYS} no cap }}")
    refuses = Reject(name="all", zh="全部", en="all", when=e.Const(True, Bool()))
    kernel = evolve(kernel, rejects=(*kernel.rejects, refuses))
    assert list(at_borders(kernel, [(NOTHING, paid(5_000))], 10**6, 20_000)) == []


def test_no_claim_is_put_on_a_day_outside_the_days_of_claims() -> None:
    kernel = kernel_of(TOTAL, f"layer one {{ when spent last year < 421.37 {PAYS} no cap }}")
    day = next(given.low for given in kernel.inputs if given.name == "date")
    assert day is not None
    units = [unit for _, unit in at_borders(kernel, [(NOTHING, paid(5_000, day))], 10**6, 10**6)]
    assert units
    assert min(claim["date"] for unit in units for claim in unit.claims) == day


def test_the_same_claims_are_looked_at_once_and_work_has_an_end() -> None:
    kernel = kernel_of(TOTAL, f"layer one {{ when spent last year < 421.37 {PAYS} no cap }}")
    once, twice = [(NOTHING, paid(5_000))], [(NOTHING, paid(5_000))] * 2
    whole = list(at_borders(kernel, once, 10**6, 10**6))
    assert list(at_borders(kernel, twice, 10**6, 10**6)) == whole
    assert 0 < len(list(at_borders(kernel, once, 10**6, 1))) < len(whole)
    assert list(at_borders(kernel, once, 10**6, 0)) == []


def test_borders_are_comparisons_that_read_totals() -> None:
    layer = f"layer one {{ when spent < 421.37 and claim.days < 30 {PAYS} cap 10 per lifetime }}"
    watched, names = with_borders(kernel_of(TOTAL, layer))
    found = [
        item.expr for item in watched.items if item.name in names and isinstance(item, Definition)
    ]
    condition, cap = found
    assert condition == e.Compare("<", e.Total("spent"), e.money(42_137))
    assert isinstance(cap, e.Compare)
    assert cap.left == e.Ref("one.cap")
    assert with_borders(kernel_of(f"layer one {{ when claim.days < 30 {PAYS} no cap }}"))[1] == ()


def test_what_is_decided_is_not_looked_for() -> None:
    kernel = kernel_of(TOTAL, f"layer one {{ when spent < 421.37 {PAYS} no cap }}")
    search = Search(kernel, [])
    search.plant(NOTHING, paid(40_000))
    brought_about.hold_at_borders(search, 20_000)
    assert search.found == {}
