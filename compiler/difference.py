"""Are two schemes the same function, and if not, on which claims do they part, and for whom.

In this order: the same by form; else claims on which they differ, sought at the boundaries of both;
else z3, for a proof or for claims. What no way decides is unknown, never called equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from typing import Literal

from attrs import define, evolve, field, frozen

from hmbc.compiler.align import Aligned, align
from hmbc.compiler.apart import part_of_layers, sought_apart
from hmbc.compiler.boundaries import boundary_histories
from hmbc.compiler.candidates import candidates_of
from hmbc.compiler.histories import History, replay
from hmbc.compiler.interpret import Prepared, Step, prepare
from hmbc.compiler.kernel import Input, Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.loose import without_loose
from hmbc.compiler.meaning import Missing
from hmbc.compiler.minimise import minimise
from hmbc.compiler.normal_form import numbers_of
from hmbc.compiler.product import (
    NEW,
    OLD,
    always_valid,
    changed_boundaries,
    layers,
    pays,
    product,
)
from hmbc.compiler.search import Search
from hmbc.compiler.structure_bounds import bounds_of
from hmbc.dsl import expr as e
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.types import Bool, Enum

ROWS = 3_000
"""Claims at the boundaries that are looked at."""

WORK = (600_000, 2_400_000)
"""Items of rows for the search on the quick machine, before and after a proof is tried: some 400,000 a
second."""

BEGINNINGS = 40
"""Histories that are paid, with which that search begins."""

UNROLLED = 2
"""Claims in a row for which the solver is asked for a difference."""

Verdict = Literal["equal", "different", "unknown"]
How = Literal["form", "solver", "claims", "nothing"]


class Incomparable(Exception):
    """Why two schemes cannot be held against each other."""

    def __init__(self, why: Bilingual) -> None:
        super().__init__(why.get("en"))
        self.why = why


@frozen(kw_only=True)
class Change:
    """What a history is paid in the old and in the new scheme, in minor units: by a layer, or (None)
    in total."""

    layer: str | None
    history: History
    old: int
    new: int


@frozen(kw_only=True)
class Compared:
    """What came of a comparison. smallest: the smallest history on which they differ, with the steps
    of its rows; gains, losses: the largest found, by layer and (None) in total; gainers, losers: by
    attribute, the values with which that one gains or loses, where with others nobody does."""

    aligned: Aligned
    both: Kernel
    verdict: Verdict
    how: How
    smallest: History | None = None
    steps: tuple[Step, ...] = ()
    gains: Mapping[str | None, Change] = field(factory=dict)
    losses: Mapping[str | None, Change] = field(factory=dict)
    gainers: Mapping[str, tuple[str, ...]] = field(factory=dict)
    losers: Mapping[str, tuple[str, ...]] = field(factory=dict)
    rows: int = 0


def compare(
    old: Kernel,
    new: Kernel,
    when: e.Expr | None = None,
    rows: int = ROWS,
    thorough: bool = True,
    examples: Iterable[History] = (),
) -> Compared:
    """Hold two kernels against each other. when: a condition over the old one's attributes; only
    claims for which it holds are compared. thorough: look for the largest changes too, not only for
    one. examples: histories in the old one's words that are tried first. Raises Incomparable."""
    _check_comparable(old, new)
    aligned = align(old, new, when)
    both = product(aligned.old, aligned.new, aligned.when)
    names = layers(aligned.old, aligned.new)
    unlike = _unlike(both, names)
    if unlike == () or _alike_without_loose(aligned, names):
        return Compared(aligned=aligned, both=both, verdict="equal", how="form")
    part = unlike or names  # nothing: they only reject other rows
    found = _Findings(prepare(both), names, thorough)
    found.look(examples)
    found.look(_directed(found.prepared, part))
    found.look(boundary_histories(found.prepared, rows, first=changed_boundaries(both)))
    found.seek(both, part, WORK[0], seed=0)
    how: How = "claims"
    if not found.differing and find_spec("z3"):
        from hmbc.compiler.equivalence import found_apart, proved_equal

        of_part = part_of_layers(both, part)
        if found.taken and proved_equal(of_part, part):
            return Compared(
                aligned=aligned, both=both, verdict="equal", how="solver", rows=found.rows
            )
        found.seek(both, part, WORK[1], seed=1)
        how = "claims" if found.differing else "solver"
        for claims in () if found.differing else range(1, UNROLLED + 1):
            history = found_apart(of_part, part, claims)
            found.look([history] if history is not None else [])
            if found.differing:
                break
    if not found.taken:
        raise Incomparable(
            Bilingual("没有找到两个方案都受理的费用", "no claim was found that both of them take")
        )
    if not found.differing:
        return Compared(
            aligned=aligned, both=both, verdict="unknown", how="nothing", rows=found.rows
        )
    smallest = found.smallest()
    _confirm(aligned, smallest, found.steps(smallest) or ())
    found.look([smallest])
    return Compared(
        aligned=aligned,
        both=both,
        verdict="different",
        how=how,
        smallest=smallest,
        steps=tuple(found.steps(smallest) or ()),
        gains=found.extremes(gain=True),
        losses=found.extremes(gain=False),
        gainers=found.values(gain=True),
        losers=found.values(gain=False),
        rows=found.rows,
    )


