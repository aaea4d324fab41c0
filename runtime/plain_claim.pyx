# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""A claim in which every value is of its plainest type, read into the row that a scheme reads.

Nothing here says what is wrong with a claim: whatever is odd in it is left alone. No code that is
written in Python is called, so a claim is read without another thread between.
"""

cimport cython
from cpython.datetime cimport (
    PyDate_CheckExact,
    date_day,
    date_month,
    date_year,
    import_datetime,
)
from cpython.dict cimport PyDict_Next, PyDict_Size
from cpython.long cimport PyLong_CheckExact
from cpython.unicode cimport PyUnicode_CheckExact
from libc.stdint cimport INT64_MAX, INT64_MIN, int32_t

from hmbc.runtime.cell_reader cimport (
    K_BOOL,
    K_CODE,
    K_DATE,
    K_ENUM,
    K_INT,
    K_MONEY,
    CellReader,
    Choice,
)
from hmbc.runtime.cells cimport CELL_NULL, CELL_OK, days_of
from hmbc.runtime.claim_names cimport PLACE_CLAIM_ID, PLACE_MEMBER_ID, PLACE_REFUNDS
from hmbc.runtime.memory cimport new_block
from hmbc.runtime.python_cells cimport same_letters, same_text, word_of
from hmbc.runtime.scheme_call cimport Inputs

import_datetime()

cdef extern from *:
    PyObject *Py_None
    PyObject *Py_True
    PyObject *Py_False
    long long PyLong_AsLongLongAndOverflow(object value, int *overflow)
    bint __builtin_mul_overflow(int64_t a, int64_t b, int64_t *to) nogil


cdef inline const Choice *_choice(const Field *field, PyObject *value) noexcept:
    """What a text of an enum stands for, or NULL. Texts written out in a program are the same objects."""
    cdef int64_t at
    for at in range(field.n_few):
        if field.few[at].text == value:
            return &field.few[at]
    if PyUnicode_CheckExact(<object>value):
        for at in range(field.n_few):
            if same_letters(value, field.few[at].text):
                return &field.few[at]
    return NULL


cdef inline bint _taken(PlainClaim self, const uint8_t *kinds, int64_t *words, uint8_t *given,
                        Py_ssize_t place, PyObject *value) except -1:
    """Whether a value could be taken as it is. kinds, words, given: those of `self`, at hand."""
    cdef const Field *field
    cdef const Choice *choice
    cdef int kind, overflow = 0
    cdef int64_t word
    if place < 0:
        return self._take_other(place, value)
    kind = kinds[place]
    given[place] = 1
    if kind == K_BOOL:
        if value == Py_True or value == Py_False:
            words[place] = value == Py_True
            return True
        return self._take_other(place, value)
    field = &self.fields[place]
    if kind == K_ENUM:
        choice = _choice(field, value)
        if choice != NULL:
            words[place] = choice.index
            return True
    elif kind == K_DATE:
        if PyDate_CheckExact(<object>value):
            word = days_of(
                date_year(<object>value), date_month(<object>value), date_day(<object>value))
            words[place] = word
            return field.low <= word <= field.high
    elif kind == K_MONEY or kind == K_INT:
        if PyLong_CheckExact(<object>value):
            word = PyLong_AsLongLongAndOverflow(<object>value, &overflow)
            if overflow or __builtin_mul_overflow(word, field.scale, &word):
                return False
            words[place] = word
            return field.low <= word <= field.high
    return self._take_other(place, value)


@cython.final
cdef class ClaimFields:
    """How the values of claims are read.

    readers: the deciding day last where it is no attribute; optional: of each attribute, whether it may be
    absent; day: the place of the deciding one.
    """

    def __init__(self, ClaimNames names, list readers, list optional, Py_ssize_t day):
        cdef Py_ssize_t place, n = len(readers)
        cdef Field *field
        cdef CellReader reader
        self.names = names
        self.readers = readers
        self.optional = optional
        self.may_lack = True in optional
        self.n = n
        self.day = day
        self.fields_block = new_block(n * sizeof(Field))
        self.kinds_block = new_block(n)
        self.fields = <Field *>self.fields_block.data
        self.kinds = <uint8_t *>self.kinds_block.data
        for place in range(n):
            reader = readers[place]
            field = &self.fields[place]
            field.reader = <PyObject *>reader
            field.is_required = place in names.required
            field.low = reader.low if reader.has_low else INT64_MIN
            field.high = reader.high if reader.has_high else INT64_MAX
            field.scale = reader.scale if reader.kind == K_MONEY and not reader.minor_units else 1
            field.n_few = reader.n_few
            field.few = reader.few
            field.missing = -1 if reader.kind == K_CODE else 0
            self.kinds[place] = reader.kind


@cython.final
cdef class PlainClaim:
    """One row, and how a claim gets into it. inputs: they get that row."""

    def __init__(self, ClaimFields of, Inputs inputs):
        self.of = of
        self.names, self.fields, self.kinds = of.names, of.fields, of.kinds
        self.may_lack, self.n_claim, self.day = of.may_lack, len(of.optional), of.day
        self.words_block = new_block(8 * of.n)
        self.given_block = new_block(of.n)
        self.words = <int64_t *>self.words_block.data
        self.given = <uint8_t *>self.given_block.data
        self.row_member = inputs.take_row(self.words_block, self.given_block, of.optional)

    cdef bint take_keywords(self, PyObject *const *args, PyObject *keywords) except -1:
        """Whether a claim in keywords (a tuple of names) could be taken as it is."""
        # a call that is written out in a program has the same tuple each time
        if <PyObject *>self.keywords != keywords:
            self.keywords = <tuple>keywords
            self.by_keywords = self.names.signature(self.keywords)
        return self.take_values(args, self.by_keywords)

    cdef bint take_values(self, PyObject *const *args, Signature call) except -1:
        """Whether a claim could be taken as it is, of which these are the values."""
        cdef Py_ssize_t index, n = call.n
        cdef const int32_t *places = call.places
        cdef const uint8_t *kinds = self.kinds
        cdef int64_t *words = self.words
        cdef uint8_t *given = self.given
        if not call.is_complete or call.has_unknown:
            return False
        self._forget()
        for index in range(n):
            if not _taken(self, kinds, words, given, places[index], args[index]):
                return False
        return True

    cdef bint take_dict(self, PyObject *claim) except -1:
        """Whether a claim in a dict could be taken as it is."""
        cdef Signature call = self.by_keys
        cdef Py_ssize_t index = 0, at = 0
        cdef PyObject *key
        cdef PyObject *value
        cdef const uint8_t *kinds = self.kinds
        cdef int64_t *words = self.words
        cdef uint8_t *given = self.given
        self._forget()
        if call is not None and call.n == PyDict_Size(<object>claim):
            # claims of one source have the same keys in the same order
            while PyDict_Next(<object>claim, &at, &key, &value):
                if key != call.texts[index] and not same_text(key, call.texts[index]):
                    break
                if not _taken(self, kinds, words, given, call.places[index], value):
                    return False
                index += 1
            if index == call.n:
                return True
            self._forget()
            index = at = 0
        keys = tuple(<object>claim)
        for one in keys:
            if not PyUnicode_CheckExact(one):
                return False
        call = self.names.signature(keys)
        if not call.is_complete:
            return False
        self.by_keys = call
        while PyDict_Next(<object>claim, &at, &key, &value):
            if not _taken(self, kinds, words, given, call.places[index], value):
                return False
            index += 1
        return True

    cdef void _forget(self) noexcept:
        """Makes every value that may be absent so."""
        cdef Py_ssize_t place
        self.claim_id = self.member_id = NULL
        if self.may_lack:
            for place in range(self.n_claim):
                self.words[place] = self.fields[place].missing
                self.given[place] = 0

    cdef bint _take_other(self, Py_ssize_t place, PyObject *value) except -1:
        """Takes an identifier, or a value that is not of the kind that most are."""
        cdef const Field *field
        cdef int status
        if place < 0:
            if value != Py_None:
                if place == PLACE_CLAIM_ID:
                    self.claim_id = value
                elif place == PLACE_MEMBER_ID:
                    self.member_id = value
                elif place == PLACE_REFUNDS:
                    return False
            return True
        field = &self.fields[place]
        status = word_of(<CellReader>field.reader, <object>value, &self.words[place])
        if status == CELL_NULL and not field.is_required:
            self.words[place] = field.missing
            self.given[place] = 0
            return True
        return status == CELL_OK

    # ---- the row as it is

    cdef tuple row(self):
        """The words of the claim, and of each whether it is there."""
        return (
            [self.words[place] for place in range(self.n_claim)],
            [self.given[place] != 0 for place in range(self.n_claim)],
        )

    cdef int put(self, words, given) except -1:
        """Takes a claim that was read with care."""
        cdef Py_ssize_t place
        for place in range(self.n_claim):
            self.words[place] = words[place]
            self.given[place] = given[place]
        return 0
