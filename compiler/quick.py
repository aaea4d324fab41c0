"""The kernel as a Python function over whole numerators: the interpreter's results at some hundreds
times its speed.

For searching only. Whatever is found is run again on compiler/interpret.py before anybody sees it,
so nothing depends on this file being right; tests hold the two against each other all the same.
An absent value reads as 0 or no code, which a kernel never lets decide anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import define, field

from hmbc.compiler.denominators import Denominators
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.quick_code import State, Stepper, stepper_of

Values = Mapping[str, Any]
"""Attributes by name: whole numbers (ratios in millionths), truth, text; absent ones left out."""


@define
class Row:
    """What became of a row, by the machine's numbering of definitions and accumulators: values and
    totals in numerators."""

    machine: Machine
    claim: Values
    member: Values
    pays: tuple[int, ...]
    definitions: tuple[Any, ...]
    keys: tuple[tuple[Any, ...], ...]
    before: tuple[int, ...]
    added: tuple[int, ...]

    def value(self, name: str) -> Any:
        """A definition's value, amounts in numerators."""
        return self.definitions[self.machine.stepper.definitions[name]]

    def key(self, name: str) -> tuple[Any, ...]:
        """The key of an accumulator."""
        return self.keys[self.machine.stepper.accumulators[name]]


@define
class Machine:
    """One kernel with its parameters and lists, ready to run rows. stepper: the kernel's function, where
    it is known from another machine of the same kernel."""

    kernel: Kernel
    parameters: Values = field(factory=dict)
    lists: Mapping[str, Iterable[str]] = field(factory=dict)
    stepper: Stepper = None  # type: ignore[assignment]
    _external: tuple[Any, ...] = field(init=False)
    _codes: tuple[frozenset[str], ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        if self.stepper is None:
            self.stepper = stepper_of(self.kernel)
        self._external = tuple(self.parameters[one.name] for one in self.kernel.parameters)
        self._codes = tuple(
            frozenset(entry.codes if entry.codes is not None else self.lists.get(entry.name, ()))
            for entry in self.kernel.lists
        )

    def with_external(self, parameters: Values, lists: Mapping[str, Iterable[str]]) -> Machine:
        """The same kernel with other parameters and lists."""
        return Machine(self.kernel, parameters, lists, self.stepper)

    @property
    def denominators(self) -> Denominators:
        """What numerators stand over."""
        return self.stepper.denominators

    def run(
        self, rows: Sequence[Values], members: Sequence[Values], known: Sequence[Row] = ()
    ) -> list[Row] | None:
        """The rows of one unit from its beginning, in date order; None if one is refused. known: what
        became of the first of them in another run that begins with the same."""
        state: State = tuple([{} for _ in self.stepper.accumulators])
        for row in known:
            for totals, key, before, added in zip(
                state, row.keys, row.before, row.added, strict=True
            ):
                if added:
                    totals[key] = before + added
        found = [*known]
        step, external, codes = self.stepper.step, self._external, self._codes
        for place in range(len(known), len(rows)):
            claim, member = rows[place], members[place]
            made = step(state, claim, member, external, codes)
            if made is None:
                return None
            found.append(Row(self, claim, member, *made))
        return found
