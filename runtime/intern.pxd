"""Texts and whole numbers to dense numbers."""

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

from hmbc.runtime.memory cimport Bytes, Longs

cdef enum:
    DIGITS = 24     # room for the digits of any whole number


cdef bint is_whole(const char *text, int64_t n, int64_t *value) noexcept nogil


cdef struct Slot:
    uint32_t hashed
    uint32_t id_plus_one


cdef class Intern:
    """Texts by number, in the order in which they first came."""
    cdef Slot *slots            # of texts, and of whole numbers that lie far apart
    cdef int64_t mask
    cdef int64_t run_low        # ids 0 … run_n - 1 are the whole numbers from run_low on
    cdef int64_t run_n
    cdef int32_t *direct        # id + 1 of the whole numbers from direct_low on
    cdef int64_t direct_low
    cdef int64_t direct_n
    cdef Longs items            # of each id from run_n on: the whole number, or which of the texts
    cdef Bytes is_text          # of each id from run_n on
    cdef Longs ends             # of the texts in `arena`
    cdef Bytes arena
    cdef readonly int64_t count

    cdef int64_t find(self, const char *text, int64_t n) noexcept nogil
    cdef int64_t put(self, const char *text, int64_t n) noexcept nogil
    cdef int64_t put_whole(self, int64_t value) noexcept nogil
    cdef int put_texts(self, const char **texts, const int64_t *sizes, int64_t n,
                       int32_t *to) noexcept nogil
    cdef int put_wholes(self, const int64_t *values, int64_t n, int32_t *to) noexcept nogil
    cdef void expect(self, int64_t low, int64_t high, int64_t n) noexcept nogil
    cdef const char *at(self, int64_t id, int64_t *n, char *digits) noexcept nogil
    cdef void _fetch(self, const uint32_t *hashed, int64_t n) noexcept nogil
    cdef int64_t _seek(self, uint32_t hashed, const char *text, int64_t n) noexcept nogil
    cdef int64_t _find_whole(self, int64_t value, uint32_t *hashed) noexcept nogil
    cdef int64_t _add_whole(self, int64_t value, uint32_t hashed) noexcept nogil
    cdef int64_t _add_text(self, uint32_t hashed, const char *text, int64_t n) noexcept nogil
    cdef int64_t _add(self, uint32_t hashed, int64_t item, char is_text) noexcept nogil
    cdef int _grow(self) noexcept nogil
