# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Columns of results, as buffers in Arrow's layout that are counted: see arrow_out.pyx."""

from libc.stdint cimport INT32_MAX, int16_t, int32_t, uint8_t
from libc.stdio cimport snprintf
from libc.stdlib cimport free
from libc.string cimport memcpy, memset

from hmbc.runtime.arrow cimport buffer_drop, buffer_hold, buffer_new
from hmbc.runtime.arrow_in cimport Column
from hmbc.runtime.arrow_view cimport (
    T_DICTIONARY,
    T_INT8,
    T_INT16,
    T_INT32,
    T_LARGE_TEXT,
    T_TEXT,
    T_TEXT_VIEW,
    T_UINT8,
    T_UINT16,
    T_UINT32,
    T_UINT64,
    View,
    dictionary_at,
    text_at,
    whole_at,
)
from hmbc.runtime.intern cimport DIGITS
from hmbc.runtime.memory cimport Block, append, give, push, take


cdef class OutColumn:
    def __dealloc__(self):
        cdef int place
        for place in range(3):
            buffer_drop(self.data[place])

    cdef void *_allocate(self, int place, int64_t size, bint clear=False) except NULL:
        cdef void *memory = take(size + 64)
        if memory == NULL:
            raise MemoryError(f"{size} bytes")
        if clear:
            memset(memory, 0, size)
        self._own(place, memory)
        return memory

    cdef int _own(self, int place, void *memory) except -1:
        """Makes memory that `take` gave one of the buffers."""
        self.data[place] = buffer_new(memory, give)
        if self.data[place] == NULL:
            give(memory)
            raise MemoryError("column")
        return 0


    cdef OutColumn part(self, int64_t first, int64_t n):
        """Some rows of this column, in the same memory."""
        cdef OutColumn some = empty_column(self.name, self.format, self.n_buffers, n)
        cdef int place
        for place in range(3):
            buffer_hold(self.data[place])
            some.data[place] = self.data[place]
        some.offset = self.offset + first
        some.borrowed = self.borrowed
        some.dictionary = self.dictionary
        some.is_wide = self.is_wide
        some.null_count = -1 if self.null_count else 0
        return some


cdef OutColumn empty_column(str name, bytes format, int n_buffers, int64_t n):
    """A column of n rows that has no memory yet."""
    cdef OutColumn column = OutColumn.__new__(OutColumn)
    column.name = name
    column.raw_name = name.encode()
    column.format = format
    column.n_buffers = n_buffers
    column.length = n
    return column


cdef OutColumn words_column(str name, bytes format, int width, int64_t n, void **to):
    """A column of n fixed-width cells, to be written; `to` is set to its memory."""
    cdef OutColumn column = empty_column(name, format, 2, n)
    to[0] = column._allocate(1, n * width)
    return column


cdef int width_of_cells(OutColumn column):
    """The bytes of a cell, in our own memory; 0 where cells are bits, texts or not ours."""
    if column.borrowed != NULL:
        return 0
    if column.is_wide:
        return 8
    return {b"c": 1, b"s": 2, b"tdD": 4, b"l": 8}.get(column.format, 0)


cdef OutColumn text_of_bytes(str name, Bytes *text, Longs *ends, bint is_long=False):
    """A column of the texts text[0:ends[0]], text[ends[0]:ends[1]], …; copies them. is_long: their
    places take 64 bits though 32 might do."""
    cdef OutColumn column
    cdef int64_t row
    cdef int32_t *short_ends
    cdef int64_t *long_ends
    if text.n <= INT32_MAX and not is_long:
        column = empty_column(name, b"u", 3, ends.n)
        short_ends = <int32_t *>column._allocate(1, 4 * (ends.n + 1))
        short_ends[0] = 0
        for row in range(ends.n):
            short_ends[row + 1] = <int32_t>ends.data[row]
    else:
        column = empty_column(name, b"U", 3, ends.n)
        long_ends = <int64_t *>column._allocate(1, 8 * (ends.n + 1))
        long_ends[0] = 0
        for row in range(ends.n):
            long_ends[row + 1] = ends.data[row]
    column._allocate(2, text.n)
    if text.n:
        memcpy(column.data[2].data, text.data, text.n)
    return column


