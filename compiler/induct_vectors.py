"""What holds of the totals that a row's keys find, all of them together: a vector of totals.

A total per quarter and one per year stand under different keys, but a row of one quarter is one of its year, too:
what is paid in a quarter is never more than in the year. Such a relation is held against any vector, that of some
keys, while rows go by: a row moves those of its totals whose keys are the row's. Which these are is left open, but
that rows of one quarter are rows of one year (`same`). So relations between totals of different keys are found, and
between totals and the amounts that the kernel names: a cap that another one keeps from ever being reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import z3
from attrs import define, field, frozen

from hmbc.compiler.induct_invariants import Guess, Houdini
from hmbc.compiler.smt import Encoding, Row, Term
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.structure_stage import stage_of
from hmbc.compiler.types_of import names_of, type_of
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Money

if TYPE_CHECKING:
    from hmbc.compiler.induct import Prover

Key = tuple[Any, ...]
"""What a guess is called."""

Vector = Mapping[str, Term]
"""A total for each accumulator."""

MOST_AMOUNTS = 12
"""Amounts of the kernel that totals are held against, the first so many."""


@frozen
class Relation:
    """Something that may hold of every vector."""

    key: Key
    of: Callable[[Vector], Term]


@define
class Frame:
    """The totals of one kernel by their keys: which of the totals of some vector a row moves."""

    prover: Prover
    encoding: Encoding
    same: dict[str, Term] = field(init=False, factory=dict)
    """By accumulator, whether its key of the vector is the row's."""
    facts: list[Term] = field(init=False, factory=list)
    groups: list[tuple[e.Expr, ...]] = field(init=False, factory=list)
    group: dict[str, int] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        for name, item in self.encoding.accumulators.items():
            if item.keys not in self.groups:
                self.groups.append(item.keys)
            self.group[name] = self.groups.index(item.keys)
        flags = [
            z3.Bool(f"same {number}") if keys else z3.BoolVal(True)
            for number, keys in enumerate(self.groups)
        ]
        self.same = {name: flags[number] for name, number in self.group.items()}
        for fine in range(len(flags)):
            for coarse in range(len(flags)):
                if fine != coarse and self._within(fine, coarse):
                    self.facts.append(z3.Implies(flags[fine], flags[coarse]))

    def _within(self, fine: int, coarse: int) -> bool:
        refines = self.prover.bounds.constancy.refines
        return refines(Scope(self.groups[fine]), Scope(self.groups[coarse]))

    def nested(self, fine: str, coarse: str) -> bool:
        """Whether rows that share the one total always share the other."""
        one, two = self.group[fine], self.group[coarse]
        return one == two or self._within(one, two)

    def met(self, vector: Vector, found: Vector) -> list[Term]:
        """That the row finds the vector's totals under the keys that it shares."""
        return [z3.Implies(self.same[name], found[name] == vector[name]) for name in vector]

    def moved(self, vector: Vector, after: Vector) -> dict[str, Term]:
        """The vector when the row has gone by."""
        return {name: z3.If(self.same[name], after[name], vector[name]) for name in vector}

    @property
    def money(self) -> list[str]:
        """The totals that are money."""
        names = names_of(self.encoding.kernel)
        return [
            name
            for name in self.encoding.accumulators
            if isinstance(type_of(e.Total(name), names), Money)
        ]

    def size(self, name: str) -> int:
        """A minor unit of a total."""
        return self.encoding.denominators.accumulators[name]


@define
class Known:
    """The invariants of one run: of any vector, and of what a row finds under its own keys."""

    prover: Prover
    frame: Frame
    kept: frozenset[Key]
    """The keys of those that hold (found_in)."""
    relations: list[Relation] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.relations = [one for one in _relations(self.frame) if one.key in self.kept]

    def of_vector(self, vector: Vector) -> list[Term]:
        """What holds of a vector."""
        return [one.of(vector) for one in self.relations]

    def of_row(self, row: Row) -> list[Term]:
        """What holds of what a row finds and of what it leaves."""
        found = [*self.of_vector(row.before), *self.of_vector(row.after)]
        for key, guess in _own(self.prover, self.frame.encoding, row):
            if key in self.kept:
                found += [guess.before, guess.after]
        return found


def found_in(prover: Prover, frame: Frame) -> frozenset[Key]:
    """The keys of the invariants of one run that every row keeps."""
    encoding = frame.encoding
    row = encoding.row(encoding.claim("c"), encoding.member("m"), encoding.state("s"))
    some = encoding.state("v")
    after = frame.moved(some, row.after)
    relations = list(_relations(frame))
    own = list(_own(prover, encoding, row))
    before = [z3.And(one.of(row.before), one.of(some)) for one in relations]
    before += [guess.before for _, guess in own]
    then = [one.of(after) for one in relations] + [guess.after for _, guess in own]
    facts = [*encoding.facts, *row.accepted, *frame.facts, *frame.met(some, row.before)]
    empty = [term == 0 for term in (*row.before.values(), *some.values())]
    houdini = Houdini(prover, before)
    left = houdini.settle([([*facts, *empty], before, False), (facts, then, True)])
    keys = [one.key for one in relations] + [key for key, _ in own]
    return frozenset(keys[place] for place in left)


