"""Hashes of texts and whole numbers: eight bytes at a time, folded by a wide product.

The idea is that of wyhash (Wang Yi, public domain). `seed` is drawn at random by each process, for ids come
from files that anybody may write; no result depends on it.
"""

from libc.stdint cimport int64_t, uint64_t

cdef extern from *:
    """
    #ifndef HMB_HASH
    #define HMB_HASH
    #include <stdint.h>
    #include <string.h>
    #define HMB_HASH_A UINT64_C(0xA0761D6478BD642F)
    #define HMB_HASH_B UINT64_C(0xE7037ED1A0B428DB)
    static inline uint64_t hmb_fold(uint64_t a, uint64_t b) {
      unsigned __int128 product = (unsigned __int128)a * b;
      return (uint64_t)product ^ (uint64_t)(product >> 64);
    }
    static inline uint64_t hmb_read(const char *text, int n) {
      uint64_t word = 0;
      memcpy(&word, text, n);
      return word;
    }
    static inline uint64_t hmb_hash_text(const char *text, int64_t n, uint64_t seed) {
      uint64_t a, b;
      int64_t left = n;
      while (left > 16) {
        seed = hmb_fold(hmb_read(text, 8) ^ HMB_HASH_A, hmb_read(text + 8, 8) ^ seed);
        text += 16;
        left -= 16;
      }
      if (left >= 8) {
        a = hmb_read(text, 8);
        b = hmb_read(text + left - 8, 8);
      } else if (left >= 4) {
        a = hmb_read(text, 4);
        b = hmb_read(text + left - 4, 4);
      } else {
        a = left ? (uint64_t)(unsigned char)text[0] << 16 | (uint64_t)(unsigned char)text[left >> 1] << 8
                   | (unsigned char)text[left - 1] : 0;
        b = 0;
      }
      return hmb_fold(hmb_fold(a ^ HMB_HASH_A, b ^ seed), HMB_HASH_B ^ (uint64_t)n);
    }
    static inline uint64_t hmb_hash_whole(int64_t value, uint64_t seed) {
      return hmb_fold((uint64_t)value ^ HMB_HASH_A, seed ^ HMB_HASH_B);
    }
    #define hmb_prefetch(place) __builtin_prefetch((const void *)(place))
    #endif
    """
    uint64_t hash_text "hmb_hash_text" (const char *text, int64_t n, uint64_t seed) noexcept nogil
    uint64_t hash_whole "hmb_hash_whole" (int64_t value, uint64_t seed) noexcept nogil
    void prefetch "hmb_prefetch" (const void *place) noexcept nogil
