"""Laws that hold in each case of what never changes for a member."""

from __future__ import annotations

import pytest

from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.proof import Proof
from hmbc.compiler.prove import prove
from hmbc.dsl.source import Source

SCHEME = """scheme s {
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    member { exempt: bool VARIES  grade: a | b | c }
    claim { cost: money }
    layer l cite "1" {
        base claim.cost  threshold 100 per year  ratio 60%
        no cap if CONDITION  cap 500 per year
    }
    STATED
}
"""


def proofs(varies: str = "", condition: str = "member.exempt", stated: str = "") -> list[Proof]:
    text = SCHEME.replace("VARIES", varies).replace("CONDITION", condition)
    compiled = compile_source(Source("s.hmb", text.replace("STATED", stated)))
    assert compiled.kernel is not None, [one.message("en") for one in compiled.diagnostics]
    return list(prove(compiled.kernel, solver=False))


def outcome(found: list[Proof], law: str, layer: str | None = "l") -> tuple[str, str]:
    (one,) = [p for p in found if (p.question.law, p.question.layer) == (law, layer)]
    return one.outcome, one.because.en


@pytest.mark.parametrize(
    ("condition", "number"),
    [
        ("member.exempt", 2),
        ("member.grade is a", 2),
        ("member.grade is not a", 2),
        ("member.grade is a or member.grade is b", 3),
        ("member.exempt and not (member.grade is b)", 3),
    ],
)
def test_what_holds_in_each_case_is_proved(condition: str, number: int) -> None:
    found = proofs(condition=condition)
    for law in ("monotone", "no_cliff"):
        assert outcome(found, law) == (
            "proved", f"it holds in each of {number} cases of what never changes for a member"
        ), law  # fmt: skip
    assert outcome(found, "order_free")[0] == "proved"


def test_what_may_change_for_a_member_makes_no_cases() -> None:
    found = proofs(varies="varies")
    assert outcome(found, "non_negative")[0] == "proved"
    assert not any("cases" in proof.because.en for proof in found)


def test_two_members_are_not_of_one_case() -> None:
    """Who is exempt may get more: in each case by itself both would get the same."""
    stated = 'prove member.grade: b never gets less than a cite "2"\n'
    found = proofs(condition="member.grade is a", stated=stated)
    (one,) = [proof for proof in found if proof.question.law == "never_less"]
    assert (one.outcome, one.by) == ("refuted", "search")
