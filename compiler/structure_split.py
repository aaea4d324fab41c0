"""A bill in two rows of the same date and attributes: which values add up to those of one row.

All money of the claim is divided between the two rows, each amount in any way; everything else is
equal. A value is `same` (equal in both rows, and in the undivided one) or `splits` (its two values
add up to the undivided one's). The increase of any function of a running total splits if what is
added does: the two increases follow on each other. So only what acts on a single row can break it:
a threshold, cap or rounding per claim, a minimum, a condition on the amount.
"""

from __future__ import annotations

from typing import Literal

from attrs import define, field, frozen

from hmbc.compiler.kernel import Accumulator
from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_last_year import last_year_of
from hmbc.compiler.structure_nothing import counts_where, never_both
from hmbc.compiler.structure_settled import counted_first_of, first_of, kept_of
from hmbc.compiler.structure_stage import Stage, parts_beside
from hmbc.compiler.structure_used import limit_of, rest_of
from hmbc.compiler.through_names import through_names
from hmbc.dsl import expr as e
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.types import Money


@frozen
class Division:
    """What becomes of a value; `zero` is both `same` and `splits`. some: at least one of the two rows
    has the undivided one's value and the other that or 0 (or no)."""

    way: Literal["same", "splits", "zero", "some", "unknown"]
    why: Bilingual | None = None
    at: str | None = None

    @property
    def is_same(self) -> bool:
        return self.way in ("same", "zero")

    @property
    def splits(self) -> bool:
        return self.way in ("splits", "zero")


SAME, SPLITS, ZERO, SOME = (
    Division("same"),
    Division("splits"),
    Division("zero"),
    Division("some"),
)


def _unknown(zh: str, en: str) -> Division:
    return Division("unknown", Bilingual(zh, en))


_ALONE = _unknown(
    "逐笔取大取小、舍入或起付、封顶",
    "a minimum, maximum, threshold, cap or rounding acts on a single claim",
)
_CONDITION = _unknown(
    "条件、比例或限额读取金额", "a condition, a ratio or a limit reads the amount"
)
_FLAT = _unknown("金额与每笔固定的数相加减", "an amount is added to one that every claim has")


