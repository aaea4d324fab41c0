/* pool.h: big pieces of memory that are used again.
 *
 * The first touch of fresh memory costs more than most of what is done with it: the kernel clears it, page by
 * page. So a piece that is given back is kept for the next one of its size, up to a limit for all of them, and
 * pieces of some megabytes ask for huge pages. Pieces are aligned to 64 bytes and are not cleared.
 * Any thread may take and give.
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
#define HMB_POOL_HEAD 64            /* bytes before each piece: its size */

typedef struct {
    pthread_mutex_t lock;
    int64_t limit, kept_bytes;
    int64_t lent;       /* bytes that were taken and not given back */
    int kept;
    int64_t *piece[HMB_POOL_KEPT];
} hmb_pool;

/* whole sizes, so that a table of about the same length finds the pieces of the one before */
static inline int64_t hmb_pool_size(int64_t size) {
    int64_t step = 64;
    if (size >= HMB_POOL_LEAST) {
        while (step * 16 < size) step *= 2;
    }
    return (size + step - 1) / step * step;
}

static inline void hmb_pool_drop(hmb_pool *pool, int place) {
    pool->kept_bytes -= pool->piece[place][0];
    free(pool->piece[place]);
    pool->piece[place] = pool->piece[--pool->kept];
}

static inline void *hmb_pool_take(hmb_pool *pool, int64_t size) {
    int64_t *piece = NULL;
    int64_t align = 64;
    if (size < 0) return NULL;
    size = hmb_pool_size(size + HMB_POOL_HEAD);
    if (size >= HMB_POOL_LEAST) {
        pthread_mutex_lock(&pool->lock);
        for (int i = pool->kept - 1; i >= 0; i--) {
            if (pool->piece[i][0] == size) {
                piece = pool->piece[i];
                pool->piece[i] = pool->piece[--pool->kept];
                pool->kept_bytes -= size;
                break;
            }
        }
        pthread_mutex_unlock(&pool->lock);
    }
    if (!piece) {
        if (size >= HMB_POOL_HUGE) align = 1 << 21;
        if (posix_memalign((void **)&piece, align, size)) return NULL;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
        if (size >= HMB_POOL_HUGE) madvise(piece, size, MADV_HUGEPAGE);
#endif
        piece[0] = size;
    }
    __atomic_add_fetch(&pool->lent, size, __ATOMIC_RELAXED);
    return (char *)piece + HMB_POOL_HEAD;
}

/* memory of which little will be touched: nothing of it is there before it is */
static inline void *hmb_pool_sparse(hmb_pool *pool, int64_t size) {
    int64_t *piece = NULL;
    if (size < 0) return NULL;
    size = hmb_pool_size(size + HMB_POOL_HEAD);
    if (posix_memalign((void **)&piece, 64, size)) return NULL;
    piece[0] = size;
    __atomic_add_fetch(&pool->lent, size, __ATOMIC_RELAXED);
    return (char *)piece + HMB_POOL_HEAD;
}

static inline void hmb_pool_give(hmb_pool *pool, void *memory) {
    int64_t *piece;
    if (!memory) return;
    piece = (int64_t *)((char *)memory - HMB_POOL_HEAD);
    __atomic_sub_fetch(&pool->lent, piece[0], __ATOMIC_RELAXED);
    if (piece[0] < HMB_POOL_LEAST) {
        free(piece);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    if (pool->kept == HMB_POOL_KEPT || pool->kept_bytes + piece[0] > pool->limit) {
        pthread_mutex_unlock(&pool->lock);
        free(piece);
        return;
    }
    pool->piece[pool->kept++] = piece;
    pool->kept_bytes += piece[0];
    pthread_mutex_unlock(&pool->lock);
}

static inline void hmb_pool_limit(hmb_pool *pool, int64_t limit) {
    pthread_mutex_lock(&pool->lock);
    pool->limit = limit;
    while (pool->kept && pool->kept_bytes > limit) hmb_pool_drop(pool, pool->kept - 1);
    pthread_mutex_unlock(&pool->lock);
}
#endif
