"""An array of Arrow's C data interface as a typed view, and its cells read where they lie."""

from libc.stdint cimport int64_t, uint8_t

from hmbc.runtime.arrow cimport ArrowArray, ArrowSchema

cdef enum:
    T_OTHER = 0
    T_NULL = 1
    T_BOOL = 2
    T_INT8 = 3
    T_INT16 = 4
    T_INT32 = 5
    T_INT64 = 6
    T_UINT8 = 7
    T_UINT16 = 8
    T_UINT32 = 9
    T_UINT64 = 10
    T_FLOAT = 11
    T_DECIMAL = 12
    T_DATE32 = 13
    T_DATE64 = 14
    T_STAMP = 15
    T_TEXT = 16         # 32-bit offsets
    T_LARGE_TEXT = 17
    T_TEXT_VIEW = 18
    T_DICTIONARY = 19
    T_LIST = 20
    T_LARGE_LIST = 21
    T_STRUCT = 22


cdef struct View:
    int type
    int index_type          # of a dictionary's index
    int scale               # of a decimal
    int64_t per_day         # units of a timestamp or date64 in a day
    int64_t length
    int64_t offset
    const uint8_t *validity
    int64_t parent_offset
    const uint8_t *parent_validity
    const void **buffers
    int64_t n_children
    View *children          # of a dictionary: the one view of its values


cdef int is_null(const View *view, int64_t row) noexcept nogil
cdef int64_t whole_at(const View *view, int type, int64_t row, int *large) noexcept nogil
cdef const char *text_at(const View *view, int64_t row, int64_t *n) noexcept nogil
cdef int decimal_at(const View *view, int64_t row, int digits, int64_t *to) noexcept nogil
cdef int64_t dictionary_at(const View *view, int64_t row) noexcept nogil
cdef void list_at(const View *view, int64_t row, int64_t *start, int64_t *end) noexcept nogil
cdef object value_at(const View *view, int64_t row)
cdef void set_format(const char *format, View *view) noexcept nogil
cdef int describe(View *view, const ArrowSchema *schema, const ArrowArray *array) noexcept nogil
cdef void forget(View *view) noexcept nogil
