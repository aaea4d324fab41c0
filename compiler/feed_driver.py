"""The function that takes a feed's rows through its loops, block by block."""

from __future__ import annotations

from hmbc.compiler import feed_together, feed_years
from hmbc.compiler.feed_at_once import AtOnce
from hmbc.compiler.feed_loops import Loop, Loops
from hmbc.compiler.feed_record import SIZES, column_type
from hmbc.compiler.nodes import Node

FAR = "in->unit + i + (end - i > n + HMB_AHEAD ? HMB_AHEAD : 0)"
"""The units of rows that records are asked for."""
NEAR = "(end - i > n + HMB_NEAR ? HMB_NEAR : 0)"
"""The same where rows go one by one."""


def driver(
    loops: Loops,
    before: list[Loop],
    fetches: dict[str, Loop],
    steps: list[Loop],
    accepted: Node,
    refuse: Loop | None,
    money: dict[str, list[Loop]],
    reasons: list[Loop],
    decided: Loop | None,
    opened: Loop | None = None,
    once: AtOnce | None = None,
) -> str:
    """money: by the condition under which they are needed. decided: None where those have written it, and
    rows do not go through in steps. opened: what makes the records of a block, where rows' loops can do
    with that; once: what takes a whole block of such rows."""
    feed, layers = loops.feed, len(loops.feed.pays)
    every = [
        *before,
        *fetches.values(),
        *steps,
        *([refuse] if refuse else []),
        *(loop for each in money.values() for loop in each),
        *reasons,
        *([decided] if decided else []),
    ]
    arguments = list(dict.fromkeys(arg for loop in every for arg in loop.arguments))
    columns = [
        f"const {loops.column_type(int(arg[1:]))} *c{arg[1:]} = in->claim[{arg[1:]}];"
        for arg in arguments
        if numbered(arg, "c")
    ]
    columns += [f"const uint8_t *{arg} = in->claim_given[{arg[1:]}];"
                for arg in arguments if numbered(arg, "g")]  # fmt: skip
    columns += [f"const int64_t {arg} = in->parameter[{arg[1:]}];" for arg in arguments
                if numbered(arg, "p")]  # fmt: skip
    columns += [
        f"const {column_type(feed.plan.member[int(arg[1:])])} *{arg} = in->member[{arg[1:]}];"
        for arg in arguments
        if numbered(arg, "m")
    ]
    columns += [f"const uint8_t *{arg} = in->member_given[{arg[1:]}];" for arg in arguments
                if numbered(arg, "h")]  # fmt: skip
    columns += [f"const uint8_t *{arg} = in->listed[{arg[1:]}];" for arg in arguments
                if numbered(arg, "l")]  # fmt: skip
    arrays = [f"{loops.name}_block block, *b = &block;"]
    outs = [f"int64_t w{place}[HMB_BLOCK] __attribute__((aligned(64)));" for place in range(layers)]
    outs += [
        f"uint8_t x{place}[HMB_BLOCK] __attribute__((aligned(64)));" for place in range(layers)
    ]
    outs += ["int64_t wt[HMB_BLOCK] __attribute__((aligned(64)));",
             "uint8_t xd[HMB_BLOCK] __attribute__((aligned(64)));"]  # fmt: skip
    wants = [f"pays |= out->pay[{place}] != NULL;" for place in range(layers)]
    whys = [f"causes |= out->reason[{place}] != NULL;" for place in range(layers)]
    places = [f"int64_t *o{p} = hmb_out(out->pay[{p}], i, w{p}, past);" for p in range(layers)] + [
        "int64_t *total = hmb_out(out->total, i, wt, past);"
    ]
    places += [
        f"uint8_t *q{p} = hmb_out_byte(out->reason[{p}], i, x{p}, past);" for p in range(layers)
    ]
    places += ["uint8_t *decided = hmb_out_byte(out->decided, i, xd, past);"]
    after = [f"if (past && out->pay[{p}] != NULL)\n            "
             f"hmb_stream(out->pay[{p}] + i, w{p}, 8 * n);" for p in range(layers)]  # fmt: skip
    after += ["if (past && out->total != NULL)\n            hmb_stream(out->total + i, wt, 8 * n);"]
    after += [f"if (past && out->reason[{p}] != NULL)\n            "
              f"hmb_stream(out->reason[{p}] + i, x{p}, n);" for p in range(layers)]  # fmt: skip
    after += ["if (past && out->decided != NULL)\n            hmb_stream(out->decided + i, xd, n);"]
    records = [f"{loops.name}_record *records = in->records;"] if loops.record.is_there else []
    if opened is not None:
        records = feed_together.before_rows(loops.record)
        every.append(opened)
    if once is not None:
        every.append(once.columns)
    days, turns = list[str](), list[str]()
    if loops.record.is_there:
        days = [f"hmb_days(n, c{feed.date} + i, (int32_t)in->first_day, b->day);"]
        if years := feed_years.years_of(feed):
            arrays += ["b->turned = first;"]
            arrays += [
                f"const int32_t first_year{number} = (int32_t){feed_years.first_year(feed, number)};"
                for number in years
            ]
            turns = feed_years.fill(feed)
            if decided:
                one = f"n = {loops.name}_years(n, in->unit + i, b);"
                turns = ["if (in->past != NULL) {", *(f"    {x}" for x in [*turns, one]), "}"]
        if f"c{feed.date}" not in arguments:
            columns.append(f"const int32_t *c{feed.date} = in->claim[{feed.date}];")
    if loops.record.keyed:
        per_row = len(loops.record.keyed)
        arrays += ["hmb_closed *closed = in->closed;", f"int32_t used = (int32_t)(first * {per_row});"]
    asked = ahead(loops, arguments) if decided is not None else []
    first = next(iter(fetches.values()), None)
    fetch = [
        line
        for condition, loop in fetches.items()
        for line in (f"{'else ' * (loop is not first)}if ({condition})", f"    {call(loops, loop)}")
    ]
    look, refused = list[str](), list[str]()
    if refuse is not None and accepted.const is None:
        look = [f"const int refuses = hmb_any_zero(n, b->s{accepted.number});"]
        refused = ["if (refuses)", f"    {call(loops, refuse)}"]
    elif refuse is not None:
        refused = [call(loops, refuse)]
    closed = list[str]()
    if opened is not None:
        fetch = [*feed_together.open_block(opened, accepted, FAR), f"else {fetch[0]}", *fetch[1:]]
        days.append("const int32_t *unit = in->together ? b->own : in->unit + i;")
        closed = feed_together.close_block(loops.record)
    body = [
        *days,
        *(call(loops, loop) for loop in before),
        *look,
        *fetch,
        *(call(loops, loop) for loop in steps),
        *refused,
        *chosen(loops, money),
    ]
    for place, loop in enumerate(reasons):
        body += [f"if (out->reason[{place}] != NULL)", f"    {call(loops, loop)}"]
    if decided is not None:
        body += ["if (out->decided != NULL)", f"    {call(loops, decided)}"]
    if once is not None:
        arrays.append("int lanes = 0;")
        records += ["#ifdef HMB_HAS_LANES", "lanes = in->together && hmb_can_lanes();", "#endif"]
        body = [
            "runs = -1;",
            "#ifdef HMB_HAS_LANES",
            "if (lanes && n == HMB_BLOCK)",
            f"    runs = {once.call.replace('FAR', FAR)}",
            "#endif",
            "if (runs < 0) {",
            *(f"    {line}" for line in body),
            "}",
        ]
    lines = [
        f"static void {loops.name}_run(const hmb_feed_input *in, int64_t first, int64_t end,",
        "    hmb_feed_output *out)",
        "{",
        *(f"    {line}" for line in columns),
        *(f"    {line}" for line in [*arrays, *outs]),
        *(f"    {line}" for line in records),
        "    int pays = 0, causes = 0;",
        *(f"    {line}" for line in [*wants, *whys]),
        f"    const int large = hmb_is_large(out, {layers}, end - first);",
        "    for (int64_t i = first, n; i < end; i += n) {",
        "        n = HMB_BLOCK - i % HMB_BLOCK;",
        "        n = n < end - i ? n : end - i;",
        *(f"        {line}" for line in turns),
        "        const int past = large && n == HMB_BLOCK;",
        *(f"        {line}" for line in places),
        *(f"        {line}" for line in asked),
        *(f"        {line}" for line in body),
        *(f"        {line}" for line in [*closed, *after]),
        "    }",
        "    if (large)",
        "        hmb_streamed();",
        "}",
        "",
    ]
    return "\n".join(lines)


