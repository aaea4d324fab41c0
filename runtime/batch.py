"""Adjudicates one table of claims: reads it, orders it, runs the scheme, and says what came out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from hmbc.runtime import rejects
from hmbc.runtime.arrow_in import InTable, read_table
from hmbc.runtime.arrow_out import OutTable
from hmbc.runtime.attributes import Matched, Wanted, cell_reason, match_columns, read_columns
from hmbc.runtime.columns import Reader, Values, repeated
from hmbc.runtime.engine import Batch, Entry, Inputs
from hmbc.runtime.errors import BadTable
from hmbc.runtime.in_order import each
from hmbc.runtime.parameters import check_parameters
from hmbc.runtime.plan import Plan
from hmbc.runtime.rejects import Ground, Reject
from hmbc.runtime.scheme_readers import SchemeReaders
from hmbc.runtime.totals import Totals

AFTER_COLUMNS = 1_000_000

Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much came in and out.

    claims: rows of claims; members: of them the known units; adjudicated + rejected = claims.
    paid: minor units by layer; reasons: how often each decided a claim.
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
        """The totals of all members after this batch, those of members without claims too."""
        return self._totals.table(self._readers.member_id.texts, self._readers.plan.kernel_hash)


@dataclass
class Sheet:
    """A table that was read: its columns as words, and how its rows are called."""

    name: str
    table: InTable
    wanted: list[Wanted]
    matched: Matched
    columns: list[Values]
    ragged: list[tuple[int, int, int]]

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
    parameters: Mapping[str, object] | None,
    state: object | None,
    progress: Progress | None,
    minor_units: bool,
    threads: int,
) -> Adjudication:
    """See `Evaluator.adjudicate`."""
    readers = SchemeReaders(plan, minor_units=minor_units)
    checked = check_parameters(plan, parameters)
    before = readers.read_totals(state)
    n_before = len(readers.member_id.texts)
    member_sheet, claim_sheet = read_sheets(readers, claims, members, threads)
    ids, claim_ids = claim_sheet.columns[1], claim_sheet.columns[0]
    days = claim_sheet.columns[2]
    attributes = claim_sheet.columns[3:]
    if readers.day is not None:
        if plan.claim[readers.day].optional:
            days.give_all()
        attributes.insert(readers.day, days)
    found = _Found(readers, claim_sheet, claim_ids, ids)
    batch = Batch(ids, len(readers.member_id.texts))
    batch.spoil(found.cells(claim_sheet))
    again = repeated(claim_ids, len(readers.claim_id.texts))
    batch.spoil(again)
    for row in again:
        found.row(row, "claim_id", rejects.DUPLICATE_CLAIM)
    member_columns: list[Values] = []
    if member_sheet is not None:
        _match_members(readers, batch, found, member_sheet)
        member_columns = member_sheet.columns[1:]
    batch.arrange(days, n_before)
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
    )
    parts = batch.prepare(len(plan.layers))

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
        plan.reasons,
        plan.reason_ranks,
        plan.minor_digits,
    )
    n_claims = claim_sheet.table.num_rows + len(claim_sheet.ragged)
    counts = Counts(
        claims=n_claims,
        members=batch.count_units(),
        adjudicated=payments.num_rows,
        rejected=n_claims - payments.num_rows,
        paid=dict(zip(plan.layers, paid, strict=True)),
        reasons={
            reason: times for reason, times in zip(plan.reasons, decided, strict=True) if times
        },
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
        members_match = _match(
            members, [readers.ids("member_id", readers.member_id), *readers.member], "members", plan
        )
        problems += members_match[2].problems
    elif plan.member:
        problems.append(
            "方案用到参保人信息，须给出参保人表"
            if plan.language == "zh"
            else "the scheme reads member attributes: a table of members is needed"
        )
    others = [want for place, want in enumerate(readers.claim) if place != readers.day]
    wanted = [
        readers.ids("claim_id", readers.claim_id),
        readers.ids("member_id", readers.member_id),
        readers.deciding_day,
        *others,
    ]
    claims_match = _match(claims, wanted, "claims", plan)
    problems += claims_match[2].problems
    if problems:
        raise BadTable(problems)
    member_sheet = (
        None if members_match is None else _sheet("members", members, threads, *members_match)
    )
    return member_sheet, _sheet("claims", claims, threads, *claims_match)


def _match(
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


def _match_members(readers: SchemeReaders, batch: Batch, found: _Found, sheet: Sheet) -> None:
    """Finds each claim's member; says which members and claims are bad."""
    bad = found.cells(sheet)
    unknown, spoiled, twice = batch.match(sheet.columns[0], bad)
    for row in twice:
        found.member_row(sheet, row, "member_id", rejects.DUPLICATE_MEMBER)
    for row in unknown:
        found.row(row, "member_id", rejects.UNKNOWN_MEMBER)
    for row in spoiled:
        found.row(row, "member_id", rejects.BAD_MEMBER)


class _Found:
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

    def cells(self, sheet: Sheet) -> set[int]:
        """Every bad cell and ragged row of a table; returns the rows in which cells are bad."""
        rows: set[int] = set()
        for place, (want, column, values) in enumerate(
            zip(sheet.wanted, sheet.matched.columns, sheet.columns, strict=True)
        ):
            for row, status in values.bad:
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
        reason = rejects.text_of(ground, self._plan.language, value=value)
        self._add(self._claims, row, AFTER_COLUMNS, column, ground.code, reason)

    def member_row(self, sheet: Sheet, row: int, column: str, ground: Ground) -> None:
        """A ground that concerns a member as a whole."""
        value = _text(self._readers.member_id, sheet.columns[0], row)
        reason = rejects.text_of(ground, self._plan.language, value=value)
        self._add(sheet, row, AFTER_COLUMNS, column, ground.code, reason)

    def status(self, row: int, status: int) -> None:
        """What the engine or the scheme said of a claim."""
        column = ""
        value = ""
        if status == -1:
            column = self._plan.date
            date = self._claims.matched.columns[2]
            value = date.text(row) if date is not None else ""
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
    """Code and reason for a status of the engine (-1) or of evaluator.h."""
    if status >= rejects.OWN_STATUS:
        own = plan.rejects[status - rejects.OWN_STATUS]
        return rejects.OWN.code, own.zh if plan.language == "zh" else own.en
    ground = rejects.OF_STATUS[status]
    return ground.code, rejects.text_of(ground, plan.language, value=value)


def _text(reader: Reader, values: Values, row: int) -> str:
    word = values.word(row)
    return "" if word is None else reader.texts.text(word)
