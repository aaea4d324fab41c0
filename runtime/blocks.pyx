# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Cells of one Arrow type to numbers of one width, many at once, where nothing is wrong with any of them.

Each function looks at a block of cells, writes numbers, and says at the end whether all were
good: no branch for a cell, so that the compiler makes vectors of it. Where one was not, the caller
reads the block again cell by cell and finds which, and why; what was written means nothing then.
"""

from libc.stdint cimport (
    INT64_MAX,
    INT64_MIN,
    int8_t,
    int16_t,
    int32_t,
    uint16_t,
    uint32_t,
    uint64_t,
)
from libc.string cimport memset

from hmbc.runtime.arrow_view cimport (
    T_BOOL,
    T_DATE32,
    T_DATE64,
    T_DECIMAL,
    T_INT8,
    T_INT16,
    T_INT32,
    T_INT64,
    T_STAMP,
    T_UINT8,
    T_UINT16,
    T_UINT32,
    T_UINT64,
)

ctypedef fused whole_t:
    int8_t
    int16_t
    int32_t
    int64_t
    uint8_t
    uint16_t
    uint32_t
    uint64_t

ctypedef fused cell_t:
    uint8_t
    int32_t
    int64_t

cdef enum:
    GOOD = 0
    ODD = 1             # some cell is bad, or this function does not know the type


cdef inline int _bit(const uint8_t *bits, int64_t place) noexcept nogil:
    return bits[place >> 3] >> (place & 7) & 1


cdef int _bits(const uint8_t *bits, int64_t place, int64_t n, uint8_t *to) noexcept nogil:
    """Bits to bytes; returns how many are 1."""
    cdef int64_t at = 0, byte
    cdef int part, sum = 0
    cdef uint8_t eight
    while at < n and (place + at) & 7:
        to[at] = <uint8_t>_bit(bits, place + at)
        sum += to[at]
        at += 1
    while at + 8 <= n:
        eight = bits[(place + at) >> 3]
        for part in range(8):
            to[at + part] = eight >> part & 1
        sum += (eight & 1) + (eight >> 1 & 1) + (eight >> 2 & 1) + (eight >> 3 & 1) \
            + (eight >> 4 & 1) + (eight >> 5 & 1) + (eight >> 6 & 1) + (eight >> 7)
        at += 8
    while at < n:
        to[at] = <uint8_t>_bit(bits, place + at)
        sum += to[at]
        at += 1
    return sum


cdef int given_of(const View *view, int64_t row, int64_t n, uint8_t *given) noexcept nogil:
    """Of each cell whether it is there, as bytes; returns how many are not. The view's parent has
    no absent rows."""
    if view.validity == NULL:
        memset(given, 1, n)
        return 0
    return <int>n - _bits(view.validity, view.offset + row, n, given)


cdef int _wholes(const whole_t *from_, int64_t n, int64_t low, int64_t high, const uint8_t *given,
                 int64_t missing, cell_t *to) noexcept nogil:
    cdef int64_t at
    cdef int64_t value
    cdef uint64_t bad = 0
    if given == NULL:
        for at in range(n):
            value = <int64_t>from_[at]
            bad |= <uint64_t>(value < low) | <uint64_t>(value > high)
            to[at] = <cell_t>value
    else:
        for at in range(n):
            value = <int64_t>from_[at]
            bad |= (<uint64_t>(value < low) | <uint64_t>(value > high)) & given[at]
            to[at] = <cell_t>(value if given[at] else missing)
    return bad != 0


cdef int _any_wholes(const View *view, int type, int64_t row, int64_t n, int64_t low, int64_t high,
                     const uint8_t *given, int64_t missing, cell_t *to) noexcept nogil:
    cdef const void *data = view.buffers[1]
    row += view.offset
    if type == T_INT64:
        return _wholes(<const int64_t *>data + row, n, low, high, given, missing, to)
    if type == T_INT32 or type == T_DATE32:
        return _wholes(<const int32_t *>data + row, n, low, high, given, missing, to)
    if type == T_INT16:
        return _wholes(<const int16_t *>data + row, n, low, high, given, missing, to)
    if type == T_INT8:
        return _wholes(<const int8_t *>data + row, n, low, high, given, missing, to)
    if type == T_UINT8:
        return _wholes(<const uint8_t *>data + row, n, low, high, given, missing, to)
    if type == T_UINT16:
        return _wholes(<const uint16_t *>data + row, n, low, high, given, missing, to)
    if type == T_UINT32:
        return _wholes(<const uint32_t *>data + row, n, low, high, given, missing, to)
    if type == T_UINT64:
        # what needs all 64 bits looks negative: only a domain above 0 finds it
        if low < 0 and not _all_signed(<const uint64_t *>data + row, n):
            return ODD
        return _wholes(<const uint64_t *>data + row, n, low, high, given, missing, to)
    return ODD


cdef int _all_signed(const uint64_t *from_, int64_t n) noexcept nogil:
    cdef int64_t at
    cdef uint64_t bits = 0
    for at in range(n):
        bits |= from_[at]
    return bits <= <uint64_t>INT64_MAX


cdef int _decimals(const int64_t *pair, int64_t n, int shift, int64_t low, int64_t high,
                   const uint8_t *given, int64_t missing, cell_t *to) noexcept nogil:
    """Decimals of 128 bits whose scale is `shift` less than what is wanted; money is exact."""
    cdef int64_t at, value, most, factor = 1
    cdef uint64_t bad = 0, one
    cdef int power
    if not -18 <= shift <= 18:
        return ODD
    for power in range(shift if shift > 0 else -shift):
        factor *= 10
    most = INT64_MAX // factor
    for at in range(n):
        value = pair[2 * at]
        one = <uint64_t>(pair[2 * at + 1] ^ (value >> 63))
        if shift > 0:
            one |= <uint64_t>(value > most) | <uint64_t>(value < -most)
            value = <int64_t>(<uint64_t>value * <uint64_t>factor)
        elif shift < 0:
            one |= <uint64_t>(value % factor != 0)
            value //= factor
        one |= <uint64_t>(value < low) | <uint64_t>(value > high)
        if given != NULL:
            one = one if given[at] else 0
            value = value if given[at] else missing
        bad |= one
        to[at] = <cell_t>value
    return bad != 0


cdef int _moments(const int64_t *from_, int64_t n, int64_t per_day, int64_t low, int64_t high,
                  const uint8_t *given, int64_t missing, cell_t *to) noexcept nogil:
    """Moments that must be whole days."""
    cdef int64_t at, value
    cdef uint64_t bad = 0, one
    for at in range(n):
        value = from_[at] // per_day
        one = <uint64_t>(value * per_day != from_[at]) | <uint64_t>(value < low) \
            | <uint64_t>(value > high)
        if given != NULL:
            one = one if given[at] else 0
            value = value if given[at] else missing
        bad |= one
        to[at] = <cell_t>value
    return bad != 0


cdef int _take(const View *view, int64_t row, int64_t n, const Meaning *meaning,
               const uint8_t *given, cell_t *to) noexcept nogil:
    cdef const void *data = view.buffers[1]
    if view.type == T_DECIMAL:
        return _decimals(
            <const int64_t *>data + 2 * (view.offset + row), n, meaning.digits - view.scale,
            meaning.low, meaning.high, given, meaning.missing, to)
    if view.type == T_DATE64 or view.type == T_STAMP:
        return _moments(
            <const int64_t *>data + view.offset + row, n, view.per_day, meaning.low, meaning.high,
            given, meaning.missing, to)
    return _any_wholes(
        view, view.type, row, n, meaning.low, meaning.high, given, meaning.missing, to)


cdef int take_block(const View *view, int64_t row, int64_t n, const Meaning *meaning,
                    const uint8_t *given, void *to) noexcept nogil:
    """Reads cells row … row + n - 1. given: as `given_of`, or NULL where all are there.

    Returns 0, or 1 where some cell is bad or this way does not know the type.
    """
    cdef int64_t at
    cdef uint8_t *bytes_ = <uint8_t *>to
    if meaning.width == 1:
        if view.type == T_BOOL:
            _bits(<const uint8_t *>view.buffers[1], view.offset + row, n, bytes_)
            if given != NULL:
                for at in range(n):
                    bytes_[at] &= given[at]
            return GOOD
        return _take(view, row, n, meaning, given, bytes_)
    if meaning.width == 4:
        return _take(view, row, n, meaning, given, <int32_t *>to)
    return _take(view, row, n, meaning, given, <int64_t *>to)


cdef int _look_up(const whole_t *index, int64_t n, const Dictionary *dictionary,
                  const uint8_t *given, int64_t missing, cell_t *to) noexcept nogil:
    cdef int64_t at
    cdef uint64_t place
    cdef int bad = 0
    for at in range(n):
        place = <uint64_t>index[at]
        if given != NULL and not given[at]:
            to[at] = <cell_t>missing
        elif place >= <uint64_t>dictionary.n:
            return ODD
        else:
            bad |= dictionary.status[place]
            to[at] = <cell_t>dictionary.words[place]
    return bad != 0


cdef int _indices(const View *view, int64_t row, int64_t n, const Dictionary *dictionary,
                  const uint8_t *given, int64_t missing, cell_t *to) noexcept nogil:
    cdef const void *data = view.buffers[1]
    cdef int type = view.index_type
    row += view.offset
    if type == T_INT8:
        return _look_up(<const int8_t *>data + row, n, dictionary, given, missing, to)
    if type == T_INT16:
        return _look_up(<const int16_t *>data + row, n, dictionary, given, missing, to)
    if type == T_INT32:
        return _look_up(<const int32_t *>data + row, n, dictionary, given, missing, to)
    if type == T_INT64:
        return _look_up(<const int64_t *>data + row, n, dictionary, given, missing, to)
    if type == T_UINT8:
        return _look_up(<const uint8_t *>data + row, n, dictionary, given, missing, to)
    if type == T_UINT16:
        return _look_up(<const uint16_t *>data + row, n, dictionary, given, missing, to)
    if type == T_UINT32:
        return _look_up(<const uint32_t *>data + row, n, dictionary, given, missing, to)
    if type == T_UINT64:
        return _look_up(<const uint64_t *>data + row, n, dictionary, given, missing, to)
    return ODD


cdef int take_indices(const View *view, int64_t row, int64_t n, const Meaning *meaning,
                      const Dictionary *dictionary, const uint8_t *given, void *to) noexcept nogil:
    """As take_block, of a dictionary column whose entries were read before."""
    if meaning.width == 1:
        return _indices(view, row, n, dictionary, given, meaning.missing, <uint8_t *>to)
    if meaning.width == 4:
        return _indices(view, row, n, dictionary, given, meaning.missing, <int32_t *>to)
    return _indices(view, row, n, dictionary, given, meaning.missing, <int64_t *>to)


cdef int _within(const cell_t *from_, int64_t n, int64_t low, int64_t high) noexcept nogil:
    cdef int64_t at
    cdef uint64_t cell, bad = 0
    if 0 <= low <= high:
        # older processors compare no vectors of 64 bits, but signs tell: of the cell, or else of its differences
        for at in range(n):
            cell = <uint64_t><int64_t>from_[at]
            bad |= cell | (cell - <uint64_t>low) | (<uint64_t>high - cell)
        return bad >> 63 == 0
    for at in range(n):
        bad |= <uint64_t>(from_[at] < low) | <uint64_t>(from_[at] > high)
    return bad == 0


cdef int all_within(const View *view, int64_t row, int64_t n, int64_t low, int64_t high) noexcept nogil:
    """Whether all cells of a column of 32 or 64 bits, none of them absent, lie in a domain: such a
    column need not be copied."""
    row += view.offset
    if view.type == T_INT64:
        return _within(<const int64_t *>view.buffers[1] + row, n, low, high)
    return _within(<const int32_t *>view.buffers[1] + row, n, low, high)


cdef int wholes_of(const View *view, int64_t row, int64_t n, int64_t *to) noexcept nogil:
    """Whole numbers of any width, none of them absent, as words; as take_block returns. The least
    of all words is not taken for a number."""
    return _any_wholes(view, view.type, row, n, INT64_MIN + 1, INT64_MAX, NULL, 0, to)
