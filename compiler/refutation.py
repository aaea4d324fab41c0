"""What breaks a law, and how it is made small: fewest claims, zeros, round amounts, one date."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from attrs import define, evolve, field, frozen

from hmbc.compiler.judge import Change, Judge, changed
from hmbc.compiler.kernel import Input, Kernel, NeverLess
from hmbc.compiler.laws import Question
from hmbc.compiler.quick import Machine, Values
from hmbc.compiler.tried_units import Setting, Unit
from hmbc.dsl.types import Bool, Code, Date, Days, Enum, Int, Money, Periods, Ratio


@frozen
class Refutation:
    """A unit that breaks a law: its claims and members, and how the second run differs."""

    question: Question
    setting: Setting
    unit: Unit
    change: Change


def members_of(
    unit: Unit, change: Change, favoured: Mapping[str, NeverLess]
) -> list[dict[str, object]]:
    """The members of the second run's rows."""
    members = list(unit.members)
    match change.kind:
        case "member":
            attribute = favoured[change.subject or ""].attribute
            members = [{**member, attribute: change.value} for member in members]
        case "split":
            members.insert(change.row, members[change.row])
        case "drop":
            del members[change.row]
        case "swap":
            members[change.row : change.row + 2] = members[change.row : change.row + 2][::-1]
        case _:
            pass
    return members


def is_one_unit(kernel: Kernel, unit: Unit) -> bool:
    """Whether these rows can be one unit's: each member has one set of values a day, and always the same of what is
    not declared to vary; and all are of one unit."""
    varying = {given.name for given in kernel.inputs if given.owner == "member" and given.varies}
    days: dict[object, Values] = {}
    always: dict[object, Values] = {}
    for claim, member in zip(unit.claims, unit.members, strict=True):
        who = member.get("member_id") if kernel.unit is not None else None
        fixed = {name: value for name, value in member.items() if name not in varying}
        if days.setdefault((claim[kernel.date], who), member) != member or always.setdefault(who, fixed) != fixed:
            return False
    return kernel.unit is None or len({member.get(kernel.unit) for member in unit.members}) <= 1


