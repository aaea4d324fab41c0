/* schemes/more/chengshi_baozhang.hmb in C: as one writes it first (naive_), and as fast as we know
 * (best_). Claims in order of date, members and drugs by index; days since 1970-01-01. A member has
 * two rows of attributes, one up to a day of his own, one after it; 2 m and 2 m + 1 are their places.
 *
 * Exact shares are counted in 1/20 fen: every ratio is a multiple of 5%.
 */
#include <stdint.h>
#include <string.h>

typedef int64_t i64;
typedef uint64_t u64;

#define AHEAD 24    /* rows from asking for a record to its use */
#define FAR 128     /* the same of columns: there are too many for the processor to see what comes */
#define BAND 10000000
#define DRUGS_CAP 100000000

enum { WAIT, BEFORE, DRUG, NOT_COVERED, NOTHING, BELOW, CAPPED, ROUNDED_AWAY, PAID, REFUSED, NOTHING_DUE };
static const uint8_t RANK[11] = {1, 1, 1, 6, 5, 4, 2, 3, 0, 1, 4};
enum { STAY, CHRONIC, PURCHASE, CAR_T, PROTON };

typedef struct {
    const int32_t *member, *date, *drug;                /* drug: -1 where none */
    const uint8_t *kind, *accident;
    const i64 *own, *off_list, *refused, *drugs, *treatment;
    const uint8_t *ill;                                 /* by member */
    const int32_t *enrolled, *border;                   /* border: first day of the second row */
    const i64 *years, *no_claim;                        /* by member row */
    const uint8_t *excluded, *class_a, *class_b;        /* by drug */
    i64 proton_cap;
} city;

static int year_of(int32_t date)
{
    i64 shifted = (i64)date + 719468, era = shifted / 146097, day = shifted - era * 146097;
    i64 year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    i64 left = day - (365 * year + year / 4 - year / 100);
    return (int)(year + era * 400 + (left >= 306));
}

/* The reason of two layers, by what they pay: one that pays something comes first, capped or not. */
static inline int better(int a, i64 pays, int b, i64 pays_too)
{
    return (pays_too ? 0 : RANK[b]) < (pays ? 0 : RANK[a]) ? b : a;
}
static inline i64 most(i64 a, i64 b) { return a > b ? a : b; }
static inline i64 least(i64 a, i64 b) { return a < b ? a : b; }
static inline i64 fen(i64 twentieths) { return (twentieths + 10) / 20; }
static inline i64 banded(i64 sum, i64 low, i64 high)
{
    return least(sum, BAND) * low + most(0, sum - BAND) * high;
}

/* ---- naive: by member deducted, due of the first two layers, drugs, proton, the year, CAR-T */

typedef struct { i64 key, total; } slot;

static slot *slot_of(slot *table, u64 mask, i64 key)
{
    u64 at = ((u64)key * 0x9E3779B97F4A7C15u) >> 20 & mask;
    while (table[at].key && table[at].key != key)
        at = (at + 1) & mask;
    table[at].key = key;
    return table + at;
}

static int outcome(i64 pay, i64 rounded)
{
    return pay < rounded ? CAPPED : pay ? PAID : ROUNDED_AWAY;
}

