"""Totals of a benefit year in a batch that spans several: a record holds those of one year.

A record has the year of its totals, counted from the batch's first. A row of a later year first puts
what there is away, as state words of the unit, and begins again from 0. Batches within one year know
nothing of it: `can` says which ones need room for the years that are over.
"""

from __future__ import annotations

from collections.abc import Sequence

from hmbc.compiler.emit_c import year_begins
from hmbc.compiler.graph import place_of
from hmbc.compiler.lower_feed import Feed, FeedTotal


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
        f"    {name}_record *r, int64_t *past, uint8_t year)",
        "{",
        f"    if (({every}) == 0)",
        f"        memset(past, 0, {8 * feed.plan.state_words});",
        *(f"    {line}" for line in hold),
        *(f"    {line}" for line in forget),
        f"    r->y{number} = year;",
        "}",
        "",
    ])  # fmt: skip


def turning(feed: Feed, name: str) -> str:
    """The loop in which the records of a block's rows come to the years of those. It gives how many rows
    the block then has: it ends before a row of another year than an earlier one of the same record, for
    the totals of that one are still to be moved."""
    years, words = years_of(feed), feed.plan.state_words
    moved = " && ".join(f"b->y{number}[i] == r->y{number}" for number in years)
    lines = [
        f"if (__builtin_expect({moved}, 1))",
        "    continue;",
        "for (int64_t k = 0; k < i; k++)",
        "    if (unit[k] == unit[i])",
        "        return i;",
    ]
    for number in years:
        lines += [
            f"if (b->y{number}[i] > r->y{number})",
            f"    {name}_turn{number}(in, r, past + {words} * (int64_t)unit[i], b->y{number}[i]);",
            f"else if (b->y{number}[i] < r->y{number})",
            "    hmb_odd(out, &r->odd, unit[i]);",
        ]
    return "\n".join([
        f"HMB_PLAIN_LOOP static int64_t {name}_years(int64_t n, const hmb_feed_input *in,",
        "    const int32_t *restrict unit, hmb_feed_output *out,",
        f"    const {name}_block *restrict b)",
        "{",
        f"    {name}_record *records = in->records;",
        "    int64_t *past = in->past;",
        "    for (int64_t i = 0; i < n; i++) {",
        f"        {name}_record *r = records + unit[i];",
        *(f"        {line}" for line in lines),
        "    }",
        "    return n;",
        "}",
        "",
    ])  # fmt: skip
