"""Two runs of one unit that are gone on with claim by claim: what searches share that add claims to both
(compiler/side_by_side.py, compiler/roundings_by_turns.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from attrs import define, evolve, field, frozen

from hmbc.compiler.bills_and_deductions import amounts_of
from hmbc.compiler.directed import Directed
from hmbc.compiler.judge import Change, Judge
from hmbc.compiler.kernel import Definition, Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.machines import Machines
from hmbc.compiler.quick import Row
from hmbc.compiler.refutation import Refutation
from hmbc.compiler.slices import slice_of
from hmbc.compiler.tried_units import Setting, Unit, Values


@frozen
class Pair:
    """A unit and its two runs, with what was external for them."""

    setting: Setting
    unit: Unit
    change: Change
    before: tuple[Row, ...]
    after: tuple[Row, ...]


@define
class TwoRuns:
    """A search by such runs, for questions about one layer, or about the scheme. pool: units to begin with."""

    kernel: Kernel
    questions: Sequence[Question]
    directed: Directed
    pool: Sequence[tuple[Setting, Unit]]
    random: Random
    found: dict[Question, Refutation] = field(init=False, factory=dict)
    judge: Judge = field(init=False)
    left: int = field(init=False, default=0)
    """Items of rows that may still be worked out."""
    _part: Kernel = field(init=False)
    """What rows are worked out of."""
    _machines: Machines = field(init=False)

    def _watch(self, part: Kernel, more: Sequence[Definition]) -> tuple[str, ...]:
        """Work out what answers need of a part of the kernel, and these definitions; their names."""
        names = tuple(one.name for one in more)
        self.judge = Judge(part, self.questions)
        self.judge.amounts = amounts_of(self.kernel)
        full = evolve(self.judge.full, items=(*self.judge.full.items, *more))
        self._part = slice_of(full, [*(item.name for item in self.judge.probed.items), *names])
        self._machines = Machines(self._part)
        return names

    def _row(self, setting: Setting, known: Sequence[Row], claim: Values, member: Values) -> Row | None:
        """The row of a claim after those of a run; None if it is refused."""
        self.left -= len(self._part.items)
        # Of the rows that are known only what they are is read.
        often = len(known) + 1
        rows = self._machines.of(setting).run([claim] * often, [member] * often, known)
        return None if rows is None else rows[-1]

    def _longer(self, pair: Pair, claim: Values, member: Values) -> Pair | None:
        """The pair with a claim more; None where it is refused."""
        runs = []
        for known in (pair.before, pair.after):
            row = self._row(pair.setting, known, claim, member)
            if row is None:
                return None
            runs.append((*known, row))
        unit = Unit((*pair.unit.claims, claim), (*pair.unit.members, member))
        return Pair(pair.setting, unit, pair.change, *runs)

    def _told(self, pair: Pair) -> int:
        """By how much more is paid in the second run; what the runs break is told."""
        for one in list(self.judge.denied_by(pair.change, pair.before, pair.after)):
            self.found[one] = Refutation(one, pair.setting, pair.unit, pair.change)
            self.judge.questions = tuple(q for q in self.judge.questions if q != one)
        layer = self.questions[0].layer
        return self.judge.sums(layer, pair.after) - self.judge.sums(layer, pair.before)
