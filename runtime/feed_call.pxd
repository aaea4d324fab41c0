"""A compiled scheme's feed, and what a call of it takes and gives."""

from libc.stdint cimport int32_t, int64_t, uint8_t

from hmbc.runtime.abi cimport hmb_feed, hmb_feed_input, hmb_feed_output
from hmbc.runtime.claim_rows cimport ClaimRows
from hmbc.runtime.feed_order cimport Layout
from hmbc.runtime.member_rows cimport MemberRows
from hmbc.runtime.memory cimport Block
from hmbc.runtime.scheme_call cimport Inputs


cdef class Feed:
    cdef const hmb_feed *feed
    cdef object capsule


cdef class FeedCall:
    cdef Feed source
    cdef const hmb_feed *feed
    cdef hmb_feed_input input
    cdef hmb_feed_output output
    cdef int64_t n_records, n_rows, n_layers
    cdef int64_t day_at
    cdef readonly int64_t rejected  # rows that the scheme itself rejects, at least 1 where there is one
    cdef ClaimRows rows
    cdef Inputs inputs
    cdef MemberRows members
    cdef Layout layout
    cdef list attributes, widths, held
    cdef list people                # what the columns of members lie in
    cdef int several_years
    cdef readonly bint together     # units' rows stand together, and `run` makes their records
    cdef int64_t n_odd              # units that `run` found odd
    cdef bint is_wide               # a unit is more than a member, and has a record
    cdef bint by_id                 # records are numbered as units are, and not as rows of members
    cdef Block records, unit, row, day, version
    cdef const int32_t *row_of      # of each row of claims, that of the members table; NULL: its unit's
    cdef Block past, past_carried, closed, carried    # as hmb_feed_input says
    cdef list pay, reason           # of each layer; None: not wanted
    cdef Block total, decided, status
    cdef Block odd, rejected_unit   # as the functions of about these names say

    cdef int _members(self, list columns, list widths, int64_t good) except -1
    cdef int _columns(self, const int32_t *units, const int32_t *days, int64_t good) except -1
    cdef void *_pointers(self, list blocks) except NULL
    cdef int64_t _record_of(self, int64_t id) noexcept nogil
    cdef bint _is_odd(self, int64_t record) noexcept nogil
