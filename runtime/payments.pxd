"""What a scheme said of the rows that are kept, as the table of payments."""

from libc.stdint cimport int64_t

from hmbc.runtime.memory cimport Block, Longs


cdef class Results:
    cdef readonly int64_t n_rows
    cdef list pay           # of each layer: int64 of each row; None where it is not wanted
    cdef list reason        # of each layer: its reason of each row; None where it is not wanted
    cdef int width          # bytes of a reason: 1 or 2, unsigned
    cdef Block total        # int64 of each row; None where it is not wanted
    cdef Block decided      # of each row: the reason of the layer that decides; None likewise
    cdef Block status       # uint8 of each row
    cdef Longs runs         # of the kept rows: first row, number of rows
    cdef readonly int64_t n_kept
