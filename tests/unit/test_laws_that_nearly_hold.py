"""Laws that do not hold though little is missing: none is called proved, and a search finds what breaks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from attrs import asdict
from one_law import is_proved, kernel_of

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question, questions_of
from hmbc.compiler.loose import without_loose
from hmbc.compiler.plainer import made_plain
from hmbc.compiler.proof import Proof
from hmbc.compiler.prove import QUICK, prove
from hmbc.compiler.prove_by_structure import by_cases
from hmbc.compiler.quick import Machine
from hmbc.compiler.said_plainly import said_plainly
from hmbc.compiler.structure_bounds import bounds_of
from hmbc.dsl.diagnostic import Bilingual

FIRST = "base claim.bill threshold 1_000 per lifetime ratio 100% no cap"
CLAIM = {
    "bill": 30_000, "fee": 0, "visit": "A", "care": "inpatient", "others": 0, "date": 19_800
}  # fmt: skip
MEMBER = {"tier": "low", "income": 0, "status": "active", "years": 3}
REST = "base claim.bill - l1.pay threshold 500 per year ratio 100% no cap"


def test_what_others_leave_may_move_from_one_year_to_another() -> None:
    """A first year's bill that is larger lets the first layer pay more in the next: there less is left, and
    in the first year what is left may be below the threshold all the same."""
    kernel = kernel_of(FIRST, REST)
    assert not is_proved(kernel, Question("monotone", "l2", "bill"), broken=True)
    assert is_proved(kernel, Question("monotone", None, "bill"))


@pytest.mark.parametrize(
    ("above", "holds"),
    [
        ("500 if claim.care is inpatient else 800", False),
        ("500 if member.tier is low else 800", True),
    ],
)
def test_a_threshold_that_rises_with_the_total_is_passed_more_than_once(above: str, holds: bool) -> None:
    """A minor unit more is then paid in each of the rows that pass it."""
    kernel = kernel_of(
        f"pays increase of (larger of (0, spent - ({above}))) no cap",
        before="total spent: claim.bill per year",
    )
    assert is_proved(kernel, Question("no_cliff", "l1"), broken=not holds) == holds


def test_what_a_total_grows_by_is_one_value_inside_an_increase() -> None:
    """`smaller of` never binds, so that what is left is by how much the first total grew: but inside an increase
    that is what all of it grew by, and not nothing."""
    kernel = kernel_of(
        "base claim.bill no threshold ratio 50% cap 100 per year }\n"
        "total one: l1.pay per year\n"
        "total two: l1.pay per year\n"
        "layer l2 { pays increase of (smaller of (1_000_000, one + two) - (one before + two)) no cap"
    )
    plain = made_plain(kernel, bounds_of(kernel))
    loose = without_loose(plain, bounds_of(plain))
    assert loose != plain
    for one in (kernel, loose):
        rows = Machine(one, {}, {}).run([CLAIM], [MEMBER])
        assert rows is not None and rows[0].pays == (10_000, 10_000)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "base claim.bill threshold (300 - spent) per claim acknowledged ratio 100% no cap",
            "pays increase of ((l1.base - l1.excess) + spent) may fall no cap",
        ),
        (
            "base claim.bill threshold (300 - spent) per claim acknowledged ratio 100% no cap",
            "pays increase of (larger of (0, l1.base - l1.excess) + spent) may fall no cap",
        ),
        (
            "when spent > 300 base claim.bill no threshold ratio 100% no cap",
            "pays increase of ((l1.pay if spent > 300 else 0) + spent) no cap",
        ),
        (
            "base claim.bill threshold 300 per year ratio 100% no cap",
            "pays increase of (spent + larger of (0, l1.base - l1.excess) * 50%) no cap",
        ),
    ],
)
def test_a_name_is_one_value_inside_an_increase(first: str, second: str) -> None:
    """What it stands for reads a total that moves there: no plainer form may look through it."""
    kernel = kernel_of(first, second, before="total spent: claim.bill per year")
    for bills in ((30_000,), (20_000, 20_000), (1, 29_999, 2, 40_000)):
        claims = [{**CLAIM, "bill": bill} for bill in bills]
        paid = [
            [row.pays for row in Machine(one, {}, {}).run(claims, [MEMBER] * len(claims)) or ()]
            for one in (kernel, *asdict(said_plainly(kernel), recurse=False).values())
        ]
        assert paid[0] and all(one == paid[0] for one in paid)


FEES = "unless claim.fee > 3 base {base} no threshold ratio 50% no cap"


@pytest.mark.parametrize("base", ["claim.bill + claim.fee", "claim.bill"])
def test_an_amount_that_is_added_and_taken_off_again_still_turns_a_condition(base: str) -> None:
    """Said plainly the layer does not count the fee; the law is of the fee all the same."""
    kernel = kernel_of(FEES.format(base=f"{base} - claim.fee"))
    counted = base != "claim.bill"
    assert is_proved(kernel, Question("no_cliff", "l1"), broken=counted) != counted


def test_an_amount_that_one_case_does_not_count_still_turns_its_conditions() -> None:
    kernel = kernel_of(FEES.format(base="(claim.fee if member.tier is low else claim.bill)"))
    question = Question("no_cliff", "l1")
    assert not is_proved(kernel, question, broken=True)
    assert not list(by_cases(kernel, [question]))


@pytest.mark.parametrize("whole", ["claim.fee", "¥1 + claim.fee"])
def test_a_share_of_nothing_is_nothing(whole: str) -> None:
    """It falls as the whole grows by which it is shared; but of a whole of 0 nothing is shared."""
    kernel = kernel_of(
        f"base claim.bill - share (claim.bill, claim.others, {whole}) + claim.fee * 1% "
        "no threshold ratio 100% no cap"
    )
    holds = whole != "claim.fee"
    assert is_proved(kernel, Question("monotone", "l1", "fee"), broken=not holds) == holds
    assert not is_proved(kernel, Question("no_cliff", "l1"), broken=True)


def test_a_counterexample_stands_against_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a rule wrong that calls a law proved, what a search for others comes upon would be told."""
    kernel = kernel_of("base claim.bill no threshold ratio (20% if claim.bill > 100 else 50%) no cap")
    asked = Question("monotone", "l1", "bill")

    def trusting(kernel: Kernel, questions: Sequence[Question]) -> Iterator[Proof]:
        because = Bilingual("误以为", "by mistake")
        yield Proof(question=asked, outcome="proved", by="structure", because=because)

    monkeypatch.setattr("hmbc.compiler.prove.by_structure", trusting)
    both = (asked, Question("no_cliff", "l1"))
    found = next(one for one in prove(kernel, QUICK, lambda one: one in both) if one.question == asked)
    assert found.outcome == "refuted"
    assert found.because.en.endswith("this is a bug of hmbc, please report it")


