"""A block of rows of units that stand together, sixteen rows at a time from its columns to its results.

`feed_together.py` makes the records of such a block and leaves all else to loops over it, a dozen short
ones. Where the processor has vectors of 512 bits there are three:

    first    for each unit its record, then of its rows what they add and where, and what of the
             results depends on what the unit is
    sums     the totals, row by row, as ever
    last     for sixteen rows, whosever they are: payments and reasons

What goes past the end of a unit's rows the next one overwrites. A block in which a row is refused, or a
cell does not hold its total, is undone and goes through the loops.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field, frozen

from hmbc.compiler.emit_c import literal
from hmbc.compiler.feed_loops import Loop, Loops
from hmbc.compiler.feed_packing import call_to_make, reading_columns
from hmbc.compiler.feed_sums import cell_array, is_summed, sum_loop
from hmbc.compiler.feed_together import prefetches, words_of
from hmbc.compiler.lanes import LANES, PAIRS, WHICH, LaneBody, Leaf, NoLanes, kind_of
from hmbc.compiler.nodes import Known, Node, place_of, reachable

MOST_PASSED = 12
"""Values that the first loop leaves for the last one at most: each is an array of the block."""

HEAD = "HMB_FOR_LANES static __attribute__((noinline)) "
ARRAYS = {WHICH: "uint8_t", LANES: "int32_t", PAIRS: "int64_t"}
PUT = {LANES: "hmb_put_32", PAIRS: "hmb_put"}


@frozen
class AtOnce:
    """Its functions, and the call of the one that takes a block: it gives how many units it has rows of, or
    -1 where the loops are to take it."""

    functions: list[str]
    columns: Loop
    call: str


def at_once(loops: Loops, accepted: Node) -> AtOnce | None:
    """The functions for a feed that has totals and rows which they can take, else None."""
    if not (loops.feed.graph.optimise.lanes and loops.makes_records):
        return None
    if not all(is_summed(loops, total) for total in loops.record.kept):
        return None
    try:
        return Blocks(loops, accepted).made()
    except NoLanes:
        return None


@define
class Blocks:
    """The three loops as they are made."""

    loops: Loops
    accepted: Node
    columns: dict[str, str] = field(init=False)
    """Columns of claims and parameters that are read: the name, and its type as a parameter."""
    passed: dict[Node, None] = field(init=False)
    good: list[Node] = field(init=False)
    """What has to hold of every row."""
    known: Known = field(factory=Known)

    def __attrs_post_init__(self) -> None:
        feed, kept = self.loops.feed, self.loops.record.kept
        self.good = [node for node in (self.accepted, feed.fine) if node.const is None]
        for node in self.good:
            feed.graph.assume(self.known, node, True)
        adds = [total.adds for total in kept] + [total.by[0] for total in kept if total.by is not None]
        self.columns = {f"c{feed.date}": "const int32_t *restrict "}
        for node in reachable([*feed.outputs(), *adds, self.accepted]):
            match node.op:
                case "claim" | "raw":
                    kind = self.loops.column_type(place_of(node))
                    self.columns[f"c{node.data}"] = f"const {kind} *restrict "
                case "claim_given":
                    self.columns[f"g{node.data}"] = "const uint8_t *restrict "
                case "parameter":
                    self.columns[f"p{node.data}"] = "int64_t "
        self.passed = passed([*map(self.sure, feed.outputs()), *self.good])

    @property
    def name(self) -> str:
        return self.loops.name

    def sure(self, node: Node) -> Node:
        """What is left of it in a row that is taken."""
        return self.loops.feed.graph.rebuilt(node, self.known)

    @property
    def plain_days(self) -> bool:
        """Whether days are told apart as columns have them: a record has them in 16 bits."""
        record = self.loops.record
        varies = any(item.varies for item in record.feed.plan.member)
        return not varies and not any(node.op.startswith("period") for node in record.places)

    def made(self) -> AtOnce:
        feed, loops = self.loops.feed, self.loops
        starts = len(loops.functions)
        first = self.first()
        totals = loops.record.kept
        sums = [sum_loop(loops, f"{self.name}_at_once_sums", totals)] if totals else []
        sums_text = loops.functions[starts:]
        del loops.functions[starts:]
        pays = [(f"o{place}", self.sure(pay)) for place, pay in enumerate(feed.pays)]
        reasons = [(f"q{place}", self.sure(why)) for place, why in enumerate(feed.reasons)]
        total, decided = [("total", self.sure(feed.total))], [("decided", self.sure(feed.decided))]
        in_all = self.last("in_all", total, decided)
        by_layer = self.last("by_layer", [*pays, *total], [*reasons, *decided])
        for node in self.passed:
            loops.longer[f"l{node.number}"] = ARRAYS[kind_of(node)]
        texts = [first, *sums_text, in_all, by_layer]
        return AtOnce([*texts, self.taking(bool(sums))], Loop("", list(self.columns)), self.call())

    # ---- the loops

    def leaf(self, node: Node) -> Leaf | None:
        """A value that is there for each claim, whosever it is."""
        match node.op:
            case "claim" | "raw":
                kind = self.loops.column_type(place_of(node))
                at = f"c{node.data} + i"
                if kind == "uint8_t":
                    is_bytes = kind_of(node) == WHICH
                    return Leaf(f"hmb_bytes({at})" if is_bytes else f"hmb_lanes_8({at})", LANES, is_bytes)
                return Leaf(f"hmb_lanes_32({at})", LANES) if kind == "int32_t" else Leaf(
                    f"hmb_pairs_64({at})", PAIRS
                )  # fmt: skip
            case "claim_given":
                return Leaf(f"hmb_bytes(g{node.data} + i)", WHICH, True)
            case "parameter":
                return Leaf(f"hmb_each(p{node.data})", PAIRS)
            case "day":
                date = f"hmb_lanes_32(c{self.loops.feed.date} + i)"
                return Leaf(date if self.plain_days else f"_mm512_sub_epi32({date}, before)", LANES)
        return None

    def of_unit(self, node: Node) -> Leaf | None:
        """The same, of the unit whose record's words are v0, v1 .."""
        if (at := self.loops.record.places.get(node)) is None:
            return self.leaf(node)
        if node.op == "member_day" and self.plain_days:
            return Leaf(f"_mm512_set1_epi32(column{node.data}[m])", LANES)
        text = at.text(f"v{at.word}")
        kind = kind_of(node)
        if kind == WHICH:
            return Leaf(f"(hmb_which)-({text})", WHICH)
        return Leaf(f"hmb_each({text})", PAIRS) if kind == PAIRS else Leaf(
            f"_mm512_set1_epi32((int32_t)({text}))", LANES
        )  # fmt: skip

    def of_row(self, node: Node) -> Leaf | None:
        """The same, with what totals are and what was left for the row."""
        if node in self.passed:
            kind, at = kind_of(node), f"b->l{node.number} + i"
            texts = {WHICH: f"hmb_bytes({at})", LANES: f"hmb_lanes_32({at})", PAIRS: f"hmb_pairs_64({at})"}
            return Leaf(texts[kind], kind, kind == WHICH)
        match node.op:
            case "after":
                return Leaf(f"now{node.data}", LANES)
            case "before":
                return Leaf(f"was{node.data}", LANES)
        return self.leaf(node)

    def first(self) -> str:
        """The loop over units, that makes their records and takes each one's rows."""
        loops, record, name = self.loops, self.loops.record, self.name
        body = LaneBody(self.of_unit)
        writes = list[str]()
        for node in self.passed:
            at = f"b->l{node.number} + i"
            if kind_of(node) == WHICH:
                writes.append(f"hmb_put_8({at}, _mm_maskz_set1_epi8({body.value(node)}, 1));")
            else:
                writes.append(f"{PUT[kind_of(node)]}({at}, {body.value(node)});")
        cells = dict[str, str]()
        for total in record.kept:
            most = f"hmb_each({literal(total.most + 1)})"
            more = self.sure(total.adds)
            adds = body.lanes(more) if more.high <= total.most else (
                f"hmb_narrowed(hmb_min_pairs({body.pairs(more)}, {most}))"
            )  # fmt: skip
            writes.append(f"hmb_put_32(b->d{total.number} + i, {adds});")
            slot = "" if total.by is None else body.lanes(total.by[0])
            cells[cell_array(loops, total)] = f"_mm512_add_epi32(cells, {slot})" if slot else "cells"
        writes += [f"hmb_put_32(b->{array} + i, {text});" for array, text in cells.items()]
        size = f"(int32_t)(sizeof({name}_record) / 4)"
        date = f"c{loops.feed.date}"
        lines = [
            *reading_columns(record),
            f"{name}_record *records = in->records;",
            "const int32_t first = (int32_t)in->first_day - 1;",
            "const hmb_lanes before = _mm512_set1_epi32(first);",
            "int64_t runs = 0;",
            "uint64_t turns[HMB_BLOCK / 64];",
            "hmb_turns_512(HMB_BLOCK, unit, turns);",
            *body.constants.values(),
            "uint64_t left = turns[0] & (turns[0] - 1);",
            "int32_t above = unit[0];",
            "for (int64_t i = 0, end, word = 0; i < HMB_BLOCK; runs++) {",
            "    while (left == 0 && (word += 64) < HMB_BLOCK)",
            "        left = turns[word / 64];",
            "    end = left == 0 ? HMB_BLOCK : word + __builtin_ctzll(left);",
            "    left &= left - 1;",
            "    const int32_t m = unit[i];",
            *(f"    {line}" for line in prefetches(record)),
            "    above = m;",
            f"    {name}_record *restrict r = own + runs;",
            "    b->whose[runs] = m;",
            "    if (runs >= goes_on)",
            f"        {call_to_make(record, 'r', 'm')}",
            *(f"    {line}" for line in words_of(record)),
            f"    const hmb_lanes cells = _mm512_set1_epi32((int32_t)runs * {size});",
            "    do {",
            *(f"        {line}" for line in [*body.lines, *writes]),
            "        i += HMB_LANES;",
            "    } while (__builtin_expect(i < end, 0));",
            "    i = end;",
            f"    r->last = (uint16_t)({date}[end - 1] - first);",
            "}",
            "(void)before;",
            "HMB_KEEP;",
            "return runs;",
        ]
        parts = [
            "const int32_t *restrict unit", "const int32_t *restrict far", "const hmb_feed_input *in",
            f"{name}_record *restrict own", f"{name}_block *restrict b", "int goes_on", *self.parts(),
        ]  # fmt: skip
        return function("int64_t", f"{name}_first", parts, lines)

    def last(self, name: str, pays: Sequence[tuple[str, Node]], reasons: Sequence[tuple[str, Node]]) -> str:
        """The loop over rows, with what is written of them; it gives whether that is not to be: a cell was passed, or a
        row is refused."""
        totals, body = self.loops.record.kept, LaneBody(self.of_row)
        for total in totals:
            number = total.number
            body.lines += [
                f"const hmb_lanes now{number} = hmb_lanes_32(b->n{number} + i);",
                f"const hmb_lanes was{number} = _mm512_sub_epi32(now{number}, hmb_lanes_32(b->d{number} + i));",
                f"over = _mm512_or_si512(over, _mm512_sub_epi32("
                f"{body.constant(total.most)}, now{number}));",
            ]
        body.lines += [f"refused |= (hmb_which)~{body.which(node)};" for node in self.good]
        writes = [f"hmb_put({to} + i, {body.pairs(node)});" for to, node in pays]
        writes += [f"hmb_put_8({to} + i, {body.byte(node)});" for to, node in reasons]
        lines = [
            "hmb_lanes over = _mm512_setzero_si512();",
            "hmb_which refused = 0;",
            "const hmb_lanes before = _mm512_set1_epi32(first);",
            *body.constants.values(),
            "for (int64_t i = 0; i < HMB_BLOCK; i += HMB_LANES) {",
            *(f"    {line}" for line in [*body.lines, *writes]),
            "}",
            "(void)before;",
            "HMB_KEEP;",
            "return (refused | _mm512_movepi32_mask(over)) != 0;",
        ]
        outs = [f"int64_t *restrict {to}" for to, _ in pays] + [f"uint8_t *restrict {to}" for to, _ in reasons]
        parts = [f"const {self.name}_block *restrict b", "int32_t first", *self.parts(), *outs]
        return function("int", f"{self.name}_last_{name}", parts, lines)

    # ---- what takes a block through them

    def parts(self) -> list[str]:
        return [f"{kind}{name}" for name, kind in self.columns.items()]

    def outs(self) -> list[str]:
        layers = range(len(self.loops.feed.pays))
        return [f"o{place}" for place in layers] + ["total"] + [f"q{place}" for place in layers] + ["decided"]

    def taking(self, has_totals: bool) -> str:
        name, columns = self.name, ", ".join(self.columns)
        undo = list[str]()
        for total in self.loops.record.kept:
            number, array = total.number, cell_array(self.loops, total)
            undo += [
                f"        uint32_t *t{number} = (uint32_t *)((char *)own + offsetof({name}_record, t{number}));",
                "        for (int64_t i = HMB_BLOCK - 1; i >= 0; i--)",
                f"            t{number}[b->{array}[i]] = (uint32_t)b->n{number}[i] - (uint32_t)b->d{number}[i];",
            ]
        layers = range(len(self.loops.feed.pays))
        outs = [f"int64_t *o{place}" for place in layers] + ["int64_t *total"]
        outs += [f"uint8_t *q{place}" for place in layers] + ["uint8_t *decided", "int by_layer"]
        lines = [
            "const uint16_t last = own[0].last;",
            f"const int64_t runs = {name}_first(unit, far, in, own, b, goes_on, {columns});",
            "const int32_t first = (int32_t)in->first_day - 1;",
            *([f"{name}_at_once_sums(HMB_BLOCK, own, b);"] if has_totals else []),
            f"if (by_layer ? {name}_last_by_layer(b, first, {columns}, {', '.join(self.outs())})",
            f"             : {name}_last_in_all(b, first, {columns}, total, decided)) {{",
            *undo,
            "    own[0].last = last;",
            "    return -1;",
            "}",
            "return runs;",
        ]
        parts = [
            "const int32_t *unit", "const int32_t *far", "const hmb_feed_input *in", f"{name}_record *own",
            f"{name}_block *b", "int goes_on", *(part.replace("restrict ", "") for part in self.parts()), *outs,
        ]  # fmt: skip
        return function("int64_t", f"{name}_at_once", parts, lines, "static ")

    def call(self) -> str:
        given = {"c": "{0} + i", "g": "{0} == NULL ? hmb_ones : {0} + i", "p": "{0}"}
        columns = ", ".join(given[name[0]].format(name) for name in self.columns)
        return (
            f"{self.name}_at_once(in->unit + i, FAR, in, own, b,\n"
            f"                i > first && in->unit[i] == in->unit[i - 1], {columns},\n"
            f"                {', '.join(self.outs())}, pays || causes);"
        )


def passed(outputs: list[Node]) -> dict[Node, None]:
    """What of results depends on what the unit is, and on no total: the largest such conditions, and what else
    is read of the unit. Raises NoLanes where they are too many."""
    moving = set[Node]()
    for node in reachable(outputs):
        if node.op in ("before", "after") or any(arg in moving for arg in node.args):
            moving.add(node)
    found: dict[Node, None] = {}
    seen = set[Node]()

    def visit(node: Node) -> None:
        if node in seen or node.stage < 2:
            return
        seen.add(node)
        if node in moving or (node.args and (node.op == "not" or kind_of(node) != WHICH)):
            for arg in node.args:
                visit(arg)
        else:
            found[node] = None

    for node in outputs:
        visit(node)
    if len(found) > MOST_PASSED:
        raise NoLanes
    return found


def function(gives: str, name: str, parts: Sequence[str], lines: Sequence[str], head: str = HEAD) -> str:
    """The text of a function of these lines."""
    inside = ",\n    ".join(parts)
    return "\n".join([f"{head}{gives} {name}(", f"    {inside})", "{", *(f"    {x}" for x in lines), "}", ""])
