"""What is known of a value before a run, and what the kinds of values are called."""

from __future__ import annotations

import pytest

from hmbc.compiler.pipeline import compile_source
from hmbc.dsl.names import type_name
from hmbc.dsl.source import Source
from hmbc.dsl.types import (
    Bool,
    Code,
    CodeList,
    Date,
    Days,
    Enum,
    Int,
    Money,
    Months,
    Period,
    Periods,
    Ratio,
    Unknown,
)

SCHEME = """scheme s {
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    claim { cost: money  days: int 1 to 9  more: int 20 to 30  urgent: bool }
    parameter limit: int 40 to 50, external
    layer a cite "1" { when CONDITION  base claim.cost  no threshold  ratio 50%  no cap }
}
"""


@pytest.mark.parametrize(
    "condition",
    [
        "claim.days < claim.more",
        "claim.days + claim.more >= 21",
        "claim.more - claim.days >= 11",
        "smaller of (claim.days, claim.more) <= 9",
        "larger of (claim.days, claim.more) >= 20",
        "(claim.days if claim.urgent else claim.more) <= 30",
        "claim.more < limit",
    ],
)
def test_a_condition_that_bounds_decide_is_always_true(condition: str) -> None:
    for written, verdict in ((condition, "always true"), (f"not ({condition})", "never true")):
        compiled = compile_source(Source("s.hmb", SCHEME.replace("CONDITION", written)))
        (one,) = [x for x in compiled.diagnostics if x.code == "HMB212"]
        assert getattr(one.values["verdict"], "en", None) == verdict


@pytest.mark.parametrize(
    "condition",
    [
        "claim.days < 9",
        "claim.days + claim.more >= 22",
        "claim.more - claim.days >= 12",
        "smaller of (claim.days, claim.more) <= 8",
        "larger of (claim.days, claim.more) >= 21",
        "(claim.days if claim.urgent else claim.more) <= 29",
        "claim.more + 20 <= limit",
    ],
)
def test_a_condition_that_one_value_of_the_bounds_changes_is_not_judged(condition: str) -> None:
    compiled = compile_source(Source("s.hmb", SCHEME.replace("CONDITION", condition)))
    codes = [x.code for x in compiled.diagnostics]
    assert "HMB212" not in codes and compiled.kernel is not None


def test_every_kind_of_value_has_names_of_its_own_in_both_languages() -> None:
    kinds = [
        Money(), Ratio(), Int(), Bool(), Date(), Days(), Months(), Code(""), Period(), Periods(),
        CodeList(), Unknown(), Enum("claim.care", ("a",)), Enum("member.status", ("a",)),
    ]  # fmt: skip
    names = [type_name(kind) for kind in kinds]
    assert len({name.zh for name in names}) == len({name.en for name in names}) == len(kinds)
