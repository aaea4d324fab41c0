"""One unit's rows as plain values, in the order in which they are adjudicated: what an explanation
of one claim needs."""

from __future__ import annotations

import json
from collections.abc import Container, Sequence
from dataclasses import dataclass
from fractions import Fraction

from hmbc.runtime.attributes import Wanted
from hmbc.runtime.batch import member_rows
from hmbc.runtime.columns import Reader
from hmbc.runtime.deadlines import Deadlines, count_rows
from hmbc.runtime.files import FileTable
from hmbc.runtime.found import Found
from hmbc.runtime.member_rows import MemberRows
from hmbc.runtime.parameters import Parameters
from hmbc.runtime.plan import Plan
from hmbc.runtime.ratio import RATIO_DENOMINATOR
from hmbc.runtime.scheme_readers import SchemeReaders
from hmbc.runtime.sheets import IDENTIFIERS, Sheet, read_sheets
from hmbc.runtime.values import Values

Scalar = Fraction | int | bool | str
Value = Scalar | tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """A claim that can be adjudicated. row: in the table, from 0; values: as in dsl/expr.Const,
    without those that are absent; member: its member's values on that day; refunds: the claim_id that
    it takes back (then it has no values but its date); due: the last day of each deadline."""

    claim_id: str
    row: int
    day: int
    member_id: str
    values: dict[str, Value]
    member: dict[str, Value]
    refunds: str | None = None
    due: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The claims of a unit up to one of them, by date and then in file order; bad rows left out.
    unit_id: as in the state table."""

    unit_id: str
    claims: tuple[ClaimRow, ...]


def history_of(
    plan: Plan,
    claims: object,
    members: object | None,
    claim_id: str,
    *,
    minor_units: bool = False,
) -> History | None:
    """The history that leads to a claim, which is its last; None if no good row has this claim_id.

    Raises: BadTable.
    """
    readers = SchemeReaders(plan, minor_units=minor_units)
    member_sheet, sheet = read_sheets(readers, claims, members)
    number = readers.claim_id.texts.lookup(claim_id)
    if number < 0:
        return None
    people = _People(readers, sheet, member_sheet)
    ids, days = sheet.columns[0], sheet.columns[2]
    others = sheet.columns[IDENTIFIERS : IDENTIFIERS + len(readers.claim) - (readers.day is not None)]
    wanted = sheet.wanted[IDENTIFIERS : IDENTIFIERS + len(others)]
    refunds = _refunds(readers, sheet)
    attributes = list(others)
    if readers.day is not None:
        attributes.insert(readers.day, days)
    due, uncounted = count_rows(Deadlines(plan), attributes, refunds)
    bad = _bad_rows(sheet, refunds) | uncounted.keys()
    first: dict[int | None, int] = {}
    for row in range(sheet.table.num_rows):
        first.setdefault(ids.word(row), row)
    found = people.of(first[number])
    if first[number] in bad or found is None:
        return None
    unit = found[0]
    rows = []
    for row in range(sheet.table.num_rows):
        if row in bad or first[ids.word(row)] != row:
            continue
        own = people.of(row)
        if own is None or own[0] != unit:
            continue
        day = days.word(row) or 0
        values: dict[str, Value] = {plan.date: day}
        if row not in refunds:
            values |= _row(wanted, others, row)
        rows.append(
            ClaimRow(
                claim_id=_text(readers.claim_id, ids, row),
                row=row,
                day=day,
                member_id=_text(readers.member_id, sheet.columns[1], row),
                values=values,
                member=own[1],
                refunds=refunds.get(row),
                due=tuple(column[row] for column in due.values()),
            )
        )
    rows.sort(key=lambda claim: (claim.day, claim.row))
    last = next(place for place, claim in enumerate(rows) if claim.claim_id == claim_id)
    return History(unit_id=readers.unit_id.texts.text(unit), claims=tuple(rows[: last + 1]))


class _People:
    """Who a row of claims belongs to."""

    def __init__(self, readers: SchemeReaders, claims: Sheet, members: Sheet | None) -> None:
        self._readers = readers
        self._claims = claims
        self._rows: MemberRows | None = None
        self._columns: list[Values] = []
        if members is not None:
            found = Found(readers, claims)
            self._rows = member_rows(readers, found, members)
            self._columns = readers.member_columns(members.columns)

    def of(self, row: int) -> tuple[int, dict[str, Value]] | None:
        """The number of a row's unit, and its member's values; None where its member is bad."""
        id = self._claims.columns[1].word(row)
        day = self._claims.columns[2].word(row)
        if id is None or day is None:
            return None
        if self._rows is None:
            return id, {}
        place, hole = self._rows.row_of(id, day)
        if place < 0 or hole or self._rows.spoiled(id):
            return None
        values = _row(self._readers.member, self._columns, place)
        if self._readers.unit_place is not None:
            id = self._columns[self._readers.unit_place].word(place) or 0
        return id, values


def _refunds(readers: SchemeReaders, sheet: Sheet) -> dict[int, str]:
    """Rows that are refunds, and the claim_id that each takes back."""
    column = sheet.refunds
    if column is None:
        return {}
    return {
        row: _text(readers.refunds, column, row)
        for row in range(sheet.table.num_rows)
        if column.is_given(row)
    }


def _text(reader: Reader, values: Values, row: int) -> str:
    word = values.word(row)
    return "" if word is None else reader.texts.text(word)


def _bad_rows(sheet: Sheet, refunds: Container[int]) -> set[int]:
    return {
        row
        for place, values in enumerate(sheet.columns)
        for row, _ in values.bad
        if place < IDENTIFIERS or row not in refunds
    }


def _row(wanted: Sequence[Wanted], columns: Sequence[Values], row: int) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for want, column in zip(wanted, columns, strict=True):
        if want.kind == "periods":
            values[want.name] = tuple(column.ranges(row))
        elif column.is_given(row):
            values[want.name] = _value(want, column.word(row) or 0)
    return values


def _value(want: Wanted, word: int) -> Value:
    match want.kind:
        case "ratio":
            return Fraction(word, RATIO_DENOMINATOR)
        case "bool":
            return bool(word)
        case "enum":
            assert want.plan is not None
            return want.plan.values[word]
        case "code":
            return want.reader.texts.text(word)
        case _:
            return word


def parameter_values(
    plan: Plan, parameters: Parameters
) -> tuple[dict[str, Scalar], dict[str, frozenset[str]]]:
    """Checked parameters as plain values, and the codes of the lists."""
    values: dict[str, Scalar] = {}
    for declared, word in zip(plan.parameters, parameters.words, strict=True):
        match declared.kind:
            case "ratio":
                values[declared.name] = Fraction(word, RATIO_DENOMINATOR)
            case "bool":
                values[declared.name] = bool(word)
            case _:
                values[declared.name] = word
    return values, parameters.codes


def totals_of(
    plan: Plan, table: FileTable, unit_id: str
) -> list[tuple[str, tuple[int | str, ...], int, int]]:
    """One unit's totals out of a state table: (accumulator, key, total, denominator).

    Raises: BadTable for the state of another scheme.
    """
    SchemeReaders(plan).read_totals(table)
    return [
        (row["accumulator"], tuple(json.loads(row["key"])), int(row["total"]), int(row["denominator"]))
        for row in table.table.to_pylist()
        if str(row["member_id"]) == unit_id and not row["accumulator"].startswith("@")
    ]


def last_day_of(table: FileTable, unit_id: str) -> int | None:
    """The day of a unit's last adjudicated claim out of a state table; None if it has none."""
    return next(
        (
            int(row["total"])
            for row in table.table.to_pylist()
            if str(row["member_id"]) == unit_id and row["accumulator"] == "@last"
        ),
        None,
    )
