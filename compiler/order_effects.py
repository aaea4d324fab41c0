"""How much the order of two claims of one date can change what is paid in sum: the largest found, and
what it can be at most.

A law that is refuted is shown by the smallest claims. How much is at stake shows in the largest
difference, which a search looks for on the quick machine and the interpreter confirms. Larger ones may
exist.

At most: where a layer reads no total that claims of two keys of its cap share (of two years, where the
cap is a year's), the order of two claims can only matter to what is paid under one key, and that lies
between 0 and the cap; what layers that share one are paid together lies there, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import floor, inf

from attrs import define, evolve, field

from hmbc.compiler import seeds
from hmbc.compiler.judge import changed
from hmbc.compiler.kernel import Accumulator, Kernel, Outcome
from hmbc.compiler.laws import Question
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
    moved = [
        outcome
        for outcome in kernel.outcomes
        if layer in (None, outcome.layer) and Question("order_free", outcome.layer) not in proved
    ]
    return _least([dict(_limits(kernel, outcome, proved)) for outcome in moved])


def _least(limits: Sequence[Mapping[str, int]]) -> int | None:
    """What several layers are paid in sum at most: each by the least of its limits, but those that share one,
    by its name, are together within it. None where a layer has none."""
    if not all(limits):
        return None
    bound, waiting = 0, [*limits]
    for name in dict.fromkeys(name for one in limits for name in one):
        sharing = [one for one in waiting if name in one]
        if len(sharing) > 1 and sharing[0][name] < sum(min(one.values()) for one in sharing):
            bound += sharing[0][name]
            waiting = [one for one in waiting if name not in one]
    return bound + sum(min(one.values()) for one in waiting)


def _limits(
    kernel: Kernel, outcome: Outcome, proved: Collection[Question]
) -> Iterator[tuple[str, int]]:
    """The caps within which lies what the order of two claims changes of a layer: name and limit. A cap that
    is known to hold for all that draw on it has one name for them."""
    known = bounds_of(kernel)
    if Question("non_negative", outcome.layer) not in proved:
        return
    # No more than these can carry what one claim changed over to another: both orders are adjudicated,
    # so that grounds to reject a row decide nothing.
    read = slice_of(evolve(kernel, rejects=()), (outcome.pay,), outcomes=False).items
    scopes = [Scope(item.keys) for item in read if isinstance(item, Accumulator)]
    for cap in caps_of(kernel, outcome.layer):
        name = cap.definition.name
        high = known.ranges.value(cap.limit).high
        shared = _shared_by_all(kernel, name, proved)
        if (
            cap.total is not None
            and not cap.of_step
            and cap.scope.alone == e.FALSE
            and high < inf
            and (shared or Question("within_cap", outcome.layer, name) in proved)
            and all(known.constancy.refines(scope, cap.scope) for scope in scopes)
        ):
            yield shared or name, floor(high)


def _shared_by_all(kernel: Kernel, draw: str, proved: Collection[Question]) -> str | None:
    """The name of a shared cap on which a layer draws, if all draws on it together are known to be within it,
    and none to be less than nothing."""
    for cap in shared_caps_of(kernel):
        if (
            draw in {name for _, name in cap.draws}
            and Question("within_cap", None, cap.definition.name) in proved
            and all(Question("non_negative", layer) in proved for layer, _ in cap.draws)
        ):
            return cap.definition.name
    return None
