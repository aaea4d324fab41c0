"""One member, claims one at a time: what a service asks while somebody waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from hmbc.runtime import rejects
from hmbc.runtime.arrow_out import OutTable
from hmbc.runtime.attributes import Wanted, cell_reason
from hmbc.runtime.batch import status_reason
from hmbc.runtime.columns import Reader, Values, one_row
from hmbc.runtime.engine import Entry, Inputs, Open
from hmbc.runtime.errors import BadRow, BadTable
from hmbc.runtime.parameters import check_parameters
from hmbc.runtime.plan import Plan
from hmbc.runtime.rejects import Ground, Reject
from hmbc.runtime.scheme_readers import SchemeReaders
from hmbc.runtime.units_text import value_text, word_text

NAMELESS = "-"
"""The member_id of a member that is given without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What one claim came to. Amounts are in units of the currency; layers: (pay, reason) by name.

    state: the member's totals after it. after_reject: whether an earlier row of the member, in the
    state that the session began with, was rejected.
    """

    total_pay: Decimal
    reason: str
    layers: dict[str, tuple[Decimal, str]]
    after_reject: bool
    state: OutTable


@dataclass(slots=True)
class _Cell:
    word: int
    given: bool
    ranges: list[tuple[int, int]]


class Session:
    """One member's stream of claims, kept open."""

    def __init__(
        self,
        plan: Plan,
        entry: Entry,
        member: Mapping[str, object],
        parameters: Mapping[str, object] | None,
        state: object | None,
    ) -> None:
        self._plan = plan
        self._readers = readers = SchemeReaders(plan)
        checked = check_parameters(plan, parameters)
        before = readers.read_totals(state)
        self._member_id = value_text(member.get("member_id"), "code") or NAMELESS
        self._id = readers.member_id.texts.number(self._member_id)
        self._seen: set[str] = set()
        self._count = 0
        found: list[Reject] = []
        columns = []
        periods = []
        for place, want in enumerate(readers.member):
            cell = self._cell("members", 1, place, "", want, member, found)
            values = one_row(cell.word, cell.given, want.optional, cell.ranges)
            columns.append(values)
            if want.kind == "periods":
                periods.append(values)
        if found:
            raise BadRow(found)
        self._open = Open(
            entry,
            Inputs(
                [self._blank(want) for want in readers.claim],
                columns,
                periods,
                checked.words,
                readers.listed(checked),
            ),
            readers.unit(),
            len(plan.layers),
            plan.reason_ranks,
            before,
            self._id,
        )

    @property
    def state(self) -> OutTable:
        """The member's totals as they now are."""
        totals = self._readers.totals()
        self._open.totals(totals, self._id)
        return totals.table(self._readers.member_id.texts, self._plan.kernel_hash)

    def settle(self, claim: Mapping[str, object]) -> Settlement:
        """Adjudicate the member's next claim.

        claim: attributes by name or label: money as Decimal, str or int (units of the currency),
        dates as datetime.date or text; `claim_id` may be left out.
        Raises: BadRow, after which nothing has moved; TypeError for a float.
        """
        plan, readers = self._plan, self._readers
        self._count += 1
        claim_id = value_text(claim.get("claim_id"), "code")
        found: list[Reject] = []
        if claim_id and claim_id in self._seen:
            reason = rejects.text_of(rejects.DUPLICATE_CLAIM, plan.language, value=claim_id)
            found.append(
                self._reject("claims", 0, "claim_id", rejects.DUPLICATE_CLAIM, reason, claim_id)
            )
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
                found.append(self._reject("claims", 0, plan.date, code, reason, claim_id))
        if found:
            raise BadRow(found)
        status, pays, reasons, deciding = self._open.settle(
            day.word, [cell.word for cell in cells], [cell.given for cell in cells]
        )
        if status:
            date = word_text(day.word, "date", 0)
            code, reason = status_reason(plan, status, date)
            column = plan.date if status == -1 else ""
            raise BadRow([self._reject("claims", 0, column, code, reason, claim_id)])
        if claim_id:
            self._seen.add(claim_id)
        return Settlement(
            total_pay=self._money(sum(pays)),
            reason=plan.reasons[reasons[deciding]] if reasons else "",
            layers={
                layer: (self._money(pay), plan.reasons[reason])
                for layer, pay, reason in zip(plan.layers, pays, reasons, strict=True)
            },
            after_reject=self._open.after_reject,
            state=self.state,
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

    def _reject(
        self,
        table: str,
        place: int,
        column: str,
        ground: Ground | str,
        reason: str,
        claim_id: str,
    ) -> Reject:
        code = ground if isinstance(ground, str) else ground.code
        return Reject(table, self._count, place, column, code, reason, claim_id, self._member_id)

    def _blank(self, want: Wanted) -> Values:
        return one_row(0, False, want.optional)

    def _money(self, minor: int) -> Decimal:
        return Decimal(minor).scaleb(-self._plan.minor_digits)


__all__ = ["NAMELESS", "Reader", "Session", "Settlement"]
