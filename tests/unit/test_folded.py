"""A long example is told in a few lines, with what its claims come to."""

from __future__ import annotations

import pytest

from hmbc.dsl.folded import folded, is_long


def example(*lines: str) -> str:
    return "\n".join(['example "a jump, before" {', *(f"    {line}" for line in lines), "}"])


def claims(*values: str, first: int = 1) -> list[str]:
    """One claim a day; a payment of 0.10, 0.20, and so on."""
    return [
        f"claim 2024-01-{day:02} {{ {value} }} pay 0.{day:02}" for day, value in enumerate(values, first)
    ]


def test_claims_that_take_turns_are_told_once() -> None:
    turns = claims(*["a: 1", "b: 2"] * 6, first=2)
    long = example("parameter { x: 1 }", "member { old: yes }", *claims("a: 5"), *turns, *claims("a: 7", first=20))
    assert is_long(long)
    assert [*folded(long, "en")] == [
        "a jump, before (14 claims, paid 1.11 in sum)",
        "    parameter { x: 1 }",
        "    member { old: yes }",
        "    claim 2024-01-01 { a: 5 } pay 0.01",
        "    6 times, 2024-01-02 to 2024-01-13, paid 0.90 in sum:",
        "        claim { a: 1 }",
        "        claim { b: 2 }",
        "    claim 2024-01-20 { a: 7 } pay 0.20",
    ]


def test_members_and_what_changes_of_them_belong_to_their_claims() -> None:
    one = ["claim 2024-02-01 m1 { a: 1 } pay -0.01", "member m2 { old: yes }", "claim 2024-02-01 m2 { a: 1 } pay 2"]
    long = example("claim 2024-01-01 m1 { a: 1 } pay 3", *one * 7)
    assert [*folded(long, "zh")] == [
        "a jump, before（15 笔费用，给付合计 16.93）",
        "    claim 2024-01-01 m1 { a: 1 } pay 3",
        "    重复 7 次，2024-02-01 至 2024-02-01，给付合计 13.93：",
        "        claim m1 { a: 1 }",
        "        member m2 { old: yes }",
        "        claim m2 { a: 1 }",
    ]


@pytest.mark.parametrize(
    "lines",
    [
        claims(*["a: 1"] * 12),  # few
        claims(*(f"a: {number}" for number in range(20))),  # none like another
        claims(*(f"a: {number}" for number in range(18)), "a: 18", "a: 18"),  # twice
    ],
)
def test_a_short_example_and_one_whose_claims_differ_are_read_as_they_stand(lines: list[str]) -> None:
    assert not is_long(example(*lines))
