"""The random schemes reach what they are drawn for: every construct, payments, caps."""

from __future__ import annotations

from collections import Counter
from random import Random
from types import SimpleNamespace

SAMPLE = 300
RARE = {"ordinal", "amount less total"}
"""Constructs whose share of schemes may be below one in twenty."""


def test_every_construct_is_in_one_scheme_of_twenty(lawful: SimpleNamespace) -> None:
    used: Counter[str] = Counter()
    for seed in range(SAMPLE):
        used.update(lawful.schemes.draw(Random(seed)).used)
    few = {name: count for name, count in used.items() if count < SAMPLE / 20}
    assert set(few) <= RARE, few
    assert len(used) > 110
    assert all(used[name] >= SAMPLE / 100 for name in RARE)


def test_most_claims_are_paid_and_many_are_capped(lawful: SimpleNamespace) -> None:
    seen: Counter[str] = Counter()
    for seed in range(SAMPLE // 3):
        scheme, random = lawful.compiled(Random(seed)), Random(seed)
        if scheme is None:
            seen["without a kernel"] += 1
            continue
        claims, kernel, size = lawful.claims, scheme.kernel, scheme.drawn.size
        parameters, lists = claims.parameters(random, kernel), claims.lists(random, kernel)
        for _ in range(3):
            people = claims.people(random, kernel, size)
            rows = claims.claims(random, kernel, size, 30, list(people.members))
            steps = lawful.laws.run(kernel, parameters, lists, rows, people)
            seen["claims"] += len(steps)
            seen["paid"] += sum(step.total_pay > 0 for step in steps)
            seen["capped"] += sum("capped" in step.reasons.values() for step in steps)
            seen["same day"] += sum(
                one[kernel.date] == two[kernel.date]
                for one, two in zip(rows, rows[1:], strict=False)
            )
    assert seen["paid"] >= 0.40 * seen["claims"], seen
    assert seen["capped"] >= 0.10 * seen["claims"], seen
    assert seen["same day"] >= 0.20 * seen["claims"], seen
    assert seen["without a kernel"] <= SAMPLE / 3 * 0.12, seen
