"""Two runs of one unit that differ in the value of an attribute of its members: which values are never
smaller in the first. With the value taken for true, each run has a kernel of its own; the two have the
same items, and what differs are thresholds, ratios, caps and conditions.

    rows     in every row at least as large
    a scope  its sum over the rows so far that share a total is at least as large

(t the total, f and g what the two kernels take the increases of)

    f steeper than g, of equal totals                    rows: a lower threshold, a higher cap, bands
                                                         of which each has at least the ratio
    the same, the first total gaining no less by a row   rows, where f is convex
    f(t) >= g(t), each constant in its scope, f rising   the sum over the scope: it is f of the total

Where conditions, keys or rows' order would differ, nothing is known.
"""

from __future__ import annotations

from typing import Literal

from attrs import define, evolve, field

from hmbc.compiler.interval import between
from hmbc.compiler.kernel import Kernel, NeverLess
from hmbc.compiler.structure_bounds import Bounds, bounds_of
from hmbc.compiler.structure_cases import Case
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.structure_stage import (
    Stage,
    at_zero,
    is_convex,
    never_falls,
    parts_beside,
    rises,
    shape_of,
)
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Enum

Reach = Literal["rows"] | Scope | None
"""In what the first is never smaller; None: nothing is known."""


def gets_no_less(kernel: Kernel, stated: NeverLess) -> bool:
    """Whether structure shows that no layer pays less in sum with the one value than with the other."""
    of = next(
        given.type
        for given in kernel.inputs
        if given.owner == "member" and given.name == stated.attribute
    )
    assert isinstance(of, Enum)
    attribute = e.Attribute("member", stated.attribute, of)
    more, less = (
        bounds_of(_with_value(kernel, attribute, value)) for value in (stated.more, stated.less)
    )
    pairs = _Pair(more, less, attribute)
    return all(pairs.of(e.Ref(one.pay), e.Ref(one.pay)) is not None for one in kernel.outcomes)


def _with_value(kernel: Kernel, attribute: e.Attribute, value: str) -> Kernel:
    is_value = e.Compare("==", attribute, e.Const(value, attribute.type))
    given = Case(kernel).given(e.Given("member", attribute.name), True)
    return given.given(is_value, True).kernel


