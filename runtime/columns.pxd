"""Columns to words: what a cell of any accepted type means for an attribute of some kind."""

from libc.stdint cimport int32_t, int64_t, uint8_t

from hmbc.runtime.arrow_in cimport Column, View
from hmbc.runtime.blocks cimport Dictionary, Meaning
from hmbc.runtime.cells cimport CELL_OK, CELL_RANGE
from hmbc.runtime.intern cimport Intern
from hmbc.runtime.memory cimport Block, Longs
from hmbc.runtime.values cimport Values

cdef enum:
    K_MONEY = 0
    K_INT = 1
    K_RATIO = 2
    K_BOOL = 3
    K_DATE = 4
    K_ENUM = 5
    K_CODE = 6
    K_PERIODS = 7

cdef int64_t NO_VALUE


cdef class Reader:
    cdef readonly int kind
    cdef readonly Intern texts      # of codes: all that were seen; of an enum: values and labels
    cdef Longs meaning              # of an enum: the index that texts[i] stands for
    cdef readonly dict choices      # of an enum: the index that each text stands for
    cdef int64_t n_values           # of an enum
    cdef int digits
    cdef int minor_units
    cdef int64_t scale              # of money: minor units to the unit of the currency
    cdef bint by_cell               # for tests: no cell is read together with others
    cdef int has_low
    cdef int has_high
    cdef int64_t low
    cdef int64_t high
    cdef Longs first                # of periods: where the last cell's ranges were put
    cdef Longs last

    cdef int take_text(self, const char *text, int64_t n, int64_t *to) noexcept nogil
    cdef int take_cell(self, const View *view, int64_t row, int64_t *to) noexcept nogil
    cdef int _day(self, const View *view, int64_t row, int64_t *to) noexcept nogil
    cdef int _take_periods(self, const View *view, int64_t row) noexcept nogil
    cdef void _mean(self, Meaning *meaning) noexcept nogil
    cdef bint _lend(self, Column column, const Meaning *meaning, Values values)
    cdef int _read_chunk(self, const View *view, const Meaning *meaning, Values values, int64_t at,
                         Longs *bad) except -2
    cdef bint _take_block(self, const View *view, int64_t row, int64_t n, const Meaning *meaning,
                          const Dictionary *dictionary, uint8_t *given, char *to) noexcept nogil
    cdef bint _take_texts(self, const View *view, int64_t row, int64_t n, const Meaning *meaning,
                          uint8_t *present, bint optional, char *to) noexcept nogil
    cdef bint _take_wholes(self, const View *view, int64_t row, int64_t n, const uint8_t *present,
                           int32_t *to) noexcept nogil
    cdef void _expect(self, const View *view) noexcept nogil
    cdef int _take_cells(self, const View *view, int64_t first, int64_t n, const Meaning *meaning,
                         Dictionary *dictionary, uint8_t *given, char *to, int64_t at,
                         Longs *bad) noexcept nogil
    cdef int _read_periods(self, Column column, bint optional, Values values) except -1


cdef inline int in_domain(Reader reader, int64_t value) noexcept nogil:
    """CELL_OK or CELL_RANGE."""
    if (reader.has_low and value < reader.low) or (reader.has_high and value > reader.high):
        return CELL_RANGE
    return CELL_OK
