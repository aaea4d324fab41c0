"""The long run against what is proved (tools/break_proved.py), in short, of layers that share a cap and state what they pay."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from hmbc.compiler.pipeline import compile_source
from hmbc.dsl.source import Source

TOOL = Path(__file__).parents[2] / "tools" / "break_proved.py"
SCHEME = """scheme town {
    source "leaflet", 2024-01-01
    currency CNY
    benefit year calendar
    claim { care: ward | clinic  cost: money }
    shared cap all: 5_000 per year in order
    layer ward { when claim.care is ward base claim.cost threshold 300 per year ratio 75% cap shared all }
    layer clinic { when claim.care is clinic base claim.cost no threshold ratio 50% cap 900 per year cap shared all }
    prove pay <= 5_000 per year
}
"""


def test_histories_break_what_is_refuted_and_nothing_that_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("z3")
    monkeypatch.syspath_prepend(TOOL.parent)
    scheme = runpy.run_path(str(TOOL))["Scheme"].of("town", compile_source(Source("town.hmb", SCHEME)), 1)
    scheme.run(2_000)
    assert {"stated", "order_free", "no_cliff", "split_proof"} <= {question.law for question in scheme.tried}
    assert all(one.histories >= 2_000 and not one.broken for one in scheme.tried.values())
    assert scheme.others and all(one.broken for one in scheme.others.values())
