# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Which ids of a column stood in a row before, without numbering them.

Only an id that is not above all before it can have come before. Where few are not, as in a file in the
order in which claims were entered, each of them is looked for among the rising ones, by halves, and
among its like. Else whole numbers close together get a bit each; what is left goes through a table of
hashes, whose every hit is looked at.
"""

import os

from libc.stdint cimport INT64_MAX, INT64_MIN, int32_t, int64_t, uint8_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcmp, memset

from hmbc.runtime.arrow_in cimport Column
from hmbc.runtime.arrow_view cimport (
    T_DICTIONARY,
    T_INT8,
    T_LARGE_TEXT,
    T_TEXT,
    T_TEXT_VIEW,
    T_UINT64,
    View,
    dictionary_at,
    is_null,
    text_at,
    whole_at,
)
from hmbc.runtime.blocks cimport ROWS, wholes_of
from hmbc.runtime.cells cimport CELL_NULL, CELL_TOO_LARGE
from hmbc.runtime.hash cimport hash_text, hash_whole, prefetch
from hmbc.runtime.memory cimport Block, Longs, new_block, push
from hmbc.runtime.values cimport Values

cdef enum:
    STEP = 64           # ids looked up together
    ROW_BITS = 40       # of a slot: the row + 1; the others are of the hash
    HOLES = 32          # one row in so many may not rise
    BITS_A_ROW = 64     # room for a bit table: 8 bytes a row

cdef uint64_t SEED = int.from_bytes(os.urandom(8), "little")


cdef struct Id:
    const char *text        # NULL: a whole number
    int64_t size            # of the text, or the number
    int status


cdef inline void _read(const View *view, int64_t row, Id *id) noexcept nogil:
    cdef int large = 0
    id.status = 0
    id.text = NULL
    id.size = 0
    if is_null(view, row):
        id.status = CELL_NULL
        return
    while view.type == T_DICTIONARY:
        row = dictionary_at(view, row)
        view = view.children
        if is_null(view, row):
            id.status = CELL_NULL
            return
    if view.type == T_TEXT or view.type == T_LARGE_TEXT or view.type == T_TEXT_VIEW:
        id.text = text_at(view, row, &id.size)
        if id.size == 0:
            id.status = CELL_NULL
    else:
        id.size = whole_at(view, view.type, row, &large)
        if large or id.size == INT64_MIN:
            id.status = CELL_TOO_LARGE


cdef inline bint _above(const Id *id, const Id *last) noexcept nogil:
    """Whether an id comes after another of its kind in some fixed order."""
    cdef int order
    if id.text == NULL:
        return last.text == NULL and id.size > last.size
    if last.text == NULL:
        return False
    order = memcmp(id.text, last.text, min(id.size, last.size))
    return order > 0 or (order == 0 and id.size > last.size)


cdef bint _rises(const View *view, int64_t row, int64_t n, bint any_, Id *top, int64_t *low) noexcept nogil:
    """Whether the ids of a block are whole numbers, each above the one before it, the first above `top` if there
    is any. The last is the top then, and `low` at most the first."""
    cdef int64_t words[ROWS]
    cdef int64_t at
    cdef bint falls
    if view.validity != NULL or not T_INT8 <= view.type <= T_UINT64 or wholes_of(view, row, n, words):
        return False
    falls = any_ and (top.text != NULL or words[0] <= top.size)
    for at in range(1, n):
        falls |= words[at] <= words[at - 1]
    if falls:
        return False
    low[0] = min(low[0], words[0])
    top.text = NULL
    top.size = words[n - 1]
    return True


cdef const View *_chunk_of(Column column, int64_t *row) noexcept nogil:
    """The piece that a row lies in; `row` becomes the place there."""
    cdef int64_t chunk = 0
    while row[0] >= column.views[chunk].length:
        row[0] -= column.views[chunk].length
        chunk += 1
    return &column.views[chunk]


cdef bint _same(Column column, int64_t row, const Id *id) noexcept nogil:
    cdef Id other
    cdef const View *view = _chunk_of(column, &row)
    _read(view, row, &other)
    if id.text == NULL or other.text == NULL:
        return id.text == other.text and id.size == other.size
    return id.size == other.size and memcmp(id.text, other.text, id.size) == 0


def check_ids(Column column):
    """The ids as a column that knows only which of its cells are bad, and the rows whose id stood in
    a row before. column: texts or whole numbers."""
    cdef Values values = Values.__new__(Values)
    cdef Id id, top
    cdef int64_t chunk, row, end, at = 0, low = INT64_MAX, high = INT64_MIN
    cdef int64_t most = column.length // HOLES
    cdef const View *view
    cdef bint rising = True, whole = True, any_ = False
    cdef Longs holes
    cdef list bad = []
    memset(&holes, 0, sizeof(Longs))
    values.length = column.length
    top.text = NULL
    top.size = 0
    try:
        for chunk in range(column.chunks):
            view = &column.views[chunk]
            row = 0
            while row < view.length:
                # of whole numbers that rise, a block is looked at in one go
                end = min(row + ROWS, view.length) if rising else view.length
                with nogil:
                    if rising and _rises(view, row, end - row, any_, &top, &low):
                        high = max(high, top.size)
                        any_ = True
                        row = end
                    while row < end:
                        _read(view, row, &id)
                        if id.status:
                            break
                        if id.text != NULL:
                            whole = False
                        else:
                            low = min(low, id.size)
                            high = max(high, id.size)
                        if rising:
                            if not any_ or _above(&id, &top):
                                top = id
                                any_ = True
                            else:
                                rising = holes.n < most and push(&holes, at + row) == 0
                        row += 1
                if row < end:
                    bad.append((at + row, id.status))
                    rising = rising and holes.n < most and push(&holes, at + row) == 0
                    row += 1
            at += view.length
        values.bad = bad
        if rising:
            return values, _among_rising(column, &holes)
    finally:
        free(holes.data)
    if whole and 0 <= low and high < INT64_MAX - 64 and high - low < BITS_A_ROW * values.length:
        return values, _by_bits(column, low, high)
    return values, _by_hash(column)


cdef int64_t _rising_row(const Longs *holes, int64_t number) noexcept nogil:
    """The row of the rising id of this number. holes: the rows whose ids do not rise."""
    cdef int64_t low = 0, high = holes.n, middle
    while low < high:
        middle = (low + high) // 2
        if holes.data[middle] - middle <= number:
            low = middle + 1
        else:
            high = middle
    return number + low


cdef list _among_rising(Column column, const Longs *holes):
    """The rows whose id came before, where most ids rise. holes: all other rows, those without an id
    among them: an id is looked for in the rising rows before it, and among its like."""
    cdef int64_t place, row, low, high, middle
    cdef Id id, other
    cdef const View *view
    cdef bint twice
    cdef set seen = set()
    cdef list found = []
    for place in range(holes.n):
        row = holes.data[place]
        view = _chunk_of(column, &row)
        _read(view, row, &id)
        if id.status:
            continue
        twice = False
        low = 0
        high = holes.data[place] - place
        while low < high and not twice:
            middle = (low + high) // 2
            row = _rising_row(holes, middle)
            view = _chunk_of(column, &row)
            _read(view, row, &other)
            if _above(&id, &other):
                low = middle + 1
            elif _above(&other, &id):
                high = middle
            else:
                twice = True
        key = id.size if id.text == NULL else id.text[:id.size]
        if twice or key in seen:
            found.append(holes.data[place])
        seen.add(key)
    return found


cdef list _by_bits(Column column, int64_t low, int64_t high):
    """The rows whose whole number came before."""
    cdef Block block = new_block((high - low) // 8 + 1)
    cdef uint8_t *seen = <uint8_t *>block.data
    cdef Id id
    cdef int64_t chunk, row, at = 0, bit
    cdef uint8_t mask
    cdef bint twice
    cdef list found = []
    for chunk in range(column.chunks):
        row = 0
        while row < column.views[chunk].length:
            twice = False
            with nogil:
                while row < column.views[chunk].length and not twice:
                    _read(&column.views[chunk], row, &id)
                    if id.status == 0:
                        bit = id.size - low
                        mask = <uint8_t>(1 << (bit & 7))
                        twice = (seen[bit >> 3] & mask) != 0
                        seen[bit >> 3] |= mask
                    row += 1
            if twice:
                found.append(at + row - 1)
        at += column.views[chunk].length
    return found


cdef list _by_hash(Column column):
    """The rows whose id came before."""
    cdef Id ids[STEP]
    cdef uint64_t hashes[STEP]
    cdef uint8_t twice[STEP]
    cdef int64_t chunk, first, n, place, size = 64, slot, at = 0
    cdef uint64_t tag
    cdef uint64_t *slots
    cdef int any_twice
    cdef Block block
    cdef list found = []
    while size < 2 * column.length:
        size *= 2
    block = new_block(8 * size)
    slots = <uint64_t *>block.data
    for chunk in range(column.chunks):
        first = 0
        while first < column.views[chunk].length:
            n = min(STEP, column.views[chunk].length - first)
            any_twice = 0
            with nogil:
                for place in range(n):
                    _read(&column.views[chunk], first + place, &ids[place])
                    hashes[place] = hash_whole(ids[place].size, SEED) if ids[place].text == NULL \
                        else hash_text(ids[place].text, ids[place].size, SEED)
                    prefetch(&slots[hashes[place] & (size - 1)])
                for place in range(n):
                    twice[place] = 0
                    if ids[place].status:
                        continue
                    slot = hashes[place] & (size - 1)
                    tag = hashes[place] >> ROW_BITS << ROW_BITS
                    while slots[slot]:
                        if slots[slot] >> ROW_BITS << ROW_BITS == tag and _same(
                                column, (slots[slot] & ((<uint64_t>1 << ROW_BITS) - 1)) - 1,
                                &ids[place]):
                            twice[place] = 1
                            any_twice = 1
                            break
                        slot = (slot + 1) & (size - 1)
                    if not twice[place]:
                        slots[slot] = tag | <uint64_t>(at + first + place + 1)
            if any_twice:
                found.extend([at + first + place for place in range(n) if twice[place]])
            first += n
        at += column.views[chunk].length
    return found


def repeated(Values ids, int64_t n_ids) -> list:
    """The rows whose id, a number below n_ids, stood in a row before."""
    cdef Block seen = new_block(n_ids)
    cdef const int32_t *numbers = ids.ints()
    cdef int64_t row, id
    cdef list found = []
    for row in range(ids.length):
        id = numbers[row]
        if id < 0:
            continue
        if (<uint8_t *>seen.data)[id]:
            found.append(row)
        (<uint8_t *>seen.data)[id] = 1
    return found
