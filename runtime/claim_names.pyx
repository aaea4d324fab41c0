# cython: language_level=3, boundscheck=False, wraparound=False
"""By which names a claim gives its values, and which of them one call of `settle` gave.

All sessions of an evaluator share one: what it learns from calls depends on their names alone.
"""

from libc.stdint cimport int32_t

from hmbc.runtime.memory cimport new_block

CLAIM_ID, MEMBER_ID, REFUNDS = PLACE_CLAIM_ID, PLACE_MEMBER_ID, PLACE_REFUNDS

cdef enum:
    MOST_SIGNATURES = 1024


cdef class Signature:
    """The names of one call, in its order, and their places."""

    def __init__(self, ClaimNames known, tuple names):
        cdef Py_ssize_t index
        self.names = names
        self.n = len(names)
        self.block = new_block((sizeof(PyObject *) + sizeof(int32_t)) * self.n)
        self.texts = <PyObject **>self.block.data
        self.places = <int32_t *>(self.texts + self.n)
        places = [known.places.get(name, PLACE_UNKNOWN) for name in names]
        for index in range(self.n):
            self.texts[index] = <PyObject *>names[index]
            self.places[index] = places[index]
        known_places = [place for place in places if place != PLACE_UNKNOWN]
        self.has_unknown = len(known_places) < self.n
        self.is_complete = (
            known.required.issubset(places) and len(set(known_places)) == len(known_places)
        )


cdef class ClaimNames:
    """places: of every name and label: of claim attributes in the order of the plan, of what is no
    attribute those above. required: the places of which a claim must give a value."""

    def __init__(self, dict places, required):
        self.places = places
        self.required = frozenset(required)
        self.signatures = {}

    cdef Signature signature(self, tuple names):
        """The names of one call. It is kept, for a program calls from few places."""
        found = self.signatures.get(names)
        if found is None:
            if len(self.signatures) >= MOST_SIGNATURES:
                self.signatures = {}
            found = self.signatures[names] = Signature(self, names)
        return <Signature>found
