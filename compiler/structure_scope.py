"""Constancy inside a scope: what is one value for all rows whose totals run together.

Parameters and member attributes are constant for a unit. A claim's attribute is constant only where
it is a key of the scope, or a function of one: the benefit year is one value for all rows of a day,
and so is everything that changes only where benefit years begin for the rows of one year.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from attrs import frozen

from hmbc.compiler.kernel import Definition
from hmbc.compiler.walk import children
from hmbc.dsl import expr as e

_EPOCH = date(1970, 1, 1)


@frozen
class Scope:
    """How rows are put together: those with equal `keys` share a total, but a row for which `alone`
    holds stands by itself."""

    keys: tuple[e.Expr, ...]
    alone: e.Expr = e.FALSE


def varying(expr: e.Expr, scope: Scope, definitions: Mapping[str, Definition]) -> e.Expr | None:
    """A part of `expr` that may differ between two rows of one total; None: all are constant."""
    if expr in scope.keys:
        return None
    match expr:
        case e.Attribute(owner=owner) | e.Given(owner=owner):
            return None if owner == "member" else expr
        case e.Ref(name=name):
            return varying(definitions[name].expr, scope, definitions)
        case e.Total() | e.Before() | e.Increase() | e.LayerPay():
            return expr
        case e.InPeriods(owner="claim"):
            return expr
        case e.YearOf(date=of, day=1) if e.MonthOf(of) in scope.keys:
            return None
        case e.Compare(op=">=" | "<", left=left, right=e.Const(value=int() as day)) if any(
            _begins(key, left, day) for key in scope.keys
        ):
            return None
        case _:
            parts = (varying(part, scope, definitions) for part in children(expr))
            return next((part for part in parts if part is not None), None)


def refines(fine: Scope, coarse: Scope, definitions: Mapping[str, Definition]) -> bool:
    """Whether rows that share a total of `fine` always share one of `coarse`."""
    if coarse.alone not in (e.FALSE, fine.alone):
        return False
    return all(varying(key, fine, definitions) is None for key in coarse.keys)


def _begins(key: e.Expr, of: e.Expr, day: int) -> bool:
    """Whether `key` counts years or months of `of` and one of them begins on this day."""
    on = _EPOCH + timedelta(day)
    match key:
        case e.YearOf(date=date_, month=month, day=first):
            return date_ == of and (on.month, on.day) == (month, first)
        case e.MonthOf(date=date_):
            return date_ == of and on.day == 1
        case _:
            return False
