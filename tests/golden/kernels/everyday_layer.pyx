# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False, freethreading_compatible=True
# Made by hmbc; changes are lost.

from cpython.pycapsule cimport PyCapsule_New
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t

cdef extern from *:
    """
/* evaluator.h: what a compiled scheme and the runtime that hosts it agree on.
 *
 * A compiled scheme is one function, hmb_run, that adjudicates the rows of ONE unit (a member, or all
 * members of a family) in the order given, and changes that unit's state. It touches no Python object, allocates nothing and
 * never fails: a row that may not be adjudicated gets a status and moves no total.
 *
 * All values are int64: money in minor units, ratio in millionths, date in days since 1970-01-01,
 * bool 0/1, enum by index in its declaration, code by the id that the host gave its text
 * (-1: no code). An absent value of an optional attribute holds 0 and `given` 0.
 */
#ifndef HMB_EVALUATOR_H
#define HMB_EVALUATOR_H
#include <stdint.h>

#define HMB_ABI 2
#define HMB_KEY_WORDS 4     /* most components of an accumulator's key */

/* A member index counts rows of the members table: a member whose attributes vary has several, and
 * a row of claims points at the one that holds on its deciding date. */

typedef struct hmb_periods {        /* a list of day ranges for each member, both ends included */
    const int64_t *offset;          /* ranges of member m: offset[m] .. offset[m + 1] - 1 */
    const int64_t *first;
    const int64_t *last;
} hmb_periods;

typedef struct hmb_input {
    const int64_t *const *claim;          /* claim[a][row] */
    const uint8_t *const *claim_given;    /* claim_given[a][row]; NULL where never absent */
    const int64_t *const *member;         /* member[a][m] */
    const uint8_t *const *member_given;
    const hmb_periods *periods;           /* periods[p], p counts the member attributes of that type */
    const int64_t *parameter;             /* parameter[i] */
    const uint8_t *const *listed;         /* listed[k][code id] for the k-th (attribute, list) pair */
    const int64_t *row_member;            /* row_member[row]: the member index m of each row */
} hmb_input;

/* Totals of one unit. A sequential accumulator i with c key components owns c + 1 words from
 * words[word_of_i]: its key, then its total. A keyed one lives in the host's map. */
typedef struct hmb_state {
    int64_t *words;
    void *map;
    /* total under `key`, or NULL where none is held */
    const int64_t *(*find)(void *map, int32_t accumulator, const int64_t *key, int32_t components);
    /* 1 if `put` of this key would keep within the accumulator's declared bound */
    int32_t (*room)(void *map, int32_t accumulator, const int64_t *key, int32_t components);
    /* sets the total; only after `room` said 1 in the same row */
    void (*put)(void *map, int32_t accumulator, const int64_t *key, int32_t components,
                int64_t total);
} hmb_state;

typedef struct hmb_output {
    int64_t *const *pay;        /* pay[layer][row], minor units */
    int16_t *const *reason;     /* reason[layer][row], index into the plan's reasons */
    uint8_t *status;            /* status[row] */
} hmb_output;

enum {
    HMB_OK = 0,
    HMB_CEILING = 1,            /* a total would pass its ceiling */
    HMB_OUT_OF_ORDER = 2,       /* a sequential key came back */
    HMB_BOUND = 3,              /* more keys than the accumulator's bound */
    HMB_REJECT = 16             /* HMB_REJECT + i: the plan's i-th own ground for rejecting a row */
};

typedef void (*hmb_run)(const hmb_input *in, const int64_t *rows, int64_t n, hmb_state *state,
                        const hmb_output *out);

/* ---- The feed: rows of ALL units at once, in one pass over contiguous columns.
 *
 * A scheme whose totals are all sequential may export a second function, hmb_feed, that gives for
 * every row what hmb_run would give, many times faster. Each unit has one record: the attributes
 * of its member that are read, packed, and its running totals. Within a unit, rows stand in the
 * order of their dates; units may interleave in any way (a file in order of date, a file sorted by
 * member and date: both will do).
 *
 * What a record cannot hold (a total too large for it, a date that falls, a row that would pass
 * a ceiling, a state that was made under other attributes) makes the unit ODD: its byte at
 * `odd_at` in the record is set, its rows and totals mean nothing, and the host adjudicates all
 * rows of that unit by hmb_run instead. A row that a ground of the scheme rejects moves nothing and
 * is not odd.
 *
 * Columns: money, ratio, int: int64; date, code: int32; bool: uint8; enum: uint8 up to 256 values,
 * else int32. Values lie in their declared domains; absent ones hold 0.
 */
typedef struct hmb_feed_input {
    const void *const *claim;             /* claim[a][row] */
    const uint8_t *const *claim_given;    /* claim_given[a][row]; NULL where never absent */
    const int64_t *parameter;
    const uint8_t *const *listed;         /* of claim attributes; as hmb_input */
    const int32_t *unit;                  /* unit[row]: number of its record, or n_records */
    void *records;                        /* n_records + 1 of them; the last takes rows that the host
                                             rejected, and is all 0 to begin with */
    int64_t n_records;
    int64_t first_day, last_day;          /* no deciding date of a row is outside these */
} hmb_feed_input;

#define HMB_ODD_ROOM 64

typedef struct hmb_feed_output {
    int64_t *const *pay;        /* pay[layer][row], minor units; NULL: not wanted */
    uint8_t *const *reason;     /* reason[layer][row]; NULL: not wanted */
    int64_t *total;             /* total[row]: all layers' pay; NULL: not wanted */
    uint8_t *decided;           /* decided[row]: the reason of the layer that decides; NULL */
    uint8_t *status;            /* all 0 to begin with; only what is not HMB_OK is written */
    int64_t rejected;           /* rows whose status was written are counted here */
    int64_t odd;                /* units that became odd while rows ran (not by pack) are counted here */
    int32_t odd_unit[HMB_ODD_ROOM];     /* the first of them */
} hmb_feed_output;

typedef struct hmb_feed {
    int32_t abi;                /* HMB_FEED_ABI */
    int32_t record_size;        /* bytes of a record; a multiple of 32 */
    int32_t odd_at;             /* where in a record its odd byte is */
    /* 1 where every key that must be the same for all rows is, from first_day to last_day */
    int32_t (*can)(const hmb_feed_input *in);
    /* Makes records[first .. end - 1] of the member rows with the same numbers, fresh; or with the
     * totals in words (as hmb_state.words, for each of them; NULL: fresh) and last (the day of each
     * one's last row, INT64_MIN where there is none; NULL: there is none). */
    void (*pack)(const hmb_feed_input *in, const hmb_input *members, int64_t first, int64_t end,
                 const int64_t *words, const int64_t *last);
    /* Adjudicates rows first .. end - 1. Rows of different records may run in different threads. */
    void (*run)(const hmb_feed_input *in, int64_t first, int64_t end, hmb_feed_output *out);
    /* Writes the totals of one record that is not odd to words, which hold what `pack` was given
     * (INT64_MIN keys and totals 0 for a fresh one), and gives the day of its last row that was
     * adjudicated, or INT64_MIN. */
    int64_t (*unpack)(const hmb_feed_input *in, int64_t record, int64_t *words);
} hmb_feed;

#define HMB_FEED_ABI 1
#endif

    """
    enum:
        HMB_ABI
        HMB_KEY_WORDS

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

    ctypedef long long i128 "__int128"

