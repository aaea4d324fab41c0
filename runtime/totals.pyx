# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The totals of all units between two batches, and the table in which they are kept.

Columns: member_id, accumulator, key (a JSON array: whole numbers, and the texts of codes), total,
denominator, kernel. Accumulator `@last` holds a unit's last adjudicated day, `@rejected` says that
one of its rows was rejected. Units stand by their ids as text. A unit's rows: these two, then totals in the
order of the plan, keyed ones last and by their keys (numbers as such, codes as text). So one state is one table,
in however many batches, parts or ways the claims that led to it were adjudicated.
"""

import json

from libc.stdint cimport INT64_MAX, int16_t
from libc.stdio cimport snprintf
from libc.stdlib cimport free, qsort
from libc.string cimport memset

from hmbc.runtime.arrow_out cimport OutTable
from hmbc.runtime.cells cimport CELL_OK, FIRST_DAY, LAST_DAY, parse_decimal
from hmbc.runtime.intern cimport DIGITS, Intern
from hmbc.runtime.memory cimport Block, Bytes, Longs, append, new_block, push, raw_block
from hmbc.runtime.out_columns cimport OutColumn, text_of_bytes, text_of_ids, words_column
from hmbc.runtime.text_order cimport ranks_of
from hmbc.runtime.units cimport KEY_WORDS, MARK_LAST, MARK_REJECTED, free_rows
from hmbc.runtime.values cimport Values

from hmbc.runtime.out_columns import constant_column, text_column

cdef struct Ranked:
    int64_t key[4]      # KEY_WORDS of them
    int64_t row


LAST = "@last"
REJECTED = "@rejected"


cdef class Totals:
    """Totals by unit.

    accumulators: for each (name, code tables, denominator, least, ceiling), where code tables has for each
    component of the key the Intern of its texts, or None for a plain number.
    """

    def __init__(self, accumulators):
        self.accumulators = list(accumulators)

    def __dealloc__(self):
        free_rows(&self.rows)

    def __len__(self):
        return self.rows.unit.n

    cdef int _sort(self, int64_t n_units) except -1:
        """Orders the rows by unit."""
        cdef int64_t row, unit
        cdef int64_t *starts
        cdef int64_t *order
        self.n_units = n_units
        self.starts = new_block(8 * (n_units + 2))
        self.order = new_block(8 * (self.rows.unit.n + 1))
        starts = <int64_t *>self.starts.data
        order = <int64_t *>self.order.data
        for row in range(self.rows.unit.n):
            starts[self.rows.unit.data[row] + 2] += 1
        for unit in range(n_units):
            starts[unit + 2] += starts[unit + 1]
        for row in range(self.rows.unit.n):
            unit = self.rows.unit.data[row]
            order[starts[unit + 1]] = row
            starts[unit + 1] += 1
        return 0

    def extend(self, Totals others):
        """Appends the totals of other units."""
        cdef int failed = (
            _extend(&self.rows.unit, &others.rows.unit)
            | _extend(&self.rows.accumulator, &others.rows.accumulator)
            | _extend(&self.rows.key, &others.rows.key)
            | _extend(&self.rows.total, &others.rows.total)
        )
        if failed:
            raise MemoryError("totals")

    def take(self, Values units, Values names, Intern name_texts, Values keys, Intern key_texts,
             Values totals, Values denominators, int64_t n_units):
        """Take in the rows of a table of totals, and return what is wrong: (row, what).

        what: `accumulator`, `key`, `total` or `denominator`.
        """
        cdef int64_t row, accumulator, total, place
        cdef int64_t key[4]
        cdef const char *text
        cdef char digits[DIGITS]
        cdef int64_t n
        cdef list wrong = []
        cdef dict known = {name: index for index, (name, *_) in enumerate(self.accumulators)}
        cdef int failed = 0
        known[LAST] = MARK_LAST
        known[REJECTED] = MARK_REJECTED
        by_name = [known.get(name_texts.text(id)) for id in range(len(name_texts))]
        for row in range(units.length):
            index = by_name[names.words()[row]]
            if index is None:
                wrong.append((row, "accumulator"))
                continue
            accumulator = index
            total = totals.words()[row]
            text = key_texts.at(keys.words()[row], &n, digits)
            if accumulator < 0:
                tables, denominator, low = (), 1, 1
                ceiling = 1
                if accumulator == MARK_LAST:
                    low, ceiling = FIRST_DAY, LAST_DAY
            else:
                _, tables, denominator, low, ceiling = self.accumulators[accumulator]
            if not self._key(text, n, tables, key):
                wrong.append((row, "key"))
            elif denominators.words()[row] != <int64_t>denominator:
                wrong.append((row, "denominator"))
            elif not low <= total <= ceiling:
                wrong.append((row, "total"))
            else:
                failed |= push(&self.rows.unit, units.words()[row])
                failed |= push(&self.rows.accumulator, accumulator)
                for place in range(KEY_WORDS):
                    failed |= push(&self.rows.key, key[place])
                failed |= push(&self.rows.total, total)
                if failed:
                    raise MemoryError("totals")
        self._sort(n_units)
        return wrong

    cdef bint _key(self, const char *text, int64_t n, tuple tables, int64_t *key) except *:
        """Reads `[2022,"E1"]`. The plain way first; escapes and spaces go to the json module."""
        cdef int64_t at = 1, start
        cdef int64_t count = len(tables), place
        memset(key, 0, KEY_WORDS * sizeof(int64_t))
        if n < 2 or text[0] != c"[" or text[n - 1] != c"]":
            return False
        if count == 0 and n == 2:
            return True
        for place in range(count):
            if tables[place] is None:
                start = at
                while at < n - 1 and (text[at] == c"-" or c"0" <= text[at] <= c"9"):
                    at += 1
                if parse_decimal(text + start, at - start, 0, &key[place]) != CELL_OK:
                    return self._slow_key(text, n, tables, key)
            else:
                if text[at] != c'"':
                    return self._slow_key(text, n, tables, key)
                at += 1
                start = at
                while at < n - 1 and text[at] != c'"' and text[at] != c"\\":
                    at += 1
                if text[at] != c'"':
                    return self._slow_key(text, n, tables, key)
                key[place] = -1
                if at > start:
                    key[place] = (<Intern>tables[place]).put(text + start, at - start)
                    if key[place] < 0:
                        raise MemoryError("codes")
                at += 1
            if place + 1 < count:
                if text[at] != c",":
                    return self._slow_key(text, n, tables, key)
                at += 1
        return at == n - 1 or self._slow_key(text, n, tables, key)

    cdef bint _slow_key(self, const char *text, int64_t n, tuple tables, int64_t *key) except *:
        cdef int64_t place
        try:
            parts = json.loads(text[:n])
        except ValueError:
            return False
        if len(parts) != len(tables):
            return False
        for place, (part, table) in enumerate(zip(parts, tables)):
            if table is None:
                if type(part) is not int or not -INT64_MAX <= part <= INT64_MAX:
                    return False
                key[place] = part
            else:
                if type(part) is not str:
                    return False
                key[place] = (<Intern>table).number(part) if part else -1
        return True

    cdef Block _order(self, Intern members):
        """The numbers of the rows, in the order of the table. The rows of one unit are held together."""
        cdef int64_t n = self.rows.unit.n, n_units = members.count, row, first, end, place
        cdef Block ordered = raw_block(8 * n)
        cdef Block starts = new_block(8 * (n_units + 1))
        cdef Block ranks = ranks_of(members)
        cdef const int64_t *rank = <const int64_t *>ranks.data
        cdef const int64_t *unit = self.rows.unit.data
        cdef const int64_t *accumulator = self.rows.accumulator.data
        cdef int64_t *to = <int64_t *>ordered.data
        cdef int64_t *start = <int64_t *>starts.data
        cdef list tables = [
            [None if table is None else ranks_of(table) for table in item[1]] for item in self.accumulators]
        with nogil:
            for row in range(n):
                start[rank[unit[row]] + 1] += 1
            for place in range(n_units):
                start[place + 1] += start[place]
            for row in range(n):
                place = rank[unit[row]]
                to[start[place]] = row
                start[place] += 1
        first = 0
        while first < n:
            row = to[first]
            end = first + 1
            while end < n and unit[to[end]] == unit[row] and accumulator[to[end]] == accumulator[row]:
                end += 1
            if end > first + 1:
                self._sort_keys(to, first, end, tables[accumulator[row]])
            first = end
        return ordered

    cdef int _sort_keys(self, int64_t *rows, int64_t first, int64_t end, list tables) except -1:
        """Orders rows of one unit and accumulator by their keys. tables: of each part of a key the ranks of
        its codes; None: it is a number."""
        cdef Block block = raw_block((end - first) * <int64_t>sizeof(Ranked))
        cdef Ranked *ranked = <Ranked *>block.data
        cdef int64_t at, part, code
        cdef Block ranks
        memset(ranked, 0, (end - first) * sizeof(Ranked))
        for part in range(len(tables)):
            ranks = tables[part]
            for at in range(first, end):
                code = self.rows.key.data[KEY_WORDS * rows[at] + part]
                if ranks is not None and code >= 0:     # -1: the empty text
                    code = (<const int64_t *>ranks.data)[code]
                ranked[at - first].key[part] = code
        for at in range(first, end):
            ranked[at - first].row = rows[at]
        qsort(ranked, end - first, sizeof(Ranked), _by_key)
        for at in range(first, end):
            rows[at] = ranked[at - first].row
        return 0

    def table(self, Intern members, str state_hash):
        """The table of all totals, in an order that only depends on them."""
        cdef Block ordered = self._order(members)
        cdef const int64_t *rows = <const int64_t *>ordered.data
        cdef int64_t at
        cdef Block of_unit
        cdef Bytes text
        cdef Longs ends
        cdef int64_t n = self.rows.unit.n, row, place, accumulator
        cdef char number[32]
        cdef const int64_t *key
        cdef int failed = 0
        cdef void *memory
        cdef OutColumn names, totals, denominators, keys, units
        cdef list tables = [item[1] for item in self.accumulators]
        cdef list scales = [item[2] for item in self.accumulators]
        cdef tuple own
        memset(&text, 0, sizeof(Bytes))
        memset(&ends, 0, sizeof(Longs))
        names = words_column("accumulator", b"s", 2, n, &memory)
        names.dictionary = text_column(
            "", [REJECTED, LAST, *(name for name, *_ in self.accumulators)])
        for at in range(n):
            (<int16_t *>memory)[at] = <int16_t>(self.rows.accumulator.data[rows[at]] + 2)
        totals = words_column("total", b"l", 8, n, &memory)
        for at in range(n):
            (<int64_t *>memory)[at] = self.rows.total.data[rows[at]]
        denominators = words_column("denominator", b"l", 8, n, &memory)
        for at in range(n):
            accumulator = self.rows.accumulator.data[rows[at]]
            (<int64_t *>memory)[at] = 1 if accumulator < 0 else scales[accumulator]
        of_unit = raw_block(8 * n)
        for at in range(n):
            (<int64_t *>of_unit.data)[at] = self.rows.unit.data[rows[at]]
        try:
            for at in range(n):
                row = rows[at]
                accumulator = self.rows.accumulator.data[row]
                key = self.rows.key.data + KEY_WORDS * row
                own = () if accumulator < 0 else tables[accumulator]
                failed |= append(&text, b"[", 1)
                for place in range(len(own)):
                    if place:
                        failed |= append(&text, b",", 1)
                    if own[place] is None:
                        failed |= append(
                            &text, number, snprintf(number, 32, b"%lld", <long long>key[place]))
                    else:
                        failed |= _quoted(&text, <Intern>own[place], key[place])
                failed |= append(&text, b"]", 1) | push(&ends, text.n)
                if failed:
                    raise MemoryError("totals")
            keys = text_of_bytes("key", &text, &ends)
        finally:
            free(text.data)
            free(ends.data)
        units = text_of_ids("member_id", members, <int64_t *>of_unit.data, NULL, n)
        return OutTable(
            [units, names, keys, totals, denominators, constant_column("kernel", state_hash, n)]
        )


cdef int _by_key(const void *left, const void *right) noexcept nogil:
    """Which of two keys comes first."""
    cdef const Ranked *one = <const Ranked *>left
    cdef const Ranked *two = <const Ranked *>right
    cdef int part
    for part in range(KEY_WORDS):
        if one.key[part] != two.key[part]:
            return -1 if one.key[part] < two.key[part] else 1
    return 0


cdef int _extend(Longs *to, const Longs *others) noexcept nogil:
    cdef int64_t place
    cdef int failed = 0
    for place in range(others.n):
        failed |= push(to, others.data[place])
    return failed


cdef int _quoted(Bytes *to, Intern texts, int64_t id) noexcept nogil:
    """Appends a text as JSON; the text of -1 is empty."""
    cdef int64_t n = 0, place, start = 0
    cdef const char *text = NULL
    cdef char escape[8]
    cdef char digits[DIGITS]
    cdef int failed = append(to, b'"', 1)
    if id >= 0:
        text = texts.at(id, &n, digits)
    for place in range(n):
        if text[place] == c'"' or text[place] == c"\\" or 0 <= text[place] < 32:
            failed |= append(to, text + start, place - start)
            if text[place] < 32:
                failed |= append(to, escape, snprintf(escape, 8, b"\\u%04x", <int>text[place]))
            else:
                failed |= append(to, b"\\", 1)
                failed |= append(to, text + place, 1)
            start = place + 1
    failed |= append(to, text + start, n - start)
    return failed | append(to, b'"', 1)