def _alike_without_loose(aligned: Aligned, names: tuple[str, ...]) -> bool:
    """Whether they are the same by form where caps that never bind are looked through."""
    sides = (aligned.old, aligned.new)
    one, two = (without_loose(kernel, bounds_of(kernel)) for kernel in sides)
    if (one, two) == sides:
        return False
    return _unlike(product(one, two, aligned.when), names) == ()


def _confirm(aligned: Aligned, history: History, steps: Iterable[Step]) -> None:
    """Each kernel by itself pays on a history what it pays beside the other."""
    for kernel, side in ((aligned.old, 0), (aligned.new, 1)):
        alone = [one.step for one in replay(prepare(always_valid(kernel)), history)[0]]
        for step, beside in zip(alone, steps, strict=True):
            for layer, pay in (step.pays if step and beside.status == "ok" else {}).items():
                if pay != pays(beside, layer)[side]:
                    raise KernelError(f"{layer} pays {pay} alone, {pays(beside, layer)} beside")


def _check_comparable(old: Kernel, new: Kernel) -> None:
    if (old.currency, old.minor_digits) != (new.currency, new.minor_digits):
        raise Incomparable(
            Bilingual(
                f"币种不同：{old.currency} 与 {new.currency}，金额无从比较",
                f"they pay in {old.currency} and in {new.currency}: amounts cannot be compared",
            )
        )
    if (old.unit is None) != (new.unit is None):
        one, two = (
            (f"参保人.{kernel.unit}" if kernel.unit else "参保人").strip() for kernel in (old, new)
        )
        english = [f"member.{k.unit}" if k.unit else "the member" for k in (old, new)]
        raise Incomparable(
            Bilingual(
                f"累计的单位不同：{one} 与 {two}，同一批费用归属不同",
                f"their units differ: {english[0]} and {english[1]}; claims belong together "
                "differently",
            )
        )


def _unlike(both: Kernel, names: Iterable[str]) -> tuple[str, ...] | None:
    """The layers that are not the same by form; None where all are, but other rows are rejected."""
    names = tuple(names)
    pay = {outcome.layer: outcome.pay for outcome in both.outcomes}
    exprs: list[e.Expr] = []
    for name in names:
        for side in (OLD, NEW):
            exprs.append(e.Ref(pay[side + name]) if side + name in pay else e.money(0))
    rejects = [
        [one.when for one in both.rejects if one.name.startswith(side)] for side in (OLD, NEW)
    ]
    numbers = numbers_of(both, [*exprs, *rejects[0], *rejects[1]])
    of_pays, of_old = numbers[: len(exprs)], numbers[len(exprs) :][: len(rejects[0])]
    of_new = numbers[len(exprs) + len(rejects[0]) :]
    pairs = zip(names, of_pays[::2], of_pays[1::2], strict=True)
    unlike = tuple(name for name, old, new in pairs if old != new)
    return None if not unlike and set(of_old) != set(of_new) else unlike


def _directed(prepared: Prepared, names: Iterable[str]) -> Iterator[History]:
    """A claim that a layer pays more for, and one that it pays less for, where a search finds them."""
    search = Search(prepared, candidates_of(prepared.kernel))
    pay = {outcome.layer: e.Ref(outcome.pay) for outcome in prepared.kernel.outcomes}
    allowed = [(reject.when, False) for reject in prepared.kernel.rejects]
    for name in names:
        one, two = (pay.get(side + name, e.money(0)) for side in (OLD, NEW))
        for paid, other in ((one, two), (two, one)):
            some: tuple[e.Expr, bool] = (e.Compare(">", paid, e.money(0)), True)
            start = search.make_all([*allowed, some], search.usual()) or search.usual()
            at = search.make_all([*allowed, (e.Compare(">", paid, other), True)], start)
            if at is not None:
                yield search.history(at)


