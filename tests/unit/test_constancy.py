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


def test_the_last_day_of_the_year_is_one_value_in_it_also_where_each_member_has_a_year() -> None:
    own = HEAD.replace(
        "calendar", "from member.joined\n    month end last day\n member { joined: date }"
    )
    left = "month of (last day of (benefit year)) - month of (2020-01-01)"
    for head, date in ((own, "claim.date"), (HEAD, "last day of (benefit year)")):
        varying = LAYER.format(threshold=f"¥1 * (month of ({date}) - 24000) per year")
        body = varying.replace("layer a", "layer b") + LAYER.format(
            threshold=f"¥1 * ({left}) per year"
        )
        compiled = compile_source(Source("s.hmb", head + body + FOOT))
        assert compiled.scheme is not None
        varies = [layer.thresholds[0].varies for layer in compiled.scheme.layers]  # type: ignore[union-attr]
        assert varies == [date == "claim.date", False]


def test_a_literal_that_equals_a_dated_value_is_not_the_parameter() -> None:
    parameter = "parameter p: money { from 2023-01-01: 1  from 2024-07-01: 2 }\n"
    used = 'layer b cite "2" { base claim.other  threshold p per claim  ratio 50%  no cap }\n'
    assert _codes(parameter + used + LAYER.format(threshold="1 per year")) == []
    assert _codes(parameter + used + LAYER.format(threshold="p per year")) == ["HMB232"]


def test_the_ordinal_of_a_claim_does_not_move_with_its_own_totals() -> None:
    """A stay that goes on in the next year is that year's first: what was borne of it stays borne."""
    text = HEAD.replace("claim {", "event claim.stay\n    claim { stay: code ")
    text += 'count stays: events per year cite "1"\n' + LAYER.format(
        threshold="(9 if stays ordinal = 1 else 4) per event"
    )
    compiled = compile_source(Source("s.hmb", text + FOOT))
    assert compiled.kernel is not None, compiled.diagnostics
    claims = [
        {"stay": stay, "cost": cost, "other": 0, "date": day}
        for stay, cost, day in (("a", 100, 19_000), ("b", 2_000, 19_001), ("b", 1_000, 19_360))
    ]
    steps = Interpreter(compiled.kernel).run(claims, {"member_id": "M"})
    assert [step.total_pay for step in steps] == [0, 800, 500]


def test_an_amount_by_the_ordinal_leaves_each_claim_of_a_wider_scope_what_is_left_of_its_own() -> None:
    text = HEAD.replace("claim {", "event claim.stay\n    claim { stay: code ")
    text += 'count stays: events per year cite "1"\n' + LAYER.format(
        threshold="by bands of stays ordinal (up to 1: 8, up to 2: 4, beyond: 2) per year"
    )
    compiled = compile_source(Source("s.hmb", text + FOOT))
    assert compiled.kernel is not None, compiled.diagnostics
    claims = [
        {"stay": stay, "cost": 500, "other": 0, "date": 19_001} for stay in ("a", "b", "c")
    ]
    steps = Interpreter(compiled.kernel).run(claims, {"member_id": "M"})
    assert [step.total_pay for step in steps] == [0, 250, 250]
