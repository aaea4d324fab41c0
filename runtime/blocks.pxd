"""Cells of one Arrow type to numbers of one width, many at once, where nothing is wrong with any of them."""

from libc.stdint cimport int64_t, uint8_t

from hmbc.runtime.arrow_view cimport View

cdef enum:
    ROWS = 1024         # rows of a block, which fits the first cache


cdef struct Meaning:
    int width               # of the numbers made: 1, 4 or 8
    int digits              # decimals that a decimal is read with
    int64_t low, high       # what is in the domain and can be read
    int64_t missing         # what an absent value holds


cdef struct Dictionary:
    int64_t n
    int64_t *words          # of each entry what it is read as
    uint8_t *status         # and whether it can be

cdef int given_of(const View *view, int64_t row, int64_t n, uint8_t *given) noexcept nogil
cdef int take_block(const View *view, int64_t row, int64_t n, const Meaning *meaning,
                    const uint8_t *given, void *to) noexcept nogil
cdef int take_indices(const View *view, int64_t row, int64_t n, const Meaning *meaning,
                      const Dictionary *dictionary, const uint8_t *given, void *to) noexcept nogil
cdef int all_within(const View *view, int64_t row, int64_t n, int64_t low, int64_t high) noexcept nogil
cdef int wholes_of(const View *view, int64_t row, int64_t n, int64_t *to) noexcept nogil
