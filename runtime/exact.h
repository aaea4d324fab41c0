/* exact.h: exact rounding and shares, days, lists and periods. Every evaluator carries this text.
 *
 * Quotients of C cut towards zero.
 */
#ifndef HMB_EXACT_H
#define HMB_EXACT_H

typedef __int128 hmb_wide;

/* ---- rounding to whole units, halves and up away from zero */

#define HMB_ROUND(name, type, away)                             \
    static inline type name(type amount, type unit)             \
    {                                                           \
        type steps = amount / unit;                             \
        type left = amount - steps * unit;                      \
        left = left < 0 ? -left : left;                         \
        return (away) ? steps + (amount > 0 ? 1 : -1) : steps;  \
    }
#define HMB_ROUNDS(bits, type)                                                              \
    HMB_ROUND(hmb_half_up_##bits, type, left >= unit - left)                                \
    HMB_ROUND(hmb_half_even_##bits, type, left > unit - left || (left == unit - left && steps % 2)) \
    HMB_ROUND(hmb_up_##bits, type, left > 0)                                                \
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
#define HMB_SHARE(mode)                                                                         \
    static inline int64_t hmb_share_##mode(hmb_wide amount, hmb_wide parts, hmb_wide part,      \
                                           hmb_wide whole)                                      \
    {                                                                                           \
        if (__builtin_expect((whole <= 0) | (part <= 0) | (amount == 0), 1))                    \
            return 0;                                                                           \
        part = part < whole ? part : whole;                                                     \
        whole *= parts;                                                                         \
        if ((whole | (amount < 0 ? -amount : amount) | part) >> 31 == 0)                        \
            return hmb_##mode##_64((int64_t)amount * (int64_t)part, (int64_t)whole);            \
        return (int64_t)hmb_##mode##_128(amount * part, whole);                                 \
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
