"""A scheme that was run is not checked again until something changes that decides what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from hmbc.compiler import known
from hmbc.compiler.known import recall

LISTED = """scheme listed "Listed" {
    source        "x", 2020-01-01
    currency      CNY
    benefit year  calendar
    list rare: from "rare.csv"
    claim { cost: money  drug: code }
    layer all cite "1" {
        when claim.drug in rare  base claim.cost  threshold 100 per year  ratio 50%  no cap
    }
    example { claim 2024-01-01 { cost: 300, drug: "A1" } pay 100 }
}
"""
CLAIMS = "claim_id,member_id,date,cost,drug\nA,M,2024-01-01,300,A1\nB,M,2024-01-02,300,B2\n"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what is built, so that this file's few schemes are built once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(
    call: Callable[..., Result], folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], str]:
    """Runs the scheme of this folder; what it writes."""
    monkeypatch.setenv("HMBC_CACHE", str(cache))
    for entry in cache.glob("known-*.json"):
        entry.unlink()
    (folder / "listed.hmb").write_text(LISTED)
    (folder / "rare.csv").write_text("code\nA1\n")
    (folder / "claims.csv").write_text(CLAIMS)

    def runs() -> str:
        result = call("run", "listed.hmb", "claims.csv", "-q", "--columns", "claim_id,total_pay")
        assert result.exit_code == 0, result.output
        return result.stdout

    return runs


def test_a_scheme_that_did_not_change_is_known_and_pays_the_same(run: Callable[[], str]) -> None:
    assert recall("listed.hmb") is None
    first = run()
    assert first == "claim_id,total_pay\nA,100.00\nB,0.00\n"
    found = recall("listed.hmb")
    assert found is not None and found.language == "en" and found.so.is_file()
    assert run() == first


def test_a_changed_list_beside_the_scheme_is_read(run: Callable[[], str], folder: Path) -> None:
    run()
    (folder / "rare.csv").write_text("code\nB2\n")
    assert recall("listed.hmb") is None
    assert run() == "claim_id,total_pay\nA,0.00\nB,100.00\n"


def test_a_changed_scheme_is_checked(
    run: Callable[[], str], call: Callable[..., Result], folder: Path
) -> None:
    run()
    (folder / "listed.hmb").write_text(LISTED.replace("50%", "40%"))
    result = call("run", "listed.hmb", "claims.csv", "-q")
    assert "80.00" in result.stdout  # the example fails, which only `hmbc test` tells
    (folder / "listed.hmb").write_text(LISTED.replace("50%", "50"))
    assert call("run", "listed.hmb", "claims.csv", "-q").exit_code == 1
    (folder / "rare.csv").unlink()
    (folder / "listed.hmb").write_text(LISTED)
    assert call("run", "listed.hmb", "claims.csv", "-q").exit_code == 1


def test_other_code_of_the_compiler_checks_again(
    run: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    own = known._code()
    assert "compiler/known.py" in own and "dsl/check.py" in own and "runtime/feed.h" in own
    monkeypatch.setattr(known, "_code", lambda: own + "x")
    assert recall("listed.hmb") is None


@pytest.mark.parametrize(
    "damage",
    [
        {"language": "fr"},
        {"folder": "../../elsewhere"},
        {"name": "../module.so"},
        {"files": {"/dev/null": ""}},
        {"files": {"/nowhere": "ab"}},
        {"files": 3},
    ],
)
def test_a_damaged_entry_is_nothing(
    run: Callable[[], str], cache: Path, damage: dict[str, object]
) -> None:
    run()
    (entry,) = cache.glob("known-*.json")
    entry.write_text(json.dumps(json.loads(entry.read_text()) | damage))
    assert recall("listed.hmb") is None
    entry.write_text("{")
    assert recall("listed.hmb") is None
    run()
    assert recall("listed.hmb") is not None


def test_a_damaged_module_is_built_again(run: Callable[[], str]) -> None:
    first = run()
    found = recall("listed.hmb")
    assert found is not None
    found.so.with_name(found.so.name + ".sha256").write_text("0")
    assert recall("listed.hmb") is None
    assert run() == first


def test_standard_input_and_what_is_no_file_are_not_known(folder: Path) -> None:
    assert recall("-") is None
    assert recall(folder) is None
    assert recall(folder / "none.hmb") is None


def test_a_scheme_that_changed_while_it_was_checked_is_not_kept(
    run: Callable[[], str], folder: Path
) -> None:
    run()
    found = recall("listed.hmb")
    assert found is not None
    (folder / "other.hmb").write_text(LISTED + "\n")
    known.remember("other.hmb", LISTED, "en", {}, found.so)
    assert recall("other.hmb") is None
