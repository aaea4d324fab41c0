/* The Zaozhuang layers in C: as one writes them first (naive_), and as fast as we know (best_).
 *
 * best_ folds the cap into a clamp of the excess and takes a share by one multiply and one shift:
 * E is the least excess whose rounded share reaches the cap, A = ceil(rate * 2^32), and
 * (e * A + 2^31) >> 32 is the half-up share of every e up to E. The script that calls this checks
 * the integers behind it, and every answer.
 */
#include "evaluator.h"
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

typedef int64_t i64;
typedef uint64_t u64;
typedef uint32_t u32;

#define T 2000000
#define HALF ((u64)1 << 31)
#define SHARE(e, a) (((u64)(u32)(e) * (u64)(u32)(a) + HALF) >> 32)
#define A(percent) ((u32)((((u64)(percent) << 32) + 99) / 100))
#define E(percent, cap) ((u32)((((i64)(cap) * 2 - 1) * 100 + 2 * (percent) - 1) / (2 * (percent))))

#define CAP1 100000000
#define CAP3 80000000
#define CAP4 30000000

/* of each kind, without and with a pre-existing disease */
static const i64 RATE[8] = {75, 75, 60, 60, 30, 30, 30, 60};
static const i64 CAP[8] = {CAP1, CAP1, CAP3, CAP4, CAP1, CAP1, CAP3, CAP4};
static const u32 RATE_A[8] = {A(75), A(75), A(60), A(60), A(30), A(30), A(30), A(60)};
static const u32 MOST[8] = {                  /* a sum above it changes nothing */
    T + E(75, CAP1), T + E(75, CAP1), T + E(60, CAP3), T + E(60, CAP4),
    T + E(30, CAP1), T + E(30, CAP1), T + E(30, CAP3), T + E(60, CAP4),
};

static inline i64 naive_pay(i64 sum, i64 rate, i64 cap)
{
    i64 excess = sum > T ? sum - T : 0;
    i64 pay = (excess * rate + 50) / 100;
    return pay < cap ? pay : cap;
}

/* ---- W1: a row is a member's year */

void naive_w1(i64 n, const uint8_t *ill, const i64 *a, const i64 *b, const i64 *c, const i64 *d,
              i64 *pa, i64 *pb, i64 *pc, i64 *pd, i64 *total)
{
    for (i64 i = 0; i < n; i++) {
        const i64 *rate = RATE + 4 * (ill[i] != 0);
        pa[i] = naive_pay(a[i], rate[0], CAP1);
        pb[i] = naive_pay(b[i], rate[1], CAP1);
        pc[i] = naive_pay(c[i], rate[2], CAP3);
        pd[i] = naive_pay(d[i], rate[3], CAP4);
        total[i] = pa[i] + pb[i] + pc[i] + pd[i];
    }
}

#define BLOCK 128

static inline u64 w1_pay(i64 sum, i64 most, u64 a)
{
    i64 e = sum - T;
    e = e > 0 ? e : 0;
    e = e < most ? e : most;
    return SHARE(e, a);
}

/* One block into scratch that stays in the first cache; gcc makes vectors of it. */
static void w1_block(i64 n, const uint8_t *restrict ill, const i64 *restrict a,
                     const i64 *restrict b, const i64 *restrict c, const i64 *restrict d,
                     u64 *restrict pa, u64 *restrict pb, u64 *restrict pc, u64 *restrict pd,
                     u64 *restrict total)
{
    for (i64 i = 0; i < n; i++) {
        int is = ill[i] != 0;
        u64 rate = is ? A(30) : A(75), rate3 = is ? A(30) : A(60);
        i64 most = is ? E(30, CAP1) : E(75, CAP1), most3 = is ? E(30, CAP3) : E(60, CAP3);
        u64 one = w1_pay(a[i], most, rate), two = w1_pay(b[i], most, rate);
        u64 three = w1_pay(c[i], most3, rate3), four = w1_pay(d[i], E(60, CAP4), A(60));
        pa[i] = one;
        pb[i] = two;
        pc[i] = three;
        pd[i] = four;
        total[i] = one + two + three + four;
    }
}

