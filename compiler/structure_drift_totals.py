"""Between what running totals, and increases of functions of them, drift: what a total differs by at
every moment becomes what the sum of a function of it differs by. structure_drift says what keeps what.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from attrs import define, evolve, field

from hmbc.compiler.interval import Interval
from hmbc.compiler.kernel import Accumulator
from hmbc.compiler.structure_bands import bands_of
from hmbc.compiler.structure_drift_value import SAME, Drift, Joins
from hmbc.compiler.structure_filled import is_filled
from hmbc.compiler.structure_running_down import runs_down
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.structure_single_rows import UNITS, any_of, each, passed, sum_of
from hmbc.compiler.structure_span import ANYTHING, NOTHING, Span
from hmbc.compiler.structure_stage import (
    Stage,
    is_concave,
    is_convex,
    never_falls,
    parts_beside,
    shape_of,
    slope_of,
)
from hmbc.compiler.structure_used import limit_of
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk


@define
class TotalDrifts:
    """The drifts of one kernel's totals. of: the drift of any expression; moved: the definitions and
    totals that read what differs; drop: forget what was concluded of definitions."""

    joins: Joins
    of: Callable[[e.Expr], Drift | None]
    moved: frozenset[str]
    drop: Callable[[], None]
    _totals: dict[str, Drift | None] = field(init=False, factory=dict)
    _assumed: list[str] = field(init=False, factory=list)
    """Totals of which it is assumed that they are nowhere less before a row."""
    _falling: set[str] = field(init=False, factory=set)
    """Those of which that does not follow."""

    def total(self, name: str) -> Drift | None:
        """A total as it stands: each row differs by what the sum so far does."""
        if self.joins.kind == "raise" and name not in self.moved:
            return SAME
        if self.joins.kind == "swap":
            return None
        if name not in self._totals:
            if self.joins.bounds.reads_itself(name) and name not in self._falling:
                self._totals[name] = self._by_rows(name)
            else:
                self._totals[name] = None  # while it is worked out
                self._totals[name] = self._standing(name)
        return self._totals[name]

    def _standing(self, name: str) -> Drift | None:
        item = self.joins.bounds.accumulators[name]
        added = self.of(item.adds)
        if added is None or any(self.of(key) != SAME for key in item.keys):
            return None
        over, _, _ = self.grown(item.adds, added, Scope(item.keys))
        rows = over.with_zero
        return Drift(rows, rows.sign if not rows.is_zero else rows)

    def _by_rows(self, name: str) -> Drift | None:
        """The same of a total that reads what it was before the row, by induction over rows: if it is
        nowhere less before a row, and the row then adds no less, it is nowhere less after it. What is
        concluded while that is assumed, of other totals that read each other too, stands if it does."""
        self._totals[name] = Drift(Span(0, inf), Span(0, inf))
        self._assumed.append(name)
        item = self.joins.bounds.accumulators[name]
        found, added = self._standing(name), self.of(item.adds)
        self._assumed.pop()
        natural = self.joins.bounds.is_natural(item.adds)
        if found is not None and added is not None and added.rows.low >= 0 and natural:
            return found
        self._falling.add(name)
        kept = {one: self._totals[one] for one in self._assumed}
        self._totals.clear()
        self._totals.update(kept)
        self.drop()
        return None

    def over(self, amount: e.Expr, added: Drift, scope: Scope) -> Span:
        """How far an amount's sum differs at every moment, over one key of a scope."""
        return self.grown(amount, added, scope)[0]

    def forget(self) -> None:
        """Work out every total anew."""
        self._totals.clear()

    def grown(self, expr: e.Expr, added: Drift, scope: Scope) -> tuple[Span, bool, bool]:
        """How far totals differ at every moment, in one key, the changed claim's."""
        over, one, changed = self.joins.over(added, scope)
        if self.joins.kind == "insert" and added.scope is None:
            over += self.joins.own(expr)
        if self.joins.kind == "insert":
            one = changed = one and changed
        if self.joins.kind == "raise" or self.joins.bounds.is_natural(expr):
            if added.rows.low >= 0:
                over = over.meet(Span(0, inf))
            elif added.rows.high <= 0 and self.joins.kind == "raise":
                over = over.meet(Span(-inf, 0))
        return over, one, changed

    def in_all(self, total: Accumulator, added: Drift) -> Span:
        """By how much a function of a total with a slope between 0 and 1 can come to differ at the end,
        summed over its keys. What the keys come to together does not say that: where one gains what
        another loses, the function may follow either alone."""
        over, one, _ = self.grown(total.adds, added, Scope(total.keys))
        found = (over if one else over.sign).with_zero
        few = added.few if self.joins.kind == "raise" else None
        return found if few is None else found.meet(any_of(few))

    def stage(self, expr: e.Expr, stage: Stage) -> Drift | None:
        """An increase of a function of a total."""
        down = runs_down(self.joins.bounds, stage) if self.joins.kind == "raise" else None
        if down is not None and (found := self._run_down(stage, *down)) is not None:
            return found
        beside = parts_beside(stage)
        for part in (*stage.scope.keys, stage.scope.alone, *beside):
            if self.of(part) != SAME:
                return None
        is_total = stage.alone is None and stage.of == e.Total(stage.total.name)
        if is_total and (limited := limit_of(stage.total)) is not None:
            return self._used(stage.total, *limited)
        added = self.of(stage.added)
        alone = SAME if stage.alone is None else self.of(stage.alone)
        if added is None or alone is None:
            return None
        if is_total:
            return added
        if self.joins.kind == "raise" and added == SAME and alone.scope is None:
            return alone
        if alone != SAME and self.joins.kind != "raise":
            return None
        over, one, changed = self.grown(stage.added, added, stage.scope)
        if self.joins.kind == "insert" and stage.alone is not None:
            over_alone = self.joins.own(stage.alone)
        else:
            over_alone = NOTHING
        found = self._increase(expr, stage, added, over, one, changed)
        if found is None:
            return None
        if alone != SAME and alone.scope is None and alone.changed:
            rows, sums = found.rows.hull(alone.rows), found.sums.hull(alone.sums)
            return Drift(rows, sums, found.scope, found.one and found.changed, found.changed)
        if alone != SAME:
            # Of several rows that stand by themselves, each is a key of its own.
            rows = found.rows.hull(alone.rows).with_zero
            return Drift(rows, found.sums.hull(alone.rows).with_zero, found.scope)
        return evolve(found, sums=found.sums + over_alone)

    def _increase(
        self, expr: e.Expr, stage: Stage, added: Drift, over: Span, one: bool, changed: bool
    ) -> Drift | None:
        """Of a function whose total differs by `over`."""
        ranges, total = self.joins.bounds.ranges, e.Total(stage.total.name)
        if self.joins.kind == "swap":
            alike = all(self.joins.is_one(part, stage.scope) for part in parts_beside(stage))
            if not alike or not over.is_zero:
                return None
            return Drift(ANYTHING, NOTHING, stage.scope)
        constant = all(self.joins.is_one(part, stage.scope) for part in parts_beside(stage))
        shape = shape_of(stage, ranges)
        slope = slope_of(stage.of, total, ranges)
        jumps = slope is None and (shape.within is None or shape.around is None)
        if jumps and not never_falls(stage.of, total, ranges):
            return None
        if jumps:
            moved = over.sign
        elif shape.rounding is None:
            assert slope is not None
            moved = over.times(slope)
        else:
            assert shape.within is not None and shape.around is not None
            moved = self.joins.rounded(shape.rounding, over.times(shape.within)).times(shape.around)
        rows, sums = moved - moved, moved if constant else ANYTHING
        natural = self.joins.bounds.is_natural(stage.added)
        rising = natural and added.rows.low >= 0
        falling = natural and added.rows.high <= 0 and self.joins.kind == "raise"
        if (rising or falling) and shape.rises and is_convex(stage.of, total, ranges):
            rows = moved.meet(Span(0, inf) if rising else Span(-inf, 0))
            climb = self._climb(stage)
            if not constant and climb is not None and self.joins.kind == "raise":
                sums = over.times(climb)
        elif rising and shape.slope is not None and shape.slope.low >= 0:
            if is_concave(stage.of, total, ranges):
                high = added.rows.with_zero.times(shape.slope).high
                rows = rows.meet(Span(-inf, high))
        if (rising or falling) and sums == ANYTHING and (path := self._path(stage)) is not None:
            sums = over.times(path)
        found = self.joins.made(expr, rows, sums, stage.scope, one, changed)
        one_function = constant and slope is not None and shape.rounding is None and stage.alone is None
        if self.joins.kind == "raise" and one_function:
            assert slope is not None
            found = evolve(found, total=_over_keys(over, added, slope))
        few = added.few if self.joins.kind == "raise" and natural and constant else None
        if few is None or jumps or stage.alone is not None:
            return found
        if shape.rounding is None:
            assert slope is not None
            alone = each(few, lambda span: span.times(slope))
        else:
            rounding, within, around = shape.rounding, shape.within, shape.around
            assert within is not None and around is not None
            alone = each(
                few, lambda span: self.joins.rounded(rounding, span.times(within)).times(around)
            )
        assert alone is not None
        parts = None
        if self.joins.bounds.whole.of(stage.added):
            parts = passed(self.joins.bounds, stage.of, total, few, over, one)
        return self.joins.spread(found, parts, found.total.meet(sum_of(alone)))

    def _run_down(self, stage: Stage, limit: e.Expr, of: e.Expr) -> Drift | None:
        """Of what is capped by an amount that runs down: in sum it is the largest of what caps let through."""
        capped, bounds = evolve(stage, of=of), self.joins.bounds
        if stage.alone is not None or any(
            self.of(part) != SAME or not self.joins.is_one(part, stage.scope) for part in parts_beside(capped)
        ):
            return None
        shape, added, cap = shape_of(capped, bounds.ranges), self.of(stage.added), self.of(limit)
        steady = all(self.of(key) == SAME for key in stage.scope.keys)
        if not steady or added is None or cap is None or not shape.rises or not bounds.is_natural(stage.added):
            return None
        over, one, changed = self.grown(stage.added, added, stage.scope)
        if shape.rounding is None:
            assert shape.slope is not None
            moved = over.times(shape.slope)
        else:
            assert shape.within is not None and shape.around is not None
            moved = self.joins.rounded(shape.rounding, over.times(shape.within)).times(shape.around)
        sums = moved.hull(cap.rows).with_zero
        if cap != SAME:
            one = changed = changed and self._is_of_one_key(limit, stage.scope)
        return Drift(sums - sums, sums, stage.scope, one, changed)

    def _is_of_one_key(self, expr: e.Expr, scope: Scope) -> bool:
        """Whether an expression differs in rows of one key of a scope alone, that of the claim in which the runs
        differ: it reads totals that do."""
        match expr:
            case e.Ref(name=name):
                return self._is_of_one_key(self.joins.bounds.definitions[name].expr, scope)
            case e.Total(accumulator=name) | e.Before(accumulator=name):
                item = self.joins.bounds.accumulators[name]
                added = self.of(item.adds)
                return (
                    added is not None
                    and Scope(item.keys) == scope
                    and all(self.grown(item.adds, added, scope)[1:])
                )
            case _:
                parts = e.parts_of(expr)
                return all(self._is_of_one_key(part, scope) for part in parts) if parts else self.of(expr) == SAME

    def _path(self, stage: Stage) -> Interval | None:
        """What the slopes of bands come to in sum, of which some vary from row to row."""
        ranges = self.joins.bounds.ranges
        bands = bands_of(stage.of, e.Total(stage.total.name), ranges)
        if bands is None:
            return None
        return bands.path(ranges, lambda part: self.joins.is_one(part, stage.scope))

    def _climb(self, stage: Stage) -> Interval | None:
        """How much the slopes of convex functions, one for each row, add up to."""
        ranges = self.joins.bounds.ranges
        bands = bands_of(stage.of, e.Total(stage.total.name), ranges)
        if bands is None:
            return None
        return bands.climb(ranges, lambda part: self.joins.is_one(part, stage.scope))

    def rest(self, amount: e.Expr, used: Accumulator, limit: e.Expr) -> Drift | None:
        """What is left of an amount above a limit that may be another for each row: as of a
        threshold, no row falls where no row of the amount does, and in sum it goes at most as far."""
        added = self.of(amount)
        if added is None or not self._steady(used, limit, amount):
            return None
        scope = Scope(used.keys)
        over, one, changed = self.grown(amount, added, scope)
        if self.joins.kind == "swap":
            return self._swapped(used, amount, limit, added)
        if added.rows.low >= 0:
            up = Span(0, over.high)
            return Drift(up, up, scope, one, changed)
        if added.rows.high <= 0 and self.joins.kind == "raise":
            down = Span(over.low, 0)
            return Drift(down, down, scope, one, changed)
        return None

    def _used(self, used: Accumulator, amount: e.Expr, limit: e.Expr) -> Drift | None:
        """What is used of a limit that may be another for each row. The total is the larger of what
        it was and the limit or what comes to it: it never falls where nothing that comes does."""
        added = self.of(amount)
        if added is None or not self._steady(used, limit, amount):
            return None
        scope = Scope(used.keys)
        if self.joins.kind == "swap":
            return self._swapped(used, amount, limit, added)
        over, one, changed = self.grown(amount, added, scope)
        rising = added.rows.low >= 0
        falling = added.rows.high <= 0 and self.joins.kind == "raise"
        if not rising and not falling:
            # Sums over periods of time that follow each other, in each of which the limit is one.
            inner = added.scope
            if (
                inner is None
                or not self.joins.is_one(limit, inner)
                or not self.joins.bounds.constancy.refines(inner, scope)
                or not self._in_turn(inner)
            ):
                return None
            rising, falling = added.sums.low >= 0, added.sums.high <= 0
            if not rising and not (falling and self.joins.kind == "raise"):
                return None
        sums = Span(0, over.high) if rising else Span(over.low, 0)
        found = Drift(sums - sums, sums, scope, one, changed)
        bounds, few = self.joins.bounds, added.few or {}
        if len(few) == 1 and sums in UNITS and bounds.whole.of(amount) and bounds.whole.of(limit):
            # What one row uses more of it is left to a later one, once.
            [(row, span)] = few.items()
            span = span.with_zero
            return self.joins.spread(found, {row: span, ("past", used.name): span.flipped})
        return found

    def _swapped(
        self, used: Accumulator, amount: e.Expr, limit: e.Expr, added: Drift
    ) -> Drift | None:
        """What is used of a limit, or left above it, by two claims that change places: the same in sum
        where the limit is one for both and what comes to it is, or where each fills its own at once."""
        scope = Scope(used.keys)
        over, _, _ = self.grown(amount, added, scope)
        one = over.is_zero and self.joins.is_one(limit, scope)
        if one or added == SAME and is_filled(self.joins.bounds, amount, limit):
            return Drift(ANYTHING, NOTHING, scope)
        return None

    def _steady(self, used: Accumulator, limit: e.Expr, amount: e.Expr) -> bool:
        """Whether limits and keys are the same in both runs and amounts not negative."""
        parts = (*used.keys, limit)
        return self.joins.bounds.is_natural(amount) and all(self.of(part) == SAME for part in parts)

    def _in_turn(self, scope: Scope) -> bool:
        """Whether the rows of a key follow each other: keys made of the deciding date alone."""
        date = ("claim", self.joins.bounds.kernel.date)
        return scope.alone == e.FALSE and all(
            (node.owner, node.name) == date
            for key in scope.keys
            for node in walk(key)
            if isinstance(node, e.Attribute | e.Given | e.InPeriods)
        ) and not any(
            isinstance(node, e.Ref | e.Total | e.Before | e.InPeriods)
            for key in scope.keys
            for node in walk(key)
        )


def _over_keys(over: Span, added: Drift, slope: Interval) -> Span:
    """By how much a function, one for all rows of a key, comes to differ in sum over all keys. over: by how much the
    total differs in each of them. Where none of them is less, or none is more, none goes further than its total, and these add up."""
    if slope.low < 0 or over.low < 0 < over.high:
        return ANYTHING
    return added.in_all.meet(over.sign).times(slope)
