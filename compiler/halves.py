"""Histories for every rounding of a kernel: of a half to an even and to an odd step, of a little less and
more; then of halves where what is rounded meets a cap or another border.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from attrs import define

from hmbc.compiler.candidates import Slot
from hmbc.compiler.histories import History
from hmbc.compiler.kernel import Definition
from hmbc.compiler.lazy_row import LazyRow
from hmbc.compiler.search import Assignment, Search
from hmbc.dsl.expr import Expr, Round, Subtract, money
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Bool, Enum, Int, Money

TRIES = 6
"""Inputs by which a half is sought."""

SCANNED = 48
"""Minor units in a row that are looked through for one whose share ends in a half."""

CHOICES = 12
"""Values of one input that are tried for a half: the choice of a ratio may decide whether there is any."""

ENOUGH = 4
"""Halves near a border with which no other choice is tried."""

HALF = Fraction(1, 2)

TELLING = (0, 0)
"""An even number of steps and a half: each way of rounding does something else with it."""


@define
class Halves:
    """Looks for them on the interpreter."""

    search: Search

    def histories(
        self, paid: Sequence[tuple[str, Assignment]], borders: Iterable[Expr]
    ) -> Iterator[History]:
        """Of every rounding. paid: for each layer an assignment that it pays; borders: what turns its sign
        at each boundary."""
        seen: set[tuple[Round, int]] = set()
        found: list[tuple[Round, Assignment]] = []
        for item in self.search.kernel.items:
            exprs = (item.expr,) if isinstance(item, Definition) else (item.adds,)
            nodes = dict.fromkeys(n for e in exprs for n in walk(e) if isinstance(n, Round))
            for place, (layer, at) in enumerate(paid):
                for node in nodes:
                    if item.layer in (None, layer) and (node, place) not in seen:
                        seen.add((node, place))
                        found.append((node, at))
        borders = [*dict.fromkeys(borders)]
        for node, at in found:
            yield from self.rounding(node, at)
        for node, at in found:
            for border in borders:
                if any(one == node for one in walk(border)):
                    yield from self.rounding_at(border, node, at)

    def rounding(self, node: Round, at: Assignment) -> Iterator[History]:
        kinds: dict[tuple[int, int], Assignment] = {}
        for base in (at, *self.variants(node.amount, at)):
            for slot, number, row in self.about_halves(node, base):
                kind = self.kind_of(node, row)
                if kind is not None and kind not in kinds:
                    kinds[kind] = self.search.put_held(slot, number, base)
            if TELLING in kinds:
                break
        for kind in sorted(kinds, key=lambda kind: kind != TELLING):
            yield self.search.history(kinds[kind], [kinds[kind]] * 2)

    def rounding_at(self, border: Expr, node: Round, at: Assignment) -> Iterator[History]:
        """A half to an even and to an odd step on either side of a border, reached by the least claim and
        left by another: there an amount no longer tells how it was rounded, but a reason may. Where there is
        no half, a little more than one."""
        found: dict[object, History] = {}
        more: dict[object, History] = {}
        for base in (at, *self.variants(node.amount, at)):
            for slot, number, row in self.about_halves(node, base, border):
                kind = self.kind_of(node, row)
                difference = self.search.value_on(border, row)
                if kind is None or kind[0] < 0 or not isinstance(difference, int | Fraction):
                    continue
                side = (difference > 0) - (difference < 0)
                into = more if kind[0] else found
                if (side, kind) not in into:
                    first = self.search.put_held(slot, number - 1, base)
                    one = self.least(node, slot, first)
                    into[side, kind] = self.search.history(base, [first, one, one])
            if len(found) >= ENOUGH:
                break
        yield from (found or more).values()

    def least(self, node: Round, slot: Slot, before: Assignment) -> Assignment:
        """The claim of the least amount that moves what is rounded, after another."""
        state, nothing = self.search.state_after(before), self.search.put_held(slot, 0, before)
        amount = self.search.value(node.amount, nothing, state)
        if not isinstance(amount, int | Fraction):  # it reads what the claim's attributes lack
            return self.search.put_held(slot, 1, before)
        moved = Subtract(node.amount, money(amount))
        turns = self.search.turns(moved, slot, nothing, state)
        return self.search.put_held(slot, turns[0] if turns else 1, before)

    def kind_of(self, node: Round, row: LazyRow) -> tuple[int, int] | None:
        """Whether what is rounded lies below, on or above the half between two steps (-1, 0, 1), and whether
        the lower step is odd; None where it has no value."""
        amount = self.search.value_on(node.amount, row)
        if not isinstance(amount, int | Fraction):
            return None
        steps, left = divmod(Fraction(amount) / node.step, 1)
        return (left > HALF) - (left < HALF), steps % 2

    def variants(self, expr: Expr, at: Assignment) -> Iterator[Assignment]:
        """The assignment with another choice, of those that an expression reads; then with another number
        that is no amount."""
        for kinds in ((Enum, Bool), (Int,)):
            for slot in self.search.readers.inputs_of(expr):
                if isinstance(self.search.kind(slot), kinds):
                    for value in self.search.candidates.values[slot][:CHOICES]:
                        if value != at[slot]:
                            yield {**at, slot: value}

    def about_halves(
        self, node: Round, at: Assignment, border: Expr | None = None
    ) -> Iterator[tuple[Slot, int, LazyRow]]:
        """What of an assignment is changed to which number, so that an amount may lie half way between two
        steps, with the row. border: about where its sign turns; None: about the first step."""
        for slot in self.search.readers.inputs_of(node.amount)[:TRIES]:
            if not isinstance(self.search.kind(slot), Money) or slot[0] != "claim":
                continue
            probe = border or Subtract(node.amount, money(node.step))
            first = self.search.turns(probe, slot, at)
            if not first:
                continue
            if node.step == 1:
                numbers = [first[0] + by // 2 * (-1) ** by for by in range(2 * SCANNED)]
            else:
                amount = self.search.value(node.amount, self.search.put_held(slot, first[0], at)) or 0
                assert isinstance(amount, int | Fraction)
                steps = amount // node.step if border else 0
                numbers = []
                for half in (-3, -1, 1, 3, 5) if border else (1, 3, 5, 9):
                    probe = Subtract(node.amount, money((steps + Fraction(half, 2)) * node.step))
                    for turn in self.search.turns(probe, slot, at)[:1]:
                        numbers += (turn - 1, turn, turn + 1)
            row = self.search.rows(at, slot)
            for number in (self.search.held(slot, one) for one in numbers):
                yield slot, number, row(number)
            return
