"""What may hold of the totals of a unit, and of it what every row keeps.

Guesses come from the kernel: totals are not negative, one is not above another of the same keys, what
was paid under a key is the function of the total that the kernel takes the increases of. Houdini's
elimination: all that stay being assumed together, until none falls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import z3
from attrs import define, field, frozen

from hmbc.compiler.kernel import Accumulator
from hmbc.compiler.smt import Encoding, Row, Term
from hmbc.compiler.structure_stage import parts_beside, stage_of
from hmbc.compiler.types_of import names_of, type_of
from hmbc.dsl import expr as e
from hmbc.dsl.types import Money

if TYPE_CHECKING:
    from hmbc.compiler.induct import Prover


@frozen
class Guess:
    """Something that may hold of a state: before a row and after it."""

    before: Term
    after: Term


@frozen
class _Named:
    """A total that guesses are about: its terms over `denominator`."""

    name: str
    before: Term
    after: Term
    denominator: int


@define
class Houdini:
    """Keeps the guesses that every case keeps."""

    prover: Prover
    guesses: list[Term]
    """What is assumed of the state before."""
    solver: Any = field(init=False)
    left: set[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.solver = z3.Solver()
        self.left = set(range(len(self.guesses)))

    def settle(self, cases: Sequence[tuple[list[Term], list[Term], bool]]) -> set[int]:
        """The guesses that stay. A case: facts, the guesses after it, whether the guesses are
        assumed before it."""
        solvers = []
        for facts, after, _ in cases:
            solver = z3.Solver()
            solver.add(*facts)
            solvers.append((solver, after))
        changed = True
        while changed and self.left:
            changed = False
            for (solver, after), (_, _, assumes) in zip(solvers, cases, strict=True):
                changed |= self._once(solver, after, assumes)
        return self.left

    def _once(self, solver: Any, after: list[Term], assumes: bool) -> bool:
        dropped = False
        while self.left:
            solver.push()
            if assumes:
                solver.add(*(self.guesses[number] for number in self.left))
            solver.add(z3.Or([z3.Not(after[number]) for number in self.left]))
            answer = self.prover.check(solver)
            if answer == "unsat":
                solver.pop()
                return dropped
            gone: set[int] = set()
            if answer == "sat":
                model = solver.model()
                gone = {
                    number
                    for number in self.left
                    if not z3.is_true(model.eval(after[number], model_completion=True))
                }
            solver.pop()
            # Without an answer no guess is known to stay.
            self.left -= gone or set(self.left)
            dropped = True
        return dropped


def guesses_of(
    prover: Prover, encoding: Encoding, row: Row
) -> Iterator[tuple[tuple[Any, ...], Guess]]:
    """What may hold of the totals of each set of keys."""
    names = names_of(encoding.kernel)
    for keys in prover.groups:
        totals = [
            _Named(item.name, row.before[item.name], row.after[item.name],
                   encoding.denominators.accumulators[item.name])
            for item in encoding.accumulators.values()
            if item.keys == keys
        ]  # fmt: skip
        for total in totals:
            yield (("natural", total.name), Guess(total.before >= 0, total.after >= 0))
        money = [t for t in totals if isinstance(type_of(e.Total(t.name), names), Money)]
        for one in money:
            for two in money:
                if one is not two and one.name.startswith("ghost"):
                    yield (
                        ("at most", one.name, two.name),
                        Guess(
                            one.before * two.denominator <= two.before * one.denominator,
                            one.after * two.denominator <= two.after * one.denominator,
                        ),
                    )
    yield from _functions(prover, encoding, row)


def _functions(
    prover: Prover, encoding: Encoding, row: Row
) -> Iterator[tuple[tuple[Any, ...], Guess]]:
    """That what was paid (or let through) under a key is the function of its total."""
    accumulators = prover.kernel.accumulators
    for item in encoding.kernel.items:
        if not isinstance(item, Accumulator) or not item.name.startswith("ghost"):
            continue
        source = item.adds
        if isinstance(source, e.Choose) and isinstance(source.otherwise, e.Ref):
            source = source.otherwise
        if not isinstance(source, e.Ref):
            continue
        expr = encoding.definitions[source.name]
        stage = stage_of(expr, accumulators)
        if stage is None or stage.scope.keys != item.keys or stage.alone is not None:
            continue
        constancy = prover.bounds.constancy
        if any(constancy.varying(part, stage.scope) is not None for part in parts_beside(stage)):
            continue
        # The function's values stand in the row as the two sides of the increase.
        sides = row.sides(stage.of, stage.total.name)
        size, unit = encoding.denominators.of(stage.of), encoding.denominators.accumulators[item.name]
        yield (
            ("function", item.name, source.name),
            Guess(
                row.before[item.name] * size == sides[0] * unit,
                row.after[item.name] * size == sides[1] * unit,
            ),
        )