ctypedef int64_t i64

ABI = HMB_ABI


cdef inline i64 round_half_up_64(i64 amount, i64 unit) noexcept nogil:
    cdef i64 steps = amount / unit
    cdef i64 left = amount - steps * unit
    if left < 0:
        left = -left
    if left >= unit - left:
        steps += 1 if amount > 0 else -1
    return steps


cdef inline i64 share_half_up_64(i64 amount, i64 parts, i64 part, i64 whole) noexcept nogil:
    if whole <= 0 or part <= 0:
        return 0
    if part > whole:
        part = whole
    return round_half_up_64(amount * part, parts * whole)


cdef inline i64 round_half_even_64(i64 amount, i64 unit) noexcept nogil:
    cdef i64 steps = amount / unit
    cdef i64 left = amount - steps * unit
    if left < 0:
        left = -left
    if left > unit - left or (left == unit - left and steps % 2 != 0):
        steps += 1 if amount > 0 else -1
    return steps


cdef inline i64 share_half_even_64(i64 amount, i64 parts, i64 part, i64 whole) noexcept nogil:
    if whole <= 0 or part <= 0:
        return 0
    if part > whole:
        part = whole
    return round_half_even_64(amount * part, parts * whole)


cdef inline i64 round_up_64(i64 amount, i64 unit) noexcept nogil:
    cdef i64 steps = amount / unit
    cdef i64 left = amount - steps * unit
    if left < 0:
        left = -left
    if left > 0:
        steps += 1 if amount > 0 else -1
    return steps


