"""What was found out about laws is kept, and read again only where nothing has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmbc.compiler import prove as prover
from hmbc.compiler import searches
from hmbc.compiler import verdicts as module
from hmbc.compiler.laws import Question
from hmbc.compiler.pipeline import Compiled, compile_source
from hmbc.compiler.proof import Proof, clause_of
from hmbc.compiler.prove import Budget
from hmbc.compiler.searches import Searches
from hmbc.compiler.verdicts import verdicts
from hmbc.dsl.source import Source

SCHEME = """scheme s {
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    claim { cost: money }
    layer l cite "1" {
        base claim.cost  no threshold
        ratio by bands of claim.cost (up to 10_000: 80%, beyond: 60%)
        no cap
    }
}
"""
SHORT = Budget((40_000, 0), climb=0, beside=0, many=0)


def compiled(text: str = SCHEME) -> Compiled:
    found = compile_source(Source("s.hmb", text))
    assert found.kernel is not None and found.scheme is not None, found.diagnostics
    return found


def asked(one: Compiled, budget: Budget = SHORT) -> tuple[Proof, ...]:
    assert one.kernel is not None and one.scheme is not None
    return verdicts(one.kernel, one.scheme, budget, solver=False)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HMBC_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def asks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was worked out, not read."""
    made: list[object] = []
    prove = prover.prove

    def counted(*given: object) -> object:
        made.append(given)
        return prove(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(prover, "prove", counted)
    return made


def test_the_second_time_the_same_is_read(cache: Path, asks: list[object]) -> None:
    first = asked(compiled())
    again = asked(compiled())
    assert len(asks) == 1
    assert again == first
    assert {proof.outcome for proof in again} == {"proved", "refuted"}
    assert any(proof.example and proof.why for proof in again)


def test_clauses_are_those_of_the_text_as_it_is_now(cache: Path, asks: list[object]) -> None:
    asked(compiled())
    moved = compiled("# a line more\n" + SCHEME)
    assert moved.kernel is not None
    broken = next(proof for proof in asked(moved) if proof.outcome == "refuted" and proof.clause)
    clause = clause_of(moved.kernel, broken)
    assert len(asks) == 1
    assert clause is not None and moved.source.text[clause.span.start :].startswith("layer l")


@pytest.mark.parametrize("written", ["", "[{}]", "[3]", "{"])
def test_what_cannot_be_read_is_worked_out_again(
    written: str, cache: Path, asks: list[object]
) -> None:
    first = asked(compiled())
    (kept,) = cache.glob("laws-*.json")
    kept.write_text(written)
    assert [proof.outcome for proof in asked(compiled())] == [proof.outcome for proof in first]
    assert len(asks) == 2


def test_another_scheme_budget_or_compiler_is_asked_anew(
    cache: Path, asks: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(compiled())
    asked(compiled(SCHEME.replace("60%", "61%")))
    asked(compiled(), Budget((40_001, 0), climb=0, beside=0, many=0))
    monkeypatch.setattr(module, "_prover", lambda: "other code")
    asked(compiled())
    assert len(asks) == 4


def test_where_nothing_can_be_kept_it_is_worked_out(
    tmp_path: Path, asks: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HMBC_CACHE", str(tmp_path / "file" / "cache"))
    assert asked(compiled()) and asked(compiled())
    assert len(asks) == 2


def test_a_refutation_that_is_not_confirmed_is_followed_by_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The interpreter has the last word; the search goes on where it says no."""
    one, confirm, seen = compiled(), searches.witness_of, []

    def doubtful(*given: object) -> object:
        seen.append(given)
        return None if len(seen) <= 4 else confirm(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(searches, "witness_of", doubtful)
    assert one.kernel is not None
    wanted = [Question("monotone", None, "cost")]
    found = Searches(one.kernel, wanted).refuted(400_000)
    assert len(seen) == 5 and found.keys() == set(wanted)
