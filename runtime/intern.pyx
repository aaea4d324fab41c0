# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Texts to dense numbers: an open-addressing table over an arena of bytes."""

from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy

from hmbc.runtime.memory cimport append, push

cdef enum:
    FIRST_SLOTS = 64


cdef inline uint64_t _mix(uint64_t a) noexcept nogil:
    a ^= a >> 32
    a *= <uint64_t>0x9E3779B97F4A7C15
    a ^= a >> 29
    return a


cdef inline unsigned int _hash(const char *text, int64_t n) noexcept nogil:
    cdef uint64_t state = <uint64_t>n * <uint64_t>0xD6E8FEB86659FD93
    cdef uint64_t word
    while n >= 8:
        memcpy(&word, text, 8)
        state = _mix(state ^ word) * <uint64_t>0xD6E8FEB86659FD93
        text += 8
        n -= 8
    word = 0
    memcpy(&word, text, n)
    state = _mix(state ^ word) * <uint64_t>0xD6E8FEB86659FD93
    return <unsigned int>(state >> 32)


cdef class Intern:
    """Texts by number, in the order in which they first came.

    Numbers do not depend on the hash. A text that is not there is -1; -2 means no memory.
    """

    def __cinit__(self, texts=()):
        self.slots = <Slot *>calloc(FIRST_SLOTS, sizeof(Slot))
        if self.slots == NULL or push(&self.ends, 0) < 0:
            raise MemoryError("intern table")
        self.mask = FIRST_SLOTS - 1
        for text in texts:
            self.number(text)

    def __dealloc__(self):
        free(self.slots)
        free(self.ends.data)
        free(self.arena.data)

    def __len__(self):
        return self.count

    def number(self, str text):
        """The number of this text, a new one if it is new."""
        cdef bytes raw = text.encode()
        cdef int64_t id = self.put(raw, len(raw))
        if id < 0:
            raise MemoryError("intern table")
        return id

    def lookup(self, str text):
        """The number of this text, or -1."""
        cdef bytes raw = text.encode()
        return self.find(raw, len(raw))

    def text(self, int64_t id):
        """The text of a number; of -1 the empty text."""
        cdef int64_t n
        cdef const char *start
        if id < 0:
            return ""
        if id >= self.count:
            raise IndexError(id)
        start = self.at(id, &n)
        return start[:n].decode("utf-8", "replace")

    cdef const char *at(self, int64_t id, int64_t *n) noexcept nogil:
        cdef int64_t start = self.ends.data[id]
        n[0] = self.ends.data[id + 1] - start
        return self.arena.data + start

    cdef int64_t find(self, const char *text, int64_t n) noexcept nogil:
        cdef unsigned int hashed = _hash(text, n)
        cdef int64_t place = hashed & self.mask
        cdef int64_t start
        cdef int id
        while self.slots[place].id_plus_one:
            if self.slots[place].hashed == hashed:
                id = self.slots[place].id_plus_one - 1
                start = self.ends.data[id]
                if (self.ends.data[id + 1] - start == n
                        and memcmp(self.arena.data + start, text, n) == 0):
                    return id
            place = (place + 1) & self.mask
        return -1

    cdef int64_t put(self, const char *text, int64_t n) noexcept nogil:
        cdef unsigned int hashed = _hash(text, n)
        cdef int64_t place = hashed & self.mask
        cdef int64_t start
        cdef int id
        while self.slots[place].id_plus_one:
            if self.slots[place].hashed == hashed:
                id = self.slots[place].id_plus_one - 1
                start = self.ends.data[id]
                if (self.ends.data[id + 1] - start == n
                        and memcmp(self.arena.data + start, text, n) == 0):
                    return id
            place = (place + 1) & self.mask
        if self.count >= 0x7FFFFFFE:
            return -2
        if append(&self.arena, text, n) < 0:
            return -2
        if push(&self.ends, self.arena.n) < 0:
            self.arena.n -= n
            return -2
        self.slots[place].hashed = hashed
        self.slots[place].id_plus_one = <int>(self.count + 1)
        self.count += 1
        if 2 * self.count > self.mask and self._grow() < 0:
            return -2
        return self.count - 1

    cdef int _grow(self) noexcept nogil:
        cdef int64_t mask = 4 * (self.mask + 1) - 1
        cdef Slot *slots = <Slot *>calloc(mask + 1, sizeof(Slot))
        cdef int64_t old, place
        if slots == NULL:
            return -1
        for old in range(self.mask + 1):
            if self.slots[old].id_plus_one:
                place = self.slots[old].hashed & mask
                while slots[place].id_plus_one:
                    place = (place + 1) & mask
                slots[place] = self.slots[old]
        free(self.slots)
        self.slots = slots
        self.mask = mask
        return 0
