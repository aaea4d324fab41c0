"""A block of rows of units that stand together, sixteen rows at a time from its columns to its results.

`feed_together.py` makes the records of such a block and leaves all else to loops over it, a dozen short
ones. Where the processor has vectors of 512 bits there are two:

    units    of each unit its record, and in an array of its own each value that rows read of it
    rows     sixteen at a time, whosever they are: what each adds, the totals, payments, and what decides the
             reasons; these then 64 at a time, as are columns of bytes before (`lanes_of_bytes.py`)

A value of a row's unit comes from its array by where in these sixteen the row's unit stands, a total from
what the rows above it of the same cell add, all in vectors. A block in which a row is refused, or a
cell does not hold its total, goes through the loops.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from attrs import define, field, frozen

from hmbc.compiler.emit_c import literal
from hmbc.compiler.feed_fresh_record import call_to_make, making, reading_columns
from hmbc.compiler.feed_loops import Loop, Loops
from hmbc.compiler.feed_sums import cell_array, is_summed
from hmbc.compiler.feed_together import prefetches
from hmbc.compiler.lanes import LANES, PAIRS, WHICH, LaneBody, Leaf, NoLanes, kind_of
from hmbc.compiler.lanes_of_bytes import ByteBody
from hmbc.compiler.nodes import Known, Node, place_of, reachable

MOST_CELLS = 16
"""Cells of a total at most, for a unit's are read as one vector."""

