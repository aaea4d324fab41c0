"""One member's rows as plain values, in the order in which they are adjudicated: what an explanation
of one claim needs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from hmbc.runtime.attributes import Wanted
from hmbc.runtime.batch import Sheet, read_sheets
from hmbc.runtime.columns import Values
from hmbc.runtime.files import FileTable
from hmbc.runtime.parameters import Parameters
from hmbc.runtime.plan import RATIO_DENOMINATOR, Plan
from hmbc.runtime.scheme_readers import SchemeReaders

Scalar = Fraction | int | bool | str
Value = Scalar | tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """A claim that can be adjudicated. row: in the table, from 0; values: as in dsl/expr.Const,
    without those that are absent."""

    claim_id: str
    row: int
    day: int
    values: dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A member's own values and claims, by date and then in file order; bad rows left out."""

    member_id: str
    member: dict[str, Value]
    claims: tuple[ClaimRow, ...]


def history_of(
    plan: Plan,
    claims: object,
    members: object | None,
    claim_id: str,
    *,
    minor_units: bool = False,
) -> History | None:
    """The history of the member to whom a claim belongs; None if no good row has this claim_id.

    Raises: BadTable.
    """
    readers = SchemeReaders(plan, minor_units=minor_units)
    member_sheet, sheet = read_sheets(readers, claims, members)
    ids = [_text(values, readers.claim_id.texts.text, sheet) for values in sheet.columns[:1]][0]
    owners = _text(sheet.columns[1], readers.member_id.texts.text, sheet)
    bad = _bad_rows(sheet)
    first: dict[str, int] = {}
    for row, one in enumerate(ids):
        first.setdefault(one, row)
    if claim_id not in first or first[claim_id] in bad:
        return None
    owner = owners[first[claim_id]]
    member: dict[str, Value] = {}
    if member_sheet is not None:
        found = _member_row(member_sheet, readers, owner)
        if found is None:
            return None
        member = _row(member_sheet.wanted[1:], member_sheet.columns[1:], found)
    days = sheet.columns[2]
    rows = [
        ClaimRow(
            claim_id=ids[row],
            row=row,
            day=days.word(row) or 0,
            values={
                plan.date: days.word(row) or 0,
                **_row(sheet.wanted[3:], sheet.columns[3:], row),
            },
        )
        for row in range(len(ids))
        if owners[row] == owner and row not in bad and first[ids[row]] == row
    ]
    rows.sort(key=lambda claim: (claim.day, claim.row))
    return History(member_id=owner, member=member, claims=tuple(rows))


def _text(values: Values, text_of: object, sheet: Sheet) -> list[str]:
    assert callable(text_of)
    texts = []
    for row in range(sheet.table.num_rows):
        word = values.word(row)
        texts.append("" if word is None or word < 0 else str(text_of(word)))
    return texts


def _bad_rows(sheet: Sheet) -> set[int]:
    return {row for values in sheet.columns for row, _ in values.bad}


def _member_row(sheet: Sheet, readers: SchemeReaders, owner: str) -> int | None:
    bad = _bad_rows(sheet)
    for row, one in enumerate(_text(sheet.columns[0], readers.member_id.texts.text, sheet)):
        if one == owner:
            return None if row in bad else row
    return None


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
    plan: Plan, table: FileTable, member_id: str
) -> list[tuple[str, tuple[int | str, ...], int, int]]:
    """One member's totals out of a state table: (accumulator, key, total, denominator).

    Raises: BadTable for the state of another scheme.
    """
    SchemeReaders(plan).read_totals(table)
    return [
        (row["accumulator"], tuple(json.loads(row["key"])), int(row["total"]), int(row["denominator"]))
        for row in table.table.to_pylist()
        if str(row["member_id"]) == member_id and not row["accumulator"].startswith("@")
    ]
