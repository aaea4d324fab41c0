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
