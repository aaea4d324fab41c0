# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Columns to words: whole blocks of cells at once where they are plain, else cell by cell."""

from libc.stdint cimport INT64_MAX, INT64_MIN, int32_t
from libc.stdlib cimport free
from libc.string cimport memset

from hmbc.runtime.arrow_view cimport (
    T_DATE32,
    T_DICTIONARY,
    T_INT8,
    T_INT64,
    T_LARGE_TEXT,
    T_NULL,
    T_TEXT,
    T_TEXT_VIEW,
    T_UINT64,
    dictionary_at,
    is_null,
    text_at,
)
from hmbc.runtime.blocks cimport (
    ROWS,
    Dictionary,
    Meaning,
    all_within,
    given_of,
    take_block,
    take_indices,
    wholes_of,
)
from hmbc.runtime.cell_reader cimport (
    K_BOOL,
    K_CODE,
    K_DATE,
    K_ENUM,
    K_MONEY,
    K_PERIODS,
    K_RATIO,
    RATIO_DIGITS,
)
from hmbc.runtime.cells cimport (
    CELL_NO_MEMORY,
    CELL_NULL,
    CELL_OK,
    CELL_RANGE,
    FIRST_DAY,
    LAST_DAY,
)
from hmbc.runtime.memory cimport Block, new_block, push, raw_block
from hmbc.runtime.values cimport NO_BYTE, NO_INT, Values

cdef enum:
    UNSEEN = 255


