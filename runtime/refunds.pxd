"""Refunds: a unit's rows without a claim that one of them takes back."""

from libc.stdint cimport int64_t

from hmbc.runtime.abi cimport hmb_input, hmb_run
from hmbc.runtime.claim_rows cimport ClaimRows
from hmbc.runtime.scheme_call cimport Outputs
from hmbc.runtime.totals cimport Totals
from hmbc.runtime.units cimport Unit

cdef bint has_refund(ClaimRows rows, int64_t first, int64_t end) noexcept nogil
cdef int run_refunds(ClaimRows rows, Outputs outputs, hmb_run run, const hmb_input *inputs, Unit unit,
                     int64_t rank, Totals before, int64_t *chosen) noexcept nogil
