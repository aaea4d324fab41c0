"""One unit, claims one at a time: what a service asks while somebody waits."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hmbc.runtime import rejects
from hmbc.runtime.arrow_out import OutTable
from hmbc.runtime.attributes import Wanted, cell_reason
from hmbc.runtime.batch import REFUND, status_reason
from hmbc.runtime.columns import Reader, Values, few_rows
from hmbc.runtime.deadlines import Deadlines
from hmbc.runtime.engine import LATE, REFUND_LATER, REFUND_OF_REFUND, REFUND_UNKNOWN
from hmbc.runtime.errors import BadRow, BadTable
from hmbc.runtime.member_rows import MemberRows
from hmbc.runtime.open_unit import Open, one_place
from hmbc.runtime.parameters import check_parameters
from hmbc.runtime.plan import Plan
from hmbc.runtime.rejects import Ground, Reject
from hmbc.runtime.scheme_call import Entry, Inputs
from hmbc.runtime.scheme_readers import REFUNDS, SchemeReaders
from hmbc.runtime.units_text import value_text, word_text
from hmbc.runtime.working_days import EPOCH, NotCovered

NAMELESS = "-"
"""The member_id of a member that is given without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What one claim came to. Amounts are in units of the currency; layers: (pay, reason) by name.

    due: by deadline of the scheme, the last day for payment; None where there is none.
    state: the unit's totals after it. after_reject: whether an earlier row of the unit, in the
    state that the session began with, was rejected.
    """

    total_pay: Decimal
    reason: str
    layers: dict[str, tuple[Decimal, str]]
    after_reject: bool
    state: OutTable
    due: dict[str, datetime.date | None]


@dataclass(slots=True)
class _Cell:
    word: int
    given: bool
    ranges: list[tuple[int, int]]


class Session:
    """One unit's stream of claims, kept open. It remembers its claims, so that one may be refunded."""

    def __init__(
        self,
        plan: Plan,
        entry: Entry,
        members: Mapping[str, object] | Sequence[Mapping[str, object]],
        parameters: Mapping[str, object] | None,
        state: object | None,
    ) -> None:
        self._plan = plan
        self._readers = readers = SchemeReaders(plan)
        self._deadlines = Deadlines(plan)
        checked = check_parameters(plan, parameters)
        before = readers.read_totals(state)
        self._places: dict[str, tuple[int, str] | None] = {}
        """Of each claim_id where it was settled, and its member; None for a refund."""
        self._settled = 0
        self._count = 0
        self._alone = isinstance(members, Mapping)
        rows = [members] if isinstance(members, Mapping) else list(members)
        columns = self._members(rows)
        self._id = self._unit(columns)
        row_member = one_place()
        self._open = Open(
            entry,
            Inputs(
                [few_rows([0], [False], want.optional, [()]) for want in readers.claim],
                columns,
                [
                    values
                    for values, want in zip(columns, readers.member, strict=True)
                    if want.kind == "periods"
                ],
                checked.words,
                readers.listed(checked),
                row_member,
            ),
            readers.unit(),
            len(plan.layers),
            plan.reason_ranks,
            before,
            self._id,
        )

    def _members(self, rows: Sequence[Mapping[str, object]]) -> list[Values]:
        """The members' attributes, a column for each of the plan. Raises BadRow."""
        readers = self._readers
        found: list[Reject] = []
        self._names = [value_text(row.get("member_id"), "code") or NAMELESS for row in rows]
        table = readers.member_table
        words = [readers.member_id.texts.number(name) for name in self._names]
        columns = [few_rows(words, [], False, [])]
        for place, want in enumerate(table[1:]):
            cells = []
            for number, row in enumerate(rows, 1):
                self._member_id = self._names[number - 1]
                cells.append(self._cell("members", number, place, "", want, row, found))
            columns.append(
                few_rows(
                    [cell.word for cell in cells],
                    [cell.given for cell in cells],
                    want.optional,
                    [cell.ranges for cell in cells],
                )
            )
        self._member_rows = MemberRows(
            columns[0],
            len(readers.member_id.texts),
            *(columns[-2:] if readers.varies else (None, None)),
        )
        found += self._odd_members(columns)
        if found:
            raise BadRow(sorted(found))
        return readers.member_columns(columns)

    def _odd_members(self, columns: list[Values]) -> list[Reject]:
        """What is wrong with the members' rows together."""
        rows, readers = self._member_rows, self._readers
        wrong = [
            (rows.twice(), "member_id", rejects.DUPLICATE_MEMBER),
            (rows.backward(), "valid_from", rejects.BACKWARD),
            (rows.overlapping(), "valid_from", rejects.MEMBER_OVERLAP),
        ]
        for item, values in zip(self._plan.member, readers.member_columns(columns), strict=True):
            if readers.varies and not item.varies:
                wrong.append((rows.unlike(values), item.name, rejects.NOT_FIXED))
        return [
            self._reject_of("members", row + 1, column, ground, self._names[row], "", self._names[row])
            for which, column, ground in wrong
            for row in which
        ]

    def _unit(self, columns: list[Values]) -> int:
        """The number of the unit that all members are of."""
        place = self._readers.unit_place
        if place is None:
            units = {self._readers.member_id.texts.number(name) for name in self._names}
        else:
            units = {columns[place].word(row) or 0 for row in range(len(self._names))}
        if len(units) != 1:
            raise ValueError(
                f"a session is of one {self._plan.unit or 'member'}, these are {len(units)}"
            )
        return units.pop()

    @property
    def state(self) -> OutTable:
        """The unit's totals as they now are."""
        totals = self._readers.totals()
        self._open.totals(totals, self._id)
        return totals.table(self._readers.unit_id.texts, self._plan.kernel_hash)

    def settle(self, claim: Mapping[str, object]) -> Settlement:
        """Adjudicate the unit's next claim.

        claim: attributes by name or label: money as Decimal, str or int (units of the currency),
        dates as datetime.date or text; `claim_id` may be left out, `member_id` too where the session
        was opened with one member. With `refunds` it takes back the claim with that id.
        Raises: BadRow, after which nothing has moved; TypeError for a float.
        """
        plan, readers = self._plan, self._readers
        claim_id = value_text(claim.get("claim_id"), "code")
        taken = next((claim[name] for name in REFUNDS if claim.get(name)), None)
        if taken and readers.takes_refunds:
            return self._take_back(claim, claim_id, value_text(taken, "code"))
        self._count += 1
        found: list[Reject] = []
        member = self._member_of(claim, claim_id, found)
        self._not_again(claim_id, found)
        cells = [
            self._cell("claims", self._count, place, claim_id, want, claim, found)
            for place, want in enumerate(readers.claim)
        ]
        if readers.day is None:
            day = self._cell(
                "claims", self._count, len(cells), claim_id, readers.deciding_day, claim, found
            )
        else:
            day = cells[readers.day]
            if not day.given and not found:
                code, reason = cell_reason(1, "", readers.claim[readers.day], plan)
                found.append(self._reject(plan.date, code, reason, claim_id))
        if found:
            raise BadRow(found)
        row, hole = self._member_rows.row_of(member, day.word)
        if hole:
            raise BadRow([self._ground("member_id", rejects.NOT_VALID, claim_id, day=day.word)])
        due = self._due(cells, claim_id)
        status, pays, reasons, deciding = self._open.settle(
            day.word, row, [cell.word for cell in cells], [cell.given for cell in cells]
        )
        if status:
            date = word_text(day.word, "date", 0)
            code, reason = status_reason(plan, status, date)
            column = plan.date if status == LATE else ""
            raise BadRow([self._reject(column, code, reason, claim_id)])
        if claim_id:
            self._places[claim_id] = self._settled, self._member_id
        self._settled += 1
        return self._settlement(
            pays,
            [plan.reasons[reason] for reason in reasons],
            plan.reasons[reasons[deciding]] if reasons else "",
            due,
        )

    def refund(
        self, claim_id: str, date: datetime.date | str, *, refund_id: str | None = None
    ) -> Settlement:
        """Take back a claim that this session settled, on a date: what each layer then owes, usually
        below zero. From then on the state is as if that claim had never been.

        refund_id: the claim_id of the refund itself.
        Raises: BadRow, after which nothing has moved.
        """
        place = self._places.get(claim_id)
        member = self._names[0] if place is None else place[1]
        want = self._readers.deciding_day
        return self._take_back({"member_id": member, want.name: date}, refund_id or "", claim_id)

    def _take_back(self, refund: Mapping[str, object], own: str, claim_id: str) -> Settlement:
        """own: the claim_id of the refund, claim_id: what it takes back."""
        plan = self._plan
        self._count += 1
        found: list[Reject] = []
        member = self._member_of(refund, own, found)
        self._not_again(own, found)
        want = self._readers.deciding_day
        day = self._cell("claims", self._count, 0, own, want, refund, found)
        if found:
            raise BadRow(found)
        if self._member_rows.row_of(member, day.word)[1]:
            raise BadRow([self._ground("member_id", rejects.NOT_VALID, own, day=day.word)])
        pays: Sequence[int] = ()
        if claim_id not in self._places:
            status = REFUND_LATER if claim_id == own else REFUND_UNKNOWN
        elif (place := self._places[claim_id]) is None:
            status = REFUND_OF_REFUND
        else:
            status, pays = self._open.refund(day.word, place[0])
        if status:
            value = word_text(day.word, "date", 0) if status == LATE else claim_id
            code, reason = status_reason(plan, status, value)
            column = plan.date if status == LATE else REFUNDS[0]
            raise BadRow([self._reject(column, code, reason, own)])
        if own:
            self._places[own] = None
        none = {deadline.name: None for deadline in plan.deadlines}
        return self._settlement(pays, [REFUND] * len(pays), REFUND, none)

    def _due(
        self, cells: Sequence[_Cell], claim_id: str
    ) -> Mapping[str, datetime.date | None]:
        """The deadlines of a claim. Raises BadRow where one cannot be counted."""
        found: dict[str, datetime.date | None] = {}
        for due in self._plan.deadlines:
            try:
                day = self._deadlines.of(
                    due, lambda place: cells[place].word if cells[place].given else None
                )
            except NotCovered as year:
                ground = rejects.NO_CALENDAR
                reason = rejects.text_of(ground, self._plan.language, value=year.year)
                column = self._plan.claim[due.start].name
                raise BadRow([self._reject(column, ground.code, reason, claim_id)]) from None
            found[due.name] = None if day is None else EPOCH + datetime.timedelta(day)
        return found

    def _settlement(
        self,
        pays: Sequence[int],
        reasons: Sequence[str],
        reason: str,
        due: Mapping[str, datetime.date | None],
    ) -> Settlement:
        return Settlement(
            total_pay=self._money(sum(pays)),
            reason=reason,
            layers={
                layer: (self._money(pay), why)
                for layer, pay, why in zip(self._plan.layers, pays, reasons, strict=True)
            },
            after_reject=self._open.after_reject,
            state=self.state,
            due=dict(due),
        )

    def _member_of(
        self, claim: Mapping[str, object], claim_id: str, found: list[Reject]
    ) -> int:
        """The number of the claim's member."""
        name = value_text(claim.get("member_id"), "code")
        if not name and self._alone or self._names == [NAMELESS]:
            name = self._names[0]
        self._member_id = name
        number = self._readers.member_id.texts.lookup(name) if name in self._names else -1
        if not name:
            code, reason = cell_reason(1, "", self._readers.member_table[0], self._plan)
            found.append(self._reject("member_id", code, reason, claim_id))
        elif number < 0:
            found.append(self._ground("member_id", rejects.UNKNOWN_MEMBER, claim_id))
        return number

    def _not_again(self, claim_id: str, found: list[Reject]) -> None:
        if claim_id and claim_id in self._places:
            reason = rejects.text_of(rejects.DUPLICATE_CLAIM, self._plan.language, value=claim_id)
            found.append(
                self._reject("claim_id", rejects.DUPLICATE_CLAIM.code, reason, claim_id)
            )

    def _cell(
        self,
        table: str,
        row: int,
        place: int,
        claim_id: str,
        want: Wanted,
        values: Mapping[str, object],
        found: list[Reject],
    ) -> _Cell:
        """One value as a word; what is wrong with it goes to `found`."""
        names = [name for name in dict.fromkeys((want.name, want.label)) if name in values]
        if len(names) > 1:
            raise BadTable(
                [
                    f"`{want.name}` 与 `{want.label}` 是同一项"
                    if self._plan.language == "zh"
                    else f"`{want.name}` and `{want.label}` are the same attribute"
                ]
            )
        text = value_text(values[names[0] or ""], want.kind) if names else ""
        status, word = want.reader.parse(text)
        if status == 0:
            ranges = want.reader.last_periods() if want.kind == "periods" else []
            return _Cell(word, True, ranges)
        if status == 1 and (want.optional or want.kind == "periods"):
            return _Cell(-1 if want.kind == "code" else 0, False, [])
        code, reason = cell_reason(status, text, want, self._plan)
        found.append(Reject(table, row, place, want.name, code, reason, claim_id, self._member_id))
        return _Cell(0, False, [])

    def _reject(self, column: str, code: str, reason: str, claim_id: str) -> Reject:
        return Reject("claims", self._count, 0, column, code, reason, claim_id, self._member_id)

    def _ground(self, column: str, ground: Ground, claim_id: str, day: int = 0) -> Reject:
        """A ground that concerns the claim's member."""
        return self._reject_of(
            "claims", self._count, column, ground, self._member_id, claim_id, self._member_id, day
        )

    def _reject_of(
        self,
        table: str,
        row: int,
        column: str,
        ground: Ground,
        value: str,
        claim_id: str,
        member_id: str,
        day: int = 0,
    ) -> Reject:
        shown = word_text(day, "date", 0)
        reason = rejects.text_of(ground, self._plan.language, value=value, day=shown)
        return Reject(table, row, 0, column, ground.code, reason, claim_id, member_id)

    def _money(self, minor: int) -> Decimal:
        return Decimal(minor).scaleb(-self._plan.minor_digits)


__all__ = ["NAMELESS", "Reader", "Session", "Settlement"]
