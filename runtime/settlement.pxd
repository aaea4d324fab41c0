"""What one claim came to, as numbers that are put into words when they are asked for."""

from libc.stdint cimport int16_t, int64_t

from hmbc.runtime.units cimport Unit

cdef enum:
    FEW_LAYERS = 8      # so many a settlement has room for; those of more lie beyond it


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
    cdef Unit unit              # whose totals are those after this claim; None: they are in `totals`
    cdef bytes totals
    cdef int64_t *pays          # of each layer, in minor units
    cdef int16_t *reasons       # of each layer, its number
    cdef bytes beyond
    cdef int64_t inside[2 * FEW_LAYERS]

    cdef int keep_totals(self) except -1


cdef Settlement new_settlement(Terms terms)
