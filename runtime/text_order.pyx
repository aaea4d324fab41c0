# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Texts and whole numbers of an Intern in an order that does not depend on how they came: by their bytes, as
text in UTF-8, whole numbers by their digits."""

from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport free, qsort
from libc.string cimport memcmp, memset

from hmbc.runtime.intern cimport DIGITS, Intern
from hmbc.runtime.memory cimport Block, Bytes, append, raw_block


cdef struct Name:
    uint64_t first      # the first eight bytes, as a number that compares as they do
    const char *text
    int64_t n
    int64_t id


cdef Block ranks_of(Intern texts):
    """Of each number its place in that order, as words. Raises MemoryError."""
    cdef int64_t n = texts.count, id, place, size
    cdef Block ranks = raw_block(8 * n)
    cdef Block names = raw_block(n * <int64_t>sizeof(Name))
    cdef int64_t *rank = <int64_t *>ranks.data
    cdef Name *name = <Name *>names.data
    cdef const char *text
    cdef char digits[DIGITS]
    cdef Bytes all_
    cdef int failed = 0
    memset(&all_, 0, sizeof(Bytes))
    with nogil:
        for id in range(n):
            text = texts.at(id, &size, digits)
            failed |= append(&all_, text, size)
            name[id].n = size
            name[id].id = id
        if not failed:
            text = all_.data
            for id in range(n):
                name[id].text = text
                text += name[id].n
                name[id].first = 0
                for place in range(8):
                    name[id].first = name[id].first << 8
                    if place < name[id].n:
                        name[id].first |= <unsigned char>name[id].text[place]
            qsort(name, n, sizeof(Name), _by_text)
            for place in range(n):
                rank[name[place].id] = place
        free(all_.data)
    if failed:
        raise MemoryError("texts")
    return ranks


cdef int _by_text(const void *left, const void *right) noexcept nogil:
    """Which of two names comes first."""
    cdef const Name *one = <const Name *>left
    cdef const Name *two = <const Name *>right
    cdef int found
    if one.first != two.first:
        return -1 if one.first < two.first else 1
    found = memcmp(one.text, two.text, min(one.n, two.n))
    if found == 0:
        return (one.n > two.n) - (one.n < two.n)
    return found
