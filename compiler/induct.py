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

from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any

import z3
from attrs import define, evolve, field, frozen

from hmbc.compiler.denominators import denominators_of
from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.laws import Judge, Question, amounts_of
from hmbc.compiler.prove import Proof
from hmbc.compiler.ranges import ranges_of
from hmbc.compiler.slices import slice_of
from hmbc.compiler.smt import Encoding, Inputs, Row, Term
from hmbc.compiler.structure import base_of, caps_of
from hmbc.compiler.structure_bounds import Bounds, parts_beside
from hmbc.compiler.structure_drift import SAME, Drifts
from hmbc.compiler.structure_stage import stage_of
from hmbc.compiler.types_of import names_of, type_of
from hmbc.dsl import expr as e
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.types import Money

Keys = tuple[e.Expr, ...]
HUGE = 10**60
"""The ceiling of a ghost: none."""


def by_induction(
    kernel: Kernel, questions: Sequence[Question], each: int, in_all: int
) -> Iterator[Proof]:
    """Those of the questions that induction answers with yes, with `each` resources of z3 for one and
    `in_all` together."""
    prover = Prover(kernel, each)
    for question in questions:
        if prover.spent > in_all:
            return
        begun = perf_counter()
        if prover.holds(question):
            yield Proof(
                question=question,
                outcome="proved",
                by="solver",
                because=Bilingual("对累计额归纳", "by induction over the totals"),
                milliseconds=round((perf_counter() - begun) * 1000),
            )


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
    _steps: dict[tuple[str | None, int | None], _Step] = field(init=False, factory=dict)
    _twins: dict[tuple[str, str | None, str | None], set[str]] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self.judge = Judge(self.kernel, ())
        solver = z3.Solver()
        solver.check()
        self._counted = _resources(solver)
        self.groups = _groups(self.kernel)
        self.ghosted = _with_ghosts(self.judge.full, self.groups)
        self.bounds = Bounds(self.kernel, ranges_of(self.kernel), denominators_of(self.kernel))

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
                case "split_proof":
                    return {"rises", "falls"} <= self.twins("split", None, layer)
                case _:
                    return False
        except z3.Z3Exception:
            return False

    def used(self, layer: str | None) -> list[int]:
        """The sets of keys whose totals a layer's payment reads."""
        pays = [o.pay for o in self.kernel.outcomes if layer in (None, o.layer)]
        part = slice_of(self.kernel, pays, outcomes=False)
        keys = [item.keys for item in part.items if isinstance(item, Accumulator)]
        return [number for number, one in enumerate(self.groups) if one in keys] or [0]

    def step(self, layer: str | None, group: int | None) -> _Step:
        """One row as it matters to a layer, with ghosts for one set of keys (or none)."""
        key = (layer, group)
        if key not in self._steps:
            self._steps[key] = _Step(self, layer, group)
        return self._steps[key]

    def part(self, layer: str | None, groups: Sequence[int]) -> Kernel:
        """The kernel as far as a layer's payment, its base and caps and these ghosts need it."""
        layers = [o for o in self.kernel.outcomes if layer in (None, o.layer)]
        roots = [outcome.pay for outcome in layers]
        roots += [base_of(self.kernel, outcome.layer) or "" for outcome in layers]
        for name, (number, _) in self.judge._caps.items():
            if any(name == cap.definition.name for o in layers for cap in caps_of(self.kernel, o.layer)):
                roots += [name, f"probe.{number}.limit", f"probe.{number}.alone"]
        for item in self.ghosted.items:
            if item.name.startswith("ghost."):
                of, number = _ghost(item.name)
                if of == (layer or "") and number in groups:
                    roots.append(item.name)
        return slice_of(self.ghosted, roots, outcomes=False)

    def twins(self, kind: str, raised: str | None, layer: str | None) -> set[str]:
        """How what a layer, or all (None), pay compares in two runs."""
        key = (kind, raised, layer)
        if key not in self._twins:
            self._twins[key] = _Twins(self, kind, raised, layer).orders()
        return self._twins[key]

    def check(self, solver: Any, *more: Term) -> str:
        """`sat`, `unsat` or `unknown` with what is left of the resources."""
        if self._left <= 0:
            return "unknown"
        solver.set("rlimit", self._left)
        solver.set("timeout", 20_000)
        answer = str(solver.check(*more))
        counted = _resources(solver)
        spent, self._counted = max(1, counted - self._counted), counted
        self._left -= spent
        self.spent += spent
        return answer

    def guesses(self, encoding: Encoding, row: Row) -> dict[tuple[Any, ...], Guess]:
        """What may hold of the totals of each set of keys."""
        return dict(guesses_of(self, encoding, row))


def _resources(solver: Any) -> int:
    """What z3 has used so far in this process."""
    statistics = solver.statistics()
    return int(statistics.get_key_value("rlimit count")) if "rlimit count" in statistics.keys() else 0


def _groups(kernel: Kernel) -> list[Keys]:
    found: list[Keys] = [()]
    for item in kernel.items:
        if isinstance(item, Accumulator) and item.keys not in found:
            found.append(item.keys)
    return found


def ghost(what: str, layer: str | None, group: int) -> str:
    """The name of a ghost: what a layer (or all of them) `pay` or `count`, by the keys of a group."""
    return f"ghost.{what}.{'' if layer is None else layer}.{group}"


def _ghost(name: str) -> tuple[str, int]:
    """The layer and the group of a ghost."""
    _, rest = name.removeprefix("ghost.").split(".", 1)
    of, number = rest.rsplit(".", 1)
    return of, int(number)


