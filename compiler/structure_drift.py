"""Two runs of one unit that differ a little: between what each value, and the sum of a value, can come
to differ.

    raise    one amount of one claim is one minor unit larger
    insert   one claim more
    swap     two claims of one date in the other order

What is known of a value, comparing the second run with the first, is a `Drift`: how far a single row
differs, how far the sum so far differs over the rows of one key of a scope, at every moment, and how
many rows or keys differ at all. An increase of a function of a running total turns a difference of
the total into one of the sum: f(total') − f(total).

What keeps what (`D`: by how much the total differs, at every moment):

    f one in its scope        the sum differs by f's slope times D
    f convex, D never falls   every row differs by 0 or more, even where f is another for each row: a
                              threshold that varies, bands whose ratios rise
    any f                     a row differs by f's slope times two values of D
    min, max, a ratio, …      row by row; a sum survives + and −, a ratio that is one in the scope, and
                              any ratio where all rows differ to the same side
    a rounding                by whole steps; nothing where its amount is whole already

Where all rows differ to one side by whole minor units and sum up to one, it is one row that differs.
So a threshold hands one minor unit on to one row. What many units of difference do is what one does,
as often: so a larger bill never pays less where no sum can fall for one minor unit.
"""

from __future__ import annotations

from collections.abc import Callable
from math import floor, inf
from typing import Literal

from attrs import define, evolve, field, frozen

from hmbc.compiler.kernel import Accumulator
from hmbc.compiler.ranges import Interval
from hmbc.compiler.structure_bands import bands_of
from hmbc.compiler.structure_bounds import Bounds, parts_beside
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.structure_span import ANYTHING, NOTHING, Number, Span
from hmbc.compiler.structure_stage import (
    Stage,
    is_concave,
    is_convex,
    shape_of,
    slope_of,
)
from hmbc.compiler.structure_used import limit_of, rest_of
from hmbc.dsl import expr as e
from hmbc.dsl.expr import parts_of
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Date

Kind = Literal["raise", "insert", "swap"]


@frozen
class Drift:
    """How far a value drifts. Truth counts as 1.

    rows: by how much one row differs (of an inserted claim: any later row). sums: by how much the
    sum so far over the rows of one key of `scope` differs, whatever the scope where it is None; with
    a scope the inserted claim's own row is in it. one: all rows that differ share one key of the
    scope (None: it is a single row). changed: and it is the key (or the row) of the claim in which
    the runs differ.
    """

    rows: Span
    sums: Span
    scope: Scope | None = None
    one: bool = False
    changed: bool = False

    @property
    def in_all(self) -> Span:
        """By how much the sum over all rows differs."""
        return self.sums if self.scope is None or self.one else self.sums.sign

    @property
    def is_in_changed_row(self) -> bool:
        """Whether no other row differs than that of the claim in which the runs differ."""
        return self.scope is None and self.one and self.changed


SAME = Drift(NOTHING, NOTHING, one=True, changed=True)
"""Equal in every row."""


def _in_changed_row(rows: Span) -> Drift:
    return Drift(rows, rows.with_zero, one=True, changed=True)


