"""Claims on which the two sides of a product part, sought on the quick machine.

A search of changes upon changes: units that bring something of the two sides apart (a condition, an
amount on the way, a total), though no payment yet, are kept and changed again; claims come again days,
months and years later, for what only totals show. What it finds is replayed on the interpreter before it
is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from attrs import define, evolve, field

from hmbc.compiler.directed import Directed, Setting, Unit
from hmbc.compiler.histories import MEMBER_ID, History
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.product import NEW, OLD
from hmbc.compiler.quick import Machine, Row
from hmbc.compiler.refunds import Row as Claimed
from hmbc.compiler.seeds import Kinds
from hmbc.compiler.slices import slice_of
from hmbc.compiler.witness import in_the_interpreters_values
from hmbc.dsl import expr as e
from hmbc.dsl.types import Money

SETTINGS = 6
"""Choices of what is external, besides those of the units that it begins with."""

MOST_CLAIMS = 8
LATER = (0, 0, 1, 2, 20, 30, 31, 62, 91, 182, 364, 365, 366, 730)
"""Days after which a claim comes again."""

Known = tuple[Setting, Machine, Unit]


def part_of_layers(both: Kernel, names: Iterable[str]) -> Kernel:
    """Of a product, what decides what these layers pay, without why."""
    kept = {side + name for side in (OLD, NEW) for name in names}
    why = (("paid", e.TRUE),)
    outcomes = tuple(evolve(one, reasons=why) for one in both.outcomes if one.layer in kept)
    return slice_of(evolve(both, outcomes=outcomes), ())


def sought_apart(
    both: Kernel, names: Iterable[str], begin: Iterable[History], work: int, seed: int = 0
) -> Iterator[History]:
    """Histories on which one of the layers is paid differently, as the quick machine has it.

    begin: histories that are paid; work: items of rows that are worked out, some 400,000 a second.
    """
    return _Sought(part_of_layers(both, names), Random(seed)).histories(begin, work)


@define
class _Sought:
    """One search over the part of a product that matters."""

    kernel: Kernel
    random: Random
    directed: Directed = field(init=False)
    twins: list[tuple[str, str, str]] = field(init=False)
    """What both sides have by one name: that, and what it is called on each side."""
    kept: dict[str, Known] = field(factory=dict)
    """The last unit for which a twin differs, or a layer is paid."""

    def __attrs_post_init__(self) -> None:
        self.directed = Directed(self.kernel, self.random)
        names = {item.name for item in self.kernel.items}
        bare = [name.removeprefix(OLD) for name in names if name.startswith(OLD)]
        self.twins = [(one, OLD + one, NEW + one) for one in sorted(bare) if NEW + one in names]

    def histories(self, begin: Iterable[History], work: int) -> Iterator[History]:
        known = [self.planted(history) for history in begin]
        settings = [setting for setting, _ in known]
        settings += [self.directed.setting() for _ in range(SETTINGS)]
        first = Machine(self.kernel, settings[0].parameters, settings[0].lists)
        machines = [first.with_external(one.parameters, one.lists) for one in settings]
        waiting = [(*one, machine) for one, machine in zip(known, machines, strict=False)]
        while work > 0:
            if waiting:
                setting, unit, machine = waiting.pop()
            elif self.kept and self.random.random() < 0.8:
                setting, machine, pattern = self.random.choice(list(self.kept.values()))
                unit = self.changed(pattern)
            else:
                place = self.random.randrange(len(settings))
                setting, machine = settings[place], machines[place]
                unit = self.directed.unit()
            work -= len(unit.claims) * len(self.kernel.items) + 10
            rows = machine.run(unit.claims, unit.members)
            if rows is None:
                continue
            for name in self.marks(machine, rows):
                self.kept[name] = (setting, machine, unit)
            self.directed.keep(unit)
            if self.is_apart(rows):
                yield self.history(setting, unit)

    def marks(self, machine: Machine, rows: list[Row]) -> Iterator[str]:
        """What is different on the two sides in some row, and which layers are paid in how many."""
        for name, old, new in self.twins:
            if any(self.differs(machine, row, old, new) for row in rows):
                yield name
        for place, outcome in enumerate(self.kernel.outcomes):
            if paid := sum(row.pays[place] != 0 for row in rows):
                yield f"{outcome.layer} {paid}"

    @staticmethod
    def differs(machine: Machine, row: Row, old: str, new: str) -> bool:
        """Of a definition its value, of a total what it was before the row."""
        places = machine.stepper.accumulators
        if old in places:
            of = machine.denominators.accumulators
            one, two = row.before[places[old]], row.before[places[new]]
        else:
            of = machine.denominators.definitions
            one, two = row.value(old), row.value(new)
            if isinstance(one, str | bool) or isinstance(two, str | bool):
                return bool(one != two)
        return bool(one * of.get(new, 1) != two * of.get(old, 1))

    def is_apart(self, rows: list[Row]) -> bool:
        pays = {outcome.layer: place for place, outcome in enumerate(self.kernel.outcomes)}
        bare = {layer.removeprefix(OLD).removeprefix(NEW) for layer in pays}
        for row in rows:
            for name in bare:
                one, two = (
                    row.pays[pays[side + name]] if side + name in pays else 0 for side in (OLD, NEW)
                )
                if one != two:
                    return True
        return False

    # ---- changes

    def changed(self, unit: Unit) -> Unit:
        """A unit with one to three things changed."""
        random, date = self.random, self.kernel.date
        rows = list(zip(unit.claims, unit.members, strict=True))
        for _ in range(random.choice((1, 1, 2, 3))):
            place = random.randrange(len(rows))
            claim, member = rows[place]
            match random.choice(("again", "again", "claim", "amount", "amount", "drop", "member", "days")):
                case "again" if len(rows) < MOST_CLAIMS:
                    rows.append((self.shifted(claim, random.choice(LATER)), member))
                case "claim":
                    rows[place] = (self.directed.claim(claim), member)
                case "amount":
                    rows[place] = (self.other_amount(claim), member)
                case "drop" if len(rows) > 1:
                    del rows[place]
                case "member":
                    other = self.directed.member(member)
                    if self.kernel.unit is not None:
                        other[self.kernel.unit] = member[self.kernel.unit]
                    rows = [(one, other if who == member else who) for one, who in rows]
                case "days":
                    by = random.choice((-31, -1, 1, 31, 183)) * random.choice((1, 1, 3))
                    rows = [(self.shifted(one, by), who) for one, who in rows]
                case _:
                    pass
        rows.sort(key=lambda row: row[0][date])
        return Unit(tuple(claim for claim, _ in rows), tuple(member for _, member in rows))

    def shifted(self, claim: dict[str, Any], by: int) -> dict[str, Any]:
        """The claim so many days later."""
        date = self.kernel.date
        given = next(i for i in self.kernel.inputs if (i.owner, i.name) == ("claim", date))
        return {**claim, date: self.directed.within(claim[date] + by, given.low, given.high)}

    def other_amount(self, claim: dict[str, Any]) -> dict[str, Any]:
        """The claim with one amount that is named, a unit more or less, or several times as much."""
        random = self.random
        money = [
            given
            for given in self.kernel.inputs
            if given.owner == "claim" and isinstance(given.type, Money) and given.name in claim
        ]
        if not money:
            return claim
        given = random.choice(money)
        held = claim[given.name]
        value = random.choice(
            (random.choice(self.directed.amounts), held + 1, held - 1, 2 * held, held // 2, 10 * held)
        )
        return {**claim, given.name: self.directed.within(value, given.low, given.high)}

    # ---- from histories and to them

    def planted(self, history: History) -> tuple[Setting, Unit]:
        """A history as the machine takes it."""
        lists = {one.name: tuple(history.lists.get(one.name, ())) for one in self.kernel.lists
                 if one.codes is None}  # fmt: skip
        kinds = Kinds(self.kernel)
        return Setting(kinds.plain("parameter", history.parameters), lists), Unit(
            tuple(kinds.plain("claim", row.claim) for row in history.rows),
            tuple(kinds.plain("member", row.member) for row in history.rows),
        )

    def history(self, setting: Setting, unit: Unit) -> History:
        """A unit as the interpreter takes it; members that differ in what does not vary are several."""
        parameters, claims, members = in_the_interpreters_values(
            self.kernel, setting, unit.claims, unit.members
        )
        varying = {given.name for given in self.kernel.inputs if given.varies}
        known: dict[object, str] = {}
        rows = []
        for place, (claim, member) in enumerate(zip(claims, members, strict=True), 1):
            fixed = frozenset((n, v) for n, v in member.items() if n not in varying)
            own = known.setdefault(fixed, f"m{len(known) + 1}")
            who = {MEMBER_ID: own, **member}
            rows.append(Claimed(id=f"c{place}", claim=claim, member=who))
        return History(parameters=parameters, lists=setting.lists, rows=tuple(rows))

