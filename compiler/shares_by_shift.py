"""Shares of an amount by one multiplication and one shift, and what follows of them and of caps.

Each function gives None where its rule says nothing, and the graph makes a plain node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmbc.compiler.multiply_shift import SHIFTS, MultiplyShift, floor_of, least, multiply_shift
from hmbc.compiler.nodes import Node, is_tree
from hmbc.compiler.rounding import rounded
from hmbc.dsl.expr import RoundingMode

if TYPE_CHECKING:
    from hmbc.compiler.graph import Graph


def product_of(graph: Graph, amount: Node) -> tuple[Node, Node] | None:
    """What an amount is a product of: something >= 0, and a tree of constants >= 0."""
    if amount.op != "multiply":
        return (amount, graph.const(1)) if amount.low >= 0 else None
    for base, rate in (amount.args, amount.args[::-1]):
        if base.low >= 0 and rate.low >= 0 and is_tree(rate):
            return base, rate
    return None


def shifted(
    graph: Graph, amount: Node, mode: RoundingMode, unit: int, cap: Node | None
) -> Node | None:
    """min(cap, round(amount / unit)) by a multiplication and a shift, if all its constants allow.

    A share rises with the amount, so the cap becomes a clamp of the amount.
    """
    parts = product_of(graph, amount)
    if parts is None:
        return None
    base, rate = parts

    def end(num: int, top: int) -> int | None:
        """The least amount that reaches the cap, where it meets it."""
        floor = floor_of(num, unit, mode)
        if floor is None:
            return None
        found = base.high if cap is None else least(floor, top)
        if found is None or found >= base.high:
            return base.high
        return found if floor.of(found) == top else None

    tops = graph.const(0) if cap is None else cap
    if (ends := graph.leaf_by_leaf(rate, tops, end)) is None:
        return None
    for shift in SHIFTS:

        def by(num: int, top: int, shift: int = shift) -> MultiplyShift | None:
            floor, most = floor_of(num, unit, mode), end(num, top)
            return None if floor is None or most is None else multiply_shift(floor, most, shift)

        def factor(num: int, top: int) -> int | None:
            return None if (found := by(num, top)) is None else found.factor

        def plus(num: int, top: int) -> int | None:
            return None if (found := by(num, top)) is None else found.plus

        factors = graph.leaf_by_leaf(rate, tops, factor)
        pluses = graph.leaf_by_leaf(rate, tops, plus)
        if factors is not None and pluses is not None:
            break
    else:
        return None
    held = graph.min(base, ends)
    low = rounded(base.low * rate.low, mode, unit) // unit
    high = rounded(base.high * rate.high, mode, unit) // unit
    if cap is not None:
        low, high = min(low, cap.low), min(high, cap.high)
    return graph.node("shift", (held, factors, pluses), shift, low, high)


def capped(graph: Graph, left: Node, right: Node) -> Node | None:
    for cap, whole in ((left, right), (right, left)):
        if cap.low >= 0 and is_tree(cap) and whole in graph.rounds:
            return shifted(graph, *graph.rounds[whole], cap)
    return None


def reaches(graph: Graph, left: Node, right: Node) -> Node | None:
    """left < right, where right is a rounded share: whether what is shared is large enough."""
    if right not in graph.rounds or not is_tree(left):
        return None
    amount, mode, unit = graph.rounds[right]
    parts = product_of(graph, amount)
    if parts is None:
        return None
    base, rate = parts

    def enough(num: int, top: int) -> int | None:
        if (floor := floor_of(num, unit, mode)) is None:
            return None
        found = least(floor, top + 1)
        return base.high + 1 if found is None else min(found, base.high + 1)

    needed = graph.leaf_by_leaf(rate, left, enough)
    return None if needed is None else graph.no(graph.less(base, needed))


def short_of(graph: Graph, left: Node, right: Node) -> Node | None:
    """left < right, where left is right held to a cap, or the growth of one that of the other."""
    if right in graph.caps.get(left, ()):
        one, two = graph.caps[left]
        return graph.less(one if two is right else two, right)
    if left.op == right.op == "subtract" and right.low >= 0:
        (after, before), (whole, whole_before) = left.args, right.args
        if whole in graph.caps.get(after, ()) and whole_before in graph.caps.get(before, ()):
            caps = [a if b is whole else b for a, b in [graph.caps[after]]]
            caps += [a if b is whole_before else b for a, b in [graph.caps[before]]]
            if caps[0] is caps[1]:
                # above the cap nothing is paid of what whole grows by; below it, all of it
                above = graph.less(caps[0], whole)
                return graph.all([above, graph.less(whole_before, whole)])
    return None
