/* The Ordos scheme (schemes/ordos_2018.hmb) in C: as one writes it first (naive_), and as fast as
 * we know (best_). Claims in order of date, members and admissions by index; days since 1970-01-01.
 *
 * Both hold a total for each admission of a member. naive_ keeps all of them in one hash table.
 * best_ keeps the open admission in the member's record, one cache line, and puts one that ends
 * into a chain of that member; a word of bits in the record says that an admission is not in the
 * chain, which it hardly ever is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef int64_t i64;
typedef uint64_t u64;

#define T2 2000000
#define FEES 9
#define AHEAD 24    /* rows from asking for a record to its use */
#define FAR 128     /* the same of columns: there are too many for the processor to see what comes */

enum { NOT_ELIGIBLE, OUTSIDE, NOT_COVERED, NOTHING, BELOW, ROUNDED_AWAY, PAID, UNCOUNTED, MET };
static const uint8_t RANK[9] = {1, 1, 6, 5, 4, 3, 0, 1, 3};

typedef struct {
    const int32_t *member, *date, *admission, *drug;    /* drug: -1 where none */
    const uint8_t *care, *treatment, *tumour;
    const i64 *in_policy, *self_borne, *fee[FEES], *off_list, *by_others;
    const uint8_t *resident, *servant;                  /* by member */
    const uint8_t *listed;                              /* by drug */
    i64 fund_maximum;
    int32_t previous_end, end;
} ordos;

static int year_of(int32_t date)
{
    i64 shifted = (i64)date + 719468, era = shifted / 146097, day = shifted - era * 146097;
    i64 year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    i64 left = day - (365 * year + year / 4 - year / 100);
    return (int)(year + era * 400 + (left >= 306));
}

static inline i64 share_of(i64 amount, i64 part, i64 whole)
{
    if (part <= 0 || whole <= 0)
        return 0;
    if (part > whole)
        part = whole;
    return (i64)((2 * (__int128)amount * part + whole) / (2 * (__int128)whole));
}

static inline int better(int a, int b) { return RANK[b] < RANK[a] ? b : a; }

/* ---- naive */

typedef struct { i64 key, total; } slot;

static slot *slot_of(slot *table, u64 mask, i64 key)
{
    u64 at = ((u64)key * 0x9E3779B97F4A7C15u) >> 20 & mask;
    while (table[at].key && table[at].key != key)
        at = (at + 1) & mask;
    table[at].key = key;
    return table + at;
}

/* totals: by member above, dialysis, excess, drugs (5th: the year), zeroed. table: of mask + 1 slots, zeroed. */
void naive_w3(i64 n, const ordos *in, i64 *totals, slot *table, i64 mask, i64 *pay, uint8_t *reason)
{
    for (i64 i = 0; i < n; i++) {
        i64 m = in->member[i], *own = totals + 5 * m;
        int year = year_of(in->date[i]);
        if (own[4] != year) {
            memset(own, 0, 4 * sizeof *own);
            own[4] = year;
        }
        pay[i] = 0;
        if (in->resident[m]) {
            reason[i] = NOT_ELIGIBLE;
            continue;
        }
        if (in->date[i] <= in->previous_end || in->date[i] > in->end) {
            reason[i] = OUTSIDE;
            continue;
        }
        int inpatient = in->care[i] < 2, why1, why2, why3;
        i64 one = 0, two = 0, three = 0, fees = 0;
        for (int f = 0; f < FEES; f++)
            fees += in->fee[f][i];
        if (!inpatient || in->servant[m])
            why1 = NOT_COVERED;
        else if (in->in_policy[i] == 0)
            why1 = NOTHING;
        else {
            i64 before = own[0] - in->fund_maximum, after = before + in->in_policy[i];
            own[0] += in->in_policy[i];
            before = before > 0 ? before : 0;
            after = after > 0 ? after : 0;
            one = (after * 8 + 5) / 10 - (before * 8 + 5) / 10;
            why1 = after == before ? BELOW : one ? PAID : ROUNDED_AWAY;
        }
        i64 billed = in->self_borne[i] - one, base;
        billed = billed > 0 ? billed : 0;
        base = billed > fees ? billed - fees : 0;
        if (!inpatient)
            why2 = NOT_COVERED;
        else if (base == 0)
            why2 = billed ? UNCOUNTED : NOTHING;
        else {
            i64 *spent = own + 1;
            if (in->treatment[i] == 3)
                spent = &slot_of(table, mask, (m + 1) << 32 | in->admission[i])->total;
            i64 before = *spent - T2, after = before + base;
            *spent += base;
            before = before > 0 ? before : 0;
            after = after > 0 ? after : 0;
            i64 due = own[2] + after - before;
            two = (due * 6 + 10) / 20 - (own[2] * 6 + 10) / 20;
            own[2] = due;
            why2 = after == before ? BELOW : two ? PAID : ROUNDED_AWAY;
        }
        if (!in->tumour[i] || in->drug[i] < 0 || !in->listed[in->drug[i]])
            why3 = NOT_COVERED;
        else if (in->off_list[i] == 0)
            why3 = NOTHING;
        else {
            i64 target = ((own[3] + in->off_list[i]) * 14 + 10) / 20 - (own[3] * 14 + 10) / 20;
            own[3] += in->off_list[i];
            three = target - in->by_others[i] - share_of(two, in->off_list[i] - in->by_others[i],
                                                         in->self_borne[i] - one - fees);
            three = three > 0 ? three : 0;
            why3 = target == 0 ? ROUNDED_AWAY : three ? PAID : MET;
        }
        pay[i] = one + two + three;
        reason[i] = better(better(why1, why2), why3);
    }
}

