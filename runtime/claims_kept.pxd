"""The claims that a session settled, kept so that one of them can be taken back."""

from libc.stdint cimport int64_t

from hmbc.runtime.memory cimport Bytes, Longs
from hmbc.runtime.plain_claim cimport PlainClaim


cdef class ClaimsKept:
    cdef readonly bytes base    # the unit's totals before the first of them; None: none is kept
    cdef dict places            # of each claim_id: (its number, its member's name); of a refund ()
    cdef Py_ssize_t n_claim
    cdef Longs words            # for each claim its member's row and its words
    cdef Bytes given            # for each claim whether its values are there
    cdef Bytes gone             # for each claim whether it was taken back

    cdef bint knows(self, str claim_id) except -1
    cdef int keep(self, bytes base, PlainClaim claim, int64_t row, str claim_id, str name) except -1
    cdef int64_t put_back(self, int64_t number, PlainClaim claim) noexcept
