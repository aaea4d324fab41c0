"""Histories by the ten thousand on a compiled evaluator: what they are, and what they break that the
search of single units does not."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pytest
from attrs import evolve

from hmbc.compiler import law_columns, seeds
from hmbc.compiler.bulk import Bulk
from hmbc.compiler.bulk_runs import Trials
from hmbc.compiler.bulk_search import broken_in_bulk
from hmbc.compiler.directed import Directed
from hmbc.compiler.judge import changed
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.law_columns import with_laws
from hmbc.compiler.laws import Question, questions_of
from hmbc.compiler.pipeline import compile_file, compile_source
from hmbc.compiler.quick import Machine
from hmbc.compiler.refutation import members_of
from hmbc.compiler.refute import Search
from hmbc.dsl.source import Source

MORE = Path(__file__).parents[2] / "schemes" / "more"


@cache
def kernel_and_search(name: str, examples: int) -> tuple[Kernel, Search]:
    """A scheme with its first examples, and a search for what breaks any law of two runs."""
    found = compile_file(MORE / f"{name}.hmb")
    assert found.kernel is not None and found.scheme is not None
    search = Search(found.kernel, list(questions_of(found.kernel)))
    scheme = evolve(found.scheme, examples=found.scheme.examples[:examples])
    for setting, unit in seeds.of_examples(found.kernel, scheme):
        search.plant(setting, unit)
    return found.kernel, search


@pytest.mark.parametrize("name", ["zhigong_zhuyuan", "swiss_basic_insurance"])
def test_a_history_of_a_table_is_a_unit_that_is_paid_the_same_in_both_runs(name: str) -> None:
    kernel, search = kernel_and_search(name, 6)
    laws = [one for one in questions_of(kernel) if one.law != "no_overflow"]
    trials = Trials.of(kernel, laws, search.known, 1)
    tried: set[str] = set()
    seen: set[str] = set()
    for trial in trials.chunk(laws):
        if trial.question.law in seen:
            continue
        seen.add(trial.question.law)
        setting = trial.runner.setting
        machine = Machine(kernel, setting.parameters, setting.lists)
        before, after = trial.runner.paid(trial.before), trial.runner.paid(trial.after)
        for place in np.flatnonzero(trial.counts)[:20]:
            unit, change = trial.runner.bulk.tables.unit(trial.before, int(place)), trial.change(int(place))
            members = members_of(unit, change, search.judge.favoured)
            runs = (unit.claims, unit.members, before), (changed(unit.claims, change), members, after)
            for claims, people, paid in runs:
                rows = machine.run(claims, people)
                assert rows is not None
                assert sum(sum(row.pays) for row in rows) == int(paid.of(None)[place])
            tried.add(change.kind)
    assert {"none", "raise", "split", "drop"} <= tried


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("huimin_duozeren", Question("monotone", "特定药品", "目录外费用")),
        ("huimin_duozeren", Question("order_free", "特定药品")),
        ("zhigong_zhuyuan", Question("more_claims", None)),
    ],
)
def test_what_one_unit_at_a_time_does_not_break_is_broken_in_bulk(
    name: str, question: Question
) -> None:
    kernel, search = kernel_and_search(name, 6)
    alone = Search(kernel, [question])
    for setting, unit in search.met.planted:
        alone.plant(setting, unit)
    alone.run(50_000)
    assert not alone.found
    found = [dict(broken_in_bulk(kernel, [question], alone.known, 800_000)) for _ in range(2)]
    witness = found[0][question]
    before, after = (sum(pays) for pays in witness.pays)
    assert before != after and witness.example is not None
    assert found[1][question].example == witness.example  # the same histories every time


def test_nothing_is_built_where_nothing_is_asked() -> None:
    kernel, _ = kernel_and_search("zhigong_zhuyuan", 6)
    assert list(broken_in_bulk(kernel, [Question("no_overflow", None)], (), 10**9)) == []


AWAY = """scheme away "Away" {
    source "x", 2024-01-01  currency CNY  benefit year calendar
    member { away: periods }
    claim { cost: money }
    wait away "away": claim.date in member.away  cite "2"
    layer ward cite "1" { base claim.cost  no threshold  ratio 50%  no cap }
    example "back, then gone for good" {
        member { away: 2024-01-01 to 2024-02-01 | 2024-05-01 to }
        claim 2024-03-01 { cost: 100 } pay 50
        claim 2024-06-01 { cost: 100 } pay 0
    }
}
"""


def test_a_period_without_an_end_is_a_cell_without_one() -> None:
    found = compile_source(Source("away.hmb", AWAY), Path())
    assert found.kernel is not None and found.scheme is not None, found
    known = list(seeds.of_examples(found.kernel, found.scheme))
    directed = Directed(found.kernel, Random(1))
    bulk = Bulk.of(found.kernel, directed, [unit for _, unit in known], np.random.default_rng(1))
    drawn = bulk.draw(500)
    cells = {str(person["away"]) for person in bulk.tables.members(drawn).to_pylist()}
    assert "2024-01-01..2024-02-01;2024-05-01.." in cells


def test_a_law_that_an_evaluator_has_no_room_for_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel, search = kernel_and_search("zhigong_zhuyuan", 2)
    layer = next(one.layer for one in questions_of(kernel) if one.law == "within_base")
    laws = [Question("within_base", layer), Question("within_base_each", layer)]
    assert set(with_laws(kernel, laws).layers) == set(laws)
    monkeypatch.setattr(law_columns, "CEILING", 2**63)
    assert set(with_laws(kernel, laws).layers) == {laws[1]}
    trials = Trials.of(kernel, laws, search.known, 1)
    assert {trial.question for trial in trials.chunk(laws)} == {laws[1]}
