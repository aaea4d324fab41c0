"""Texts to dense numbers: an open-addressing table over an arena of bytes."""

from libc.stdint cimport int64_t

from hmbc.runtime.memory cimport Bytes, Longs


cdef struct Slot:
    unsigned int hashed
    int id_plus_one


cdef class Intern:
    """Texts by number, in the order in which they first came."""
    cdef Slot *slots
    cdef int64_t mask
    cdef Longs ends
    cdef Bytes arena
    cdef readonly int64_t count

    cdef int64_t find(self, const char *text, int64_t n) noexcept nogil
    cdef int64_t put(self, const char *text, int64_t n) noexcept nogil
    cdef const char *at(self, int64_t id, int64_t *n) noexcept nogil
    cdef int _grow(self) noexcept nogil
