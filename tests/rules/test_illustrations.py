"""The parameter files beside the schemes: complete, readable, and marked as invented."""

from pathlib import Path

import pytest

import hmbc.schemes
from hmbc.compiler.plan import plan_of
from hmbc.runtime.parameter_file import read_parameters
from hmbc.runtime.parameters import check_parameters

FILES = Path(hmbc.schemes.__file__).parent.glob("*.hmb")
NAMES = sorted(path.stem for path in FILES if not path.stem.endswith("_guideline"))


@pytest.mark.parametrize("name", NAMES)
def test_an_illustration_gives_all_that_the_scheme_leaves_open(
    name, schemes_folder, read_scheme, compile_text
):
    plan = plan_of(compile_text(read_scheme(name)).kernel)
    file = schemes_folder / f"{name}.illustration.toml"
    checked = check_parameters(plan, read_parameters(file, plan.language))
    assert len(checked.words) == len(plan.parameters)
    assert all(checked.codes[listed.name] for listed in plan.lists)


@pytest.mark.parametrize("name", NAMES)
def test_an_illustration_says_that_its_figures_are_invented(name, schemes_folder):
    head = (schemes_folder / f"{name}.illustration.toml").read_text(encoding="utf-8")[:200]
    assert "illustration" in head.lower() and (
        "invented" in head or "虚构" in head or "编造" in head
    )