cdef OutColumn text_of_ids(
        str name, Intern texts, const int64_t *ids, const int64_t *rows, int64_t n):
    """A column of the texts numbered ids[rows[0]], ids[rows[1]], …; without rows ids[0], ids[1], …"""
    cdef OutColumn column
    cdef int64_t place, id, size, total = 0
    cdef int32_t *short_ends = NULL
    cdef int64_t *long_ends = NULL
    cdef const char *text
    cdef char *to
    cdef char digits[DIGITS]
    for place in range(n):
        id = ids[rows[place] if rows != NULL else place]
        if id >= 0:
            texts.at(id, &size, digits)
            total += size
    if total <= INT32_MAX:
        column = empty_column(name, b"u", 3, n)
        short_ends = <int32_t *>column._allocate(1, 4 * (n + 1))
        short_ends[0] = 0
    else:
        column = empty_column(name, b"U", 3, n)
        long_ends = <int64_t *>column._allocate(1, 8 * (n + 1))
        long_ends[0] = 0
    to = <char *>column._allocate(2, total)
    total = 0
    for place in range(n):
        id = ids[rows[place] if rows != NULL else place]
        if id >= 0:
            text = texts.at(id, &size, digits)
            memcpy(to + total, text, size)
            total += size
        if short_ends != NULL:
            short_ends[place + 1] = <int32_t>total
        else:
            long_ends[place + 1] = total
    return column


cdef OutColumn block_column(str name, bytes format, int64_t n, Block block):
    """A column of n fixed-width cells that stand in a block, which is empty from then on."""
    cdef OutColumn column = empty_column(name, format, 2, n)
    cdef void *memory = block.data
    block.data = NULL
    column._own(1, memory)
    return column


cdef OutColumn wide_column(str name, bytes format, int64_t n, Block block):
    """A column of n words that stand in a block, which is empty from then on; they go out as decimals
    of 16 bytes, made when somebody asks for them."""
    cdef OutColumn column = block_column(name, format, n, block)
    column.is_wide = True
    return column


cdef OutColumn kept_column(str name, Column column, const Longs *runs, int64_t n):
    """Some rows of a column that came in, in its own type where that is text or whole numbers, else
    as text. runs: (first row, number of rows) of each stretch, n rows in all; no cell of them is
    absent. One stretch of one piece is not copied."""
    cdef OutColumn kept
    cdef const View *view
    cdef int64_t chunk, first = 0
    cdef int type = column.views[0].type if column.chunks else column.type
    for chunk in range(column.chunks):
        if column.views[chunk].length:
            if runs.n == 2 and first <= runs.data[0] \
                    and runs.data[0] + n <= first + column.views[chunk].length:
                view = &column.views[chunk]
                if T_INT8 <= type <= T_UINT64 or type == T_TEXT or type == T_LARGE_TEXT:
                    kept = empty_column(name, column.format.encode(), 0, n)
                    kept.borrowed = column.table.arrays.data[chunk].children[column.place]
                    kept.offset = view.offset + runs.data[0] - first
                    buffer_hold(column.table.shared)
                    kept.data[0] = column.table.shared
                    return kept
        first += column.views[chunk].length
    if T_INT8 <= type <= T_UINT64:
        return _kept_words(name, column, runs, n)
    if type == T_TEXT or type == T_LARGE_TEXT:
        return _kept_runs(name, column, runs, n, type == T_LARGE_TEXT)
    return _kept_texts(name, column, runs, n, False)


cdef struct Walk:
    int64_t chunk, first        # the piece of the column, and the row at which it begins
    int64_t run
    const View *view
    int64_t start, end          # the rows of that piece


