"""Caps that never bind, looked through: the kernel that laws are decided about.

    min(300, total a + total b)    total a + total b, where a never passes 100 and b never 200

A total is bounded where what it adds is the increase of `min(C, f(total t))`, t has its keys and C is
one value in them: the increases of one function of one total add up to its last value less its first,
which is not negative. What is left of a draw on a shared cap that never binds,

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
from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.structure_stage import at_zero, parts_beside
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
        most = self._above(amount)
        return most is not None and most <= self.ranges.value(limit).low

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

    def _above(self, expr: e.Expr) -> Fraction | None:
        """A sum of totals is never above this."""
        match expr:
            case e.Total(accumulator=name) | e.Before(accumulator=name):
                if name not in self._most:
                    self._most[name] = self._most_of(self.totals[name])
                return self._most[name]
            case e.Add(left=left, right=right):
                one, two = self._above(left), self._above(right)
                return None if one is None or two is None else one + two
            case _:
                return None

    def _most_of(self, total: Accumulator) -> Fraction | None:
        return self._most_added(total.adds, Scope(total.keys))

    def _most_added(self, amount: e.Expr, scope: Scope) -> Fraction | None:
        """What an amount never comes to more than in sum, over one key of a scope."""
        match amount:
            case e.Ref(name=name):
                expr = self.bounds.definitions[name].expr
            case expr:
                pass
        stage = self.bounds.stage(expr)
        if stage is None or stage.alone is not None or not self._is_part(expr, scope, stage.scope):
            return None
        match stage.of:
            case e.Min(left=limit):
                pass
            case _:
                return None
        constant = all(
            self.bounds.constancy.varying(part, stage.scope) is None for part in parts_beside(stage)
        )
        start = at_zero(_unrounded(stage.of), e.Total(stage.total.name), self.ranges)
        most = self.ranges.value(limit).high
        if not constant or start is None or start.low < 0 or not isinstance(most, Fraction | int):
            return None
        return Fraction(most)

    def _is_part(self, expr: e.Expr, scope: Scope, of: Scope) -> bool:
        """Whether rows of one key of a scope are all rows of one key of another, or some of them, of which
        none adds less than nothing."""
        if scope == of:
            return True
        return self.bounds.is_natural(expr) and self.bounds.constancy.refines(scope, of)


def _unrounded(expr: e.Expr) -> e.Expr:
    """Without roundings that are held between amounts: they change no sign. In a sum they may."""
    if isinstance(expr, e.Round):
        return _unrounded(expr.amount)
    return e.rebuild(expr, _unrounded) if isinstance(expr, e.Min | e.Max) else expr
