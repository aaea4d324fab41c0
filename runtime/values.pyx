# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""One column that was read: numbers of one width, and what was wrong with it.

What a number stands for is said in evaluator.h. Columns keep the least width that every value of their
kind fits; who needs whole words asks for them.
"""

from libc.stdint cimport INT64_MIN
from libc.stdlib cimport free
from libc.string cimport memset

from hmbc.runtime.memory cimport new_block, push, raw_block, sparse_block

cdef enum:
    MOSTLY = 8          # of so many rows one is enough to read all of them


cdef class Values:
    """One column: `length` cells of `width` bytes (1, unsigned; 4 or 8, signed). A cell that could
    not be read holds the width's NO_ value; one out of its domain holds its value."""

    def __dealloc__(self):
        free(self.offset.data)
        free(self.first.data)
        free(self.last.data)

    cdef const int64_t *words(self) except? NULL:
        """The cells as words; INT64_MIN where none could be read."""
        cdef int64_t row
        cdef int64_t *to
        cdef const uint8_t *bytes_
        cdef const int32_t *ints
        if self.width == 8:
            return <const int64_t *>self.cells
        if self.widened is None:
            self.widened = raw_block(8 * self.length + 8)
            to = <int64_t *>self.widened.data
            if self.width == 1:
                bytes_ = <const uint8_t *>self.cells
                with nogil:
                    for row in range(self.length):
                        to[row] = INT64_MIN if bytes_[row] == NO_BYTE else bytes_[row]
            else:
                ints = <const int32_t *>self.cells
                with nogil:
                    for row in range(self.length):
                        to[row] = INT64_MIN if ints[row] == NO_INT else ints[row]
        return <const int64_t *>self.widened.data

    cdef const int64_t *words_at(self, const int64_t *rows, int64_t n) except? NULL:
        """As `words`, but only these rows can be relied on; they may be few."""
        cdef int64_t at, row
        cdef int64_t *to
        if self.width == 8 or self.widened is not None or n > self.length // MOSTLY:
            return self.words()
        self.some = sparse_block(8 * self.length + 8)
        to = <int64_t *>self.some.data
        with nogil:
            for at in range(n):
                row = rows[at]
                if self.width == 1:
                    to[row] = (<const uint8_t *>self.cells)[row]
                    if to[row] == NO_BYTE:
                        to[row] = INT64_MIN
                else:
                    to[row] = (<const int32_t *>self.cells)[row]
                    if to[row] == NO_INT:
                        to[row] = INT64_MIN
        return to

    cdef const int32_t *ints(self) except? NULL:
        """The cells of a column whose width is four bytes: dates and codes that were read."""
        if self.width != 4:
            raise TypeError(f"a column of {self.width} bytes a cell")
        return <const int32_t *>self.cells

    cdef Block narrowed(self, int width):
        """The cells, all of which fit, in another width."""
        cdef Block block = raw_block(width * self.length)
        cdef const int64_t *words = self.words()
        cdef int64_t row
        with nogil:
            for row in range(self.length):
                if width == 1:
                    (<uint8_t *>block.data)[row] = <uint8_t>words[row]
                elif width == 4:
                    (<int32_t *>block.data)[row] = <int32_t>words[row]
                else:
                    (<int64_t *>block.data)[row] = words[row]
        return block

    def word(self, int64_t row):
        """The word of one row; None where none could be read."""
        cdef int64_t value
        if not 0 <= row < self.length:
            raise IndexError(row)
        if self.width == 1:
            value = (<const uint8_t *>self.cells)[row]
            return None if value == NO_BYTE else value
        if self.width == 4:
            value = (<const int32_t *>self.cells)[row]
            return None if value == NO_INT else value
        value = (<const int64_t *>self.cells)[row]
        return None if value == INT64_MIN else value

    def is_given(self, int64_t row):
        return self.given is None or (<uint8_t *>self.given.data)[row] != 0

    def give_all(self):
        """Says of every row that its value is there, where absence was not allowed in the end."""
        if self.given is None:
            self.given = raw_block(self.length + 1)
        memset(self.given.data, 1, self.length)

    def ranges(self, int64_t row):
        """The (first, last) days of one row."""
        return [
            (self.first.data[i], self.last.data[i])
            for i in range(self.offset.data[row], self.offset.data[row + 1])
        ]


def absent(int64_t length, str kind) -> Values:
    """What an optional attribute without a column reads as."""
    cdef Values values = Values.__new__(Values)
    cdef int64_t row
    values.length = length
    values.bad = []
    values.width = 8
    values.own = new_block(8 * (length + 1))
    values.cells = values.own.data
    values.given = new_block(length + 1)
    if kind == "code":
        for row in range(length):
            (<int64_t *>values.own.data)[row] = -1
    if kind == "periods":
        for row in range(length + 1):
            if push(&values.offset, 0) < 0:
                raise MemoryError("column")
    return values


cdef Values one_row(int64_t word, bint optional):
    """A column of one value, which is there."""
    cdef Values values = Values.__new__(Values)
    values.length = 1
    values.bad = []
    values.width = 8
    values.own = raw_block(16)
    values.cells = values.own.data
    (<int64_t *>values.own.data)[0] = word
    if optional:
        values.give_all()
    return values


def few_rows(words, given, bint optional, ranges) -> Values:
    """A column of a few values: the word of each, whether it is there, its ranges of days (or none
    at all, where the column is of another kind)."""
    cdef Values values = Values.__new__(Values)
    cdef int64_t row
    values.length = len(words)
    values.bad = []
    values.width = 8
    values.own = new_block(8 * values.length + 8)
    values.cells = values.own.data
    for row, word in enumerate(words):
        (<int64_t *>values.own.data)[row] = word
    if optional:
        values.given = new_block(values.length + 1)
        for row, is_given in enumerate(given):
            (<uint8_t *>values.given.data)[row] = is_given
    if ranges and push(&values.offset, 0) < 0:
        raise MemoryError("column")
    for pairs in ranges:
        for first, last in pairs:
            if push(&values.first, first) < 0 or push(&values.last, last) < 0:
                raise MemoryError("column")
        if push(&values.offset, values.first.n) < 0:
            raise MemoryError("column")
    return values
