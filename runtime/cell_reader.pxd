"""Cells to words: what one cell of any accepted type means for an attribute of some kind."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from hmbc.runtime.arrow_view cimport View
from hmbc.runtime.cells cimport CELL_OK, CELL_RANGE
from hmbc.runtime.intern cimport Intern
from hmbc.runtime.memory cimport Block, Longs

cdef enum:
    K_MONEY = 0
    K_INT = 1
    K_RATIO = 2
    K_BOOL = 3
    K_DATE = 4
    K_ENUM = 5
    K_CODE = 6
    K_PERIODS = 7

cdef enum:
    RATIO_DIGITS = 6


cdef struct Choice:
    PyObject *text          # held by `choices`
    int64_t index


cdef class CellReader:
    cdef readonly int kind
    cdef readonly Intern texts      # of codes: all that were seen; of an enum: values and labels
    cdef Longs meaning              # of an enum: the index that texts[i] stands for
    cdef readonly dict choices      # of an enum: the index that each text stands for
    cdef int64_t n_values           # of an enum
    cdef Block few_block
    cdef const Choice *few          # of an enum of few texts: all of `choices`
    cdef int n_few                  # else 0
    cdef int digits
    cdef int minor_units
    cdef int64_t scale              # of money: minor units to the unit of the currency
    cdef int has_low
    cdef int has_high
    cdef int64_t low
    cdef int64_t high
    cdef Longs first                # of periods: where the last cell's ranges were put
    cdef Longs last

    cdef int _list_few(self) except -1
    cdef int take_text(self, const char *text, int64_t n, int64_t *to) noexcept nogil
    cdef int take_cell(self, const View *view, int64_t row, int64_t *to) noexcept nogil
    cdef int take_periods(self, const View *view, int64_t row) noexcept nogil
    cdef int _day(self, const View *view, int64_t row, int64_t *to) noexcept nogil


cdef inline int in_domain(CellReader reader, int64_t value) noexcept nogil:
    """CELL_OK or CELL_RANGE."""
    if (reader.has_low and value < reader.low) or (reader.has_high and value > reader.high):
        return CELL_RANGE
    return CELL_OK