HEAD = "HMB_FOR_LANES static __attribute__((noinline)) "
ARRAYS = {WHICH: "int32_t", LANES: "int32_t", PAIRS: "int64_t"}


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
    """The two loops as they are made."""

    loops: Loops
    accepted: Node
    columns: dict[str, str] = field(init=False)
    """Columns of claims and parameters that are read: the name, and its type as a parameter."""
    of_units: list[Node] = field(init=False)
    """What rows read of their unit."""
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
        roots = [self.sure(node) for node in [*feed.outputs(), *adds]]
        self.of_units = [
            node for node in reachable([*roots, *self.good]) if node in self.loops.record.places
        ]
        if any(len(total.by[1]) > MOST_CELLS for total in kept if total.by is not None):
            raise NoLanes

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

    @property
    def reads_columns(self) -> bool:
        """Whether all that rows read of a unit is read from members' columns as it stands there."""
        varies = any(item.varies for item in self.loops.record.feed.plan.member)
        ops = {node.op for node in self.of_units}
        return not varies and ops <= ({"member", "member_day"} if self.plain_days else {"member"})

    def made(self) -> AtOnce:
        feed = self.loops.feed
        pays = [(f"o{place}", self.sure(pay)) for place, pay in enumerate(feed.pays)]
        reasons = [(f"q{place}", self.sure(why)) for place, why in enumerate(feed.reasons)]
        total, decided = [("total", self.sure(feed.total))], [("decided", self.sure(feed.decided))]
        in_all = self.rows("in_all", total, decided)
        by_layer = self.rows("by_layer", [*pays, *total], [*reasons, *decided])
        begin = [making(self.loops.record, begins=True)] if self.reads_columns else []
        texts = [*begin, self.type_of_units(), self.units(), in_all, by_layer, self.taking()]
        return AtOnce(texts, Loop("", list(self.columns)), self.call())

    # ---- the loops

    def leaf(self, node: Node) -> Leaf | None:
        """A value that is there for each claim, whosever it is."""
        match node.op:
            case "claim" | "raw":
                kind = self.loops.column_type(place_of(node))
                at = f"c{node.data} + i"
                if kind == "uint8_t":
                    return Leaf(at, WHICH, True) if kind_of(node) == WHICH else Leaf(f"hmb_lanes_8({at})", LANES)
                return Leaf(f"hmb_lanes_32({at})", LANES) if kind == "int32_t" else Leaf(
                    f"hmb_pairs_64({at})", PAIRS
                )  # fmt: skip
            case "claim_given":
                return Leaf(f"g{node.data} + i", WHICH, True)
            case "parameter":
                return Leaf(f"hmb_each(p{node.data})", PAIRS)
            case "day":
                date = f"hmb_lanes_32(c{self.loops.feed.date} + i)"
                return Leaf(date if self.plain_days else f"_mm512_sub_epi32({date}, before)", LANES)
        return None

    def of_row(self, node: Node) -> Leaf | None:
        """The same, with what totals are and what there is of the rows' units."""
        if node in self.loops.record.places:
            kind, at = kind_of(node), f"u->m{node.number} + from, those"
            texts = {WHICH: f"hmb_some_of({at})", LANES: f"hmb_of({at})", PAIRS: f"hmb_of_pairs({at})"}
            return Leaf(texts[kind], kind)
        match node.op:
            case "after":
                return Leaf(f"now{node.data}", LANES)
            case "before":
                return Leaf(f"was{node.data}", LANES)
        return self.leaf(node)

    def type_of_units(self) -> str:
        """The type of what rows read of a block's units. Vectors read past the last one."""
        arrays = [f"{ARRAYS[kind_of(node)]} m{node.number}" for node in self.of_units]
        inside = "".join(f"    {array}[HMB_BLOCK + HMB_LANES];\n" for array in arrays)
        return (
            f"typedef struct {{\n{inside}    uint64_t turns[HMB_BLOCK / 64];\n"
            f"}} __attribute__((aligned(64))) {self.name}_units;\n"
        )

    def value_of_unit(self, node: Node) -> str:
        """The text of what rows read of unit m, whose record is r."""
        at = self.loops.record.places[node]
        if node.op == "member_day" and self.plain_days or self.reads_columns:
            return f"column{node.data}[m]"
        return at.text(f"r->w{at.word}")

    def units(self) -> str:
        """The loop over units, that makes their records and gathers what rows read of them."""
        record, name = self.loops.record, self.name
        begins = self.reads_columns
        date = f"c{self.loops.feed.date}"
        # that of the last unit may be read as a whole: where it goes on in a block that loops take
        whole = call_to_make(record, "own + runs - 1", "above") if begins else ""
        lines = [
            *reading_columns(record),
            f"{name}_record *records = in->records;",
            "const int32_t first = (int32_t)in->first_day - 1;",
            "int64_t runs = 0;",
            "hmb_turns_512(HMB_BLOCK, unit, u->turns);",
            "int32_t above = unit[0];",
            "for (int64_t word = 0; word < HMB_BLOCK; word += 64)",
            "    for (uint64_t left = u->turns[word / 64]; left != 0; left &= left - 1) {",
            "        const int64_t i = word + __builtin_ctzll(left);",
            "        const int32_t m = unit[i];",
            *(f"        {line}" for line in prefetches(record)),
            "        above = m;",
            "        if (runs > 0)",
            f"            own[runs - 1].last = (uint16_t)({date}[i - 1] - first);",
            f"        {name}_record *restrict r = own + runs;",
            "        b->whose[runs] = m;",
            "        if (runs >= goes_on)",
            f"            {call_to_make(record, 'r', 'm', begins)}",
            *(
                f"        u->m{node.number}[runs] = ({ARRAYS[kind_of(node)]}){self.value_of_unit(node)};"
                for node in self.of_units
            ),
            "        runs++;",
            "    }",
            *(["if (runs > goes_on)", f"    {whole}"] if whole else []),
            f"own[runs - 1].last = (uint16_t)({date}[HMB_BLOCK - 1] - first);",
            "HMB_KEEP;",
            "return runs;",
        ]
        parts = [
            "const int32_t *restrict unit", "const int32_t *restrict far", "const hmb_feed_input *in",
            f"{name}_record *restrict own", f"{name}_block *restrict b", f"{name}_units *restrict u",
            "int goes_on", f"const int32_t *restrict {date}",
        ]  # fmt: skip
        return function("int64_t", f"{name}_units_of", parts, lines)

    def running(self, body: LaneBody) -> list[str]:
        """Lines that find what totals are before and with each row, and leave them in the records."""
        totals, lines = self.loops.record.kept, list[str]()
        adds = dict[int, str]()
        for total in totals:
            more = self.sure(total.adds)
            adds[total.number] = body.lanes(more) if more.high <= total.most else body.capped(more, total.most + 1)
        for array in dict.fromkeys(cell_array(self.loops, total) for total in totals):
            by = next(total.by for total in totals if cell_array(self.loops, total) == array)
            slot = "" if by is None else body.lanes(by[0])
            cells = f"_mm512_add_epi32(records, {slot})" if slot else "records"
            bits = 0 if by is None else by[0].high.bit_length()
            lines += [
                f"const hmb_lanes {array} = {cells};",
                f"const hmb_lanes above_{array} = hmb_same_above(turns, {slot or 'records'}, {bits});",
            ]
        for total in totals:
            number, array = total.number, cell_array(self.loops, total)
            held, slot = f"t{number} + run * size", "k0"
            if total.by is None:
                body.constant(0)
            else:
                slot = body.lanes(total.by[0])
            count = self.loops.record.cells(total)
            lines += [
                f"const hmb_lanes d{number} = {adds[number]};",
                f"const hmb_lanes now{number} = _mm512_add_epi32("
                f"hmb_held_before({held}, {count}, {slot}, whose), hmb_running(above_{array}, d{number}));",
                f"const hmb_lanes was{number} = _mm512_sub_epi32(now{number}, d{number});",
                f"hmb_leave({held}, {array}, now{number});",
                f"most{number} = _mm512_max_epu32(most{number}, now{number});",
            ]
        return lines

    def rows(self, name: str, pays: Sequence[tuple[str, Node]], reasons: Sequence[tuple[str, Node]]) -> str:
        """The loop over rows, with what is written of them; it gives whether that is not to be: a cell was passed, or a
        row is refused."""
        totals, body = self.loops.record.kept, LaneBody(self.of_row)
        body.lines += self.running(body)
        body.lines += [f"refused |= (hmb_which)~{body.which(node)};" for node in self.good]
        writes = [f"hmb_put({to} + i, {body.pairs(node)});" for to, node in pays]
        choices = ByteBody(body)
        bytes_out = [f"hmb_put_64({to} + i, {choices.byte(node)});" for to, node in reasons]
        writes += choices.kept.values()
        lines = [
            *(f"hmb_lanes most{total.number} = _mm512_setzero_si512();" for total in totals),
            "hmb_which refused = 0;",
            "const hmb_lanes before = _mm512_set1_epi32(first);",
            f"const int size = (int)(sizeof({self.name}_record) / 4);",
            *(
                f"uint32_t *t{total.number} = (uint32_t *)((char *)own + "
                f"offsetof({self.name}_record, t{total.number}));"
                for total in totals
            ),
            *body.constants.values(),
            *choices.kept,
            *body.looks,
            *by_64(body.looks.values()),
            "int64_t run = 0;        /* the unit of the row above */",
            "for (int64_t i = 0; i < HMB_BLOCK; i += HMB_LANES) {",
            "    const uint32_t turns = hmb_turns_from(u->turns, i);",
            "    const hmb_lanes whose = hmb_turned(turns);",
            "    /* counted from the unit of the first of them: from that of the row above there may be sixteen more */",
            "    const int64_t from = run + (turns & 1);",
            "    const hmb_lanes those = _mm512_sub_epi32(whose, _mm512_set1_epi32((int32_t)(turns & 1)));",
            "    const hmb_lanes records = _mm512_mullo_epi32(whose, _mm512_set1_epi32(size));",
            *(f"    {line}" for line in [*body.lines, *writes]),
            "    run += __builtin_popcount(turns);",
            "    (void)records, (void)from, (void)those;",
            "}",
            *choices.constants.values(),
            *by_64([*choices.lines, *bytes_out]),
            "(void)before;",
            "HMB_KEEP;",
            *(
                f"refused |= _mm512_cmpgt_epu32_mask(most{total.number}, hmb_all({literal(total.most)}));"
                for total in totals
            ),
            "return refused != 0;",
        ]
        outs = [f"int64_t *restrict {to}" for to, _ in pays] + [f"uint8_t *restrict {to}" for to, _ in reasons]
        parts = [
            f"{self.name}_record *restrict own", f"const {self.name}_units *restrict u", "int32_t first",
            *self.parts(), *outs,
        ]  # fmt: skip
        return function("int", f"{self.name}_rows_{name}", parts, lines)

    # ---- what takes a block through them

    def parts(self) -> list[str]:
        return [f"{kind}{name}" for name, kind in self.columns.items()]

    def outs(self) -> list[str]:
        layers = range(len(self.loops.feed.pays))
        return [f"o{place}" for place in layers] + ["total"] + [f"q{place}" for place in layers] + ["decided"]

    def taking(self) -> str:
        name, columns = self.name, ", ".join(self.columns)
        layers = range(len(self.loops.feed.pays))
        outs = [f"int64_t *o{place}" for place in layers] + ["int64_t *total"]
        outs += [f"uint8_t *q{place}" for place in layers] + ["uint8_t *decided", "int by_layer"]
        lines = [
            f"{name}_units units, *u = &units;",
            f"const {name}_record above = own[0];",
            f"const int64_t runs = {name}_units_of(unit, far, in, own, b, u, goes_on, c{self.loops.feed.date});",
            "const int32_t first = (int32_t)in->first_day - 1;",
            f"if (by_layer ? {name}_rows_by_layer(own, u, first, {columns}, {', '.join(self.outs())})",
            f"             : {name}_rows_in_all(own, u, first, {columns}, total, decided)) {{",
            "    own[0] = above;",
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


def by_64(lines: Collection[str]) -> list[str]:
    """The loop that does them for 64 rows at a time."""
    return [] if not lines else ["for (int64_t i = 0; i < HMB_BLOCK; i += 64) {", *(f"    {line}" for line in lines), "}"]


def function(gives: str, name: str, parts: Sequence[str], lines: Sequence[str], head: str = HEAD) -> str:
    """The text of a function of these lines."""
    inside = ",\n    ".join(parts)
    return "\n".join([f"{head}{gives} {name}(", f"    {inside})", "{", *(f"    {x}" for x in lines), "}", ""])
