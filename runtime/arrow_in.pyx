# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Tables that come in by the Arrow C data interface: their memory, and their columns as views."""

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int32_t, uint8_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memset

from hmbc.runtime.arrow cimport buffer_drop, buffer_new
from hmbc.runtime.arrow_view cimport (
    T_DICTIONARY,
    T_LARGE_TEXT,
    T_TEXT,
    describe,
    forget,
    set_format,
    value_at,
)

import decimal

cdef extern from *:
    """
    #include <string.h>
    static inline const void *hmb_find(const char *in, size_t n, const char *what, size_t m) {
      const char *at = in, *end = in + n;
      while (m && (size_t)(end - at) >= m && (at = memchr(at, what[0], end - at - m + 1))) {
        if (!memcmp(at, what, m)) return at;
        at++;
      }
      return NULL;
    }
    """
    const void *find_bytes "hmb_find" (const char *, size_t, const char *, size_t) noexcept nogil


cdef class Column:
    """One column: a view for each chunk of its table."""

    def __dealloc__(self):
        cdef int64_t chunk
        if self.views != NULL:
            for chunk in range(self.chunks):
                forget(&self.views[chunk])
            free(self.views)

    def is_dictionary(self):
        return self.chunks > 0 and self.views[0].type == T_DICTIONARY

    def text(self, int64_t row):
        """What the cell holds, as text for a message; the empty text where it is null."""
        cdef int64_t chunk
        for chunk in range(self.chunks):
            if row < self.views[chunk].length:
                value = value_at(&self.views[chunk], row)
                if isinstance(value, decimal.Decimal):
                    return format(value, "f")
                if isinstance(value, bool):
                    return "true" if value else "false"
                return "" if value is None else str(value)
            row -= self.views[chunk].length
        raise IndexError(row)

    def may_hold(self, bytes part):
        """Whether these bytes may stand in a text of this column: not where they are looked for in vain
        in all of its memory."""
        cdef int64_t chunk, start, end
        cdef const View *view
        cdef const char *sought = part
        cdef size_t size = len(part)
        cdef const void *found = NULL
        for chunk in range(self.chunks):
            view = &self.views[chunk]
            if view.type == T_TEXT:
                start = (<const int32_t *>view.buffers[1])[view.offset] if view.length else 0
                end = (<const int32_t *>view.buffers[1])[view.offset + view.length] if view.length else 0
            elif view.type == T_LARGE_TEXT:
                start = (<const int64_t *>view.buffers[1])[view.offset] if view.length else 0
                end = (<const int64_t *>view.buffers[1])[view.offset + view.length] if view.length else 0
            else:
                return True
            if end > start:
                with nogil:
                    found = find_bytes(<const char *>view.buffers[2] + start, end - start, sought, size)
            if found != NULL:
                return True
        return False

    def values(self):
        """Every cell as a Python value, in order; None where it is null."""
        cdef int64_t chunk, row
        for chunk in range(self.chunks):
            for row in range(self.views[chunk].length):
                yield value_at(&self.views[chunk], row)


cdef void _let_go(void *data) noexcept nogil:
    """Releases the arrays of a table."""
    cdef Arrays *arrays = <Arrays *>data
    cdef int64_t chunk
    for chunk in range(arrays.n):
        if arrays.data[chunk].release != NULL:
            arrays.data[chunk].release(&arrays.data[chunk])
    free(arrays.data)
    free(arrays)


