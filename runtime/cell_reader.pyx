# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Cells to words: what one cell of any accepted type means for an attribute of some kind."""

import sys

from libc.stdint cimport INT64_MIN
from libc.stdio cimport snprintf
from libc.stdlib cimport free

from hmbc.runtime.arrow_in cimport Column
from hmbc.runtime.arrow_view cimport (
    T_BOOL,
    T_DATE32,
    T_DATE64,
    T_DECIMAL,
    T_DICTIONARY,
    T_FLOAT,
    T_INT8,
    T_LARGE_LIST,
    T_LARGE_TEXT,
    T_LIST,
    T_NULL,
    T_STAMP,
    T_STRUCT,
    T_TEXT,
    T_TEXT_VIEW,
    T_UINT64,
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
from hmbc.runtime.intern cimport DIGITS
from hmbc.runtime.memory cimport new_block, push

cdef enum:
    FEW = 16            # texts that are looked through faster than they are hashed

KINDS = ("money", "int", "ratio", "bool", "date", "enum", "code", "periods")


cdef class CellReader:
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
            self._list_few()

    cdef int _list_few(self) except -1:
        cdef Choice *few
        if len(self.choices) > FEW:
            return 0
        self.few_block = new_block(len(self.choices) * sizeof(Choice))
        self.few = few = <Choice *>self.few_block.data
        for text, index in self.choices.items():
            few[self.n_few].text = <PyObject *>text
            few[self.n_few].index = index
            self.n_few += 1
        return 0

    def share(self, CellReader other):
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

    cdef int take_periods(self, const View *view, int64_t row) noexcept nogil:
        """Appends the ranges of one cell to first and last."""
        cdef int64_t n, end, place, a, b
        cdef const char *text
        cdef const View *item
        if is_null(view, row):
            return CELL_NULL
        if view.type == T_DICTIONARY:
            return self.take_periods(view.children, dictionary_at(view, row))
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
