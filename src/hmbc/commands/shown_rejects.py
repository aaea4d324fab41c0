"""Rejected rows, for people."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from hmbc.grammar.keywords import Language
from hmbc.runtime.attributes import TABLES
from hmbc.runtime.rejects import Reject


def show_rejects(
    records: Sequence[Reject], language: Language, most: int | None = None
) -> None:
    """The rejected rows, one line each; all of them unless `most` is given."""
    for record in records[:most]:
        ids = " ".join(part for part in (record.claim_id, record.member_id) if part)
        sys.stderr.write(f"  {record.code} {place_of(record, language)} {ids}: {record.reason}\n")
    if most is not None and len(records) > most:
        sys.stderr.write("  …\n")


def place_of(record: Reject, language: Language) -> str:
    """The row and column as people call them; the file of rejects names tables in English always."""
    where = f"{record.table} {record.row}"
    if language == "zh":
        where = f"{TABLES[record.table]}第 {record.row} 行"
    return f"{where} `{record.column}`" if record.column else where
