"""The order in which a feed takes rows."""

from libc.stdint cimport int32_t, int64_t

from hmbc.runtime.memory cimport Block


cdef class Layout:
    cdef Block place        # int32 of each row: where its cells stand; None: where they are
    cdef list ends          # where pieces end that share no unit
    cdef bint together      # units' rows stand together, in order of date

cdef Layout layout(const int32_t *unit, const int32_t *day, int64_t n, int64_t n_records,
                   int32_t first_day, int32_t last_day, int threads, bint by_date)
cdef Block laid_out(Layout layout, const void *cells, int width, int64_t n)
cdef Block fetched_back(Layout layout, Block results, int width, int64_t n)
