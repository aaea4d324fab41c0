# cython: language_level=3
from libc.stdlib cimport calloc, free


cdef class Block:
    def __dealloc__(self):
        free(self.data)


cdef Block new_block(int64_t size):
    """A block of `size` zero bytes. Raises MemoryError."""
    cdef Block block = Block.__new__(Block)
    block.data = calloc(size if size > 0 else 1, 1)
    if block.data == NULL:
        raise MemoryError(f"{size} bytes")
    block.size = size
    return block
