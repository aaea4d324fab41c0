"""The type of every kernel expression, worked out again from what it reads.

Lowering makes well-typed expressions; this is the check that it does. Raises KernelError.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import assert_never

from attrs import evolve, frozen

from hmbc.compiler.kernel import Accumulator, Definition, Input, Kernel
from hmbc.compiler.kernel_error import KernelError
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
from hmbc.dsl.types import (
    Bool,
    Code,
    Date,
    Days,
    Enum,
    Int,
    Money,
    Periods,
    Ratio,
    Type,
    Unknown,
)

NUMBERS = (Money, Ratio, Int, Days)
ORDERED = (*NUMBERS, Date)
KEYS = (Int, Days, Date, Enum, Bool, Code)


@frozen(kw_only=True)
class Names:
    """The types of all that a kernel's expressions refer to; `Unknown` while being worked out."""

    inputs: Mapping[tuple[str, str], Input]
    parameters: Mapping[str, Type]
    lists: frozenset[str]
    definitions: Mapping[str, Type]
    accumulators: Mapping[str, Type]


def names_of(kernel: Kernel) -> Names:
    """The types of a kernel's definitions and accumulators. Raises KernelError where one has none.

    An accumulator may be read (`Before`) ahead of its own definition, even by itself, so the types
    settle in a few rounds.
    """
    names = Names(
        inputs={(i.owner, i.name): i for i in kernel.inputs},
        parameters={p.name: p.type for p in kernel.parameters},
        lists=frozenset(entry.name for entry in kernel.lists),
        definitions={i.name: Unknown() for i in kernel.items if isinstance(i, Definition)},
        accumulators={i.name: Unknown() for i in kernel.items if isinstance(i, Accumulator)},
    )
    for _ in range(len(kernel.items) + 1):
        found = names
        for item in kernel.items:
            match item:
                case Definition():
                    kind = type_of(item.expr, found)
                    found = evolve(found, definitions={**found.definitions, item.name: kind})
                case Accumulator():
                    kind = type_of(item.adds, found)
                    found = evolve(found, accumulators={**found.accumulators, item.name: kind})
                case _:
                    assert_never(item)
        if found == names:
            break
        names = found
    for name, kind in (*names.definitions.items(), *names.accumulators.items()):
        if isinstance(kind, Unknown):
            raise KernelError(f"the type of {name} cannot be worked out")
    return names


