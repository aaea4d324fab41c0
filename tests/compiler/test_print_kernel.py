"""The text of a kernel."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import pytest

from hmbc.compiler.kernel import Clause, Definition, Input
from hmbc.compiler.print_kernel import print_expr, print_kernel
from hmbc.dsl.expr import (
    FALSE,
    TRUE,
    Add,
    And,
    Attribute,
    Compare,
    Const,
    Expr,
    Given,
    Increase,
    Max,
    Not,
    Or,
    Ref,
    Round,
    Scale,
    Subtract,
    Total,
    money,
    ratio,
)
from hmbc.dsl.types import Code, Date, Days, Money

A, B, C = Ref("a"), Ref("b"), Ref("c")


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (money(2_000_000), "20000.00"),
        (money(-5), "-0.05"),
        (money(Fraction(1, 3)), "1/300"),
        (ratio(Fraction(3, 4)), "75%"),
        (ratio(Fraction(1, 3)), "100/3%"),
        (Const(19_417, Date()), "2023-03-01"),
        (Const(30, Days()), "30 days"),
        (Const('"\n', Code("")), r'"\"\n"'),
        (TRUE, "true"),
        (Subtract(A, Add(B, C)), "a - (b + c)"),
        (Add(Subtract(A, B), C), "a - b + c"),
        (Scale(Add(A, B), ratio(1)), "(a + b) * 100%"),
        (And(Or(TRUE, FALSE), Not(Given("claim", "x"))), "(true or false) and not given claim.x"),
        (Not(And(TRUE, FALSE)), "not (true and false)"),
        (Compare("<=", A, Add(B, C)), "a <= b + c"),
        (Ref("自付 额"), '"自付 额"'),
        (Ref("住院.excess"), "住院.excess"),
        (Round(A, "half_up", 1), "round(a, half_up)"),
        (Round(A, "up", 100), "round(a, up, 1.00)"),
        (
            Increase(Max(money(0), Subtract(Total("inpatient.spent"), money(2_000_000)))),
            "increase max(0.00, total inpatient.spent - 20000.00)",
        ),
        (Increase(Subtract(Total("s"), A)), "increase (total s - a)"),
    ],
)
def test_expressions_read_like_arithmetic(expr: Expr, text: str) -> None:
    assert print_expr(expr) == text


def test_a_definition_is_a_line_with_its_citation(make: SimpleNamespace) -> None:
    item = Definition(
        name="inpatient.base",
        expr=Attribute("claim", "amount", Money()),
        role="base",
        layer="inpatient",
        clause=Clause(cites=("ZZ-07", "ZZ-08")),
    )
    total = make.accumulate("spent", Ref("inpatient.base"), make.year)
    lines = print_kernel(make.kernel(item, total)).splitlines()
    assert "inpatient.base = claim.amount [base inpatient]  # ZZ-07, ZZ-08" in lines
    assert (
        "spent = accumulate inpatient.base per year(claim.date, 01-01) sequential "
        "ceiling 1000000000000000 [total]" in lines
    )


def test_a_wider_unit_and_what_varies(make: SimpleNamespace) -> None:
    household = Input(owner="member", name="household", type=Code("member.household"), varies=True)
    kernel = make.kernel(unit="household", inputs=(*make.declared, household))
    lines = print_kernel(kernel).splitlines()
    assert "unit member.household" in lines
    assert "input member.household: code varies" in lines
    assert not any(line.startswith("unit") for line in print_kernel(make.kernel()).splitlines())