/* totals: 8 by member, zeroed. table: of mask + 1 slots, zeroed. */
void naive_w4(i64 n, const city *in, i64 *totals, slot *table, i64 mask, i64 *pay, uint8_t *reason)
{
    for (i64 i = 0; i < n; i++) {
        i64 m = in->member[i], *own = totals + 8 * m, row = 2 * m + (in->date[i] >= in->border[m]);
        int year = year_of(in->date[i]), kind = in->kind[i], ill = in->ill[m], why[5];
        i64 first = 0, second = 0;
        i64 points = in->years[row] >= 3, paid = 0;
        if (own[6] != year) {
            memset(own, 0, 6 * sizeof *own);
            own[6] = year;
        }
        pay[i] = 0;
        if (in->date[i] < in->enrolled[m] + 30 && in->years[row] == 0 && !in->accident[i]) {
            reason[i] = WAIT;
            continue;
        }
        if (in->date[i] < in->enrolled[m]) {
            reason[i] = BEFORE;
            continue;
        }
        if (in->drug[i] >= 0 && in->excluded[in->drug[i]]) {
            reason[i] = DRUG;
            continue;
        }
        for (int layer = 0; layer < 5; layer++)
            why[layer] = NOT_COVERED;
        if (kind <= CHRONIC) {
            i64 threshold = most(0, (ill ? 2400000 : 1800000) - least(200000 * in->no_claim[row], 600000));
            i64 taken = least(in->own[i], most(0, threshold - own[0])), excess = in->own[i] - taken;
            i64 due = own[1] + excess * ((ill ? 8 : 16) + points);
            i64 got = least(150000000, fen(due)) - least(150000000, fen(own[1]));
            why[0] = !in->own[i] ? NOTHING : !excess ? BELOW : outcome(got, fen(due) - fen(own[1]));
            own[0] += taken;
            own[1] = due;
            first = got;
            paid += got;
        }
        if (kind == STAY) {
            i64 base = most(0, in->off_list[i] - in->refused[i]);
            i64 before = most(0, own[2] - 2000000), after = most(0, own[2] + base - 2000000);
            i64 low = (ill ? 5 : 10) + points, high = (ill ? 6 : 12) + points;
            i64 due = own[3] + banded(after, low, high) - banded(before, low, high);
            i64 got = least(100000000, fen(due)) - least(100000000, fen(own[3]));
            why[1] = !base ? in->off_list[i] ? REFUSED : NOTHING : after == before ? BELOW
                   : outcome(got, fen(due) - fen(own[3]));
            own[2] += base;
            own[3] = due;
            second = got;
            paid += got;
        }
        if (kind == PURCHASE && in->drug[i] >= 0 && (in->class_a[in->drug[i]] || in->class_b[in->drug[i]])) {
            i64 *held = &slot_of(table, mask, (m + 1) << 20 | (i64)(year - 2000) << 12 | in->drug[i])->total;
            i64 due = *held + in->drugs[i] * ((ill ? 6 : 14) + points);
            i64 cap = in->class_a[in->drug[i]] ? 30000000 : 12000000;
            i64 part = least(cap, fen(due)) - least(cap, fen(*held));
            i64 got = least(DRUGS_CAP, own[4] + part) - least(DRUGS_CAP, own[4]);
            why[2] = !in->drugs[i] ? NOTHING : outcome(got, fen(due) - fen(*held));
            *held = due;
            own[4] += part;
            paid += got;
        }
        if (kind == CAR_T && in->treatment[i] > 0) {
            i64 due = ill ? 15000000 : 50000000, got = least(due, own[7] + due) - least(due, own[7]);
            why[3] = outcome(got, due);
            own[7] += due;
            paid += got;
        }
        if (kind == PROTON) {
            i64 due = own[5] + in->treatment[i] * ((ill ? 6 : 12) + points);
            i64 got = least(in->proton_cap, fen(due)) - least(in->proton_cap, fen(own[5]));
            why[4] = !in->treatment[i] ? NOTHING : outcome(got, fen(due) - fen(own[5]));
            own[5] = due;
            paid += got;
        }
        pay[i] = paid;
        reason[i] = kind == STAY ? better(why[0], first, why[1], second) : why[kind == CHRONIC ? 0 : kind];
    }
}

/* ---- best: the member's record in two lines, the second for what is rare */

typedef struct {
    i64 deducted, due, off_spent, off_due;
    int32_t enrolled, border;
    uint8_t years[2], no_claim[2], ill;
    uint8_t unused;
    int16_t year;
    i64 drugs;
    int32_t drug, chain;                /* the open drug; the chain's last, -1: none */
    i64 open, proton, car_t;
    u64 chained;                        /* a bit for each drug in the chain */
    i64 unused2[3];
} __attribute__((aligned(64))) record;

typedef struct { i64 total; int32_t drug, earlier; } closed;

static inline u64 bit(int32_t drug) { return (u64)1 << (drug & 63); }

/* The open drug goes to the chain, `drug` is taken from there or begun. */
static void turn(record *r, closed *chain, int32_t *used, int32_t drug)
{
    int32_t at;
    if (r->open) {
        at = r->chained & bit(r->drug) ? r->chain : -1;
        while (at >= 0 && chain[at].drug != r->drug)
            at = chain[at].earlier;
        if (at < 0) {
            at = (*used)++;
            chain[at] = (closed){0, r->drug, r->chain};
            r->chain = at;
            r->chained |= bit(r->drug);
        }
        chain[at].total = r->open;
    }
    r->drug = drug;
    r->open = 0;
    for (at = r->chained & bit(drug) ? r->chain : -1; at >= 0; at = chain[at].earlier)
        if (chain[at].drug == drug) {
            r->open = chain[at].total;
            return;
        }
}

