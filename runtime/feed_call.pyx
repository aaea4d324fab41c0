# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""A compiled scheme's feed, and what a call of it takes and gives. See evaluator.h."""

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport INT32_MAX, INT64_MIN
from libc.string cimport memcpy

from hmbc.runtime.abi cimport HMB_FEED_ABI, HMB_OK, hmb_closed, hmb_output
from hmbc.runtime.feed_order cimport fetched_back, laid_out, layout
from hmbc.runtime.memory cimport new_block, push, raw_block, sparse_block
from hmbc.runtime.payments cimport Results
from hmbc.runtime.scheme_call cimport Outputs, deciding, start_unit
from hmbc.runtime.totals cimport Totals
from hmbc.runtime.units cimport KEY_WORDS, MARK_REJECTED, Unit
from hmbc.runtime.values cimport Values

WIDTHS = {"money": 8, "ratio": 8, "int": 8, "date": 4, "code": 4, "bool": 1,
          "periods": 8}
"""Bytes of a cell by kind of attribute, as evaluator.h says; an enum takes 1, a large one 4; periods have
no cells that are read."""

BYTE_VALUES = 256


def width_of(str kind, int64_t n_values):
    """Bytes of a cell of one attribute in a feed."""
    if kind == "enum":
        return 1 if n_values <= BYTE_VALUES else 4
    return WIDTHS[kind]


cdef class Feed:
    """A compiled scheme's feed, out of the capsule that its module gives."""

    def __init__(self, capsule):
        self.capsule = capsule
        self.feed = <const hmb_feed *>PyCapsule_GetPointer(capsule, "hmb_feed")
        if self.feed.abi != HMB_FEED_ABI:
            raise ValueError(f"the feed has ABI {self.feed.abi}, this runtime {HMB_FEED_ABI}")

    @property
    def makes_records(self):
        """Whether it makes records as rows come, of units that stand together."""
        return self.feed.makes_records != 0