cdef inline i64 share_up_64(i64 amount, i64 parts, i64 part, i64 whole) noexcept nogil:
    if whole <= 0 or part <= 0:
        return 0
    if part > whole:
        part = whole
    return round_up_64(amount * part, parts * whole)


cdef inline i64 round_down_64(i64 amount, i64 unit) noexcept nogil:
    cdef i64 steps = amount / unit
    cdef i64 left = amount - steps * unit
    if left < 0:
        left = -left
    if False:
        steps += 1 if amount > 0 else -1
    return steps


cdef inline i64 share_down_64(i64 amount, i64 parts, i64 part, i64 whole) noexcept nogil:
    if whole <= 0 or part <= 0:
        return 0
    if part > whole:
        part = whole
    return round_down_64(amount * part, parts * whole)


cdef inline i128 round_half_up_128(i128 amount, i128 unit) noexcept nogil:
    cdef i128 steps = amount / unit
    cdef i128 left = amount - steps * unit
    if left < 0:
        left = -left
    if left >= unit - left:
        steps += 1 if amount > 0 else -1
    return steps


cdef inline i128 share_half_up_128(i128 amount, i128 parts, i128 part, i128 whole) noexcept nogil:
    if whole <= 0 or part <= 0:
        return 0
    if part > whole:
        part = whole
    return round_half_up_128(amount * part, parts * whole)


cdef inline i128 round_half_even_128(i128 amount, i128 unit) noexcept nogil:
    cdef i128 steps = amount / unit
    cdef i128 left = amount - steps * unit
    if left < 0:
        left = -left
    if left > unit - left or (left == unit - left and steps % 2 != 0):
        steps += 1 if amount > 0 else -1
    return steps


cdef inline i128 share_half_even_128(i128 amount, i128 parts, i128 part, i128 whole) noexcept nogil:
    if whole <= 0 or part <= 0:
        return 0
    if part > whole:
        part = whole
    return round_half_even_128(amount * part, parts * whole)


cdef inline i128 round_up_128(i128 amount, i128 unit) noexcept nogil:
    cdef i128 steps = amount / unit
    cdef i128 left = amount - steps * unit
    if left < 0:
        left = -left
    if left > 0:
        steps += 1 if amount > 0 else -1
    return steps


cdef inline i128 share_up_128(i128 amount, i128 parts, i128 part, i128 whole) noexcept nogil:
    if whole <= 0 or part <= 0:
        return 0
    if part > whole:
        part = whole
    return round_up_128(amount * part, parts * whole)


cdef inline i128 round_down_128(i128 amount, i128 unit) noexcept nogil:
    cdef i128 steps = amount / unit
    cdef i128 left = amount - steps * unit
    if left < 0:
        left = -left
    if False:
        steps += 1 if amount > 0 else -1
    return steps


