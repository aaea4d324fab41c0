"""One cell of text to one word, exactly: amounts, whole numbers, ratios, booleans, dates."""

from libc.stdint cimport int64_t, uint32_t

from hmbc.runtime.memory cimport Longs

cdef enum:
    CELL_OK = 0
    CELL_NULL = 1
    CELL_NOT_NUMBER = 2
    CELL_RANGE = 3
    CELL_NOT_VALUE = 4
    CELL_NOT_DATE = 5
    CELL_NOT_BOOL = 6
    CELL_NOT_PERIODS = 7
    CELL_DECIMALS = 8
    CELL_TOO_LARGE = 9
    CELL_NO_MEMORY = 99

cdef enum:
    FIRST_DAY = -719162     # 0001-01-01
    LAST_DAY = 2932896      # 9999-12-31, also the end of a period without an end

cdef inline int64_t days_of(uint32_t year, uint32_t month, uint32_t day) noexcept nogil:
    """Days since 1970-01-01 in the Gregorian calendar; year 1 to 9999."""
    cdef uint32_t y = year - (month <= 2)       # years begin with March
    cdef uint32_t m = month + 12 * (month <= 2)
    cdef uint32_t c = y // 100
    # 979 m // 32: the days before a month, but for a constant (C. Neri, L. Schneider, Euclidean affine
    # functions, 2022)
    return <int64_t>(1461 * y // 4 - c + c // 4 + (979 * m - 2919) // 32 + day) - 719469

cdef int parse_decimal(const char *text, int64_t n, int digits, int64_t *to) noexcept nogil
cdef int parse_ratio(const char *text, int64_t n, int64_t *to) noexcept nogil
cdef int parse_bool(const char *text, int64_t n, int64_t *to) noexcept nogil
cdef int parse_date(const char *text, int64_t n, int64_t *to) noexcept nogil
cdef int parse_periods(const char *text, int64_t n, Longs *first, Longs *last) noexcept nogil
