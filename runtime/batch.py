"""Adjudicates one table of claims: reads it, orders it, runs the scheme, and says what came out."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

from hmbc.runtime import rejects
from hmbc.runtime.arrow_out import OutTable
from hmbc.runtime.by_feed import run_by_feed
from hmbc.runtime.by_units import Progress, run_by_units
from hmbc.runtime.claim_rows import ClaimRows
from hmbc.runtime.deadlines import Deadlines, column_of, count_rows
from hmbc.runtime.feed_call import Feed
from hmbc.runtime.found import Found
from hmbc.runtime.member_rows import MemberRows
from hmbc.runtime.memory import begin_batch
from hmbc.runtime.out_columns import date_column
from hmbc.runtime.parameters import Parameters, check_parameters
from hmbc.runtime.payments import Results, payments
from hmbc.runtime.plan import Plan
from hmbc.runtime.rejects import Ground, Reject
from hmbc.runtime.scheme_call import Entry, Inputs, Outputs
from hmbc.runtime.scheme_readers import SchemeReaders
from hmbc.runtime.sheets import Sheet, read_sheets
from hmbc.runtime.totals import Totals
from hmbc.runtime.values import Values

REFUND = "refund"
"""The reason of a row that takes a claim back, and of each of its layers."""

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
    by_feed: rows that the scheme's feed adjudicated; the others went by its plain function.
    """

    def __init__(
        self,
        payments: OutTable,
        reject_records: list[Reject],
        totals: Callable[[], Totals],
        readers: SchemeReaders,
        counts: Counts,
        ignored_columns: dict[str, list[str]],
        by_feed: int,
    ) -> None:
        self.payments = payments
        self.reject_records = reject_records
        self.counts = counts
        self.ignored_columns = ignored_columns
        self.by_feed = by_feed
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
        return self._totals().table(self._readers.unit_id.texts, self._readers.plan.state_hash)


def adjudicate(
    plan: Plan,
    entry: Entry,
    feed: Feed | None,
    claims: object,
    members: object | None,
    parameters: Mapping[str, object] | Parameters | None,
    state: object | None,
    progress: Progress | None,
    minor_units: bool,
    threads: int,
    minor_payments: bool = False,
    columns: Container[str] | None = None,
    repeated: Iterable[int] = (),
    out: Mapping[str, object] | None = None,
) -> Adjudication:
    """See `Evaluator.adjudicate`."""
    if columns is None and out is not None:
        columns = out
    begin_batch()
    readers = SchemeReaders(plan, minor_units=minor_units)
    checked = check_parameters(plan, parameters)
    before = readers.read_totals(state)
    n_before = len(readers.unit_id.texts)
    member_sheet, sheet = read_sheets(readers, claims, members, threads, number_claims=False)
    claim_ids, ids, days = sheet.columns[:3]
    attributes = sheet.columns[3 : 3 + len(readers.claim) - (readers.day is not None)]
    if readers.day is not None:
        if plan.claim[readers.day].optional:
            days.give_all()
        attributes.insert(readers.day, days)
    found = Found(readers, sheet)
    rows = ClaimRows(ids, len(readers.member_id.texts), days)
    refunds: set[int] = set()
    if sheet.refunds is not None:
        texts = readers.refunds.texts
        refunds = rows.take_refunds(sheet.refunds, texts, claim_ids, readers.claim_id.texts)
    rows.spoil(found.cells(sheet, refunds))
    again = sorted({*sheet.repeated, *repeated})
    rows.spoil(again)
    for row in again:
        found.row(row, "claim_id", rejects.DUPLICATE_CLAIM)
    member_columns: list[Values] = []
    people = None
    if member_sheet is not None:
        member_columns = readers.member_columns(member_sheet.columns)
        people = member_rows(readers, found, member_sheet)
    unit = None if readers.unit_place is None else member_columns[readers.unit_place]
    grounds = (rejects.UNKNOWN_MEMBER, rejects.BAD_MEMBER, rejects.NOT_VALID)
    for which, ground in zip(
        rows.match(people, unit, len(readers.unit_id.texts)), grounds, strict=True
    ):
        for row in which:
            found.row(row, "member_id", ground)
    due, uncounted = count_rows(Deadlines(plan), attributes, refunds)
    rows.spoil(uncounted)
    for row, (column, year) in uncounted.items():
        found.no_calendar(row, column, year)
    inputs = Inputs(
        member_columns,
        [
            values
            for values, item in zip(member_columns, plan.member, strict=False)
            if item.kind == "periods"
        ],
        checked.words,
        readers.listed(checked),
    )
    results = Results(rows.n_rows)
    after, fed, by_feed = None, None, 0
    if feed is not None and not refunds:
        by_layer = columns is None or any(
            f"{layer}_{what}" in columns for layer in plan.layers for what in ("pay", "reason")
        )
        fed = run_by_feed(
            feed, readers, rows, attributes, member_columns, people, entry, inputs, before, n_before,
            results, threads, progress, by_layer,
        )  # fmt: skip
    outputs = None
    if fed is not None:
        after, by_feed = fed
    else:
        rows.arrange(n_before)
        inputs.take_claims(attributes, *rows.arranged())
        outputs = Outputs(len(plan.layers), rows.n_rows, len(plan.reasons))
        totals = run_by_units(readers, rows, outputs, entry, inputs, before, threads, progress)
        after = partial(_same, totals)
        results.take(outputs)
    results.keep(rows)
    for row, status in results.statuses(rows):
        found.status(row, status)
    if outputs is not None:
        results.decide(outputs, [*plan.reason_ranks, 0])
    kept = results.kept() if due else []
    reasons = [*plan.reasons, REFUND]
    table, paid, decided = payments(
        rows,
        results,
        sheet.matched.columns[0],
        sheet.matched.columns[1],
        plan.layers,
        reasons,
        plan.minor_digits,
        minor_payments,
        columns,
    )
    if due:
        added = [
            date_column(name, [last[row] for row in kept])
            for name, last in due.items()
            if columns is None or name in columns
        ]
        table = OutTable([*table.columns, *added])
    for name, buffer in (out or {}).items():
        table.copy_into(name, buffer)
    n_claims = rows.n_rows + len(sheet.ragged)
    counts = Counts(
        claims=n_claims,
        members=rows.count_members(),
        adjudicated=results.n_kept,
        rejected=n_claims - results.n_kept,
        paid=paid,
        reasons={reason: times for reason, times in zip(reasons, decided, strict=True) if times},
    )
    ignored = {"claims": sheet.matched.ignored}
    if member_sheet is not None:
        ignored["members"] = member_sheet.matched.ignored
    return Adjudication(table, sorted(found.rejects), after, readers, counts, ignored, by_feed)


def payment_columns(plan: Plan) -> list[str]:
    """The columns of payments, all of them, in their order."""
    layers = [f"{layer}_{what}" for layer in plan.layers for what in ("pay", "reason")]
    due = [column_of(item) for item in plan.deadlines]
    return ["claim_id", "member_id", "date", *layers, "total_pay", "reason", "after_reject", *due]


def _same(totals: Totals) -> Totals:
    return totals


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
