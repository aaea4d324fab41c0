"""Rows of units that stand together: records that are made as the rows come, and live for a block.

Where a host says so (`together` of hmb_feed_input), no record is packed before nor read: those of the units of
a block are made from the columns of members, in an array that stays in the nearest cache. The loops
over records work on that array, with the number of each row's run for its unit. Once a block is
done, records are written to where the host looks for them; that of a unit which goes on in the next block is
kept for it.
"""

from __future__ import annotations

from hmbc.compiler.feed_fresh_record import call_to_make, columns, reading_columns
from hmbc.compiler.feed_loops import Loop, Loops
from hmbc.compiler.feed_record import Record
from hmbc.compiler.nodes import Node


def can_make_records(record: Record) -> bool:
    """Whether what rows need of a unit is all in a record made of one row of the members table."""
    together = record.feed.graph.optimise.together
    return together and record.is_there and not record.keyed and not record.varied


def copies(record: Record) -> list[str]:
    """Lines that copy the words `v` of a record to the arrays of a block, for HMB_STEP rows from `from`. What
    goes past the end of a run the next one overwrites."""
    found = []
    for at, kind in enumerate(record.words):
        copy = f"((hmb_half *)b->h{at})[l] = v{at};" if kind == "uint16_t" else f"b->w{at}[l] = v{at};"
        found += ["for (int64_t l = from; l < from + HMB_STEP; l++)", f"    {copy}"]
    return found


def words_of(record: Record) -> list[str]:
    """Lines that read the words of record r."""
    return [f"const {record.scalar(at)} v{at} = r->w{at};" for at in range(len(record.words))]


def prefetches(record: Record) -> list[str]:
    """Lines that ask for what is read and written of members, unit m's rows beginning at row i."""
    return [
        # where members come in their table's order, those of one row ahead are near enough
        "if ((uint32_t)(m - above) > HMB_STEP) {",
        *(f"    __builtin_prefetch({column} + far[i]);" for _, column in columns(record)),
        "}",
        "__builtin_prefetch(records + m, 1);",
    ]


def opening(loops: Loops) -> Loop:
    """The function that makes the records of a block's units, and spreads them over their rows. It says how
    many they are."""
    record, name = loops.record, loops.name
    lines = [
        *reading_columns(record),
        f"{name}_record *records = in->records;",
        "int64_t runs = 0;",
        "uint64_t turns[HMB_BLOCK / 64];",
        f"hmb_turns(n, unit, b->turn, turns, {int(record.feed.graph.optimise.clones)});",
        "int32_t above = unit[0];",
        "for (int64_t word = 0; word < n; word += 64)",
        "    for (uint64_t left = turns[word / 64]; left != 0; left &= left - 1) {",
        "        const int64_t i = word + __builtin_ctzll(left);",
        "        const int32_t m = unit[i];",
        *(f"        {line}" for line in prefetches(record)),
        "        above = m;",
        "        b->starts[runs] = (int32_t)i;",
        "        b->whose[runs++] = m;",
        "    }",
        "b->starts[runs] = (int32_t)n;",
        "for (int64_t k = goes_on; k < runs; k++)",
        f"    {call_to_make(record, 'own + k', 'b->whose[k]')}",
        "for (int64_t k = 0; k < runs; k++) {",
        f"    {name}_record *restrict r = own + k;",
        *(f"    {line}" for line in words_of(record)),
        "    const int64_t start = b->starts[k], end = b->starts[k + 1];",
        "    int64_t from = start, last = end - 1;",
        "    do {",
        *(f"        {line}" for line in copies(record)),
        "        for (int64_t l = from; l < from + HMB_STEP; l++)",
        "            b->own[l] = (int32_t)k;",
        "        from += HMB_STEP;",
        "    } while (__builtin_expect(from < end, 0));",
        "    while (accepted != NULL && last >= start && !accepted[last])",
        "        last--;",
        "    if (last >= start)",
        "        r->last = b->day[last];",
        "}",
        "return runs;",
    ]
    parts = [
        "const int32_t *restrict unit", "const int32_t *restrict far", "const hmb_feed_input *in",
        f"{name}_record *restrict own", f"{name}_block *restrict b", "const uint8_t *restrict accepted",
        "int goes_on",
    ]  # fmt: skip
    return loops.define(f"{name}_open", parts, lines, loops.head, "int64_t")


def closing(record: Record) -> str:
    """The function that writes the records of a block's units, but for one that goes on in the next."""
    name, n = record.name, record.words_carried
    out, kept = list[str](), list[str]()
    if n:
        size = f"{8 * n}"
        out = [
            "        if (own[k].carried)",
            f"            memcpy(in->carried + {n} * unit, carried + {n} * k, {size});",
        ]
        kept = [f"        memcpy(carried, carried + {n} * (runs - 1), {size});"]
    return "\n".join([
        f"static __attribute__((noinline)) void {name}_close(int64_t runs, {name}_record *own,",
        f"    int64_t *carried, const {name}_block *b, const hmb_feed_input *in, hmb_feed_output *out,",
        "    int goes_on)",
        "{",
        f"    {name}_record *records = in->records;",
        "    for (int64_t k = 0; k < runs - goes_on; k++) {",
        "        const int64_t unit = b->whose[k];",
        "        records[unit] = own[k];",
        *out,
        "        if (__builtin_expect(own[k].odd, 0)) {",
        "            records[unit].odd = 0;",
        "            hmb_odd(out, &records[unit].odd, (int32_t)unit);",
        "        }",
        "    }",
        "    if (goes_on && runs > 1) {",
        "        own[0] = own[runs - 1];",
        *kept,
        "    }",
        "}",
        "",
    ])  # fmt: skip


def before_rows(record: Record) -> list[str]:
    """Lines of the function that takes rows through the loops: where those find records, and what says that
    a unit is odd."""
    name = record.name
    return [
        f"{name}_record own[HMB_BLOCK];",
        f"int64_t own_carried[HMB_BLOCK * {record.words_carried} + 1];",
        "hmb_feed_output aside = *out, *to = in->together ? &aside : out;",
        f"{name}_record *records = in->together ? own : in->records;",
        "int64_t *carried = in->together ? own_carried : in->carried, runs = 0;",
    ]


def open_block(opened: Loop, accepted: Node, far: str) -> list[str]:
    """The condition and the call by which a block's records are made. far: the units of rows to come."""
    refused = "NULL" if accepted.const is not None else f"refuses ? b->s{accepted.number} : NULL"
    return [
        "if (in->together)",
        f"    runs = {opened.name}(n, in->unit + i, {far}, in, own, b, {refused},",
        "        i > first && in->unit[i] == in->unit[i - 1]);",
    ]


def members_ahead(record: Record) -> list[str]:
    """Lines that ask for members' columns where the next block ends: where members come in their table's
    order, a block reads so little of each that the processor does not ask for what comes."""
    if not columns(record):
        return []
    return [
        "    if (in->together) {",
        "        const int64_t soon = in->unit[i + n + HMB_BLOCK - 1];",
        *(
            f"        __builtin_prefetch((const {kind} *)in->member[{name.removeprefix('column')}] + soon);"
            for kind, name in columns(record)
        ),
        "    }",
    ]


def close_block(record: Record) -> list[str]:
    """The call that writes a block's records."""
    return [
        "if (in->together)",
        f"    {record.name}_close(runs, own, own_carried, b, in, out,",
        "        i + n < end && in->unit[i + n] == in->unit[i + n - 1]);",
    ]
