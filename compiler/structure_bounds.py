"""What never exceeds what in any row: for each value, the definitions that are never below it, and
the amounts of the claim (`claim.bill`) likewise. What holds only of sums over rows is worked out from
this by structure_bounds_in_sum.

    min, a part taken off, a ratio of at most 100%, a choice; a threshold or a cap on a total, because
    its slope is at most 1; a rounding on a total, where the bound is whole and the rounding looks the
    same at every step (round(t + n) = round(t) + n); with halves to even, where the total is of shares
    below 100%, or all at one ratio; bands of the topmost part of an amount, which come to that part at most

A bound holds for values that are not negative; the callers see to that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from attrs import define, evolve, field

from hmbc.compiler.denominators import Denominators, denominators_of
from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.ranges import Ranges, ranges_of
from hmbc.compiler.remember import remember
from hmbc.compiler.structure_bands import topmost_of
from hmbc.compiler.structure_let_through import above_drawn, drawn, let_through, sum_of
from hmbc.compiler.structure_scope import Constancy
from hmbc.compiler.structure_stage import Stage, rises, shape_of, stage_of
from hmbc.compiler.structure_used import limit_of, rest_of
from hmbc.compiler.structure_whole import Whole
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Money

Names = frozenset[str]
NO_NAMES: Names = frozenset()


@define
class Bounds:
    """Upper bounds in one kernel."""

    kernel: Kernel
    ranges: Ranges
    denominators: Denominators
    definitions: dict[str, Definition] = field(init=False)
    accumulators: dict[str, Accumulator] = field(init=False)
    constancy: Constancy = field(init=False)
    whole: Whole = field(init=False)
    _totals_seen: dict[str, Accumulator] = field(init=False)
    """What they add with its name looked through."""
    _natural: Names = field(init=False)
    _signs: dict[e.Expr, bool] = field(init=False, factory=dict)
    _reads: dict[str, Names] = field(init=False, factory=dict)
    _stages: dict[e.Expr, Stage | None] = field(init=False, factory=dict)
    _rows: dict[str, Names] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self.definitions = self.kernel.definitions
        self.accumulators = self.kernel.accumulators
        self._totals_seen = {
            name: evolve(item, adds=self.seen(item.adds)) for name, item in self.accumulators.items()
        }
        self.constancy = Constancy.of(self.kernel)
        self.whole = Whole(self.definitions, self.accumulators, self.denominators)
        self._natural = frozenset(
            f"claim.{given.name}"
            for given in self.kernel.inputs
            if given.owner == "claim" and isinstance(given.type, Money) and (given.low or 0) >= 0
        )
        self._natural |= {
            name for name, item in self.definitions.items() if self.is_natural(item.expr)
        }
        self._rows.clear()  # what was worked out before the names were all known

    @property
    def _reads_of(self) -> dict[str, Names]:
        if not self._reads:
            self._reads = {item.name: frozenset(_reads(item)) for item in self.kernel.items}
        return self._reads

    def moved_by(self, *names: str) -> Names:
        """These and the definitions and totals that read them, however far away and in whichever row."""
        moved = set(names)
        while found := {i for i, reads in self._reads_of.items() if reads & moved} - moved:
            moved |= found
        return frozenset(moved)

    def reads_itself(self, name: str) -> bool:
        """Whether what a total adds depends on what it was before the row."""
        return bool(self._reads_of[name] & self.moved_by(name))

    def is_natural(self, expr: e.Expr) -> bool:
        """Whether a number is never negative."""
        if self.ranges.value(expr).low >= 0:
            return True
        if expr not in self._signs:
            self._signs[expr] = self._is_natural(expr)
        return self._signs[expr]

    def _is_natural(self, expr: e.Expr) -> bool:
        natural = self.is_natural
        match expr:
            case e.Ref(name=name):
                return natural(self.definitions[name].expr)
            case e.Max(left=left, right=right):
                return natural(left) or natural(right)
            case e.Subtract() if rest := rest_of(expr, self.accumulators):
                return natural(rest[0])
            case e.Choose() | e.Increase() | e.Subtract() if stage := self.stage(expr):
                grows = natural(stage.added) and rises(stage, self.ranges)
                return grows and (stage.alone is None or natural(stage.alone))
            case (
                e.Min(left=left, right=right)
                | e.Add(left=left, right=right)
                | e.Scale(amount=left, by=right)
                | e.Choose(then=left, otherwise=right)
            ):
                return natural(left) and natural(right)
            case e.Round(amount=amount) | e.Share(amount=amount):
                return natural(amount)
            case e.Subtract():
                parted = drawn(self, expr) is not None or let_through(self, expr) is not None
                return parted or self._is_left(expr)
            case e.Total(accumulator=name) | e.Before(accumulator=name):
                self._signs[expr] = False  # for one that reads itself
                return natural(self.accumulators[name].adds)
            case _:
                return False

    def above_zero(self, left: e.Expr, right: e.Expr) -> e.Expr | None:
        """The side of a maximum with 0 that is never negative, so that it is all there is."""
        for zero, other in ((left, right), (right, left)):
            if isinstance(zero, e.Const) and zero.value == 0 and self.is_natural(other):
                return other
        return None

    def is_within(self, expr: e.Expr, bound: e.Expr) -> bool:
        """Whether an amount is never above a bound, or above 0 where the bound is below: as what is
        left of the same sum."""
        most = sum_of(bound)
        return any(
            self._left_of(self.definitions[name].expr) == most
            for name in self.of(expr)
            if name in self.definitions
        )

    def _left_of(self, expr: e.Expr) -> Counter[e.Expr]:
        """A sum that an expression never exceeds unless by being 0."""
        match expr:
            case e.Ref(name=name):
                return self._left_of(self.definitions[name].expr)
            case e.Max(left=e.Const(value=0), right=inner):
                return self._left_of(inner)
            case e.Choose(then=inner, otherwise=e.Const(value=0)):
                return self._left_of(inner)
            case e.Subtract(
                left=left, right=e.Choose(when=when, then=part, otherwise=e.Const(value=0))
            ) if self._is_chosen(left, when) and self.is_natural(part):
                found = self._left_of(left)
                found.subtract(sum_of(part))
                return found
            case e.Subtract(left=left, right=right) if self.is_natural(right):
                found = self._left_of(left)
                found.subtract(sum_of(right))
                return found
            case _:
                return sum_of(expr)

    def _is_chosen(self, expr: e.Expr, when: e.Expr) -> bool:
        """Whether an expression is 0 where a condition does not hold."""
        match expr:
            case e.Ref(name=name):
                return self._is_chosen(self.definitions[name].expr, when)
            case e.Choose(when=own, otherwise=e.Const(value=0)):
                return own == when
            case e.Max(left=e.Const(value=0), right=e.Subtract(left=left)):
                return self._is_chosen(left, when)
            case _:
                return False

    def stage(self, expr: e.Expr) -> Stage | None:
        """The stage that an expression is, roundings of what is whole already left out; of the
        difference of two increases of one total, too, and of a choice behind names."""
        if expr not in self._stages:
            stage = stage_of(expr, self.accumulators)
            match expr if stage is None else None:
                case e.Subtract(left=left, right=right):
                    match self.seen(left), self.seen(right):
                        case e.Increase(of=one), e.Increase(of=two):
                            joined = e.Increase(e.Subtract(one, two))
                            stage = stage_of(joined, self.accumulators)
                        case _:
                            pass
                case e.Choose(when=when, then=then, otherwise=e.Ref() as otherwise):
                    named = e.Choose(when, then, self.seen(otherwise))
                    stage = stage_of(named, self._totals_seen)
                case _:
                    pass
            self._stages[expr] = stage and evolve(stage, of=self._plain(stage.of))
        return self._stages[expr]

    def seen(self, expr: e.Expr) -> e.Expr:
        """What a name stands for."""
        while isinstance(expr, e.Ref):
            expr = self.definitions[expr.name].expr
        return expr

    def _plain(self, expr: e.Expr) -> e.Expr:
        expr = e.rebuild(expr, self._plain)
        match expr:
            case e.Round(amount=amount, step=1) if self.whole.of(amount):
                return amount
            case e.Scale(amount=amount, by=e.Const(value=1)):
                return amount
            case _:
                return expr

    def _is_left(self, expr: e.Subtract) -> bool:
        """Whether `x − a` is never negative, or `x − a − b`, where b is at most what a leaves of
        something that is at most x."""
        match expr:
            case e.Subtract(left=e.Subtract(left=amount, right=first), right=second):
                pass
            case e.Subtract(left=amount, right=first):
                return bool(self.named(amount) & self.of(first))
        found = self.named(amount)
        if not found & self.of(first):
            return False
        for name in self.of(second) & self.definitions.keys():
            rest = self._left_of(self.definitions[name].expr)
            rest.update([first])
            terms = [term for term, times in rest.items() if times]
            if len(terms) == 1 and rest[terms[0]] == 1 and found & self.of(terms[0]):
                return True
        return False

    def named(self, expr: e.Expr) -> Names:
        """The name of a definition or an amount, as bounds are called."""
        match expr:
            case e.Ref(name=name):
                return frozenset({name})
            case e.Attribute(owner="claim", name=name, type=Money()):
                return frozenset({f"claim.{name}"})
            case _:
                return NO_NAMES

    def is_share(self, expr: e.Expr) -> bool:
        """Whether a ratio lies between 0% and 100%."""
        value = self.ranges.value(expr)
        return 0 <= value.low and value.high <= 1

    def in_rows(self, name: str) -> Names:
        """The definitions that no row's value of this one exceeds, itself among them."""
        if name not in self._rows:
            self._rows[name] = self.of(self.definitions[name].expr) | {name}
        return self._rows[name]

    def of(self, expr: e.Expr) -> Names:
        """The definitions that no row's value of an expression exceeds."""
        match expr:
            case e.Ref(name=name):
                return self.in_rows(name)
            case e.Attribute(owner="claim", name=name, type=Money()):
                return frozenset({f"claim.{name}"})
            case e.Const(value=value) if not isinstance(value, str) and value <= 0:
                return self._natural
            case e.Min(left=left, right=right):
                return self.of(left) | self.of(right)
            case e.Max(left=left, right=right):
                return self.of(left) & self.of(right)
            case e.Choose() | e.Increase() | e.Subtract() if stage := self.stage(expr):
                above = self._of_stage(stage)
                return above if stage.alone is None else above & self.of(stage.alone)
            case e.Subtract() if rest := rest_of(expr, self.accumulators):
                return self.of(rest[0]) if self.is_natural(rest[0]) else NO_NAMES
            case e.Subtract() if drawn(self, expr) is not None:
                return above_drawn(self, expr)
            case e.Subtract() if own := let_through(self, expr):
                return self.of(own)
            case e.Subtract(left=left, right=right) if self.is_natural(right):
                return self.of(left)
            case e.Scale(amount=amount, by=by) if self.is_natural(amount) and self.is_share(by):
                return self.of(amount)
            case e.Round(amount=amount, mode=mode, step=step) if self.is_natural(amount):
                above = self.of(amount)
                return above if mode == "down" else self.only_whole(above, step)
            case e.Share(amount=amount) if self.is_natural(amount):
                return self.only_whole(self.of(amount), 1) | above_drawn(self, expr)
            case e.Choose(then=then, otherwise=otherwise):
                return self.of(then) & self.of(otherwise)
            case e.Add() if topmost := topmost_of(expr, self.ranges):
                shares = all(self.is_share(one.ratio) for one in topmost.bands.slices)
                return self.of(topmost.part) if shares and self.is_natural(topmost.part) else NO_NAMES
            case _:
                return NO_NAMES

    def _of_stage(self, stage: Stage) -> Names:
        if (used := limit_of(stage.total)) and stage.of == e.Total(stage.total.name):
            return self.of(used[0]) if self.is_natural(used[0]) else NO_NAMES
        shape = shape_of(stage, self.ranges)
        if not self.is_natural(stage.added) or not shape.is_short:
            return NO_NAMES
        above = self.of(stage.added)
        if shape.rounding is None:
            return above
        rounding = shape.rounding
        if not self.is_natural(rounding.amount):
            return NO_NAMES
        if rounding.mode == "half_even":
            above = self._of_even(stage, rounding)
        return self.only_whole(above, rounding.step)

    def _of_even(self, stage: Stage, rounding: e.Round) -> Names:
        """What the increase of a total of shares r × x never exceeds, rounded to the nearest, halves to
        even, if that is whole: a total t is at most round(t) + 1/2, so that with n >= x, n whole,

            r < 1     t + r × x < round(t) + 1/2 + n, or x is 0: the rounding has grown by n at most
            r = 1     the same where no half is met: r is one ratio for the key, and each x is whole

        Likewise of a ratio of the total as it is for the row, r × t, where each x is whole: for r < 1
        r × t + r × x < round(r × t) + 1/2 + x, and for r = 1 nothing is rounded.
        """
        match rounding.amount:
            case e.Scale(amount=e.Total(accumulator=name), by=by) if (
                name == stage.total.name and self.is_share(by) and self.whole.of(stage.added)
            ):
                return self.of(stage.added)
            case _:
                pass
        match self.seen(stage.added):
            case e.Scale(amount=amount, by=by) if (
                rounding.amount == e.Total(stage.total.name)
                and self.is_natural(amount)
                and self.is_share(by)
            ):
                below = self.ranges.value(by).high < 1
                one = self.constancy.varying(by, stage.scope) is None and self.whole.of(amount)
                return self.of(amount) if below or one else NO_NAMES
            case _:
                return NO_NAMES

    def only_whole(self, names: Names, step: int) -> Names:
        """Those that count whole minor units; of larger steps nothing is known."""
        if step != 1:
            return NO_NAMES
        return frozenset(
            name
            for name in names
            if name not in self.definitions or self.denominators.of(e.Ref(name)) == 1
        )


@remember
def bounds_of(kernel: Kernel) -> Bounds:
    """Those of a kernel."""
    return Bounds(kernel, ranges_of(kernel), denominators_of(kernel))


def _reads(item: Definition | Accumulator) -> Iterator[str]:
    for node in (node for part in item.exprs for node in walk(part)):
        match node:
            case e.Attribute(owner="claim", name=name):
                yield f"claim.{name}"
            case e.Ref(name=name) | e.Total(accumulator=name) | e.Before(accumulator=name):
                yield name
            case _:
                pass
