"""One row of a kernel of which only what is asked for is worked out.

A search for inputs asks for one expression a thousand times; the rest of the kernel need not run.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
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
        self,
        of: Interpreter,
        state: State,
        claim: Inputs,
        member: Inputs,
        like: LazyRow | None = None,
        turned: Container[str] = (),
        rekeyed: Container[str] = (),
    ) -> None:
        """like: another row of the same state, whose inputs differ only in what the definitions and
        accumulators named in `turned` read, and the keys of those in `rekeyed`; what all others are is taken
        from there."""
        self.inputs: Mapping[Owner, Inputs] = {"claim": claim, "member": member}
        self.parameters: Mapping[str, Value] = of.parameters
        self.codes = of.codes
        self.missing: Mapping[str, Exception] = {}
        self.of = of
        self._state = state
        definitions = of.prepared.definitions

        def define(name: str) -> Value:
            if like is None or name in turned:
                return definitions[name](self)  # type: ignore[no-any-return]
            return like.trace[name]

        def move(name: str) -> Movement:
            return self._movement(name) if like is None or name in turned else like.movements[name]

        def hold(name: str) -> Number:
            return self._held(name) if like is None or name in rekeyed else like.held(name)

        self.trace: Mapping[str, Value] = _OnDemand(define)
        self.movements: Mapping[str, Movement] = _OnDemand(move)
        self._totals: Mapping[str, Number] = _OnDemand(hold)

    def value(self, meaning: Meaning) -> Value:
        """What an expression of the kernel is on this row."""
        return meaning(self)  # type: ignore[no-any-return]

    def held(self, accumulator: str) -> Number:
        """The total of an accumulator when this row began."""
        return self._totals[accumulator]

    def _held(self, accumulator: str) -> Number:
        prepared = self.of.prepared
        key = self.of.key(accumulator, [part(self) for part in prepared.keys[accumulator]])
        return self._state.totals.get(accumulator, {}).get(key, 0)

    def _movement(self, accumulator: str) -> Movement:
        before = self.held(accumulator)
        added = self.of.prepared.adds[accumulator](self)
        return Movement(key=(), before=before, added=added, after=before + added)
