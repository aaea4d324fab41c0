"""Constancy inside a scope: what is one value for all rows whose totals run together.

Parameters are constant for a unit, and so are the attributes of its member, unless they are declared
to vary; in a unit of several members, those of each member where the total is the member's. A claim's attribute is constant only where
it is a key of the scope, or a function of one: the benefit year is one value for all rows of a day,
and so is everything that changes only where benefit years begin for the rows of one year.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from attrs import frozen

from hmbc.compiler.kernel import Definition, Kernel
from hmbc.dsl import expr as e
from hmbc.dsl.types import Code

_EPOCH = date(1970, 1, 1)


@frozen
class Scope:
    """How rows are put together: those with equal `keys` share a total, but a row for which `alone`
    holds stands by itself."""

    keys: tuple[e.Expr, ...]
    alone: e.Expr = e.FALSE


@frozen
class Constancy:
    """What one kernel keeps constant. fixed: member attributes that never change for a member; unit:
    the member attribute that makes several members one unit, None where a unit is a member."""

    definitions: Mapping[str, Definition]
    fixed: frozenset[str]
    unit: str | None

    @classmethod
    def of(cls, kernel: Kernel) -> Constancy:
        """That of a kernel."""
        return cls(
            {item.name: item for item in kernel.items if isinstance(item, Definition)},
            frozenset(
                given.name
                for given in kernel.inputs
                if given.owner == "member" and not given.varies
            ),
            kernel.unit,
        )

    def varying(self, expr: e.Expr, scope: Scope) -> e.Expr | None:
        """A part of `expr` that may differ between two rows of one total; None: all are constant."""
        if expr in scope.keys:
            return None
        match expr:
            case e.Const() | e.Parameter():
                return None
            case e.Attribute(owner="member", name=name) | e.Given(owner="member", name=name):
                return None if self._is_fixed(name, scope) else expr
            case e.InPeriods(owner=owner, name=name) if not (
                owner == "member" and self._is_fixed(name, scope)
            ):
                return expr
            case e.Ref(name=name):
                return self.varying(self.definitions[name].expr, scope)
            case e.Total() | e.Before() | e.Increase():
                return expr
            case e.YearOf(date=of, day=1) if e.MonthOf(of) in scope.keys:
                return None
            case e.Compare(op=">=" | "<", left=left, right=e.Const(value=int() as day)) if any(
                _begins(key, left, day) for key in scope.keys
            ):
                return None
            case _:
                inside = e.parts_of(expr)
                if not inside:
                    return expr
                parts = (self.varying(part, scope) for part in inside)
                return next((part for part in parts if part is not None), None)

    def refines(self, fine: Scope, coarse: Scope) -> bool:
        """Whether rows that share a total of `fine` always share one of `coarse`."""
        if coarse.alone not in (e.FALSE, fine.alone):
            return False
        return all(self.varying(key, fine) is None for key in coarse.keys)

    def _is_fixed(self, name: str, scope: Scope) -> bool:
        one_member = self.unit is None or any(
            key == e.Attribute("member", "member_id", Code("member.member_id"))
            for key in scope.keys
        )
        return name == self.unit or (name in self.fixed and one_member)


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
