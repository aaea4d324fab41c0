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

    ctypedef struct hmb_closed:
        int64_t key
        int64_t total
        int32_t of
        int32_t earlier

    ctypedef struct hmb_feed_input:
        const void **claim
        const uint8_t **claim_given
        const int64_t *parameter
        const uint8_t **listed
        const int32_t *unit
        void *records
        int64_t n_records
        int64_t first_day
        int64_t last_day
        void *past
        int64_t *past_carried
        hmb_closed *closed
        const int32_t *row
        const void **member
        const uint8_t **member_given
        int64_t *carried
        const hmb_periods *periods
        const int64_t *record_starts
        const int64_t *record_rows
        const uint8_t *version
        int64_t together

    ctypedef struct hmb_feed_output:
        int64_t **pay
        uint8_t **reason
        int64_t *total
        uint8_t *decided
        uint8_t *status
        int64_t rejected
        int64_t odd
        int32_t odd_unit[64]

    ctypedef struct hmb_feed:
        int32_t abi
        int32_t record_size
        int32_t odd_at
        int32_t closed_per_row
        int32_t carried_size
        int32_t makes_records
        int32_t (*can)(const hmb_feed_input *) noexcept nogil
        void (*pack)(const hmb_feed_input *, int64_t, int64_t, const int64_t *,
                     const int64_t *) noexcept nogil
        int32_t (*load)(const hmb_feed_input *, int64_t, int32_t, const int64_t *, int64_t,
                        int32_t) noexcept nogil
        void (*run)(const hmb_feed_input *, int64_t, int64_t, hmb_feed_output *) noexcept nogil
        int64_t (*unpack)(const hmb_feed_input *, int64_t, hmb_state *) noexcept nogil

    enum:
        HMB_FEED_ABI
        HMB_ODD_ROOM
