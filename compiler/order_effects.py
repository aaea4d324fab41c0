"""How much the order of two claims of one date can change what is paid in sum: the largest found.

A law that is refuted is shown by the smallest claims. How much is at stake shows in the largest
difference, which a search looks for on the quick machine and the interpreter confirms. Larger ones may
exist.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, field

from hmbc.compiler import seeds
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question, changed
from hmbc.compiler.refute import Refutation, Search, members_of
from hmbc.compiler.witness import witness_of


@define
class _Largest(Search):
    """Keeps the refutation with the largest difference, and goes on."""

    largest: dict[Question, tuple[int, Refutation]] = field(init=False, factory=dict)

    def _add(self, found: Refutation) -> None:
        size = self._size(found)
        if size > self.largest.get(found.question, (0, found))[0]:
            self.largest[found.question] = size, found
            self._directed.keep(found.unit, times=3)

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
