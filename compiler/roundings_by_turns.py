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

from attrs import define, evolve, field, frozen

from hmbc.compiler.directed import Directed
from hmbc.compiler.drawn_changes import subjects_of
from hmbc.compiler.judge import Change, changed
from hmbc.compiler.kernel import Definition, Input, Kernel
from hmbc.compiler.kinds import Kind, claims_of, kinds_of
from hmbc.compiler.quick import Row
from hmbc.compiler.refutation import Refutation
from hmbc.compiler.slices import of_layer
from hmbc.compiler.tried_units import Setting, Unit, Values
from hmbc.compiler.two_runs import Pair, TwoRuns
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
class _At:
    """Where turns stand. state: by how much more is paid in the second run, and each rounding comes to."""

    pair: Pair
    state: tuple[int, ...]


@define
class ByTurns(TwoRuns):
    """Such runs, begun with units that are paid. broken: what broke a law of some layer, begun with first."""

    broken: Sequence[Refutation]
    _roundings: tuple[str, ...] = field(init=False)
    _rounded: frozenset[str] = field(init=False)
    """The totals that are rounded."""
    _money: dict[str, Input] = field(init=False)
    _last_day: int | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        part = of_layer(self.kernel, self.questions[0].layer)
        roundings = roundings_of(part)
        self._roundings = self._watch(part, roundings)
        self._rounded = frozenset(
            node.accumulator for one in roundings for node in walk(one.expr) if isinstance(node, e.Total)
        )
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
            at = self._begun(setting, unit, change)
            if at is not None:
                self._go_on(at, [kind for kind in kinds if kind.setting == setting], work)

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
        claim, rows = self._times(kind.claim, by, 1), list[Row]()
        while len(rows) < MOST_REPEATED and self.left > 0:
            row = self._row(kind.setting, rows, claim, kind.member)
            if row is None:
                return Unit((), ())
            rows.append(row)
            if not any(row.pays) and any(pay for one in rows for pay in one.pays):
                break
            claim = {**claim, self.kernel.date: self._day(claim[self.kernel.date], days)}
        return Unit(tuple(dict(row.claim) for row in rows), (kind.member,) * len(rows))

    def _day(self, day: int, later: int) -> int:
        return day + later if self._last_day is None else max(day, min(day + later, self._last_day))

    def _begun(self, setting: Setting, unit: Unit, change: Change) -> _At | None:
        """The two runs of a unit, if something that is rounded differs in them."""
        runs = []
        for claims in (unit.claims, changed(unit.claims, change)):
            self.left -= len(claims) * len(self._part.items)
            runs.append(self._machines.of(setting).run(claims, unit.members))
        before, after = runs
        if not before or not after or not self._is_moved(before[-1], after[-1]):
            return None
        return self._at(Pair(setting, unit, change, tuple(before), tuple(after)))

    def _is_moved(self, one: Row, two: Row) -> bool:
        return any(
            one.before[place] + one.added[place] != two.before[place] + two.added[place]
            for place, name in enumerate(one.machine.stepper.accumulators)
            if name in self._rounded
        )

    # ---- turns

    def _at(self, pair: Pair) -> _At:
        """Where turns stand with a pair; what it breaks is told."""
        more = self._told(pair)
        rounded, other = (
            [sum([row.value(name) for row in run]) for name in self._roundings] for run in (pair.before, pair.after)
        )
        return _At(pair, (more, *(two - one for one, two in zip(rounded, other, strict=True))))

    def _go_on(self, begun: _At, kinds: Sequence[Kind], work: int) -> None:
        """Claim by claim, with so much work, as long as there is a state that is new."""
        best, seen, end = [begun], {begun.state}, max(self.left - work, 0)
        for _ in range(MOST_TURNS):
            found = []
            for one in (one for at in best for kind in kinds for one in self._with(at.pair, kind)):
                if self.left <= end or not self.judge.questions:
                    return
                if one.state not in seen:
                    seen.add(one.state)
                    found.append(one)
            # Those the furthest apart, of these the ones that were met first.
            best = sorted(found, key=lambda one: -abs(one.state[0]))[:WIDTH]

    def _with(self, pair: Pair, kind: Kind) -> Iterator[_At]:
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
                    yield self._at(longer)

    def _turning(self, pair: Pair, claim: Values, member: Values, name: str) -> Iterator[int]:
        """The least amounts, from the claim's on or within its domain, with which a rounding is another."""

        def rounded(amount: int) -> tuple[int, ...] | None:
            row = self._row(pair.setting, pair.before, {**claim, name: amount}, member)
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
