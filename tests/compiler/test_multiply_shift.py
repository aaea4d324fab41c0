"""A multiplication and a shift that is offered is exact for every amount up to its bound."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmbc.compiler.multiply_shift import SHIFTS, floor_of, least, multiply_shift
from hmbc.compiler.rounding import rounded
from hmbc.dsl.expr import RoundingMode

MODES: tuple[RoundingMode, ...] = ("half_up", "down", "up")
numbers = st.integers(0, 10**7)


@given(numbers, numbers.map(lambda n: n + 1), st.sampled_from(MODES), st.integers(0, 10**13))
def test_a_floor_is_the_rounding(num: int, unit: int, mode: RoundingMode, amount: int) -> None:
    floor = floor_of(num, unit, mode)
    assert floor is not None
    assert floor.of(amount) == rounded(Fraction(amount * num, unit), mode)


def test_halves_to_even_are_no_floor() -> None:
    assert floor_of(3, 4, "half_even") is None


@given(numbers, numbers.map(lambda n: n + 1), st.sampled_from(MODES), st.integers(0, 10**9))
def test_the_least_amount_reaches_and_the_one_before_does_not(
    num: int, unit: int, mode: RoundingMode, top: int
) -> None:
    floor = floor_of(num, unit, mode)
    assert floor is not None
    found = least(floor, top)
    if found is None:
        assert num == 0 and top > 0
        return
    assert floor.of(found) >= top
    assert found == 0 or floor.of(found - 1) < top


@given(
    st.integers(0, 1_000),
    st.integers(1, 1_000),
    st.sampled_from(MODES),
    st.integers(0, 2**33),
    st.sampled_from(SHIFTS),
    st.data(),
)
def test_what_is_offered_is_exact(
    num: int, unit: int, mode: RoundingMode, most: int, shift: int, data: st.DataObject
) -> None:
    floor = floor_of(num, unit, mode)
    assert floor is not None
    found = multiply_shift(floor, most, shift)
    if found is None:
        return
    assert most * found.factor + found.plus < 2**64
    # where it would go wrong: at the bound, and just below a step
    near = least(floor, data.draw(st.integers(0, floor.of(most)))) or 0
    for amount in {0, most, near, max(0, near - 1), data.draw(st.integers(0, most))}:
        if amount <= most:
            assert (amount * found.factor + found.plus) >> shift == floor.of(amount)


@pytest.mark.parametrize(("num", "cap"), [(75, 10**8), (30, 10**8), (60, 8 * 10**7)])
def test_usual_shares_are_offered_one(num: int, cap: int) -> None:
    floor = floor_of(num, 100, "half_up")
    assert floor is not None
    end = least(floor, cap)
    assert end is not None and floor.of(end) == cap
    assert multiply_shift(floor, end) is not None


@pytest.mark.parametrize(("num", "unit"), [(1, 10), (7, 10), (3, 20), (9, 10)])
def test_a_larger_shift_does_for_larger_amounts(num: int, unit: int) -> None:
    floor = floor_of(num, unit, "half_up")
    assert floor is not None
    assert any(multiply_shift(floor, 2**30 - 1, shift) for shift in SHIFTS)


def test_none_is_offered_where_it_would_be_wrong() -> None:
    floor = floor_of(1, 3, "half_up")
    assert floor is not None
    assert multiply_shift(floor, 2**32 - 1) is None
    assert multiply_shift(floor, 2**33) is None
