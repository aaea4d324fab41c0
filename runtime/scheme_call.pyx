# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What a call of a compiled scheme takes and gives: its function, its inputs, room for its outputs."""

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport INT64_MAX, int16_t, int64_t, uint8_t
from libc.string cimport memcpy

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
    Intern of the attribute's texts and the codes of the list. Claims come by `take_claims`, and with them
    members' words: a feed takes columns as they were read.
    """

    def __init__(self, list member, list periods, list parameters, listed):
        cdef int64_t place
        cdef Values values
        cdef Block block
        cdef hmb_periods *ranges
        self.held = [periods]
        self.member = member
        self.input.member_given = self._given(member)
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
        self.listed_texts = [texts for texts, _ in listed]
        self.listed_codes = [codes for _, codes in listed]
        self.listed_blocks = [None] * len(listed)
        self.n_listed = len(listed)
        block = new_block(8 * (self.n_listed + 1))
        self.held.append(block)
        self.listed_known = <int64_t *>block.data
        self.input.listed = <const uint8_t **>self._pointers(self.n_listed)
        for place in range(self.n_listed):
            self._relist(place)

    def take_claims(self, list claim, Block row_member, Block rows=None):
        """The columns of claims, and which row of members belongs to each row. rows: the numbers (int64)
        of those that will be read; None: of all."""
        self.held.append(row_member)
        self.input.member = self._words(self.member, None)
        self.input.row_member = <const int64_t *>row_member.data
        self.input.claim = self._words(claim, rows)
        self.input.claim_given = self._given(claim)

    cdef int64_t *take_row(self, Block words, Block given, list optional) except NULL:
        """One row of claims, whose words lie one after the other, and whether each is there. optional:
        of each, whether it may be absent. Returns where the row of its member goes."""
        cdef Block row_member = new_block(8)
        cdef int64_t place, n = len(optional)
        self.held += [words, given, row_member]
        self.input.member = self._words(self.member, None)
        self.input.row_member = <const int64_t *>row_member.data
        self.input.claim = <const int64_t **>self._pointers(n)
        self.input.claim_given = <const uint8_t **>self._pointers(n)
        for place in range(n):
            (<const int64_t **>self.input.claim)[place] = <const int64_t *>words.data + place
            if optional[place]:
                (<const uint8_t **>self.input.claim_given)[place] = <const uint8_t *>given.data + place
        return <int64_t *>row_member.data

    cdef const int64_t **_words(self, list columns, Block rows) except NULL:
        cdef const int64_t **to = <const int64_t **>self._pointers(len(columns))
        cdef Values values
        cdef int64_t place
        self.held.append(columns)
        for place in range(len(columns)):
            values = columns[place]
            if rows is None:
                to[place] = values.words()
            else:
                to[place] = values.words_at(<const int64_t *>rows.data, rows.size // 8)
        return to

    cdef const uint8_t **_given(self, list columns) except NULL:
        cdef const uint8_t **to = <const uint8_t **>self._pointers(len(columns))
        cdef Values values
        cdef int64_t place
        for place in range(len(columns)):
            values = columns[place]
            if values.given is not None:
                to[place] = <const uint8_t *>values.given.data
        return to

    cdef void *_pointers(self, int64_t n) except NULL:
        cdef Block block = new_block(8 * (n + 1))
        self.held.append(block)
        return block.data

    cdef int relist(self) except -1:
        """Says of codes that came since then whether they are in the lists."""
        cdef int64_t place
        for place in range(self.n_listed):
            if (<Intern>self.listed_texts[place]).count != self.listed_known[place]:
                self._relist(place)
        return 0

    cdef int _relist(self, int64_t place) except -1:
        """Marks the codes that are new and in the list; the work is that of the shorter of both."""
        cdef Intern texts = <Intern>self.listed_texts[place]
        cdef object codes = self.listed_codes[place]
        cdef Block block = self.listed_blocks[place]
        cdef Block larger
        cdef int64_t id, known = self.listed_known[place]
        # one byte before the first, so that "no code", -1, is in no list
        if block is None or texts.count >= block.size:
            larger = new_block(2 * texts.count + 64)
            if block is not None:
                memcpy(larger.data, block.data, known + 1)
            block = self.listed_blocks[place] = larger
            (<const uint8_t **>self.input.listed)[place] = <const uint8_t *>block.data + 1
        if len(codes) < texts.count - known:
            for code in codes:
                id = texts.lookup(code)
                if id >= 0:
                    (<uint8_t *>block.data)[id + 1] = 1
        else:
            for id in range(known, texts.count):
                text = texts.text(id)
                # the text of bytes that are no UTF-8 is that of others too
                if text in codes and texts.lookup(text) == id:
                    (<uint8_t *>block.data)[id + 1] = 1
        self.listed_known[place] = texts.count
        return 0


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
