"""Are two kernels the same function: proved by z3 over their product, or shown by claims.

The proof is an induction over rows: if totals that correspond to each other are equal before a row,
each layer pays the same in both and the totals are equal after it. Which totals correspond is found
by trying: all pairs that could are assumed, and those that a row can drive apart are dropped, until
the rest holds together.

Totals by different keys correspond, too, where a key has one value in all rows that add anything: a total by
the year of an edition that pays in one year is one for life. z3 is an extra of the package; ImportError without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import z3
from attrs import define, field, frozen

from hmbc.compiler.histories import MEMBER_ID, History
from hmbc.compiler.kernel import Accumulator, Kernel
from hmbc.compiler.normal_form import numbers_of
from hmbc.compiler.product import NEW, OLD
from hmbc.compiler.refunds import Row
from hmbc.compiler.smt import Encoding, Term, resources_of
from hmbc.compiler.smt import Row as Step
from hmbc.compiler.smt_model import inputs_of

RESOURCES, MILLISECONDS = 20_000_000, 20_000
"""For one question to the solver: resources of z3, 5 to 20 million a second, so that the answer does not
hang on how busy the machine is; and time, should it not count them."""

IN_ALL = 60_000_000
"""For one proof: after so many resources the rest counts as not shown."""


Fixed = Mapping[int, int]
"""By its place, the one value that a key has in all rows that add anything."""


@frozen
class Pair:
    """A total of the old kernel and one of the new that are kept by the same keys, by name. fixed: the
    keys of each that don't count."""

    old: str
    new: str
    fixed: tuple[Fixed, Fixed] = ({}, {})


def proved_equal(both: Kernel, layers: tuple[str, ...]) -> bool:
    """Whether induction shows that the two sides of a product pay the same, row by row."""
    proof = _Proof(both)
    pairs = [*_pairs(both, proof.fixed)]
    while True:
        assumed = [proof.assumed(pair) for pair in pairs]
        kept = [pair for pair in pairs if proof.holds(assumed, proof.equal(pair, proof.row.added))]
        if kept == pairs:
            break
        pairs = kept
    wanted = [_paid(proof.row, OLD, layer) == _paid(proof.row, NEW, layer) for layer in layers]
    return all(proof.holds(assumed, one) for one in wanted)


@define
class _Proof:
    """One row of a product, and a solver that is asked about it."""

    both: Kernel
    encoding: Encoding = field(init=False)
    row: Step = field(init=False)
    solver: Any = field(init=False)
    _begun: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.encoding = encoding = Encoding(self.both)
        self.row = encoding.row(
            encoding.claim("c"), encoding.member("m"), encoding.state("before")
        )
        self.solver = _limited()
        self.solver.add(*encoding.facts, *encoding.exact, self.row.ok)
        self.solver.push()
        self._begun = resources_of(self.solver)

    def holds(self, assumed: Sequence[Term], wanted: Term) -> bool:
        """Whether one follows from the others, as far as the resources reach."""
        if resources_of(self.solver) - self._begun > IN_ALL:
            return False
        return bool(self.solver.check(*assumed, z3.Not(wanted)) == z3.unsat)

    def equal(self, pair: Pair, terms: Mapping[str, Term]) -> Term:
        """That two totals, or what is added to them, are equal amounts."""
        of = self.encoding.denominators.accumulators
        return terms[pair.old] * of[pair.new] == terms[pair.new] * of[pair.old]

    def assumed(self, pair: Pair) -> Term:
        """That two totals were equal when the row began: where a fixed key has its value, else nothing
        was added under it."""
        before, (old, new) = self.row.before, pair.fixed
        at = [self.is_at(name, keys) for name, keys in ((pair.old, old), (pair.new, new))]
        return z3.And(
            z3.Implies(z3.And(at), self.equal(pair, before)),
            z3.Implies(z3.Not(at[0]), before[pair.old] == 0),
            z3.Implies(z3.Not(at[1]), before[pair.new] == 0),
        )

    def is_at(self, total: str, fixed: Fixed) -> Term:
        """Whether the fixed keys of a total have their values in this row."""
        return z3.And([self.row.keys[total][place] == value for place, value in fixed.items()])

    def fixed(self, total: str) -> Fixed:
        """The keys of a total that have one value in all rows that add anything."""
        found = {}
        adds = self.row.added[total] != 0
        for place, key in enumerate(self.row.keys[total]):
            if not z3.is_int(key) or self.solver.check(adds) != z3.sat:
                continue
            value = self.solver.model().eval(key, model_completion=True).as_long()
            if self.holds([adds], key == value):
                found[place] = value
        return found


def _limited() -> Any:
    solver = z3.Solver()
    solver.set("rlimit", RESOURCES)
    solver.set("timeout", MILLISECONDS)
    return solver


def found_apart(both: Kernel, layers: tuple[str, ...], claims: int) -> History | None:
    """A history of so many claims of one member on which the two sides pay differently, as the solver
    has it: to be replayed before it is believed."""
    encoding = Encoding(both)
    rows = [encoding.claim(f"c{place}") for place in range(claims)]
    member = encoding.member("m")
    steps = encoding.history(rows, member)
    solver = _limited()
    solver.add(*encoding.facts, *encoding.exact, *encoding.in_date_order(rows))
    solver.add(*(step.ok for step in steps))
    solver.add(
        z3.Or([_paid(step, OLD, one) != _paid(step, NEW, one) for step in steps for one in layers])
    )
    if solver.check() != z3.sat:
        return None
    found = inputs_of(encoding, solver.model(), rows, [member])
    who = found.members[0]
    return History(
        parameters=found.parameters,
        lists={name: tuple(codes) for name, codes in found.lists.items()},
        rows=tuple(
            Row(id=f"c{place}", claim=claim, member={**who, MEMBER_ID: "m1"})
            for place, claim in enumerate(found.claims, 1)
        ),
    )


def _pairs(both: Kernel, fixed: Callable[[str], Fixed]) -> Iterator[Pair]:
    """Totals that could correspond: kept by the same keys, and not of layers that are matched with
    others; those that have no such partner of their kind, without the keys that are fixed."""
    accumulators = [item for item in both.items if isinstance(item, Accumulator)]
    keys = {item.name: tuple(numbers_of(both, item.keys)) for item in accumulators}
    old, new = ([one for one in accumulators if one.name.startswith(s)] for s in (OLD, NEW))
    paired = [
        Pair(one.name, two.name)
        for one in old
        for two in new
        if keys[one.name] == keys[two.name] and _same_layer(one, two)
    ]
    yield from paired
    roles = {item.name: item.role for item in accumulators}
    like = [pair for pair in paired if roles[pair.old] == roles[pair.new]]
    known = {name for pair in like for name in (pair.old, pair.new)}
    alone = {one.name: fixed(one.name) for one in accumulators if one.name not in known}
    left = {
        name: tuple(key for place, key in enumerate(keys[name]) if place not in without)
        for name, without in alone.items()
    }
    for one in old:
        for two in new:
            if one.name in alone and two.name in alone and left[one.name] == left[two.name]:
                if _same_layer(one, two):
                    yield Pair(one.name, two.name, (alone[one.name], alone[two.name]))


def _same_layer(old: Accumulator, new: Accumulator) -> bool:
    return _bare(old.layer, OLD) == _bare(new.layer, NEW) or None in (old.layer, new.layer)


def _bare(layer: str | None, prefix: str) -> str | None:
    return None if layer is None else layer.removeprefix(prefix)


def _paid(step: Step, prefix: str, layer: str) -> Term:
    return step.pays.get(prefix + layer, z3.IntVal(0))

