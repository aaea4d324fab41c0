"""A kernel case by case: for each unit, the kernel of its case does what the kernel does."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace

from attrs import evolve
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from hmbc.compiler.interpret import Missing
from hmbc.compiler.kernel import Definition
from hmbc.compiler.structure_cases import cases_of

SLOW = settings(suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 2**32)


@SLOW
@given(seeds, seeds, st.integers(1, 8))
def test_a_unit_is_paid_in_its_case_what_it_is_paid(
    lawful: SimpleNamespace, seed: int, of: int, number: int
) -> None:
    scheme, random = lawful.compiled(Random(seed)), Random(of)
    assume(scheme is not None)
    kernel, cases = scheme.kernel, cases_of(scheme.kernel)
    assume(cases)
    note(scheme.drawn.text)
    conditions = list({condition for case in cases for condition in case.truths})
    probes = tuple(
        Definition(name=f"probe.{place}", expr=condition, role="probe")
        for place, condition in enumerate(conditions)
    )
    parameters = lawful.claims.parameters(random, kernel)
    lists = lawful.claims.lists(random, kernel)
    people = lawful.claims.people(random, kernel, scheme.drawn.size)
    rows = lawful.claims.claims(random, kernel, scheme.drawn.size, number, list(people.members))
    note((parameters, lists, people, rows))
    probed = evolve(kernel, items=(*kernel.items, *probes))
    try:
        steps = lawful.laws.run(probed, parameters, lists, rows, people)
    except Missing:
        assume(False)
    assume(steps[0].status == "ok" and not steps[0].missing)
    truths = {
        condition: steps[0].trace[probe.name]
        for condition, probe in zip(conditions, probes, strict=True)
    }
    own = [
        case
        for case in cases
        if all(truths[condition] == holds for condition, holds in case.truths.items())
    ]
    assert len(own) == 1
    again = lawful.laws.run(own[0].kernel, parameters, lists, rows, people)
    for before, after in zip(steps, again, strict=True):
        assert (before.status, before.pays, before.reasons) == (
            after.status, after.pays, after.reasons
        )  # fmt: skip