cdef class InTable:
    """A table held in its producer's memory; released with this object, or with the
    last result that holds some of it."""

    def __cinit__(self):
        self.arrays = <Arrays *>calloc(1, sizeof(Arrays))
        self.shared = buffer_new(self.arrays, _let_go)
        if self.arrays == NULL or self.shared == NULL:
            raise MemoryError("arrow table")

    def __dealloc__(self):
        buffer_drop(self.shared)
        if self.schema.release != NULL:
            self.schema.release(&self.schema)

    cdef ArrowArray *_more(self) except NULL:
        cdef ArrowArray *data
        data = <ArrowArray *>realloc(self.arrays.data, (self.arrays.n + 1) * sizeof(ArrowArray))
        if data == NULL:
            raise MemoryError("arrow chunks")
        self.arrays.data = data
        memset(&data[self.arrays.n], 0, sizeof(ArrowArray))
        self.arrays.n += 1
        return &data[self.arrays.n - 1]

    cdef _from_stream(self, ArrowArrayStream *stream):
        cdef ArrowArray *array
        cdef int failed = stream.get_schema(stream, &self.schema)
        if failed:
            raise _stream_error(stream, failed)
        while True:
            array = self._more()
            failed = stream.get_next(stream, array)
            if failed:
                array.release = NULL
                raise _stream_error(stream, failed)
            if array.release == NULL:
                self.arrays.n -= 1
                return

    cdef _from_array(self, ArrowSchema *schema, ArrowArray *array):
        cdef ArrowArray *mine = self._more()
        self.schema = schema[0]
        schema.release = NULL
        mine[0] = array[0]
        array.release = NULL

    cdef _finish(self):
        cdef int64_t place
        if self.schema.format != b"+s":
            raise TypeError(
                f"a table is needed (a struct of columns), got {self.schema.format.decode()}"
            )
        self.names = [
            (self.schema.children[place].name or b"").decode("utf-8", "replace")
            for place in range(self.schema.n_children)
        ]
        self.num_rows = 0
        for place in range(self.arrays.n):
            self.num_rows += self.arrays.data[place].length

    def column(self, int64_t place):
        """The column at this place."""
        cdef Column column = Column.__new__(Column)
        cdef ArrowSchema *schema
        cdef ArrowArray *array
        cdef View *view
        cdef View kind
        cdef int64_t chunk
        if not 0 <= place < self.schema.n_children:
            raise IndexError(place)
        schema = self.schema.children[place]
        column.table = self
        column.place = place
        column.length = self.num_rows
        column.name = self.names[place]
        column.format = schema.format.decode()
        memset(&kind, 0, sizeof(View))
        set_format((schema if schema.dictionary == NULL else schema.dictionary).format, &kind)
        column.type = kind.type
        column.views = <View *>calloc(self.arrays.n + 1, sizeof(View))
        if column.views == NULL:
            raise MemoryError("arrow views")
        for chunk in range(self.arrays.n):
            array = &self.arrays.data[chunk]
            view = &column.views[chunk]
            column.chunks = chunk + 1
            if describe(view, schema, array.children[place]) < 0:
                raise MemoryError("arrow views")
            # a sliced parent shifts its children too
            view.offset += array.offset
            view.length = array.length
            if array.null_count != 0 and array.n_buffers and array.buffers[0] != NULL:
                view.parent_validity = <const uint8_t *>array.buffers[0]
                view.parent_offset = array.offset
        return column


cdef _stream_error(ArrowArrayStream *stream, int failed):
    cdef const char *text = stream.get_last_error(stream)
    said = "" if text == NULL else (<bytes>text).decode("utf-8", "replace")
    return OSError(failed, said or "the Arrow stream broke off")


def read_table(source) -> InTable:
    """Take in any object with `__arrow_c_stream__`, else `__arrow_c_array__`.

    Raises: TypeError for anything else, OSError where the stream breaks off.
    """
    cdef InTable table = InTable.__new__(InTable)
    cdef ArrowArrayStream *stream
    if hasattr(source, "__arrow_c_stream__"):
        capsule = source.__arrow_c_stream__()
        stream = <ArrowArrayStream *>PyCapsule_GetPointer(capsule, "arrow_array_stream")
        table._from_stream(stream)
    elif hasattr(source, "__arrow_c_array__"):
        schema, array = source.__arrow_c_array__()
        table._from_array(
            <ArrowSchema *>PyCapsule_GetPointer(schema, "arrow_schema"),
            <ArrowArray *>PyCapsule_GetPointer(array, "arrow_array"),
        )
    else:
        raise TypeError(
            f"a table with __arrow_c_stream__ is needed, got {type(source).__name__}"
        )
    table._finish()
    return table


def rows_of(source):
    """The rows of any table that `read_table` takes, as dictionaries of Python values."""
    table = read_table(source)
    columns = [table.column(place).values() for place in range(len(table.names))]
    for _ in range(table.num_rows):
        yield {name: next(column) for name, column in zip(table.names, columns)}
