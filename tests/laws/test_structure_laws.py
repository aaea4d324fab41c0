"""What the structure promises, held against random schemes, members and claims.

The generator knows nothing of the laws: a verdict that a random unit refutes is a wrong promise.
"""

from __future__ import annotations

from random import Random
from types import SimpleNamespace

from attrs import asdict
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from hmbc.compiler.drawn_together import drawn_together
from hmbc.compiler.said_plainly import said_plainly

SLOW = settings(suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 2**32)
numbers = st.integers(1, 14)


def unit(lawful: SimpleNamespace, seed: int, of: int, number: int) -> SimpleNamespace:
    """The random scheme of a seed, and claims of one unit of another."""
    scheme, random = lawful.compiled(Random(seed)), Random(of)
    assume(scheme is not None)
    kernel, size = scheme.kernel, scheme.drawn.size
    note(scheme.drawn.text)
    found = SimpleNamespace(
        kernel=kernel,
        size=size,
        random=random,
        parameters=lawful.claims.parameters(random, kernel),
        lists=lawful.claims.lists(random, kernel),
        people=lawful.claims.people(random, kernel, size),
        promised=lawful.laws.promised(kernel),
    )
    found.rows = lawful.claims.claims(random, kernel, size, number, list(found.people.members))
    found.run = lambda rows, other=kernel: lawful.laws.run(
        other, found.parameters, found.lists, rows, found.people
    )
    note((found.parameters, found.lists, found.people, found.rows))
    return found


@SLOW
@given(seeds, seeds, numbers)
def test_the_kernels_that_laws_are_decided_about_pay_the_same(
    lawful: SimpleNamespace, seed: int, of: int, number: int
) -> None:
    one = unit(lawful, seed, of, number)
    said = asdict(said_plainly(one.kernel), recurse=False).values()
    others = [other for place, other in enumerate(said) if other not in (one.kernel, *list(said)[:place])]
    assume(others)
    before = one.run(one.rows)
    for other in others:
        after = one.run(one.rows, other)
        for outcome in one.kernel.outcomes:
            assert not lawful.laws.otherwise_paid(before, after, outcome.layer)


@SLOW
@given(seeds, seeds, numbers)
def test_what_the_structure_bounds_is_never_passed(
    lawful: SimpleNamespace, seed: int, of: int, number: int
) -> None:
    one = unit(lawful, seed, of, number)
    probed, caps = lawful.laws.with_probes(one.kernel)
    steps = one.run(one.rows, probed)
    assert not list(lawful.laws.broken(one.kernel, caps, one.promised, steps, one.rows))


@SLOW
@given(seeds, seeds, numbers)
def test_a_larger_bill_never_pays_less_where_the_structure_promises_it(
    lawful: SimpleNamespace, seed: int, of: int, number: int
) -> None:
    one = unit(lawful, seed, of, number)
    promised = [verdict for verdict in one.promised if verdict.law == "monotone"]
    assume(promised)
    before = one.run(one.rows)
    for verdict in promised:
        for _ in range(6):
            rows = lawful.laws.raised(one.random, one.kernel, verdict.subject, one.rows, one.size)
            note(rows)
            assert not lawful.laws.less_paid(before, one.run(rows), verdict.layer), verdict


@SLOW
@given(seeds, seeds, numbers)
def test_a_divided_bill_pays_the_same_where_the_structure_promises_it(
    lawful: SimpleNamespace, seed: int, of: int, number: int
) -> None:
    one = unit(lawful, seed, of, number)
    promised = [verdict for verdict in one.promised if verdict.law == "split_proof"]
    assume(promised)
    before = one.run(one.rows)
    for _ in range(6):
        rows = lawful.laws.divided(one.random, one.kernel, one.rows)
        note(rows)
        after = one.run(rows)
        for verdict in promised:
            assert not lawful.laws.otherwise_paid(before, after, verdict.layer), verdict


@SLOW
@given(seeds, seeds, numbers)
def test_what_is_drawn_together_pays_the_same_in_all(
    lawful: SimpleNamespace, seed: int, of: int, number: int
) -> None:
    one = unit(lawful, seed, of, number)
    for plain in (one.kernel, said_plainly(one.kernel).simple):
        together = drawn_together(plain)
        if together is not plain:
            before, after = one.run(one.rows), one.run(one.rows, together)
            assert not lawful.laws.otherwise_paid(before, after, None)
