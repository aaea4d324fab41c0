"""Mistakes in expressions, declarations and examples that stand in no golden file: each is told by its
code, in both languages, and nothing raises."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hmbc.dsl.check import check_source
from hmbc.dsl.names import amount_text, percent_text
from hmbc.dsl.source import Source

SCHEME = """scheme s {{
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    member {{ born: date  sick: bool  away: periods  {member} }}
    claim {{ cost: money  drug: code  kind: a | b  rate: ratio  {claim} }}
    {item}
    layer x cite "1" {{ when {when}  base {base}  threshold {threshold} per claim  ratio 50%  no cap }}
    example {{ {example} }}
}}
"""
PLAIN = {
    "member": "", "claim": "", "item": "", "when": "claim.kind is a", "base": "claim.cost",
    "threshold": "0", "example": "claim 2024-01-01 { kind: a, cost: 1 } pay 0.50",
}  # fmt: skip
MISTAKES = [
    ({"item": "total t: claim.cost per year", "base": "increase of (claim.rate)"}, "HMB201"),
    ({"base": "rounded (claim.cost, half up to 0.001)"}, "HMB205"),
    ({"base": "rounded (claim.rate, half up)"}, "HMB201"),
    ({"base": "claim.rate / 0"}, "HMB235"),
    ({"base": "claim.drug / 2"}, "HMB201"),
    ({"base": "(claim.cost if member.sick else claim.rate)"}, "HMB202"),
    ({"base": "by bands of claim.drug (up to 1: 1, beyond: 2)"}, "HMB201"),
    ({"base": "by bands of claim.cost (up to 5: 1, up to 4: 2, beyond: 3)"}, "HMB213"),
    ({"base": "by bands of claim.cost (up to claim.cost: 1, beyond: 2)"}, "HMB214"),
    ({"base": "by bands of claim.cost (up to 1: 1, beyond: 50%)"}, "HMB202"),
    ({"base": "by claim.kind (a: claim.cost, b: 50%)"}, "HMB202"),
    ({"base": 'by claim.kind ("K": 1, otherwise: 2)'}, "HMB202"),
    ({"base": 'by claim.drug ("K": 1, "K": 2, otherwise: 3)'}, "HMB210"),
    ({"base": 'by claim.drug ("K": 50%, otherwise: 3)'}, "HMB202"),
    ({"base": "by claim.cost (a: 1, b: 2)"}, "HMB201"),
    ({"base": "nowhere.pay"}, "HMB104"),
    ({"when": "claim.cost given"}, "HMB215"),
    ({"when": "(claim.cost + 1) given"}, "HMB215"),
    ({"when": "claim.drug in claim.kind"}, "HMB202"),
    ({"when": "member.born in enrolment"}, "HMB301"),
    ({"when": "member.born + 3 months < claim.date"}, "HMB233"),
    ({"when": "claim.kind < a"}, "HMB202"),
    ({"item": "parameter p: money = 5", "when": "p"}, "HMB201"),
    ({"item": "total t: member.born per year"}, "HMB201"),
    ({"claim": "z: code 1 to 2"}, "HMB010"),
    ({"claim": "z: money 5 to 1"}, "HMB206"),
    ({"claim": "z: ratio 50% to 10%"}, "HMB206"),
    ({"claim": "z: int 5 to 1"}, "HMB206"),
    ({"claim": "z: money 1 to claim_cost"}, "HMB010"),
    ({"item": "parameter p: code, external"}, "HMB010"),
    ({"item": 'list l: "A"  list l: "B"'}, "HMB106"),
    ({"item": 'list l: "A"  parameter l: money, external'}, "HMB106"),
    ({"item": "parameter p: money { }"}, "HMB309"),
    ({"item": "count c: events per year"}, "HMB304"),
    ({"item": "total t: claim.cost per claim"}, "HMB325"),
    ({"item": "total t: claim.rate per year"}, "HMB201"),
    ({"example": "claim 2024-01-01 { kind: a, cost: 1, cost: 2 } pay 0.50"}, "HMB106"),
    ({"example": "claim 2024-01-01 { kind: a | b, cost: 1 } pay 0.50"}, "HMB107"),
    ({"example": "claim 2024-01-01 { kind: 2024-01-01 to 2024-02-01 } pay 0"}, "HMB201"),
    ({"example": "member { away: 2024-02-01 to 2024-01-01 } claim 2024-01-01 { kind: a } pay 0"}, "HMB206"),
    ({"example": "member { away: 5 } claim 2024-01-01 { kind: a } pay 0"}, "HMB201"),
    ({"example": "parameter { p: 5 } claim 2024-01-01 { kind: a } pay 0"}, "HMB102"),
    ({"example": "claim 2024-01-01 { kind: a, cost: 1 } because excluded nobody"}, "HMB102"),
    ({"example": "claim 2024-01-01 { kind: a, cost: 1 } pay y 1"}, "HMB104"),
    ({"item": "list l: external", "example": "parameter { l: 5 } claim 2024-01-01 { kind: a } pay 0"}, "HMB201"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code"), MISTAKES, ids=lambda x: x if isinstance(x, str) else None)
def test_a_mistake_is_told_by_its_code(change: dict[str, str], code: str) -> None:
    checked = check_source(Source("s.hmb", SCHEME.format(**{**PLAIN, **change})))
    found = [diagnostic.code for diagnostic in checked.diagnostics]
    assert code in found, found
    for diagnostic in checked.diagnostics:
        assert diagnostic.message("zh") and diagnostic.message("en")
        assert "{" not in diagnostic.message("en").replace("`{`", "")


def test_without_a_change_the_scheme_has_no_errors() -> None:
    checked = check_source(Source("s.hmb", SCHEME.format(**PLAIN)))
    assert checked.scheme is not None, [d.message("en") for d in checked.diagnostics]


def test_amounts_and_shares_are_shown_as_people_write_them() -> None:
    assert amount_text(2000001, 2) == "20000.01"
    assert amount_text(2000000, 2) == "20000" and amount_text(2000000, 2, fixed=True) == "20000.00"
    assert amount_text(-5, 2) == "-0.05" and amount_text(7, 0, fixed=True) == "7"
    assert amount_text(Fraction(15, 10), 2) == "0.015"
    assert amount_text(Fraction(1, 3), 2) == "0.00333333…"
    assert percent_text(Fraction(3, 4)) == "75%" and percent_text(Fraction(1, 8)) == "12.5%"
    assert percent_text(Fraction(1, 3)) == "1/3"
