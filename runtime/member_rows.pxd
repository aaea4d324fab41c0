"""The rows of the members table: which one holds for a member on a day."""

from libc.stdint cimport int64_t

from hmbc.runtime.columns cimport Values
from hmbc.runtime.memory cimport Block


cdef class MemberRows:
    cdef readonly Values ids
    cdef int64_t n_ids
    cdef bint varies
    cdef Block starts, order    # rows of each id, by first day
    cdef Block first, last      # days of each row, both included
    cdef Block bad              # of each id: its rows may not be used

    cdef int64_t find(self, int64_t id, int64_t day, bint *hole) noexcept nogil
    cdef bint is_bad(self, int64_t id) noexcept nogil
