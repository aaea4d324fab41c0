# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The rows of one table of claims: whose each is, what is wrong with it, in which order they stand."""

from libc.stdint cimport INT64_MIN
from libc.string cimport memset

from hmbc.runtime.intern cimport Intern
from hmbc.runtime.member_rows cimport MemberRows
from hmbc.runtime.memory cimport new_block, raw_block, sparse_block
from hmbc.runtime.sort_days cimport sort_days
from hmbc.runtime.values cimport NO_INT

cdef enum:
    ROWS = 4096     # of a block

LATE = 1 - FLAG_LATE
"""The status of a row dated before its unit's last one; others are evaluator.h's."""

REFUND_UNKNOWN = 1 - FLAG_UNKNOWN
REFUND_TWICE = 1 - FLAG_TWICE
REFUND_OF_REFUND = 1 - FLAG_OF_REFUND
REFUND_OTHER_UNIT = 1 - FLAG_OTHER_UNIT
REFUND_LATER = 1 - FLAG_LATER
REFUND_REJECTED = 1 - FLAG_REJECTED
REFUND_UNSETTLES = 1 - FLAG_UNSETTLES
"""Why a refund is rejected: there is no such claim; it is taken back already, a refund itself, of
another unit, not before the refund, rejected; without it another claim would be rejected."""


