"""The totals of all units between two batches, and the table in which they are kept."""

from libc.stdint cimport int64_t

from hmbc.runtime.intern cimport Intern
from hmbc.runtime.memory cimport Block
from hmbc.runtime.units cimport TotalRows


cdef class Totals:
    cdef readonly list accumulators
    cdef TotalRows rows
    cdef Block order        # rows sorted by unit, each unit's in the order they came
    cdef Block starts       # of each unit in order
    cdef int64_t n_units

    cdef bint _key(self, const char *text, int64_t n, tuple tables, int64_t *key) except *
    cdef bint _slow_key(self, const char *text, int64_t n, tuple tables, int64_t *key) except *
    cdef int _sort(self, int64_t n_units) except -1
    cdef Block _order(self, Intern members)
    cdef int _sort_keys(self, int64_t *rows, int64_t first, int64_t end, list tables) except -1
