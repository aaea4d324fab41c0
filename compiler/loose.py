"""Caps that never bind, looked through: the kernel that laws are decided about.

    min(300, total a + total b)    total a + total b, where a never passes 100 and b never 200

A total is bounded where what it adds is the increase of a function f(total t) that is, all else in it being one
value in the keys of t, never above a limit: the increases of one function of one total add up to its last value less
its first, which is not negative; some of them, if none is negative, to no more. So is a part of such an amount.
What is left of a draw on a shared cap that never binds,

    (total a + before b) − (before a + before b)    increase of total a

is what the total adds. So is what is used of a limit that is more than ever comes to it:

    accumulate min(x, max(0, 300 − before used))    accumulate x, where x never passes 300 in sum
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from attrs import define, evolve, field

from hmbc.compiler.kernel import Accumulator, Kernel, read_anew
from hmbc.compiler.ranges import Ranges
from hmbc.compiler.rounding import rounded
from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_latest_cap import is_natural_at_zero
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.structure_stage import Stage, parts_beside
from hmbc.compiler.structure_used import limit_of
from hmbc.dsl import expr as e


def without_loose(kernel: Kernel, bounds: Bounds) -> Kernel:
    """The kernel without caps that never bind; the same one where each may."""
    loose = _Loose(bounds)
    found = read_anew(kernel, loose.read)
    items = tuple(
        evolve(item, adds=loose.used(item)) if isinstance(item, Accumulator) else item
        for item in found.items
    )
    return found if items == found.items else evolve(found, items=items)


@define
class _Loose:
    bounds: Bounds
    ranges: Ranges = field(init=False)
    totals: Mapping[str, Accumulator] = field(init=False)
    _most: dict[str, Fraction | None] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self.ranges, self.totals = self.bounds.ranges, self.bounds.accumulators

    def read(self, expr: e.Expr, inside: bool = False) -> e.Expr:
        """An expression without caps that never bind. inside: an increase, in which a total moves, but
        not what it adds."""
        within = inside or isinstance(expr, e.Increase)
        found = e.rebuild(expr, lambda part: self.read(part, within))
        match expr, found:
            case e.Increase(of=e.Min()), e.Increase(of=e.Total(accumulator=name)) if not inside:
                return self.totals[name].adds
            case _:
                pass
        match found:
            case e.Min(left=limit, right=amount) if self._is_loose(limit, amount):
                return amount
            case e.Min(left=amount, right=limit) if self._is_loose(limit, amount):
                return amount
            case e.Subtract(
                left=e.Add(left=one, right=same), right=e.Add(left=two, right=other)
            ) if not within:
                if same == other:
                    return self._grown(one, two) or found
                if one == two:
                    return self._grown(same, other) or found
            case _:
                pass
        return found

    def _is_loose(self, limit: e.Expr, amount: e.Expr) -> bool:
        return self._above(amount) <= self.ranges.value(limit).low

    def used(self, total: Accumulator) -> e.Expr:
        """What a total adds; of one that uses up a limit, all that comes to it, where the limit and what is
        used of it always leave as much."""
        found = limit_of(total)
        if found is None:
            return total.adds
        amount, limit = found
        most = self._most_added(amount, Scope(total.keys))
        loose = most is not None and most <= self.ranges.value(limit).low
        return amount if loose else total.adds

    def _grown(self, now: e.Expr, before: e.Expr) -> e.Expr | None:
        """What a total adds, where this is by what it grew."""
        match now, before:
            case e.Total(accumulator=name), e.Before(accumulator=other) if name == other:
                return self.totals[name].adds
            case _:
                return None

    def _above(self, expr: e.Expr) -> Fraction:
        """What an expression is never above, totals as far as what they add goes."""
        most = self.ranges.value(expr).high
        match expr:
            case e.Total(accumulator=name) | e.Before(accumulator=name):
                added = self._most_of(self.totals[name])
                found = most if added is None else added
            case e.Add(left=left, right=right):
                found = self._above(left) + self._above(right)
            case e.Min(left=left, right=right):
                found = min(self._above(left), self._above(right))
            case e.Round(amount=amount, mode=mode, step=step):
                found = Fraction(rounded(self._above(amount), mode, step))
            case _:
                in_row = self._most_added(expr, None)
                found = most if in_row is None else in_row
        return min(found, most)

    def _most_of(self, total: Accumulator) -> Fraction | None:
        if total.name not in self._most:
            self._most[total.name] = None  # for one that reads itself
            used = limit_of(total)
            known = [] if used is None else [max(Fraction(0), self._above(used[1]))]
            added = self._most_added(total.adds, Scope(total.keys))
            self._most[total.name] = min([*known, *([] if added is None else [added])], default=None)
        return self._most[total.name]

    def _most_added(self, amount: e.Expr, scope: Scope | None) -> Fraction | None:
        """What an amount never comes to more than in sum, over one key of a scope, or (None) in one row; None: no
        bound is known."""
        natural, most = self.bounds.is_natural, self._most_added
        match amount:
            case e.Const(value=0):
                return Fraction(0)
            case e.Ref(name=name):
                return most(self.bounds.definitions[name].expr, scope)
            case e.Choose() | e.Increase() | e.Subtract() if stage := self.bounds.stage(amount):
                return self._most_grown(amount, stage, scope)
            case e.Min(left=left, right=right):
                known = [found for found in (most(left, scope), most(right, scope)) if found is not None]
                return min(known, default=None)
            case e.Scale(amount=part, by=by) if natural(part) and self.bounds.is_share(by):
                return most(part, scope)
            case e.Round(amount=part, mode="down") if natural(part):
                return most(part, scope)
            case e.Subtract(left=left, right=right) if natural(right):
                return most(left, scope)
            case e.Choose(then=left, otherwise=right) if natural(left) and natural(right):
                one, two = most(left, scope), most(right, scope)
                return None if one is None or two is None else one + two
            case _:
                return None

    def _most_grown(self, amount: e.Expr, stage: Stage, scope: Scope | None) -> Fraction | None:
        """What a function of a total grows by in sum, over one key of a scope or in a row: no more than from where it
        begins, which is not below 0, to the most that it is."""
        if stage.alone is not None or not self._is_part(amount, scope, stage.scope):
            return None
        constant = all(
            self.bounds.constancy.varying(part, stage.scope) is None for part in parts_beside(stage)
        )
        begins = is_natural_at_zero(self.bounds, _unrounded(stage.of), e.Total(stage.total.name))
        return self._above(stage.of) if constant and begins else None

    def _is_part(self, expr: e.Expr, scope: Scope | None, of: Scope) -> bool:
        """Whether rows of one key of a scope, or one row, are all rows of one key of another, or some of them, of
        which none adds less than nothing."""
        if scope == of:
            return True
        return self.bounds.is_natural(expr) and (scope is None or self.bounds.constancy.refines(scope, of))


def _unrounded(expr: e.Expr) -> e.Expr:
    """Without roundings that are held between amounts: they change no sign. In a sum they may."""
    if isinstance(expr, e.Round):
        return _unrounded(expr.amount)
    return e.rebuild(expr, _unrounded) if isinstance(expr, e.Min | e.Max) else expr
