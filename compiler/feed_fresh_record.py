"""The function that makes the record of a unit of what its member is: nothing has been added to its totals yet."""

from __future__ import annotations

from hmbc.compiler.feed import FeedTotal
from hmbc.compiler.feed_record import Record, column_type
from hmbc.compiler.nodes import RANGES, place_of, reachable


def making(record: Record, begins: bool = False) -> str:
    """The function that makes the fresh record r of a unit. begins: only what `unpacking` reads of it."""
    lines = list[str]()
    wanted = words_unpacked(record) if begins else set(range(len(record.words)))
    days = days_by_word(record)
    for number, those in days.items():
        if number in wanted:
            lines.append(f"word{number} = hmb_member_days(in, {', '.join(those)});")
    for node in record.places:
        place, at = place_of(node), record.places[node]
        if at.word in days or at.word not in wanted:
            continue
        to = f"word{at.word} |= ({record.scalar(at.word)})(uint{at.bits if at.bits > 1 else 8}_t)"
        match node.op:
            case "member":
                lines.append(f"{to}column{place}[m] << {at.shift};")
            case "member_given":
                given = f"in->member_given[{place}]"
                lines.append(f"{to}({given} == NULL || {given}[m] != 0) << {at.shift};")
            case "member_day":
                lines.append(f"{to}hmb_member_day(in, column{place}[m]) << {at.shift};")
            case "period_first" | "period_last":
                end = "firsts" if node.op == "period_first" else "lasts"
                lines.append(f"{to}{end}{place // RANGES}[{place % RANGES}] << {at.shift};")
            case _:
                listed = record.feed.plan.listed[place]
                of = [item.name for item in record.feed.plan.member].index(listed.attribute)
                given = f"in->member_given[{of}]"
                code = f"((const int32_t *)in->member[{of}])[m]"
                lines.append(
                    f"{to}(({given} == NULL || {given}[m] != 0) && {code} >= 0"
                    f" && in->listed[{place}][{code}] != 0) << {at.shift};"
                )
    numbers = {place_of(node) // RANGES for node in record.places if node.op.startswith("period")}
    periods: list[str] = []
    for number in sorted(numbers):
        periods.append(f"uint16_t firsts{number}[{RANGES}], lasts{number}[{RANGES}];")
        periods.append(
            f"r->odd |= hmb_ranges(in, &in->periods[{number}], m, {RANGES}, "
            f"firsts{number}, lasts{number});"
        )
    for place, total in accumulators(record):
        lines += fresh_by_row(record, total, place)
    own = "".join(f", const {kind} *{name}" for kind, name in columns(record))
    text = [
        f"static inline void {record.name}_{'begin' if begins else 'make'}(const hmb_feed_input *in{own},",
        f"    {record.name}_record *r, int64_t at)",
        "{",
        "    int64_t m = at;",
        *(f"    {record.scalar(at)} word{at} = 0;" for at in range(len(record.words))),
        "    memset(r, 0, sizeof *r);",
        *row_of_record(record),
        *(f"    {line}" for line in [*periods, *lines]),
        *(f"    r->w{at} = word{at};" for at in range(len(record.words))),
        *(
            f"    r->v{at}[{version}] = {record.name}_vary{at}(in->member, in->member_given, {row});"
            for at in range(len(record.varied_words))
            for version, row in enumerate(("m", "later"))
        ),
        "    (void)m;",
        "}",
        "",
    ]
    return "\n".join(text)


def words_unpacked(record: Record) -> set[int]:
    """The words that totals are made of which a record does not keep."""
    made = reachable([total.made_of for total in record.feed.totals if total.made_of is not None])
    return {record.places[node].word for node in made if node in record.places}


def days_by_word(record: Record) -> dict[int, list[str]]:
    """Of each word that has nothing but days of members, those days."""
    found = dict[int, list[str]]()
    for number, kind in enumerate(record.words):
        inside = {at.shift: node for node, at in record.places.items() if at.word == number}
        if kind == "uint16_t" and all(node.op == "member_day" for node in inside.values()):
            found[number] = ["0"] * 4
            for shift, node in inside.items():
                found[number][shift // 16] = f"column{place_of(node)}[m]"
    return found


def row_of_record(record: Record) -> list[str]:
    """Lines that find the row m of the members table that a record is made of, and the one after it."""
    if not any(item.varies for item in record.feed.plan.member):
        return []
    lines = ["int64_t later = m;"] if record.varied else []
    lines += [
        "if (in->record_starts != NULL) {",
        "    const int64_t start = in->record_starts[at], rows = in->record_starts[at + 1] - start;",
        "    if (rows == 0)",
        "        return;",
        "    m = in->record_rows[start];",
        *(["    later = in->record_rows[rows > 1 ? start + 1 : start];"] if record.varied else []),
        "}",
    ]
    return [f"    {line}" for line in lines]


def fresh_by_row(record: Record, total: FeedTotal, place: int) -> list[str]:
    """Lines that say that a total is kept under no key yet, where each row has its own."""
    lines = []
    for at in total.by_row:
        least = "INT32_MIN" if record.key_type(total, at) == "int32_t" else "INT64_MIN"
        lines.append(f"{key_held(record, total, place, at)} = {least};")
    return lines


def key_held(record: Record, total: FeedTotal, place: int, at: int) -> str:
    """Where a record has a part of the key under which a total is kept."""
    return record.total_of(place).replace(f"t{total.number}", f"k{total.number}_{at}")


def columns(record: Record) -> list[tuple[str, str]]:
    """Type and name of each column of members from which records are made."""
    places = sorted(
        {place_of(node) for node in record.places if node.op in ("member", "member_day")}
    )
    return [(column_type(record.feed.plan.member[place]), f"column{place}") for place in places]


def reading_columns(record: Record) -> list[str]:
    """Lines that find them, and what stores to a record cannot change, as the compiler has to know."""
    found = ["const hmb_feed_input here = *in;"]
    return found + [
        f"const {kind} *{name} = in->member[{name.removeprefix('column')}];"
        for kind, name in columns(record)
    ]


def call_to_make(record: Record, where: str, unit: str, begins: bool = False) -> str:
    """The statement that makes a unit's record there. begins: as `making`."""
    own = "".join(f", {name}" for _, name in columns(record))
    return f"{record.name}_{'begin' if begins else 'make'}(&here{own}, {where}, {unit});"


def accumulators(record: Record) -> list[tuple[int, FeedTotal]]:
    """Each accumulator of the plan that the record keeps."""
    found = []
    for total in record.kept:
        if total.key is not None:
            continue
        places = (
            [total.number] if total.by is None else [p for p in total.by[1] if p is not None]
        )
        found += [(place, total) for place in places]
    return found
