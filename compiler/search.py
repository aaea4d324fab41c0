"""Finding inputs for which a condition of a kernel holds: a directed search on the interpreter.

A condition is taken apart as far as it is made of and, or, not and names; what remains is tried with
the candidates of the inputs that it reads, one input at a time. It may fail where a solver would not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from math import isqrt
from typing import Any

from attrs import define, field

from hmbc.compiler.candidates import Candidates, Given, Slot, limits, numbered, valued
from hmbc.compiler.histories import MEMBER_ID, History, replay
from hmbc.compiler.interpret import Interpreter, Prepared, State
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.lazy_row import LazyRow
from hmbc.compiler.meaning import Meaning, Missing, Value
from hmbc.compiler.refunds import Row
from hmbc.compiler.who_reads import Readers
from hmbc.dsl.expr import And, Compare, Expr, Not, Or, Ref, Subtract
from hmbc.dsl.types import Money, Type

Assignment = Mapping[Slot, Given]
Goal = tuple[Expr, bool]
"""A condition, and whether it should hold."""

SWEEPS = 4
"""What one part of a condition needs may undo another part: so often all are tried again."""

WAYS = 8
"""Changes of one input that are weighed against each other."""

RAISED = 4
"""Amounts that all of a claim's are raised to at once."""

EMPTY = State()


