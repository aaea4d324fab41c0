"""A claim is told the reason of one layer: for each layer's reason there is a claim that is told it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from hmbc.compiler.boundaries import boundary_histories
from hmbc.compiler.build import build, load
from hmbc.compiler.emit_cython import emit_module
from hmbc.compiler.emit_run import emit_run
from hmbc.compiler.expected import Expected, expected_of
from hmbc.compiler.interpret import prepare
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.pipeline import compile_file, pyx_of
from hmbc.compiler.plan import plan_of
from hmbc.compiler.validate import (
    ROWS,
    by_feed_compared,
    evaluator_of,
    first_difference,
)

ROOT = Path(__file__).parents[2]


def kernel_of(path: Path) -> Kernel:
    kernel = compile_file(path).kernel
    assert kernel is not None
    return kernel


def golden(name: str) -> Kernel:
    return kernel_of(ROOT / f"tests/golden/kernels/{name}.hmb")


def histories_of(kernel: Kernel) -> list[Expected]:
    prepared = prepare(kernel)
    return expected_of(prepared, boundary_histories(prepared, ROWS))


def told_alone(kernel: Kernel) -> set[tuple[str, str]]:
    """Each layer with a reason that a claim of its validation is told, where no other layer's reason is as good."""
    ranks = {reason.code: reason.rank for reason in kernel.reasons}
    found = set()
    for one in histories_of(kernel):
        for settled in one.settled:
            said = settled.step.reasons if settled.step else {}
            by_rank = sorted((ranks[code], layer, code) for layer, code in said.items())
            if len(by_rank) == 1 or (len(by_rank) > 1 and by_rank[0][0] < by_rank[1][0]):
                _, layer, code = by_rank[0]
                found.add((layer, code))
    return found


PAIR = """scheme pair "Two layers" {
    source "x", 2020-01-01  currency CNY  benefit year calendar
    member { covered: bool }
    claim { ward: money  drugs: money  part: money 0 to 1 }
    layer ward cite "1" {
        base claim.ward  threshold 1_000 per year  ratio 75%  cap 5_000 per year
    }
    layer drugs cite "2" {
        when member.covered  base claim.drugs  threshold 100 per claim  ratio 50%  cap 2_000 per year
    }
    layer product cite "3" {
        base share (claim.ward, claim.part, 1)  no threshold  ratio 50%  cap 10 per claim
    }
}
"""
EVERY = {"below_threshold", "capped", "rounded_away", "paid"}


def test_every_reason_of_a_layer_is_told_where_the_others_have_nothing_to_say(tmp_path: Path) -> None:
    path = tmp_path / "pair.hmb"
    path.write_text(PAIR)
    told = told_alone(kernel_of(path))
    assert told >= {("ward", code) for code in EVERY - {"paid"}}
    assert told >= {("drugs", code) for code in EVERY}
    assert ("product", "paid") in told  # of two amounts that are nothing each alone


def test_rounding_leaves_nothing_in_one_layer_while_no_other_pays() -> None:
    """`sum` rounds down each claim, `listed` a year's halves up; `shared_out` pays whole fen in full."""
    told = told_alone(golden("lookalikes"))
    assert {layer for layer, code in told if code == "rounded_away"} == {"listed", "sum"}
    assert {code for layer, code in told if layer == "shared_out"} == {
        "nothing_claimed", "below_threshold", "capped", "paid",
    }  # fmt: skip


RANKED = {"below_threshold": "(uint16_t)3586", "capped, and nothing paid": "(uint16_t)2051"}
"""What the feed of `lookalikes` ranks reasons of `shared_out` by, with the place of each."""


@pytest.mark.parametrize("reason", RANKED)
def test_a_wrong_reason_of_the_last_layer_is_caught_in_the_feed(reason: str) -> None:
    kernel, written = golden("lookalikes"), RANKED[reason]
    right = pyx_of(kernel)
    assert written in right
    wrong: Any = load(build(right.replace(written, f"{written} + 1"), "spoiled"), "spoiled")
    feed = evaluator_of(wrong, by_feed=True)
    found = [one.difference for one in by_feed_compared(prepare(kernel), feed, histories_of(kernel))]
    assert {one.what for one in found if one is not None} == {"reason"}


WRONG_ROWS = {
    "counts": ("v35 = v32 ? (int64_t)0", "v35 = v32 ? (int64_t)1"),  # the threshold of a third admission
    "months": ("v38 = (int64_t)hmb_half_up_above_0", "v38 = (int64_t)hmb_down_above_0"),  # of fifths, beyond the cap
}


@pytest.mark.parametrize("name", WRONG_ROWS)
def test_third_admissions_and_roundings_without_halves_are_told(name: str, faults: ModuleType) -> None:
    kernel = golden(name)
    right = emit_run(kernel, plan_of(kernel), "run_0")
    old, new = WRONG_ROWS[name]
    assert right.count(old) == 1
    text = faults.module_text(emit_module([kernel]), [right.replace(old, new)])
    module: Any = load(build(text, "faulty"), "faulty")
    scheme = SimpleNamespace(PLAN=module.PLANS[0], entry=lambda: module.ENTRIES[0])
    assert first_difference(kernel, evaluator_of(scheme), histories_of(kernel)) is not None
