"""The schemes of `schemes/more/`: no errors, worked examples as expected, parameters complete."""

from __future__ import annotations

from pathlib import Path

import pytest

import hmbc.schemes
from hmbc.compiler.pipeline import compile_file
from hmbc.compiler.plan import plan_of
from hmbc.compiler.run_examples import run_examples
from hmbc.runtime.parameter_file import read_parameters
from hmbc.runtime.parameters import check_parameters

SCHEMES = sorted((Path(hmbc.schemes.__file__).resolve().parent / "more").glob("*.hmb"))


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_a_scheme_has_no_findings_and_its_examples_hold(path: Path) -> None:
    compiled = compile_file(path)
    assert [x.message("en") for x in compiled.diagnostics if x.rule.severity != "note"] == []
    assert compiled.kernel is not None and compiled.scheme is not None
    results = run_examples(compiled.kernel, compiled.scheme)
    assert len(results) >= 5
    assert [result.title for result in results if result.diagnostics] == []


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_an_illustration_gives_all_that_the_scheme_leaves_open(path: Path) -> None:
    kernel = compile_file(path).kernel
    assert kernel is not None
    plan = plan_of(kernel)
    file = path.with_suffix(".illustration.toml")
    checked = check_parameters(plan, read_parameters(file, plan.language))
    assert len(checked.words) == len(plan.parameters)
    assert all(checked.codes[listed.name] for listed in plan.lists)
    head = file.read_text(encoding="utf-8")[:200]
    assert "Illustration" in head and "invented" in head
