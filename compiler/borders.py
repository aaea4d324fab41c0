"""Units in which a total stands at a border: where a condition, a cap or a band compares it with an
amount, whose other side is one minor unit away.

A total of this year or of the year before, of whatever kind, comes near its border by chance only
where the amount at which it does is written somewhere. Here a claim that is paid comes after another
like it, of its day or of a year before, and what this other claims is raised until some comparison turns
in some row: by halves, with the machine's answer for each half.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import define, evolve, field

from hmbc.compiler.days import add_months
from hmbc.compiler.expressions import expressions
from hmbc.compiler.kernel import Definition, Kernel
from hmbc.compiler.machines import Machines
from hmbc.compiler.quick import Machine, Row, Values
from hmbc.compiler.slices import slice_of
from hmbc.compiler.tried_units import Setting, Unit
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Money

MOST_BORDERS = 40
MOST_CLAIMS = 3
"""Of a unit that is paid the first: each is looked at with another before it."""


def borders_of(kernel: Kernel) -> tuple[Definition, ...]:
    """On which side of their borders a kernel's totals are: one definition for each comparison, least and
    greatest of something that reads a total."""
    reading: set[str] = set()

    def reads_total(expr: e.Expr) -> bool:
        return any(
            isinstance(node, e.Total | e.Before) or isinstance(node, e.Ref) and node.name in reading
            for node in walk(expr)
        )

    for item in kernel.items:
        if isinstance(item, Definition) and reads_total(item.expr):
            reading.add(item.name)
    found: dict[e.Expr, None] = {}
    paying = [item.expr if isinstance(item, Definition) else item.adds for item in kernel.items]
    for expr in (*paying, *(reject.when for reject in kernel.rejects)):
        for node in walk(expr):
            match node:
                case e.Compare() if reads_total(node):
                    found[node] = None
                case e.Min(left, right) | e.Max(left, right) if reads_total(node):
                    found[e.Compare("<=", left, right)] = None
                case _:
                    pass
    return tuple(
        Definition(name=f"border.{number}", expr=expr, role="probe")
        for number, expr in enumerate(list(found)[:MOST_BORDERS])
    )


def amounts_compared(kernel: Kernel) -> list[int]:
    """The amounts with which a kernel compares something, and those a minor unit less."""
    found = {
        int(side.value)
        for expr in expressions(kernel)
        for node in walk(expr)
        if isinstance(node, e.Compare)
        for side in (node.left, node.right)
        if isinstance(side, e.Const) and isinstance(side.type, Money) and side.value
    }
    return sorted(found | {one - 1 for one in found})


def with_borders(kernel: Kernel) -> tuple[Kernel, tuple[str, ...]]:
    """What of a kernel answers that, and the names of these definitions."""
    borders = borders_of(kernel)
    names = tuple(one.name for one in borders)
    return slice_of(evolve(kernel, items=(*kernel.items, *borders)), names), names


@define
class Watched:
    """A kernel whose totals are watched on quick machines: on which side of their borders they are."""

    kernel: Kernel
    left: int
    """Items of rows that may still be worked out."""
    part: Kernel = field(init=False)
    """What of the kernel answers that."""
    names: tuple[str, ...] = field(init=False)
    """The definitions that do; none where no total is compared with anything."""
    machines: Machines = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.part, self.names = with_borders(self.kernel)
        self.machines = Machines(self.part)

    def run(
        self, setting: Setting, claims: Sequence[Values], members: Sequence[Values], known: Sequence[Row] = ()
    ) -> list[Row] | None:
        """The rows of one unit (compiler/quick.py), which are worked out but for those that are known."""
        self.left -= (len(claims) - len(known)) * len(self.part.items)
        return self.machines.of(setting).run(claims, members, known)


def at_borders(
    kernel: Kernel, pool: Iterable[tuple[Setting, Unit]], most: int, work: int
) -> Iterator[tuple[Setting, Unit]]:
    """Such units, of those of a pool, with what is external for them. most: the largest amount that is
    tried; work: items of rows that may be worked out."""
    watched, done = Watched(kernel, work), set()
    for setting, unit in pool:
        machine = watched.machines.of(setting)
        for pair in _pairs(kernel, unit):
            if repr((setting, pair)) in done:
                continue
            done.add(repr((setting, pair)))
            for name, (low, high) in money_of(kernel).items():
                if name not in pair.claims[0]:
                    continue
                if watched.left <= 0:
                    return
                sides = Sides(machine, watched.names, pair, name)
                for amount in sides.brinks(low, most if high is None else min(high, most)):
                    yield setting, sides.unit_with(amount)
                watched.left -= len(sides.known) * len(pair.claims) * len(watched.part.items)


def money_of(kernel: Kernel) -> dict[str, tuple[int, int | None]]:
    """The amounts of a claim and their domains, in minor units."""
    return {
        given.name: (given.low or 0, given.high)
        for given in kernel.inputs
        if given.owner == "claim" and isinstance(given.type, Money)
    }


def _pairs(kernel: Kernel, unit: Unit) -> Iterator[Unit]:
    """Each claim of a unit after one that claims nothing, or as much, and is like it otherwise: of a
    year before it, or of its day; or of a year later than that one."""
    date, money = kernel.date, money_of(kernel)
    day = next(i for i in kernel.inputs if (i.owner, i.name) == ("claim", date))
    for claim, member in list(zip(unit.claims, unit.members, strict=True))[:MOST_CLAIMS]:
        nothing = {**claim, **{name: low for name, (low, _) in money.items() if name in claim}}
        for earlier, later in ((-12, 0), (0, 12), (0, 0)):
            one, two = (add_months(claim[date], by, "last_day") for by in (earlier, later))
            if one < (day.low or one) or two > (day.high or two):
                continue
            for first in (nothing, claim):
                yield Unit(({**first, date: one}, {**claim, date: two}), (member, member))


@define
class Sides:
    """On which side of its borders a unit is with one or another amount of its first claim."""

    machine: Machine
    names: tuple[str, ...]
    unit: Unit
    name: str
    known: dict[int, tuple[bool, ...]] = field(init=False, factory=dict)

    def unit_with(self, amount: int) -> Unit:
        """The unit with that amount."""
        first, *others = self.unit.claims
        return Unit(({**first, self.name: amount}, *others), self.unit.members)

    def of(self, amount: int) -> tuple[bool, ...]:
        """For each row and border its side, and for each row and layer whether it pays; nothing where
        a row is refused."""
        if amount not in self.known:
            unit = self.unit_with(amount)
            rows = self.machine.run(unit.claims, unit.members) or []
            self.known[amount] = tuple(
                side
                for row in rows
                for side in (
                    *(bool(row.value(name)) for name in self.names),
                    *(pay > 0 for pay in row.pays),
                )
            )
        return self.known[amount]

    def brinks(self, low: int, high: int) -> list[int]:
        """Between two amounts those on either side of where something turns, each once."""
        first, last = self.of(low), self.of(high)
        found: dict[int, None] = {}
        for place, (one, two) in enumerate(zip(first, last, strict=False)):
            below, above = low, high
            while one != two and above - below > 1:
                middle = (below + above) // 2
                if self.of(middle)[place : place + 1] == (one,):
                    below = middle
                else:
                    above = middle
            if one != two:
                found |= {below: None, above: None}
        return list(found)
