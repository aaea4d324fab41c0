"""Adjudicates one table of claims: reads it, orders it, runs the scheme, and says what came out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import cached_property

from hmbc.runtime import rejects
from hmbc.runtime.arrow_in import InTable, read_table
from hmbc.runtime.arrow_out import OutTable, date_column
from hmbc.runtime.attributes import Matched, Wanted, cell_reason, match_columns, read_columns
from hmbc.runtime.columns import Reader, Values, repeated
from hmbc.runtime.deadlines import Deadlines, count_rows
from hmbc.runtime.engine import LATE, Batch
from hmbc.runtime.errors import BadTable
from hmbc.runtime.in_order import each
from hmbc.runtime.member_rows import MemberRows
from hmbc.runtime.parameters import Parameters, check_parameters
from hmbc.runtime.plan import Plan
from hmbc.runtime.rejects import Ground, Reject
from hmbc.runtime.scheme_call import Entry, Inputs
from hmbc.runtime.scheme_readers import REFUNDS, SchemeReaders
from hmbc.runtime.totals import Totals
from hmbc.runtime.units_text import word_text

AFTER_COLUMNS = 1_000_000

REFUND = "refund"
"""The reason of a row that takes a claim back, and of each of its layers."""

IDENTIFIERS = 3
"""The columns of claims that a refund fills, before those that only the refunded claim has."""

Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much came in and out.

    claims: rows of claims; members: how many known ones have claims; adjudicated + rejected = claims.
    paid: minor units by layer, refunds taken off; reasons: how often each decided a claim.
    """

    claims: int
    members: int
    adjudicated: int
    rejected: int
    paid: dict[str, int]
    reasons: dict[str, int]


class Adjudication:
    """What came of one batch.

    payments, rejects, state: tables for any reader of the Arrow PyCapsule interface.
    ignored_columns: by table (`claims`, `members`), columns that the scheme does not declare.
    """

    def __init__(
        self,
        payments: OutTable,
        reject_records: list[Reject],
        totals: Totals,
        readers: SchemeReaders,
        counts: Counts,
        ignored_columns: dict[str, list[str]],
    ) -> None:
        self.payments = payments
        self.reject_records = reject_records
        self.counts = counts
        self.ignored_columns = ignored_columns
        self._totals = totals
        self._readers = readers

    @cached_property
    def rejects(self) -> OutTable:
        """One row for each thing wrong with a row: table, row, claim_id, …, code, reason."""
        return rejects.reject_table(self.reject_records)

    @cached_property
    def state(self) -> OutTable:
        """The totals of all units after this batch, those of units without claims too. Column
        member_id holds the unit's id: where the scheme names a wider unit, that of the family."""
        return self._totals.table(self._readers.unit_id.texts, self._readers.plan.state_hash)


@dataclass
class Sheet:
    """A table that was read: its columns as words, and how its rows are called."""

    name: str
    table: InTable
    wanted: list[Wanted]
    matched: Matched
    columns: list[Values]
    ragged: list[tuple[int, int, int]]

    @property
    def refunds(self) -> Values | None:
        """Of a table of claims: which claim each row takes back; None where it has no such column."""
        last = self.wanted[-1]
        if last.plan is not None or last.name != REFUNDS[0] or self.matched.columns[-1] is None:
            return None
        return self.columns[-1]

    @cached_property
    def before_ragged(self) -> list[int]:
        """For each ragged row, the number that it would have if it were the only one."""
        return [number - place for place, (number, _, _) in enumerate(self.ragged)]

    def row_number(self, row: int) -> int:
        """The data row, from 1, counting those that were too ragged to be in the table."""
        return row + 1 + bisect_right(self.before_ragged, row + 1)


