"""From claims that nearly break a law, step by step, to claims that do.

What a search draws at random (compiler/refute.py) breaks a law by much, or never. A rounding breaks
one by a minor unit, when a row before it leaves the right rest and rows after it are paid in other
ratios; so here one unit is changed a little at a time, and a change is kept where the two runs come no
less far apart than they were. How far is told by what would be paid were the last rounding of each layer
left out (compiler/unrounded.py), which moves before what is paid does.

A drift that comes again with every few claims is made larger by having these claims again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

from attrs import define, evolve, field, frozen

from hmbc.compiler.bills_and_deductions import amounts_of
from hmbc.compiler.climb_moves import KIND, Moves
from hmbc.compiler.directed import Directed
from hmbc.compiler.judge import Change, Judge, changed
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.machines import Machines
from hmbc.compiler.quick import Machine, Row
from hmbc.compiler.refutation import Refutation, members_of
from hmbc.compiler.slices import of_layer, slice_of
from hmbc.compiler.tried_units import Setting, Unit
from hmbc.compiler.unrounded import unrounded, with_unrounded
from hmbc.dsl.types import Money

MOST_CLAIMS = 8
PATIENCE = 40
"""Changes in a row that bring nothing before another unit is taken, of one that brought nothing yet;
four times as many of one that did."""


@frozen
class Step:
    """Where a climb stands: a unit, how its second run differs, and by how much the two break the law
    (or are short of it) but for the last roundings."""

    unit: Unit
    change: Change
    apart: Fraction


@define
class Climb:
    """Climbs for questions about one layer, or about the scheme. pool: units to begin with."""

    kernel: Kernel
    questions: Sequence[Question]
    directed: Directed
    pool: list[tuple[Setting, Unit]]
    broken: list[tuple[Setting, Unit]]
    """Units that broke a law of some layer."""
    random: Random
    found: dict[Question, Refutation] = field(init=False, factory=dict)
    left: int = field(init=False, default=0)
    judge: Judge = field(init=False)
    _part: Kernel = field(init=False)
    _unrounded: tuple[str, ...] = field(init=False)
    _money: tuple[str, ...] = field(init=False)
    _machines: Machines = field(init=False)
    _moves: Moves = field(init=False)
    _at_brinks: list[tuple[Setting, Unit, Change]] = field(init=False, factory=list)
    """Units of which an amount is raised where a row begins to be paid."""

    def __attrs_post_init__(self) -> None:
        part = with_unrounded(of_layer(self.kernel, self.questions[0].layer))
        self.judge = Judge(part, self.questions)
        self.judge.amounts = amounts_of(self.kernel)
        self._unrounded = tuple(unrounded(outcome.layer) for outcome in part.outcomes)
        needed = [item.name for item in self.judge.probed.items]
        self._part = slice_of(self.judge.full, [*needed, *self._unrounded])
        self._machines = Machines(self._part)
        self._money = tuple(
            given.name
            for given in self.kernel.inputs
            if given.owner == "claim" and isinstance(given.type, Money)
        )
        parts = self.kernel, self.judge, self.directed, self.pool, self._money, self.random
        self._moves = Moves(*parts)

    def run(self, work: int) -> None:
        """Climb for each question in turn until all are refuted, or as many items of rows have been
        worked out; before that, for a third of it at most, look where rows begin to be paid."""
        work -= self._brinks(work // 3)
        while (asked := self._asked()) and work > 0 and self.pool:
            for question in asked:
                if question in self.found:
                    continue
                self.left = spend = min(work, 40_000)
                self._climb(question)
                work -= spend - self.left
                if work <= 0:
                    return

    def _asked(self) -> list[Question]:
        """The questions about two runs that are not answered yet."""
        raised = bool(self.judge.amounts.bills)
        return [
            one
            for one in self.judge.questions
            if one.law in KIND and (raised or one.subject or KIND[one.law] != "raise")
        ]

    def _brinks(self, work: int) -> int:
        """Raise each amount of each unit where some row begins to be paid; the work that it took."""
        self.left = work
        places = [
            (setting, unit, row, name)
            for setting, unit in self.pool
            for row in range(len(unit.claims))
            for name in self._money
            if unit.claims[row].get(name) and self.judge.amounts.of(self.questions[0].layer, name)
        ]
        for setting, unit, row, name in places:
            raising = [one for one in self.judge.questions if KIND.get(one.law) == "raise"]
            if not raising or self.left <= 0:
                break
            machine, begin = self._machines.of(setting), Change("raise", row, name, 1)
            brink, change = self._to_brink(machine, unit, begin, 0)
            if brink is not unit:
                self._at_brinks.append((setting, brink, change))
                self._step(raising[0], setting, machine, brink, change)
        return work - self.left

    def _climb(self, question: Question) -> None:
        """Climb for one question from one unit after another."""
        random = self.random
        while self.left > 0 and question not in self.found:
            known = self.broken if self.broken and random.random() < 0.3 else self.pool
            setting, unit = random.choice(known)
            machine = self._machines.of(setting)
            begin = self._moves.change(question, unit)
            self.left -= 50
            if KIND[question.law] == "raise" and self._at_brinks and random.random() < 0.5:
                other = random.choice(self._at_brinks)
                if question.subject in (None, other[2].subject):
                    setting, unit, begin = other
                    machine = self._machines.of(setting)
            at = None if begin is None else self._step(question, setting, machine, unit, begin)
            idle, patience = 0, PATIENCE
            while at is not None and idle < patience and self.left > 0 and question not in self.found:
                idle += 1
                self.left -= 20
                move = self._moves.moved(question, at.unit, at.change, setting, at.apart > 0)
                if move is None:
                    continue
                next_ = self._step(question, setting, machine, *move)
                if next_ is None or next_.apart < at.apart:
                    continue
                if next_.apart > at.apart:
                    idle, patience = 0, 4 * PATIENCE
                elif len(next_.unit.claims) > max(MOST_CLAIMS, len(at.unit.claims)):
                    continue
                at = next_

    # ---- how far apart two runs come

    def _step(
        self, question: Question, setting: Setting, machine: Machine, unit: Unit, change: Change
    ) -> Step | None:
        """Where a unit and a change stand; what they break is kept."""
        claims = changed(unit.claims, change)
        members = members_of(unit, change, self.judge.favoured)
        if change.kind == "swap" and unit.claims[change.row] == unit.claims[change.row + 1]:
            return None
        before = self._run(machine, unit.claims, unit.members)
        if before is None:
            return None
        after = self._run(machine, claims, members, before[: change.row])
        if after is None:
            return None
        for one in list(self.judge.denied_by(change, before, after)):
            self.found[one] = Refutation(one, setting, unit, change)
            self.broken.append((setting, unit))
            self.judge.questions = tuple(q for q in self.judge.questions if q != one)
        more = self._sum(after) - self._sum(before)
        match question.law:
            case "monotone" | "never_less":
                return Step(unit, change, -more)
            case "deduction" | "more_claims":
                return Step(unit, change, more)
            case "no_cliff":
                return Step(unit, change, abs(more) - self.judge.steps[question.layer] * change.by)
            case _:
                return Step(unit, change, abs(more))

    def _run(
        self,
        machine: Machine,
        claims: Sequence[Mapping[str, Any]],
        members: Sequence[Mapping[str, Any]],
        known: Sequence[Row] = (),
    ) -> list[Row] | None:
        self.left -= (len(claims) - len(known)) * len(machine.kernel.items)
        return machine.run(claims, members, known)

    def _sum(self, rows: Sequence[Row]) -> Fraction:
        found = Fraction(0)
        for name in self._unrounded:
            if rows:
                size = rows[0].machine.denominators.definitions[name]
                found += Fraction(sum(row.value(name) for row in rows), size)
        return found

    def _to_brink(
        self, machine: Machine, unit: Unit, change: Change, other: int
    ) -> tuple[Unit, Change]:
        """Between its amount and another one, the claim that is raised with the last amount before
        some row begins to be paid, or ceases to be, and raised by one minor unit; what it was where
        no row does."""
        row, name = change.row, change.subject or ""

        def with_amount(amount: int) -> Unit:
            claim = {**unit.claims[row], name: amount}
            return evolve(unit, claims=(*unit.claims[:row], claim, *unit.claims[row + 1 :]))

        first = self._run(machine, unit.claims[:row], unit.members[:row])
        if first is None:
            return unit, change

        def paid(amount: int) -> object:
            rows = self._run(machine, with_amount(amount).claims, unit.members, first)
            return None if rows is None else [[pay > 0 for pay in one.pays] for one in rows]

        low, high = sorted((unit.claims[row][name], other))
        begin = paid(low)
        if begin == paid(high):
            return unit, change
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if paid(middle) == begin else (low, middle)
        return with_amount(low), evolve(change, by=1)
