"""Going through the nodes of an expression."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.dsl.expr import (
    Add,
    AddMonths,
    AgeAt,
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
    Max,
    Min,
    MonthOf,
    Not,
    Or,
    Parameter,
    Ref,
    Round,
    Scale,
    Share,
    Subtract,
    Total,
    YearOf,
)


def children(expr: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside this one, in reading order."""
    match expr:
        case Const() | Attribute() | Given() | Parameter() | LayerPay():
            return ()
        case Ref() | Total() | Before():
            return ()
        case (
            Add(left=left, right=right)
            | Subtract(left=left, right=right)
            | Min(left=left, right=right)
            | Max(left=left, right=right)
            | Compare(left=left, right=right)
            | And(left=left, right=right)
            | Or(left=left, right=right)
        ):
            return (left, right)
        case Scale(amount=amount, by=by):
            return (amount, by)
        case Share(amount=amount, part=part, whole=whole):
            return (amount, part, whole)
        case Not(of=of) | Increase(of=of):
            return (of,)
        case Choose(when=when, then=then, otherwise=otherwise):
            return (when, then, otherwise)
        case InList(code=code):
            return (code,)
        case InPeriods(date=date) | YearOf(date=date) | MonthOf(date=date):
            return (date,)
        case DateIn(year=year):
            return (year,)
        case AddMonths(date=date, months=months):
            return (date, months)
        case AgeAt(birth=birth, date=date):
            return (birth, date)
        case Round(amount=amount):
            return (amount,)
        case _:
            assert_never(expr)


def walk(expr: Expr) -> Iterator[Expr]:
    """This expression and all inside it, each before what it holds."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def reads_totals(expr: Expr) -> bool:
    """Whether the expression itself, not what it refers to, reads an accumulator's `Total`."""
    return any(isinstance(node, Total) for node in walk(expr))


def expressions(kernel: Kernel) -> Iterator[Expr]:
    """Every expression that a row evaluates, in the order of evaluation."""
    for reject in kernel.rejects:
        yield reject.when
    for item in kernel.items:
        match item:
            case Definition():
                yield item.expr
            case Accumulator():
                yield from item.keys
                yield item.adds
            case _:
                assert_never(item)
    for outcome in kernel.outcomes:
        for _, when in outcome.reasons:
            yield when
