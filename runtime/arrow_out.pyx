# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Tables that go out by the Arrow C data interface.

Buffers are C allocations, counted: the table and each array exported from it hold them, and whoever
lets go last frees them, from any thread and without the interpreter.
"""

from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_New
from libc.stdint cimport INT32_MAX, int16_t, int32_t, uint8_t
from libc.stdio cimport snprintf
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset, strlen

from hmbc.runtime.arrow cimport (
    ARROW_FLAG_NULLABLE,
    ArrowArray,
    ArrowArrayStream,
    ArrowSchema,
    buffer_drop,
    buffer_hold,
    buffer_new,
)
from hmbc.runtime.arrow_in cimport (
    T_DICTIONARY,
    T_INT8,
    T_INT16,
    T_INT32,
    T_LARGE_TEXT,
    T_TEXT,
    T_TEXT_VIEW,
    T_UINT8,
    T_UINT16,
    T_UINT32,
    T_UINT64,
    Column,
    View,
    dictionary_at,
    text_at,
    whole_at,
)
from hmbc.runtime.intern cimport DIGITS
from hmbc.runtime.memory cimport Block, append, give, push, take

from hmbc.runtime.arrow_in import rows_of

cdef enum:
    NO_MEMORY = 12      # ENOMEM


cdef class OutColumn:
    def __dealloc__(self):
        cdef int place
        for place in range(3):
            buffer_drop(self.data[place])

    cdef void *_allocate(self, int place, int64_t size, bint clear=False) except NULL:
        cdef void *memory = take(size + 64)
        if memory == NULL:
            raise MemoryError(f"{size} bytes")
        if clear:
            memset(memory, 0, size)
        self._own(place, memory)
        return memory

    cdef int _own(self, int place, void *memory) except -1:
        """Makes memory that `take` gave one of the buffers."""
        self.data[place] = buffer_new(memory, give)
        if self.data[place] == NULL:
            give(memory)
            raise MemoryError("column")
        return 0


cdef OutColumn _column(str name, bytes format, int n_buffers, int64_t n):
    cdef OutColumn column = OutColumn.__new__(OutColumn)
    column.name = name
    column.raw_name = name.encode()
    column.format = format
    column.n_buffers = n_buffers
    column.length = n
    return column


cdef OutColumn words_column(str name, bytes format, int width, int64_t n, void **to):
    """A column of n fixed-width cells, to be written; `to` is set to its memory."""
    cdef OutColumn column = _column(name, format, 2, n)
    to[0] = column._allocate(1, n * width)
    return column


cdef OutColumn text_of_bytes(str name, Bytes *text, Longs *ends, bint is_long=False):
    """A column of the texts text[0:ends[0]], text[ends[0]:ends[1]], …; copies them. is_long: their
    places take 64 bits though 32 might do."""
    cdef OutColumn column
    cdef int64_t row
    cdef int32_t *short_ends
    cdef int64_t *long_ends
    if text.n <= INT32_MAX and not is_long:
        column = _column(name, b"u", 3, ends.n)
        short_ends = <int32_t *>column._allocate(1, 4 * (ends.n + 1))
        short_ends[0] = 0
        for row in range(ends.n):
            short_ends[row + 1] = <int32_t>ends.data[row]
    else:
        column = _column(name, b"U", 3, ends.n)
        long_ends = <int64_t *>column._allocate(1, 8 * (ends.n + 1))
        long_ends[0] = 0
        for row in range(ends.n):
            long_ends[row + 1] = ends.data[row]
    column._allocate(2, text.n)
    if text.n:
        memcpy(column.data[2].data, text.data, text.n)
    return column


cdef OutColumn text_of_ids(
        str name, Intern texts, const int64_t *ids, const int64_t *rows, int64_t n):
    """A column of the texts numbered ids[rows[0]], ids[rows[1]], …; without rows ids[0], ids[1], …"""
    cdef OutColumn column
    cdef int64_t place, id, size, total = 0
    cdef int32_t *short_ends = NULL
    cdef int64_t *long_ends = NULL
    cdef const char *text
    cdef char *to
    cdef char digits[DIGITS]
    for place in range(n):
        id = ids[rows[place] if rows != NULL else place]
        if id >= 0:
            texts.at(id, &size, digits)
            total += size
    if total <= INT32_MAX:
        column = _column(name, b"u", 3, n)
        short_ends = <int32_t *>column._allocate(1, 4 * (n + 1))
        short_ends[0] = 0
    else:
        column = _column(name, b"U", 3, n)
        long_ends = <int64_t *>column._allocate(1, 8 * (n + 1))
        long_ends[0] = 0
    to = <char *>column._allocate(2, total)
    total = 0
    for place in range(n):
        id = ids[rows[place] if rows != NULL else place]
        if id >= 0:
            text = texts.at(id, &size, digits)
            memcpy(to + total, text, size)
            total += size
        if short_ends != NULL:
            short_ends[place + 1] = <int32_t>total
        else:
            long_ends[place + 1] = total
    return column


cdef OutColumn block_column(str name, bytes format, int64_t n, Block block):
    """A column of n fixed-width cells that stand in a block, which is empty from then on."""
    cdef OutColumn column = _column(name, format, 2, n)
    cdef void *memory = block.data
    block.data = NULL
    column._own(1, memory)
    return column


cdef OutColumn kept_column(str name, Column column, const Longs *runs, int64_t n):
    """Some rows of a column that came in, in its own type where that is text or whole numbers, else
    as text. runs: (first row, number of rows) of each stretch, n rows in all; no cell of them is
    absent. One stretch of one piece is not copied."""
    cdef OutColumn kept
    cdef const View *view
    cdef int64_t chunk, first = 0
    cdef int type = column.views[0].type if column.chunks else column.type
    for chunk in range(column.chunks):
        if column.views[chunk].length:
            if runs.n == 2 and first <= runs.data[0] \
                    and runs.data[0] + n <= first + column.views[chunk].length:
                view = &column.views[chunk]
                if T_INT8 <= type <= T_UINT64 or type == T_TEXT or type == T_LARGE_TEXT:
                    kept = _column(name, column.format.encode(), 0, n)
                    kept.borrowed = column.table.arrays.data[chunk].children[column.place]
                    kept.offset = view.offset + runs.data[0] - first
                    buffer_hold(column.table.shared)
                    kept.data[0] = column.table.shared
                    return kept
        first += column.views[chunk].length
    if T_INT8 <= type <= T_UINT64:
        return _kept_words(name, column, runs, n)
    return _kept_texts(name, column, runs, n, type == T_LARGE_TEXT)


cdef OutColumn _kept_words(str name, Column column, const Longs *runs, int64_t n):
    cdef void *memory
    cdef char *to
    cdef const View *view
    cdef int64_t chunk, at = 0, run = 0, first = 0, start, end, width = 8
    cdef int type = column.type
    if type == T_INT8 or type == T_UINT8:
        width = 1
    elif type == T_INT16 or type == T_UINT16:
        width = 2
    elif type == T_INT32 or type == T_UINT32:
        width = 4
    cdef OutColumn kept = words_column(name, column.format.encode(), <int>width, n, &memory)
    to = <char *>memory
    for chunk in range(column.chunks):
        view = &column.views[chunk]
        while run < runs.n and runs.data[run] < first + view.length:
            start = max(runs.data[run], first)
            end = min(runs.data[run] + runs.data[run + 1], first + view.length)
            if end > start:
                memcpy(to + width * at,
                       <const char *>view.buffers[1] + width * (view.offset + start - first),
                       width * (end - start))
                at += end - start
            if runs.data[run] + runs.data[run + 1] > first + view.length:
                break
            run += 2
        first += view.length
    return kept


cdef OutColumn _kept_texts(str name, Column column, const Longs *runs, int64_t n, bint is_long):
    cdef Bytes text
    cdef Longs ends
    cdef const View *view
    cdef const char *start
    cdef char digits[DIGITS]
    cdef int64_t chunk, run = 0, first = 0, row, end, size
    cdef int failed = 0
    memset(&text, 0, sizeof(Bytes))
    memset(&ends, 0, sizeof(Longs))
    try:
        with nogil:
            for chunk in range(column.chunks):
                view = &column.views[chunk]
                while run < runs.n and runs.data[run] < first + view.length:
                    end = min(runs.data[run] + runs.data[run + 1], first + view.length)
                    for row in range(max(runs.data[run], first), end):
                        start = _text(view, row - first, &size, digits)
                        failed |= append(&text, start, size) | push(&ends, text.n)
                    if runs.data[run] + runs.data[run + 1] > first + view.length:
                        break
                    run += 2
                first += view.length
        if failed:
            raise MemoryError("column")
        return text_of_bytes(name, &text, &ends, is_long)
    finally:
        free(text.data)
        free(ends.data)


cdef const char *_text(const View *view, int64_t row, int64_t *n, char *digits) noexcept nogil:
    """The text of an identifier that is not absent."""
    cdef int large = 0
    while view.type == T_DICTIONARY:
        row = dictionary_at(view, row)
        view = view.children
    if view.type == T_TEXT or view.type == T_LARGE_TEXT or view.type == T_TEXT_VIEW:
        return text_at(view, row, n)
    n[0] = snprintf(digits, DIGITS, b"%lld", <long long>whole_at(view, view.type, row, &large))
    return digits


def text_column(str name, texts) -> OutColumn:
    """A column of texts; None is null."""
    cdef OutColumn column
    cdef uint8_t *validity
    cdef int64_t row, n = len(texts)
    cdef int32_t *ends
    raw = [b"" if text is None else (<str>text).encode() for text in texts]
    joined = b"".join(raw)
    if len(joined) > INT32_MAX:
        raise OverflowError("more than 2 GiB of text in one column")
    column = _column(name, b"u", 3, n)
    ends = <int32_t *>column._allocate(1, 4 * (n + 1))
    ends[0] = 0
    memcpy(column._allocate(2, len(joined)), <const char *>joined, len(joined))
    for row in range(n):
        ends[row + 1] = ends[row] + <int32_t>len(raw[row])
    column.null_count = sum(text is None for text in texts)
    if column.null_count:
        validity = <uint8_t *>column._allocate(0, (n + 7) // 8, True)
        for row in range(n):
            if texts[row] is not None:
                validity[row >> 3] |= <uint8_t>(1 << (row & 7))
    return column


def int_column(str name, numbers) -> OutColumn:
    """A column of int64; None is null."""
    cdef void *memory
    cdef uint8_t *validity
    cdef int64_t row, n = len(numbers)
    cdef OutColumn column = words_column(name, b"l", 8, n, &memory)
    column.null_count = sum(number is None for number in numbers)
    if column.null_count:
        validity = <uint8_t *>column._allocate(0, (n + 7) // 8, True)
        for row in range(n):
            if numbers[row] is not None:
                validity[row >> 3] |= <uint8_t>(1 << (row & 7))
    for row in range(n):
        (<int64_t *>memory)[row] = numbers[row] or 0
    return column


def date_column(str name, days) -> OutColumn:
    """A column of dates from days since 1970-01-01; None is null."""
    cdef void *memory
    cdef uint8_t *validity
    cdef int64_t row, n = len(days)
    cdef OutColumn column = words_column(name, b"tdD", 4, n, &memory)
    column.null_count = sum(day is None for day in days)
    if column.null_count:
        validity = <uint8_t *>column._allocate(0, (n + 7) // 8, True)
        for row in range(n):
            if days[row] is not None:
                validity[row >> 3] |= <uint8_t>(1 << (row & 7))
    for row in range(n):
        (<int32_t *>memory)[row] = days[row] or 0
    return column


def constant_column(str name, str text, int64_t n) -> OutColumn:
    """A dictionary column that says the same text n times."""
    cdef void *memory
    cdef OutColumn column = words_column(name, b"s", 2, n, &memory)
    memset(memory, 0, 2 * n)
    column.dictionary = text_column("", [text])
    return column


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
    if column.borrowed != NULL:
        to.offset = column.offset
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
    cdef OutColumn whole = _column("", b"+s", 1, table.num_rows)
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
    cdef OutColumn whole = _column("", b"+s", 1, table.num_rows)
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

    def rows(self):
        """The rows as dictionaries of Python values; for tests and small tables."""
        return rows_of(self)

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