/* Past the caches: plain stores would first read the lines that they overwrite. */
static inline void stream(i64 *to, const u64 *from)
{
#ifdef __AVX512F__
    for (int i = 0; i < BLOCK; i += 8)
        _mm512_stream_si512((void *)(to + i), _mm512_load_si512((const void *)(from + i)));
#elif defined __x86_64__
    for (int i = 0; i < BLOCK; i += 2)
        _mm_stream_si128((void *)(to + i), _mm_load_si128((const void *)(from + i)));
#else
    memcpy(to, from, BLOCK * 8);
#endif
}

/* Outputs begin at 64 bytes. */
void best_w1(i64 n, const uint8_t *ill, const i64 *a, const i64 *b, const i64 *c, const i64 *d,
             i64 *pa, i64 *pb, i64 *pc, i64 *pd, i64 *total)
{
    u64 scratch[5][BLOCK] __attribute__((aligned(64)));
    i64 *out[5] = {pa, pb, pc, pd, total};
    for (i64 i = 0; i < n; i += BLOCK) {
        i64 rows = n - i < BLOCK ? n - i : BLOCK;
        w1_block(rows, ill + i, a + i, b + i, c + i, d + i, scratch[0], scratch[1], scratch[2],
                 scratch[3], scratch[4]);
        for (int k = 0; k < 5; k++)
            if (rows == BLOCK)
                stream(out[k] + i, scratch[k]);
            else
                memcpy(out[k] + i, scratch[k], rows * 8);
    }
#ifdef __x86_64__
    _mm_sfence();
#endif
}

/* ---- W2: claims of members. reason: 0, or 1 + the first of outside, suspended, six flags. */

void naive_w2(i64 n, const int32_t *member, const int32_t *date, const uint8_t *kind,
              const i64 *amount, const uint16_t *flags, i64 members, const uint8_t *ill,
              const int32_t *from, const int32_t *to, const int32_t *from2, const int32_t *to2,
              i64 *sums, i64 *pay, uint8_t *reason)
{
    memset(sums, 0, members * 4 * sizeof *sums);
    for (i64 i = 0; i < n; i++) {
        i64 m = member[i];
        pay[i] = 0;
        if (date[i] < from[m] || date[i] > to[m])
            reason[i] = 1;
        else if (date[i] >= from2[m] && date[i] <= to2[m])
            reason[i] = 2;
        else if (flags[i]) {
            reason[i] = 3;
            while (!(flags[i] >> (reason[i] - 3) & 1))
                reason[i]++;
        } else {
            i64 *sum = sums + 4 * m + kind[i];
            i64 rate = RATE[4 * (ill[m] != 0) + kind[i]], cap = CAP[kind[i]];
            reason[i] = 0;
            pay[i] = naive_pay(*sum + amount[i], rate, cap) - naive_pay(*sum, rate, cap);
            *sum += amount[i];
        }
    }
}

/* All that a claim needs of its member, in half a cache line: sums up to MOST, days as 16 bits. */
typedef struct {
    u32 sum[4];
    uint16_t from, length, from2, length2;
    uint8_t kind0, unused[7];       /* 4 if pre-existing */
} record;

static inline void pack(record *r, i64 m, const uint8_t *ill, const int32_t *from, const int32_t *to,
                        const int32_t *from2, const int32_t *to2, int32_t day0)
{
    int empty = to2[m] < from2[m];
    memset(r->sum, 0, sizeof r->sum);
    r->from = (uint16_t)(from[m] - day0);
    r->length = (uint16_t)(to[m] - from[m]);
    r->from2 = empty ? 0xFFFF : (uint16_t)(from2[m] - day0);
    r->length2 = empty ? 0 : (uint16_t)(to2[m] - from2[m]);
    r->kind0 = ill[m] ? 4 : 0;
}

#define AHEAD 48

/* In date order. day0: no day of claims or members is before it, nor 65,535 days after.
 * amount >= 0. table: members + 1 records of 32 bytes. */
