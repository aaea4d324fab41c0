"""What random schemes state of themselves: no verdict that claims speak against, and both verdicts met."""

from __future__ import annotations

from collections import Counter
from random import Random
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from hmbc.compiler.directed import Directed
from hmbc.compiler.laws import STATED, Question, questions_of
from hmbc.compiler.pipeline import Compiled, compile_source
from hmbc.compiler.prove import Budget, prove
from hmbc.compiler.prove_by_structure import by_cases, by_structure
from hmbc.compiler.quick import Machine
from hmbc.compiler.refute import Search
from hmbc.compiler.run_examples import run_examples
from hmbc.compiler.tried_units import Unit
from hmbc.dsl.source import Source

FEW = settings(suppress_health_check=list(HealthCheck), max_examples=20)
seeds = st.integers(0, 2**32)
SHORT = Budget((20_000, 0), climb=0, beside=0)


def stating(lawful: SimpleNamespace, seed: int, count: int = 4) -> SimpleNamespace | None:
    """The scheme of a seed with statements, its kernel and the questions that these are."""

    def check(text: str) -> Compiled:
        return compile_source(Source("random.hmb", text), lawful.schemes.FOLDER)

    plain = lawful.schemes.draw(Random(seed))
    drawn = lawful.schemes.with_statements(plain, check, Random(f"statements {seed}"), count)
    assert drawn.items[: len(plain.items)] == plain.items
    found = check(drawn.text)
    if found.kernel is None:
        return None
    asked = [question for question in questions_of(found.kernel) if question.law in STATED]
    return SimpleNamespace(drawn=drawn, found=found, kernel=found.kernel, asked=asked)


def held(question: Question) -> bool:
    return question.law in STATED


@FEW
@given(seeds)
def test_no_history_refutes_a_statement_that_the_structure_proves(lawful: SimpleNamespace, seed: int) -> None:
    one = stating(lawful, seed)
    assume(one is not None and one.asked)
    assert one is not None
    note(one.drawn.text)
    proofs = [*by_structure(one.kernel, one.asked), *by_cases(one.kernel, one.asked)]
    search = Search(one.kernel, [proof.question for proof in proofs], seed)
    search.run(20_000)
    note(search.found)
    assert not search.found


@pytest.mark.parametrize("seed", [100, 101, 102, 103, 104, 106])  # of which there is a kernel
def test_no_history_refutes_a_statement_that_the_solver_proves(lawful: SimpleNamespace, seed: int) -> None:
    pytest.importorskip("z3")
    one = stating(lawful, seed)
    assert one is not None and one.asked
    proofs = prove(one.kernel, SHORT, held, scheme=one.found.scheme)
    search = Search(one.kernel, [x.question for x in proofs if x.outcome == "proved"], seed + 1)
    search.run(60_000)
    assert not search.found


def test_both_verdicts_are_met_and_what_is_refuted_pays_as_its_examples_say(lawful: SimpleNamespace) -> None:
    met: Counter[tuple[str, str]] = Counter()
    for seed in range(12):
        one = stating(lawful, seed, 6)
        if one is None:
            continue
        proofs = prove(one.kernel, SHORT, held, solver=False, scheme=one.found.scheme)
        met.update((proof.question.law, proof.outcome) for proof in proofs)
        blocks = [proof.example for proof in proofs if proof.example]
        text = one.drawn.text.rstrip()[:-1] + "\n".join(blocks) + f"\n{one.drawn.text.rstrip()[-1]}\n"
        pasted = compile_source(Source("random.hmb", text), lawful.schemes.FOLDER)
        assert pasted.kernel is not None and pasted.scheme is not None, pasted.diagnostics
        assert [x for x in run_examples(pasted.kernel, pasted.scheme) if x.diagnostics] == []
    assert all(met[law, outcome] for law in STATED for outcome in ("proved", "refuted")), met


@FEW
@given(seeds)
def test_what_pay_does_not_depend_on_changes_no_payment(lawful: SimpleNamespace, seed: int) -> None:
    one = stating(lawful, seed, 8)
    assume(one is not None)
    assert one is not None and one.found.scheme is not None
    names = [(x.owner, x.name) for x in one.found.scheme.independences if x.name != one.kernel.unit]
    given_ = [x for x in one.kernel.inputs if (x.owner, x.name) in names]
    assume(given_)
    note(one.drawn.text)
    directed = Directed(one.kernel, Random(seed))
    setting = directed.setting()
    machine = Machine(one.kernel, setting.parameters, setting.lists)
    for _ in range(10):
        unit, other = directed.unit(), directed.unit()
        claims, members = [dict(x) for x in unit.claims], [dict(x) for x in unit.members]
        for info in given_:
            new = (other.claims if info.owner == "claim" else other.members)[0].get(info.name)
            for row in claims if info.owner == "claim" else members:
                row.pop(info.name, None)
                row |= {} if new is None else {info.name: new}
        changed = Unit(tuple(claims), tuple(members))
        runs = [machine.run(x.claims, x.members) for x in (unit, changed)]
        if None not in runs:
            before, after = ([row.pays for row in rows or ()] for rows in runs)
            assert before == after
