"""Which optimisations the feed is made with. Each can be switched off, and no answer may change."""

from __future__ import annotations

from attrs import evolve, frozen


@frozen(kw_only=True)
class Optimise:
    """fold: conditions and minima rewritten by ranges and shapes. shift: shares taken by one
    multiplication and one shift where integers prove it exact. derive: totals that are a function of
    another total are not kept. merge: layers of which each claim enters one share one computation.
    compact: totals in 32 bits and days in 16, checked when run. carry: what of a total no row can tell from
    less is taken out of its 32 bits. fuse: what a row adds is worked out in
    the loop that adds it, where it is little. narrow: payments in lanes of 32
    bits where they fit. cells: rows' places in records, and what they add to cells of 32 bits, are found
    by vectors before. runs: where rows of a unit stand together, its record is read once. together: where
    those of all units do, records are made as their rows come. marks: a record
    knows of most keys whether they are in its chain, and is not searched for them. rows: where a row moves
    few of many totals, rows go one by one, with branches. before: what these need of claims alone is worked out by
    vectors before. ahead: columns are asked for a block before they are
    read. lanes: of processors that have vectors of 512 bits these are used for
    blocks of rows of units that stand together. once: a share that is asked for whole and capped is taken once. clones: loops also for newer
    processors, chosen when loaded."""

    fold: bool = True
    shift: bool = True
    derive: bool = True
    merge: bool = True
    compact: bool = True
    carry: bool = True
    fuse: bool = True
    narrow: bool = True
    cells: bool = True
    runs: bool = True
    together: bool = True
    marks: bool = True
    rows: bool = True
    before: bool = True
    ahead: bool = True
    lanes: bool = True
    once: bool = True
    clones: bool = True


ALL = Optimise()

PLAIN = evolve(ALL, clones=False, lanes=False)
"""For any processor alone, and quicker to build."""
