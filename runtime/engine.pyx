# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Runs a compiled scheme over the rows of many units, one unit after the other."""

from libc.stdint cimport int32_t, int64_t, uint8_t

from hmbc.runtime.abi cimport HMB_ABI, HMB_OK, hmb_input, hmb_run
from hmbc.runtime.claim_rows cimport FLAG_LATE, ClaimRows
from hmbc.runtime.memory cimport Block, raw_block
from hmbc.runtime.refunds cimport has_refund, run_refunds
from hmbc.runtime.scheme_call cimport Entry, Inputs, Outputs, start_unit
from hmbc.runtime.totals cimport Totals
from hmbc.runtime.units cimport KEY_WORDS, Unit

cdef enum:
    STEP = 100_000      # rows of a part

ABI = HMB_ABI


def parts_of(ClaimRows rows):
    """The units that were arranged, cut into parts of about STEP rows: (first rank, rank after the
    last, rows up to there)."""
    cdef int64_t rank, first = 0, done = 0
    cdef const int64_t *starts = <const int64_t *>rows.starts.data
    cdef list parts = []
    for rank in range(rows.n_units):
        if starts[rank + 1] - done >= STEP or rank - first >= STEP or rank == rows.n_units - 1:
            done = starts[rank + 1]
            parts.append((first, rank + 1, done))
            first = rank + 1
    return parts


def run_units(ClaimRows rows, Outputs outputs, Entry entry, Inputs inputs, Unit unit, int64_t first,
              int64_t end, Totals before, Totals after):
    """Adjudicates the rows of some units, in order, from the totals before to those after.

    Parts that share no unit may run in different threads, each with a unit and an `after` of
    its own.
    """
    cdef int64_t rank, longest = 0
    cdef const int64_t *starts = <const int64_t *>rows.starts.data
    cdef Block chosen
    cdef int failed = 0
    for rank in range(first, end):
        longest = max(longest, starts[rank + 1] - starts[rank])
    chosen = raw_block(8 * longest)
    with nogil:
        for rank in range(first, end):
            if _run_unit(rows, outputs, entry.run, &inputs.input, unit, rank, before, after,
                         <int64_t *>chosen.data) < 0:
                failed = 1
                break
    if failed:
        raise MemoryError("totals")


cdef int _run_unit(ClaimRows rows, Outputs outputs, hmb_run run, const hmb_input *inputs, Unit unit,
                   int64_t rank, Totals before, Totals after, int64_t *chosen) noexcept nogil:
    cdef int64_t id = (<int64_t *>rows.unit_at.data)[rank]
    cdef int64_t first = (<int64_t *>rows.starts.data)[rank]
    cdef int64_t end = (<int64_t *>rows.starts.data)[rank + 1]
    cdef const int64_t *order = <const int64_t *>rows.order.data
    cdef const int32_t *day = rows.day
    cdef uint8_t *flag = <uint8_t *>rows.flag.data
    cdef uint8_t *after_reject = <uint8_t *>rows.after.data
    cdef const uint8_t *status = outputs.output.status
    cdef int64_t place, row, n = 0
    if start_unit(unit, before, id) < 0:
        return -1
    if rows.target is not None and has_refund(rows, first, end):
        if run_refunds(rows, outputs, run, inputs, unit, rank, before, chosen) < 0:
            return -1
    else:
        for place in range(first, end):
            row = order[place]
            if flag[row]:
                continue
            if unit.has_last and day[row] < unit.last:
                flag[row] = FLAG_LATE
                continue
            chosen[n] = row
            n += 1
        if n:
            run(inputs, chosen, n, &unit.state, &outputs.output)
    if unit.map.failed:
        return -1
    if (<uint8_t *>rows.tainted.data)[id]:
        unit.rejected = 1
    for place in range(first, end):
        row = order[place]
        if flag[row] or status[row] != HMB_OK:
            unit.rejected = 1
        else:
            after_reject[row] = unit.rejected
            unit.has_last = 1
            unit.last = day[row]
    return -1 if unit.dump(id, &after.rows) < 0 else 0


def loads(Totals totals, Unit unit):
    """The first unit in which one total stands twice, or -1: such a table is not a state."""
    cdef int64_t id, place, row
    cdef const int64_t *starts = <const int64_t *>totals.starts.data
    for id in range(totals.n_units):
        if starts[id] == starts[id + 1]:
            continue
        unit.reset()
        for place in range(starts[id], starts[id + 1]):
            row = (<const int64_t *>totals.order.data)[place]
            if unit.load(totals.rows.accumulator.data[row],
                         totals.rows.key.data + KEY_WORDS * row,
                         totals.rows.total.data[row]) != 0:
                return id
    return -1
