"""The functions that pack state words into records, and unpack records into state words."""

from __future__ import annotations

from collections.abc import Iterable

from hmbc.compiler import feed_closed, feed_years
from hmbc.compiler.emit_c import Body, literal
from hmbc.compiler.feed import FeedTotal
from hmbc.compiler.feed_carry import made_from_whole
from hmbc.compiler.feed_fresh_record import accumulators, call_to_make, key_held, reading_columns
from hmbc.compiler.feed_record import Record
from hmbc.compiler.nodes import place_of, reachable


def functions(record: Record, makes_records: bool) -> str:
    """The C of packing, unpacking and the table of the feed's functions. makes_records: whether `run` can
    make records as rows come."""
    load = [feed_closed.load(record.name, record.keyed)] if record.keyed else []
    return "\n".join([pack(record), *load, table(record, makes_records)])


def pack(record: Record) -> str:
    name = record.name
    if not record.is_there:
        return (
            f"static void {name}_pack(const hmb_feed_input *in, int64_t first, int64_t end,\n"
            "    const int64_t *words, const int64_t *last)\n{\n}\n\n"
            f"static int64_t {name}_unpack(const hmb_feed_input *in, int64_t record, hmb_state *state)\n"
            "{\n    return INT64_MIN;\n}\n"
        )
    return "\n".join([packing(record), unpacking(record)])


def packing(record: Record) -> str:
    plan, own = record.feed.plan, list[str]()
    for place, total in accumulators(record):
        word = plan.accumulators[place].word
        if total.by_row:
            own += by_row_from_words(record, total, place, f"w + {word}")
            continue
        most = total.most if total.carry is None else total.carry.most
        own.append(
            f"held = hmb_held(w + {word}, key{total.number}, {len(total.keys)});"
            f" odd |= held < 0 || held > {literal(most)};"
        )
        if total.carry is not None:
            cell, least = record.cell(total, place), total.carry.least
            taken = record.carrying(total, "held", least, "in->carried", "at", cell)
            own.append(f"if (held > {literal(total.most)} && held <= {literal(most)})")
            own.append(f"    held -= {taken};")
        own.append(f"{record.total_of(place)} = ({record.total_type(total)})held;")
    for total in record.feed.totals:
        if total.made_of is not None:
            word = plan.accumulators[total.number].word
            own.append(
                f"odd |= hmb_held(w + {word}, key{total.number}, {len(total.keys)})"
                f" != {record.name}_made{total.number}(in, r);"
            )
    text = [
        f"static void {record.name}_pack(const hmb_feed_input *in, int64_t first, int64_t end,",
        "    const int64_t *words, const int64_t *last)",
        "{",
        *(f"    const {line}" for line in key_arrays(record, record.feed.totals, fresh=True)),
        *(f"    {line}" for line in reading_columns(record)),
        f"    {record.name}_record *records = in->records;",
        "    for (int64_t at = first; at < end; at++) {",
        f"        {record.name}_record *r = records + at;",
        f"        {call_to_make(record, 'r', 'at')}",
        "        if (words != NULL) {",
        f"            const int64_t *w = words + {plan.state_words} * (at - first);",
        "            int64_t held;",
        "            int odd = 0;",
        *(f"            {line}" for line in own),
        "            r->odd |= (uint8_t)odd;",
        "            (void)held;",
        "            (void)w;",
        "        }",
        "        if (last != NULL)",
        "            r->odd |= hmb_last(in, last[at - first], &r->last);",
        "    }",
        "}",
        "",
    ]
    return "\n".join(text)


def by_row_from_words(record: Record, total: FeedTotal, place: int, words: str) -> list[str]:
    """A total from state words, with the key that it was kept under."""
    to, n = record.total_of(place), len(total.keys)
    own = [f"held = ({words})[0] == INT64_MIN ? 0 : ({words})[{n}];"]
    own.append(f"odd |= held < 0 || held > {literal(total.most)};")
    own.append(f"{to} = ({record.total_type(total)})held;")
    for at, key in enumerate(total.keys):
        if at in total.by_row:
            kind = record.key_type(total, at)
            part = key_held(record, total, place, at)
            own.append(f"if (held) {part} = ({kind})({words})[{at}];")
            own.append(f"odd |= held && {part} != ({words})[{at}];")
        else:
            own.append(f"odd |= held && ({words})[{at}] != {literal(key.low)};")
    return own


def key_arrays(record: Record, totals: Iterable[FeedTotal], fresh: bool = False) -> list[str]:
    """The key of each total whose words of state have one, as an array: of a record r, or of one that
    is fresh."""
    return [
        f"int64_t key{total.number}[] = {{{key_parts(record, total, fresh)}}};"
        for total in totals
        if total.key is None
    ]


def key_parts(record: Record, total: FeedTotal, fresh: bool) -> str:
    """What is in the array of a total's key, at least one long."""
    texts = []
    for at, key in enumerate(total.keys):
        if at in total.by_row:
            texts.append("0")
        elif key.const is not None:
            texts.append(literal(key.low))
        else:
            number = place_of(key)
            since = "" if fresh else f" + r->y{number}"
            texts.append(f"{feed_years.first_year(record.feed, number)}{since}")
    return ", ".join(texts) or "0"


def made_functions(record: Record) -> list[str]:
    """A function for each total that is not kept."""
    return [made(record, total) for total in record.feed.totals if total.made_of is not None]


