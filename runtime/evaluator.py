"""The front door of a compiled scheme: a batch of claims, or one unit's claims one at a time."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from hmbc.runtime.batch import Adjudication, Counts, adjudicate
from hmbc.runtime.by_units import Progress
from hmbc.runtime.engine import ABI
from hmbc.runtime.errors import BadParameters, BadRow, BadTable
from hmbc.runtime.feed_call import Feed
from hmbc.runtime.parameters import Parameters, check_parameters
from hmbc.runtime.plan import Plan
from hmbc.runtime.scheme_call import Entry
from hmbc.runtime.session import Session, Settlement
from hmbc.runtime.session_form import SessionForm

__all__ = [
    "Adjudication",
    "BadParameters",
    "BadRow",
    "BadTable",
    "CompiledScheme",
    "Counts",
    "Evaluator",
    "Session",
    "Settlement",
]


class CompiledScheme(Protocol):
    """The module that the compiler makes of a scheme."""

    PLAN: bytes

    def entry(self) -> object:
        """A PyCapsule named "hmb_run" around the function of evaluator.h."""


class Evaluator:
    """A compiled scheme, ready to adjudicate. Holds no totals: safe to share between threads.

    language: of messages, `zh` or `en`; without it that of the scheme. by_feed: whether tables may be
    adjudicated by the scheme's feed, where it has one; the result is the same.

    again: the function, and what it is called with, by which another process comes to the same
    evaluator. Pickled is this, not the compiled code; without it an evaluator cannot be pickled.
    """

    again: tuple[Callable[..., Evaluator], tuple[str, ...]] | None = None

    def __init__(
        self, module: CompiledScheme, language: str | None = None, *, by_feed: bool = True
    ) -> None:
        abi = getattr(module, "ABI", ABI)
        if abi != ABI:
            raise ValueError(f"the scheme was compiled for ABI {abi}, this runtime has {ABI}")
        plan = Plan.from_json(module.PLAN)
        self.plan = plan if language is None else replace(plan, language=language)
        self._entry = Entry(module.entry())
        feed = getattr(module, "feed", None)
        capsule = feed() if by_feed and feed is not None else None
        self._feed = None if capsule is None else Feed(capsule)
        odd = [item.name for item in self.plan.claim if item.kind == "periods"]
        if odd:
            raise ValueError(f"claim attributes of kind periods: {', '.join(odd)}")
        self._forms: dict[bool, SessionForm] = {}

    def __reduce__(self) -> tuple[Callable[..., Evaluator], tuple[str, ...]]:
        if self.again is None:
            raise TypeError("this evaluator cannot be pickled: load it in the process that uses it")
        return self.again

    def adjudicate(
        self,
        claims: object,
        members: object | None = None,
        parameters: Mapping[str, object] | Parameters | None = None,
        state: object | None = None,
        progress: Progress | None = None,
        *,
        minor_units: bool = False,
        threads: int = 1,
        minor_payments: bool = False,
        columns: Container[str] | None = None,
        repeated: Iterable[int] = (),
        out: Mapping[str, object] | None = None,
    ) -> Adjudication:
        """Adjudicate a table of claims, among them refunds: rows whose column `refunds` (冲销) names an
        earlier claim of the same unit in this table.

        Args: claims, members, state: anything with `__arrow_c_stream__` or `__arrow_c_array__`;
        state is the `state` of an earlier batch, after which these claims come.
        parameters: by name: scalars, and iterables of codes; or what `read_parameters` gave.
        progress: called with (rows done, rows in all) about every 100,000 rows.
        threads: how many to use; the result is the same.
        minor_units: integer columns of money count minor units; without it they are refused.
        minor_payments: payments are int64 in minor units, else decimal128 in units.
        columns: names of the columns of payments that are wanted, in whatever order; None: all.
        repeated: rows, from 0, whose claim_id came before these claims, as in another part of a table.
        out: by the name of a column, a writable buffer such as a NumPy array: the rows of the payments,
        without rejected ones, are written to its front, as `OutTable.copy_into` says; without `columns`
        those are all that is wanted.
        Raises: BadTable, BadParameters, and KeyError or ValueError for `out`. Rows that are bad are rejected and do not raise.
        """
        return adjudicate(
            self.plan,
            self._entry,
            self._feed,
            claims,
            members,
            parameters,
            state,
            progress,
            minor_units,
            threads,
            minor_payments,
            columns,
            repeated,
            out,
        )

    def read_parameters(self, parameters: Mapping[str, object] | None) -> Parameters:
        """Check parameters once, for many sessions or batches. Raises BadParameters."""
        return check_parameters(self.plan, parameters)

    def open(
        self,
        member: Mapping[str, object] | Sequence[Mapping[str, object]],
        parameters: Mapping[str, object] | Parameters | None = None,
        state: object | None = None,
        *,
        minor_units: bool = False,
    ) -> Session:
        """Open one unit's stream of claims, after those that led to `state`.

        member: the attributes of one member, or of all members of a family where the scheme makes
        that its unit: then each has a `member_id`, and claims say theirs. A member whose attributes
        vary may come several times, with `valid_from` and `valid_to`.
        minor_units: an int as money, of members and claims, counts minor units (fen), the fastest way
        to give an amount; without it units of the currency. Decimals and texts are in units always.
        Raises: BadRow where the members' own attributes are bad, ValueError where they are of more
        than one unit, BadTable, BadParameters.
        """
        form = self._forms.get(minor_units)
        if form is None:
            form = self._forms[minor_units] = SessionForm(self.plan, minor_units)
        return Session(form, self._entry, member, parameters, state)
