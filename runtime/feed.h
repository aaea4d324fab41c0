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
#define HMB_LOOP __attribute__((noinline, \
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
