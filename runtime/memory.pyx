# cython: language_level=3
"""C memory with an owner. Big pieces are kept and used again: see pool.h."""

cimport cython
from libc.string cimport memset

cdef extern from "pool.h" nogil:
    ctypedef struct hmb_pool:
        int64_t floor
        int64_t fixed
        int64_t lent
        int64_t kept_bytes

    void *hmb_pool_take(hmb_pool *pool, int64_t size)
    void *hmb_pool_sparse(hmb_pool *pool, int64_t size)
    void hmb_pool_give(hmb_pool *pool, void *memory)
    void hmb_pool_batch(hmb_pool *pool)
    void hmb_pool_limit(hmb_pool *pool, int64_t limit)

cdef enum:
    FLOOR = 512 << 20       # bytes that are kept however little the last batch needed

cdef enum:
    SHORT = 1 << 16     # bytes that are cleared sooner than the interpreter's lock is given up

cdef hmb_pool pool
pool.floor = FLOOR
pool.fixed = -1


cdef void *take(int64_t size) noexcept nogil:
    """Memory for `size` bytes, aligned to 64 and not cleared; NULL where there is none. Any thread."""
    return hmb_pool_take(&pool, size)


cdef void give(void *memory) noexcept nogil:
    """Gives back what `take` gave; NULL is nothing. Any thread."""
    hmb_pool_give(&pool, memory)


def keep_memory(limit=None):
    """How many bytes of memory that is no longer used are kept for the next batch, in the whole
    process; 0 gives all of it back to the system. None: 512 MB and as many as the last batch
    used at once; what is beyond the 512 MB the system may take back."""
    hmb_pool_limit(&pool, -1 if limit is None else limit)


def begin_batch():
    """Says that a batch begins: what is kept then follows what the one before it used."""
    hmb_pool_batch(&pool)


def memory_kept():
    """Bytes of memory that nobody holds and that are kept for the next batch."""
    return pool.kept_bytes


def memory_used():
    """Bytes of columns, tables and results that somebody in this process still holds."""
    return pool.lent


@cython.freelist(64)
cdef class Block:
    def __dealloc__(self):
        give(self.data)


cdef Block raw_block(int64_t size):
    """A block of `size` bytes that hold anything. Raises MemoryError."""
    cdef Block block = Block.__new__(Block)
    block.data = take(size if size > 0 else 1)
    if block.data == NULL:
        raise MemoryError(f"{size} bytes")
    block.size = size
    return block


cdef Block sparse_block(int64_t size):
    """A block of `size` bytes that hold anything, of which few will be touched. Raises MemoryError."""
    cdef Block block = Block.__new__(Block)
    block.data = hmb_pool_sparse(&pool, size if size > 0 else 1)
    if block.data == NULL:
        raise MemoryError(f"{size} bytes")
    block.size = size
    return block


cdef Block new_block(int64_t size):
    """A block of `size` zero bytes. Raises MemoryError."""
    cdef Block block = raw_block(size)
    if size > SHORT:
        with nogil:
            memset(block.data, 0, size)
    elif size > 0:
        memset(block.data, 0, size)
    return block
