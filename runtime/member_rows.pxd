"""The rows of the members table: which one holds for a member on a day."""

from libc.stdint cimport int32_t, int64_t, uint8_t

from hmbc.runtime.memory cimport Block
from hmbc.runtime.values cimport Values


cdef class MemberRows:
    cdef readonly Values ids
    cdef int64_t n_ids
    cdef bint varies
    cdef Block starts, order    # rows of each id, by first day
    cdef Block first, last      # days of each row, both included
    cdef Block bad              # of each id: its rows may not be used
    cdef Block row_at           # of each id: its row, where it has one that may be used on any day
    cdef Block near             # hmb_near of each id, where attributes vary
    cdef bint in_order          # whether that is the id itself, for all rows

    cdef int64_t find(self, int64_t id, int64_t day, bint *hole) noexcept nogil
    cdef bint find_block(self, const int32_t *ids, const int32_t *days, int64_t n, int32_t *to,
                         uint8_t *version) noexcept nogil
    cdef bint _find_days(self, const int32_t *ids, const int32_t *days, int64_t n, int32_t *to,
                         uint8_t *version) noexcept nogil
    cdef int near_of(self, int64_t id) except -1
    cdef bint is_identity(self, const int32_t *ids, int64_t n) noexcept nogil
    cdef bint is_bad(self, int64_t id) noexcept nogil
