"""What is done with the records of a block's rows before totals run: what they hold is taken to arrays, and units
that no record can hold are found.
"""

from __future__ import annotations

from hmbc.compiler.emit_c import stored
from hmbc.compiler.feed import NoFeed
from hmbc.compiler.feed_loops import Loop, Loops
from hmbc.compiler.feed_record import column_type
from hmbc.compiler.feed_together import copies, words_of
from hmbc.compiler.feed_years import turning
from hmbc.compiler.nodes import Node, place_of

ALL_ODD = (
    "for (int64_t i = 0; odd < 0 && i < n; i++)",
    "    hmb_odd(out, &records[unit[i]].odd, unit[i]);",
)
"""Which unit is odd is not known any more: all of the block are."""


def fetch(loops: Loops, accepted: Node, careful: bool, years: bool) -> Loop:
    """The loop that takes what a record holds to arrays, and leaves the day of the last row there.
    careful: some rows of the block are rejected and leave nothing. years: the batch spans several."""
    words = [
        f"memcpy(b->h{at}[i], &r->w{at}, 8);" if kind == "uint16_t" else f"b->w{at}[i] = r->w{at};"
        for at, kind in enumerate(loops.record.words)
    ]
    day = "b->day[i]"
    if careful:
        array = loops.array(accepted)
        assert array is not None
        day = f"{array[1]}[i] ? b->day[i] : r->last"
    lines = [
        "const int64_t next = far[i];",
        *(
            f"__builtin_prefetch((const char *)(records + next) + {64 * line}, 1);"
            for line in range(loops.record.lines)
        ),
        f"{loops.name}_record *restrict r = records + unit[i];",
        *(turning(loops.feed, loops.name) if years else []),
        *words,
        "odd |= (int64_t)b->day[i] - r->last;",
        f"r->last = {day};",
    ]
    parts = ["const int32_t *restrict unit", "const int32_t *restrict far", *loops.to_records()]
    if years:
        parts += ["const hmb_feed_input *in"]
    name = f"{loops.name}_fetch{'_careful' if careful else ''}{'_years' if years else ''}"
    return loops.function(name, parts, lines, loops.head, ["int64_t odd = 0;"], ALL_ODD)


def fetch_runs(loops: Loops) -> Loop:
    """As `fetch`, where the rows of a unit stand together: each record is read once. No row of the block
    is rejected."""
    prefetch = [
        f"__builtin_prefetch((const char *)(records + far[i]) + {64 * line}, 1);"
        for line in range(loops.record.lines)
    ]
    run = [
        "const int64_t end = word + __builtin_ctzll(ends) + 1;",
        *prefetch,
        f"{loops.name}_record *restrict r = records + unit[i];",
        *words_of(loops.record),
        "int64_t from = i;",
        "do {",
        *(f"    {line}" for line in copies(loops.record)),
        "    from += HMB_STEP;",
        "} while (__builtin_expect(from < end, 0));",
        "odd |= (int64_t)b->day[i] - r->last;",
        "r->last = b->day[end - 1];",
        "i = end;",
    ]
    lines = [
        "int64_t odd = -(int64_t)hmb_falls(n, b->turn, b->day), i = 0;",
        # the ends as bits: where a run ends is known before the one above it is read
        "for (int64_t word = 0; word < n; word += 64) {",
        "    uint64_t ends = hmb_bits(b->turn + 1 + word);",
        "    if (n - word < 64)",
        "        ends &= ((uint64_t)1 << (n - word)) - 1;",
        "    for (; ends != 0; ends &= ends - 1) {",
        *(f"        {line}" for line in run),
        "    }",
        "}",
        *ALL_ODD,
    ]
    parts = ["const int32_t *restrict unit", "const int32_t *restrict far", *loops.to_records()]
    return loops.define(f"{loops.name}_fetch_runs", parts, lines, loops.head)


def gather(loops: Loops) -> list[Loop]:
    """The loop that takes to arrays what a member's attributes that vary are on each claim's day."""
    record = loops.record
    if not record.varied:
        return []
    lines = record.versions()
    for node in record.varied:
        lines.append(f"b->s{node.number}[i] = ({stored(node)})({record.from_record(node)});")
    parts = ["const int32_t *restrict unit", "const int32_t *restrict row",
             "const uint8_t *restrict version", "const hmb_feed_input *in", *loops.to_records()]  # fmt: skip
    loops.held |= dict.fromkeys(record.varied)
    return [loops.function(f"{loops.name}_gather", parts, lines, "HMB_PLAIN_LOOP ")]


def gather_of_row(loops: Loops) -> list[Loop]:
    """The loop that takes to arrays what the row of the members table says that holds for a claim, where the
    next claim of the unit may have another member's: a record has no place for them all."""
    lines, parts = list[str](), ["const int32_t *restrict row", f"{loops.name}_block *restrict b"]
    found = [node for node in loops.record.read if node.op in ("of_row", "of_row_given", "of_row_in")]
    for node in found:
        match node.op:
            case "of_row":
                text = f"m{node.data}[row[i]]"
                kind = column_type(loops.feed.plan.member[place_of(node)])
                parts.append(f"const {kind} *restrict m{node.data}")
            case "of_row_given":
                text = f"h{node.data} == NULL || h{node.data}[row[i]] != 0"
                parts.append(f"const uint8_t *restrict h{node.data}")
            case _:
                date = f"c{loops.feed.date}"
                text = f"hmb_in_periods(in->periods + {node.data}, row[i], {date}[i])"
                parts += ["const hmb_feed_input *in", f"const int32_t *restrict {date}"]
        lines.append(f"b->s{node.number}[i] = ({stored(node)})({text});")
    if not found:
        return []
    loops.held |= dict.fromkeys(found)
    parts = list(dict.fromkeys(parts))
    return [loops.function(f"{loops.name}_of_row", parts, lines, "HMB_PLAIN_LOOP ")]


def watching(loops: Loops) -> list[Loop]:
    """The loops that find rows whose units no record can hold, for what those rows are."""
    fine = loops.feed.fine
    if fine.const == 1:
        return []
    if fine.const == 0:
        raise NoFeed("没有一行可由它处理", "no row of it can be taken")
    return [*loops.kept(fine), *loops.prepared("fine", [fine]), watch(loops)]


def watch(loops: Loops) -> Loop:
    """The loop that makes units odd by what was found of their rows."""
    found = f"b->s{loops.feed.fine.number}"
    lines = [
        f"if (hmb_any_zero(n, {found}))",
        "    for (int64_t i = 0; i < n; i++)",
        f"        if (!{found}[i])",
        "            hmb_odd(out, &records[unit[i]].odd, unit[i]);",
    ]
    parts = ["const int32_t *restrict unit", *loops.to_records()]
    return loops.define(f"{loops.name}_watch", parts, lines, "HMB_PLAIN_LOOP ")
