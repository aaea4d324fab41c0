# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Columns to words: what a cell of any accepted type means for an attribute of some kind."""

import sys

from libc.stdint cimport INT64_MAX, INT64_MIN, int32_t
from libc.stdio cimport snprintf
from libc.stdlib cimport free
from libc.string cimport memset

from hmbc.runtime.arrow_in cimport (
    T_BOOL,
    T_DATE32,
    T_DATE64,
    T_DECIMAL,
    T_DICTIONARY,
    T_FLOAT,
    T_INT8,
    T_INT64,
    T_LARGE_LIST,
    T_LARGE_TEXT,
    T_LIST,
    T_NULL,
    T_STAMP,
    T_STRUCT,
    T_TEXT,
    T_TEXT_VIEW,
    T_UINT64,
    Column,
    decimal_at,
    dictionary_at,
    is_null,
    list_at,
    text_at,
    whole_at,
)
from hmbc.runtime.cells cimport (
    CELL_DECIMALS,
    CELL_NO_MEMORY,
    CELL_NOT_BOOL,
    CELL_NOT_DATE,
    CELL_NOT_PERIODS,
    CELL_NOT_VALUE,
    CELL_NULL,
    CELL_OK,
    CELL_TOO_LARGE,
    FIRST_DAY,
    LAST_DAY,
    parse_bool,
    parse_date,
    parse_decimal,
    parse_periods,
    parse_ratio,
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
from hmbc.runtime.intern cimport DIGITS
from hmbc.runtime.memory cimport new_block, push, raw_block
from hmbc.runtime.values cimport NO_BYTE, NO_INT, Values

NO_VALUE = INT64_MIN

KINDS = ("money", "int", "ratio", "bool", "date", "enum", "code", "periods")

cdef enum:
    RATIO_DIGITS = 6
    UNSEEN = 255


cdef class Reader:
    """How cells of one attribute are read.

    kind: of KINDS; digits: of the currency; low, high: closed domain in words, or None;
    values: of an enum, one tuple of accepted texts for each value; minor_units: whether a whole
    number in a typed column of money counts minor units (else such a column is refused).
    """

    def __init__(self, str kind, *, int digits=2, low=None, high=None, values=(),
                 bint minor_units=False):
        cdef int64_t index
        self.kind = KINDS.index(kind)
        self.digits = digits
        self.minor_units = minor_units
        self.scale = int("1" + digits * "0")
        self.has_low = low is not None
        self.has_high = high is not None
        self.low = low or 0
        self.high = high or 0
        self.texts = Intern()
        self.choices = {}
        self.n_values = len(values)
        if self.kind == K_ENUM:
            for index, texts in enumerate(values):
                for text in texts:
                    if text and self.texts.number(text) == self.meaning.n:
                        self.choices[sys.intern(text)] = index
                        if push(&self.meaning, index) < 0:
                            raise MemoryError("values")

    def share(self, Reader other):
        """Numbers the texts of codes together with another reader."""
        self.texts = other.texts

    def __dealloc__(self):
        free(self.meaning.data)
        free(self.first.data)
        free(self.last.data)

    def refuses(self, Column column):
        """Why no cell of a column of this type could be taken: a word, or None where it can.

        `float`: binary fractions are not exact; `whole`: whole numbers whose unit is not said;
        `type`: anything else.
        """
        cdef int type = column.type
        if type == T_NULL or type in (T_TEXT, T_LARGE_TEXT, T_TEXT_VIEW):
            return None
        if type == T_FLOAT:
            return "float"
        whole = T_INT8 <= type <= T_UINT64
        if self.kind == K_MONEY:
            if whole and not self.minor_units:
                return "whole"
            return None if whole or type == T_DECIMAL else "type"
        if self.kind == K_INT:
            return None if whole or type == T_DECIMAL else "type"
        if self.kind == K_RATIO:
            if whole:
                return "whole"
            return None if type == T_DECIMAL else "type"
        if self.kind == K_BOOL:
            return None if whole or type == T_BOOL else "type"
        if self.kind == K_DATE:
            return None if type in (T_DATE32, T_DATE64, T_STAMP) else "type"
        if self.kind == K_ENUM or self.kind == K_CODE:
            return None if whole else "type"
        return None if type in (T_LIST, T_LARGE_LIST) else "type"

    def parse(self, str text):
        """One text as (status, word)."""
        cdef bytes raw = text.encode()
        cdef int64_t word = 0
        cdef int status
        if self.kind == K_PERIODS:
            self.first.n = self.last.n = 0
            status = parse_periods(raw, len(raw), &self.first, &self.last) if raw else CELL_NULL
        else:
            status = self.take_text(raw, len(raw), &word)
        if status == CELL_NO_MEMORY:
            raise MemoryError("cell")
        return status, word

    def parse_with_ranges(self, str text):
        """One text as (status, word, the (first, last) days of periods)."""
        status, word = self.parse(text)
        if self.kind != K_PERIODS or status:
            return status, word, []
        return status, word, [
            (self.first.data[i], self.last.data[i]) for i in range(self.first.n)
        ]

    cdef int take_text(self, const char *text, int64_t n, int64_t *to) noexcept nogil:
        """The word of a text; an empty one is no value. Not for periods."""
        cdef int status
        cdef int64_t id
        if n == 0:
            return CELL_NULL
        if self.kind == K_CODE:
            to[0] = self.texts.put(text, n)
            return CELL_OK if to[0] >= 0 else CELL_NO_MEMORY
        if self.kind == K_ENUM:
            id = self.texts.find(text, n)
            if id < 0:
                return CELL_NOT_VALUE
            to[0] = self.meaning.data[id]
            return CELL_OK
        if self.kind == K_MONEY:
            status = parse_decimal(text, n, self.digits, to)
        elif self.kind == K_INT:
            status = parse_decimal(text, n, 0, to)
        elif self.kind == K_RATIO:
            status = parse_ratio(text, n, to)
        elif self.kind == K_BOOL:
            status = parse_bool(text, n, to)
        else:
            status = parse_date(text, n, to)
        return status if status != CELL_OK else in_domain(self, to[0])

    cdef int take_cell(self, const View *view, int64_t row, int64_t *to) noexcept nogil:
        """The word of one cell. Not for periods."""
        cdef const char *text
        cdef char digits[DIGITS]
        cdef int64_t n, value
        cdef int large = 0
        cdef int type = view.type
        if is_null(view, row):
            return CELL_NULL
        if type == T_DICTIONARY:
            return self.take_cell(view.children, dictionary_at(view, row), to)
        if type == T_TEXT or type == T_LARGE_TEXT or type == T_TEXT_VIEW:
            text = text_at(view, row, &n)
            return self.take_text(text, n, to)
        if type == T_DECIMAL:
            large = decimal_at(
                view, row,
                self.digits if self.kind == K_MONEY else RATIO_DIGITS if self.kind == K_RATIO else 0,
                to,
            )
            if large or to[0] == INT64_MIN:
                return CELL_DECIMALS if large == 1 else CELL_TOO_LARGE
            return in_domain(self, to[0])
        value = whole_at(view, type, row, &large)
        if large or value == INT64_MIN:
            return CELL_TOO_LARGE
        if self.kind == K_CODE:
            to[0] = self.texts.put_whole(value)
            return CELL_OK if to[0] >= 0 else CELL_NO_MEMORY
        if self.kind == K_ENUM:
            # a whole number as a name: its digits
            n = snprintf(digits, DIGITS, b"%lld", <long long>value)
            return self.take_text(digits, n, to)
        if type == T_DATE64 or type == T_STAMP:
            if value % view.per_day != 0:
                return CELL_NOT_DATE
            value //= view.per_day
        if self.kind == K_DATE and (value < FIRST_DAY or value > LAST_DAY):
            return CELL_NOT_DATE
        if self.kind == K_BOOL and (value < 0 or value > 1):
            return CELL_NOT_BOOL
        to[0] = value
        return in_domain(self, value)

    cdef int _day(self, const View *view, int64_t row, int64_t *to) noexcept nogil:
        """A day in a list of periods: a date in any of its types."""
        cdef int64_t n, value
        cdef int large = 0
        cdef const char *text
        if view.type in (T_TEXT, T_LARGE_TEXT, T_TEXT_VIEW):
            text = text_at(view, row, &n)
            return parse_date(text, n, to)
        if view.type not in (T_DATE32, T_DATE64, T_STAMP):
            return CELL_NOT_PERIODS
        value = whole_at(view, view.type, row, &large)
        if view.type != T_DATE32:
            if value % view.per_day != 0:
                return CELL_NOT_PERIODS
            value //= view.per_day
        if value < FIRST_DAY or value > LAST_DAY:
            return CELL_NOT_PERIODS
        to[0] = value
        return CELL_OK

    cdef int _take_periods(self, const View *view, int64_t row) noexcept nogil:
        """Appends the ranges of one cell to first and last."""
        cdef int64_t n, end, place, a, b
        cdef const char *text
        cdef const View *item
        if is_null(view, row):
            return CELL_NULL
        if view.type == T_DICTIONARY:
            return self._take_periods(view.children, dictionary_at(view, row))
        if view.type in (T_TEXT, T_LARGE_TEXT, T_TEXT_VIEW):
            text = text_at(view, row, &n)
            return parse_periods(text, n, &self.first, &self.last) if n else CELL_NULL
        if view.type != T_LIST and view.type != T_LARGE_LIST:
            return CELL_NOT_PERIODS
        list_at(view, row, &place, &end)
        item = view.children
        while place < end:
            if is_null(item, place):
                return CELL_NOT_PERIODS
            if item.type == T_STRUCT and item.n_children == 2:
                a = 0
                b = LAST_DAY
                if is_null(&item.children[0], item.offset + place) \
                        or self._day(&item.children[0], item.offset + place, &a) != CELL_OK:
                    return CELL_NOT_PERIODS
                if not is_null(&item.children[1], item.offset + place) \
                        and self._day(&item.children[1], item.offset + place, &b) != CELL_OK:
                    return CELL_NOT_PERIODS
                if a > b:
                    return CELL_NOT_PERIODS
                if push(&self.first, a) < 0 or push(&self.last, b) < 0:
                    return CELL_NO_MEMORY
            elif item.type in (T_TEXT, T_LARGE_TEXT, T_TEXT_VIEW):
                text = text_at(item, place, &n)
                if parse_periods(text, n, &self.first, &self.last) != CELL_OK:
                    return CELL_NOT_PERIODS
            else:
                return CELL_NOT_PERIODS
            place += 1
        return CELL_OK

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
                        status = self._take_periods(view, row)
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