@frozen
class Function:
    """A function of totals of the same keys, of which a definition takes increases: what else it reads is the
    same for all rows of a key."""

    name: str
    of: e.Expr
    total: str
    """That whose increase it is; it may read others."""
    keys: tuple[e.Expr, ...]

    @property
    def reads(self) -> set[str]:
        """All totals that it reads."""
        return {node.accumulator for node in walk(self.of) if isinstance(node, e.Total)}


def functions_of(prover: Prover, encoding: Encoding) -> Iterator[Function]:
    """Those of a kernel. What layers draw on a shared limit is the increase of one function of all their
    totals, each by its own."""
    accumulators = prover.kernel.accumulators
    constancy = prover.bounds.constancy
    for name, expr in encoding.definitions.items():
        stage = stage_of(expr, accumulators)
        if stage is None or stage.alone is not None:
            continue
        of = _closed(stage.of)
        totals = {node.accumulator for node in walk(of) if isinstance(node, e.Total)}
        if any(accumulators[one].keys != stage.scope.keys for one in totals):
            continue
        if all(constancy.varying(part, stage.scope) is None for part in _beside(of)):
            yield Function(name, of, stage.total.name, stage.scope.keys)


def _closed(expr: e.Expr) -> e.Expr:
    """With what totals were as what they are."""
    if isinstance(expr, e.Before):
        return e.Total(expr.accumulator)
    return e.rebuild(expr, _closed)


def _beside(expr: e.Expr) -> Iterator[e.Expr]:
    """The parts that read no total."""
    if isinstance(expr, e.Total):
        return
    if not any(isinstance(node, e.Total) for node in walk(expr)):
        yield expr
        return
    for part in e.parts_of(expr):
        yield from _beside(part)


def _own(prover: Prover, encoding: Encoding, row: Row) -> Iterator[tuple[Key, Guess]]:
    """That a total is a function of others of its keys of which the kernel takes increases."""
    names = names_of(encoding.kernel)
    for one in functions_of(prover, encoding):
        sides = [row.of.at_totals(one.of, totals) for totals in (row.before, row.after)]
        size = encoding.denominators.of(one.of)
        for item in encoding.accumulators.values():
            if item.keys != one.keys or e.Total(item.name) in walk(one.of):
                continue
            if not isinstance(type_of(e.Total(item.name), names), Money):
                continue
            unit = encoding.denominators.accumulators[item.name]
            yield (
                ("function", item.name, one.name),
                Guess(
                    row.before[item.name] * size == sides[0] * unit,
                    row.after[item.name] * size == sides[1] * unit,
                ),
            )


def _relations(frame: Frame) -> Iterator[Relation]:
    """What may hold of every vector."""
    for name in frame.encoding.accumulators:
        yield Relation(("natural", name), partial(_natural, name))
    amounts = amounts_in(frame.encoding)
    for one in frame.money:
        for two in frame.money:
            if one != two and frame.nested(one, two):
                sizes = frame.size(two), frame.size(one)
                yield Relation(("at most", one, two), partial(_at_most, one, two, sizes))
        for number, amount in enumerate(amounts):
            limit = amount * frame.size(one)
            yield Relation(("below", one, number), partial(_below, one, limit))
            yield Relation(("above", one, number), partial(_above, one, limit))


def _natural(name: str, vector: Vector) -> Term:
    return vector[name] >= 0


def _at_most(one: str, two: str, sizes: tuple[int, int], vector: Vector) -> Term:
    return vector[one] * sizes[0] <= vector[two] * sizes[1]


def _below(name: str, limit: Term, vector: Vector) -> Term:
    return vector[name] <= limit


def _above(name: str, limit: Term, vector: Vector) -> Term:
    """Nothing, or as much: where each row adds so much."""
    return z3.Or(vector[name] == 0, vector[name] >= limit)


def amounts_in(encoding: Encoding) -> list[Term]:
    """The amounts of money that a kernel names, in minor units, and its parameters of money."""
    found = set[int]()
    for node in (node for item in encoding.kernel.items for expr in item.exprs for node in walk(expr)):
        if isinstance(node, e.Const) and isinstance(node.type, Money) and not isinstance(node.value, str):
            if node.value > 0 and int(node.value) == node.value:
                found.add(int(node.value))
    given = [
        encoding.parameters[one.name]
        for one in encoding.kernel.parameters
        if isinstance(one.type, Money)
    ]
    return [*given, *map(z3.IntVal, sorted(found))][:MOST_AMOUNTS]
