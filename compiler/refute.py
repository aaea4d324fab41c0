"""Looking for the claims that break a law: directed histories on a quick machine, made as small as
they get. Finds, never proves; what it finds is run again on the interpreter before it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from attrs import define, evolve, field

from hmbc.compiler.directed import Directed
from hmbc.compiler.drawn_changes import drawn_changes, subjects_of
from hmbc.compiler.drifts import beginnings, gone_on
from hmbc.compiler.judge import Change, Judge, changed
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.met_units import Known, MetUnits
from hmbc.compiler.planted import changes_read_off
from hmbc.compiler.quick import Machine, Row, Values
from hmbc.compiler.refutation import Refutation, Smaller, members_of
from hmbc.compiler.tried_units import Setting, Unit

SETTINGS = 6
MOST_CHANGES = 60
ANEW = 500
"""Units after which the search begins anew."""
PRESSED = 0.1
"""How often a unit in which one row takes from another is taken up again."""
SMALL = 20
"""The most minor units of an amount that is raised, or claimed besides, for what roundings make of it."""
MOST_PLANTED = 5
"""Claims of a planted unit, the last, of which others are made."""
MOST_SETTINGS = 10
"""How many choices of external parameters and lists are tried by turns."""
NARROWED = 0.05
"""How often a bill is raised by much and this taken apart, for a cliff within; it costs some twenty runs."""


@define
class Search:
    """Refutes what it can of some questions about a kernel."""

    kernel: Kernel
    questions: Sequence[Question]
    seed: int = 0
    watched: Sequence[Question] = ()
    """What was answered with yes, and is told where a unit that is tried denies it."""
    judge: Judge = field(init=False)
    found: dict[Question, Refutation] = field(init=False, factory=dict)
    units: int = field(init=False, default=0)
    left: int = field(init=False, default=0)
    random: Random = field(init=False)
    directed: Directed = field(init=False)
    bordering: list[tuple[Setting, Unit]] = field(init=False, factory=list)
    """Units whose totals stand at a border."""
    met: MetUnits = field(init=False)
    _machines: list[Known] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.judge = Judge(self.kernel, tuple(self.questions), tuple(self.watched))
        self.random = Random(self.seed)
        self.directed = Directed(self.judge.full, self.random)
        self.met = MetUnits(self.directed, self.judge.layers)
        external = self.kernel.parameters or any(one.codes is None for one in self.kernel.lists)
        settings = [self.directed.setting() for _ in range(SETTINGS if external else 1)]
        first = Machine(self.judge.probed, settings[0].parameters, settings[0].lists)
        self._machines = [
            (one, first.with_external(one.parameters, one.lists)) for one in settings
        ]

    def plant(self, setting: Setting, unit: Unit) -> None:
        """Take up a unit that is known to be paid, with what was external for it."""
        machine = next((m for known, m in self._machines if known == setting), None)
        if machine is None:
            _, machine = self.known_with(setting)
            self._machines.append((setting, machine))
            if len(self._machines) > MOST_SETTINGS:
                del self._machines[0]
        self.directed.learn(setting, unit)
        self.try_all((setting, machine), unit)
        self.met.planted.append((setting, unit))
        unit = Unit(unit.claims[-MOST_PLANTED:], unit.members[-MOST_PLANTED:])
        rows = machine.run(unit.claims, unit.members)
        if rows is not None:
            self.met.keep((setting, machine), unit, rows)
            self.deny(setting, unit, rows)
            self._feel((setting, machine), unit, rows)

    def try_all(self, known: Known, unit: Unit, pressed: bool = False) -> None:
        """Hold a whole unit against every law, with every change that is read off it and off those
        planted before: what was once found to break a law, and was written down as an example or as
        two, breaks it again."""
        before = known[1].run(unit.claims, unit.members)
        if before is None:
            return
        self.deny(known[0], unit, before)
        others = [other for setting, other in self.met.planted if setting == known[0]]
        for first, change in changes_read_off(self.kernel, unit, others, subjects_of(self.judge)):
            rows = before if first is unit else known[1].run(first.claims, first.members)
            if rows is not None and self.judge.asks(change.kind):
                self.try_change(known, first, change, rows, pressed)
        if self.asks("no_cliff") and len(unit.claims) > 2:
            self._go_on(known, unit, before)

    def _go_on(self, known: Known, unit: Unit, before: Sequence[Row]) -> None:
        """A minor unit more of a claim that moves what both of the last two are paid: do their like, by
        turns, move it on?"""
        longer = gone_on(self.kernel, unit)
        rows: list[Row] | None = None
        for place, claim in enumerate(unit.claims[:-2]):
            for name in self.judge.amounts.bills:
                change = Change("raise", place, name, 1)
                if not claim.get(name):
                    continue
                after = known[1].run(changed(unit.claims, change), unit.members)
                if after is None or any(after[at].pays == before[at].pays for at in (-2, -1)):
                    continue
                rows = rows or known[1].run(longer.claims, longer.members)
                after = known[1].run(changed(longer.claims, change), longer.members)
                if rows is None or after is None:
                    continue
                for begun in beginnings(longer, len(unit.claims)):
                    end = len(begun.claims)
                    for question in list(self.judge.denied_by(change, rows[:end], after[:end])):
                        self._add(Refutation(question, known[0], begun, change))

    @property
    def known(self) -> tuple[tuple[Setting, Unit], ...]:
        """All that was planted, whole, and what was found to be paid."""
        return (*self.met.planted, *self.met.paying)

    def run(self, work: int) -> None:
        """Search until everything is refuted, or as many items of rows have been worked out. The same
        search does the same every time, however busy the machine is. It begins anew again and again:
        what it learns from the units that it happens to meet first may lead it astray."""
        self.left = work
        while self.judge.questions and self.left > 0:
            if self.units % ANEW == ANEW - 1:
                self.met.forget()
            self._one()

    def _feel(self, known: Known, unit: Unit, before: Sequence[Row]) -> None:
        """Which rows of a unit take from others: raised by so much that no rounding hides it."""
        names = subjects_of(self.judge)
        if self.asks("more_claims"):
            names += [name for name in self.judge.amounts.bills if name not in names]
        for row, claim in enumerate(unit.claims):
            held = [name for name in names if claim.get(name)]
            if held:
                by = 10 * self.directed.digits
                change = Change("raise", row, self.random.choice(held), by)
                self.try_change(known, unit, change, before)
        self.met.keep_bound()

    def work_out(
        self,
        machine: Machine,
        claims: Sequence[Values],
        members: Sequence[Values],
        known: Sequence[Row] = (),
    ) -> list[Row] | None:
        self.left -= (len(claims) - len(known)) * len(machine.kernel.items) + 10
        return machine.run(claims, members, known)

    def _one(self) -> None:
        self.units += 1
        if self.met.bound and self.random.random() < PRESSED:
            self._press()
            return
        fine = bool(self.met.rich) and self.random.random() < 0.7
        if fine:
            known, pattern = self.random.choice(list(self.met.rich.values()))
            (other, _), more = self.random.choice(list(self.met.rich.values()))
            unit = self.directed.shaken(pattern, more if other is known[0] else pattern)
        else:
            known = self.random.choice(self._machines)
            unit = self.directed.unit()
        setting, machine = known
        before = self.work_out(machine, unit.claims, unit.members)
        if before is None:
            return
        self.met.learn(known, unit, before)
        self.deny(setting, unit, before)
        changes = list(drawn_changes(self.judge, self.directed, unit, fine))
        for change in changes:
            denied = self.try_change(known, unit, change, before)
            if denied and change.kind == "raise" and len(changes) < MOST_CHANGES:
                changes += self._alike(unit)  # which other amounts break the law here, too?
        if self.random.random() < NARROWED:
            self._narrow(setting, machine, unit, before)
        if self.asks("more_claims"):
            self._further(known, unit, self.random.randrange(len(unit.claims)), before)

    def asks(self, *laws: str) -> bool:
        """Whether one of these laws is still asked for."""
        return any(question.law in laws for question in self.judge.questions)

    def try_change(
        self,
        known: Known,
        unit: Unit,
        change: Change,
        before: Sequence[Row],
        pressed: bool = False,
    ) -> bool:
        """Whether a change denies some question."""
        claims = changed(unit.claims, change)
        members = members_of(unit, change, self.judge.favoured)
        after = self.work_out(known[1], claims, members, before[: change.row])
        if after is None:
            return False
        denied = list(self.judge.denied_by(change, before, after))
        for question in denied:
            self._add(Refutation(question, known[0], unit, change))
        if change.kind in ("raise", "swap") and not pressed:
            self.met.note(known, unit, change, before, after)
        return bool(denied)

    def _further(
        self, known: Known, unit: Unit, row: int, before: Sequence[Row]
    ) -> None:
        """A small claim more, like another and before it: the first run is with it."""
        self.try_one_more(known, unit, row, before, {name: self._small() for name in self.judge.amounts.bills})

    def try_one_more(
        self,
        known: Known,
        unit: Unit,
        row: int,
        before: Sequence[Row],
        small: Mapping[str, int],
    ) -> None:
        """A claim more, like another and before it, that claims so much of these amounts."""
        claim = unit.claims[row]
        claim = {**claim, **{name: by for name, by in small.items() if claim.get(name)}}
        more = Unit(
            (*unit.claims[:row], claim, *unit.claims[row:]),
            (*unit.members[:row], unit.members[row], *unit.members[row:]),
        )
        rows = self.work_out(known[1], more.claims, more.members, before[:row])
        if rows is None:
            return
        change = Change("drop", row)
        for question in list(self.judge.denied_by(change, rows, before)):
            self._add(Refutation(question, known[0], more, change))

    def _press(self) -> None:
        """Once more a change that took from another row's payment, of other amounts."""
        known, unit, change = self.random.choice(list(self.met.bound.values()))
        if self.random.random() < 0.5:
            unit = self.directed.other_digits(unit)
        else:
            unit = self.directed.other_claim(unit)
        before = self.work_out(known[1], unit.claims, unit.members)
        if before is None:
            return
        row = change.row
        if change.kind == "swap":
            self.try_change(known, unit, change, before, pressed=True)
        for name in subjects_of(self.judge):
            if name in unit.claims[row]:
                change = Change("raise", row, name, self._small())
                self.try_change(known, unit, change, before, pressed=True)
        if self.asks("more_claims"):
            self._further(known, unit, row, before)

    def _small(self) -> int:
        return self.random.randint(1, self.random.choice((1, 3, SMALL)))

    def _narrow(
        self, setting: Setting, machine: Machine, unit: Unit, before: Sequence[Row]
    ) -> None:
        """Raise a bill to an amount that the kernel names; where this moves what is paid, look at the
        minor unit that moves it most: by halves, of which the one is gone into that moves it more.
        As a claim of its own it may be paid more than it claims."""
        asked = [one.layer for one in self.judge.questions if one.law == "no_cliff"]
        if self.asks("within_bill"):
            asked += self.judge.layers
        row, bills = self.random.randrange(len(before)), self.judge.amounts.bills
        name = self.random.choice(bills) if asked and bills else None
        if name is None or name not in unit.claims[row]:
            return
        low: int = unit.claims[row][name]
        given = next(i for i in self.kernel.inputs if (i.owner, i.name) == ("claim", name))
        larger = [one for one in self.directed.amounts if one > low]
        layer, to = self.random.choice(asked), self.random.choice([0, *larger])
        below, above = 0, self.directed.within(to, given.low, given.high) - low
        runs = {0: before}  # by how much the bill is raised
        while above - below > 1 or above not in runs:
            by = above if above not in runs else (below + above) // 2
            claims = changed(unit.claims, Change("raise", row, name, by))
            rows = self.work_out(machine, claims, unit.members, before[:row]) if by > 0 else None
            if rows is None:
                return
            runs[by] = rows
            if by < above:
                one, at, two = (self.judge.sums(layer, runs[x]) for x in (below, by, above))
                if one == at == two:
                    return
                below, above = (below, by) if abs(at - one) >= abs(two - at) else (by, above)
        claims = changed(unit.claims, Change("raise", row, name, below))
        last = Change("raise", row, name, 1)
        near = evolve(unit, claims=tuple(dict(claim) for claim in claims))
        for question in list(self.judge.denied_by(last, runs[below], runs[above])):
            self._add(Refutation(question, setting, near, last))
        if self.asks("within_bill"):
            least = {**near.claims[row], name: self.directed.within(1, given.low, given.high)}
            more = Unit(
                (*near.claims[: row + 1], least, *near.claims[row + 1 :]),
                (*unit.members[: row + 1], *unit.members[row:]),
            )
            rows = self.work_out(machine, more.claims, more.members, runs[below][: row + 1])
            self.deny(setting, more, rows or ())

    def _alike(self, unit: Unit) -> Iterator[Change]:
        for name in subjects_of(self.judge):
            for row, claim in enumerate(unit.claims):
                if name in claim:
                    yield Change("raise", row, name, 1)

    @property
    def settings(self) -> list[Setting]:
        """What is external, as it is tried by turns."""
        return [setting for setting, _ in self._machines]

    def known_with(self, setting: Setting) -> Known:
        """What is external, with a machine for it."""
        return setting, self._machines[0][1].with_external(setting.parameters, setting.lists)

    def deny(self, setting: Setting, unit: Unit, rows: Sequence[Row]) -> None:
        """Keep a unit that breaks a law by itself."""
        for question in list(self.judge.denied(rows)):
            self._add(Refutation(question, setting, unit, Change("none")))

    def _add(self, found: Refutation) -> None:
        self.found[found.question] = found
        judge = self.judge
        judge.questions = tuple(one for one in judge.questions if one not in self.found)
        judge.watched = tuple(one for one in judge.watched if one not in self.found)

    def reopen(self, question: Question) -> None:
        """Look for another refutation of a question than the one that was found."""
        del self.found[question]
        if question not in self.watched:
            self.judge.questions = (*self.judge.questions, question)

    def smallest(self, question: Question, work: int = 40_000) -> Refutation:
        """What refutes a question, as small as that much work makes it. What is that plain often
        breaks another law, too: it is tried."""
        first = self.found[question]
        _, machine = self.known_with(first.setting)
        found = Smaller(self.kernel, machine, first, work).smallest()
        before = self.work_out(machine, found.unit.claims, found.unit.members)
        if before is not None and found.change.kind != "none":
            self.try_change((found.setting, machine), found.unit, found.change, before, pressed=True)
        return found