/* table: members records; chain: room for each claim. */
void best_w4(i64 n, i64 members, const city *in, record *table, closed *chain, i64 *pay, uint8_t *reason)
{
    int32_t used = 0, first = 1, last = 0;
    int16_t year = 0;
    for (i64 m = 0; m < members; m++) {
        record *r = table + m;
        memset(r, 0, sizeof *r);
        r->chain = r->drug = -1;
        r->enrolled = in->enrolled[m];
        r->border = in->border[m];
        r->ill = in->ill[m];
        for (int k = 0; k < 2; k++) {
            r->years[k] = (uint8_t)in->years[2 * m + k];
            r->no_claim[k] = (uint8_t)in->no_claim[2 * m + k];
        }
    }
    for (i64 i = 0; i < n; i++) {
        if ((i & 7) == 0) {
            __builtin_prefetch(pay + i + 64, 1);
            __builtin_prefetch(in->own + i + FAR, 0, 2);
            __builtin_prefetch(in->off_list + i + FAR, 0, 2);
            __builtin_prefetch(in->refused + i + FAR, 0, 2);
            __builtin_prefetch(in->drugs + i + FAR, 0, 2);
            __builtin_prefetch(in->treatment + i + FAR, 0, 2);
            if ((i & 15) == 0) {
                __builtin_prefetch(in->member + i + FAR, 0, 2);
                __builtin_prefetch(in->date + i + FAR, 0, 2);
                __builtin_prefetch(in->drug + i + FAR, 0, 2);
            } else if ((i & 63) == 8) {
                __builtin_prefetch(in->kind + i + FAR, 0, 2);
                __builtin_prefetch(in->accident + i + FAR, 0, 2);
            }
        }
        if (i + AHEAD < n) {
            __builtin_prefetch(table + in->member[i + AHEAD], 1);
            if (in->kind[i + AHEAD] > CHRONIC)
                __builtin_prefetch((const char *)(table + in->member[i + AHEAD]) + 64, 1);
        }
        record *r = table + in->member[i];
        int32_t date = in->date[i], drug = in->drug[i];
        int kind = in->kind[i], ill = r->ill, later = date >= r->border;
        if (date < first || date > last) {
            year = (int16_t)year_of(date);
            for (first = date; year_of(first - 1) == year; first--) {}
            for (last = date; year_of(last + 1) == year; last++) {}
        }
        if (r->year != year) {
            if (r->year) {
                r->deducted = r->due = r->off_spent = r->off_due = r->drugs = r->proton = r->open = 0;
                r->drug = r->chain = -1;
                r->chained = 0;
            }
            r->year = year;
        }
        int out = drug >= 0 && in->excluded[drug] ? DRUG : NOT_COVERED;
        out = date < r->enrolled ? BEFORE : out;
        out = date < r->enrolled + 30 && !r->years[later] && !in->accident[i] ? WAIT : out;
        i64 paid = 0, points = r->years[later] >= 3;
        if (out == NOT_COVERED)
            switch (kind) {
            case STAY:
            case CHRONIC: {
                i64 threshold = most(0, (ill ? 2400000 : 1800000) - least(200000 * r->no_claim[later], 600000));
                i64 cost = in->own[i], before, after;
                i64 taken = least(cost, most(0, threshold - r->deducted)), excess = cost - taken;
                i64 due = r->due + excess * ((ill ? 8 : 16) + points);
                i64 all = fen(due) - fen(r->due);
                paid = least(150000000, fen(due)) - least(150000000, fen(r->due));
                out = !cost ? NOTHING : !excess ? BELOW : outcome(paid, all);
                r->deducted += taken;
                r->due = due;
                if (kind == CHRONIC)
                    break;
                i64 base = most(0, in->off_list[i] - in->refused[i]);
                int why = in->off_list[i] ? REFUSED : NOTHING;
                if (base) {
                    before = most(0, r->off_spent - 2000000);
                    after = most(0, r->off_spent + base - 2000000);
                    i64 low = (ill ? 5 : 10) + points, high = (ill ? 6 : 12) + points;
                    due = r->off_due + banded(after, low, high) - banded(before, low, high);
                    i64 got = least(100000000, fen(due)) - least(100000000, fen(r->off_due));
                    why = after == before ? BELOW : outcome(got, fen(due) - fen(r->off_due));
                    r->off_spent += base;
                    r->off_due = due;
                    paid += got;
                    out = better(out, paid - got, why, got);
                } else
                    out = better(out, paid, why, 0);
                break;
            }
            case PURCHASE:
                if (drug >= 0 && (in->class_a[drug] || in->class_b[drug])) {
                    if (!in->drugs[i]) {
                        out = NOTHING;
                        break;
                    }
                    if (r->drug != drug)
                        turn(r, chain, &used, drug);
                    i64 due = r->open + in->drugs[i] * ((ill ? 6 : 14) + points);
                    i64 cap = in->class_a[drug] ? 30000000 : 12000000;
                    i64 part = least(cap, fen(due)) - least(cap, fen(r->open));
                    paid = least(DRUGS_CAP, r->drugs + part) - least(DRUGS_CAP, r->drugs);
                    out = outcome(paid, fen(due) - fen(r->open));
                    r->open = due;
                    r->drugs += part;
                }
                break;
            case CAR_T:
                if (in->treatment[i] > 0) {
                    i64 due = ill ? 15000000 : 50000000;
                    paid = least(due, r->car_t + due) - least(due, r->car_t);
                    out = outcome(paid, due);
                    r->car_t += due;
                }
                break;
            case PROTON: {
                i64 due = r->proton + in->treatment[i] * ((ill ? 6 : 12) + points);
                paid = least(in->proton_cap, fen(due)) - least(in->proton_cap, fen(r->proton));
                out = !in->treatment[i] ? NOTHING : outcome(paid, fen(due) - fen(r->proton));
                r->proton = due;
            }
            }
        pay[i] = paid;
        reason[i] = (uint8_t)out;
    }
}
