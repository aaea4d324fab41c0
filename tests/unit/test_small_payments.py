"""What constructs pay in small schemes, as their examples say."""

from __future__ import annotations

import pytest
from small_schemes import MEMBER, example, layer, paid, said


def test_an_example_gives_a_parameter_only_inside_its_range() -> None:
    body = "parameter p: money 0 to 5, external\n" + layer(base="smaller of (claim.cost, p)")
    claim = "claim 2024-03-01 { cost: 10 } pay 2.50"
    paid(body + example(MEMBER + "parameter { p: 5 }\n" + claim))
    found = said(body + example(MEMBER + "parameter { p: 6 }\n" + claim))
    assert [code for code, _ in found] == ["HMB414"]


def test_a_claim_that_a_total_leaves_out_adds_nothing_to_it() -> None:
    body = 'total spent: claim.cost per year when claim.urgent  cite "3"\n'
    paid(
        body
        + layer(when="when spent > ¥10")
        + example(
            MEMBER
            + "claim 2024-03-01 { cost: 10, urgent: yes } pay 0\n"
            + "claim 2024-03-02 { cost: 10 } pay 0\n"
            + "claim 2024-03-03 { cost: 0.01, urgent: yes } pay 0.01"
        )
    )


def test_months_are_taken_off_a_date() -> None:
    paid(
        "month end last day\n"
        + layer(when="when claim.date - 1 month >= member.joined")
        + example(
            MEMBER.replace("2020-01-01", "2024-02-29")
            + "claim 2024-03-28 { cost: 10 } pay 0\nclaim 2024-03-29 { cost: 10 } pay 5"
        )
    )


def test_what_a_cap_on_cost_leaves_out_is_capped() -> None:
    body = layer().replace("no cap", "cost cap 100 per year  no cap")
    paid(
        body
        + example(
            MEMBER
            + "claim 2024-03-01 { cost: 100 } pay 50\n"
            + "claim 2024-03-02 { cost: 10 } pay 0 because capped"
        )
    )


def test_a_payment_of_fractions_of_a_cent_rounds_a_cap_down() -> None:
    body = layer().replace("no cap", "cap 1% * claim.days * ¥1 per claim")
    paid(body + example(MEMBER + "claim 2024-03-01 { cost: 10, days: 33 } pay 0.33"))


def test_a_share_of_a_difference_below_zero_counts_as_nothing() -> None:
    paid(
        layer(base="(claim.cost - ¥20) * 20%")
        + example(
            MEMBER
            + "claim 2024-03-01 { cost: 10 } pay 0 because nothing claimed\n"
            + "claim 2024-03-02 { cost: 30 } pay 1"
        )
    )


@pytest.mark.parametrize("key", ["claim.days", "claim.urgent", "claim.kind", "month", "year"])
def test_a_scope_that_a_condition_chooses_keeps_its_sides_apart(key: str) -> None:
    scope = f"per {key} if claim.cost > ¥150 else per lifetime"
    paid(
        layer().replace("no threshold", f"threshold 100 {scope} acknowledged")
        + example(
            MEMBER
            + "claim 2024-03-01 { cost: 100, days: 3 } pay 0\n"
            + "claim 2024-03-02 { cost: 200, days: 3 } pay 50\n"
            + "claim 2024-03-03 { cost: 100, days: 3 } pay 50\n"
            + "claim 2024-03-04 { cost: 200, days: 3 } pay 100"
        )
    )


def test_what_an_absent_value_decides_is_read_first() -> None:
    paid(
        layer(when="when not (claim.admitted given) or claim.date > claim.admitted")
        + example(
            MEMBER
            + "claim 2024-03-01 { cost: 10 } pay 5\n"
            + "claim 2024-03-02 { cost: 10, admitted: 2024-03-02 } pay 0"
        )
    )