cdef class Reader(CellReader):
    """Reads the columns of one attribute; made as a CellReader is."""

    def read(self, Column column, bint optional=False, *, bint by_cell=False):
        """The whole column. Bad cells hold a NO_ value, except those out of range.

        An absent value is bad, or with `optional` given 0 and the word 0 (-1 for a code).
        by_cell: reads each cell by itself, slowly, with the same result.
        """
        cdef Values values = Values.__new__(Values)
        cdef Longs bad
        cdef int64_t chunk, at = 0
        cdef Meaning meaning
        memset(&bad, 0, sizeof(Longs))
        values.length = column.length
        values.bad = []
        if self.kind == K_PERIODS:
            self._read_periods(column, optional, values)
            return values
        self._mean(&meaning)
        values.width = meaning.width
        self.by_cell = by_cell
        if not (optional or by_cell) and self._lend(column, &meaning, values):
            return values
        values.own = raw_block(meaning.width * column.length + 64)
        values.cells = values.own.data
        if optional:
            values.given = raw_block(column.length + 64)
        try:
            for chunk in range(column.chunks):
                if self._read_chunk(&column.views[chunk], &meaning, values, at, &bad) < 0:
                    raise MemoryError("column")
                at += column.views[chunk].length
            values.bad = [(bad.data[at], <int>bad.data[at + 1]) for at in range(0, bad.n, 2)]
        finally:
            free(bad.data)
        return values

    cdef void _mean(self, Meaning *meaning) noexcept nogil:
        """What the blocks' ways of reading need to know."""
        meaning.width = 8
        meaning.digits = 0
        meaning.low = self.low if self.has_low else INT64_MIN + 1
        meaning.high = self.high if self.has_high else INT64_MAX
        meaning.missing = 0
        if self.kind == K_MONEY:
            meaning.digits = self.digits
        elif self.kind == K_RATIO:
            meaning.digits = RATIO_DIGITS
        elif self.kind == K_BOOL:
            meaning.width = 1
            meaning.low = 0
            meaning.high = 1
        elif self.kind == K_DATE:
            meaning.width = 4
            meaning.low = max(meaning.low, FIRST_DAY)
            meaning.high = min(meaning.high, LAST_DAY)
        elif self.kind == K_ENUM:
            meaning.width = 1 if self.n_values <= NO_BYTE else 4
        elif self.kind == K_CODE:
            meaning.width = 4
            meaning.missing = -1

    cdef bint _lend(self, Column column, const Meaning *meaning, Values values):
        """Takes a column as it lies in memory, if it can be: one piece, no cell absent or bad, the
        numbers as wide as ours."""
        cdef int64_t chunk, row
        cdef const View *view = NULL
        cdef bint good = True
        if self.kind == K_BOOL or self.kind == K_ENUM or self.kind == K_CODE:
            return False
        for chunk in range(column.chunks):
            if column.views[chunk].length:
                if view != NULL:
                    return False
                view = &column.views[chunk]
        if view == NULL or view.parent_validity != NULL or view.validity != NULL:
            return False
        if view.type != (T_DATE32 if self.kind == K_DATE else T_INT64):
            return False
        with nogil:
            row = 0
            while good and row < view.length:
                good = all_within(view, row, min(ROWS, view.length - row), meaning.low, meaning.high)
                row += ROWS
        if not good:
            return False
        values.cells = <const char *>view.buffers[1] + meaning.width * view.offset
        values.lender = column.table
        return True

    cdef int _read_chunk(self, const View *view, const Meaning *meaning, Values values, int64_t at,
                         Longs *bad) except -2:
        """Reads one piece of a column to cells at, at + 1, …: in blocks, and cell by cell where a
        block is not good. Returns -1 where there is no memory."""
        cdef Dictionary dictionary
        cdef Block entries = None
        cdef int64_t row, n
        cdef char *cells = <char *>values.own.data + meaning.width * at
        cdef uint8_t *given = NULL if values.given is None else <uint8_t *>values.given.data + at
        cdef int failed = 0
        dictionary.n = -1
        if view.type == T_DICTIONARY:
            # entries that no cell uses may be bad, and may not be numbered as codes in vain
            dictionary.n = view.children.length
            entries = raw_block(9 * dictionary.n + 16)
            dictionary.words = <int64_t *>entries.data
            dictionary.status = <uint8_t *>entries.data + 8 * dictionary.n
            memset(dictionary.status, UNSEEN, dictionary.n)
        with nogil:
            if self.kind == K_CODE:
                self._expect(view)
            row = 0
            while row < view.length:
                n = min(ROWS, view.length - row)
                if not self._take_block(
                        view, row, n, meaning, &dictionary, given, cells + meaning.width * row):
                    failed = self._take_cells(
                        view, row, n, meaning, &dictionary, given, cells + meaning.width * row,
                        at, bad)
                    if failed:
                        break
                if given != NULL:
                    given += n
                row += n
        return -1 if failed else 0

    cdef bint _take_block(self, const View *view, int64_t row, int64_t n, const Meaning *meaning,
                          const Dictionary *dictionary, uint8_t *given, char *to) noexcept nogil:
        """Reads a block of cells at once; says whether that went well. given: where it is to be
        written whether a cell is there, NULL where it has to be."""
        cdef uint8_t here[ROWS]
        cdef uint8_t *present = given
        cdef int absent
        if given == NULL:
            present = &here[0]
        if self.by_cell or view.parent_validity != NULL or view.type == T_NULL:
            return False
        absent = given_of(view, row, n, present)
        if absent and given == NULL:
            return False
        if view.type == T_DICTIONARY:
            return not take_indices(
                view, row, n, meaning, dictionary, present if absent else NULL, to)
        if view.type == T_TEXT or view.type == T_LARGE_TEXT or view.type == T_TEXT_VIEW:
            return (self.kind == K_CODE or self.kind == K_ENUM) and self._take_texts(
                view, row, n, meaning, present, given != NULL, to)
        if self.kind == K_CODE:
            return self._take_wholes(view, row, n, present, <int32_t *>to)
        if self.kind == K_ENUM:
            return False
        return not take_block(view, row, n, meaning, present if absent else NULL, to)

    cdef bint _take_texts(self, const View *view, int64_t row, int64_t n, const Meaning *meaning,
                          uint8_t *present, bint optional, char *to) noexcept nogil:
        """Numbers the codes or names of a block of texts; says whether that went well. present: of
        each whether it is there; cleared where the text is empty."""
        cdef const char *texts[ROWS]
        cdef int64_t sizes[ROWS]
        cdef int32_t ids[ROWS]
        cdef int64_t at, id, found = 0
        for at in range(n):
            if present[at]:
                texts[found] = text_at(view, row + at, &sizes[found])
                present[at] = sizes[found] > 0
                found += present[at]
        if found < n and not optional:
            return False
        if self.kind == K_CODE:
            if self.texts.put_texts(texts, sizes, found, ids) < 0:
                return False
        else:
            for at in range(found):
                id = self.texts.find(texts[at], sizes[at])
                if id < 0:
                    return False
                ids[at] = <int32_t>self.meaning.data[id]
        found = 0
        for at in range(n):
            id = ids[found] if present[at] else meaning.missing
            found += present[at]
            if meaning.width == 1:
                (<uint8_t *>to)[at] = <uint8_t>id
            else:
                (<int32_t *>to)[at] = <int32_t>id
        return True

    cdef bint _take_wholes(self, const View *view, int64_t row, int64_t n, const uint8_t *present,
                           int32_t *to) noexcept nogil:
        """Numbers the codes of a block of whole numbers; says whether that went well."""
        cdef int64_t values[ROWS]
        cdef int32_t ids[ROWS]
        cdef int64_t at, found = 0
        if wholes_of(view, row, n, values):
            return False
        for at in range(n):
            values[found] = values[at]
            found += present[at]
        if found == n:
            return self.texts.put_wholes(values, n, to) == 0
        if self.texts.put_wholes(values, found, ids) < 0:
            return False
        found = 0
        for at in range(n):
            to[at] = ids[found] if present[at] else -1
            found += present[at]
        return True

    cdef void _expect(self, const View *view) noexcept nogil:
        """Tells the table of codes between which whole numbers all codes of a column lie."""
        cdef int64_t values[ROWS]
        cdef int64_t row, at, n, low = INT64_MAX, high = INT64_MIN
        if self.texts.count or view.validity != NULL or view.type < T_INT8 or view.type > T_UINT64:
            return
        row = 0
        while row < view.length:
            n = min(ROWS, view.length - row)
            if wholes_of(view, row, n, values):
                return
            for at in range(n):
                low = min(low, values[at])
                high = max(high, values[at])
            row += n
        self.texts.expect(low, high, view.length)

    cdef int _take_cells(self, const View *view, int64_t first, int64_t n, const Meaning *meaning,
                         Dictionary *dictionary, uint8_t *given, char *to, int64_t at,
                         Longs *bad) noexcept nogil:
        """Reads a block cell by cell; notes what is bad. Returns -1 where there is no memory."""
        cdef int64_t row, key, word, place
        cdef int status
        for place in range(n):
            row = first + place
            word = 0
            if view.type == T_DICTIONARY and not is_null(view, row):
                key = dictionary_at(view, row)
                if dictionary.status[key] == UNSEEN:
                    dictionary.status[key] = <uint8_t>self.take_cell(
                        view.children, key, &dictionary.words[key])
                status = dictionary.status[key]
                word = dictionary.words[key]
            else:
                status = self.take_cell(view, row, &word)
            if status == CELL_NO_MEMORY:
                return -1
            if given != NULL:
                given[place] = status == CELL_OK
            if status == CELL_NULL and given != NULL:
                word = meaning.missing
            elif status != CELL_OK:
                if status != CELL_RANGE:
                    word = INT64_MIN
                if push(bad, at + row) < 0 or push(bad, status) < 0:
                    return -1
            if meaning.width == 8:
                (<int64_t *>to)[place] = word
            elif meaning.width == 4:
                (<int32_t *>to)[place] = <int32_t>word if word != INT64_MIN else NO_INT
            else:
                (<uint8_t *>to)[place] = <uint8_t>word if word != INT64_MIN else NO_BYTE
        return 0

    cdef int _read_periods(self, Column column, bint optional, Values values) except -1:
        """A column of ranges of days: a cell that is bad or absent has none."""
        cdef Longs bad
        cdef const View *view
        cdef int64_t chunk, row, at = 0
        cdef int status, no_memory = 0
        cdef uint8_t *given = NULL
        memset(&bad, 0, sizeof(Longs))
        values.width = 8
        values.own = new_block(8 * (column.length + 1))
        values.cells = values.own.data
        if optional:
            values.given = new_block(column.length + 1)
            given = <uint8_t *>values.given.data
        self.first.n = self.last.n = 0
        try:
            with nogil:
                no_memory |= push(&values.offset, 0)
                for chunk in range(column.chunks):
                    view = &column.views[chunk]
                    for row in range(view.length):
                        status = self.take_periods(view, row)
                        if status != CELL_OK:
                            self.first.n = self.last.n = values.offset.data[at]
                        no_memory |= push(&values.offset, self.first.n) | (status == CELL_NO_MEMORY)
                        if status == CELL_OK and given != NULL:
                            given[at] = 1
                        elif status != CELL_OK and status != CELL_NULL:
                            no_memory |= push(&bad, at) | push(&bad, status)
                        at += 1
                        if no_memory:
                            break
            if no_memory:
                raise MemoryError("column")
            values.bad = [(bad.data[row], <int>bad.data[row + 1]) for row in range(0, bad.n, 2)]
        finally:
            free(bad.data)
        values.first = self.first
        values.last = self.last
        memset(&self.first, 0, sizeof(Longs))
        memset(&self.last, 0, sizeof(Longs))
        return 0
