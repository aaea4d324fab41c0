# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The claims that a session settled, kept so that one of them can be taken back.

They are kept from the first one on that has a claim_id; one without may stand between.
"""

from libc.stdlib cimport free

from hmbc.runtime.memory cimport append, push


cdef class ClaimsKept:
    """n_claim: words of a claim."""

    def __cinit__(self, Py_ssize_t n_claim):
        self.n_claim = n_claim
        self.places = {}

    def __dealloc__(self):
        free(self.words.data)
        free(self.given.data)
        free(self.gone.data)

    cdef bint knows(self, str claim_id) except -1:
        return claim_id in self.places

    cdef int keep(self, bytes base, PlainClaim claim, int64_t row, str claim_id, str name) except -1:
        """Keeps the claim that was read last. base: the totals before it, if it is the first; row:
        that of its member; claim_id: None or empty where it has none."""
        cdef Py_ssize_t place
        cdef char flag = 0
        cdef int failed = push(&self.words, row)
        if base is not None:
            self.base = base
        for place in range(self.n_claim):
            failed |= push(&self.words, claim.words[place])
        failed |= append(&self.given, <char *>claim.given, self.n_claim)
        failed |= append(&self.gone, &flag, 1)
        if failed:
            raise MemoryError("history")
        if claim_id:
            self.places[claim_id] = self.gone.n - 1, name
        return 0

    cdef int64_t put_back(self, int64_t number, PlainClaim claim) noexcept:
        """Makes the claim with this number the one that was read; returns its member's row."""
        cdef Py_ssize_t place
        cdef const int64_t *words = self.words.data + number * (self.n_claim + 1)
        for place in range(self.n_claim):
            claim.words[place] = words[place + 1]
            claim.given[place] = self.given.data[number * self.n_claim + place]
        return words[0]