/* ---- best */

typedef struct {
    i64 above, dialysis, excess, drugs, open;   /* open: total of the admission `admission` */
    u64 chained;                                /* a bit for each admission in the chain */
    int32_t admission, chain;                   /* the open one; the chain's last, -1: none */
    int16_t year;
    uint8_t resident, servant;
} __attribute__((aligned(64))) record;

typedef struct { i64 total; int32_t admission, earlier; } closed;

static inline u64 bit(int32_t admission)
{
    return (u64)1 << ((uint32_t)admission * 0x9E3779B1u >> 26);
}

/* The open admission goes to the chain, `admission` is taken from there or begun. */
static void turn(record *r, closed *chain, int32_t *used, int32_t admission)
{
    if (r->open) {
        int32_t at = r->chain;
        if (r->chained & bit(r->admission))
            while (at >= 0 && chain[at].admission != r->admission)
                at = chain[at].earlier;
        else
            at = -1;
        if (at < 0) {
            at = (*used)++;
            chain[at] = (closed){0, r->admission, r->chain};
            r->chain = at;
            r->chained |= bit(r->admission);
        }
        chain[at].total = r->open;
    }
    r->admission = admission;
    r->open = 0;
    if (r->chained & bit(admission))
        for (int32_t at = r->chain; at >= 0; at = chain[at].earlier)
            if (chain[at].admission == admission) {
                r->open = chain[at].total;
                return;
            }
}

/* Half up of e * rate / 10 by one multiply and one shift: what ceil adds stays below a tenth for
 * e < 2^29, as 10 ceil(rate 2^32 / 10) - rate 2^32 is at most 8. */
#define SHARE(e, rate) \
    ((e) >> 29 ? ((e) * 2 * (rate) + 10) / 20 : (i64)(((u64)(e) * (u64)(((u64)(rate) << 32) / 10 + 1) + ((u64)1 << 31)) >> 32))

