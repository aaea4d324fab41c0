"""Of an enrolment period: whether anything says for which year those who enrolled are covered."""

from __future__ import annotations

import pytest

from hmbc.compiler.pipeline import compile_source
from hmbc.dsl.source import Source

SCHEME = """scheme s {
    source "e"
    currency CNY
    benefit year calendar
    enrolment previous 11-01 to 12-31
    VALID
    parameter last_day: date, external
    member { joined: date }
    claim { cost: money }
    STOPS
    wait external: member.joined > last_day  cite "3"
    layer all cite "1" { base claim.cost no threshold ratio RATIO no cap }
}"""


def _warned(stops: str, valid: str = "", ratio: str = "50%") -> bool:
    text = SCHEME.replace("VALID", valid).replace("STOPS", stops).replace("RATIO", ratio)
    compiled = compile_source(Source("t.hmb", text))
    assert compiled.kernel is not None, compiled.diagnostics
    return "HMB358" in {found.code for found in compiled.diagnostics}


@pytest.mark.parametrize(
    "stops",
    [
        "",
        'wait late: member.joined > last day of (enrolment)  cite "2"',
        'wait before_start: claim.date < 2024-01-01  cite "2"',
        'eligible started: claim.date >= 2024-01-01  cite "2"',
        'wait late: member.joined > 2024-12-31  cite "2"',
    ],
)
def test_later_years_are_paid(stops):
    assert _warned(stops)
    assert not _warned(stops, "valid 2024-01-01 to 2024-12-31")
    assert not _warned(stops, "valid from 2024-01-01")


@pytest.mark.parametrize(
    "stops",
    [
        'wait not_enrolled: member.joined not in enrolment  cite "2"',
        'eligible enrolled: member.joined in enrolment  cite "2"',
        'eligible enrolled: member.joined >= first day of (enrolment)  cite "2"',
        'wait other_year: claim.date < 2024-01-01 or claim.date > 2024-12-31  cite "2"',
        'wait other_year: 2025-01-01 <= claim.date  cite "2"',
        'eligible this_year: claim.date <= 2024-12-31  cite "2"',
        'eligible this_year: year of (claim.date) = 2024  cite "2"',
        'exclude other_year: claim.date > last_day  cite "2"',
    ],
)
def test_the_year_is_said(stops):
    assert not _warned(stops)


def test_a_parameter_that_ends_says_the_year():
    share = "    parameter part: ratio { from 2024-01-01 to 2024-12-31: 50% }"
    assert not _warned(share, ratio="part")
    assert _warned(share.replace(" to 2024-12-31", ""), ratio="part")
