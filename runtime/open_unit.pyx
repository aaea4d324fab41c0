# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Runs a compiled scheme over one unit, one claim at a time.

`settle` reads a claim in which every value is of its plainest type straight into the row that the
scheme reads. Whatever else it meets it leaves to `_carefully`, of runtime/session.py, which alone says
what is wrong with a claim; nothing has moved until then.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.dict cimport PyDict_CheckExact, PyDict_GetItemWithError, PyDict_Next
from cpython.object cimport PyObject
from cpython.unicode cimport PyUnicode_CheckExact
from libc.stdint cimport int64_t, uint8_t
from libc.stdlib cimport free

from hmbc.runtime.abi cimport HMB_OK
from hmbc.runtime.cells cimport CELL_NULL, CELL_OK
from hmbc.runtime.cell_reader cimport K_BOOL, K_CODE, CellReader
from hmbc.runtime.claim_names cimport (
    PLACE_CLAIM_ID,
    PLACE_MEMBER_ID,
    PLACE_REFUNDS,
    PLACE_UNKNOWN,
    ClaimNames,
    Signature,
)
from hmbc.runtime.member_rows cimport MemberRows
from hmbc.runtime.memory cimport Block, Bytes, Longs, append, new_block, push
from hmbc.runtime.python_cells cimport word_of
from hmbc.runtime.scheme_call cimport Entry, Inputs, Outputs, deciding, start_unit
from hmbc.runtime.settlement cimport Settlement, Terms, new_settlement
from hmbc.runtime.totals cimport Totals
from hmbc.runtime.units cimport Unit

from hmbc.runtime.claim_rows import LATE, REFUND_TWICE, REFUND_UNSETTLES

cdef int IS_LATE = LATE

cdef extern from *:
    """
    /* Cython gathers the keywords of a call in a dict; a method added by hand gets them as they lie. */
    static PyMethodDef hmb_settle_method = {
        "settle", NULL, METH_FASTCALL | METH_KEYWORDS, NULL};
    static int hmb_add_settle(PyObject *type, _PyCFunctionFastWithKeywords run, const char *doc) {
        PyObject *method;
        int failed;
        hmb_settle_method.ml_meth = (PyCFunction)(void (*)(void))run;
        hmb_settle_method.ml_doc = doc;
        method = PyDescr_NewMethod((PyTypeObject *)type, &hmb_settle_method);
        if (!method) return -1;
        failed = PyDict_SetItemString(((PyTypeObject *)type)->tp_dict, "settle", method);
        Py_DECREF(method);
        PyType_Modified((PyTypeObject *)type);
        return failed;
    }
    """
    PyObject *Py_True
    PyObject *Py_False
    ctypedef object (*method)(object, PyObject *const *, Py_ssize_t, PyObject *)
    int hmb_add_settle(object type, method run, const char *doc) except -1


cdef struct Field:
    int kind
    bint is_required
    bint is_optional
    bint seen           # in the dict that is being read
    int64_t *word       # where its value goes
    uint8_t *given      # where it stands whether it is there
    int64_t missing     # the word of an absent value
    PyObject *reader


