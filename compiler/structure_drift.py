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
    a choice                  by what one case is above the other, too, in rows where the condition turns:
                              a layer that a growing total opens pays no less
    a rounding                by whole steps; nothing where its amount is whole already

Where all rows differ to one side by whole minor units and sum up to one, it is one row that differs.
So a threshold hands one minor unit on to one row. What many units of difference do is what one does,
as often: so a larger bill never pays less where no sum can fall for one minor unit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf

from attrs import define, evolve, field

from hmbc.compiler.interval import Interval, between
from hmbc.compiler.kernel import Accumulator
from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_drawn import drawn_in_order
from hmbc.compiler.structure_drift_share import drift_of_share
from hmbc.compiler.structure_drift_totals import TotalDrifts
from hmbc.compiler.structure_drift_value import SAME, Drift, Joins, Kind, in_changed_row
from hmbc.compiler.structure_fading import left_as_it_fades
from hmbc.compiler.structure_kept import without_kept
from hmbc.compiler.structure_last_year import last_year_of
from hmbc.compiler.structure_left_over import left_over
from hmbc.compiler.structure_nothing import Nothing, counts_where, never_both
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.structure_single_rows import Parts, each, joined, linear
from hmbc.compiler.structure_span import ANYTHING, NOTHING, Number, Span
from hmbc.compiler.structure_stage import parts_beside
from hmbc.compiler.structure_used import limit_of, rest_of
from hmbc.dsl import expr as e
from hmbc.dsl.expr import parts_of


