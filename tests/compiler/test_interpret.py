"""What accumulators, statuses and reasons mean, on the reference."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hmbc.compiler.check_kernel import check_kernel
from hmbc.compiler.interpret import Interpreter, State, StateRow, Step
from hmbc.compiler.kernel import Kernel, Reject
from hmbc.dsl.expr import Before, Choose, Compare, Ref, Subtract, Total, money

amounts = st.lists(st.one_of(st.integers(0, 10), st.integers(0, 10**8)), max_size=8)


def claim(amount: int, day: int = 19_000, **more: Any) -> dict[str, Any]:
    return {"date": day, "amount": amount, "drug": "D1", "count": 0, "accident": False} | more


def run(kernel: Kernel, *claims: dict[str, Any], state: State | None = None) -> list[Step]:
    return Interpreter(kernel).run(claims, {}, state)


def ladder(make: SimpleNamespace) -> Kernel:
    first = make.layer("first", make.attribute("amount"), 2_000_000, Fraction(3, 4), 10_000_000)
    left = Subtract(make.attribute("amount"), Ref("first.pay"))
    second = make.layer("second", left, 1_000, Fraction(2, 3), 50_000_000)
    return make.kernel(*first, *second, pays={"first": "first.pay", "second": "second.pay"})


def test_the_order_of_claims_does_not_change_the_sum(make: SimpleNamespace) -> None:
    kernel = make.kernel(
        *make.layer("a", make.attribute("amount"), 2_000_000, Fraction(3, 4), 10**9),
        pays={"a": "a.pay"},
    )
    one = [step.total_pay for step in run(kernel, claim(3), claim(2_000_003))]
    two = [step.total_pay for step in run(kernel, claim(2_000_003), claim(3))]
    assert (one, two) == ([0, 5], [2, 3])


@given(before=amounts, after=amounts)
def test_a_stream_may_be_cut_anywhere(
    make: SimpleNamespace, before: list[int], after: list[int]
) -> None:
    kernel = ladder(make)
    first, second = [claim(amount) for amount in before], [claim(amount) for amount in after]
    whole = run(kernel, *first, *second)
    state = run(kernel, *first)[-1].state if first else State()
    kept = State.of_rows(state.rows(kernel))
    assert kept == state
    cut = run(kernel, *second, state=kept)
    assert [step.pays for step in whole[len(first) :]] == [step.pays for step in cut]


@given(amounts)
def test_a_layer_never_exceeds_its_cap_nor_the_bill(make: SimpleNamespace, of: list[int]) -> None:
    steps = run(ladder(make), *map(claim, of))
    assert sum(step.pays["first"] for step in steps) <= 10_000_000
    for amount, step in zip(of, steps, strict=True):
        assert 0 <= step.total_pay <= amount


def test_a_row_that_adds_nothing_moves_nothing(make: SimpleNamespace) -> None:
    total = make.accumulate("total", make.attribute("amount"), make.year)
    kernel = make.kernel(total)
    steps = run(kernel, claim(5, 19_000), claim(0, 19_400), claim(7, 19_000))
    assert [step.status for step in steps] == ["ok", "ok", "ok"]
    assert steps[-1].state.rows(kernel) == (
        StateRow(accumulator="total", key=(2022,), total=12, denominator=1),
    )


def test_a_sequential_key_that_comes_back_is_out_of_order(make: SimpleNamespace) -> None:
    kernel = make.kernel(make.accumulate("total", make.attribute("amount"), make.year))
    steps = run(kernel, claim(5, 19_400), claim(0, 19_000), claim(1, 19_401))
    assert [step.status for step in steps] == ["ok", "out_of_order", "ok"]
    assert steps[1].state == steps[0].state
    assert steps[2].movements["total"].before == 5


def test_a_total_of_0_holds_no_key(make: SimpleNamespace) -> None:
    kernel = make.kernel(make.accumulate("total", make.attribute("refund"), make.year))
    rows = [claim(0, 19_400, refund=5), claim(0, 19_400, refund=-5), claim(0, 19_000, refund=1)]
    assert [step.status for step in run(kernel, *rows)] == ["ok", "ok", "ok"]


def test_a_new_year_forgets_the_old_one(make: SimpleNamespace) -> None:
    total = make.accumulate("total", make.attribute("amount"), make.year)
    kernel = make.kernel(make.define("before", Before("total")), total)
    steps = run(kernel, claim(5, 19_000), claim(6, 19_001), claim(7, 19_400))
    assert [step.trace["before"] for step in steps] == [0, 5, 0]


def test_keys_live_side_by_side_up_to_the_bound(make: SimpleNamespace) -> None:
    total = make.accumulate(
        "total", make.attribute("amount"), make.attribute("drug"), sequential=False, bound=2
    )
    kernel = make.kernel(total)
    check_kernel(kernel)
    rows = [claim(5, drug=drug) for drug in ("A", "B", "A", "C", "B")]
    steps = run(kernel, *rows, claim(0, drug="C"))
    assert [step.status for step in steps] == ["ok", "ok", "ok", "bound", "ok", "ok"]
    assert [(row.key, row.total) for row in steps[-1].state.rows(kernel)] == [
        (("A",), 10),
        (("B",), 10),
    ]


def test_a_total_may_reach_its_ceiling_and_not_pass_it(make: SimpleNamespace) -> None:
    kernel = make.kernel(make.accumulate("total", make.attribute("refund"), ceiling=10))
    rows = [claim(0, refund=amount) for amount in (10, 1, -20, -1)]
    assert [step.status for step in run(kernel, *rows)] == ["ok", "ceiling", "ok", "ceiling"]


def test_a_refused_row_moves_no_other_total(make: SimpleNamespace) -> None:
    kernel = make.kernel(
        make.accumulate("wide", make.attribute("amount")),
        make.accumulate("narrow", make.attribute("amount"), ceiling=10),
    )
    steps = run(kernel, claim(6), claim(6))
    assert steps[1].status == "ceiling"
    assert steps[1].state == steps[0].state


def test_a_reject_comes_before_everything(make: SimpleNamespace) -> None:
    when = Compare(">", make.attribute("amount"), money(10))
    kernel = make.kernel(
        make.accumulate("total", make.attribute("amount"), ceiling=10),
        rejects=(Reject(name="too_much", zh="太多", en="too much", when=when),),
    )
    assert [step.status for step in run(kernel, claim(11), claim(10))] == ["too_much", "ok"]


def test_the_second_admission_of_the_year(make: SimpleNamespace) -> None:
    """Feedback: a total read ahead of its own addition, counted in events."""
    first = Choose(Compare("==", Before("event"), money(0)), money(1), money(0))
    kernel = make.kernel(
        make.accumulate("events", first, make.year),
        make.define("is_second", Compare(">=", Total("events"), money(2))),
        make.accumulate(
            "event", make.attribute("amount"), make.attribute("drug"), sequential=False
        ),
    )
    check_kernel(kernel)
    rows = [claim(5, drug="E1"), claim(5, drug="E1"), claim(5, drug="E2"), claim(5, drug="E1")]
    steps = run(kernel, *rows)
    assert [step.trace["is_second"] for step in steps] == [False, False, True, True]


def test_the_reason_of_a_claim_is_that_of_a_layer_that_paid(make: SimpleNamespace) -> None:
    steps = run(ladder(make), claim(500), claim(5_000), claim(4_000_000))
    assert [step.reason for step in steps] == ["below_threshold", "paid", "paid"]
    assert steps[1].reasons == {"first": "below_threshold", "second": "paid"}
