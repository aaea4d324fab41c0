"""Verdicts of compiler/structure.py on layers that show one rule each."""

from __future__ import annotations

from typing import Any

import pytest

from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.structure import Verdict, structure_of
from hmbc.dsl.source import Source

HEAD = """scheme structure {
    source "rules, one at a time", 2024-01-01
    currency CNY
    benefit year calendar
    event claim.visit
    member { tier: low | high }
    claim { bill: money  fee: money  visit: code  care: inpatient | outpatient  share: ratio }
"""
EVERYDAY = "base claim.bill threshold 100 per year ratio 75% cap 1_000 per year"


def verdicts(*layers: str) -> dict[tuple[str, str | None, str | None], Verdict]:
    body = "".join(f"layer l{place} {{ {text} }}\n" for place, text in enumerate(layers, 1))
    kernel: Any = compile_source(Source("structure.hmb", HEAD + body + "}\n")).kernel
    assert kernel is not None
    return {(one.law, one.layer, one.subject): one for one in structure_of(kernel)}


def test_the_everyday_layer_keeps_every_law() -> None:
    found = verdicts(EVERYDAY)
    assert {one.law for one in found.values()} == {
        "non_negative", "within_base", "within_base_each", "within_cap", "monotone",
        "split_proof", "within_bill",
    }  # fmt: skip
    assert all(one.holds for one in found.values())


@pytest.mark.parametrize(
    ("law", "subject", "layer", "why"),
    [
        ("within_base", None, "base claim.bill no threshold ratio claim.share + 50% no cap", "ratio"),
        ("within_base", None, "base claim.bill no threshold ratio 50% no cap rounding up to 1", "minor"),
        ("within_base_each", None, "base claim.bill * 50% no threshold ratio 75% no cap rounding half even", "whole"),
        ("within_base", None, "base claim.bill * 50% no threshold ratio 100% no cap", "whole"),
        ("within_cap", "l1.pay", EVERYDAY.replace("1_000", "by claim.care (inpatient: 9, outpatient: 8)").replace("75%", "claim.share - 50%"), "`care`"),
        ("monotone", "bill", EVERYDAY.replace("75%", "by claim.care (inpatient: 30%, outpatient: 75%)") + " cost cap 500 per year", "ratio varies"),
        ("monotone", "fee", EVERYDAY.replace("claim.bill", "claim.bill - claim.fee"), "smaller the base"),
        ("monotone", "bill", EVERYDAY.replace("base", "when claim.bill < 50 base"), "condition"),
        ("monotone", "bill", EVERYDAY + " cap 10 per day cap 900 per event", "narrower"),
        ("monotone", "bill", EVERYDAY.replace("100 per year", "by claim.care (inpatient: 9, outpatient: 8) per year"), "running total"),
        ("split_proof", None, EVERYDAY + " cap 10 per claim", "single claim"),
        ("split_proof", None, EVERYDAY + " rounding half up per claim", "single claim"),
        ("split_proof", None, EVERYDAY.replace("base", "when claim.bill < 50 base"), "reads the amount"),
    ],
)  # fmt: skip
def test_what_the_structure_does_not_promise(
    law: str, subject: str | None, layer: str, why: str
) -> None:
    found = verdicts(layer)[law, "l1", subject]
    assert found.holds is None
    assert why in found.because.en and found.because.zh
    assert found.definition is not None and found.definition.startswith("l1.")


@pytest.mark.parametrize(
    "layer",
    [
        EVERYDAY.replace("100 per year", "100 per event"),
        EVERYDAY.replace("75%", "low: 60%, high: 80%"),
        EVERYDAY.replace("75%", "by claim.care (inpatient: 30%, outpatient: 75%)"),
        EVERYDAY.replace("75%", "bands of cost per year: up to 300: 80%, beyond: 40%"),
        EVERYDAY + " cap 5_000 per lifetime",
        EVERYDAY.replace("cap 1_000 per year", "cap 50 per month cap 1_000 per year"),
    ],
)
def test_layers_that_never_pay_less_for_a_larger_bill(layer: str) -> None:
    assert verdicts(layer)["monotone", "l1", "bill"].holds


def test_layers_on_the_same_money_leave_to_each_other_what_they_pay() -> None:
    rest = EVERYDAY.replace("claim.bill", "claim.bill - l1.pay")
    assert verdicts(EVERYDAY, rest)["within_bill", None, None].holds
    assert verdicts(EVERYDAY, EVERYDAY)["within_bill", None, None].holds is None
    assert verdicts(EVERYDAY, EVERYDAY.replace("bill", "fee"))["within_bill", None, None].holds


def test_a_bill_less_what_an_earlier_layer_pays_still_divides() -> None:
    rest = EVERYDAY.replace("claim.bill", "claim.bill - l1.pay")
    found = verdicts(EVERYDAY, rest)
    assert found["split_proof", None, None].holds
    assert found["monotone", None, "bill"].holds is None


def test_a_bill_divided_between_layers_that_share_is_not_promised() -> None:
    """Each draws after those before it and before those behind: two rows draw in another order."""
    body = "base claim.{} threshold shared both ratio 75% no cap"
    shared = "shared threshold both: 100 per year in order\n"
    kernel: Any = compile_source(
        Source(
            "structure.hmb",
            f"{HEAD}{shared}layer l1 {{ {body.format('bill')} }}\n"
            f"layer l2 {{ {body.format('fee')} }}\n}}\n",
        )
    ).kernel
    found = {(one.law, one.layer, one.subject): one.holds for one in structure_of(kernel)}
    assert found["split_proof", "l1", None] is None and found["split_proof", "l2", None] is None
    assert found["non_negative", None, None] and found["within_base", None, None]


YEAR = "base claim.bill threshold 100 per year ratio 75% no cap"
MONTH = YEAR.replace("per year", "per month")


@pytest.mark.parametrize(
    ("second", "third", "law", "holds", "why"),
    [
        (MONTH, "pays l1.pay + l2.pay no cap", "monotone", None, "narrower or another"),
        (YEAR, "pays l1.pay + l2.pay cap 500 per year", "split_proof", True, "increases of totals"),
        (MONTH, "base l1.pay + l2.pay no threshold ratio 100% no cap", "within_base", True, "more than"),
        (MONTH, "pays l1.pay - l2.pay no cap", "monotone", None, "both added and subtracted"),
        (MONTH, "base claim.bill - l1.pay no threshold ratio 100% no cap", "split_proof", True, "increases"),
        (MONTH, "pays smaller of (l1.pay, claim.fee) no cap", "split_proof", None, "single claim"),
        (MONTH, "base l1.pay * claim.share no threshold ratio 100% no cap", "monotone", None, "`share`"),
        (MONTH, "pays claim.fee - claim.bill no cap", "monotone", None, "the smaller the base"),
    ],
)  # fmt: skip
def test_layers_made_of_what_others_pay(
    second: str, third: str, law: str, holds: bool | None, why: str
) -> None:
    found = verdicts(YEAR, second, third)
    subject = "bill" if law == "monotone" else None
    verdict = found[law, "l3", subject]
    assert (verdict.holds, why in verdict.because.en) == (holds, True), verdict.because.en
