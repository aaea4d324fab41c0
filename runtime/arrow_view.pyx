# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""An array of Arrow's C data interface as a typed view, and its cells read where they lie.

Offsets on parent and child, validity and dictionaries are looked through here, nowhere else.
"""

from libc.stdint cimport (
    INT64_MAX,
    int8_t,
    int16_t,
    int32_t,
    uint8_t,
    uint16_t,
    uint32_t,
    uint64_t,
)
from libc.stdlib cimport calloc, free

import datetime
import decimal

cdef extern from *:
    """
    /* low, high: a decimal128; times 10**shift, into 64 bits.
       0 fits, 1 would lose decimals, 2 is too large */
    static inline int hmb_rescale(uint64_t low, int64_t high, int shift, int64_t *to) {
      __int128 value = (__int128)(((unsigned __int128)(uint64_t)high << 64) | low);
      while (shift > 0 && value != 0) {
        if (__builtin_mul_overflow(value, (__int128)10, &value)) return 2;
        shift--;
      }
      while (shift < 0 && value != 0) {
        if (value % 10 != 0) return 1;
        value /= 10;
        shift++;
      }
      if (value != (int64_t)value) return 2;
      *to = (int64_t)value;
      return 0;
    }
    """
    int hmb_rescale(uint64_t low, int64_t high, int shift, int64_t *to) noexcept nogil


cdef int is_null(const View *view, int64_t row) noexcept nogil:
    cdef int64_t place
    if view.type == T_NULL:
        return 1
    if view.parent_validity != NULL:
        place = view.parent_offset + row
        if not (view.parent_validity[place >> 3] >> (place & 7)) & 1:
            return 1
    if view.validity == NULL:
        return 0
    place = view.offset + row
    return not (view.validity[place >> 3] >> (place & 7)) & 1


cdef int64_t whole_at(const View *view, int type, int64_t row, int *large) noexcept nogil:
    """The whole number in a cell that is not null; sets `large` where it needs more than 63 bits."""
    cdef int64_t place = view.offset + row
    cdef const void *data = view.buffers[1]
    cdef uint64_t wide
    if type == T_INT64 or type == T_DATE64 or type == T_STAMP:
        return (<const int64_t *>data)[place]
    if type == T_INT32 or type == T_DATE32:
        return (<const int32_t *>data)[place]
    if type == T_INT16:
        return (<const int16_t *>data)[place]
    if type == T_INT8:
        return (<const int8_t *>data)[place]
    if type == T_UINT8:
        return (<const uint8_t *>data)[place]
    if type == T_UINT16:
        return (<const uint16_t *>data)[place]
    if type == T_UINT32:
        return (<const uint32_t *>data)[place]
    if type == T_UINT64:
        wide = (<const uint64_t *>data)[place]
        if wide > <uint64_t>INT64_MAX:
            large[0] = 1
        return <int64_t>wide
    if type == T_BOOL:
        return ((<const uint8_t *>data)[place >> 3] >> (place & 7)) & 1
    return 0


cdef const char *text_at(const View *view, int64_t row, int64_t *n) noexcept nogil:
    """The text of a cell that is not null, in a column of text that is no dictionary."""
    cdef int64_t place = view.offset + row
    cdef const int32_t *short_ends
    cdef const int64_t *long_ends
    cdef const char *item
    cdef int32_t size
    if view.type == T_TEXT:
        short_ends = <const int32_t *>view.buffers[1]
        n[0] = short_ends[place + 1] - short_ends[place]
        return <const char *>view.buffers[2] + short_ends[place]
    if view.type == T_LARGE_TEXT:
        long_ends = <const int64_t *>view.buffers[1]
        n[0] = long_ends[place + 1] - long_ends[place]
        return <const char *>view.buffers[2] + long_ends[place]
    # a view: 16 bytes, the size and then either the text or its first 4 bytes, buffer and offset
    item = <const char *>view.buffers[1] + 16 * place
    size = (<const int32_t *>item)[0]
    n[0] = size
    if size <= 12:
        return item + 4
    return <const char *>view.buffers[2 + (<const int32_t *>item)[2]] + (<const int32_t *>item)[3]


cdef int decimal_at(const View *view, int64_t row, int digits, int64_t *to) noexcept nogil:
    """The decimal of a cell that is not null in units of 10**-digits; as hmb_rescale returns."""
    cdef int64_t place = view.offset + row
    cdef const int64_t *words = <const int64_t *>view.buffers[1] + 2 * place
    if view.scale == digits:
        if words[1] != words[0] >> 63:
            return 2
        to[0] = words[0]
        return 0
    return hmb_rescale(<uint64_t>words[0], words[1], digits - view.scale, to)


cdef int64_t dictionary_at(const View *view, int64_t row) noexcept nogil:
    """The place in the dictionary of a cell that is not null."""
    cdef int large = 0
    return whole_at(view, view.index_type, row, &large)


cdef void list_at(const View *view, int64_t row, int64_t *start, int64_t *end) noexcept nogil:
    cdef int64_t place = view.offset + row
    if view.type == T_LIST:
        start[0] = (<const int32_t *>view.buffers[1])[place]
        end[0] = (<const int32_t *>view.buffers[1])[place + 1]
    else:
        start[0] = (<const int64_t *>view.buffers[1])[place]
        end[0] = (<const int64_t *>view.buffers[1])[place + 1]


cdef void set_format(const char *format, View *view) noexcept nogil:
    """Reads the type from an Arrow format text."""
    cdef char kind = format[0]
    cdef int scale = 0, width = 0, sign = 1
    cdef const char *rest
    view.type = T_OTHER
    if kind == 0:
        return
    if format[1] == 0:
        if kind == c"n":
            view.type = T_NULL
        elif kind == c"b":
            view.type = T_BOOL
        elif kind == c"c":
            view.type = T_INT8
        elif kind == c"C":
            view.type = T_UINT8
        elif kind == c"s":
            view.type = T_INT16
        elif kind == c"S":
            view.type = T_UINT16
        elif kind == c"i":
            view.type = T_INT32
        elif kind == c"I":
            view.type = T_UINT32
        elif kind == c"l":
            view.type = T_INT64
        elif kind == c"L":
            view.type = T_UINT64
        elif kind == c"e" or kind == c"f" or kind == c"g":
            view.type = T_FLOAT
        elif kind == c"u":
            view.type = T_TEXT
        elif kind == c"U":
            view.type = T_LARGE_TEXT
    elif kind == c"v" and format[1] == c"u":
        view.type = T_TEXT_VIEW
    elif kind == c"t" and format[1] == c"d":
        view.type = T_DATE32 if format[2] == c"D" else T_DATE64
        view.per_day = 86_400_000
    elif kind == c"t" and format[1] == c"s":
        view.type = T_STAMP
        view.per_day = 86_400
        if format[2] != c"s":
            view.per_day *= 1000
            if format[2] != c"m":
                view.per_day *= 1000
                if format[2] != c"u":
                    view.per_day *= 1000
    elif kind == c"d" and format[1] == c":":
        rest = format + 2
        while rest[0] and rest[0] != c",":
            rest += 1
        if rest[0] == 0:
            return
        rest += 1
        if rest[0] == c"-":
            sign = -1
            rest += 1
        while rest[0] >= c"0" and rest[0] <= c"9":
            scale = 10 * scale + (rest[0] - c"0")
            rest += 1
        if rest[0] == c",":
            rest += 1
            while rest[0] >= c"0" and rest[0] <= c"9":
                width = 10 * width + (rest[0] - c"0")
                rest += 1
        if width == 0 or width == 128:
            view.type = T_DECIMAL
            view.scale = sign * scale
    elif kind == c"+":
        if format[1] == c"l":
            view.type = T_LIST
        elif format[1] == c"L":
            view.type = T_LARGE_LIST
        elif format[1] == c"s":
            view.type = T_STRUCT


cdef int describe(View *view, const ArrowSchema *schema, const ArrowArray *array) noexcept nogil:
    """Describes an array, and what it holds, to one view. Returns -1 where there is no memory."""
    cdef int64_t child
    set_format(schema.format, view)
    view.length = array.length
    view.offset = array.offset
    view.buffers = array.buffers
    if array.n_buffers and array.null_count != 0 and view.type != T_NULL:
        view.validity = <const uint8_t *>array.buffers[0]
    if schema.dictionary != NULL:
        view.index_type = view.type
        view.type = T_DICTIONARY
        view.n_children = 1
        view.children = <View *>calloc(1, sizeof(View))
        if view.children == NULL:
            return -1
        return describe(view.children, schema.dictionary, array.dictionary)
    if array.n_children:
        view.children = <View *>calloc(array.n_children, sizeof(View))
        if view.children == NULL:
            return -1
        view.n_children = array.n_children
        for child in range(array.n_children):
            if describe(&view.children[child], schema.children[child], array.children[child]) < 0:
                return -1
    return 0


cdef void forget(View *view) noexcept nogil:
    cdef int64_t child
    for child in range(view.n_children):
        forget(&view.children[child])
    free(view.children)


cdef object value_at(const View *view, int64_t row):
    """The cell as a Python value."""
    cdef int64_t n, end
    cdef const char *start
    cdef int large = 0
    cdef const int64_t *words
    if is_null(view, row):
        return None
    if view.type == T_DICTIONARY:
        return value_at(view.children, dictionary_at(view, row))
    if view.type in (T_TEXT, T_LARGE_TEXT, T_TEXT_VIEW):
        start = text_at(view, row, &n)
        return start[:n].decode("utf-8", "replace")
    if view.type == T_DECIMAL:
        words = <const int64_t *>view.buffers[1] + 2 * (view.offset + row)
        whole = (int(words[1]) << 64) | int(<uint64_t>words[0])
        with decimal.localcontext() as context:
            context.prec = 80
            return decimal.Decimal(whole).scaleb(-view.scale)
    if view.type == T_DATE32:
        n = whole_at(view, view.type, row, &large)
        if -719162 <= n <= 2932896:
            return datetime.date(1970, 1, 1) + datetime.timedelta(days=n)
        return n
    if view.type == T_DATE64 or view.type == T_STAMP:
        n = whole_at(view, view.type, row, &large)
        seconds, part = divmod(n, view.per_day // 86_400)
        try:
            moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
        except OverflowError:
            return n
        return f"{moment}{'.…' if part else ''}"
    if view.type == T_LIST or view.type == T_LARGE_LIST:
        list_at(view, row, &n, &end)
        return [value_at(view.children, place) for place in range(n, end)]
    if view.type == T_STRUCT:
        return tuple(
            value_at(&view.children[child], row + view.offset) for child in range(view.n_children)
        )
    if view.type == T_UINT64:
        return <uint64_t>whole_at(view, view.type, row, &large)
    if view.type == T_BOOL:
        return whole_at(view, view.type, row, &large) != 0
    if T_INT8 <= view.type <= T_UINT32:
        return whole_at(view, view.type, row, &large)
    return "?"
