"""Directed histories show which of two inputs of one type is read, also where both usually are alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from hmbc.compiler.boundaries import boundary_histories
from hmbc.compiler.histories import History, replay
from hmbc.compiler.interpret import prepare
from hmbc.compiler.meaning import Missing
from hmbc.compiler.pipeline import compile_file
from hmbc.compiler.validate import ROWS

MONTHS = Path(__file__).parents[1] / "golden/kernels/months.hmb"


@pytest.mark.parametrize(("read", "instead"), [("参保日", "生日"), ("生日", "参保日")])
def test_a_date_of_a_member_read_for_another_shows(read: str, instead: str) -> None:
    kernel = compile_file(MONTHS).kernel
    assert kernel is not None
    prepared = prepare(kernel)

    def wrong(history: History) -> History:
        rows = (
            evolve(row, member={**row.member, read: row.member[instead]}) for row in history.rows
        )
        return evolve(history, rows=tuple(rows))

    def pays(history: History) -> object:
        try:
            return [(row.status, row.pays) for row in replay(prepared, history)[0]]
        except Missing:
            return None

    assert any(pays(one) != pays(wrong(one)) for one in boundary_histories(prepared, ROWS))
