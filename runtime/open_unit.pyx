# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Runs a compiled scheme over one unit, one claim at a time.

`settle` takes a claim in which every value is of its plainest type (plain_claim.pyx). Whatever else
it meets it leaves to `_carefully`, of runtime/session.py, which alone says what is wrong with a claim;
nothing has moved until then.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING
from cpython.dict cimport PyDict_CheckExact
from cpython.object cimport PyObject
from cpython.unicode cimport PyUnicode_CheckExact
from libc.stdint cimport int16_t, int64_t, uint8_t

from hmbc.runtime.abi cimport HMB_OK, hmb_output
from hmbc.runtime.claims_kept cimport ClaimsKept
from hmbc.runtime.claim_names cimport Signature
from hmbc.runtime.member_rows cimport MemberRows
from hmbc.runtime.memory cimport Block, new_block
from hmbc.runtime.plain_claim cimport PlainClaim
from hmbc.runtime.scheme_call cimport Entry, Inputs, start_unit
from hmbc.runtime.settlement cimport Settlement, Terms, new_settlement
from hmbc.runtime.totals cimport Totals
from hmbc.runtime.units cimport Unit

from hmbc.runtime.claim_rows import LATE, REFUND_TWICE, REFUND_UNSETTLES

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
    /* A function is called with less between than an object that can be called. */
    static PyMethodDef hmb_in_order = {"settle", NULL, METH_FASTCALL, NULL};
    static PyObject *hmb_function_in_order(PyObject *me, _PyCFunctionFast run, const char *doc) {
        hmb_in_order.ml_meth = (PyCFunction)(void (*)(void))run;
        hmb_in_order.ml_doc = doc;
        return PyCFunction_New(&hmb_in_order, me);
    }
    /* Whether anybody but the one owner of a reference has the object. */
    static inline int hmb_is_shared(PyObject *one) { return Py_REFCNT(one) != 1; }
    """
    ctypedef object (*method)(object, PyObject *const *, Py_ssize_t, PyObject *)
    ctypedef object (*function)(object, PyObject *const *, Py_ssize_t)
    int hmb_add_settle(object type, method run, const char *doc) except -1
    object hmb_function_in_order(object me, function run, const char *doc)
    bint hmb_is_shared(PyObject *one)


cdef class Open:
    """One unit, kept open. For one thread at a time.

    inputs: their claim columns are the row of `claim`. people: number of each member by name; sole:
    the name of a member that claims need not name, or None; any_name: they may call it as they like.
    before: the totals it begins with. deadlines: takes the words of a claim, None for absent ones, and
    gives the last days, or None where one cannot be counted; None for a scheme without. is_plain: no
    attribute is called as an identifier is.
    """
    cdef Entry entry
    cdef Inputs inputs
    cdef Unit unit
    cdef hmb_output output
    cdef Block columns              # the pointers of `output`
    cdef uint8_t status
    cdef Settlement last            # where the scheme writes: the last settlement, or one not yet given out
    cdef int64_t id
    cdef PlainClaim claim
    cdef ClaimsKept kept
    cdef MemberRows rows
    cdef dict people
    cdef object sole
    cdef int64_t sole_number
    cdef int64_t sole_row           # -1: it depends on the day, or claims name their member
    cdef bint any_name
    cdef object deadlines
    cdef Terms terms
    cdef bint is_plain
    cdef bint is_simple             # one member with one row, no lists, no deadlines, no claims kept
    cdef bint is_busy
    cdef readonly int64_t attempts  # claims that came, with the bad ones

    def __init__(self, Entry entry, Inputs inputs, Unit unit, Totals before, int64_t id,
                 PlainClaim claim, MemberRows rows, dict people, sole, bint any_name, deadlines,
                 Terms terms, bint is_plain):
        cdef bint hole = False
        self.entry = entry
        self.inputs = inputs
        self.unit = unit
        self.columns = new_block(2 * sizeof(void *) * len(terms.layers))
        self.output.pay = <int64_t **>self.columns.data
        self.output.reason = <int16_t **>self.columns.data + len(terms.layers)
        self.output.status = &self.status
        self.id = id
        self.claim = claim
        self.kept = ClaimsKept(claim.n_claim)
        self.rows = rows
        self.people = people
        self.sole = sole
        self.sole_number = self.sole_row = -1
        if sole is not None:
            self.sole_number = people[sole]
            if not rows.varies:
                self.sole_row = rows.find(self.sole_number, 0, &hole)
        self.any_name = any_name
        self.deadlines = deadlines
        self.terms = terms
        self.is_plain = is_plain
        self.is_simple = self.sole_row >= 0 and not inputs.n_listed and deadlines is None
        if start_unit(unit, before, id) < 0:
            raise MemoryError("totals")

    # ---- a claim that has nothing odd in it

    @cython.final
    cdef inline bint _quickly(self) except -1:
        """Whether the claim that has been taken is settled; it is not where more care is needed."""
        cdef int64_t day = self.claim.words[self.claim.day]
        if not self.is_simple or self.claim.claim_id != NULL or self.claim.member_id != NULL:
            return self._quickly_enough(day)
        if (self.unit.has_last and day < self.unit.last) or self._run(self.sole_row):
            return False
        self._has_moved(day)
        return True

    @cython.final
    cdef bint _quickly_enough(self, int64_t day) except -1:
        """As `_quickly`, of a claim that names things, or needs to be looked at more."""
        cdef int64_t row = self.sole_row
        cdef bytes base = None
        cdef object claim_id = None, name = self.sole, days = None
        if self.claim.claim_id != NULL:
            claim_id = <object>self.claim.claim_id
            if not PyUnicode_CheckExact(claim_id) or self.kept.knows(claim_id):
                return False
            base = self._base(claim_id)
        if row < 0 or self.claim.member_id != NULL:
            if self.claim.member_id != NULL:
                name = <object>self.claim.member_id
                if not PyUnicode_CheckExact(name):
                    return False
            row = self._row_of(name, day)
            if self.any_name:
                name = self.sole
        if row < 0 or (self.unit.has_last and day < self.unit.last):
            return False
        if self.deadlines is not None:
            days = self.deadlines([
                word if is_given else None
                for word, is_given in zip(*self.claim.row())
            ])
            if days is None:
                return False
        if self.inputs.n_listed:
            self.inputs.relist()
        if self._run(row):
            return False
        self._has_moved(day)
        self._keep(base, row, claim_id, name)
        self.last.days = days
        return True

    @cython.final
    cdef int64_t _row_of(self, object name, int64_t day) except -2:
        """The row of the member that a claim names, or of the sole one (None: it names none); -1 where
        there is none."""
        cdef bint hole = False
        cdef int64_t row
        number = self.sole_number if name is None or self.any_name else self.people.get(name)
        if number is None:
            return -1
        row = self.rows.find(number, day, &hole)
        return -1 if hole else row

    # ---- what both ways share

    @cython.final
    cdef inline int _run(self, int64_t row) except -1:
        """Runs the scheme on the claim that was taken. Returns 1 where it is rejected, else 0."""
        cdef int64_t first = 0
        # so is None, before the first claim
        if hmb_is_shared(<PyObject *>self.last):
            self._renew()
        self.claim.row_member[0] = row
        self.entry.run(&self.inputs.input, &first, 1, &self.unit.state, &self.output)
        if self.unit.map.failed:
            raise MemoryError("totals")
        return self.status != HMB_OK

    @cython.final
    cdef int _renew(self) except -1:
        """Leaves the last settlement to those who have it, as it is, and lets the scheme write to a
        new one."""
        cdef Py_ssize_t layer
        cdef int64_t **pays = <int64_t **>self.columns.data
        cdef int16_t **reasons = <int16_t **>(pays + len(self.terms.layers))
        if self.last is not None:
            self.last.keep_totals()
        self.last = new_settlement(self.terms)
        self.last.unit = self.unit
        for layer in range(len(self.terms.layers)):
            pays[layer] = self.last.pays + layer
            reasons[layer] = self.last.reasons + layer
        return 0

    @cython.final
    cdef inline void _has_moved(self, int64_t day) noexcept:
        self.attempts += 1
        self.unit.has_last = 1
        self.unit.last = day

    @cython.final
    cdef bytes _base(self, object claim_id):
        """The totals before the first claim that is kept, if this is it; else None."""
        return self.unit.kept() if claim_id and self.kept.base is None else None

    @cython.final
    cdef int _keep(self, bytes base, int64_t row, claim_id, name) except -1:
        """Keeps the claim that was taken, if claims are kept from now on or have been."""
        if base is not None or self.kept.base is not None:
            self.is_simple = False
            self.kept.keep(base, self.claim, row, claim_id, name)
        return 0

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
        """(number among those kept, its member's name) of a claim, () of a refund, None of one that
        is not known."""
        return self.kept.places.get(claim_id)

    def _settle(self, int64_t day, int64_t row, words, given, str claim_id, str name, days):
        """Adjudicates a claim that was read with care: (status, settlement); a bad one moves
        nothing."""
        cdef bytes base
        if self.unit.has_last and day < self.unit.last:
            return LATE, None
        self.claim.put(words, given)
        self.inputs.relist()
        base = self._base(claim_id)
        if self._run(row):
            return self.status, None
        self.unit.has_last = 1
        self.unit.last = day
        self._keep(base, row, claim_id, name)
        self.last.days = days
        return 0, self.last

    def _refund(self, int64_t day, int64_t number, str refund_id):
        """Takes back the claim with this number among those kept: (status, settlement)."""
        cdef int64_t last = self.unit.last
        cdef Py_ssize_t layer
        cdef bytes now
        if self.unit.has_last and day < last:
            return LATE, None
        if self.kept.gone.data[number]:
            return REFUND_TWICE, None
        if hmb_is_shared(<PyObject *>self.last):
            self._renew()       # before its totals are taken back
        now = self.unit.kept()
        before = self._replay()
        self.kept.gone.data[number] = 1
        after = self._replay()
        if after is None:
            self.kept.gone.data[number] = 0
            self._restore(now)
            return REFUND_UNSETTLES, None
        for layer in range(len(self.terms.layers)):
            self.last.pays[layer] = after[layer] - before[layer]
            self.last.reasons[layer] = <int16_t>(len(self.terms.reasons) - 1)
        self.unit.has_last = 1
        self.unit.last = day
        if refund_id:
            self.kept.places[refund_id] = ()
        self.last.days = None
        return 0, self.last

    @cython.final
    cdef int _restore(self, bytes totals) except -1:
        if self.unit.restore(<const int64_t *>PyBytes_AS_STRING(totals)) < 0:
            raise MemoryError("totals")
        return 0

    @cython.final
    cdef list _replay(self):
        """Makes the unit what its history makes of it: what is paid by layer, None where a claim is
        now rejected."""
        cdef Py_ssize_t number, layer, n = len(self.terms.layers)
        cdef list paid = [0] * n
        self._restore(self.kept.base)
        for number in range(self.kept.gone.n):
            if self.kept.gone.data[number]:
                continue
            if self._run(self.kept.put_back(number, self.claim)):
                return None
            for layer in range(n):
                paid[layer] += self.last.pays[layer]
        return paid

    def _totals_to(self, Totals to):
        """Puts the unit's totals, as they now are, into an empty table."""
        if self.unit.dump(self.id, &to.rows) < 0:
            raise MemoryError("totals")


cdef object _settle(object me, PyObject *const *args, Py_ssize_t n, PyObject *keywords):
    """`Open.settle`: one mapping, or keywords."""
    cdef Open self = <Open>me
    cdef Py_ssize_t index
    cdef bint done
    if n != (keywords == NULL):
        raise TypeError("settle() takes one claim, as a mapping or in keywords")
    if self.is_plain and not self.is_busy:
        self.is_busy = True
        try:
            if keywords != NULL:
                done = self.claim.take_keywords(args, keywords)
            else:
                done = PyDict_CheckExact(<object>args[0]) and self.claim.take_dict(args[0])
            if done:
                done = self._quickly()
        finally:
            self.is_busy = False
        if done:
            return self.last
    if keywords == NULL:
        return me._carefully(<object>args[0], False)
    names = <tuple>keywords
    return me._carefully(
        {names[index]: <object>args[index] for index in range(len(names))}, True)


@cython.final
cdef class Order:
    """In which order claims of a session give their values."""
    cdef Open session
    cdef Signature call

    def __init__(self, Open session, tuple names):
        self.session = session
        self.call = session.claim.names.signature(names)


cdef object _settle_in_order(object me, PyObject *const *args, Py_ssize_t n):
    """What `Open.settler` gives."""
    cdef Order order = <Order>me
    cdef Open self = order.session
    cdef Signature call = order.call
    cdef Py_ssize_t index
    cdef bint done
    if n != call.n:
        raise TypeError(f"settle() takes {call.n} values ({', '.join(call.names)}), {n} were given")
    if self.is_plain and not self.is_busy:
        self.is_busy = True
        try:
            done = self.claim.take_values(args, call) and self._quickly()
        finally:
            self.is_busy = False
        if done:
            return self.last
    return self._carefully({call.names[index]: <object>args[index] for index in range(n)}, True)


def in_order(Open session, tuple names):
    """A function that settles claims of a session by their values alone, in the order of these names."""
    return hmb_function_in_order(Order(session, names), _settle_in_order, b"""settle($self, /, *values)
--

Adjudicate the session's next claim, given by its values in the order of the settler's names.""")


hmb_add_settle(Open, _settle, b"""settle($self, claim=None, /, **attributes)
--

Adjudicate the unit's next claim, given in keywords or as one mapping.

Attributes come by name or label: money as Decimal, str or int (units of the currency; minor units in a
session opened with minor_units), dates as datetime.date or text. claim_id may be left out, member_id too
where the session was opened with one member. With `refunds` it takes back the claim with that id; claims
are remembered for it from the first one on that has a claim_id.

Raises: BadRow, after which nothing has moved; TypeError for a float, and for a keyword that the scheme
does not know (a mapping may have more keys).""")


def totals_in(Unit unit, bytes totals, int64_t id, Totals to):
    """Puts totals that a settlement holds into an empty table."""
    if unit.restore(<const int64_t *>PyBytes_AS_STRING(totals)) < 0 \
            or unit.dump(id, &to.rows) < 0:
        raise MemoryError("totals")
