"""Climbs: claims that break a law by a rounding that a later row takes back, and what only many rows
together do. Every one is confirmed by the interpreter."""

from __future__ import annotations

from random import Random

import pytest
from small_kernels import confirmed, kernel_of_text

from hmbc.compiler.climb import Climb
from hmbc.compiler.kernel import Definition, Kernel
from hmbc.compiler.laws import Question, questions_of
from hmbc.compiler.refutation import Refutation
from hmbc.compiler.refute import Search
from hmbc.compiler.slices import of_layer
from hmbc.compiler.unrounded import with_unrounded

HEAD = """scheme s {{
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    member {{ status: active | retired varies }}
    claim {{ bill: money  fee: money  care: inpatient | outpatient }}
{body}
}}
"""
FIRST = "layer first { base claim.bill no threshold ratio 80% no cap }"
BY_CARE = "ratio by claim.care (inpatient: 90%, outpatient: 30%)"


def kernel_of(*body: str) -> Kernel:
    return kernel_of_text(HEAD.format(body="\n".join(body)))


def climbed(kernel: Kernel, question: Question, work: int = 400_000) -> Refutation | None:
    search = Search(kernel, [question])
    search.run(20_000)
    pool = search.met.paying_for(question.layer)
    climb = Climb(kernel, [question], search.directed, pool, [], Random(1))
    climb.run(work)
    return climb.found.get(question)


@pytest.mark.parametrize(
    ("question", "second"),
    [
        # what the first pays a minor unit more in one row and less in another is paid in two ratios
        (Question("no_cliff", "second"), f"layer second {{ base first.pay no threshold {BY_CARE} no cap }}"),
        (Question("monotone", "second", "bill"), f"layer second {{ base first.pay no threshold {BY_CARE} no cap }}"),
        (Question("order_free", "second"), f"layer second {{ base first.pay no threshold {BY_CARE} no cap }}"),
        # the amount at which the claim begins to be paid is written nowhere
        (Question("no_cliff", "second"), "layer second { when first.pay >= 37.11 base claim.fee no threshold ratio 50% no cap }"),
    ],
)  # fmt: skip
def test_what_a_climb_finds_is_confirmed(question: Question, second: str) -> None:
    kernel = kernel_of(FIRST, second)
    found = climbed(kernel, question)
    assert found is not None
    assert confirmed(kernel, found) <= len(found.unit.claims)


def test_nothing_is_found_where_the_law_holds() -> None:
    kernel = kernel_of(FIRST)
    for question in (Question("monotone", "first", "bill"), Question("order_free", "first")):
        assert climbed(kernel, question, 60_000) is None


def test_the_last_rounding_of_a_layer_is_left_out_and_no_other() -> None:
    kernel = with_unrounded(kernel_of(FIRST, f"layer second {{ base first.pay no threshold {BY_CARE} no cap }}"))
    probes = {item.name: str(item) for item in kernel.items if item.name.startswith("exact.")}
    assert set(probes) == {"exact.first", "exact.second"}
    assert all("Round" not in text for text in probes.values())
    assert any(
        isinstance(item, Definition) and item.name == "first.pay" for item in kernel.items
    )


def test_a_part_has_one_layer() -> None:
    kernel = kernel_of(FIRST, "layer second { base claim.fee no threshold ratio 50% no cap }")
    assert [outcome.layer for outcome in of_layer(kernel, "second").outcomes] == ["second"]
    assert of_layer(kernel, None) is kernel


@pytest.mark.parametrize("law", ["stated", "non_negative", "no_cliff"])
def test_what_no_climb_can_be_about_is_left(law: str) -> None:
    """A law of single rows; the raise of a bill where none is counted."""
    kernel = kernel_of(
        "layer daily { when claim.care is inpatient pays 50 no cap }",
        "layer more { base claim.fee no threshold ratio 50% no cap }" if law == "stated" else "",
        "prove daily.pay <= 50",
    )
    asked = [one for one in questions_of(kernel) if (one.law, one.layer) == (law, None)]
    assert [climbed(kernel, question) for question in asked] == [None]