void best_w2a(i64 n, const int32_t *member, const int32_t *date, const uint8_t *kind,
              const i64 *amount, const uint16_t *flags, i64 members, const uint8_t *ill,
              const int32_t *from, const int32_t *to, const int32_t *from2, const int32_t *to2,
              int32_t day0, record *table, i64 *pay, uint8_t *reason)
{
    for (i64 m = 0; m < members; m++)
        pack(table + m, m, ill, from, to, from2, to2, day0);
    for (i64 i = 0; i < n; i++) {
        if (i + AHEAD < n)
            __builtin_prefetch(table + member[i + AHEAD], 1);
        record *r = table + member[i];
        uint16_t day = (uint16_t)(date[i] - day0);
        u32 outside = (uint16_t)(day - r->from) > r->length;
        u32 suspended = (uint16_t)(day - r->from2) <= r->length2;
        u32 causes = outside | suspended << 1 | (u32)flags[i] << 2;
        int k = kind[i] + r->kind0;
        u64 most = MOST[k], before = r->sum[kind[i]];
        u64 after = before + ((u64)amount[i] & -(u64)(causes == 0));
        after = after < most ? after : most;
        r->sum[kind[i]] = (u32)after;
        u64 e0 = before > T ? before - T : 0, e1 = after > T ? after - T : 0;
        pay[i] = (i64)(SHARE(e1, RATE_A[k]) - SHARE(e0, RATE_A[k]));
        reason[i] = (uint8_t)__builtin_ctz(causes << 1 | (causes == 0));
    }
}

/* Claims of a member stand together: no table. What claims need of their members is laid out for a block
 * of claims; then 16 claims at once, whosever they are, in vectors. Running sums too: those of one member
 * and kind among the 16 are found as bits, of each claim those above it that have its kind, down to where its
 * member's begin, and added up in four steps, by 1, 2, 4 and 8 of them. Sums stay below 2^31: one above
 * LARGE is as good as LARGE, which is above every MOST by more than HELD, the most that a claim adds. */
#if defined __AVX512F__ && defined __AVX512CD__ && defined __AVX512DQ__ && defined __AVX512VL__
#define HELD (1 << 29)
#define LARGE (1 << 30)

typedef struct {                /* of the members of a block: how many days, from when, 4 if pre-existing */
    int32_t from[BLOCK + 16], days[BLOCK + 16], from2[BLOCK + 16], days2[BLOCK + 16], kind0[BLOCK + 16];
    u32 sum[4 * BLOCK + 4];
} people;

static inline __m512i of(const int32_t *values, __m512i whose)
{
    return _mm512_permutexvar_epi32(whose, _mm512_loadu_si512(values));
}

/* How many bits up to each are set: by a product that adds up the bytes below each. */
static inline __m512i counted(u32 bits)
{
    const u64 ones = 0x0101010101010101, low = _pdep_u64(bits & 0xFF, ones) * ones;
    const u64 high = (_pdep_u64(bits >> 8, ones) + (low >> 56)) * ones;
    return _mm512_cvtepu8_epi32(_mm_set_epi64x((i64)high, (i64)low));
}

static inline __m512i running(u32 bits, __m512i kinds, __m512i x)
{
    const __m512i none = _mm512_set1_epi32(-1), zero = _mm512_setzero_si512(), large = _mm512_set1_epi32(LARGE);
    const __m512i to_it = _mm512_setr_epi32(0x1, 0x3, 0x7, 0xF, 0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF,
                                            0x1FFF, 0x3FFF, 0x7FFF, 0xFFFF);
    __m512i same = _mm512_srli_epi32(to_it, 1);
    for (int bit = 0; bit < 2; bit++) {
        __mmask16 set = _mm512_test_epi32_mask(kinds, _mm512_set1_epi32(1 << bit));
        same = _mm512_ternarylogic_epi32(same, _mm512_broadcastmw_epi32(set), _mm512_movm_epi32(set), 0x90);
    }
    __m512i down = _mm512_lzcnt_epi32(same);
    __m512i begun = _mm512_lzcnt_epi32(_mm512_and_si512(_mm512_set1_epi32((int)bits), to_it));
    __m512i above = _mm512_mask_sub_epi32(none, _mm512_cmple_epu32_mask(down, begun), _mm512_set1_epi32(31), down);
    x = _mm512_add_epi32(x, _mm512_permutex2var_epi32(x, above, zero));
    for (int step = 0; step < 3; step++) {
        above = _mm512_permutex2var_epi32(above, above, none);
        x = _mm512_add_epi32(x, _mm512_permutex2var_epi32(x, above, zero));
        x = _mm512_min_epu32(x, large);
    }
    return x;
}

