"""The claims of a refutation, run again on the interpreter: what it does not confirm is dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from hmbc.compiler.denominators import Denominators, denominators_of
from hmbc.compiler.interpret import Interpreter, State, Step
from hmbc.compiler.judge import Judge, changed
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.refutation import Refutation, is_one_unit, members_of
from hmbc.compiler.tried_units import Setting
from hmbc.dsl.types import Ratio
from hmbc.runtime.ratio import RATIO_DENOMINATOR


@frozen
class ConfirmedRow:
    """A row of the interpreter, as a judge reads it."""

    machine: _Sizes
    step: Step
    claim: Mapping[str, Any]
    member: Mapping[str, Any]

    @property
    def pays(self) -> tuple[int, ...]:
        return tuple(self.step.pays.values())

    def value(self, name: str) -> Any:
        value = self.step.trace[name]
        if isinstance(value, str | bool):
            return value
        return int(value * self.machine.denominators.definitions[name])

    def key(self, name: str) -> Any:
        return self.step.movements[name].key


@frozen
class _Sizes:
    denominators: Denominators


@frozen
class Runs:
    """The rows of both runs; of a law of one run, none after."""

    before: list[ConfirmedRow]
    after: list[ConfirmedRow] = field(factory=list)


def confirmed(judge: Judge, found: Refutation) -> Runs | None:
    """Both runs, if its claims can be one unit's and the judge finds its law broken by them on the interpreter, too.
    Raises Missing."""
    kernel = judge.full
    if not is_one_unit(kernel, found.unit):
        return None
    before = interpreted(kernel, found, found.unit.claims, found.unit.members)
    if before is None:
        return None
    if found.change.kind == "none":
        return Runs(before) if any(judge.denied(before)) else None  # type: ignore[arg-type]
    claims, members = changed(found.unit.claims, found.change), members_of(found.unit, found.change, judge.favoured)
    after = interpreted(kernel, found, claims, members)
    if after is None or not any(judge.denied_by(found.change, before, after)):  # type: ignore[arg-type]
        return None
    return Runs(before, after)


def interpreted(
    kernel: Kernel,
    found: Refutation,
    claims: Sequence[Mapping[str, Any]],
    members: Sequence[Mapping[str, Any]],
) -> list[ConfirmedRow] | None:
    """The rows of a unit, with what was external in the refutation; None where one is rejected."""
    sizes = _Sizes(denominators_of(kernel))
    values, bills, people = in_the_interpreters_values(kernel, found.setting, claims, members)
    interpreter = Interpreter(kernel, values, found.setting.lists)
    rows: list[ConfirmedRow] = []
    state = State()
    for claim, bill, member in zip(claims, bills, people, strict=True):
        step = interpreter.step(state, bill, member)
        if step.status != "ok":
            return None
        state = step.state
        rows.append(ConfirmedRow(sizes, step, claim, member))
    return rows


def in_the_interpreters_values(
    kernel: Kernel,
    setting: Setting,
    claims: Sequence[Mapping[str, Any]],
    members: Sequence[Mapping[str, Any]],
) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """Parameters, claims and members with their ratios as fractions."""
    ratios = {(str(i.owner), i.name) for i in kernel.inputs if isinstance(i.type, Ratio)}
    ratios |= {("parameter", one.name) for one in kernel.parameters if isinstance(one.type, Ratio)}

    def plain(owner: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: Fraction(value, RATIO_DENOMINATOR) if (owner, name) in ratios else value
            for name, value in inputs.items()
        }

    return (
        plain("parameter", setting.parameters),
        [plain("claim", claim) for claim in claims],
        [plain("member", member) for member in members],
    )
