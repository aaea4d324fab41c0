"""A costly part of a condition is worked out where the others hold, and only if nothing else needs it."""

import pytest

from hmbc.compiler.graph import Graph
from hmbc.compiler.run_branches import RunBody, parts_of


@pytest.fixture
def row():
    """(graph, two amounts, a condition that costs little, one that costs much)."""
    graph = Graph()
    paid, other = (graph.leaf("claim", place, 0, 10**15) for place in (0, 1))
    rounded = [graph.round(one, "half_up", 20) for one in (paid, other, graph.add(paid, other))]
    costly = graph.less(graph.add(rounded[0], rounded[1]), rounded[2])
    return graph, (paid, other), graph.less(other, paid), costly


def lines_of(node, roots):
    body = RunBody(
        lambda leaf: f"c{leaf.data}" if leaf.op == "claim" else None,
        lanes=64,
        ternary=True,
        parts=parts_of(roots),
    )
    assert body.value(node) == body.value(node)
    return body.lines


def test_a_costly_part_is_worked_out_where_the_others_hold(row):
    graph, amounts, cheap, costly = row
    both = graph.all([cheap, costly])
    part = parts_of([both])[both]
    assert (part.first, part.costly) == ((cheap,), costly)
    assert set(part.shared) == set(amounts)
    lines = lines_of(both, [both])
    within = lines.index(f"if (v{both.number}) {{")
    rounded = [place for place, line in enumerate(lines) if "half_up" in line]
    assert len(rounded) == 3 and min(rounded) > within
    assert lines[-2:] == [f"    v{both.number} = v{costly.number};", "}"]


def test_what_others_need_too_is_worked_out_for_all(row):
    graph, _, cheap, costly = row
    both = graph.all([cheap, costly])
    roots = [both, graph.no(costly)]
    assert parts_of(roots) == {}
    assert not any(line.startswith("if") for line in lines_of(both, roots))


def test_what_others_need_of_it_is_worked_out_before(row):
    graph, (paid, other), cheap, _ = row
    total = graph.round(graph.add(paid, other), "half_up", 20)
    three = [graph.round(one, "half_up", 7) for one in (paid, other, total)]
    both = graph.all([cheap, graph.less(graph.add(three[0], three[1]), three[2])])
    roots = [both, total]
    assert total in parts_of(roots)[both].shared
    lines = lines_of(both, roots)
    assert next(line for line in lines if f" v{total.number} = " in line).startswith("const")


def test_what_costs_little_is_no_branch(row):
    graph, (paid, other), cheap, _ = row
    both = graph.all([cheap, graph.less(graph.add(paid, other), graph.const(7))])
    assert parts_of([both]) == {}
