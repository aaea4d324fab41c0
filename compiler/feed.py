"""What a kernel's feed works out for each row: nodes of a graph.

Not every kernel has a feed: `NoFeed` says why not.
"""

from __future__ import annotations

from attrs import define, frozen

from hmbc.compiler.feed_keys import PackedKey
from hmbc.compiler.graph import Graph
from hmbc.compiler.nodes import Known, Node
from hmbc.dsl.diagnostic import Bilingual
from hmbc.runtime.plan import Plan


class NoFeed(Exception):
    """This kernel has none, and why, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.why = Bilingual(zh, en)


@frozen
class Carry:
    """A total that may outgrow its cell: from `least` on, multiples of `step` make no difference to
    rows (`feed_carry`). most: the largest that it may be in all. far: from there on they make none to the
    total after a row alone, where that before it has been carried; None: they do."""

    least: int
    step: int
    most: int
    far: int | None = None


@frozen(eq=False)
class FeedTotal:
    """One accumulator, or several of which a row moves one at most.

    number: its place in the plan; of several, a number after all of those. most: no cell of a unit that
    is not odd is larger; carry: where the total may be. made_of: the total as it was before the row,
    where it follows from others and is not kept.
    by: of several, the claim's attribute that says which one, and for each value of it its place in the plan,
    or None. key: of a keyed total, of which a unit has `bound` at most; it has no `keys` then. falls: whether a row
    may make it less; its unit is odd where it would be less than 0.
    """

    number: int
    keys: tuple[Node, ...]
    adds: Node
    most: int
    made_of: Node | None = None
    by: tuple[Node, tuple[int | None, ...]] | None = None
    key: PackedKey | None = None
    bound: int = 0
    carry: Carry | None = None
    falls: bool = False

    @property
    def by_row(self) -> tuple[int, ...]:
        """The parts of the key that each row has its own of."""
        return tuple(
            at for at, key in enumerate(self.keys) if key.const is None and key.op != "uniform"
        )


@define(eq=False)
class Feed:
    """All that a row works out. uniform: of each key that is the same for all rows, the month and
    day on which its year begins; date: the place of the deciding date among the claim's attributes.
    rejects: on what ground a row moves nothing, in order; decided: the reason of the layer that decides.
    fine: whether a row is one that a feed can take; else its unit is odd."""

    graph: Graph
    plan: Plan
    date: int
    uniform: list[tuple[int, int]]
    rejects: list[Node]
    totals: list[FeedTotal]
    pays: list[Node]
    reasons: list[Node]
    total: Node
    decided: Node
    fine: Node

    def outputs(self) -> list[Node]:
        """Everything that is written for a row, and whether it counts."""
        return [*self.pays, *self.reasons, self.total, self.decided, self.fine]


def under(graph: Graph, holds: list[Node], fails: list[Node], totals: list[FeedTotal]) -> Known:
    """What is known where some conditions hold and others do not: totals to which a row then adds
    nothing stay as they were."""
    known = Known()
    for condition in fails:
        graph.assume(known, condition, False)
    for condition in holds:
        graph.assume(known, condition, True)
    for total in totals:
        if total.made_of is None and graph.rebuilt(total.adds, known).const == 0:
            after = graph.leaf("after", total.number, 0, total.most)
            known[after] = graph.leaf("before", total.number, 0, total.most)
    return known
