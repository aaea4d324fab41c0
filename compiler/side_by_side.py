"""Two runs side by side, gone on with row by row: claims that bring them apart in a new way are kept.

Many laws are broken only by claims that come in turns: a minor unit that a rounding gives in one row
and takes back in another is taken back in a row whose cap lets nothing through, and given again in a
third. No such row brings the runs further apart by itself, so nothing that asks for more each time
(compiler/climb.py) finds them. What does tell such rows is in which way they differ: by how much each value
and each total differs between the two runs, and on which side of its borders (compiler/borders.py) each
total is in either. A pair of runs that ends in a way not seen before is kept, and claims are added to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from attrs import define, evolve, field

from hmbc.compiler.borders import amounts_compared, borders_of
from hmbc.compiler.expressions import expressions
from hmbc.compiler.judge import Change, changed
from hmbc.compiler.kernel import Input, Kernel
from hmbc.compiler.quick import Row
from hmbc.compiler.refutation import members_of
from hmbc.compiler.slices import of_layer
from hmbc.compiler.tried_units import Setting, Unit, Values
from hmbc.compiler.two_runs import Pair, TwoRuns
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Date, Money

MOST_PAIRS = 4_000
MOST_CLAIMS = 40
NEWEST = 30
FEW = 20
"""The most minor units of a small claim: shares of it leave each of the rests that ratios in twentieths do."""
TO_BORDER = 0.2
"""How often the amount of a claim is sought with which a total stands at a border."""
REPEATED = 0.1
"""How often a claim is repeated until a border is passed."""
MOST_REPEATED = 12
ANEW = 0.1
"""How often a unit is begun with anew, on other days; four times as often where no amount is raised."""
NEAR = 3
"""Minor units of difference that are told apart; larger ones by their size in powers of two."""


@define
class SideBySide(TwoRuns):
    """Pairs of runs; those that end in a way not seen before are kept."""

    _borders: tuple[str, ...] = field(init=False)
    _money: dict[str, tuple[int, int | None]] = field(init=False)
    """The amounts of a claim and their domains, in minor units."""
    _given: dict[str, Input] = field(init=False)
    """What a claim has."""
    _read: list[str] = field(init=False)
    """What is read of it, but for the deciding date."""
    _compared: list[int] = field(init=False)
    _seen: set[object] = field(init=False, factory=set)
    _pairs: list[Pair] = field(init=False, factory=list)
    _tried: Counter[int] = field(init=False, factory=Counter)
    _far: dict[tuple[str, bool], tuple[int, list[Pair]]] = field(init=False, factory=dict)
    """By kind of change and whether more is paid, how far apart pairs come, and those that are so far."""

    def __attrs_post_init__(self) -> None:
        part = of_layer(self.kernel, self.questions[0].layer)
        self._borders = self._watch(part, borders_of(part))
        self._compared = amounts_compared(self._part)
        self._given = {given.name: given for given in self.kernel.inputs if given.owner == "claim"}
        self._money = {
            given.name: (given.low or 0, given.high)
            for given in self._given.values()
            if isinstance(given.type, Money)
        }
        self._read = sorted(_read(self._part) & self._given.keys() - {self.kernel.date})

    def run(self, work: int) -> None:
        """Go on until all is refuted, or as many items of rows have been worked out."""
        self.left = work
        begun = [(setting, *one) for setting, unit in self.pool for one in self._beginnings(unit)]
        self.random.shuffle(begun)
        for one in begun:
            if self.left <= work * 2 // 3 or not self.judge.questions:
                break
            self._begin(*one)
        while self._pairs and self.judge.questions and self.left > 0:
            if self.random.random() < (ANEW if self._subjects() else 4 * ANEW):
                setting, unit = self.random.choice(self.pool)
                beginnings = list(self._beginnings(self._on_other_days(unit)))
                if beginnings:
                    self._begin(setting, *self.random.choice(beginnings))
                self.left -= 1
            else:
                self._go_on(self._chosen())

    # ---- pairs

    def _beginnings(self, unit: Unit) -> Iterator[tuple[Unit, Change]]:
        """A unit, or one made of it, and how its second run differs: an amount is raised, also from the last
        minor unit before something that it is compared with; a claim is left out, also a small one."""
        claims, date = unit.claims, self.kernel.date
        for row, claim in enumerate(claims):
            for name in self._subjects():
                if name not in claim:
                    continue
                yield unit, Change("raise", row, name, 1)
                for amount in self._compared:
                    with_amount = {**claim, name: amount}
                    others = (*claims[:row], with_amount, *claims[row + 1 :])
                    yield evolve(unit, claims=others), Change("raise", row, name, 1)
            if self.judge.asks("drop"):
                yield unit, Change("drop", row)
                small = {name: self.random.randint(1, FEW) for name in self._money if claim.get(name)}
                yield (
                    Unit(
                        (*claims[:row], {**claim, **small}, *claims[row:]),
                        (*unit.members[: row + 1], *unit.members[row:]),
                    ),
                    Change("drop", row),
                )
            held = {name: claim[name] for name in self._money if claim.get(name)}
            if self.judge.asks("split") and held:
                yield unit, Change("split", row, parts=dict.fromkeys(held, 1))
                yield unit, Change("split", row, parts={name: of // 2 for name, of in held.items()})
            if self.judge.asks("swap"):
                _, like = self.random.choice(self.pool)
                other = {**self._varied(self.random.choice(like.claims)), date: claim[date]}
                members = (*unit.members[: row + 1], unit.members[row])
                if other != claim:
                    yield Unit((*claims[: row + 1], other), members), Change("swap", row)

    def _subjects(self) -> list[str]:
        """The amounts that are raised."""
        asked = [one for one in self.judge.questions if one.law in ("monotone", "deduction")]
        found = {one.subject: None for one in asked if one.subject is not None}
        if any(one.law == "no_cliff" for one in self.judge.questions):
            found |= dict.fromkeys(self.judge.amounts.bills)
        return list(found)

    def _on_other_days(self, unit: Unit) -> Unit:
        """A unit some months later or earlier."""
        by = self.random.choice((-62, -31, 31, 62, 183))
        given = self._given[self.kernel.date]
        days = [claim[self.kernel.date] + by for claim in unit.claims]
        if not (given.low or days[0]) <= days[0] <= days[-1] <= (given.high or days[-1]):
            return unit
        dates = {name for name, one in self._given.items() if isinstance(one.type, Date)}
        claims = tuple(
            {name: value + by if name in dates else value for name, value in claim.items()}
            for claim in unit.claims
        )
        return evolve(unit, claims=claims)

    def _begin(self, setting: Setting, unit: Unit, change: Change) -> None:
        machine = self._machines.of(setting)
        high = self._money[change.subject][1] if change.subject else None
        if high is not None and unit.claims[change.row].get(change.subject or "", 0) >= high:
            return
        self.left -= 2 * len(unit.claims) * len(self._part.items)
        before = machine.run(unit.claims, unit.members)
        if before is None:
            return
        members = members_of(unit, change, self.judge.favoured)
        after = machine.run(changed(unit.claims, change), members, before[: change.row])
        if after is not None:
            self._keep(Pair(setting, unit, change, tuple(before), tuple(after)))

    def _keep(self, pair: Pair) -> None:
        """What the runs break is told; if they differ in a way not seen before, they are kept."""
        apart, change = self._told(pair), pair.change
        if not pair.after:  # the one claim was left out
            return
        seen = (change.kind, change.subject, _size(apart, 1), self._way(pair.before[-1], pair.after[-1]))
        if seen in self._seen or len(self._pairs) >= MOST_PAIRS:
            return
        self._seen.add(seen)
        self._pairs.append(pair)
        most, far = self._far.get((change.kind, apart > 0), (0, []))
        if abs(apart) > most:
            most, far = abs(apart), []
        if abs(apart) == most:
            far.append(pair)
        self._far[change.kind, apart > 0] = most, far

    def _way(self, before: Row, after: Row) -> tuple[object, ...]:
        """In which way two runs differ after a row."""
        of = before.machine.denominators
        names = before.machine.stepper
        values = tuple(
            _size(two - one, of.definitions.get(name, 1))
            for name, one, two in zip(names.definitions, before.definitions, after.definitions, strict=True)
            if isinstance(one, int) and not name.startswith("border.")
        )
        totals = tuple(
            _size(two + more - one - some, of.accumulators.get(name, 1))
            for name, one, some, two, more in zip(
                names.accumulators, before.before, before.added, after.before, after.added, strict=True
            )
        )
        sides = tuple(row.value(name) for row in (before, after) for name in self._borders)
        return values, totals, sides

    # ---- one claim more

    def _chosen(self) -> Pair:
        """A pair to go on with: every other time one of those that are the furthest apart; of two the one
        that was gone on with less often."""
        pick = self.random.random()
        among = self._pairs if pick < 0.75 else self._pairs[-NEWEST:]
        if pick < 0.5:
            _, among = self.random.choice(list(self._far.values()))
        one, two = self.random.choice(among), self.random.choice(among)
        return one if self._tried[id(one)] <= self._tried[id(two)] else two

    def _go_on(self, pair: Pair) -> None:
        self._tried[id(pair)] += 1
        if len(pair.unit.claims) >= MOST_CLAIMS:
            self.left -= 1
            return
        unit = pair.unit
        claim, member = self._claim(pair), self._member(unit)
        if claim[self.kernel.date] == unit.claims[-1][self.kernel.date]:
            same = [one for one in unit.members if one.get("member_id") == member.get("member_id")]
            member = same[-1] if same else member
        if self.random.random() < TO_BORDER:
            claim = self._to_border(pair, claim, member)
        if self.random.random() < REPEATED:
            self._repeat(pair, claim, member)
        else:
            self._with_row(pair, claim, member)

    def _with_row(self, pair: Pair, claim: Values, member: Values) -> Pair | None:
        """The pair with a claim more, which is kept; None where it is refused."""
        found = self._longer(pair, claim, member)
        if found is not None:
            self._keep(found)
        return found

    def _repeat(self, pair: Pair, claim: Values, member: Values) -> None:
        """The claim again and again, on its day, or each some days later, until a border is passed: what takes
        many claims to fill is filled."""
        days, high = self.random.choice((0, 1, 31)), self._given[self.kernel.date].high
        first: tuple[object, ...] | None = None
        found: Pair | None = pair
        for _ in range(MOST_REPEATED):
            if found is None or len(found.unit.claims) >= MOST_CLAIMS or not self.judge.questions:
                return
            found = self._with_row(found, claim, member)
            if found is not None:
                sides = [row.value(name) for row in (found.before[-1], found.after[-1]) for name in self._borders]
                first = first or tuple(sides)
                if tuple(sides) != first:
                    return
            day = claim[self.kernel.date] + days
            claim = {**claim, self.kernel.date: day if high is None else min(day, high)}

    def _claim(self, pair: Pair) -> dict[str, Any]:
        """A claim like one of the last, or like one of another unit, on their day or some days later."""
        random, date = self.random, self.kernel.date
        last = pair.unit.claims[-1]
        like = random.choice(pair.unit.claims[-4:])
        if random.random() < 0.3:
            setting, other = random.choice(self.pool)
            like = random.choice(other.claims) if setting == pair.setting else like
        claim = {**self._varied(like), date: last[date]}
        if random.random() < 0.3:
            day = last[date] + random.choice((1, 1, 31, 31, 92, 366))
            claim[date] = min(day, self._given[date].high or day)
        return claim

    def _varied(self, claim: Values) -> Values:
        """A claim, one or two things in it changed or none."""
        for _ in range(self.random.choice((0, 1, 1, 2))):
            claim = self._with_amount(claim) if self.random.random() < 0.6 else self._turned(claim)
        return claim

    def _with_amount(self, claim: Values) -> Values:
        """With another amount: a small one, one of other last digits, or one that may matter."""
        random = self.random
        names = [name for name in self._read if name in self._money and name in claim]
        if not names:
            return claim
        name, pick = random.choice(names), random.random()
        if pick < 0.4:
            amount = random.randint(0, FEW)
        elif pick < 0.75:
            amount = claim[name] + random.randint(-9, 9) * random.choice((1, 1, 10, 100))
        else:
            amount = random.choice(self.directed.amounts)
        return {**claim, name: self._within(name, amount)}

    def _turned(self, claim: Values) -> Values:
        """With another value of something else that is read."""
        names = [name for name in self._read if name not in self._money]
        return self.directed.turned(claim, self.random.choice(names)) if names else claim

    def _within(self, name: str, amount: int) -> int:
        low, high = self._money[name]
        return max(amount, low) if high is None else min(max(amount, low), high)

    def _member(self, unit: Unit) -> Values:
        """A member of a unit, with other values of what varies."""
        member = self.random.choice(unit.members)
        if any(given.varies for given in self.kernel.inputs) and self.random.random() < 0.5:
            member = self.directed.varied(dict(member))
        return member

    def _to_border(self, pair: Pair, claim: dict[str, Any], member: Values) -> dict[str, Any]:
        """The claim with an amount one minor unit from where some border is passed in the first run."""
        names = [name for name in self._read if name in self._money and name in claim]
        if not names:
            return claim
        name = self.random.choice(names)
        low, high = self._money[name]

        def sides(amount: int) -> tuple[bool, ...] | None:
            row = self._row(pair.setting, pair.before, {**claim, name: amount}, member)
            return None if row is None else tuple(bool(row.value(one)) for one in self._borders)

        below, above = low, max(self.directed.amounts) if high is None else high
        first, last = sides(below), sides(above)
        if first is None or last is None or first == last:
            return claim
        place = self.random.choice([at for at, side in enumerate(first) if side != last[at]])
        while above - below > 1:
            middle = (below + above) // 2
            at = sides(middle)
            if at is None:
                return claim
            below, above = (middle, above) if at[place] == first[place] else (below, middle)
        return {**claim, name: self.random.choice((below, above))}


def _read(kernel: Kernel) -> set[str]:
    """What of a claim some item reads."""
    return {
        node.name
        for expr in expressions(kernel)
        for node in walk(expr)
        if isinstance(node, e.Attribute | e.Given | e.InPeriods) and node.owner == "claim"
    }


def _size(difference: int, denominator: int) -> int:
    """A difference as it is where it is small, else no more than its sign and its size."""
    if abs(difference) <= NEAR * denominator:
        return difference
    size = (abs(difference) // denominator).bit_length() + NEAR * denominator
    return size if difference > 0 else -size
