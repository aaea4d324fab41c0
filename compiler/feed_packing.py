"""The functions that pack state words into records, and unpack records into state words."""

from __future__ import annotations

from collections.abc import Iterable

from hmbc.compiler import feed_closed, feed_years
from hmbc.compiler.emit_c import Body, literal
from hmbc.compiler.feed import FeedTotal
from hmbc.compiler.feed_carry import made_from_whole
from hmbc.compiler.feed_fresh_record import accumulators, call_to_make, key_held, reading_columns
from hmbc.compiler.feed_record import LINE, Record
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


def turn(record: Record) -> str:
    """The function by which a record begins another year."""
    forget = dict[int, list[str]]()
    for number in feed_years.years_of(record.feed):
        own = [one for one in record.kept if feed_years.is_of_year(one, number)]
        forget[number] = [f"memset(r->t{total.number}, 0, sizeof r->t{total.number});" for total in own]
        forget[number] += [line for total in own for line in forget_carried(record, total)]
    lines = max(record.lines_of(record.of_years())) + 1
    size = "sizeof *r" if lines == record.lines else str(LINE * lines)
    return feed_years.turn(record.feed, record.name, size, record.words_carried, forget)


def forget_carried(record: Record, total: FeedTotal) -> list[str]:
    """Lines after which nothing of a total is carried."""
    if total.number not in record.carried:
        return []
    first = f"{record.words_carried} * unit + {record.carried[total.number]}"
    return ["if (r->carried)", f"    memset(in->carried + {first}, 0, {8 * record.cells(total)});"]


def unpacking(record: Record) -> str:
    name, years = record.name, feed_years.years_of(record.feed)
    over = [f"{name}_over(in, r, words);"] if years else []
    lines = [*over, *holding(record, held(record))]
    if record.keyed:
        lines += feed_closed.unpacked(name, record.keyed)
    text = [
        *([years_over(record)] if years else []),
        f"static int64_t {name}_unpack(const hmb_feed_input *in, int64_t record, hmb_state *state)",
        "{",
        f"    const {name}_record *r = ({name}_record *)in->records + record;",
        "    int64_t *words = state->words;",
        *(f"    {line}" for line in key_arrays(record, record.feed.totals)),
        *(f"    {line}" for line in lines),
        "    (void)words;",
        "    return r->last ? in->first_day + r->last - 1 : INT64_MIN;",
        "}",
        "",
    ]
    return "\n".join(text)


def holding(record: Record, entries: list[tuple[int, FeedTotal, str]]) -> list[str]:
    """Lines that put totals of record r in state words."""
    lines = list[str]()
    for place, total, value in entries:
        for at in total.by_row:
            lines.append(f"key{total.number}[{at}] = {key_held(record, total, place, at)};")
        key = f"key{total.number}, {len(total.keys)}"
        lines.append(f"hmb_hold(words + {word(record, place)}, {key}, {value});")
    return lines


def years_over(record: Record) -> str:
    """The function that puts the totals of a unit's years that are over in state words, the eldest first.
    Copies of a record count only for the years that ended with them."""
    name, carried, entries = record.name, record.words_carried, held(record)
    lines = list[str]()
    for number in feed_years.years_of(record.feed):
        own = [entry for entry in entries if feed_years.is_of_year(entry[1], number)]
        keys = [f"const {line}" for line in key_arrays(record, {one[1].number: one[1] for one in own}.values())]
        inside = [*keys, *holding(record, own)]
        lines += [f"if (r->y{number} != next->y{number}) {{", *(f"    {x}" for x in inside), "}"]
    return "\n".join([
        f"static void {name}_over(const hmb_feed_input *in, const {name}_record *next, int64_t *words)",
        "{",
        "    if (next->past == 0)",
        "        return;",
        f"    const {name}_record *r = ({name}_record *)in->past + next->past - 1;",
        f"    {name}_over(in, r, words);",
        # what is read of a record is read of its copy
        "    hmb_feed_input then = *in;",
        "    then.records = (void *)r;",
        *([f"    then.carried = in->past_carried + {carried} * (int64_t)(next->past - 1);"] if carried else []),
        "    in = &then;",
        *(f"    {line}" for line in lines),
        "}",
        "",
    ])  # fmt: skip


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
    load = f"{name}_load" if record.keyed else "NULL"
    return "\n".join([
        f"static int32_t {name}_can(const hmb_feed_input *in)",
        "{",
        f"    return {can};",
        "}",
        "",
        f"static const hmb_feed {name} = {{",
        f"    HMB_FEED_ABI, {size}, {odd}, {len(record.keyed)}, {8 * record.words_carried},",
        f"    {int(makes_records)}, {name}_can, {name}_pack, {load}, {name}_run, {name}_unpack,",
        "};",
        "",
    ])  # fmt: skip
