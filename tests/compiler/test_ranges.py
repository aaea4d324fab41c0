"""Ranges, widths, ceilings and what does not fit."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from hmbc.compiler.ceilings import default_ceiling
from hmbc.compiler.days import age, benefit_year, day_number, month_number, year_month_day
from hmbc.compiler.denominators import denominators_of
from hmbc.compiler.interpret import Interpreter
from hmbc.compiler.interval import between
from hmbc.compiler.kernel import Accumulator, Kernel
from hmbc.compiler.ranges import INT64, Ranges, ranges_of
from hmbc.compiler.rounding import rounded
from hmbc.dsl.expr import (
    Add,
    Attribute,
    Before,
    Choose,
    Compare,
    Expr,
    Given,
    Increase,
    Max,
    Min,
    Ref,
    Round,
    RoundingMode,
    Scale,
    Share,
    Subtract,
    Total,
    money,
    ratio,
)
from hmbc.dsl.types import Money, Ratio

AMOUNT = Attribute("claim", "amount", Money())
REFUND = Attribute("claim", "refund", Money())
SHARE = Attribute("claim", "share", Ratio())
SPENT = Total("a.spent")
MOST = 10**12


def ladder(make: SimpleNamespace) -> Ranges:
    kernel = make.kernel(
        *make.layer("a", AMOUNT, 2_000_000, Fraction(3, 4), 10**8), pays={"a": "a.pay"}
    )
    return ranges_of(kernel)


def test_an_increase_is_as_large_as_what_the_row_adds(make: SimpleNamespace) -> None:
    ranges = ladder(make)
    assert ranges.findings == ()
    assert ranges.value(Ref("a.excess")) == between(0, MOST)
    assert ranges.value(Ref("a.pay")) == between(0, 10**8)
    assert ranges.denominators.accumulators == {"a.spent": 1, "a.claimed": 4}


def test_changes_follow_the_totals(make: SimpleNamespace) -> None:
    ranges = ladder(make)
    third = ratio(Fraction(1, 3))
    for expr, expected in (
        (SPENT, (0, MOST)),
        (Add(SPENT, AMOUNT), (0, MOST)),
        (Subtract(money(0), SPENT), (-MOST, 0)),
        (Scale(SPENT, third), (0, Fraction(MOST, 3))),
        (Scale(SPENT, ratio(-1)), (-MOST, 0)),
        (Min(SPENT, money(5)), (0, 5)),
        (Max(SPENT, money(5)), (0, MOST)),
        (Choose(Compare(">", AMOUNT, money(7)), SPENT, money(0)), (0, MOST)),
        (Round(Scale(SPENT, third), "half_up", 1), (0, Fraction(MOST + 2, 3))),
        (Round(Scale(SPENT, third), "half_even", 1), (0, Fraction(MOST + 2, 3) + 1)),
        (Before("a.spent"), (0, 0)),
        (AMOUNT, (0, 0)),
    ):
        assert ranges.value(Increase(expr)) == between(*expected), expr
    jump = Increase(Choose(Compare(">", SPENT, money(7)), SPENT, money(0)))
    assert ranges.value(jump).high == 10**15


def test_an_absent_value_counts_as_0(make: SimpleNamespace) -> None:
    ranges = ladder(make)
    assert ranges.value(Attribute("claim", "paid_before", Money())) == between(0, 10**9)


def test_conditions_that_ranges_decide(make: SimpleNamespace) -> None:
    ranges = ladder(make)
    assert ranges.decided(Compare(">=", AMOUNT, money(0))) is True
    assert ranges.decided(Compare(">", AMOUNT, money(MOST))) is False
    assert ranges.decided(Compare("<", AMOUNT, money(5))) is None
    assert ranges.decided(Given("claim", "paid_before")) is None
    assert ranges.value(Choose(Compare("<", AMOUNT, money(0)), money(9), money(3))) == between(3, 3)


def test_totals_are_signed_only_where_a_row_may_take_away(make: SimpleNamespace) -> None:
    kernel = make.kernel(
        make.accumulate("up", AMOUNT),
        make.accumulate("down", REFUND),
        make.accumulate("most_up", Max(money(0), Total("down"))),
        make.accumulate("back", Min(money(1), Before("back"))),
    )
    assert ranges_of(kernel).signed == {"down"}


def test_a_ceiling_leaves_room_for_a_row(make: SimpleNamespace) -> None:
    fine = make.accumulate("fine", Scale(Scale(AMOUNT, SHARE), ratio(Fraction(1, 4))))
    kernel = make.kernel(make.accumulate("plain", AMOUNT), fine)
    ceilings = {i.name: i.ceiling for i in kernel.items if isinstance(i, Accumulator)}
    assert ceilings["plain"] == 10**15
    assert ceilings["fine"] == 2**62 - 1 - MOST * 10**6
    assert ranges_of(kernel).findings == ()
    assert default_ceiling(1, 2**62) == 0


def test_what_fits_no_integer_is_found(make: SimpleNamespace) -> None:
    def found(*items: object) -> list[tuple[str, str, str]]:
        return [(f.kind, f.what, f.name) for f in ranges_of(make.kernel(*items)).findings]

    half = Scale(Before("a"), ratio(Fraction(1, 2)))
    assert found(make.accumulate("a", Add(AMOUNT, half))) == [("feedback", "accumulator", "a")]
    ring = (
        make.define("d", Scale(Before("b"), ratio(Fraction(1, 2)))),
        make.accumulate("a", Add(Ref("d"), AMOUNT)),
        make.accumulate("b", Before("a")),
    )
    assert {name for _, _, name in found(*ring)} == {"a", "b"}
    square = make.accumulate("r", Add(Scale(Before("r"), Before("r")), SHARE))
    plain = [make.define(f"d{n}", AMOUNT) for n in range(60)]
    assert found(*plain, square) == [("feedback", "accumulator", "r")]
    fine = Scale(Scale(AMOUNT, SHARE), SHARE)
    assert found(make.accumulate("a", fine)) == [("ceiling", "accumulator", "a")]
    finer = Scale(Scale(fine, SHARE), SHARE)
    assert found(make.define("d", finer)) == []
    assert found(make.define("d", Scale(Scale(finer, SHARE), SHARE))) == [
        ("wide", "definition", "d")
    ]


def test_a_declared_ceiling_without_room_is_found(make: SimpleNamespace) -> None:
    kernel: Kernel = make.kernel(make.accumulate("a", AMOUNT, ceiling=INT64))
    assert [finding.kind for finding in ranges_of(kernel).findings] == ["ceiling"]
    (item,) = kernel.items
    assert isinstance(item, Accumulator)
    lower = evolve(kernel, items=(evolve(item, ceiling=INT64 - MOST),))
    assert ranges_of(lower).findings == ()


EXPRS: tuple[Expr, ...] = (
    Share(AMOUNT, REFUND, money(100), "half_up"),
    Share(REFUND, AMOUNT, money(10**6), "up"),
    Round(Scale(REFUND, SHARE), "half_even", 7),
    Subtract(Scale(AMOUNT, SHARE), Max(REFUND, money(-3))),
    Increase(Round(Scale(Total("a"), ratio(Fraction(-1, 3))), "half_up", 10)),
    Increase(Scale(Min(Total("a"), money(500)), ratio(Fraction(7, 5)))),
    Increase(Choose(Compare(">", Total("a"), money(10)), money(3), Total("a"))),
)
small = st.integers(-1000, 1000)


@given(st.lists(st.tuples(st.integers(0, 1000), small, st.integers(0, 100)), min_size=1))
def test_values_lie_in_their_ranges(
    make: SimpleNamespace, rows: list[tuple[int, int, int]]
) -> None:
    kernel = make.kernel(
        make.accumulate("a", REFUND),
        *(make.define(f"d{n}", expr) for n, expr in enumerate(EXPRS)),
    )
    ranges, exact = ranges_of(kernel), denominators_of(kernel)
    claims = [
        {"date": 19_000, "amount": a, "refund": b, "share": Fraction(c, 100)} for a, b, c in rows
    ]
    for step in Interpreter(kernel).run(claims, {}):
        for n, expr in enumerate(EXPRS):
            value, most = Fraction(step.trace[f"d{n}"]), ranges.value(expr)
            assert most.low <= value <= most.high
            assert (value * exact.of(expr)).denominator == 1


@given(st.fractions(), st.sampled_from(["half_up", "half_even", "up", "down"]), st.integers(1, 99))
def test_rounding_goes_to_the_nearest_step_on_the_right_side(
    amount: Fraction, mode: RoundingMode, step: int
) -> None:
    result = rounded(amount, mode, step)
    assert result % step == 0
    assert rounded(-amount, mode, step) == -result
    if mode == "up":
        assert abs(amount) <= abs(result) < abs(amount) + step
    elif mode == "down":
        assert abs(amount) - step < abs(result) <= abs(amount)
    else:
        assert abs(result - amount) <= Fraction(step, 2)


@given(st.dates(), st.dates())
def test_day_numbers_agree_with_the_calendar(one: object, other: object) -> None:
    from datetime import date

    assert isinstance(one, date) and isinstance(other, date)
    epoch = date(1970, 1, 1)
    number = (one - epoch).days
    assert year_month_day(number) == (one.year, one.month, one.day)
    assert day_number(one.year, one.month, one.day) == number
    assert month_number(number) == one.year * 12 + one.month - 1
    assert benefit_year(number, one.month, one.day) == one.year
    assert benefit_year(number - 1, one.month, one.day) == one.year - 1
    early, late = sorted((one, other))
    years = age((early - epoch).days, (late - epoch).days)
    assert early.year + years <= late.year < early.year + years + 2
