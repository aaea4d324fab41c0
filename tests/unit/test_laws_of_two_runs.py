"""Laws about two runs that induction proves where it tells the keys under which the runs differ from all
others; beside each a scheme that is nearly the same, in which the law does not hold."""

from __future__ import annotations

import pytest
from attrs import evolve
from one_law import BILL, PLAIN, kernel_of

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Law, Question, questions_of
from hmbc.compiler.prove import Budget, prove
from hmbc.compiler.refute import Search

pytest.importorskip("z3")

from hmbc.compiler import induct  # noqa: E402
from hmbc.compiler.induct import Prover, by_induction_apart  # noqa: E402
from hmbc.compiler.induct_ghosts import ghost  # noqa: E402
from hmbc.compiler.induct_swap import keys_are_given  # noqa: E402
from hmbc.compiler.induct_vectors import Frame, functions_of  # noqa: E402
from hmbc.compiler.smt import Encoding  # noqa: E402

RESOURCES = 12_000_000


def proved(kernel: Kernel, *questions: Question, resources: int = RESOURCES) -> list[Question]:
    """Those of the questions that are proved; a search finds nothing against these."""
    assert set(questions) <= set(questions_of(kernel))
    proofs = by_induction_apart(kernel, questions, resources, 10 * resources)
    found = [proof.question for proof in proofs]
    search = Search(kernel, found)
    search.run(20_000)
    assert not search.found
    return found


def broken(kernel: Kernel, question: Question) -> bool:
    """Whether a search finds what breaks a law."""
    search = Search(kernel, [question])
    search.run(400_000)
    return bool(search.found)


def of_all(law: Law, subject: str | None = None) -> Question:
    return Question(law, None, subject)


# ---- the order of two claims


def banded(least: int) -> Kernel:
    """Claims of two fixed amounts, of which the threshold of 100 takes from whichever comes first."""
    return kernel_of(
        f"base by claim.care (inpatient: 300, outpatient: {least}) threshold 100 per year "
        "ratio bands of cost per claim.care per year: up to 50: 25%, beyond: 95% no cap"
    )


def test_claims_each_above_the_threshold_may_change_places() -> None:
    assert proved(banded(200), of_all("order_free")) == [of_all("order_free")]


def test_a_claim_below_it_may_not() -> None:
    assert not proved(banded(60), of_all("order_free"))
    assert broken(banded(60), of_all("order_free"))


def test_keys_that_read_totals_are_left_alone() -> None:
    count = "count visits: events per year"
    kernel = kernel_of(f"{BILL} no threshold ratio 50% cap 90 per claim.care per year", before=count)
    assert keys_are_given(kernel)
    turned = kernel_of(
        f"{BILL} no threshold ratio 50% cap 90 per year if visits before > 2 else per month acknowledged",
        before=count,
    )
    assert not keys_are_given(turned)
    assert not proved(turned, of_all("order_free"))


# ---- an amount raised, a claim more, a claim in two


def in_turn(first: str) -> Kernel:
    """A fixed amount a claim, so much a month, and another layer, both under one limit of a year."""
    return kernel_of(
        f"{BILL} pays 540 cap 430.06 per month acknowledged cap shared s1",
        f"base claim.fee {first} ratio 50% cap shared s1",
        before="shared cap s1: 3_370 per year acknowledged in order",
    )


def test_what_months_leave_of_a_year() -> None:
    """By the month in which the runs differ the year's total differs as its month's does."""
    assert proved(in_turn("no threshold"), of_all("more_claims")) == [of_all("more_claims")]


def test_but_a_layer_that_draws_first_may_starve_another() -> None:
    assert not proved(in_turn("no threshold"), Question("order_free", "l2"))


def after_a_year(later: str) -> Kernel:
    """A cap of a month, and a layer that reads what was claimed in the year before."""
    return kernel_of(
        f"{BILL} no threshold ratio 50% cap 100 per month acknowledged",
        f"base claim.fee no threshold ratio {later} no cap",
        before="total spent: claim.bill per year",
    )


def test_what_rows_of_other_keys_are_paid_is_counted() -> None:
    """Under the keys in which the runs differ nothing falls; in the year after it does."""
    kernel = after_a_year("(20% if spent last year >= 500 else 80%)")
    assert not proved(kernel, of_all("monotone", "bill"))
    assert broken(kernel, of_all("monotone", "bill"))


def cared_for(ratio: str) -> Kernel:
    """Thresholds that differ from claim to claim, of claims each above the smaller one."""
    return kernel_of(
        f"{BILL} threshold by claim.care (inpatient: 1.02, outpatient: 1) per lifetime acknowledged "
        f"{ratio} no cap",
        before="exclude small: claim.bill < 1",
    )


RATIOS = ("ratio by member.tier (low: 80%, high: 45%)", "ratio 60%")


