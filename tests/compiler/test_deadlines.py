"""Deadlines of a kernel become programs for a stack; what such a program cannot say is refused."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import pytest
from attrs import evolve

from hmbc.compiler.deadlines import deadline_plans
from hmbc.compiler.kernel import Deadline
from hmbc.compiler.kernel_error import KernelError
from hmbc.dsl import expr as e
from hmbc.dsl.types import Code, Enum, Int, Money, Ratio

AMOUNT = e.Attribute("claim", "amount", Money())
CARE = Enum("claim.care", ("inpatient", "outpatient", "chronic"))


def program(make: SimpleNamespace, when: e.Expr) -> tuple[str, ...]:
    due = Deadline(name="soon", start="date", days=3, when=when)
    (plan,) = deadline_plans(evolve(make.kernel(), deadlines=(due,)))
    return plan.when


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (e.TRUE, ("#1",)),
        (e.Not(e.Given("claim", "paid_before")), ("?8", "not")),
        (
            e.Or(
                e.Compare(">", AMOUNT, e.money(500)),
                e.Compare("==", e.Attribute("claim", "care", CARE), e.Const("chronic", CARE)),
            ),
            ("@1", "#500", ">", "@5", "#2", "==", "or"),
        ),
        (
            e.And(
                e.Compare("<", e.Attribute("claim", "share", Ratio()), e.ratio(Fraction(1, 4))),
                e.Compare("!=", e.Attribute("claim", "count", Int()), e.Const(-2, Int())),
            ),
            ("@4", "#250000", "<", "@3", "#-2", "!=", "and"),
        ),
    ],
)
def test_a_condition_becomes_a_program(
    make: SimpleNamespace, when: e.Expr, words: tuple[str, ...]
) -> None:
    assert program(make, when) == words


@pytest.mark.parametrize(
    ("when", "why"),
    [
        (e.Compare(">", e.Add(AMOUNT, AMOUNT), e.money(1)), "reads Add"),
        (e.Compare("==", e.Attribute("member", "birth", Int()), e.Const(1, Int())), "reads Attr"),
        (
            e.Compare("==", e.Attribute("claim", "drug", Code("d")), e.Const("D1", Code("d"))),
            "reads the code D1",
        ),
        (e.Compare(">", AMOUNT, e.money(Fraction(1, 2))), "compares with 1/2"),
    ],
)
def test_a_condition_of_another_form_is_refused(
    make: SimpleNamespace, when: e.Expr, why: str
) -> None:
    with pytest.raises(KernelError, match=why):
        program(make, when)
