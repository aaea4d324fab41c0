# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What a call of a compiled scheme takes and gives: its function, its inputs, room for its outputs."""

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport INT64_MAX, int16_t, int64_t, uint8_t

from hmbc.runtime.abi cimport hmb_input, hmb_output, hmb_periods, hmb_run
from hmbc.runtime.intern cimport Intern
from hmbc.runtime.memory cimport Block, new_block, raw_block
from hmbc.runtime.totals cimport Totals
from hmbc.runtime.units cimport KEY_WORDS, Unit
from hmbc.runtime.values cimport Values


cdef class Entry:
    """A compiled scheme's function, out of the capsule that its module gives."""

    def __init__(self, capsule):
        self.capsule = capsule
        self.run = <hmb_run>PyCapsule_GetPointer(capsule, "hmb_run")


cdef class Inputs:
    """All that the scheme reads: columns of claims and members, parameters, lists.

    periods: the member columns of that kind, in order. listed: for each (attribute, list) pair the
    Intern of the attribute's texts and the codes of the list. row_member: the row of the member columns
    that belongs to each row of claims.
    """

    def __init__(self, list claim, list member, list periods, list parameters, listed,
                 Block row_member):
        cdef int64_t place
        cdef Values values
        cdef Block block
        cdef hmb_periods *ranges
        cdef const int64_t **words
        cdef const uint8_t **given
        self.held = [claim, member, periods, row_member]
        self.input.row_member = <const int64_t *>row_member.data
        for columns, is_claim in ((claim, True), (member, False)):
            words = <const int64_t **>self._pointers(len(columns))
            given = <const uint8_t **>self._pointers(len(columns))
            for place in range(len(columns)):
                values = columns[place]
                words[place] = values.words()
                if values.given is not None:
                    given[place] = <const uint8_t *>values.given.data
            if is_claim:
                self.input.claim = words
                self.input.claim_given = given
            else:
                self.input.member = words
                self.input.member_given = given
        block = new_block(sizeof(hmb_periods) * (len(periods) + 1))
        self.held.append(block)
        ranges = <hmb_periods *>block.data
        for place in range(len(periods)):
            values = periods[place]
            ranges[place].offset = values.offset.data
            ranges[place].first = values.first.data
            ranges[place].last = values.last.data
        self.input.periods = ranges
        block = new_block(8 * (len(parameters) + 1))
        self.held.append(block)
        for place in range(len(parameters)):
            (<int64_t *>block.data)[place] = parameters[place]
        self.input.parameter = <const int64_t *>block.data
        self.listed_pairs = list(listed)
        self.input.listed = <const uint8_t **>self._pointers(len(listed))
        self.relist()

    cdef void *_pointers(self, int64_t n) except NULL:
        cdef Block block = new_block(8 * (n + 1))
        self.held.append(block)
        return block.data

    cpdef relist(self):
        """Marks the codes in each list, where codes have come that the lists have no room for.

        The lists' own codes get their numbers first, so a code that comes later is in no list.
        """
        cdef int64_t place, id, room = 0
        cdef Intern texts
        cdef Block block
        if not self.listed_pairs:
            return
        for texts, _ in self.listed_pairs:
            room = max(room, texts.count)
        if self.listed_room and room <= self.listed_room:
            return
        for texts, codes in self.listed_pairs:
            for code in codes:
                texts.number(code)
            room = max(room, texts.count)
        self.listed_room = 2 * room + 64
        blocks = []
        for place, (table, codes) in enumerate(self.listed_pairs):
            texts = table
            # one byte before the first, so that "no code", -1, is in no list
            block = new_block(self.listed_room + 1)
            blocks.append(block)
            for code in codes:
                id = texts.lookup(code)
                (<uint8_t *>block.data)[id + 1] = 1
            (<const uint8_t **>self.input.listed)[place] = <const uint8_t *>block.data + 1
        self.listed_blocks = blocks


cdef class Outputs:
    """Room for what the scheme says of each row. refund_reason: the index that refunds get."""

    def __init__(self, int64_t n_layers, int64_t n_rows, int16_t refund_reason=0):
        cdef int64_t layer
        cdef Block block
        self.n_layers = n_layers
        self.refund_reason = refund_reason
        self.pay = [raw_block(8 * n_rows) for layer in range(n_layers)]
        self.reason = [raw_block(2 * n_rows) for layer in range(n_layers)]
        self.status = new_block(n_rows)
        self.pay_of = raw_block(8 * n_layers)
        self.reason_of = raw_block(8 * n_layers)
        self.output.pay = <int64_t **>self.pay_of.data
        self.output.reason = <int16_t **>self.reason_of.data
        self.output.status = <uint8_t *>self.status.data
        for layer in range(n_layers):
            block = self.pay[layer]
            (<int64_t **>self.pay_of.data)[layer] = <int64_t *>block.data
            block = self.reason[layer]
            (<int16_t **>self.reason_of.data)[layer] = <int16_t *>block.data


cdef int deciding(const hmb_output *output, int64_t n_layers, const int64_t *ranks,
                   int64_t row) noexcept nogil:
    """The layer whose reason is the claim's: the least rank, a layer that paid has rank 0."""
    cdef int64_t layer, rank, least = INT64_MAX
    cdef int best = 0
    for layer in range(n_layers):
        rank = 0 if output.pay[layer][row] > 0 else ranks[output.reason[layer][row]]
        if rank < least:
            least = rank
            best = <int>layer
    return best


cdef int start_unit(Unit unit, Totals before, int64_t id) noexcept nogil:
    """Makes the unit what it was before the batch. Returns -1 where there is no memory."""
    cdef int64_t place, row
    cdef const int64_t *starts
    unit.reset()
    if id < before.n_units:
        starts = <const int64_t *>before.starts.data
        for place in range(starts[id], starts[id + 1]):
            row = (<const int64_t *>before.order.data)[place]
            if unit.load(before.rows.accumulator.data[row],
                         before.rows.key.data + KEY_WORDS * row,
                         before.rows.total.data[row]) < 0:
                return -1
    return 0
