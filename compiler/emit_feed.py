"""A feed -> the C of its functions (evaluator.h, hmb_feed): made of numbers alone.

Rows go through in blocks, each by loops of which the C compiler makes vectors, and short ones that go
row by row. Between the loops values lie in arrays of a block's length.

    early    conditions that need the claims alone          (vectors)
    fetch    what the records hold, to arrays               (row by row)
    adds     what rows add to totals                        (vectors)
    run      the totals, in each record                     (row by row)
    money    payments, conditions of reasons                (vectors)
    reasons  which reason, on bytes                         (vectors)

Adds and run alternate where a total reads another. What no vector does is computed in scalar loops.
Where a row moves few of many totals, one loop does it all, row by row, with branches (`feed_rows.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from attrs import evolve

from hmbc.compiler import feed_fresh_record, feed_packing
from hmbc.compiler.emit_c import Body
from hmbc.compiler.feed import Feed, NoFeed
from hmbc.compiler.feed_at_once import at_once
from hmbc.compiler.feed_before_rows import before_rows
from hmbc.compiler.feed_carry import with_carries
from hmbc.compiler.feed_conditions import byte_leaves, early_conditions
from hmbc.compiler.feed_days import with_days
from hmbc.compiler.feed_driver import driver
from hmbc.compiler.feed_fetching import fetch, fetch_runs, gather, gather_of_row, watching
from hmbc.compiler.feed_loops import Loop, Loops
from hmbc.compiler.feed_money import money_loops
from hmbc.compiler.feed_rows import asked_for, is_rich, row_loops, told_apart_by
from hmbc.compiler.feed_shares import with_shares_once
from hmbc.compiler.feed_soon import record_soon
from hmbc.compiler.feed_together import can_make_records, closing, opening
from hmbc.compiler.feed_totals import totals
from hmbc.compiler.feed_years import rows_of_years, years_of
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.lower_feed import feed_of, lower_feed
from hmbc.compiler.merge_layers import merge_layers
from hmbc.compiler.nodes import Node, place_of, reachable
from hmbc.compiler.optimise import ALL, Optimise
from hmbc.compiler.plan import plan_of
from hmbc.compiler.ranges import INT64
from hmbc.dsl.diagnostic import Bilingual
from hmbc.runtime.plan import Plan

REJECT = 16
"""HMB_REJECT of evaluator.h."""


def emit_feed(kernel: Kernel, plan: Plan, name: str, optimise: Optimise = ALL) -> str | None:
    """The C of a kernel's feed, a table of type hmb_feed called `name`; None where it has none."""
    try:
        return emitted(kernel, plan, name, optimise)
    except NoFeed:
        return None


def why_no_feed(kernel: Kernel) -> Bilingual | None:
    """Why a kernel has no feed; None where it has one."""
    try:
        emitted(kernel, plan_of(kernel), "feed", ALL)
    except NoFeed as none:
        return none.why
    return None


def takes_all_rows(kernel: Kernel) -> bool:
    """Whether there is no row that makes a unit odd by what it is."""
    feed = lower_feed(kernel, plan_of(kernel), ALL)
    return feed is None or feed.fine.const == 1


def emitted(kernel: Kernel, plan: Plan, name: str, optimise: Optimise) -> str:
    """The C of a kernel's feed. Raises NoFeed."""
    feed = feed_of(kernel, plan, optimise)
    if optimise.carry and optimise.compact:
        whole = lower_feed(kernel, plan, evolve(optimise, compact=False))
        feed = feed if whole is None else with_carries(feed, whole)
    merged = merge_layers(feed) if optimise.merge and not feed.graph.falls else feed
    if optimise.rows and is_rich(merged):
        with suppress(NoFeed):
            return taken(feed, name, by_rows)
    try:
        return taken(merged, name, by_steps)
    except NoFeed as none:
        with suppress(NoFeed):
            return taken(feed, name, by_rows)
        raise none


def taken(feed: Feed, name: str, way: Callable[[Loops, Node], str]) -> str:
    """The C of a feed that takes rows one way. Raises NoFeed."""
    feed = with_days(feed)
    feed = with_shares_once(feed) if way is by_steps else feed
    if any(not -INT64 <= node.low <= node.high <= INT64 for node in feed.outputs()):
        raise NoFeed("一行的结果放不进 64 位", "what a row comes to fits no 64 bits")
    return way(Loops(feed, name), feed.graph.no(feed.graph.any(feed.rejects)))


