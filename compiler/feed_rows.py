"""The loop that takes the rows of a block one by one, for schemes of which a row moves few of many totals.

Vectors work all layers out for each row, and each total takes one more pass through the records.
Where there are many, it is less work to read a row's record once, and to branch to what
the row needs (`feed_branches.py`).
"""

from __future__ import annotations

from collections import Counter

from hmbc.compiler.feed import Feed, NoFeed, under
from hmbc.compiler.feed_branches import Branches, mentioned
from hmbc.compiler.feed_fetching import watch
from hmbc.compiler.feed_goals import Goal
from hmbc.compiler.feed_loops import Loop, Loops
from hmbc.compiler.feed_record import Record
from hmbc.compiler.feed_soon import columns_soon
from hmbc.compiler.feed_years import turning, years_of
from hmbc.compiler.merge_layers import MOST_VALUES
from hmbc.compiler.nodes import Node, place_of, reachable

FEW = 2
"""Most totals that vectors do better, where none is keyed."""
WORTH = 0.7
"""Of what is worked out, what may be left for each value of an enum that rows are told apart by."""


def is_rich(feed: Feed) -> bool:
    """Whether a scheme has so many totals that rows had better go one by one. feed: with layers merged."""
    kept = [total for total in feed.totals if total.made_of is None]
    return len(kept) > FEW or any(total.key is not None for total in kept)


def row_loops(loops: Loops, accepted: Node) -> dict[str, list[Loop]]:
    """By what is wanted: the loop for what a row is paid in all and why, and the one for its layers too."""
    fine = loops.feed.fine
    if fine.const == 0:
        raise NoFeed("没有一行可由它处理", "no row of it can be taken")
    few, all_ = (row_loop(loops, accepted, layers) for layers in (False, True))
    after = list[Loop]()
    if fine.const is None:
        loops.held |= {fine: None}
        after = [watch(loops)]
    return {"!(pays | causes)": [few, *after], "pays | causes": [all_, *after]}


def row_loop(loops: Loops, accepted: Node, layers: bool) -> Loop:
    feed, record, name = loops.feed, loops.record, loops.name
    reads: dict[Node, None] = {}

    def leaf(node: Node) -> str | None:
        if node in record.places or node in record.varied:
            return record.from_record(node)
        if (text := loops.elsewhere(node)) is not None:
            reads[node] = None
        return text

    branches = Branches(feed.graph, record, leaf)
    lines, day = list[str](), "b->day[i]"
    if (array := loops.array(accepted)) is not None:
        reads[accepted] = None
        day = f"{array[1]}[i] ? b->day[i] : r->last"
    if record.is_there:
        lines += ["if (b->day[i] < r->last)", "    hmb_odd(out, &r->odd, unit[i]);", f"r->last = {day};"]
    lines += branches.row(goals_of(feed, layers), value := told_apart_by(feed))
    if not layers:
        loops.functions.append(columns_soon(loops, reads))
    listed = sorted({place_of(node) for node in everything(feed) if node.op == "listed"})
    start = list[str]()
    if record.is_there:
        if feed.graph.optimise.ahead:
            outs = ["total", *(f"o{place}" for place in range(len(feed.pays) if layers else 0))]
            written = [f"    __builtin_prefetch({out} + i + HMB_OUT, 1);" for out in outs]
            start += ["if (i % 8 == 0 && soon + i <= last) {", f"    {name}_soon(in, soon + i);", *written, "}"]
        start += [f"{name}_ask(records + near[i], {'0' if value is None else f'near_c{value.data}[i]'});"]
        start += [f"{name}_record *restrict r = records + unit[i];"]
    parts = ["const int32_t *restrict unit", "const int32_t *restrict near", *loops.to_records()]
    parts += ["const hmb_feed_input *in", "int64_t soon", "int64_t last"]
    if record.keyed:
        parts += ["hmb_closed *closed", "int32_t *used"]
    if record.carried:
        parts += ["int64_t *carried"]
    if years_of(feed):
        start += turning(feed, name)
    if record.varied:
        start += record.versions()
        parts += ["const int32_t *restrict row", "const uint8_t *restrict version"]
    parts += loops.parts(reads, listed)
    parts += ["int64_t *restrict total", "uint8_t *restrict decided"]
    if layers:
        parts += [f"int64_t *restrict o{place}" for place in range(len(feed.pays))]
        parts += [f"uint8_t *restrict q{place}" for place in range(len(feed.pays))]
    parts += [] if value is None else [f"const uint8_t *restrict near_c{value.data}"]
    note_wanted(record, f"{name}_rows{int(layers)}", branches, [*start, *lines])
    return loops.function(
        f"{name}_rows{int(layers)}", list(dict.fromkeys(parts)), [*start, *lines], loops.head
    )


