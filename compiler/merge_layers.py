"""Layers of which each claim enters one, by the value of an attribute, become one layer with tables.

For each value of an enum of the claim, everything is worked out under that assumption; what then
has the same shape is one computation, whose constants are chosen by the value. Totals that move
under one value only stand side by side, and the value says which one a row reads and moves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import lcm

from attrs import define, evolve, field

from hmbc.compiler.feed import Carry, Feed, FeedTotal, under
from hmbc.compiler.graph import Graph
from hmbc.compiler.nodes import Node, reachable

MOST_VALUES = 16
COMMUTES = ("add", "multiply", "min", "max", "equal")

Cases = Mapping[int, Node]
"""By value of the enum: what is computed under it."""


def merge_layers(feed: Feed, is_row: bool = False) -> Feed:
    """The feed with layers merged by the enum that leaves the least to compute; or the same feed. is_row:
    it is of the rows of one unit (`lower_row`)."""
    best, least = feed, _size(feed)
    for place, item in enumerate(feed.plan.claim):
        if item.kind == "enum" and not item.optional and 1 < len(item.values) <= MOST_VALUES:
            merged = _Merge(
                feed, feed.graph.leaf("claim", place, 0, len(item.values) - 1), is_row
            ).feed_by()
            if (size := _size(merged)) < least and _has_order(merged):
                best, least = merged, size
    return best


def carried(each: list[Carry | None]) -> Carry | None:
    """A carry that suits several totals."""
    found = [one for one in each if one is not None]
    if len(found) < len(each):
        return None
    least, step = max(one.least for one in found), lcm(*(one.step for one in found))
    fars = [one.far for one in found if one.far is not None]
    far = max(fars) if len(fars) == len(found) else None
    return Carry(least, step, min(one.most for one in found), far)


def _size(feed: Feed) -> int:
    kept = [total for total in feed.totals if total.made_of is None]
    return len(reachable([*feed.outputs(), *(total.adds for total in kept)]))


def _has_order(feed: Feed) -> bool:
    """Whether totals can be worked out one after the other: of those that took one place, none came to
    read its own place as the row leaves it."""
    kept = [total for total in feed.totals if total.made_of is None]
    done: set[object] = set()
    while len(done) < len(kept):
        ready = [
            total.number
            for total in kept
            if total.number not in done
            and {node.data for node in reachable([total.adds]) if node.op == "after"} <= done
        ]
        if not ready:
            return False
        done |= set(ready)
    return True


@define
class _Merge:
    feed: Feed
    value: Node
    is_row: bool
    graph: Graph = field(init=False)
    slots: dict[int, int] = field(factory=dict)
    """Of a total that moves under one value: the number of the total that takes its place."""
    most: dict[int, int] = field(factory=dict)
    """Of such a place: how large its totals get."""
    merged: dict[tuple[int, Node], Node] = field(factory=dict)
    """What a computation under one value is a case of."""

    def __attrs_post_init__(self) -> None:
        self.graph = self.feed.graph

    def feed_by(self) -> Feed:
        feed, graph = self.feed, self.graph
        values = range(self.value.high + 1)
        kept = [total for total in feed.totals if total.made_of is None]
        known = {}
        for value in values:
            is_it = graph.equal(self.value, graph.const(value))
            known[value] = under(graph, [is_it], [], kept)
        adds = {
            (value, total.number): graph.rebuilt(total.adds, known[value])
            for value in values
            for total in kept
        }
        moved = {
            total.number: [value for value in values if adds[value, total.number].const != 0]
            for total in kept
        }
        alone = [total for total in kept if self.may_stand_aside(total, moved)]
        by_value = [{v: graph.rebuilt(node, known[v]) for v in values} for node in feed.outputs()]
        everything = [*by_value, *({v: adds[v, total.number] for v in values} for total in kept)]
        alone = [total for total in alone if not self.strays(total, moved, everything)]
        together = self.together(alone, moved, len(feed.totals))
        slotted = [total for members in together.values() for total in members]
        totals = [total for total in kept if total not in slotted]
        for number, members in together.items():
            self.slots |= {total.number: number for total in members}
            self.most[number] = max(total.most for total in members)
        made: list[FeedTotal] = []
        for number, members in together.items():
            by = {moved[total.number][0]: total for total in members}
            moves = {
                value: adds[value, by[value].number] if value in by else graph.const(0)
                for value in values
            }
            places = tuple(by[value].number if value in by else None for value in values)
            made.append(
                evolve(
                    members[0],
                    number=number,
                    adds=self.one(moves),
                    most=self.most[number],
                    by=(self.value, places),
                    carry=carried([total.carry for total in members]),
                )
            )
        # the whole first: what layers compute are cases of it
        whole = [self.one(cases) for cases in by_value[-3:]]
        layers = len(feed.pays)
        if self.is_row:
            self.own_reason(by_value[:layers], by_value[layers : 2 * layers])
        rest = [self.one(cases) for cases in by_value[:-3]]
        common = [
            evolve(total, adds=self.one({v: adds[v, total.number] for v in values}))
            for total in totals
        ]
        return evolve(
            feed,
            totals=[*common, *made, *(total for total in feed.totals if total.made_of is not None)],
            pays=rest[:layers],
            reasons=rest[layers:],
            total=whole[0],
            decided=whole[1],
            fine=whole[2],
        )

    def own_reason(self, pays: list[dict[int, Node]], reasons: list[dict[int, Node]]) -> None:
        """Makes one computation of the reasons that each value's own layer gives."""
        own: dict[int, Node] = {}
        for value in pays[0] if pays else ():
            entered = [at for at, cases in enumerate(pays) if cases[value].const != 0]
            if len(entered) == 1:
                own[value] = reasons[entered[0]][value]
        if own:
            self.one(own)

    def may_stand_aside(self, total: FeedTotal, moved: Mapping[int, list[int]]) -> bool:
        keyed = self.feed.plan.accumulators[total.number].keyed
        return not keyed and len(moved[total.number]) == 1

    def strays(
        self, total: FeedTotal, moved: Mapping[int, list[int]], everything: list[dict[int, Node]]
    ) -> bool:
        """Whether a total is read under a value that does not move it."""
        own = moved[total.number][0]
        others = [node for cases in everything for value, node in cases.items() if value != own]
        read = {node.data for node in reachable(others) if node.op in ("before", "after")}
        return total.number in read

    def together(
        self, alone: list[FeedTotal], moved: Mapping[int, list[int]], first: int
    ) -> dict[int, list[FeedTotal]]:
        """Which totals take one place: one for each value, of the same keys and bound."""
        found: dict[int, list[FeedTotal]] = {}
        for total in alone:
            for members in found.values():
                most = members[0].most == total.most or self.is_row
                same = members[0].keys == total.keys
                if same and most and moved[total.number][0] not in [moved[x.number][0] for x in members]:
                    members.append(total)
                    break
            else:
                found[first + len(found)] = [total]
        return {number: members for number, members in found.items() if len(members) > 1}

    def one(self, cases: Cases) -> Node:
        """One node that has, under each value, the value of that case."""
        kinds: dict[tuple[object, ...], dict[int, Node]] = {}
        for value, node in cases.items():
            kinds.setdefault(self.kind(node), {})[value] = node
        parts = [(tuple(same), self.alike(same)) for same in kinds.values()]
        parts.sort(key=lambda part: len(part[0]))
        found = parts[-1][1]
        for values, node in reversed(parts[:-1]):
            found = self.graph.select(self.is_one_of(values), node, found)
        return found

    def kind(self, node: Node) -> tuple[object, ...]:
        if node.op in ("before", "after") and isinstance(node.data, int):
            return node.op, self.slots.get(node.data, node.data)
        if node.const is not None:
            return ("const",)
        return (node.op, node.data, len(node.args), *([] if node.args else [node.number]))

    def alike(self, cases: Cases) -> Node:
        """One node for cases of the same operation."""
        graph, nodes = self.graph, list(cases.values())
        before = {self.merged.get(case) for case in cases.items()}
        if len(before) == 1 and (found := before.pop()) is not None:
            return found
        if nodes[0].const is not None:
            found = self.constants(cases)
        elif nodes[0].op in ("before", "after"):
            number = nodes[0].data
            assert isinstance(number, int)
            place = self.slots.get(number, number)
            most = self.most.get(place, nodes[0].high)
            found = graph.leaf(nodes[0].op, place, nodes[0].low, most)
        elif not nodes[0].args:
            found = nodes[0]
        else:
            operands = {value: self.like(nodes[0], node) for value, node in cases.items()}
            args = [
                self.one({value: given[at] for value, given in operands.items()})
                for at in range(len(nodes[0].args))
            ]
            low, high = min(node.low for node in nodes), max(node.high for node in nodes)
            found = graph.alike(nodes[0], args, low, high)
        if len(cases) > 1:
            self.merged |= {case: found for case in cases.items()}
        return found

    def like(self, first: Node, node: Node) -> tuple[Node, ...]:
        """A node's operands, in the order in which more of them are like those of the first."""
        if node.op not in COMMUTES or not self.is_row:
            return node.args

        def alike(args: tuple[Node, ...]) -> int:
            pairs = zip(args, first.args, strict=True)
            return sum(self.kind(one) == self.kind(other) for one, other in pairs)

        return max(node.args, node.args[::-1], key=alike)

    def constants(self, cases: Cases) -> Node:
        counted = Counter(node.low for node in cases.values()).most_common()
        found = self.graph.const(counted[0][0])
        for constant, _ in counted[1:]:
            values = tuple(value for value, node in cases.items() if node.low == constant)
            found = self.graph.select(self.is_one_of(values), self.graph.const(constant), found)
        return found

    def is_one_of(self, values: tuple[int, ...]) -> Node:
        graph = self.graph
        return graph.any([graph.equal(self.value, graph.const(value)) for value in values])
