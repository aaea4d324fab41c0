# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The order in which a feed takes rows: within a unit dates never fall.

A file in order of date is taken as it stands, and so is one that has each unit's rows together, in
order of date. Others are laid out anew by date: one counting pass gives each row its place, to
which its cells are moved, and from which its results are fetched back. For several threads, rows are
laid out by ranges of units as well, which share no record.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t

from hmbc.runtime.memory cimport new_block, raw_block

cdef enum:
    MOST_PLACES = 1 << 21       # counters of the counting pass
    PIECE = 1 << 16             # rows of a piece where a feed is cut for several threads
    LONG_PIECE = 1 << 20        # the same for one thread, which tells how far it is


cdef class Layout:
    """Where each row's cells stand when a feed takes them, and where it may be cut."""


cdef bint dates_rise(const int32_t *day, int64_t n) noexcept nogil:
    """Whether no row is dated before the one above it."""
    cdef int64_t row
    cdef int32_t falls = 0
    for row in range(1, n):
        falls |= day[row] < day[row - 1]
    return falls == 0


cdef bint units_together(const int32_t *unit, const int32_t *day, int64_t n, int64_t n_records,
                         uint8_t *seen) noexcept nogil:
    """Whether each unit's rows stand together, their dates never falling; rows of unit n_records are
    nobody's. seen: a zero byte for each unit."""
    cdef int64_t row
    cdef int32_t open_ = -1, last = 0
    for row in range(n):
        if unit[row] == n_records:
            continue
        if unit[row] == open_:
            if day[row] < last:
                return False
        else:
            open_ = unit[row]
            if seen[open_]:
                return False
            seen[open_] = 1
        last = day[row]
    return True


cdef Layout layout(const int32_t *unit, const int32_t *day, int64_t n, int64_t n_records,
                   int32_t first_day, int32_t last_day, int threads, bint by_date):
    """How rows are to be taken; None where the days are too far apart for it. by_date: units that
    stand together are not taken so: where one goes on to another year, a feed's block would end."""
    cdef Layout found = Layout.__new__(Layout)
    cdef int64_t row, key, days, ranges = 1, start = 0, count
    cdef int shift = 31
    cdef int64_t *starts
    cdef int32_t *places
    cdef Block counters
    cdef bint rise, together = False
    found.ends = [n]
    with nogil:
        rise = dates_rise(day, n)
    if not by_date and (not rise or threads > 1):
        counters = new_block(n_records)
        with nogil:
            together = units_together(unit, day, n, n_records, <uint8_t *>counters.data)
    if together:
        found.together = True
        found.ends = _between_units(unit, n, n_records, PIECE if threads > 1 else LONG_PIECE)
        return found
    if rise and (threads <= 1 or n <= 4 * PIECE):
        return found
    days = <int64_t>last_day - first_day + 1
    while threads > 1 and ranges < 4 * threads and ranges * 2 * PIECE < n and shift > 0:
        shift -= 1
        ranges = (n_records >> shift) + 1
    if days * ranges > MOST_PLACES:
        return None
    counters = new_block(8 * (days * ranges + 1))
    starts = <int64_t *>counters.data
    found.place = raw_block(4 * n)
    places = <int32_t *>found.place.data
    with nogil:
        for row in range(n):
            key = (unit[row] >> shift) * days + (day[row] - first_day)
            starts[key] += 1
        for key in range(days * ranges):
            count = starts[key]
            starts[key] = start
            start += count
        for row in range(n):
            key = (unit[row] >> shift) * days + (day[row] - first_day)
            places[row] = <int32_t>starts[key]
            starts[key] += 1
    # starts[key] is now where the next key's rows begin
    found.ends = [starts[key * days + days - 1] for key in range(ranges)]
    return found


cdef list _between_units(const int32_t *unit, int64_t n, int64_t n_records, int64_t piece):
    """Where a feed may be cut so that no unit, standing together, is split. piece: rows of one, at least."""
    cdef int64_t row = piece
    cdef int32_t before
    cdef list ends = []
    while row < n:
        while row < n and unit[row - 1] == n_records:
            row += 1
        before = unit[row - 1]
        while row < n and (unit[row] == before or unit[row] == n_records):
            row += 1
        if row < n:
            ends.append(row)
        row += piece
    ends.append(n)
    return ends


cdef Block laid_out(Layout layout, const void *cells, int width, int64_t n):
    """The cells in the layout's order."""
    cdef Block block = raw_block(width * n)
    cdef const int32_t *place = <const int32_t *>layout.place.data
    cdef int64_t row
    with nogil:
        if width == 1:
            for row in range(n):
                (<uint8_t *>block.data)[place[row]] = (<const uint8_t *>cells)[row]
        elif width == 4:
            for row in range(n):
                (<int32_t *>block.data)[place[row]] = (<const int32_t *>cells)[row]
        else:
            for row in range(n):
                (<int64_t *>block.data)[place[row]] = (<const int64_t *>cells)[row]
    return block


cdef Block fetched_back(Layout layout, Block results, int width, int64_t n):
    """Results that stand in the layout's order, in the rows' own."""
    cdef Block block = raw_block(width * n)
    cdef const int32_t *place = <const int32_t *>layout.place.data
    cdef int64_t row
    with nogil:
        if width == 1:
            for row in range(n):
                (<uint8_t *>block.data)[row] = (<const uint8_t *>results.data)[place[row]]
        else:
            for row in range(n):
                (<int64_t *>block.data)[row] = (<const int64_t *>results.data)[place[row]]
    return block
