"""The tables of claims and members as they were read: columns, and what is wrong with their cells."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property

from hmbc.runtime.arrow_in import InTable, read_table
from hmbc.runtime.attributes import Matched, Wanted, match_columns, read_columns
from hmbc.runtime.errors import BadTable
from hmbc.runtime.plan import Plan
from hmbc.runtime.scheme_readers import REFUNDS, SchemeReaders
from hmbc.runtime.unique import check_ids, repeated
from hmbc.runtime.values import Values

IDENTIFIERS = 3
"""The columns of claims that a refund fills, before those that only the refunded claim has."""


@dataclass
class Sheet:
    """A table that was read: its columns as words, and how its rows are called."""

    name: str
    table: InTable
    wanted: list[Wanted]
    matched: Matched
    columns: list[Values]
    ragged: list[tuple[int, int, int]]
    repeated: list[int] = field(default_factory=list)
    """Of a table of claims: the rows whose claim_id stood in a row before."""

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


def read_sheets(
    readers: SchemeReaders,
    claims: object,
    members: object | None,
    threads: int = 1,
    number_claims: bool = True,
) -> tuple[Sheet | None, Sheet]:
    """Reads both tables. Raises BadTable with what is wrong with either.

    number_claims: whether claim ids get numbers, by which one can be found, even where no row takes
    a claim back; else only what is wrong with them is known.
    """
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
    member_sheet = None
    if members_match is not None:
        table, wanted, matched = members_match
        columns = read_columns(matched, wanted, table.num_rows, threads)
        member_sheet = Sheet("members", table, wanted, matched, columns, _ragged(members))
    table, wanted, matched = claims_match
    if number_claims or (readers.takes_refunds and matched.columns[-1] is not None):
        columns = read_columns(matched, wanted, table.num_rows, threads)
        again = repeated(columns[0], len(readers.claim_id.texts))
    else:
        ids = matched.columns[0]
        assert ids is not None
        rest = replace(matched, columns=matched.columns[1:])
        checked, again = check_ids(ids)
        columns = [checked, *read_columns(rest, wanted[1:], table.num_rows, threads)]
    return member_sheet, Sheet("claims", table, wanted, matched, columns, _ragged(claims), again)


def _columns(
    source: object, wanted: list[Wanted], name: str, plan: Plan
) -> tuple[InTable, list[Wanted], Matched]:
    table = read_table(source)
    left_out = getattr(source, "left_out", ())
    return table, wanted, match_columns(table, wanted, name, plan.language, left_out)


def names_asked(plan: Plan) -> dict[str, set[str]]:
    """By table, every name and label by which a column may answer."""
    readers = SchemeReaders(plan)
    tables = {"claims": readers.claim_table, "members": readers.member_table}
    return {
        name: {text for want in wanted for text in (want.name, want.label) if text}
        for name, wanted in tables.items()
    }


def _ragged(source: object) -> list[tuple[int, int, int]]:
    return list(getattr(source, "ragged_rows", ()))
