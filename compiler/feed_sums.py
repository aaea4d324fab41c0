"""The loops that run plain totals, and what is done where one outgrows its cell in the record.

Where cells have 32 bits, a vector loop first finds each row's cell and what it adds, held to one more
than a cell may have; a scalar loop of a handful of instructions adds, row after row; and a vector loop
takes what the total was before each row, and looks whether any cell was passed. A sum waits for the
one before it in the same cell, so nothing else should be in its way.
"""

from __future__ import annotations

from hmbc.compiler.emit_c import Body, literal, stored
from hmbc.compiler.feed import FeedTotal
from hmbc.compiler.feed_loops import Loop, Loops
from hmbc.compiler.nodes import Node


def is_summed(loops: Loops, total: FeedTotal) -> bool:
    """Whether a total is run by these loops."""
    is_plain = total.key is None and not total.by_row and not total.falls
    return loops.feed.graph.optimise.cells and is_plain and loops.record.is_narrow(total)


def summing(loops: Loops, name: str, totals: list[FeedTotal]) -> Loop:
    """The function that runs totals with cells of 32 bits."""
    reads: dict[Node, None] = {}
    body = Body(loops.reading(reads), 64)
    writes: list[str] = []
    cells = dict.fromkeys(cell_array(loops, total) for total in totals)
    for total in totals:
        adds = added(loops, total, body)
        most = literal(total.most + 1)
        writes.append(f"b->d{total.number}[i] = (int32_t)({adds} < {most} ? {adds} : {most});")
    prepared = loops.function(f"{name}_adds", parts(loops, reads), [*body.lines, *writes], loops.head)
    size = f"(uint32_t)(sizeof({loops.name}_record) / 4)"
    places: dict[Node, None] = {}
    lines = []
    for array in cells:
        at = slot(loops, next(x for x in totals if cell_array(loops, x) == array), places)
        lines.append(f"b->{array}[i] = (uint32_t)unit[i] * {size} + (uint32_t){at};")
    found = loops.function(f"{name}_cells", parts(loops, places), lines, loops.head)
    sums = sum_loop(loops, f"{name}_sums", totals)
    passed = past_loop(loops, f"{name}_past", totals)
    reads |= places
    loops.summed |= {total.number: None for total in totals}
    loops.cells |= cells
    loops.held |= {loops.before(total): None for total in totals}
    loops.ran |= {total.number: "int32_t" for total in totals}
    then = [line for total in totals for line in outgrown(loops, name, total, reads)]
    every = [*parts(loops, reads), *(["int64_t *carried"] if any(x.carry for x in totals) else [])]
    calls = [within(loop) for loop in (prepared, found, sums, passed)]
    return loops.define(name, every, [*calls, *then], "HMB_PLAIN_LOOP ")


def cell_array(loops: Loops, total: FeedTotal) -> str:
    """The array of the places of rows' cells, counted in cells from the first record's first of the total."""
    return "at" if total.by is None else f"at{total.by[0].number}"


def slot(loops: Loops, total: FeedTotal, reads: dict[Node, None]) -> str:
    """The text of which of a total's cells a row moves."""
    if total.by is None:
        return "0"
    reads[total.by[0]] = None
    return f"({loops.elsewhere(total.by[0]) or 0})"


def parts(loops: Loops, reads: dict[Node, None]) -> list[str]:
    """The parameters of a function that reads these and reaches records."""
    found = ["const int32_t *restrict unit", *loops.to_records(), *loops.parts(reads, ())]
    return list(dict.fromkeys(found))


def within(loop: Loop) -> str:
    """A call of a loop from a function with parameters of the same names."""
    return f"{loop.name}({', '.join(['n', *loop.arguments])});"


def added(loops: Loops, total: FeedTotal, body: Body) -> str:
    """The text of what a row adds: an array, or so little to compute that it is done here."""
    if total.number in loops.added:
        return f"b->a{total.number}[i]"
    return body.value(total.adds)


