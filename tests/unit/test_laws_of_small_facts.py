"""Laws that hang on one small fact of a scheme: a part of 0%, a condition that contradicts itself, a share that is
never more than what is taken off it. Beside each a scheme in which that is not quite so, as a search finds."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve
from one_law import is_proved, kernel_of

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.laws import Law, Question
from hmbc.compiler.plainer import made_plain
from hmbc.compiler.quick import Machine
from hmbc.compiler.shared_caps import shared_caps_of
from hmbc.compiler.structure_bands import topmost_of
from hmbc.compiler.structure_bounds import bounds_of
from hmbc.compiler.structure_latest_cap import draws_hold_as_it_is
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Date, Ratio

VARIES = "(100 if claim.care is inpatient else 200)"
NEVER = "claim.care is inpatient and claim.care is outpatient"
PART = "base share (claim.bill, claim.fee, claim.bill + claim.fee)"
POOL = "    shared cap pool: by claim.care (inpatient: 300, outpatient: 100) per event acknowledged {}"
WHOLE = Question("within_cap", None, "shared.pool")


def decided(kernel: Kernel, law: Law, layer: str | None = "l1", subject: str | None = None) -> bool:
    """Whether structure proves it; else a search has found what breaks it."""
    return is_proved(kernel, Question(law, layer, subject), broken=True)


@pytest.mark.parametrize(("part", "holds"), [("0%", True), ("1%", False)])
def test_a_part_of_nothing_does_not_vary(part: str, holds: bool) -> None:
    threshold = f"threshold 100 + claim.others * {part} per year acknowledged"
    kernel = kernel_of(f"base claim.bill {threshold} ratio 75% no cap")
    assert decided(kernel, "order_free") == holds


def test_a_part_of_0_of_a_ratio_is_no_amount() -> None:
    kernel = kernel_of("base claim.bill no threshold ratio 75% no cap")
    half, none = e.Const(Fraction(1, 2), Ratio()), e.Const(Fraction(0), Ratio())
    odd = Definition(name="odd", expr=e.Scale(half, none), role="let")
    assert made_plain(evolve(kernel, items=(*kernel.items, odd)), bounds_of(kernel)).items[-1] == odd


@pytest.mark.parametrize(
    ("when", "holds"), [(NEVER, True), ("claim.care is inpatient and claim.bill >= 200", False)]
)
def test_a_total_of_what_a_contradiction_sets_apart(when: str, holds: bool) -> None:
    threshold = f"threshold {VARIES} per claim if {when} else per year acknowledged"
    kernel = kernel_of(f"base claim.bill {threshold} ratio 75% no cap")
    assert decided(kernel, "monotone", subject="bill") == holds
    [used] = [one for one in made_plain(kernel, bounds_of(kernel)).items if one.name == "l1.used"]
    assert isinstance(used, Accumulator)
    assert any(isinstance(node, e.Choose) for node in walk(used.adds)) != holds


@pytest.mark.parametrize(("taken_off", "holds"), [("fee", True), ("others", False)])
def test_nothing_is_left_of_a_share_of_what_is_taken_off(taken_off: str, holds: bool) -> None:
    """b × f / (b + f) is never more than f."""
    kernel = kernel_of(
        f"{PART} threshold {VARIES} per year acknowledged ratio 75% no cap rounding half up to 1",
        before=f"    exclude x: part claim.{taken_off}",
    )
    assert decided(kernel, "split_proof") == holds


def test_a_share_of_parts_that_may_be_less_than_nothing() -> None:
    """What all ask for is then no more than what one asks for."""
    kernel = kernel_of(
        "base share (claim.bill, claim.fee, claim.fee - claim.others) no threshold ratio 100% no cap",
        before="    exclude x: part claim.others",
    )
    assert not decided(kernel, "split_proof")


@pytest.mark.parametrize(("day", "holds"), [("2024-07-01", True), ("2024-08-01", False)])
def test_what_changes_where_a_quarter_begins_is_one_in_it(day: str, holds: bool) -> None:
    cap = f"cap (100 if claim.date < {day} else 200) per quarter acknowledged"
    kernel = kernel_of(f"base claim.bill no threshold ratio 75% {cap}")
    assert is_proved(kernel, Question("monotone", "l1", "bill")) == holds


APART = "per claim if claim.care is inpatient else per year acknowledged"
LIMIT = "(100 if claim.drug given else 200)"


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (f"threshold {LIMIT} {APART} ratio 75% no cap", True),
        (f"no threshold ratio 75% cap {LIMIT} {APART} rounding half up per claim", True),
        (f"no threshold ratio 75% cap {LIMIT} {APART}", False),
    ],
)
def test_limits_of_a_claim_alone_and_of_all_others(text: str, holds: bool) -> None:
    """Rounded in sum, a claim at its limit may keep the minor unit that another would be paid."""
    kernel = kernel_of(f"base claim.bill {text}")
    assert decided(kernel, "monotone", subject="bill") == holds


@pytest.mark.parametrize("text", ["threshold {} ratio 75% no cap", "no threshold ratio 75% cap {}"])
def test_so_said_each_claim_is_paid_the_same(text: str) -> None:
    kernel = kernel_of("base claim.bill " + text.format(f"{LIMIT} {APART}"))
    plain = made_plain(kernel, bounds_of(kernel))
    used = [next(i for i in k.items if i.name == "l1.used") for k in (kernel, plain)]
    assert [type(one.adds) for one in used if isinstance(one, Accumulator)] == [e.Choose, e.Min]
    claims = [
        {"bill": bill, "fee": 0, "visit": "A", "care": care, "others": 0, "date": 19_800, **drug}
        for bill in (4_000, 30_001)
        for care in ("inpatient", "outpatient")
        for drug in ({"drug": "D1"}, {})
    ]
    members = [{"tier": "low", "income": 0, "status": "active", "years": 3}] * len(claims)
    one, two = (Machine(k, {}, {}).run(claims, members) for k in (kernel, plain))
    assert one and two and [row.pays for row in one] == [row.pays for row in two]


@pytest.mark.parametrize(("taken_off", "holds"), [("part claim.others", True), ("claim.bill >= 300", False)])
def test_what_a_bill_turns_turns_all_of_it(taken_off: str, holds: bool) -> None:
    kernel = kernel_of(
        "unless claim.bill < 200 base claim.bill no threshold ratio 75% no cap", before=f"    exclude x: {taken_off}"
    )
    assert decided(kernel, "monotone", subject="bill") == holds


# ---- what a payment never exceeds


@pytest.mark.parametrize(
    ("rounding", "holds"), [("half even", True), ("half up", True), ("half even to 0.10", False)]
)
def test_a_bill_topped_up_to_all_of_it_to_the_even(rounding: str, holds: bool) -> None:
    """Below 100% no claim's total moves from one half to another; at 100% there is none."""
    up_to = "tops up to (95% if claim.care is inpatient else 100%) after claim.fee"
    kernel = kernel_of(f"base claim.bill {up_to} no cap rounding {rounding}")
    assert decided(kernel, "within_base_each") == holds