@define
class Divisions:
    """What becomes of the values of one kernel."""

    bounds: Bounds
    _known: dict[str, Division] = field(init=False, factory=dict)
    _seen_before: dict[e.Expr, Division] = field(init=False, factory=dict)
    _years: dict[str, Division] = field(init=False, factory=dict)
    """What totals came to in the year before."""
    _pending: list[str] = field(init=False, factory=list)
    """Those of which it is assumed."""

    def of_definition(self, name: str) -> Division:
        """What becomes of a definition."""
        if name not in self._known:
            found = self.of(self.bounds.definitions[name].expr)
            if found.way == "unknown" and found.at is None:
                found = Division("unknown", found.why, name)
            self._known[name] = found
        return self._known[name]

    def of(self, expr: e.Expr) -> Division:
        """What becomes of an expression."""
        if expr not in self._seen_before:
            self._seen_before[expr] = self._of(expr)
        return self._seen_before[expr]

    def _of(self, expr: e.Expr) -> Division:
        match expr:
            case e.Attribute(owner="claim", type=Money()):
                return SPLITS
            case e.Const(value=value) if not isinstance(value, str) and value == 0:
                return ZERO
            case e.Const() | e.Attribute() | e.Given() | e.Parameter() | e.InPeriods():
                return SAME
            case e.Ref(name=name):
                return self.of_definition(name)
            case e.Subtract() if rest := rest_of(expr, self.bounds.accumulators):
                return self._used(*rest)
            case e.Increase(of=e.Total(accumulator=name)) if limited := limit_of(
                self.bounds.accumulators[name]
            ):
                return self._used(limited[0], self.bounds.accumulators[name], limited[1])
            case e.Choose() | e.Increase() | e.Subtract() if stage := self.bounds.stage(expr):
                fixed = (*stage.scope.keys, stage.scope.alone, *parts_beside(stage))
                for part in fixed:
                    if not (found := self.of(part)).is_same and not self._stands_still(part, stage):
                        return found if found.way == "unknown" else _CONDITION
                added = self.of(stage.added)
                if added == SOME and stage.alone is None:
                    return SPLITS if self._is_full_at_once(stage) else _CONDITION
                if stage.alone is None or added.way == "unknown":
                    return self._splitting(added)
                return self._join(self._splitting(added), self.of(stage.alone))
            case e.Add(left=left, right=right) | e.Subtract(left=left, right=right):
                return self._join(self.of(left), self.of(right))
            case e.Scale(amount=amount, by=by):
                one, two = self.of(amount), self.of(by)
                if two.is_same or two.way == "unknown":
                    return one if two.is_same else two
                return two if one.is_same else _CONDITION
            case e.Max(left=left, right=right) if (only := self.bounds.above_zero(left, right)) is not None:
                return self.of(only)
            case e.Choose() if last := last_year_of(expr, self.bounds.accumulators):
                return self._last_year(last.total)
            case e.Choose(when=when, then=then, otherwise=e.Const(value=0)) if (
                self.of(when) == SOME and self.of(then).is_same
            ):
                return SOME
            case e.Choose(when=when, then=then, otherwise=otherwise):
                if not (found := self.of(when)).is_same:
                    return found if found.way == "unknown" else _CONDITION
                return self._join(self.of(then), self.of(otherwise))
            case e.Total(accumulator=name) if first := first_of(
                self.bounds.accumulators[name], self.bounds.accumulators
            ):
                # The first of the two rows brings what the undivided one does, the second nothing.
                for part in (*first[0].keys, *self.bounds.accumulators[name].keys, first[1]):
                    if not (found := self.of(part)).is_same:
                        return found if found.way == "unknown" else _CONDITION
                return SAME
            case e.Total(accumulator=name) if counted := counted_first_of(
                self.bounds.accumulators[name], self.bounds.accumulators
            ):
                # The same where the row is counted; the second of the two finds that the first was.
                seen, parts = counted
                keys = (*seen.keys, *self.bounds.accumulators[name].keys)
                for part in (seen.adds, *keys, *parts):
                    if not (found := self.of(part)).is_same:
                        return found if found.way == "unknown" else _CONDITION
                return SAME if self.bounds.is_natural(seen.adds) else _CONDITION
            case e.Total(accumulator=name) if kept := kept_of(self.bounds.accumulators[name]):
                # The second of the two rows finds what the first one brought, or brings nothing, too.
                for part in (*self.bounds.accumulators[name].keys, *kept):
                    if not (found := self.of(part)).is_same:
                        return found if found.way == "unknown" else _CONDITION
                return SAME
            case e.Total() | e.Before() | e.Increase():
                return _unknown("直接读取累计额", "a running total is read as it stands")
            case e.Compare(op=">", left=e.Attribute() as left, right=e.Const(value=0)) if (
                self.of(left) == SPLITS and self.bounds.is_natural(left)
            ):
                return SOME
            case e.And(left=left, right=right) if SOME in (self.of(left), self.of(right)):
                other = self.of(right if self.of(left) == SOME else left)
                return SOME if other.is_same else _CONDITION
            case e.Compare(left=left, right=right):
                for part in (left, right):
                    if not (found := self.of(part)).is_same:
                        return found if found.way == "unknown" else _CONDITION
                return SAME
            case _:
                inside = e.parts_of(expr)
                for part in inside:
                    if not (found := self.of(part)).is_same:
                        return found if found.way == "unknown" else _ALONE
                return SAME if inside else _unknown("不认识的写法", "a form not looked into")

    def _last_year(self, total: Accumulator) -> Division:
        """What a total came to in the year before: the same where all that it adds splits. By
        induction over years: what it adds may read what it came to in years before."""
        if total.name not in self._years:
            self._years[total.name] = SAME  # in the years before
            self._pending.append(total.name)
            found = self.of(total.adds)
            if not all(self.of(key).is_same for key in total.keys):
                found = _CONDITION
            elif not self.bounds.is_natural(total.adds):
                found = _CONDITION
            self._pending.remove(total.name)
            if not found.splits:
                # What was concluded from it does not stand.
                self._known.clear()
                self._seen_before.clear()
                for name in [name for name, one in self._years.items() if one == SAME]:
                    if name not in self._pending:
                        del self._years[name]
                self._years[total.name] = found if found.way == "unknown" else _CONDITION
        return self._years[total.name]

    def _used(self, amount: e.Expr, used: Accumulator, limit: e.Expr) -> Division:
        """What is used of a limit, or left above it: the same after two parts as after the whole."""
        for part in (*used.keys, limit):
            if not (found := self.of(part)).is_same:
                return found if found.way == "unknown" else _CONDITION
        return self._splitting(self.of(amount)) if self.bounds.is_natural(amount) else _ALONE

    def _stands_still(self, part: e.Expr, stage: Stage) -> bool:
        """Whether a total beside a stage's own is the same before and after each row that adds to its own, and the
        same after two rows as after the undivided one: of a layer for claims of another kind."""
        match part:
            case e.Total(accumulator=name) | e.Before(accumulator=name):
                other = self.bounds.accumulators[name]
            case _:
                return False
        return (
            other.keys == stage.scope.keys
            and stage.alone is None
            and self.bounds.is_natural(other.adds)
            and self.bounds.is_natural(stage.added)
            and self.of(counts_where(self.bounds, stage.added)).is_same
            and never_both(self.bounds, stage.added, other.adds)
            and not self.bounds.reads_itself(name)
            and self.of(other.adds).splits
        )

    def _is_full_at_once(self, stage: Stage) -> bool:
        """Whether a cap is reached by the first that is added, so that a second changes nothing."""
        of = stage.of
        match of, self._chosen(stage.added):
            case e.Min(left=cap, right=e.Round(amount=total, mode="half_up" | "down", step=1)), amount:
                pass
            case e.Min(left=cap, right=total), amount:
                pass
            case _:
                return False
        natural = self.bounds.is_natural(stage.added) and self.bounds.whole.of(cap)
        steady = self.bounds.constancy.varying(cap, stage.scope) is None
        return (
            total == e.Total(stage.total.name)
            and natural
            and steady
            and through_names(cap, self.bounds.definitions) == through_names(amount, self.bounds.definitions)
        )

    def _chosen(self, expr: e.Expr) -> e.Expr:
        """What an expression is where it is not 0."""
        match expr:
            case e.Ref(name=name):
                return self._chosen(self.bounds.definitions[name].expr)
            case e.Choose(then=then, otherwise=e.Const(value=0)):
                return self._chosen(then)
            case _:
                return expr

    def _splitting(self, added: Division) -> Division:
        if added.way == "some":
            return _CONDITION
        return _FLAT if added.way == "same" else added

    def _join(self, one: Division, two: Division) -> Division:
        for part in (one, two):
            if part.way == "unknown":
                return part
        if two == ZERO:
            return one
        if one.way == two.way:
            return _CONDITION if one.way == "some" else one
        return two if one == ZERO else _FLAT
