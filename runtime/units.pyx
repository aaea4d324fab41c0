# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The totals of one unit while its rows are adjudicated: words, and a map for keyed accumulators.

A fresh unit's sequential keys are INT64_MIN, below every key, and its totals 0.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport INT64_MAX, INT64_MIN, uint64_t
from libc.stdlib cimport calloc, free, malloc, qsort, realloc
from libc.string cimport memcpy, memset

from hmbc.runtime.memory cimport new_block, push

cdef enum:
    BLOCK = 64
    FIRST_SLOTS = 64
    HEAD = 4            # of a snapshot: whether there is a last day, the day, rejected, entries
    ENTRY_WORDS = 6     # of an entry in a snapshot: its accumulator, KEY_WORDS of key, its total


cdef inline uint64_t _hash(int32_t accumulator, const int64_t *key, int32_t n) noexcept nogil:
    cdef uint64_t state = <uint64_t>accumulator + 0x51ED27
    cdef int32_t place
    for place in range(n):
        state = (state ^ <uint64_t>key[place]) * <uint64_t>0x9E3779B97F4A7C15
        state ^= state >> 31
    return state * <uint64_t>0xD6E8FEB86659FD93 >> 20


cdef inline Entry *_entry(Map *map, int64_t number) noexcept nogil:
    return &map.blocks[number // BLOCK][number % BLOCK]


cdef Entry *_find(Map *map, int32_t accumulator, const int64_t *key, int32_t n) noexcept nogil:
    cdef int64_t place = _hash(accumulator, key, n) & map.mask
    cdef Entry *entry
    cdef int32_t part
    while map.slots[place]:
        entry = _entry(map, map.slots[place] - 1)
        if entry.accumulator == accumulator and entry.components == n:
            part = 0
            while part < n and entry.key[part] == key[part]:
                part += 1
            if part == n:
                return entry
        place = (place + 1) & map.mask
    return NULL


cdef int _grow(Map *map) noexcept nogil:
    cdef int64_t mask = 4 * (map.mask + 1) - 1
    cdef uint32_t *slots = <uint32_t *>calloc(mask + 1, sizeof(uint32_t))
    cdef int64_t number, place
    cdef Entry *entry
    if slots == NULL:
        return -1
    for number in range(map.count):
        entry = _entry(map, number)
        place = _hash(entry.accumulator, entry.key, entry.components) & mask
        while slots[place]:
            place = (place + 1) & mask
        slots[place] = <uint32_t>(number + 1)
        entry.slot = place
    free(map.slots)
    map.slots = slots
    map.mask = mask
    return 0


cdef const int64_t *_host_find(
        void *map, int32_t accumulator, const int64_t *key, int32_t n) noexcept nogil:
    cdef Entry *entry = _find(<Map *>map, accumulator, key, n)
    return NULL if entry == NULL else &entry.total


cdef int32_t _host_room(
        void *host, int32_t accumulator, const int64_t *key, int32_t n) noexcept nogil:
    cdef Map *map = <Map *>host
    if map.used[accumulator] < map.bound[accumulator]:
        return 1
    return _find(map, accumulator, key, n) != NULL


cdef void _host_put(
        void *host, int32_t accumulator, const int64_t *key, int32_t n, int64_t total) noexcept nogil:
    cdef Map *map = <Map *>host
    cdef Entry *entry = _find(map, accumulator, key, n)
    cdef Entry **blocks
    cdef int64_t place
    cdef int32_t part
    if entry != NULL:
        entry.total = total
        return
    if 2 * (map.count + 1) > map.mask and _grow(map) < 0:
        map.failed = 1
        return
    if map.count == map.n_blocks * BLOCK:
        blocks = <Entry **>realloc(map.blocks, (map.n_blocks + 1) * sizeof(Entry *))
        if blocks == NULL:
            map.failed = 1
            return
        map.blocks = blocks
        blocks[map.n_blocks] = <Entry *>malloc(BLOCK * sizeof(Entry))
        if blocks[map.n_blocks] == NULL:
            map.failed = 1
            return
        map.n_blocks += 1
    place = _hash(accumulator, key, n) & map.mask
    while map.slots[place]:
        place = (place + 1) & map.mask
    entry = _entry(map, map.count)
    entry.accumulator = accumulator
    entry.components = n
    for part in range(n):
        entry.key[part] = key[part]
    entry.total = total
    entry.slot = place
    map.count += 1
    map.slots[place] = <uint32_t>map.count
    map.used[accumulator] += 1


cdef void free_rows(TotalRows *rows) noexcept nogil:
    free(rows.unit.data)
    free(rows.accumulator.data)
    free(rows.key.data)
    free(rows.total.data)
    memset(rows, 0, sizeof(TotalRows))


cdef class Unit:
    """Room for one unit's totals, used for one unit after the other.

    accumulators: (components, first word or None where it is keyed, bound or None) of each. like: a unit of
    the same ones.
    """

    def __cinit__(self, int64_t n_words, accumulators, Unit like=None):
        cdef int64_t n = len(accumulators) if like is None else like.n_accumulators
        self.n_words = n_words
        self.n_accumulators = n
        self.words = new_block(8 * (n_words + 1))
        self.used = new_block(8 * n)
        if like is None:
            self._lay_out(accumulators)
        else:
            self.bounds, self.keyed = like.bounds, like.keyed
            self.components, self.first_word = like.components, like.first_word
        self.map.slots = <uint32_t *>calloc(FIRST_SLOTS, sizeof(uint32_t))
        if self.map.slots == NULL:
            raise MemoryError("map")
        self.map.mask = FIRST_SLOTS - 1
        self.map.used = <int64_t *>self.used.data
        self.map.bound = <const int64_t *>self.bounds.data
        self.map.n_accumulators = n
        self.state.words = <int64_t *>self.words.data
        self.state.map = &self.map
        self.state.find = _host_find
        self.state.room = _host_room
        self.state.put = _host_put
        self.reset()

    cdef int _lay_out(self, accumulators) except -1:
        """Notes down where each total is."""
        cdef int64_t n = self.n_accumulators, n_words = self.n_words, index
        self.bounds = new_block(8 * n)
        self.keyed = new_block(8 * n)
        self.components = new_block(8 * n)
        self.first_word = new_block(8 * n)
        for index, (components, word, bound) in enumerate(accumulators):
            (<int64_t *>self.components.data)[index] = components
            (<int64_t *>self.keyed.data)[index] = word is None
            (<int64_t *>self.first_word.data)[index] = word or 0
            (<int64_t *>self.bounds.data)[index] = INT64_MAX if bound is None else bound
            if components > KEY_WORDS or (
                    word is not None and not 0 <= word <= n_words - components - 1):
                raise ValueError(f"accumulator {index} lies outside the state")
        return 0

    def another(self):
        """Room for a unit of the same totals."""
        return Unit.__new__(Unit, self.n_words, (), self)

    def __dealloc__(self):
        cdef int64_t block
        for block in range(self.map.n_blocks):
            free(self.map.blocks[block])
        free(self.map.blocks)
        free(self.map.slots)

    cdef void reset(self) noexcept nogil:
        """Makes it a fresh unit; costs no more than the unit before had totals."""
        cdef int64_t number, index, part, word
        cdef const int64_t *components = <const int64_t *>self.components.data
        cdef const int64_t *keyed = <const int64_t *>self.keyed.data
        for number in range(self.map.count):
            self.map.slots[_entry(&self.map, number).slot] = 0
        self.map.count = 0
        for index in range(self.n_accumulators):
            self.map.used[index] = 0
            if not keyed[index]:
                word = (<const int64_t *>self.first_word.data)[index]
                for part in range(components[index]):
                    self.state.words[word + part] = INT64_MIN
                self.state.words[word + components[index]] = 0
        self.has_last = 0
        self.rejected = 0
        self.last = INT64_MIN

    cdef bint is_keyed(self, int64_t accumulator) noexcept nogil:
        """Whether it is an accumulator of the plan, and keyed."""
        return accumulator >= 0 and (<const int64_t *>self.keyed.data)[accumulator] != 0

    cdef int load(self, int64_t accumulator, const int64_t *key, int64_t total) noexcept nogil:
        """Puts one total in. Returns 0, 1 where it is there already, -1 where there is no memory."""
        cdef int64_t part, components
        cdef int64_t *words
        if accumulator == MARK_LAST:
            if self.has_last:
                return 1
            self.has_last = 1
            self.last = total
            return 0
        if accumulator == MARK_REJECTED:
            if self.rejected:
                return 1
            self.rejected = 1
            return 0
        components = (<const int64_t *>self.components.data)[accumulator]
        if (<const int64_t *>self.keyed.data)[accumulator]:
            if _find(&self.map, <int32_t>accumulator, key, <int32_t>components) != NULL:
                return 1
            _host_put(&self.map, <int32_t>accumulator, key, <int32_t>components, total)
            return -1 if self.map.failed else 0
        words = self.state.words + (<const int64_t *>self.first_word.data)[accumulator]
        if words[components] != 0 or (components and words[0] != INT64_MIN):
            return 1
        for part in range(components):
            words[part] = key[part]
        words[components] = total
        return 0

    cdef int dump(self, int64_t unit, TotalRows *to) noexcept nogil:
        """Appends every total that is held: in the order of the plan, keyed ones after the others and by
        their keys, however they came to be there. Returns -1 where there is no memory."""
        cdef int64_t index, part, components, number
        cdef Entry **order
        cdef int64_t nothing[4]
        cdef const int64_t *words
        cdef Entry *entry
        cdef int failed = 0
        memset(nothing, 0, sizeof(nothing))
        if self.rejected:
            failed |= _dump(to, unit, MARK_REJECTED, nothing, 0, 1)
        if self.has_last:
            failed |= _dump(to, unit, MARK_LAST, nothing, 0, self.last)
        for index in range(self.n_accumulators):
            if (<const int64_t *>self.keyed.data)[index]:
                continue
            components = (<const int64_t *>self.components.data)[index]
            words = self.state.words + (<const int64_t *>self.first_word.data)[index]
            if (components == 0 and words[0] != 0) or (components and words[0] != INT64_MIN):
                failed |= _dump(to, unit, index, words, components, words[components])
        if self.map.count == 0:
            return failed
        order = <Entry **>malloc(self.map.count * sizeof(Entry *))
        if order == NULL:
            return -1
        for number in range(self.map.count):
            order[number] = _entry(&self.map, number)
        qsort(order, self.map.count, sizeof(Entry *), _by_key)
        for number in range(self.map.count):
            entry = order[number]
            failed |= _dump(
                to, unit, entry.accumulator, entry.key, entry.components, entry.total)
        free(order)
        return failed

    cdef int64_t snapshot_words(self) noexcept nogil:
        """How many words `snapshot` writes."""
        return HEAD + self.n_words + ENTRY_WORDS * self.map.count

    cdef void snapshot(self, int64_t *to) noexcept nogil:
        """Writes all that is held as plain words, for `restore` of a unit of the same scheme."""
        cdef int64_t number
        cdef Entry *entry
        to[0] = self.has_last
        to[1] = self.last
        to[2] = self.rejected
        to[3] = self.map.count
        memcpy(to + HEAD, self.state.words, 8 * self.n_words)
        to += HEAD + self.n_words
        for number in range(self.map.count):
            entry = _entry(&self.map, number)
            to[0] = entry.accumulator
            memcpy(to + 1, entry.key, sizeof(entry.key))
            to[1 + KEY_WORDS] = entry.total
            to += ENTRY_WORDS

    cdef bytes kept(self):
        """A snapshot."""
        cdef bytes made = PyBytes_FromStringAndSize(NULL, 8 * self.snapshot_words())
        self.snapshot(<int64_t *>PyBytes_AS_STRING(made))
        return made

    cdef int restore(self, const int64_t *kept) noexcept nogil:
        """Makes it what it was when `snapshot` wrote this. Returns -1 where there is no memory."""
        cdef int64_t number
        cdef const int64_t *entry = kept + HEAD + self.n_words
        self.reset()
        self.has_last = <int>kept[0]
        self.last = kept[1]
        self.rejected = <int>kept[2]
        memcpy(self.state.words, kept + HEAD, 8 * self.n_words)
        for number in range(kept[3]):
            if self.load(entry[0], entry + 1, entry[1 + KEY_WORDS]) < 0:
                return -1
            entry += ENTRY_WORDS
        return 0


cdef int _by_key(const void *left, const void *right) noexcept nogil:
    """Which of two entries comes first: by accumulator, then by the parts of the key."""
    cdef const Entry *one = (<const Entry *const *>left)[0]
    cdef const Entry *two = (<const Entry *const *>right)[0]
    cdef int64_t part
    if one.accumulator != two.accumulator:
        return 1 if one.accumulator > two.accumulator else -1
    for part in range(one.components):
        if one.key[part] != two.key[part]:
            return 1 if one.key[part] > two.key[part] else -1
    return 0


cdef inline int _dump(TotalRows *to, int64_t unit, int64_t accumulator, const int64_t *key,
                      int64_t components, int64_t total) noexcept nogil:
    cdef int64_t part
    cdef int failed = push(&to.unit, unit) | push(&to.accumulator, accumulator)
    for part in range(KEY_WORDS):
        failed |= push(&to.key, key[part] if part < components else 0)
    return failed | push(&to.total, total)
