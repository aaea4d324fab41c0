# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Refunds: a unit's rows without a claim that one of them takes back."""

from libc.stdint cimport int16_t, int32_t, uint8_t
from libc.stdlib cimport calloc, free
from libc.string cimport memmove

from hmbc.runtime.abi cimport HMB_OK, hmb_output
from hmbc.runtime.claim_rows cimport (
    FLAG_LATE,
    FLAG_LATER,
    FLAG_OF_REFUND,
    FLAG_OTHER_UNIT,
    FLAG_REJECTED,
    FLAG_TWICE,
    FLAG_UNKNOWN,
    FLAG_UNSETTLES,
    NO_REFUND,
)
from hmbc.runtime.scheme_call cimport start_unit


cdef bint has_refund(ClaimRows rows, int64_t first, int64_t end) noexcept nogil:
    """Whether one of a unit's rows, in places first … end - 1 of the order, takes a claim back."""
    cdef int64_t place
    for place in range(first, end):
        if (<int64_t *>rows.target.data)[(<int64_t *>rows.order.data)[place]] != NO_REFUND:
            return True
    return False


cdef int run_refunds(ClaimRows rows, Outputs outputs, hmb_run run, const hmb_input *inputs, Unit unit,
                     int64_t rank, Totals before, int64_t *chosen) noexcept nogil:
    """Adjudicates a unit in whose rows there are refunds. At each refund the unit is replayed from
    its start: without the claim taken back, those taken back before, and rejected ones.

    chosen: room for the unit's rows. Returns -1 where there is no memory.
    """
    cdef int64_t id = (<int64_t *>rows.unit_at.data)[rank]
    cdef int64_t first = (<int64_t *>rows.starts.data)[rank]
    cdef int64_t end = (<int64_t *>rows.starts.data)[rank + 1]
    cdef const int64_t *order = <const int64_t *>rows.order.data
    cdef const int32_t *day = rows.day
    cdef const int64_t *target = <const int64_t *>rows.target.data
    cdef uint8_t *flag = <uint8_t *>rows.flag.data
    cdef hmb_output *output = &outputs.output
    cdef int64_t n_layers = outputs.n_layers
    cdef int64_t place, row, at, layer, kept
    cdef int64_t n = 0          # of chosen: rows that count, in order
    cdef int64_t done = 0       # of those: already run
    cdef int has_last = unit.has_last
    cdef int64_t last = unit.last
    cdef int64_t *paid = <int64_t *>calloc(n_layers + 1, 8)     # by layer, so far
    cdef int64_t *saved = <int64_t *>calloc((end - first) * 2 * n_layers + 1, 8)
    if paid == NULL or saved == NULL:
        free(paid)
        free(saved)
        return -1
    for place in range(first, end):
        row = order[place]
        if flag[row]:
            continue
        if has_last and day[row] < last:
            flag[row] = FLAG_LATE
            continue
        if target[row] == NO_REFUND:
            chosen[n] = row
            n += 1
            continue
        if n > done:
            run(inputs, chosen + done, n - done, &unit.state, output)
            kept = done
            for at in range(done, n):
                if output.status[chosen[at]] == HMB_OK:
                    chosen[kept] = chosen[at]
                    kept += 1
                    for layer in range(n_layers):
                        paid[layer] += output.pay[layer][chosen[at]]
            done = n = kept
        flag[row] = _refusal(rows, outputs, row)
        if flag[row] == 0:
            at = 0
            while chosen[at] != target[row]:
                at += 1
            if not _replay(outputs, run, inputs, unit, before, id, chosen, n, at, saved, paid, row):
                flag[row] = FLAG_UNSETTLES
                continue
            (<uint8_t *>rows.taken.data)[target[row]] = 1
            memmove(chosen + at, chosen + at + 1, (n - at - 1) * sizeof(int64_t))
            done = n = n - 1
    if n > done:
        run(inputs, chosen + done, n - done, &unit.state, output)
    free(paid)
    free(saved)
    return 0


cdef uint8_t _refusal(ClaimRows rows, Outputs outputs, int64_t row) noexcept nogil:
    """Why a refund may not be: a FLAG_, or 0."""
    cdef int64_t taken = (<int64_t *>rows.target.data)[row]
    cdef const int32_t *day = rows.day
    cdef const int32_t *units = rows.unit_of_row
    if taken < 0:
        return FLAG_UNKNOWN
    if units[taken] >= 0 and units[taken] != units[row]:
        return FLAG_OTHER_UNIT
    if taken != row and (<int64_t *>rows.target.data)[taken] != NO_REFUND:
        return FLAG_OF_REFUND
    if day[taken] > day[row] or (day[taken] == day[row] and taken >= row):
        return FLAG_LATER
    if units[taken] < 0 or (<uint8_t *>rows.flag.data)[taken]:
        return FLAG_REJECTED
    if outputs.output.status[taken] != HMB_OK:
        return FLAG_REJECTED
    return FLAG_TWICE if (<uint8_t *>rows.taken.data)[taken] else 0


cdef bint _replay(Outputs outputs, hmb_run run, const hmb_input *inputs, Unit unit, Totals before,
                  int64_t id, const int64_t *rows, int64_t n, int64_t without, int64_t *saved,
                  int64_t *paid, int64_t refund) noexcept nogil:
    """Replays n rows of the unit but rows[without], and writes what the refund pays: what is
    then paid in all, less what was paid. Where a row would now be rejected, all is as before and
    the answer is no. What the rows themselves were paid stays as it was written.

    saved: room for 2 n words of each layer; paid: by layer, changed with the refund.
    """
    cdef hmb_output *output = &outputs.output
    cdef int64_t n_layers = outputs.n_layers
    cdef int64_t at, layer, whole
    cdef bint settles = True
    for at in range(n):
        for layer in range(n_layers):
            saved[2 * (at * n_layers + layer)] = output.pay[layer][rows[at]]
            saved[2 * (at * n_layers + layer) + 1] = output.reason[layer][rows[at]]
    start_unit(unit, before, id)
    if without:
        run(inputs, rows, without, &unit.state, output)
    if n > without + 1:
        run(inputs, rows + without + 1, n - without - 1, &unit.state, output)
    for at in range(n):
        if output.status[rows[at]] != HMB_OK:
            settles = False
            output.status[rows[at]] = HMB_OK
    if settles:
        for layer in range(n_layers):
            whole = 0
            for at in range(n):
                if at != without:
                    whole += output.pay[layer][rows[at]]
            output.pay[layer][refund] = whole - paid[layer]
            output.reason[layer][refund] = outputs.refund_reason
            paid[layer] = whole
    else:
        start_unit(unit, before, id)
        run(inputs, rows, n, &unit.state, output)
    for at in range(n):
        for layer in range(n_layers):
            output.pay[layer][rows[at]] = saved[2 * (at * n_layers + layer)]
            output.reason[layer][rows[at]] = <int16_t>saved[2 * (at * n_layers + layer) + 1]
    return settles
