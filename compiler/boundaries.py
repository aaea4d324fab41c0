"""Claim histories at the boundaries of a kernel, from a directed search on the interpreter.

For each layer a claim is sought that brings about each of its reasons. From those that are paid, each
comparison, threshold, cap and band border of the layer is just missed, just reached and just passed,
with and without a claim before; each input takes each value worth trying; keys change and come back;
totals come to the brink of what a record holds and of their ceilings; claims are refunded; members of a unit take turns. What
room is left is filled with seeded mixtures of all that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from random import Random

from attrs import define, evolve, field

from hmbc.compiler.brinks import at_ceilings, at_cells
from hmbc.compiler.candidates import Given, Slot, candidates_of
from hmbc.compiler.deciding import Context, deciding
from hmbc.compiler.halves import Halves
from hmbc.compiler.histories import MEMBER_ID, History
from hmbc.compiler.interpret import Prepared
from hmbc.compiler.kernel import Definition, Kernel
from hmbc.compiler.meaning import Missing
from hmbc.compiler.runs import runs
from hmbc.compiler.search import Assignment, Search, part_of
from hmbc.compiler.types_of import ORDERED, Names, names_of, type_of
from hmbc.dsl.expr import Attribute, Compare, Expr, Max, Min, Ref, Subtract, money
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Code, Enum, Money

PROBED = 2
"""Inputs by which one boundary is approached."""

TRIES = 6
"""Inputs that are tried for that."""

EVENTS = 4
"""Different codes one after the other: the first of a year, the second and further ones may be paid apart."""

A_FEW = 9
"""Rows of one kind of history before it is another's turn."""


def boundary_histories(
    prepared: Prepared, rows: int, seed: int = 0, first: frozenset[Expr] = frozenset()
) -> Iterator[History]:
    """Histories of about so many rows in all, the most telling first; the same for the same kernel.
    first: expressions whose turns are approached before all others."""
    maker = _Maker(Search(prepared, candidates_of(prepared.kernel)), Random(seed), first)
    spent = 0
    for history in maker.histories():
        yield history
        spent += len(history.rows)
        if spent >= rows:
            return