def made(record: Record, total: FeedTotal) -> str:
    """A function that gives a total that is not kept."""
    assert total.made_of is not None
    node = total.made_of
    for leaf in [one for one in reachable([node]) if one.op == "before"]:
        source = record.total_with(place_of(leaf))
        if source.carry is not None:
            node = made_from_whole(record.feed.graph, total, place_of(leaf), source.carry.most)
    body = Body(record.from_record)
    value = body.value(node)
    text = [
        f"static int64_t {record.name}_made{total.number}(const hmb_feed_input *in,",
        f"    const {record.name}_record *r)",
        "{",
        *(f"    {line}" for line in body.lines),
        "    (void)in;",
        f"    return {value};",
        "}",
        "",
    ]
    return "\n".join(text)


def turns(record: Record) -> str:
    """The functions by which a record begins another year."""
    text = []
    for number in feed_years.years_of(record.feed):
        own = [entry for entry in held(record) if feed_years.is_of_year(entry[1], number)]
        totals = list({total.number: total for _, total, _ in own}.values())
        known = {feed_years.first_year(record.feed, number): "first_year"}
        hold = [f"const {line}" for line in key_arrays(record, totals)]
        hold = [line.replace(*one) for line in hold for one in known.items()]
        hold += [
            f"hmb_hold(past + {word(record, place)}, key{total.number}, {len(total.keys)}, {value});"
            for place, total, value in own
        ]
        forget = [
            f"memset(r->t{total.number}, 0, sizeof r->t{total.number});"
            for total in totals
            if total.made_of is None
        ]
        forget += [line for total in totals for line in forget_carried(record, total)]
        text.append(feed_years.turn(record.feed, record.name, number, hold, forget))
    return "\n".join(text)


def forget_carried(record: Record, total: FeedTotal) -> list[str]:
    """Lines after which nothing of a total is carried."""
    if total.number not in record.carried:
        return []
    at = f"(r - ({record.name}_record *)in->records)"
    first = f"{record.words_carried} * {at} + {record.carried[total.number]}"
    return ["if (r->carried)", f"    memset(in->carried + {first}, 0, {8 * record.cells(total)});"]


def unpacking(record: Record) -> str:
    lines = list[str]()
    past = [
        f"hmb_hold_past(words + {word(record, place)}, past + {word(record, place)}, {len(total.keys)});"
        for place, total, _ in held(record)
        if any(key.op == "uniform" for key in total.keys)
    ]
    if past:
        every = " | ".join(f"r->y{number}" for number in feed_years.years_of(record.feed))
        size = record.feed.plan.state_words
        lines += [
            f"if (({every}) != 0) {{",
            f"    const int64_t *past = (const int64_t *)in->past + {size} * record;",
            *(f"    {line}" for line in past),
            "}",
        ]
    for place, total, value in held(record):
        for at in total.by_row:
            part = key_held(record, total, place, at)
            lines.append(f"key{total.number}[{at}] = {part};")
        lines.append(
            f"hmb_hold(words + {word(record, place)}, key{total.number}, {len(total.keys)}, {value});"
        )
    if record.keyed:
        lines += feed_closed.unpacked(record.name, record.keyed)
    text = [
        f"static int64_t {record.name}_unpack(const hmb_feed_input *in, int64_t record, hmb_state *state)",
        "{",
        f"    const {record.name}_record *r = ({record.name}_record *)in->records + record;",
        "    int64_t *words = state->words;",
        *(f"    {line}" for line in key_arrays(record, record.feed.totals)),
        *(f"    {line}" for line in lines),
        "    (void)words;",
        "    return r->last ? in->first_day + r->last - 1 : INT64_MIN;",
        "}",
        "",
    ]
    return "\n".join(text)


def held(record: Record) -> list[tuple[int, FeedTotal, str]]:
    """Each accumulator that has words of state, its total and the text of its value."""
    found = [(place, total, record.whole_of(place)) for place, total in accumulators(record)]
    return found + [
        (total.number, total, f"{record.name}_made{total.number}(in, r)")
        for total in record.feed.totals
        if total.made_of is not None
    ]


def word(record: Record, place: int) -> int:
    """Where the state words of an accumulator begin."""
    word = record.feed.plan.accumulators[place].word
    assert word is not None
    return word


def table(record: Record, makes_records: bool) -> str:
    name, years = record.name, feed_years.years_of(record.feed)
    can = "in->last_day - in->first_day < HMB_DAYS" if record.is_there else "1"
    if record.is_there:   # all cells have a number of 32 bits
        can += f" && in->n_records < (int64_t)(UINT32_MAX / (sizeof({name}_record) / 4))"
    if years:
        can += f" ? {feed_years.years_are_one(record.feed)} ? 1 : 2 : 0"
    size = f"sizeof({name}_record)" if record.is_there else "0"
    odd = f"offsetof({name}_record, odd)" if record.is_there else "0"
    past = 8 * record.feed.plan.state_words if years else 0
    load = f"{name}_load" if record.keyed else "NULL"
    return "\n".join([
        f"static int32_t {name}_can(const hmb_feed_input *in)",
        "{",
        f"    return {can};",
        "}",
        "",
        f"static const hmb_feed {name} = {{",
        f"    HMB_FEED_ABI, {size}, {odd}, {past}, {len(record.keyed)}, {8 * record.words_carried},",
        f"    {int(makes_records)}, {name}_can, {name}_pack, {load}, {name}_run, {name}_unpack,",
        "};",
        "",
    ])  # fmt: skip
