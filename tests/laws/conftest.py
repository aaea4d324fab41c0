"""What the laws share: generators, and random schemes compiled many to a module."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
import random_claims
import random_schemes
import scheme_laws
from hypothesis import settings

from hmbc.compiler.build import build, load
from hmbc.compiler.emit_cython import emit_module
from hmbc.compiler.optimise import PLAIN
from hmbc.compiler.pipeline import compile_source
from hmbc.dsl.source import Source

MODULES, SCHEMES, LONG_MODULES = 4, 32, 40
"""Schemes of a run: `SCHEMES` to a module, `MODULES` modules, or `LONG_MODULES` with --long."""

settings.register_profile("laws", derandomize=True, deadline=None, max_examples=50)
settings.register_profile("laws_long", deadline=None, max_examples=5_000)


def pytest_configure(config: pytest.Config) -> None:
    """Hypothesis is deterministic in CI and looks further with --long."""
    settings.load_profile("laws_long" if config.getoption("--long") else "laws")


def compiled(random: Random) -> SimpleNamespace | None:
    """A random scheme with its kernel; None where it has none (a total too large or
    layers that share pro rata and read each other)."""
    drawn = random_schemes.draw(random)
    found = compile_source(Source("random.hmb", drawn.text), random_schemes.FOLDER)
    errors = {d.code for d in found.diagnostics if d.rule.severity == "error"}
    assert errors <= {"HMB240", "HMB322", "HMB340"}, f"{errors}\n{drawn.text}"
    if found.kernel is None:
        return None
    return SimpleNamespace(drawn=drawn, kernel=found.kernel)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `number` runs once for each module of schemes."""
    if "number" in metafunc.fixturenames:
        count = LONG_MODULES if metafunc.config.getoption("--long") else MODULES
        metafunc.parametrize("number", range(count), scope="session")


@pytest.fixture(scope="session")
def lawful() -> SimpleNamespace:
    """The generators and what tests of laws need besides."""
    return SimpleNamespace(
        schemes=random_schemes, claims=random_claims, compiled=compiled, laws=scheme_laws
    )


@pytest.fixture(scope="session")
def batch_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], list[SimpleNamespace]]:
    """By number: `SCHEMES` random schemes, each with a compiled evaluator, built once."""
    known: dict[int, list[SimpleNamespace]] = {}

    def get(number: int) -> list[SimpleNamespace]:
        if number not in known:
            known.clear()
            known[number] = _built(number)
        return known[number]

    return get


def _built(number: int) -> list[SimpleNamespace]:
    from hmbc.runtime.evaluator import Evaluator

    found: list[SimpleNamespace] = []
    seed = 1_000 * number
    while len(found) < SCHEMES:
        if (scheme := compiled(Random(seed))) is not None:
            scheme.seed = seed
            found.append(scheme)
        seed += 1
    module: Any = load(
        build(emit_module([one.kernel for one in found], [PLAIN] * len(found)), "laws"), "laws"
    )
    for place, scheme in enumerate(found):
        capsule = module.ENTRIES[place]
        scheme.evaluator = Evaluator(
            SimpleNamespace(PLAN=module.PLANS[place], entry=lambda capsule=capsule: capsule)
        )
    return found
