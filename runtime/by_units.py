"""Adjudicates a table one unit after the other: the way that every scheme has."""

from __future__ import annotations

from collections.abc import Callable

from hmbc.runtime.claim_rows import ClaimRows
from hmbc.runtime.engine import parts_of, run_units
from hmbc.runtime.in_order import each
from hmbc.runtime.scheme_call import Entry, Inputs, Outputs
from hmbc.runtime.scheme_readers import SchemeReaders
from hmbc.runtime.totals import Totals

Progress = Callable[[int, int], object]


def run_by_units(
    readers: SchemeReaders,
    rows: ClaimRows,
    outputs: Outputs,
    entry: Entry,
    inputs: Inputs,
    before: Totals,
    threads: int,
    progress: Progress | None,
) -> Totals:
    """Adjudicates all rows that were arranged, one unit after the other; the totals after them."""
    after = readers.totals()
    parts = parts_of(rows)

    def run(part: tuple[int, int, int]) -> Totals:
        totals = readers.totals()
        run_units(rows, outputs, entry, inputs, readers.unit(), part[0], part[1], before, totals)
        return totals

    for part, totals in zip(parts, each(run, threads, parts), strict=True):
        after.extend(totals)
        if progress is not None:
            progress(part[2], rows.n_rows)
    return after
