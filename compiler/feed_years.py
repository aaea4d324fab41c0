"""Totals of a benefit year in a batch that spans several: a record holds those of one year.

A record has the year of its totals, counted from the batch's first. A row of a later year first puts
a copy of it behind those of other units, where the next one comes too, and begins again from 0: what a unit
had in years that are over is seldom asked for. Batches within one year know nothing of it: `can` says
which ones need room for that.
"""

from __future__ import annotations

from hmbc.compiler.emit_c import year_begins
from hmbc.compiler.feed import Feed, FeedTotal
from hmbc.compiler.nodes import place_of


def years_of(feed: Feed) -> list[int]:
    """The years that totals are kept by, as numbers of `Feed.uniform`."""
    return [
        number
        for number in range(len(feed.uniform))
        if any(is_of_year(total, number) for total in feed.totals)
    ]


def is_of_year(total: FeedTotal, number: int) -> bool:
    """Whether a total's key has that year."""
    return any(key.op == "uniform" and place_of(key) == number for key in total.keys)


def first_year(feed: Feed, number: int) -> str:
    """The batch's first one, in C."""
    month, first = feed.uniform[number]
    return f"hmb_year(in->first_day, {month}, {first})"


def fill(feed: Feed) -> list[str]:
    """Lines that find the years of a block's rows."""
    lines = []
    for number in years_of(feed):
        begins = year_begins(*feed.uniform[number])
        lines.append(
            f"hmb_years(n, c{feed.date} + i, first_year{number}, {begins}, b->y{number});"
        )
    return lines


def years_are_one(feed: Feed) -> str:
    """Whether a batch has but one of each, in C."""
    same = [
        f"{first_year(feed, number)} == "
        f"hmb_year(in->last_day, {feed.uniform[number][0]}, {feed.uniform[number][1]})"
        for number in years_of(feed)
    ]
    return " && ".join(same) or "1"


def turn(feed: Feed, name: str, size: str, carried: int, forget: dict[int, list[str]]) -> str:
    """The function by which a record begins a later year: what it was is copied to the records of years that
    are over. size: how many bytes of it; carried: how many words a unit has beside its record; forget: by year, the lines that set
    the totals of that to 0."""
    begun = ", ".join(f"uint8_t y{number}" for number in years_of(feed))
    kept = [
        "if (r->carried)",
        f"    memcpy(in->past_carried + {carried} * at, in->carried + {carried} * unit, {8 * carried});",
    ]
    lines = [
        "const int64_t at = (*turned)++;",
        *([f"const int64_t unit = r - ({name}_record *)in->records;"] if carried else []),
        f"memcpy(({name}_record *)in->past + at, r, {size});",
        "r->past = (int32_t)at + 1;",
        *(kept if carried else []),
    ]
    for number in years_of(feed):
        own = [*forget[number], f"r->y{number} = y{number};"]
        lines += [f"if (y{number} != r->y{number}) {{", *(f"    {line}" for line in own), "}"]
    return "\n".join([
        f"static __attribute__((noinline)) void {name}_turn(const hmb_feed_input *in, {name}_record *r,",
        f"    int64_t *turned, {begun})",
        "{",
        *(f"    {line}" for line in lines),
        "}",
        "",
    ])  # fmt: skip


def turning(feed: Feed, name: str) -> list[str]:
    """Lines that bring record r, of row i, to the years of that."""
    years = years_of(feed)
    same = " & ".join(f"(b->y{number}[i] == r->y{number})" for number in years)
    falls = " | ".join(f"(b->y{number}[i] < r->y{number})" for number in years)
    begun = ", ".join(f"b->y{number}[i]" for number in years)
    return [
        f"if (!__builtin_expect({same}, 1)) {{",
        f"    if ({falls})",
        "        hmb_odd(out, &r->odd, unit[i]);",
        "    else",
        f"        {name}_turn(in, r, &b->turned, {begun});",
        "}",
    ]


def rows_of_years(feed: Feed, name: str, head: str) -> str:
    """The function that says how many of a block's rows may be taken at once: none of another year than
    an earlier row of its record, for the totals of that one are still to be moved."""
    years = years_of(feed)
    moved = " | ".join(f"(b->y{number}[i] != b->y{number}[k])" for number in years)
    one = " && ".join(f"hmb_all_same(n, b->y{number})" for number in years)
    return "\n".join([
        f"{head}static int64_t {name}_years(int64_t n, const int32_t *restrict unit,",
        f"    const {name}_block *restrict b)",
        "{",
        f"    if ({one})",
        "        return n;",
        "    for (int64_t i = 1; i < n; i++) {",
        "        int32_t moved = 0;",
        "        for (int64_t k = 0; k < i; k++)",
        f"            moved |= (unit[k] == unit[i]) & ({moved});",
        "        if (moved)",
        "            return i;",
        "    }",
        "    return n;",
        "}",
        "",
    ])  # fmt: skip