@define
class _Findings:
    """The histories on which the two sides of a product differ."""

    prepared: Prepared
    names: tuple[str, ...]
    thorough: bool = True
    differing: list[tuple[History, list[Step]]] = field(factory=list)
    rows: int = 0
    taken: int = 0
    paid: dict[object, History] = field(factory=dict)
    """Histories that are paid, one for each way in which their rows are."""

    def seek(self, both: Kernel, part: tuple[str, ...], work: int, seed: int) -> None:
        """Look on the quick machine until something shows a difference."""
        if self.differing:
            return
        for history in sought_apart(both, part, tuple(self.paid.values()), work, seed):
            self.look([history])
            if self.differing:
                return

    def look(self, histories: Iterable[History]) -> None:
        for history in histories:
            if self.differing and not self.thorough:
                return
            self.rows += len(history.rows)
            steps = self.steps(history)
            self.taken += sum(step.status == "ok" for step in steps or ())
            if steps is not None and self.apart(steps):
                self.differing.append((history, steps))
            paid = frozenset(layer for step in steps or () for layer, pay in step.pays.items() if pay)
            if paid and len(self.paid) < BEGINNINGS:
                self.paid[paid, len(history.rows)] = history

    def steps(self, history: History) -> list[Step] | None:
        """What became of its claims; None where a total is beyond all reason, or a value lacks."""
        try:
            settled, _ = replay(self.prepared, history)
        except Missing:
            return None
        steps = [one.step for one in settled if one.step is not None]
        if any(step.status in ("ceiling", "bound", "out_of_order") for step in steps):
            return None
        return steps

    def apart(self, steps: Iterable[Step]) -> bool:
        """Whether some claim that both take is paid differently."""
        return any(
            one != two
            for step in steps
            if step.status == "ok"
            for one, two in (pays(step, name) for name in self.names)
        )

    def smallest(self) -> History:
        """The one with the fewest claims, made as plain as can be."""
        history = min(self.differing, key=lambda one: len(one[0].rows))[0]

        def shows(smaller: History) -> bool:
            steps = self.steps(smaller)
            return steps is not None and self.apart(steps)

        return minimise(history, self.prepared.kernel, shows)

    def extremes(self, gain: bool) -> dict[str | None, Change]:
        """The largest change one way, by layer and in total."""
        found: dict[str | None, Change] = {}
        for history, steps in self.differing:
            for change in self.changes(history, steps):
                size = change.new - change.old
                best = found.get(change.layer)
                if (size > 0) == gain and size and (
                    best is None or abs(size) > abs(best.new - best.old)
                ):
                    found[change.layer] = change
        order = (*self.names, None)
        return {name: found[name] for name in order if name in found}

    def changes(self, history: History, steps: Iterable[Step]) -> Iterator[Change]:
        both = [
            {name: pays(step, name) for name in self.names}
            for step in steps
            if step.status == "ok"
        ]
        total = [0, 0]
        for name in self.names:
            one, two = (sum(paid[name][side] for paid in both) for side in (0, 1))
            total[0] += one
            total[1] += two
            yield Change(layer=name, history=history, old=one, new=two)
        yield Change(layer=None, history=history, old=total[0], new=total[1])

    def values(self, gain: bool) -> dict[str, tuple[str, ...]]:
        """Of attributes with few values, those with which the largest change in total stays one of
        that kind, where with others it does not: all else being as it is there."""
        largest = self.extremes(gain).get(None)
        found: dict[str, tuple[str, ...]] = {}
        if largest is None:
            return found
        for given in self.prepared.kernel.inputs:
            match given.type:
                case Enum(values=values):
                    choices: tuple[str | bool, ...] = values
                case Bool():
                    choices = (False, True)
                case _:
                    continue
            with_it = [
                choice
                for choice in choices
                if self.size(_replaced(largest.history, given, choice), gain)
            ]
            if with_it and len(with_it) < len(choices):
                name = f"{given.owner}.{given.name}"
                found[name] = tuple(str(choice).lower() for choice in with_it)
        return found

    def size(self, history: History, gain: bool) -> int:
        """How much the total changes that way, 0 if it changes the other way."""
        steps = self.steps(history)
        if steps is None:
            return 0
        *_, total = self.changes(history, steps)
        size = total.new - total.old
        return abs(size) if (size > 0) == gain else 0


def _replaced(history: History, given: Input, value: str | bool) -> History:
    """The history with an attribute of this value in every row."""
    rows = [
        evolve(row, claim={**row.claim, given.name: value})
        if given.owner == "claim"
        else evolve(row, member={**row.member, given.name: value})
        for row in history.rows
    ]
    return evolve(history, rows=tuple(rows))