def ahead(loops: Loops, arguments: list[str]) -> list[str]:
    """Lines that ask for a block's part of each column two blocks ahead, where there are records: each loop
    reads so little of one that the processor does not see what comes after."""
    lines = []
    for argument in arguments:
        if numbered(argument, "c"):
            size = SIZES[loops.column_type(int(argument[1:]))]
            lines.append(f"    hmb_ahead({argument} + next, {size});")
        elif numbered(argument, "g"):
            lines.append(f"    if ({argument} != NULL)")
            lines.append(f"        hmb_ahead({argument} + next, 1);")
    if not lines or not loops.record.is_there or not loops.feed.graph.optimise.ahead:
        return []
    return [
        "if (end - i - n >= 2 * HMB_BLOCK) {",
        "    const int64_t next = i + n + HMB_BLOCK;",
        "    hmb_ahead(in->unit + next, 4);",
        *lines,
        *(feed_together.members_ahead(loops.record) if loops.makes_records else []),
        "}",
    ]


def call(loops: Loops, loop: Loop) -> str:
    known = {
        "out": "to" if loops.makes_records else "out", "records": "records", "b": "b",
        "unit": "unit" if loops.makes_records else "in->unit + i", "far": FAR,
        "near": f"in->unit + i + {NEAR}",
        "soon": "i + HMB_BLOCK", "last": "end - HMB_BLOCK", "status": "out->status + i", "rejected": "&out->rejected", "total": "total",
        "decided": "decided", "in": "in", "row": "in->row + i", "version": "in->version + i", "closed": "closed", "used": "&used",
        "carried": "carried" if loops.makes_records else "in->carried",
    }  # fmt: skip
    texts = []
    for argument in loop.arguments:
        if argument in known:
            texts.append(known[argument])
        elif argument.startswith("near_"):
            texts.append(f"{argument.removeprefix('near_')} + i + {NEAR}")
        else:
            given = f"{argument} == NULL ? hmb_ones : {argument} + i"
            column = f"{argument} + i"
            texts.append({"c": column, "g": given}.get(argument[0], argument))
    return f"{loop.name}({', '.join(['n', *texts])});"


def chosen(loops: Loops, money: dict[str, list[Loop]]) -> list[str]:
    """The calls of the loops for what is wanted."""
    lines = []
    for condition, found in money.items():
        lines.append(f"if ({condition}) {{")
        lines += [f"    {call(loops, loop)}" for loop in found]
        lines.append("}")
    return lines


def numbered(argument: str, letter: str) -> bool:
    """Whether it is the letter and a number."""
    return argument[0] == letter and argument[1:].isdigit()