cdef class Open:
    """One unit, kept open. For one thread at a time.

    inputs: their claim columns are one row that `settle` fills. claim: how its values are read, the
    deciding day last where it is no attribute; day: its place. people: number of each member by name;
    sole: the name of a member that claims need not name, or None; any_name: they may call it as they
    like. before: the totals it begins with. deadlines: takes the words of a claim, None for absent
    ones, and gives the last days, or None where one cannot be counted; None for a scheme without.
    """
    cdef Entry entry
    cdef Inputs inputs
    cdef Unit unit
    cdef Outputs outputs
    cdef Block ranks
    cdef int64_t id
    cdef ClaimNames names
    cdef tuple last_names
    cdef Signature last_call
    cdef list readers
    cdef Py_ssize_t n_claim         # attributes, without a deciding day that is none
    cdef Py_ssize_t n_required
    cdef Py_ssize_t day
    cdef Block block
    cdef Field *fields              # of the attributes, then of a deciding day that is none
    cdef int64_t own_day
    cdef uint8_t unasked            # where it stands of what is never absent
    cdef bint may_lack              # whether any attribute may be absent
    cdef MemberRows rows
    cdef dict people
    cdef object sole
    cdef int64_t sole_number
    cdef bint any_name
    cdef object deadlines
    cdef Terms terms
    cdef bint is_plain              # no attribute is called as an identifier is
    cdef bint is_busy
    cdef readonly int64_t attempts  # claims that came, with the bad ones
    cdef dict settled               # of each claim_id its place in the history and its member's name
    cdef bytes base                 # the totals before the history
    cdef Longs kept_words           # for each claim its member's row and its words
    cdef Bytes kept_given           # for each claim whether its values are there
    cdef Bytes gone                 # for each claim whether it was taken back

    def __init__(self, Entry entry, Inputs inputs, Unit unit, int64_t n_layers, reason_ranks,
                 Totals before, int64_t id, ClaimNames names, list readers, Py_ssize_t n_claim,
                 Py_ssize_t day, MemberRows rows, dict people, sole, bint any_name, deadlines,
                 Terms terms, bint is_plain):
        cdef Py_ssize_t place, n = len(readers)
        cdef int64_t number
        cdef Field *field
        self.entry = entry
        self.inputs = inputs
        self.unit = unit
        self.outputs = Outputs(n_layers, 1)
        self.ranks = new_block(8 * len(reason_ranks))
        for number, rank in enumerate(reason_ranks):
            (<int64_t *>self.ranks.data)[number] = rank
        self.id = id
        self.names = names
        self.readers = readers
        self.n_claim = n_claim
        self.day = day
        self.block = new_block(n * sizeof(Field))
        self.fields = <Field *>self.block.data
        self.n_required = len(names.required)
        self.unasked = 1
        for place in range(n):
            field = &self.fields[place]
            field.kind = (<CellReader>readers[place]).kind
            field.reader = <PyObject *>readers[place]
            field.is_required = place in names.required
            field.word = &self.own_day
            field.given = &self.unasked
            field.missing = -1 if field.kind == K_CODE else 0
            if place == n_claim:
                break
            field.word = <int64_t *>inputs.input.claim[place]
            if inputs.input.claim_given[place] != NULL:
                field.is_optional = True
                field.given = <uint8_t *>inputs.input.claim_given[place]
                self.may_lack = True
        self.rows = rows
        self.people = people
        self.sole = sole
        self.sole_number = -1 if sole is None else people[sole]
        self.any_name = any_name
        self.deadlines = deadlines
        self.terms = terms
        self.is_plain = is_plain
        self.settled = {}
        if start_unit(unit, before, id) < 0:
            raise MemoryError("totals")

    def __dealloc__(self):
        free(self.kept_words.data)
        free(self.kept_given.data)
        free(self.gone.data)

    # ---- a claim that has nothing odd in it

    @cython.final
    cdef object _quickly(self, PyObject *const *args, PyObject *kwnames, object claim):
        """The settlement of a plain claim, in keywords or in a dict; None for one that is to be read
        with care."""
        cdef Signature call
        cdef Py_ssize_t place, index, at = 0, n_seen = 0
        cdef Field *field
        cdef PyObject *key
        cdef PyObject *value
        cdef PyObject *found
        cdef object claim_id = None, member = None
        if not self.is_plain:
            return None
        if self.may_lack:
            self._forget_row()
        if kwnames != NULL:
            # a call that is written out in a program has the same tuple each time
            if <PyObject *>self.last_names != kwnames:
                self.last_names = <tuple>kwnames
                self.last_call = self.names.signature(self.last_names)
            call = self.last_call
            if not call.is_plain:
                return None
            for index in range(call.n):
                place = call.places[index]
                if place >= 0:
                    if not self._take(&self.fields[place], args[index]):
                        return None
                elif place == PLACE_CLAIM_ID:
                    claim_id = <object>args[index]
                elif place == PLACE_MEMBER_ID:
                    member = <object>args[index]
                elif (<object>args[index]) is not None:
                    return None
        else:
            for place in range(len(self.readers)):
                self.fields[place].seen = False
            while PyDict_Next(claim, &at, &key, &value):
                if not PyUnicode_CheckExact(<object>key):
                    return None
                found = PyDict_GetItemWithError(self.names.places, <object>key)
                place = PLACE_UNKNOWN if found == NULL else <object>found
                if place >= 0:
                    field = &self.fields[place]
                    if field.seen or not self._take(field, value):
                        return None
                    field.seen = True
                    n_seen += field.is_required
                elif place == PLACE_CLAIM_ID:
                    claim_id = <object>value
                elif place == PLACE_MEMBER_ID:
                    member = <object>value
                elif place == PLACE_REFUNDS and (<object>value) is not None:
                    return None
            if n_seen != self.n_required:
                return None
        return self._run_quickly(claim_id, member)

    @cython.final
    cdef void _forget_row(self) noexcept:
        """Makes every value that may be absent so."""
        cdef Py_ssize_t place
        cdef Field *field
        for place in range(self.n_claim):
            field = &self.fields[place]
            if field.is_optional:
                field.word[0] = field.missing
                field.given[0] = 0

    @cython.final
    cdef inline bint _take(self, Field *field, PyObject *value) except -1:
        """Whether a value could be taken as it is."""
        cdef int status
        if field.kind == K_BOOL and (value == Py_True or value == Py_False):
            field.word[0] = value == Py_True
            field.given[0] = 1
            return True
        status = word_of(<CellReader>field.reader, <object>value, field.word)
        if status == CELL_OK:
            field.given[0] = 1
            return True
        if status == CELL_NULL and not field.is_required:
            field.word[0] = field.missing
            return True
        return False

    @cython.final
    cdef object _run_quickly(self, object claim_id, object name):
        """Settles the claim whose values have been taken; None where it is to be read with care."""
        cdef int64_t day = self.fields[self.day].word[0], row
        cdef bint hole = False
        cdef object days = None
        cdef object number
        if claim_id is not None and (
                not PyUnicode_CheckExact(claim_id) or claim_id in self.settled):
            return None
        if name is None or self.any_name:
            if self.sole is None or (name is not None and not PyUnicode_CheckExact(name)):
                return None
            name = self.sole
            row = self.rows.find(self.sole_number, day, &hole)
        else:
            number = self.people.get(name) if PyUnicode_CheckExact(name) else None
            if number is None:
                return None
            row = self.rows.find(number, day, &hole)
        if hole or row < 0 or (self.unit.has_last and day < self.unit.last):
            return None
        if self.deadlines is not None:
            words, given = self._row()
            days = self.deadlines([
                word if is_given else None
                for word, is_given in zip(words, given)
            ])
            if days is None:
                return None
        self.inputs.relist()
        base = None if claim_id is None else self._base(claim_id)
        if self._run(row):
            return None
        self.attempts += 1
        self._keep(base, day, row, claim_id, name)
        return self._settlement(days)

    # ---- what both ways share

    @cython.final
    cdef tuple _row(self):
        """The words of the claim that was taken, and whether each is there."""
        cdef Py_ssize_t place
        return (
            [self.fields[place].word[0] for place in range(self.n_claim)],
            [self.fields[place].given[0] != 0 for place in range(self.n_claim)],
        )

    @cython.final
    cdef int _run(self, int64_t row) except -1:
        """Runs the scheme on the claim that was taken. Returns 1 where it is rejected, else 0."""
        cdef int64_t first = 0
        (<int64_t *>self.inputs.input.row_member)[0] = row
        self.entry.run(
            &self.inputs.input, &first, 1, &self.unit.state, &self.outputs.output)
        if self.unit.map.failed:
            raise MemoryError("totals")
        return self.outputs.output.status[0] != HMB_OK

    @cython.final
    cdef bytes _base(self, object claim_id):
        """The totals before the first claim that is remembered, if this is it; else None."""
        return self._totals() if claim_id and self.base is None else None

    @cython.final
    cdef bytes _totals(self):
        cdef bytes kept = PyBytes_FromStringAndSize(NULL, 8 * self.unit.snapshot_words())
        self.unit.snapshot(<int64_t *>PyBytes_AS_STRING(kept))
        return kept

    @cython.final
    cdef int _keep(self, bytes base, int64_t day, int64_t row, object claim_id,
                   object name) except -1:
        """Remembers a claim, from the first one that has a claim_id: one of them may be refunded."""
        cdef Py_ssize_t place
        cdef int failed
        cdef char flag = 0
        self.unit.has_last = 1
        self.unit.last = day
        if base is not None:
            self.base = base
        if self.base is None:
            return 0
        failed = push(&self.kept_words, row)
        for place in range(self.n_claim):
            failed |= push(&self.kept_words, self.fields[place].word[0])
            failed |= append(&self.kept_given, <char *>self.fields[place].given, 1)
        failed |= append(&self.gone, &flag, 1)
        if failed:
            raise MemoryError("history")
        if claim_id:
            self.settled[claim_id] = self.gone.n - 1, name
        return 0

    @cython.final
    cdef Settlement _settlement(self, object days):
        """What the scheme has just said of a claim."""
        cdef Py_ssize_t layer, n = self.outputs.n_layers
        cdef int64_t *words
        cdef int64_t total = 0
        cdef bytes record = PyBytes_FromStringAndSize(
            NULL, 8 * (2 * n + self.unit.snapshot_words()))
        words = <int64_t *>PyBytes_AS_STRING(record)
        for layer in range(n):
            words[layer] = self.outputs.output.pay[layer][0]
            words[n + layer] = self.outputs.output.reason[layer][0]
            total += words[layer]
        self.unit.snapshot(words + 2 * n)
        return new_settlement(
            self.terms, record, <tuple>days, total,
            deciding(&self.outputs.output, n, <const int64_t *>self.ranks.data, 0))

    # ---- for the careful way

    def _enter(self):
        """Begins what may not be interrupted by another claim."""
        if self.is_busy:
            raise RuntimeError("the session is settling another claim: it is for one thread at a time")
        self.is_busy = True
        self.attempts += 1

    def _leave(self):
        self.is_busy = False

    def _place_of(self, str claim_id):
        """(place in the history, its member's name) of a claim, () of a refund, None of one that is
        not known."""
        return self.settled.get(claim_id)

    def _settle(self, int64_t day, int64_t row, words, given, str claim_id, str name, days):
        """Adjudicates a claim that was read with care: (status, settlement); a bad one moves
        nothing."""
        cdef Py_ssize_t place
        if self.unit.has_last and day < self.unit.last:
            return LATE, None
        for place in range(self.n_claim):
            self.fields[place].word[0] = words[place]
            self.fields[place].given[0] = given[place]
        self.inputs.relist()
        base = self._base(claim_id)
        if self._run(row):
            return self.outputs.output.status[0], None
        self._keep(base, day, row, claim_id, name)
        return 0, self._settlement(days)

    def _refund(self, int64_t day, int64_t place, str refund_id):
        """Takes back the claim in this place of the history: (status, settlement)."""
        cdef int64_t last = self.unit.last
        cdef Py_ssize_t layer, n = self.outputs.n_layers
        cdef bytes now
        if self.unit.has_last and day < last:
            return LATE, None
        if self.gone.data[place]:
            return REFUND_TWICE, None
        now = self._totals()
        before = self._replay()
        self.gone.data[place] = 1
        after = self._replay()
        if after is None:
            self.gone.data[place] = 0
            self._restore(now)
            return REFUND_UNSETTLES, None
        for layer in range(n):
            self.outputs.output.pay[layer][0] = after[layer] - before[layer]
            self.outputs.output.reason[layer][0] = len(self.terms.reasons) - 1
        self.unit.has_last = 1
        self.unit.last = day
        if refund_id:
            self.settled[refund_id] = ()
        return 0, self._settlement(None)

    @cython.final
    cdef int _restore(self, bytes totals) except -1:
        if self.unit.restore(<const int64_t *>PyBytes_AS_STRING(totals)) < 0:
            raise MemoryError("totals")
        return 0

    @cython.final
    cdef list _replay(self):
        """Makes the unit what its history makes of it: what is paid by layer, None where a claim is
        now rejected."""
        cdef Py_ssize_t number, place, layer, n = self.outputs.n_layers
        cdef const int64_t *words
        cdef list paid = [0] * n
        self._restore(self.base)
        for number in range(self.gone.n):
            if self.gone.data[number]:
                continue
            words = self.kept_words.data + number * (self.n_claim + 1)
            for place in range(self.n_claim):
                self.fields[place].word[0] = words[place + 1]
                self.fields[place].given[0] = self.kept_given.data[number * self.n_claim + place]
            if self._run(words[0]):
                return None
            for layer in range(n):
                paid[layer] += self.outputs.output.pay[layer][0]
        return paid

    def _totals_to(self, Totals to):
        """Puts the unit's totals, as they now are, into an empty table."""
        if self.unit.dump(self.id, &to.rows) < 0:
            raise MemoryError("totals")


