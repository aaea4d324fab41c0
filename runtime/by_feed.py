"""Adjudicates a table by the scheme's feed: all units in one pass, where the scheme and the rows allow."""

from __future__ import annotations

from collections.abc import Callable

from hmbc.runtime.by_units import Progress, run_by_units
from hmbc.runtime.claim_rows import ClaimRows
from hmbc.runtime.feed_call import Feed, FeedCall, width_of
from hmbc.runtime.in_order import each
from hmbc.runtime.member_rows import MemberRows
from hmbc.runtime.payments import Results
from hmbc.runtime.scheme_call import Entry, Inputs, Outputs
from hmbc.runtime.scheme_readers import SchemeReaders
from hmbc.runtime.totals import Totals
from hmbc.runtime.values import Values

PIECE = 1 << 20
"""Rows after which the progress is told."""


def run_by_feed(
    feed: Feed,
    readers: SchemeReaders,
    rows: ClaimRows,
    attributes: list[Values],
    member_columns: list[Values],
    members: MemberRows | None,
    entry: Entry,
    inputs: Inputs,
    before: Totals,
    n_before: int,
    results: Results,
    threads: int,
    progress: Progress | None,
    by_layer: bool,
) -> tuple[Callable[[], Totals], int] | None:
    """Adjudicates all rows; what then gives the totals after them, and how many rows are of units that the
    feed could take. None where this way is not open: nothing has been done then.

    n_before: unit ids with totals of an earlier batch come first. by_layer: whether payments and
    reasons of each layer are wanted.
    """
    plan = readers.plan
    if readers.day is None:
        return None
    widths, of_members = (
        [width_of(item.kind, len(item.values)) for item in items]
        for items in (plan.claim, plan.member)
    )
    call = FeedCall(
        feed, rows, attributes, widths, readers.day, inputs, members, len(plan.layers),
        readers.unit_place is not None,
    )
    if not call.prepare(threads, by_layer, member_columns, of_members, len(before)):
        return None
    call.pack(before, readers.unit())
    pieces = call.parts()
    if threads == 1 and not call.together:
        pieces = [
            (start, min(start + PIECE, end))
            for first, end in pieces
            for start in range(first, end, PIECE)
        ]
    done = 0
    for (first, end), _ in zip(pieces, each(lambda piece: call.run(*piece), threads, pieces), strict=True):
        done += end - first
        if progress is not None:
            progress(done, rows.n_rows)
    call.fetch()
    ranks = [*plan.reason_ranks, 0]
    odd = call.odd_units()
    others = readers.totals()
    taken = rows.n_rows
    if odd is not None:
        rows.arrange(n_before, odd)
        taken -= rows.n_arranged()
        inputs.take_claims(attributes, *rows.arranged())
        outputs = Outputs(len(plan.layers), rows.n_rows, len(plan.reasons))
        others = run_by_units(readers, rows, outputs, entry, inputs, before, threads, None)
        call.replace(outputs, ranks)
    rejected = call.rejected_units(before)
    if rejected is not None:
        rows.arrange(n_before, rejected)
        call.mark_after(before, readers.unit())
    call.results(results)

    def totals() -> Totals:
        after = readers.totals()
        call.totals(n_before, before, others, after, readers.unit())
        return after

    return totals, taken
