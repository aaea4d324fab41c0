"""What is written does not matter where it means the same: another language, a revision; and an example
that says what is paid holds."""

from __future__ import annotations

from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
from attrs import evolve

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.pipeline import Compiled, compile_source
from hmbc.compiler.run_examples import run_examples
from hmbc.dsl.format import format_source
from hmbc.dsl.source import Source

SEEDS = range(40)
CLAIMS = 12


def meaning(kernel: Kernel) -> Kernel:
    """A kernel without its name, its words and the order of its columns."""
    reasons = tuple(evolve(reason, label="") for reason in kernel.reasons)
    inputs = tuple(sorted(kernel.inputs, key=lambda given: (given.owner, given.name)))
    return evolve(kernel, name="", language="en", reasons=reasons, inputs=inputs)


def scheme_of(lawful: SimpleNamespace, seed: int) -> tuple[SimpleNamespace, int]:
    """The first scheme with a kernel from this seed on, and its own seed."""
    for own in range(seed, 10_000, len(SEEDS)):
        if (found := lawful.compiled(Random(own))) is not None:
            return found, own
    raise AssertionError("no scheme has a kernel")


def kernel_of(compiled: Compiled) -> Kernel:
    assert compiled.kernel is not None, compiled.diagnostics
    return compiled.kernel


@pytest.mark.parametrize("seed", SEEDS)
def test_a_scheme_in_the_other_language_means_the_same(lawful: SimpleNamespace, seed: int) -> None:
    one, _ = scheme_of(lawful, seed)
    other = "en" if one.drawn.language == "zh" else "zh"
    text = format_source(Source("random.hmb", one.drawn.text), other).text
    assert text is not None
    kernel = kernel_of(compile_source(Source("random.hmb", text), lawful.schemes.FOLDER))
    assert kernel.language == other
    assert meaning(kernel) == meaning(one.kernel), text


@pytest.mark.parametrize("seed", SEEDS)
def test_a_revision_means_what_it_amounts_to(
    lawful: SimpleNamespace, seed: int, tmp_path: Path
) -> None:
    one, own = scheme_of(lawful, seed)
    revision = lawful.schemes.revised(Random(own), one.drawn)
    for path in lawful.schemes.FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "old.hmb").write_text(revision.old, encoding="utf-8")
    kernel = kernel_of(compile_source(Source("new.hmb", revision.new), tmp_path))
    assert meaning(kernel) == meaning(one.kernel), revision


@pytest.mark.parametrize("seed", SEEDS)
def test_an_example_of_what_is_paid_is_as_expected(lawful: SimpleNamespace, seed: int) -> None:
    one, own = scheme_of(lawful, seed)
    random = Random(own)
    claims, laws, kernel, size = lawful.claims, lawful.laws, one.kernel, one.drawn.size
    parameters, lists = claims.parameters(random, kernel), claims.lists(random, kernel)
    people = claims.people(random, kernel, size).for_ever()
    rows = claims.claims(random, kernel, size, CLAIMS, list(people.members))
    steps = laws.run(laws.with_probes(kernel)[0], parameters, lists, rows, people)
    done = [
        (
            row,
            step,
            {x.name: laws.due(kernel, row, step, x, n) for n, x in enumerate(kernel.deadlines)},
        )
        for row, step in zip(rows, steps, strict=True)
        if step.status == "ok"
    ]
    members = {name: spells[0].values for name, spells in people.members.items()}
    text = lawful.schemes.example(kernel, parameters, lists, members, done)
    whole = one.drawn.text.rstrip().removesuffix("}") + text + "\n}\n"
    compiled = compile_source(Source("random.hmb", whole), lawful.schemes.FOLDER)
    assert compiled.kernel == kernel, text
    assert compiled.scheme is not None
    for result in run_examples(kernel, compiled.scheme):
        assert not result.diagnostics, whole
