# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Runs a compiled scheme over the rows of many units."""

from libc.stdint cimport INT64_MIN, int16_t, int32_t, int64_t, uint8_t
from libc.stdlib cimport calloc, free
from libc.string cimport memmove

from hmbc.runtime.abi cimport HMB_ABI, HMB_OK, hmb_input, hmb_output, hmb_run
from hmbc.runtime.arrow_out cimport OutColumn, OutTable, text_of_ids, words_column
from hmbc.runtime.columns cimport Values
from hmbc.runtime.intern cimport Intern
from hmbc.runtime.member_rows cimport MemberRows
from hmbc.runtime.memory cimport Block, new_block
from hmbc.runtime.scheme_call cimport Entry, Inputs, Outputs, deciding, start_unit
from hmbc.runtime.sort_days cimport sort_days
from hmbc.runtime.totals cimport Totals
from hmbc.runtime.units cimport KEY_WORDS, Unit

from hmbc.runtime.arrow_out import text_column

cdef enum:
    FLAG_BAD = 1        # rejected before the scheme saw it; its record is written by who found it
    FLAG_LATE = 2       # this and the next: of a row that the engine itself rejects
    FLAG_UNKNOWN = 3
    FLAG_TWICE = 4
    FLAG_OF_REFUND = 5
    FLAG_OTHER_UNIT = 6
    FLAG_LATER = 7
    FLAG_REJECTED = 8
    FLAG_UNSETTLES = 9
    NO_REFUND = -2      # in `target`
    STEP = 100_000      # rows of a part

ABI = HMB_ABI

LATE = 1 - FLAG_LATE
"""The status of a row dated before its unit's last one; others are evaluator.h's."""

REFUND_UNKNOWN = 1 - FLAG_UNKNOWN
REFUND_TWICE = 1 - FLAG_TWICE
REFUND_OF_REFUND = 1 - FLAG_OF_REFUND
REFUND_OTHER_UNIT = 1 - FLAG_OTHER_UNIT
REFUND_LATER = 1 - FLAG_LATER
REFUND_REJECTED = 1 - FLAG_REJECTED
REFUND_UNSETTLES = 1 - FLAG_UNSETTLES
"""Why a refund is rejected: there is no such claim; it is taken back already, a refund itself, of
another unit, not before the refund, rejected; without it another claim would be rejected."""


