"""Laws that structure proves of limits which are another amount for the next claim: where each claim fills
its own at once, where one layer alone draws on a shared one, where a threshold is chosen by the bill; and of
what counts only some claims. Beside each a scheme in which the law just does not hold, as a search finds."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from attrs import evolve
from one_law import BY_CARE, is_proved, kernel_of

from hmbc.compiler.drawn_alone import with_own_draws
from hmbc.compiler.kernel import Accumulator
from hmbc.compiler.laws import Question
from hmbc.compiler.left_apart import left_apart
from hmbc.compiler.plainer import made_plain
from hmbc.compiler.prove_by_structure import by_structure
from hmbc.compiler.structure_bounds import bounds_of
from hmbc.compiler.structure_filled import is_at_least, is_filled
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Int, Money

# ---- limits that a claim fills at once


@pytest.mark.parametrize(("base", "holds"), [("500", True), ("300", True), ("200", False)])
@pytest.mark.parametrize("when", ["", "when claim.drug given "])
def test_claims_that_fill_their_threshold_at_once_come_in_any_order(
    when: str, base: str, holds: bool
) -> None:
    layer = f"{when}base {base} threshold {BY_CARE} per year acknowledged ratio 50% no cap"
    question = Question("order_free", "l1")
    assert is_proved(kernel_of(layer), question, broken=not holds) == holds


def test_which_numbers_are_never_below_others() -> None:
    kernel = kernel_of("when claim.drug given base claim.bill no threshold ratio 50% no cap")
    bounds = bounds_of(kernel)
    seven = e.Const(7, Int())
    years, more = e.Attribute("member", "years", Int()), e.Scale(seven, e.Attribute("member", "years", Int()))

    def times(amount: int, by: e.Expr) -> e.Expr:
        return e.Scale(e.money(amount), by)

    bill, condition = e.Ref("l1.billed"), e.Ref("l1.applies")
    found: list[tuple[e.Expr, e.Expr, bool]] = [
        (bill, bill, True),
        (bill, e.money(0), True),
        (bill, e.money(1), False),
        (times(400, years), times(110, e.Min(years, seven)), True),
        (times(400, years), e.Max(e.money(0), times(110, e.Min(seven, years))), True),
        (times(400, years), times(401, years), False),
        (times(400, years), times(110, e.Max(years, seven)), False),
        (times(400, years), times(110, more), False),
        (e.money(5), times(1, more), False),
        (times(-100, years), times(-110, years), False),
        (e.Max(times(400, years), e.money(3)), times(400, years), True),
        (e.Min(times(400, years), e.money(3)), times(400, years), False),
        (e.Choose(condition, times(5, years), times(4, years)), times(4, years), True),
        (e.Choose(condition, times(5, years), times(3, years)), times(4, years), False),
        (times(4, years), e.Choose(condition, times(4, years), times(5, years)), False),
    ]
    for one, two, holds in found:
        assert is_at_least(bounds, one, two) == holds, (one, two)
    assert is_filled(bounds, e.Choose(condition, e.money(9), e.money(0)), e.money(9))
    assert not is_filled(bounds, e.Choose(condition, e.money(9), e.money(1)), e.money(9))


def value_of(expr: e.Expr, years: int, bill: int, given: bool) -> Fraction:
    """What an expression of the next test is."""

    def of(part: e.Expr) -> Fraction:
        return value_of(part, years, bill, given)

    match expr:
        case e.Const(value=int() | Fraction() as value):
            return Fraction(value)
        case e.Attribute(name="years"):
            return Fraction(years)
        case e.Ref(name="l1.billed"):
            return Fraction(bill if given else 0)
        case e.Min(left=left, right=right):
            return min(of(left), of(right))
        case e.Max(left=left, right=right):
            return max(of(left), of(right))
        case e.Choose(then=left, otherwise=right):
            return of(left if given else right)
        case e.Scale(amount=amount, by=by):
            return of(amount) * of(by)
        case _:
            raise AssertionError(expr)


def test_numbers_that_are_called_never_below_others_never_are() -> None:
    kernel = kernel_of("when claim.drug given base claim.bill no threshold ratio 50% no cap")
    bounds, random, told = bounds_of(kernel), Random(1), 0
    years, bill = e.Attribute("member", "years", Int()), e.Ref("l1.billed")

    def number(depth: int) -> e.Expr:
        if not depth or random.random() < 0.2:
            return random.choice((years, e.Const(random.randint(-3, 9), Int())))
        return random.choice((e.Min, e.Max))(number(depth - 1), number(depth - 1))

    def amount(depth: int) -> e.Expr:
        pick = random.randrange(6) if depth else 0
        if pick < 2:
            return random.choice((bill, e.money(random.randint(-200, 900))))
        if pick < 4:
            return e.Scale(amount(depth - 1), number(depth - 1))
        if pick == 4:
            return e.Choose(e.Ref("l1.applies"), amount(depth - 1), amount(depth - 1))
        return random.choice((e.Min, e.Max))(amount(depth - 1), amount(depth - 1))

    for _ in range(4_000):
        one, two = amount(2), amount(2)
        if is_at_least(bounds, one, two):
            told += one != two
            for _ in range(20):
                row = (random.randint(0, 50), random.choice((0, 1, 500, 10**6)), random.random() < 0.5)
                assert value_of(one, *row) >= value_of(two, *row), (one, two, row)
    assert told > 200


# ---- what one layer alone draws

POOL = f"    shared cap pool: {BY_CARE} per year acknowledged in order"
DRAWS = "base claim.bill no threshold ratio 80% cap shared pool rounding half up per claim"


@pytest.mark.parametrize(("law", "subject"), [("monotone", "bill"), ("no_cliff", None)])
def test_what_one_layer_draws_alone_is_its_own_cap(law: str, subject: str | None) -> None:
    kernel = kernel_of(DRAWS, before=POOL)
    plain = made_plain(kernel, bounds_of(kernel))
    assert with_own_draws(plain) != plain
    assert is_proved(kernel, Question(law, "l1", subject))  # type: ignore[arg-type]


OF_MEMBERS = "    shared cap pool: (member.income * 10% + 300) per claim in order"


@pytest.mark.parametrize(
    ("law", "layer", "subject"),
    [
        ("non_negative", "l1", None),
        ("non_negative", "l2", None),
        ("within_base_each", "l1", None),
        ("within_base_each", "l2", None),
        ("monotone", "l1", "bill"),
    ],
)
def test_what_a_limit_lets_through_of_layers_one_after_the_other(law: str, layer: str, subject: str | None) -> None:
    second = "base claim.fee no threshold ratio 60% cap shared pool rounding half up per claim"
    kernel = kernel_of(DRAWS, second, before=OF_MEMBERS)
    assert is_proved(kernel, Question(law, layer, subject))  # type: ignore[arg-type]
    if subject:  # what the first takes the second does not get
        assert not is_proved(kernel, Question("monotone", "l2", subject), broken=True)


def test_what_two_layers_draw_is_not() -> None:
    second = "base claim.fee no threshold ratio 60% cap shared pool rounding half up per claim"
    kernel = kernel_of(DRAWS, second, before=POOL)
    plain = made_plain(kernel, bounds_of(kernel))
    draws = [item for item in with_own_draws(plain).items if isinstance(item, Accumulator)]
    assert draws == [item for item in plain.items if isinstance(item, Accumulator)]
    assert not is_proved(kernel, Question("order_free", "l2"), broken=True)


# ---- thresholds chosen by the bill


@pytest.mark.parametrize(
    ("threshold", "law", "holds"),
    [
        ("(860 if claim.bill < 350 else 620)", "monotone", True),
        ("(620 if claim.bill > 350 else 860)", "monotone", True),
        ("(860 if claim.bill <= 350 else (620 if claim.bill < 600 else 610))", "monotone", True),
        ("(860 if claim.bill < 350 else 620)", "no_cliff", True),
        # below 350 nothing is paid; from there on 150 and more
        ("(860 if claim.bill < 350 else 200)", "no_cliff", False),
        # 340 are paid 40, 350 nothing
        ("(300 if claim.bill < 350 else 620)", "monotone", False),
        ("(620 if claim.bill >= 350 else 300)", "monotone", False),
        # another amount than what is counted
        ("(860 if claim.fee < 350 else 620)", "no_cliff", False),
    ],
)
def test_thresholds_of_bills_that_lie_below_them(threshold: str, law: str, holds: bool) -> None:
    base = "claim.bill + claim.fee" if "fee" in threshold else "claim.bill"
    layer = f"base {base} threshold {threshold} per claim ratio 50% no cap"
    subject = "bill" if law == "monotone" else None
    question = Question(law, "l1", subject)  # type: ignore[arg-type]
    assert is_proved(kernel_of(layer), question, broken=not holds) == holds


@pytest.mark.parametrize(("ratio", "scope"), [("50%", "per month"), ("100%", "per year")])
def test_what_is_left_above_a_threshold_within_another_only_grows(ratio: str, scope: str) -> None:
    limits = f"threshold 620 per claim within 1_020 {scope}"
    kernel = kernel_of(f"base claim.bill {limits} threshold 810 per claim ratio {ratio} no cap")
    assert is_proved(kernel, Question("monotone", "l1", "bill"))
    assert is_proved(kernel, Question("more_claims", None))


def test_what_is_said_plainly_is_the_same() -> None:
    kernel = kernel_of("base claim.bill threshold 100 per claim within 300 per year ratio 50% no cap")
    bounds = bounds_of(kernel)
    said = {item.name: item for item in made_plain(kernel, bounds).items}
    billed, zero = e.Ref("l1.billed"), e.money(0)
    assert said["l1.borne"].expr == e.Min(billed, e.Ref("l1.threshold"))
    assert isinstance(said["l1.excess2"].expr, e.Subtract)
    for one in (kernel, made_plain(kernel, bounds)):
        apart = {item.name: item for item in left_apart(one, bounds_of(one)).items}
        assert isinstance(apart["l1.excess2"].expr, e.Add)
    pay = kernel.items[-1]
    for given, plain in [
        (e.Subtract(billed, e.Min(e.money(3), billed)), e.Max(zero, e.Subtract(billed, e.money(3)))),
        (e.Subtract(billed, e.Min(e.money(3), e.Ref("l1.share"))),) * 2,
        (e.Subtract(e.money(3), e.Min(billed, zero)), e.money(3)),
        (e.Subtract(e.money(3), e.Min(zero, billed)), e.money(3)),
        (e.Subtract(e.money(3), e.Min(e.Subtract(e.money(2), billed), zero)),) * 2,
        (e.Max(zero, e.Subtract(e.Ref("l1.share"), e.Ref("l1.threshold"))),) * 2,
    ]:
        one = evolve(kernel, items=(*kernel.items[:-1], evolve(pay, expr=given)))
        assert made_plain(one, bounds).items[-1].expr == plain, given


def test_what_is_left_of_a_bill_without_what_is_above_an_amount() -> None:
    part = "    exclude x1 from l1: part larger of (claim.bill - 4_000, 0)"
    layer = "when claim.drug given base claim.bill threshold 100 per claim within 300 per year ratio 50% no cap"
    kernel = kernel_of(layer, before=part)
    said = {item.name: item for item in made_plain(kernel, bounds_of(kernel)).items}
    assert e.Min(e.Attribute("claim", "bill", Money()), e.money(400_000)) in set(walk(said["l1.base"].expr))
    assert is_proved(kernel, Question("monotone", "l1", "bill"))


# ---- rows that are free of a cap


@pytest.mark.parametrize(
    ("rounding", "holds"),
    # in sum, a capped claim may take the minor unit that a free one would be paid
    [("half up to 0.05 per claim", True), ("half up per year", False)],
)
def test_several_claims_are_free_of_a_cap_and_several_come_to_it(rounding: str, holds: bool) -> None:
    free = "no cap if claim.care is inpatient"
    limits = f"threshold 620 per claim within 1_020 per month ratio 70% {free} cap 300 per month"
    kernel = kernel_of(f"base claim.bill {limits} rounding {rounding}")
    assert is_proved(kernel, Question("monotone", "l1", "bill"), broken=not holds) == holds


# ---- counts of some claims


@pytest.mark.parametrize(("when", "holds"), [("claim.drug given", True), ("claim.bill > 400", False)])
def test_the_number_of_an_event_of_which_only_some_claims_count(when: str, holds: bool) -> None:
    count = f"    count n: events per month per year when {when}"
    layer = "base claim.bill no threshold ratio 50% cap (300 if n ordinal = 1 else 500) per year acknowledged"
    kernel = kernel_of(layer, before=count)
    assert is_proved(kernel, Question("split_proof", "l1"), broken=not holds) == holds


# ---- conditions that say whether a condition holds


def test_a_condition_that_is_asked_to_hold_and_not_to() -> None:
    never = "    let dear: claim.bill > 400\n    eligible e1: dear and dear is {value}"
    layer = f"base claim.bill no threshold ratio 50% cap {BY_CARE} per year acknowledged"
    question = Question("order_free", "l1")
    contradicts = kernel_of(layer, before=never.format(value="no"))
    assert is_proved(contradicts, question)
    assert not is_proved(kernel_of(layer, before=never.format(value="yes")), question, broken=True)
    assert Fraction(0) == e.money(0).value and list(by_structure(contradicts, [question]))