static inline __m512i money(__m512i sum, __m512i most, __m512i rate)
{
    const __m512i t = _mm512_set1_epi32(T), half = _mm512_set1_epi64(HALF);
    __m512i e = _mm512_sub_epi32(_mm512_max_epu32(_mm512_min_epu32(sum, most), t), t);
    __m512i even = _mm512_add_epi64(_mm512_mul_epu32(e, rate), half);
    __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(e, 32), _mm512_srli_epi64(rate, 32));
    return _mm512_mask_mov_epi32(_mm512_srli_epi64(even, 32), 0xAAAA, _mm512_add_epi64(odd, half));
}

static inline __m512i narrow(const i64 *amount)
{
    const __m512i held = _mm512_set1_epi64(HELD);
    __m512i low = _mm512_min_epu64(_mm512_loadu_si512(amount), held);
    __m512i high = _mm512_min_epu64(_mm512_loadu_si512(amount + 8), held);
    low = _mm512_castsi256_si512(_mm512_cvtepi64_epi32(low));
    return _mm512_inserti64x4(low, _mm512_cvtepi64_epi32(high), 1);
}

void best_w2b(i64 n, const int32_t *member, const int32_t *date, const uint8_t *kind,
              const i64 *amount, const uint16_t *flags, const uint8_t *ill, const int32_t *from,
              const int32_t *to, const int32_t *from2, const int32_t *to2, i64 *pay, uint8_t *reason)
{
    const __m512i all = _mm512_set1_epi32(31), zero = _mm512_setzero_si512();
    const __m512i rates = _mm512_castsi256_si512(_mm256_loadu_si256((const void *)RATE_A));
    const __m512i mosts = _mm512_castsi256_si512(_mm256_loadu_si256((const void *)MOST));
    u32 cell[16] __attribute__((aligned(64))), sum[16] __attribute__((aligned(64)));
    people p;
    memset(p.sum, 0, sizeof p.sum);
    i64 i = 0;
    for (; i + BLOCK <= n; i += BLOCK) {
        u64 turns[BLOCK / 64] = {0};            /* at which claims another member's begin */
        for (i64 j = i; j < i + BLOCK; j += 16) {
            __m512i above = j ? _mm512_loadu_si512(member + j - 1)
                              : _mm512_mask_loadu_epi32(_mm512_set1_epi32(member[0]), 0xFFFE, member - 1);
            u64 bits = _mm512_cmpneq_epi32_mask(_mm512_loadu_si512(member + j), above);
            turns[(j - i) / 64] |= bits << (j - i) % 64;
        }
        i64 m = member[i ? i - 1 : 0], k = 0;   /* the first is that of the claim above the block */
        u64 left = turns[0];
        for (int word = 0;; k++) {
            p.from[k] = from[m];
            p.days[k] = to[m] - from[m];
            p.from2[k] = from2[m];
            p.days2[k] = to2[m] - from2[m] + 1;
            p.kind0[k] = ill[m] ? 4 : 0;
            while (left == 0 && (word += 64) < BLOCK)
                left = turns[word / 64];
            if (left == 0)
                break;
            m = member[i + word + __builtin_ctzll(left)];
            left &= left - 1;
        }
        memset(p.sum + 4, 0, 16 * k);
        k = 0;
        for (i64 j = i; j < i + BLOCK; j += 16) {
            u32 bits = turns[(j - i) / 64] >> (j - i) % 64 & 0xFFFF;
            __m512i whose = counted(bits), day = _mm512_loadu_si512(date + j);
            __m512i since = _mm512_sub_epi32(day, of(p.from + k, whose));
            __m512i since2 = _mm512_sub_epi32(day, of(p.from2 + k, whose));
            __mmask16 outside = _mm512_cmpgt_epu32_mask(since, of(p.days + k, whose));
            __mmask16 apart = _mm512_cmplt_epu32_mask(since2, of(p.days2 + k, whose));
            __m512i causes = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)(flags + j)));
            causes = _mm512_slli_epi32(causes, 3);
            causes = _mm512_mask_or_epi32(causes, outside, causes, _mm512_set1_epi32(2));
            causes = _mm512_mask_or_epi32(causes, apart, causes, _mm512_set1_epi32(4));
            __mmask16 good = _mm512_testn_epi32_mask(causes, causes);
            causes = _mm512_mask_mov_epi32(causes, good, _mm512_set1_epi32(1));
            causes = _mm512_and_si512(causes, _mm512_sub_epi32(zero, causes));
            causes = _mm512_sub_epi32(all, _mm512_lzcnt_epi32(causes));
            _mm_storeu_si128((void *)(reason + j), _mm512_cvtepi32_epi8(causes));
            __m512i x = _mm512_maskz_mov_epi32(good, narrow(amount + j));
            __m512i kinds = _mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)(kind + j)));
            __m512i cells = _mm512_add_epi32(_mm512_slli_epi32(whose, 2), kinds);
            __m512i held = _mm512_castsi128_si512(_mm_loadu_si128((const void *)(p.sum + 4 * k)));
            held = _mm512_maskz_permutexvar_epi32(_mm512_testn_epi32_mask(whose, whose), kinds, held);
            __m512i after = _mm512_add_epi32(running(bits, kinds, x), held);
            after = _mm512_min_epu32(after, _mm512_set1_epi32(LARGE));
            _mm512_store_si512(cell, cells);
            _mm512_store_si512(sum, after);
            __asm__("" : "+m"(cell), "+m"(sum));        /* gcc takes them from vectors otherwise */
            for (int l = 0; l < 16; l++)
                p.sum[4 * k + cell[l]] = sum[l];
            kinds = _mm512_add_epi32(kinds, of(p.kind0 + k, whose));
            __m512i rate = _mm512_permutexvar_epi32(kinds, rates);
            __m512i most = _mm512_permutexvar_epi32(kinds, mosts);
            __m512i got = money(after, most, rate);
            got = _mm512_sub_epi32(got, money(_mm512_sub_epi32(after, x), most, rate));
            _mm512_storeu_si512(pay + j, _mm512_cvtepu32_epi64(_mm512_castsi512_si256(got)));
            _mm512_storeu_si512(pay + j + 8, _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(got, 1)));
            k += __builtin_popcount(bits);
        }
        memcpy(p.sum, p.sum + 4 * k, 16);
    }
    for (; i < n; i++) {
        i64 m = member[i];
        if (i && member[i - 1] != m)
            memset(p.sum, 0, 16);
        u32 causes = date[i] < from[m] || date[i] > to[m];
        causes |= (u32)(date[i] >= from2[m] && date[i] <= to2[m]) << 1 | (u32)flags[i] << 2;
        i64 own = ill[m] ? 4 + kind[i] : kind[i], before = p.sum[kind[i]];
        i64 after = before + (causes ? 0 : amount[i]);
        p.sum[kind[i]] = after < LARGE ? after : LARGE;
        pay[i] = naive_pay(after, RATE[own], CAP[own]) - naive_pay(before, RATE[own], CAP[own]);
        reason[i] = (uint8_t)__builtin_ctz(causes << 1 | (causes == 0));
    }
}
#endif

/* ---- our compiled scheme without its host: rows in the units' order, state set anew for each */

void bare(hmb_run run, const hmb_input *in, const i64 *rows, const i64 *starts, i64 units,
          const i64 *fresh, i64 *words, i64 n_words, const hmb_output *out)
{
    hmb_state state = {words, 0, 0, 0, 0};
    for (i64 unit = 0; unit < units; unit++) {
        memcpy(words, fresh, n_words * sizeof *words);
        run(in, rows + starts[unit], starts[unit + 1] - starts[unit], &state, out);
    }
}