def sum_loop(loops: Loops, name: str, totals: list[FeedTotal]) -> Loop:
    """The loop that adds, row after row; of cells that overflow it says nothing, and nothing else."""
    first = [
        f"uint32_t *t{total.number} = (uint32_t *)((char *)records + "
        f"offsetof({loops.name}_record, t{total.number}));"
        for total in totals
    ]
    lines = []
    for total in totals:
        number, array = total.number, cell_array(loops, total)
        lines += [
            f"const uint32_t now{number} = t{number}[b->{array}[i]] + (uint32_t)b->d{number}[i];",
            f"t{number}[b->{array}[i]] = now{number};",
            f"b->n{number}[i] = (int32_t)now{number};",
        ]
    if len(totals) == 1:
        first.append("#pragma GCC unroll 4")
    arguments = [f"{loops.name}_record *records", f"{loops.name}_block *restrict b"]
    return loops.function(name, arguments, lines, "HMB_PLAIN_LOOP ", first)


def past_loop(loops: Loops, name: str, totals: list[FeedTotal]) -> Loop:
    """The loop that takes what totals were before each row, and whether a cell was passed."""
    first = [f"int32_t over{total.number} = 0;" for total in totals]
    then = [f"b->over{total.number} = over{total.number};" for total in totals]
    lines = []
    for total in totals:
        number, before = total.number, loops.before(total)
        lines += [
            f"b->s{before.number}[i] = ({stored(before)})(b->n{number}[i] - b->d{number}[i]);",
            f"over{number} |= {literal(total.most)} - b->n{number}[i];",
        ]
    return loops.function(name, [f"{loops.name}_block *restrict b"], lines, loops.head, first, then)


def outgrown(loops: Loops, name: str, total: FeedTotal, reads: dict[Node, None]) -> list[str]:
    """Lines for a block in which a cell was passed."""
    number, before = total.number, loops.before(total)
    if total.carry is not None:
        again = Body(loops.reading(reads), 64)
        adds = added(loops, total, again)
        at = slot(loops, total, reads)
        call = carrying(loops, name, total, at, again.lines, adds, reads)
        return [f"if (__builtin_expect(b->over{number} < 0, 0))", f"    {call}"]
    return [
        f"for (int64_t i = 0; b->over{number} < 0 && i < n; i++)",
        f"    if ({literal(total.most)} - b->s{before.number}[i] < b->d{number}[i])",
        "        hmb_odd(out, &records[unit[i]].odd, unit[i]);",
    ]


def carrying(
    loops: Loops, name: str, total: FeedTotal, at: str, lines: list[str], adds: str, reads: dict[Node, None]
) -> str:
    """A call of a function for a block in which a cell could not hold its total: it puts all cells back to
    what they were, and goes through the rows once more, carrying out of cells what they need not
    hold. lines: what `adds`, the text of what a row adds, is of."""
    assert total.carry is not None
    number, kind, carry = total.number, loops.record.total_type(total), total.carry
    before = loops.before(total)
    cell = f"records[unit[i]].t{number}[{at}]"

    def taken(value: str, least: int) -> str:
        return loops.record.carrying(total, value, least, "carried", "unit[i]", at)

    too_large = "hmb_odd(out, &r->odd, unit[i]);"
    if carry.far is not None:
        too_large = f"now -= {taken('now', carry.far)};"
    again = [
        "for (int64_t i = n - 1; i >= 0; i--)",
        f"    {cell} = b->s{before.number}[i];",
        "for (int64_t i = 0; i < n; i++) {",
        *(f"    {line}" for line in lines),
        f"    {loops.name}_record *r = records + unit[i];",
        f"    int64_t was = {cell};",
        f"    was -= {taken('was', carry.least)};",
        f"    int64_t now = was + {adds};",
        f"    if (now > {literal(total.most)})",
        f"        {too_large}",
        f"    b->s{before.number}[i] = ({stored(before)})was;",
        f"    b->n{number}[i] = ({kind})now;",
        f"    now -= {taken('now', carry.least)};",
        f"    {cell} = ({kind})now;",
        "}",
    ]
    every = [*parts(loops, reads), "int64_t *carried"]
    return within(loops.define(f"{name}_carry{number}", every, again, "HMB_PLAIN_LOOP "))
