"""One Python value to one word."""

from libc.stdint cimport int64_t

from hmbc.runtime.cells cimport CELL_OK
from hmbc.runtime.columns cimport K_BOOL, Reader

cdef enum:
    CELL_ODD = 98

cdef int read_value(Reader reader, object value, int64_t *to) except -1


cdef inline int word_of(Reader reader, object value, int64_t *to) except -1:
    """CELL_OK and the word; CELL_NULL where there is no value; anything else says that the value is
    bad or not of the plainest type: units_text.value_text and Reader.parse say what it is."""
    if reader.kind == K_BOOL and (value is True or value is False):
        to[0] = value is True
        return CELL_OK
    return read_value(reader, value, to)
