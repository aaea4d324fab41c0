"""No law of a scheme that comes with hmbc is left open."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmbc.compiler.pipeline import compile_file
from hmbc.compiler.prove import prove

SCHEMES = Path(__file__).parents[2] / "schemes"


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem)
        for path in sorted(SCHEMES.rglob("*.hmb"))
        if not path.stem.endswith("guideline")
    ],
)
def test_every_law_is_proved_or_refuted(path: Path) -> None:
    compiled = compile_file(path)
    assert compiled.kernel is not None
    answers = prove(compiled.kernel, scheme=compiled.scheme)
    assert not [answer.question for answer in answers if answer.outcome == "open"]