@define
class Search:
    """Looks for inputs of one kernel."""

    prepared: Prepared
    candidates: Candidates
    readers: Readers = field(init=False)
    _interpreters: dict[tuple[Given, ...], Interpreter] = field(factory=dict)
    _types: dict[Slot, tuple[Type, tuple[int, int] | None]] = field(init=False)
    exprs: dict[str, tuple[Expr, ...]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        kernel = self.kernel
        self._types = {(i.owner, i.name): (i.type, limits(i)) for i in kernel.inputs}
        self._types |= {("parameter", p.name): (p.type, limits(p)) for p in kernel.parameters}
        self.exprs = {item.name: item.exprs for item in kernel.items}
        self.readers = Readers(kernel)

    @property
    def kernel(self) -> Kernel:
        """The kernel that is searched."""
        return self.prepared.kernel

    def usual(self) -> dict[Slot, Given]:
        """The first candidate of everything."""
        return {slot: values[0] for slot, values in self.candidates.values.items()}

    def row(self, at: Assignment, state: State = EMPTY) -> LazyRow:
        """The row that an assignment makes."""
        parts = parts_of(at)
        return LazyRow(
            self._interpreter(parts["parameter"]), state, parts["claim"], parts["member"]
        )

    def rows(self, at: Assignment, slot: Slot, state: State = EMPTY) -> Callable[[Given], LazyRow]:
        """The rows of an assignment with other values of one input, by these: what does not read it is worked
        out once for all of them."""
        like, (turned, rekeyed), parts = self.row(at, state), self.readers.turned_by(slot), parts_of(at)
        owner, name = slot

        def row(value: Given) -> LazyRow:
            now = {**parts, owner: {**parts[owner], name: value}}
            of = self._interpreter(now["parameter"]) if owner == "parameter" else like.of
            return LazyRow(of, state, now["claim"], now["member"], like, turned, rekeyed)

        return row

    def _interpreter(self, parameters: Mapping[str, Given]) -> Interpreter:
        known = tuple(parameters.values())
        if known not in self._interpreters:
            given: Any = parameters
            self._interpreters[known] = Interpreter(
                self.kernel, given, self.candidates.lists, self.prepared
            )
        return self._interpreters[known]

    def value(self, expr: Expr, at: Assignment, state: State = EMPTY) -> Value | None:
        """What an expression is, None where an input is lacking that it reads."""
        return self.value_on(expr, self.row(at, state))

    def value_on(self, expr: Expr, row: LazyRow) -> Value | None:
        """The same on a row."""
        try:
            return row.value(self.prepared.meanings.of(expr))
        except Missing:
            return None

    def make_all(
        self, goals: Sequence[Goal], at: Assignment, state: State = EMPTY
    ) -> dict[Slot, Given] | None:
        """The assignment changed so that each condition is as wanted; None if no such is found."""
        sought = _Sought(self, goals, state)
        made = dict(at)
        for _ in range(SWEEPS):
            before = made
            for expr, wanted in goals:
                changed = sought.make(expr, wanted, made)
                made = made if changed is None else changed
            if sought.lost(made) == 0:
                return made
            if made == before:
                return None
        return None

    def in_the_middle(self, goals: Sequence[Goal], at: Assignment) -> Assignment:
        """An assignment that reaches the goals, with its largest amount half way down to where it no
        longer would: what is done to it next should not end at a boundary at once."""
        sought = _Sought(self, goals, EMPTY)
        amounts = [
            (number, slot)
            for slot, value in at.items()
            if slot[0] == "claim" and isinstance(self.kind(slot), Money)
            if (number := numbered(value, Money())) is not None and number > 0
        ]
        if not amounts:
            return at
        top, slot = max(amounts)
        low = 0
        while low + 1 < (high := top):  # the least amount that will do, if all above it do
            middle = _between(low, high)
            if sought.lost(self.put(slot, middle, at)):
                low = middle
            else:
                top = middle
        changed = self.put(slot, (max(amounts)[0] + top) // 2, at)
        return changed if sought.lost(changed) == 0 else at

    def history(self, base: Assignment, rows: Sequence[Assignment] | None = None) -> History:
        """The history of one member: member and parameters of `base`, claims of the rows (without
        them: of `base`) by date."""
        date = ("claim", self.kernel.date)
        ordered = sorted(
            [base] if rows is None else rows,
            key=lambda at: at.get(date) or 0,  # type: ignore[arg-type,return-value]
        )
        return History(
            parameters=part_of(base, "parameter"),  # type: ignore[arg-type]
            lists=self.candidates.lists,
            rows=tuple(
                Row(
                    id=f"c{place}",
                    claim=part_of(at, "claim"),
                    member={**part_of(base, "member"), MEMBER_ID: "m1"},
                )
                for place, at in enumerate(ordered, 1)
            ),
        )

    def state_after(self, at: Assignment) -> State:
        """The totals after one claim; none where it reads what its attributes lack."""
        try:
            return replay(self.prepared, self.history(at))[1]
        except Missing:
            return EMPTY

    def is_number(self, slot: Slot) -> bool:
        """Whether an input is a number with a domain, or a date."""
        return numbered(self.candidates.values[slot][0], self._types[slot][0]) is not None

    def kind(self, slot: Slot) -> Type:
        """The type of an input."""
        return self._types[slot][0]

    def ends(self, slot: Slot) -> tuple[int, int] | None:
        """The ends of an input's domain, None where it has none."""
        return self._types[slot][1]

    def held(self, slot: Slot, number: int) -> int:
        """A number held to the input's domain."""
        low, high = self._types[slot][1] or (number, number)
        return min(max(number, low), high)

    def put(self, slot: Slot, number: int, at: Assignment) -> dict[Slot, Given]:
        """The assignment with a number in place, in the unit of its type."""
        return {**at, slot: valued(number, self._types[slot][0])}

    def put_held(self, slot: Slot, number: int, at: Assignment) -> dict[Slot, Given]:
        """The assignment with a number in place, held to the domain."""
        return self.put(slot, self.held(slot, number), at)

    def turns(
        self, probe: Expr, slot: Slot, at: Assignment, state: State = EMPTY, high: int | None = None
    ) -> list[int]:
        """The values of an input at which the sign of an expression turns: the least with the new
        sign. One turn, or two with what is 0 between them. high: instead of the domain's."""
        kind, ends = self._types[slot]
        here = numbered(at[slot], kind)
        if ends is None or here is None:
            return []
        meaning, row = self.prepared.meanings.of(probe), self.rows(at, slot, state)

        def sign(number: int) -> int | None:
            try:
                found = row(valued(number, kind)).value(meaning)
            except Missing:
                return None
            assert isinstance(found, int) or not isinstance(found, str)
            return (found > 0) - (found < 0)

        marks = sorted({ends[0], min(max(here, ends[0]), ends[1]), ends[1] if high is None else high})
        signs = [sign(mark) for mark in marks]
        found: list[int] = []
        for low, top, one, other in zip(marks, marks[1:], signs, signs[1:], strict=False):
            if one is None or other is None or one == other:
                continue
            first = _turn(sign, one, low, top)
            found.append(first)
            if sign(first) == 0 and other != 0:
                found.append(_turn(sign, 0, first, top))
        return found


def parts_of(at: Assignment) -> dict[str, dict[str, Given]]:
    """The values by owner and name."""
    parts: dict[str, dict[str, Given]] = {"claim": {}, "member": {}, "parameter": {}}
    for (owner, name), value in at.items():
        parts[owner][name] = value
    return parts


def part_of(at: Assignment, owner: str) -> dict[str, Given]:
    """The values of one owner, by name."""
    return {name: value for (of, name), value in at.items() if of == owner}


def _between(low: int, high: int) -> int:
    """The middle, by size where the two lie far apart: boundaries are small next to domains."""
    if low >= 0 and high > 4 * (low + 1_000):
        return max(low + 1, isqrt((low + 1) * high))
    return (low + high) // 2


def _turn(sign: Callable[[int], int | None], was: int, low: int, high: int) -> int:
    """The least number in low < n <= high whose sign is no longer what it was, if it stays so."""
    while high - low > 1:
        middle = _between(low, high)
        low, high = (middle, high) if sign(middle) == was else (low, middle)
    return high


@define
class _Sought:
    """One search. What brings about one goal should undo as few of the others as can be."""

    search: Search
    goals: Sequence[Goal]
    state: State
    meanings: list[tuple[Meaning, bool]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        of = self.search.prepared.meanings.of
        self.meanings = [(of(expr), wanted) for expr, wanted in self.goals]

    def lost(self, at: Assignment) -> int:
        """How many of the goals are not reached."""
        row = self.search.row(at, self.state)
        return sum(not _is(row, meaning, wanted) for meaning, wanted in self.meanings)

    def make(self, expr: Expr, wanted: bool, at: Assignment) -> dict[Slot, Given] | None:
        """The assignment changed so that one condition is as wanted."""
        if self.search.value(expr, at, self.state) is wanted:
            return dict(at)
        match expr:
            case Not(of=of):
                return self.make(of, not wanted, at)
            case Ref(name=name):
                return self.make(self.search.exprs[name][0], wanted, at)
            case And(left=left, right=right) | Or(left=left, right=right):
                if isinstance(expr, And) != wanted:  # either side will do
                    ways = [self.make(side, wanted, at) for side in (left, right)]
                    return self.best(way for way in ways if way is not None)
                first = self.make(left, wanted, at)
                return None if first is None else self.make(right, wanted, first)
            case _:
                return self.best(self.changes(expr, wanted, at))

    def best(self, ways: Iterable[dict[Slot, Given]]) -> dict[Slot, Given] | None:
        """The one that loses the fewest goals; the first that loses none."""
        best, least = None, len(self.goals) + 1
        for way in ways:
            lost = self.lost(way)
            if lost < least:
                best, least = way, lost
            if lost == 0:
                break
        return best

    def changes(self, expr: Expr, wanted: bool, at: Assignment) -> Iterator[dict[Slot, Given]]:
        """Changes of one input, or of all the claim's amounts, that make a condition as wanted."""
        search, value = self.search, self.search.value
        slots, meaning = search.readers.inputs_of(expr), search.prepared.meanings.of(expr)
        if isinstance(expr, Compare) and isinstance(
            value(expr.left, at, self.state), int | Fraction
        ):
            probe = Subtract(expr.left, expr.right)
            amounts = [slot for slot in slots if isinstance(search.kind(slot), Money)]
            slots = (*amounts, *(slot for slot in slots if slot not in amounts))
            for slot in [slot for slot in slots if search.is_number(slot)][:WAYS]:
                row = search.rows(at, slot, self.state)
                for turn in search.turns(probe, slot, at, self.state):
                    for number in (turn - 1, turn, turn + 1):
                        changed = search.put_held(slot, number, at)
                        if _is(row(changed[slot]), meaning, wanted):
                            yield changed
        works = (
            {**at, slot: candidate}
            for slot in slots
            for row in (search.rows(at, slot, self.state),)
            for candidate in search.candidates.values[slot]
            if _is(row(candidate), meaning, wanted)
        )
        none = True
        for changed in islice(works, WAYS):  # one by one: the first may do
            none = False
            yield changed
        if none:
            for changed in self.raised(slots, at):
                if value(expr, changed, self.state) is wanted:
                    yield changed

    def raised(self, slots: Sequence[Slot], at: Assignment) -> Iterator[dict[Slot, Given]]:
        """The assignment with all of the claim's amounts raised: of a product one alone does nothing."""
        search = self.search
        amounts = [
            slot for slot in slots if slot[0] == "claim" and isinstance(search.kind(slot), Money)
        ]
        for choice in zip(*(search.candidates.values[slot][:RAISED] for slot in amounts), strict=True):
            yield {**at, **dict(zip(amounts, choice, strict=True))}


def _is(row: LazyRow, meaning: Meaning, wanted: bool) -> bool:
    try:
        return row.value(meaning) is wanted
    except Missing:
        return False