def test_half_an_amount_topped_up_to_all_of_it_to_the_even() -> None:
    """A half is left by one claim, and the next moves the total from 0.5 to 1.5, which is rounded to 2."""
    up_to = "tops up to 100% after claim.fee"
    kernel = kernel_of(f"base claim.bill * 50% {up_to} no cap rounding half even")
    assert not decided(kernel, "within_base_each")


@pytest.mark.parametrize(
    ("rounding", "rest", "holds"),
    [
        ("half up", "", True),
        ("half up", "base claim.bill - l1.pay no threshold ratio 90% no cap", True),
        ("half up", "base claim.bill * 70% no threshold ratio 90% no cap", False),
        ("up to 0.10", "", False),
    ],
)
def test_parts_of_a_bill_are_paid_within_it(rounding: str, rest: str, holds: bool) -> None:
    """A part of a bill may be rounded to more than it, not to more than the bill."""
    first = f"base claim.bill * 30% no threshold ratio 50% no cap rounding {rounding}"
    kernel = kernel_of(*filter(None, (first, rest)))
    assert decided(kernel, "within_bill", None) == holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        # 10,000 visits add 50 at most, 3 where they are years
        ("threshold 60 per year ratio 100%", True),
        ("threshold 0.01 per lifetime ratio 100%", False),
        ("threshold 0.01 per lifetime ratio 80% no cap rounding down", True),
        ("threshold (500 if claim.care is inpatient else 60) per year acknowledged ratio 100%", True),
        ("threshold (500 if claim.care is inpatient else 0.01) per year acknowledged ratio 100%", False),
        ("threshold 60 per year no threshold if claim.care is inpatient ratio 100%", False),
        ("threshold 60 per year ratio 100% no cap rounding half up per claim", False),
    ],
)
def test_a_threshold_keeps_back_more_than_roundings_add(text: str, holds: bool) -> None:
    """Of a base of half minor units, which a visit's total may round up."""
    end = "" if "rounding" in text else "no cap rounding half up per event"
    kernel = kernel_of(f"base claim.bill * 50% {text} {end}")
    found = is_proved(kernel, Question("within_base", "l1"), broken="60" not in text or "if claim" in text)
    assert found == holds


def test_years_are_few_keys() -> None:
    """300 years, of which each adds 10 at most."""
    text = "base claim.bill * 50% threshold {} per lifetime ratio 80% no cap rounding up to 10 per year"
    for threshold, holds in (("3_000", True), ("2_990", False)):
        assert is_proved(kernel_of(text.format(threshold)), Question("within_base", "l1")) == holds