def adjudicate(
    plan: Plan,
    entry: Entry,
    claims: object,
    members: object | None,
    parameters: Mapping[str, object] | Parameters | None,
    state: object | None,
    progress: Progress | None,
    minor_units: bool,
    threads: int,
) -> Adjudication:
    """See `Evaluator.adjudicate`."""
    readers = SchemeReaders(plan, minor_units=minor_units)
    checked = check_parameters(plan, parameters)
    before = readers.read_totals(state)
    n_before = len(readers.unit_id.texts)
    member_sheet, claim_sheet = read_sheets(readers, claims, members, threads)
    ids, claim_ids = claim_sheet.columns[1], claim_sheet.columns[0]
    days = claim_sheet.columns[2]
    attributes = claim_sheet.columns[3 : 3 + len(readers.claim) - (readers.day is not None)]
    if readers.day is not None:
        if plan.claim[readers.day].optional:
            days.give_all()
        attributes.insert(readers.day, days)
    found = Found(readers, claim_sheet, claim_ids, ids)
    batch = Batch(ids, len(readers.member_id.texts))
    refunds: set[int] = set()
    if claim_sheet.refunds is not None:
        refunds = batch.take_refunds(
            claim_sheet.refunds, readers.refunds.texts, claim_ids, readers.claim_id.texts
        )
    batch.spoil(found.cells(claim_sheet, refunds))
    again = repeated(claim_ids, len(readers.claim_id.texts))
    batch.spoil(again)
    for row in again:
        found.row(row, "claim_id", rejects.DUPLICATE_CLAIM)
    member_columns: list[Values] = []
    people = None
    if member_sheet is not None:
        member_columns = readers.member_columns(member_sheet.columns)
        people = member_rows(readers, found, member_sheet)
    _match(readers, batch, found, people, member_columns, days)
    due, uncounted = count_rows(Deadlines(plan), attributes, refunds)
    batch.spoil(uncounted)
    for row, (column, year) in uncounted.items():
        found.no_calendar(row, column, year)
    batch.arrange(n_before)
    after = readers.totals()
    inputs = Inputs(
        attributes,
        member_columns,
        [
            values
            for values, item in zip(member_columns, plan.member, strict=False)
            if item.kind == "periods"
        ],
        checked.words,
        readers.listed(checked),
        batch.row_member,
    )
    reasons = [*plan.reasons, REFUND]
    parts = batch.prepare(len(plan.layers), len(plan.reasons))

    def run(part: tuple[int, int, int]) -> Totals:
        totals = readers.totals()
        batch.run(entry, inputs, readers.unit(), part[0], part[1], before, totals)
        return totals

    for part, totals in zip(parts, each(run, threads, parts), strict=True):
        after.extend(totals)
        if progress is not None:
            progress(part[2], claim_sheet.table.num_rows)
    for row, status in batch.statuses():
        found.status(row, status)
    payments, paid, decided = batch.payments(
        claim_ids,
        readers.claim_id.texts,
        readers.member_id.texts,
        plan.layers,
        reasons,
        [*plan.reason_ranks, 0],
        plan.minor_digits,
    )
    if due:
        kept = batch.adjudicated()
        added = [date_column(name, [column[row] for row in kept]) for name, column in due.items()]
        payments = OutTable([*payments.columns, *added])
    n_claims = claim_sheet.table.num_rows + len(claim_sheet.ragged)
    counts = Counts(
        claims=n_claims,
        members=batch.count_members(),
        adjudicated=payments.num_rows,
        rejected=n_claims - payments.num_rows,
        paid=dict(zip(plan.layers, paid, strict=True)),
        reasons={reason: times for reason, times in zip(reasons, decided, strict=True) if times},
    )
    ignored = {"claims": claim_sheet.matched.ignored}
    if member_sheet is not None:
        ignored["members"] = member_sheet.matched.ignored
    return Adjudication(payments, sorted(found.rejects), after, readers, counts, ignored)


def read_sheets(
    readers: SchemeReaders, claims: object, members: object | None, threads: int = 1
) -> tuple[Sheet | None, Sheet]:
    """Reads both tables. Raises BadTable with what is wrong with either."""
    plan = readers.plan
    problems: list[str] = []
    members_match = None
    if members is not None:
        members_match = _columns(members, readers.member_table, "members", plan)
        problems += members_match[2].problems
    elif plan.member:
        problems.append(
            "方案用到参保人信息，须给出参保人表"
            if plan.language == "zh"
            else "the scheme reads member attributes: a table of members is needed"
        )
    claims_match = _columns(claims, readers.claim_table, "claims", plan)
    problems += claims_match[2].problems
    if problems:
        raise BadTable(problems)
    member_sheet = (
        None if members_match is None else _sheet("members", members, threads, *members_match)
    )
    return member_sheet, _sheet("claims", claims, threads, *claims_match)


def _columns(
    source: object, wanted: list[Wanted], name: str, plan: Plan
) -> tuple[InTable, list[Wanted], Matched]:
    table = read_table(source)
    return table, wanted, match_columns(table, wanted, name, plan.language)


def _sheet(
    name: str,
    source: object,
    threads: int,
    table: InTable,
    wanted: list[Wanted],
    matched: Matched,
) -> Sheet:
    columns = read_columns(matched, wanted, table.num_rows, threads)
    return Sheet(name, table, wanted, matched, columns, list(getattr(source, "ragged_rows", ())))


def member_rows(readers: SchemeReaders, found: Found, sheet: Sheet) -> MemberRows:
    """The rows of members, and what is wrong with them."""
    bad = found.cells(sheet)
    ids = sheet.columns[0]
    days = sheet.columns[-2:] if readers.varies else [None, None]
    rows = MemberRows(ids, len(readers.member_id.texts), *days)

    def wrong(which: list[int], column: str, ground: Ground) -> None:
        bad.update(which)
        for row in which:
            found.member_row(sheet, row, column, ground)

    wrong(rows.twice(), "member_id", rejects.DUPLICATE_MEMBER)
    wrong(rows.backward(), "valid_from", rejects.BACKWARD)
    wrong(rows.overlapping(), "valid_from", rejects.MEMBER_OVERLAP)
    if readers.varies:
        columns = readers.member_columns(sheet.columns)
        for item, values in zip(readers.plan.member, columns, strict=True):
            if not item.varies:
                wrong(rows.unlike(values), item.name, rejects.NOT_FIXED)
    rows.spoil(bad)
    return rows


