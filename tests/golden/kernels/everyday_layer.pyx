# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False, freethreading_compatible=True
# Made by hmbc; changes are lost.

from cpython.pycapsule cimport PyCapsule_New

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
 * A scheme may export a second function, hmb_feed, that gives for every row what hmb_run would give,
 * many times faster. Each unit has one record: the attributes of its member that are read, packed, and
 * its running totals, of keyed ones those whose keys are open. Within a unit, rows stand in the order
 * of their dates; units may interleave in any way (a file in order of date, a file sorted by member and
 * date: both will do).
 *
 * What a record cannot hold (a total too large for it, a date that falls, a row that would pass
 * a ceiling, a state that was made under other attributes) makes the unit ODD: its byte at
 * `odd_at` in the record is set, its rows and totals mean nothing, and the host adjudicates all
 * rows of that unit by hmb_run instead. A row that a ground of the scheme rejects moves nothing and
 * is not odd.
 *
 * Columns of claims and members: money, ratio, int: int64; date, code: int32; bool: uint8; enum: uint8
 * up to 256 values, else int32. Values lie in their declared domains; absent ones hold 0.
 */
/* A total under a key that is not the open one of its record. */
typedef struct hmb_closed {
    int64_t key;                /* packed by the feed */
    int64_t total;
    int32_t of;                 /* which accumulator */
    int32_t earlier;            /* the number of the unit's entry before this one, from 1; 0: none */
} hmb_closed;

typedef struct hmb_feed_input {
    const void *const *claim;             /* claim[a][row] */
    const uint8_t *const *claim_given;    /* claim_given[a][row]; NULL where never absent */
    const int64_t *parameter;
    const uint8_t *const *listed;         /* as hmb_input; each one byte at least */
    const int32_t *unit;                  /* unit[row]: number of its record, or n_records */
    void *records;                        /* n_records + 1 of them; the last takes rows that the host
                                             rejected: all 0, but for its odd byte, which is set */
    int64_t n_records;
    int64_t first_day, last_day;          /* no deciding date of a row is outside these */
    void *past;                           /* where `can` says 2, a record for each row, which hold anything:
                                             few are touched, by units whose benefit year is over; else NULL */
    int64_t *past_carried;                /* carried_size bytes for each of those; NULL where that is 0 */
    hmb_closed *closed;                   /* closed_per_row for each row, which hold anything, then those
                                             that `load` makes; fewer than 2^31 in all */
    const int32_t *row;                   /* row[row]: the member's row on the claim's day; NULL where no
                                             attribute varies and a unit is one member */
    const void *const *member;            /* member[a][m], read by pack, and by run for attributes that vary
                                             and for all where a unit is more than a member */
    const uint8_t *const *member_given;
    int64_t *carried;                     /* n_records + 1 times carried_size bytes, which hold anything: few
                                             are touched */
    const hmb_periods *periods;           /* as hmb_input, read as `member` */
    const int64_t *record_starts;         /* where attributes vary: of each record, and one more, where in
                                             record_rows the rows of its member stand, by their days; it may
                                             have none. NULL: record m is of row m of the members table */
    const int64_t *record_rows;
    const uint8_t *version;               /* where attributes vary: which of those rows `row` says, 0 or 1;
                                             2: a later one. Else NULL */
    int64_t together;                     /* where the feed makes records: rows of a unit stand together, and
                                             all of them go to one call of `run`; records, and what is
                                             carried, hold anything, and none is packed: `run` makes those of
                                             the units that have rows. Days lie in one benefit year, and no
                                             row is of unit n_records. Else 0 */
} hmb_feed_input;

#define HMB_ODD_ROOM 64

typedef struct hmb_feed_output {
    int64_t *const *pay;        /* pay[layer][row], minor units; NULL: not wanted */
    uint8_t *const *reason;     /* reason[layer][row]; NULL: not wanted */
    int64_t *total;             /* total[row]: all layers' pay; NULL: not wanted */
    uint8_t *decided;           /* decided[row]: the reason of the layer that decides; NULL */
    uint8_t *status;            /* all 0 to begin with; only what is not HMB_OK is written */
    int64_t rejected;           /* rows whose status was written are counted here */
    int64_t odd;                /* units that became odd while rows ran (not by pack), or, where `run`
                                   makes records, are odd, are counted here */
    int32_t odd_unit[HMB_ODD_ROOM];     /* the first of them */
} hmb_feed_output;

typedef struct hmb_feed {
    int32_t abi;                /* HMB_FEED_ABI */
    int32_t record_size;        /* bytes of a record; a multiple of 32 */
    int32_t odd_at;             /* where in a record its odd byte is */
    int32_t closed_per_row;     /* 0: no total is keyed */
    int32_t carried_size;       /* bytes for what outgrows one unit's record */
    int32_t makes_records;      /* whether `together` may be asked for */
    /* 0 where the days are too far apart or there are too many records; 1, or 2 where the days lie in
     * several benefit years: `past` is needed then */
    int32_t (*can)(const hmb_feed_input *in);
    /* Makes records[first .. end - 1] of their members' first rows, fresh; or with the
     * totals in words (as hmb_state.words, for each of them; NULL: fresh) and last (the day of each
     * one's last row, INT64_MIN where there is none; NULL: there is none). */
    void (*pack)(const hmb_feed_input *in, int64_t first, int64_t end, const int64_t *words,
                 const int64_t *last);
    /* Takes one keyed total of an earlier batch into a record that `pack` made; 1 where it took entry
     * `at` for it. NULL: no total is keyed. */
    int32_t (*load)(const hmb_feed_input *in, int64_t record, int32_t accumulator, const int64_t *key,
                    int64_t total, int32_t at);
    /* Adjudicates rows first .. end - 1. Rows of different records may run in different threads. */
    void (*run)(const hmb_feed_input *in, int64_t first, int64_t end, hmb_feed_output *out);
    /* Writes the totals of one record that is not odd to a state, which holds what `pack` and `load`
     * were given (INT64_MIN keys and totals 0 for a fresh one), keyed ones by `put`, and gives the day of
     * its last row that was adjudicated, or INT64_MIN. */
    int64_t (*unpack)(const hmb_feed_input *in, int64_t record, hmb_state *state);
} hmb_feed;

#define HMB_FEED_ABI 8
#endif

/* exact.h: exact rounding and shares, days, lists and periods. Every evaluator carries this text.
 *
 * Quotients of C cut towards zero.
 */
#ifndef HMB_EXACT_H
#define HMB_EXACT_H

typedef __int128 hmb_wide;

/* ---- rounding to whole units, halves and up away from zero */

#define HMB_ROUND(name, type, away)                             \\
    static inline type name(type amount, type unit)             \\
    {                                                           \\
        type steps = amount / unit;                             \\
        type left = amount - steps * unit;                      \\
        left = left < 0 ? -left : left;                         \\
        return (away) ? steps + (amount > 0 ? 1 : -1) : steps;  \\
    }
