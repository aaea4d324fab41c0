"""What all sessions of one evaluator have in common, worked out once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from hmbc.runtime.arrow_out import OutTable
from hmbc.runtime.batch import REFUND
from hmbc.runtime.claim_names import CLAIM_ID, MEMBER_ID, REFUNDS, ClaimNames
from hmbc.runtime.deadlines import Deadlines
from hmbc.runtime.open_unit import totals_in
from hmbc.runtime.parameters import Parameters, check_parameters
from hmbc.runtime.plain_claim import ClaimFields
from hmbc.runtime.plan import Plan
from hmbc.runtime.scheme_readers import REFUNDS as REFUND_NAMES
from hmbc.runtime.scheme_readers import SchemeReaders
from hmbc.runtime.working_days import NotCovered


class SessionForm:
    """Of one scheme. Sessions of several threads may share it.

    readers: those of a session are made `fresh` of these. reasons, ranks: of the plan, then that of a refund.
    is_plain: no attribute of claims is called as an identifier is.
    """

    def __init__(self, plan: Plan, minor_units: bool) -> None:
        self.plan = plan
        self.readers = readers = SchemeReaders(plan, minor_units=minor_units)
        self.deadlines = Deadlines(plan)
        self.deadline_names = tuple(due.name for due in plan.deadlines)
        self.reasons = (*plan.reasons, REFUND)
        self.ranks = (*plan.reason_ranks, 0)
        self.optional = [want.optional for want in readers.claim]
        wanted = list(readers.claim)
        required = {place for place, want in enumerate(wanted) if not want.optional}
        if readers.day is None:
            required.add(len(wanted))
            wanted.append(readers.deciding_day)
        else:
            required.add(readers.day)
        places = {"claim_id": CLAIM_ID, "member_id": MEMBER_ID}
        if readers.takes_refunds:
            places |= dict.fromkeys(REFUND_NAMES, REFUNDS)
        own = [
            (name, place)
            for place, want in enumerate(wanted)
            for name in dict.fromkeys((want.name, want.label))
            if name
        ]
        self.is_plain = len({*places, *(name for name, _ in own)}) == len(places) + len(own)
        self.names = ClaimNames(places | dict(own), required)
        self._fields = self._fields_of(readers)
        self._nothing_given: Parameters | None = None

    def fields(self, readers: SchemeReaders) -> ClaimFields:
        """How a session reads claims. readers: its own, which are those of all sessions where they keep nothing
        of what they read."""
        return self._fields_of(readers) if readers.holds_texts else self._fields

    def _fields_of(self, readers: SchemeReaders) -> ClaimFields:
        day = len(readers.claim) if readers.day is None else readers.day
        return ClaimFields(self.names, readers.claim_row, self.optional, day)

    def checked(self, parameters: Mapping[str, object] | Parameters | None) -> Parameters:
        """The parameters of a session. Raises BadParameters."""
        if parameters is not None:
            return check_parameters(self.plan, parameters)
        if self._nothing_given is None:
            self._nothing_given = check_parameters(self.plan, None)
        return self._nothing_given

    def check_names(self, names: Iterable[str], called: str) -> None:
        """Raises TypeError for a name that the scheme does not know. called: the function it was given to,
        and as what."""
        known = self.names.places
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f", did you mean '{near[0]}'" if near else ""
                raise TypeError(f"{called} '{name}'{hint}")

    def last_days(self, words: Sequence[int | None]) -> tuple[int | None, ...] | None:
        """The last day of each deadline for a claim of these words; None where one cannot be
        counted."""
        try:
            return tuple(self.deadlines.of(due, words.__getitem__) for due in self.plan.deadlines)
        except NotCovered:
            return None


class StateTable:
    """Makes the table of totals out of what a settlement holds. Keeps the session's texts, not the
    session."""

    def __init__(self, readers: SchemeReaders, unit: int) -> None:
        self._readers = readers
        self._unit = unit

    def __call__(self, totals: bytes) -> OutTable:
        readers = self._readers
        table = readers.totals()
        totals_in(readers.unit(), totals, self._unit, table)
        return table.table(readers.unit_id.texts, readers.plan.state_hash)