cdef inline i128 share_down_128(i128 amount, i128 parts, i128 part, i128 whole) noexcept nogil:
    if whole <= 0 or part <= 0:
        return 0
    if part > whole:
        part = whole
    return round_down_128(amount * part, parts * whole)


cdef struct Civil:
    i64 year
    i64 month
    i64 day


cdef inline i64 floor_div(i64 amount, i64 by) noexcept nogil:
    cdef i64 whole = amount / by
    return whole - 1 if whole * by > amount else whole


cdef inline Civil civil(i64 number) noexcept nogil:
    cdef Civil found
    cdef i64 shifted = number + 719468
    cdef i64 era = floor_div(shifted, 146097)
    cdef i64 of_era = shifted - era * 146097
    cdef i64 year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365
    cdef i64 of_year = of_era - (365 * year + year / 4 - year / 100)
    cdef i64 months = (5 * of_year + 2) / 153
    found.day = of_year - (153 * months + 2) / 5 + 1
    found.month = months + 3 if months < 10 else months - 9
    found.year = year + era * 400 + (1 if found.month <= 2 else 0)
    return found


cdef inline i64 day_number(i64 year, i64 month, i64 day) noexcept nogil:
    cdef i64 shifted = year - 1 if month <= 2 else year
    cdef i64 era = floor_div(shifted, 400)
    cdef i64 in_era = shifted - era * 400
    cdef i64 months = month - 3 if month > 2 else month + 9
    cdef i64 of_year = (153 * months + 2) / 5 + day - 1
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + of_year - 719468


cdef inline i64 benefit_year(i64 number, i64 month, i64 day) noexcept nogil:
    cdef Civil on = civil(number)
    if on.month > month or (on.month == month and on.day >= day):
        return on.year
    return on.year - 1


cdef inline i64 month_number(i64 number) noexcept nogil:
    cdef Civil on = civil(number)
    return on.year * 12 + on.month - 1


cdef inline i64 add_months(i64 number, i64 months, i64 next_day) noexcept nogil:
    cdef Civil on = civil(number)
    cdef i64 month = on.year * 12 + on.month - 1 + months
    cdef i64 year = floor_div(month, 12)
    cdef i64 first = day_number(year, month - year * 12 + 1, 1)
    cdef i64 after = floor_div(month + 1, 12)
    cdef i64 limit = day_number(after, month + 2 - after * 12, 1)
    if first + on.day - 1 < limit:
        return first + on.day - 1
    return limit if next_day else limit - 1


cdef inline i64 age_at(i64 birth, i64 number) noexcept nogil:
    cdef Civil born = civil(birth)
    cdef Civil on = civil(number)
    cdef i64 years = on.year - born.year
    if on.month < born.month or (on.month == born.month and on.day < born.day):
        years -= 1
    return years if years > 0 else 0


cdef inline i64 in_list(const uint8_t *listed, i64 code, i64 given) noexcept nogil:
    if given == 0 or code < 0:
        return 0
    return listed[code] != 0


cdef inline i64 in_periods(const hmb_periods *periods, i64 member, i64 day) noexcept nogil:
    cdef i64 at
    for at in range(periods.offset[member], periods.offset[member + 1]):
        if periods.first[at] <= day <= periods.last[at]:
            return 1
    return 0


cdef inline void refuse(
    const hmb_output *out, i64 row, i64 layers, uint8_t status
) noexcept nogil:
    cdef i64 layer
    for layer in range(layers):
        out.pay[layer][row] = 0
        out.reason[layer][row] = 0
    out.status[row] = status


