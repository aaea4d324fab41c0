# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What a scheme said of the rows that are kept, as the table of payments.

Kept rows come in stretches, mostly long ones, so that columns are moved together rather than
gathered; where no row was rejected nothing is moved.
"""

from libc.stdint cimport int8_t, int16_t, int32_t, uint8_t, uint16_t
from libc.stdlib cimport free
from libc.string cimport memcpy, memmove, memset

from hmbc.runtime.abi cimport HMB_OK, hmb_output
from hmbc.runtime.arrow_in cimport Column
from hmbc.runtime.arrow_out cimport OutTable
from hmbc.runtime.claim_rows cimport FLAG_BAD, ClaimRows
from hmbc.runtime.memory cimport new_block, push, raw_block
from hmbc.runtime.out_columns cimport (
    OutColumn,
    block_column,
    kept_column,
    wide_column,
    words_column,
)
from hmbc.runtime.scheme_call cimport Outputs, deciding

from hmbc.runtime.out_columns import text_column

MOST_IN_A_BYTE = 128
"""Reasons whose indices fit a signed byte."""


cdef class Results:
    """What a scheme said of each row; `keep` then says which rows are told."""

    def __init__(self, int64_t n_rows):
        self.n_rows = n_rows
        self.pay = []
        self.reason = []

    def __dealloc__(self):
        free(self.runs.data)

    def keep(self, ClaimRows rows):
        """Finds the rows that were adjudicated. Call it once, at the end."""
        cdef int64_t row, first = 0
        cdef const uint8_t *flag = <const uint8_t *>rows.flag.data
        cdef const uint8_t *status = <const uint8_t *>self.status.data
        cdef int failed = 0
        cdef unsigned long long eight
        with nogil:
            row = 0
            while row < self.n_rows:
                # most rows are good: eight at a time
                while row + 8 <= self.n_rows:
                    memcpy(&eight, flag + row, 8)
                    if eight:
                        break
                    memcpy(&eight, status + row, 8)
                    if eight:
                        break
                    row += 8
                if row >= self.n_rows:
                    break
                if flag[row] or status[row] != HMB_OK:
                    if row > first:
                        failed |= push(&self.runs, first) | push(&self.runs, row - first)
                        self.n_kept += row - first
                    first = row + 1
                row += 1
            if self.n_rows > first:
                failed |= push(&self.runs, first) | push(&self.runs, self.n_rows - first)
                self.n_kept += self.n_rows - first
        if failed:
            raise MemoryError("rows")

    def kept(self):
        """The rows that are told, in order."""
        cdef int64_t run
        return [
            row
            for run in range(0, self.runs.n, 2)
            for row in range(self.runs.data[run], self.runs.data[run] + self.runs.data[run + 1])
        ]

    def statuses(self, ClaimRows rows):
        """The rows that were rejected after the columns were read: (row, status, negative where it
        is the engine's own)."""
        cdef int64_t row, run, first = 0, end
        cdef const uint8_t *flag = <const uint8_t *>rows.flag.data
        cdef const uint8_t *status = <const uint8_t *>self.status.data
        cdef list found = []
        for run in range(0, self.runs.n + 2, 2):
            end = self.runs.data[run] if run < self.runs.n else self.n_rows
            for row in range(first, end):
                if flag[row] > FLAG_BAD:
                    found.append((row, 1 - flag[row]))
                elif flag[row] == 0 and status[row] != HMB_OK:
                    found.append((row, status[row]))
            if run < self.runs.n:
                first = end + self.runs.data[run + 1]
        return found

    def take(self, Outputs outputs):
        """Takes over what was said of the rows one unit at a time."""
        self.pay = list(outputs.pay)
        self.reason = list(outputs.reason)
        self.status = outputs.status
        self.width = 2

    def decide(self, Outputs outputs, reason_ranks):
        """Of each kept row works out what all layers pay and which reason is the claim's."""
        cdef int64_t row, run, layer, value, n_layers = outputs.n_layers
        cdef int64_t *total
        cdef uint16_t *decided
        cdef Block ranks = new_block(8 * len(reason_ranks))
        cdef const hmb_output *output = &outputs.output
        self.total = raw_block(8 * self.n_rows)
        self.decided = raw_block(2 * self.n_rows)
        total = <int64_t *>self.total.data
        decided = <uint16_t *>self.decided.data
        for row in range(len(reason_ranks)):
            (<int64_t *>ranks.data)[row] = reason_ranks[row]
        with nogil:
            for run in range(0, self.runs.n, 2):
                for row in range(self.runs.data[run], self.runs.data[run] + self.runs.data[run + 1]):
                    value = 0
                    for layer in range(n_layers):
                        value += output.pay[layer][row]
                    total[row] = value
                    decided[row] = 0
                    if n_layers:
                        layer = deciding(output, n_layers, <const int64_t *>ranks.data, row)
                        decided[row] = <uint16_t>output.reason[layer][row]


cdef int _together(Results results, Block block, int width) except -1:
    """Moves the cells of kept rows to the front."""
    cdef char *cells = <char *>block.data
    cdef int64_t run, first, n, at = 0
    with nogil:
        for run in range(0, results.runs.n, 2):
            first = results.runs.data[run]
            n = results.runs.data[run + 1]
            if first != at:
                memmove(cells + width * at, cells + width * first, width * n)
            at += n
    return 0


cdef object _sum(Block block, int64_t n):
    """The sum of n words, which may need more than 64 bits."""
    cdef const int64_t *words = <const int64_t *>block.data
    cdef int64_t row, low = 0, high = 0
    with nogil:
        for row in range(n):
            low += words[row] & <int64_t>0xFFFFFFFF
            high += words[row] >> 32
    return (int(high) << 32) + int(low)


cdef OutColumn _money(str name, Results results, Block block, bytes decimal):
    """A column of amounts whose kept cells stand together; takes the block over. decimal: its format,
    or None for whole minor units."""
    if decimal is None:
        return block_column(name, b"l", results.n_kept, block)
    return wide_column(name, decimal, results.n_kept, block)


cdef OutColumn _reasons(str name, Results results, Block block, OutColumn names):
    """A column of reasons; takes the block over."""
    cdef int64_t row, n = results.n_kept
    cdef uint8_t *bytes_ = <uint8_t *>block.data
    cdef uint16_t *shorts = <uint16_t *>block.data
    cdef OutColumn column
    cdef void *memory
    _together(results, block, results.width)
    if names.length <= MOST_IN_A_BYTE:
        if results.width == 2:
            with nogil:
                for row in range(n):
                    bytes_[row] = <uint8_t>shorts[row]
        column = block_column(name, b"c", n, block)
    elif results.width == 2:
        column = block_column(name, b"s", n, block)
    else:
        column = words_column(name, b"s", 2, n, &memory)
        with nogil:
            for row in range(n):
                (<int16_t *>memory)[row] = bytes_[row]
    column.dictionary = names
    return column


cdef list _counts(OutColumn column, int64_t n_reasons):
    """How often each reason stands in a column."""
    cdef Block block = new_block(8 * 4 * n_reasons)
    cdef int64_t *times = <int64_t *>block.data
    cdef const uint8_t *bytes_ = <const uint8_t *>column.data[1].data
    cdef const uint16_t *shorts = <const uint16_t *>column.data[1].data
    cdef int64_t row, n = column.length
    cdef bint narrow = column.format == b"c"
    with nogil:
        # four tables: rows of one reason follow each other, and would wait for each other's count
        for row in range(n):
            times[(row & 3) * n_reasons + (bytes_[row] if narrow else shorts[row])] += 1
    return [
        times[row] + times[n_reasons + row] + times[2 * n_reasons + row] + times[3 * n_reasons + row]
        for row in range(n_reasons)
    ]


cdef OutColumn _dates(ClaimRows rows, Results results):
    cdef void *memory
    cdef OutColumn column = words_column("date", b"tdD", 4, results.n_kept, &memory)
    cdef int64_t run, at = 0
    with nogil:
        for run in range(0, results.runs.n, 2):
            memcpy(<int32_t *>memory + at, rows.day + results.runs.data[run],
                   4 * results.runs.data[run + 1])
            at += results.runs.data[run + 1]
    return column


cdef OutColumn _after_reject(ClaimRows rows, Results results):
    cdef void *memory
    cdef OutColumn column = words_column("after_reject", b"b", 1, results.n_kept // 8 + 1, &memory)
    cdef int64_t run, row, at = 0
    cdef uint8_t *bits = <uint8_t *>memory
    column.length = results.n_kept
    memset(memory, 0, results.n_kept // 8 + 1)
    if rows.after is not None:
        for run in range(0, results.runs.n, 2):
            for row in range(results.runs.data[run],
                             results.runs.data[run] + results.runs.data[run + 1]):
                if (<const uint8_t *>rows.after.data)[row]:
                    bits[at >> 3] |= <uint8_t>(1 << (at & 7))
                at += 1
    return column


def payments(ClaimRows rows, Results results, Column claim_ids, Column member_ids, layers, reasons,
             int digits, bint minor_units, columns=None):
    """The table of adjudicated rows in file order, what each layer paid in all (minor units), and
    how often each reason decided. Takes the results over.

    minor_units: amounts are whole minor units, else decimals of `digits`. columns: the names of
    those that are wanted, in the table's order whatever theirs; None: all of them.
    """
    cdef int64_t layer
    cdef OutColumn names = text_column("", list(reasons))
    cdef OutColumn column
    cdef bytes decimal = None if minor_units else f"d:18,{digits}".encode()
    cdef list out = [], paid = []

    def wanted(name):
        return columns is None or name in columns

    if wanted("claim_id"):
        out.append(kept_column("claim_id", claim_ids, &results.runs, results.n_kept))
    if wanted("member_id"):
        out.append(kept_column("member_id", member_ids, &results.runs, results.n_kept))
    if wanted("date"):
        out.append(_dates(rows, results))
    for layer in range(len(layers)):
        block = results.pay[layer]
        if block is not None:
            _together(results, block, 8)
            paid.append((layers[layer], _sum(block, results.n_kept)))
            if wanted(f"{layers[layer]}_pay"):
                out.append(_money(f"{layers[layer]}_pay", results, block, decimal))
        block = results.reason[layer]
        if block is not None and wanted(f"{layers[layer]}_reason"):
            out.append(_reasons(f"{layers[layer]}_reason", results, block, names))
    if wanted("total_pay"):
        _together(results, results.total, 8)
        out.append(_money("total_pay", results, results.total, decimal))
    column = _reasons("reason", results, results.decided, names)
    counts = _counts(column, len(reasons)) if layers else [0] * len(reasons)
    if wanted("reason"):
        out.append(column)
    if wanted("after_reject"):
        out.append(_after_reject(rows, results))
    results.pay = results.reason = []
    return OutTable(out), dict(paid), counts
