"""A stable merge sort of rows by a word of each, such as a day."""

from libc.stdint cimport int32_t, int64_t
from libc.string cimport memcpy

ctypedef fused day_t:
    int32_t
    int64_t


cdef inline void sort_days(int64_t *rows, int64_t n, const day_t *day, int64_t *spare) noexcept nogil:
    """Sorts rows by day; rows of one day stay in order. `spare` has room for n."""
    cdef int64_t i, j, row, half, left, right
    i = 1
    while i < n and day[rows[i - 1]] <= day[rows[i]]:
        i += 1
    if i >= n:
        return
    if n <= 32:
        for i in range(1, n):
            row = rows[i]
            j = i
            while j > 0 and day[rows[j - 1]] > day[row]:
                rows[j] = rows[j - 1]
                j -= 1
            rows[j] = row
        return
    half = n // 2
    sort_days(rows, half, day, spare)
    sort_days(rows + half, n - half, day, spare)
    memcpy(spare, rows, half * sizeof(int64_t))
    left = 0
    right = half
    i = 0
    while left < half:
        if right < n and day[rows[right]] < day[spare[left]]:
            rows[i] = rows[right]
            right += 1
        else:
            rows[i] = spare[left]
            left += 1
        i += 1
