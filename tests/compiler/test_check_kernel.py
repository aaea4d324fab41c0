"""check_kernel turns down every kernel that later passes could not rely on."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve

from hmbc.compiler.check_kernel import MOST_REASONS, MOST_REJECTS, check_kernel
from hmbc.compiler.kernel import (
    Deadline,
    Input,
    Kernel,
    Outcome,
    ParameterInput,
    Reason,
    Reject,
)
from hmbc.compiler.kernel_error import KernelError
from hmbc.dsl.expr import (
    FALSE,
    TRUE,
    Add,
    And,
    Attribute,
    Before,
    Choose,
    Compare,
    Const,
    DateIn,
    Expr,
    Given,
    Increase,
    InList,
    InPeriods,
    LayerPay,
    Not,
    Or,
    Parameter,
    Ref,
    Round,
    Scale,
    Subtract,
    Total,
    money,
    ratio,
)
from hmbc.dsl.types import Bool, Code, Date, Int, Money, Period, Ratio

AMOUNT = Attribute("claim", "amount", Money())
PAID_BEFORE = Attribute("claim", "paid_before", Money())
DRUG = Attribute("claim", "drug", Code("claim.drug"))
REFERRAL = Attribute("claim", "referral", Code("claim.referral"))
DAY = Attribute("claim", "date", Date())
GIVEN = Given("claim", "paid_before")

ILL: dict[str, Expr] = {
    "money and ratio": Add(AMOUNT, ratio(1)),
    "money times money": Scale(AMOUNT, AMOUNT),
    "Ref of what is not there": Ref("nothing"),
    "itself": Ref("value"),
    "attribute of another type": Attribute("claim", "amount", Int()),
    "unknown attribute": Attribute("claim", "colour", Int()),
    "unknown parameter": Parameter("nothing", Money()),
    "unknown list": InList(DRUG, "nothing"),
    "unknown accumulator": Total("nothing"),
    "total before its accumulator": Total("later"),
    "a layer's pay": LayerPay("a"),
    "constant of another type": Const(True, Money()),
    "fraction as int": Const(Fraction(1), Int()),
    "condition of money": Choose(AMOUNT, money(1), money(2)),
    "two kinds in a choice": Choose(TRUE, money(1), ratio(1)),
    "order of truths": Compare("<", TRUE, FALSE),
    "a value of two attributes' codes": Compare(
        "==", Choose(Given("claim", "referral"), REFERRAL, DRUG), DRUG
    ),
    "literal code as a value": Compare(
        "==", Choose(TRUE, Const("D1", Code("")), DRUG), Const("", Code(""))
    ),
    "literal code beside a choice": Compare(
        "==", Const("D1", Code("")), Choose(TRUE, DRUG, REFERRAL)
    ),
    "a choice beside a literal code": Compare(
        "==", Choose(TRUE, DRUG, DRUG), Const("D1", Code(""))
    ),
    "rounding of a ratio": Round(ratio(Fraction(1, 3)), "up", 1),
    "rounding to 0": Round(AMOUNT, "up", 0),
    "29 February": DateIn(Const(2024, Int()), 2, 29),
    "periods of a claim": InPeriods(DAY, "claim", "amount"),
    "optional read": PAID_BEFORE,
    "optional read under another guard": Choose(Given("claim", "referral"), PAID_BEFORE, AMOUNT),
    "optional read where absent": Choose(GIVEN, AMOUNT, PAID_BEFORE),
    "optional read after or": Or(GIVEN, Compare(">", PAID_BEFORE, money(0))),
    "optional read after either": Choose(Or(GIVEN, TRUE), PAID_BEFORE, AMOUNT),
    "increase in increase": Increase(Add(Total("sum"), Increase(Total("sum")))),
    "increase of what depends on a total": Increase(Ref("of_total")),
    "increase of what depends on it by another": Increase(Ref("of_of_total")),
    "increase of a truth": Increase(TRUE),
}
WELL: dict[str, Expr] = {
    "guard": Choose(GIVEN, PAID_BEFORE, AMOUNT),
    "guard turned round": Choose(Not(GIVEN), AMOUNT, PAID_BEFORE),
    "guard by and": And(GIVEN, Compare(">", PAID_BEFORE, money(0))),
    "guard by or": Or(Not(GIVEN), Compare(">", PAID_BEFORE, money(0))),
    "guard by a definition": Choose(Ref("is_given"), PAID_BEFORE, AMOUNT),
    "guard by either": Choose(Or(GIVEN, And(TRUE, GIVEN)), PAID_BEFORE, AMOUNT),
    "read ahead": Before("later"),
    "increase of data": Increase(Add(Total("sum"), Ref("plain"))),
    "increase beside a value of this row": Increase(Subtract(Total("sum"), Ref("of_total"))),
    "literal code": Compare("==", DRUG, Const("D1", Code(""))),
    "a code or none": Compare("==", Choose(TRUE, DRUG, Const("", Code(""))), DRUG),
}


def around(make: SimpleNamespace, expr: Expr) -> Kernel:
    return evolve(
        make.kernel(),
        items=(
            make.define("is_given", GIVEN),
            make.define("plain", AMOUNT),
            make.accumulate("sum", AMOUNT, ceiling=10**9),
            make.define("of_total", Total("sum")),
            make.define("of_of_total", Ref("of_total")),
            make.define("value", expr),
            make.accumulate("later", AMOUNT, make.year, ceiling=10**9),
        ),
    )


@pytest.mark.parametrize("name", ILL)
def test_it_turns_down(name: str, make: SimpleNamespace) -> None:
    with pytest.raises(KernelError):
        check_kernel(around(make, ILL[name]))


@pytest.mark.parametrize("name", WELL)
def test_it_accepts(name: str, make: SimpleNamespace) -> None:
    check_kernel(around(make, WELL[name]))


def accumulators(make: SimpleNamespace) -> dict[str, list[Any]]:
    accumulate, year = make.accumulate, make.year
    return {
        "five keys": [accumulate("a", AMOUNT, *[year] * 5)],
        "keyed by nothing": [accumulate("a", AMOUNT, sequential=False)],
        "a sequential code": [accumulate("a", AMOUNT, DRUG)],
        "a sequential enum": [accumulate("a", AMOUNT, make.attribute("care"))],
        "keyed by money": [accumulate("a", AMOUNT, AMOUNT, sequential=False)],
        "its own total": [accumulate("a", Total("a"))],
        "a key of its own total": [
            accumulate("a", AMOUNT, Choose(Compare(">", Before("a"), money(0)), year, year))
        ],
        "a key read too late": [
            make.define("early", Before("a")),
            make.define("year", year),
            accumulate("a", AMOUNT, Ref("year")),
        ],
        "dates": [accumulate("a", DAY)],
        "two of a name": [accumulate("a", AMOUNT), make.define("a", AMOUNT)],
        "no bound": [accumulate("a", AMOUNT, DRUG, sequential=False, bound=0)],
        "keyed by a literal code": [
            accumulate("a", AMOUNT, Const("D1", Code("")), sequential=False)
        ],
    }


@pytest.mark.parametrize("name", accumulators(SimpleNamespace(
    accumulate=lambda *_, **__: None, define=lambda *_: None, attribute=lambda _: None, year=None
)))  # fmt: skip
def test_it_turns_down_accumulators(name: str, make: SimpleNamespace) -> None:
    with pytest.raises(KernelError):
        check_kernel(evolve(make.kernel(), items=tuple(accumulators(make)[name])))


def kernels(make: SimpleNamespace) -> dict[str, Callable[[Kernel], Kernel]]:
    def outcome(pay: str, *reasons: tuple[str, Expr]) -> Callable[[Kernel], Kernel]:
        return lambda kernel: evolve(
            kernel, outcomes=(Outcome(layer="a", pay=pay, reasons=reasons),)
        )

    def reject(when: Expr) -> Callable[[Kernel], Kernel]:
        return lambda kernel: evolve(kernel, rejects=(Reject(name="no", zh="", en="", when=when),))

    def given(**more: Any) -> Callable[[Kernel], Kernel]:
        return lambda kernel: evolve(
            kernel, inputs=(*kernel.inputs, Input(owner="claim", name="more", **more))
        )

    def due(start: str = "date", when: Expr = TRUE) -> Callable[[Kernel], Kernel]:
        one = Deadline(name="soon", start=start, days=3, calendar=None, when=when)
        return lambda kernel: evolve(kernel, deadlines=(one,))

    return {
        "pays nothing that is there": outcome("nothing", ("paid", TRUE)),
        "pays a truth": outcome("is_given", ("paid", TRUE)),
        "pays thirds": outcome("thirds", ("paid", TRUE)),
        "gives no reason": outcome("plain"),
        "may give no reason": outcome("plain", ("paid", GIVEN)),
        "gives an unknown reason": outcome("plain", ("because", TRUE)),
        "gives money as a condition": outcome("plain", ("paid", AMOUNT), ("paid", TRUE)),
        "rejects by a total": reject(Compare(">", Total("sum"), money(0))),
        "rejects by a definition": reject(Ref("is_given")),
        "rejects by money": reject(AMOUNT),
        "has money without a domain": given(type=Money()),
        "has an empty domain": given(type=Money(), low=2, high=1),
        "has two of a name": given(type=Bool()),
        "has labels of no values": given(type=Ratio(), low=0, high=1, value_labels=("a",)),
        "has a period": given(type=Period()),
        "has a parameter of codes": lambda kernel: evolve(
            kernel, parameters=(ParameterInput(name="p", type=Code("p"), low=None, high=None),)
        ),
        "has more rejects than there is room for": lambda kernel: evolve(
            kernel,
            rejects=tuple(
                Reject(name=str(number), zh="", en="", when=FALSE)
                for number in range(MOST_REJECTS + 1)
            ),
        ),
        "has more reasons than there is room for": lambda kernel: evolve(
            kernel,
            reasons=tuple(
                Reason(code=str(number), label="", rank=1) for number in range(MOST_REASONS + 1)
            ),
        ),
        "has a deadline from money": due(start="amount"),
        "has a deadline from nothing": due(start="nothing"),
        "has a deadline on a condition of money": due(when=AMOUNT),
        "decides by money": lambda kernel: evolve(kernel, date="amount"),
    }  # fmt: skip


@pytest.mark.parametrize("name", kernels(SimpleNamespace()))
def test_it_turns_down_a_kernel_that(name: str, make: SimpleNamespace) -> None:
    kernel = evolve(
        make.kernel(),
        items=(
            make.define("is_given", GIVEN),
            make.define("plain", AMOUNT),
            make.define("thirds", Scale(AMOUNT, ratio(Fraction(1, 3)))),
            make.accumulate("sum", AMOUNT, ceiling=10**9),
        ),
    )
    check_kernel(kernel)
    changed = kernels(make)[name](kernel)
    if name == "has two of a name":
        changed = evolve(changed, inputs=(*changed.inputs, changed.inputs[-1]))
    with pytest.raises(KernelError):
        check_kernel(changed)


def test_a_unit_is_a_code_of_members_and_claims_do_not_vary(make: SimpleNamespace) -> None:
    household = Input(owner="member", name="household", type=Code("member.household"), varies=True)
    kernel = make.kernel(unit="household", inputs=(*make.declared, household))
    check_kernel(kernel)
    for unit in ("birth", "drug", "nothing"):
        with pytest.raises(KernelError, match=f"the unit member.{unit} is no code"):
            check_kernel(evolve(kernel, unit=unit))
    claims = evolve(household, owner="claim")
    with pytest.raises(KernelError, match="claim.household varies"):
        check_kernel(evolve(kernel, unit=None, inputs=(*make.declared, claims)))