@define
class Drifts:
    """The drifts of one kernel's values, for one kind of change; `raised`: the amount."""

    bounds: Bounds
    kind: Kind
    raised: str | None = None
    _known: dict[str, Drift | None] = field(init=False, factory=dict)
    _totals: dict[str, Drift | None] = field(init=False, factory=dict)
    _moved: frozenset[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._moved = self.bounds.moved_by(None if self.raised is None else f"claim.{self.raised}")

    def of_definition(self, name: str) -> Drift | None:
        """The drift of a definition; None where nothing is known."""
        if name not in self._known:
            found = self.of(self.bounds.definitions[name].expr)
            if found is not None and self.bounds.is_whole(e.Ref(name)):
                found = self._whole(found)
            self._known[name] = found
        return self._known[name]

    def of_sum(self, names: tuple[str, ...]) -> Span | None:
        """By how much what several definitions come to in sum over all rows differs."""
        found = NOTHING
        for name in names:
            drift = self.of_definition(name)
            if drift is None:
                return None
            found += drift.in_all
            if drift.scope is None:
                found += self._own(e.Ref(name))
        return found

    def _holds_own(self, drift: Drift) -> bool:
        """Whether the inserted claim's own row is in the sums."""
        return self.kind == "insert" and drift.scope is not None

    def _own(self, expr: e.Expr) -> Span:
        """What the inserted claim has itself."""
        if self.kind != "insert":
            return NOTHING
        return Span(0 if self.bounds.is_natural(expr) else -inf, inf)

    def _whole(self, drift: Drift) -> Drift:
        """Of whole minor units: if all rows differ to one side, by one in all, it is one row."""
        if self.kind != "raise" or drift.scope is None or not drift.one:
            return drift
        rows, sums = drift.rows, drift.sums
        if rows.low >= 0 and floor(min(sums.high, 2)) <= 1:
            return Drift(Span(0, floor(sums.high)), Span(0, floor(sums.high)), one=True)
        if rows.high <= 0 and floor(min(-sums.low, 2)) <= 1:
            low = -floor(-sums.low)
            return Drift(Span(low, 0), Span(low, 0), one=True)
        return drift

    # ---- expressions

    def of(self, expr: e.Expr) -> Drift | None:
        """The drift of an expression."""
        match expr:
            case e.Attribute(owner="claim", name=name) if name == self.raised:
                return _in_changed_row(Span(1, 1))
            case e.Const() | e.Attribute() | e.Given() | e.Parameter() | e.InPeriods():
                return SAME
            case e.Ref(name=name):
                return self.of_definition(name)
            case e.Subtract() if rest := rest_of(expr, self.bounds.accumulators):
                return self._rest(*rest)
            case e.Choose() | e.Increase() | e.Subtract() if stage := self.bounds.stage(expr):
                return self._stage(expr, stage)
            case e.Add(left=left, right=right):
                return self._sum(expr, left, right, Span.__add__)
            case e.Subtract(left=left, right=right):
                return self._sum(expr, left, right, Span.__sub__)
            case e.Max(left=left, right=right) if (only := self._only(left, right)) is not None:
                return self.of(only)
            case (
                e.Min(left=left, right=right)
                | e.Max(left=left, right=right)
                | e.And(left=left, right=right)
                | e.Or(left=left, right=right)
            ):
                one, two = self.of(left), self.of(right)
                return None if one is None or two is None else self._of_either(expr, one, two)
            case e.Not(of=inner):
                found = self.of(inner)
                return None if found is None else evolve(
                    found, rows=found.rows.flipped, sums=found.sums.flipped
                )
            case e.Scale(amount=amount, by=by):
                return self._scale(expr, amount, by)
            case e.Round(amount=amount, step=step):
                found = self.of(amount)
                if found is None or (step == 1 and self.bounds.is_whole(amount)):
                    return found
                return self._row_by_row(expr, found, lambda rows: self._rounded(expr, rows))
            case e.Choose(when=when, then=then, otherwise=otherwise):
                return self._choice(expr, when, then, otherwise)
            case e.Compare(op=op, left=left, right=right):
                return self._comparison(expr, op, left, right)
            case e.Share():
                return self._share(expr)
            case e.Total(accumulator=name) | e.Before(accumulator=name):
                return self._total(name)
            case _:
                inside = parts_of(expr)
                return SAME if inside and all(self.of(part) == SAME for part in inside) else None

    def _sum(
        self, expr: e.Expr, left: e.Expr, right: e.Expr, join: Callable[[Span, Span], Span]
    ) -> Drift | None:
        one, two = self.of(left), self.of(right)
        if one is None or two is None:
            return None
        if one == SAME and two == SAME:
            return SAME
        if one.is_in_changed_row and two.is_in_changed_row:
            return _in_changed_row(join(one.rows, two.rows))
        rows = join(one.rows.with_zero, two.rows.with_zero)
        if one.scope is None and two.scope is None:
            only = one == SAME or two == SAME
            return Drift(rows, join(one.sums, two.sums), one=only and one.one and two.one)
        scope = self._coarser(one.scope, two.scope)
        if scope is None:
            return self._drift(expr, rows, ANYTHING, None)
        sums, together = [], True
        for drift, part in ((one, left), (two, right)):
            over, single, changed = self._over(drift, scope)
            if drift.scope is None:
                over += self._own(part)
            sums.append(over)
            together = together and single and changed
        single = together
        if self.kind == "raise" and (one == SAME or two == SAME):
            single = (two if one == SAME else one).one
        return self._drift(expr, rows, join(sums[0], sums[1]), scope, single, together)

    def _coarser(self, one: Scope | None, two: Scope | None) -> Scope | None:
        """Of two scopes the one that the other refines."""
        if one is None or two is None:
            return one or two
        if self.bounds.constancy.refines(one, two):
            return two
        return one if self.bounds.constancy.refines(two, one) else None

    def _over(self, drift: Drift, scope: Scope) -> tuple[Span, bool, bool]:
        """How far sums over another scope differ, whether in one key of it, and whether in the
        changed claim's."""
        if drift.scope is None or drift.scope == scope:
            return drift.sums, drift.one, drift.changed
        if self.bounds.constancy.refines(drift.scope, scope):
            if drift.one:
                return drift.sums, True, drift.changed
            return drift.sums.sign, False, False
        sign = drift.rows.sign
        if self.kind == "insert":  # where the claim's own row is in the sum
            return Span(sign.low if drift.sums.low >= 0 else -inf, inf), False, False
        # Where all rows differ to one side, some of them differ by no more than all.
        if drift.one and drift.rows.low >= 0:
            return Span(0, drift.sums.high), False, False
        if drift.one and drift.rows.high <= 0:
            return Span(drift.sums.low, 0), False, False
        return sign, False, False

    def _of_either(self, expr: e.Expr, one: Drift, two: Drift) -> Drift:
        """Of what is always one of two values, or between them."""
        if one == SAME and two == SAME:
            return SAME
        if one.is_in_changed_row and two.is_in_changed_row:
            return _in_changed_row(one.rows.hull(two.rows))
        rows = one.rows.hull(two.rows).with_zero
        if one == SAME or two == SAME:
            only = two if one == SAME else one
            if only.scope is None and only.one:
                return Drift(rows, rows, one=True, changed=only.changed)
            if rows.low >= 0 or rows.high <= 0:
                sums = ANYTHING if self._holds_own(only) else only.sums.with_zero
                return self._drift(expr, rows, sums, only.scope, only.one, only.changed)
        return self._drift(expr, rows, ANYTHING, None)

    def _row_by_row(self, expr: e.Expr, drift: Drift, change: Callable[[Span], Span]) -> Drift:
        """Of an operation on single rows."""
        if drift == SAME:
            return SAME
        rows = change(drift.rows)
        if drift.scope is None and drift.one:
            return Drift(rows, rows.with_zero, one=True, changed=drift.changed)
        return self._drift(expr, rows, ANYTHING, None)

    def _drift(
        self,
        expr: e.Expr,
        rows: Span,
        sums: Span,
        scope: Scope | None,
        one: bool = False,
        changed: bool = False,
    ) -> Drift:
        """A drift of an expression, with what the sign of all rows says of sums. In sums over a scope
        an inserted claim's own row is in it, of which no more is known than whether it is negative."""
        if self.kind == "insert" and scope is not None:
            own = self._own(expr)
            known = Span(0 if rows.low >= 0 and own.low >= 0 else -inf, inf)
            if sums == ANYTHING:
                sums = known
            elif known.low == 0:
                sums = Span(max(sums.low, 0), sums.high)
        elif self.kind != "swap":
            sums = sums.meet(rows.with_zero.sign)
        return Drift(rows, sums, scope, one, one and changed)

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

    def _choice(
        self, expr: e.Expr, when: e.Expr, then: e.Expr, otherwise: e.Expr
    ) -> Drift | None:
        if (decided := self.bounds.ranges.decided(when)) is not None:
            return self.of(then if decided else otherwise)
        turns, one, two = self.of(when), self.of(then), self.of(otherwise)
        if turns is None or one is None or two is None:
            return None
        found = self._of_either(expr, one, two)
        if turns == SAME:
            only = one if two == SAME else two if one == SAME else None
            if only is not None and only.scope is not None and self._is_one(when, only.scope):
                sums = only.sums.with_zero + self._own(expr)
                return evolve(only, rows=only.rows.with_zero, sums=sums)
            return found
        if turns.scope is not None or not turns.one:
            return None
        rows, up = found.rows.with_zero, self._more(then, otherwise)
        if turns.rows.high > 0:
            rows = rows.hull(up)
        if turns.rows.low < 0:
            rows = rows.hull(up.flipped)
        if one == SAME and two == SAME or found.scope is None and found.changed and turns.changed:
            return Drift(rows, rows.with_zero, one=True, changed=turns.changed)
        return self._drift(expr, rows, ANYTHING, None)

    def _more(self, one: e.Expr, two: e.Expr) -> Span:
        """By how much one value is above another."""
        first, second = (self.bounds.ranges.value(part) for part in (one, two))
        low: Number = first.low - second.high
        if second.high <= 0 and self.bounds.is_natural(one):
            low = max(low, 0)
        return Span(low, first.high - second.low)

    def _comparison(
        self, expr: e.Expr, op: e.Comparison, left: e.Expr, right: e.Expr
    ) -> Drift | None:
        found = self._sum(expr, left, right, Span.__sub__)
        if found is None or found == SAME:
            return found
        rows = found.rows
        if op in ("<", "<="):
            rows = rows.flipped
        way = Span(0 if rows.low >= 0 else -1, 0 if rows.high <= 0 else 1)
        if op in ("==", "!="):
            way = Span(-1, 1)
        return self._row_by_row(expr, found, lambda _: way)

    def _scale(self, expr: e.Expr, amount: e.Expr, by: e.Expr) -> Drift | None:
        found, factor = self.of(amount), self.of(by)
        if found is None or factor is None:
            return None
        if factor != SAME:
            if found != SAME:
                return None
            value = self.bounds.ranges.value(amount)
            return self._row_by_row(expr, factor, lambda rows: rows.times(value))
        share = self.bounds.ranges.value(by)
        if found == SAME:
            return SAME
        rows, sums = found.rows.times(share), found.sums.times(share)
        if found.scope is None and found.one:
            return evolve(found, rows=rows, sums=sums)
        constant = found.scope is not None and self._is_one(by, found.scope)
        if constant or share.low == share.high:
            return evolve(found, rows=rows, sums=sums)
        signed = found.rows.low >= 0 or found.rows.high <= 0
        if not signed or share.low < 0 or self._holds_own(found):
            sums = ANYTHING
        return self._drift(expr, rows, sums.with_zero, found.scope, found.one, found.changed)

    def _is_one(self, expr: e.Expr, scope: Scope) -> bool:
        """Whether an expression is one value in a scope; for two claims that change places, whether
        it is the same for both, which have one date."""
        if self.kind == "swap":
            date = e.Attribute("claim", self.bounds.kernel.date, Date())
            scope = evolve(scope, keys=(*scope.keys, date))
        return self.bounds.constancy.varying(expr, scope) is None

    def _rounded(self, expr: e.Round, rows: Span) -> Span:
        """A rounding keeps order and, above 0 and but for half even, looks alike at every step."""
        if rows.is_zero:
            return rows
        extra = 0
        if expr.mode == "half_even" or not self.bounds.is_natural(expr.amount):
            extra = expr.step
        found = rows.in_steps(expr.step)
        return Span(
            found.low - extra if rows.low < 0 else 0, found.high + extra if rows.high > 0 else 0
        )

    def _share(self, expr: e.Share) -> Drift | None:
        """Of a proportional share: which way it goes; and by no more than the part of which it is
        the share, where there is no more to share than the whole."""
        parts = [self.of(part) for part in (expr.amount, expr.part, expr.whole)]
        if None in parts:
            return None
        amount, part, whole = parts
        assert amount is not None and part is not None and whole is not None
        if amount == part == whole == SAME:
            return SAME
        if not self.bounds.is_natural(expr.amount):
            return None
        ways = [amount.rows.with_zero, part.rows.with_zero, whole.rows.flipped.with_zero]
        way = (ways[0] + ways[1] + ways[2]).sign
        if any(one.scope is not None or not one.one for one in parts if one and one != SAME):
            return self._drift(expr, way, ANYTHING, None)
        rows = way
        if amount == whole == SAME and expr.mode != "half_even" and self.bounds.is_within(
            expr.amount, expr.whole
        ):
            rows = way.meet(part.rows.with_zero.in_steps(1))
        changed = all(one.changed for one in parts if one is not None)
        if sum(one != SAME for one in parts) > 1 and not changed:
            return self._drift(expr, way, ANYTHING, None)
        return Drift(rows, rows.with_zero, one=True, changed=changed)

    # ---- totals

    def _total(self, name: str) -> Drift | None:
        """A total as it stands: each row differs by what the sum so far does."""
        if self.kind == "raise" and name not in self._moved:
            return SAME
        if self.kind == "swap":
            return None
        if name not in self._totals:
            self._totals[name] = None  # while it is worked out: of one that reads itself
            item = self.bounds.accumulators[name]
            added = self.of(item.adds)
            if added is not None and all(self.of(key) == SAME for key in item.keys):
                over, _, _ = self._grown(item.adds, added, Scope(item.keys))
                rows = over.with_zero
                self._totals[name] = Drift(rows, rows.sign if not rows.is_zero else rows)
        return self._totals[name]

    def _grown(self, expr: e.Expr, added: Drift, scope: Scope) -> tuple[Span, bool, bool]:
        """How far totals differ at every moment, in one key, the changed claim's."""
        over, one, changed = self._over(added, scope)
        if self.kind == "insert" and added.scope is None:
            over += self._own(expr)
        if self.kind == "insert":
            one = changed = one and changed
        if self.kind == "raise" or self.bounds.is_natural(expr):
            if added.rows.low >= 0:
                over = over.meet(Span(0, inf))
            elif added.rows.high <= 0 and self.kind == "raise":
                over = over.meet(Span(-inf, 0))
        return over, one, changed

    def _stage(self, expr: e.Expr, stage: Stage) -> Drift | None:
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
        if self.kind == "raise" and added == SAME:
            return alone
        if alone != SAME and not (alone.scope is None and alone.changed and self.kind == "raise"):
            return None
        over, one, changed = self._grown(stage.added, added, stage.scope)
        if self.kind == "insert" and stage.alone is not None:
            over_alone = self._own(stage.alone)
        else:
            over_alone = NOTHING
        found = self._increase(expr, stage, added, over, one, changed)
        if found is None:
            return None
        if alone != SAME:
            rows, sums = found.rows.hull(alone.rows), found.sums.hull(alone.sums)
            return Drift(rows, sums, found.scope, found.one and found.changed, found.changed)
        return evolve(found, sums=found.sums + over_alone)

    def _increase(
        self, expr: e.Expr, stage: Stage, added: Drift, over: Span, one: bool, changed: bool
    ) -> Drift | None:
        """Of a function whose total differs by `over`."""
        ranges, total = self.bounds.ranges, e.Total(stage.total.name)
        if self.kind == "swap":
            alike = all(self._is_one(part, stage.scope) for part in parts_beside(stage))
            if not alike or not over.is_zero:
                return None
            return Drift(ANYTHING, NOTHING, stage.scope)
        constant = all(self._is_one(part, stage.scope) for part in parts_beside(stage))
        shape = shape_of(stage, ranges)
        if shape.rounding is None:
            slope = slope_of(stage.of, total, ranges)
            if slope is None:
                return None
            moved = over.times(slope)
        elif shape.within is None or shape.around is None:
            return None
        else:
            moved = self._rounded(shape.rounding, over.times(shape.within)).times(shape.around)
        rows, sums = moved - moved, moved if constant else ANYTHING
        natural = self.bounds.is_natural(stage.added)
        rising = natural and added.rows.low >= 0
        falling = natural and added.rows.high <= 0 and self.kind == "raise"
        if (rising or falling) and is_convex(stage.of, total, ranges):
            rows = moved.meet(Span(0, inf) if rising else Span(-inf, 0))
            climb = self._climb(stage)
            if not constant and climb is not None and self.kind == "raise":
                sums = over.times(climb)
        elif rising and shape.slope is not None and shape.slope.low >= 0:
            if is_concave(stage.of, total, ranges):
                high = added.rows.with_zero.times(shape.slope).high
                rows = rows.meet(Span(-inf, high))
        return self._drift(expr, rows, sums, stage.scope, one, changed)

    def _climb(self, stage: Stage) -> Interval | None:
        """How much the slopes of convex functions, one for each row, add up to."""
        total = e.Total(stage.total.name)
        bands = bands_of(stage.of, total, self.bounds.ranges)
        if bands is not None:
            return bands.climb(self.bounds.ranges)
        return None

    def _rest(self, amount: e.Expr, used: Accumulator, limit: e.Expr) -> Drift | None:
        """What is left of an amount above a limit that may be another for each row: as of a
        threshold, no row falls where no row of the amount does, and in sum it goes at most as far."""
        added = self.of(amount)
        if added is None or not self._steady(used, limit, amount):
            return None
        scope = Scope(used.keys)
        over, one, changed = self._grown(amount, added, scope)
        if self.kind == "swap":
            if not over.is_zero or not self._is_one(limit, scope):
                return None
            return Drift(ANYTHING, NOTHING, scope)
        if added.rows.low >= 0:
            up = Span(0, over.high)
            return Drift(up, up, scope, one, changed)
        if added.rows.high <= 0 and self.kind == "raise":
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
        if self.kind == "swap":
            over, _, _ = self._grown(amount, added, scope)
            if not over.is_zero or not self._is_one(limit, scope):
                return None
            return Drift(ANYTHING, NOTHING, scope)
        over, one, changed = self._grown(amount, added, scope)
        rising = added.rows.low >= 0
        falling = added.rows.high <= 0 and self.kind == "raise"
        if not rising and not falling:
            # Sums over periods of time that follow each other, in each of which the limit is one.
            inner = added.scope
            if (
                inner is None
                or not self._is_one(limit, inner)
                or not self.bounds.constancy.refines(inner, scope)
                or not self._in_turn(inner)
            ):
                return None
            rising, falling = added.sums.low >= 0, added.sums.high <= 0
            if not rising and not (falling and self.kind == "raise"):
                return None
        sums = Span(0, over.high) if rising else Span(over.low, 0)
        return Drift(sums - sums, sums, scope, one, changed)

    def _steady(self, used: Accumulator, limit: e.Expr, amount: e.Expr) -> bool:
        """Whether limits and keys are the same in both runs and amounts not negative."""
        parts = (*used.keys, limit)
        return self.bounds.is_natural(amount) and all(self.of(part) == SAME for part in parts)

    def _in_turn(self, scope: Scope) -> bool:
        """Whether the rows of a key follow each other: keys made of the deciding date alone."""
        date = ("claim", self.bounds.kernel.date)
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