BANDS = "up to 200: {}, up to 400: 80%, beyond: 50%"
ABOVE = f"base claim.bill threshold {VARIES} per year acknowledged ratio bands of cost per year: {{}} no cap"


@pytest.mark.parametrize(
    ("first", "law", "holds"),
    [
        ("100%", "within_base", True),
        ("100%", "within_base_each", True),
        ("(100% + 1%)", "within_base_each", False),
    ],
)
def test_bands_of_the_topmost_part_come_to_that_part(first: str, law: Law, holds: bool) -> None:
    kernel = kernel_of(ABOVE.format(BANDS.format(first)))
    assert decided(kernel, law) == holds


@pytest.mark.parametrize(
    ("threshold", "holds"),
    [
        ("100 per year", True),
        ("100 + claim.others * 0% per year acknowledged", True),
        ("100 per month", False),
        (f"{VARIES} per year acknowledged", False),
    ],
)
@pytest.mark.parametrize("law", ["monotone", "more_claims"])
def test_bands_above_a_threshold_of_the_same_total(threshold: str, law: Law, holds: bool) -> None:
    """Where another total is kept from it, a bill may move the next from a high band into the threshold's gap."""
    bands = "up to 250: 20%, up to 400: 90%, beyond: 20%"
    kernel = kernel_of(f"base claim.bill threshold {threshold} ratio bands of cost per year: {bands} no cap")
    layer, subject = (None, None) if law == "more_claims" else ("l1", "bill")
    assert decided(kernel, law, layer, subject) == holds


@pytest.mark.parametrize("more", ["", " + claim.others * 0%"])
@pytest.mark.parametrize(("border", "holds"), [("100", True), ("110", False)])
def test_a_band_below_the_threshold_pays_nothing(border: str, more: str, holds: bool) -> None:
    """Rounded visit by visit, a bill may move another's part from one band to a lower one."""
    bands = f"up to {border}: 60%, up to 400: 20%, beyond: 30%"
    threshold = f"threshold 100{more} per year{' acknowledged' if more else ''}"
    text = f"{threshold} ratio bands of cost per year: {bands} no cap rounding half up per event"
    assert decided(kernel_of(f"base claim.bill {text}"), "monotone", subject="bill") == holds


def test_slices_of_a_topmost_part_that_overlap_are_no_bands() -> None:
    kernel = kernel_of(ABOVE.format(BANDS.format("100%")))
    bounds = bounds_of(kernel)
    share = bounds.definitions["l1.share"].expr
    found = topmost_of(share, bounds.ranges)
    assert found is not None and len(found.bands.slices) == 3 and found.part == e.Ref("l1.excess")
    assert topmost_of(e.Add(share, share), bounds.ranges) is None
    assert topmost_of(e.Add(share, e.Ref("l1.excess")), bounds.ranges) is None


# ---- claims that are free of a cap that another has of each claim


FREE = "cap (300 if claim.drug given else 200) per year acknowledged no cap if claim.care is inpatient"


@pytest.mark.parametrize(("rounding", "holds"), [("per claim", True), ("per year", False)])
@pytest.mark.parametrize(("law", "subject"), [("deduction", "others"), ("monotone", "bill"), ("no_cliff", None)])
def test_a_claim_is_free_of_a_cap_or_comes_to_it(law: Law, subject: str | None, rounding: str, holds: bool) -> None:
    """Rounded by the year, a claim beyond its cap may leave the minor unit to one that is free of it."""
    base = "base claim.bill - claim.others no threshold ratio 75%"
    kernel = kernel_of(f"{base} {FREE} rounding half up {rounding}")
    assert decided(kernel, law, subject=subject) == holds


# ---- shared caps that may be another for each row


@pytest.mark.parametrize("draws", ["in order", "pro rata"])
def test_a_shared_cap_holds_as_it_is_for_the_row_that_is_paid(draws: str) -> None:
    layers = [f"base claim.{name} no threshold ratio 75% cap shared pool" for name in ("bill", "fee")]
    kernel = kernel_of(*layers, before=POOL.format(draws))
    assert is_proved(kernel, WHOLE)
    [cap] = shared_caps_of(kernel)
    assert cap.total is not None and draws_hold_as_it_is(bounds_of(kernel), cap)
    assert not draws_hold_as_it_is(bounds_of(kernel), evolve(cap, total=None))
    if draws == "in order":
        # a day's total forgets what was drawn the days before
        day = e.Attribute("claim", "date", Date())
        apart = evolve(kernel, items=tuple(
            evolve(item, keys=(*item.keys, day)) if isinstance(item, Accumulator) and item.name.startswith("l2.shared")
            else item
            for item in kernel.items
        ))  # fmt: skip
        assert not is_proved(apart, WHOLE, broken=True)
