"""What is known of a value in two runs that differ a little, and how two such values join.

A `Drift` says how far a single row differs, how far the sum so far differs over the rows of one key
of a scope, at every moment, and how many rows or keys differ at all. structure_drift says what runs
there are, and what keeps what.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import floor, inf
from typing import Literal

from attrs import define, evolve, field, frozen

from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.structure_single_rows import CHANGED, Parts, any_of, each, joined, sum_of
from hmbc.compiler.structure_span import ANYTHING, NOTHING, Number, Span
from hmbc.dsl import expr as e
from hmbc.dsl.types import Date

Kind = Literal["raise", "insert", "swap"]


@frozen
class Drift:
    """How far a value drifts. Truth counts as 1.

    rows: by how much one row differs (of an inserted claim: any later row). sums: by how much the
    sum so far over the rows of one key of `scope` differs, whatever the scope where it is None; with
    a scope the inserted claim's own row is in it. one: all rows that differ share one key of the
    scope (None: it is a single row). changed: and it is the key (or the row) of the claim in which
    the runs differ. parts: the rows that differ, where they are few (an amount being raised); total: by
    how much the sum over all rows differs, as far as that is known beside what the others say. within: of
    a single row, a scope of which it shares the key of the claim in which the runs differ.
    """

    rows: Span
    sums: Span
    scope: Scope | None = None
    one: bool = False
    changed: bool = False
    parts: Parts | None = field(default=None, eq=False)
    total: Span = field(default=ANYTHING, eq=False)
    within: Scope | None = field(default=None, eq=False)

    @property
    def in_all(self) -> Span:
        """By how much the sum over all rows differs."""
        known = self.total if self.few is None else self.total.meet(sum_of(self.few))
        found = self.sums if self.scope is None or self.one else self.sums.sign
        return known if self.is_in_changed_row else found.meet(known)

    @property
    def few(self) -> Parts | None:
        """The rows that differ, where they are few."""
        if self.parts is not None:
            return self.parts
        if self.is_in_changed_row:
            return {} if self.rows.is_zero else {CHANGED: self.rows}
        return None

    @property
    def is_in_changed_row(self) -> bool:
        """Whether no other row differs than that of the claim in which the runs differ."""
        return self.scope is None and self.one and self.changed


SAME = Drift(NOTHING, NOTHING, one=True, changed=True)
"""Equal in every row."""


def in_changed_row(rows: Span) -> Drift:
    """Of a value that differs in the row of the claim in which the runs differ, and in no other."""
    return Drift(rows, rows.with_zero, one=True, changed=True)


@define
class Joins:
    """How the drifts of a kernel's values join, for one kind of change."""

    bounds: Bounds
    kind: Kind

    def own(self, expr: e.Expr) -> Span:
        """What the inserted claim has itself."""
        if self.kind != "insert":
            return NOTHING
        return Span(0 if self.bounds.is_natural(expr) else -inf, inf)

    def holds_own(self, drift: Drift) -> bool:
        """Whether the inserted claim's own row is in the sums."""
        return self.kind == "insert" and drift.scope is not None

    def is_one(self, expr: e.Expr, scope: Scope) -> bool:
        """Whether an expression is one value in a scope; for two claims that change places, whether
        it is the same for both, which have one date."""
        if self.kind == "swap":
            date = e.Attribute("claim", self.bounds.kernel.date, Date())
            scope = evolve(scope, keys=(*scope.keys, date))
        return self.bounds.constancy.varying(expr, scope) is None

    def sum(
        self,
        expr: e.Expr,
        one: tuple[e.Expr, Drift],
        two: tuple[e.Expr, Drift],
        join: Callable[[Span, Span], Span],
    ) -> Drift:
        """Of `expr`, the sum or the difference of two parts."""
        found = self._sum(expr, one, two, join)
        if found == SAME or found.is_in_changed_row:
            return found
        (_, first), (_, second) = one, two
        parts = joined(first.few, second.few, join)
        return self.spread(found, parts, join(first.in_all, second.in_all))

    def _sum(
        self,
        expr: e.Expr,
        one: tuple[e.Expr, Drift],
        two: tuple[e.Expr, Drift],
        join: Callable[[Span, Span], Span],
    ) -> Drift:
        (left, first), (right, second) = one, two
        if first == SAME and second == SAME:
            return SAME
        if first.is_in_changed_row and second.is_in_changed_row:
            return in_changed_row(join(first.rows, second.rows))
        rows = join(first.rows.with_zero, second.rows.with_zero)
        if first.scope is None and second.scope is None:
            only = first == SAME or second == SAME
            return Drift(rows, join(first.sums, second.sums), one=only and first.one and second.one)
        scope = self._coarser(first.scope, second.scope)
        if scope is None:
            return self.made(expr, rows, ANYTHING, None)
        sums, together = [], True
        for drift, part in ((first, left), (second, right)):
            over, single, changed = self.over(drift, scope)
            if drift.scope is None:
                over += self.own(part)
            sums.append(over)
            together = together and single and changed
        single = together
        if self.kind == "raise" and (first == SAME or second == SAME):
            single = (second if first == SAME else first).one
        return self.made(expr, rows, join(sums[0], sums[1]), scope, single, together)

    def spread(self, drift: Drift, parts: Parts | None, total: Span = ANYTHING) -> Drift:
        """A drift of which these single rows are known, and by how much all rows together differ."""
        if self.kind != "raise":
            return drift
        if parts is None:
            return evolve(drift, parts=None, total=total)
        some = any_of(parts)
        return evolve(
            drift,
            rows=drift.rows.with_zero.meet(some),
            sums=drift.sums.with_zero.meet(some),
            parts=parts,
            total=total.meet(sum_of(parts)),
        )

    def _coarser(self, one: Scope | None, two: Scope | None) -> Scope | None:
        """Of two scopes the one that the other refines."""
        if one is None or two is None:
            return one or two
        if self.refines(one, two):
            return two
        return one if self.refines(two, one) else None

    def refines(self, fine: Scope, coarse: Scope) -> bool:
        """Whether rows that differ and share a key of `fine` share one of `coarse`. Of two claims that
        change places no other rows than theirs differ, for totals are the same after both."""
        if self.kind == "swap" and coarse.alone in (e.FALSE, fine.alone):
            return all(self.is_one(key, fine) for key in coarse.keys)
        return self.bounds.constancy.refines(fine, coarse)

    def over(self, drift: Drift, scope: Scope) -> tuple[Span, bool, bool]:
        """How far sums over another scope differ, whether in one key of it, and whether in the
        changed claim's."""
        found, one, changed = self._over(drift, scope)
        if self.kind == "raise" and (parts := drift.few) is not None:
            found = found.with_zero.meet(any_of(parts))
        return found, one, changed

    def _over(self, drift: Drift, scope: Scope) -> tuple[Span, bool, bool]:
        if drift.scope is None:
            in_key = drift.within is not None and self.refines(drift.within, scope)
            return drift.sums, drift.one, drift.changed or in_key
        if drift.scope == scope:
            return drift.sums, drift.one, drift.changed
        if self.refines(drift.scope, scope):
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

    def of_either(self, expr: e.Expr, one: Drift, two: Drift) -> Drift:
        """Of what is always one of two values, or between them."""
        found = self._of_either(expr, one, two)
        if found == SAME or found.is_in_changed_row:
            return found
        return self.spread(found, joined(one.few, two.few, Span.hull))

    def _of_either(self, expr: e.Expr, one: Drift, two: Drift) -> Drift:
        if one == SAME and two == SAME:
            return SAME
        if one.is_in_changed_row and two.is_in_changed_row:
            return in_changed_row(one.rows.hull(two.rows))
        rows = one.rows.hull(two.rows).with_zero
        if one == SAME or two == SAME:
            only = two if one == SAME else one
            if only.scope is None and only.one:
                return Drift(rows, rows, one=True, changed=only.changed)
            if rows.low >= 0 or rows.high <= 0:
                sums = ANYTHING if self.holds_own(only) else only.sums.with_zero
                return self.made(expr, rows, sums, only.scope, only.one, only.changed)
        return self.made(expr, rows, ANYTHING, None)

    def row_by_row(self, expr: e.Expr, drift: Drift, change: Callable[[Span], Span]) -> Drift:
        """Of an operation on single rows, which makes of several differences no more than of each."""
        if drift == SAME:
            return SAME
        rows = change(drift.rows)
        if drift.scope is None and drift.one:
            found = Drift(rows, rows.with_zero, one=True, changed=drift.changed)
        else:
            found = self.made(expr, rows, ANYTHING, None)
        if found.is_in_changed_row:
            return found
        return self.spread(found, each(drift.few, lambda span: change(span).with_zero))

    def made(
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
            own = self.own(expr)
            known = Span(0 if rows.low >= 0 and own.low >= 0 else -inf, inf)
            if sums == ANYTHING:
                sums = known
            elif known.low == 0:
                sums = Span(max(sums.low, 0), sums.high)
        elif self.kind != "swap":
            sums = sums.meet(rows.with_zero.sign)
        return Drift(rows, sums, scope, one, one and changed)

    def whole(self, drift: Drift, name: str) -> Drift:
        """Of whole minor units: if all rows differ to one side, by one in all, it is one row. name: of
        the definition."""
        if self.kind != "raise" or drift.is_in_changed_row:
            return drift
        rows, sums = drift.rows, drift.in_all
        if rows.low >= 0 and floor(min(sums.high, 2)) <= 1:
            span = Span(0, max(floor(sums.high), 0))
        elif rows.high <= 0 and floor(min(-sums.low, 2)) <= 1:
            span = Span(-max(floor(-sums.low), 0), 0)
        else:
            return drift
        within = drift.scope if drift.one and drift.changed else drift.within
        return Drift(span, span, one=True, parts={("where", name): span}, total=span, within=within)

    def rounded(self, expr: e.Round, rows: Span) -> Span:
        """A rounding keeps order and, above 0 and but for half even, looks alike at every step. Half
        even looks alike at every second step: a difference of one step, from a half to a half, may
        become two steps, one of less never."""
        if rows.is_zero:
            return rows
        if expr.mode == "half_even":
            low, high = (_past(size, expr.step) for size in (-rows.low, rows.high))
            return Span(-low, high)
        extra = 0 if self.bounds.is_natural(expr.amount) else expr.step
        found = rows.in_steps(expr.step)
        return Span(
            found.low - extra if rows.low < 0 else 0, found.high + extra if rows.high > 0 else 0
        )


def _past(size: Number, step: int) -> Number:
    """The first whole number of steps above a size that is above 0; else 0."""
    if size <= 0 or size == inf:
        return max(size, 0)
    return (floor(Fraction(size) / step) + 1) * step
