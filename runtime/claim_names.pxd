"""By which names a claim gives its values, and which of them one call of `settle` gave."""

from cpython.object cimport PyObject
from libc.stdint cimport int32_t

from hmbc.runtime.memory cimport Block

cdef enum:
    PLACE_CLAIM_ID = -1
    PLACE_MEMBER_ID = -2
    PLACE_REFUNDS = -3
    PLACE_UNKNOWN = -4


cdef class Signature:
    cdef tuple names
    cdef Py_ssize_t n
    cdef bint is_complete   # all that is required, nothing twice
    cdef bint has_unknown
    cdef Block block
    cdef PyObject **texts   # the names
    cdef int32_t *places    # of each name


cdef class ClaimNames:
    cdef readonly dict places
    cdef readonly frozenset required    # places
    cdef dict signatures

    cdef Signature signature(self, tuple names)
