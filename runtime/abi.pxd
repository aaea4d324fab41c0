"""evaluator.h, for Cython."""

from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t

cdef extern from "evaluator.h" nogil:
    enum:
        HMB_ABI
        HMB_KEY_WORDS
        HMB_OK
        HMB_CEILING
        HMB_OUT_OF_ORDER
        HMB_BOUND
        HMB_REJECT

    ctypedef struct hmb_periods:
        const int64_t *offset
        const int64_t *first
        const int64_t *last

    ctypedef struct hmb_input:
        const int64_t **claim
        const uint8_t **claim_given
        const int64_t **member
        const uint8_t **member_given
        const hmb_periods *periods
        const int64_t *parameter
        const uint8_t **listed
        const int64_t *row_member

    ctypedef struct hmb_state:
        int64_t *words
        void *map
        const int64_t *(*find)(void *, int32_t, const int64_t *, int32_t) noexcept nogil
        int32_t (*room)(void *, int32_t, const int64_t *, int32_t) noexcept nogil
        void (*put)(void *, int32_t, const int64_t *, int32_t, int64_t) noexcept nogil

    ctypedef struct hmb_output:
        int64_t **pay
        int16_t **reason
        uint8_t *status

    ctypedef void (*hmb_run)(const hmb_input *, const int64_t *, int64_t, hmb_state *,
                             const hmb_output *) noexcept nogil
