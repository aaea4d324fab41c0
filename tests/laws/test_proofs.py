"""What is proved and what is refuted, held against random schemes: no proof that a random history
refutes, and no refutation that the interpreter does not confirm."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace

import pytest
from attrs import evolve
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from hmbc.compiler.directed import Directed
from hmbc.compiler.interpret import Interpreter, Missing
from hmbc.compiler.laws import questions_of
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.prove import Budget, prove
from hmbc.compiler.prove_by_structure import by_cases, by_structure
from hmbc.compiler.quick import Machine
from hmbc.compiler.refute import Search
from hmbc.compiler.run_examples import run_examples
from hmbc.dsl.source import Source

SLOW = settings(suppress_health_check=list(HealthCheck))
FEW = settings(SLOW, max_examples=12)
seeds = st.integers(0, 2**32)


@SLOW
@given(seeds)
def test_what_the_structure_proves_no_directed_history_refutes(
    lawful: SimpleNamespace, seed: int
) -> None:
    scheme = lawful.compiled(Random(seed))
    assume(scheme is not None)
    note(scheme.drawn.text)
    questions = list(questions_of(scheme.kernel))
    proofs = list(by_structure(scheme.kernel, questions))
    proofs += by_cases(scheme.kernel, questions)
    search = Search(scheme.kernel, [proof.question for proof in proofs], seed)
    search.run(30_000)
    note(search.found)
    assert not search.found


@pytest.mark.parametrize("seed", range(6))
def test_what_the_solver_proves_no_directed_history_refutes(
    lawful: SimpleNamespace, seed: int
) -> None:
    pytest.importorskip("z3")
    scheme = lawful.compiled(Random(seed))
    if scheme is None:
        return
    proofs = prove(scheme.kernel, Budget((20_000, 0), 2_000_000, 20_000_000, 20_000, beside=20_000, many=20_000))
    proved = [proof.question for proof in proofs if proof.by == "solver"]
    search = Search(scheme.kernel, proved, seed + 1)
    search.run(100_000)
    assert not search.found


@FEW
@given(seeds)
def test_a_refutation_pays_in_the_scheme_what_its_examples_say(
    lawful: SimpleNamespace, seed: int
) -> None:
    scheme = lawful.compiled(Random(seed))
    assume(scheme is not None)
    proofs = prove(scheme.kernel, Budget((40_000, 0), climb=40_000, beside=40_000, many=40_000), solver=False)
    blocks = [p.example for p in proofs if p.example]
    assume(blocks)
    text = scheme.drawn.text.rstrip().removesuffix("}") + "\n".join(blocks) + "\n}\n"
    note(text)
    found = compile_source(Source("random.hmb", text), lawful.schemes.FOLDER)
    assert found.kernel is not None and found.scheme is not None, found.diagnostics
    results = run_examples(found.kernel, found.scheme)
    assert [result for result in results if result.diagnostics] == []


@SLOW
@given(seeds, seeds)
def test_the_quick_machine_does_what_the_interpreter_does(
    lawful: SimpleNamespace, seed: int, of: int
) -> None:
    scheme = lawful.compiled(Random(seed))
    assume(scheme is not None)
    kernel = evolve(scheme.kernel)
    directed = Directed(kernel, Random(of))
    setting = directed.setting()
    machine = Machine(kernel, setting.parameters, setting.lists)
    from hmbc.compiler.confirmed import in_the_interpreters_values

    for _ in range(5):
        unit = directed.unit()
        rows = machine.run(unit.claims, unit.members)
        parameters, claims, members = in_the_interpreters_values(
            kernel, setting, unit.claims, unit.members
        )
        interpreter, state, paid = Interpreter(kernel, parameters, setting.lists), None, []
        try:
            for claim, member in zip(claims, members, strict=True):
                step = interpreter.run([claim], member, state)[0]
                state = step.state
                paid.append(tuple(step.pays.values()) if step.status == "ok" else None)
        except Missing:
            continue
        if None in paid:
            continue  # a row out of order or above a bound, which the machine does not look at
        assert rows is not None and [row.pays for row in rows] == paid
        directed.keep(unit)
