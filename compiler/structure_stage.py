"""Stages: the places where a kernel takes the increase of a function of one running total.

A function is known by its slope: between `low` and `high` for every change of its total, found cell
by cell between the amounts written in it, so that the bands of a ratio are not added up. A rounding
inside has no slope; the functions within and around it have.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from attrs import frozen

from hmbc.compiler.interval import Interval, between
from hmbc.compiler.kernel import Accumulator
from hmbc.compiler.ranges import Ranges
from hmbc.compiler.structure_bands import bands_of
from hmbc.compiler.structure_scope import Scope
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk

ZERO = e.money(0)


@frozen
class Stage:
    """`increase of` over `total`, which adds `added`; where `scope.alone` holds, the row's value is
    `alone` and adds nothing to the total."""

    of: e.Expr
    total: Accumulator
    added: e.Expr
    scope: Scope
    alone: e.Expr | None


def stage_of(expr: e.Expr, accumulators: Mapping[str, Accumulator]) -> Stage | None:
    """The stage that an expression is, if it is one. A layer's draw on what it shares with others is
    one, too: there the other layers' totals stand still while its own moves."""
    alone: e.Expr = e.FALSE
    value: e.Expr | None = None
    match expr:
        case e.Choose(when=when, then=then, otherwise=inner):
            alone, value = when, then
        case inner:
            pass
    match inner:
        case e.Increase(of=of):
            names = {node.accumulator for node in walk(of) if isinstance(node, e.Total)}
        case e.Subtract(left=of, right=low):
            totals = {node.accumulator for node in walk(of) if isinstance(node, e.Total)}
            names = {name for name in totals if _held(of, e.Total(name), e.Before(name)) == low}
        case _:
            return None
    if len(names) != 1 or any(isinstance(node, e.Increase) for node in walk(of)):
        return None
    total = accumulators[names.pop()]
    added = total.adds
    if alone != e.FALSE:
        match added:
            case e.Choose(when=when, then=then, otherwise=counted) if (when, then) == (alone, ZERO):
                added = counted
            case _:
                return None
    return Stage(of, total, added, Scope(total.keys, alone), value)


def _held(expr: e.Expr, old: e.Expr, new: e.Expr) -> e.Expr:
    return new if expr == old else e.rebuild(expr, lambda part: _held(part, old, new))


def parts_beside(stage: Stage) -> list[e.Expr]:
    """The parts of a stage's function that do not read its total."""
    return _without(stage.of, e.Total(stage.total.name))


def _without(expr: e.Expr, total: e.Expr) -> list[e.Expr]:
    if expr == total:
        return []
    if total not in walk(expr):
        return [expr]
    return [part for child in e.parts_of(expr) for part in _without(child, total)]


@frozen
class Shape:
    """A function of a total. slope: of all of it, None with a rounding inside; rounding: the one
    inside; within, around: the slopes of what it rounds and of what is made of it."""

    slope: Interval | None
    rounding: e.Round | None = None
    within: Interval | None = None
    around: Interval | None = None

    @property
    def rises(self) -> bool:
        """Whether it never falls."""
        slopes = (self.slope,) if self.rounding is None else (self.within, self.around)
        return all(slope is not None and slope.low >= 0 for slope in slopes)

    @property
    def is_short(self) -> bool:
        """Whether it never moves by more than its total does, roundings aside."""
        slopes = (self.slope,) if self.rounding is None else (self.within, self.around)
        return all(slope is not None and 0 <= slope.low and slope.high <= 1 for slope in slopes)


def shape_of(stage: Stage, ranges: Ranges) -> Shape:
    """The shape of a stage's function."""
    total = e.Total(stage.total.name)
    roundings = {
        node for node in walk(stage.of) if isinstance(node, e.Round) and total in walk(node)
    }
    if not roundings:
        return Shape(slope_of(stage.of, total, ranges))
    if len(roundings) > 1:
        return Shape(None)
    rounding = roundings.pop()
    around = slope_of(stage.of, rounding, ranges)
    if _reads_outside(stage.of, total, rounding):
        around = None
    return Shape(None, rounding, slope_of(rounding.amount, total, ranges), around)


def rises(stage: Stage, ranges: Ranges) -> bool:
    """Whether a stage's function never falls, be it with jumps and roundings."""
    return shape_of(stage, ranges).rises or never_falls(stage.of, e.Total(stage.total.name), ranges)


def never_falls(expr: e.Expr, total: e.Expr, ranges: Ranges) -> bool:
    """Whether a larger total makes it no less, whatever else it reads: by its slope, or part by part, where it
    is rounded or one amount below a border and another, no less, above it."""
    slope = slope_of(expr, total, ranges)
    if slope is not None:
        return slope.low >= 0
    parts: tuple[e.Expr, ...]
    match expr:
        case (
            e.Choose(when=e.Compare(op=">" | ">=", left=of, right=border), then=more, otherwise=less)
            | e.Choose(when=e.Compare(op="<" | "<=", left=of, right=border), then=less, otherwise=more)
        ) if total not in walk(border) and ranges.value(less).high <= ranges.value(more).low:
            parts = (of, less, more)
        case e.Choose(when=when, then=left, otherwise=right) if total not in walk(when):
            parts = (left, right)
        case e.Add(left=left, right=right) | e.Min(left=left, right=right) | e.Max(left=left, right=right):
            parts = (left, right)
        case e.Scale(amount=amount, by=by) if total not in walk(by) and ranges.value(by).low >= 0:
            parts = (amount,)
        case e.Subtract(left=amount, right=right) if total not in walk(right):
            parts = (amount,)
        case e.Round(amount=amount):
            parts = (amount,)
        case _:
            return False
    return all(never_falls(part, total, ranges) for part in parts)


