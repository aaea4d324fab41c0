"""One Python value to one word."""

from libc.stdint cimport int64_t

from hmbc.runtime.columns cimport Reader

cdef enum:
    CELL_ODD = 98

cdef int word_of(Reader reader, object value, int64_t *to) except -1
