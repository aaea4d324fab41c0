# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""One cell of text to one word, exactly: amounts, whole numbers, ratios, booleans, dates.

Nothing is trimmed, rounded or guessed: what is not written as expected is a status.
"""

from libc.stdint cimport INT64_MAX
from libc.string cimport memcmp

from hmbc.runtime.memory cimport push

cdef enum:
    RATIO_DIGITS = 6


cdef int parse_decimal(const char *text, int64_t n, int digits, int64_t *to) noexcept nogil:
    """`-?[0-9]+(\\.[0-9]+)?` in units of 10**-digits; more decimals than that are refused."""
    cdef int64_t place = 0, value = 0
    cdef int negative = 0, decimals = -1, seen = 0, large = 0
    cdef char letter
    if n and text[0] == c"-":
        negative = 1
        place = 1
    while place < n:
        letter = text[place]
        place += 1
        if letter == c".":
            if decimals >= 0 or not seen:
                return CELL_NOT_NUMBER
            decimals = 0
            continue
        if letter < c"0" or letter > c"9":
            return CELL_NOT_NUMBER
        seen = 1
        if decimals >= 0:
            decimals += 1
            if decimals > digits:
                continue
        if value > (INT64_MAX - (letter - c"0")) // 10:
            large = 1
            continue
        value = 10 * value + (letter - c"0")
    if not seen or decimals == 0:
        return CELL_NOT_NUMBER
    if decimals > digits:
        return CELL_DECIMALS
    if decimals < 0:
        decimals = 0
    while decimals < digits:
        if value > INT64_MAX // 10:
            large = 1
            break
        value *= 10
        decimals += 1
    if large:
        return CELL_TOO_LARGE
    to[0] = -value if negative else value
    return CELL_OK


cdef int parse_ratio(const char *text, int64_t n, int64_t *to) noexcept nogil:
    """`75%` or `0.75`, in millionths."""
    if n and text[n - 1] == c"%":
        return parse_decimal(text, n - 1, RATIO_DIGITS - 2, to)
    return parse_decimal(text, n, RATIO_DIGITS, to)


cdef inline int _is(const char *text, int64_t n, const char *word, int64_t m) noexcept nogil:
    """Whether the text is this word of lower-case letters, in any case."""
    cdef int64_t place
    if n != m:
        return 0
    for place in range(n):
        if (text[place] | 32) != word[place]:
            return 0
    return 1


cdef int parse_bool(const char *text, int64_t n, int64_t *to) noexcept nogil:
    """true/false, yes/no, 1/0, 是/否, and 真/假 as a scheme writes them."""
    if (n == 1 and text[0] == c"1") or _is(text, n, b"true", 4) or _is(text, n, b"yes", 3) \
            or (n == 3 and (memcmp(text, b"\xe6\x98\xaf", 3) == 0      # 是
                            or memcmp(text, b"\xe7\x9c\x9f", 3) == 0)):  # 真
        to[0] = 1
        return CELL_OK
    if (n == 1 and text[0] == c"0") or _is(text, n, b"false", 5) or _is(text, n, b"no", 2) \
            or (n == 3 and (memcmp(text, b"\xe5\x90\xa6", 3) == 0      # 否
                            or memcmp(text, b"\xe5\x81\x87", 3) == 0)):  # 假
        to[0] = 0
        return CELL_OK
    return CELL_NOT_BOOL


cdef inline int _digits(const char *text, int64_t n, int64_t *to) noexcept nogil:
    cdef int64_t place
    to[0] = 0
    for place in range(n):
        if text[place] < c"0" or text[place] > c"9":
            return 0
        to[0] = 10 * to[0] + (text[place] - c"0")
    return n > 0


cdef int parse_date(const char *text, int64_t n, int64_t *to) noexcept nogil:
    """2022-03-01, 2022/3/1 or 20220301, in days since 1970-01-01."""
    cdef int64_t year, month, day, second, length
    if n < 8 or n > 10 or not _digits(text, 4, &year):
        return CELL_NOT_DATE
    if text[4] == c"-" or text[4] == c"/":
        second = 6 if text[6] == text[4] else 7
        if text[second] != text[4] or n - second < 2 or n - second > 3:
            return CELL_NOT_DATE
        if not _digits(text + 5, second - 5, &month) \
                or not _digits(text + second + 1, n - second - 1, &day):
            return CELL_NOT_DATE
    elif n != 8 or not _digits(text + 4, 2, &month) or not _digits(text + 6, 2, &day):
        return CELL_NOT_DATE
    if year < 1 or month < 1 or month > 12 or day < 1:
        return CELL_NOT_DATE
    if month == 2:
        length = 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    else:
        length = 30 if month in (4, 6, 9, 11) else 31
    if day > length:
        return CELL_NOT_DATE
    to[0] = days_of(year, month, day)
    return CELL_OK


cdef int parse_periods(const char *text, int64_t n, Longs *first, Longs *last) noexcept nogil:
    """`2022-03-01..2022-04-15;2022-06-01..`: both ends included, no end is the last day there is.

    Appends to first and last, also where the text turns out bad.
    """
    cdef int64_t start = 0, end, dots, a, b
    while start <= n:
        end = start
        while end < n and text[end] != c";":
            end += 1
        dots = start
        while dots + 1 < end and not (text[dots] == c"." and text[dots + 1] == c"."):
            dots += 1
        if dots + 1 >= end or parse_date(text + start, dots - start, &a) != CELL_OK:
            return CELL_NOT_PERIODS
        b = LAST_DAY
        if dots + 2 < end and parse_date(text + dots + 2, end - dots - 2, &b) != CELL_OK:
            return CELL_NOT_PERIODS
        if a > b:
            return CELL_NOT_PERIODS
        if push(first, a) < 0 or push(last, b) < 0:
            return CELL_NO_MEMORY
        start = end + 1
    return CELL_OK