@pytest.mark.parametrize("ratio", RATIOS)
def test_what_a_larger_bill_takes_of_a_threshold_is_left_to_others(ratio: str) -> None:
    question = Question("monotone", "l1", "bill")
    assert proved(cared_for(ratio), question) == [question]


def test_a_ratio_that_falls_with_the_amount() -> None:
    falling = kernel_of(
        f"{BILL} no threshold ratio (80% if claim.bill < 500 else 20%) cap 9_000 per year"
    )
    assert not proved(falling, of_all("monotone", "bill"))
    assert broken(falling, of_all("monotone", "bill"))


def test_a_share_grows_with_what_is_shared() -> None:
    kernel = kernel_of(
        "base share (claim.bill, member.years, 50) threshold 100 per year ratio 75% cap 1_000 per year"
    )
    assert proved(kernel, of_all("monotone", "bill")) == [of_all("monotone", "bill")]


def test_what_is_taken_off() -> None:
    kernel = kernel_of("base claim.bill - claim.others threshold 100 per year ratio 75% no cap")
    assert proved(kernel, of_all("deduction", "others")) == [of_all("deduction", "others")]


def test_a_claim_in_two() -> None:
    assert proved(kernel_of(PLAIN), of_all("split_proof")) == [of_all("split_proof")]
    per_claim = kernel_of(f"{BILL} threshold 100 per claim ratio 75% no cap")
    assert not proved(per_claim, of_all("split_proof"))


def test_one_minor_unit_more() -> None:
    assert proved(kernel_of(PLAIN), of_all("no_cliff")) == [of_all("no_cliff")]
    jumps = kernel_of(f"{BILL} no threshold ratio (20% if claim.bill < 500 else 80%) no cap")
    assert not proved(jumps, of_all("no_cliff"))


# ---- what is asked, and what it takes


def test_only_laws_about_two_runs_are_asked() -> None:
    assert not proved(kernel_of(PLAIN), of_all("non_negative"))


def test_nothing_is_proved_without_resources() -> None:
    assert not proved(kernel_of(PLAIN), of_all("split_proof"), of_all("order_free"), resources=1)


def test_it_is_asked_of_what_random_histories_do_not_break(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numpy")
    pytest.importorskip("pyarrow")
    # Of the histories themselves tests are elsewhere.
    monkeypatch.setattr("hmbc.compiler.bulk_search.broken_in_bulk", lambda *given: ())
    question = of_all("order_free")
    budget = Budget((1_000, 1_000), climb=0, histories=1_000, beside=0)
    outcomes = [
        (one.outcome, one.by)
        for histories in (0, budget.histories)
        for one in prove(banded(200), evolve(budget, histories=histories), only=question.__eq__)
    ]
    assert outcomes == [("open", None), ("proved", "solver")]


# ---- one run: totals of different keys


def test_what_is_paid_in_a_quarter_is_not_above_the_year() -> None:
    """So a quarter's cap that is above the year's never binds: what is paid is what the year's lets
    through."""
    kernel = kernel_of(
        f"{BILL} no threshold ratio 60% cap 500 per year cap 900 per quarter acknowledged"
    )
    prover = Prover(kernel, RESOURCES)
    prover._left = RESOURCES
    groups = prover.used("l1")
    frame = Frame(prover, Encoding(prover.part("l1", groups, ("pay",))))
    (quarter,) = (name for name in frame.encoding.accumulators if name == "l1.paid")
    (year,) = (name for name in frame.encoding.accumulators if name == "l1.due")
    paid = {ghost("pay", "l1", group) for group in groups}
    (in_year,) = (name for name in paid if frame.group[name] == frame.group[year])
    assert frame.nested(quarter, year) and not frame.nested(year, quarter)
    known = prover.known("l1", frame)
    assert {("at most", quarter, in_year), ("function", in_year, "l1.limited")} <= known.kept
    assert ("at most", year, quarter) not in known.kept
    again = prover.known("l1", Frame(prover, Encoding(prover.part("l1", groups, ("pay",)))))
    assert again.kept == known.kept
    assert "l1.limited" in {function.name for function in functions_of(prover, frame.encoding)}


def test_where_z3_is_lost_without_counting_nothing_more_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A check that ends by the clock takes all that is left: the next one would be lost as well."""

    class Lost:
        asked = 0

        def set(self, name: str, value: int) -> None: ...

        def check(self, *more: object) -> str:
            Lost.asked += 1
            return "unknown"

    clock = iter(range(0, 1000, 60))
    monkeypatch.setattr(induct, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(induct, "resources_of", lambda solver: 5)
    prover = Prover(kernel_of("base claim.bill no threshold ratio 50% no cap"), 1_000)
    prover._left = 1_000
    assert [prover.check(Lost()), prover.check(Lost())] == ["unknown", "unknown"]
    assert (Lost.asked, prover.spent) == (1, 1_000)
