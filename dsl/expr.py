"""Checked expressions: what the type checker makes of the author's, and the kernel is made of.

Every node is well-typed by construction and names what it reads; no node keeps a name that still
has to be looked up. Amounts are exact: money counts minor units, as an integer or, between a ratio
and a rounding, as a fraction.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Literal, get_args

import attrs
from attrs import frozen

from hmbc.dsl.types import Bool, Money, Ratio, Type

Owner = Literal["claim", "member"]
Comparison = Literal["<", "<=", ">", ">=", "==", "!="]
LayerAmount = Literal["pay", "uncapped", "excess", "base"]
RoundingMode = Literal["half_up", "half_even", "up", "down"]
MonthEnd = Literal["last_day", "next_day"]


@frozen(cache_hash=True)
class Const:
    """A literal: Money and Ratio as Fraction, Int, Days and Date (days since 1970-01-01) as int,
    Bool as bool, Enum and Code as text (`""`: no code)."""

    value: Fraction | int | bool | str
    type: Type


@frozen(cache_hash=True)
class Attribute:
    """A value of this claim or its member. An optional one is read only where it is given."""

    owner: Owner
    name: str
    type: Type


@frozen(cache_hash=True)
class Given:
    """Whether an optional attribute has a value."""

    owner: Owner
    name: str


@frozen(cache_hash=True)
class Parameter:
    """An external scalar parameter."""

    name: str
    type: Type


@frozen(cache_hash=True)
class LayerPay:
    """What an earlier layer pays of this claim (money, whole minor units), or `which` other amount
    of its working: rounded but before its caps, above its threshold, what counts."""

    layer: str
    which: LayerAmount = "pay"


@frozen(cache_hash=True)
class Add:
    """Sum of two of one kind (money, ratio, int, or date + days)."""

    left: Expr
    right: Expr


@frozen(cache_hash=True)
class Subtract:
    """Difference of two of one kind (money, ratio, int, or date - days)."""

    left: Expr
    right: Expr


@frozen(cache_hash=True)
class Scale:
    """An amount (money, ratio or int) times a ratio or an int; exact."""

    amount: Expr
    by: Expr


@frozen(cache_hash=True)
class Min:
    """The smaller of two."""

    left: Expr
    right: Expr


@frozen(cache_hash=True)
class Max:
    """The larger of two."""

    left: Expr
    right: Expr


@frozen(cache_hash=True)
class Share:
    """`part / whole` of `amount` for 0 <= part <= whole (part is held to that; 0 if whole is 0),
    rounded at once to the minor unit."""

    amount: Expr
    part: Expr
    whole: Expr
    mode: RoundingMode


@frozen(cache_hash=True)
class Compare:
    """A comparison of two of one type."""

    op: Comparison
    left: Expr
    right: Expr


@frozen(cache_hash=True)
class And:
    """Both; the right side is read only if the left holds."""

    left: Expr
    right: Expr


@frozen(cache_hash=True)
class Or:
    """Either; the right side is read only if the left does not hold."""

    left: Expr
    right: Expr


@frozen(cache_hash=True)
class Not:
    """The opposite."""

    of: Expr


@frozen(cache_hash=True)
class Choose:
    """`then` where `when` holds, else `otherwise`; only the chosen one is read."""

    when: Expr
    then: Expr
    otherwise: Expr


@frozen(cache_hash=True)
class InList:
    """Whether the code of an attribute is in a list."""

    code: Attribute
    list_name: str


@frozen(cache_hash=True)
class InPeriods:
    """Whether a date lies in one of the ranges that an attribute of kind periods holds, both ends
    included."""

    date: Expr
    owner: Owner
    name: str


@frozen(cache_hash=True)
class YearOf:
    """The calendar year in which the benefit year of `date` began, for years that begin on
    month/day."""

    date: Expr
    month: int
    day: int


@frozen(cache_hash=True)
class DateIn:
    """The date with this month and day in the calendar year `year` (never 29 February)."""

    year: Expr
    month: int
    day: int


@frozen(cache_hash=True)
class MonthOf:
    """The month of a date, as year * 12 + month - 1."""

    date: Expr


@frozen(cache_hash=True)
class AddMonths:
    """A date some months (an int, may be negative) later. Where that month is too short: its last
    day, or the first of the month after."""

    date: Expr
    months: Expr
    mode: MonthEnd


@frozen(cache_hash=True)
class AgeAt:
    """Full years between a birth date and a date; someone born on 29 February completes a year on
    1 March. 0 before birth."""

    birth: Expr
    date: Expr


# Kernel only: the author never writes these, lowering does.


@frozen(cache_hash=True)
class Ref:
    """The value of an earlier definition of this row. (A count's ordinal is one that authors read.)"""

    name: str


@frozen(cache_hash=True)
class Total:
    """An accumulator with this row included; inside `Increase`, also without it."""

    accumulator: str


@frozen(cache_hash=True)
class Before:
    """An accumulator when this row began (0 for a key it does not hold)."""

    accumulator: str


@frozen(cache_hash=True)
class Increase:
    """`of` with this row's totals, minus `of` with every `Total` at what it was before; attributes
    and parameters are this row's in both."""

    of: Expr


@frozen(cache_hash=True)
class Round:
    """`amount` rounded to a multiple of `step` minor units. Half up and up mean away from zero."""

    amount: Expr
    mode: RoundingMode
    step: int


Expr = (
    Const
    | Attribute
    | Given
    | Parameter
    | LayerPay
    | Add
    | Subtract
    | Scale
    | Min
    | Max
    | Share
    | Compare
    | And
    | Or
    | Not
    | Choose
    | InList
    | InPeriods
    | YearOf
    | DateIn
    | MonthOf
    | AddMonths
    | AgeAt
    | Ref
    | Total
    | Before
    | Increase
    | Round
)


def money(minor: int | Fraction) -> Const:
    """A literal amount in minor units."""
    return Const(Fraction(minor), Money())


def ratio(share: Fraction | int) -> Const:
    """A literal share."""
    return Const(Fraction(share), Ratio())


TRUE = Const(True, Bool())
FALSE = Const(False, Bool())


NODES = get_args(Expr)
_PARTS: dict[type, tuple[str, ...]] = {
    kind: tuple(field.name for field in attrs.fields(kind) if field.type in ("Expr", "Attribute"))
    for kind in NODES
}
"""The fields of each kind of node that hold an expression."""


def parts_of(expr: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside this one, in reading order."""
    return tuple(getattr(expr, name) for name in _PARTS[type(expr)])


def rebuild(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The expression with `change` applied to each of its direct parts."""
    parts = {name: change(getattr(expr, name)) for name in _PARTS[type(expr)]}
    return attrs.evolve(expr, **parts) if parts else expr  # type: ignore[arg-type]
