"""What one claim came to, as numbers that are put into words when they are asked for."""

from libc.stdint cimport int64_t


cdef class Terms:
    cdef readonly tuple layers
    cdef readonly tuple reasons
    cdef readonly tuple deadlines
    cdef readonly int digits
    cdef object make_state


cdef class Settlement:
    cdef Terms terms
    cdef bytes record
    cdef tuple days
    cdef int64_t total
    cdef int deciding

    cdef const int64_t *_words(self) noexcept


cdef Settlement new_settlement(
    Terms terms, bytes record, tuple days, int64_t total, int deciding)
