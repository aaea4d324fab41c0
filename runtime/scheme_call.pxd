"""What a call of a compiled scheme takes and gives: its function, its inputs, room for its outputs."""

from libc.stdint cimport int16_t, int64_t, uint8_t

from hmbc.runtime.abi cimport hmb_input, hmb_output, hmb_run
from hmbc.runtime.memory cimport Block
from hmbc.runtime.totals cimport Totals
from hmbc.runtime.units cimport Unit


cdef class Entry:
    cdef hmb_run run
    cdef object capsule


cdef class Inputs:
    cdef hmb_input input
    cdef list held
    cdef list member            # columns
    cdef int64_t n_listed       # (attribute, list) pairs
    cdef list listed_texts      # of each the texts of the attribute
    cdef list listed_codes
    cdef list listed_blocks     # of each a byte for each text
    cdef int64_t *listed_known  # of each how many texts were looked at

    cdef int64_t *take_row(self, Block words, Block given, list optional) except NULL
    cdef const int64_t **_words(self, list columns, Block rows) except NULL
    cdef const uint8_t **_given(self, list columns) except NULL
    cdef int relist(self) except -1
    cdef int _relist(self, int64_t place) except -1
    cdef void *_pointers(self, int64_t n) except NULL


cdef class Outputs:
    cdef hmb_output output
    cdef int64_t n_layers
    cdef int16_t refund_reason
    cdef list pay           # of each layer: int64 of each row
    cdef list reason        # of each layer: int16 of each row
    cdef Block status       # uint8 of each row
    cdef Block pay_of, reason_of


cdef int deciding(const hmb_output *output, int64_t n_layers, const int64_t *ranks,
                  int64_t row) noexcept nogil
cdef int start_unit(Unit unit, Totals before, int64_t id) noexcept nogil
