"""By how much the order of two claims of one date can change what is paid, at most."""

from __future__ import annotations

import pytest

from hmbc.compiler.laws import questions_of
from hmbc.compiler.order_effects import order_bound
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.prove_by_structure import by_structure
from hmbc.dsl.source import Source

SCHEME = """scheme s {{
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    claim {{ care: inpatient | outpatient  tier: low | high  bill: money 0 to 1_000 }}
    shared cap pool: 300 per year in order
    layer a {{ when claim.care is inpatient  base claim.bill  threshold 100 per year
        ratio low: 40%, high: 70%  {a} }}
    layer b {{ when claim.care is outpatient  base claim.bill  threshold 100 per year
        ratio low: 30%, high: 60%  {b} }}
}}
"""


def bound_of(a: str, b: str, layer: str | None) -> int | None:
    found = compile_source(Source("s.hmb", SCHEME.format(a=a, b=b)))
    assert found.kernel is not None, found.diagnostics
    proved = {proof.question for proof in by_structure(found.kernel, questions_of(found.kernel))}
    return order_bound(found.kernel, layer, proved)


def test_a_cap_that_layers_share_is_counted_once() -> None:
    assert bound_of("cap shared pool", "cap shared pool", None) == 300_00
    assert bound_of("cap shared pool", "cap shared pool", "a") == 300_00


def test_caps_of_their_own_add_up() -> None:
    assert bound_of("cap 200 per year", "cap 250 per year", None) == 450_00


@pytest.mark.parametrize(("own", "in_all"), [("200", 300_00), ("80", 160_00)])
def test_the_lesser_of_own_caps_and_the_shared_one_counts(own: str, in_all: int) -> None:
    both = f"cap {own} per year  cap shared pool"
    assert bound_of(both, both, None) == in_all


def test_without_a_cap_nothing_is_told() -> None:
    assert bound_of("no cap", "cap shared pool", None) is None
    assert bound_of("no cap", "cap shared pool", "a") is None