cdef class Batch:
    """The rows of one table of claims on their way through a scheme."""
    cdef int64_t n_rows
    cdef int64_t n_ids              # texts of member ids seen
    cdef int64_t n_unit_ids         # texts of unit ids seen
    cdef Block flag                 # of each row: FLAG_
    cdef Block after                # of each row: after a rejected one of its unit
    cdef readonly Block row_member  # of each row: its row in the members table
    cdef Block row_unit             # of each row: id of its unit, or -1
    cdef Block tainted              # of each unit id: a row without a date was rejected
    cdef Block order, starts        # rows by rank of their unit, and where each unit's begin
    cdef Block unit_of              # id by rank
    cdef Block chosen               # rows that the scheme is to see, each unit's at its start
    cdef Block target               # of each row: the row that it takes back, -1, or NO_REFUND
    cdef Block taken                # of each row: it was taken back
    cdef int64_t n_units
    cdef int16_t refund_reason
    cdef Outputs outputs
    cdef Values ids, days

    def __init__(self, Values ids, int64_t n_ids):
        self.ids = ids
        self.n_rows = ids.length
        self.n_ids = n_ids
        self.flag = new_block(self.n_rows)
        self.after = new_block(self.n_rows)

    def spoil(self, rows):
        """Marks rows as rejected."""
        cdef int64_t row
        for row in rows:
            (<uint8_t *>self.flag.data)[row] = FLAG_BAD

    def take_refunds(self, Values refunds, Intern texts, Values claim_ids, Intern claim_texts):
        """Finds what each refund takes back; returns the rows that are refunds.

        refunds: of each row the claim id that it takes back, absent where it is none, a number of
        `texts`.
        """
        cdef int64_t row, id
        cdef int64_t *target
        cdef int64_t *first
        cdef Block firsts
        cdef const int64_t *words = <const int64_t *>refunds.words.data
        cdef const int64_t *claims = <const int64_t *>claim_ids.words.data
        cdef const uint8_t *given = <const uint8_t *>refunds.given.data
        cdef set found = {row for row in range(self.n_rows) if given[row]}
        if not found:
            return found
        self.target = new_block(8 * self.n_rows)
        self.taken = new_block(self.n_rows)
        target = <int64_t *>self.target.data
        firsts = new_block(8 * len(claim_texts))
        first = <int64_t *>firsts.data
        for row in range(self.n_rows - 1, -1, -1):
            target[row] = NO_REFUND
            if claims[row] != INT64_MIN:
                first[claims[row]] = row
        for row in found:
            id = claim_texts.lookup(texts.text(words[row]))
            target[row] = -1 if id < 0 else first[id]
        return found

    def match(self, MemberRows members, Values days, Values unit, int64_t n_unit_ids):
        """Finds each row's member and unit.

        members: None where there is no table of them. unit: of each row of that table the id of the
        unit, a number below n_unit_ids; None where each member is a unit. Returns rows of claims
        (whose member is unknown, is bad, has no row on that day), and spoils them.
        """
        cdef int64_t row, id, place
        cdef int64_t *row_member
        cdef int64_t *row_unit
        cdef bint hole = False
        cdef const int64_t *words = <const int64_t *>self.ids.words.data
        cdef const int64_t *day = <const int64_t *>days.words.data
        cdef uint8_t *flag = <uint8_t *>self.flag.data
        cdef list unknown = [], spoiled = [], holes = []
        self.days = days
        self.n_unit_ids = n_unit_ids
        self.tainted = new_block(n_unit_ids)
        self.row_member = new_block(8 * self.n_rows)
        self.row_unit = new_block(8 * self.n_rows)
        row_member = <int64_t *>self.row_member.data
        row_unit = <int64_t *>self.row_unit.data
        for row in range(self.n_rows):
            id = words[row]
            row_unit[row] = -1
            if id == INT64_MIN:
                continue
            place = 0
            if members is not None:
                place = members.find(id, day[row], &hole)
                if place < 0:
                    flag[row] = FLAG_BAD
                    unknown.append(row)
                    continue
                if members.is_bad(id):
                    flag[row] = FLAG_BAD
                    spoiled.append(row)
                elif hole and day[row] != INT64_MIN:
                    flag[row] = FLAG_BAD
                    holes.append(row)
                row_member[row] = place
            if unit is not None:
                id = (<const int64_t *>unit.words.data)[place]
            row_unit[row] = -1 if id == INT64_MIN else id
        return unknown, spoiled, holes

    def arrange(self, int64_t n_first):
        """Orders rows by unit, day and file order.

        Units come in order: ids 0 … n_first - 1, then as their first row comes. A row of a known
        unit without a day taints the unit; a row of an unknown unit has no place.
        """
        cdef int64_t row, id, rank
        cdef Block ranks = new_block(8 * self.n_unit_ids)
        cdef int64_t *rank_of = <int64_t *>ranks.data
        cdef int64_t *unit_of
        cdef int64_t *starts
        cdef int64_t *order
        cdef int64_t *spare
        cdef Block spares
        cdef const int64_t *ids = <const int64_t *>self.row_unit.data
        cdef const int64_t *day = <const int64_t *>self.days.words.data
        cdef uint8_t *tainted = <uint8_t *>self.tainted.data
        self.unit_of = new_block(8 * self.n_unit_ids)
        unit_of = <int64_t *>self.unit_of.data
        self.order = new_block(8 * self.n_rows)
        order = <int64_t *>self.order.data
        spares = new_block(8 * self.n_rows)
        spare = <int64_t *>spares.data
        with nogil:
            for id in range(self.n_unit_ids):
                rank_of[id] = id if id < n_first else -1
            for id in range(n_first):
                unit_of[id] = id
            self.n_units = n_first
            for row in range(self.n_rows):
                id = ids[row]
                if id >= 0 and rank_of[id] < 0:
                    rank_of[id] = self.n_units
                    unit_of[self.n_units] = id
                    self.n_units += 1
        self.starts = new_block(8 * (self.n_units + 2))
        starts = <int64_t *>self.starts.data
        with nogil:
            for row in range(self.n_rows):
                id = ids[row]
                if id < 0:
                    continue
                if day[row] == INT64_MIN:
                    tainted[id] = 1
                else:
                    starts[rank_of[id] + 2] += 1
            for rank in range(self.n_units):
                starts[rank + 2] += starts[rank + 1]
            for row in range(self.n_rows):
                id = ids[row]
                if id < 0 or day[row] == INT64_MIN:
                    continue
                order[starts[rank_of[id] + 1]] = row
                starts[rank_of[id] + 1] += 1
            for rank in range(self.n_units):
                sort_days(order + starts[rank], starts[rank + 1] - starts[rank], day, spare)

    def prepare(self, int64_t n_layers, int16_t refund_reason):
        """Makes room for the results. refund_reason: the index that refunds get. Returns the units
        cut into parts of about STEP rows: (first rank, rank after the last, rows up to there)."""
        cdef int64_t rank = 0, first = 0, rows = 0
        cdef const int64_t *starts = <const int64_t *>self.starts.data
        cdef list parts = []
        self.refund_reason = refund_reason
        self.outputs = Outputs(n_layers, self.n_rows)
        self.chosen = new_block(8 * self.n_rows)
        for rank in range(self.n_units):
            if starts[rank + 1] - rows >= STEP or rank - first >= STEP or rank == self.n_units - 1:
                rows = starts[rank + 1]
                parts.append((first, rank + 1, rows))
                first = rank + 1
        return parts

    def run(self, Entry entry, Inputs inputs, Unit unit, int64_t first, int64_t end, Totals before,
            Totals after):
        """Adjudicates the rows of some units, in order, from the totals before to those after.

        Parts that share no unit may run in different threads, each with a unit and an `after` of
        its own.
        """
        cdef int64_t rank
        cdef int failed = 0
        with nogil:
            for rank in range(first, end):
                if self._run_unit(entry.run, &inputs.input, unit, rank, before, after) < 0:
                    failed = 1
                    break
        if failed:
            raise MemoryError("totals")

    cdef int _run_unit(self, hmb_run run, const hmb_input *inputs, Unit unit, int64_t rank,
                       Totals before, Totals after) noexcept nogil:
        cdef int64_t id = (<int64_t *>self.unit_of.data)[rank]
        cdef int64_t first = (<int64_t *>self.starts.data)[rank]
        cdef int64_t end = (<int64_t *>self.starts.data)[rank + 1]
        cdef const int64_t *order = <const int64_t *>self.order.data
        cdef const int64_t *day = <const int64_t *>self.days.words.data
        cdef uint8_t *flag = <uint8_t *>self.flag.data
        cdef uint8_t *after_reject = <uint8_t *>self.after.data
        cdef const uint8_t *status = self.outputs.output.status
        cdef int64_t *chosen = <int64_t *>self.chosen.data + first
        cdef int64_t place, row, n = 0
        if start_unit(unit, before, id) < 0:
            return -1
        if self.target is not None and self._has_refund(first, end):
            if self._run_refunds(run, inputs, unit, rank, before) < 0:
                return -1
        else:
            for place in range(first, end):
                row = order[place]
                if flag[row]:
                    continue
                if unit.has_last and day[row] < unit.last:
                    flag[row] = FLAG_LATE
                    continue
                chosen[n] = row
                n += 1
            if n:
                run(inputs, chosen, n, &unit.state, &self.outputs.output)
        if unit.map.failed:
            return -1
        if (<uint8_t *>self.tainted.data)[id]:
            unit.rejected = 1
        for place in range(first, end):
            row = order[place]
            if flag[row] or status[row] != HMB_OK:
                unit.rejected = 1
            else:
                after_reject[row] = unit.rejected
                unit.has_last = 1
                unit.last = day[row]
        return -1 if unit.dump(id, &after.rows) < 0 else 0

    cdef bint _has_refund(self, int64_t first, int64_t end) noexcept nogil:
        cdef int64_t place
        for place in range(first, end):
            if (<int64_t *>self.target.data)[(<int64_t *>self.order.data)[place]] != NO_REFUND:
                return True
        return False

    cdef int _run_refunds(self, hmb_run run, const hmb_input *inputs, Unit unit, int64_t rank,
                          Totals before) noexcept nogil:
        """Adjudicates a unit in whose rows there are refunds. At each refund the unit is replayed
        from its start: without the claim taken back, those taken back before, and rejected ones."""
        cdef int64_t id = (<int64_t *>self.unit_of.data)[rank]
        cdef int64_t first = (<int64_t *>self.starts.data)[rank]
        cdef int64_t end = (<int64_t *>self.starts.data)[rank + 1]
        cdef const int64_t *order = <const int64_t *>self.order.data
        cdef const int64_t *day = <const int64_t *>self.days.words.data
        cdef const int64_t *target = <const int64_t *>self.target.data
        cdef uint8_t *flag = <uint8_t *>self.flag.data
        cdef hmb_output *output = &self.outputs.output
        cdef int64_t *chosen = <int64_t *>self.chosen.data + first
        cdef int64_t n_layers = self.outputs.n_layers
        cdef int64_t place, row, at, layer, kept
        cdef int64_t n = 0          # of chosen: rows that count, in order
        cdef int64_t done = 0       # of those: already run
        cdef int has_last = unit.has_last
        cdef int64_t last = unit.last
        cdef int64_t *paid = <int64_t *>calloc(n_layers + 1, 8)     # by layer, so far
        cdef int64_t *saved = <int64_t *>calloc((end - first) * 2 * n_layers + 1, 8)
        if paid == NULL or saved == NULL:
            free(paid)
            free(saved)
            return -1
        for place in range(first, end):
            row = order[place]
            if flag[row]:
                continue
            if has_last and day[row] < last:
                flag[row] = FLAG_LATE
                continue
            if target[row] == NO_REFUND:
                chosen[n] = row
                n += 1
                continue
            if n > done:
                run(inputs, chosen + done, n - done, &unit.state, output)
                kept = done
                for at in range(done, n):
                    if output.status[chosen[at]] == HMB_OK:
                        chosen[kept] = chosen[at]
                        kept += 1
                        for layer in range(n_layers):
                            paid[layer] += output.pay[layer][chosen[at]]
                done = n = kept
            flag[row] = self._refusal(row)
            if flag[row] == 0:
                at = 0
                while chosen[at] != target[row]:
                    at += 1
                if not self._replay(run, inputs, unit, before, id, chosen, n, at, saved, paid, row):
                    flag[row] = FLAG_UNSETTLES
                    continue
                (<uint8_t *>self.taken.data)[target[row]] = 1
                memmove(chosen + at, chosen + at + 1, (n - at - 1) * sizeof(int64_t))
                done = n = n - 1
        if n > done:
            run(inputs, chosen + done, n - done, &unit.state, output)
        free(paid)
        free(saved)
        return 0

    cdef uint8_t _refusal(self, int64_t row) noexcept nogil:
        """Why a refund may not be: a FLAG_, or 0."""
        cdef int64_t taken = (<int64_t *>self.target.data)[row]
        cdef const int64_t *day = <const int64_t *>self.days.words.data
        cdef const int64_t *units = <const int64_t *>self.row_unit.data
        if taken < 0:
            return FLAG_UNKNOWN
        if units[taken] >= 0 and units[taken] != units[row]:
            return FLAG_OTHER_UNIT
        if taken != row and (<int64_t *>self.target.data)[taken] != NO_REFUND:
            return FLAG_OF_REFUND
        if day[taken] > day[row] or (day[taken] == day[row] and taken >= row):
            return FLAG_LATER
        if units[taken] < 0 or (<uint8_t *>self.flag.data)[taken]:
            return FLAG_REJECTED
        if self.outputs.output.status[taken] != HMB_OK:
            return FLAG_REJECTED
        return FLAG_TWICE if (<uint8_t *>self.taken.data)[taken] else 0

    cdef bint _replay(self, hmb_run run, const hmb_input *inputs, Unit unit, Totals before,
                      int64_t id, const int64_t *rows, int64_t n, int64_t without, int64_t *saved,
                      int64_t *paid, int64_t refund) noexcept nogil:
        """Replays n rows of the unit but rows[without], and writes what the refund pays: what is
        then paid in all, less what was paid. Where a row would now be rejected, all is as before and
        the answer is no. What the rows themselves were paid stays as it was written.

        saved: room for 2 n words of each layer; paid: by layer, changed with the refund.
        """
        cdef hmb_output *output = &self.outputs.output
        cdef int64_t n_layers = self.outputs.n_layers
        cdef int64_t at, layer, whole
        cdef bint settles = True
        for at in range(n):
            for layer in range(n_layers):
                saved[2 * (at * n_layers + layer)] = output.pay[layer][rows[at]]
                saved[2 * (at * n_layers + layer) + 1] = output.reason[layer][rows[at]]
        start_unit(unit, before, id)
        if without:
            run(inputs, rows, without, &unit.state, output)
        if n > without + 1:
            run(inputs, rows + without + 1, n - without - 1, &unit.state, output)
        for at in range(n):
            if output.status[rows[at]] != HMB_OK:
                settles = False
                output.status[rows[at]] = HMB_OK
        if settles:
            for layer in range(n_layers):
                whole = 0
                for at in range(n):
                    if at != without:
                        whole += output.pay[layer][rows[at]]
                output.pay[layer][refund] = whole - paid[layer]
                output.reason[layer][refund] = self.refund_reason
                paid[layer] = whole
        else:
            start_unit(unit, before, id)
            run(inputs, rows, n, &unit.state, output)
        for at in range(n):
            for layer in range(n_layers):
                output.pay[layer][rows[at]] = saved[2 * (at * n_layers + layer)]
                output.reason[layer][rows[at]] = <int16_t>saved[2 * (at * n_layers + layer) + 1]
        return settles

    def count_members(self):
        """How many known members have a row in this batch."""
        cdef int64_t row, id, n = 0
        cdef Block seen = new_block(self.n_ids)
        for row in range(self.n_rows):
            id = (<const int64_t *>self.ids.words.data)[row]
            if id != INT64_MIN and (<const int64_t *>self.row_unit.data)[row] >= 0:
                n += (<uint8_t *>seen.data)[id] == 0
                (<uint8_t *>seen.data)[id] = 1
        return n

    def statuses(self):
        """The rows that were rejected after the columns were read: (row, status, negative where it is
        the engine's own)."""
        cdef int64_t row
        cdef const uint8_t *flag = <const uint8_t *>self.flag.data
        cdef const uint8_t *status = self.outputs.output.status
        cdef list found = []
        for row in range(self.n_rows):
            if flag[row] > FLAG_BAD:
                found.append((row, 1 - flag[row]))
            elif flag[row] == 0 and status[row] != HMB_OK:
                found.append((row, status[row]))
        return found

    def adjudicated(self):
        """The rows that `payments` tells, in file order."""
        cdef int64_t row
        cdef const uint8_t *flag = <const uint8_t *>self.flag.data
        cdef const uint8_t *status = self.outputs.output.status
        return [row for row in range(self.n_rows) if flag[row] == 0 and status[row] == HMB_OK]

    def payments(self, Values claim_ids, Intern claim_texts, Intern member_texts, layers, reasons,
                 reason_ranks, int digits):
        """The table of adjudicated rows in file order, what each layer paid in all (minor units),
        and how often each reason decided."""
        cdef int64_t n = 0, row, at, layer, n_layers = len(layers)
        cdef Block kept = new_block(8 * self.n_rows)
        cdef Block ranks = new_block(8 * len(reasons))
        cdef Block counted = new_block(8 * len(reasons))
        cdef int64_t *rows = <int64_t *>kept.data
        cdef int64_t *rank = <int64_t *>ranks.data
        cdef int64_t *counts = <int64_t *>counted.data
        cdef const uint8_t *flag = <const uint8_t *>self.flag.data
        cdef const hmb_output *output = &self.outputs.output
        cdef int64_t low, high, value
        cdef void *memory
        cdef int64_t *pair
        cdef int16_t *short
        cdef OutColumn column
        cdef bytes money = f"d:18,{digits}".encode()
        names = text_column("", list(reasons))
        for row in range(len(reasons)):
            rank[row] = reason_ranks[row]
        for row in range(self.n_rows):
            if flag[row] == 0 and output.status[row] == HMB_OK:
                rows[n] = row
                n += 1
        columns = [
            text_of_ids("claim_id", claim_texts, <int64_t *>claim_ids.words.data, rows, n),
            text_of_ids("member_id", member_texts, <int64_t *>self.ids.words.data, rows, n),
        ]
        columns.append(words_column("date", b"tdD", 4, n, &memory))
        for at in range(n):
            (<int32_t *>memory)[at] = <int32_t>(<int64_t *>self.days.words.data)[rows[at]]
        paid = []
        for layer in range(n_layers):
            columns.append(words_column(f"{layers[layer]}_pay", money, 16, n, &memory))
            pair = <int64_t *>memory
            low = high = 0
            for at in range(n):
                value = output.pay[layer][rows[at]]
                low += value & 0xFFFFFFFF
                high += value >> 32
                pair[2 * at] = value
                pair[2 * at + 1] = value >> 63
            paid.append((int(high) << 32) + int(low))
            column = words_column(f"{layers[layer]}_reason", b"s", 2, n, &memory)
            short = <int16_t *>memory
            for at in range(n):
                short[at] = output.reason[layer][rows[at]]
            column.dictionary = names
            columns.append(column)
        columns.append(words_column("total_pay", money, 16, n, &memory))
        pair = <int64_t *>memory
        for at in range(n):
            value = 0
            for layer in range(n_layers):
                value += output.pay[layer][rows[at]]
            pair[2 * at] = value
            pair[2 * at + 1] = value >> 63
        column = words_column("reason", b"s", 2, n, &memory)
        short = <int16_t *>memory
        if n_layers:
            for at in range(n):
                row = rows[at]
                layer = deciding(output, n_layers, rank, row)
                short[at] = output.reason[layer][row]
                counts[short[at]] += 1
        column.dictionary = names
        columns.append(column)
        column = words_column("after_reject", b"b", 1, n // 8 + 1, &memory)
        column.length = n
        for at in range(n):
            if (<uint8_t *>self.after.data)[rows[at]]:
                (<uint8_t *>memory)[at >> 3] |= <uint8_t>(1 << (at & 7))
        columns.append(column)
        return OutTable(columns), paid, [counts[row] for row in range(len(reasons))]


def loads(Totals totals, Unit unit):
    """The first unit in which one total stands twice, or -1: such a table is not a state."""
    cdef int64_t id, place, row
    cdef const int64_t *starts = <const int64_t *>totals.starts.data
    for id in range(totals.n_units):
        if starts[id] == starts[id + 1]:
            continue
        unit.reset()
        for place in range(starts[id], starts[id + 1]):
            row = (<const int64_t *>totals.order.data)[place]
            if unit.load(totals.rows.accumulator.data[row],
                         totals.rows.key.data + KEY_WORDS * row,
                         totals.rows.total.data[row]) != 0:
                return id
    return -1