@define
class Drifts:
    """The drifts of one kernel's values, for one kind of change; `raised`: the amount."""

    bounds: Bounds
    kind: Kind
    raised: str | None = None
    _known: dict[str, Drift | None] = field(init=False, factory=dict)
    _joins: Joins = field(init=False)
    _of_totals: TotalDrifts = field(init=False)
    _years: dict[tuple[str, bool], bool] = field(init=False, factory=dict)
    """By total, whether what it came to in the year before is the same, and (False) whether it is at
    least the same whether that was anything."""
    _pending: list[tuple[str, bool]] = field(init=False, factory=list)
    """Those of which it is assumed."""

    def __attrs_post_init__(self) -> None:
        raised = () if self.raised is None else (f"claim.{self.raised}",)
        moved = self.bounds.moved_by(*raised)
        self._joins = Joins(self.bounds, self.kind)
        self._of_totals = TotalDrifts(self._joins, self.of, moved, self._known.clear)

    def of_definition(self, name: str) -> Drift | None:
        """The drift of a definition; None where nothing is known."""
        if name not in self._known:
            found = self.of(self.bounds.definitions[name].expr)
            if found is not None and self.bounds.whole.of(e.Ref(name)):
                found = self._joins.whole(found, name)
            self._known[name] = found
        return self._known[name]

    def of_sum(self, names: tuple[str, ...]) -> Span | None:
        """By how much what several definitions come to in sum over all rows differs."""
        found: Span | None = NOTHING
        for name in names:
            drift = self.of_definition(name)
            if drift is None or found is None:
                found = None
                break
            found += drift.in_all
            if drift.scope is None:
                found += self._joins.own(e.Ref(name))
        for name in names if self.kind != "swap" else ():
            other = self._with_left_over(name, names)
            if other is not None:
                found = other if found is None else found.meet(other)
        return found

    def _with_left_over(self, name: str, names: tuple[str, ...]) -> Span | None:
        """The same, of a payment that is what others leave above a threshold, and these."""
        left = left_over(self.bounds, name)
        if left is None or any(self.of(one) != SAME for one in (*left.total.keys, left.limit)):
            return None
        together = bool(left.others) and left.others <= set(names)
        others = left.others if together else frozenset()
        rest = tuple(one for one in names if one != name and one not in others)
        added, more = self.of(left.total.adds), self.of_sum(rest)
        amount = self.of(left.amount) if together and left.amount is not None else SAME
        if added is None or more is None or amount is None:
            return None
        if self.kind == "insert":
            # What is left of other claims falls; of the claim itself it is no more than the amount.
            natural = all(self.bounds.is_natural(e.Ref(other)) for other in others)
            falls = together and natural and amount == SAME and added.rows.high <= 0
            return Span(0, inf) + more if falls else None
        moved = self._of_totals.in_all(left.total, added)
        return (amount.in_all - moved if together else moved) + more

    # ---- expressions

    def of(self, expr: e.Expr) -> Drift | None:
        """The drift of an expression."""
        match expr:
            case e.Attribute(owner="claim", name=name) if name == self.raised:
                return in_changed_row(Span(1, 1))
            case e.Const() | e.Attribute() | e.Given() | e.Parameter() | e.InPeriods():
                return SAME
            case e.Ref(name=name):
                return self.of_definition(name)
            case e.Subtract() if rest := rest_of(expr, self.bounds.accumulators):
                return self._of_totals.rest(*rest)
            case e.Choose() | e.Increase() | e.Subtract() if stage := self.bounds.stage(expr):
                drawn = drawn_in_order(self._of_totals, expr, stage) if isinstance(expr, e.Subtract) else None
                found = drawn or self._of_totals.stage(expr, stage)
                if found is None and self.kind == "swap" and isinstance(expr, e.Choose):
                    return self._choice(expr, expr.when, expr.then, expr.otherwise)
                return found
            case e.Choose() if self.kind == "swap" and (
                last := last_year_of(expr, self.bounds.accumulators)
            ):
                return self._last_year(last.total)
            case e.Add(left=left, right=right):
                return self._sum(expr, left, right, Span.__add__)
            case e.Subtract(left=left, right=right):
                found = left_as_it_fades(self._of_totals, left, right)
                return found or self._sum(expr, left, right, Span.__sub__)
            case e.Max(left=left, right=right) if (only := self.bounds.above_zero(left, right)) is not None:
                return self.of(only)
            case e.Max(left=e.Const(value=0) as zero, right=e.Round(amount=amount) as rounding) if (
                amount != zero
            ):
                return self.of(evolve(rounding, amount=e.Max(zero, amount)))  # no rounding moves 0
            case (
                e.Min(left=left, right=right)
                | e.Max(left=left, right=right)
                | e.And(left=left, right=right)
                | e.Or(left=left, right=right)
            ):
                one, two = self.of(left), self.of(right)
                if self.kind == "swap" and isinstance(expr, e.And) and None in (one, two):
                    return self._conjunction(expr)
                return None if one is None or two is None else self._joins.of_either(expr, one, two)
            case e.Not(of=inner):
                found = self.of(inner)
                return None if found is None else evolve(
                    found, rows=found.rows.flipped, sums=found.sums.flipped, parts=None, total=ANYTHING
                )
            case e.Scale(amount=amount, by=by):
                return self._scale(expr, amount, by)
            case e.Round(amount=amount, step=step):
                found = self.of(amount)
                if found is None or (step == 1 and self.bounds.whole.of(amount)):
                    return found
                return self._joins.row_by_row(expr, found, lambda rows: self._joins.rounded(expr, rows))
            case e.Choose(when=when, then=then, otherwise=otherwise):
                return self._choice(expr, when, then, otherwise)
            case e.Compare(op="==" | "!=", left=left, right=e.Const(value=0)) if self.kind == "swap" and (
                last := last_year_of(left, self.bounds.accumulators)
            ):
                return self._was_nothing(last.total)
            case e.Compare(op=op, left=left, right=right):
                return self._comparison(expr, op, left, right)
            case e.Share():
                return drift_of_share(self._of_totals, expr)
            case e.Total(accumulator=name) | e.Before(accumulator=name):
                return self._of_totals.total(name)
            case _:
                inside = parts_of(expr)
                return SAME if inside and all(self.of(part) == SAME for part in inside) else None

    def _sum(
        self, expr: e.Expr, left: e.Expr, right: e.Expr, join: Callable[[Span, Span], Span]
    ) -> Drift | None:
        one, two = self.of(left), self.of(right)
        if one is None or two is None:
            return None
        alone = one.is_in_changed_row and two.is_in_changed_row and SAME not in (one, two)
        if alone and self._never_both(left, right):
            return in_changed_row(join(one.rows, NOTHING).hull(join(NOTHING, two.rows)))
        found = self._joins.sum(expr, (left, one), (right, two), join)
        if self.kind != "raise" or found == SAME or found.is_in_changed_row:
            return found
        # As one sum: what is added and taken off again does not differ.
        parts: Parts | None = {}
        for term, often in linear(expr).items() if isinstance(expr, e.Add | e.Subtract) else ():
            drift = self.of(term)
            own = None if drift is None else each(drift.few, partial(Span.times, by=between(often, often)))
            parts = joined(parts, own, Span.__add__)
        return self._joins.spread(found, parts or found.parts, found.total)

    def _never_both(self, one: e.Expr, two: e.Expr) -> bool:
        """Whether one of two amounts is nothing in each row, the same one in both runs: as of what layers count that
        are for claims of different kinds."""
        natural = self.bounds.is_natural(one) and self.bounds.is_natural(two)
        when = counts_where(self.bounds, one) if natural else e.TRUE
        return when != e.TRUE and self.of(when) == SAME and never_both(self.bounds, one, two)

    def _conjunction(self, expr: e.And) -> Drift | None:
        """Of conditions that read what a total keeps where the others hold."""
        parts, kept = without_kept(self.bounds, expr, self._joins.is_one)
        steady = all(self.of(key) == SAME for name in kept for key in self.bounds.accumulators[name].keys)
        return SAME if steady and all(self.of(part) == SAME for part in parts) else None

    def _apart(self, expr: e.Expr, when: e.Expr, then: e.Expr) -> Drift | None:
        """Of `choose(c, x − y, 0)`, y being nothing where c fails: `choose(c, x, 0) − y`."""
        inner = self.bounds.seen(then)
        if isinstance(inner, e.Max):
            inner = self.bounds.above_zero(inner.left, inner.right) or inner
        match inner:
            case e.Subtract(left=left, right=right) if Nothing(self.bounds, self._is_same).is_nothing(
                right, e.Not(when)
            ):
                return self._sum(expr, e.Choose(when, left, e.money(0)), right, Span.__sub__)
            case _:
                return None

    def _free(
        self, expr: e.Expr, when: e.Expr, then: e.Expr, otherwise: e.Expr, one: Drift, two: Drift
    ) -> Drift | None:
        """Of `choose(c, x, y)`, y being what a limit lets through of `choose(c, 0, z)`, so that it is nothing where
        c holds: `choose(c, x, 0) + y`. Where x and z differ in the changed claim's row alone, only one of both does:
        y where c fails there, and else the other."""
        inner = self.bounds.seen(otherwise)
        alone = self.kind == "raise" and one.is_in_changed_row and two.scope is not None
        if alone and self._comes_of(inner, when):
            rows, sums = one.rows.hull(two.rows).with_zero, one.rows.hull(two.sums).with_zero
            return Drift(rows, sums, two.scope, two.one and two.changed, two.changed)
        if two.scope is None or not Nothing(self.bounds, self._is_same).is_nothing(otherwise, when):
            return None
        return self._sum(expr, e.Choose(when, then, e.money(0)), otherwise, Span.__add__)

    def _comes_of(self, expr: e.Expr, when: e.Expr) -> bool:
        """Whether an amount is worked out from `choose(when, 0, x)`, x differing in the changed claim's row alone,
        and otherwise from what does not differ."""
        match self.bounds.seen(expr):
            case e.Choose(when=own, then=e.Const(value=0), otherwise=rest) if own == when:
                found = self.of(rest)
                return found is not None and found.is_in_changed_row
            case e.Increase() as found if (stage := self.bounds.stage(found)) and stage.alone is None:
                limited = limit_of(stage.total)
                amount, fixed = (stage.added, ()) if limited is None else (limited[0], limited[1:])
                beside = (*stage.scope.keys, *parts_beside(stage), *fixed)
                return self._comes_of(amount, when) and all(self.of(one) == SAME for one in beside)
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
        if turns == SAME and self.kind != "swap" and (free := self._free(expr, when, then, otherwise, one, two)):
            return free
        found = self._joins.of_either(expr, one, two)
        if turns == SAME and self.kind == "swap" and (both := self._of_both(when, one, two)) is not None:
            return both
        if turns == SAME and self.kind == "swap" and otherwise == e.money(0):
            found = self._apart(expr, when, then) or found
        if turns == SAME:
            only = one if two == SAME else two if one == SAME else None
            if only is not None and only.scope is not None and self._joins.is_one(when, only.scope):
                sums = only.sums.with_zero + self._joins.own(expr)
                narrow = evolve(only, rows=only.rows.with_zero, sums=sums)
                return self._joins.spread(narrow, each(only.few, lambda span: span.with_zero))
            return found
        rows, up = found.rows.with_zero, self._more(then, otherwise)
        if turns.rows.high > 0:
            rows = rows.hull(up)
        if turns.rows.low < 0:
            rows = rows.hull(up.flipped)
        alone = turns.scope is None and turns.one
        if alone and (one == two == SAME or found.scope is None and found.changed and turns.changed):
            return Drift(rows, rows.with_zero, one=True, changed=turns.changed)
        return self._joins.made(expr, rows, ANYTHING, None)

    def _of_both(self, when: e.Expr, one: Drift, two: Drift) -> Drift | None:
        """Of a choice that is the same for two claims that change places, as by their date: what either case comes
        to is the same in sum, so what one of them does is. No other rows differ than theirs."""
        if None in (one.scope, two.scope) or not (one.sums.is_zero and two.sums.is_zero):
            return None
        assert one.scope is not None and two.scope is not None
        coarser = one.scope if self._joins.refines(two.scope, one.scope) else two.scope
        finer = two.scope if coarser is one.scope else one.scope
        if not self._joins.refines(finer, coarser) or not self._joins.is_one(when, coarser):
            return None
        return Drift(ANYTHING, NOTHING, coarser)

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
        return self._joins.row_by_row(expr, found, lambda _: way)

    def _scale(self, expr: e.Expr, amount: e.Expr, by: e.Expr) -> Drift | None:
        found, factor = self.of(amount), self.of(by)
        if found is None or factor is None:
            return None
        if factor != SAME:
            if found != SAME:
                return None
            value = self.bounds.ranges.value(amount)
            return self._joins.row_by_row(expr, factor, lambda rows: rows.times(value))
        if found == SAME:
            return SAME
        share = self.bounds.ranges.value(by)
        scaled = self._scaled(expr, found, by, share)
        if scaled.is_in_changed_row:
            return scaled
        total = found.total.times(share) if share.low == share.high else ANYTHING
        return self._joins.spread(scaled, each(found.few, lambda span: span.times(share)), total)

    def _scaled(self, expr: e.Expr, found: Drift, by: e.Expr, share: Interval) -> Drift:
        rows, sums = found.rows.times(share), found.sums.times(share)
        if found.scope is None and found.one:
            return evolve(found, rows=rows, sums=sums, parts=None, total=ANYTHING)
        constant = found.scope is not None and self._joins.is_one(by, found.scope)
        if constant or share.low == share.high:
            return evolve(found, rows=rows, sums=sums, parts=None, total=ANYTHING)
        signed = found.rows.low >= 0 or found.rows.high <= 0
        if not signed or share.low < 0 or self._joins.holds_own(found):
            sums = ANYTHING
        return self._joins.made(expr, rows, sums.with_zero, found.scope, found.one, found.changed)

    def _last_year(self, total: Accumulator) -> Drift | None:
        """What a total came to in the year before, of claims that change places: the same where what
        it adds comes to the same in each year."""
        return SAME if self._by_years(total, in_sum=True) else None

    def _was_nothing(self, total: Accumulator) -> Drift | None:
        """Whether it came to anything then: the same where it comes to nothing in both orders, or in
        neither, in each year."""
        if self._last_year(total) == SAME:
            return SAME
        return SAME if self._by_years(total, in_sum=False) else None

    def _is_same(self, amount: e.Expr, scope: Scope) -> bool:
        """Whether an amount comes to the same over each key of a scope."""
        found = self.of(amount)
        return found is not None and self._of_totals.over(amount, found, scope).is_zero

    def _by_years(self, total: Accumulator, in_sum: bool) -> bool:
        """By induction over years: what a total adds may read the same of years before. in_sum: whether
        it is asked to come to the same, or else to nothing in both orders or in neither."""
        asked = (total.name, in_sum)
        alike = self._is_same if in_sum else Nothing(self.bounds, self._is_same).alike
        if asked not in self._years:
            self._years[asked] = True  # in the years before
            self._pending.append(asked)
            same = (
                self.bounds.is_natural(total.adds)
                and all(self.of(key) == SAME for key in total.keys)
                and alike(total.adds, Scope(total.keys))
            )
            self._pending.remove(asked)
            if not same:
                # What was concluded from it does not stand.
                self._known.clear()
                self._of_totals.forget()
                for one in [one for one, held in self._years.items() if held]:
                    if one not in self._pending:
                        del self._years[one]
                self._years[asked] = False
        return self._years[asked]