cdef class FeedCall:
    """One table of claims on its way through a feed.

    rows: matched to their members; attributes: of claims, in the plan's order; widths: of each, as
    `width_of`; day: which of them is the deciding date, or -1. members: None where there is no table
    of them: then each id is a record, as it is where attributes vary. is_wide: a unit is more than one
    member; each unit is a record.
    """

    def __init__(self, Feed feed, ClaimRows rows, list attributes, list widths, int64_t day,
                 Inputs inputs, MemberRows members, int64_t n_layers, bint is_wide):
        self.source = feed
        self.feed = feed.feed
        self.rows = rows
        self.attributes = attributes
        self.widths = widths
        self.day_at = day
        self.inputs = inputs
        self.members = members
        self.n_layers = n_layers
        self.n_rows = rows.n_rows
        self.is_wide = is_wide
        self.row_of = NULL
        self.version = None if is_wide else rows.version
        varies = not is_wide and members is not None and members.varies
        self.by_id = is_wide or varies
        self.input.record_starts = NULL
        self.input.record_rows = NULL
        if is_wide:
            self.n_records = rows.n_unit_ids
        elif varies:
            self.n_records = members.n_ids
            self.input.record_starts = <const int64_t *>members.starts.data
            self.input.record_rows = <const int64_t *>members.order.data
        else:
            self.n_records = rows.n_ids if members is None else members.ids.length

    def prepare(self, int threads, bint by_layer, list member_columns, list member_widths, int64_t n_before):
        """Gets the columns ready and makes room for the results. Says whether the feed can take these
        rows at all.

        by_layer: whether payments and reasons of each layer are wanted. member_columns: what the
        inputs read of members; cells that could not be read are made good, for their members have
        no rows here. member_widths: of each, as `width_of`. n_before: how many totals of an earlier batch there are.
        """
        cdef int64_t row, good = 0
        cdef int32_t first = INT32_MAX, last = -INT32_MAX
        cdef const uint8_t *flag = <const uint8_t *>self.rows.flag.data
        cdef const int32_t *days = self.rows.day
        cdef const int32_t *units = self.rows.place_of
        cdef const int32_t *ids = self.rows.unit_of_row if self.is_wide else self.rows.id
        cdef int32_t *to
        while good < self.n_rows and flag[good]:
            good += 1
        if good == self.n_rows or self.n_rows >= INT32_MAX or self.n_records >= INT32_MAX:
            return False
        if self.feed.closed_per_row * self.n_rows + n_before >= INT32_MAX:
            return False
        if self.by_id:
            self.row_of, units = units, ids
        if self.rows.spoiled:
            self.unit = raw_block(4 * self.n_rows)
            to = <int32_t *>self.unit.data
            self.day = raw_block(4 * self.n_rows)
            with nogil:
                for row in range(self.n_rows):
                    to[row] = <int32_t>self.n_records if flag[row] else units[row]
                    (<int32_t *>self.day.data)[row] = days[good] if flag[row] else days[row]
            units = to
            days = <const int32_t *>self.day.data
        if self.rows.spoiled and self.by_id:
            self.row = raw_block(4 * self.n_rows)
            to = <int32_t *>self.row.data
            with nogil:
                for row in range(self.n_rows):
                    to[row] = self.row_of[good if flag[row] else row]
            self.row_of = to
        with nogil:
            for row in range(self.n_rows):
                first = min(first, days[row])
                last = max(last, days[row])
        self.input.n_records = self.n_records
        self.input.first_day = first
        self.input.last_day = last
        self.input.parameter = self.inputs.input.parameter
        self.input.listed = self.inputs.input.listed
        self.input.member_given = self.inputs.input.member_given
        self.input.periods = self.inputs.input.periods
        self.several_years = self.feed.can(&self.input)
        if not self.several_years:
            return False
        self.several_years -= 1
        self.layout = layout(units, days, self.n_rows, self.n_records, first, last, threads,
                             self.several_years)
        if self.layout is None:
            return False
        self.together = (
            self.layout.together and self.feed.makes_records != 0 and not self.rows.spoiled
            and n_before == 0
        )
        self.input.together = self.together
        self._members(
            member_columns, member_widths, -1 if self.members is None else self.rows.place_of[good])
        self._columns(units, days, good)
        self.pay = [raw_block(8 * self.n_rows) if by_layer else None for _ in range(self.n_layers)]
        self.reason = [raw_block(self.n_rows) if by_layer else None for _ in range(self.n_layers)]
        self.total = raw_block(8 * self.n_rows)
        self.decided = raw_block(self.n_rows)
        self.status = new_block(self.n_rows)
        self.output.pay = <int64_t **>self._pointers(self.pay)
        self.output.reason = <uint8_t **>self._pointers(self.reason)
        self.output.total = <int64_t *>self.total.data
        self.output.decided = <uint8_t *>self.decided.data
        self.output.status = <uint8_t *>self.status.data
        return True

    cdef int _members(self, list columns, list widths, int64_t good) except -1:
        """Sets the columns of members. good: a row all of whose cells are, if there are any."""
        cdef Values values
        cdef Block block
        cdef int width
        cdef int64_t place
        cdef Block table = new_block(8 * len(columns) + 8)
        cdef const void **to = <const void **>table.data
        self.people = [table, columns]
        for place in range(len(columns)):
            values = columns[place]
            width = widths[place]
            _mend(values, good)
            to[place] = values.cells
            if values.width != width:
                block = values.narrowed(width)
                self.people.append(block)
                to[place] = block.data
        self.input.member = to
        return 0

    cdef int _columns(self, const int32_t *units, const int32_t *days, int64_t good) except -1:
        """Sets the columns of claims, in the layout's order."""
        cdef Values values
        cdef Block block
        cdef const void *cells
        cdef const void **claims
        cdef const uint8_t **there
        cdef int64_t place
        cdef int width
        cdef bint move = self.layout.place is not None
        cdef list columns = [], given = []
        self.held = [columns, given]
        claims = <const void **>self._pointers([None for _ in self.attributes])
        there = <const uint8_t **>self._pointers([None for _ in self.attributes])
        self.input.claim = claims
        self.input.claim_given = there
        for place in range(len(self.attributes)):
            values = self.attributes[place]
            width = self.widths[place]
            if place == self.day_at:
                cells = days
            else:
                _mend(values, good)
                cells = values.cells
                if values.width != width:
                    block = values.narrowed(width)
                    columns.append(block)
                    cells = block.data
            if move:
                block = laid_out(self.layout, cells, width, self.n_rows)
                columns.append(block)
                cells = block.data
            claims[place] = cells
            if values.given is not None:
                block = values.given
                if move:
                    block = laid_out(self.layout, block.data, 1, self.n_rows)
                given.append(block)
                there[place] = <const uint8_t *>block.data
        if move:
            self.unit = laid_out(self.layout, units, 4, self.n_rows)
            units = <const int32_t *>self.unit.data
            if self.by_id:
                self.row = laid_out(self.layout, self.row_of, 4, self.n_rows)
                self.row_of = <const int32_t *>self.row.data
            if self.version is not None:
                self.version = laid_out(self.layout, self.version.data, 1, self.n_rows)
        self.input.unit = units
        self.input.row = self.row_of
        self.input.version = NULL if self.version is None else <const uint8_t *>self.version.data
        return 0

    cdef void *_pointers(self, list blocks) except NULL:
        """The addresses of blocks, NULL where there is none."""
        cdef Block pointers = new_block(8 * len(blocks) + 8)
        cdef Block block
        cdef int64_t place
        for place in range(len(blocks)):
            if blocks[place] is not None:
                block = blocks[place]
                (<void **>pointers.data)[place] = block.data
        self.held.append(pointers)
        return pointers.data

    cdef int64_t _record_of(self, int64_t id) noexcept nogil:
        """The record of a unit, or -1."""
        cdef int64_t row
        if self.is_wide or self.members is None:
            return id if id < self.n_records else -1
        if id >= self.members.n_ids:
            return -1
        if self.members.varies:
            row = (<const int64_t *>self.members.starts.data)[id]
            if self.members.is_bad(id) or row == (<const int64_t *>self.members.starts.data)[id + 1]:
                return -1
            return id
        row = (<const int32_t *>self.members.row_at.data)[id]
        return row if row >= 0 else -1

    cdef bint _is_odd(self, int64_t record) noexcept nogil:
        return (<const uint8_t *>self.records.data)[
            record * self.feed.record_size + self.feed.odd_at] != 0

    def pack(self, Totals before, Unit unit):
        """Makes the records, with the totals of an earlier batch, or room for those that `run` makes."""
        cdef int64_t id, record, last, place, row, closed
        cdef const int64_t *starts
        cdef int64_t size = (self.n_records + 1) * self.feed.record_size
        self.records = raw_block(size) if self.together else new_block(size)
        self.input.records = self.records.data
        if self.feed.record_size:
            (<uint8_t *>self.records.data)[
                self.n_records * self.feed.record_size + self.feed.odd_at] = 1
        if self.several_years:
            self.past = sparse_block(self.n_rows * self.feed.record_size)
            self.input.past = self.past.data
            if self.feed.carried_size:
                self.past_carried = sparse_block(self.n_rows * self.feed.carried_size)
                self.input.past_carried = <int64_t *>self.past_carried.data
        if self.feed.carried_size:
            self.carried = sparse_block((self.n_records + 1) * self.feed.carried_size)
            self.input.carried = <int64_t *>self.carried.data
        if self.feed.closed_per_row:
            closed = self.feed.closed_per_row * self.n_rows
            self.closed = raw_block((closed + before.rows.unit.n) * <int64_t>sizeof(hmb_closed))
            self.input.closed = <hmb_closed *>self.closed.data
        if self.together:
            return
        with nogil:
            self.feed.pack(&self.input, 0, self.n_records, NULL, NULL)
        if before.starts is None:
            return
        starts = <const int64_t *>before.starts.data
        for id in range(before.n_units):
            record = self._record_of(id)
            if record < 0 or starts[id] == starts[id + 1]:
                continue
            if start_unit(unit, before, id) < 0:
                raise MemoryError("totals")
            last = unit.last if unit.has_last else INT64_MIN
            self.feed.pack(&self.input, record, record + 1, unit.state.words, &last)
            if self.feed.closed_per_row:
                for place in range(starts[id], starts[id + 1]):
                    row = (<const int64_t *>before.order.data)[place]
                    if unit.is_keyed(before.rows.accumulator.data[row]):
                        closed += self.feed.load(
                            &self.input, record, <int32_t>before.rows.accumulator.data[row],
                            before.rows.key.data + KEY_WORDS * row, before.rows.total.data[row],
                            <int32_t>closed)

    def parts(self):
        """The rows in parts that share no unit: (first, end)."""
        return list(zip([0, *self.layout.ends], self.layout.ends))

    def run(self, int64_t first, int64_t end):
        """Adjudicates a part."""
        cdef hmb_feed_output output = self.output
        output.rejected = output.odd = 0
        with nogil:
            self.feed.run(&self.input, first, end, &output)
        self.rejected += output.rejected
        self.n_odd += output.odd

    def fetch(self):
        """Brings the results to the rows' own order; the columns of claims are let go, first of all, so
        that their memory can be used again."""
        self.held = self.attributes = []
        self.input.claim = NULL
        self.input.claim_given = NULL
        self.input.unit = NULL
        self.unit = self.day = None
        if self.layout.place is not None:
            for blocks, width in ((self.pay, 8), (self.reason, 1)):
                for place, block in enumerate(blocks):
                    if block is not None:
                        blocks[place] = fetched_back(self.layout, block, width, self.n_rows)
            self.total = fetched_back(self.layout, self.total, 8, self.n_rows)
            self.decided = fetched_back(self.layout, self.decided, 1, self.n_rows)
            if self.rejected:
                self.status = fetched_back(self.layout, self.status, 1, self.n_rows)
        self.input.row = NULL
        self.input.version = NULL
        self.row = self.version = self.layout = None

    def odd_units(self):
        """Of each unit id whether its rows have to be adjudicated in another way, as bytes; None: no
        unit's."""
        cdef Block odd = None
        cdef int64_t record, row, id
        cdef const int64_t *ids = NULL
        self.odd = None
        if not self.feed.record_size:
            return None             # without totals nothing can be too large for a record
        if self.members is not None and not self.by_id:
            ids = self.members.ids.words()
        if self.together and not self.n_odd:
            return None
        if self.together:
            # units without rows have no records
            for row in range(self.n_rows):
                id = self.rows.unit_of_row[row]
                if self._is_odd(self._record_of(id)):
                    if odd is None:
                        odd = new_block(self.rows.n_unit_ids)
                    (<uint8_t *>odd.data)[id] = 1
            self.odd = odd
            return odd
        for record in range(self.n_records):
            if self._is_odd(record):
                id = record if ids == NULL else ids[record]
                if id >= 0:
                    if odd is None:
                        odd = new_block(self.rows.n_unit_ids)
                    (<uint8_t *>odd.data)[id] = 1
        self.odd = odd
        return odd

    def rejected_units(self, Totals before):
        """Of each unit id whether a row of it was rejected, now or before, as bytes; None: no
        unit's."""
        cdef Block found
        cdef uint8_t *to
        cdef int64_t row
        cdef const uint8_t *flag = <const uint8_t *>self.rows.flag.data
        cdef const uint8_t *status = <const uint8_t *>self.status.data
        if not self.rejected and not self.rows.spoiled and not len(before):
            return None
        found = new_block(self.rows.n_unit_ids)
        to = <uint8_t *>found.data
        with nogil:
            for row in range(before.rows.unit.n):
                if before.rows.accumulator.data[row] == MARK_REJECTED:
                    to[before.rows.unit.data[row]] = 1
            for row in range(self.n_rows):
                if (flag[row] or status[row] != HMB_OK) and self.rows.unit_of_row[row] >= 0:
                    to[self.rows.unit_of_row[row]] = 1
        self.rejected_unit = found
        return found

    def replace(self, Outputs outputs, reason_ranks):
        """Takes over the rows that were arranged and adjudicated one unit at a time."""
        cdef int64_t place, row, layer, total
        cdef const hmb_output *output = &outputs.output
        cdef const int64_t *order = <const int64_t *>self.rows.order.data
        cdef int64_t n = (<const int64_t *>self.rows.starts.data)[self.rows.n_units]
        cdef Block ranks = new_block(8 * len(reason_ranks))
        cdef Block block
        for place, rank in enumerate(reason_ranks):
            (<int64_t *>ranks.data)[place] = rank
        for place in range(n):
            row = order[place]
            (<uint8_t *>self.status.data)[row] = output.status[row]
            if (<const uint8_t *>self.rows.flag.data)[row] or output.status[row] != HMB_OK:
                self.rejected += 1
                continue
            total = 0
            for layer in range(self.n_layers):
                total += output.pay[layer][row]
                block = self.pay[layer]
                if block is not None:
                    (<int64_t *>block.data)[row] = output.pay[layer][row]
                block = self.reason[layer]
                if block is not None:
                    (<uint8_t *>block.data)[row] = <uint8_t>output.reason[layer][row]
            (<int64_t *>self.total.data)[row] = total
            if self.n_layers:
                layer = deciding(output, self.n_layers, <const int64_t *>ranks.data, row)
                (<uint8_t *>self.decided.data)[row] = <uint8_t>output.reason[layer][row]

    def mark_after(self, Totals before, Unit unit):
        """Of the rows that were arranged, which come after a rejected one of their unit."""
        cdef int64_t rank, place, row, id
        cdef bint rejected
        cdef const int64_t *starts = <const int64_t *>self.rows.starts.data
        cdef const int64_t *order = <const int64_t *>self.rows.order.data
        cdef uint8_t *after = <uint8_t *>self.rows.after.data
        for rank in range(self.rows.n_units):
            id = (<const int64_t *>self.rows.unit_at.data)[rank]
            if start_unit(unit, before, id) < 0:
                raise MemoryError("totals")
            rejected = unit.rejected or (<const uint8_t *>self.rows.tainted.data)[id]
            for place in range(starts[rank], starts[rank + 1]):
                row = order[place]
                if (<const uint8_t *>self.rows.flag.data)[row] \
                        or (<const uint8_t *>self.status.data)[row] != HMB_OK:
                    rejected = True
                else:
                    after[row] = rejected

    def totals(self, int64_t n_first, Totals before, Totals others, Totals to, Unit unit):
        """Puts the totals of all units after this batch into an empty table: ids 0 … n_first - 1, then
        in the order of their first rows. others: those of odd units, in the same order."""
        cdef int64_t rank, id, record, last, other = 0, place
        cdef int failed = 0
        cdef const uint8_t *rejected = NULL
        if self.rejected_unit is not None:
            rejected = <const uint8_t *>self.rejected_unit.data
        self.rows.rank(n_first)
        for rank in range(self.rows.n_units):
            id = (<const int64_t *>self.rows.unit_at.data)[rank]
            if self.odd is not None and (<const uint8_t *>self.odd.data)[id]:
                while other < others.rows.unit.n and others.rows.unit.data[other] == id:
                    failed |= push(&to.rows.unit, id)
                    failed |= push(&to.rows.accumulator, others.rows.accumulator.data[other])
                    for place in range(KEY_WORDS):
                        failed |= push(&to.rows.key, others.rows.key.data[KEY_WORDS * other + place])
                    failed |= push(&to.rows.total, others.rows.total.data[other])
                    other += 1
                continue
            failed |= start_unit(unit, before, id)
            record = self._record_of(id)
            if record >= 0:
                last = self.feed.unpack(&self.input, record, &unit.state)
                if last != INT64_MIN:
                    unit.has_last = 1
                    unit.last = last
            if rejected != NULL and rejected[id]:
                unit.rejected = 1
            failed |= unit.dump(id, &to.rows) | unit.map.failed
        if failed:
            raise MemoryError("totals")

    def results(self, Results results):
        """Gives the results over."""
        results.pay = self.pay
        results.reason = self.reason
        results.width = 1
        results.total = self.total
        results.decided = self.decided
        results.status = self.status
        self.pay = self.reason = None
        self.total = self.decided = None


cdef int _mend(Values values, int64_t good) except -1:
    """Puts a good row's cell where one could not be read or is out of its domain: the scheme may then
    look at it, though its answer is not used."""
    cdef int64_t row
    cdef char *cells
    if not values.bad or values.own is None:
        return 0
    cells = <char *>values.own.data
    for row, _ in values.bad:
        memcpy(cells + values.width * row, cells + values.width * good, values.width)
        if values.widened is not None:
            (<int64_t *>values.widened.data)[row] = (<int64_t *>values.widened.data)[good]
    return 0
