"""Tables that go out by the Arrow C data interface."""

from libc.stdint cimport int64_t

from hmbc.runtime.out_columns cimport OutColumn


cdef class OutTable:
    cdef readonly list columns
    cdef readonly int64_t num_rows

    cdef OutColumn _named(self, str name)
