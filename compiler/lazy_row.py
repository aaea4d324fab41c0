"""One row of a kernel of which only what is asked for is worked out.

A search for inputs asks for one expression a thousand times; the rest of the kernel need not run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from hmbc.compiler.interpret import Interpreter, Movement, State
from hmbc.compiler.meaning import Inputs, Meaning, Number, Value
from hmbc.dsl.expr import Owner

Made = TypeVar("Made")


class _OnDemand(dict[str, Made]):
    def __init__(self, make: Callable[[str], Made]) -> None:
        self._make = make

    def __missing__(self, name: str) -> Made:
        self[name] = made = self._make(name)
        return made


class LazyRow:
    """See meaning.Row. A value that the inputs lack raises Missing where it is read."""

    def __init__(
        self, of: Interpreter, state: State, claim: Inputs, member: Inputs
    ) -> None:
        self.inputs: Mapping[Owner, Inputs] = {"claim": claim, "member": member}
        self.parameters: Mapping[str, Value] = of.parameters
        self.codes = of.codes
        self.missing: Mapping[str, Exception] = {}
        definitions = of.prepared.definitions
        self.trace: Mapping[str, Value] = _OnDemand(lambda name: definitions[name](self))
        self.movements: Mapping[str, Movement] = _OnDemand(self._movement)
        self._of = of
        self._state = state

    def value(self, meaning: Meaning) -> Value:
        """What an expression of the kernel is on this row."""
        return meaning(self)  # type: ignore[no-any-return]

    def held(self, accumulator: str) -> Number:
        """The total of an accumulator when this row began."""
        prepared = self._of.prepared
        key = self._of.key(accumulator, [part(self) for part in prepared.keys[accumulator]])
        return self._state.totals.get(accumulator, {}).get(key, 0)

    def _movement(self, accumulator: str) -> Movement:
        before = self.held(accumulator)
        added = self._of.prepared.adds[accumulator](self)
        return Movement(key=(), before=before, added=added, after=before + added)