def test_a_threshold_said_to_be_the_same_is_one_for_all_rows_that_it_is_taken_off() -> None:
    """Whatever rows there are besides of which nothing is taken off."""
    kernel = kernel_of(
        "base claim.bill threshold (500 if claim.care is inpatient else 800) per year "
        "no threshold if claim.fee > 3 ratio 50% no cap",
        same="same per year",
    )
    assert is_proved(kernel, Question("no_cliff", "l1"))


@pytest.mark.parametrize(("summed", "holds"), [("l1.pay", True), ("l1.pay + l1.pay", False)])
def test_what_is_added_twice_comes_to_twice_its_cap(summed: str, holds: bool) -> None:
    kernel = kernel_of(
        "base claim.bill no threshold ratio 100% cap 100 per year",
        after=f"total summed: {summed} per year\nprove summed <= 100",
    )
    [question] = [one for one in questions_of(kernel) if one.law == "stated"]
    assert is_proved(kernel, question, broken=not holds) == holds


def test_what_falls_with_a_total_falls_with_a_claim_though_ever_less() -> None:
    """Further claims are paid no less for a larger one before them, as a function that falls ever less has
    it; the larger claim itself is."""
    falling = "pays increase of (larger of (0, spent - 300) - spent) may fall no cap"
    kernel = kernel_of(falling, before="total spent: claim.bill per year")
    for layer in ("l1", None):
        assert not is_proved(kernel, Question("monotone", layer, "bill"), broken=True)
