"""What was found to break a law once, and was written down as examples, breaks it again at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmbc.compiler.laws import Question
from hmbc.compiler.pipeline import Compiled, compile_file, compile_source
from hmbc.compiler.prove import Budget, prove
from hmbc.dsl.source import Source

SCHEMES = Path(__file__).parents[2] / "schemes"
NOTHING = Budget(search=(0, 0), solver=0, solver_in_all=0, climb=0, beside=0, many=0)
"""Only what the structure says, and what is planted."""


def refuted(compiled: Compiled) -> set[Question]:
    assert compiled.kernel is not None and compiled.scheme is not None
    proofs = prove(compiled.kernel, NOTHING, solver=False, scheme=compiled.scheme)
    return {proof.question for proof in proofs if proof.outcome == "refuted"}


@pytest.mark.parametrize(
    ("name", "laws"),
    [
        (
            "more/zhigong_zhuyuan",
            [
                Question("no_cliff", "统筹"),
                Question("monotone", "大额", "政策内费用"),
                Question("no_cliff", "大额"),
                Question("monotone", "公务员补助", "政策内费用"),
                Question("no_cliff", "公务员补助"),
                Question("monotone", None, "政策内费用"),
                Question("more_claims", None),
                Question("no_cliff", None),
            ],
        ),
        (
            "ordos_2018",
            [
                Question("no_cliff", "self_borne"),
                Question("no_cliff", None),
                Question("deduction", None, "meals"),
            ],
        ),
        ("weihai_2024", [Question("split_proof", "普通门诊")]),
        (
            "more/huimin_duozeren",
            [
                Question("monotone", "特定药品", "目录外费用"),
                Question("no_cliff", "特定药品"),
                Question("order_free", "特定药品"),
            ],
        ),
    ],
)
def test_what_a_scheme_cannot_promise_is_in_its_examples(name: str, laws: list[Question]) -> None:
    assert set(laws) <= refuted(compile_file(SCHEMES / f"{name}.hmb"))


SCHEME = """scheme s {
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    member { status: active | retired varies }
    claim { bill: money  gift: money  care: inpatient | outpatient }
    LAYER
    EXAMPLES
}
"""
CLIFF = """layer first cite "1" { base claim.bill no threshold
        ratio by bands of claim.bill (up to 100: 50%, beyond: 80%) no cap }"""
NET = """layer first cite "1" { base claim.bill - claim.gift no threshold ratio 50% no cap }"""
FIRST = """layer first cite "1" { base claim.bill threshold 100 per year
        ratio by claim.care (inpatient: 90%, outpatient: 30%) no cap }"""


def example(*claims: str) -> str:
    return f"example {{ member {{ status: active }} {' '.join(claims)} }}"


def claim(bill: str, pay: str, gift: int = 0, care: str = "inpatient", day: str = "2024-03-01") -> str:
    return f"claim {day} {{ bill: {bill}, gift: {gift}, care: {care} }} pay {pay}"


@pytest.mark.parametrize(
    ("layer", "law", "examples"),
    [
        # raised by a minor unit
        (CLIFF, "no_cliff", [example(claim("100", "50"))]),
        # raised by more: two examples that differ in one amount
        (CLIFF, "no_cliff", [example(claim("90", "45")), example(claim("200", "160"))]),
        (CLIFF, "no_cliff", [example(claim("200", "160")), example(claim("90", "45"))]),
        # one row in two, and two that may be one
        (CLIFF, "split_proof", [example(claim("150", "120"))]),
        (CLIFF, "split_proof", [example(claim("60", "30"), claim("60", "30"))]),
        (NET, "split_proof", [example(claim("100", "40", gift=20))]),
        # exchanged
        (FIRST, "order_free", [example(claim("100", "0"), claim("100", "30", care="outpatient"))]),
    ],
)
def test_examples_are_tried_with_every_change_that_laws_speak_of(
    layer: str, law: str, examples: list[str]
) -> None:
    text = SCHEME.replace("LAYER", layer).replace("EXAMPLES", "\n".join(examples))
    found = refuted(compile_source(Source("s.hmb", text)))
    assert law in {question.law for question in found}
    none = SCHEME.replace("LAYER", layer).replace("EXAMPLES", "")
    assert refuted(compile_source(Source("s.hmb", none))) == set()


def test_examples_that_differ_in_what_is_no_amount_are_not_subtracted() -> None:
    examples = "\n".join([example(claim("200", "90")), example(claim("200", "30", care="outpatient"))])
    text = SCHEME.replace("LAYER", FIRST).replace("EXAMPLES", examples)
    assert "monotone" not in {one.law for one in refuted(compile_source(Source("s.hmb", text)))}
