# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""One Python value to one word, where that is plain: the way of a claim that has nothing odd in it.

It calls no code that is written in Python, so a claim is read without another thread between.
"""

from decimal import Decimal

from cpython.datetime cimport PyDate_CheckExact, import_datetime
from cpython.datetime cimport date_day, date_month, date_year
from cpython.dict cimport PyDict_GetItemWithError
from cpython.long cimport PyLong_AsLong, PyLong_CheckExact
from cpython.object cimport PyObject, PyObject_Str, Py_TYPE
from cpython.unicode cimport PyUnicode_CheckExact

from hmbc.runtime.cell_reader cimport (
    K_BOOL,
    K_CODE,
    K_DATE,
    K_ENUM,
    K_INT,
    K_MONEY,
    K_PERIODS,
    K_RATIO,
    in_domain,
)
from hmbc.runtime.cells cimport CELL_NULL, CELL_OK, days_of
from hmbc.runtime.values cimport Values, one_row

import_datetime()

cdef extern from "Python.h":
    """
    /* The UTF-8 of a text, or NULL (and no error) where it has none. */
    static inline const char *hmb_utf8(PyObject *text, Py_ssize_t *n) {
        const char *found = PyUnicode_AsUTF8AndSize(text, n);
        if (!found) PyErr_Clear();
        return found;
    }
    """
    const char *hmb_utf8(object text, Py_ssize_t *n)
    long long PyLong_AsLongLongAndOverflow(object value, int *overflow) except? -1
    bint __builtin_mul_overflow(int64_t a, int64_t b, int64_t *to) nogil

cdef PyObject *DECIMAL = <PyObject *>Decimal
_held = Decimal


cdef int word_of(CellReader reader, object value, int64_t *to) except -1:
    """CELL_OK and the word; CELL_NULL where there is no value; anything else says that the value is
    bad or not of the plainest type: units_text.value_text and CellReader.parse say what it is."""
    cdef int kind = reader.kind, overflow = 0
    cdef PyObject *found
    if value is None:
        return CELL_NULL
    if kind == K_BOOL:
        if value is True or value is False:
            to[0] = value is True
            return CELL_OK
    elif kind == K_DATE:
        if PyDate_CheckExact(value):
            to[0] = days_of(date_year(value), date_month(value), date_day(value))
            return in_domain(reader, to[0])
    elif kind == K_ENUM:
        if PyUnicode_CheckExact(value):
            found = PyDict_GetItemWithError(reader.choices, value)
            if found != NULL:
                to[0] = PyLong_AsLong(<object>found)
                return CELL_OK
    elif kind == K_PERIODS:
        return CELL_ODD
    elif kind != K_CODE:
        if PyLong_CheckExact(value) and kind != K_RATIO:
            to[0] = PyLong_AsLongLongAndOverflow(value, &overflow)
            if overflow:
                return CELL_ODD
            if kind == K_MONEY and not reader.minor_units:
                if __builtin_mul_overflow(to[0], reader.scale, to):
                    return CELL_ODD
            return in_domain(reader, to[0])
        if <PyObject *>Py_TYPE(value) == DECIMAL:
            # `1E+3` is no number for take_text, and odd: format(value, "f") writes it out
            return _text(reader, PyObject_Str(value), to)
    return _text(reader, value, to) if PyUnicode_CheckExact(value) else CELL_ODD


cdef inline int _text(CellReader reader, object text, int64_t *to):
    cdef Py_ssize_t n
    cdef const char *raw = hmb_utf8(text, &n)
    return CELL_ODD if raw == NULL else reader.take_text(raw, n, to)


def plain_columns(wanted, row) -> list:
    """Columns of one row, of each attribute that is given by its name alone, and whose value is of the plainest
    type; None for any other.

    wanted: of each attribute its name, its label or None, its reader, whether it may be absent.
    """
    cdef int64_t word = 0
    cdef CellReader reader
    cdef bint optional
    cdef list found = []
    for name, label, reader, optional in wanted:
        is_named = name in row and (label is None or label not in row)
        is_plain = is_named and word_of(reader, row[name], &word) == CELL_OK
        found.append(one_row(word, optional) if is_plain else None)
    return found


def plain_word(CellReader reader, value):
    """The word of a value of the plainest type; None of any other, and where there is none."""
    cdef int64_t word = 0
    return word if word_of(reader, value, &word) == CELL_OK else None
