"""Laws that structure proves once a kernel is said plainly (compiler/plainer.py), of bands of which some
ratios vary, of what layers share pro rata, and of roundings to the even step; beside each a scheme in which
the law just does not hold, as a search finds."""

from __future__ import annotations

from fractions import Fraction

import pytest
from one_law import BY_CARE, is_proved, kernel_of

from hmbc.compiler.laws import Question
from hmbc.compiler.plainer import made_plain
from hmbc.compiler.prove_by_structure import by_structure
from hmbc.compiler.refute import Search
from hmbc.compiler.structure_bands import bands_of
from hmbc.compiler.structure_bounds import bounds_of
from hmbc.compiler.structure_bounds_in_sum import BoundsInSum
from hmbc.compiler.structure_exclusive import are_exclusive
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk

VARIES = "(40% if claim.care is inpatient else 20%)"


def banded(*ratios: str) -> str:
    """Three bands of the year's bills, up to 1,000 and 2,000 and beyond."""
    one, two, three = ratios
    return (
        "base claim.bill threshold 100 per year ratio bands above threshold per year: "
        f"up to 1_000: {one}, up to 2_000: {two}, beyond: {three} no cap"
    )


# ---- bands of which some ratios vary


@pytest.mark.parametrize(
    ("ratios", "law", "holds"),
    [
        # the last one may: a claim that comes to it gains its ratio, and leaves the one before for good
        (("60%", "35%", VARIES), "monotone", True),
        (("60%", "35%", VARIES), "no_cliff", True),
        (("60%", "35%", VARIES), "more_claims", True),
        # a claim of 40% pushes one of 20% to the last
        ((VARIES, "10%", "5%"), "monotone", False),
        (("60%", VARIES, "10%"), "monotone", False),
    ],
)
def test_bands_whose_ratios_fall_and_vary(ratios: tuple[str, ...], law: str, holds: bool) -> None:
    question = Question(
        law, None if law == "more_claims" else "l1", "bill" if law == "monotone" else None  # type: ignore[arg-type]
    )
    assert is_proved(kernel_of(banded(*ratios)), question, broken=not holds) == holds


def test_a_border_that_varies_too_is_not_followed() -> None:
    kernel = kernel_of(banded("60%", "35%", VARIES))
    bounds = bounds_of(kernel)
    [of] = [item.expr.of for item in kernel.items if item.name == "l1.share"]
    [total] = {node for node in walk(of) if isinstance(node, e.Total)}
    bands = bands_of(of, total, bounds.ranges)
    assert bands is not None
    path = bands.path(bounds.ranges, lambda part: isinstance(part, e.Const))
    assert path is not None and (path.low, path.high) == (0, Fraction("0.6"))
    assert bands.path(bounds.ranges, lambda part: False) is None
    most = bands.path(bounds.ranges, lambda part: part != bands.slices[0].ratio)
    assert most is not None and path == most  # 60% is 60%, whether it is said to vary or not


# ---- what is shared pro rata

POOL = "    shared cap pool: 500 per {scope} pro rata"
FIRST = "base claim.bill no threshold ratio 80% cap 400 per year cap shared pool"
SECOND = "base claim.fee no threshold ratio 60% cap 300 per year cap shared pool"


@pytest.mark.parametrize("layer", ["l1", "l2"])
@pytest.mark.parametrize("law", ["non_negative", "within_base", "within_base_each"])
def test_no_layer_draws_more_pro_rata_than_it_asks_for(layer: str, law: str) -> None:
    kernel = kernel_of(FIRST, SECOND, before=POOL.format(scope="year"))
    assert is_proved(kernel, Question(law, layer))  # type: ignore[arg-type]


def test_caps_hold_of_what_is_drawn_pro_rata() -> None:
    kernel = kernel_of(FIRST, SECOND, before=POOL.format(scope="year"))
    for layer in ("l1", "l2"):
        assert is_proved(kernel, Question("within_cap", layer, f"{layer}.limited"))
    assert is_proved(kernel, Question("within_bill", None))


def test_where_more_is_shared_than_is_asked_for_a_part_is_more_than_its_own() -> None:
    layer = "base claim.bill pays share (claim.fee, claim.bill, claim.bill + claim.others) no cap"
    kernel = kernel_of(layer)
    assert not is_proved(kernel, Question("within_base_each", "l1"), broken=True)


@pytest.mark.parametrize("law", ["monotone", "no_cliff"])
def test_one_layer_alone_draws_all_there_is(law: str) -> None:
    kernel = kernel_of(FIRST, before=POOL.format(scope="year"))
    subject = "bill" if law == "monotone" else None
    assert is_proved(kernel, Question(law, "l1", subject))  # type: ignore[arg-type]


def test_beside_another_layer_a_larger_bill_takes_from_it() -> None:
    kernel = kernel_of(FIRST, SECOND, before=POOL.format(scope="year"))
    assert not is_proved(kernel, Question("monotone", "l1", "fee"), broken=True)


# ---- roundings to the even step


@pytest.mark.parametrize(("ratio", "step", "holds"), [
    ("80%", "0.01", True), ("100%", "0.10", True), ("100%", "0.01", True), ("80%", "0.02", True),
])  # fmt: skip
def test_less_than_a_step_moves_a_rounding_to_even_by_one(ratio: str, step: str, holds: bool) -> None:
    layer = f"base claim.bill no threshold ratio {ratio} no cap rounding half even to {step}"
    assert is_proved(kernel_of(layer), Question("no_cliff", "l1"), broken=not holds) == holds


