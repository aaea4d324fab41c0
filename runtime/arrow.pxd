"""The Arrow C data interface: the structures, as its specification gives them, and a counted buffer."""

from libc.stdint cimport int64_t, uint64_t

cdef extern from *:
    """
    #include <stdint.h>
    #include <stdlib.h>
    #ifndef ARROW_C_DATA_INTERFACE
    #define ARROW_C_DATA_INTERFACE
    #define ARROW_FLAG_DICTIONARY_ORDERED 1
    #define ARROW_FLAG_NULLABLE 2
    #define ARROW_FLAG_MAP_KEYS_SORTED 4
    struct ArrowSchema {
      const char* format;
      const char* name;
      const char* metadata;
      int64_t flags;
      int64_t n_children;
      struct ArrowSchema** children;
      struct ArrowSchema* dictionary;
      void (*release)(struct ArrowSchema*);
      void* private_data;
    };
    struct ArrowArray {
      int64_t length;
      int64_t null_count;
      int64_t offset;
      int64_t n_buffers;
      int64_t n_children;
      const void** buffers;
      struct ArrowArray** children;
      struct ArrowArray* dictionary;
      void (*release)(struct ArrowArray*);
      void* private_data;
    };
    #endif
    #ifndef ARROW_C_STREAM_INTERFACE
    #define ARROW_C_STREAM_INTERFACE
    struct ArrowArrayStream {
      int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
      int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
      const char* (*get_last_error)(struct ArrowArrayStream*);
      void (*release)(struct ArrowArrayStream*);
      void* private_data;
    };
    #endif

    #ifndef HMB_SHARED_BUFFER
    #define HMB_SHARED_BUFFER
    /* what several exported arrays may hold; the last one lets go of it, from any thread */
    typedef struct hmb_buffer { int64_t holders; void *data; void (*drop)(void *data); } hmb_buffer;
    static inline hmb_buffer *hmb_buffer_new(void *data, void (*drop)(void *data)) {
      hmb_buffer *b = (hmb_buffer *)malloc(sizeof *b);
      if (b) { b->holders = 1; b->data = data; b->drop = drop; }
      return b;
    }
    static inline void hmb_buffer_hold(hmb_buffer *b) {
      if (b) __atomic_add_fetch(&b->holders, 1, __ATOMIC_RELAXED);
    }
    static inline void hmb_buffer_drop(hmb_buffer *b) {
      if (b && __atomic_sub_fetch(&b->holders, 1, __ATOMIC_ACQ_REL) == 0) { b->drop(b->data); free(b); }
    }
    #endif
    """
    ctypedef struct ArrowSchema "struct ArrowSchema":
        const char *format
        const char *name
        const char *metadata
        int64_t flags
        int64_t n_children
        ArrowSchema **children
        ArrowSchema *dictionary
        void (*release)(ArrowSchema *) noexcept nogil
        void *private_data

    ctypedef struct ArrowArray "struct ArrowArray":
        int64_t length
        int64_t null_count
        int64_t offset
        int64_t n_buffers
        int64_t n_children
        const void **buffers
        ArrowArray **children
        ArrowArray *dictionary
        void (*release)(ArrowArray *) noexcept nogil
        void *private_data

    ctypedef struct ArrowArrayStream "struct ArrowArrayStream":
        int (*get_schema)(ArrowArrayStream *, ArrowSchema *) noexcept
        int (*get_next)(ArrowArrayStream *, ArrowArray *) noexcept
        const char *(*get_last_error)(ArrowArrayStream *) noexcept
        void (*release)(ArrowArrayStream *) noexcept
        void *private_data

    const int64_t ARROW_FLAG_NULLABLE

    ctypedef struct Buffer "hmb_buffer":
        void *data

    Buffer *buffer_new "hmb_buffer_new" (void *data, void (*drop)(void *) noexcept nogil) \
        noexcept nogil
    void buffer_hold "hmb_buffer_hold" (Buffer *) noexcept nogil
    void buffer_drop "hmb_buffer_drop" (Buffer *) noexcept nogil