#define HMB_ROUNDS(bits, type)                                                              \\
    HMB_ROUND(hmb_half_up_##bits, type, left >= unit - left)                                \\
    HMB_ROUND(hmb_half_even_##bits, type, left > unit - left || (left == unit - left && steps % 2)) \\
    HMB_ROUND(hmb_up_##bits, type, left > 0)                                                \\
    HMB_ROUND(hmb_down_##bits, type, 0)
HMB_ROUNDS(64, int64_t)
HMB_ROUNDS(128, hmb_wide)

/* The same of amounts that are not below zero, without a branch. */
static inline uint64_t hmb_down_above_0(uint64_t amount, uint64_t unit) { return amount / unit; }
static inline uint64_t hmb_up_above_0(uint64_t amount, uint64_t unit) { return (amount + unit - 1) / unit; }
static inline uint64_t hmb_half_up_above_0(uint64_t amount, uint64_t unit) { return (amount + unit / 2) / unit; }
static inline uint64_t hmb_half_even_above_0(uint64_t amount, uint64_t unit)
{
    const uint64_t steps = amount / unit, left = amount - steps * unit;
    return steps + ((left > unit - left) | ((left == unit - left) & steps & 1));
}

/* amount / parts * part / whole, part held to 0 .. whole */
#define HMB_SHARE(mode)                                                                         \\
    static inline int64_t hmb_share_##mode(hmb_wide amount, hmb_wide parts, hmb_wide part,      \\
                                           hmb_wide whole)                                      \\
    {                                                                                           \\
        if (__builtin_expect((whole <= 0) | (part <= 0) | (amount == 0), 1))                    \\
            return 0;                                                                           \\
        part = part < whole ? part : whole;                                                     \\
        whole *= parts;                                                                         \\
        if ((whole | (amount < 0 ? -amount : amount) | part) >> 31 == 0)                        \\
            return hmb_##mode##_64((int64_t)amount * (int64_t)part, (int64_t)whole);            \\
        return (int64_t)hmb_##mode##_128(amount * part, whole);                                 \\
    }
HMB_SHARE(half_up)
HMB_SHARE(half_even)
HMB_SHARE(up)
HMB_SHARE(down)

/* ---- the Gregorian calendar on days since 1970-01-01, as compiler/days.py */

static inline int64_t hmb_floor(int64_t amount, int64_t by)
{
    int64_t whole = amount / by;
    return whole * by > amount ? whole - 1 : whole;
}

static inline void hmb_civil(int64_t number, int64_t *year, int64_t *month, int64_t *day)
{
    int64_t shifted = number + 719468, era = hmb_floor(shifted, 146097);
    int64_t of_era = shifted - era * 146097;
    int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int64_t months = (5 * of_year + 2) / 153;
    *day = of_year - (153 * months + 2) / 5 + 1;
    *month = months < 10 ? months + 3 : months - 9;
    *year = years + era * 400 + (*month <= 2);
}

static inline int64_t hmb_date_in(int64_t year, int64_t month, int64_t day)
{
    int64_t shifted = year - (month <= 2), era = hmb_floor(shifted, 400), of = shifted - era * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of * 365 + of / 4 - of / 100 + of_year - 719468;
}

static inline int64_t hmb_year(int64_t number, int64_t month, int64_t first)
{
    int64_t year, in_month, on_day;
    hmb_civil(number, &year, &in_month, &on_day);
    return year - !(in_month > month || (in_month == month && on_day >= first));
}

/* The benefit year of a day after the year 0, by products alone: Neri, Schneider, "Euclidean affine functions
 * and their application to calendar algorithms", 2022. start: the day of a year from 1 March on which a
 * benefit year begins; later: 1 where that is in January or February. */
static inline int32_t hmb_year_after_0(int32_t number, uint32_t start, int32_t later)
{
    uint32_t four = 4 * (uint32_t)(number + 719468) + 3, century = four / 146097;
    uint32_t of_century = four - 146097 * century;
    uint64_t product = (uint64_t)2939745 * (uint64_t)(uint32_t)(of_century | 3);
    int32_t before = (uint64_t)(uint32_t)product < (uint64_t)start * (4 * 2939745);
    return (int32_t)(100 * century) + (int32_t)(product >> 32) + later - before;
}

static inline int64_t hmb_month(int64_t number)
{
    int64_t year, month, day;
    hmb_civil(number, &year, &month, &day);
    return year * 12 + month - 1;
}

static inline int64_t hmb_add_months(int64_t number, int64_t months, int next_day)
{
    int64_t year, month, day;
    hmb_civil(number, &year, &month, &day);
    month += year * 12 - 1 + months;
    year = hmb_floor(month, 12);
    int64_t first = hmb_date_in(year, month - year * 12 + 1, 1), after = hmb_floor(month + 1, 12);
    int64_t limit = hmb_date_in(after, month + 2 - after * 12, 1);
    if (first + day - 1 < limit)
        return first + day - 1;
    return next_day ? limit : limit - 1;
}

static inline int64_t hmb_age(int64_t birth, int64_t number)
{
    int64_t year, month, day, years, on_month, on_day;
    hmb_civil(birth, &year, &month, &day);
    hmb_civil(number, &years, &on_month, &on_day);
    years -= year + (on_month < month || (on_month == month && on_day < day));
    return years > 0 ? years : 0;
}

/* ---- what one row of a unit needs */

/* Whether a day lies in one of a member's periods. */
static inline int hmb_in_periods(const hmb_periods *periods, int64_t member, int64_t day)
{
    for (int64_t at = periods->offset[member]; at < periods->offset[member + 1]; at++)
        if (periods->first[at] <= day && day <= periods->last[at])
            return 1;
    return 0;
}

/* Says that a row moved nothing, and why. */
static __attribute__((noinline, cold)) void hmb_refuse(const hmb_output *out, int64_t row, int layers,
                                                       int status)
{
    for (int layer = 0; layer < layers; layer++) {
        out->pay[layer][row] = 0;
        out->reason[layer][row] = 0;
    }
    out->status[row] = (uint8_t)status;
}
#endif

/* feed.h: what the C of a feed is made from, after exact.h. Every evaluator with a feed carries this text. */
#ifndef HMB_FEED_PARTS_H
#define HMB_FEED_PARTS_H
#include <stddef.h>
#include <string.h>

#define HMB_PLAIN_LOOP __attribute__((noinline))

/* Says that a function does something: gcc 12 deletes calls of some that only store into a block, though
 * later ones read it. */
#define HMB_KEEP __asm__ volatile("" : : : "memory")

/* One evaluator for old and new processors: the loops exist once for each, chosen when loaded. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) && __GNUC__ >= 12
#define HMB_LOOP __attribute__((noinline, \\
    target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define HMB_LOOP HMB_PLAIN_LOOP
#endif

#define HMB_BLOCK 128           /* rows; a multiple of 64 */
#define HMB_AHEAD 128            /* rows from a prefetch to its use */
#define HMB_NEAR 24              /* the same where rows go one by one */
#define HMB_OUT 64               /* the same of what they write */
#define HMB_STEP 16             /* rows of one unit that are filled at once */
#define HMB_RUN 4               /* rows of a unit that stand together, from which that is of use */
#define HMB_LARGE 20000000      /* bytes of outputs from which they pass by the caches */
#define HMB_DAYS 65000          /* most days of a batch: a record holds them in 16 bits */

typedef uint64_t __attribute__((may_alias)) hmb_half;   /* four halves of halves */

static inline int hmb_aligned(const void *at)
{
    return ((uintptr_t)at & 63) == 0;
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
__attribute__((target("avx512f"))) static void hmb_stream_64(char *to, const char *from, int64_t n)
{
    for (int64_t i = 0; i < n; i += 64)
        _mm512_stream_si512((void *)(to + i), _mm512_load_si512((const void *)(from + i)));
}

/* See hmb_turns. */
__attribute__((target("avx512f"))) static void hmb_turns_512(int64_t n, const int32_t *unit, uint64_t *turns)
{
    for (int64_t i = 0; i < n; i += 16) {
        const __mmask16 rows = n - i < 16 ? (__mmask16)((1 << (n - i)) - 1) : 0xFFFF;
        const __mmask16 later = i == 0 ? rows & 0xFFFE : rows;    /* nothing is before the first */
        const __m512i here = _mm512_maskz_loadu_epi32(rows, unit + i);
        const __m512i above = _mm512_maskz_loadu_epi32(later, unit + i - 1);
        const uint64_t found = _mm512_mask_cmpneq_epi32_mask(later, here, above) | (i == 0);
        turns[i / 64] = (i % 64 == 0 ? 0 : turns[i / 64]) | found << i % 64;
    }
}

static void hmb_stream_16(char *to, const char *from, int64_t n)
{
    for (int64_t i = 0; i < n; i += 16)
        _mm_stream_si128((__m128i *)(to + i), _mm_load_si128((const __m128i *)(from + i)));
}

/* Copies n bytes, a multiple of 64, both ends aligned to 64, past the caches. */
static inline void hmb_stream(void *to, const void *from, int64_t n)
{
    if (__builtin_cpu_supports("avx512f"))
        hmb_stream_64((char *)to, (const char *)from, n);
    else
        hmb_stream_16((char *)to, (const char *)from, n);
}

static inline void hmb_streamed(void)
{
    _mm_sfence();
}
#else
static inline void hmb_stream(void *to, const void *from, int64_t n)
{
    memcpy(to, from, n);
}

static inline void hmb_streamed(void)
{
}
#endif

/* ---- a block of rows */

/* Where a block's values go: to the output, or to scratch where there is none or where they are to be
 * streamed. */
static inline int64_t *hmb_out(int64_t *out, int64_t at, int64_t *scratch, int past)
{
    return out == NULL || past ? scratch : out + at;
}

static inline uint8_t *hmb_out_byte(uint8_t *out, int64_t at, uint8_t *scratch, int past)
{
    return out == NULL || past ? scratch : out + at;
}

static int hmb_is_large(const hmb_feed_output *out, int layers, int64_t rows)
{
    int64_t bytes = 8 * (out->total != NULL) + (out->decided != NULL);
    int aligned = hmb_aligned(out->total) && hmb_aligned(out->decided);
    for (int layer = 0; layer < layers; layer++) {
        bytes += 8 * (out->pay[layer] != NULL) + (out->reason[layer] != NULL);
        aligned &= hmb_aligned(out->pay[layer]) && hmb_aligned(out->reason[layer]);
    }
    return aligned && bytes * rows > HMB_LARGE;
}

/* Whether an attribute is given, where it always is. */
static const uint8_t hmb_ones[HMB_BLOCK + HMB_STEP] = {[0 ... HMB_BLOCK + HMB_STEP - 1] = 1};

/* Asks for a block of a column whose values have so many bytes: into the second cache, for the nearest one
 * waits for too few lines at once. */
static inline void hmb_ahead(const void *column, int size)
{
    for (int at = 0; at < size * HMB_BLOCK; at += 64)
        __builtin_prefetch((const char *)column + at, 0, 2);
}

/* Days of a block from 1 for the first day of the batch. */
HMB_LOOP static void hmb_days(int64_t n, const int32_t *restrict date, int32_t first,
                              uint16_t *restrict day)
{
    for (int64_t i = 0; i < n; i++)
        day[i] = (uint16_t)(date[i] - first + 1);
}

/* Benefit years of a block from 0 for the batch's first. Most blocks lie in one. */
HMB_LOOP static void hmb_years(int64_t n, const int32_t *restrict date, int32_t base, uint32_t start,
                               int32_t later, uint8_t *restrict year)
{
    int32_t first = date[0], last = date[0];
    for (int64_t i = 0; i < n; i++) {
        first = date[i] < first ? date[i] : first;
        last = date[i] > last ? date[i] : last;
    }
    const int32_t one = hmb_year_after_0(first, start, later);
    if (one == hmb_year_after_0(last, start, later)) {
        memset(year, one - base, (size_t)n);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        year[i] = (uint8_t)(hmb_year_after_0(date[i], start, later) - base);
    HMB_KEEP;
}

HMB_LOOP static int hmb_all_same(int64_t n, const uint8_t *bytes)
{
    uint8_t differ = 0;
    for (int64_t i = 0; i < n; i++)
        differ |= bytes[i] ^ bytes[0];
    return differ == 0;
}

HMB_LOOP static int hmb_any_zero(int64_t n, const uint8_t *flags)
{
    uint8_t all = 1;    /* flags are 0 and 1 */
    for (int64_t i = 0; i < n; i++)
        all &= flags[i];
    return !all;
}

/* Marks the rows at which another unit's begin, and the one after the last; whether there are so few
 * of them that rows of a unit stand together. */
HMB_LOOP static int hmb_is_sorted(int64_t n, const int32_t *restrict unit, uint8_t *restrict turn)
{
    int32_t turns = 0;
    for (int64_t i = 1; i < n; i++) {
        turn[i] = unit[i] != unit[i - 1];
        turns += unit[i] != unit[i - 1];
    }
    turn[n] = 1;
    return turns * HMB_RUN < n;
}

/* Whether a day is before that of the row above it, of the same unit. */
HMB_LOOP static int hmb_falls(int64_t n, const uint8_t *restrict turn, const uint16_t *restrict day)
{
    uint16_t falls = 0;
    for (int64_t i = 1; i < n; i++)
        falls |= (day[i] < day[i - 1]) & (turn[i] == 0);
    return falls;
}

/* Of 64 bytes, their lowest bits. */
static inline uint64_t hmb_bits(const uint8_t *bytes)
{
    uint64_t found = 0, eight;
    for (int at = 0; at < 64; at += 8) {
        memcpy(&eight, bytes + at, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        eight = __builtin_bswap64(eight);
#endif
        /* a product that brings the lowest bit of each byte to one of the highest eight */
        found |= ((eight & 0x0101010101010101u) * 0x0102040810204080u >> 56) << at;
    }
    return found;
}

/* Of a block, as bits, the rows at which another unit's begin; the first is one. turn: scratch. newer:
 * whether newer instructions may be used where there are some. */
static inline void hmb_turns(int64_t n, const int32_t *unit, uint8_t *turn, uint64_t *turns, int newer)
{
#if defined(__x86_64__) && defined(__GNUC__)
    if (newer && __builtin_cpu_supports("avx512f")) {
        hmb_turns_512(n, unit, turns);
        return;
    }
#endif
    (void)newer;
    (void)hmb_is_sorted(n, unit, turn);
    turn[0] = 1;
    for (int64_t word = 0; word < n; word += 64) {
        turns[word / 64] = hmb_bits(turn + word);
        if (n - word < 64)
            turns[word / 64] &= ((uint64_t)1 << (n - word)) - 1;
    }
}

static __attribute__((noinline, cold)) void hmb_odd(hmb_feed_output *out, uint8_t *odd, int32_t unit)
{
    if (*odd)
        return;
    *odd = 1;
    if (out->odd < HMB_ODD_ROOM)
        out->odd_unit[out->odd] = unit;
    out->odd++;
}

/* ---- state words and records */

static inline uint16_t hmb_member_day(const hmb_feed_input *in, int64_t day)
{
    const int64_t since = day - in->first_day + 1, held = day < in->first_day ? 0 : since;
    return (uint16_t)(day > in->last_day ? 65535 : held);
}

/* Four days of members at once, as hmb_member_day but for those after the batch, of which each is as good as
 * the other. */
static inline uint64_t hmb_member_days(const hmb_feed_input *in, int32_t a, int32_t b, int32_t c, int32_t d)
{
    typedef int32_t days __attribute__((vector_size(16)));
    typedef uint16_t short_days __attribute__((vector_size(8)));
    const int32_t before = (int32_t)in->first_day - 1;
    const days first = {before, before, before, before}, none = {0}, most = {65535, 65535, 65535, 65535};
    days at = (days){a, b, c, d} - first;
    at &= at > none;
    at |= at > most;
    short_days made = __builtin_convertvector(at, short_days);
    uint64_t word;
    memcpy(&word, &made, 8);
    return word;
}

/* A member's ranges that meet the batch, up to `room`; 1 where there are more. An unused one is empty. */
static inline uint8_t hmb_ranges(const hmb_feed_input *in, const hmb_periods *periods, int64_t member,
                                 int room, uint16_t *first, uint16_t *last)
{
    int n = 0;
    for (int i = 0; i < room; i++) {
        first[i] = 65535;
        last[i] = 0;
    }
    for (int64_t at = periods->offset[member]; at < periods->offset[member + 1]; at++) {
        if (periods->last[at] < in->first_day || periods->first[at] > in->last_day)
            continue;
        if (n == room)
            return 1;
        first[n] = hmb_member_day(in, periods->first[at]);
        last[n++] = hmb_member_day(in, periods->last[at]);
    }
    return 0;
}

/* The day of a unit's last row as the record has it; 1 where all rows of the batch come before it. */
static inline int hmb_last(const hmb_feed_input *in, int64_t last, uint16_t *to)
{
    *to = hmb_member_day(in, last);
    return last > in->last_day;
}

/* The total under a key, 0 where another is held; -1 where that is a later one. */
static inline int64_t hmb_held(const int64_t *words, const int64_t *key, int n)
{
    for (int i = 0; i < n; i++)
        if (words[i] != key[i])
            return words[i] < key[i] ? 0 : -1;
    return words[n];
}

/* Keeps a total under a key, if there is one: a row that adds nothing moves neither. */
static inline void hmb_hold(int64_t *words, const int64_t *key, int n, int64_t total)
{
    if (total == 0)
        return;
    for (int i = 0; i < n; i++)
        words[i] = key[i];
    words[n] = total;
}

/* ---- what is carried out of a record's cells */

typedef struct {
    int64_t step;
    int64_t room;               /* so much may be carried, and the cell stay below the ceiling */
    int32_t words;              /* carried for each record */
} hmb_carries;

/* Carries as many steps of a total as leave `least`; gives what is then taken from the cell. carried: the
 * record's words, at: which one; some: whether they hold anything. The unit is odd where the total may
 * come to its ceiling. */
static __attribute__((noinline)) int64_t hmb_carry(const hmb_carries *how, int64_t least, int64_t *carried,
                                                   int64_t at, uint8_t *some, int64_t total, uint8_t *odd)
{
    if (total < least + how->step || *odd)
        return 0;
    if (!*some)
        memset(carried, 0, 8 * (size_t)how->words);
    *some = 1;
    const int64_t surplus = (total - least) / how->step * how->step;
    carried[at] += surplus;
    if (carried[at] > how->room)
        *odd = 1;
    return surplus;
}

/* ---- keyed totals that are not open */

/* One of 64 bits for each key. */
static inline uint64_t hmb_bit(int64_t key)
{
    return (uint64_t)1 << ((uint64_t)key * 0x9E3779B97F4A7C15u >> 58);
}

/* A unit's entry under a key, or NULL. chain: the number of its last one, from 1. */
static inline hmb_closed *hmb_chained(hmb_closed *closed, int32_t chain, int32_t of, int64_t key)
{
    for (; chain != 0; chain = closed[chain - 1].earlier)
        if (closed[chain - 1].key == key && closed[chain - 1].of == of)
            return closed + chain - 1;
    return NULL;
}

/* The total under a key that is not open. */
static inline int64_t hmb_of_closed(hmb_closed *closed, uint64_t seen, int32_t chain, int32_t of,
                                    int64_t key)
{
    const hmb_closed *one = seen & hmb_bit(key) ? hmb_chained(closed, chain, of, key) : NULL;
    return one == NULL ? 0 : one->total;
}
#endif

/* lanes.h: sixteen rows at once on processors that have AVX-512 for all widths, for feeds that ask for it.
 *
 * A number of 32 bits for each row is a vector, one of 64 bits a pair of vectors, a condition a mask. The
 * loops of feed.h are left to the C compiler; here the width is said, so that bytes, numbers and conditions
 * of the same rows can meet in one loop.
 */
#ifndef HMB_LANES_H
#define HMB_LANES_H
#if defined(__x86_64__) && defined(__GNUC__)
#define HMB_HAS_LANES 1
#define HMB_LANES 16
#define HMB_FOR_LANES __attribute__((target("avx512f,avx512bw,avx512cd,avx512dq,avx512vl,bmi,bmi2,lzcnt,popcnt")))
#define HMB_INLINE HMB_FOR_LANES static inline __attribute__((always_inline))

typedef __mmask16 hmb_which;            /* of which rows something holds */
typedef __m512i hmb_lanes;
typedef struct {
    __m512i low, high;                  /* rows 0 to 7, rows 8 to 15 */
} hmb_pairs;

static int hmb_can_lanes(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("bmi2");
}

/* ---- from columns */

HMB_INLINE __m128i hmb_bytes(const uint8_t *at)
{
    return _mm_loadu_si128((const void *)at);
}

HMB_INLINE hmb_lanes hmb_lanes_8(const uint8_t *at)
{
    return _mm512_cvtepu8_epi32(hmb_bytes(at));
}

HMB_INLINE hmb_lanes hmb_lanes_32(const void *at)
{
    return _mm512_loadu_si512(at);
}

HMB_INLINE hmb_pairs hmb_pairs_64(const int64_t *at)
{
    return (hmb_pairs){_mm512_loadu_si512(at), _mm512_loadu_si512(at + 8)};
}

/* ---- one kind from another */

HMB_INLINE hmb_lanes hmb_narrowed(hmb_pairs x)
{
    const __m512i low_halves = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    return _mm512_permutex2var_epi32(x.low, low_halves, x.high);
}

HMB_INLINE hmb_pairs hmb_widened(hmb_lanes x, int negative)
{
    const __m256i low = _mm512_castsi512_si256(x), high = _mm512_extracti64x4_epi64(x, 1);
    if (negative)
        return (hmb_pairs){_mm512_cvtepi32_epi64(low), _mm512_cvtepi32_epi64(high)};
    return (hmb_pairs){_mm512_cvtepu32_epi64(low), _mm512_cvtepu32_epi64(high)};
}

/* One number in every row. The compiler is not to know which: of a choice of it it would make a move from
 * another kind of register, for every row that is read. */
HMB_INLINE hmb_lanes hmb_all(int32_t number)
{
    hmb_lanes x = _mm512_set1_epi32(number);
    __asm__("" : "+v"(x));
    return x;
}

HMB_INLINE hmb_pairs hmb_each(int64_t number)
{
    return (hmb_pairs){_mm512_set1_epi64(number), _mm512_set1_epi64(number)};
}

/* ---- arithmetic of pairs */

#define HMB_PAIRWISE(name, operation)                                                           \\
    HMB_INLINE hmb_pairs name(hmb_pairs a, hmb_pairs b)                                         \\
    {                                                                                           \\
        return (hmb_pairs){operation(a.low, b.low), operation(a.high, b.high)};                 \\
    }
HMB_PAIRWISE(hmb_add_pairs, _mm512_add_epi64)
HMB_PAIRWISE(hmb_subtract_pairs, _mm512_sub_epi64)
HMB_PAIRWISE(hmb_multiply_pairs, _mm512_mullo_epi64)
HMB_PAIRWISE(hmb_min_pairs, _mm512_min_epi64)
HMB_PAIRWISE(hmb_max_pairs, _mm512_max_epi64)

HMB_INLINE hmb_which hmb_less_pairs(hmb_pairs a, hmb_pairs b)
{
    return _mm512_kunpackb(_mm512_cmplt_epi64_mask(a.high, b.high), _mm512_cmplt_epi64_mask(a.low, b.low));
}

HMB_INLINE hmb_which hmb_equal_pairs(hmb_pairs a, hmb_pairs b)
{
    return _mm512_kunpackb(_mm512_cmpeq_epi64_mask(a.high, b.high), _mm512_cmpeq_epi64_mask(a.low, b.low));
}

HMB_INLINE hmb_pairs hmb_choose_pairs(hmb_which when, hmb_pairs then, hmb_pairs otherwise)
{
    return (hmb_pairs){_mm512_mask_mov_epi64(otherwise.low, (__mmask8)when, then.low),
                       _mm512_mask_mov_epi64(otherwise.high, (__mmask8)(when >> 8), then.high)};
}

/* (amount * factor + plus) >> by, of 64 bits without a sign. */
HMB_INLINE hmb_pairs hmb_shift_pairs(hmb_pairs amount, hmb_pairs factor, hmb_pairs plus, int by)
{
    const hmb_pairs x = hmb_add_pairs(hmb_multiply_pairs(amount, factor), plus);
    return (hmb_pairs){_mm512_srli_epi64(x.low, by), _mm512_srli_epi64(x.high, by)};
}

/* The same where all of it fits 32 bits: products of rows 0, 2, 4 .. and of rows 1, 3, 5 .. */
HMB_INLINE hmb_lanes hmb_shift(hmb_lanes amount, hmb_lanes factor, hmb_lanes plus, int by)
{
    const __m512i half = _mm512_set1_epi64(0xFFFFFFFF);
    __m512i even = _mm512_mul_epu32(amount, factor);
    __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(amount, 32), _mm512_srli_epi64(factor, 32));
    even = _mm512_srli_epi64(_mm512_add_epi64(even, _mm512_and_si512(plus, half)), by);
    odd = _mm512_add_epi64(odd, _mm512_srli_epi64(plus, 32));
    if (by != 32)
        odd = _mm512_slli_epi64(_mm512_srli_epi64(odd, by), 32);
    return _mm512_mask_mov_epi32(even, 0xAAAA, odd);
}

/* ---- conditions on bytes that are 0 and 1 */

HMB_INLINE hmb_which hmb_some(__m128i bytes)
{
    return _mm_test_epi8_mask(bytes, bytes);
}

/* ---- 64 rows at once, a byte each */

HMB_INLINE __m512i hmb_all_8(int number)
{
    return _mm512_set1_epi8((char)number);
}

HMB_INLINE __m512i hmb_64_bytes(const uint8_t *at)
{
    return _mm512_loadu_si512(at);
}

HMB_INLINE uint64_t hmb_some_of_64(const uint8_t *at)
{
    const __m512i bytes = hmb_64_bytes(at);
    return _mm512_test_epi8_mask(bytes, bytes);
}

HMB_INLINE uint64_t hmb_none_of_64(__m512i bytes)
{
    return _mm512_testn_epi8_mask(bytes, bytes);
}

HMB_INLINE void hmb_keep_64(hmb_which *kept, int64_t i, uint64_t bits)
{
    memcpy(kept + i / HMB_LANES, &bits, sizeof bits);
}

/* Of rows i to i + 63 what was kept of sixteen at a time. */
HMB_INLINE uint64_t hmb_which_of_64(const hmb_which *kept, int64_t i)
{
    uint64_t bits;
    memcpy(&bits, kept + i / HMB_LANES, sizeof bits);
    return bits;
}

HMB_INLINE void hmb_put_64(uint8_t *at, __m512i x)
{
    _mm512_storeu_si512(at, x);
}

/* ---- what is known of the rows' units */

/* As bits, at which of sixteen rows from row i of a block another unit's begin than that of the row above them; the
 * block's first is the first of all. */
HMB_INLINE uint32_t hmb_turns_from(const uint64_t *turns, int64_t i)
{
    return (uint32_t)(turns[i / 64] >> i % 64) & (i == 0 ? 0xFFFE : 0xFFFF);
}

/* How many turns each row has come to: a product by bytes of 1 adds up the bytes below each. */
HMB_INLINE hmb_lanes hmb_turned(uint32_t turns)
{
    const uint64_t ones = 0x0101010101010101u, low = _pdep_u64(turns & 0xFF, ones) * ones;
    const uint64_t high = (_pdep_u64(turns >> 8, ones) + (low >> 56)) * ones;
    return _mm512_cvtepu8_epi32(_mm_set_epi64x((int64_t)high, (int64_t)low));
}

/* A value of each row's unit, from where that of the first of the sixteen lies: of as many units at most. */
HMB_INLINE hmb_lanes hmb_of(const int32_t *at, hmb_lanes those)
{
    return _mm512_permutexvar_epi32(those, _mm512_loadu_si512(at));
}

HMB_INLINE hmb_pairs hmb_of_pairs(const int64_t *at, hmb_lanes those)
{
    const hmb_pairs from = hmb_pairs_64(at), place = hmb_widened(those, 0);
    return (hmb_pairs){_mm512_permutex2var_epi64(from.low, place.low, from.high),
                       _mm512_permutex2var_epi64(from.low, place.high, from.high)};
}

HMB_INLINE hmb_which hmb_some_of(const int32_t *at, hmb_lanes those)
{
    const hmb_lanes x = hmb_of(at, those);
    return _mm512_test_epi32_mask(x, x);
}

/* ---- totals */

/* Which row above each, of its unit, has the same cell, the nearest of the sixteen; -1 where none has. turns: at which
 * rows another unit's begin; slot: a row's cell of its unit, of as many bits. A row is one bit: those that
 * agree with it in each bit of the slot, less those at and below it. */
HMB_INLINE hmb_lanes hmb_same_above(uint32_t turns, hmb_lanes slot, int bits)
{
    const hmb_lanes below = _mm512_setr_epi32(0, 0x1, 0x3, 0x7, 0xF, 0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF,
                                              0x1FFF, 0x3FFF, 0x7FFF);
    const hmb_lanes to_it = _mm512_setr_epi32(0x1, 0x3, 0x7, 0xF, 0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF,
                                              0x1FFF, 0x3FFF, 0x7FFF, 0xFFFF);
    hmb_lanes same = below;
    for (int bit = 0; bit < bits; bit++) {
        const hmb_which set = _mm512_test_epi32_mask(slot, _mm512_set1_epi32(1 << bit));
        same = _mm512_ternarylogic_epi32(same, _mm512_broadcastmw_epi32(set), _mm512_movm_epi32(set), 0x90);
    }
    const hmb_lanes down = _mm512_lzcnt_epi32(same);
    const hmb_lanes begun = _mm512_lzcnt_epi32(_mm512_and_si512(_mm512_set1_epi32((int32_t)turns), to_it));
    return _mm512_mask_sub_epi32(_mm512_set1_epi32(-1), _mm512_cmple_epu32_mask(down, begun), _mm512_set1_epi32(31), down);
}

/* Of each row what it and those above it of the same cell add. After each step it is of twice as many, and
 * `above` is the next that is to come; -1 finds a nought, and itself. */
HMB_INLINE hmb_lanes hmb_running(hmb_lanes above, hmb_lanes adds)
{
    const hmb_lanes nought = _mm512_setzero_si512(), none = _mm512_set1_epi32(-1);
    adds = _mm512_add_epi32(adds, _mm512_permutex2var_epi32(adds, above, nought));
    above = _mm512_permutex2var_epi32(above, above, none);
    adds = _mm512_add_epi32(adds, _mm512_permutex2var_epi32(adds, above, nought));
    above = _mm512_permutex2var_epi32(above, above, none);
    adds = _mm512_add_epi32(adds, _mm512_permutex2var_epi32(adds, above, nought));
    above = _mm512_permutex2var_epi32(above, above, none);
    return _mm512_add_epi32(adds, _mm512_permutex2var_epi32(adds, above, nought));
}

/* What the cells of the unit of the row above the sixteen hold, for the rows that are still its. */
HMB_INLINE hmb_lanes hmb_held_before(const uint32_t *cells, int count, hmb_lanes slot, hmb_lanes whose)
{
    const hmb_which its = _mm512_testn_epi32_mask(whose, whose);
    if (count == 1)
        return _mm512_maskz_set1_epi32(its, (int)cells[0]);
    hmb_lanes held;
    if (count <= 4) {       /* one by one, as they were written: a vector would wait until all have left for the cache */
        const volatile uint32_t *at = cells;
        const int third = count > 2 ? (int)at[2] : 0, last = count > 3 ? (int)at[3] : 0;
        held = _mm512_castsi128_si512(_mm_set_epi32(last, third, (int)at[1], (int)at[0]));
    } else
        held = _mm512_maskz_loadu_epi32((hmb_which)((1u << count) - 1), cells);
    return _mm512_maskz_permutexvar_epi32(its, slot, held);
}

/* Writes what cells are with each row, the last one's last. */
HMB_INLINE void hmb_leave(uint32_t *cells, hmb_lanes at, hmb_lanes now)
{
    uint32_t to[HMB_LANES] __attribute__((aligned(64))), what[HMB_LANES] __attribute__((aligned(64)));
    _mm512_store_si512(to, at);
    _mm512_store_si512(what, now);
    /* else they are taken out of the vectors, with more effort, and each address is worked out by itself */
    __asm__("" : "+m"(to), "+m"(what), "+r"(cells));
#pragma GCC unroll 16
    for (int row = 0; row < HMB_LANES; row++)
        cells[to[row]] = what[row];
}

/* ---- to columns */

HMB_INLINE void hmb_put(int64_t *at, hmb_pairs x)
{
    _mm512_storeu_si512(at, x.low);
    _mm512_storeu_si512(at + 8, x.high);
}

HMB_INLINE void hmb_put_32(void *at, hmb_lanes x)
{
    _mm512_storeu_si512(at, x);
}

HMB_INLINE void hmb_put_8(uint8_t *at, __m128i x)
{
    _mm_storeu_si128((void *)at, x);
}
#endif
#endif

static void run_0(const hmb_input *in, const int64_t *rows, int64_t n, hmb_state *state,
                  const hmb_output *out)
{
    for (int64_t at = 0; at < n; at++) {
        const int64_t r = rows[at], m = in->row_member[r];
        (void)m;
        int64_t *const w0 = state->words + 0;
        const int64_t v4 = in->claim[2][r];
        const int64_t v15 = (int64_t)hmb_year_after_0((int32_t)v4, 306, 1);
        const int64_t v0 = (w0[0] == v15) ? w0[1] : 0;
        const _Bool v6 = in->claim[0][r];
        const _Bool v9 = !v6;
        const _Bool v5 = hmb_in_periods(&in->periods[0], m, v4);
        const _Bool v10 = !v5;
        const _Bool v11 = v9 & v10;
        const int64_t v12 = in->claim[1][r];
        const int64_t v13 = v11 ? (int64_t)v12 : (int64_t)0;
        const int64_t v78 = (int64_t)((int64_t)v0 + (int64_t)v13);
        const int64_t s0 = v78;
        const int64_t v1 = (int64_t)s0;
        int64_t *const w1 = state->words + 2;
        const int64_t v2 = (w1[0] == v15) ? w1[1] : 0;
        const _Bool v21 = in->member[0][m];
        const int64_t v30 = v21 ? (int64_t)6 : (int64_t)15;
        const int64_t v16 = (int64_t)((int64_t)v1 - (int64_t)2000000);
        const int64_t v17 = (int64_t)((int64_t)v16 > (int64_t)0 ? (int64_t)v16 : (int64_t)0);
        const int64_t v18 = (int64_t)((int64_t)v0 - (int64_t)2000000);
        const int64_t v19 = (int64_t)((int64_t)v18 > (int64_t)0 ? (int64_t)v18 : (int64_t)0);
        const int64_t v20 = (int64_t)((int64_t)v17 - (int64_t)v19);
        const int64_t v31 = (int64_t)((int64_t)v30 * (int64_t)v20);
        const int64_t v79 = (int64_t)((int64_t)v2 + (int64_t)v31);
        const int64_t s1 = v79;
        const int64_t v3 = (int64_t)s1;
        if (__builtin_expect((v15 < (state->words + 0)[0]) | (s0 > 1000000000000000LL || s0 < -1000000000000000LL) | (v15 < (state->words + 2)[0]) | (s1 > 20000000000000000LL || s1 < -20000000000000000LL), 0)) {
            int status = 0;
            status = (s1 > 20000000000000000LL || s1 < -20000000000000000LL) ? 1 : status;
            status = (state->words + 2)[1] != 0 && (v15 < (state->words + 2)[0]) ? 2 : status;
            status = (s0 > 1000000000000000LL || s0 < -1000000000000000LL) ? 1 : status;
            status = (state->words + 0)[1] != 0 && (v15 < (state->words + 0)[0]) ? 2 : status;
            if (status) {
                hmb_refuse(out, r, 1, status);
                continue;
            }
        }
        const _Bool v48 = (int64_t)v12 == (int64_t)0;
        const _Bool v52 = (int64_t)v20 == (int64_t)0;
        const _Bool v56 = (int64_t)v3 < (int64_t)2000000010;
        const _Bool v57 = !v56;
        const int64_t v34 = (int64_t)hmb_half_up_above_0(v2, 20);
        const int64_t v33 = (int64_t)hmb_half_up_above_0(v3, 20);
        const _Bool v58 = (int64_t)v34 < (int64_t)v33;
        const _Bool v59 = v57 & v58;
        const int64_t v40 = (int64_t)((int64_t)v3 < (int64_t)1999999990 ? (int64_t)v3 : (int64_t)1999999990);
        const int64_t v41 = (int64_t)(((uint64_t)(uint32_t)v40 * (uint64_t)(uint32_t)1717986919 + (uint64_t)17179869184LL) >> 35);
        const int64_t v42 = (int64_t)((int64_t)v2 < (int64_t)1999999990 ? (int64_t)v2 : (int64_t)1999999990);
        const int64_t v43 = (int64_t)(((uint64_t)(uint32_t)v42 * (uint64_t)(uint32_t)1717986919 + (uint64_t)17179869184LL) >> 35);
        const int64_t v44 = (int64_t)((int64_t)v41 - (int64_t)v43);
        const _Bool v60 = (int64_t)v44 == (int64_t)0;
        const int64_t v61 = v60 ? (int64_t)5 : (int64_t)6;
        const int64_t v63 = v59 ? (int64_t)4 : (int64_t)v61;
        const int64_t v64 = v52 ? (int64_t)3 : (int64_t)v63;
        const int64_t v65 = v48 ? (int64_t)2 : (int64_t)v64;
        const int64_t v66 = v6 ? (int64_t)1 : (int64_t)v65;
        const int64_t v67 = v5 ? (int64_t)0 : (int64_t)v66;
        out->reason[0][r] = v67;
        out->pay[0][r] = v44;
        out->status[r] = 0;
        if (v13 != 0) {
            w0[0] = v15;
            w0[1] = s0;
        }
        if (v31 != 0) {
            w1[0] = v15;
            w1[1] = s1;
        }
    }
}

typedef struct {
    uint64_t w0;
    uint32_t w1;
    int32_t t0[1];
    int32_t past;
    uint16_t last;
    uint8_t odd;
    uint8_t y0;
    uint8_t carried;
} __attribute__((aligned(32))) feed_0_record;


static const hmb_carries feed_0_carries0 = {20, 999998926258177LL, 1};
static inline int64_t feed_0_carried(const hmb_feed_input *in, const feed_0_record *r, int at)
{
    const int64_t record = r - (const feed_0_record *)in->records;
    return r->carried ? in->carried[1 * record + at] : 0;
}

typedef struct {
    uint8_t turn[HMB_BLOCK + 64];
    int32_t over0;
    int64_t turned;
    int32_t whose[HMB_BLOCK], starts[HMB_BLOCK + 1];
    int32_t own[HMB_BLOCK + HMB_STEP] __attribute__((aligned(64)));
    uint16_t h0[HMB_BLOCK + HMB_STEP][4] __attribute__((aligned(64)));
    uint32_t w1[HMB_BLOCK + HMB_STEP] __attribute__((aligned(64)));
    uint16_t day[HMB_BLOCK] __attribute__((aligned(64)));
    uint8_t y0[HMB_BLOCK] __attribute__((aligned(64)));
    int32_t x74[HMB_BLOCK] __attribute__((aligned(64)));
    int32_t x144[HMB_BLOCK] __attribute__((aligned(64)));
    int32_t n0[HMB_BLOCK] __attribute__((aligned(64)));
    uint8_t s27[HMB_BLOCK] __attribute__((aligned(64)));
    uint8_t s28[HMB_BLOCK] __attribute__((aligned(64)));
    uint8_t s24[HMB_BLOCK] __attribute__((aligned(64)));
    int32_t s0[HMB_BLOCK] __attribute__((aligned(64)));
    uint8_t s144[HMB_BLOCK] __attribute__((aligned(64)));
    int32_t d0[HMB_BLOCK] __attribute__((aligned(64)));
    uint32_t at[HMB_BLOCK] __attribute__((aligned(64)));
} feed_0_block;

static int64_t feed_0_made1(const hmb_feed_input *in,
    const feed_0_record *r)
{
    const int64_t v111 = (r->t0[0] + feed_0_carried(in, r, 0));
    const int64_t v112 = (int64_t)((int64_t)v111 - (int64_t)2000000);
    const int64_t v113 = (int64_t)((int64_t)v112 > (int64_t)0 ? (int64_t)v112 : (int64_t)0);
    const _Bool v39 = (int64_t)(r->w1 >> 0 & 1);
    const uint8_t v48 = v39 ? (uint8_t)6 : (uint8_t)15;
    const int64_t v114 = (int64_t)((int64_t)v113 * (int64_t)v48);
    (void)in;
    return v114;
}

static inline void feed_0_make(const hmb_feed_input *in, const uint8_t *column0,
    feed_0_record *r, int64_t at)
{
    int64_t m = at;
    uint64_t word0 = 0;
    uint32_t word1 = 0;
    memset(r, 0, sizeof *r);
    uint16_t firsts0[2], lasts0[2];
    r->odd |= hmb_ranges(in, &in->periods[0], m, 2, firsts0, lasts0);
    word0 |= (uint64_t)(uint16_t)firsts0[0] << 0;
    word0 |= (uint64_t)(uint16_t)lasts0[0] << 16;
    word0 |= (uint64_t)(uint16_t)firsts0[1] << 32;
    word0 |= (uint64_t)(uint16_t)lasts0[1] << 48;
    word1 |= (uint32_t)(uint8_t)column0[m] << 0;
    r->w0 = word0;
    r->w1 = word1;
    (void)m;
}

static __attribute__((noinline)) void feed_0_turn(const hmb_feed_input *in, feed_0_record *r,
    int64_t *turned, uint8_t y0)
{
    const int64_t at = (*turned)++;
    const int64_t unit = r - (feed_0_record *)in->records;
    memcpy((feed_0_record *)in->past + at, r, sizeof *r);
    r->past = (int32_t)at + 1;
    if (r->carried)
        memcpy(in->past_carried + 1 * at, in->carried + 1 * unit, 8);
    if (y0 != r->y0) {
        memset(r->t0, 0, sizeof r->t0);
        if (r->carried)
            memset(in->carried + 1 * unit + 0, 0, 8);
        r->y0 = y0;
    }
}

HMB_LOOP static int64_t feed_0_years(int64_t n, const int32_t *restrict unit,
    const feed_0_block *restrict b)
{
    if (hmb_all_same(n, b->y0))
        return n;
    for (int64_t i = 1; i < n; i++) {
        int32_t moved = 0;
        for (int64_t k = 0; k < i; k++)
            moved |= (unit[k] == unit[i]) & ((b->y0[i] != b->y0[k]));
        if (moved)
            return i;
    }
    return n;
}

HMB_LOOP static void feed_0_early(
    int64_t n,
    const uint8_t *restrict c0,
    feed_0_block *restrict b)
{
    for (int64_t i = 0; i < n; i++) {
        const _Bool v26 = c0[i] != 0;
        const _Bool v27 = !v26;
        b->s27[i] = v27;
    }
    HMB_KEEP;
}

HMB_LOOP static void feed_0_fetch_years(
    int64_t n,
    const int32_t *restrict unit,
    const int32_t *restrict far,
    feed_0_record *records,
    hmb_feed_output *out,
    feed_0_block *restrict b,
    const hmb_feed_input *in)
{
    int64_t odd = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t next = far[i];
        __builtin_prefetch((const char *)(records + next) + 0, 1);
        feed_0_record *restrict r = records + unit[i];
        if (!__builtin_expect((b->y0[i] == r->y0), 1)) {
            if ((b->y0[i] < r->y0))
                hmb_odd(out, &r->odd, unit[i]);
            else
                feed_0_turn(in, r, &b->turned, b->y0[i]);
        }
        memcpy(b->h0[i], &r->w0, 8);
        b->w1[i] = r->w1;
        odd |= (int64_t)b->day[i] - r->last;
        r->last = b->day[i];
    }
    for (int64_t i = 0; odd < 0 && i < n; i++)
        hmb_odd(out, &records[unit[i]].odd, unit[i]);
    HMB_KEEP;
}

HMB_LOOP static void feed_0_fetch_runs(
    int64_t n,
    const int32_t *restrict unit,
    const int32_t *restrict far,
    feed_0_record *records,
    hmb_feed_output *out,
    feed_0_block *restrict b)
{
    int64_t odd = -(int64_t)hmb_falls(n, b->turn, b->day), i = 0;
    for (int64_t word = 0; word < n; word += 64) {
        uint64_t ends = hmb_bits(b->turn + 1 + word);
        if (n - word < 64)
            ends &= ((uint64_t)1 << (n - word)) - 1;
        for (; ends != 0; ends &= ends - 1) {
            const int64_t end = word + __builtin_ctzll(ends) + 1;
            __builtin_prefetch((const char *)(records + far[i]) + 0, 1);
            feed_0_record *restrict r = records + unit[i];
            const uint64_t v0 = r->w0;
            const uint32_t v1 = r->w1;
            int64_t from = i;
            do {
                for (int64_t l = from; l < from + HMB_STEP; l++)
                    ((hmb_half *)b->h0)[l] = v0;
                for (int64_t l = from; l < from + HMB_STEP; l++)
                    b->w1[l] = v1;
                from += HMB_STEP;
            } while (__builtin_expect(from < end, 0));
            odd |= (int64_t)b->day[i] - r->last;
            r->last = b->day[end - 1];
            i = end;
        }
    }
    for (int64_t i = 0; odd < 0 && i < n; i++)
        hmb_odd(out, &records[unit[i]].odd, unit[i]);
    HMB_KEEP;
}

HMB_LOOP static void feed_0_fetch(
    int64_t n,
    const int32_t *restrict unit,
    const int32_t *restrict far,
    feed_0_record *records,
    hmb_feed_output *out,
    feed_0_block *restrict b)
{
    int64_t odd = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t next = far[i];
        __builtin_prefetch((const char *)(records + next) + 0, 1);
        feed_0_record *restrict r = records + unit[i];
        memcpy(b->h0[i], &r->w0, 8);
        b->w1[i] = r->w1;
        odd |= (int64_t)b->day[i] - r->last;
        r->last = b->day[i];
    }
    for (int64_t i = 0; odd < 0 && i < n; i++)
        hmb_odd(out, &records[unit[i]].odd, unit[i]);
    HMB_KEEP;
}

HMB_LOOP static int64_t feed_0_open(
    int64_t n,
    const int32_t *restrict unit,
    const int32_t *restrict far,
    const hmb_feed_input *in,
    feed_0_record *restrict own,
    feed_0_block *restrict b,
    const uint8_t *restrict accepted,
    int goes_on)
{
    const hmb_feed_input here = *in;
    const uint8_t *column0 = in->member[0];
    feed_0_record *records = in->records;
    int64_t runs = 0;
    uint64_t turns[HMB_BLOCK / 64];
    hmb_turns(n, unit, b->turn, turns, 1);
    int32_t above = unit[0];
    for (int64_t word = 0; word < n; word += 64)
        for (uint64_t left = turns[word / 64]; left != 0; left &= left - 1) {
            const int64_t i = word + __builtin_ctzll(left);
            const int32_t m = unit[i];
            if ((uint32_t)(m - above) > HMB_STEP) {
                __builtin_prefetch(column0 + far[i]);
            }
            __builtin_prefetch(records + m, 1);
            above = m;
            b->starts[runs] = (int32_t)i;
            b->whose[runs++] = m;
        }
    b->starts[runs] = (int32_t)n;
    for (int64_t k = goes_on; k < runs; k++)
        feed_0_make(&here, column0, own + k, b->whose[k]);
    for (int64_t k = 0; k < runs; k++) {
        feed_0_record *restrict r = own + k;
        const uint64_t v0 = r->w0;
        const uint32_t v1 = r->w1;
        const int64_t start = b->starts[k], end = b->starts[k + 1];
        int64_t from = start, last = end - 1;
        do {
            for (int64_t l = from; l < from + HMB_STEP; l++)
                ((hmb_half *)b->h0)[l] = v0;
            for (int64_t l = from; l < from + HMB_STEP; l++)
                b->w1[l] = v1;
            for (int64_t l = from; l < from + HMB_STEP; l++)
                b->own[l] = (int32_t)k;
            from += HMB_STEP;
        } while (__builtin_expect(from < end, 0));
        while (accepted != NULL && last >= start && !accepted[last])
            last--;
        if (last >= start)
            r->last = b->day[last];
    }
    return runs;
}

HMB_LOOP static void feed_0_narrow0(
    int64_t n,
    feed_0_block *restrict b)
{
    for (int64_t i = 0; i < n; i++) {
        const _Bool v27 = b->s27[i] != 0;
        const uint16_t v7 = b->day[i];
        const uint16_t v8 = b->h0[i][0];
        const _Bool v10 = (int32_t)v7 < (int32_t)v8;
        const _Bool v11 = !v10;
        const uint16_t v9 = b->h0[i][1];
        const _Bool v12 = (int32_t)v9 < (int32_t)v7;
        const _Bool v13 = !v12;
        const _Bool v14 = v11 & v13;
        const _Bool v22 = !v14;
        const uint16_t v15 = b->h0[i][2];
        const _Bool v17 = (int32_t)v7 < (int32_t)v15;
        const _Bool v18 = !v17;
        const uint16_t v16 = b->h0[i][3];
        const _Bool v19 = (int32_t)v16 < (int32_t)v7;
        const _Bool v20 = !v19;
        const _Bool v21 = v18 & v20;
        const _Bool v23 = !v21;
        const _Bool v28 = v27 & v22 & v23;
        const _Bool v24 = v22 & v23;
        b->s28[i] = v28;
        b->s24[i] = v24;
    }
    HMB_KEEP;
}

HMB_LOOP static void feed_0_sum0_adds(
    int64_t n,
    const int32_t *restrict unit,
    feed_0_record *records,
    hmb_feed_output *out,
    feed_0_block *restrict b,
    const int64_t *restrict c1)
{
    for (int64_t i = 0; i < n; i++) {
        const _Bool v28 = b->s28[i] != 0;
        const int64_t v29 = c1[i];
        const int64_t m28_int64_t = -(int64_t)v28;
        const int64_t v30 = ((int64_t)v29 & m28_int64_t);
        b->d0[i] = (int32_t)(v30 < 1073741824 ? v30 : 1073741824);
    }
    HMB_KEEP;
}

HMB_LOOP static void feed_0_sum0_cells(
    int64_t n,
    const int32_t *restrict unit,
    feed_0_record *records,
    hmb_feed_output *out,
    feed_0_block *restrict b)
{
    for (int64_t i = 0; i < n; i++) {
        b->at[i] = (uint32_t)unit[i] * (uint32_t)(sizeof(feed_0_record) / 4) + (uint32_t)0;
    }
    HMB_KEEP;
}

HMB_PLAIN_LOOP static void feed_0_sum0_sums(
    int64_t n,
    feed_0_record *records,
    feed_0_block *restrict b)
{
    uint32_t *t0 = (uint32_t *)((char *)records + offsetof(feed_0_record, t0));
#pragma GCC unroll 4
    for (int64_t i = 0; i < n; i++) {
        const uint32_t now0 = t0[b->at[i]] + (uint32_t)b->d0[i];
        t0[b->at[i]] = now0;
        b->n0[i] = (int32_t)now0;
    }
    HMB_KEEP;
}

HMB_LOOP static void feed_0_sum0_past(
    int64_t n,
    feed_0_block *restrict b)
{
    int32_t over0 = 0;
    for (int64_t i = 0; i < n; i++) {
        b->s0[i] = (int32_t)(b->n0[i] - b->d0[i]);
        over0 |= 1073741823 - b->n0[i];
    }
    b->over0 = over0;
    HMB_KEEP;
}

HMB_PLAIN_LOOP static void feed_0_sum0_carry0(
    int64_t n,
    const int32_t *restrict unit,
    feed_0_record *records,
    hmb_feed_output *out,
    feed_0_block *restrict b,
    const int64_t *restrict c1,
    int64_t *carried)
{
    for (int64_t i = n - 1; i >= 0; i--)
        records[unit[i]].t0[0] = b->s0[i];
    for (int64_t i = 0; i < n; i++) {
        const _Bool v28 = b->s28[i] != 0;
        const int64_t v29 = c1[i];
        const int64_t m28_int64_t = -(int64_t)v28;
        const int64_t v30 = ((int64_t)v29 & m28_int64_t);
        feed_0_record *r = records + unit[i];
        int64_t was = records[unit[i]].t0[0];
        was -= hmb_carry(&feed_0_carries0, 536870911, carried + 1 * (int64_t)unit[i], 0 + (0), &r->carried, was, &r->odd);
        int64_t now = was + v30;
        if (now > 1073741823)
            now -= hmb_carry(&feed_0_carries0, 1006632959, carried + 1 * (int64_t)unit[i], 0 + (0), &r->carried, now, &r->odd);
        b->s0[i] = (int32_t)was;
        b->n0[i] = (int32_t)now;
        now -= hmb_carry(&feed_0_carries0, 536870911, carried + 1 * (int64_t)unit[i], 0 + (0), &r->carried, now, &r->odd);
        records[unit[i]].t0[0] = (int32_t)now;
    }
    HMB_KEEP;
}

HMB_PLAIN_LOOP static void feed_0_sum0(
    int64_t n,
    const int32_t *restrict unit,
    feed_0_record *records,
    hmb_feed_output *out,
    feed_0_block *restrict b,
    const int64_t *restrict c1,
    int64_t *carried)
{
    feed_0_sum0_adds(n, unit, records, out, b, c1);
    feed_0_sum0_cells(n, unit, records, out, b);
    feed_0_sum0_sums(n, records, b);
    feed_0_sum0_past(n, b);
    if (__builtin_expect(b->over0 < 0, 0))
        feed_0_sum0_carry0(n, unit, records, out, b, c1, carried);
    HMB_KEEP;
}

HMB_LOOP static void feed_0_aside(
    int64_t n,
    const int64_t *restrict c1,
    feed_0_block *restrict b)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t v29 = c1[i];
        const _Bool v74 = (int64_t)v29 == (int64_t)0;
        b->x74[i] = v74;
    }
    HMB_KEEP;
}

HMB_LOOP static void feed_0_pays(
    int64_t n,
    feed_0_block *restrict b,
    int64_t *restrict o0,
    int64_t *restrict total)
{
#pragma omp simd simdlen(16)
    for (int64_t i = 0; i < n; i++) {
        const uint32_t v1 = b->n0[i];
        const int32_t v34 = (int32_t)((int32_t)v1 - (int32_t)2000000);
        const uint32_t v35 = (uint32_t)((int32_t)v34 > (int32_t)0 ? (int32_t)v34 : (int32_t)0);
        const _Bool v39 = (int64_t)(b->w1[i] >> 0 & 1);
        const uint32_t m39_uint32_t = -(uint32_t)v39;
        const uint32_t v57 = ((uint32_t)3221225472LL ^ (((uint32_t)1288490189 ^ (uint32_t)3221225472LL) & m39_uint32_t));
        const uint32_t v59 = (uint32_t)(((uint64_t)(uint32_t)v35 * (uint64_t)(uint32_t)v57 + (uint64_t)(uint32_t)2147483648LL) >> 32);
        const uint32_t v126 = (uint32_t)((uint32_t)v59 < (uint32_t)100000000 ? (uint32_t)v59 : (uint32_t)100000000);
        const uint32_t v0 = b->s0[i];
        const int32_t v36 = (int32_t)((int32_t)v0 - (int32_t)2000000);
        const uint32_t v37 = (uint32_t)((int32_t)v36 > (int32_t)0 ? (int32_t)v36 : (int32_t)0);
        const uint32_t v60 = (uint32_t)(((uint64_t)(uint32_t)v37 * (uint64_t)(uint32_t)v57 + (uint64_t)(uint32_t)2147483648LL) >> 32);
        const uint32_t v127 = (uint32_t)((uint32_t)v60 < (uint32_t)100000000 ? (uint32_t)v60 : (uint32_t)100000000);
        const uint32_t v138 = (uint32_t)((uint32_t)v126 - (uint32_t)v127);
        const _Bool v74 = b->x74[i] != 0;
        const uint32_t v38 = (uint32_t)((uint32_t)v35 - (uint32_t)v37);
        const _Bool v79 = (uint32_t)v38 == (uint32_t)0;
        const _Bool v87 = (uint32_t)v60 < (uint32_t)v59;
        const _Bool v136 = (uint32_t)100000000 < (uint32_t)v59;
        const _Bool v139 = v87 & v136;
        const _Bool v140 = (uint32_t)v138 == (uint32_t)0;
        const uint32_t m140_uint32_t = -(uint32_t)v140;
        const uint32_t v141 = ((uint32_t)6 ^ (((uint32_t)5 ^ (uint32_t)6) & m140_uint32_t));
        const uint32_t m139_uint32_t = -(uint32_t)v139;
        const uint32_t v142 = ((uint32_t)v141 ^ (((uint32_t)4 ^ (uint32_t)v141) & m139_uint32_t));
        const uint32_t m79_uint32_t = -(uint32_t)v79;
        const uint32_t v143 = ((uint32_t)v142 ^ (((uint32_t)3 ^ (uint32_t)v142) & m79_uint32_t));
        const uint32_t m74_uint32_t = -(uint32_t)v74;
        const uint32_t v144 = ((uint32_t)v143 ^ (((uint32_t)2 ^ (uint32_t)v143) & m74_uint32_t));
        o0[i] = v138;
        total[i] = v138;
        b->x144[i] = v144;
    }
    HMB_KEEP;
}

HMB_LOOP static void feed_0_pay(
    int64_t n,
    feed_0_block *restrict b,
    int64_t *restrict total)
{
#pragma omp simd simdlen(16)
    for (int64_t i = 0; i < n; i++) {
        const uint32_t v1 = b->n0[i];
        const int32_t v34 = (int32_t)((int32_t)v1 - (int32_t)2000000);
        const uint32_t v35 = (uint32_t)((int32_t)v34 > (int32_t)0 ? (int32_t)v34 : (int32_t)0);
        const _Bool v39 = (int64_t)(b->w1[i] >> 0 & 1);
        const uint32_t m39_uint32_t = -(uint32_t)v39;
        const uint32_t v57 = ((uint32_t)3221225472LL ^ (((uint32_t)1288490189 ^ (uint32_t)3221225472LL) & m39_uint32_t));
        const uint32_t v59 = (uint32_t)(((uint64_t)(uint32_t)v35 * (uint64_t)(uint32_t)v57 + (uint64_t)(uint32_t)2147483648LL) >> 32);
        const uint32_t v126 = (uint32_t)((uint32_t)v59 < (uint32_t)100000000 ? (uint32_t)v59 : (uint32_t)100000000);
        const uint32_t v0 = b->s0[i];
        const int32_t v36 = (int32_t)((int32_t)v0 - (int32_t)2000000);
        const uint32_t v37 = (uint32_t)((int32_t)v36 > (int32_t)0 ? (int32_t)v36 : (int32_t)0);
        const uint32_t v60 = (uint32_t)(((uint64_t)(uint32_t)v37 * (uint64_t)(uint32_t)v57 + (uint64_t)(uint32_t)2147483648LL) >> 32);
        const uint32_t v127 = (uint32_t)((uint32_t)v60 < (uint32_t)100000000 ? (uint32_t)v60 : (uint32_t)100000000);
        const uint32_t v138 = (uint32_t)((uint32_t)v126 - (uint32_t)v127);
        const _Bool v74 = b->x74[i] != 0;
        const uint32_t v38 = (uint32_t)((uint32_t)v35 - (uint32_t)v37);
        const _Bool v79 = (uint32_t)v38 == (uint32_t)0;
        const _Bool v87 = (uint32_t)v60 < (uint32_t)v59;
        const _Bool v136 = (uint32_t)100000000 < (uint32_t)v59;
        const _Bool v139 = v87 & v136;
        const _Bool v140 = (uint32_t)v138 == (uint32_t)0;
        const uint32_t m140_uint32_t = -(uint32_t)v140;
        const uint32_t v141 = ((uint32_t)6 ^ (((uint32_t)5 ^ (uint32_t)6) & m140_uint32_t));
        const uint32_t m139_uint32_t = -(uint32_t)v139;
        const uint32_t v142 = ((uint32_t)v141 ^ (((uint32_t)4 ^ (uint32_t)v141) & m139_uint32_t));
        const uint32_t m79_uint32_t = -(uint32_t)v79;
        const uint32_t v143 = ((uint32_t)v142 ^ (((uint32_t)3 ^ (uint32_t)v142) & m79_uint32_t));
        const uint32_t m74_uint32_t = -(uint32_t)v74;
        const uint32_t v144 = ((uint32_t)v143 ^ (((uint32_t)2 ^ (uint32_t)v143) & m74_uint32_t));
        total[i] = v138;
        b->x144[i] = v144;
    }
    HMB_KEEP;
}

HMB_LOOP static void feed_0_bare(
    int64_t n,
    feed_0_block *restrict b,
    int64_t *restrict o0,
    int64_t *restrict total)
{
#pragma omp simd simdlen(16)
    for (int64_t i = 0; i < n; i++) {
        const uint32_t v1 = b->n0[i];
        const int32_t v34 = (int32_t)((int32_t)v1 - (int32_t)2000000);
        const uint32_t v35 = (uint32_t)((int32_t)v34 > (int32_t)0 ? (int32_t)v34 : (int32_t)0);
        const _Bool v39 = (int64_t)(b->w1[i] >> 0 & 1);
        const uint32_t m39_uint32_t = -(uint32_t)v39;
        const uint32_t v57 = ((uint32_t)3221225472LL ^ (((uint32_t)1288490189 ^ (uint32_t)3221225472LL) & m39_uint32_t));
        const uint32_t v59 = (uint32_t)(((uint64_t)(uint32_t)v35 * (uint64_t)(uint32_t)v57 + (uint64_t)(uint32_t)2147483648LL) >> 32);
        const uint32_t v126 = (uint32_t)((uint32_t)v59 < (uint32_t)100000000 ? (uint32_t)v59 : (uint32_t)100000000);
        const uint32_t v0 = b->s0[i];
        const int32_t v36 = (int32_t)((int32_t)v0 - (int32_t)2000000);
        const uint32_t v37 = (uint32_t)((int32_t)v36 > (int32_t)0 ? (int32_t)v36 : (int32_t)0);
        const uint32_t v60 = (uint32_t)(((uint64_t)(uint32_t)v37 * (uint64_t)(uint32_t)v57 + (uint64_t)(uint32_t)2147483648LL) >> 32);
        const uint32_t v127 = (uint32_t)((uint32_t)v60 < (uint32_t)100000000 ? (uint32_t)v60 : (uint32_t)100000000);
        const uint32_t v138 = (uint32_t)((uint32_t)v126 - (uint32_t)v127);
        o0[i] = v138;
        total[i] = v138;
    }
    HMB_KEEP;
}

HMB_LOOP static void feed_0_narrow(
    int64_t n,
    feed_0_block *restrict b)
{
    for (int64_t i = 0; i < n; i++) {
        b->s144[i] = (uint8_t)b->x144[i];
    }
    HMB_KEEP;
}

HMB_LOOP static void feed_0_reason0(
    int64_t n,
    feed_0_block *restrict b,
    const uint8_t *restrict c0,
    uint8_t *restrict q0)
{
    for (int64_t i = 0; i < n; i++) {
        const _Bool v24 = b->s24[i] != 0;
        const _Bool v26 = c0[i] != 0;
        const uint8_t v144 = b->s144[i];
        const uint8_t v145 = v26 ? (uint8_t)1 : (uint8_t)v144;
        const uint8_t v146 = v24 ? (uint8_t)v145 : (uint8_t)0;
        q0[i] = v146;
    }
    HMB_KEEP;
}

HMB_LOOP static void feed_0_decided(
    int64_t n,
    feed_0_block *restrict b,
    const uint8_t *restrict c0,
    uint8_t *restrict decided)
{
    for (int64_t i = 0; i < n; i++) {
        const _Bool v24 = b->s24[i] != 0;
        const _Bool v26 = c0[i] != 0;
        const uint8_t v144 = b->s144[i];
        const uint8_t v145 = v26 ? (uint8_t)1 : (uint8_t)v144;
        const uint8_t v146 = v24 ? (uint8_t)v145 : (uint8_t)0;
        decided[i] = v146;
    }
    HMB_KEEP;
}

static __attribute__((noinline)) void feed_0_close(int64_t runs, feed_0_record *own,
    int64_t *carried, const feed_0_block *b, const hmb_feed_input *in, hmb_feed_output *out,
    int goes_on)
{
    feed_0_record *records = in->records;
    for (int64_t k = 0; k < runs - goes_on; k++) {
        const int64_t unit = b->whose[k];
        records[unit] = own[k];
        if (own[k].carried)
            memcpy(in->carried + 1 * unit, carried + 1 * k, 8);
        if (__builtin_expect(own[k].odd, 0)) {
            records[unit].odd = 0;
            hmb_odd(out, &records[unit].odd, (int32_t)unit);
        }
    }
    if (goes_on && runs > 1) {
        own[0] = own[runs - 1];
        memcpy(carried, carried + 1 * (runs - 1), 8);
    }
}

#ifdef HMB_HAS_LANES
typedef struct {
    int32_t m39[HMB_BLOCK + HMB_LANES];
    int32_t m8[HMB_BLOCK + HMB_LANES];
    int32_t m9[HMB_BLOCK + HMB_LANES];
    int32_t m15[HMB_BLOCK + HMB_LANES];
    int32_t m16[HMB_BLOCK + HMB_LANES];
    uint64_t turns[HMB_BLOCK / 64];
} __attribute__((aligned(64))) feed_0_units;

HMB_FOR_LANES static __attribute__((noinline)) int64_t feed_0_units_of(
    const int32_t *restrict unit,
    const int32_t *restrict far,
    const hmb_feed_input *in,
    feed_0_record *restrict own,
    feed_0_block *restrict b,
    feed_0_units *restrict u,
    int goes_on,
    const int32_t *restrict c2)
{
    const hmb_feed_input here = *in;
    const uint8_t *column0 = in->member[0];
    feed_0_record *records = in->records;
    const int32_t first = (int32_t)in->first_day - 1;
    int64_t runs = 0;
    hmb_turns_512(HMB_BLOCK, unit, u->turns);
    int32_t above = unit[0];
    for (int64_t word = 0; word < HMB_BLOCK; word += 64)
        for (uint64_t left = u->turns[word / 64]; left != 0; left &= left - 1) {
            const int64_t i = word + __builtin_ctzll(left);
            const int32_t m = unit[i];
            if ((uint32_t)(m - above) > HMB_STEP) {
                __builtin_prefetch(column0 + far[i]);
            }
            __builtin_prefetch(records + m, 1);
            above = m;
            if (runs > 0)
                own[runs - 1].last = (uint16_t)(c2[i - 1] - first);
            feed_0_record *restrict r = own + runs;
            b->whose[runs] = m;
            if (runs >= goes_on)
                feed_0_make(&here, column0, r, m);
            u->m39[runs] = (int32_t)(int64_t)(r->w1 >> 0 & 1);
            u->m8[runs] = (int32_t)(int64_t)(r->w0 >> 0 & 65535);
            u->m9[runs] = (int32_t)(int64_t)(r->w0 >> 16 & 65535);
            u->m15[runs] = (int32_t)(int64_t)(r->w0 >> 32 & 65535);
            u->m16[runs] = (int32_t)(int64_t)(r->w0 >> 48 & 65535);
            runs++;
        }
    own[runs - 1].last = (uint16_t)(c2[HMB_BLOCK - 1] - first);
    HMB_KEEP;
    return runs;
}

HMB_FOR_LANES static __attribute__((noinline)) int feed_0_rows_in_all(
    feed_0_record *restrict own,
    const feed_0_units *restrict u,
    int32_t first,
    const int32_t *restrict c2,
    const uint8_t *restrict c0,
    const int64_t *restrict c1,
    int64_t *restrict total,
    uint8_t *restrict decided)
{
    hmb_lanes most0 = _mm512_setzero_si512();
    hmb_which refused = 0;
    const hmb_lanes before = _mm512_set1_epi32(first);
    const int size = (int)(sizeof(feed_0_record) / 4);
    uint32_t *t0 = (uint32_t *)((char *)own + offsetof(feed_0_record, t0));
    const hmb_lanes k0 = hmb_all((int32_t)0);
    const hmb_lanes k2000000 = hmb_all((int32_t)2000000);
    const hmb_lanes k1288490189 = hmb_all((int32_t)1288490189);
    const hmb_lanes k3221225472 = hmb_all((int32_t)3221225472LL);
    const hmb_lanes k2147483648 = hmb_all((int32_t)2147483648LL);
    const hmb_lanes k100000000 = hmb_all((int32_t)100000000);
    hmb_which if140[HMB_BLOCK / HMB_LANES] __attribute__((aligned(8)));
    hmb_which if139[HMB_BLOCK / HMB_LANES] __attribute__((aligned(8)));
    hmb_which if79[HMB_BLOCK / HMB_LANES] __attribute__((aligned(8)));
    hmb_which if74[HMB_BLOCK / HMB_LANES] __attribute__((aligned(8)));
    hmb_which if24[HMB_BLOCK / HMB_LANES] __attribute__((aligned(8)));
    hmb_which none28[HMB_BLOCK / HMB_LANES] __attribute__((aligned(8)));
    for (int64_t i = 0; i < HMB_BLOCK; i += 64) {
        hmb_keep_64(none28, i, hmb_none_of_64(hmb_64_bytes(c0 + i)));
    }
    int64_t run = 0;        /* the unit of the row above */
    for (int64_t i = 0; i < HMB_BLOCK; i += HMB_LANES) {
        const uint32_t turns = hmb_turns_from(u->turns, i);
        const hmb_lanes whose = hmb_turned(turns);
        /* counted from the unit of the first of them: from that of the row above there may be sixteen more */
        const int64_t from = run + (turns & 1);
        const hmb_lanes those = _mm512_sub_epi32(whose, _mm512_set1_epi32((int32_t)(turns & 1)));
        const hmb_lanes records = _mm512_mullo_epi32(whose, _mm512_set1_epi32(size));
        const hmb_lanes v7 = _mm512_sub_epi32(hmb_lanes_32(c2 + i), before);
        const hmb_lanes v8 = hmb_of(u->m8 + from, those);
        const hmb_which v11 = _mm512_cmpge_epi32_mask(v7, v8);
        const hmb_lanes v9 = hmb_of(u->m9 + from, those);
        const hmb_which v13 = _mm512_cmpge_epi32_mask(v9, v7);
        const hmb_which v14 = (hmb_which)(v11 & v13);
        const hmb_which v22 = (hmb_which)~v14;
        const hmb_lanes v15 = hmb_of(u->m15 + from, those);
        const hmb_which v18 = _mm512_cmpge_epi32_mask(v7, v15);
        const hmb_lanes v16 = hmb_of(u->m16 + from, those);
        const hmb_which v20 = _mm512_cmpge_epi32_mask(v16, v7);
        const hmb_which v21 = (hmb_which)(v18 & v20);
        const hmb_which v23 = (hmb_which)~v21;
        const hmb_which v28 = (hmb_which)(v22 & v23 & none28[i / HMB_LANES]);
        const hmb_pairs v29 = hmb_pairs_64(c1 + i);
        const hmb_lanes m29_1073741824 = hmb_narrowed(hmb_min_pairs(v29, hmb_each(1073741824)));
        const hmb_lanes at = records;
        const hmb_lanes above_at = hmb_same_above(turns, records, 0);
        const hmb_lanes d0 = _mm512_maskz_mov_epi32(v28, m29_1073741824);
        const hmb_lanes now0 = _mm512_add_epi32(hmb_held_before(t0 + run * size, 1, k0, whose), hmb_running(above_at, d0));
        const hmb_lanes was0 = _mm512_sub_epi32(now0, d0);
        hmb_leave(t0 + run * size, at, now0);
        most0 = _mm512_max_epu32(most0, now0);
        const hmb_lanes v1 = now0;
        const hmb_lanes v34 = _mm512_sub_epi32(v1, k2000000);
        const hmb_lanes v35 = _mm512_max_epi32(v34, k0);
        const hmb_which v39 = hmb_some_of(u->m39 + from, those);
        const hmb_lanes v57 = _mm512_mask_mov_epi32(k3221225472, v39, k1288490189);
        const hmb_lanes v59 = hmb_shift(v35, v57, k2147483648, 32);
        const hmb_lanes v126 = _mm512_min_epi32(v59, k100000000);
        const hmb_lanes v0 = was0;
        const hmb_lanes v36 = _mm512_sub_epi32(v0, k2000000);
        const hmb_lanes v37 = _mm512_max_epi32(v36, k0);
        const hmb_lanes v60 = hmb_shift(v37, v57, k2147483648, 32);
        const hmb_lanes v127 = _mm512_min_epi32(v60, k100000000);
        const hmb_lanes v138 = _mm512_sub_epi32(v126, v127);
        const hmb_which v140 = _mm512_cmpeq_epi32_mask(v138, k0);
        const hmb_which v87 = _mm512_cmplt_epi32_mask(v60, v59);
        const hmb_which v136 = _mm512_cmplt_epi32_mask(k100000000, v59);
        const hmb_which v139 = (hmb_which)(v87 & v136);
        const hmb_lanes v38 = _mm512_sub_epi32(v35, v37);
        const hmb_which v79 = _mm512_cmpeq_epi32_mask(v38, k0);
        const hmb_which v74 = _mm512_testn_epi32_mask(m29_1073741824, m29_1073741824);
        const hmb_which v24 = (hmb_which)(v22 & v23);
        hmb_put(total + i, hmb_widened(v138, 0));
        if140[i / HMB_LANES] = v140;
        if139[i / HMB_LANES] = v139;
        if79[i / HMB_LANES] = v79;
        if74[i / HMB_LANES] = v74;
        if24[i / HMB_LANES] = v24;
        run += __builtin_popcount(turns);
        (void)records, (void)from, (void)those;
    }
    const __m512i z1 = hmb_all_8(1);
    const __m512i z2 = hmb_all_8(2);
    const __m512i z3 = hmb_all_8(3);
    const __m512i z4 = hmb_all_8(4);
    const __m512i z5 = hmb_all_8(5);
    const __m512i z6 = hmb_all_8(6);
    const __m512i z0 = hmb_all_8(0);
    for (int64_t i = 0; i < HMB_BLOCK; i += 64) {
        const __m512i y141 = _mm512_mask_mov_epi8(z6, hmb_which_of_64(if140, i), z5);
        const __m512i y142 = _mm512_mask_mov_epi8(y141, hmb_which_of_64(if139, i), z4);
        const __m512i y143 = _mm512_mask_mov_epi8(y142, hmb_which_of_64(if79, i), z3);
        const __m512i y144 = _mm512_mask_mov_epi8(y143, hmb_which_of_64(if74, i), z2);
        const __m512i y145 = _mm512_mask_mov_epi8(y144, hmb_some_of_64(c0 + i), z1);
        const __m512i y146 = _mm512_mask_mov_epi8(z0, hmb_which_of_64(if24, i), y145);
        hmb_put_64(decided + i, y146);
    }
    (void)before;
    HMB_KEEP;
    refused |= _mm512_cmpgt_epu32_mask(most0, hmb_all(1073741823));
    return refused != 0;
}

HMB_FOR_LANES static __attribute__((noinline)) int feed_0_rows_by_layer(
    feed_0_record *restrict own,
    const feed_0_units *restrict u,
    int32_t first,
    const int32_t *restrict c2,
    const uint8_t *restrict c0,
    const int64_t *restrict c1,
    int64_t *restrict o0,
    int64_t *restrict total,
    uint8_t *restrict q0,
    uint8_t *restrict decided)
{
    hmb_lanes most0 = _mm512_setzero_si512();
    hmb_which refused = 0;
    const hmb_lanes before = _mm512_set1_epi32(first);
    const int size = (int)(sizeof(feed_0_record) / 4);
    uint32_t *t0 = (uint32_t *)((char *)own + offsetof(feed_0_record, t0));
    const hmb_lanes k0 = hmb_all((int32_t)0);
    const hmb_lanes k2000000 = hmb_all((int32_t)2000000);
    const hmb_lanes k1288490189 = hmb_all((int32_t)1288490189);
    const hmb_lanes k3221225472 = hmb_all((int32_t)3221225472LL);
    const hmb_lanes k2147483648 = hmb_all((int32_t)2147483648LL);
    const hmb_lanes k100000000 = hmb_all((int32_t)100000000);
    hmb_which if140[HMB_BLOCK / HMB_LANES] __attribute__((aligned(8)));
    hmb_which if139[HMB_BLOCK / HMB_LANES] __attribute__((aligned(8)));
    hmb_which if79[HMB_BLOCK / HMB_LANES] __attribute__((aligned(8)));
    hmb_which if74[HMB_BLOCK / HMB_LANES] __attribute__((aligned(8)));
    hmb_which if24[HMB_BLOCK / HMB_LANES] __attribute__((aligned(8)));
    hmb_which none28[HMB_BLOCK / HMB_LANES] __attribute__((aligned(8)));
    for (int64_t i = 0; i < HMB_BLOCK; i += 64) {
        hmb_keep_64(none28, i, hmb_none_of_64(hmb_64_bytes(c0 + i)));
    }
    int64_t run = 0;        /* the unit of the row above */
    for (int64_t i = 0; i < HMB_BLOCK; i += HMB_LANES) {
        const uint32_t turns = hmb_turns_from(u->turns, i);
        const hmb_lanes whose = hmb_turned(turns);
        /* counted from the unit of the first of them: from that of the row above there may be sixteen more */
        const int64_t from = run + (turns & 1);
        const hmb_lanes those = _mm512_sub_epi32(whose, _mm512_set1_epi32((int32_t)(turns & 1)));
        const hmb_lanes records = _mm512_mullo_epi32(whose, _mm512_set1_epi32(size));
        const hmb_lanes v7 = _mm512_sub_epi32(hmb_lanes_32(c2 + i), before);
        const hmb_lanes v8 = hmb_of(u->m8 + from, those);
        const hmb_which v11 = _mm512_cmpge_epi32_mask(v7, v8);
        const hmb_lanes v9 = hmb_of(u->m9 + from, those);
        const hmb_which v13 = _mm512_cmpge_epi32_mask(v9, v7);
        const hmb_which v14 = (hmb_which)(v11 & v13);
        const hmb_which v22 = (hmb_which)~v14;
        const hmb_lanes v15 = hmb_of(u->m15 + from, those);
        const hmb_which v18 = _mm512_cmpge_epi32_mask(v7, v15);
        const hmb_lanes v16 = hmb_of(u->m16 + from, those);
        const hmb_which v20 = _mm512_cmpge_epi32_mask(v16, v7);
        const hmb_which v21 = (hmb_which)(v18 & v20);
        const hmb_which v23 = (hmb_which)~v21;
        const hmb_which v28 = (hmb_which)(v22 & v23 & none28[i / HMB_LANES]);
        const hmb_pairs v29 = hmb_pairs_64(c1 + i);
        const hmb_lanes m29_1073741824 = hmb_narrowed(hmb_min_pairs(v29, hmb_each(1073741824)));
        const hmb_lanes at = records;
        const hmb_lanes above_at = hmb_same_above(turns, records, 0);
        const hmb_lanes d0 = _mm512_maskz_mov_epi32(v28, m29_1073741824);
        const hmb_lanes now0 = _mm512_add_epi32(hmb_held_before(t0 + run * size, 1, k0, whose), hmb_running(above_at, d0));
        const hmb_lanes was0 = _mm512_sub_epi32(now0, d0);
        hmb_leave(t0 + run * size, at, now0);
        most0 = _mm512_max_epu32(most0, now0);
        const hmb_lanes v1 = now0;
        const hmb_lanes v34 = _mm512_sub_epi32(v1, k2000000);
        const hmb_lanes v35 = _mm512_max_epi32(v34, k0);
        const hmb_which v39 = hmb_some_of(u->m39 + from, those);
        const hmb_lanes v57 = _mm512_mask_mov_epi32(k3221225472, v39, k1288490189);
        const hmb_lanes v59 = hmb_shift(v35, v57, k2147483648, 32);
        const hmb_lanes v126 = _mm512_min_epi32(v59, k100000000);
        const hmb_lanes v0 = was0;
        const hmb_lanes v36 = _mm512_sub_epi32(v0, k2000000);
        const hmb_lanes v37 = _mm512_max_epi32(v36, k0);
        const hmb_lanes v60 = hmb_shift(v37, v57, k2147483648, 32);
        const hmb_lanes v127 = _mm512_min_epi32(v60, k100000000);
        const hmb_lanes v138 = _mm512_sub_epi32(v126, v127);
        const hmb_which v140 = _mm512_cmpeq_epi32_mask(v138, k0);
        const hmb_which v87 = _mm512_cmplt_epi32_mask(v60, v59);
        const hmb_which v136 = _mm512_cmplt_epi32_mask(k100000000, v59);
        const hmb_which v139 = (hmb_which)(v87 & v136);
        const hmb_lanes v38 = _mm512_sub_epi32(v35, v37);
        const hmb_which v79 = _mm512_cmpeq_epi32_mask(v38, k0);
        const hmb_which v74 = _mm512_testn_epi32_mask(m29_1073741824, m29_1073741824);
        const hmb_which v24 = (hmb_which)(v22 & v23);
        hmb_put(o0 + i, hmb_widened(v138, 0));
        hmb_put(total + i, hmb_widened(v138, 0));
        if140[i / HMB_LANES] = v140;
        if139[i / HMB_LANES] = v139;
        if79[i / HMB_LANES] = v79;
        if74[i / HMB_LANES] = v74;
        if24[i / HMB_LANES] = v24;
        run += __builtin_popcount(turns);
        (void)records, (void)from, (void)those;
    }
    const __m512i z1 = hmb_all_8(1);
    const __m512i z2 = hmb_all_8(2);
    const __m512i z3 = hmb_all_8(3);
    const __m512i z4 = hmb_all_8(4);
    const __m512i z5 = hmb_all_8(5);
    const __m512i z6 = hmb_all_8(6);
    const __m512i z0 = hmb_all_8(0);
    for (int64_t i = 0; i < HMB_BLOCK; i += 64) {
        const __m512i y141 = _mm512_mask_mov_epi8(z6, hmb_which_of_64(if140, i), z5);
        const __m512i y142 = _mm512_mask_mov_epi8(y141, hmb_which_of_64(if139, i), z4);
        const __m512i y143 = _mm512_mask_mov_epi8(y142, hmb_which_of_64(if79, i), z3);
        const __m512i y144 = _mm512_mask_mov_epi8(y143, hmb_which_of_64(if74, i), z2);
        const __m512i y145 = _mm512_mask_mov_epi8(y144, hmb_some_of_64(c0 + i), z1);
        const __m512i y146 = _mm512_mask_mov_epi8(z0, hmb_which_of_64(if24, i), y145);
        hmb_put_64(q0 + i, y146);
        hmb_put_64(decided + i, y146);
    }
    (void)before;
    HMB_KEEP;
    refused |= _mm512_cmpgt_epu32_mask(most0, hmb_all(1073741823));
    return refused != 0;
}

static int64_t feed_0_at_once(
    const int32_t *unit,
    const int32_t *far,
    const hmb_feed_input *in,
    feed_0_record *own,
    feed_0_block *b,
    int goes_on,
    const int32_t *c2,
    const uint8_t *c0,
    const int64_t *c1,
    int64_t *o0,
    int64_t *total,
    uint8_t *q0,
    uint8_t *decided,
    int by_layer)
{
    feed_0_units units, *u = &units;
    const feed_0_record above = own[0];
    const int64_t runs = feed_0_units_of(unit, far, in, own, b, u, goes_on, c2);
    const int32_t first = (int32_t)in->first_day - 1;
    if (by_layer ? feed_0_rows_by_layer(own, u, first, c2, c0, c1, o0, total, q0, decided)
                 : feed_0_rows_in_all(own, u, first, c2, c0, c1, total, decided)) {
        own[0] = above;
        return -1;
    }
    return runs;
}

#endif

static void feed_0_run(const hmb_feed_input *in, int64_t first, int64_t end,
    hmb_feed_output *out)
{
    const uint8_t *c0 = in->claim[0];
    const int64_t *c1 = in->claim[1];
    const int32_t *c2 = in->claim[2];
    feed_0_block block, *b = &block;
    b->turned = first;
    const int32_t first_year0 = (int32_t)hmb_year(in->first_day, 1, 1);
    int lanes = 0;
    int64_t w0[HMB_BLOCK] __attribute__((aligned(64)));
    uint8_t x0[HMB_BLOCK] __attribute__((aligned(64)));
    int64_t wt[HMB_BLOCK] __attribute__((aligned(64)));
    uint8_t xd[HMB_BLOCK] __attribute__((aligned(64)));
    feed_0_record own[HMB_BLOCK];
    int64_t own_carried[HMB_BLOCK * 1 + 1];
    hmb_feed_output aside = *out, *to = in->together ? &aside : out;
    feed_0_record *records = in->together ? own : in->records;
    int64_t *carried = in->together ? own_carried : in->carried, runs = 0;
    #ifdef HMB_HAS_LANES
    lanes = in->together && hmb_can_lanes();
    #endif
    int pays = 0, causes = 0;
    pays |= out->pay[0] != NULL;
    causes |= out->reason[0] != NULL;
    const int large = hmb_is_large(out, 1, end - first);
    for (int64_t i = first, n; i < end; i += n) {
        n = HMB_BLOCK - i % HMB_BLOCK;
        n = n < end - i ? n : end - i;
        if (in->past != NULL) {
            hmb_years(n, c2 + i, first_year0, 306, 1, b->y0);
            n = feed_0_years(n, in->unit + i, b);
        }
        const int past = large && n == HMB_BLOCK;
        int64_t *o0 = hmb_out(out->pay[0], i, w0, past);
        int64_t *total = hmb_out(out->total, i, wt, past);
        uint8_t *q0 = hmb_out_byte(out->reason[0], i, x0, past);
        uint8_t *decided = hmb_out_byte(out->decided, i, xd, past);
        if (end - i - n >= 2 * HMB_BLOCK) {
            const int64_t next = i + n + HMB_BLOCK;
            hmb_ahead(in->unit + next, 4);
            hmb_ahead(c0 + next, 1);
            hmb_ahead(c1 + next, 8);
            if (in->together) {
                const int64_t soon = in->unit[i + n + HMB_BLOCK - 1];
                __builtin_prefetch((const uint8_t *)in->member[0] + soon);
            }
        }
        runs = -1;
        #ifdef HMB_HAS_LANES
        if (lanes && n == HMB_BLOCK)
            runs = feed_0_at_once(in->unit + i, in->unit + i + (end - i > n + HMB_AHEAD ? HMB_AHEAD : 0), in, own, b,
                i > first && in->unit[i] == in->unit[i - 1], c2 + i, c0 + i, c1 + i,
                o0, total, q0, decided, pays || causes);
        #endif
        if (runs < 0) {
            hmb_days(n, c2 + i, (int32_t)in->first_day, b->day);
            const int32_t *unit = in->together ? b->own : in->unit + i;
            feed_0_early(n, c0 + i, b);
            if (in->together)
                runs = feed_0_open(n, in->unit + i, in->unit + i + (end - i > n + HMB_AHEAD ? HMB_AHEAD : 0), in, own, b, NULL,
                    i > first && in->unit[i] == in->unit[i - 1]);
            else if (in->past != NULL)
                feed_0_fetch_years(n, unit, in->unit + i + (end - i > n + HMB_AHEAD ? HMB_AHEAD : 0), records, to, b, in);
            else if (hmb_is_sorted(n, in->unit + i, b->turn))
                feed_0_fetch_runs(n, unit, in->unit + i + (end - i > n + HMB_AHEAD ? HMB_AHEAD : 0), records, to, b);
            else if (1)
                feed_0_fetch(n, unit, in->unit + i + (end - i > n + HMB_AHEAD ? HMB_AHEAD : 0), records, to, b);
            feed_0_narrow0(n, b);
            feed_0_sum0(n, unit, records, to, b, c1 + i, carried);
            if (pays && !causes && out->decided == NULL) {
                feed_0_aside(n, c1 + i, b);
                feed_0_bare(n, b, o0, total);
            }
            if (pays && !(pays && !causes && out->decided == NULL)) {
                feed_0_aside(n, c1 + i, b);
                feed_0_pays(n, b, o0, total);
                feed_0_narrow(n, b);
            }
            if (!pays) {
                feed_0_aside(n, c1 + i, b);
                feed_0_pay(n, b, total);
                feed_0_narrow(n, b);
            }
            if (out->reason[0] != NULL)
                feed_0_reason0(n, b, c0 + i, q0);
            if (out->decided != NULL)
                feed_0_decided(n, b, c0 + i, decided);
        }
        if (in->together)
            feed_0_close(runs, own, own_carried, b, in, out,
                i + n < end && in->unit[i + n] == in->unit[i + n - 1]);
        if (past && out->pay[0] != NULL)
            hmb_stream(out->pay[0] + i, w0, 8 * n);
        if (past && out->total != NULL)
            hmb_stream(out->total + i, wt, 8 * n);
        if (past && out->reason[0] != NULL)
            hmb_stream(out->reason[0] + i, x0, n);
        if (past && out->decided != NULL)
            hmb_stream(out->decided + i, xd, n);
    }
    if (large)
        hmb_streamed();
}

static void feed_0_pack(const hmb_feed_input *in, int64_t first, int64_t end,
    const int64_t *words, const int64_t *last)
{
    const int64_t key0[] = {hmb_year(in->first_day, 1, 1)};
    const int64_t key1[] = {hmb_year(in->first_day, 1, 1)};
    const hmb_feed_input here = *in;
    const uint8_t *column0 = in->member[0];
    feed_0_record *records = in->records;
    for (int64_t at = first; at < end; at++) {
        feed_0_record *r = records + at;
        feed_0_make(&here, column0, r, at);
        if (words != NULL) {
            const int64_t *w = words + 4 * (at - first);
            int64_t held;
            int odd = 0;
            held = hmb_held(w + 0, key0, 1); odd |= held < 0 || held > 1000000000000000LL;
            if (held > 1073741823 && held <= 1000000000000000LL)
                held -= hmb_carry(&feed_0_carries0, 536870911, in->carried + 1 * (int64_t)at, 0 + (0), &r->carried, held, &r->odd);
            r->t0[0] = (int32_t)held;
            odd |= hmb_held(w + 2, key1, 1) != feed_0_made1(in, r);
            r->odd |= (uint8_t)odd;
            (void)held;
            (void)w;
        }
        if (last != NULL)
            r->odd |= hmb_last(in, last[at - first], &r->last);
    }
}

static void feed_0_over(const hmb_feed_input *in, const feed_0_record *next, int64_t *words)
{
    if (next->past == 0)
        return;
    const feed_0_record *r = (feed_0_record *)in->past + next->past - 1;
    feed_0_over(in, r, words);
    hmb_feed_input then = *in;
    then.records = (void *)r;
    then.carried = in->past_carried + 1 * (int64_t)(next->past - 1);
    in = &then;
    if (r->y0 != next->y0) {
        const int64_t key0[] = {hmb_year(in->first_day, 1, 1) + r->y0};
        const int64_t key1[] = {hmb_year(in->first_day, 1, 1) + r->y0};
        hmb_hold(words + 0, key0, 1, (r->t0[0] + feed_0_carried(in, r, 0)));
        hmb_hold(words + 2, key1, 1, feed_0_made1(in, r));
    }
}

static int64_t feed_0_unpack(const hmb_feed_input *in, int64_t record, hmb_state *state)
{
    const feed_0_record *r = (feed_0_record *)in->records + record;
    int64_t *words = state->words;
    int64_t key0[] = {hmb_year(in->first_day, 1, 1) + r->y0};
    int64_t key1[] = {hmb_year(in->first_day, 1, 1) + r->y0};
    feed_0_over(in, r, words);
    hmb_hold(words + 0, key0, 1, (r->t0[0] + feed_0_carried(in, r, 0)));
    hmb_hold(words + 2, key1, 1, feed_0_made1(in, r));
    (void)words;
    return r->last ? in->first_day + r->last - 1 : INT64_MIN;
}

static int32_t feed_0_can(const hmb_feed_input *in)
{
    return in->last_day - in->first_day < HMB_DAYS && in->n_records < (int64_t)(UINT32_MAX / (sizeof(feed_0_record) / 4)) ? hmb_year(in->first_day, 1, 1) == hmb_year(in->last_day, 1, 1) ? 1 : 2 : 0;
}

static const hmb_feed feed_0 = {
    HMB_FEED_ABI, sizeof(feed_0_record), offsetof(feed_0_record, odd), 0, 8,
    1, feed_0_can, feed_0_pack, NULL, feed_0_run, feed_0_unpack,
};

    """
    enum:
        HMB_ABI

    ctypedef struct hmb_feed:
        pass

    void run_0()
    const hmb_feed feed_0

ABI = HMB_ABI

PLANS = (
    b'{"accumulators":[{"bound":null,"ceiling":1000000000000000,"denominator":1,"falls":false,"key_kinds":["int"],"keyed":false,"name":"\\u4f4f\\u9662.spent","word":0},{"bound":null,"ceiling":20000000000000000,"denominator":20,"falls":false,"key_kinds":["int"],"keyed":false,"name":"\\u4f4f\\u9662.due","word":2}],"claim":[{"code_group":null,"high":null,"kind":"enum","label":null,"low":null,"name":"\\u7c7b\\u522b","optional":false,"periods_index":null,"value_labels":[null,null],"values":["\\u4f4f\\u9662","\\u95e8\\u8bca"],"varies":false},{"code_group":null,"high":1000000000000,"kind":"money","label":null,"low":0,"name":"\\u81ea\\u4ed8","optional":false,"periods_index":null,"value_labels":[],"values":[],"varies":false},{"code_group":null,"high":84005,"kind":"date","label":null,"low":-25567,"name":"date","optional":false,"periods_index":null,"value_labels":[],"values":[],"varies":false}],"currency":"CNY","date":"date","deadlines":[],"format":5,"kernel_hash":"9e55b76c6abac9603f3472f7621d8f7db16609b72584a0772f688d1b6fee0194","language":"zh","layer_labels":[null],"layers":["\\u4f4f\\u9662"],"listed":[],"lists":[],"member":[{"code_group":null,"high":null,"kind":"enum","label":null,"low":null,"name":"\\u5065\\u5eb7\\u72b6\\u51b5","optional":false,"periods_index":null,"value_labels":[null,null],"values":["\\u5065\\u5eb7","\\u65e2\\u5f80\\u75c7"],"varies":false},{"code_group":null,"high":null,"kind":"periods","label":null,"low":null,"name":"\\u505c\\u4fdd","optional":false,"periods_index":0,"value_labels":[],"values":[],"varies":false}],"minor_digits":2,"parameters":[],"reason_labels":["\\u7b49\\u5f85\\u4e2d\\uff1a\\u505c\\u4fdd\\u671f\\u95f4","\\u4e0d\\u9002\\u7528","\\u65e0\\u8d39\\u7528","\\u672a\\u8fbe\\u8d77\\u4ed8\\u7ebf","\\u8fbe\\u5230\\u5c01\\u9876","\\u4e0d\\u8db3\\u6700\\u5c0f\\u5355\\u4f4d","\\u8d54\\u4ed8"],"reason_ranks":[1,6,5,4,2,3,0],"reasons":["waiting:\\u505c\\u4fdd\\u671f\\u95f4","not_covered","nothing_claimed","below_threshold","capped","rounded_away","paid"],"rejects":[],"scheme":"\\u65e5\\u5e38\\u4e00\\u5c42","state_hash":"3824eb83d6eda6585580149038ce23a8a37919cce9d5bfd6519a5ff6fe5a0d8d","state_words":4,"title":"\\u8d77\\u4ed8\\u7ebf\\u3001\\u6bd4\\u4f8b\\u3001\\u5c01\\u9876","unit":null}',
)
ENTRIES = (
    PyCapsule_New(<void *>run_0, "hmb_run", NULL),
)
FEEDS = (
    PyCapsule_New(<void *>&feed_0, "hmb_feed", NULL),
)
PLAN = PLANS[0]


def entry():
    return PyCapsule_New(<void *>run_0, "hmb_run", NULL)


def feed():
    return FEEDS[0]
