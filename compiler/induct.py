"""Laws proved by z3, by induction over the rows of a unit, with invariants found by elimination.

A unit's state is its totals, one for each accumulator and key. What is to hold of a state is guessed
from the kernel: totals are not negative, one is not above another of the same keys, what was paid
under a key is the function of the total that the kernel takes the increases of. A guess stays if it
holds of the empty state and every row keeps it (all that stay being assumed together, until none
falls); so what stays holds after any number of rows, whatever the amounts. Nothing is unrolled.

A law about two runs takes pairs of states: equal before the row in which the runs differ, then kept
in order (or equal) by that row and by every later one, which both runs share. What a layer has paid
under each key is such a total, too: where it stays in order for the keys of some accumulator, so is
the sum over all keys.

To the totals of the kernel are added `ghost` ones, of what layers pay and count, for each set of keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from time import perf_counter
from typing import Any

import z3
from attrs import define, field

from hmbc.compiler.bills_and_deductions import amounts_of
from hmbc.compiler.induct_frame import Framed
from hmbc.compiler.induct_ghosts import Keys, ghost_of, groups_of, with_ghosts
from hmbc.compiler.induct_pair import Pair
from hmbc.compiler.induct_row import Step
from hmbc.compiler.induct_swap import Swap
from hmbc.compiler.induct_vectors import Frame, Key, Known, found_in
from hmbc.compiler.judge import TWO_RUNS, Judge
from hmbc.compiler.kernel import Accumulator, Kernel, Stated
from hmbc.compiler.laws import Question, steps_of
from hmbc.compiler.layer_parts import base_of, caps_of
from hmbc.compiler.proof import Proof
from hmbc.compiler.settle import with_settled
from hmbc.compiler.slices import slice_of
from hmbc.compiler.smt import Term, resources_of
from hmbc.compiler.structure_bounds import Bounds, bounds_of
from hmbc.dsl.diagnostic import Bilingual

MILLISECONDS = 6_000
"""When one question to z3 is given up: several times what all of its resources take. It may be lost in what it does
not count."""


def by_induction(
    kernel: Kernel, questions: Sequence[Question], each: int, in_all: int
) -> Iterator[Proof]:
    """Those of the questions that induction answers with yes, with `each` resources of z3 for one and
    `in_all` together."""
    prover = Prover(kernel, each)
    yield from _answered(prover, questions, prover.holds, in_all)


def by_induction_apart(
    kernel: Kernel, questions: Sequence[Question], each: int, in_all: int
) -> Iterator[Proof]:
    """The same of laws about two runs, with the totals under the keys in which the runs differ told from
    all others, which takes more."""
    prover = Prover(with_settled(kernel), each)
    asked = [question for question in questions if question.law in TWO_RUNS]
    yield from _answered(prover, asked, partial(prover.holds_apart, kernel), in_all)


def _answered(
    prover: Prover, questions: Sequence[Question], holds: Callable[[Question], bool], in_all: int
) -> Iterator[Proof]:
    for question in questions:
        if prover.spent > in_all:
            return
        begun = perf_counter()
        if holds(question):
            yield Proof(
                question=question,
                outcome="proved",
                by="solver",
                because=Bilingual("对累计额归纳", "by induction over the totals"),
                milliseconds=round((perf_counter() - begun) * 1000),
            )


@define
class Prover:
    """Induction over the rows of one kernel; `resources` of z3 for each question."""

    kernel: Kernel
    resources: int
    spent: int = field(init=False, default=0)
    groups: list[Keys] = field(init=False)
    bounds: Bounds = field(init=False)
    judge: Judge = field(init=False)
    ghosted: Kernel = field(init=False)
    _left: int = field(init=False, default=0)
    _counted: int = field(init=False)
    _steps: dict[tuple[str | None, int | None], Step] = field(init=False, factory=dict)
    _twins: dict[tuple[str, str | None, str | None], set[str]] = field(init=False, factory=dict)
    _known: dict[str | None, frozenset[Key]] = field(init=False, factory=dict)
    """By layer, the keys of the invariants of one run that hold of its vectors and rows."""

    def __attrs_post_init__(self) -> None:
        self.judge = Judge(self.kernel, ())
        solver = z3.Solver()
        solver.check()
        self._counted = resources_of(solver)
        self.groups = groups_of(self.kernel)
        self.ghosted = with_ghosts(self.judge.full, self.groups)
        self.bounds = bounds_of(self.kernel)

    def holds(self, question: Question) -> bool:
        """Whether induction proves a law."""
        self._left = self.resources
        layer, subject = question.layer, question.subject
        try:
            match question.law:
                case "non_negative" | "within_base_each":
                    return self.step(layer, None).holds(question)
                case "within_bill":
                    return self.step(None, None).bounded() or self.step(None, None).holds(question)
                case "within_base":
                    return self.step(layer, None).holds(question) or any(
                        self.step(layer, group).holds(question) for group in self.used(layer)
                    )
                case "within_cap" if layer is None:  # a shared one: it follows from its form, or not
                    return False
                case "within_cap":
                    total = self.judge._caps[subject or ""][1].total
                    group = None if total is None else self.groups.index(total.keys)
                    return self.step(layer, group).holds(question)
                case "monotone":
                    return "rises" in self.twins("raise", subject, layer)
                case "deduction":
                    return "falls" in self.twins("raise", subject, layer)
                case "more_claims":
                    return "rises" in self.twins("insert", None, layer)
                case "stated":
                    return self.step(None, None).holds(question)
                case "never_less":
                    return self._never_less(subject)
                case "split_proof":
                    return {"rises", "falls"} <= self.twins("split", None, layer)
                case _:
                    return False
        except z3.Z3Exception:
            return False

    def holds_apart(self, asked: Kernel, question: Question) -> bool:
        """Whether induction proves a law about two runs, where it is told under which keys they
        differ. asked: the kernel of which no cliffs are asked, as it was before it was settled."""
        self._left = self.resources
        layer, subject = question.layer, question.subject
        if len(self.kernel.outcomes) == 1:  # what is paid in all is what the layer pays
            layer = self.kernel.outcomes[0].layer
        try:
            match question.law:
                case "monotone":
                    return "rises" in Framed(self, "raise", subject, layer).orders()
                case "deduction":
                    return "falls" in Framed(self, "raise", subject, layer).orders()
                case "more_claims":
                    return "rises" in Framed(self, "insert", None, layer).orders()
                case "split_proof":
                    return {"rises", "falls"} <= Framed(self, "split", None, layer).orders()
                case "no_cliff":
                    step = steps_of(asked)[question.layer]
                    return all(
                        "near" in Framed(self, "raise", bill, layer, step).orders()
                        for bill in amounts_of(asked).bills
                    )
                case "order_free":
                    return Swap(self, layer).is_free()
                case _:
                    return False
        except z3.Z3Exception:
            return False

    def known(self, layer: str | None, frame: Frame) -> Known:
        """The invariants of one run, found once for each layer."""
        if layer not in self._known:
            self._known[layer] = found_in(self, frame)
        return Known(self, frame, self._known[layer])

    def _never_less(self, subject: str | None) -> bool:
        """Layer by layer, each with resources of its own; else all together."""
        for outcome in self.kernel.outcomes:
            self._left = self.resources
            if "rises" not in self.twins("member", subject, outcome.layer):
                break
        else:
            return True
        self._left = self.resources
        return len(self.kernel.outcomes) > 1 and "rises" in self.twins("member", subject, None)

    def used(self, layer: str | None) -> list[int]:
        """The sets of keys whose totals a layer's payment reads."""
        pays = [o.pay for o in self.kernel.outcomes if layer in (None, o.layer)]
        part = slice_of(self.kernel, pays, outcomes=False)
        keys = [item.keys for item in part.items if isinstance(item, Accumulator)]
        return [number for number, one in enumerate(self.groups) if one in keys] or [0]

    def step(self, layer: str | None, group: int | None) -> Step:
        """One row as it matters to a layer, with ghosts for one set of keys (or none)."""
        key = (layer, group)
        if key not in self._steps:
            self._steps[key] = Step(self, layer, group)
        return self._steps[key]

    def part(
        self, layer: str | None, groups: Sequence[int], what: Sequence[str] | None = None
    ) -> Kernel:
        """The kernel as far as a layer's payment, its base and caps and the ghosts of these groups need
        it. what: of ghosts only these are needed, and nothing of bases and caps."""
        layers = [o for o in self.kernel.outcomes if layer in (None, o.layer)]
        roots = [outcome.pay for outcome in layers]
        if what is None:
            roots += [base_of(self.kernel, outcome.layer) or "" for outcome in layers]
            stated = [one.name for one in self.kernel.stated if isinstance(one, Stated)]
            roots += stated if layer is None else []
        for name, (number, _) in self.judge._caps.items() if what is None else ():
            if any(name == cap.definition.name for o in layers for cap in caps_of(self.kernel, o.layer)):
                roots += [name, f"probe.{number}.limit", f"probe.{number}.alone"]
        for item in self.ghosted.items:
            if item.name.startswith("ghost."):
                kind, of, number = ghost_of(item.name)
                if of == (layer or "") and number in groups and (what is None or kind in what):
                    roots.append(item.name)
        return slice_of(self.ghosted, roots, outcomes=False)

    def twins(self, kind: str, raised: str | None, layer: str | None) -> set[str]:
        """How what a layer, or all (None), pay compares in two runs."""
        key = (kind, raised, layer)
        if key not in self._twins:
            self._twins[key] = Pair(self, kind, raised, layer).orders()
        return self._twins[key]

    def check(self, solver: Any, *more: Term) -> str:
        """`sat`, `unsat` or `unknown` with what is left of the resources."""
        if self._left <= 0:
            return "unknown"
        solver.set("rlimit", self._left)
        solver.set("timeout", MILLISECONDS)
        begun = perf_counter()
        answer = str(solver.check(*more))
        counted = resources_of(solver)
        spent, self._counted = max(1, counted - self._counted), counted
        if answer == "unknown" and perf_counter() - begun >= MILLISECONDS / 1000:
            spent = max(spent, self._left)  # it counts little where it is lost; the next would be, too
        self._left -= spent
        self.spent += spent
        return answer
