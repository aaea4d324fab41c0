"""Units for a search to begin with: a scheme's worked examples, what a solver finds for layers that
nothing else made pay, and claims of which it finds that a statement is not so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from attrs import evolve

from hmbc.compiler.kernel import Definition, Input, Kernel, Stated
from hmbc.compiler.run_examples import defaults, member_of, unit_of
from hmbc.compiler.slices import slice_of
from hmbc.compiler.tried_units import Setting, Unit
from hmbc.dsl.scheme import CheckedScheme
from hmbc.dsl.types import Date, Days, Enum, Int, Money, Ratio
from hmbc.runtime.ratio import RATIO_DENOMINATOR

Seed = tuple[Setting, Unit]
Wanted = Callable[[Any], Any]
"""What is to hold of a row of the encoding, as a term of z3."""

MOST_CLAIMS = 40
"""Of an example the last: what breaks a law may need what came before."""


def of_examples(kernel: Kernel, scheme: CheckedScheme) -> Iterator[Seed]:
    """The worked examples of a scheme that give everything that is external, unit by unit."""
    kinds = Kinds(kernel)
    names = {given.name for given in kernel.parameters}
    for example in scheme.examples:
        if names - example.parameters.keys() or not example.claims:
            continue
        setting = Setting(
            kinds.plain("parameter", {name: example.parameters[name] for name in names}),
            {
                listed.name: tuple(example.lists.get(listed.name, ()))
                for listed in kernel.lists
                if listed.codes is None
            },
        )
        people = [member_of(one.member, one.who, kernel) for one in example.claims]
        units = [
            unit_of(one.member, person, kernel)
            for one, person in zip(example.claims, people, strict=True)
        ]
        for unit in dict.fromkeys(units):
            own = [place for place, one in enumerate(units) if one == unit][-MOST_CLAIMS:]
            yield setting, Unit(
                tuple(
                    kinds.plain("claim", {**defaults("claim", kernel), **example.claims[at].values})
                    for at in own
                ),
                tuple(kinds.plain("member", people[at]) for at in own),
            )


def of_solver(kernel: Kernel, layers: Iterable[str], resources: int) -> Iterator[Seed]:
    """For each of these layers a claim that it pays, if z3 finds one with these resources."""
    yield from _first_claims(kernel, [partial(_is_paid, layer) for layer in layers], resources)


def against(kernel: Kernel, statements: Iterable[Stated], resources: int) -> Iterator[Seed]:
    """For each of these statements a first claim of which it is not so, if z3 finds one."""
    for one in statements:
        probe = Definition(name=one.name, expr=one.holds, role="probe")
        probed = slice_of(evolve(kernel, items=(*kernel.items, probe)), [probe.name], outcomes=False)
        yield from _first_claims(probed, [partial(_is_broken, one.name)], resources)


def _is_paid(layer: str, row: Any) -> Any:
    return row.pays[layer] > 0


def _is_broken(name: str, row: Any) -> Any:
    import z3

    return z3.Not(row.definitions[name])


def _first_claims(kernel: Kernel, wanted: Iterable[Wanted], resources: int) -> Iterator[Seed]:
    import z3

    from hmbc.compiler.smt import Encoding
    from hmbc.compiler.smt_model import inputs_of

    kinds = Kinds(kernel)
    for condition in wanted:
        encoding = Encoding(kernel)
        member, claim = encoding.member("m"), encoding.claim("c")
        (row,) = encoding.history([claim], member)
        solver = z3.Solver()
        solver.set("rlimit", resources)
        solver.add(*encoding.facts, *encoding.exact, row.ok, condition(row))
        if solver.check() != z3.sat:
            continue
        found = inputs_of(encoding, solver.model(), [claim], [member])
        yield (
            Setting(kinds.plain("parameter", found.parameters), dict(found.lists)),
            Unit(
                tuple(kinds.plain("claim", one) for one in found.claims),
                tuple(kinds.plain("member", one) for one in found.members),
            ),
        )


def _some(given: Input) -> Any:
    """A value for what an example leaves out because nothing that it shows reads it: a search changes
    the rest, and the interpreter wants a value."""
    match given.type:
        case Enum(values=values):
            return values[0]
        case Money() | Ratio() | Int() | Days() | Date():
            return max(given.low or 0, 0)
        case _:
            return None


class Kinds:
    """Values of examples and of the interpreter as a machine takes them."""

    def __init__(self, kernel: Kernel) -> None:
        self.ratios = {
            (given.owner, given.name) for given in kernel.inputs if isinstance(given.type, Ratio)
        } | {("parameter", one.name) for one in kernel.parameters if isinstance(one.type, Ratio)}
        self.read: set[tuple[str, str]] = {(given.owner, given.name) for given in kernel.inputs}
        self.read |= {("parameter", one.name) for one in kernel.parameters}
        self.needed: dict[str, dict[str, Any]] = {"claim": {}, "member": {}}
        for given in kernel.inputs:
            if not given.optional and (some := _some(given)) is not None:
                self.needed[given.owner][given.name] = some

    def plain(self, owner: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Ratios in millionths, amounts as whole minor units."""
        found = {
            name: int(value * RATIO_DENOMINATOR)
            if (owner, name) in self.ratios
            else int(value)
            if isinstance(value, Fraction)
            else value
            for name, value in values.items()
            if value is not None and (owner, name) in self.read
        }
        return {**self.needed.get(owner, {}), **found}
