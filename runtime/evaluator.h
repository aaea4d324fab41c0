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
#endif
