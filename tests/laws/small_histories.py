"""All histories of a few claims of a few minor units, against the laws that are called proved.

A world is a small choice of days, amounts and values; its letters are the claims that can be made of them. Every
sequence of letters in order of dates is run on the quick machine, up to so many claims, and held against every law
of single runs; and what two sequences pay is compared where a law speaks of both: a larger amount, one
claim less, two in the other order, one in two. Then longer sequences at random.

What is found is run again on the interpreter (`confirmed`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from random import Random
from typing import Any

from attrs import define, field, frozen

from hmbc.compiler.judge import Change, Judge
from hmbc.compiler.kernel import Input, Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.quick import Machine, Row, Values
from hmbc.compiler.quick_code import Stepper, stepper_of
from hmbc.compiler.refutation import Refutation, smallest
from hmbc.compiler.tried_units import Setting, Unit
from hmbc.compiler.witness import Witness, witness_of
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Bool, Code, Date, Enum, Int, Money, Periods, Ratio, Type
from hmbc.runtime.ratio import RATIO_DENOMINATOR

DAYS = (19_783, 19_787, 19_814, 20_148, 20_513)
"""1 March 2024, the fifth, the first of April, of March 2025 and of 2026."""
YEARS = ((0, 3), (0, 3), (0, 2), (0, 1), (0,), (0, 3, 4), (0, 2, 3))
"""Which of these days there are in a world."""
AMOUNTS = ((0, 1), (0, 1, 2), (0, 1, 2), (0, 1, 2, 3), (1, 2), (0, 1, 3, 4), (0, 2, 3), (2, 3))
BORN = (18_322, 18_353, 19_783, 12_844)
"""Dates that are not a claim's: the first of March and of April 2020, of March 2024 and of March 2005."""
PERIODS = ((), (), ((19_787, 20_147),), ((19_700, 19_783),), ((19_786, 19_786), (20_148, 30_000)))
PEOPLE = ("X1", "X2")
"""Who a family is, where a scheme has such units."""
MOST_ROWS = 4
"""In sequences of which all are run."""
LONGER = (5, 6)

_READ = e.Attribute | e.Given

Letters = tuple[int, ...]
Paid = Callable[[Letters], tuple[int, ...] | None]
"""What layers pay for a sequence in sum; None where that is not known, or a claim is refused."""


@frozen
class World:
    """The claims of one member, or of two of a family, that there are, in order of dates, who the member is
    for each, and what is given from outside."""

    claims: tuple[Values, ...]
    members: tuple[Values, ...]
    setting: Setting

    def unit(self, letters: Letters) -> Unit:
        """The history of a sequence."""
        return Unit(tuple(self.claims[i] for i in letters), tuple(self.members[i] for i in letters))


