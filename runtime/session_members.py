"""The members of a session: their attributes as columns, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hmbc.runtime import rejects
from hmbc.runtime.attributes import Wanted
from hmbc.runtime.careful_cells import Cell, RowName, read_cell
from hmbc.runtime.errors import BadRow
from hmbc.runtime.member_rows import MemberRows
from hmbc.runtime.python_cells import plain_columns, plain_word
from hmbc.runtime.rejects import Reject
from hmbc.runtime.scheme_readers import SchemeReaders
from hmbc.runtime.units_text import value_text
from hmbc.runtime.values import Values, few_rows

NAMELESS = "-"
"""The member_id of a member that is given without one."""


@dataclass(slots=True)
class Members:
    """names: of each row; columns: of each attribute of the plan; unit: the number of the unit that
    all are of."""

    names: list[str]
    columns: list[Values]
    rows: MemberRows
    unit: int


def read_members(readers: SchemeReaders, given: Sequence[Mapping[str, object]]) -> Members:
    """The members of one unit.

    Raises: BadRow with all that is wrong with their attributes, ValueError where they are of more
    than one unit, BadTable, TypeError.
    """
    names = [value_text(row.get("member_id"), "code") or NAMELESS for row in given]
    numbers = [readers.member_id.texts.number(name) for name in names]
    found: list[Reject] = []
    columns = [few_rows(numbers, [], False, [])]
    wanted = readers.member_table[1:]
    plain = (
        plain_columns(readers.member_fields, given[0]) if len(given) == 1 else [None] * len(wanted)
    )
    for place, column in enumerate(plain):
        columns.append(column or _column(readers, wanted[place], place, given, names, found))
    rows = MemberRows(
        columns[0],
        len(readers.member_id.texts),
        *(columns[-2:] if readers.varies else (None, None)),
    )
    attributes = readers.member_columns(columns)
    found += _odd(readers, rows, names, attributes)
    if found:
        raise BadRow(sorted(found))
    if len(names) == 1 and readers.unit_place is None:
        return Members(names, attributes, rows, numbers[0])
    units = set(numbers)
    if readers.unit_place is not None:
        unit_ids = attributes[readers.unit_place]
        units = {unit_ids.word(row) or 0 for row in range(len(names))}
    if len(units) != 1:
        raise ValueError(
            f"a session is of one {readers.plan.unit or 'member'}, these are {len(units)}"
        )
    return Members(names, attributes, rows, units.pop())


def _column(
    readers: SchemeReaders,
    want: Wanted,
    place: int,
    given: Sequence[Mapping[str, object]],
    names: Sequence[str],
    found: list[Reject],
) -> Values:
    """One attribute of all rows. What is wrong with it goes to `found`."""
    cells = [
        _plain(want, row)
        or read_cell(
            readers.plan,
            want,
            row,
            RowName("members", number, "", names[number - 1]),
            place,
            found,
            readers.minor_units,
        )
        for number, row in enumerate(given, 1)
    ]
    return few_rows(
        [cell.word for cell in cells],
        [cell.given for cell in cells],
        want.optional,
        [cell.ranges for cell in cells],
    )


def _plain(want: Wanted, row: Mapping[str, object]) -> Cell | None:
    """The cell of a value of the plainest type; None where more care is needed."""
    word = plain_word(want.reader, row[want.name]) if _is_named(want, row) else None
    return None if word is None else Cell(word, True, [])


def _is_named(want: Wanted, row: Mapping[str, object]) -> bool:
    """Whether a row gives the attribute by its name, and not by its label too."""
    return want.name in row and (want.label not in row or want.label == want.name)


def _odd(
    readers: SchemeReaders, rows: MemberRows, names: Sequence[str], columns: Sequence[Values]
) -> list[Reject]:
    """What is wrong with the members' rows together."""
    if len(names) == 1 and not readers.varies:
        return []
    wrong = [
        (rows.twice(), "member_id", rejects.DUPLICATE_MEMBER),
        (rows.backward(), "valid_from", rejects.BACKWARD),
        (rows.overlapping(), "valid_from", rejects.MEMBER_OVERLAP),
    ]
    for item, values in zip(readers.plan.member, columns, strict=True):
        if readers.varies and not item.varies:
            wrong.append((rows.unlike(values), item.name, rejects.NOT_FIXED))
    return [
        RowName("members", row + 1, "", names[row]).reject(
            column, ground.code, rejects.text_of(ground, readers.plan.language, value=names[row])
        )
        for which, column, ground in wrong
        for row in which
    ]
