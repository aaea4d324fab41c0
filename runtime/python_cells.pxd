"""One Python value to one word."""

from libc.stdint cimport int64_t

from hmbc.runtime.cell_reader cimport CellReader

cdef enum:
    CELL_ODD = 98

cdef int word_of(CellReader reader, object value, int64_t *to) except -1