def world(random: Random, kernel: Kernel, most: int) -> World:
    """A world of at most so many letters."""
    exprs = [expr for item in kernel.items for expr in item.exprs]
    read = {(node.owner, node.name) for expr in exprs for node in walk(expr) if isinstance(node, _READ)}
    domains = {
        given: _domain(random, given) if ("claim", given.name) in read else [_plain(given)]
        for given in kernel.inputs
        if given.owner == "claim"
    }
    dates = next(given for given in domains if given.name == kernel.date)
    domains[dates] = [DAYS[place] for place in random.choice(YEARS)]
    people = PEOPLE if kernel.unit is not None and random.random() < 0.8 else PEOPLE[:1]
    while prod(map(len, domains.values())) > max(1, most // len(people)):
        given = random.choice([one for one, values in domains.items() if len(values) > 1])
        values = domains[given]
        values.pop(random.randrange(len(values)))
    names = [given.name for given in domains]
    claims = [
        {name: value for name, value in zip(names, values, strict=True) if value is not None}
        for values in product(*domains.values())
    ]
    who = {one: _member(random, kernel, domains[dates], one) for one in people}
    letters = sorted(
        ((claim, one) for claim in claims for one in people), key=lambda letter: letter[0][kernel.date]
    )
    return World(
        tuple(claim for claim, _ in letters),
        tuple(who[one][claim[kernel.date]] for claim, one in letters),
        _setting(random, kernel),
    )


def _member(random: Random, kernel: Kernel, days: Sequence[int], person: str) -> dict[int, Values]:
    """Who one is on each day."""
    given = [one for one in kernel.inputs if one.owner == "member"]
    named = {"member_id": person, kernel.unit or "": "H"}
    drawn = [one for one in given if one.name not in named]
    fixed: Values = {
        **{one.name: named[one.name] for one in given if one.name in named},
        **{one.name: random.choice(_domain(random, one)) for one in drawn},
    }
    found = {}
    for day in days:
        varied = {one.name: random.choice(_domain(random, one)) for one in drawn if one.varies}
        found[day] = {name: v for name, v in {**fixed, **varied}.items() if v is not None}
    return found


def _setting(random: Random, kernel: Kernel) -> Setting:
    """Parameters and lists from outside."""
    return Setting(
        {one.name: random.choice(_values(random, one.type, one.low, one.high)) for one in kernel.parameters},
        {one.name: random.choice(((), ("A",), ("A", "B"))) for one in kernel.lists if one.codes is None},
    )


def _plain(given: Input) -> Any:
    """A value of what nothing reads."""
    match given.type:
        case _ if given.optional:
            return None
        case Enum(values=values):
            return values[0]
        case Code():
            return "A"
        case Bool():
            return False
        case _:
            return max(given.low or 0, 0)


def _domain(random: Random, given: Input) -> list[Any]:
    """Values of an attribute; None: absent."""
    none = [None] if given.optional and random.random() < 0.7 else []
    return [*none, *_values(random, given.type, given.low, given.high)]


def _values(random: Random, of: Type, low: int | None, high: int | None) -> list[Any]:
    """Values of a type, within its range."""
    match of:
        case Money():
            found: list[Any] = list(random.choice(AMOUNTS))
        case Bool():
            return [False, True]
        case Enum(values=values):
            return list(values)
        case Code():
            return ["A", "B"]
        case Int():
            found = [0, 1, 2]
        case Ratio():
            found = [0, RATIO_DENOMINATOR // 2, RATIO_DENOMINATOR]
        case Date():
            found = list(random.sample(BORN, 2))
        case Periods():
            return list(PERIODS)
        case _:
            raise AssertionError(of)
    within = [one for one in found if (low is None or one >= low) and (high is None or one <= high)]
    return within or [low]


@define
class Hunt:
    """Holds one kernel against questions. histories: those that were run."""

    kernel: Kernel
    questions: Sequence[Question]
    random: Random
    judge: Judge = field(init=False)
    machine: Machine = field(init=False)
    """For the world's setting."""
    found: dict[Question, Refutation] = field(init=False, factory=dict)
    histories: int = field(init=False, default=0)
    world: World = field(init=False)
    _stepper: Stepper = field(init=False)
    _sums: dict[Letters, tuple[int, ...]] = field(init=False, factory=dict)
    _known: dict[tuple[object, ...], tuple[Question, ...]] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self.judge = Judge(self.kernel, tuple(self.questions))
        self._stepper = stepper_of(self.judge.probed)

    def run(self, most: int, letters: int, longer: int = 0) -> None:
        """One world of so many letters, with at most so many sequences, and so many longer ones."""
        self.world = world(self.random, self.kernel, letters)
        self.machine = self._machine(self.judge.probed, self._stepper)
        self._sums = {(): (0,) * len(self.kernel.outcomes)}
        if self.judge.questions:
            self._walk((), tuple({} for _ in self.machine.stepper.accumulators), [], self._rows(most))
            self._compare(self._sums, self._sums.get)
        for _ in range(longer if self.judge.questions else 0):
            places = sorted(self.random.choices(range(len(self.world.claims)), k=self.random.choice(LONGER)))
            drawn = self._shuffled(tuple(places))
            if (sums := self._paid(drawn)) is not None:
                self._compare({drawn: sums}, self._paid)
        self.histories += len(self._sums)

    def _machine(self, kernel: Kernel, stepper: Stepper | None = None) -> Machine:
        setting = self.world.setting
        return Machine(kernel, setting.parameters, setting.lists, stepper)  # type: ignore[arg-type]

    def _shuffled(self, letters: Letters) -> Letters:
        """Claims of one day in any order."""
        claims, date = self.world.claims, self.kernel.date
        return tuple(sorted(letters, key=lambda letter: (claims[letter][date], self.random.random())))

    def _paid(self, letters: Letters) -> tuple[int, ...] | None:
        """What a sequence pays, if it is not known yet; it is held against the laws of single runs, too."""
        if letters not in self._sums:
            rows = self.machine.run(*_parts(self.world.unit(letters)))
            if rows is None:
                return None
            for question in list(self.judge.denied(rows)):
                self._add(question, letters, Change("none"))
            self._sums[letters] = tuple(map(sum, zip(*(row.pays for row in rows), strict=True)))
        return self._sums[letters]

    def _rows(self, most: int) -> int:
        """The longest sequences of which there are not too many."""
        dates = [claim[self.kernel.date] for claim in self.world.claims]
        counts, whole = [1] * len(dates), 0
        for rows in range(1, MOST_ROWS + 1):
            whole += sum(counts)
            if whole > most and rows > 2:
                return rows - 1
            counts = [
                sum(count for count, other in zip(counts, dates, strict=True) if other >= date) for date in dates
            ]
        return MOST_ROWS

    def _walk(self, letters: Letters, state: Any, rows: list[Row], most: int) -> None:
        """All sequences that go on from one."""
        stepper, world, date = self.machine.stepper, self.world, self.kernel.date
        first = world.claims[letters[-1]][date] if letters else 0
        for letter, (claim, member) in enumerate(zip(world.claims, world.members, strict=True)):
            if claim[date] < first:
                continue
            totals = tuple(map(dict, state))
            made = stepper.step(totals, claim, member, self.machine._external, self.machine._codes)
            if made is None:
                continue
            longer = (*letters, letter)
            row = Row(self.machine, claim, member, *made)
            before = self._sums[letters]
            self._sums[longer] = tuple(map(sum, zip(before, row.pays, strict=True)))
            if len(longer) < most:
                self._walk(longer, totals, [*rows, row], most)
            else:
                for question in list(self.judge.denied([*rows, row])):
                    self._add(question, longer, Change("none"))

    def _compare(self, drawn: Mapping[Letters, tuple[int, ...]], paid: Paid) -> None:
        """What two sequences pay, where a law speaks of both."""
        claims, date = self.world.claims, self.kernel.date
        people = [member.get("member_id") for member in self.world.members]
        places = {_fixed(claim, who): place for place, (claim, who) in enumerate(zip(claims, people, strict=True))}
        money = [i.name for i in self.kernel.inputs if i.owner == "claim" and isinstance(i.type, Money)]
        letters_of = list(zip(claims, people, strict=True))
        raises = [_raises(claim, who, places, money) for claim, who in letters_of]
        splits = [_splits(claim, who, places, money) for claim, who in letters_of]
        asks = {kind: self.judge.asks(kind) for kind in _LAWS}
        for letters, before in drawn.items():
            for row, letter in enumerate(letters):
                head, tail = letters[:row], letters[row + 1 :]
                if asks["raise"]:
                    for name, by, other in raises[letter]:
                        self._differ(letters, before, (*head, other, *tail), paid, Change("raise", row, name, by))
                if asks["drop"] and len(letters) > 1:
                    self._differ(letters, before, (*head, *tail), paid, Change("drop", row))
                if asks["member"] and row == 0:
                    self._other_members(letters, before)
                if asks["swap"] and tail and letter < tail[0] and claims[letter][date] == claims[tail[0]][date]:
                    self._differ(letters, before, (*head, tail[0], letter, *tail[1:]), paid, Change("swap", row))
                if asks["split"]:
                    for one, two, parts in splits[letter]:
                        self._differ(letters, before, (*head, one, two, *tail), paid, Change("split", row, parts=parts))

    def _other_members(self, letters: Letters, before: tuple[int, ...]) -> None:
        """Members of the value that is never to get more, with the other value."""
        unit = self.world.unit(letters)
        for question in [one for one in self.judge.questions if one.law == "never_less"]:
            stated = self.judge.favoured[question.subject or ""]
            if any(member[stated.attribute] != stated.less for member in unit.members):
                continue
            members = tuple({**member, stated.attribute: stated.more} for member in unit.members)
            rows = self.machine.run(unit.claims, members)
            if rows is not None and sum(sum(row.pays) for row in rows) < sum(before):
                self._add(question, letters, Change("member", subject=question.subject, value=stated.more))

    def _differ(
        self, letters: Letters, before: tuple[int, ...], other: Letters, paid: Paid, change: Change
    ) -> None:
        after = paid(other)
        if after is None:
            return
        key = (change.kind, change.subject, change.by, before, after)
        if key not in self._known:
            layers = self.judge.layers
            self._known[key] = tuple(
                question
                for question in self.judge.questions
                if question.law in _LAWS[change.kind]
                and self.judge._differs(
                    question,
                    change,
                    sum(before) if question.layer is None else before[layers[question.layer]],
                    sum(after) if question.layer is None else after[layers[question.layer]],
                )
            )
        for question in self._known[key]:
            self._add(question, letters, change)

    def _add(self, question: Question, letters: Letters, change: Change) -> None:
        if question not in self.found:
            self.found[question] = Refutation(question, self.world.setting, self.world.unit(letters), change)
            self.judge.questions = tuple(one for one in self.judge.questions if one != question)
            self._known.clear()

    def confirmed(self) -> Iterator[tuple[Question, Witness]]:
        """What the interpreter finds broken, too."""
        for question, first in self.found.items():
            witness = witness_of(self.kernel, smallest(self.kernel, first)) or witness_of(self.kernel, first)
            if witness is not None:
                yield question, witness

    def sums_with(self, other: Kernel, in_all: bool = False) -> Iterator[Letters]:
        """The sequences for which another kernel pays otherwise: some layer, or all of them together."""
        machine = self._machine(other)
        for letters, sums in self._sums.items():
            rows = machine.run(*_parts(self.world.unit(letters)))
            paid = tuple(map(sum, zip(*(row.pays for row in rows), strict=True))) if rows else sums
            if sum(paid) != sum(sums) if in_all else paid != sums:
                yield letters


_LAWS = {
    "raise": ("monotone", "deduction", "no_cliff"),
    "split": ("split_proof",),
    "swap": ("order_free",),
    "drop": ("more_claims",),
    "member": ("never_less",),
}


def _parts(unit: Unit) -> tuple[tuple[Values, ...], tuple[Values, ...]]:
    return unit.claims, unit.members


def _fixed(claim: Values, who: object) -> object:
    return frozenset(claim.items()), who


def _raises(
    claim: Values, who: object, places: dict[object, int], names: Sequence[str]
) -> list[tuple[str, int, int]]:
    """A claim with one amount that is larger: which, by how much, and the letter."""
    found = []
    for name in names:
        if name in claim:
            for by in (1, 2, 3):
                other = places.get(_fixed({**claim, name: claim[name] + by}, who))
                if other is not None:
                    found.append((name, by, other))
    return found


def _splits(
    claim: Values, who: object, places: dict[object, int], names: Sequence[str]
) -> list[tuple[int, int, dict[str, int]]]:
    """A claim as two: all ways to divide its money."""
    given = [name for name in names if name in claim]
    found = []
    for parts in product(*(range(claim[name] + 1) for name in given)):
        first = dict(zip(given, parts, strict=True))
        rest = {name: claim[name] - part for name, part in first.items()}
        one, two = (places.get(_fixed({**claim, **part}, who)) for part in (first, rest))
        if one is not None and two is not None:
            found.append((one, two, first))
    return found
