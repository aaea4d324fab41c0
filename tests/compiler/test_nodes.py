"""What every kind of node means, in the interpreter and in a compiled evaluator."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from hmbc.compiler.build import build, load
from hmbc.compiler.check_kernel import check_kernel
from hmbc.compiler.emit_cython import emit_cython
from hmbc.compiler.interpret import Interpreter
from hmbc.dsl.expr import (
    Add,
    AgeAt,
    And,
    Attribute,
    Choose,
    Compare,
    Const,
    DateIn,
    Expr,
    Given,
    InList,
    InPeriods,
    Max,
    Min,
    MonthOf,
    Not,
    Or,
    Parameter,
    Round,
    Scale,
    Share,
    Subtract,
    YearOf,
    money,
    ratio,
)
from hmbc.dsl.types import Bool, Code, Date, Days, Enum, Int, Money, Ratio
from hmbc.runtime.plan import Plan

CLAIM = {
    "date": 19_417,  # 2023-03-01
    "amount": 12_345,
    "refund": -250,
    "count": 7,
    "share": Fraction(1, 4),
    "care": "outpatient",
    "drug": "D1",
    "accident": True,
    "referral": "",
}
MEMBER = {"birth": 11_016, "poor": False, "suspended": ((19_000, 19_100), (19_417, 19_417))}
PARAMETERS = {"line": 500, "top_up": Fraction(1, 10)}
LISTS = {"outside": ("D2",)}

AMOUNT = Attribute("claim", "amount", Money())
REFUND = Attribute("claim", "refund", Money())
COUNT = Attribute("claim", "count", Int())
DAY = Attribute("claim", "date", Date())
BIRTH = Attribute("member", "birth", Date())
DRUG = Attribute("claim", "drug", Code("claim.drug"))
REFERRAL = Attribute("claim", "referral", Code("claim.referral"))
CARE = Attribute("claim", "care", Enum("claim.care", ("inpatient", "outpatient", "chronic")))
PAID_BEFORE = Attribute("claim", "paid_before", Money())
YES, NO = Const(True, Bool()), Const(False, Bool())


def day(number: int) -> Const:
    return Const(number, Date())


def whole(number: int) -> Const:
    return Const(number, Int())


def code(text: str) -> Const:
    return Const(text, Code(""))


HALF, THIRD = Scale(AMOUNT, ratio(Fraction(1, 2))), ratio(Fraction(1, 3))  # 6172.5
MINUS_HALF = Scale(Subtract(money(0), AMOUNT), ratio(Fraction(1, 2)))

NUMBERS: dict[str, tuple[Expr, int | Fraction]] = {
    "const money": (money(Fraction(7, 2)), Fraction(7, 2)),
    "attribute": (AMOUNT, 12_345),
    "negative attribute": (REFUND, -250),
    "ratio attribute": (Attribute("claim", "share", Ratio()), Fraction(1, 4)),
    "parameter": (Parameter("line", Money()), 500),
    "ratio parameter": (Parameter("top_up", Ratio()), Fraction(1, 10)),
    "add": (Add(HALF, Scale(REFUND, THIRD)), Fraction(12_345, 2) - Fraction(250, 3)),
    "add days": (Add(DAY, Const(30, Days())), 19_447),
    "subtract": (Subtract(AMOUNT, money(20_000)), -7_655),
    "subtract days": (Subtract(DAY, Const(1, Days())), 19_416),
    "days between": (Subtract(DAY, BIRTH), 8_401),
    "scale": (Scale(AMOUNT, THIRD), 4_115),
    "scale by data": (Scale(AMOUNT, Attribute("claim", "share", Ratio())), Fraction(12_345, 4)),
    "scale by a count": (Scale(AMOUNT, COUNT), 86_415),
    "scale a ratio": (Scale(ratio(Fraction(1, 20)), COUNT), Fraction(7, 20)),
    "scale a count": (Scale(COUNT, THIRD), Fraction(7, 3)),
    "min": (Min(HALF, money(6_173)), Fraction(12_345, 2)),
    "max": (Max(HALF, money(6_173)), 6_173),
    "share": (Share(money(100), money(1), money(3), "half_up"), 33),
    "share up": (Share(money(100), money(1), money(3), "up"), 34),
    "share of all": (Share(AMOUNT, money(5), money(3), "half_up"), 12_345),
    "share of less than nothing": (Share(AMOUNT, REFUND, money(3), "half_up"), 0),
    "share by 0": (Share(AMOUNT, money(1), money(0), "half_up"), 0),
    "share of a refund": (Share(REFUND, money(1), money(4), "half_up"), -63),
    "choose": (Choose(Compare("<", AMOUNT, money(1)), AMOUNT, HALF), Fraction(12_345, 2)),
    "choose given": (Choose(Given("claim", "paid_before"), PAID_BEFORE, money(9)), 9),
    "year": (YearOf(DAY, 3, 1), 2023),
    "year before its first day": (YearOf(DAY, 3, 2), 2022),
    "date in": (DateIn(YearOf(DAY, 1, 1), 12, 31), 19_722),
    "month": (MonthOf(DAY), 2023 * 12 + 2),
    "month before 1970": (MonthOf(day(-1)), 1969 * 12 + 11),
    "age": (AgeAt(BIRTH, DAY), 23),  # born 2000-02-29
    "age on 28 February": (AgeAt(BIRTH, day(19_416)), 22),
    "age before birth": (AgeAt(DAY, BIRTH), 0),
    "half up": (Round(HALF, "half_up", 1), 6_173),
    "half up below 0": (Round(MINUS_HALF, "half_up", 1), -6_173),
    "half even": (Round(HALF, "half_even", 1), 6_172),
    "half even below 0": (Round(MINUS_HALF, "half_even", 1), -6_172),
    "up": (Round(Scale(AMOUNT, ratio(Fraction(1, 10**4))), "up", 1), 2),
    "up below 0": (Round(MINUS_HALF, "up", 1), -6_173),
    "down": (Round(HALF, "down", 1), 6_172),
    "down below 0": (Round(MINUS_HALF, "down", 1), -6_172),
    "to hundreds": (Round(AMOUNT, "half_up", 100), 12_300),
    "to hundreds up": (Round(AMOUNT, "up", 100), 12_400),
}
CONDITIONS: dict[str, tuple[Expr, bool]] = {
    "const": (YES, True),
    "attribute": (Attribute("claim", "accident", Bool()), True),
    "member": (Attribute("member", "poor", Bool()), False),
    "given": (Given("claim", "referral"), True),
    "not given": (Given("member", "enrolled"), False),
    "always given": (Given("claim", "amount"), True),
    "less": (Compare("<", HALF, money(6_173)), True),
    "not less": (Compare("<", AMOUNT, AMOUNT), False),
    "at most": (Compare("<=", AMOUNT, AMOUNT), True),
    "more": (Compare(">", day(0), BIRTH), False),
    "at least": (Compare(">=", COUNT, whole(7)), True),
    "equal": (Compare("==", HALF, money(Fraction(12_345, 2))), True),
    "unequal": (Compare("!=", CARE, Const("chronic", CARE.type)), True),
    "enum": (Compare("==", CARE, Const("outpatient", CARE.type)), True),
    "bool": (Compare("==", Attribute("claim", "accident", Bool()), NO), False),
    "code": (Compare("==", DRUG, code("D1")), True),
    "other code": (Compare("!=", code("D2"), DRUG), True),
    "some code": (Compare("!=", DRUG, code("")), True),
    "no code": (And(Given("claim", "referral"), Compare("==", REFERRAL, code(""))), True),
    "no code in list": (And(Given("claim", "referral"), InList(REFERRAL, "special")), False),
    "and": (And(YES, NO), False),
    "or": (Or(NO, YES), True),
    "not": (Not(NO), True),
    "in list": (InList(DRUG, "special"), True),
    "in external list": (InList(DRUG, "outside"), False),
    "in periods": (InPeriods(DAY, "member", "suspended"), True),
    "at the end of a period": (InPeriods(day(19_100), "member", "suspended"), True),
    "after a period": (InPeriods(day(19_101), "member", "suspended"), False),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_the_interpreter_computes(name: str, make: SimpleNamespace) -> None:
    expr, expected = NUMBERS[name]
    kernel = make.kernel(make.define("value", expr))
    check_kernel(kernel)
    step = Interpreter(kernel, PARAMETERS, LISTS).run([CLAIM], MEMBER)[0]
    assert step.trace["value"] == expected


@pytest.mark.parametrize("name", CONDITIONS)
def test_the_interpreter_decides(name: str, make: SimpleNamespace) -> None:
    expr, expected = CONDITIONS[name]
    kernel = make.kernel(make.define("value", expr))
    check_kernel(kernel)
    step = Interpreter(kernel, PARAMETERS, LISTS).run([CLAIM], MEMBER)[0]
    assert step.trace["value"] is expected


def test_compiled_code_computes_the_same(
    make: SimpleNamespace, host: Callable[[Plan, object], Any]
) -> None:
    kind = {name: Compare("==", *_alike(*pair)) for name, pair in NUMBERS.items()}
    kind |= {
        f"is {name}": expr if expected else Not(expr)
        for name, (expr, expected) in CONDITIONS.items()
    }
    items = [
        make.define(name, Choose(expr, money(1), money(0)), "pay") for name, expr in kind.items()
    ]
    kernel = make.kernel(*items, pays={name: name for name in kind})
    module = load(build(emit_cython(kernel), "nodes"), "nodes")
    got = host(Plan.from_json(module.PLAN), module.entry())
    result = got.adjudicate([CLAIM], MEMBER, PARAMETERS, LISTS)
    assert [name for name, pay in zip(kind, result.pays[0], strict=True) if pay != 1] == []


def _alike(expr: Expr, expected: int | Fraction) -> tuple[Expr, Expr]:
    """The expression and the expected value as a constant of its type."""
    match expr:
        case DateIn() | Add(left=Attribute(type=Date())):
            return expr, day(int(expected))
        case Subtract(left=Attribute(type=Date()), right=right):
            is_date = isinstance(right, Const)
            return expr, day(int(expected)) if is_date else Const(int(expected), Days())
        case YearOf() | MonthOf() | AgeAt():
            return expr, whole(int(expected))
        case Attribute(type=Ratio()) | Parameter(type=Ratio()) | Scale(amount=Const(type=Ratio())):
            return expr, ratio(Fraction(expected))
        case Scale(amount=Attribute(type=Int())):
            return expr, ratio(Fraction(expected))
        case _:
            return expr, money(expected)


def test_a_choice_reads_only_what_it_chooses(make: SimpleNamespace) -> None:
    care = make.attribute("accident")
    kernel = make.kernel(
        make.define("value", Choose(care, AMOUNT, REFUND)),
        make.define("both", And(Not(care), make.attribute("poor"))),
        make.define("either", Or(care, make.attribute("poor"))),
    )
    claim = {"date": 19_417, "amount": 1, "accident": True}
    step = Interpreter(kernel).run([claim], {})[0]
    assert step.trace == {"value": 1, "both": False, "either": True}
    other = Interpreter(kernel).run([{**claim, "accident": False}], {})[0]
    assert str(other.missing["value"]) == "claim.refund is missing"


def test_what_is_not_there_is_named(make: SimpleNamespace) -> None:
    for expr, name in (
        (Parameter("line", Money()), "parameter.line"),
        (InPeriods(DAY, "member", "suspended"), "member.suspended"),
        (PAID_BEFORE, "claim.paid_before"),
    ):
        kernel = make.kernel(make.define("value", expr))
        step = Interpreter(kernel).run([{"date": 19_417}], {})[0]
        assert str(step.missing["value"]) == f"{name} is missing"
