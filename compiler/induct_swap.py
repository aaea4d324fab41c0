"""Two claims of one date in the other order, from any state: what they leave the same, and later rows keep.

Under the keys of either claim: what both orders leave there is compared, total by total, and what they leave in order
is to be kept so by every row that follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import z3
from attrs import define

from hmbc.compiler.induct_ghosts import ghost
from hmbc.compiler.induct_invariants import Houdini
from hmbc.compiler.induct_pair import all_read
from hmbc.compiler.induct_vectors import Frame, Known
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.smt import Encoding, Inputs, Row, Term
from hmbc.compiler.smt_row import RowEncoding
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk

if TYPE_CHECKING:
    from hmbc.compiler.induct import Prover


@define
class Swap:
    """Two orders of two claims, as it matters to a layer."""

    prover: Prover
    layer: str | None

    def is_free(self) -> bool:
        """Whether both orders are paid the same in sum."""
        prover = self.prover
        groups = prover.used(self.layer)
        part = prover.part(self.layer, groups, ("pay",))
        if not keys_are_given(part):
            return False
        encoding = Encoding(part)
        known = prover.known(self.layer, Frame(prover, encoding))
        orders = _Orders(encoding, known)
        row, other = encoding.state("s"), encoding.state("t")
        claim, member = encoding.claim("c"), encoding.member("m")
        one, two = (encoding.row(claim, member, state) for state in (row, other))
        names = list(encoding.accumulators)

        def ordered(left: Mapping[str, Term], right: Mapping[str, Term]) -> list[Term]:
            return [left[n] <= right[n] for n in names] + [left[n] >= right[n] for n in names]

        at_first, at_second = orders.left
        start = [
            z3.And(here, there)
            for here, there in zip(ordered(*at_first), ordered(*at_second), strict=True)
        ]
        houdini = Houdini(prover, ordered(row, other))
        facts = [*one.accepted, *two.accepted, *known.of_row(one), *known.of_row(two)]
        stay = houdini.settle(
            [
                ([*encoding.facts, *orders.facts], start, False),
                ([*encoding.facts, *facts], ordered(one.after, two.after), True),
            ]
        )
        places = [names.index(ghost("pay", self.layer, group)) for group in groups]
        return any({place, place + len(names)} <= stay for place in places)


class _Orders:
    """What two claims leave in either order. left: under the keys of the first claim and under those
    of the second, in one order and in the other."""

    def __init__(self, encoding: Encoding, known: Known) -> None:
        date = ("claim", encoding.kernel.date)
        first = encoding.claim("x")
        second = encoding.claim("y").with_value(date, first.values[date])
        who = encoding.member("p")
        other = who if encoding.kernel.unit is None else encoding.member("q")
        at_first, at_second = encoding.state("f"), encoding.state("g")
        one = encoding.row(first, who, at_first)
        two = encoding.row(second, other, at_second)
        same = {
            name: z3.And([a == b for a, b in zip(one.keys[name], two.keys[name], strict=True)])
            for name in encoding.accumulators
        }
        then_second = _after(encoding, one, second, other, at_second, same)
        then_first = _after(encoding, two, first, who, at_first, same)
        self.facts: list[Term] = [z3.Implies(same[n], at_first[n] == at_second[n]) for n in same]
        for row in (one, two, then_second, then_first):
            self.facts += [*row.accepted, *known.of_row(row)]
        self.left = (
            (_if(same, then_second.after, one.after), then_first.after),
            (then_second.after, _if(same, then_first.after, two.after)),
        )


def _after(
    encoding: Encoding,
    row: Row,
    claim: Inputs,
    member: Inputs,
    state: Mapping[str, Term],
    same: Mapping[str, Term],
) -> Row:
    """A row that follows another one, under keys that may be its."""
    found = _if(same, row.after, state)
    return RowEncoding(encoding, claim, member, lambda name, keys: found[name]).done()


def _if(
    same: Mapping[str, Term], then: Mapping[str, Term], otherwise: Mapping[str, Term]
) -> dict[str, Term]:
    return {name: z3.If(same[name], then[name], otherwise[name]) for name in same}


def keys_are_given(kernel: Kernel) -> bool:
    """Whether no key reads a total."""
    items = {item.name: item for item in kernel.items}
    keys = [key for name in items for key in getattr(items[name], "keys", ())]
    return not any(
        isinstance(node, e.Total | e.Before | e.Increase)
        for expr in all_read(keys, items)
        for node in walk(expr)
    )
