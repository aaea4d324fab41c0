"""What is wrong with the rows of a batch, as records in words."""

from __future__ import annotations

from collections.abc import Container
from functools import cached_property

from hmbc.runtime import rejects
from hmbc.runtime.attributes import cell_reason
from hmbc.runtime.claim_rows import LATE
from hmbc.runtime.columns import Reader
from hmbc.runtime.plan import Plan
from hmbc.runtime.rejects import Ground, Reject
from hmbc.runtime.scheme_readers import REFUNDS, SchemeReaders
from hmbc.runtime.sheets import IDENTIFIERS, Sheet
from hmbc.runtime.units_text import word_text
from hmbc.runtime.values import Values

AFTER_COLUMNS = 1_000_000


class Found:
    """Collects reject records."""

    def __init__(self, readers: SchemeReaders, claims: Sheet) -> None:
        self.rejects: list[Reject] = []
        self._readers = readers
        self._plan = readers.plan
        self._claims = claims
        self._ids = claims.columns[1]

    def cells(self, sheet: Sheet, refunds: Container[int] = ()) -> set[int]:
        """Every bad cell and ragged row of a table; returns the rows in which cells are bad. Of a
        refund only the identifiers and the day are read."""
        rows: set[int] = set()
        blank: dict[int, bool] = {}
        for place, (want, column, values) in enumerate(
            zip(sheet.wanted, sheet.matched.columns, sheet.columns, strict=True)
        ):
            for row, status in values.bad:
                if place >= IDENTIFIERS and row in refunds:
                    continue
                rows.add(row)
                if row not in blank:
                    blank[row] = _is_blank(sheet, row)
                    if blank[row]:
                        reason = rejects.text_of(rejects.BLANK_ROW, self._plan.language)
                        number, code = sheet.row_number(row), rejects.BLANK_ROW.code
                        self.rejects.append(Reject(sheet.name, number, place, "", code, reason, "", ""))
                if blank[row]:  # told once, not once for each of its columns
                    continue
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
        day = ""
        if ground is rejects.NOT_VALID:
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

    @cached_property
    def _without_id(self) -> set[int]:
        return {row for row, _ in self._claims.columns[0].bad}

    def _claim_id(self, row: int) -> str:
        column = self._claims.matched.columns[0]
        assert column is not None
        return "" if row in self._without_id else column.text(row)

    def _member_id(self, row: int) -> str:
        return _text(self._readers.member_id, self._ids, row)


def _is_blank(sheet: Sheet, row: int) -> bool:
    """Whether nothing stands in a row, as in those that a spreadsheet leaves behind."""
    return not any(
        column is not None and column.text(row).strip() for column in sheet.matched.columns
    )


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
