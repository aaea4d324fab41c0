"""One Python value to one word."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from hmbc.runtime.cell_reader cimport CellReader

cdef enum:
    CELL_ODD = 98

cdef extern from *:
    """
    /* Whether two texts, of which neither is of a subclass, read the same. */
    static inline int hmb_same_letters(PyObject *value, PyObject *text) {
        const Py_ssize_t n = PyUnicode_GET_LENGTH(value);
        return n == PyUnicode_GET_LENGTH(text) && PyUnicode_KIND(value) == PyUnicode_KIND(text)
            && !memcmp(PyUnicode_DATA(value), PyUnicode_DATA(text), n * PyUnicode_KIND(value));
    }
    /* Whether a value is a plain text that reads as `text` does. */
    static inline int hmb_same_text(PyObject *value, PyObject *text) {
        return PyUnicode_CheckExact(value) && hmb_same_letters(value, text);
    }
    """
    bint same_letters "hmb_same_letters" (PyObject *value, PyObject *text)
    bint same_text "hmb_same_text" (PyObject *value, PyObject *text)

cdef int word_of(CellReader reader, object value, int64_t *to) except -1
