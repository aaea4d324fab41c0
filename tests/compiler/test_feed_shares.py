"""A share that is asked for whole and capped is taken once: the same numbers, and fewer multiplications."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest
from attrs import evolve

from hmbc.compiler.feed import Feed
from hmbc.compiler.feed_days import with_days
from hmbc.compiler.feed_shares import shared, tells, with_shares_once
from hmbc.compiler.graph import Graph
from hmbc.compiler.lower_feed import lower_feed
from hmbc.compiler.merge_layers import merge_layers
from hmbc.compiler.nodes import Node, reachable
from hmbc.compiler.optimise import ALL, Optimise
from hmbc.compiler.pipeline import compile_file
from hmbc.compiler.plan import plan_of

W2 = Path(__file__).parents[2] / "benchmarks" / "w2.hmb"


def feed(optimise: Optimise = ALL) -> Feed:
    """Zaozhuang's four layers as one: three rates and three caps, told apart by kind and member."""
    kernel = compile_file(str(W2)).kernel
    assert kernel is not None
    found = lower_feed(kernel, plan_of(kernel), optimise)
    assert found is not None
    return with_days(merge_layers(found))


def shifts(made: Feed) -> int:
    return sum(node.op == "shift" for node in reachable(made.outputs()))


def values(nodes: Iterable[Node], leaves: dict[Node, int]) -> dict[Node, int]:
    """Every node's value, worked out plainly from those of leaves."""
    found: dict[Node, int] = {}
    for node in reachable(nodes):
        args = [found[arg] for arg in node.args]
        match node.op:
            case "add":
                found[node] = args[0] + args[1]
            case "subtract":
                found[node] = args[0] - args[1]
            case "multiply":
                found[node] = args[0] * args[1]
            case "min":
                found[node] = min(args)
            case "max":
                found[node] = max(args)
            case "select":
                found[node] = args[1] if args[0] else args[2]
            case "less":
                found[node] = int(args[0] < args[1])
            case "equal":
                found[node] = int(args[0] == args[1])
            case "all":
                found[node] = int(all(args))
            case "not":
                found[node] = 1 - args[0]
            case "low_byte":
                found[node] = args[0] % 256
            case "shift":
                assert isinstance(node.data, int)
                found[node] = args[0] * args[1] + args[2] >> node.data
            case _:
                found[node] = node.low if node.const is not None else leaves[node]
        assert node.low <= found[node] <= node.high
    return found


def test_zaozhuang_takes_two_shares_a_row_instead_of_four() -> None:
    whole = feed()
    assert (shifts(whole), shifts(with_shares_once(whole))) == (4, 2)
    off = feed(evolve(ALL, once=False))
    assert with_shares_once(off) is off


def test_what_a_row_is_paid_and_why_stays_as_it_was() -> None:
    """Totals before and after a row, at the cap of each layer, a fen beside it, and anywhere."""
    whole, random = feed(), Random(1)
    once = with_shares_once(whole)
    outputs = [*whole.outputs(), *once.outputs()]
    leaves = [node for node in reachable(outputs) if not node.args and node.const is None]
    # least excess that reaches a cap: threshold + cap / rate
    edges = [2_000_000 + cap * 10 // rate for cap, rate in (
        (100_000_000, 3), (80_000_000, 3), (80_000_000, 6), (30_000_000, 6))]  # fmt: skip
    edges += [2_000_000, 2_000_000 + 100_000_000 * 4 // 3]
    for _ in range(400):
        at = {node: random.randint(node.low, node.high) for node in leaves}
        for node in leaves:
            if node.op == "after":
                near = random.choice((*edges, random.randrange(2**29)))
                at[node] = min(max(near + random.randint(-6, 6), 0), node.high)
        for node in leaves:
            same = [x for x in leaves if x.op == "after" and x.data == node.data]
            if node.op == "before":
                at[node] = max(at[same[0]] - random.choice((0, 1, 2, 5, random.randrange(2**28))), 0)
        found = values(outputs, at)
        for old, new in zip(whole.outputs(), once.outputs(), strict=True):
            assert found[old] == found[new]


@pytest.mark.parametrize(("end", "tells_it"), [(1000, False), (1001, True), (1002, False)])
def test_only_the_least_that_is_shared_to_more_tells_that_a_share_is_capped(end: int, tells_it: bool) -> None:
    graph = Graph()
    base, half = graph.leaf("before", 0, 0, 10**6), graph.const(2**31)
    share = graph.node("shift", (base, half, half), 32, 0, 5 * 10**5)
    top = shared(graph, graph.const(1000), share)
    assert top is graph.const(500)
    assert shared(graph, base, share) is None
    assert tells(graph, graph.const(end), share, top) == tells_it
    assert not tells(graph, base, share, top)
    # a factor that no choice between constants is
    moving = graph.node("shift", (base, base, half), 32, 0, 5 * 10**5)
    assert shared(graph, graph.const(5), moving) is None
    assert not tells(graph, graph.const(end), moving, top)
