"""What a threshold or cap may read over its scope."""

from __future__ import annotations

from hmbc.compiler.interpret import Interpreter
from hmbc.compiler.pipeline import compile_source
from hmbc.dsl.source import Source

HEAD = """scheme s {
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    claim { cost: money  other: money }
"""
FOOT = "}\n"


def _codes(body: str) -> list[str]:
    compiled = compile_source(Source("s.hmb", HEAD + body + FOOT))
    return [d.code for d in compiled.diagnostics if d.code.startswith("HMB23")]


LAYER = 'layer a cite "1" {{ base claim.cost  threshold {threshold}  ratio 50%  no cap }}\n'


def test_an_amount_that_reads_what_another_layer_pays_varies_with_each_claim() -> None:
    first = LAYER.format(threshold="10 per year")
    second = first.replace("layer a", "layer b").replace("10 per", "a.pay per")
    assert _codes(first + second) == ["HMB231"]
    assert _codes(first + second.replace("a.pay per year", "a.pay per claim")) == []
    assert _codes(first + second.replace("per year  ratio", "per year acknowledged  ratio")) == []


def test_a_single_dated_value_does_not_reach_back_to_the_start_of_the_year() -> None:
    parameter = "parameter p: money { from 2024-03-01: 1 }\n"
    body = parameter + LAYER.format(threshold="p as at year start per year")
    compiled = compile_source(Source("s.hmb", HEAD + body + FOOT))
    assert compiled.kernel is not None
    claim = {"cost": 1000, "other": 0, "date": 19_797}  # 2024-03-15
    (step,) = Interpreter(compiled.kernel).run([claim], {})
    assert step.status == "undated:p"


def test_a_literal_that_equals_a_dated_value_is_not_the_parameter() -> None:
    parameter = "parameter p: money { from 2023-01-01: 1  from 2024-07-01: 2 }\n"
    used = 'layer b cite "2" { base claim.other  threshold p per claim  ratio 50%  no cap }\n'
    assert _codes(parameter + used + LAYER.format(threshold="1 per year")) == []
    assert _codes(parameter + used + LAYER.format(threshold="p per year")) == ["HMB232"]
