# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Runs a compiled scheme over one unit, one claim at a time."""

from libc.stdint cimport int64_t, uint8_t

from hmbc.runtime.abi cimport HMB_OK, hmb_input
from hmbc.runtime.memory cimport Block, new_block
from hmbc.runtime.scheme_call cimport Entry, Inputs, Outputs, deciding, start_unit
from hmbc.runtime.totals cimport Totals
from hmbc.runtime.units cimport Unit

from hmbc.runtime.engine import LATE, REFUND_TWICE, REFUND_UNSETTLES


cdef class Open:
    """One unit, kept open: claims are adjudicated one at a time.

    The inputs' claim columns are one row that `settle` fills.
    """
    cdef Entry entry
    cdef Inputs inputs
    cdef Unit unit
    cdef Outputs outputs
    cdef Block ranks
    cdef Totals before
    cdef int64_t id
    cdef list settled       # (member, words, given) of each claim, None once it is taken back
    cdef list paid          # by layer, in all

    def __init__(self, Entry entry, Inputs inputs, Unit unit, int64_t n_layers, reason_ranks,
                 Totals before, int64_t id):
        cdef int64_t place
        self.entry = entry
        self.inputs = inputs
        self.unit = unit
        self.outputs = Outputs(n_layers, 1)
        self.ranks = new_block(8 * len(reason_ranks))
        for place in range(len(reason_ranks)):
            (<int64_t *>self.ranks.data)[place] = reason_ranks[place]
        self.before = before
        self.id = id
        self.settled = []
        self.paid = [0] * n_layers
        if start_unit(unit, before, id) < 0:
            raise MemoryError("totals")

    @property
    def after_reject(self):
        return self.unit.rejected != 0

    cdef int _run(self, int64_t member, words, given) except -1:
        """Runs the scheme on one claim. Returns 1 where it is rejected, else 0."""
        cdef int64_t row = 0, place
        cdef hmb_input *input = &self.inputs.input
        for place in range(len(words)):
            (<int64_t *>input.claim[place])[0] = words[place]
            if input.claim_given[place] != NULL:
                (<uint8_t *>input.claim_given[place])[0] = given[place]
        (<int64_t *>input.row_member)[0] = member
        self.entry.run(input, &row, 1, &self.unit.state, &self.outputs.output)
        if self.unit.map.failed:
            raise MemoryError("totals")
        return self.outputs.output.status[0] != HMB_OK

    def settle(self, int64_t day, int64_t member, words, given):
        """Adjudicates one claim: (status, pays, reasons, the deciding layer); a bad one moves
        nothing. member: the row of its member; words: of each claim attribute; given: whether it is
        there."""
        cdef int64_t layer, n_layers = self.outputs.n_layers
        if self.unit.has_last and day < self.unit.last:
            return LATE, (), (), 0
        self.inputs.relist()
        if self._run(member, words, given):
            return self.outputs.output.status[0], (), (), 0
        self.unit.has_last = 1
        self.unit.last = day
        self.settled.append((member, words, given))
        pays = [self.outputs.output.pay[layer][0] for layer in range(n_layers)]
        self.paid = [sum(pair) for pair in zip(self.paid, pays)]
        return (
            0,
            pays,
            [self.outputs.output.reason[layer][0] for layer in range(n_layers)],
            deciding(&self.outputs.output, n_layers, <int64_t *>self.ranks.data, 0),
        )

    def refund(self, int64_t day, int64_t place):
        """Takes back the claim that was settled in this place, counted from 0: (status, pays)."""
        cdef int64_t last = self.unit.last
        if self.unit.has_last and day < last:
            return LATE, ()
        if self.settled[place] is None:
            return REFUND_TWICE, ()
        kept = list(self.settled)
        kept[place] = None
        paid = self._replay(kept)
        if paid is None:
            self._replay(self.settled)
            self.unit.has_last = 1
            self.unit.last = last
            return REFUND_UNSETTLES, ()
        pays = [now - was for now, was in zip(paid, self.paid)]
        self.settled, self.paid = kept, paid
        self.unit.has_last = 1
        self.unit.last = day
        return 0, pays

    cdef list _replay(self, list claims):
        """Makes the unit what these claims make of it: what is paid by layer, None where one of them
        is now rejected."""
        cdef int64_t layer, n_layers = self.outputs.n_layers
        paid = [0] * n_layers
        if start_unit(self.unit, self.before, self.id) < 0:
            raise MemoryError("totals")
        for claim in claims:
            if claim is not None:
                member, words, given = claim
                if self._run(member, words, given):
                    return None
                for layer in range(n_layers):
                    paid[layer] += self.outputs.output.pay[layer][0]
        return paid

    def totals(self, Totals to, int64_t id):
        """Puts the unit's totals, as they now are, into an empty table."""
        if self.unit.dump(id, &to.rows) < 0:
            raise MemoryError("totals")


def one_place() -> Block:
    """Room for the member of one row of claims."""
    return new_block(8)
