"""One Python value to one word, with all that may be wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hmbc.runtime.attributes import Wanted, cell_reason
from hmbc.runtime.errors import BadTable
from hmbc.runtime.plan import Plan
from hmbc.runtime.rejects import Reject
from hmbc.runtime.units_text import value_text, word_text


@dataclass(slots=True)
class Cell:
    """word: 0 where there is none, -1 of a code; ranges: of periods."""

    word: int
    given: bool
    ranges: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class RowName:
    """How the records of rejects call a row: table, number from 1, ids."""

    table: str
    number: int
    claim_id: str
    member_id: str

    def reject(self, column: str, code: str, reason: str, place: int = 0) -> Reject:
        """A record; place orders those of one row."""
        return Reject(
            self.table, self.number, place, column, code, reason, self.claim_id, self.member_id
        )


def read_cell(
    plan: Plan,
    want: Wanted,
    values: Mapping[str, object],
    row: RowName,
    place: int,
    found: list[Reject],
    minor_units: bool,
) -> Cell:
    """The value of one attribute. What is wrong with it goes to `found`.

    minor_units: whether a whole number as money counts minor units. Raises: BadTable where the name
    and the label both stand there, TypeError for what is no value of this kind at all.
    """
    names = [name for name in dict.fromkeys((want.name, want.label)) if name in values]
    if len(names) > 1:
        raise BadTable(
            [
                f"`{want.name}` 与 `{want.label}` 是同一项"
                if plan.language == "zh"
                else f"`{want.name}` and `{want.label}` are the same attribute"
            ]
        )
    value = values[names[0] or ""] if names else None
    if minor_units and want.kind == "money" and type(value) is int:
        value = word_text(value, "money", plan.minor_digits)
    text = value_text(value, want.kind)
    status, word, ranges = want.reader.parse_with_ranges(text)
    if status == 0:
        return Cell(word, True, ranges)
    if status == 1 and (want.optional or want.kind == "periods"):
        return Cell(-1 if want.kind == "code" else 0, False, [])
    code, reason = cell_reason(status, text, want, plan)
    found.append(row.reject(want.name, code, reason, place))
    return Cell(0, False, [])
