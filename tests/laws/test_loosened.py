"""Rules with a condition forced (tools/loosen_rules.py): what becomes of them is told by schemes made for it."""

from __future__ import annotations

import ast
import builtins
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import loosened
import pytest
from test_small_laws_that_nearly_hold import kernel_of

from hmbc.compiler.laws import Question
from hmbc.compiler.structure_split import SOME, SPLITS, Divisions

TOOL = Path(__file__).parents[2] / "tools" / "loosen_rules.py"
PER_CLAIM = "layer l1 { base claim.bill threshold 1 per claim ratio 100% no cap }"


@pytest.fixture
def tool() -> Iterator[dict[str, Any]]:
    found = runpy.run_path(str(TOOL))
    builtins.condition_of_rules = found["condition"]  # type: ignore[attr-defined]
    yield found
    del builtins.condition_of_rules  # type: ignore[attr-defined]


def test_each_condition_is_marked_and_can_be_forced(tool: dict[str, Any]) -> None:
    source = """
def is_small(number) -> bool:
    if number < 0 or number is None:
        return False
    return number < 10 and all(number != one for one in (3, 4) if one)
"""
    tree = tool["Marks"]("made_up", source).visit(ast.parse(source))
    names: dict[str, Any] = {}
    exec(compile(ast.fix_missing_locations(tree), "made_up", "exec"), names)
    is_small, seen, settings = names["is_small"], tool["seen"], tool["condition"].__globals__
    assert [text for _, _, text in tool["SITES"]][:3] == ["number < 0", "number is None", "number < 10"]
    assert is_small(5) and not is_small(11) and {(2, True), (2, False), (0, False)} <= seen
    settings["forced"] = (2, True)
    assert is_small(11)
    settings["forced"] = (0, True)
    assert not is_small(5)


def test_what_a_loosened_rule_proves_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    case = loosened.Case(kernel_of(PER_CLAIM), frozenset({Question("split_proof", "l1")}), 1)
    other = loosened.Case(kernel_of(PER_CLAIM), frozenset(), 1)
    for one in (case, other):
        one.begin()
    assert loosened.told([], 20) == "unreached" and loosened.told([case], 20) == "nothing"
    monkeypatch.setattr(Divisions, "of_definition", lambda *_: SPLITS)
    assert loosened.told([other], 20) == "more" and loosened.told([other, case], 20) == "noticed"


def test_a_rule_that_ends_with_an_error_or_proves_less_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    case = loosened.Case(kernel_of("layer l1 { base claim.bill no threshold ratio 100% no cap }"), frozenset(), 1)
    case.begin()
    monkeypatch.setattr(Divisions, "of_definition", lambda *_: SOME)
    assert loosened.told([case], 20) == "fewer"
    monkeypatch.setattr(Divisions, "of_definition", lambda *_: 1 / 0)
    assert loosened.told([case], 20) == "fails"
