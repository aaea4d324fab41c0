"""Tables that come in by the Arrow C data interface: their memory, and their columns as views."""

from libc.stdint cimport int64_t

from hmbc.runtime.arrow cimport ArrowArray, ArrowArrayStream, ArrowSchema, Buffer
from hmbc.runtime.arrow_view cimport View


cdef class InTable


cdef struct Arrays:
    ArrowArray *data
    int64_t n


cdef class Column:
    """One column: a view for each chunk of its table."""
    cdef InTable table
    cdef int64_t place          # in the table
    cdef View *views
    cdef readonly int64_t chunks
    cdef readonly int64_t length
    cdef readonly str name
    cdef readonly str format
    cdef readonly int type      # what a dictionary holds, where it is one


cdef class InTable:
    cdef ArrowSchema schema
    cdef Arrays *arrays
    cdef Buffer *shared         # the arrays, which results may hold longer than this table
    cdef readonly int64_t num_rows
    cdef readonly list names

    cdef ArrowArray *_more(self) except NULL
    cdef _from_stream(self, ArrowArrayStream *stream)
    cdef _from_array(self, ArrowSchema *schema, ArrowArray *array)
    cdef _finish(self)