def type_of(expr: Expr, names: Names) -> Type:
    """The type of an expression. Raises KernelError if it has none."""
    match expr:
        case Const():
            return _const(expr)
        case Attribute(owner=owner, name=name, type=kind):
            declared = _input(owner, name, names)
            if isinstance(kind, Code):
                kind = Code(f"{owner}.{name}")
            if isinstance(declared.type, Code) != isinstance(kind, Code) or not (
                isinstance(kind, Code) or declared.type == kind
            ):
                raise KernelError(f"{owner}.{name} is {declared.type}, read as {kind}")
            return kind
        case Given(owner=owner, name=name):
            _input(owner, name, names)
            return Bool()
        case Parameter(name=name, type=kind):
            if names.parameters.get(name) != kind:
                raise KernelError(f"no parameter {name} of type {kind}")
            return kind
        case LayerPay(layer=layer):
            raise KernelError(f"LayerPay of {layer} should have become a Ref")
        case Add(left=left, right=right):
            first, second = type_of(left, names), type_of(right, names)
            if isinstance(first, Date) and isinstance(second, Days | Unknown):
                return Date()
            return _same(expr, first, second, NUMBERS)
        case Subtract(left=left, right=right):
            first, second = type_of(left, names), type_of(right, names)
            if isinstance(first, Date):
                if isinstance(second, Days):
                    return Date()
                if isinstance(second, Unknown):  # a total that reads itself: not settled yet
                    return second
                _same(expr, first, second, (Date,))
                return Days()
            if isinstance(first, Unknown) and isinstance(second, Date):
                return Days()
            return _same(expr, first, second, NUMBERS)
        case Scale(amount=amount, by=by):
            first = _one_of(expr, type_of(amount, names), (Money, Ratio, Int))
            second = _one_of(expr, type_of(by, names), (Ratio, Int, Days))
            return Ratio() if isinstance(first, Int) and isinstance(second, Ratio) else first
        case Min(left=left, right=right) | Max(left=left, right=right):
            return _same(expr, type_of(left, names), type_of(right, names), ORDERED)
        case Share(amount=amount, part=part, whole=whole):
            _one_of(expr, type_of(amount, names), (Money,))
            _same(expr, type_of(part, names), type_of(whole, names), NUMBERS)
            return Money()
        case Compare(op=op, left=left, right=right):
            first, second = type_of(left, names), type_of(right, names)
            equality = op in ("==", "!=")
            if equality and isinstance(first, Code) and isinstance(second, Code):
                return Bool()
            any_type = (*ORDERED, Bool, Enum, Code)
            _same(expr, first, second, any_type if equality else ORDERED)
            return Bool()
        case And(left=left, right=right) | Or(left=left, right=right):
            return _same(expr, type_of(left, names), type_of(right, names), (Bool,))
        case Not(of=of):
            return _one_of(expr, type_of(of, names), (Bool,))
        case Choose(when=when, then=then, otherwise=otherwise):
            _one_of(expr, type_of(when, names), (Bool,))
            any_type = (*ORDERED, Bool, Enum, Code)
            return _same(expr, type_of(then, names), type_of(otherwise, names), any_type)
        case InList(code=code, list_name=list_name):
            _one_of(expr, type_of(code, names), (Code,))
            if list_name not in names.lists:
                raise KernelError(f"no list {list_name}")
            return Bool()
        case InPeriods(date=date, owner=owner, name=name):
            _one_of(expr, type_of(date, names), (Date,))
            if not isinstance(_input(owner, name, names).type, Periods) or owner != "member":
                raise KernelError(f"{owner}.{name} holds no periods of a member")
            return Bool()
        case YearOf(date=date) | MonthOf(date=date):
            _one_of(expr, type_of(date, names), (Date,))
            return Int()
        case DateIn(year=year):
            _one_of(expr, type_of(year, names), (Int,))
            return Date()
        case AddMonths(date=date, months=months):
            _one_of(expr, type_of(months, names), (Int,))
            return _one_of(expr, type_of(date, names), (Date,))
        case AgeAt(birth=birth, date=date):
            _same(expr, type_of(birth, names), type_of(date, names), (Date,))
            return Int()
        case Ref(name=name):
            return _named(name, names.definitions)
        case Total(accumulator=name) | Before(accumulator=name):
            return _named(name, names.accumulators)
        case Increase(of=of):
            return _one_of(expr, type_of(of, names), NUMBERS)
        case Round(amount=amount):
            return _one_of(expr, type_of(amount, names), (Money,))
        case _:
            assert_never(expr)


def _const(const: Const) -> Type:
    value, kind = const.value, const.type
    match kind:
        case Money() | Ratio():
            fits = isinstance(value, Fraction)
        case Int() | Days() | Date():
            fits = isinstance(value, int) and not isinstance(value, bool)
        case Bool():
            fits = isinstance(value, bool)
        case Enum(values=values):
            fits = value in values
        case Code():
            fits, kind = isinstance(value, str), Code("")
        case _:
            fits = False
    if not fits:
        raise KernelError(f"{value!r} is no constant of type {kind}")
    return kind


def _input(owner: str, name: str, names: Names) -> Input:
    if (owner, name) not in names.inputs:
        raise KernelError(f"no input {owner}.{name}")
    return names.inputs[owner, name]


def _named(name: str, types: Mapping[str, Type]) -> Type:
    if name not in types:
        raise KernelError(f"nothing is called {name}")
    return types[name]


def _one_of(expr: Expr, kind: Type, allowed: tuple[type[Type], ...]) -> Type:
    if not isinstance(kind, (*allowed, Unknown)):
        raise KernelError(f"{type(expr).__name__} of {kind}")
    return kind


def _same(expr: Expr, first: Type, second: Type, allowed: tuple[type[Type], ...]) -> Type:
    """The common type. Codes of two attributes have none: they can be compared, but no value is of
    both."""
    if isinstance(first, Code) and isinstance(second, Code) and "" in (first.name, second.name):
        first = second = Code(first.name or second.name)
    if isinstance(first, Unknown):
        first = second
    if isinstance(second, Unknown):
        second = first
    if first != second:
        raise KernelError(f"{type(expr).__name__} of {first} and {second}")
    return _one_of(expr, first, allowed)
