"""Two runs that differ by one minor unit, brought further apart by claims by turns: some are paid what a rounding
gives, others are not charged what it takes.

    rounded = increase round(total due)          due: of all claims of a year
    pay     = rounded, as far as some limit, condition or share of this claim lets it through

Let the total that is rounded differ between the runs. A row that brings it to the brink of a rounding is
paid a step more in the run in which it passes; the row that takes it on from there, a step less. If that row is paid
nothing in either run (its cap is used up, or it does not apply), the step is kept, and a row after it may be given
another. Two claims are enough for each such turn, but of last digits that chance meets only where steps are small.
Here they are found by halves: the amount at which a rounding turns, and the one before it.

A state is by how much what is paid differs, and what each rounding comes to; each is gone on from once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, product
from random import Random

from attrs import define, evolve, field, frozen

from hmbc.compiler.directed import Directed, Setting, Unit, Values
from hmbc.compiler.drawn_changes import subjects_of
from hmbc.compiler.kernel import Definition, Input, Kernel
from hmbc.compiler.kinds import Kind, claims_of, kinds_of
from hmbc.compiler.laws import Change, Judge, Question, amounts_of, changed
from hmbc.compiler.machines import Machines
from hmbc.compiler.quick import Machine, Row
from hmbc.compiler.refutation import Refutation
from hmbc.compiler.slices import of_layer, slice_of
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Money

MOST_KINDS = 24
TO_FIND_KINDS = 5
"""A fifth of the work, at most, goes into finding claims of other kinds."""
TIMES = 4
"""How often it is looked for kinds of claims and gone through all that there is to begin with."""
MOST_REPEATED = 12
"""Claims of one kind that fill a limit."""
MOST_TURNS = 14
WIDTH = 4
"""States of one number of claims that are gone on from."""
REACH = 1 << 14
"""Minor units within which a rounding is to turn."""
LARGER = (1, 10, 1_000)
SMALLER = (1_000, 100, 10, 1)
"""Of the claims of one kind the smallest is taken: it leaves the most of a limit."""
PART = 16
"""What is begun with takes a sixteenth of the work, at most."""


def roundings_of(kernel: Kernel) -> tuple[Definition, ...]:
    """By how much each rounded total grows."""
    found: dict[e.Expr, None] = {}
    for item in kernel.items:
        for node in walk(item.expr) if isinstance(item, Definition) else ():
            if isinstance(node, e.Increase):
                found |= {e.Increase(one): None for one in walk(node) if isinstance(one, e.Round)}
    return tuple(
        Definition(name=f"rounding.{number}", expr=expr, role="probe") for number, expr in enumerate(found)
    )


@frozen
class _Pair:
    """A unit and its two runs. state: by how much more is paid in the second, and each rounding comes to."""

    setting: Setting
    unit: Unit
    change: Change
    before: tuple[Row, ...]
    after: tuple[Row, ...]
    state: tuple[int, ...] = ()


@define
class ByTurns:
    """Such runs for questions about one layer, or about the scheme. pool: units that are paid; broken: what broke
    a law of some layer, begun with first."""

    kernel: Kernel
    questions: Sequence[Question]
    directed: Directed
    pool: Sequence[tuple[Setting, Unit]]
    broken: Sequence[Refutation]
    random: Random
    found: dict[Question, Refutation] = field(init=False, factory=dict)
    judge: Judge = field(init=False)
    left: int = field(init=False, default=0)
    _part: Kernel = field(init=False)
    _roundings: tuple[str, ...] = field(init=False)
    _rounded: frozenset[str] = field(init=False)
    """The totals that are rounded."""
    _machines: Machines = field(init=False)
    _money: dict[str, Input] = field(init=False)
    _last_day: int | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        part = of_layer(self.kernel, self.questions[0].layer)
        self.judge = Judge(part, self.questions)
        self.judge.amounts = amounts_of(self.kernel)
        roundings = roundings_of(part)
        self._roundings = tuple(one.name for one in roundings)
        self._rounded = frozenset(
            node.accumulator for one in roundings for node in walk(one.expr) if isinstance(node, e.Total)
        )
        full = evolve(self.judge.full, items=(*self.judge.full.items, *roundings))
        self._part = slice_of(full, [*(item.name for item in self.judge.probed.items), *self._roundings])
        self._machines = Machines(self._part)
        claim = [given for given in self.kernel.inputs if given.owner == "claim"]
        self._money = {given.name: given for given in claim if isinstance(given.type, Money)}
        self._last_day = next(given.high for given in claim if given.name == self.kernel.date)

    def run(self, work: int) -> None:
        """Go on until all is refuted, or at most as many items of rows have been worked out."""
        self.left = work
        if not self._roundings:
            return
        for _ in range(TIMES):
            self._once(self._kinds(work // (TO_FIND_KINDS * TIMES)), work // PART)

    def _once(self, kinds: Sequence[Kind], work: int) -> None:
        """Everything that there is to begin with, each with so much work."""
        begun = [*self._filling(kinds), *self._in_pool()]
        self.random.shuffle(begun)
        raised = [one for one in self.broken if one.change.kind == "raise"]
        for setting, unit, change in [*((one.setting, one.unit, one.change) for one in raised), *begun]:
            if self.left <= 0 or not self.judge.questions:
                return
            pair = self._begun(setting, unit, change)
            if pair is not None:
                self._go_on(pair, [kind for kind in kinds if kind.setting == setting], work)

    # ---- what to begin with

    def _kinds(self, work: int) -> list[Kind]:
        """Kinds of claims, with so much work; first those of what broke a law."""
        units = list(self.pool)
        self.random.shuffle(units)
        broken = ((one.setting, one.unit) for one in self.broken)
        tried = islice(self._alike(claims_of(chain(broken, units))), work // len(self._part.items))
        kinds = list(kinds_of(self._part, self._machines, tried))
        self.left -= work
        return self.random.sample(kinds, min(len(kinds), MOST_KINDS))

    def _alike(self, claims: Iterable[Kind]) -> Iterator[Kind]:
        """Claims as they are and with other values, also of smaller amounts."""
        for one in claims:
            turned = (one.claim, self.directed.turned(one.claim), self.directed.turned(one.claim))
            for claim, member in product(turned, (one.member, self.directed.varied(one.member))):
                for part in SMALLER:
                    yield Kind(one.setting, self._times(claim, 1, part), member)

    def _times(self, claim: Values, by: int, part: int) -> Values:
        """A claim with that much more or less of all its amounts."""
        amounts = {n: claim[n] * by // part for n in self._money if claim.get(n)}
        return {**claim, **{n: self._within(n, v) for n, v in amounts.items()}}

    def _within(self, name: str, amount: int) -> int:
        return Directed.within(amount, self._money[name].low, self._money[name].high)

    def _in_pool(self) -> Iterator[tuple[Setting, Unit, Change]]:
        """A minor unit more of each claim that is paid."""
        for setting, unit in self.pool:
            for row in range(len(unit.claims)):
                yield from self._raised(setting, unit, row)

    def _filling(self, kinds: Sequence[Kind]) -> Iterator[tuple[Setting, Unit, Change]]:
        """The same of claims that are paid until a limit is used up."""
        for kind in kinds:
            for by in LARGER:
                for days in (0, 1):
                    unit = self._filled(kind, by, days)
                    for row in {0, len(unit.claims) - 1} if unit.claims else ():
                        yield from self._raised(kind.setting, unit, row)

    def _raised(self, setting: Setting, unit: Unit, row: int) -> Iterator[tuple[Setting, Unit, Change]]:
        claim = unit.claims[row]
        for name in subjects_of(self.judge):
            if claim.get(name):
                # With room for one more in its domain.
                room = {**claim, name: self._within(name, claim[name] + 1) - 1}
                claims = (*unit.claims[:row], room, *unit.claims[row + 1 :])
                yield setting, evolve(unit, claims=claims), Change("raise", row, name, 1)

    def _filled(self, kind: Kind, by: int, days: int) -> Unit:
        """A claim of so many times its amounts, again and again, until it is paid nothing any more, though it was."""
        machine, date = self._machines.of(kind.setting), self.kernel.date
        claim, rows = self._times(kind.claim, by, 1), list[Row]()
        while len(rows) < MOST_REPEATED and self.left > 0:
            row = self._row(machine, rows, claim, kind.member)
            if row is None:
                return Unit((), ())
            rows.append(row)
            if not any(row.pays) and any(pay for one in rows for pay in one.pays):
                break
            claim = {**claim, date: self._day(claim[date], days)}
        return Unit(tuple(dict(row.claim) for row in rows), (kind.member,) * len(rows))

    def _day(self, day: int, later: int) -> int:
        return day + later if self._last_day is None else max(day, min(day + later, self._last_day))

    def _begun(self, setting: Setting, unit: Unit, change: Change) -> _Pair | None:
        """The two runs of a unit, if something that is rounded differs in them."""
        runs = []
        for claims in (unit.claims, changed(unit.claims, change)):
            self.left -= len(claims) * len(self._part.items)
            runs.append(self._machines.of(setting).run(claims, unit.members))
        before, after = runs
        if not before or not after or not self._is_moved(before[-1], after[-1]):
            return None
        return self._told(_Pair(setting, unit, change, tuple(before), tuple(after)))

    def _is_moved(self, one: Row, two: Row) -> bool:
        return any(
            one.before[place] + one.added[place] != two.before[place] + two.added[place]
            for place, name in enumerate(one.machine.stepper.accumulators)
            if name in self._rounded
        )

    # ---- turns

    def _told(self, pair: _Pair) -> _Pair:
        """The pair with its state; what it breaks is told."""
        for one in list(self.judge.denied_by(pair.change, pair.before, pair.after)):
            self.found[one] = Refutation(one, pair.setting, pair.unit, pair.change)
            self.judge.questions = tuple(q for q in self.judge.questions if q != one)
        layer, runs = self.questions[0].layer, (pair.before, pair.after)
        paid, more = (self.judge.sums(layer, run) for run in runs)
        rounded, other = (
            [sum([row.value(name) for row in run]) for name in self._roundings] for run in runs
        )
        by = (two - one for one, two in zip(rounded, other, strict=True))
        return evolve(pair, state=(more - paid, *by))

    def _go_on(self, begun: _Pair, kinds: Sequence[Kind], work: int) -> None:
        """Claim by claim, with so much work, as long as there is a state that is new."""
        best, seen, end = [begun], {begun.state}, max(self.left - work, 0)
        for _ in range(MOST_TURNS):
            found = []
            for one in (one for pair in best for kind in kinds for one in self._with(pair, kind)):
                if self.left <= end or not self.judge.questions:
                    return
                if one.state not in seen:
                    seen.add(one.state)
                    found.append(one)
            # Those the furthest apart, of these the ones that were met first.
            best = sorted(found, key=lambda one: -abs(one.state[0]))[:WIDTH]

    def _with(self, pair: _Pair, kind: Kind) -> Iterator[_Pair]:
        """The pair with a claim more, of amounts at which a rounding turns, and just does not."""
        date, claims, members = self.kernel.date, pair.unit.claims, pair.unit.members
        later = self.random.choice((1, 1, 31) if kind.member != members[-1] else (0, 0, 1, 31))
        day = self._day(claims[-1][date], later)
        # On one day a member has one value of everything, and always of what does not vary.
        member = members[-1] if day == claims[-1][date] else self.directed.among(members, kind.member)
        claim = {**kind.claim, date: day}
        for name in self.judge.amounts.bills:
            turning = list(self._turning(pair, claim, member, name)) if claim.get(name) else []
            for amount in dict.fromkeys(self._within(name, at - less) for at in turning for less in (1, 0, 2)):
                longer = self._longer(pair, {**claim, name: amount}, member)
                if longer is not None:
                    yield longer

    def _turning(self, pair: _Pair, claim: Values, member: Values, name: str) -> Iterator[int]:
        """The least amounts, from the claim's on or within its domain, with which a rounding is another."""
        machine = self._machines.of(pair.setting)

        def rounded(amount: int) -> tuple[int, ...] | None:
            row = self._row(machine, pair.before, {**claim, name: amount}, member)
            return None if row is None else tuple(row.value(one) for one in self._roundings)

        high = self._money[name].high
        least = claim[name] if high is None else self._within(name, min(claim[name], high - REACH))
        first = rounded(least)
        for place in range(len(self._roundings) if first is not None else 0):
            assert first is not None
            below = above = least
            by = 2
            while above == below and by <= REACH and (high is None or least + by <= high):
                at = rounded(least + by)
                if at is None:
                    return
                above = least + by
                below, by = (below, by) if at[place] != first[place] else (above, by * 8)
            while above - below > 1:
                middle = (below + above) // 2
                at = rounded(middle)
                if at is None:
                    return
                below, above = (middle, above) if at[place] == first[place] else (below, middle)
            if above > below:
                yield above

    def _row(self, machine: Machine, known: Sequence[Row], claim: Values, member: Values) -> Row | None:
        """The row of a claim after those of a run."""
        self.left -= len(self._part.items)
        # Of the rows that are known only what they are is read.
        rows = machine.run([*[claim] * len(known), claim], [*[member] * len(known), member], known)
        return None if rows is None else rows[-1]

    def _longer(self, pair: _Pair, claim: Values, member: Values) -> _Pair | None:
        machine = self._machines.of(pair.setting)
        one, two = (self._row(machine, known, claim, member) for known in (pair.before, pair.after))
        if one is None or two is None:
            return None
        unit = Unit((*pair.unit.claims, claim), (*pair.unit.members, member))
        return self._told(_Pair(pair.setting, unit, pair.change, (*pair.before, one), (*pair.after, two)))
