# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Tables that go out by the Arrow C data interface.

Buffers are C allocations, counted: the table and each array exported from it hold them, and whoever
lets go last frees them, from any thread and without the interpreter.
"""

from cpython.buffer cimport (
    PyBUF_C_CONTIGUOUS,
    PyBUF_WRITABLE,
    PyBuffer_Release,
    PyObject_GetBuffer,
)
from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_New
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset, strlen

from hmbc.runtime.arrow cimport (
    ARROW_FLAG_NULLABLE,
    ArrowArray,
    ArrowArrayStream,
    ArrowSchema,
    Buffer,
    buffer_drop,
    buffer_hold,
    buffer_new,
)
from hmbc.runtime.memory cimport give, take
from hmbc.runtime.out_columns cimport OutColumn, empty_column, width_of_cells

from hmbc.runtime.arrow_in import rows_of

cdef enum:
    NO_MEMORY = 12      # ENOMEM


cdef struct Held:
    Buffer *buffers[3]
    const void *pointers[3]


cdef void _release_schema(ArrowSchema *schema) noexcept nogil:
    cdef int64_t child
    for child in range(schema.n_children):
        if schema.children[child].release != NULL:
            schema.children[child].release(schema.children[child])
        free(schema.children[child])
    free(schema.children)
    if schema.dictionary != NULL:
        if schema.dictionary.release != NULL:
            schema.dictionary.release(schema.dictionary)
        free(schema.dictionary)
    free(schema.private_data)
    schema.release = NULL


cdef void _release_array(ArrowArray *array) noexcept nogil:
    cdef int64_t child
    cdef int place
    cdef Held *held = <Held *>array.private_data
    for child in range(array.n_children):
        if array.children[child].release != NULL:
            array.children[child].release(array.children[child])
        free(array.children[child])
    free(array.children)
    if array.dictionary != NULL:
        if array.dictionary.release != NULL:
            array.dictionary.release(array.dictionary)
        free(array.dictionary)
    if held != NULL:
        for place in range(3):
            buffer_drop(held.buffers[place])
        free(held)
    array.release = NULL


cdef int _export_schema(OutColumn column, ArrowSchema *to) except -1:
    cdef size_t format = len(column.format) + 1
    cdef size_t name = len(column.raw_name) + 1
    cdef char *texts = <char *>malloc(format + name)
    memset(to, 0, sizeof(ArrowSchema))
    if texts == NULL:
        raise MemoryError("schema")
    memcpy(texts, <const char *>column.format, format)
    memcpy(texts + format, <const char *>column.raw_name, name)
    to.format = texts
    to.name = texts + format
    to.private_data = texts
    to.flags = ARROW_FLAG_NULLABLE if column.null_count else 0
    to.release = _release_schema
    if column.dictionary is not None:
        to.dictionary = <ArrowSchema *>calloc(1, sizeof(ArrowSchema))
        if to.dictionary == NULL:
            raise MemoryError("schema")
        _export_schema(column.dictionary, to.dictionary)
    return 0


cdef int _widen(OutColumn column, Held *held) except -1:
    """Puts decimals of 16 bytes in the place of the words that the column holds."""
    cdef const int64_t *words = <const int64_t *>column.data[1].data + column.offset
    cdef int64_t *pair = <int64_t *>take(16 * column.length + 64)
    cdef Buffer *made = NULL if pair == NULL else buffer_new(pair, give)
    cdef int64_t row
    if made == NULL:
        give(pair)
        raise MemoryError("column")
    with nogil:
        for row in range(column.length):
            pair[2 * row] = words[row]
            pair[2 * row + 1] = words[row] >> 63
    buffer_drop(held.buffers[1])
    held.buffers[1] = made
    held.pointers[1] = made.data
    return 0


cdef int _export_array(OutColumn column, ArrowArray *to) except -1:
    cdef Held *held = <Held *>calloc(1, sizeof(Held))
    cdef int place
    memset(to, 0, sizeof(ArrowArray))
    if held == NULL:
        raise MemoryError("array")
    for place in range(3):
        held.buffers[place] = column.data[place]
        if column.data[place] != NULL:
            buffer_hold(column.data[place])
            held.pointers[place] = column.data[place].data
    to.private_data = held
    to.release = _release_array
    to.length = column.length
    to.null_count = column.null_count
    if column.is_wide:
        to.n_buffers = column.n_buffers
        to.buffers = held.pointers
        return _widen(column, held)
    to.offset = column.offset
    if column.borrowed != NULL:
        to.n_buffers = column.borrowed.n_buffers
        to.buffers = column.borrowed.buffers
        return 0
    to.n_buffers = column.n_buffers
    to.buffers = held.pointers
    if column.dictionary is not None:
        to.dictionary = <ArrowArray *>calloc(1, sizeof(ArrowArray))
        if to.dictionary == NULL:
            raise MemoryError("array")
        _export_array(column.dictionary, to.dictionary)
    return 0


cdef int _table_schema(OutTable table, ArrowSchema *to) except -1:
    cdef int64_t n = len(table.columns)
    cdef OutColumn whole = empty_column("", b"+s", 1, table.num_rows)
    _export_schema(whole, to)
    try:
        to.children = <ArrowSchema **>calloc(n + 1, sizeof(ArrowSchema *))
        if to.children == NULL:
            raise MemoryError("schema")
        for column in table.columns:
            to.children[to.n_children] = <ArrowSchema *>calloc(1, sizeof(ArrowSchema))
            if to.children[to.n_children] == NULL:
                raise MemoryError("schema")
            to.n_children += 1
            _export_schema(column, to.children[to.n_children - 1])
    except MemoryError:
        to.release(to)
        raise
    return 0


cdef int _table_array(OutTable table, ArrowArray *to) except -1:
    cdef int64_t n = len(table.columns)
    cdef OutColumn whole = empty_column("", b"+s", 1, table.num_rows)
    _export_array(whole, to)
    try:
        to.children = <ArrowArray **>calloc(n + 1, sizeof(ArrowArray *))
        if to.children == NULL:
            raise MemoryError("array")
        for column in table.columns:
            to.children[to.n_children] = <ArrowArray *>calloc(1, sizeof(ArrowArray))
            if to.children[to.n_children] == NULL:
                raise MemoryError("array")
            to.n_children += 1
            _export_array(column, to.children[to.n_children - 1])
    except MemoryError:
        to.release(to)
        raise
    return 0


cdef struct Pending:
    ArrowSchema schema
    ArrowArray array


cdef int _copy_schema(const ArrowSchema *schema, ArrowSchema *to) noexcept nogil:
    """A deep copy. Returns 0, or ENOMEM with nothing kept."""
    cdef size_t format = strlen(schema.format) + 1
    cdef size_t name = strlen(schema.name) + 1
    cdef char *texts = <char *>malloc(format + name)
    cdef int64_t child
    cdef int failed = 0
    memset(to, 0, sizeof(ArrowSchema))
    if texts == NULL:
        return NO_MEMORY
    memcpy(texts, schema.format, format)
    memcpy(texts + format, schema.name, name)
    to.format = texts
    to.name = texts + format
    to.private_data = texts
    to.flags = schema.flags
    to.release = _release_schema
    if schema.dictionary != NULL:
        to.dictionary = <ArrowSchema *>calloc(1, sizeof(ArrowSchema))
        failed = NO_MEMORY if to.dictionary == NULL \
            else _copy_schema(schema.dictionary, to.dictionary)
    if not failed and schema.n_children:
        to.children = <ArrowSchema **>calloc(schema.n_children, sizeof(ArrowSchema *))
        if to.children == NULL:
            failed = NO_MEMORY
        else:
            for child in range(schema.n_children):
                to.children[child] = <ArrowSchema *>calloc(1, sizeof(ArrowSchema))
                if to.children[child] == NULL:
                    failed = NO_MEMORY
                    break
                to.n_children = child + 1
                failed = _copy_schema(schema.children[child], to.children[child])
                if failed:
                    break
    if failed:
        to.release(to)
    return failed


cdef int _stream_schema(ArrowArrayStream *stream, ArrowSchema *to) noexcept nogil:
    return _copy_schema(&(<Pending *>stream.private_data).schema, to)


cdef int _stream_next(ArrowArrayStream *stream, ArrowArray *to) noexcept nogil:
    cdef Pending *pending = <Pending *>stream.private_data
    to[0] = pending.array           # released, that is the end, after the first time
    pending.array.release = NULL
    return 0


cdef const char *_stream_error(ArrowArrayStream *stream) noexcept nogil:
    return NULL


cdef void _release_stream(ArrowArrayStream *stream) noexcept nogil:
    cdef Pending *pending = <Pending *>stream.private_data
    if pending.schema.release != NULL:
        pending.schema.release(&pending.schema)
    if pending.array.release != NULL:
        pending.array.release(&pending.array)
    free(pending)
    stream.release = NULL


cdef void _free_stream(object capsule) noexcept:
    cdef ArrowArrayStream *stream = <ArrowArrayStream *>PyCapsule_GetPointer(
        capsule, "arrow_array_stream")
    if stream.release != NULL:
        stream.release(stream)
    free(stream)


cdef void _free_schema(object capsule) noexcept:
    cdef ArrowSchema *schema = <ArrowSchema *>PyCapsule_GetPointer(capsule, "arrow_schema")
    if schema.release != NULL:
        schema.release(schema)
    free(schema)


cdef void _free_array(object capsule) noexcept:
    cdef ArrowArray *array = <ArrowArray *>PyCapsule_GetPointer(capsule, "arrow_array")
    if array.release != NULL:
        array.release(array)
    free(array)


cdef class OneColumn:
    """A column of a result by itself: its memory stays as long as somebody holds it, the other columns'
    does not. Any reader of the Arrow PyCapsule interface takes it."""

    cdef OutColumn column

    def __len__(self):
        return self.column.length

    def __arrow_c_schema__(self):
        cdef ArrowSchema *schema = <ArrowSchema *>calloc(1, sizeof(ArrowSchema))
        if schema == NULL:
            raise MemoryError("schema")
        capsule = PyCapsule_New(schema, "arrow_schema", _free_schema)
        _export_schema(self.column, schema)
        return capsule

    def __arrow_c_array__(self, requested_schema=None):
        cdef ArrowArray *array = <ArrowArray *>calloc(1, sizeof(ArrowArray))
        if array == NULL:
            raise MemoryError("array")
        capsule = PyCapsule_New(array, "arrow_array", _free_array)
        _export_array(self.column, array)
        return self.__arrow_c_schema__(), capsule


cdef class OutTable:
    """A result: any reader of the Arrow PyCapsule interface takes it, as often as it likes."""

    def __init__(self, columns):
        self.columns = list(columns)
        self.num_rows = (<OutColumn>self.columns[0]).length if self.columns else 0

    def __len__(self):
        return self.num_rows

    @property
    def column_names(self):
        """The names of the columns, in order."""
        return [(<OutColumn>column).name for column in self.columns]

    def column(self, str name):
        """One column by itself. Raises KeyError."""
        cdef OneColumn one = OneColumn.__new__(OneColumn)
        one.column = self._named(name)
        return one

    cdef OutColumn _named(self, str name):
        for column in self.columns:
            if (<OutColumn>column).name == name:
                return column
        raise KeyError(name)

    def copy_into(self, str name, to):
        """Copies the cells of a column to the front of a writable buffer: amounts as int64, whole minor
        units; reasons as their places in the table of reasons, dates as days since 1970-01-01, in one to
        four bytes each, as they stand in the column. Raises KeyError, ValueError where the buffer has
        cells of another width or too few of them, or the column none of a fixed width."""
        cdef OutColumn column = self._named(name)
        cdef Py_buffer view
        cdef int width = width_of_cells(column)
        if width == 0:
            raise ValueError(f"`{name}` has no cells of a fixed width")
        PyObject_GetBuffer(to, &view, PyBUF_WRITABLE | PyBUF_C_CONTIGUOUS)
        try:
            if view.itemsize != width:
                raise ValueError(f"`{name}` has cells of {width} bytes, the buffer of {view.itemsize}")
            if view.len < width * column.length:
                raise ValueError(
                    f"`{name}` has {column.length} cells, the buffer room for {view.len // width}")
            memcpy(view.buf, <const char *>column.data[1].data + width * column.offset,
                   width * column.length)
        finally:
            PyBuffer_Release(&view)

    def rows(self):
        """The rows as dictionaries of Python values; for tests and small tables."""
        return rows_of(self)

    def batches(self, int64_t most):
        """The same rows as tables of at most so many, one after the other, in the same memory; one
        without rows if there are none."""
        cdef int64_t first
        for first in range(0, max(self.num_rows, 1), most):
            yield self.part(first, min(most, self.num_rows - first))

    def part(self, int64_t first, int64_t n):
        """n rows from a first one on, in the same memory."""
        cdef OutTable some = OutTable([])
        some.columns = [(<OutColumn>column).part(first, n) for column in self.columns]
        some.num_rows = n
        return some

    def __arrow_c_schema__(self):
        cdef ArrowSchema *schema = <ArrowSchema *>calloc(1, sizeof(ArrowSchema))
        if schema == NULL:
            raise MemoryError("schema")
        capsule = PyCapsule_New(schema, "arrow_schema", _free_schema)
        _table_schema(self, schema)
        return capsule

    def __arrow_c_stream__(self, requested_schema=None):
        cdef ArrowArrayStream *stream = <ArrowArrayStream *>calloc(1, sizeof(ArrowArrayStream))
        cdef Pending *pending
        if stream == NULL:
            raise MemoryError("stream")
        capsule = PyCapsule_New(stream, "arrow_array_stream", _free_stream)
        pending = <Pending *>calloc(1, sizeof(Pending))
        if pending == NULL:
            raise MemoryError("stream")
        stream.private_data = pending
        stream.get_schema = _stream_schema
        stream.get_next = _stream_next
        stream.get_last_error = _stream_error
        stream.release = _release_stream
        _table_schema(self, &pending.schema)
        _table_array(self, &pending.array)
        return capsule