cdef void run_0(const hmb_input *inp, const int64_t *rows, int64_t n,
                hmb_state *state,
                const hmb_output *out) noexcept nogil:
    cdef i64 at, r, m
    cdef i64 v0
    cdef i64 v1
    cdef i64 v2
    cdef i64 v3
    cdef i64 v4
    cdef i64 v5
    cdef i64 v6
    cdef i64 v7
    cdef i64 v8
    cdef i64 v9
    cdef i64 v10
    cdef int64_t *w0
    cdef i64 v11
    cdef i64 v12
    cdef i64 v13
    cdef i64 v14
    cdef i64 v15
    cdef i64 v16
    cdef i64 v17
    cdef i64 v18
    cdef i64 v19
    cdef i64 v20
    cdef i64 v21
    cdef i64 v22
    cdef i64 v23
    cdef i64 v24
    cdef i64 v25
    cdef i64 v26
    cdef i64 v27
    cdef int64_t *w1
    cdef i64 v28
    cdef i64 v29
    cdef i64 v30
    cdef i64 v31
    cdef i64 v32
    cdef i64 v33
    cdef i64 v34
    cdef i64 v35
    cdef i64 v36
    cdef i64 v37
    cdef i64 v38
    cdef i64 v39
    cdef i64 v40
    cdef i64 v41
    cdef i64 v42
    cdef i64 v43
    cdef i64 v44
    cdef i64 v45
    w0 = state.words + 0
    w1 = state.words + 2
    for at in range(n):
        r = rows[at]
        m = inp.row_member[r]
        # item 0
        v0 = inp.claim[2][r]
        v1 = in_periods(&inp.periods[0], m, v0)
        # item 1
        v2 = inp.claim[0][r]
        v3 = v2 == 0LL
        # item 2
        v4 = 1 - v1
        v5 = v3 & v4
        v6 = inp.claim[1][r]
        v7 = v6
        v8 = 0LL
        v9 = v7 if v5 else v8
        # item 3
        # item 4, accumulator 0
        v10 = benefit_year(v0, 1, 1)
        v11 = w0[1] if w0[0] == v10 else 0
        v12 = v11 + v9
        if w0[1] != 0 and (v10 < w0[0]):
            refuse(out, r, 1, 2)
            continue
        if v12 > 1000000000000000LL or v12 < -1000000000000000LL:
            refuse(out, r, 1, 1)
            continue
        # item 5
        v13 = v12 - 2000000LL
        v14 = 0LL
        v15 = v13
        v16 = v14 if v14 > v15 else v15
        v17 = v11 - 2000000LL
        v18 = 0LL
        v19 = v17
        v20 = v18 if v18 > v19 else v19
        v21 = v16 - v20
        # item 6
        v22 = inp.member[0][m]
        v23 = v22 == 0LL
        v24 = 15LL
        v25 = 6LL
        v26 = v24 if v23 else v25
        # item 7
        v27 = v21 * v26
        # item 8, accumulator 1
        v28 = w1[1] if w1[0] == v10 else 0
        v29 = v28 + v27
        if w1[1] != 0 and (v10 < w1[0]):
            refuse(out, r, 1, 2)
            continue
        if v29 > 20000000000000000LL or v29 < -20000000000000000LL:
            refuse(out, r, 1, 1)
            continue
        # item 9
        v30 = round_half_up_64(v29, 20LL) * 1LL
        v31 = round_half_up_64(v28, 20LL) * 1LL
        v32 = v30 - v31
        # item 10
        # item 11
        v33 = 100000000LL
        v34 = v30
        v35 = v33 if v33 < v34 else v34
        v36 = 100000000LL
        v37 = v31
        v38 = v36 if v36 < v37 else v37
        v39 = v35 - v38
        # layer 0
        v40 = 1 - v3
        v41 = v9 == 0LL
        v42 = v21 == 0LL
        v43 = v27 == 0LL
        v44 = v39 < v32
        v45 = v39 == 0LL
        if v1:
            out.reason[0][r] = 0
        elif v40:
            out.reason[0][r] = 1
        elif v41:
            out.reason[0][r] = 2
        elif v42:
            out.reason[0][r] = 3
        elif v43:
            out.reason[0][r] = 1
        elif v44:
            out.reason[0][r] = 4
        elif v45:
            out.reason[0][r] = 5
        else:
            out.reason[0][r] = 6
        out.pay[0][r] = v39
        out.status[r] = 0
        if v9 != 0:
            w0[0] = v10
            w0[1] = v12
        if v27 != 0:
            w1[0] = v10
            w1[1] = v29


