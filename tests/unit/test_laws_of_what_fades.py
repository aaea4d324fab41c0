"""What is left above a member's threshold within a family's, of an amount that a claim leaves."""

from __future__ import annotations

import pytest
from one_law import is_proved
from small_kernels import kernel_of_text

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.quick import Machine

TEXT = """scheme s {{
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    unit member.household
    member {{ household: code }}
    claim {{ bill: money  fee: money  care: inpatient | outpatient }}
    layer a {{ base {base} threshold {threshold} ratio 75% no cap }}
}}
"""
REST, PART = "claim.bill - claim.fee", "share (claim.bill, 7, 30)"


def kernel_of(base: str, threshold: str) -> Kernel:
    return kernel_of_text(TEXT.format(base=base, threshold=threshold))


@pytest.mark.parametrize("base", [REST, PART])
@pytest.mark.parametrize("scope", ["per year", "per quarter"])
def test_a_members_threshold_within_a_familys_is_passed_once(base: str, scope: str) -> None:
    kernel = kernel_of(base, f"100 {scope} within 150 per year per family")
    assert is_proved(kernel, Question("no_cliff", "a"))
    assert is_proved(kernel, Question("monotone", "a", "bill"))


@pytest.mark.parametrize(("base", "least"), [(REST, 5_000), (PART, 25_000)])
def test_a_wider_one_within_a_narrower_one_is_passed_twice(base: str, least: int) -> None:
    """A minor unit more in a quarter in which the family has borne all of its limit is paid; in the next quarter
    the member has a minor unit less to bear, of a limit that is not used up there: that is paid, too."""
    kernel = kernel_of(base, "100 per year within 120 per quarter per family")
    assert not is_proved(kernel, Question("no_cliff", "a"))
    members = [{"household": "H", "member_id": name} for name in ("one", "two", "two")]

    def paid(bill: int) -> int:
        """By a bill in the first quarter, after another member's; the next is of the second quarter."""
        amounts = zip((19_800, 19_801, 19_900), (60_000, bill, 60_000), strict=True)
        claims = [{"date": day, "bill": of, "fee": 0, "care": "inpatient"} for day, of in amounts]
        rows = Machine(kernel, {}, {}).run(claims, members)
        assert rows is not None
        return sum(pay for row in rows for pay in row.pays)

    assert max(paid(bill + 1) - paid(bill) for bill in range(least, least + 60)) == 2


def test_a_limit_that_is_another_for_each_claim_is_not_what_fades() -> None:
    """A claim under the low limit finds it used up, and one under the higher one not."""
    kernel = kernel_of(
        REST, "100 per year within by claim.care (inpatient: 200, otherwise: 150) per year per family acknowledged"
    )
    assert not is_proved(kernel, Question("no_cliff", "a"))
