"""Two runs of one unit that differ a little: between what the sum of a value can come to differ.

    raise    one amount of one claim is one minor unit larger
    insert   one claim more
    swap     two claims of one date in the other order

What is known of a value, comparing the second run with the first:

    same       equal in every row
    row        only the changed claim's row differs, by something between `low` and `high`
    sum        over the rows of one total of `scope`, all its differences lie in rows of one key, and
               at every moment the sum so far differs by something between `low` and `high`

An increase of a function of a running total turns either into a sum over the total's scope, whose
difference is that of the total times the function's slope: f(total') - f(total). That needs the
function to be one in its scope, and the differing rows to share one key of it. What many units of
difference do is what one does, as often: so a larger bill never pays less where `low` is not below
0 for one minor unit.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf
from typing import Literal

from attrs import define, field, frozen

from hmbc.compiler.kernel import Accumulator, Definition
from hmbc.compiler.ranges import Interval
from hmbc.compiler.structure_bounds import Bounds, parts_beside
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.structure_stage import Stage, shape_of, slope_of, stage_of
from hmbc.dsl import expr as e
from hmbc.dsl.expr import parts_of
from hmbc.dsl.reads import walk

Kind = Literal["raise", "insert", "swap"]
Number = Fraction | int | float
"""Exact, or infinite."""


@frozen
class Drift:
    """How far a value drifts; `scope` None: in the changed row alone."""

    low: Number
    high: Number
    scope: Scope | None = None


SAME = Drift(0, 0)
"""Equal in every row. (A drift of 0 with a scope is one whose sum alone is equal.)"""


@define
class Drifts:
    """The drifts of one kernel's values, for one kind of change; `raised`: the amount."""

    bounds: Bounds
    kind: Kind
    raised: str | None = None
    _known: dict[str, Drift | None] = field(init=False, factory=dict)
    _moved: frozenset[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        moved: set[str] = set()
        while found := {i.name for i in self.bounds.kernel.items if self._moves(i, moved)} - moved:
            moved |= found
        self._moved = frozenset(moved)

    def _moves(self, item: Definition | Accumulator, moved: set[str]) -> bool:
        if isinstance(item, Accumulator) and self.kind != "raise":
            return True
        parts = (item.expr,) if isinstance(item, Definition) else (item.adds, *item.keys)
        for node in (node for part in parts for node in walk(part)):
            match node:
                case e.Attribute(owner="claim", name=name) if name == self.raised:
                    return True
                case e.Ref(name=name) | e.Total(accumulator=name) | e.Before(accumulator=name):
                    if name in moved:
                        return True
                case _:
                    pass
        return False

    def of_definition(self, name: str) -> Drift | None:
        """The drift of a definition; None where nothing is known."""
        if name not in self._known:
            self._known[name] = self.of(self.bounds.definitions[name].expr)
        return self._known[name]

    def of_sum(self, names: tuple[str, ...]) -> Drift | None:
        """The drift of what several definitions come to in sum over all rows: each over its own
        scope."""
        low: Number = 0
        high: Number = 0
        for name in names:
            drift = self._in_row(name)
            if drift is None:
                return None
            low, high = low + drift.low, high + drift.high
        return Drift(low, high)

    def _in_row(self, name: str) -> Drift | None:
        """With what the claim that is more adds itself."""
        drift = self.of_definition(name)
        if drift is None or self.kind != "insert" or drift.scope is not None:
            return drift
        return _plus(drift, self._inserted(e.Ref(name)))

    def _inserted(self, expr: e.Expr) -> Drift:
        return Drift(0 if self.bounds.is_natural(expr) else -inf, inf)

    def of(self, expr: e.Expr) -> Drift | None:
        """The drift of an expression."""
        match expr:
            case e.Attribute(owner="claim", name=name) if name == self.raised:
                return Drift(1, 1)
            case e.Const() | e.Attribute() | e.Given() | e.Parameter() | e.InPeriods():
                return SAME
            case e.Ref(name=name):
                return self.of_definition(name)
            case e.Choose() | e.Increase() | e.Subtract() if stage := stage_of(
                expr, self.bounds.accumulators
            ):
                return self._stage(stage)
            case e.Add(left=left, right=right):
                return self._both(left, right, _plus)
            case e.Subtract(left=left, right=right):
                return self._both(left, right, lambda one, two: _plus(one, _minus(two)))
            case e.Max(left=left, right=right) if (only := self._only(left, right)) is not None:
                return self.of(only)
            case e.Min(left=left, right=right) | e.Max(left=left, right=right):
                return _alone(self._both(left, right, _hull))
            case e.Scale(amount=amount, by=by):
                return self._scale(amount, by)
            case e.Round(amount=amount):
                found = self.of(amount)
                return _alone(None if found is None else self._rounded(expr, found))
            case e.Choose(when=when, then=then, otherwise=otherwise):
                if self.of(when) != SAME:
                    return None
                return self._chosen(then, otherwise)
            case e.Total(accumulator=name) | e.Before(accumulator=name):
                return None if name in self._moved else SAME
            case _:
                inside = parts_of(expr)
                return SAME if inside and all(self.of(part) == SAME for part in inside) else None

    def _both(
        self, left: e.Expr, right: e.Expr, join: Callable[[Drift, Drift], Drift]
    ) -> Drift | None:
        one, two = self.of(left), self.of(right)
        if one is None or two is None:
            return None
        if self.kind == "insert" and (one.scope is None) != (two.scope is None):
            # A sum has the new claim's part in it already, a value of the row itself has not.
            one = one if one.scope is not None else self._inserted(left)
            two = two if two.scope is not None else self._inserted(right)
        return self._joined(one, two, join)

    def _joined(
        self, one: Drift, two: Drift, join: Callable[[Drift, Drift], Drift]
    ) -> Drift | None:
        """Of two values: their drifts have to lie in rows of one key."""
        if one.scope is None or two.scope is None:
            scope = one.scope or two.scope
        elif self.bounds.constancy.refines(one.scope, two.scope):
            scope = two.scope
        elif self.bounds.constancy.refines(two.scope, one.scope):
            scope = one.scope
        else:
            return None
        found = join(one, two)
        return Drift(found.low, found.high, scope)

    def _only(self, left: e.Expr, right: e.Expr) -> e.Expr | None:
        """The side of a maximum with 0 that is never negative."""
        for zero, other in ((left, right), (right, left)):
            if isinstance(zero, e.Const) and zero.value == 0:
                if self.bounds.is_natural(other) or self._covered(other):
                    return other
        return None

    def _covered(self, expr: e.Expr) -> bool:
        match expr:
            case e.Subtract(left=e.Ref(name=name), right=right):
                return name in self.bounds.of(right)
            case e.Subtract(left=e.Attribute(owner="claim", name=name), right=right):
                return f"claim.{name}" in self.bounds.of(right)
            case _:
                return False

    def _chosen(self, then: e.Expr, otherwise: e.Expr) -> Drift | None:
        """One of two, by a condition that does not change: row by row either, so a sum only where
        the choice is one in its scope, which a zero on the other side does not need to be."""
        one, two = self.of(then), self.of(otherwise)
        if one is None or two is None:
            return None
        if one.scope is None and two.scope is None:
            return self._joined(one, two, _hull)
        return None

    def _scale(self, amount: e.Expr, by: e.Expr) -> Drift | None:
        found, factor = self.of(amount), self.of(by)
        if factor == SAME and found is not None:
            if found == SAME:
                return SAME
            if found.scope is not None and self.bounds.constancy.varying(by, found.scope):
                return None
            return _times(found, self.bounds.ranges.value(by))
        if found == SAME and factor is not None and factor.scope is None:
            return _times(factor, self.bounds.ranges.value(amount))
        return None

    def _rounded(self, expr: e.Round, drift: Drift) -> Drift:
        """A rounding keeps order and, above 0 and but for half even, looks alike at every step."""
        if drift == SAME:
            return SAME
        extra = 0
        if expr.mode == "half_even" or not self.bounds.is_natural(expr.amount):
            extra = expr.step
        low, high = _steps(drift.low, expr.step), _steps(drift.high, expr.step)
        return Drift(
            low - extra if drift.low < 0 else 0, high + extra if drift.high > 0 else 0, drift.scope
        )

    def _stage(self, stage: Stage) -> Drift | None:
        beside = parts_beside(stage)
        for part in (*stage.scope.keys, stage.scope.alone, *beside):
            if self.of(part) != SAME:
                return None
        added = self.of(stage.added)
        alone = SAME if stage.alone is None else self.of(stage.alone)
        if added is None or alone is None or alone.scope is not None:
            return None
        if self.kind == "insert":
            if added.scope is None:
                added = self._inserted(stage.added)
            if stage.alone is not None:
                alone = _plus(alone, self._inserted(stage.alone))
        elif self.kind == "raise" and added == SAME:
            return alone
        constancy = self.bounds.constancy
        if any(constancy.varying(part, stage.scope) is not None for part in beside):
            return None
        if added.scope is not None and not constancy.refines(added.scope, stage.scope):
            return None
        found = self._of_function(stage, added)
        if found is None:
            return None
        if alone != SAME:
            found = _hull(found, alone) if self.kind == "raise" else _plus(found, alone)
        return Drift(found.low, found.high, stage.scope)

    def _of_function(self, stage: Stage, added: Drift) -> Drift | None:
        ranges, total = self.bounds.ranges, e.Total(stage.total.name)
        if self.kind == "swap" and added.low == added.high == 0:
            return Drift(0, 0)
        shape = shape_of(stage, ranges)
        if shape.rounding is None:
            slope = slope_of(stage.of, total, ranges)
            return None if slope is None else _times(added, slope)
        if shape.within is None or shape.around is None:
            return None
        return _times(self._rounded(shape.rounding, _times(added, shape.within)), shape.around)


def _plus(one: Drift, two: Drift) -> Drift:
    return Drift(one.low + two.low, one.high + two.high)


def _minus(one: Drift) -> Drift:
    return Drift(-one.high, -one.low)


def _hull(one: Drift, two: Drift) -> Drift:
    return Drift(min(one.low, two.low), max(one.high, two.high))


def _times(drift: Drift, by: Interval) -> Drift:
    corners = [
        0 if not end or not size else end * size
        for end in (drift.low, drift.high)
        for size in (by.low, by.high)
    ]
    return Drift(min(corners), max(corners), drift.scope)


def _steps(size: Number, step: int) -> Number:
    """Away from 0 to a whole number of steps."""
    if size in (inf, -inf):
        return size
    whole = -(-abs(Fraction(size)) // step) * step
    return whole if size > 0 else -whole


def _alone(drift: Drift | None) -> Drift | None:
    """Of an operation that follows no sum: known for a single row only."""
    return drift if drift is not None and drift.scope is None else None
