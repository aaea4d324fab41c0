"""Statements of sums that several layers break together, each at its cap, and in several years."""

from __future__ import annotations

import pytest

from hmbc.compiler.laws import Question
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.prove import QUICK, prove
from hmbc.dsl.source import Source

TEXT = """scheme three "Three layers and what they pay together" {
    source "example"
    currency CNY
    benefit year calendar
    claim { care: ward | drugs  cost: money  fee: money }
    layer ward  cite "1" { when claim.care is ward  base claim.cost  threshold 30_000 per year  ratio 80%  cap 1_000_000 per year }
    layer fee  cite "2" { when claim.care is ward  base claim.fee  threshold 15_000 per year  ratio 70%  cap 1_000_000 per year }
    layer drugs  cite "3" { when claim.care is drugs  base claim.fee  no threshold  ratio 60%  cap 500_000 per year }
    total paid_so_far: ward.pay + fee.pay + drugs.pay SCOPE  cite "4"
    prove paid_so_far <= MOST  cite "4"
}
"""


@pytest.mark.parametrize(
    ("scope", "most", "holds"),
    [
        ("per year", "2_500_000", True),
        ("per year", "2_499_999.99", False),
        ("per lifetime", "7_499_999.99", False),
    ],
)
def test_what_all_layers_pay_at_their_caps_is_tried(scope: str, most: str, holds: bool) -> None:
    compiled = compile_source(Source("three.hmb", TEXT.replace("SCOPE", scope).replace("MOST", most)))
    assert compiled.kernel is not None, compiled.diagnostics
    [stated] = [one for one in prove(compiled.kernel, QUICK) if one.question.law == "stated"]
    assert stated.outcome == ("proved" if holds else "refuted")
    assert stated.question == Question("stated", None, stated.question.subject)
