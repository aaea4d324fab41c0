/* pool.h: big pieces of memory that are used again.
 *
 * The first touch of fresh memory costs more than most of what is done with it: the kernel clears it, page by
 * page. So a piece that is given back is kept for the next one of about its size, and pieces of some megabytes ask
 * for huge pages. Pieces are aligned to 64 bytes and are not cleared. Any thread may take and give.
 *
 * Beyond a floor, as much is kept as the last batch, or the one now at work, has used at once: the next one is
 * then likely to find all it needs. What is beyond the floor the system may take back whenever it is short of
 * memory. Where room is short, what was kept longest goes first.
 */
#ifndef HMB_POOL_H
#define HMB_POOL_H
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#define HMB_POOL_LEAST (1 << 18)    /* smaller pieces come and go by malloc's own ways */
#define HMB_POOL_HUGE (1 << 22)
#define HMB_POOL_KEPT 256           /* pieces kept at most */
#define HMB_POOL_HEAD 64            /* bytes before each piece: its size, and whether it is sparse */

typedef struct {
    int64_t *memory, size;
} hmb_piece;

typedef struct {
    pthread_mutex_t lock;
    int64_t floor, fixed;       /* bytes kept in any case; bytes kept at most, or -1: as much as is needed */
    int64_t lent;               /* bytes that were taken and not given back */
    int64_t base, high, need;   /* lent as this batch began, and at most since; what the last batch used */
    int64_t kept_bytes;
    int kept;
    hmb_piece piece[HMB_POOL_KEPT];     /* the longest kept first */
} hmb_pool;

/* whole sizes, so that a table of about the same length finds the pieces of the one before */
static inline int64_t hmb_pool_size(int64_t size) {
    int64_t step = 64;
    if (size >= HMB_POOL_LEAST) {
        while (step * 16 < size) step *= 2;
    }
    return (size + step - 1) / step * step;
}

static inline int64_t hmb_pool_most(const hmb_pool *pool) {
    int64_t now = pool->high - pool->base;
    if (pool->fixed >= 0) return pool->fixed;
    return pool->floor + (now < pool->need ? pool->need : now);
}

/* the piece at a place is kept no longer */
static inline int64_t *hmb_pool_remove(hmb_pool *pool, int place) {
    int64_t *memory = pool->piece[place].memory;
    pool->kept_bytes -= pool->piece[place].size;
    pool->kept--;
    for (; place < pool->kept; place++) pool->piece[place] = pool->piece[place + 1];
    return memory;
}

static inline void hmb_pool_trim(hmb_pool *pool) {
    int64_t most = hmb_pool_most(pool);
    while (pool->kept && pool->kept_bytes > most) free(hmb_pool_remove(pool, 0));
}

/* the smallest piece kept that is large enough and not much larger; NULL: there is none */
static inline int64_t *hmb_pool_found(hmb_pool *pool, int64_t size) {
    int64_t best = size + size / 4 + 1;
    int place = -1;
    for (int i = pool->kept - 1; i >= 0; i--) {
        if (pool->piece[i].size >= size && pool->piece[i].size < best) {
            best = pool->piece[i].size;
            place = i;
        }
    }
    if (place < 0) return NULL;
    int64_t *memory = hmb_pool_remove(pool, place);
    memory[0] = best;           /* the page it stood on may have gone back */
    memory[1] = 0;
    return memory;
}

static inline void *hmb_pool_lend(hmb_pool *pool, int64_t *memory) {
    __atomic_add_fetch(&pool->lent, memory[0], __ATOMIC_RELAXED);
    return (char *)memory + HMB_POOL_HEAD;
}

static inline void *hmb_pool_take(hmb_pool *pool, int64_t size) {
    int64_t *memory = NULL;
    int64_t align = 64;
    void *lent;
    if (size < 0) return NULL;
    size = hmb_pool_size(size + HMB_POOL_HEAD);
    if (size < HMB_POOL_LEAST) {
        if (posix_memalign((void **)&memory, align, size)) return NULL;
        memory[0] = size;
        return hmb_pool_lend(pool, memory);
    }
    pthread_mutex_lock(&pool->lock);
    memory = hmb_pool_found(pool, size);
    pthread_mutex_unlock(&pool->lock);
    if (!memory) {
        if (size >= HMB_POOL_HUGE) align = 1 << 21;
        if (posix_memalign((void **)&memory, align, size)) return NULL;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
        if (size >= HMB_POOL_HUGE) madvise(memory, size, MADV_HUGEPAGE);
#endif
        memory[0] = size;
        memory[1] = 0;
    }
    pthread_mutex_lock(&pool->lock);
    lent = hmb_pool_lend(pool, memory);
    if (pool->high < pool->lent) pool->high = pool->lent;
    pthread_mutex_unlock(&pool->lock);
    return lent;
}

/* memory of which little will be touched: nothing of it is there before it is, nor is it kept */
static inline void *hmb_pool_sparse(hmb_pool *pool, int64_t size) {
    int64_t *memory = NULL;
    if (size < 0) return NULL;
    size = hmb_pool_size(size + HMB_POOL_HEAD);
    if (posix_memalign((void **)&memory, 64, size)) return NULL;
    memory[0] = size;
    memory[1] = 1;
    return hmb_pool_lend(pool, memory);
}

static inline void hmb_pool_give(hmb_pool *pool, void *lent) {
    int64_t *memory, size;
    if (!lent) return;
    memory = (int64_t *)((char *)lent - HMB_POOL_HEAD);
    size = memory[0];
    __atomic_sub_fetch(&pool->lent, size, __ATOMIC_RELAXED);
    if (size < HMB_POOL_LEAST || memory[1]) {
        free(memory);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    if (pool->kept == HMB_POOL_KEPT) free(hmb_pool_remove(pool, 0));
#if defined(__linux__) && defined(MADV_FREE)
    if (size >= HMB_POOL_HUGE && pool->fixed < 0 && pool->kept_bytes + size > pool->floor)
        madvise(memory, size, MADV_FREE);
#endif
    pool->piece[pool->kept].memory = memory;
    pool->piece[pool->kept++].size = size;
    pool->kept_bytes += size;
    hmb_pool_trim(pool);
    pthread_mutex_unlock(&pool->lock);
}

/* a batch begins: what the one before it used is what it may find kept */
static inline void hmb_pool_batch(hmb_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    pool->need = pool->high - pool->base;
    pool->base = pool->high = pool->lent;
    hmb_pool_trim(pool);
    pthread_mutex_unlock(&pool->lock);
}

/* at most so many bytes are kept; -1: as much as is needed, and what was needed so far is forgotten */
static inline void hmb_pool_limit(hmb_pool *pool, int64_t limit) {
    pthread_mutex_lock(&pool->lock);
    pool->fixed = limit;
    pool->need = 0;
    pool->base = pool->high = pool->lent;
    hmb_pool_trim(pool);
    pthread_mutex_unlock(&pool->lock);
}
#endif