@define
class _Pair:
    """Compares an expression of the kernel `more` with one of the kernel `less`. at: a total that
    stands for one number in both, while functions of it are compared; what does not read it is
    compared by `outer`, without it."""

    more: Bounds
    less: Bounds
    attribute: e.Attribute
    at: e.Total | None = None
    outer: _Pair | None = None
    _known: dict[tuple[str, str], Reach] = field(init=False, factory=dict)
    _differ: frozenset[str] = field(init=False)
    """Definitions and totals that may be other values in the two runs."""
    _back: _Pair | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        others = zip(self.more.kernel.items, self.less.kernel.items, strict=True)
        differ = {one.name for one, two in others if one != two or self._reads_attribute(one.name)}
        self._differ = self.more.moved_by(*differ) | self.less.moved_by(*differ)

    def _reads_attribute(self, name: str) -> bool:
        item = self.more.definitions.get(name) or self.more.accumulators[name]
        return any(self.attribute in walk(part) for part in item.exprs)

    @property
    def _flipped(self) -> _Pair:
        """The second run compared with the first."""
        if self._back is None:
            outer = None if self.outer is None else self.outer._flipped
            self._back = _Pair(self.less, self.more, self.attribute, self.at, outer)
        return self._back

    def is_same(self, one: e.Expr, two: e.Expr) -> bool:
        """Whether an expression is one value in both runs."""
        return one == two and not any(self._moves(node) for node in walk(one))

    def _moves(self, node: e.Expr) -> bool:
        match node:
            case e.Ref(name=name) | e.Total(accumulator=name) | e.Before(accumulator=name):
                return name in self._differ and node != self.at
            case _:
                return node == self.attribute

    def is_above(self, one: e.Expr, two: e.Expr) -> bool:
        """Whether it is never smaller in any row."""
        return self.of(one, two) == "rows"

    def of(self, one: e.Expr, two: e.Expr) -> Reach:
        """In what an expression of the first kernel is never smaller than one of the second."""
        if self.is_same(one, two):
            return "rows"
        if self.outer is not None:
            if self._reads_at(one) or self._reads_at(two):
                return self._parts(one, two)
            return self.outer.of(one, two)
        if self.more.ranges.value(one).low >= self.less.ranges.value(two).high:
            return "rows"
        if isinstance(one, e.Ref) and isinstance(two, e.Ref):
            names = (one.name, two.name)
            if names not in self._known:
                self._known[names] = self.of(self.more.seen(one), self.less.seen(two))
            return self._known[names]
        if isinstance(one, e.Ref) or isinstance(two, e.Ref):
            return self.of(self.more.seen(one), self.less.seen(two))
        stage, other, found = self.more.stage(one), self.less.stage(two), None
        if stage is not None and other is not None:
            found = self._stages(stage, other)
        return self._parts(one, two) if found is None else found

    def _reads_at(self, expr: e.Expr) -> bool:
        return self.at is not None and self.at in walk(expr)

    def _parts(self, one: e.Expr, two: e.Expr) -> Reach:
        match one, two:
            case e.Add(left=left, right=right), e.Add(left=other, right=more):
                return self._both(self.of(left, other), self.of(right, more))
            case e.Subtract(left=left, right=right), e.Subtract(left=other, right=more):
                return self._both(self.of(left, other), self._flipped.of(more, right))
            case (e.Scale(), _) | (_, e.Scale()):
                return self._scales(_scale(one), _scale(two))
            case (e.Min(left=left, right=right), e.Min(left=other, right=more)) | (
                e.Max(left=left, right=right),
                e.Max(left=other, right=more),
            ):
                return self._rows((left, other), (right, more))
            case e.Round(amount=amount), e.Round(amount=other) if evolve(one, amount=other) == two:
                return self._rows((amount, other))
            case (
                e.Choose(when=when, then=left, otherwise=right),
                e.Choose(when=same, then=other, otherwise=more),
            ) if self.is_same(when, same):
                return self._rows((left, other), (right, more))
            case e.Add(left=left, right=right), _ if self._is_natural(right):
                return self._rows((left, two))
            case _, e.Subtract(left=left, right=right) if self._flipped._is_natural(right):
                return self._rows((one, left))
            case _, e.Min(left=left, right=right):
                return self._rows((one, left)) or self._rows((one, right))
            case e.Choose(then=left, otherwise=right), _:
                return self._rows((left, two), (right, two))
            case _, e.Choose(then=left, otherwise=right):
                return self._rows((one, left), (one, right))
            case _:
                return None

    def _rows(self, *parts: tuple[e.Expr, e.Expr]) -> Reach:
        """Of what is no smaller wherever none of its parts is."""
        return "rows" if all(self.is_above(*part) for part in parts) else None

    def _both(self, one: Reach, two: Reach) -> Reach:
        """Of a sum of two."""
        if one is None or two is None:
            return None
        if one == "rows" or two == "rows":
            return two if one == "rows" else one
        constancy = self.more.constancy
        if constancy.refines(one, two):
            return two
        return one if constancy.refines(two, one) else None

    def _scales(self, one: e.Scale, two: e.Scale) -> Reach:
        reach = self.of(one.amount, two.amount)
        natural = self._is_natural(one.amount) and self.less.ranges.value(two.by).low >= 0
        if reach is None or not natural or not self.is_above(one.by, two.by):
            return None
        if reach == "rows" or (
            self.more.constancy.varying(one.by, reach) is None
            and self.less.constancy.varying(two.by, reach) is None
        ):
            return reach
        return None

    def _is_natural(self, expr: e.Expr) -> bool:
        """Whether an amount of the first run is never negative; a function of a total, wherever that is
        not."""
        if self.at is None or not self._reads_at(expr):
            return self.more.is_natural(expr)
        start = at_zero(expr, self.at, self.more.ranges)
        return self._rises(expr) and start is not None and start.low >= 0

    # ---- increases of functions of one total

    def _stages(self, one: Stage, two: Stage) -> Reach:
        keys = zip(
            (*one.scope.keys, one.scope.alone), (*two.scope.keys, two.scope.alone), strict=True
        )
        if one.total.name != two.total.name or not all(self.is_same(*key) for key in keys):
            return None
        if not self.is_above(one.alone or e.money(0), two.alone or e.money(0)):
            return None
        reach = self.of(one.added, two.added)
        natural = self.more.is_natural(one.added) and self.less.is_natural(two.added)
        if reach is None or not natural:
            return None
        at = e.Total(one.total.name)
        functions = _Pair(self.more, self.less, self.attribute, at, self)
        never_less = rises(one, self.more.ranges)
        grows = never_less and reach == "rows" and is_convex(one.of, at, self.more.ranges)
        if (grows or self.is_same(one.added, two.added)) and functions.is_steeper(one.of, two.of):
            return "rows"
        return (
            self._in_sum(one, two, reach) if never_less and functions.is_above(one.of, two.of) else None
        )

    def _in_sum(self, one: Stage, two: Stage, reach: Reach) -> Reach:
        """Where each function is one in the scope and begins at 0, its increases add up to its value."""
        for stage, bounds in ((one, self.more), (two, self.less)):
            beside = parts_beside(stage)
            if not _begins_at_zero(stage, bounds):
                return None
            if any(bounds.constancy.varying(part, stage.scope) is not None for part in beside):
                return None
        if isinstance(reach, Scope) and not self.more.constancy.refines(reach, one.scope):
            return None
        return one.scope

    def is_steeper(self, one: e.Expr, two: e.Expr) -> bool:
        """Whether the first function gains no less than the second wherever the total `at` grows."""
        if self.is_same(one, two):
            return True
        if not self._reads_at(two):
            return self._rises(one)
        match one, two:
            case e.Add(left=left, right=right), e.Add(left=other, right=more):
                return self.is_steeper(left, other) and self.is_steeper(right, more)
            case e.Subtract(left=left, right=right), e.Subtract(left=other, right=more) if not (
                self._reads_at(right) or self._reads_at(more)
            ):
                return self.is_steeper(left, other)
            case (e.Scale(), _) | (_, e.Scale()):
                first, second = _scale(one), _scale(two)
                return (
                    not (self._reads_at(first.by) or self._reads_at(second.by))
                    and self.less.ranges.value(second.by).low >= 0
                    and self.is_above(first.by, second.by)
                    and self._rises(first.amount)
                    and self.is_steeper(first.amount, second.amount)
                )
            case e.Max(left=low, right=inner), e.Max(left=other_low, right=other):
                # Wherever the second has left its least amount, the first has.
                return (
                    not (self._reads_at(low) or self._reads_at(other_low))
                    and self._flipped.is_above(other_low, low)
                    and self.is_above(inner, other)
                    and self._rises(inner)
                    and self.is_steeper(inner, other)
                )
            case e.Min(left=limit, right=inner), e.Min(left=other_limit, right=other):
                return (
                    not (self._reads_at(limit) or self._reads_at(other_limit))
                    and self.is_above(limit, other_limit)
                    and self.is_same(inner, other)
                    and self._rises(inner)
                )
            case _:
                return False

    def _rises(self, function: e.Expr) -> bool:
        return self.at is None or never_falls(function, self.at, self.more.ranges)


def _begins_at_zero(stage: Stage, bounds: Bounds) -> bool:
    total, rounding = e.Total(stage.total.name), shape_of(stage, bounds.ranges).rounding
    steps: tuple[tuple[e.Expr, e.Expr], ...] = ((stage.of, total),)
    if rounding is not None:
        steps = ((rounding.amount, total), (stage.of, rounding))
    return all(at_zero(of, variable, bounds.ranges) == between(0, 0) for of, variable in steps)


def _scale(expr: e.Expr) -> e.Scale:
    """An amount as a ratio of itself."""
    return expr if isinstance(expr, e.Scale) else e.Scale(expr, e.ratio(1))


__all__ = ["gets_no_less"]
