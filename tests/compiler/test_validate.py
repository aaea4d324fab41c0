"""Evaluators are held against the interpreter at the boundaries of their kernels; a wrong one is
caught, and shown by its smallest history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from hmbc.compiler import pipeline
from hmbc.compiler.boundaries import boundary_histories
from hmbc.compiler.build import build, is_validated, load
from hmbc.compiler.emit_cython import emit_module
from hmbc.compiler.emit_feed import takes_all_rows
from hmbc.compiler.emit_run import emit_run
from hmbc.compiler.expected import expected_of
from hmbc.compiler.histories import History, replay
from hmbc.compiler.interpret import prepare
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.pipeline import compile_file
from hmbc.compiler.plan import plan_of
from hmbc.compiler.validate import (
    ROWS,
    Mistranslated,
    NotReached,
    by_feed_compared,
    difference_of,
    evaluator_of,
    first_difference,
    has_feed,
    validate,
)
from hmbc.runtime import batch

ROOT = Path(__file__).parents[2]
SCHEMES = sorted(
    path for path in (*ROOT.glob("schemes/*.hmb"), *ROOT.glob("schemes/more/*.hmb"))
    if "guideline" not in path.name
)  # fmt: skip
GOLDEN = sorted((ROOT / "tests/golden/kernels").glob("*.hmb"))
LONG = 1_500
"""Claims of each scheme here; `hmbc compile` takes fewer."""

LEAST_OF_SOME = 0.85
"""Of the histories of a scheme with rows that make their unit odd, how many its feed adjudicates itself."""

FAULTY = ("bands", "chosen_scope", "shared_in_order", "top_up")
FAULTS = 24
"""Faults seeded into each of these."""


def kernel_of(path: Path) -> Kernel:
    kernel = compile_file(path).kernel
    assert kernel is not None
    return kernel


def module_of(module: Any, number: int) -> SimpleNamespace:
    """One evaluator of a module that holds several."""
    return SimpleNamespace(
        PLAN=module.PLANS[number],
        entry=lambda: module.ENTRIES[number],
        feed=lambda: module.FEEDS[number],
    )


@pytest.fixture(scope="module")
def all_schemes() -> Any:
    """The kernels of the golden and of the real schemes, with their evaluators in one module."""
    kernels = {path.stem: kernel_of(path) for path in (*GOLDEN, *SCHEMES)}
    module: Any = load(build(emit_module([*kernels.values()]), "validated"), "validated")
    return {
        name: (kernel, module_of(module, number))
        for number, (name, kernel) in enumerate(kernels.items())
    }


@pytest.mark.parametrize("name", [path.stem for path in (*GOLDEN, *SCHEMES)])
def test_every_evaluator_does_at_its_boundaries_what_the_interpreter_does(
    name: str, all_schemes: Any
) -> None:
    kernel, module = all_schemes[name]
    assert difference_of(prepare(kernel), module, LONG) is None


@pytest.mark.parametrize("name", [path.stem for path in (*GOLDEN, *SCHEMES)])
def test_each_has_a_feed_that_adjudicates_nearly_every_history_itself(name: str, all_schemes: Any) -> None:
    kernel, module = all_schemes[name]
    assert has_feed(module)
    prepared = prepare(kernel)
    known = expected_of(prepared, boundary_histories(prepared, ROWS))
    batches = [*by_feed_compared(prepared, evaluator_of(module, by_feed=True), known)]
    given = sum(batch.histories for batch in batches)
    refunds = sum(any(row.refunds for row in one.history.rows) for one in known)
    assert given == len(known) - refunds
    least = 0.95 if takes_all_rows(kernel) else LEAST_OF_SOME
    assert sum(batch.histories for batch in batches if batch.by_feed) >= least * given
    assert not any(batch.difference for batch in batches)


def test_random_kernels_agree_at_their_boundaries(
    make: SimpleNamespace, random_kernels: ModuleType
) -> None:
    made = random_kernels.kernels(Random(7), make)
    kernels = [next(made) for _ in range(12)]
    module: Any = load(build(emit_module(kernels), "random"), "random")
    for number, kernel in enumerate(kernels):
        difference = difference_of(prepare(kernel), module_of(module, number), 250)
        assert difference is None, f"{number} {difference}"


def rows_of(histories: Iterator[History]) -> int:
    return sum(len(history.rows) for history in histories)


@pytest.mark.parametrize("path", SCHEMES, ids=[path.stem for path in SCHEMES])
def test_the_histories_bring_about_nearly_every_reason(path: Path) -> None:
    kernel = kernel_of(path)
    seen: Counter[tuple[str, str]] = Counter()
    for one in expected_of(prepare(kernel), boundary_histories(prepare(kernel), 700)):
        for settled in one.settled:
            if settled.step is not None:
                seen.update(settled.step.reasons.items())
    wanted = {(one.layer, code) for one in kernel.outcomes for code, _ in one.reasons}
    unseen = wanted - set(seen)
    # what no claim can bring about: a layer for everybody is never `not_covered`, and so on
    assert len(unseen) <= len(wanted) / 2, unseen
    assert all((one.layer, "paid") in seen for one in kernel.outcomes)


def test_the_same_kernel_gives_the_same_histories_and_no_more_than_asked_for() -> None:
    prepared = prepare(kernel_of(GOLDEN[0]))
    first = [*boundary_histories(prepared, 100)]
    assert first == [*boundary_histories(prepared, 100)]
    assert rows_of(iter(first[:-1])) < 100 <= rows_of(iter(first))
    assert rows_of(boundary_histories(prepared, 5_000)) >= 5_000


@pytest.mark.parametrize("name", FAULTY)
def test_nearly_every_fault_of_an_emitter_is_caught(
    name: str, faults: ModuleType
) -> None:
    kernel = kernel_of(ROOT / f"tests/golden/kernels/{name}.hmb")
    seeded = faults.spoiled(kernel, Random(name), FAULTS)
    text = faults.module_text(emit_module([kernel]), [source for *_, source in seeded])
    module: Any = load(build(text, "faulty"), "faulty")
    known = expected_of(prepare(kernel), boundary_histories(prepare(kernel), 700))
    missed = [
        (kind, line)
        for number, (kind, line, _) in enumerate(seeded)
        if not first_difference(
            kernel,
            evaluator_of(
                SimpleNamespace(PLAN=module.PLANS[0], entry=lambda at=number: module.ENTRIES[at])
            ),
            known,
        )
    ]
    assert len(missed) <= FAULTS / 10, missed


def test_each_rounding_of_what_a_cap_leaves_nothing_of_is_told_by_a_reason(
    faults: ModuleType
) -> None:
    """Beyond its cap `bands` pays nothing however a half is rounded, but says `capped` or `rounded_away`."""
    kernel = kernel_of(ROOT / "tests/golden/kernels/bands.hmb")
    clean = emit_run(kernel, plan_of(kernel), "run_0")
    sources = [
        clean.replace(line, spoilt).replace("run_0", f"run_{number}")
        for number, (line, spoilt) in enumerate(
            (line, spoilt)
            for line in clean.split("\n")
            for kind, spoilt in faults.mutants(kernel, line)
            if kind == "rounding"
        )
    ]
    assert len(sources) == 6  # two roundings, three other ways for each
    text = faults.module_text(emit_module([kernel]), sources)
    module: Any = load(build(text, "faulty"), "faulty")
    known = expected_of(prepare(kernel), boundary_histories(prepare(kernel), ROWS))
    for entry in module.ENTRIES:
        scheme = SimpleNamespace(PLAN=module.PLANS[0], entry=lambda entry=entry: entry)
        assert first_difference(kernel, evaluator_of(scheme), known) is not None


CAPPED = """scheme capped "Capped" {
    source "x", 2020-01-01  currency CNY  benefit year calendar
    member { years: int 0 to 100 }
    claim { cost: money }
    layer ward cite "1" {
        base claim.cost  no threshold  ratio (RATIO if member.years >= 3 else 60%)
        cap 5_000 per year  rounding half even to STEP
    }
}
"""
CAP = 500_000
"""In fen."""


@pytest.mark.parametrize(
    ("ratio", "step", "size"), [("75%", "0.01", 1), ("85%", "0.01", 1), ("50%", "10", 1_000)]
)
def test_halves_are_met_on_either_side_of_a_cap(
    tmp_path: Path, ratio: str, step: str, size: int
) -> None:
    """Of 60% of whole fen none is one; of RATIO some are."""
    path = tmp_path / "capped.hmb"
    path.write_text(CAPPED.replace("RATIO", ratio).replace("STEP", step))
    prepared = prepare(kernel_of(path))
    met = set()
    for history in boundary_histories(prepared, ROWS):
        for row in replay(prepared, history)[0]:
            due = Fraction(row.step.movements["ward.due"].after) if row.step else Fraction(0)
            if abs(due - CAP) < 50 * size and due / size % 1 == Fraction(1, 2):
                met.add((due > CAP, due // size % 2))
    assert met == {(beyond, odd) for beyond in (False, True) for odd in (0, 1)}


SMALL = """scheme small "Small" {
    source "x", 2020-01-01  currency CNY  benefit year calendar
    member { age: int 0 to 120 }
    claim { cost: money  kind: ward | other }
    layer ward cite "1" {
        when claim.kind is ward
        base claim.cost  threshold 1_000 per year  ratio 35% plus 5% if member.age >= 60
        cap 5_000 per year
    }
}
"""


def spoiled(kernel: Kernel, old: str, new: str) -> Any:
    """The evaluator of a kernel with a text of its source changed."""
    text = pipeline.pyx_of(kernel)
    assert old in text
    return load(build(text.replace(old, new), "spoiled"), "spoiled")


def test_the_smallest_history_is_told(tmp_path: Path) -> None:
    path = tmp_path / "small.hmb"
    path.write_text(SMALL)
    kernel = kernel_of(path)
    validate(kernel, pipeline.module_of(kernel))
    with pytest.raises(Mistranslated) as caught:
        validate(kernel, spoiled(kernel, "(int64_t)9999990", "(int64_t)10000010"))  # the cap
    difference = caught.value.difference
    (row,) = difference.history.rows
    assert row.claim["kind"] == "ward" and row.claim["cost"] >= 1_000_00 + 5_000_00 * 100 // 40
    assert (str(difference.interpreter), str(difference.evaluator)) == ("5000.00", "5000.01")
    assert "interpreter 5000.00, evaluator 5000.01" in str(caught.value)
    with pytest.raises(Mistranslated) as caught:
        validate(kernel, spoiled(kernel, "(int64_t)v20 < (int64_t)60", "(int64_t)v20 <= (int64_t)60"))
    (row,) = caught.value.difference.history.rows
    assert row.member["age"] == 60
    with pytest.raises(Mistranslated) as caught:
        validate(kernel, spoiled(kernel, "> 1000000000000000LL", ">= 1000000000000000LL"))
    assert caught.value.difference.evaluator == ("HMB520", "")


FEED_FAULTS = {
    "threshold": ("(int32_t)v1 - (int32_t)100000", "(int32_t)v1 - (int32_t)100001"),
    "cap": ("(uint32_t)v31 : (uint32_t)500000", "(uint32_t)v31 : (uint32_t)500001"),
    "age": ("(int32_t)v21 < (int32_t)60", "(int32_t)v21 <= (int32_t)60"),
    "rounding": ("hmb_half_up_above_0(v29, 20)", "hmb_half_up_above_0(v29, 21)"),
}
"""A number, a comparison and a rounding in the C of the feed of `SMALL`."""


@pytest.mark.parametrize("fault", FEED_FAULTS)
def test_faults_of_the_feed_alone_are_caught(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "small.hmb"
    path.write_text(SMALL)
    kernel = kernel_of(path)
    module = spoiled(kernel, *FEED_FAULTS[fault])
    known = expected_of(prepare(kernel), boundary_histories(prepare(kernel), ROWS))
    assert first_difference(kernel, evaluator_of(module), known) is None
    with pytest.raises(Mistranslated) as caught:
        validate(kernel, module)
    assert len(caught.value.difference.history.rows) <= 2


def test_a_feed_that_does_not_answer_is_not_validated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "small.hmb"
    path.write_text(SMALL)
    kernel = kernel_of(path)
    monkeypatch.setattr(batch, "run_by_feed", lambda *_: None)
    with pytest.raises(NotReached, match="took 0 of"):
        validate(kernel, pipeline.module_of(kernel))


def test_a_wrong_evaluator_is_never_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "small.hmb"
    path.write_text(SMALL.replace("1_000 per", "1_500 per"))
    kernel = kernel_of(path)
    right = pipeline.pyx_of(kernel)
    monkeypatch.setattr(pipeline, "pyx_of", lambda kernel: right.replace("(int64_t)150000)", "(int64_t)150001)"))
    wrong = pipeline.so_of(kernel)
    with pytest.raises(Mistranslated):
        pipeline.validated_so_of(kernel)
    assert not wrong.exists()
    monkeypatch.undo()
    assert pipeline.validated_so_of(kernel).exists()


def test_an_evaluator_is_validated_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hmbc.compiler import validate as module

    path = tmp_path / "small.hmb"
    path.write_text(SMALL.replace("1_000 per", "1_600 per"))
    kernel = kernel_of(path)
    calls: list[Kernel] = []
    monkeypatch.setattr(module, "validate", lambda kernel, _: calls.append(kernel))
    so = pipeline.validated_so_of(kernel)
    assert is_validated(so, str(module.VALIDATION)) and not is_validated(so, "0")
    pipeline.validated_so_of(kernel)
    assert calls == [kernel]
    so.with_name(so.name + ".validated").write_bytes(b"\xff")
    pipeline.validated_so_of(kernel)
    assert calls == [kernel, kernel]
