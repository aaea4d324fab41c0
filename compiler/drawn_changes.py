"""The second runs that a search tries: what is raised, divided, exchanged or left out of a unit, drawn."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from hmbc.compiler.directed import Directed
from hmbc.compiler.judge import Change, Judge
from hmbc.compiler.tried_units import Unit
from hmbc.dsl.types import Money


def subjects_of(judge: Judge) -> list[str]:
    """The amounts that may be raised."""
    laws = {one.law for one in judge.questions}
    raising = [one for one in judge.questions if one.law in ("monotone", "deduction")]
    subjects = list(dict.fromkeys(one.subject for one in raising if one.subject is not None))
    if "no_cliff" in laws:
        subjects += [name for name in judge.amounts.bills if name not in subjects]
    return subjects


def drawn_changes(judge: Judge, directed: Directed, unit: Unit, fine: bool) -> Iterator[Change]:
    """Changes of one row of a unit that the open questions of a judge ask about. fine: amounts are
    raised by the least alone."""
    kernel, random, laws = directed.kernel, directed.random, {one.law for one in judge.questions}
    row = random.randrange(len(unit.claims))
    claim = unit.claims[row]
    highs = {i.name: i.high for i in kernel.inputs if i.owner == "claim"}
    subjects = subjects_of(judge)
    for name in random.sample(subjects, min(4, len(subjects))):
        held = claim.get(name)
        if held is None:
            continue
        larger = [one for one in directed.amounts if one > held]
        far = larger and not fine and random.random() < 0.6
        to = random.choice(larger) if far else held + 1
        to = min(to, highs[name] or to)
        if to > held:
            yield Change("raise", row, name, to - held)
    if "split_proof" in laws:
        amounts = [
            given.name
            for given in kernel.inputs
            if given.owner == "claim"
            and isinstance(given.type, Money)
            and claim.get(given.name, 0) > 0
        ]
        if amounts:
            parts = {name: _part(random, claim[name]) for name in amounts}
            yield Change("split", row, parts=parts)
    if "order_free" in laws:
        for at, (one, two) in enumerate(zip(unit.claims, unit.claims[1:], strict=False)):
            if one[kernel.date] == two[kernel.date] and one != two:
                yield Change("swap", at)
    if "more_claims" in laws and len(unit.claims) > 1:
        yield Change("drop", row)
    for question in judge.questions:
        if question.law == "never_less":
            stated = judge.favoured[question.subject or ""]
            yield Change("member", subject=stated.name, value=stated.more)


def _part(random: Random, amount: int) -> int:
    return random.choice((0, 1, amount // 2, amount - amount // 10, amount))
