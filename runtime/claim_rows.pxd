"""The rows of one table of claims: whose each is, what is wrong with it, in which order they stand."""

from libc.stdint cimport int32_t, int64_t, uint8_t

from hmbc.runtime.member_rows cimport MemberRows
from hmbc.runtime.memory cimport Block
from hmbc.runtime.values cimport Values

cdef enum:
    FLAG_BAD = 1        # rejected before the scheme saw it; its record is written by who found it
    FLAG_LATE = 2       # this and the next: of a row that the engine itself rejects
    FLAG_UNKNOWN = 3
    FLAG_TWICE = 4
    FLAG_OF_REFUND = 5
    FLAG_OTHER_UNIT = 6
    FLAG_LATER = 7
    FLAG_REJECTED = 8
    FLAG_UNSETTLES = 9
    NO_REFUND = -2      # in `target`


cdef class ClaimRows:
    cdef readonly int64_t n_rows
    cdef int64_t n_ids              # member ids seen
    cdef int64_t n_unit_ids         # unit ids seen
    cdef bint spoiled               # whether any row has a flag
    cdef Block flag                 # uint8 of each row: FLAG_
    cdef Block place                # int32 of each row: its row in the members table, or -1
    cdef Block version              # uint8 of each row, as evaluator.h says; None: no attribute varies
    cdef Block unit                 # int32 of each row: id of its unit, or -1
    cdef const int32_t *place_of    # in `place`, or where its numbers stand already
    cdef const int32_t *unit_of_row
    cdef Values ids, days
    cdef const int32_t *id
    cdef const int32_t *day

    cdef Block target               # int64 of each row: the row that it takes back, -1, or NO_REFUND
    cdef Block taken                # uint8 of each row: it was taken back

    cdef Block after                # uint8 of each row: after a rejected one of its unit
    cdef Block tainted              # uint8 of each unit id: a row without a date was rejected
    cdef Block order, starts        # rows by rank of their unit, and where each unit's begin
    cdef Block unit_at              # unit id by rank
    cdef readonly int64_t n_units   # in order

    cpdef Block rank(self, int64_t n_first, Block chosen=*)
    cdef int _match_rows(self, MemberRows members, int64_t first, int64_t end, list unknown,
                         list bad, list holes) except -1