/* table: members records; chain: room for each claim. */
void best_w3(i64 n, i64 members, const ordos *in, record *table, closed *chain, i64 *pay, uint8_t *reason)
{
    int32_t used = 0, first = 1, last = 0;
    int16_t year = 0;
    for (i64 m = 0; m < members; m++) {
        memset(table + m, 0, sizeof *table);
        table[m].chain = table[m].admission = -1;
        table[m].resident = in->resident[m];
        table[m].servant = in->servant[m];
    }
    for (i64 i = 0; i < n; i++) {
        if (i + AHEAD < n)
            __builtin_prefetch(table + in->member[i + AHEAD], 1);
        if ((i & 7) == 0) {
            __builtin_prefetch(pay + i + 64, 1);
            for (int f = 0; f < FEES; f++)
                __builtin_prefetch(in->fee[f] + i + FAR, 0, 2);
            __builtin_prefetch(in->in_policy + i + FAR, 0, 2);
            __builtin_prefetch(in->self_borne + i + FAR, 0, 2);
            __builtin_prefetch(in->off_list + i + FAR, 0, 2);
            __builtin_prefetch(in->by_others + i + FAR, 0, 2);
            if ((i & 15) == 0) {
                __builtin_prefetch(in->date + i + FAR, 0, 2);
                __builtin_prefetch(in->admission + i + FAR, 0, 2);
                __builtin_prefetch(in->drug + i + FAR, 0, 2);
                __builtin_prefetch(in->member + i + FAR, 0, 2);
            } else if ((i & 63) == 8) {
                __builtin_prefetch(in->care + i + FAR, 0, 2);
                __builtin_prefetch(in->treatment + i + FAR, 0, 2);
                __builtin_prefetch(in->tumour + i + FAR, 0, 2);
            }
        }
        record *r = table + in->member[i];
        int32_t date = in->date[i];
        if (date < first || date > last) {
            year = (int16_t)year_of(date);
            for (first = date; year_of(first - 1) == year; first--) {}
            for (last = date; year_of(last + 1) == year; last++) {}
        }
        if (r->year != year) {
            r->above = r->dialysis = r->excess = r->drugs = 0;
            r->year = year;
        }
        if (r->resident || date <= in->previous_end || date > in->end) {
            pay[i] = 0;
            reason[i] = r->resident ? NOT_ELIGIBLE : OUTSIDE;
            continue;
        }
        int why1 = NOT_COVERED, why2 = NOT_COVERED, why3 = NOT_COVERED;
        i64 one = 0, two = 0, three = 0, fees = 0;
        for (int f = 0; f < FEES; f++)
            fees += in->fee[f][i];
        if (in->care[i] < 2) {
            i64 cost = r->servant ? 0 : in->in_policy[i], after = r->above + cost;
            i64 e1 = after - in->fund_maximum, e0 = r->above - in->fund_maximum;
            e1 = e1 > 0 ? e1 : 0;
            e0 = e0 > 0 ? e0 : 0;
            r->above = after;
            if (e1)
                one = SHARE(e1, 8) - SHARE(e0, 8);
            why1 = r->servant ? NOT_COVERED : cost == 0 ? NOTHING : e1 == e0 ? BELOW
                 : one ? PAID : ROUNDED_AWAY;
            i64 billed = in->self_borne[i] - one;
            billed = billed > 0 ? billed : 0;
            i64 base = billed > fees ? billed - fees : 0;
            if (base == 0)
                why2 = billed ? UNCOUNTED : NOTHING;
            else {
                i64 *spent = &r->dialysis;
                if (in->treatment[i] == 3) {
                    if (r->admission != in->admission[i])
                        turn(r, chain, &used, in->admission[i]);
                    spent = &r->open;
                }
                e0 = *spent - T2;
                e1 = (*spent += base) - T2;
                e0 = e0 > 0 ? e0 : 0;
                e1 = e1 > 0 ? e1 : 0;
                i64 due = r->excess + e1 - e0;
                two = SHARE(due, 3) - SHARE(r->excess, 3);
                r->excess = due;
                why2 = e1 == e0 ? BELOW : two ? PAID : ROUNDED_AWAY;
            }
        }
        if (in->tumour[i] && in->drug[i] >= 0 && in->listed[in->drug[i]]) {
            i64 cost = in->off_list[i], after = r->drugs + cost;
            i64 target = SHARE(after, 7) - SHARE(r->drugs, 7);
            r->drugs = after;
            three = target - in->by_others[i];
            if (two && three > 0)
                three -= share_of(two, cost - in->by_others[i], in->self_borne[i] - one - fees);
            three = three > 0 ? three : 0;
            why3 = cost == 0 ? NOTHING : target == 0 ? ROUNDED_AWAY : three ? PAID : MET;
        }
        pay[i] = one + two + three;
        reason[i] = better(better(why1, why2), why3);
    }
}
