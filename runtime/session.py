"""One unit, claims one at a time: what a service asks while somebody waits."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence

from hmbc.runtime import rejects
from hmbc.runtime.arrow_out import OutTable
from hmbc.runtime.attributes import cell_reason
from hmbc.runtime.careful_cells import Cell, RowName, read_cell
from hmbc.runtime.claim_rows import LATE, REFUND_LATER, REFUND_OF_REFUND, REFUND_UNKNOWN
from hmbc.runtime.errors import BadRow
from hmbc.runtime.found import status_reason
from hmbc.runtime.open_unit import Open, in_order
from hmbc.runtime.parameters import Parameters
from hmbc.runtime.plain_claim import PlainClaim
from hmbc.runtime.rejects import Ground, Reject
from hmbc.runtime.scheme_call import Entry, Inputs
from hmbc.runtime.scheme_readers import REFUNDS
from hmbc.runtime.session_form import SessionForm, StateTable
from hmbc.runtime.session_members import NAMELESS, read_members
from hmbc.runtime.settlement import Settlement, Terms
from hmbc.runtime.units_text import value_text, word_text
from hmbc.runtime.working_days import NotCovered


class Session(Open):
    """One unit's stream of claims, kept open. For one thread at a time.

    `settle` is in Open; here is what it does with a claim that has anything odd in it, and refunds.
    """

    def __init__(
        self,
        form: SessionForm,
        entry: Entry,
        members: Mapping[str, object] | Sequence[Mapping[str, object]],
        parameters: Mapping[str, object] | Parameters | None,
        state: object | None,
    ) -> None:
        self._form = form
        self._plan = plan = form.plan
        self._readers = readers = form.readers.fresh()
        checked = form.checked(parameters)
        before = readers.read_totals(state)
        self._alone = isinstance(members, Mapping)
        people = read_members(readers, [members] if isinstance(members, Mapping) else members)
        self._names = people.names
        self._member_rows = people.rows
        self._id = people.unit
        nameless = people.names == [NAMELESS]
        periods = [people.columns[place] for place in readers.periods]
        inputs = Inputs(people.columns, periods, checked.words, readers.listed(checked))
        super().__init__(
            entry,
            inputs,
            readers.unit(),
            before,
            self._id,
            PlainClaim(form.fields(readers), inputs),
            people.rows,
            {name: readers.member_id.texts.number(name) for name in people.names},
            people.names[0] if self._alone or nameless else None,
            nameless,
            form.last_days if plan.deadlines else None,
            Terms(
                plan.layers,
                form.reasons,
                form.ranks,
                form.deadline_names,
                plan.minor_digits,
                StateTable(readers, self._id),
            ),
            form.is_plain,
        )

    @property
    def state(self) -> OutTable:
        """The unit's totals as they now are."""
        totals = self._readers.totals()
        self._totals_to(totals)
        return totals.table(self._readers.unit_id.texts, self._plan.state_hash)

    def settler(self, *names: str) -> Callable[..., Settlement]:
        """`settle` for claims that always give the same attributes: a function of their values, in the order
        of these names. The fastest way for a service that calls it from one place:

            settle = session.settler("date", "kind", "amount")
            settle(date, kind, amount)

        names: of attributes or their labels, `claim_id`, `member_id`, `refunds`. A value that is None is absent.
        Raises: TypeError for a name that the scheme does not know, or that comes twice.
        """
        for name in names:
            if not isinstance(name, str):
                raise TypeError(f"settler() takes names of attributes, not {name!r}")
        self._form.check_names(names, "settler() got an unexpected name")
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise TypeError(f"settler() got '{twice}' twice")
        return in_order(self, names)

    def refund(
        self, claim_id: str, date: datetime.date | str, *, refund_id: str | None = None
    ) -> Settlement:
        """Take back a claim that this session settled, on a date: what each layer then owes, usually
        below zero. From then on the state is as if that claim had never been.

        refund_id: the claim_id of the refund itself.
        Raises: BadRow, after which nothing has moved.
        """
        place = self._place_of(claim_id)
        member = place[1] if place else self._names[0]
        want = self._readers.deciding_day
        self._enter()
        try:
            return self._take_back(
                {"member_id": member, want.name: date}, refund_id or "", claim_id
            )
        finally:
            self._leave()

    def _carefully(self, claim: Mapping[str, object], is_call: bool) -> Settlement:
        """Settle a claim in which something may be odd. is_call: its names are keywords, which all
        must be known; a mapping may have more."""
        if is_call:
            self._form.check_names(claim, "settle() got an unexpected keyword argument")
        claim_id = value_text(claim.get("claim_id"), "code")
        taken = next((claim[name] for name in REFUNDS if claim.get(name)), None)
        self._enter()
        try:
            if taken and self._readers.takes_refunds:
                return self._take_back(claim, claim_id, value_text(taken, "code"))
            return self._adjudicate(claim, claim_id)
        finally:
            self._leave()

    def _adjudicate(self, claim: Mapping[str, object], claim_id: str) -> Settlement:
        plan, readers = self._plan, self._readers
        found: list[Reject] = []
        row_name, member = self._member_of(claim, claim_id, found)
        self._not_again(row_name, found)

        def read(place: int) -> Cell:
            day = readers.deciding_day
            want = readers.claim[place] if place < len(readers.claim) else day
            return read_cell(plan, want, claim, row_name, place, found, readers.minor_units)

        cells = [read(place) for place in range(len(readers.claim))]
        if readers.day is None:
            day = read(len(cells))
        else:
            day = cells[readers.day]
            if not day.given and not found:
                code, reason = cell_reason(1, "", readers.claim[readers.day], plan)
                found.append(row_name.reject(plan.date, code, reason))
        if found:
            raise BadRow(found)
        row, hole = self._member_rows.row_of(member, day.word)
        if hole:
            raise BadRow([self._of_member(row_name, rejects.NOT_VALID, day.word)])
        days = self._days(cells, row_name)
        status, settled = self._settle(
            day.word,
            row,
            [cell.word for cell in cells],
            [cell.given for cell in cells],
            claim_id,
            row_name.member_id,
            days,
        )
        if settled is None:
            date = word_text(day.word, "date", 0)
            code, reason = status_reason(plan, status, date)
            column = plan.date if status == LATE else ""
            raise BadRow([row_name.reject(column, code, reason)])
        return settled

    def _take_back(self, refund: Mapping[str, object], own: str, claim_id: str) -> Settlement:
        """own: the claim_id of the refund, claim_id: what it takes back."""
        plan, readers = self._plan, self._readers
        found: list[Reject] = []
        row_name, member = self._member_of(refund, own, found)
        self._not_again(row_name, found)
        want = readers.deciding_day
        day = read_cell(plan, want, refund, row_name, 0, found, readers.minor_units)
        if found:
            raise BadRow(found)
        if self._member_rows.row_of(member, day.word)[1]:
            raise BadRow([self._of_member(row_name, rejects.NOT_VALID, day.word)])
        settled = None
        place = self._place_of(claim_id)
        if place is None:
            status = REFUND_LATER if claim_id == own else REFUND_UNKNOWN
        elif not place:
            status = REFUND_OF_REFUND
        else:
            status, settled = self._refund(day.word, place[0], own)
        if settled is None:
            value = word_text(day.word, "date", 0) if status == LATE else claim_id
            code, reason = status_reason(plan, status, value)
            column = plan.date if status == LATE else REFUNDS[0]
            raise BadRow([row_name.reject(column, code, reason)])
        return settled

    def _days(
        self, cells: Sequence[Cell], row_name: RowName
    ) -> tuple[int | None, ...] | None:
        """The deadlines of a claim. Raises BadRow where one cannot be counted."""
        if not self._plan.deadlines:
            return None
        words = [cell.word if cell.given else None for cell in cells]
        for due in self._plan.deadlines:
            try:
                self._form.deadlines.of(due, words.__getitem__)
            except NotCovered as year:
                ground = rejects.NO_CALENDAR
                reason = rejects.text_of(ground, self._plan.language, value=year.year)
                column = self._plan.claim[due.start].name
                raise BadRow([row_name.reject(column, ground.code, reason)]) from None
        return self._form.last_days(words)

    def _member_of(
        self, claim: Mapping[str, object], claim_id: str, found: list[Reject]
    ) -> tuple[RowName, int]:
        """How the claim is called in records, and the number of its member."""
        name = value_text(claim.get("member_id"), "code")
        if not name and self._alone or self._names == [NAMELESS]:
            name = self._names[0]
        row_name = RowName("claims", self.attempts, claim_id, name)
        number = self._readers.member_id.texts.lookup(name) if name in self._names else -1
        if not name:
            code, reason = cell_reason(1, "", self._readers.member_table[0], self._plan)
            found.append(row_name.reject("member_id", code, reason))
        elif number < 0:
            found.append(self._of_member(row_name, rejects.UNKNOWN_MEMBER))
        return row_name, number

    def _of_member(self, row_name: RowName, ground: Ground, day: int = 0) -> Reject:
        """A ground that concerns the claim's member."""
        shown = word_text(day, "date", 0)
        reason = rejects.text_of(ground, self._plan.language, value=row_name.member_id, day=shown)
        return row_name.reject("member_id", ground.code, reason)

    def _not_again(self, row_name: RowName, found: list[Reject]) -> None:
        claim_id = row_name.claim_id
        if claim_id and self._place_of(claim_id) is not None:
            ground = rejects.DUPLICATE_CLAIM
            reason = rejects.text_of(ground, self._plan.language, value=claim_id)
            found.append(row_name.reject("claim_id", ground.code, reason))


__all__ = ["NAMELESS", "Session", "Settlement"]