def is_convex(expr: e.Expr, total: e.Expr, ranges: Ranges) -> bool:
    """Whether a larger total makes each further increase no smaller."""
    bands = bands_of(expr, total, ranges)
    if bands is not None and bands.is_convex(ranges):
        return True
    return _bends(expr, total, ranges, up=True)


def is_concave(expr: e.Expr, total: e.Expr, ranges: Ranges) -> bool:
    """Whether a larger total makes each further increase no larger."""
    return _bends(expr, total, ranges, up=False)


def at_zero(expr: e.Expr, total: e.Expr, ranges: Ranges) -> Interval | None:
    """What the function is where its total is 0."""
    found = _Cell(total, between(0, 0), ranges).read(expr)
    return None if found is None else found[0]


def slope_of(expr: e.Expr, variable: e.Expr, ranges: Ranges) -> Interval | None:
    """Between what the slope lies; None where it cannot be told or the function jumps."""
    bands = bands_of(expr, variable, ranges)
    found = _slope_by_cells(expr, variable, ranges)
    if bands is None:
        return found
    return bands.slope(ranges) if found is None else found.meet(bands.slope(ranges))


def _slope_by_cells(expr: e.Expr, variable: e.Expr, ranges: Ranges) -> Interval | None:
    most = ranges.value(variable)
    marks = {
        node.value
        for node in walk(expr)
        if isinstance(node, e.Const) and isinstance(node.value, Fraction)
    }
    edges = [most.low, *sorted(mark for mark in marks if most.low < mark < most.high), most.high]
    found: Interval | None = None
    for low, high in zip(edges, edges[1:], strict=False):
        cell = _Cell(variable, Interval(low, high), ranges).read(expr)
        if cell is None:
            return None
        found = cell[1] if found is None else found.hull(cell[1])
    return found


@frozen
class _Cell:
    """The function while its variable stays within `cell`."""

    variable: e.Expr
    cell: Interval
    ranges: Ranges

    def read(self, expr: e.Expr) -> tuple[Interval, Interval] | None:
        """Value and slope of an expression."""
        if expr == self.variable:
            return self.cell, between(1, 1)
        if self.variable not in walk(expr):
            return self.ranges.value(expr), between(0, 0)
        match expr:
            case e.Scale(amount=amount, by=by) if self.variable not in walk(by):
                one, share = self.read(amount), self.ranges.value(by)
                return None if one is None else (one[0] * share, one[1] * share)
            case e.Choose(when=when, then=left, otherwise=right) if self.variable not in walk(when):
                pass
            case (
                e.Add(left=left, right=right)
                | e.Subtract(left=left, right=right)
                | e.Min(left=left, right=right)
                | e.Max(left=left, right=right)
            ):
                pass
            case _:
                return None
        one, two = self.read(left), self.read(right)
        if one is None or two is None:
            return None
        match expr:
            case e.Add():
                return one[0] + two[0], one[1] + two[1]
            case e.Subtract():
                return one[0] - two[0], one[1] - two[1]
            case e.Min():
                value = Interval(min(one[0].low, two[0].low), min(one[0].high, two[0].high))
                below, above = one[0].high <= two[0].low, two[0].high <= one[0].low
            case e.Max():
                value = Interval(max(one[0].low, two[0].low), max(one[0].high, two[0].high))
                below, above = one[0].low >= two[0].high, two[0].low >= one[0].high
            case _:
                return one[0].hull(two[0]), one[1].hull(two[1])
        return value, one[1] if below else two[1] if above else one[1].hull(two[1])


def _bends(expr: e.Expr, total: e.Expr, ranges: Ranges, up: bool) -> bool:
    if expr == total or total not in walk(expr):
        return True
    match expr:
        case e.Add(left=left, right=right):
            return _bends(left, total, ranges, up) and _bends(right, total, ranges, up)
        case e.Subtract(left=left, right=right):
            return _bends(left, total, ranges, up) and _bends(right, total, ranges, not up)
        case e.Scale(amount=amount, by=by) if total not in walk(by):
            return ranges.value(by).low >= 0 and _bends(amount, total, ranges, up)
        case e.Max(left=left, right=right) if up:
            return _bends(left, total, ranges, up) and _bends(right, total, ranges, up)
        case e.Min(left=left, right=right) if not up:
            return _bends(left, total, ranges, up) and _bends(right, total, ranges, up)
        case e.Choose(when=when, then=left, otherwise=right) if total not in walk(when):
            return _bends(left, total, ranges, up) and _bends(right, total, ranges, up)
        case _:
            return False


def _reads_outside(expr: e.Expr, part: e.Expr, around: e.Expr) -> bool:
    if expr == around:
        return False
    return expr == part or any(_reads_outside(child, part, around) for child in e.parts_of(expr))
