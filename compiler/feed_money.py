"""The loops that work out payments, and what reasons are told from.

In lanes of 32 bits where every value fits them, else of 64. Bytes are widened before and narrowed
after by loops of their own: gcc takes as many rows at once as a vector holds of the narrowest values
of a loop, and runs out of registers where these are bytes.
"""

from __future__ import annotations

from attrs import define, field

from hmbc.compiler.emit_c import BOOL, SMALL, stored, type_of
from hmbc.compiler.feed_loops import Loop, Loops
from hmbc.compiler.nodes import Node, reachable

MOST_ASIDE = 4
"""Nodes that a condition on wide values may have to be worked out aside from the narrow loop."""


@define
class Narrow:
    """What a loop in lanes of 32 bits needs. small: what lies in narrower arrays; aside: conditions on
    wider values."""

    loops: Loops
    small: dict[Node, None] = field(factory=dict)
    aside: dict[Node, None] = field(factory=dict)
    seen: set[Node] = field(factory=set)

    def can(self, targets: list[Node]) -> bool:
        """Whether the loop can compute these. Finds what it needs."""
        for target in targets:
            self.visit(target)
        return all(self.is_little(node) for node in self.aside)

    def visit(self, node: Node) -> None:
        if node.const is not None or node in self.seen:
            return
        self.seen.add(node)
        if not self.loops.is_there(node):
            if not fits(node):
                self.aside[node] = None
                return
            for arg in node.args:
                self.visit(arg)
        elif (array := self.loops.array(node)) is not None and array[0] in (*SMALL, "uint64_t"):
            self.small[node] = None

    def is_little(self, node: Node) -> bool:
        there = self.loops.is_there
        work = [one for one in reachable([node]) if one.args and not there(one)]
        return type_of(node) == BOOL and len(work) <= MOST_ASIDE


def fits(node: Node) -> bool:
    """Whether the node's own operation can be done on 32 bits."""
    match node.op:
        case "shift":
            return all(is_narrow(one.low, one.high) for one in (node, *node.args))
        case "add" | "subtract" | "multiply":
            of = [node, *node.args]
        case "min" | "max" | "less" | "equal":
            of = list(node.args)
        case _:
            of = [node]
    return is_narrow(min(one.low for one in of), max(one.high for one in of))


def is_narrow(low: int, high: int) -> bool:
    return (0 <= low and high < 2**32) or (-(2**31) <= low and high < 2**31)


BARE = "pays && !causes && out->decided == NULL"
"""Where only payments are asked for."""


def money_loops(loops: Loops, causes: list[Node]) -> dict[str, list[Loop]]:
    """By what is wanted, payments of layers or only of all, or no reasons: the loops that work out what is
    paid, and put causes in arrays, in their order."""
    feed = loops.feed
    narrow = Narrow(loops)
    if feed.graph.optimise.narrow and narrow.can([*feed.pays, feed.total, *causes]):
        first, lanes = [*widened(loops, narrow.small), *put_aside(loops, narrow.aside)], 32
        arrays = [("int32_t", f"b->x{node.number}", node) for node in causes]
    else:
        first, lanes = [], 64
        arrays = [(stored(node), f"b->s{node.number}", node) for node in causes]
    pays = [("int64_t", f"o{place}", pay) for place, pay in enumerate(feed.pays)]
    total = ("int64_t", "total", feed.total)
    by_layer = loops.loop(f"{loops.name}_pays", [*pays, total, *arrays], lanes=lanes)
    in_all = loops.loop(f"{loops.name}_pay", [total, *arrays], lanes=lanes)
    alone = loops.loop(f"{loops.name}_bare", [*pays, total], lanes=lanes)
    last: list[Loop] = []
    loops.held |= dict.fromkeys(causes)
    if lanes == 32 and causes:
        loops.wide |= dict.fromkeys(causes)
        last = [narrowed(loops, causes)]
    return {
        BARE: [*first, alone],
        f"pays && !({BARE})": [*first, by_layer, *last],
        "!pays": [*first, in_all, *last],
    }


def widened(loops: Loops, nodes: dict[Node, None]) -> list[Loop]:
    """The loop that puts narrower values in 32 bits, if there are any."""
    if not nodes:
        return []
    lines = [f"b->x{node.number}[i] = {loops.elsewhere(node)};" for node in nodes]
    parts = dict.fromkeys([*loops.parts(nodes, ()), loops.part("", "b->")])
    loops.wide |= nodes
    return [loops.function(f"{loops.name}_widen", list(parts), lines, loops.head)]


def put_aside(loops: Loops, nodes: dict[Node, None]) -> list[Loop]:
    """The loop that puts conditions on wider values in 32 bits, if there are any."""
    if not nodes:
        return []
    arrays = [("int32_t", f"b->x{node.number}", node) for node in nodes]
    loop = loops.loop(f"{loops.name}_aside", arrays)
    loops.wide |= nodes
    return [loop]


def narrowed(loops: Loops, nodes: list[Node]) -> Loop:
    """The loop that puts values of 32 bits in bytes."""
    lines = [f"b->s{x.number}[i] = ({stored(x)})b->x{x.number}[i];" for x in nodes]
    return loops.function(f"{loops.name}_narrow", [loops.part("", "b->")], lines, loops.head)
