"""A feed -> the same feed, with dates of members in 16 bits where nothing more of them is asked."""

from __future__ import annotations

from attrs import evolve

from hmbc.compiler.feed import Feed
from hmbc.compiler.nodes import Known, Node, place_of, reachable


def with_days(feed: Feed) -> Feed:
    """The feed with dates of members in 16 bits, where they are only compared with the deciding date:
    all dates before the batch's first day or after its last are then as good as each other."""
    graph = feed.graph
    roots = [*feed.outputs(), *(total.adds for total in feed.totals if total.made_of is None)]
    roots += [total.made_of for total in feed.totals if total.made_of is not None]
    known = Known()
    others: set[Node] = set()
    found: dict[Node, Node] = {}
    day = graph.leaf("day", None, 1, 2**16 - 2)
    for node in reachable(roots):
        for arg in node.args:
            if arg.op != "member" or feed.plan.member[place_of(arg)].kind != "date":
                continue
            other = [one for one in node.args if one is not arg]
            is_date = len(other) == 1 and other[0].op == "claim" and other[0].data == feed.date
            if not (feed.graph.optimise.compact and node.op == "less" and is_date):
                others.add(arg)
                continue
            short = graph.leaf("member_day", arg.data, 0, 2**16 - 1)
            sides = (short, day) if node.args[0] is arg else (day, short)
            found[node] = graph.less(*sides)
    for node, short in found.items():
        if not any(arg in others for arg in node.args):
            known[node] = short
    outputs = [graph.rebuilt(node, known) for node in feed.outputs()]
    layers = len(feed.pays)
    return evolve(
        feed,
        totals=[evolve(total, adds=graph.rebuilt(total.adds, known)) for total in feed.totals],
        pays=outputs[:layers],
        reasons=outputs[layers : 2 * layers],
        total=outputs[-3],
        decided=outputs[-2],
        fine=outputs[-1],
    )
