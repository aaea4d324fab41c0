"""The totals of one unit while its rows are adjudicated: words, and a map for keyed accumulators."""

from libc.stdint cimport int32_t, int64_t, uint32_t

from hmbc.runtime.abi cimport hmb_state
from hmbc.runtime.memory cimport Block, Longs

cdef enum:
    KEY_WORDS = 4
    MARK_LAST = -1          # a row of totals that holds the unit's last date
    MARK_REJECTED = -2      # a row of totals that says that a row of the unit was rejected


cdef struct TotalRows:
    Longs unit
    Longs accumulator       # index in the plan, or a MARK_
    Longs key               # KEY_WORDS for each row
    Longs total


cdef struct Entry:
    int32_t accumulator
    int32_t components
    int64_t key[4]
    int64_t total
    int64_t slot


cdef struct Map:
    Entry **blocks          # of BLOCK entries each, which never move
    int64_t n_blocks
    int64_t count
    uint32_t *slots         # number of the entry, from 1
    int64_t mask
    int64_t *used           # entries of each accumulator
    const int64_t *bound
    int64_t n_accumulators
    int failed              # no memory


cdef class Unit:
    cdef hmb_state state
    cdef Map map
    cdef Block words, bounds, used, keyed, components, first_word
    cdef int64_t n_words
    cdef int64_t n_accumulators
    cdef int has_last
    cdef int rejected
    cdef int64_t last

    cdef int _lay_out(self, accumulators) except -1
    cdef void reset(self) noexcept nogil
    cdef bint is_keyed(self, int64_t accumulator) noexcept nogil
    cdef int load(self, int64_t accumulator, const int64_t *key, int64_t total) noexcept nogil
    cdef int dump(self, int64_t unit, TotalRows *to) noexcept nogil
    cdef int64_t snapshot_words(self) noexcept nogil
    cdef void snapshot(self, int64_t *to) noexcept nogil
    cdef bytes kept(self)
    cdef int restore(self, const int64_t *kept) noexcept nogil

cdef void free_rows(TotalRows *rows) noexcept nogil
