# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Ids to a few shards: the same id is always in the same shard, as text or as a whole number."""

from libc.stdint cimport int16_t, int64_t

from hmbc.runtime.arrow_in cimport Column
from hmbc.runtime.arrow_view cimport (
    T_DICTIONARY,
    T_LARGE_TEXT,
    T_TEXT,
    T_TEXT_VIEW,
    View,
    dictionary_at,
    is_null,
    text_at,
    whole_at,
)
from hmbc.runtime.arrow_out cimport OutTable
from hmbc.runtime.out_columns cimport OutColumn, words_column
from hmbc.runtime.hash cimport hash_text, hash_whole
from hmbc.runtime.intern cimport is_whole

from hmbc.runtime.arrow_in import read_table


cdef int _shard(const View *view, int64_t row, int n) noexcept nogil:
    cdef int64_t size, value
    cdef int large = 0
    cdef const char *text
    if is_null(view, row):
        return 0
    while view.type == T_DICTIONARY:
        row = dictionary_at(view, row)
        view = view.children
        if is_null(view, row):
            return 0
    if view.type == T_TEXT or view.type == T_LARGE_TEXT or view.type == T_TEXT_VIEW:
        text = text_at(view, row, &size)
        if not is_whole(text, size, &value):
            return <int>(hash_text(text, size, 1) % <unsigned int>n)
    else:
        value = whole_at(view, view.type, row, &large)
    return <int>(hash_whole(value, 1) % <unsigned int>n)


def shards_of(source, int n):
    """Of each row of a table with one column of ids its shard, 0 … n - 1, as a table with one column
    `shard`. n: at most 32,767."""
    cdef Column column = read_table(source).column(0)
    cdef void *memory
    cdef OutColumn out = words_column("shard", b"s", 2, column.length, &memory)
    cdef int64_t chunk, row, at = 0
    with nogil:
        for chunk in range(column.chunks):
            for row in range(column.views[chunk].length):
                (<int16_t *>memory)[at] = <int16_t>_shard(&column.views[chunk], row, n)
                at += 1
    return OutTable([out])