cdef object _settle(object me, PyObject *const *args, Py_ssize_t n, PyObject *kwnames):
    """`Open.settle`: one mapping, or keywords."""
    cdef Open self = <Open>me
    cdef Py_ssize_t index
    if n != (1 if kwnames == NULL else 0):
        raise TypeError("settle() takes one claim, as a mapping or in keywords")
    if not self.is_busy:
        self.is_busy = True
        try:
            if kwnames != NULL:
                found = self._quickly(args, kwnames, None)
            elif PyDict_CheckExact(<object>args[0]):
                found = self._quickly(args, NULL, <object>args[0])
            else:
                found = None
        finally:
            self.is_busy = False
        if found is not None:
            return found
    if kwnames == NULL:
        return me._carefully(<object>args[0], False)
    names = <tuple>kwnames
    return me._carefully(
        {names[index]: <object>args[index] for index in range(len(names))}, True)


hmb_add_settle(Open, _settle, b"""settle($self, claim=None, /, **attributes)
--

Adjudicate the unit's next claim, given in keywords or as one mapping.

Attributes come by name or label: money as Decimal, str or int (units of the currency; minor units in a
session opened with minor_units), dates as datetime.date or text. claim_id may be left out, member_id too
where the session was opened with one member. With `refunds` it takes back the claim with that id; claims
are remembered for it from the first one on that has a claim_id.

Raises: BadRow, after which nothing has moved; TypeError for a float, and for a keyword that the scheme
does not know (a mapping may have more keys).""")


def totals_in(Unit unit, bytes record, Py_ssize_t place, int64_t id, Totals to):
    """Puts totals that a settlement holds, from this word of its record, into an empty table."""
    if unit.restore(<const int64_t *>PyBytes_AS_STRING(record) + place) < 0 \
            or unit.dump(id, &to.rows) < 0:
        raise MemoryError("totals")


def one_place() -> Block:
    """Room for the member of one row of claims."""
    return new_block(8)
