"""Totals of a benefit year in a batch that spans several: a record holds those of one year.

A record has the year of its totals, counted from the batch's first. A row of a later year first puts
what there is away, as state words of the unit, and begins again from 0. Batches within one year know
nothing of it: `can` says which ones need room for the years that are over.
"""

from __future__ import annotations

from collections.abc import Sequence

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


def turn(feed: Feed, name: str, number: int, hold: Sequence[str], forget: Sequence[str]) -> str:
    """The function by which a record begins a later year. hold: lines that put its totals, which
    `forget` sets to 0, into words `past`."""
    every = " | ".join(f"r->y{one}" for one in years_of(feed))
    return "\n".join([
        f"static __attribute__((noinline)) void {name}_turn{number}(const hmb_feed_input *in,",
        f"    {name}_record *r, int64_t *past, uint8_t year, int64_t first_year)",
        "{",
        f"    if (({every}) == 0)",
        f"        memset(past, 0, {8 * feed.plan.state_words});",
        *(f"    {line}" for line in hold),
        *(f"    {line}" for line in forget),
        f"    r->y{number} = year;",
        "    (void)in;",
        "}",
        "",
    ])  # fmt: skip


def turning(feed: Feed, name: str) -> list[str]:
    """Lines that bring record r, of row i, to the years of that."""
    lines, years = [], years_of(feed)
    same = " & ".join(f"(b->y{number}[i] == r->y{number})" for number in years)
    for number in years:
        lines += [
            f"    if (b->y{number}[i] > r->y{number})",
            f"        {name}_turn{number}(in, r, (int64_t *)in->past + "
            f"{feed.plan.state_words} * (int64_t)unit[i], b->y{number}[i], first_year{number});",
            f"    else if (b->y{number}[i] < r->y{number})",
            "        hmb_odd(out, &r->odd, unit[i]);",
        ]
    return [f"if (!__builtin_expect({same}, 1)) {{", *lines, "}"]


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