def _match(
    readers: SchemeReaders,
    batch: Batch,
    found: Found,
    members: MemberRows | None,
    columns: list[Values],
    days: Values,
) -> None:
    """Finds each claim's member and unit; says which claims are bad by their member."""
    unit = None if readers.unit_place is None else columns[readers.unit_place]
    unknown, spoiled, holes = batch.match(members, days, unit, len(readers.unit_id.texts))
    for row in unknown:
        found.row(row, "member_id", rejects.UNKNOWN_MEMBER)
    for row in spoiled:
        found.row(row, "member_id", rejects.BAD_MEMBER)
    for row in holes:
        found.row(row, "member_id", rejects.NOT_VALID)


class Found:
    """Collects reject records."""

    def __init__(
        self, readers: SchemeReaders, claims: Sheet, claim_ids: Values, ids: Values
    ) -> None:
        self.rejects: list[Reject] = []
        self._readers = readers
        self._plan = readers.plan
        self._claims = claims
        self._claim_ids = claim_ids
        self._ids = ids

    def cells(self, sheet: Sheet, refunds: Container[int] = ()) -> set[int]:
        """Every bad cell and ragged row of a table; returns the rows in which cells are bad. Of a
        refund only the identifiers and the day are read."""
        rows: set[int] = set()
        for place, (want, column, values) in enumerate(
            zip(sheet.wanted, sheet.matched.columns, sheet.columns, strict=True)
        ):
            for row, status in values.bad:
                if place >= IDENTIFIERS and row in refunds:
                    continue
                rows.add(row)
                assert column is not None
                code, reason = cell_reason(status, column.text(row), want, self._plan)
                self._add(sheet, row, place, column.name, code, reason)
        for number, actual, expected in sheet.ragged:
            reason = rejects.text_of(
                rejects.RAGGED, self._plan.language, actual=actual, expected=expected
            )
            self.rejects.append(
                Reject(sheet.name, number, 0, "", rejects.RAGGED.code, reason, "", "")
            )
        return rows

    def row(self, row: int, column: str, ground: Ground) -> None:
        """A ground that concerns a claim as a whole; its value is that of the identifier."""
        value = self._claim_id(row) if column == "claim_id" else self._member_id(row)
        day = word_text(self._claims.columns[2].word(row) or 0, "date", 0)
        reason = rejects.text_of(ground, self._plan.language, value=value, day=day)
        self._add(self._claims, row, AFTER_COLUMNS, column, ground.code, reason)

    def member_row(self, sheet: Sheet, row: int, column: str, ground: Ground) -> None:
        """A ground that concerns a member as a whole."""
        value = _text(self._readers.member_id, sheet.columns[0], row)
        reason = rejects.text_of(ground, self._plan.language, value=value)
        self._add(sheet, row, AFTER_COLUMNS, column, ground.code, reason)

    def no_calendar(self, row: int, column: str, year: int) -> None:
        """A deadline that cannot be counted."""
        reason = rejects.text_of(rejects.NO_CALENDAR, self._plan.language, value=year)
        self._add(self._claims, row, AFTER_COLUMNS, column, rejects.NO_CALENDAR.code, reason)

    def status(self, row: int, status: int) -> None:
        """What the engine or the scheme said of a claim."""
        column = ""
        value = ""
        if status < 0:
            column = self._plan.date if status == LATE else REFUNDS[0]
            cell = self._claims.matched.columns[2 if status == LATE else -1]
            value = cell.text(row) if cell is not None else ""
        code, reason = status_reason(self._plan, status, value)
        self._add(self._claims, row, AFTER_COLUMNS, column, code, reason)

    def _add(self, sheet: Sheet, row: int, place: int, column: str, code: str, reason: str) -> None:
        number = sheet.row_number(row)
        if sheet is self._claims:
            ids = (self._claim_id(row), self._member_id(row))
        else:
            ids = ("", _text(self._readers.member_id, sheet.columns[0], row))
        self.rejects.append(Reject(sheet.name, number, place, column, code, reason, *ids))

    def _claim_id(self, row: int) -> str:
        return _text(self._readers.claim_id, self._claim_ids, row)

    def _member_id(self, row: int) -> str:
        return _text(self._readers.member_id, self._ids, row)


def status_reason(plan: Plan, status: int, value: str) -> tuple[str, str]:
    """Code and reason for a status of the engine (below 0) or of evaluator.h."""
    if status >= rejects.OWN_STATUS:
        own = plan.rejects[status - rejects.OWN_STATUS]
        return rejects.OWN.code, own.zh if plan.language == "zh" else own.en
    ground = rejects.OF_STATUS[status]
    return ground.code, rejects.text_of(ground, plan.language, value=value)


def _text(reader: Reader, values: Values, row: int) -> str:
    word = values.word(row)
    return "" if word is None else reader.texts.text(word)
