"""What a feed does with whole blocks of units that stand together is validated, too, and at the most that a record holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hmbc.compiler.boundaries import boundary_histories
from hmbc.compiler.build import build, load
from hmbc.compiler.expected import Expected, expected_of
from hmbc.compiler.histories import MEMBER_ID
from hmbc.compiler.interpret import Prepared, prepare
from hmbc.compiler.lower_feed import COMPACT
from hmbc.compiler.pipeline import compile_file, pyx_of
from hmbc.compiler.validate import ROWS, difference_of
from hmbc.compiler.whole_blocks import BLOCK, SIXTEEN, whole_blocks

GOLDEN = Path(__file__).parents[1] / "golden/kernels"
CPU = Path("/proc/cpuinfo")
LANES = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "bmi2"}
"""What a processor needs for sixteen rows at once (runtime/lanes.h)."""

FAULTS = {
    "the sixteenth unit's first stretch": ("u->m8 + from, those", "u->m8 + run, whose"),
    "the sixteenth unit's second stretch": ("u->m15 + from, those", "u->m15 + run, whose"),
    "a sign": ("_mm512_sub_epi32(v126, v127)", "_mm512_add_epi32(v126, v127)"),
    "a first claim that a record does not hold": ("1073741823 - b->n0[i]", "1073741823 + b->n0[i]"),
}
"""In the feed of `everyday_layer`; all but the last in what takes sixteen rows at once."""


def prepared_of(name: str) -> Prepared:
    kernel = compile_file(GOLDEN / f"{name}.hmb").kernel
    assert kernel is not None
    return prepare(kernel)


def known_of(prepared: Prepared) -> list[Expected]:
    return expected_of(prepared, boundary_histories(prepared, ROWS))


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_in_loops_for_whole_blocks_are_caught(fault: str) -> None:
    in_lanes = "u->" in FAULTS[fault][0] or "_mm512" in FAULTS[fault][0]
    if in_lanes and not (CPU.exists() and set(CPU.read_text().split()) >= LANES):
        pytest.skip("this processor takes no sixteen rows at once")
    prepared = prepared_of("everyday_layer")
    right = pyx_of(prepared.kernel)
    assert FAULTS[fault][0] in right
    wrong: Any = load(build(right.replace(*FAULTS[fault]), "spoiled"), "spoiled")
    assert difference_of(prepared, wrong, ROWS) is not None


def test_blocks_are_whole_and_begin_with_units_of_one_row() -> None:
    prepared = prepared_of("everyday_layer")
    (batch,) = whole_blocks(prepared, known_of(prepared))
    assert sum(len(one.history.rows) for one in batch) % BLOCK == 0
    first = batch[:BLOCK]
    assert all(len(one.history.rows) == 1 for one in first)
    assert not any(one.history.start.totals for one in batch)
    members = [
        tuple(value for name, value in one.history.rows[0].member.items() if name != MEMBER_ID) for one in first
    ]
    lasts = members[SIXTEEN - 1 :: SIXTEEN]
    others = {member for place, member in enumerate(members) if (place + 1) % SIXTEEN}
    assert len({*lasts}) == len(lasts) == BLOCK // SIXTEEN and len(others) == 1 and others.isdisjoint(lasts)


@pytest.mark.parametrize("name", ["everyday_layer", "dated_parameter", "top_up"])
def test_sums_come_to_what_a_record_holds_and_a_first_claim_passes_it(name: str) -> None:
    known = known_of(prepared_of(name))
    totals = {row.total for one in known for row in one.totals if row.denominator == 1}
    assert COMPACT in totals
    assert any(
        row.total > COMPACT + 1 and len(one.settled) <= 2 and not one.history.start.totals
        for one in known for row in one.totals if row.denominator == 1
    )  # fmt: skip


def test_a_claim_of_which_two_layers_round_all_away_is_told_so() -> None:
    """Of `top_up` only one minor unit after a sum that ends in 5 is: 30% and 70% of it add nothing."""
    steps = [row.step for one in known_of(prepared_of("top_up")) for row in one.settled]
    assert any(step and set(step.reasons.values()) == {"rounded_away"} for step in steps)


def test_a_claim_lies_in_a_members_second_stretch() -> None:
    prepared = prepared_of("everyday_layer")
    date = prepared.kernel.date
    stretches = {
        place
        for one in known_of(prepared)
        for row in one.history.rows
        for place, (first, last) in enumerate(row.member["停保"])  # type: ignore[arg-type]
        if first <= row.claim[date] <= last  # type: ignore[operator]
    }
    assert stretches == {0, 1, 2}
