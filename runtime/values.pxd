"""One column that was read: numbers of one width, and what was wrong with it."""

from libc.stdint cimport int32_t, int64_t, uint8_t

from hmbc.runtime.memory cimport Block, Longs

cdef enum:
    NO_BYTE = 255               # a cell of one byte that could not be read
    NO_INT = -0x7FFFFFFF - 1    # of four bytes; of eight INT64_MIN


cdef class Values:
    """One column: `length` cells of `width` bytes (1, unsigned; 4 or 8, signed)."""
    cdef readonly int64_t length
    cdef readonly list bad          # (row, CELL_ status), by row
    cdef readonly int width
    cdef const void *cells          # in `own`, or in the table's own memory
    cdef Block own
    cdef object lender              # whose memory it is
    cdef Block widened              # the cells as words, once somebody asked for them
    cdef Block some                 # the last rows that were asked for, as words
    cdef Block given                # None unless absence was allowed
    cdef Longs offset, first, last  # of periods

    cdef const int64_t *words(self) except? NULL
    cdef const int64_t *words_at(self, const int64_t *rows, int64_t n) except? NULL
    cdef const int32_t *ints(self) except? NULL
    cdef Block narrowed(self, int width)

cdef Values one_row(int64_t word, bint optional)
