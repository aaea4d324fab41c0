"""What breaks a law of one layer, held against the scheme's (compiler/brought_about.py)."""

from __future__ import annotations

import pytest

from hmbc.compiler import brought_about
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Law, Question
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.refute import Search
from hmbc.compiler.witness import witness_of
from hmbc.dsl.source import Source

TEXT = """scheme s {
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    parameter most: money 100 to 200, external
    member { tier: low | high }
    claim { bill: money 0 to 1000  fee: money 0 to 1000  care: inpatient | outpatient  drug: code optional }
    layer a { base claim.bill no threshold ratio 45% cap by claim.care (inpatient: most, outpatient: 60) per year acknowledged }
    layer b { when claim.fee > 0 base claim.bill - a.pay no threshold ratio 100% no cap }
}
"""


@pytest.fixture(scope="module")
def kernel() -> Kernel:
    found = compile_source(Source("s.hmb", TEXT))
    assert found.kernel is not None, found.diagnostics
    return found.kernel


@pytest.mark.parametrize(
    ("of_layer", "law", "of_scheme"),
    [
        (Question("order_free", "a"), "order_free", None),
        (Question("monotone", "a", "bill"), "monotone", "bill"),
        (Question("monotone", "a", "bill"), "more_claims", None),
    ],
)
def test_what_another_layer_makes_good_it_need_not(
    kernel: Kernel, of_layer: Question, law: Law, of_scheme: str | None
) -> None:
    """The second layer pays all that the first does not, where there is a fee."""
    first = Search(kernel, [of_layer])
    brought_about.hold_under_unlike_limits(first, 0)
    first.run(40_000)
    brought_about.hold_under_unlike_limits(first, 800_000)
    question = Question(law, None, of_scheme)
    search = Search(kernel, [question])
    brought_about.hold_of_layers(search, first.found, 100_000)
    assert witness_of(kernel, search.found[question]) is not None


def test_without_any_there_is_nothing_to_begin_with(kernel: Kernel) -> None:
    search = Search(kernel, [Question("order_free", None)])
    brought_about.hold_of_layers(search, {}, 100_000)
    assert not search.found