def by_rows(loops: Loops, accepted: Node) -> str:
    """Rows one by one."""
    loops.dated = True
    early = gather_of_row(loops)
    if accepted.const is None:
        varied = any(node in loops.record.varied for node in reachable(loops.feed.rejects))
        early += gather(loops) if varied else []
        early += [*loops.kept(accepted), *loops.prepared("early", [accepted])]
    # kinds of rows that are told apart need different things
    if loops.feed.graph.optimise.before and told_apart_by(loops.feed) is None:
        early += before_rows(loops, asked_for(loops))
    refused = refusing(loops) if loops.feed.rejects else None
    run = driver(loops, early, {}, [], accepted, refused, row_loops(loops, accepted), [], None)
    record = loops.record.text()        # the loops know what kinds of rows want of it
    turns = feed_packing.turn(loops.record) if years_of(loops.feed) else ""
    makes = [feed_fresh_record.making(loops.record)] if loops.record.is_there else []
    made, own = feed_packing.made_functions(loops.record), feed_packing.functions(loops.record, False)
    record += record_soon(loops.record) if loops.record.is_there else ""
    return "\n".join([record, loops.block(), *made, *makes, turns, *loops.functions, run, own])


def by_steps(loops: Loops, accepted: Node) -> str:
    """All loops in their order, what takes rows through them, and the records' own functions."""
    feed, graph, name = loops.feed, loops.feed.graph, loops.name
    record = loops.record.text() if loops.record.is_there else ""
    steps: list[Loop] = [*gather(loops), *gather_of_row(loops)]
    fetches: dict[str, Loop] = {}
    place, opened, makes = 0, None, list[str]()
    if loops.record.is_there:
        steps += [
            *loops.kept(accepted),
            *loops.prepared("early", early_conditions(loops, accepted)),
        ]
        some = None if accepted.const is not None else "refuses"
        if years_of(feed):
            several = "in->past != NULL"
            if some is not None:
                fetches[f"{several} && {some}"] = fetch(loops, accepted, True, True)
            fetches[several] = fetch(loops, accepted, False, True)
        if some is not None:
            fetches[some] = fetch(loops, accepted, True, False)
        if graph.optimise.runs:
            fetches["hmb_is_sorted(n, in->unit + i, b->turn)"] = fetch_runs(loops)
        fetches["1"] = fetch(loops, accepted, False, False)
        if can_make_records(loops.record):
            loops.makes_records = True
            opened, makes = opening(loops), [closing(loops.record)]
        place = len(steps)
        steps += [*totals(loops), *watching(loops)]
    elif accepted.const is None:
        steps += [*loops.kept(accepted), *loops.prepared("early", [accepted])]
    refused = refusing(loops) if feed.rejects else None
    conditions = list(dict.fromkeys(
        leaf for node in (*feed.reasons, feed.decided) for leaf in byte_leaves(loops, node)
    ))  # fmt: skip
    conditions = [node for node in conditions if not loops.is_there(node)]
    steps += loops.scalar("money", [*feed.pays, feed.total, *conditions])
    conditions = [node for node in conditions if not loops.is_there(node)]
    money = money_loops(loops, conditions)
    reasons = [
        loops.loop(f"{name}_reason{place}", [("uint8_t", f"q{place}", node)])
        for place, node in enumerate(feed.reasons)
    ]
    decided = loops.loop(f"{name}_decided", [("uint8_t", "decided", feed.decided)])
    run = driver(
        loops, steps[:place], fetches, steps[place:], accepted, refused, money, reasons, decided,
        opened, once := at_once(loops, accepted),
    )  # fmt: skip
    if once is not None:
        makes += ["#ifdef HMB_HAS_LANES", *once.functions, "#endif", ""]
    own = feed_packing.functions(loops.record, loops.makes_records)
    # what is made of others comes first: a year that is over holds it too
    made, years = feed_packing.made_functions(loops.record), ""
    if loops.record.is_there:
        made.append(feed_fresh_record.making(loops.record))
    if years_of(feed):
        years = "\n".join([feed_packing.turn(loops.record), rows_of_years(feed, name, loops.head)])
    return "\n".join([record, loops.block(), *made, years, *loops.functions, *makes, run, own])


def refusing(loops: Loops) -> Loop:
    """The loop that writes the status of rows that a ground of the scheme rejects."""
    reads: dict[Node, None] = {}

    def given(node: Node) -> str | None:
        text = loops.elsewhere(node)
        if text is not None:
            reads[node] = None
        return text

    body = Body(given)
    lines = []
    for place, node in reversed(list(enumerate(loops.feed.rejects))):
        lines.append(f"if ({body.value(node)})")
        lines.append(f"    at = {REJECT + place};")
    lists = sorted({place_of(node) for node in body.names if node.op == "listed"})
    parts = [*loops.parts(reads, lists), "uint8_t *status", "int64_t *rejected"]
    lines = ["int at = 0;", *body.lines, *lines, "if (at) {", "    status[i] = (uint8_t)at;",
             "    ++*rejected;", "}"]  # fmt: skip
    return loops.function(f"{loops.name}_refuse", parts, lines, "HMB_PLAIN_LOOP ")
