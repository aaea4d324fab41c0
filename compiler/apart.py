"""Claims on which the two sides of a product part, sought on the quick machine.

A search of changes upon changes: units that bring something of the two sides apart (a condition, an
amount on the way, a total), though no payment yet, are kept and changed again; claims come again days,
months and years later, for what only totals show. What it finds is replayed on the interpreter before it
is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random

from attrs import define, evolve, field

from hmbc.compiler.confirmed import in_the_interpreters_values
from hmbc.compiler.directed import Directed
from hmbc.compiler.histories import MEMBER_ID, History
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.product import NEW, OLD
from hmbc.compiler.quick import Machine, Row
from hmbc.compiler.refunds import Row as Claimed
from hmbc.compiler.seeds import Kinds
from hmbc.compiler.slices import slice_of
from hmbc.compiler.tried_units import Setting, Unit
from hmbc.compiler.varied import Varied
from hmbc.dsl import expr as e

SETTINGS = 6
"""Choices of what is external, besides those of the units that it begins with."""

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
    varied: Varied = field(init=False)
    twins: list[tuple[str, str, str]] = field(init=False)
    """What both sides have by one name: that, and what it is called on each side."""
    kept: dict[str, Known] = field(factory=dict)
    """The last unit for which a twin differs, or a layer is paid."""

    def __attrs_post_init__(self) -> None:
        self.directed = Directed(self.kernel, self.random)
        self.varied = Varied(self.directed)
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
                unit = self.varied.changed(pattern)
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

    # ---- from histories and to them

    def planted(self, history: History) -> tuple[Setting, Unit]:
        """A history as the machine takes it; a parameter that it lacks has some value."""
        lists = {one.name: tuple(history.lists.get(one.name, ())) for one in self.kernel.lists
                 if one.codes is None}  # fmt: skip
        kinds = Kinds(self.kernel)
        given = {**self.directed.setting().parameters, **kinds.plain("parameter", history.parameters)}
        return Setting(given, lists), Unit(
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

