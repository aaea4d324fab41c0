"""A history is made smaller as long as it still shows what it is there to show."""

from __future__ import annotations

import pytest
from attrs import evolve

from hmbc.compiler import minimise as module
from hmbc.compiler.histories import History
from hmbc.compiler.interpret import State
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.minimise import minimise
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.refunds import Row
from hmbc.dsl.source import Source

SCHEME = """scheme s {
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    member { tier: low | high  poor: bool  born: date 1930-01-01 to 1990-12-31  stops: periods }
    claim { cost: money  rate: ratio 0% to 100%  days: int 5 to 500  drug: code optional }
    parameter line: money 0 to 1_000_000, external
    layer l cite "1" {
        when member.tier is low or member.poor or member.born < claim.date
        when claim.days > 0 and (claim.date not in member.stops)
        when claim.drug given or claim.rate > 5%
        base claim.cost  threshold line per year  ratio 50%  no cap
    }
}
"""
DAY = 19_797


@pytest.fixture(scope="module")
def kernel() -> Kernel:
    found = compile_source(Source("s.hmb", SCHEME))
    assert found.kernel is not None, found.diagnostics
    return found.kernel


def row(number: int, cost: int, **more: object) -> Row:
    member = {"tier": "high", "poor": True, "born": 3_000, "stops": [(1, 2)]}
    claim = {
        "date": DAY + number, "cost": cost, "rate": 123_456, "days": 321, "drug": "D7", **more,
    }  # fmt: skip
    return Row(id=f"c{number}", claim=claim, member=member)  # type: ignore[arg-type]


def history(*rows: Row) -> History:
    return History(rows=rows, parameters={"line": 54_321})


def test_only_what_is_needed_is_left(kernel: Kernel) -> None:
    """One claim of at least 123.45, nothing else."""
    big = history(*(row(number, 5_000 * number) for number in range(6)))
    small = minimise(
        big, kernel, lambda one: any(int(r.claim["cost"]) >= 12_345 for r in one.rows)  # type: ignore[arg-type]
    )
    (left,) = small.rows
    assert left.claim["cost"] in (20_000, 13_000, 12_500, 12_345)
    assert (left.claim["rate"], left.claim["days"], left.claim["drug"]) == (0, 5, None)
    assert left.member["tier"] == "low" and left.member["poor"] is False
    assert left.member["stops"] == ()
    assert left.member["born"] == 3_000  # the usual day is none of a birth here
    assert small.parameters == {"line": 0}


def test_a_refund_goes_with_what_it_refunds(kernel: Kernel) -> None:
    first, second = row(1, 700), row(2, 900)
    refund = evolve(row(3, 900), id="r", refunds="c2")
    small = minimise(
        history(first, second, refund), kernel,
        lambda one: any(r.refunds is not None for r in one.rows),
    )  # fmt: skip
    assert [(r.id, r.refunds) for r in small.rows] == [("c2", None), ("r", "c2")]
    assert small.rows[0].claim["cost"] == 0
    gone = minimise(history(first, second, refund), kernel, lambda one: len(one.rows) >= 1)
    assert len(gone.rows) == 1 and gone.rows[0].refunds is None


def test_members_of_one_unit_are_made_plainer_apart(kernel: Kernel) -> None:
    other = row(2, 900)
    other = evolve(other, member={**other.member, "born": 5_000, "tier": "low"})
    small = minimise(
        history(row(1, 700), other), kernel,
        lambda one: {r.member["born"] for r in one.rows} == {3_000, 5_000},
    )  # fmt: skip
    assert [r.member["tier"] for r in small.rows] == ["low", "low"]
    assert small.rows[0].claim["date"] == small.rows[1].claim["date"]


def test_what_went_before_is_dropped_where_it_is_not_needed(kernel: Kernel) -> None:
    from hmbc.compiler.interpret import Interpreter

    step = Interpreter(kernel, {"line": 0}, {}).step(
        State(), dict(row(1, 700).claim), {**row(1, 700).member, "tier": "low", "stops": ()}
    )
    assert step.state != State()
    small = minimise(
        evolve(history(row(2, 700)), start=step.state), kernel, lambda one: len(one.rows) == 1
    )
    assert small.start == State()


def test_it_ends_after_so_many_tries(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRIES", 3)
    asked = []

    def shows(one: History) -> bool:
        asked.append(one)
        return False

    whole = history(*(row(number, 700) for number in range(6)))
    assert minimise(whole, kernel, shows) is whole
    assert len(asked) == 3
