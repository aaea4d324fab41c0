"""Tables that go out by the Arrow C data interface."""

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
    cdef const ArrowArray *borrowed     # of a table that came in; `data[0]` holds it
    cdef int64_t offset
    cdef int64_t null_count
    cdef OutColumn dictionary

    cdef void *_allocate(self, int place, int64_t size, bint clear=*) except NULL
    cdef int _own(self, int place, void *memory) except -1


cdef class OutTable:
    cdef readonly list columns
    cdef readonly int64_t num_rows

cdef OutColumn text_of_ids(
    str name, Intern texts, const int64_t *ids, const int64_t *rows, int64_t n)
cdef OutColumn text_of_bytes(str name, Bytes *text, Longs *ends, bint is_long=*)
cdef OutColumn words_column(str name, bytes format, int width, int64_t n, void **to)
cdef OutColumn block_column(str name, bytes format, int64_t n, Block block)
cdef OutColumn kept_column(str name, Column column, const Longs *runs, int64_t n)
