"""A threshold within another says in one clause what totals say at length."""

from __future__ import annotations

from random import Random

import pytest

from hmbc.compiler.interpret import Interpreter, State
from hmbc.compiler.pipeline import compile_source
from hmbc.dsl.source import Source

HEAD = """scheme s {
    source "d"
    currency CNY
    benefit year calendar
    unit member.home
    member { home: code }
    claim { cost: money  level: one | two }
"""
LONG = """
    total own: claim.cost per year cite "1"
    total of_family: increase of (smaller of (own, 50)) per year per family cite "2"
    let deducted: increase of (smaller of (of_family, 80))
    layer plan cite "3" { base claim.cost - deducted  no threshold  ratio 80%  cap 300 per year }
}"""
SHORT = """
    layer plan cite "3" {
        base claim.cost
        threshold 50 per year within 80 per year per family
        ratio RATIO
        cap 300 per year
    }
}"""


def _paid(text: str, seed: int) -> list[int]:
    compiled = compile_source(Source("s.hmb", HEAD + text))
    assert compiled.kernel is not None, [d.message("en") for d in compiled.diagnostics]
    interpreter, random, state = Interpreter(compiled.kernel), Random(seed), State()
    paid = []
    day = 19_600
    for _ in range(60):
        day += random.randrange(20)
        member = {"home": "H", "member_id": random.choice("ABC")}
        claim = {"cost": random.randrange(9_000), "date": day, "level": random.choice(("one", "two"))}
        step = interpreter.step(state, claim, member)
        assert step.status == "ok"
        paid.append(step.total_pay)
        state = step.state
    return paid


@pytest.mark.parametrize("seed", range(5))
def test_it_pays_what_its_totals_pay(seed: int) -> None:
    assert _paid(SHORT.replace("RATIO", "80%"), seed) == _paid(LONG, seed)


def test_bands_of_cost_over_the_top_of_what_a_claim_adds() -> None:
    bands = "bands of cost per year: up to 10_000: 80%, beyond: 80%"
    assert _paid(SHORT.replace("RATIO", bands), 1) == _paid(LONG, 1)


def test_an_amount_that_varies_within_the_family_is_warned_of() -> None:
    text = SHORT.replace("80 per year", "by claim.level (one: 80, two: 90) per year")
    compiled = compile_source(Source("s.hmb", HEAD + text.replace("RATIO", "80%")))
    assert "HMB231" in [d.code for d in compiled.diagnostics]
    assert _paid(text.replace("per family", "per family acknowledged").replace("RATIO", "80%"), 2)
