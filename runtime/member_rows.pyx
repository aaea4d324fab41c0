# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The rows of the members table: which one holds for a member on a day.

A member whose attributes vary has a row for each stretch of days; no two of them share a day.
"""

from libc.stdint cimport (
    INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, int32_t, int64_t, uint8_t, uint32_t,
)

from hmbc.runtime.memory cimport Block, new_block, raw_block
from hmbc.runtime.sort_days cimport sort_days
from hmbc.runtime.values cimport NO_INT, Values

cdef extern from *:
    """
    #include <stdint.h>

    typedef struct { int32_t first, last, row; } hmb_stretch;     /* days, both included */

    /* A member's first two rows, so that most claims find theirs in one line of the cache. What there is
     * not begins after its end. */
    typedef struct {
        hmb_stretch of[2];
        int32_t more;       /* whether there are further ones */
        int32_t spare;
    } hmb_near;

    static inline void hmb_ask(const void *at) { __builtin_prefetch(at); }
    """
    ctypedef struct hmb_stretch:
        int32_t first, last, row
    ctypedef struct hmb_near:
        hmb_stretch of[2]
        int32_t more
    void hmb_ask(const void *at) noexcept nogil

cdef enum:
    AHEAD = 24      # claims from asking for a member's rows to looking at them


cdef class MemberRows:
    """ids: of the members, numbers below n_ids, which counts all ids seen.

    valid_from, valid_to: where attributes vary, the days of each row; an absent one is open. None
    where they do not: then a member has one row.
    """

    def __init__(self, Values ids, int64_t n_ids, Values valid_from=None, Values valid_to=None):
        cdef int64_t row, id
        cdef int64_t *starts
        cdef int64_t *order
        cdef int64_t *first
        cdef int32_t *row_at
        cdef const int64_t *words = ids.words()
        cdef Block spare
        self.ids = ids
        self.n_ids = n_ids
        self.varies = valid_from is not None
        self.bad = new_block(n_ids)
        self.starts = new_block(8 * (n_ids + 2))
        self.order = raw_block(8 * ids.length)
        self.row_at = raw_block(4 * n_ids)
        starts = <int64_t *>self.starts.data
        order = <int64_t *>self.order.data
        row_at = <int32_t *>self.row_at.data
        with nogil:
            for row in range(ids.length):
                if words[row] != INT64_MIN:
                    starts[words[row] + 2] += 1
            for id in range(n_ids):
                starts[id + 2] += starts[id + 1]
            for row in range(ids.length):
                if words[row] != INT64_MIN:
                    order[starts[words[row] + 1]] = row
                    starts[words[row] + 1] += 1
            self.in_order = not self.varies
            for id in range(n_ids):
                row_at[id] = NO_INT
                if starts[id + 1] > starts[id] and not self.varies:
                    row_at[id] = <int32_t>order[starts[id]]
                if id < ids.length and row_at[id] != id:
                    self.in_order = False
        if not self.varies:
            return
        self.first = _days(valid_from, INT64_MIN)
        self.last = _days(valid_to, INT64_MAX)
        first = <int64_t *>self.first.data
        spare = raw_block(8 * ids.length)
        with nogil:
            for id in range(n_ids):
                sort_days(order + starts[id], starts[id + 1] - starts[id], first,
                          <int64_t *>spare.data)
        self.near = raw_block(sizeof(hmb_near) * n_ids)
        for id in range(n_ids):
            self.near_of(id)

    cdef int near_of(self, int64_t id) except -1:
        """Notes down a member's first two rows; none where they may not be used."""
        cdef hmb_near *near = <hmb_near *>self.near.data + id
        cdef const int64_t *starts = <const int64_t *>self.starts.data
        cdef int64_t at, row
        cdef int64_t n = 0 if self.is_bad(id) else starts[id + 1] - starts[id]
        near.more = n > 2
        for at in range(2):
            near.of[at] = hmb_stretch(INT32_MAX, INT32_MIN, NO_INT)
            if at < n:
                row = (<const int64_t *>self.order.data)[starts[id] + at]
                near.of[at].first = <int32_t>min(max((<int64_t *>self.first.data)[row], INT32_MIN), INT32_MAX)
                near.of[at].last = <int32_t>min(max((<int64_t *>self.last.data)[row], INT32_MIN), INT32_MAX)
                near.of[at].row = <int32_t>row
        return 0

    def spoil(self, rows):
        """Says that the members of these rows may not be used."""
        cdef int64_t row, id
        for row in rows:
            id = self.ids.words()[row]
            if id != INT64_MIN:
                self.in_order = False
                (<uint8_t *>self.bad.data)[id] = 1
                (<int32_t *>self.row_at.data)[id] = NO_INT
                if self.varies:
                    self.near_of(id)

    def twice(self):
        """Rows whose member came before, where no attribute varies."""
        cdef int64_t id, place
        cdef const int64_t *starts = <const int64_t *>self.starts.data
        cdef list found = []
        if not self.varies:
            for id in range(self.n_ids):
                for place in range(starts[id] + 1, starts[id + 1]):
                    found.append((<int64_t *>self.order.data)[place])
        return found

    def backward(self):
        """Rows that end before they begin."""
        cdef int64_t row
        cdef list found = []
        if self.varies:
            for row in range(self.ids.length):
                if (<int64_t *>self.first.data)[row] > (<int64_t *>self.last.data)[row]:
                    found.append(row)
        return found

    def overlapping(self):
        """Rows that share a day with one of the same member that begins no later."""
        cdef int64_t id, place, row, end
        cdef const int64_t *starts = <const int64_t *>self.starts.data
        cdef const int64_t *order = <const int64_t *>self.order.data
        cdef list found = []
        if not self.varies:
            return found
        for id in range(self.n_ids):
            if starts[id + 1] - starts[id] < 2:
                continue
            end = (<int64_t *>self.last.data)[order[starts[id]]]
            for place in range(starts[id] + 1, starts[id + 1]):
                row = order[place]
                if (<int64_t *>self.first.data)[row] <= end:
                    found.append(row)
                end = max(end, (<int64_t *>self.last.data)[row])
        return found

    def unlike(self, Values column):
        """Rows that differ in a column from the first row of the table with their member; cells
        that could not be read are passed over."""
        cdef int64_t id, place, row, one
        cdef const int64_t *starts = <const int64_t *>self.starts.data
        cdef const int64_t *order = <const int64_t *>self.order.data
        cdef list found = []
        for id in range(self.n_ids):
            if starts[id + 1] - starts[id] < 2:
                continue
            one = order[starts[id]]
            for place in range(starts[id] + 1, starts[id + 1]):
                one = min(one, order[place])
            for place in range(starts[id], starts[id + 1]):
                row = order[place]
                if row != one and not _same(column, one, row):
                    found.append(row)
        return found

    def row_of(self, int64_t id, int64_t day):
        """The row of this member on a day: (row, whether the day lies in a hole); row -1: no such
        member."""
        cdef bint hole = False
        cdef int64_t row = self.find(id, day, &hole)
        return row, bool(hole)

    def spoiled(self, int64_t id):
        """Whether a member may not be used."""
        return bool(self.is_bad(id))

    cdef int64_t find(self, int64_t id, int64_t day, bint *hole) noexcept nogil:
        """As row_of. In a hole: the last row that began before, else the first."""
        cdef const int64_t *starts = <const int64_t *>self.starts.data
        cdef const int64_t *order = <const int64_t *>self.order.data
        cdef const int64_t *first
        cdef int64_t low, high, middle
        hole[0] = False
        if id < 0 or id >= self.n_ids or starts[id] == starts[id + 1]:
            return -1
        low = starts[id]
        if not self.varies:
            return order[low]
        first = <const int64_t *>self.first.data
        high = starts[id + 1]
        while high - low > 1:
            middle = (low + high) // 2
            if first[order[middle]] <= day:
                low = middle
            else:
                high = middle
        hole[0] = not (first[order[low]] <= day <= (<int64_t *>self.last.data)[order[low]])
        return order[low]

    cdef bint find_block(self, const int32_t *ids, const int32_t *days, int64_t n, int32_t *to,
                         uint8_t *version) noexcept nogil:
        """The row of each of many members on a day. Says whether one has to be looked at by itself: there
        is no such member, it is bad, or has no row on that day. version: where attributes vary, which of
        the member's rows it is, as evaluator.h says."""
        cdef int64_t at
        cdef uint32_t id
        cdef int32_t all_ = 0
        cdef uint32_t most = <uint32_t>self.n_ids
        cdef const int32_t *row_at = <const int32_t *>self.row_at.data
        if self.varies:
            return self._find_days(ids, days, n, to, version)
        for at in range(n):
            id = <uint32_t>ids[at]
            to[at] = row_at[id] if id < most else NO_INT
            all_ |= to[at]
        return all_ < 0

    cdef bint _find_days(self, const int32_t *ids, const int32_t *days, int64_t n, int32_t *to,
                         uint8_t *version) noexcept nogil:
        cdef int64_t at, row
        cdef uint32_t id, most = <uint32_t>self.n_ids
        cdef int32_t all_ = 0, day
        cdef uint32_t far
        cdef bint later, hole
        cdef const hmb_near *near = <const hmb_near *>self.near.data
        cdef const hmb_stretch *one
        for at in range(n):
            far = <uint32_t>ids[at + AHEAD if at + AHEAD < n else at]
            hmb_ask(near + (far if far < most else 0))
            id = <uint32_t>ids[at]
            day = days[at]
            to[at] = NO_INT
            version[at] = 0
            if id < most:
                later = day >= near[id].of[1].first
                one = near[id].of + later
                if one.first <= day <= one.last:
                    to[at] = one.row
                    version[at] = later
                elif later and near[id].more:
                    row = self.find(id, day, &hole)
                    if not hole:
                        to[at] = <int32_t>row
                        version[at] = 2
            all_ |= to[at]
        return all_ < 0

    cdef bint is_identity(self, const int32_t *ids, int64_t n) noexcept nogil:
        """Whether the row of each of these members is its number."""
        cdef int64_t at
        cdef uint32_t most = <uint32_t>self.ids.length
        cdef uint32_t far = 0
        if not self.in_order:
            return False
        for at in range(n):
            far |= <uint32_t>(<uint32_t>ids[at] >= most)
        return far == 0

    cdef bint is_bad(self, int64_t id) noexcept nogil:
        return (<uint8_t *>self.bad.data)[id] != 0


cdef Block _days(Values column, int64_t open_end):
    cdef Block days = raw_block(8 * column.length)
    cdef int64_t row, word
    cdef const int64_t *words = column.words()
    for row in range(column.length):
        word = words[row]
        if word == INT64_MIN or not (<uint8_t *>column.given.data)[row]:
            word = open_end
        (<int64_t *>days.data)[row] = word
    return days


cdef bint _same(Values column, int64_t one, int64_t row):
    cdef const int64_t *words = column.words()
    if column.offset.n and column.ranges(one) != column.ranges(row):
        return False
    if words[one] == INT64_MIN or words[row] == INT64_MIN:
        return True
    if words[one] != words[row]:
        return False
    return column.given is None or (
        (<uint8_t *>column.given.data)[one] == (<uint8_t *>column.given.data)[row])
