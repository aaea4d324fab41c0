"""How much the order of two claims of one date can change what is paid in sum: the largest found, and
what it can be at most.

A law that is refuted is shown by the smallest claims. How much is at stake shows in the largest
difference, which a search looks for on the quick machine and the interpreter confirms. Larger ones may
exist.

At most: where a layer reads no total that claims of two keys of its cap share (of two years, where the
cap is a year's), the order of two claims can only matter to what is paid under one key, and that lies
between 0 and the cap.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import floor, inf

from attrs import define, evolve, field

from hmbc.compiler import seeds
from hmbc.compiler.kernel import Accumulator, Kernel, Outcome
from hmbc.compiler.laws import Question, changed
from hmbc.compiler.layer_parts import caps_of
from hmbc.compiler.refutation import Refutation, members_of
from hmbc.compiler.refute import Search
from hmbc.compiler.shared_caps import shared_caps_of
from hmbc.compiler.slices import slice_of
from hmbc.compiler.structure_bounds import bounds_of
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.witness import witness_of
from hmbc.dsl import expr as e


@define
class _Largest(Search):
    """Keeps the refutation with the largest difference, and goes on."""

    largest: dict[Question, tuple[int, Refutation]] = field(init=False, factory=dict)

    def _add(self, found: Refutation) -> None:
        size = self._size(found)
        if size > self.largest.get(found.question, (0, found))[0]:
            self.largest[found.question] = size, found
            self.directed.keep(found.unit, times=3)

    def _size(self, found: Refutation) -> int:
        setting, unit, change = found.setting, found.unit, found.change
        machine = self._machines[0][1].with_external(setting.parameters, setting.lists)
        before = machine.run(unit.claims, unit.members)
        members = members_of(unit, change, self.judge.favoured)
        after = machine.run(changed(unit.claims, change), members)
        if before is None or after is None:
            return 0
        layer = found.question.layer
        return abs(self.judge.sums(layer, after) - self.judge.sums(layer, before))


def order_effects(
    kernel: Kernel, questions: Iterable[Question], work: int, planted: Iterable[seeds.Seed] = ()
) -> dict[Question, int]:
    """By question about the order of claims: the largest difference found, in minor units."""
    search = _Largest(kernel, [one for one in questions if one.law == "order_free"])
    for setting, unit in planted:
        search.plant(setting, unit)
    search.run(work)
    found = {}
    for question, (_, refutation) in search.largest.items():
        witness = witness_of(kernel, refutation)
        if witness is not None:
            before, after = (sum(pays) for pays in witness.pays)
            found[question] = abs(after - before)
    return found


def order_bound(kernel: Kernel, layer: str | None, proved: Collection[Question]) -> int | None:
    """By how many minor units the order of two claims of one date can change what a layer, or all of
    them, pay in sum; None where it cannot be told. proved: what is known to hold."""
    bounds = []
    for outcome in kernel.outcomes:
        if layer in (None, outcome.layer) and Question("order_free", outcome.layer) not in proved:
            bounds.append(_bound_of(kernel, outcome, proved))
    known = [bound for bound in bounds if bound is not None]
    return sum(known) if len(known) == len(bounds) else None


def _in_all(kernel: Kernel, draw: str, proved: Collection[Question]) -> bool:
    """Whether what a layer draws on a shared cap is known to be within it: all draws together are, and none
    is less than nothing."""
    return any(
        Question("within_cap", None, cap.definition.name) in proved
        and all(Question("non_negative", layer) in proved for layer, _ in cap.draws)
        for cap in shared_caps_of(kernel)
        if draw in {name for _, name in cap.draws}
    )


def _bound_of(kernel: Kernel, outcome: Outcome, proved: Collection[Question]) -> int | None:
    known = bounds_of(kernel)
    if Question("non_negative", outcome.layer) not in proved:
        return None
    # No more than these can carry what one claim changed over to another: both orders are adjudicated,
    # so that grounds to reject a row decide nothing.
    read = slice_of(evolve(kernel, rejects=()), (outcome.pay,), outcomes=False).items
    scopes = [Scope(item.keys) for item in read if isinstance(item, Accumulator)]
    limits = []
    for cap in caps_of(kernel, outcome.layer):
        name = cap.definition.name
        high = known.ranges.value(cap.limit).high
        if (
            cap.total is not None
            and not cap.of_step
            and cap.scope.alone == e.FALSE
            and high < inf
            and (Question("within_cap", outcome.layer, name) in proved or _in_all(kernel, name, proved))
            and all(known.constancy.refines(scope, cap.scope) for scope in scopes)
        ):
            limits.append(floor(high))
    return min(limits, default=None)