cdef class ClaimRows:
    """ids: the numbers of the members of each row, below n_ids; days: the dates that decide."""

    def __init__(self, Values ids, int64_t n_ids, Values days):
        self.ids = ids
        self.days = days
        self.id = ids.ints()
        self.day = days.ints()
        self.n_rows = ids.length
        self.n_ids = n_ids
        self.flag = new_block(self.n_rows)

    def spoil(self, rows):
        """Marks rows as rejected."""
        cdef int64_t row
        for row in rows:
            self.spoiled = True
            (<uint8_t *>self.flag.data)[row] = FLAG_BAD

    def take_refunds(self, Values refunds, Intern texts, Values claim_ids, Intern claim_texts):
        """Finds what each refund takes back; returns the rows that are refunds.

        refunds: of each row the claim id that it takes back, absent where it is none, a number of
        `texts`.
        """
        cdef int64_t row, id
        cdef int64_t *target
        cdef int64_t *first
        cdef Block firsts
        cdef const int64_t *words = refunds.words()
        cdef const int64_t *claims = claim_ids.words()
        cdef const uint8_t *given = <const uint8_t *>refunds.given.data
        cdef set found = set()
        for row in range(self.n_rows):
            if given[row]:
                found.add(row)
        if not found:
            return found
        self.target = new_block(8 * self.n_rows)
        self.taken = new_block(self.n_rows)
        target = <int64_t *>self.target.data
        firsts = new_block(8 * len(claim_texts))
        first = <int64_t *>firsts.data
        for row in range(self.n_rows - 1, -1, -1):
            target[row] = NO_REFUND
            if claims[row] != INT64_MIN:
                first[claims[row]] = row
        for row in found:
            id = claim_texts.lookup(texts.text(words[row]))
            target[row] = -1 if id < 0 else first[id]
        return found

    def match(self, MemberRows members, Values unit, int64_t n_unit_ids):
        """Finds each row's member and unit.

        members: None where there is no table of them. unit: of each row of that table the id of the
        unit, a number below n_unit_ids; None where each member is a unit. Returns rows of claims
        (whose member is unknown, is bad, has no row on that day), and spoils them.
        """
        cdef int64_t row, first, end, place
        cdef int32_t *places
        cdef int32_t *units
        cdef uint8_t *version = NULL
        cdef bint odd
        cdef const int32_t *unit_ids = NULL
        cdef list unknown = [], bad = [], holes = []
        self.n_unit_ids = n_unit_ids
        if members is not None and not members.is_identity(self.id, self.n_rows):
            self.place = raw_block(4 * self.n_rows)
            places = <int32_t *>self.place.data
            if members.varies:
                self.version = raw_block(self.n_rows)
                version = <uint8_t *>self.version.data
            first = 0
            while first < self.n_rows:
                end = min(first + ROWS, self.n_rows)
                with nogil:
                    odd = members.find_block(self.id + first, self.day + first, end - first,
                                             places + first, version + first)
                if odd:
                    self._match_rows(members, first, end, unknown, bad, holes)
                first = end
            self.place_of = places
        else:
            self.place_of = self.id
        if unit is None and not unknown:
            self.unit_of_row = self.id
        else:
            self.unit = raw_block(4 * self.n_rows)
            units = <int32_t *>self.unit.data
            if unit is not None:
                unit_ids = unit.ints()
            with nogil:
                for row in range(self.n_rows):
                    place = self.place_of[row]
                    if place < 0:
                        units[row] = NO_INT
                    else:
                        units[row] = self.id[row] if unit_ids == NULL else unit_ids[place]
            self.unit_of_row = units
        return unknown, bad, holes

    cdef int _match_rows(self, MemberRows members, int64_t first, int64_t end, list unknown,
                         list bad, list holes) except -1:
        """Finds the member of each of some rows, one by one."""
        cdef int64_t row, id, place
        cdef bint hole = False
        cdef uint8_t *flag = <uint8_t *>self.flag.data
        cdef int32_t *places = <int32_t *>self.place.data
        for row in range(first, end):
            if places[row] >= 0:
                continue            # found with the block, and good
            id = self.id[row]
            places[row] = NO_INT
            if id == NO_INT:
                continue
            place = members.find(id, self.day[row], &hole)
            if place < 0:
                unknown.append(row)
            else:
                places[row] = <int32_t>place
                if members.is_bad(id):
                    bad.append(row)
                elif hole and self.day[row] != NO_INT:
                    holes.append(row)
                else:
                    continue
            self.spoiled = True
            flag[row] = FLAG_BAD
        return 0

    def n_arranged(self):
        """How many rows were arranged."""
        return (<const int64_t *>self.starts.data)[self.n_units]

    def arranged(self):
        """Of the rows that were arranged: the row of the members table of each, as words, at its own
        place (what evaluator.h calls row_member); their numbers."""
        cdef Block block = sparse_block(8 * self.n_rows)
        cdef const int64_t *order = <const int64_t *>self.order.data
        cdef int64_t at
        cdef int64_t *to = <int64_t *>block.data
        with nogil:
            for at in range(self.order.size // 8):
                to[order[at]] = self.place_of[order[at]]
        return block, self.order

    cpdef Block rank(self, int64_t n_first, Block chosen=None):
        """Puts the units in order: ids 0 … n_first - 1, then as their first row comes. Returns the rank
        of each unit id, or -1. chosen: of each unit id whether it is wanted, as bytes; None: all are."""
        cdef int64_t row, id
        cdef Block ranks = raw_block(8 * self.n_unit_ids)
        cdef int64_t *rank_of = <int64_t *>ranks.data
        cdef int64_t *unit_at
        cdef const int32_t *ids = self.unit_of_row
        cdef const uint8_t *wanted = NULL if chosen is None else <const uint8_t *>chosen.data
        self.unit_at = raw_block(8 * self.n_unit_ids)
        unit_at = <int64_t *>self.unit_at.data
        self.n_units = 0
        with nogil:
            for id in range(self.n_unit_ids):
                rank_of[id] = -1
                if id < n_first and (wanted == NULL or wanted[id]):
                    rank_of[id] = self.n_units
                    unit_at[self.n_units] = id
                    self.n_units += 1
            for row in range(self.n_rows):
                id = ids[row]
                if id >= 0 and rank_of[id] < 0 and (wanted == NULL or wanted[id]):
                    rank_of[id] = self.n_units
                    unit_at[self.n_units] = id
                    self.n_units += 1
        return ranks

    def arrange(self, int64_t n_first, Block chosen=None):
        """Orders rows by unit, as `rank` does, then by day and file order.

        A row of a known unit without a day taints the unit; a row of an unknown unit has no place.
        """
        cdef int64_t row, id, rank
        cdef Block ranks = self.rank(n_first, chosen)
        cdef const int64_t *rank_of = <const int64_t *>ranks.data
        cdef int64_t *starts
        cdef int64_t *order
        cdef const int32_t *ids = self.unit_of_row
        cdef const int32_t *day = self.day
        cdef uint8_t *tainted
        cdef Block spare
        cdef int64_t longest = 0
        self.tainted = new_block(self.n_unit_ids)
        tainted = <uint8_t *>self.tainted.data
        if self.after is None:
            self.after = new_block(self.n_rows)
        self.starts = new_block(8 * (self.n_units + 2))
        starts = <int64_t *>self.starts.data
        with nogil:
            for row in range(self.n_rows):
                id = ids[row]
                if id < 0 or rank_of[id] < 0:
                    continue
                if day[row] == NO_INT:
                    tainted[id] = 1
                else:
                    starts[rank_of[id] + 2] += 1
            for rank in range(self.n_units):
                longest = max(longest, starts[rank + 2])
                starts[rank + 2] += starts[rank + 1]
        self.order = raw_block(8 * starts[self.n_units + 1])
        order = <int64_t *>self.order.data
        spare = raw_block(8 * longest)
        with nogil:
            for row in range(self.n_rows):
                id = ids[row]
                if id < 0 or day[row] == NO_INT or rank_of[id] < 0:
                    continue
                order[starts[rank_of[id] + 1]] = row
                starts[rank_of[id] + 1] += 1
            for rank in range(self.n_units):
                sort_days(order + starts[rank], starts[rank + 1] - starts[rank], day,
                          <int64_t *>spare.data)

    def count_members(self):
        """How many known members have a row in this batch."""
        cdef int64_t row, id, n = 0
        cdef Block blocks = new_block(self.n_ids)
        cdef uint8_t *seen = <uint8_t *>blocks.data
        with nogil:
            for row in range(self.n_rows):
                id = self.id[row]
                if id >= 0 and self.unit_of_row[row] >= 0:
                    n += seen[id] == 0
                    seen[id] = 1
        return n
