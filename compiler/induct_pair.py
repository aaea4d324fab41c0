"""Two runs of one unit that differ in one row: totals that stay in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import z3
from attrs import define, field

from hmbc.compiler.induct_ghosts import ghost
from hmbc.compiler.induct_invariants import Houdini
from hmbc.compiler.kernel import Accumulator, Kernel
from hmbc.compiler.smt import Encoding, Inputs, Row, Term
from hmbc.compiler.structure_drift import SAME, Drifts
from hmbc.dsl.types import Money

if TYPE_CHECKING:
    from hmbc.compiler.induct import Prover


@define
class Pair:
    """Two runs that differ in one row."""

    prover: Prover
    kind: str
    raised: str | None
    layer: str | None
    part: Kernel = field(init=False)

    def orders(self) -> set[str]:
        """Whether what is paid in sum `rises` or `falls` (equal: both) from the first run to the
        second."""
        prover = self.prover
        groups = prover.used(self.layer)
        self.part = prover.part(self.layer, groups)
        if not self._same_keys():
            return set()
        encoding = Encoding(self.part)
        member, claim = encoding.member("m"), encoding.claim("c")
        first, second = encoding.state("s"), encoding.state("t")
        one, two = (encoding.row(claim, member, state) for state in (first, second))
        start_facts, start_first, start_second = self._start(encoding, member)
        names = list(encoding.accumulators)

        def ordered(left: Mapping[str, Term], right: Mapping[str, Term]) -> list[Term]:
            return [left[n] <= right[n] for n in names] + [left[n] >= right[n] for n in names]

        facts = [*encoding.facts, *_accepted(one), *_accepted(two)]
        houdini = Houdini(prover, ordered(first, second))
        left = houdini.settle(
            [
                ([*encoding.facts, *start_facts], ordered(start_first, start_second), False),
                (facts, ordered(one.after, two.after), True),
            ]
        )
        found: set[str] = set()
        for group in groups:
            place = names.index(ghost("pay", self.layer, group))
            if place in left:
                found.add("rises")
            if place + len(names) in left:
                found.add("falls")
        return found

    def _same_keys(self) -> bool:
        """Whether the difference can move no row to other keys."""
        prover = self.prover
        kinds = [Drifts(prover.bounds, "raise", self.raised)]
        if self.kind == "insert":
            kinds = [Drifts(prover.bounds, "insert")]
        elif self.kind == "split":
            amounts = prover.judge.amounts
            kinds = [
                Drifts(prover.bounds, "raise", name)
                for name in (*amounts.bills, *amounts.deductions)
            ] + [Drifts(prover.bounds, "insert")]
        keys = [key for i in self.part.items if isinstance(i, Accumulator) for key in i.keys]
        return all(drifts.of(key) == SAME for drifts in kinds for key in keys)

    def _start(
        self, encoding: Encoding, member: Inputs
    ) -> tuple[list[Term], Mapping[str, Term], Mapping[str, Term]]:
        """The row in which the runs differ, from one state: facts, and the totals after it in the
        first run and in the second."""
        prover = self.prover
        state, claim = encoding.state("o"), encoding.claim("d")
        first = encoding.row(claim, member, state)
        match self.kind:
            case "insert":
                return _accepted(first), state, first.after
            case "raise":
                attr = ("claim", self.raised or "")
                larger = encoding.claim("e").values[attr]
                second = encoding.row(claim.with_value(attr, larger), member, state)
                facts = [*_accepted(first), *_accepted(second), larger > claim.values[attr]]
                return facts, first.after, second.after
            case _:
                parts, rest = claim, claim
                facts = _accepted(first)
                other = encoding.claim("e")
                for given in prover.kernel.inputs:
                    attr = (given.owner, given.name)
                    if given.owner == "claim" and isinstance(given.type, Money):
                        whole, part = claim.values[attr], other.values[attr]
                        facts += [part >= 0, part <= whole]
                        parts = parts.with_value(attr, part)
                        rest = rest.with_value(attr, whole - part)
                one = encoding.row(parts, member, state)
                two = encoding.row(rest, member, one.after)
                return [*facts, *_accepted(one), *_accepted(two)], first.after, two.after


def _accepted(row: Row) -> list[Term]:
    return [z3.Not(when) for when in row.rejects.values()]
