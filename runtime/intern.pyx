# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Texts and whole numbers to dense numbers.

A text that is the plain form of a whole number (`370402`, not `0370402`) is that number, so the ids of a
table may be text in one file and whole numbers in the next. Whole numbers are never written out:
while each is the one after the last they need no table at all (a run), numbers that lie close
together get a table by value, and only far ones are hashed.
"""

import os

from libc.stdint cimport INT64_MAX
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp

from hmbc.runtime.hash cimport hash_text, hash_whole, prefetch
from hmbc.runtime.memory cimport append, push

cdef enum:
    FIRST_SLOTS = 64
    MOST = 0x7FFFFFFE       # numbers are 32 bits wide
    NO_ROOM = -2
    STEP = 64               # ids looked up together

cdef uint64_t SEED = int.from_bytes(os.urandom(8), "little")


cdef bint is_whole(const char *text, int64_t n, int64_t *value) noexcept nogil:
    """Whether a text is a whole number as it is plainly written, of 64 bits."""
    cdef int64_t place = 0
    cdef uint64_t found = 0
    cdef bint negative = n > 1 and text[0] == c"-"
    if negative:
        place = 1
    if n == 0 or n - place > 19 or (text[place] == c"0" and n > 1):
        return False
    while place < n:
        if not c"0" <= text[place] <= c"9":
            return False
        found = 10 * found + <uint64_t>(text[place] - c"0")     # 19 digits fit 64 bits
        place += 1
    if found > <uint64_t>INT64_MAX:
        return False
    value[0] = -<int64_t>found if negative else <int64_t>found
    return True


cdef const char *_digits(int64_t value, char *to, int64_t *n) noexcept nogil:
    cdef int64_t place = DIGITS
    cdef uint64_t rest = <uint64_t>value
    if value < 0:
        rest = 0 - rest
    while True:
        place -= 1
        to[place] = <char>(c"0" + rest % 10)
        rest //= 10
        if rest == 0:
            break
    if value < 0:
        place -= 1
        to[place] = c"-"
    n[0] = DIGITS - place
    return to + place


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
        free(self.direct)
        free(self.items.data)
        free(self.is_text.data)
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
        cdef char digits[DIGITS]
        if id < 0:
            return ""
        if id >= self.count:
            raise IndexError(id)
        start = self.at(id, &n, digits)
        return start[:n].decode("utf-8", "replace")

    cdef const char *at(self, int64_t id, int64_t *n, char *digits) noexcept nogil:
        """The text of a number; `digits` has room for that of a whole number."""
        cdef int64_t start, item
        if id < self.run_n:
            return _digits(self.run_low + id, digits, n)
        item = self.items.data[id - self.run_n]
        if not self.is_text.data[id - self.run_n]:
            return _digits(item, digits, n)
        start = self.ends.data[item]
        n[0] = self.ends.data[item + 1] - start
        return self.arena.data + start

    cdef int64_t find(self, const char *text, int64_t n) noexcept nogil:
        cdef int64_t value
        cdef uint32_t hashed
        if is_whole(text, n, &value):
            return self._find_whole(value, &hashed)
        return self._seek(<uint32_t>hash_text(text, n, SEED), text, n)

    cdef int64_t put(self, const char *text, int64_t n) noexcept nogil:
        cdef int64_t value, id
        cdef uint32_t hashed
        if is_whole(text, n, &value):
            return self.put_whole(value)
        hashed = <uint32_t>hash_text(text, n, SEED)
        id = self._seek(hashed, text, n)
        return id if id >= 0 else self._add_text(hashed, text, n)

    cdef int64_t put_whole(self, int64_t value) noexcept nogil:
        cdef uint32_t hashed
        cdef int64_t id = self._find_whole(value, &hashed)
        return id if id >= 0 else self._add_whole(value, hashed)

    cdef int put_texts(self, const char **texts, const int64_t *sizes, int64_t n,
                       int32_t *to) noexcept nogil:
        """Numbers many texts. Returns 0, or -1 where there is no memory."""
        cdef int64_t first, end, place, value, id
        cdef uint32_t hashed[STEP]
        first = 0
        while first < n:
            end = min(first + STEP, n)
            for place in range(first, end):
                hashed[place - first] = <uint32_t>hash_text(texts[place], sizes[place], SEED)
                prefetch(&self.slots[hashed[place - first] & self.mask])
            self._fetch(hashed, end - first)
            for place in range(first, end):
                if is_whole(texts[place], sizes[place], &value):
                    id = self.put_whole(value)
                else:
                    id = self._seek(hashed[place - first], texts[place], sizes[place])
                    if id < 0:
                        id = self._add_text(hashed[place - first], texts[place], sizes[place])
                if id < 0:
                    return -1
                to[place] = <int32_t>id
            first = end
        return 0

    cdef void _fetch(self, const uint32_t *hashed, int64_t n) noexcept nogil:
        """Asks for what `_seek` will look at, step by step for all of them: each step waits for memory
        that the one before named."""
        cdef int64_t place, id
        cdef int64_t ids[STEP]
        cdef Slot slot
        for place in range(n):
            slot = self.slots[hashed[place] & self.mask]
            ids[place] = -1
            if slot.id_plus_one and slot.hashed == hashed[place]:
                id = ids[place] = slot.id_plus_one - 1 - self.run_n
                prefetch(&self.is_text.data[id])
                prefetch(&self.items.data[id])
        for place in range(n):
            if ids[place] >= 0:
                if self.is_text.data[ids[place]]:
                    ids[place] = self.items.data[ids[place]]
                    prefetch(&self.ends.data[ids[place]])
                else:
                    ids[place] = -1
        for place in range(n):
            if ids[place] >= 0:
                prefetch(self.arena.data + self.ends.data[ids[place]])

    cdef int put_wholes(self, const int64_t *values, int64_t n, int32_t *to) noexcept nogil:
        """Numbers many whole numbers. Returns 0, or -1 where there is no memory."""
        cdef int64_t place, first, end, id, base
        cdef uint64_t far = 0, run = <uint64_t>self.run_n
        if run:
            base = self.run_low
            for place in range(n):
                far |= <uint64_t>(<uint64_t>values[place] - <uint64_t>base >= run)
                to[place] = <int32_t>(<uint64_t>values[place] - <uint64_t>base)
            if far == 0:
                return 0
        if self.count == self.run_n and n and self.count + n < MOST:
            base = self.run_low + self.run_n if run else values[0]
            far = <uint64_t>(base > INT64_MAX - n)
            for place in range(n):
                far |= <uint64_t>values[place] ^ (<uint64_t>base + <uint64_t>place)
            if far == 0:
                if run == 0:
                    self.run_low = base
                for place in range(n):
                    to[place] = <int32_t>(run + place)
                self.run_n += n
                self.count += n
                return 0
        first = 0
        while first < n:
            end = min(first + STEP, n)
            if self.direct != NULL:
                for place in range(first, end):
                    prefetch(<const char *>self.direct
                             + 4 * <uint64_t>(values[place] - self.direct_low))
            for place in range(first, end):
                id = self.put_whole(values[place])
                if id < 0:
                    return -1
                to[place] = <int32_t>id
            first = end
        return 0

    cdef void expect(self, int64_t low, int64_t high, int64_t n) noexcept nogil:
        """Says that n whole numbers from low to high will come, before the first of them."""
        if self.count == 0 and 0 <= low <= high and high - low < 8 * n + 1024:
            self.direct_low = low
            self.direct_n = high - low + 1

    cdef int64_t _seek(self, uint32_t hashed, const char *text, int64_t n) noexcept nogil:
        """The number of a text that is no whole number."""
        cdef int64_t place = hashed & self.mask
        cdef int64_t start, id, item
        while self.slots[place].id_plus_one:
            if self.slots[place].hashed == hashed:
                id = self.slots[place].id_plus_one - 1 - self.run_n
                if self.is_text.data[id]:
                    item = self.items.data[id]
                    start = self.ends.data[item]
                    if (self.ends.data[item + 1] - start == n
                            and memcmp(self.arena.data + start, text, n) == 0):
                        return id + self.run_n
            place = (place + 1) & self.mask
        return -1

    cdef int64_t _find_whole(self, int64_t value, uint32_t *hashed) noexcept nogil:
        cdef uint64_t far = <uint64_t>value - <uint64_t>self.run_low
        cdef int64_t place, id
        if far < <uint64_t>self.run_n:
            return <int64_t>far
        hashed[0] = 0
        far = <uint64_t>value - <uint64_t>self.direct_low
        if far < <uint64_t>self.direct_n:
            return -1 if self.direct == NULL else self.direct[far] - 1
        hashed[0] = <uint32_t>hash_whole(value, SEED)
        place = hashed[0] & self.mask
        while self.slots[place].id_plus_one:
            if self.slots[place].hashed == hashed[0]:
                id = self.slots[place].id_plus_one - 1 - self.run_n
                if not self.is_text.data[id] and self.items.data[id] == value:
                    return id + self.run_n
            place = (place + 1) & self.mask
        return -1

    cdef int64_t _add_whole(self, int64_t value, uint32_t hashed) noexcept nogil:
        cdef uint64_t far
        if self.count == self.run_n and self.count < MOST and value < INT64_MAX \
                and (self.run_n == 0 or value == self.run_low + self.run_n):
            if self.run_n == 0:
                self.run_low = value
            self.run_n += 1
            self.count += 1
            return self.count - 1
        far = <uint64_t>value - <uint64_t>self.direct_low
        if far < <uint64_t>self.direct_n:
            if self.direct == NULL:
                self.direct = <int32_t *>calloc(self.direct_n, sizeof(int32_t))
                if self.direct == NULL:
                    return NO_ROOM
            if self._add(0, value, 0) < 0:
                return NO_ROOM
            self.direct[far] = <int32_t>self.count
            return self.count - 1
        return self._add(hashed, value, 0)

    cdef int64_t _add_text(self, uint32_t hashed, const char *text, int64_t n) noexcept nogil:
        if append(&self.arena, text, n) < 0:
            return NO_ROOM
        if push(&self.ends, self.arena.n) < 0:
            self.arena.n -= n
            return NO_ROOM
        return self._add(hashed, self.ends.n - 2, 1)

    cdef int64_t _add(self, uint32_t hashed, int64_t item, char is_text) noexcept nogil:
        """A new number for an item, in the table of hashes unless it has its place in `direct`."""
        cdef int64_t place
        if self.count >= MOST or append(&self.is_text, &is_text, 1) < 0 \
                or push(&self.items, item) < 0:
            return NO_ROOM
        self.count += 1
        if is_text or <uint64_t>item - <uint64_t>self.direct_low >= <uint64_t>self.direct_n:
            place = hashed & self.mask
            while self.slots[place].id_plus_one:
                place = (place + 1) & self.mask
            self.slots[place].hashed = hashed
            self.slots[place].id_plus_one = <uint32_t>self.count
            if 2 * (self.count - self.run_n) > self.mask and self._grow() < 0:
                return NO_ROOM
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
