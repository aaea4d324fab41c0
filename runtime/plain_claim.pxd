"""A claim in which every value is of its plainest type, read into the row that a scheme reads."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t, uint8_t

from hmbc.runtime.cell_reader cimport Choice
from hmbc.runtime.claim_names cimport ClaimNames, Signature
from hmbc.runtime.memory cimport Block


cdef struct Field:
    bint is_required
    const Choice *few       # of an enum of few texts: what they stand for
    int64_t n_few           # how many; else 0
    int64_t low
    int64_t high
    int64_t scale           # of a whole number
    int64_t missing         # the word of an absent value
    PyObject *reader

cdef class ClaimFields:
    cdef readonly ClaimNames names
    cdef list readers
    cdef list optional              # of each attribute, whether it may be absent
    cdef bint may_lack              # whether any attribute may be absent
    cdef Py_ssize_t n               # attributes, with a deciding day that is none
    cdef Py_ssize_t day             # the place of the deciding one
    cdef Block fields_block, kinds_block
    cdef Field *fields              # of the attributes, then of a deciding day that is none
    cdef uint8_t *kinds


cdef class PlainClaim:
    cdef ClaimFields of
    cdef readonly ClaimNames names
    cdef tuple keywords             # of the last call in keywords
    cdef Signature by_keywords, by_keys
    cdef Py_ssize_t n_claim         # attributes, without a deciding day that is none
    cdef Py_ssize_t day             # the place of the deciding one
    cdef Block words_block, given_block
    cdef Field *fields              # of the attributes, then of a deciding day that is none
    cdef int64_t *words             # likewise
    cdef uint8_t *given             # whether each is there
    cdef uint8_t *kinds
    cdef int64_t *row_member        # where the row of the claim's member goes
    cdef bint may_lack              # whether any attribute may be absent
    cdef PyObject *claim_id         # borrowed from the claim; NULL: none
    cdef PyObject *member_id

    cdef bint take_keywords(self, PyObject *const *args, PyObject *keywords) except -1
    cdef bint take_values(self, PyObject *const *args, Signature call) except -1
    cdef bint take_dict(self, PyObject *claim) except -1
    cdef bint _take_other(self, Py_ssize_t place, PyObject *value) except -1
    cdef void _forget(self) noexcept
    cdef tuple row(self)
    cdef int put(self, words, given) except -1
