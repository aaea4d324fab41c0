"""Bands: functions of a total that are sums of ratios times slices of it.

    r1 × max(0, min(total, b1) − b0) + r2 × max(0, min(total, b2) − b1) + …

Slices that do not overlap never add their ratios up, whatever the borders are: the slope is one
ratio at a time. Where ratios rise from slice to slice the function is convex. Whether one ratio is at
most another is decided case by case of the conditions that both read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import reduce
from itertools import pairwise, product

from attrs import evolve, frozen

from hmbc.compiler.interval import Interval, between
from hmbc.compiler.ranges import Ranges
from hmbc.dsl import expr as e
from hmbc.dsl.reads import terms, walk

_MOST_CONDITIONS = 6


@frozen
class Slice:
    """The part of a total between two borders (`upper` None: without end), times a ratio."""

    ratio: e.Expr
    lower: e.Expr
    upper: e.Expr | None


@frozen
class Bands:
    """Slices in ascending order that never overlap."""

    slices: tuple[Slice, ...]

    def slope(self, ranges: Ranges) -> Interval:
        """Between what the slope lies."""
        found = between(0, 0)
        for one in self.slices:
            found = found.hull(ranges.value(one.ratio))
        return found

    def is_convex(self, ranges: Ranges) -> bool:
        """Whether the slope never falls as the total grows."""
        if ranges.value(self.slices[0].ratio).low < 0:
            return False
        return self._is_closed() and all(
            step is not None and step.low >= 0 for step in self._steps(ranges)
        )

    def climb(self, ranges: Ranges, is_one: Callable[[e.Expr], bool]) -> Interval | None:
        """Of a convex function whose ratios may be others for each row, its borders being one in its
        scope: how far slopes add up while the total grows past each border once. (Past borders that
        are others for each row it may grow in every row.)"""
        if not all(map(is_one, self._borders)):
            return None
        high = ranges.value(self.slices[0].ratio).high
        for step in self._steps(ranges):
            if step is None:
                return None
            high += max(step.high, Fraction(0))
        return Interval(Fraction(0), high)

    def path(self, ranges: Ranges, is_one: Callable[[e.Expr], bool]) -> Interval | None:
        """Of a function whose borders are one in its scope, while the ratios of some slices may be
        others for each row: what all rows that follow a total by one more come to differ by.

        A row n differs by s_n(T) − s_n(T before it), s_n being the slope of its function; the row that
        brings the one more, by s_n(T). As long as the total stays in a slice nothing differs, and a row
        that takes it from one slice to the next differs by the ratio that it has there less the ratio
        that it has in the one before. A ratio that is one in the scope is added where a slice is
        entered and taken off, the same, where it is left. So the sum is the ratio of the slice in which
        the total is at last, and what the ratios of slices that vary differ by on the way.
        """
        if not self._is_closed() or not all(map(is_one, self._borders)):
            return None
        found, astray = between(0, 0), Fraction(0)
        for one in self.slices:
            ratio = ranges.value(one.ratio)
            found = found.hull(Interval(ratio.low - astray, ratio.high + astray))
            if not is_one(one.ratio):
                astray += ratio.high - ratio.low
        return found

    @property
    def _borders(self) -> list[e.Expr]:
        return [part for one in self.slices for part in (one.lower, one.upper) if part is not None]

    def _steps(self, ranges: Ranges) -> Iterator[Interval | None]:
        for one, two in pairwise(self.slices):
            yield _difference(one.ratio, two.ratio, ranges)

    def _is_closed(self) -> bool:
        """Whether one slice begins where the one before ends, or that one is empty; and the last has
        no end."""
        for one, two in pairwise(self.slices):
            assert one.upper is not None
            rest = [arm for arm in _arms(two.lower) if arm != one.upper]
            if len(rest) == len(_arms(two.lower)) or not set(rest) <= set(_arms(one.lower)):
                return False
        return self.slices[-1].upper is None


def bands_of(expr: e.Expr, total: e.Expr, ranges: Ranges) -> Bands | None:
    """The bands that an expression is; None for another form."""
    slices = []
    for term in terms(expr):
        ratio: e.Expr = e.ratio(1)
        if isinstance(term, e.Scale):
            ratio, term = term.by, term.amount
        found = _slice(term, ratio, total)
        if found is None or total in walk(ratio):
            return None
        slices.append(found)
    while len(slices) > 1 and _is_empty(slices[0], ranges):
        del slices[0]  # below a threshold
    for one, two in pairwise(slices):
        if one.upper is None or not _is_above(two.lower, one.upper, ranges):
            return None
        if two.upper is not None and not _is_above(two.upper, one.upper, ranges):
            return None
    return Bands(tuple(slices))


@frozen
class Topmost:
    """The topmost part of an amount, in bands of the amount."""

    bands: Bands
    amount: e.Expr
    part: e.Expr

    def above(self, limit: e.Expr) -> e.Expr:
        """What the bands come to of that part of the amount which is above a limit."""
        zero = e.money(0)
        added: list[e.Expr] = []
        for one in self.bands.slices:
            upper = self.amount if one.upper is None else e.Min(self.amount, one.upper)
            lower = limit if one.lower == zero else e.Max(one.lower, limit)
            added.append(e.Scale(e.Max(zero, e.Subtract(upper, lower)), one.ratio))
        return reduce(e.Add, added)


def topmost_of(expr: e.Expr, ranges: Ranges) -> Topmost | None:
    """Of the topmost part x of an amount v, in bands of v; None for another form.

        r1 × max(0, min(v, b1) − max(0, v − x)) + r2 × max(0, v − max(b1, v − x))

    Each slice is what its band and the range from v − x to v have in common, so that for x >= 0 all slices
    come to x at most, if bands do not overlap.
    """
    whole: list[e.Expr] = []
    rests: set[e.Subtract] = set()
    for term in terms(expr):
        scaled, ratio = (term.amount, term.by) if isinstance(term, e.Scale) else (term, e.ratio(1))
        match scaled:
            case e.Max(
                left=e.Const(value=0) as zero,
                right=e.Subtract(left=upper, right=e.Max(left=lower, right=e.Subtract() as rest)),
            ):
                rests.add(rest)
                whole.append(e.Scale(e.Max(zero, e.Subtract(upper, lower)), ratio))
            case _:
                return None
    if len(rests) != 1:
        return None
    rest = rests.pop()
    found = bands_of(reduce(e.Add, whole), rest.left, ranges)
    return None if found is None else Topmost(found, rest.left, rest.right)


def _is_empty(one: Slice, ranges: Ranges) -> bool:
    return one.upper is not None and ranges.value(one.upper).high <= ranges.value(one.lower).low


def _slice(term: e.Expr, ratio: e.Expr, total: e.Expr) -> Slice | None:
    zero: e.Expr = e.money(0)
    inner = term
    match term:
        case e.Max(left=e.Const(value=0), right=e.Subtract() as inner):
            pass
        case e.Max(left=e.Subtract() as inner, right=e.Const(value=0)):
            pass
        case e.Min() if (upper := _upper(term, total)) is not None:
            return Slice(ratio, zero, upper)
        case _:
            return Slice(ratio, zero, None) if term == total else None
    match inner:
        case e.Subtract(left=left, right=lower) if total not in walk(lower):
            if left == total:
                return Slice(ratio, lower, None)
            upper = _upper(left, total)
            return None if upper is None else Slice(ratio, lower, upper)
        case _:
            return None


def _upper(expr: e.Expr, total: e.Expr) -> e.Expr | None:
    """The border of `min(total, border)`."""
    match expr:
        case e.Min(left=left, right=right) if left == total or right == total:
            border = right if left == total else left
            return None if total in walk(border) else border
        case _:
            return None


def _arms(expr: e.Expr) -> tuple[e.Expr, ...]:
    """What a maximum is the largest of."""
    if isinstance(expr, e.Max):
        return (*_arms(expr.left), *_arms(expr.right))
    return (expr,)


def _is_above(high: e.Expr, low: e.Expr, ranges: Ranges) -> bool:
    if low in _arms(high) or ranges.value(high).low >= ranges.value(low).high:
        return True
    # A row is rejected whose borders, being parameters, do not ascend.
    fails = e.Compare(">=", low, high)
    return any(fails in _either(reject.when) for reject in ranges.kernel.rejects)


def _either(expr: e.Expr) -> tuple[e.Expr, ...]:
    """Conditions of which one is enough."""
    if isinstance(expr, e.Or):
        return (*_either(expr.left), *_either(expr.right))
    return (expr,)


# ---- one ratio and the next


def _difference(low: e.Expr, high: e.Expr, ranges: Ranges) -> Interval | None:
    """Between what `high − low` lies, in each case of the conditions that they read."""
    conditions = list(
        dict.fromkeys(
            node.when for one in (low, high) for node in walk(one) if isinstance(node, e.Choose)
        )
    )
    if len(conditions) > _MOST_CONDITIONS:
        return None
    found: Interval | None = None
    for truths in product((True, False), repeat=len(conditions)):
        case = dict(zip(conditions, truths, strict=True))
        one, two = _settled(low, case), _settled(high, case)
        here = ranges.value(two) - ranges.value(one)
        if _at_most(one, two, ranges):
            here = evolve(here, low=max(here.low, Fraction(0)))
        found = here if found is None else found.hull(here)
    return found


def _settled(expr: e.Expr, case: Mapping[e.Expr, bool]) -> e.Expr:
    """An expression with its choices made."""
    if isinstance(expr, e.Choose) and expr.when in case:
        return _settled(expr.then if case[expr.when] else expr.otherwise, case)
    return e.rebuild(expr, lambda part: _settled(part, case))


def _at_most(low: e.Expr, high: e.Expr, ranges: Ranges) -> bool:
    """Whether one is never above the other, from their forms and ranges."""
    if low == high or ranges.value(low).high <= ranges.value(high).low:
        return True
    match low, high:
        case e.Max(left=a, right=b), _ if _at_most(a, high, ranges) and _at_most(b, high, ranges):
            return True
        case _, e.Min(left=a, right=b) if _at_most(low, a, ranges) and _at_most(low, b, ranges):
            return True
        case e.Min(left=a, right=b), _ if _at_most(a, high, ranges) or _at_most(b, high, ranges):
            return True
        case _, e.Max(left=a, right=b) if _at_most(low, a, ranges) or _at_most(low, b, ranges):
            return True
        case e.Scale(amount=a, by=x), e.Scale(amount=b, by=y) if x == y:
            return ranges.value(x).low >= 0 and _at_most(a, b, ranges)
        case e.Subtract(left=a, right=x), e.Subtract(left=b, right=y):
            return _at_most(a, b, ranges) and _at_most(y, x, ranges)
        case _, e.Add():
            return _sums(low, high, ranges)
        case _:
            return False


def _sums(low: e.Expr, high: e.Expr, ranges: Ranges) -> bool:
    """Sums term by term: each of the lower's is in the upper's, what is over there is not negative."""
    rest = list(terms(high))
    for term in terms(low):
        if term not in rest:
            return False
        rest.remove(term)
    return all(ranges.value(term).low >= 0 for term in rest)
