"""Columns of results, as buffers in Arrow's layout that are counted."""

from libc.stdint cimport int64_t

from hmbc.runtime.arrow cimport ArrowArray, Buffer
from hmbc.runtime.arrow_in cimport Column
from hmbc.runtime.intern cimport Intern
from hmbc.runtime.memory cimport Block, Bytes, Longs


cdef class OutColumn:
    cdef readonly str name
    cdef bytes format
    cdef bytes raw_name
    cdef Buffer *data[3]
    cdef int n_buffers
    cdef int64_t length
    cdef int64_t offset                 # rows that stand in the buffers before the first one
    cdef const ArrowArray *borrowed     # of a table that came in; `data[0]` holds it
    cdef int64_t null_count
    cdef OutColumn dictionary
    cdef bint is_wide                   # the words of data[1] go out as decimals of 16 bytes

    cdef void *_allocate(self, int place, int64_t size, bint clear=*) except NULL
    cdef int _own(self, int place, void *memory) except -1
    cdef OutColumn part(self, int64_t first, int64_t n)


cdef OutColumn empty_column(str name, bytes format, int n_buffers, int64_t n)
cdef int width_of_cells(OutColumn column)
cdef OutColumn text_of_ids(
    str name, Intern texts, const int64_t *ids, const int64_t *rows, int64_t n)
cdef OutColumn text_of_bytes(str name, Bytes *text, Longs *ends, bint is_long=*)
cdef OutColumn words_column(str name, bytes format, int width, int64_t n, void **to)
cdef OutColumn block_column(str name, bytes format, int64_t n, Block block)
cdef OutColumn wide_column(str name, bytes format, int64_t n, Block block)
cdef OutColumn kept_column(str name, Column column, const Longs *runs, int64_t n)