PLANS = (
    b'{"accumulators":[{"bound":null,"ceiling":1000000000000000,"denominator":1,"key_kinds":["int"],"keyed":false,"name":"\\u4f4f\\u9662.spent","word":0},{"bound":null,"ceiling":20000000000000000,"denominator":20,"key_kinds":["int"],"keyed":false,"name":"\\u4f4f\\u9662.due","word":2}],"claim":[{"code_group":null,"high":null,"kind":"enum","label":null,"low":null,"name":"\\u7c7b\\u522b","optional":false,"periods_index":null,"value_labels":[null,null],"values":["\\u4f4f\\u9662","\\u95e8\\u8bca"],"varies":false},{"code_group":null,"high":1000000000000,"kind":"money","label":null,"low":0,"name":"\\u81ea\\u4ed8","optional":false,"periods_index":null,"value_labels":[],"values":[],"varies":false},{"code_group":null,"high":84005,"kind":"date","label":null,"low":-25567,"name":"date","optional":false,"periods_index":null,"value_labels":[],"values":[],"varies":false}],"currency":"CNY","date":"date","deadlines":[],"format":4,"kernel_hash":"deb7806a5d6b7794e78440c0e4f91d4af0e1a0a844e4679fb694328be6bc18f6","language":"zh","layer_labels":[null],"layers":["\\u4f4f\\u9662"],"listed":[],"lists":[],"member":[{"code_group":null,"high":null,"kind":"enum","label":null,"low":null,"name":"\\u5065\\u5eb7\\u72b6\\u51b5","optional":false,"periods_index":null,"value_labels":[null,null],"values":["\\u5065\\u5eb7","\\u65e2\\u5f80\\u75c7"],"varies":false},{"code_group":null,"high":null,"kind":"periods","label":null,"low":null,"name":"\\u505c\\u4fdd","optional":false,"periods_index":0,"value_labels":[],"values":[],"varies":false}],"minor_digits":2,"parameters":[],"reason_labels":["\\u7b49\\u5f85\\u4e2d\\uff1a\\u505c\\u4fdd\\u671f\\u95f4","\\u4e0d\\u9002\\u7528","\\u65e0\\u8d39\\u7528","\\u672a\\u8fbe\\u8d77\\u4ed8\\u7ebf","\\u8fbe\\u5230\\u5c01\\u9876","\\u4e0d\\u8db3\\u6700\\u5c0f\\u5355\\u4f4d","\\u8d54\\u4ed8"],"reason_ranks":[1,6,5,4,2,3,0],"reasons":["waiting:\\u505c\\u4fdd\\u671f\\u95f4","not_covered","nothing_claimed","below_threshold","capped","rounded_away","paid"],"rejects":[],"scheme":"\\u65e5\\u5e38\\u4e00\\u5c42","state_hash":"8064f54a91440cdfdfff6a21f7bacff6114c39dfc52f30a1da35e27601b642db","state_words":4,"title":"\\u8d77\\u4ed8\\u7ebf\\u3001\\u6bd4\\u4f8b\\u3001\\u5c01\\u9876","unit":null}',
)
ENTRIES = (
    PyCapsule_New(<void *>run_0, "hmb_run", NULL),
)
FEEDS = (
    None,
)
PLAN = PLANS[0]


def entry():
    return PyCapsule_New(<void *>run_0, "hmb_run", NULL)


def feed():
    return FEEDS[0]
