"""One row of a state of which the invariants hold: laws about single rows and about what was paid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import z3
from attrs import define, field

from hmbc.compiler.bills_and_deductions import amounts_of
from hmbc.compiler.induct_ghosts import ghost
from hmbc.compiler.induct_invariants import Guess, Houdini, guesses_of
from hmbc.compiler.laws import Question
from hmbc.compiler.layer_parts import base_of, caps_of
from hmbc.compiler.smt import Encoding, Row, Term

if TYPE_CHECKING:
    from hmbc.compiler.induct import Prover


@define
class Step:
    """One row of a state of which the invariants hold, and the laws that follow."""

    prover: Prover
    layer: str | None
    group: int | None
    encoding: Encoding = field(init=False)
    row: Row = field(init=False)
    facts: list[Term] = field(init=False)
    kept: dict[tuple[Any, ...], Guess] = field(init=False)

    def __attrs_post_init__(self) -> None:
        part = self.prover.part(self.layer, () if self.group is None else (self.group,))
        self.encoding = Encoding(part)
        claim, member = self.encoding.claim("c"), self.encoding.member("m")
        self.row = self.encoding.row(claim, member, self.encoding.state("s"))
        self.facts = [*self.encoding.facts, *self.row.accepted]
        guesses = dict(guesses_of(self.prover, self.encoding, self.row))
        houdini = Houdini(self.prover, [guess.before for guess in guesses.values()])
        empty = [term == 0 for term in self.row.before.values()]
        left = houdini.settle(
            [
                ([*self.facts, *empty], [guess.before for guess in guesses.values()], False),
                (self.facts, [guess.after for guess in guesses.values()], True),
            ]
        )
        self.kept = {key: one for number, (key, one) in enumerate(guesses.items()) if number in left}

    def pay(self, layer: str) -> Term:
        """What a layer pays of the row."""
        outcome = next(o for o in self.prover.kernel.outcomes if o.layer == layer)
        return self.row.definitions[outcome.pay]

    def holds(self, question: Question) -> bool:
        """Whether a law follows."""
        return any(self._proves(goal) for goal in self._goals(question))

    def bounded(self) -> bool:
        """Whether no row is paid more than its bills, if all that is known of payments is that each
        is between 0 and its base."""
        layers = [outcome.layer for outcome in self.prover.kernel.outcomes]
        goals, bounds, pays = [], [], []
        for layer in layers:
            base = base_of(self.prover.kernel, layer) or ""
            size = self.encoding.denominators.definitions[base]
            goals += [self.pay(layer) >= 0, self.pay(layer) * size <= self.row.definitions[base]]
            some = z3.Int(f"some {layer}")
            pays.append((self.pay(layer), some))
            bounds += [some >= 0, some * size <= self.row.definitions[base]]
        known = Question("within_bill", None)
        goal = next(self._goals(known))
        if not all(self._proves(one) for one in goals):
            return False
        pays = [(term, some) for term, some in pays if not z3.is_int_value(term)]
        facts = [z3.substitute(one, *pays) for one in (*bounds, z3.Not(goal))]
        solver = z3.Solver()
        solver.add(*self.facts, *facts)
        return self.prover.check(solver) == "unsat"

    def _proves(self, goal: Term) -> bool:
        invariants = [guess.before for guess in self.kept.values()]
        for facts in (self.facts, [*self.facts, *self.encoding.exact]):
            solver = z3.Solver()
            solver.add(*facts, *invariants, z3.Not(goal))
            if self.prover.check(solver) == "unsat":
                return True
        return False

    def _goals(self, question: Question) -> Iterator[Term]:
        """Ways to state a law; one is enough."""
        row, layer = self.row, question.layer
        kernel = self.prover.kernel
        layers = [o.layer for o in kernel.outcomes if layer in (None, o.layer)]
        match question.law:
            case "non_negative":
                yield z3.And([self.pay(one) >= 0 for one in layers])
            case "within_bill":
                bills = [row.claim.values["claim", name] for name in amounts_of(kernel).bills]
                # An amount that is absent is 0, not whatever its unknown is.
                given = [
                    z3.If(row.claim.given["claim", name], term, 0)
                    if ("claim", name) in row.claim.given
                    else term
                    for name, term in zip(amounts_of(kernel).bills, bills, strict=True)
                ]
                yield z3.Sum([self.pay(one) for one in layers]) <= z3.Sum(given)
            case "within_base" | "within_base_each":
                base = base_of(kernel, layer or "") or ""
                size = self.encoding.denominators.definitions[base]
                if self.group is None:
                    yield self.pay(layer or "") * size <= row.definitions[base]
                else:
                    paid, counted = (ghost(x, layer, self.group) for x in ("pay", "count"))
                    yield z3.BoolVal(("at most", paid, counted) in self.kept)
            case "within_cap":
                yield from self._cap(question)
            case "stated":
                yield row.definitions[question.subject or ""]
            case _:
                pass

    def _cap(self, question: Question) -> Iterator[Term]:
        layer = question.layer or ""
        number, cap = self.prover.judge._caps[question.subject or ""]
        of = self.encoding.denominators.definitions
        limit, size = self.row.definitions[f"probe.{number}.limit"], of[f"probe.{number}.limit"]
        counts = cap.of_step
        name = cap.definition.name
        paid = self.row.definitions[name] if counts else self.pay(layer)
        unit = of[name] if counts else 1
        alone = z3.Implies(paid > 0, paid * size <= limit * unit)
        if cap.total is None:
            yield alone
            return
        places = [one.definition.name for one in caps_of(self.prover.kernel, layer)]
        place = places.index(name)
        used = ghost(f"cap{place}", layer, self.prover.groups.index(cap.total.keys))
        over = self.encoding.denominators.accumulators[used]
        together = self.row.after[used] * size <= limit * over
        yield z3.Implies(
            paid > 0, z3.If(self.row.definitions[f"probe.{number}.alone"], alone, together)
        )
