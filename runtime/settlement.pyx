# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What one claim came to, as numbers that are put into words when they are asked for.

It holds what the scheme wrote, what each layer pays and why. The unit's totals stay where they are until
the session goes on: then they are kept as units.Unit.snapshot writes them, if somebody still has the
settlement. Nothing is worked out before somebody asks.
"""

import datetime
from decimal import Context, Decimal

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.string cimport memset

from hmbc.runtime.arrow_out import OutTable
from hmbc.runtime.out_columns import int_column, text_column

_EPOCH = datetime.date(1970, 1, 1)
_EXACT = Context(prec=100)
"""A caller's own context may round; no amount has as many digits as this."""

cdef enum:
    REJECTED_WORD = 2   # of a snapshot


cdef class Terms:
    """What the numbers of a session's settlements stand for.

    ranks: of each reason; the least decides, if no layer pays. deadlines: their names. make_state: the
    table of totals out of a snapshot of them.
    """

    def __init__(self, tuple layers, tuple reasons, tuple ranks, tuple deadlines, int digits,
                 make_state):
        self.layers = layers
        self.reasons = reasons
        self.ranks = ranks
        self.deadlines = deadlines
        self.digits = digits
        self.make_state = make_state


@cython.final
@cython.no_gc
@cython.freelist(32)
cdef class Settlement:
    """What one claim came to. It does not change when later claims are settled.

    total_pay, layers: in units of the currency, as Decimals; total_minor, layers_minor: in minor
    units, as whole numbers, which is faster. reason: the one that decided.
    """

    def __init__(self):
        raise TypeError("a Settlement comes from Session.settle")

    @property
    def total_minor(self):
        """What is paid in all, in minor units (fen)."""
        cdef int64_t total = 0
        cdef Py_ssize_t layer
        for layer in range(len(self.terms.layers)):
            total += self.pays[layer]
        return total

    @property
    def total_pay(self):
        """What is paid in all, in units of the currency."""
        return _units(self.total_minor, self.terms.digits)

    @property
    def reason(self):
        """The reason that decided: that of a layer that paid, if any did."""
        cdef Py_ssize_t layer, n = len(self.terms.layers)
        cdef int64_t reason, found = -1
        for layer in range(n):
            reason = self.reasons[layer]
            if self.pays[layer] > 0:
                return self.terms.reasons[reason]
            if found < 0 or self.terms.ranks[reason] < self.terms.ranks[found]:
                found = reason
        return "" if found < 0 else self.terms.reasons[found]

    @property
    def layers(self):
        """By name of the layer: (what it pays in units of the currency, its reason)."""
        return {
            layer: (_units(pay, self.terms.digits), reason)
            for layer, (pay, reason) in self.layers_minor.items()
        }

    @property
    def layers_minor(self):
        """By name of the layer: (what it pays in minor units, its reason)."""
        cdef Py_ssize_t layer
        return {
            self.terms.layers[layer]: (self.pays[layer], self.terms.reasons[self.reasons[layer]])
            for layer in range(len(self.terms.layers))
        }

    @property
    def after_reject(self):
        """Whether an earlier row of the unit was rejected, in the state that the session began
        with."""
        if self.unit is not None:
            return self.unit.rejected != 0
        return (<const int64_t *>PyBytes_AS_STRING(self.totals))[REJECTED_WORD] != 0

    @property
    def due(self):
        """By deadline of the scheme, the last day for payment; None where there is none."""
        days = self.days or (None,) * len(self.terms.deadlines)
        return {
            name: None if day is None else _EPOCH + datetime.timedelta(day)
            for name, day in zip(self.terms.deadlines, days)
        }

    @property
    def state(self):
        """The unit's totals after this claim, as a table for `Evaluator.open` or `adjudicate`."""
        return self.terms.make_state(self.totals if self.unit is None else self.unit.kept())

    cdef int keep_totals(self) except -1:
        """Makes it independent of the unit, which goes on."""
        self.totals = self.unit.kept()
        self.unit = None
        return 0

    def __reduce__(self):
        return _unpickled, (self._plain(),)

    def _plain(self):
        """All that it says, in plain values."""
        return (
            self.terms.layers,
            tuple(self.layers_minor.values()),
            tuple(self.terms.ranks[self.reasons[layer]]
                  for layer in range(len(self.terms.layers))),
            self.after_reject,
            self.terms.digits,
            self.terms.deadlines,
            self.days,
            tuple(tuple(row.items()) for row in self.state.rows()),
        )

    def __eq__(self, other):
        if type(other) is not Settlement:
            return NotImplemented
        return self is other or self._plain() == (<Settlement>other)._plain()

    def __hash__(self):
        return hash((self.total_minor, self.reason, self.terms.layers))

    def __repr__(self):
        return (
            f"Settlement(total_pay={self.total_pay!r}, reason={self.reason!r}, "
            f"layers={self.layers!r}, after_reject={self.after_reject!r}, due={self.due!r})"
        )


cdef Settlement new_settlement(Terms terms):
    """One that is to be written. Whoever makes it says whose totals it shows, or gives them."""
    cdef Settlement made = Settlement.__new__(Settlement)
    cdef Py_ssize_t n = len(terms.layers)
    made.terms = terms
    made.pays = made.inside
    if n > FEW_LAYERS:
        made.beyond = PyBytes_FromStringAndSize(NULL, 16 * n)
        made.pays = <int64_t *>PyBytes_AS_STRING(made.beyond)
    made.reasons = <int16_t *>(made.pays + n)
    return made


def _unpickled(plain):
    """A settlement out of what `_plain` gave; it needs no session."""
    layers, paid, ranks, after_reject, digits, deadlines, days, rows = plain
    cdef Py_ssize_t layer
    cdef Settlement made = new_settlement(
        Terms(layers, tuple(reason for _, reason in paid), ranks, deadlines, digits, _KeptState(rows)))
    made.days = days
    for layer in range(len(layers)):
        made.pays[layer] = paid[layer][0]
        made.reasons[layer] = <int16_t>layer
    made.totals = PyBytes_FromStringAndSize(NULL, 8 * (REJECTED_WORD + 1))
    memset(PyBytes_AS_STRING(made.totals), 0, 8 * (REJECTED_WORD + 1))
    (<int64_t *>PyBytes_AS_STRING(made.totals))[REJECTED_WORD] = after_reject
    return made


class _KeptState:
    """The table of totals of a settlement that was pickled."""

    def __init__(self, rows):
        self.rows = rows

    def __call__(self, totals):
        rows = [dict(row) for row in self.rows]
        return OutTable([
            (int_column if name in ("total", "denominator") else text_column)(
                name, [row[name] for row in rows])
            for name in ("member_id", "accumulator", "key", "total", "denominator", "kernel")
        ])


cdef _units(int64_t minor, int digits):
    return Decimal(minor).scaleb(-digits, _EXACT)