def asked_for(loops: Loops) -> dict[Node, None]:
    """All values that a row is worked out from, but for totals."""
    feed, record = loops.feed, loops.record
    asked = dict[Node, None]()

    def leaf(node: Node) -> str | None:
        asked[node] = None
        is_held = node in record.places or node in record.varied
        return record.from_record(node) if is_held else loops.elsewhere(node)

    for layers in (False, True):
        Branches(feed.graph, record, leaf).row(goals_of(feed, layers), told_apart_by(feed))
    return asked


def note_wanted(record: Record, loop: str, branches: Branches, lines: list[str]) -> None:
    """Notes down which kinds of rows read or write each part of a record. lines: of a row, those of all kinds
    among them."""
    kinds = branches.kinds
    told = Counter(line.strip() for kind in kinds for line in kind)
    common = list(Counter(line.strip() for line in lines) - told)
    record.values |= {(loop, at): values for at, values in enumerate(branches.values)}
    for part in record.parts():
        names = (f"r->{part.name}", rf"records\[unit\[i\]\]\.{part.name}")
        by_all = any(mentioned(name, common) for name in names)
        by = [by_all or any(mentioned(name, kind) for name in names) for kind in kinds]
        found = frozenset((loop, at) for at, is_by in enumerate(by) if is_by)
        record.wanted[part.name] = record.wanted.get(part.name, frozenset()) | found


def goals_of(feed: Feed, layers: bool) -> list[Goal]:
    """What a row needs. layers: what each of them pays and why is wanted too."""
    goals = [Goal(total.adds, total=total) for total in feed.totals if total.made_of is None]
    for place, (pay, reason) in enumerate(zip(feed.pays, feed.reasons, strict=True)):
        goals.append(Goal(pay, f"o{place}[i]" if layers else None))
        if layers:
            goals.append(Goal(reason, f"q{place}[i]"))
    if feed.fine.const is None:
        goals.append(Goal(feed.fine, f"b->s{feed.fine.number}[i]"))
    return [*goals, Goal(feed.total, "total[i]"), Goal(feed.decided, "decided[i]")]


def everything(feed: Feed) -> dict[Node, None]:
    kept = [total for total in feed.totals if total.made_of is None]
    keys = [node for total in kept if total.key is not None for node in total.key.nodes()]
    keys += [total.keys[at] for total in kept for at in total.by_row]
    return reachable([*feed.outputs(), *(total.adds for total in kept), *keys, *feed.rejects])


def told_apart_by(feed: Feed) -> Node | None:
    """The claim's enum of which each value leaves the least to do, where that is little."""
    graph = feed.graph
    kept = [total for total in feed.totals if total.made_of is None]
    roots = [*feed.outputs(), *(total.adds for total in kept)]
    best, least = None, WORTH * len(reachable(roots))
    for place, item in enumerate(feed.plan.claim):
        if item.kind != "enum" or item.optional or not 1 < len(item.values) <= MOST_VALUES:
            continue
        value = graph.leaf("claim", place, 0, len(item.values) - 1)
        sizes = []
        for at in range(len(item.values)):
            known = under(graph, [graph.equal(value, graph.const(at))], [], kept)
            sizes.append(len(reachable(graph.rebuilt(node, known) for node in roots)))
        if (mean := sum(sizes) / len(sizes)) < least:
            best, least = value, mean
    return best