cdef bint _next(Column column, const Longs *runs, Walk *walk) noexcept nogil:
    """Goes to the next wanted rows that lie together in one piece; says whether there are any."""
    cdef int64_t after, run_end
    while walk.chunk < column.chunks and walk.run < runs.n:
        walk.view = &column.views[walk.chunk]
        after = walk.first + walk.view.length
        run_end = runs.data[walk.run] + runs.data[walk.run + 1]
        walk.start = max(runs.data[walk.run], walk.first) - walk.first
        walk.end = min(run_end, after) - walk.first
        if run_end > after:
            walk.chunk += 1
            walk.first = after
        else:
            walk.run += 2
        if walk.end > walk.start:
            return True
    return False


cdef OutColumn _kept_words(str name, Column column, const Longs *runs, int64_t n):
    cdef void *memory
    cdef char *to
    cdef Walk walk
    cdef int64_t width = 8
    cdef int type = column.type
    if type == T_INT8 or type == T_UINT8:
        width = 1
    elif type == T_INT16 or type == T_UINT16:
        width = 2
    elif type == T_INT32 or type == T_UINT32:
        width = 4
    cdef OutColumn kept = words_column(name, column.format.encode(), <int>width, n, &memory)
    to = <char *>memory
    memset(&walk, 0, sizeof(Walk))
    with nogil:
        while _next(column, runs, &walk):
            memcpy(to, <const char *>walk.view.buffers[1] + width * (walk.view.offset + walk.start),
                   width * (walk.end - walk.start))
            to += width * (walk.end - walk.start)
    return kept


cdef inline int64_t _end_at(const View *view, int64_t place) noexcept nogil:
    """Where a text ends, and the next one begins, in a column of texts."""
    if view.type == T_TEXT:
        return (<const int32_t *>view.buffers[1])[view.offset + place]
    return (<const int64_t *>view.buffers[1])[view.offset + place]


cdef OutColumn _kept_runs(str name, Column column, const Longs *runs, int64_t n, bint is_long):
    """Of texts that lie one after the other: what belongs to rows that stand together is moved
    together."""
    cdef OutColumn kept
    cdef Walk walk
    cdef int64_t total = 0, at = 0, row, shift
    cdef int32_t *short_ends = NULL
    cdef int64_t *long_ends = NULL
    cdef char *to
    memset(&walk, 0, sizeof(Walk))
    while _next(column, runs, &walk):
        total += _end_at(walk.view, walk.end) - _end_at(walk.view, walk.start)
    if total <= INT32_MAX and not is_long:
        kept = empty_column(name, b"u", 3, n)
        short_ends = <int32_t *>kept._allocate(1, 4 * (n + 1))
        short_ends[0] = 0
    else:
        kept = empty_column(name, b"U", 3, n)
        long_ends = <int64_t *>kept._allocate(1, 8 * (n + 1))
        long_ends[0] = 0
    to = <char *>kept._allocate(2, total)
    total = 0
    memset(&walk, 0, sizeof(Walk))
    with nogil:
        while _next(column, runs, &walk):
            shift = total - _end_at(walk.view, walk.start)
            memcpy(to + total,
                   <const char *>walk.view.buffers[2] + _end_at(walk.view, walk.start),
                   _end_at(walk.view, walk.end) - _end_at(walk.view, walk.start))
            for row in range(walk.start + 1, walk.end + 1):
                at += 1
                if short_ends != NULL:
                    short_ends[at] = <int32_t>(_end_at(walk.view, row) + shift)
                else:
                    long_ends[at] = _end_at(walk.view, row) + shift
            total = _end_at(walk.view, walk.end) + shift
    return kept


