"""Thresholds and caps from which some claims are free, and layers that others pay."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hmbc.compiler.interpret import Interpreter, Step
from hmbc.compiler.kernel import Definition
from hmbc.compiler.pipeline import compile_source
from hmbc.dsl.source import Source

HEAD = """scheme s {
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    claim { cost: money  free: bool }
"""


def _steps(body: str, *claims: tuple[int, bool], head: str = HEAD) -> list[Step]:
    compiled = compile_source(Source("s.hmb", head + body + "}\n"))
    assert compiled.kernel is not None, compiled.diagnostics
    rows = [{"cost": cost, "free": free, "date": 19_800} for cost, free in claims]
    return list(Interpreter(compiled.kernel).run(rows, {"member_id": "M"}))


def _pays(body: str, *claims: tuple[int, bool]) -> list[int]:
    return [step.total_pay for step in _steps(body, *claims)]


LAYER = 'layer a cite "1" {{ base claim.cost  {threshold}  {ratio}  {cap} }}\n'
HALF = "ratio 50%"


def test_a_claim_without_a_cap_uses_nothing_of_it() -> None:
    capped = LAYER.format(
        threshold="no threshold", ratio=HALF, cap="cap 1 per year  no cap if claim.free"
    )
    assert _pays(capped, (100, False), (1_000, True), (200, False)) == [50, 500, 50]


def test_every_cap_and_a_shared_one_are_lifted() -> None:
    body = 'shared cap both: 2 per year in order cite "1"\n' + LAYER.format(
        threshold="no threshold",
        ratio=HALF,
        cap="cap 1 per claim  cap shared both  no cap if claim.free",
    )
    assert _pays(body, (900, True), (900, False), (900, False), (900, False)) == [450, 100, 100, 0]


def test_one_of_several_conditions_is_enough() -> None:
    body = LAYER.format(
        threshold="no threshold",
        ratio=HALF,
        cap="cap 1 per year  no cap if claim.free  no cap if claim.cost > 50",
    )
    assert _pays(body, (9_000, False), (100, True)) == [4_500, 50]


def test_every_threshold_is_lifted_and_left_as_it_was() -> None:
    body = LAYER.format(
        threshold="threshold 1 per claim  threshold 3 per year within 5 per lifetime  "
        "no threshold if claim.free",
        ratio=HALF,
        cap="no cap",
    )
    assert _pays(body, (200, False), (100, True), (500, False)) == [0, 50, 100]


@pytest.mark.parametrize("of", ["cost", "above threshold"])
def test_bands_count_a_claim_without_a_threshold_from_its_first_unit(of: str) -> None:
    body = LAYER.format(
        threshold="threshold 1 per year  no threshold if claim.free",
        ratio=f"ratio bands of {of} per year: up to 2: 10%, beyond: 100%".replace(
            "of above", "above"
        ),
        cap="no cap",
    )
    one, two, three = _pays(body, (100, False), (100, True), (100, False))
    assert (one, two, three) == (0, 10, 100 if of == "cost" else 10)


def test_the_explanation_tells_no_cap_of_a_claim_that_is_free_of_it() -> None:
    from hmbc.compiler.explain import explain

    body = LAYER.format(
        threshold="threshold 1 per year  no threshold if claim.free",
        ratio=HALF,
        cap="cap 1 per year  no cap if claim.free",
    )
    compiled = compile_source(Source("s.hmb", HEAD + body + "}\n"))
    assert compiled.kernel is not None
    told = [
        {line.role: line.value for line in explain(compiled.kernel, step)[0].lines}
        for step in _steps(body, (900, True), (900, False))
    ]
    assert "cap" not in told[0] and "threshold" not in told[0] and told[0]["excess"] == "9.00"
    assert told[1]["cap"] == "1.00" and told[1]["threshold"] == "1.00"


BASIC = LAYER.replace("layer a", "layer basic").format(
    threshold="no threshold", ratio=HALF, cap="cap 9 per year  paid by others"
)


def test_what_others_pay_is_worked_out_but_not_paid() -> None:
    extra = (
        'layer extra cite "2" { base claim.cost - basic.pay  no threshold  ratio 10%  no cap }\n'
    )
    (step,) = _steps(BASIC + extra, (4_000, False))
    assert step.pays == {"extra": 310}
    assert step.total_pay == 310
    assert step.trace["basic.pay"] == Fraction(900)


def test_a_scheme_that_pays_nothing_itself_is_told() -> None:
    compiled = compile_source(Source("s.hmb", HEAD + BASIC + "}\n"))
    assert "HMB303" in [one.code for one in compiled.diagnostics]


def test_others_layers_have_no_outcome_and_no_reason() -> None:
    extra = (
        'layer extra cite "2" { base claim.cost - basic.pay  no threshold  ratio 10%  no cap }\n'
    )
    compiled = compile_source(Source("s.hmb", HEAD + BASIC + extra + "}\n"))
    assert compiled.kernel is not None
    assert [outcome.layer for outcome in compiled.kernel.outcomes] == ["extra"]
    names = {item.name for item in compiled.kernel.items if isinstance(item, Definition)}
    assert "basic.pay" in names