def _with_ghosts(kernel: Kernel, groups: Sequence[Keys]) -> Kernel:
    ghosts: list[Definition | Accumulator] = []
    total: e.Expr = e.money(0)
    for outcome in kernel.outcomes:
        total = e.Add(total, e.Ref(outcome.pay))

    def add(name: str, adds: e.Expr, keys: Keys) -> None:
        ghosts.append(
            Accumulator(name=name, adds=adds, keys=keys, sequential=not keys, ceiling=HUGE)
        )

    for number, keys in enumerate(groups):
        for outcome in kernel.outcomes:
            add(ghost("pay", outcome.layer, number), e.Ref(outcome.pay), keys)
            if (base := base_of(kernel, outcome.layer)) is not None:
                add(ghost("count", outcome.layer, number), e.Ref(base), keys)
            for place, cap in enumerate(caps_of(kernel, outcome.layer)):
                if cap.total is not None and cap.total.keys == keys:
                    of = cap.definition.name if cap.definition.role == "counted" else outcome.pay
                    adds = e.Choose(cap.scope.alone, e.money(0), e.Ref(of))
                    add(ghost(f"cap{place}", outcome.layer, number), adds, keys)
        add(ghost("pay", None, number), total, keys)
    return evolve(kernel, items=(*kernel.items, *ghosts))


@define
class _Houdini:
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


@define
class _Step:
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
        refused = [z3.Not(when) for when in self.row.rejects.values()]
        self.facts = [*self.encoding.facts, *refused]
        guesses = self.prover.guesses(self.encoding, self.row)
        houdini = _Houdini(self.prover, [guess.before for guess in guesses.values()])
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
            case _:
                pass

    def _cap(self, question: Question) -> Iterator[Term]:
        layer = question.layer or ""
        number, cap = self.prover.judge._caps[question.subject or ""]
        of = self.encoding.denominators.definitions
        limit, size = self.row.definitions[f"probe.{number}.limit"], of[f"probe.{number}.limit"]
        counts = cap.definition.role == "counted"
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
    accumulators = {i.name: i for i in prover.kernel.items if isinstance(i, Accumulator)}
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


@define
class _Twins:
    """Two runs that differ in one row."""

    prover: Prover
    kind: str
    raised: str | None
    layer: str | None
    part: Kernel = field(init=False)

    def orders(self) -> set[str]:
        """Whether what is paid in sum `rises` or `falls` (equal: both) from the first run to the
        second."""
        prover = self.prover
        groups = prover.used(self.layer)
        self.part = prover.part(self.layer, groups)
        if not self._same_keys():
            return set()
        encoding = Encoding(self.part)
        member, claim = encoding.member("m"), encoding.claim("c")
        first, second = encoding.state("s"), encoding.state("t")
        one, two = (encoding.row(claim, member, state) for state in (first, second))
        start_facts, start_first, start_second = self._start(encoding, member)
        names = list(encoding.accumulators)

        def ordered(left: Mapping[str, Term], right: Mapping[str, Term]) -> list[Term]:
            return [left[n] <= right[n] for n in names] + [left[n] >= right[n] for n in names]

        facts = [*encoding.facts, *_accepted(one), *_accepted(two)]
        houdini = _Houdini(prover, ordered(first, second))
        left = houdini.settle(
            [
                ([*encoding.facts, *start_facts], ordered(start_first, start_second), False),
                (facts, ordered(one.after, two.after), True),
            ]
        )
        found: set[str] = set()
        for group in groups:
            place = names.index(ghost("pay", self.layer, group))
            if place in left:
                found.add("rises")
            if place + len(names) in left:
                found.add("falls")
        return found

    def _same_keys(self) -> bool:
        """Whether the difference can move no row to other keys."""
        prover = self.prover
        kinds = [Drifts(prover.bounds, "raise", self.raised)]
        if self.kind == "insert":
            kinds = [Drifts(prover.bounds, "insert")]
        elif self.kind == "split":
            amounts = prover.judge.amounts
            kinds = [
                Drifts(prover.bounds, "raise", name)
                for name in (*amounts.bills, *amounts.deductions)
            ] + [Drifts(prover.bounds, "insert")]
        keys = [key for i in self.part.items if isinstance(i, Accumulator) for key in i.keys]
        return all(drifts.of(key) == SAME for drifts in kinds for key in keys)

    def _start(
        self, encoding: Encoding, member: Inputs
    ) -> tuple[list[Term], Mapping[str, Term], Mapping[str, Term]]:
        """The row in which the runs differ, from one state: facts, and the totals after it in the
        first run and in the second."""
        prover = self.prover
        state, claim = encoding.state("o"), encoding.claim("d")
        first = encoding.row(claim, member, state)
        match self.kind:
            case "insert":
                return _accepted(first), state, first.after
            case "raise":
                attr = ("claim", self.raised or "")
                larger = encoding.claim("e").values[attr]
                second = encoding.row(claim.with_value(attr, larger), member, state)
                facts = [*_accepted(first), *_accepted(second), larger > claim.values[attr]]
                return facts, first.after, second.after
            case _:
                parts, rest = claim, claim
                facts = _accepted(first)
                other = encoding.claim("e")
                for given in prover.kernel.inputs:
                    attr = (given.owner, given.name)
                    if given.owner == "claim" and isinstance(given.type, Money):
                        whole, part = claim.values[attr], other.values[attr]
                        facts += [part >= 0, part <= whole]
                        parts = parts.with_value(attr, part)
                        rest = rest.with_value(attr, whole - part)
                one = encoding.row(parts, member, state)
                two = encoding.row(rest, member, one.after)
                return [*facts, *_accepted(one), *_accepted(two)], first.after, two.after


def _accepted(row: Row) -> list[Term]:
    return [z3.Not(when) for when in row.rejects.values()]