def test_a_whole_step_from_a_half_to_a_half_moves_it_by_two() -> None:
    """From 0.005, rounded to 0, to 0.015, rounded to 0.02."""
    layer = (
        "base claim.fee + claim.bill pays claim.bill * 100% + claim.fee * 50% no cap "
        "rounding half even to 0.01"
    )
    kernel = kernel_of(layer)
    assert not list(by_structure(kernel, [Question("no_cliff", "l1")]))
    search = Search(kernel, [Question("no_cliff", "l1")])
    search.run(300_000)
    assert search.found


# ---- said plainly


def test_what_is_borne_is_what_a_limit_lets_through() -> None:
    limits = f"threshold {BY_CARE} per year acknowledged within 300 per year"
    kernel = kernel_of(f"base claim.bill {limits} ratio 50% no cap")
    plain = made_plain(kernel, bounds_of(kernel))
    said = {item.name: item for item in plain.items}
    assert said["l1.borne"] != {item.name: item for item in kernel.items}["l1.borne"]
    assert made_plain(plain, bounds_of(plain)) == plain


@pytest.mark.parametrize(("care", "never"), [("outpatient", True), ("inpatient", False)])
def test_a_choice_may_contradict_itself(care: str, never: bool) -> None:
    kernel = kernel_of("base claim.bill no threshold ratio 50% no cap")
    of = next(given for given in kernel.inputs if given.name == "care")
    attribute = e.Attribute("claim", "care", of.type)
    inpatient = e.Compare("==", attribute, e.Const("inpatient", of.type))
    other = e.Compare("==", attribute, e.Const(care, of.type))
    chosen = e.Choose(inpatient, e.TRUE, e.FALSE)
    assert are_exclusive(chosen, other) == never
    assert are_exclusive(e.Choose(inpatient, e.FALSE, e.TRUE), other) != never
    for op, told in (("==", e.FALSE), ("!=", e.TRUE)):  # inpatient being false, or not true
        assert are_exclusive(inpatient, e.Compare(op, inpatient, told))  # type: ignore[arg-type]
        assert not are_exclusive(e.Not(inpatient), e.Compare(op, inpatient, told))  # type: ignore[arg-type]
        both = e.Compare(op, e.And(inpatient, other), told)  # type: ignore[arg-type]
        assert are_exclusive(e.And(inpatient, other), both)


# ---- roundings of at most a half, and limits that only fall


@pytest.mark.parametrize(
    ("ratio", "mode", "step", "holds"),
    [
        ("50%", "half up", "0.10", True),
        ("30%", "half even", "5", True),
        ("60%", "half up", "0.10", False),
        ("50%", "up", "0.10", False),
    ],
)
def test_half_of_a_base_is_rounded_to_no_more_than_it(ratio: str, mode: str, step: str, holds: bool) -> None:
    kernel = kernel_of(f"base claim.bill no threshold ratio {ratio} no cap rounding {mode} to {step}")
    assert is_proved(kernel, Question("within_base", "l1"), broken=not holds) == holds
    assert not is_proved(kernel, Question("within_base_each", "l1"), broken=True)


@pytest.mark.parametrize(
    ("base", "ratio", "mode", "holds"),
    [
        ("claim.bill / 2", "70%", "half up", True),
        ("claim.bill / 2", "70%", "half even", True),
        ("claim.bill / 2", "100%", "half up", False),  # 0.005 is paid 0.01
        ("claim.bill / 2", "70%", "up", False),
        ("claim.bill / 3", "74%", "half up", True),
        ("claim.bill / 3", "75%", "half up", False),  # two thirds of a cent are paid a cent
    ],
)
def test_a_part_of_what_counts_parts_of_a_cent(base: str, ratio: str, mode: str, holds: bool) -> None:
    """In sum; a single claim may be paid the cent that several come to."""
    kernel = kernel_of(f"base {base} no threshold ratio {ratio} no cap rounding {mode} per year")
    assert is_proved(kernel, Question("within_base", "l1"), broken=not holds) == holds
    assert not is_proved(kernel, Question("within_base_each", "l1"), broken=True)


@pytest.mark.parametrize(
    ("ratio", "holds"),
    [
        ("95%", True),
        # one ratio for the key: of 100% there are no halves
        ("by member.tier (low: 100%, high: 50%)", True),
        # from 0.005, rounded to 0, to 0.015, rounded to 0.02
        ("by member.status (active: 100%, retired: 50%)", False),
        ("by member.status (active: 99%, retired: 50%)", True),
    ],
)
def test_a_claim_rounded_to_even_is_within_its_base(ratio: str, holds: bool) -> None:
    kernel = kernel_of(f"base claim.bill no threshold ratio {ratio} no cap rounding half even per year")
    assert is_proved(kernel, Question("within_base_each", "l1"), broken=not holds) == holds


def test_what_is_not_rounded_as_it_stands_is_not_followed_to_even() -> None:
    """Of bands: the total adds what is banded."""
    ratio = "ratio bands above threshold per year: up to 100: 60%, beyond: 80%"
    kernel = kernel_of(f"base claim.bill no threshold {ratio} no cap rounding half even per month")
    bounds = bounds_of(kernel)
    assert "l1.billed" not in bounds.in_rows("l1.pay") and "l1.billed" in BoundsInSum(bounds).of("l1.pay")
