"""Columns to words: whole blocks of cells at once where they are plain, else cell by cell."""

from libc.stdint cimport int32_t, int64_t, uint8_t

from hmbc.runtime.arrow_in cimport Column
from hmbc.runtime.arrow_view cimport View
from hmbc.runtime.blocks cimport Dictionary, Meaning
from hmbc.runtime.cell_reader cimport CellReader
from hmbc.runtime.memory cimport Longs
from hmbc.runtime.values cimport Values


cdef class Reader(CellReader):
    cdef bint by_cell               # for tests: no cell is read together with others

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
