"""Who reads what in a kernel: the inputs that an expression reads, and what an input turns, also through others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from attrs import define, field

from hmbc.compiler.candidates import Slot
from hmbc.compiler.kernel import Kernel
from hmbc.dsl.expr import Attribute, Before, Expr, Given, InPeriods, Parameter, Ref, Total
from hmbc.dsl.reads import walk


@define
class Readers:
    """Those of one kernel, worked out as they are asked for."""

    kernel: Kernel
    _read: dict[str, tuple[Slot | str, ...]] = field(init=False)
    """Of each definition and accumulator, the inputs and others that it reads itself."""
    _readers: dict[Slot | str, list[str]] = field(init=False, factory=dict)
    """The other way round: who reads an input, a definition or an accumulator itself."""
    _inputs: dict[Expr, tuple[Slot, ...]] = field(init=False, factory=dict)
    _turned: dict[Slot, tuple[frozenset[str], frozenset[str]]] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self._read = {item.name: tuple(_read_by(item.exprs)) for item in self.kernel.items}
        for name, reads in self._read.items():
            for read in dict.fromkeys(reads):
                self._readers.setdefault(read, []).append(name)

    def inputs_of(self, expr: Expr) -> tuple[Slot, ...]:
        """The inputs that an expression may read, also through other definitions and totals; the
        nearest first."""
        if expr not in self._inputs:
            self._inputs[expr] = tuple(dict.fromkeys(self._inputs_read(expr)))
        return self._inputs[expr]

    def _inputs_read(self, expr: Expr) -> Iterator[Slot]:
        waiting = [*_read_by((expr,))]
        seen = set()
        for one in waiting:
            if not isinstance(one, str):
                yield one
            elif one not in seen:
                seen.add(one)
                waiting += self._read[one]

    def turned_by(self, slot: Slot) -> tuple[frozenset[str], frozenset[str]]:
        """The definitions and accumulators that read an input, also through others; and the accumulators
        whose keys do."""
        if slot not in self._turned:
            waiting: list[Slot | str] = [slot]
            for one in waiting:
                waiting += [name for name in self._readers.get(one, ()) if name not in waiting]
            read = {*waiting}
            rekeyed = (
                name
                for name, item in self.kernel.accumulators.items()
                if not read.isdisjoint(_read_by(item.keys))
            )
            turned = frozenset(name for name in waiting if isinstance(name, str))
            self._turned[slot] = turned, frozenset(rekeyed)
        return self._turned[slot]


def _read_by(exprs: Iterable[Expr]) -> Iterator[Slot | str]:
    """The inputs that expressions read themselves, and the names of definitions and accumulators."""
    for node in chain.from_iterable(map(walk, exprs)):
        match node:
            case Attribute(owner=owner, name=name):
                yield owner, name
            case Given(owner=owner, name=name) | InPeriods(owner=owner, name=name):
                yield owner, name
            case Parameter(name=name):
                yield "parameter", name
            case Ref(name=name) | Total(accumulator=name) | Before(accumulator=name):
                yield name