@define
class _Maker:
    search: Search
    random: Random
    first: frozenset[Expr] = frozenset()
    names: Names = field(init=False)
    boundary_values: dict[Slot, list[int]] = field(factory=dict)
    """What the approach to boundaries found, for the mixtures."""

    def __attrs_post_init__(self) -> None:
        self.names = names_of(self.kernel)

    @property
    def kernel(self) -> Kernel:
        return self.search.kernel

    def histories(self) -> Iterator[History]:
        contexts = self.contexts()
        paid = [*{one.layer: (one.layer, one.at) for one in contexts if one.paid}.values()]
        if not paid:
            paid = [(one.layer, one.at) for one in contexts[:1]]
        every = self.all_paid(paid[0][1])
        if len(paid) > 1 and every is not None:
            paid.append(("", every))
        for one in contexts:
            yield self.history(one.at, [one.at])
        streams = [
            deciding(self.search, contexts),
            chain.from_iterable(self.apart(at) for _, at in paid),
            self.approaches(paid),
            _in_turn([runs(self.search, layer, at) for layer, at in paid]),
            Halves(self.search).histories(paid, [probe for _, probe in self.sites()]),
            *(self.around(at) for _, at in paid),
            at_cells(self.search, paid),
            at_ceilings(self.search, paid),
        ]
        yield from _in_turn(streams)
        yield from self.mixtures([at for _, at in paid])

    # ---- claims to begin with

    def contexts(self) -> list[Context]:
        """For each layer and each of its reasons a claim that brings it about, where one is found."""
        found: list[Context] = []
        usual = self.usual()
        for outcome in self.kernel.outcomes:
            base: Assignment = usual
            reached = []
            for place in reversed(range(len(outcome.reasons))):
                goals = [(when, False) for _, when in outcome.reasons[:place]]
                goals.append((outcome.reasons[place][1], True))
                at: Assignment | None = self.search.make_all(goals, base)
                if at is None:
                    continue
                paid = self.pays(outcome.pay, at)
                if place == len(outcome.reasons) - 1:
                    at = base = self.search.in_the_middle(goals, at) if paid else at
                reached.append(Context(outcome.layer, place, at, paid))
            found += reversed(reached)
        return found or [Context("", 0, usual, False)]

    def all_paid(self, at: Assignment) -> Assignment | None:
        """A claim for which as many layers pay as can be at once."""
        goals: list[tuple[Expr, bool]] = []
        for outcome in self.kernel.outcomes:
            own: tuple[Expr, bool] = (Compare(">", Ref(outcome.pay), money(0)), True)
            changed = self.search.make_all([*goals, own], at)
            if changed is not None:
                goals.append(own)
                at = changed
        return at if len(goals) > 1 else None

    def usual(self) -> Assignment:
        """The usual value of everything, but what the scheme rejects."""
        goals = [(reject.when, False) for reject in self.kernel.rejects]
        at = self.search.usual()
        return self.search.make_all(goals, at) or at

    def pays(self, pay: str, at: Assignment) -> bool:
        row = self.search.row(at)
        try:
            return row.trace[pay] > 0  # type: ignore[operator]
        except Missing:
            return False

    # ---- boundaries

    def sites(self) -> Iterator[tuple[str | None, Expr]]:
        """Every boundary as an expression that turns its sign there, with its layer."""
        for reject in self.kernel.rejects:
            yield from ((None, probe) for probe in self.probes(reject.when))
        for item in self.kernel.items:
            for expr in item.exprs:
                yield from ((item.layer, probe) for probe in self.probes(expr))
        for outcome in self.kernel.outcomes:
            for _, when in outcome.reasons:
                yield from ((outcome.layer, probe) for probe in self.probes(when))

    def probes(self, expr: Expr) -> Iterator[Expr]:
        """For each node of an expression where it may turn, what is 0 there."""
        for node in walk(expr):
            match node:
                case Min(left=left, right=right) | Max(left=left, right=right):
                    yield Subtract(left, right)
                case Compare(left=left, right=right):
                    if isinstance(type_of(left, self.names), ORDERED):
                        yield Subtract(left, right)
                case _:
                    pass

    def approaches(self, paid: Sequence[tuple[str, Assignment]]) -> Iterator[History]:
        """Every boundary just missed, reached and passed: at once, and step by step in the sum. A few
        histories of each in turn, but those of `first` before all others."""
        waiting = []
        seen: set[tuple[Expr, int]] = set()
        for layer, probe in sorted(self.sites(), key=lambda site: site[1] not in self.first):
            own = [(place, at) for place, (name, at) in enumerate(paid) if name == layer]
            for place, at in own or [*enumerate(at for _, at in paid)][:2]:
                if (probe, place) in seen:
                    continue
                seen.add((probe, place))
                if probe in self.first:
                    yield from self.approach(probe, at)
                else:
                    waiting.append(self.approach(probe, at))
        yield from _in_turn(waiting)

    def approach(self, probe: Expr, at: Assignment) -> Iterator[History]:
        approached = 0
        slots = [slot for slot in self.search.readers.inputs_of(probe) if self.search.is_number(slot)]
        slots.sort(key=lambda slot: slot[0] == "parameter")
        for slot in slots[:TRIES]:
            turns = self.search.turns(probe, slot, at)
            for turn in turns:
                self.boundary_values.setdefault(slot, []).append(turn)
                yield from self.at_turn(slot, turn, at)
            if slot[0] == "claim" and turns:
                yield from self.after_one(probe, slot, at)
            approached += bool(turns)
            if approached == PROBED:
                return

    def at_turn(self, slot: Slot, turn: int, at: Assignment) -> Iterator[History]:
        below, on, above = (self.put(slot, turn + by, at) for by in (-1, 0, 1))
        yield self.history(on, [on])
        yield self.history(above, [above])
        if slot[0] == "claim":
            one = self.put(slot, 1, at) if isinstance(self.kind(slot), Money) else at
            yield self.history(below, [below, one, one, one])
        else:
            yield self.history(below, [below, below])

    def after_one(self, probe: Expr, slot: Slot, at: Assignment) -> Iterator[History]:
        """The same boundary after a claim, and after one that is kept apart by its codes."""
        state = self.search.state_after(at)
        codes = {key: "~3" for key in at if key[0] == "claim" and isinstance(self.kind(key), Code)}
        for then in (at, {**at, **codes}) if codes else (at,):
            for turn in self.search.turns(probe, slot, then, state):
                self.boundary_values.setdefault(slot, []).append(turn)
                rows = [self.put(slot, turn + by, then) for by in (-1, 0, 1)]
                yield self.history(at, [at, rows[1], rows[0]])
                yield self.history(at, [at, rows[2]])

    # ---- every input takes every value

    def around(self, at: Assignment) -> Iterator[History]:
        ranked = [
            (rank, slot, value)
            for slot, values in self.search.candidates.values.items()
            for rank, value in enumerate(values)
            if value != at[slot]
        ]
        changes = [(slot, value) for _, slot, value in sorted(ranked, key=lambda one: one[0])]
        own = [{**at, slot: value} for slot, value in changes if slot[0] == "claim"]
        for place in range(0, len(own), 3):
            yield self.history(at, [at, *own[place : place + 3]])
        for slot, value in changes:
            if slot[0] != "claim":
                changed = {**at, slot: value}
                yield self.history(changed, [changed, changed])
        yield from self.meetings(at)
        yield from self.keys(at)
        yield from self.refunds(at)
        yield from self.members(at, [change for change in changes if change[0][0] == "member"])

    def apart(self, at: Assignment) -> Iterator[History]:
        """Numbers of one type, no amounts, that are alike: each in turn at either end of its domain. Else it
        would not show which of them is read."""
        same = Counter((slot[0], self.kind(slot), value) for slot, value in at.items())
        for slot, value in at.items():
            owner, kind = slot[0], self.kind(slot)
            if value is None or isinstance(kind, Money) or slot == ("claim", self.kernel.date):
                continue
            if owner != "parameter" and same[owner, kind, value] > 1:
                for end in self.search.ends(slot) or ():
                    changed = self.put(slot, end, at)
                    yield self.history(changed, [changed])

    def meetings(self, at: Assignment) -> Iterator[History]:
        """A claim's listed value and its member's, where one expression reads both, in every pair."""
        seen: set[tuple[Slot, Slot]] = set()
        for item in self.kernel.items:
            if not isinstance(item, Definition):
                continue
            read = [
                (node.owner, node.name)
                for node in walk(item.expr)
                if isinstance(node, Attribute) and isinstance(node.type, Enum)
            ]
            for mine in [slot for slot in read if slot[0] == "claim"]:
                for whose in [slot for slot in read if slot[0] == "member"]:
                    if (mine, whose) in seen:
                        continue
                    seen.add((mine, whose))
                    for value in self.search.candidates.values[whose]:
                        base = {**at, whose: value}
                        values = self.search.candidates.values[mine]
                        yield self.history(base, [{**base, mine: other} for other in values])

    def keys(self, at: Assignment) -> Iterator[History]:
        """Codes and dates change and come back: what totals are kept by."""
        date = ("claim", self.kernel.date)
        day = at.get(date)
        codes = [
            slot for slot in at if slot[0] == "claim" and isinstance(self.kind(slot), Code)
        ]
        for slot in codes:
            other = {**at, slot: "~3"}
            yield self.history(at, [at, other, at, other])
            yield self.history(at, [{**at, slot: f"~{number}"} for number in range(3, 3 + EVENTS)])
        if isinstance(day, int):
            later = [self.put(date, day + by, at) for by in (0, 1, 20, 40, 366, 367, 700)]
            yield self.history(at, [at, *later])

    def refunds(self, at: Assignment) -> Iterator[History]:
        if any(i.owner == "claim" and i.name in ("refunds", "冲销") for i in self.kernel.inputs):
            return
        rows = self.history(at, [at, at, at]).rows
        taken = evolve(rows[-1], id="r1", refunds=rows[0].id)
        yield evolve(self.history(at, []), rows=(*rows, taken, evolve(taken, id="r2")))

    def members(self, at: Assignment, changes: Sequence[tuple[Slot, Given]]) -> Iterator[History]:
        """Members of one unit take turns; one that varies becomes another."""
        unit = ("member", self.kernel.unit or "")
        if self.kernel.unit is not None:
            for slot, value in changes:
                if slot not in (unit, ("member", MEMBER_ID)):
                    yield self.together([at, {**at, slot: value}, at], ("m1", "m2", "m1"))
            yield self.together([at, at, at, at], ("m1", "m2", "m2", "m1"))
        day = at.get(("claim", self.kernel.date))
        varying = {("member", i.name) for i in self.kernel.inputs if i.varies}
        for slot, value in changes:
            if slot in varying and isinstance(day, int):
                later = self.put(("claim", self.kernel.date), day + 1, {**at, slot: value})
                if later["claim", self.kernel.date] != day:
                    yield self.together([at, at, later], ("m1", "m1", "m1"))

    def together(self, rows: Sequence[Assignment], who: Sequence[str]) -> History:
        """Rows of several members, in date order as given."""
        named = [
            evolve(row, member={**part_of(at, "member"), MEMBER_ID: one})
            for row, at, one in zip(self.history(rows[0], rows).rows, rows, who, strict=True)
        ]
        return evolve(self.history(rows[0], []), rows=tuple(named))

    # ---- mixtures

    def mixtures(self, paid: Sequence[Assignment]) -> Iterator[History]:
        pick = self.random
        slots = [*self.search.candidates.values]
        while True:
            base = dict(pick.choice(paid))
            for _ in range(pick.choice((0, 0, 1, 2))):
                self.change(base, pick.choice(slots))
            rows: list[Assignment] = []
            for _ in range(pick.randint(2, 7)):
                row = dict(base)
                for _ in range(pick.choice((0, 1, 1, 2, 3))):
                    slot = pick.choice(slots)
                    if slot[0] == "claim":
                        self.change(row, slot)
                rows.append(row)
            yield self.history(base, rows)

    def change(self, at: dict[Slot, Given], slot: Slot) -> None:
        turns = self.boundary_values.get(slot)
        if turns and self.random.random() < 0.5:
            number = self.random.choice(turns) + self.random.choice((-1, 0, 0, 1))
            at[slot] = self.put(slot, number, at)[slot]
        else:
            at[slot] = self.random.choice(self.search.candidates.values[slot])

    # ---- from assignments to histories

    def kind(self, slot: Slot) -> object:
        return self.search.kind(slot)

    def put(self, slot: Slot, number: int, at: Assignment) -> Assignment:
        return self.search.put_held(slot, number, at)

    def history(self, base: Assignment, rows: Sequence[Assignment]) -> History:
        return self.search.history(base, rows)


def _in_turn(streams: Sequence[Iterator[History]]) -> Iterator[History]:
    """A few of each stream in turn, about as many rows of each, until all have ended."""
    waiting = list(streams)
    while waiting:
        for stream in tuple(waiting):
            rows = 0
            for history in islice(stream, 3):
                yield history
                rows += len(history.rows)
                if rows >= A_FEW:
                    break
            if not rows:
                waiting.remove(stream)
