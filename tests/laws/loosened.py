"""What a loosened rule may call proved, and must not: of schemes made for one condition of a rule each, and of
small random ones (tools/loosen_rules.py).
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import small_histories
import small_proofs
import tiny_schemes
import tiny_wider
from attrs import define, field
from test_small_laws_that_nearly_hold import BROKEN, PLAIN, kernel_of

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question, questions_of
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.quick import Machine
from hmbc.dsl.source import Source

ORDER = ("noticed", "more", "fewer", "fails", "nothing")


@define(eq=False)
class Case:
    """A kernel with laws that histories break. worth: how much it is worth to be tried early."""

    kernel: Kernel
    broken: frozenset[Question]
    worth: int
    proved: frozenset[Question] = field(init=False, default=frozenset())
    _plain: dict[str, Kernel] = field(init=False, factory=dict)
    _paid: list[tuple[small_histories.World, Any, tuple[int, ...]]] = field(
        init=False, factory=list
    )

    def begin(self) -> None:
        """What the rules say as they are, and what a few histories are paid."""
        self.proved, self._plain = (
            frozenset(small_proofs.proved(self.kernel)),
            small_proofs.said_otherwise(self.kernel),
        )
        hunt = small_histories.Hunt(self.kernel, [next(iter(questions_of(self.kernel)))], Random(3))
        for letters in (9, 16, 24, 24):
            hunt.run(100, letters)
            self._paid += [
                (hunt.world, letters, paid) for letters, paid in hunt._sums.items() if letters
            ]

    def told(self) -> str:
        """What is otherwise now."""
        proved = frozenset(small_proofs.proved(self.fresh()))
        if proved & self.broken or self._is_paid_otherwise():
            return "noticed"
        return "more" if proved - self.proved else "fewer" if self.proved - proved else "nothing"

    def fresh(self) -> Kernel:
        """The kernel as another object, of which nothing is remembered."""
        return Kernel(
            **{one.name: getattr(self.kernel, one.name) for one in self.kernel.__attrs_attrs__}
        )

    def _is_paid_otherwise(self) -> bool:
        plain = small_proofs.said_otherwise(self.fresh())
        for kernel in (one for name, one in plain.items() if one != self._plain[name]):
            machines: dict[int, Machine] = {}
            for world, letters, paid in self._paid:
                setting, unit = world.setting, world.unit(letters)
                if id(world) not in machines:
                    machines[id(world)] = Machine(kernel, setting.parameters, setting.lists)
                rows = machines[id(world)].run(unit.claims, unit.members)
                if rows and tuple(map(sum, zip(*(row.pays for row in rows), strict=True))) != paid:
                    return True
        return False


def cases(schemes: int) -> Iterator[Case]:
    """Those made for it, then random ones."""
    for law, layer, subject, body in BROKEN:
        yield Case(kernel_of(body), frozenset({Question(law, layer, subject)}), 100)  # type: ignore[arg-type]
    for body in PLAIN:
        yield Case(kernel_of(body), frozenset(), 100)
    for draw in (tiny_schemes.draw, tiny_wider.draw):
        for seed in range(schemes):
            kernel = compile_source(Source("small.hmb", draw(seed))).kernel
            if kernel is not None:
                left = set(questions_of(kernel)) - set(small_proofs.proved(kernel))
                hunt = small_histories.Hunt(
                    kernel, [one for one in left if one.law != "no_overflow"], Random(seed)
                )
                for number in range(3):
                    hunt.run(900, 16 if number % 2 else 9, 10)
                yield Case(kernel, frozenset(hunt.found), len(hunt.found))


def told(found: Sequence[Case], seconds: int) -> str:
    """The first of ORDER that any case tells; unreached where there is none."""
    results = set()
    for case in found:
        signal.alarm(seconds)
        try:
            results.add(case.told())
        except Exception:
            results.add("fails")
        finally:
            signal.alarm(0)
        if "noticed" in results or results == {"fails"} and case is found[min(3, len(found) - 1)]:
            break
    return next((one for one in ORDER if one in results), "unreached")


def too_long(*_: object) -> None:
    raise TimeoutError
