"""Are two kernels the same function: proved by z3 over their product, or shown by claims.

The proof is an induction over rows: if totals that correspond to each other are equal before a row,
each layer pays the same in both and the totals are equal after it. Which totals correspond is found
by trying: all pairs that could are assumed, and those that a row can drive apart are dropped, until
the rest holds together. z3 is an extra of the package; ImportError without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3
from attrs import frozen

from hmbc.compiler.histories import MEMBER_ID, History
from hmbc.compiler.kernel import Accumulator, Kernel
from hmbc.compiler.normal_form import numbers_of
from hmbc.compiler.product import NEW, OLD
from hmbc.compiler.refunds import Row
from hmbc.compiler.smt import Encoding, Term
from hmbc.compiler.smt import Row as Step
from hmbc.compiler.smt_model import inputs_of

RESOURCES, MILLISECONDS = 20_000_000, 20_000
"""For one question to the solver: resources of z3, 5 to 20 million a second, so that the answer does not
hang on how busy the machine is; and time, should it not count them."""


@frozen
class Pair:
    """A total of the old kernel and one of the new that are kept by the same keys, by name."""

    old: str
    new: str


def proved_equal(both: Kernel, layers: tuple[str, ...]) -> bool:
    """Whether induction shows that the two sides of a product pay the same, row by row."""
    encoding = Encoding(both)
    row = encoding.row(encoding.claim("c"), encoding.member("m"), encoding.state("before"))
    solver = z3.Solver()
    solver.set("rlimit", RESOURCES)
    solver.set("timeout", MILLISECONDS)
    solver.add(*encoding.facts, *encoding.exact, row.ok)
    pairs = [*_pairs(both)]
    while True:
        assumed = [_equal(encoding, pair, row.before) for pair in pairs]
        kept = [
            pair
            for pair in pairs
            if _holds(solver, assumed, _equal(encoding, pair, row.added))
        ]
        if kept == pairs:
            break
        pairs = kept
    wanted = [_paid(row, OLD, layer) == _paid(row, NEW, layer) for layer in layers]
    return all(_holds(solver, assumed, one) for one in wanted)


def found_apart(both: Kernel, layers: tuple[str, ...], claims: int) -> History | None:
    """A history of so many claims of one member on which the two sides pay differently, as the solver
    has it: to be replayed before it is believed."""
    encoding = Encoding(both)
    rows = [encoding.claim(f"c{place}") for place in range(claims)]
    member = encoding.member("m")
    steps = encoding.history(rows, member)
    solver = z3.Solver()
    solver.set("rlimit", RESOURCES)
    solver.set("timeout", MILLISECONDS)
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


def _pairs(both: Kernel) -> Iterator[Pair]:
    """Totals that could correspond: kept by the same keys, and not of layers that are matched with
    others."""
    accumulators = [item for item in both.items if isinstance(item, Accumulator)]
    keys = {item.name: tuple(numbers_of(both, item.keys)) for item in accumulators}
    for old in accumulators:
        if old.name.startswith(OLD):
            for new in accumulators:
                if new.name.startswith(NEW) and keys[old.name] == keys[new.name]:
                    same_layer = _bare(old.layer, OLD) == _bare(new.layer, NEW)
                    if same_layer or None in (old.layer, new.layer):
                        yield Pair(old.name, new.name)


def _bare(layer: str | None, prefix: str) -> str | None:
    return None if layer is None else layer.removeprefix(prefix)


def _equal(encoding: Encoding, pair: Pair, terms: Any) -> Term:
    """That two totals, or what is added to them, are equal amounts."""
    of = encoding.denominators.accumulators
    return terms[pair.old] * of[pair.new] == terms[pair.new] * of[pair.old]


def _paid(step: Step, prefix: str, layer: str) -> Term:
    return step.pays.get(prefix + layer, z3.IntVal(0))


def _holds(solver: Any, assumed: list[Term], wanted: Term) -> bool:
    return bool(solver.check(*assumed, z3.Not(wanted)) == z3.unsat)
