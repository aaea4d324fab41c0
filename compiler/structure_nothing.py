"""Where nothing is paid: in which rows an amount is nothing, and what it comes to nothing with.

A scheme may ask no more of a year than whether it paid anything. What two claims that change places are
paid in sum may then differ, by a cap that one of them is free of, and yet be nothing in both orders or in
neither. Of amounts that are never negative, in all rows of a key:

    a + b is nothing                  where a is and b is
    choose(c, x, 0) is nothing        where x is, which is nothing wherever c fails
    increase min(L, t) is nothing     where what t adds is: for L above 0, the first row that adds to t is
                                      paid something; t being of rows that share the key. So is it where
                                      rows that are free of L are paid what they would add to t

So whether it is nothing is settled by amounts whose sums are the same in both orders.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import define

from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_exclusive import are_exclusive
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.through_names import through_names
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk


@define
class Nothing:
    """Of one kernel's amounts; is_same: whether an amount's sum over a scope is the same in both runs."""

    bounds: Bounds
    is_same: Callable[[e.Expr, Scope], bool]

    def alike(self, expr: e.Expr, scope: Scope) -> bool:
        """Whether, over each key of a scope, an amount that is never negative comes to nothing in both
        runs or in neither."""
        if self.is_same(expr, scope):
            return True
        match self.bounds.seen(expr):
            case e.Add(left=left, right=right):
                natural = self.bounds.is_natural(left) and self.bounds.is_natural(right)
                return natural and self.alike(left, scope) and self.alike(right, scope)
            case e.Choose(when=when, then=then, otherwise=e.Const(value=0)) if self.is_nothing(
                then, e.Not(when)
            ):
                return self.alike(then, scope)
            case found:
                added = self._let_through(found, scope)
                return added is not None and self.alike(added, scope)

    def _let_through(self, expr: e.Expr, scope: Scope) -> e.Expr | None:
        """What a cap lets through something of, wherever it is something."""
        stage = self.bounds.stage(expr)
        if stage is None or not self.bounds.is_natural(stage.added):
            return None
        match stage.of:
            case e.Min(left=limit, right=e.Total()):
                pass
            case _:
                return None
        free = stage.alone is None or self.bounds.seen(stage.alone) == self.bounds.seen(stage.added)
        inside = self.bounds.constancy.refines(Scope(stage.total.keys), scope)
        return stage.added if free and inside and self.bounds.ranges.value(limit).low > 0 else None

    def is_nothing(self, expr: e.Expr, where: e.Expr) -> bool:
        """Whether an amount is 0 in each row in which a condition holds."""
        match self.bounds.seen(expr):
            case e.Const(value=0):
                return True
            case e.Choose(when=when, then=then, otherwise=otherwise):
                left = are_exclusive(self._told(when), self._told(where)) or self.is_nothing(then, where)
                return left and self.is_nothing(otherwise, where)
            case e.Increase(of=of):
                totals = {node.accumulator for node in walk(of) if isinstance(node, e.Total)}
                return all(
                    self.is_nothing(self.bounds.accumulators[name].adds, where) for name in totals
                )
            case e.Scale(amount=amount) | e.Round(amount=amount):
                return self.is_nothing(amount, where)
            case e.Max(left=e.Const(value=0), right=e.Subtract(left=amount, right=less)):
                return self.bounds.is_natural(less) and self.is_nothing(amount, where)
            case e.Add(left=left, right=right) | e.Max(left=left, right=right):
                return self.is_nothing(left, where) and self.is_nothing(right, where)
            case e.Min(left=left, right=right):
                natural = self.bounds.is_natural(left) and self.bounds.is_natural(right)
                return natural and (self.is_nothing(left, where) or self.is_nothing(right, where))
            case _:
                return False

    def _told(self, when: e.Expr) -> e.Expr:
        return through_names(when, self.bounds.definitions)


def counts_where(bounds: Bounds, amount: e.Expr) -> e.Expr:
    """What holds of each row in which an amount that is never negative is above 0; true where nothing is seen."""
    match amount:
        case e.Ref(name=name):
            return counts_where(bounds, bounds.definitions[name].expr)
        case e.Max(left=e.Const(value=0), right=inner) | e.Round(amount=inner):
            return counts_where(bounds, inner)
        case e.Scale(amount=inner, by=by) if bounds.ranges.value(by).low >= 0:
            return counts_where(bounds, inner)
        case e.Subtract(left=inner, right=right) if bounds.is_natural(right):
            return counts_where(bounds, inner)
        case e.Choose(when=when, otherwise=e.Const(value=0)):
            return through_names(when, bounds.definitions)
        case e.Add(left=left, right=right):
            return e.Or(counts_where(bounds, left), counts_where(bounds, right))
        case e.Increase(of=of):
            totals = {node.accumulator for node in walk(of) if isinstance(node, e.Total)}
            added = bounds.accumulators[totals.pop()].adds if len(totals) == 1 else amount
            return counts_where(bounds, added) if added != amount and bounds.is_natural(added) else e.TRUE
        case _:
            return e.TRUE


def never_both(bounds: Bounds, one: e.Expr, two: e.Expr) -> bool:
    """Whether of two amounts that are never negative at least one is 0 in each row, as what layers count of claims of
    different kinds."""
    return are_exclusive(counts_where(bounds, one), counts_where(bounds, two))