@define
class Smaller:
    """Makes a refutation as small and plain as it gets: fewer claims, zeros, round amounts, one
    date, no optional values, the first of several values."""

    kernel: Kernel
    machine: Machine
    best: Refutation
    left: int
    """Items of rows that may still be worked out."""
    judge: Judge = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.judge = Judge(self.kernel, (self.best.question,))

    def smallest(self) -> Refutation:
        """The smallest that was found."""
        known: Refutation | None = None
        while self.left > 0 and known is not self.best:
            known = self.best
            for move in self._moves():
                for other in move():
                    if self._try(other):
                        break
        return self.best

    def _try(self, other: Refutation) -> bool:
        if self.left <= 0:
            return False
        unit, change = other.unit, other.change
        if not is_one_unit(self.kernel, unit):
            return False
        self.left -= 2 * len(unit.claims) * len(self.machine.kernel.items)
        before = self.machine.run(unit.claims, unit.members)
        if before is None:
            return False
        if change.kind == "none":
            broken = any(self.judge.denied(before))
        else:
            members = members_of(unit, change, self.judge.favoured)
            after = self.machine.run(changed(unit.claims, change), members)
            broken = after is not None and any(self.judge.denied_by(change, before, after))
        if broken:
            self.best = other
        return broken

    def _moves(self) -> Iterator[Callable[[], Iterator[Refutation]]]:
        """What to make plainer, one after the other, each of the best so far."""
        for place in range(len(self.best.unit.claims) - 1, -1, -1):
            yield partial(self._without, place)
        for given in sorted(self.kernel.inputs, key=lambda one: isinstance(one.type, Date)):
            if given.owner == "member":
                yield partial(self._member, given)
                continue
            for place in range(len(self.best.unit.claims)):
                yield partial(self._claim, place, given)
        yield self._raised

    def _raised(self) -> Iterator[Refutation]:
        best, change = self.best, self.best.change
        if change.kind != "raise" or change.by < 2:
            return
        yield evolve(best, change=evolve(change, by=1))
        half = change.by // 2
        yield evolve(best, change=evolve(change, by=half))
        first = Change("raise", change.row, change.subject, half)
        claims = tuple(dict(claim) for claim in changed(best.unit.claims, first))
        rest = evolve(change, by=change.by - half)
        yield evolve(best, unit=evolve(best.unit, claims=claims), change=rest)

    def _claim(self, place: int, given: Input) -> Iterator[Refutation]:
        unit, change = self.best.unit, self.best.change
        if place >= len(unit.claims) or given.name not in unit.claims[place]:
            return
        claim, name = unit.claims[place], given.name
        for value in self._plainer(given, claim):
            other = change
            if name in change.parts and place == change.row:
                parts = {n: p for n, p in change.parts.items() if n != name}
                if value:
                    parts[name] = min(change.parts[name], int(str(value)))
                if not parts:
                    continue
                other = evolve(change, parts=parts)
            new = _with(claim, name, value)
            claims = (*unit.claims[:place], new, *unit.claims[place + 1 :])
            dates = [one[self.kernel.date] for one in claims]
            if dates == sorted(dates):
                yield evolve(self.best, unit=evolve(unit, claims=claims), change=other)
        if name in change.parts and place == change.row:
            for part in (claim[name], 0):  # all of it in one of the two
                if part != change.parts[name]:
                    other = evolve(change, parts={**change.parts, name: part})
                    yield evolve(self.best, change=other)

    def _member(self, given: Input) -> Iterator[Refutation]:
        unit, name = self.best.unit, given.name
        if name not in unit.members[0] or name == "member_id":
            return
        for value in self._plainer(given, unit.members[0]):
            members = tuple(
                _with(one, name, value) if one.get(name) == unit.members[0][name] else one
                for one in unit.members
            )
            yield evolve(self.best, unit=evolve(unit, members=members))

    def _without(self, place: int) -> Iterator[Refutation]:
        unit, change = self.best.unit, self.best.change
        touched = {"swap": (change.row, change.row + 1)}.get(change.kind, (change.row,))
        if len(unit.claims) < 2 or (change.kind != "none" and place in touched):
            return
        row = change.row - (place < change.row)
        yield evolve(
            self.best,
            unit=Unit(
                (*unit.claims[:place], *unit.claims[place + 1 :]),
                (*unit.members[:place], *unit.members[place + 1 :]),
            ),
            change=evolve(change, row=row),
        )

    def _plainer(self, given: Input, values: dict[str, Any]) -> Iterator[Any]:
        """Plainer values, the plainest first; None: absent."""
        value, low = values[given.name], given.low or 0
        if given.optional:
            yield None
        match given.type:
            case Bool() if value:
                yield False
            case Enum(values=options):
                yield from options[: options.index(value)]
            case Code() if value != "X1":
                yield "X1"
            case Periods() if value:
                yield ()
            case Money() if value > low:
                rounder = _rounder(value, 10**self.kernel.minor_digits)
                yield from (one for one in rounder if one >= low)
            case Date() if given.owner == "claim":
                other = values[self.kernel.date]
                if given.name == self.kernel.date:
                    other = self.best.unit.claims[0][given.name]
                if value != other:
                    yield other
            case Int() | Ratio() | Days() if value > low:
                yield from dict.fromkeys(one for one in (low, 1, value // 2) if low <= one < value)
            case _:
                pass


def _with(values: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """The values with another one; None: without it."""
    if value is None:
        return {n: v for n, v in values.items() if n != name}
    return {n: value if n == name else v for n, v in values.items()}


def _rounder(value: int, digits: int) -> Iterator[int]:
    """Plainer amounts, the plainest first."""
    yield 0
    size = 10 ** (len(str(value)) - 1)
    while size > digits // 10:
        if value % size:
            yield value // size * size
        size //= 10
    if value > 1:
        yield value // 2
        yield value - 1


def smallest(kernel: Kernel, found: Refutation, work: int = 40_000) -> Refutation:
    """A refutation, as small as that much work makes it."""
    setting, part = found.setting, Judge(kernel, (found.question,)).probed
    machine = Machine(part, setting.parameters, setting.lists)
    return Smaller(kernel, machine, found, work).smallest()
