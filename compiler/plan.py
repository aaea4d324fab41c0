"""kernel -> the runtime's Plan: the layout of inputs, state, results that an evaluator keeps to."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from attrs import frozen

from hmbc.compiler.code_groups import code_groups
from hmbc.compiler.deadlines import deadline_plans
from hmbc.compiler.denominators import denominators_of
from hmbc.compiler.expressions import expressions
from hmbc.compiler.kernel import Accumulator, Input, Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.ranges import ranges_of
from hmbc.compiler.state_hash import state_hash
from hmbc.compiler.types_of import Names, names_of, type_of
from hmbc.dsl.expr import Attribute, Compare, Const, Expr, InList
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Bool, Code, Date, Days, Enum, Int, Money, Periods, Ratio, Type
from hmbc.runtime import plan as runtime

GENERATION = 5
"""Raised when the same kernel gets another evaluator."""


@frozen
class Listed:
    """A code attribute that a row looks up in a list."""

    owner: str
    attribute: str
    list_name: str


def kernel_hash(kernel: Kernel) -> str:
    """What tells one kernel from another: everything in it but the places in the source."""
    return sha256(f"{GENERATION} {kernel!r}".encode()).hexdigest()


def literal_list(code: str) -> str:
    """The name of the list that holds just this code, as no author can write it. Codes have the ids
    that the host gives them, so a comparison with a literal is a look-up like any other."""
    return f"={code}"


def look_up(expr: Expr) -> Listed | None:
    """The look-up that a node is: in a list, or a comparison with a literal code."""
    match expr:
        case InList(code=Attribute(owner=owner, name=name), list_name=list_name):
            return Listed(owner, name, list_name)
        case (
            Compare(left=Attribute(owner=owner, name=name), right=Const(value=str() as code))
            | Compare(left=Const(value=str() as code), right=Attribute(owner=owner, name=name))
        ):
            sides = (expr.left, expr.right)
            literal = any(isinstance(s, Const) and isinstance(s.type, Code) for s in sides)
            return Listed(owner, name, literal_list(code)) if literal and code else None
        case _:
            return None


def look_ups(kernel: Kernel) -> tuple[Listed, ...]:
    """Every look-up once, in the order of evaluation: an evaluator's `listed[k]`."""
    found = (look_up(node) for expr in expressions(kernel) for node in walk(expr))
    return tuple(dict.fromkeys(entry for entry in found if entry is not None))


def plan_of(kernel: Kernel) -> runtime.Plan:
    """The plan of a kernel whose ceilings are chosen. Raises KernelError if one is 0."""
    names = names_of(kernel)
    listed = look_ups(kernel)
    declared = {entry.name for entry in kernel.lists}
    literal = [entry.list_name for entry in listed if entry.list_name not in declared]
    accumulators, words = _accumulators(kernel, names)
    return runtime.Plan(
        format=runtime.FORMAT,
        scheme=kernel.name,
        title=kernel.title,
        kernel_hash=kernel_hash(kernel),
        state_hash=state_hash(kernel),
        language=kernel.language,
        currency=kernel.currency,
        minor_digits=kernel.minor_digits,
        date=kernel.date,
        unit=kernel.unit,
        claim=_attributes(kernel, "claim"),
        member=_attributes(kernel, "member"),
        parameters=tuple(
            runtime.ParameterPlan(
                name=parameter.name,
                label=parameter.label,
                kind=_kind(parameter.type),
                low=parameter.low,
                high=parameter.high,
            )
            for parameter in kernel.parameters
        ),
        lists=(
            *(runtime.ListPlan(name=entry.name, codes=entry.codes) for entry in kernel.lists),
            *(runtime.ListPlan(name=one, codes=(one[1:],)) for one in dict.fromkeys(literal)),
        ),
        listed=tuple(
            runtime.ListedPlan(
                owner=entry.owner, attribute=entry.attribute, list_name=entry.list_name
            )
            for entry in listed
        ),
        layers=tuple(outcome.layer for outcome in kernel.outcomes),
        layer_labels=tuple(outcome.label for outcome in kernel.outcomes),
        reasons=tuple(reason.code for reason in kernel.reasons),
        reason_labels=tuple(reason.label for reason in kernel.reasons),
        reason_ranks=tuple(reason.rank for reason in kernel.reasons),
        accumulators=accumulators,
        state_words=words,
        rejects=tuple(
            runtime.RejectPlan(name=reject.name, zh=reject.zh, en=reject.en)
            for reject in kernel.rejects
        ),
        deadlines=deadline_plans(kernel),
    )


def _attributes(kernel: Kernel, owner: str) -> tuple[runtime.AttributePlan, ...]:
    plans: list[runtime.AttributePlan] = []
    groups, periods = code_groups(kernel), 0
    for given in kernel.inputs:
        if given.owner == owner:
            is_periods = isinstance(given.type, Periods)
            plans.append(_attribute(given, periods if is_periods else None, groups))
            periods += is_periods
    return tuple(plans)


def _attribute(
    given: Input, periods_index: int | None, groups: Mapping[tuple[str, str], int]
) -> runtime.AttributePlan:
    values = given.type.values if isinstance(given.type, Enum) else ()
    return runtime.AttributePlan(
        name=given.name,
        label=given.label,
        kind="code" if isinstance(given.type, Code) else _kind(given.type),
        optional=given.optional,
        low=given.low,
        high=given.high,
        values=values,
        value_labels=given.value_labels or (None,) * len(values),
        periods_index=periods_index,
        varies=given.varies,
        code_group=groups.get((given.owner, given.name)),
    )


def _accumulators(kernel: Kernel, names: Names) -> tuple[tuple[runtime.AccumulatorPlan, ...], int]:
    """The plans, and how many state words they take."""
    denominators = denominators_of(kernel).accumulators
    falling = ranges_of(kernel).signed
    plans: list[runtime.AccumulatorPlan] = []
    words = 0
    for item in kernel.items:
        if not isinstance(item, Accumulator):
            continue
        if item.ceiling < 1:
            raise KernelError(f"{item.name} has no ceiling")
        plans.append(
            runtime.AccumulatorPlan(
                name=item.name,
                key_kinds=tuple(_kind(type_of(key, names)) for key in item.keys),
                keyed=not item.sequential,
                word=words if item.sequential else None,
                bound=None if item.sequential else item.bound,
                denominator=denominators[item.name],
                ceiling=item.ceiling,
                falls=item.name in falling,
            )
        )
        words += len(item.keys) + 1 if item.sequential else 0
    return tuple(plans), words


def _kind(kind: Type) -> str:
    match kind:
        case Money():
            return "money"
        case Ratio():
            return "ratio"
        case Int() | Days():
            return "int"
        case Bool():
            return "bool"
        case Date():
            return "date"
        case Enum():
            return "enum"
        case Periods():
            return "periods"
        case Code(name=name):
            return f"code:{name}"
        case _:
            raise KernelError(f"{kind} is no type of data")
