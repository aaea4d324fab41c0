"""A feed -> the same feed, where a share that is asked for whole and capped is taken once.

A cap is folded into a clamp of what is shared (`shares_by_shift.py`), which makes numbers small. But where the
share is needed whole too, to tell a row that was capped, two multiplications work out nearly the same. A
product of one factor, shifted, never falls when what is multiplied rises, so it can be clamped just as well:

    (min(x, end) factor + plus) >> s  =  min((x factor + plus) >> s, (end factor + plus) >> s)

and whether x is below the least that is shared to more than the cap, is whether its share is.
"""

from __future__ import annotations

from attrs import evolve

from hmbc.compiler.feed import Feed
from hmbc.compiler.graph import Graph
from hmbc.compiler.nodes import Known, Node, is_tree, ordered, place_of, reachable

NARROW = 2**32
"""Where a share does not fit so many bits, taking it whole costs more than taking it twice."""


def with_shares_once(feed: Feed) -> Feed:
    """The feed whose outputs take each share once, where it is there whole and fits 32 bits."""
    graph = feed.graph
    if not graph.optimise.once:
        return feed
    nodes = reachable(feed.outputs())
    whole = {
        (node.args, node.data): node
        for node in nodes
        if node.op == "shift" and node.low >= 0 and node.args[1].low >= 0
        and node.high < NARROW and 0 <= node.args[0].low and node.args[0].high < NARROW
    }  # fmt: skip
    known, caps = Known(), dict[Node, dict[Node, None]]()
    for node in nodes:
        if node.op != "shift" or node.args[0].op != "min":
            continue
        held, factor, plus = node.args
        for base, end in (held.args, held.args[::-1]):
            share = whole.get(((base, factor, plus), node.data))
            top = None if share is None else shared(graph, end, share)
            if share is None or top is None:
                continue
            # not graph.min, nor graph.less below, which would make of it what it was
            low, high = max(min(share.low, top.low), node.low), min(share.high, top.high, node.high)
            known[node] = graph.node("min", ordered(share, top), None, low, high)
            caps.setdefault(share, {})[top] = None
    for share, tops in caps.items():
        for node in nodes:
            if node.op == "less" and node.args[0] is share.args[0]:
                for top in tops:
                    if tells(graph, node.args[1], share, top):
                        known[node] = graph.no(graph.node("less", (top, share), None, 0, 1))
    for node in nodes:
        if node.op == "subtract" and all(arg in known for arg in node.args):
            one, other = (known[arg] for arg in node.args)
            known[node] = graph.node("subtract", (one, other), None, node.low, node.high)
    outputs, layers = [graph.rebuilt(node, known) for node in feed.outputs()], len(feed.pays)
    return evolve(
        feed,
        pays=outputs[:layers],
        reasons=outputs[layers : 2 * layers],
        total=outputs[-3],
        decided=outputs[-2],
        fine=outputs[-1],
    )


def shared(graph: Graph, base: Node, share: Node) -> Node | None:
    """What a constant, or a choice between some, is shared to; None where it is neither."""
    _, factor, plus = share.args
    if not (is_tree(base) and is_tree(factor) and is_tree(plus)):
        return None
    by = place_of(share)
    product = graph.leaf_by_leaf(base, factor, lambda one, other: one * other)
    return product and graph.leaf_by_leaf(product, plus, lambda one, other: (one + other) >> by)


def tells(graph: Graph, end: Node, share: Node, top: Node) -> bool:
    """Whether `end` is the least whose share is more than `top`."""
    if not is_tree(end):
        return False
    before = graph.leaf_by_leaf(end, graph.const(0), lambda value, _: value - 1)
    assert before is not None
    at, below = shared(graph, end, share), shared(graph, before, share)
    if at is None or below is None:
        return False
    above = graph.leaf_by_leaf(at, top, lambda one, cap: 1 if one > cap else None)
    under = graph.leaf_by_leaf(below, top, lambda one, cap: 1 if one <= cap else None)
    return above is not None and under is not None
