"""Two runs of one unit that differ in one row: totals that stay in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import z3
from attrs import define, evolve, field

from hmbc.compiler.induct_ghosts import ghost
from hmbc.compiler.induct_invariants import Houdini, guesses_of
from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.smt import Encoding, Inputs, Row, Term
from hmbc.compiler.structure_drift import Drifts
from hmbc.compiler.structure_drift_value import SAME
from hmbc.dsl import expr as e
from hmbc.dsl.reads import attributes_read, items_read
from hmbc.dsl.types import Enum, Money

if TYPE_CHECKING:
    from hmbc.compiler.induct import Prover


@define
class Pair:
    """Two runs that differ in one row; of kind `member`: in an attribute of the member in every row."""

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
        if not self.keys_stay():
            return set()
        encoding = Encoding(self.part)
        member, claim = encoding.member("m"), encoding.claim("c")
        first, second = encoding.state("s"), encoding.state("t")
        names = list(encoding.accumulators)
        start_facts: list[Term] = []
        start_first: Mapping[str, Term]
        start_second: Mapping[str, Term]
        if self.kind == "member":
            one, two = self._of_two_members(encoding, member, claim, first, second)
            start_first = start_second = encoding.nothing()
        else:
            one, two = (encoding.row(claim, member, state) for state in (first, second))
            start_facts, start_first, start_second, _ = self.start(encoding, member)

        def ordered(left: Mapping[str, Term], right: Mapping[str, Term]) -> list[Term]:
            return [left[n] <= right[n] for n in names] + [left[n] >= right[n] for n in names]

        facts = [*encoding.facts, *one.accepted, *two.accepted]
        before, after = ordered(first, second), ordered(one.after, two.after)
        empty = ordered(start_first, start_second)
        if self.kind == "member":  # what was paid is a function of what was counted, in each run
            known = [guess for row in (one, two) for _, guess in guesses_of(prover, encoding, row)]
            nothing = [(term, z3.IntVal(0)) for term in (*first.values(), *second.values())]
            before += [guess.before for guess in known]
            after += [guess.after for guess in known]
            empty += [z3.substitute(guess.before, *nothing) for guess in known]
        houdini = Houdini(prover, before)
        left = houdini.settle(
            [([*encoding.facts, *start_facts], empty, False), (facts, after, True)]
        )
        found: set[str] = set()
        for group in groups:
            place = names.index(ghost("pay", self.layer, group))
            if place in left:
                found.add("rises")
            if place + len(names) in left:
                found.add("falls")
        return found

    def keys_stay(self) -> bool:
        """Whether the difference can move no row to other keys."""
        prover = self.prover
        if self.kind == "member":
            attr = ("member", prover.judge.favoured[self.raised or ""].attribute)
            items = {item.name: item for item in self.part.items}
            waiting = [key for i in self.part.items if isinstance(i, Accumulator) for key in i.keys]
            return not any(attr in attributes_read(key) for key in all_read(waiting, items))
        kinds = [Drifts(prover.bounds, "raise", self.raised)]
        if self.kind == "insert":
            kinds = [Drifts(prover.bounds, "insert")]
        elif self.kind == "split":
            # all money of the claim is divided, also what nothing counts and a scope is chosen by
            kinds = [
                Drifts(prover.bounds, "raise", given.name)
                for given in prover.kernel.inputs
                if given.owner == "claim" and isinstance(given.type, Money)
            ] + [Drifts(prover.bounds, "insert")]
        keys = [key for i in self.part.items if isinstance(i, Accumulator) for key in i.keys]
        return all(drifts.of(key) == SAME for drifts in kinds for key in keys)

    def _of_two_members(
        self,
        encoding: Encoding,
        member: Inputs,
        claim: Inputs,
        first: Mapping[str, Term],
        second: Mapping[str, Term],
    ) -> tuple[Row, Row]:
        """A row of two members who are alike but for the attribute that is stated, the first with the
        value that is never to get more."""
        stated = self.prover.judge.favoured[self.raised or ""]
        attr = ("member", stated.attribute)
        given = next(i for i in self.prover.kernel.inputs if (i.owner, i.name) == attr)
        assert isinstance(given.type, Enum)
        rows = []
        for value, state in ((stated.less, first), (stated.more, second)):
            who = member.with_value(attr, z3.IntVal(given.type.values.index(value)))
            if attr in who.given:
                who = evolve(who, given={**who.given, attr: z3.BoolVal(True)})
            rows.append(encoding.row(claim, who, state))
        return rows[0], rows[1]

    def start(
        self, encoding: Encoding, member: Inputs, by: int | None = None
    ) -> tuple[list[Term], Mapping[str, Term], Mapping[str, Term], Row]:
        """The row in which the runs differ, from one state: facts, the totals after it in the first run
        and in the second, and the row, of one of the runs. by: so much more an amount is raised, None: any amount."""
        prover = self.prover
        state, claim = encoding.state("o"), encoding.claim("d")
        first = encoding.row(claim, member, state)
        match self.kind:
            case "insert":
                return first.accepted, state, first.after, first
            case "raise":
                attr = ("claim", self.raised or "")
                larger = encoding.claim("e").values[attr]
                second = encoding.row(claim.with_value(attr, larger), member, state)
                facts = [*first.accepted, *second.accepted, larger > claim.values[attr]]
                if by is not None:
                    facts.append(larger == claim.values[attr] + by)
                return facts, first.after, second.after, first
            case _:
                parts, rest = claim, claim
                facts = first.accepted
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
                facts += [*one.accepted, *two.accepted]
                return facts, first.after, two.after, first


def all_read(
    waiting: list[e.Expr], items: Mapping[str, Definition | Accumulator]
) -> Iterator[e.Expr]:
    """These expressions and those of all that they read, directly or not."""
    seen: set[str] = set()
    for expr in waiting:
        yield expr
        for name in items_read(expr):
            if name not in seen:
                seen.add(name)
                waiting += items[name].exprs
