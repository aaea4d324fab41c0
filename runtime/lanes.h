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

#define HMB_PAIRWISE(name, operation)                                                           \
    HMB_INLINE hmb_pairs name(hmb_pairs a, hmb_pairs b)                                         \
    {                                                                                           \
        return (hmb_pairs){operation(a.low, b.low), operation(a.high, b.high)};                 \
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
