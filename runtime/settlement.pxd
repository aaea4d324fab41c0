"""What one claim came to, as numbers that are put into words when they are asked for."""

from libc.stdint cimport int64_t

cdef enum:
    INSIDE = 32         # words that a settlement has room for; more lie beyond it


cdef class Terms:
    cdef readonly tuple layers
    cdef readonly tuple reasons
    cdef readonly tuple ranks
    cdef readonly tuple deadlines
    cdef readonly int digits
    cdef object make_state


cdef class Settlement:
    cdef Terms terms
    cdef tuple days
    cdef bytes beyond
    cdef Py_ssize_t n_words
    cdef int64_t *words
    cdef int64_t inside[INSIDE]


cdef Settlement new_settlement(Terms terms, tuple days, Py_ssize_t n_words)
