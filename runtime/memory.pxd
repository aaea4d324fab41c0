"""C memory with an owner: blocks held by a Python object, and growing vectors of words and bytes."""

from libc.stdint cimport int64_t, uint8_t
from libc.stdlib cimport realloc
from libc.string cimport memcpy


cdef struct Longs:
    int64_t *data
    int64_t n
    int64_t capacity


cdef struct Bytes:
    char *data
    int64_t n
    int64_t capacity


cdef inline int push(Longs *to, int64_t value) noexcept nogil:
    """Appends one word. Returns 0, or -1 where there is no memory."""
    cdef int64_t capacity
    cdef int64_t *data
    if to.n == to.capacity:
        capacity = 2 * to.capacity + 64
        data = <int64_t *>realloc(to.data, capacity * sizeof(int64_t))
        if data == NULL:
            return -1
        to.data = data
        to.capacity = capacity
    to.data[to.n] = value
    to.n += 1
    return 0


cdef inline int append(Bytes *to, const char *text, int64_t n) noexcept nogil:
    """Appends n bytes. Returns 0, or -1 where there is no memory."""
    cdef int64_t capacity
    cdef char *data
    if to.n + n > to.capacity:
        capacity = 2 * to.capacity + n + 256
        data = <char *>realloc(to.data, capacity)
        if data == NULL:
            return -1
        to.data = data
        to.capacity = capacity
    if n:
        memcpy(to.data + to.n, text, n)
    to.n += n
    return 0


cdef void *take(int64_t size) noexcept nogil
cdef void give(void *memory) noexcept nogil


cdef class Block:
    """A piece of memory that lives as long as this object."""
    cdef void *data
    cdef readonly int64_t size


cdef Block new_block(int64_t size)
cdef Block raw_block(int64_t size)
cdef Block sparse_block(int64_t size)
