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

from hmbc.compiler.directed import Directed, Setting, Unit, Values
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Change, Judge, Law, Question, amounts_of, changed
from hmbc.compiler.machines import Machines
from hmbc.compiler.quick import Machine, Row
from hmbc.compiler.refutation import Refutation, members_of
from hmbc.compiler.slices import of_layer, slice_of
from hmbc.compiler.unrounded import unrounded, with_unrounded
from hmbc.dsl.types import Money

MOST_CLAIMS = 8
MOST_REPEATED = 256
PATIENCE = 40
"""Changes in a row that bring nothing before another unit is taken, of one that brought nothing yet;
four times as many of one that did."""

_KIND: dict[Law, str] = {
    "monotone": "raise",
    "deduction": "raise",
    "no_cliff": "raise",
    "split_proof": "split",
    "order_free": "swap",
    "more_claims": "drop",
    "never_less": "member",
}


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
            if one.law in _KIND and (raised or one.subject or _KIND[one.law] != "raise")
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
            raising = [one for one in self.judge.questions if _KIND.get(one.law) == "raise"]
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
            begin = self._change(question, unit)
            self.left -= 50
            if _KIND[question.law] == "raise" and self._at_brinks and random.random() < 0.5:
                other = random.choice(self._at_brinks)
                if question.subject in (None, other[2].subject):
                    setting, unit, begin = other
                    machine = self._machines.of(setting)
            at = None if begin is None else self._step(question, setting, machine, unit, begin)
            idle, patience = 0, PATIENCE
            while at is not None and idle < patience and self.left > 0 and question not in self.found:
                idle += 1
                self.left -= 20
                move = self._moved(question, at, setting)
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

    # ---- what is changed

    def _change(self, question: Question, unit: Unit) -> Change | None:
        """A change of a unit that a question is about."""
        random, claims = self.random, unit.claims
        row = random.randrange(len(claims))
        match _KIND[question.law]:
            case "raise":
                subject = question.subject or random.choice(self.judge.amounts.bills)
                by = 1 if random.random() < 0.7 else random.choice(self.directed.amounts)
                return self._raise(claims[row], row, subject, by)
            case "split":
                return Change("split", row, parts=self._parts(claims[row]))
            case "swap":
                date = self.kernel.date
                rows = [
                    at for at, (one, two) in enumerate(zip(claims, claims[1:], strict=False))
                    if one[date] == two[date]
                ]  # fmt: skip
                return Change("swap", random.choice(rows)) if rows else None
            case "member":
                stated = self.judge.favoured[question.subject or ""]
                return Change("member", subject=stated.name, value=stated.more)
            case _:
                return Change("drop", row) if len(claims) > 1 else None

    def _raise(self, claim: Values, row: int, subject: str, by: int) -> Change | None:
        high = next(i.high for i in self.kernel.inputs if (i.owner, i.name) == ("claim", subject))
        by = min(by, (high or by) - claim.get(subject, 0)) if high else by
        return Change("raise", row, subject, by) if subject in claim and by > 0 else None

    def _parts(self, claim: Values) -> dict[str, int]:
        random = self.random
        return {
            name: random.choice((0, claim[name], claim[name] // 2, random.randint(0, claim[name])))
            for name in self._money
            if claim.get(name)
        }

    def _moved(
        self, question: Question, at: Step, setting: Setting
    ) -> tuple[Unit, Change] | None:
        """The unit and its change, one or two things in them changed; None where that is none."""
        unit: Unit | None
        unit, change = at.unit, at.change
        if at.apart > 0 and self.random.random() < 0.7:  # the last rounding alone is in the way
            row = self.random.randrange(len(unit.claims))
            return self._with_claim(unit, change, row, self._shaken(unit.claims[row]))
        for _ in range(self.random.choice((1, 1, 2))):
            moved = self._move(question, unit, change, setting)
            if moved is None:
                return None
            unit, change = moved
        unit = self.directed.one_value_a_day(unit)
        return unit, change

    def _move(
        self, question: Question, unit: Unit, change: Change, setting: Setting
    ) -> tuple[Unit, Change] | None:
        random = self.random
        pick = random.random()
        row = random.randrange(len(unit.claims))
        if pick < 0.25:
            return self._with_claim(unit, change, row, self._shaken(unit.claims[row]))
        if pick < 0.4:
            return self._with_claim(unit, change, row, self._other_amount(unit.claims[row]))
        if pick < 0.52:
            return self._with_claim(unit, change, row, self.directed.turned(unit.claims[row]))
        if pick < 0.6:
            return self._other_change(question, unit, change)
        if pick < 0.7:
            other, member = unit.claims[row], unit.members[row]
            if random.random() < 0.3:
                known, more = random.choice(self.pool)
                if known == setting:
                    other = random.choice(more.claims)
            return self._inserted(unit, change, [(self._shaken(other), member)])
        if pick < 0.76:
            return self._without(unit, change, row)
        if pick < 0.81:
            return self._repeated(unit, change)
        if pick < 0.92:
            return self._with_member(unit, change, row)
        return self._on_day(unit, change, row)

    def _with_claim(
        self, unit: Unit, change: Change, row: int, claim: Values
    ) -> tuple[Unit, Change] | None:
        claims = (*unit.claims[:row], claim, *unit.claims[row + 1 :])
        if row == change.row and change.kind == "raise":
            again = self._raise(claim, row, change.subject or "", change.by)
            if again is None:
                return None
            change = again
        if row == change.row and change.kind == "split":
            parts = {name: min(part, claim.get(name, 0)) for name, part in change.parts.items()}
            more = {n: 0 for n in self._money if claim.get(n) and n not in parts}
            change = evolve(change, parts={n: p for n, p in (parts | more).items() if claim.get(n)})
        return evolve(unit, claims=claims), change

    def _shaken(self, claim: Values) -> Values:
        """With other last digits in one amount, most often by what leaves the rests of ratios."""
        name = self._amount(claim, 0.8)
        if name is None:
            return claim
        more = self.random.randint(-9, 9) * self.random.choice((1, 1, 10, 100))
        return {**claim, name: self._within(name, claim[name] + more)}

    def _other_amount(self, claim: Values) -> Values:
        random, name = self.random, self._amount(claim, 0.7)
        if name is None:
            return claim
        amount = random.choice((0, random.randint(1, 10), random.choice(self.directed.amounts)))
        return {**claim, name: self._within(name, amount)}

    def _amount(self, claim: Values, likely: float) -> str | None:
        """One of a claim's amounts, more likely one that is not 0; None where it has none."""
        names = [name for name in self._money if name in claim]
        used = [name for name in names if claim[name]]
        if not names:
            return None
        return self.random.choice(used if used and self.random.random() < likely else names)

    def _within(self, name: str, value: int) -> int:
        given = next(i for i in self.kernel.inputs if (i.owner, i.name) == ("claim", name))
        value = max(value, given.low or 0)
        return value if given.high is None else min(value, given.high)

    def _other_change(
        self, question: Question, unit: Unit, change: Change
    ) -> tuple[Unit, Change] | None:
        random = self.random
        if change.kind == "raise" and change.by > 1 and random.random() < 0.7:
            by = random.choice((1, change.by // 2, change.by - 1))
            if random.random() < 0.5:  # from nearer to where it ends
                row, name = change.row, change.subject or ""
                claim = {**unit.claims[row], name: unit.claims[row][name] + change.by - by}
                unit = evolve(unit, claims=(*unit.claims[:row], claim, *unit.claims[row + 1 :]))
            return unit, evolve(change, by=by)
        other = self._change(question, unit)
        return None if other is None else (unit, other)

    def _inserted(
        self, unit: Unit, change: Change, rows: Sequence[tuple[Values, Values]], at: int | None = None
    ) -> tuple[Unit, Change] | None:
        """With more claims, each on the day of the one before it."""
        if at is None:
            at = self.random.randint(0, len(unit.claims))
        if change.kind == "swap" and at == change.row + 1:
            return None
        date = self.kernel.date
        day = unit.claims[max(at - 1, 0)][date]
        claims = tuple({**claim, date: day} for claim, _ in rows)
        members = tuple(member for _, member in rows)
        if at <= change.row:
            change = evolve(change, row=change.row + len(rows))
        return Unit(
            (*unit.claims[:at], *claims, *unit.claims[at:]),
            (*unit.members[:at], *members, *unit.members[at:]),
        ), change

    def _repeated(self, unit: Unit, change: Change) -> tuple[Unit, Change] | None:
        """With some claims that follow each other once more, after themselves."""
        size = len(unit.claims)
        first, last = sorted((self.random.randrange(size), self.random.randrange(size)))
        rows = list(zip(unit.claims, unit.members, strict=True))[first : last + 1]
        if size + len(rows) > MOST_REPEATED:
            return None
        return self._inserted(unit, change, rows, last + 1)

    def _without(self, unit: Unit, change: Change, row: int) -> tuple[Unit, Change] | None:
        touched = (change.row, change.row + 1) if change.kind == "swap" else (change.row,)
        if row in touched or len(unit.claims) < 2:
            return None
        if row < change.row:
            change = evolve(change, row=change.row - 1)
        return Unit(
            (*unit.claims[:row], *unit.claims[row + 1 :]),
            (*unit.members[:row], *unit.members[row + 1 :]),
        ), change

    def _with_member(self, unit: Unit, change: Change, row: int) -> tuple[Unit, Change] | None:
        directed, members = self.directed, unit.members
        if any(given.varies for given in self.kernel.inputs) and self.random.random() < 0.8:
            other = directed.varied(members[row])
            first, last = self.random.choice(((0, row), (row, row), (row, len(members) - 1)))
            several = (other,) * (last + 1 - first)
            return evolve(unit, members=(*members[:first], *several, *members[last + 1 :])), change
        other = directed.member(members[row])
        if self.kernel.unit is not None:
            return None
        fixed = {given.name for given in self.kernel.inputs if given.owner == "member" and not given.varies}
        kept = [{**{n: v for n, v in one.items() if n not in fixed},
                 **{n: v for n, v in other.items() if n in fixed}} for one in members]  # fmt: skip
        return evolve(unit, members=tuple(kept)), change

    def _on_day(self, unit: Unit, change: Change, row: int) -> tuple[Unit, Change] | None:
        """With this claim and all after it some days later, or on the day of the one before."""
        date = self.kernel.date
        day = unit.claims[row][date]
        by = self.random.choice((0, 1, 31, 366))
        if by == 0:
            by = (unit.claims[row - 1][date] if row else day) - day
        claims: list[Values] = [
            {**claim, date: claim[date] + by} if at >= row else claim
            for at, claim in enumerate(unit.claims)
        ]
        given = next(i for i in self.kernel.inputs if (i.owner, i.name) == ("claim", date))
        if any(claim[date] > (given.high or claim[date]) for claim in claims):
            return None
        if change.kind == "swap" and claims[change.row][date] != claims[change.row + 1][date]:
            return None
        return evolve(unit, claims=tuple(claims)), change