cdef OutColumn _kept_texts(str name, Column column, const Longs *runs, int64_t n, bint is_long):
    cdef Bytes text
    cdef Longs ends
    cdef Walk walk
    cdef const char *start
    cdef char digits[DIGITS]
    cdef int64_t row, size
    cdef int failed = 0
    memset(&text, 0, sizeof(Bytes))
    memset(&ends, 0, sizeof(Longs))
    memset(&walk, 0, sizeof(Walk))
    try:
        with nogil:
            while _next(column, runs, &walk):
                for row in range(walk.start, walk.end):
                    start = _text(walk.view, row, &size, digits)
                    failed |= append(&text, start, size) | push(&ends, text.n)
        if failed:
            raise MemoryError("column")
        return text_of_bytes(name, &text, &ends, is_long)
    finally:
        free(text.data)
        free(ends.data)


cdef const char *_text(const View *view, int64_t row, int64_t *n, char *digits) noexcept nogil:
    """The text of an identifier that is not absent."""
    cdef int large = 0
    while view.type == T_DICTIONARY:
        row = dictionary_at(view, row)
        view = view.children
    if view.type == T_TEXT or view.type == T_LARGE_TEXT or view.type == T_TEXT_VIEW:
        return text_at(view, row, n)
    n[0] = snprintf(digits, DIGITS, b"%lld", <long long>whole_at(view, view.type, row, &large))
    return digits


def text_column(str name, texts) -> OutColumn:
    """A column of texts; None is null."""
    cdef OutColumn column
    cdef uint8_t *validity
    cdef int64_t row, n = len(texts)
    cdef int32_t *ends
    raw = [b"" if text is None else (<str>text).encode() for text in texts]
    joined = b"".join(raw)
    if len(joined) > INT32_MAX:
        raise OverflowError("more than 2 GiB of text in one column")
    column = empty_column(name, b"u", 3, n)
    ends = <int32_t *>column._allocate(1, 4 * (n + 1))
    ends[0] = 0
    memcpy(column._allocate(2, len(joined)), <const char *>joined, len(joined))
    for row in range(n):
        ends[row + 1] = ends[row] + <int32_t>len(raw[row])
    column.null_count = sum(text is None for text in texts)
    if column.null_count:
        validity = <uint8_t *>column._allocate(0, (n + 7) // 8, True)
        for row in range(n):
            if texts[row] is not None:
                validity[row >> 3] |= <uint8_t>(1 << (row & 7))
    return column


def int_column(str name, numbers) -> OutColumn:
    """A column of int64; None is null."""
    cdef void *memory
    cdef uint8_t *validity
    cdef int64_t row, n = len(numbers)
    cdef OutColumn column = words_column(name, b"l", 8, n, &memory)
    column.null_count = sum(number is None for number in numbers)
    if column.null_count:
        validity = <uint8_t *>column._allocate(0, (n + 7) // 8, True)
        for row in range(n):
            if numbers[row] is not None:
                validity[row >> 3] |= <uint8_t>(1 << (row & 7))
    for row in range(n):
        (<int64_t *>memory)[row] = numbers[row] or 0
    return column


def date_column(str name, days) -> OutColumn:
    """A column of dates from days since 1970-01-01; None is null."""
    cdef void *memory
    cdef uint8_t *validity
    cdef int64_t row, n = len(days)
    cdef OutColumn column = words_column(name, b"tdD", 4, n, &memory)
    column.null_count = sum(day is None for day in days)
    if column.null_count:
        validity = <uint8_t *>column._allocate(0, (n + 7) // 8, True)
        for row in range(n):
            if days[row] is not None:
                validity[row >> 3] |= <uint8_t>(1 << (row & 7))
    for row in range(n):
        (<int32_t *>memory)[row] = days[row] or 0
    return column


def constant_column(str name, str text, int64_t n) -> OutColumn:
    """A dictionary column that says the same text n times."""
    cdef void *memory
    cdef OutColumn column = words_column(name, b"s", 2, n, &memory)
    memset(memory, 0, 2 * n)
    column.dictionary = text_column("", [text])
    return column
