"""Deadlines of a kernel for the plan: their conditions as programs for a stack."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from hmbc.compiler.kernel import Deadline, Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.dsl.expr import And, Attribute, Compare, Const, Expr, Given, Not, Or
from hmbc.dsl.types import Enum, Ratio
from hmbc.runtime.plan import DeadlinePlan
from hmbc.runtime.ratio import RATIO_DENOMINATOR


def deadline_plans(kernel: Kernel) -> tuple[DeadlinePlan, ...]:
    """The plans of all deadlines."""
    places = {
        given.name: place
        for place, given in enumerate(x for x in kernel.inputs if x.owner == "claim")
    }
    return tuple(_plan(due, places) for due in kernel.deadlines)


def _plan(due: Deadline, places: dict[str, int]) -> DeadlinePlan:
    return DeadlinePlan(
        name=due.name,
        label=due.label,
        days=due.days,
        calendar=due.calendar,
        start=places[due.start],
        when=tuple(_program(due.when, places)),
        cites=due.clause.cites,
    )


def _program(expr: Expr, places: dict[str, int]) -> Iterator[str]:
    match expr:
        case Attribute(owner="claim", name=name):
            yield f"@{places[name]}"
        case Given(owner="claim", name=name):
            yield f"?{places[name]}"
        case Const():
            yield f"#{_word(expr)}"
        case Not(of=of):
            yield from _program(of, places)
            yield "not"
        case And(left=left, right=right) | Or(left=left, right=right):
            yield from _program(left, places)
            yield from _program(right, places)
            yield "and" if isinstance(expr, And) else "or"
        case Compare(op=op, left=left, right=right):
            yield from _program(left, places)
            yield from _program(right, places)
            yield op
        case _:
            raise KernelError(f"the condition of a deadline reads {expr}")


def _word(const: Const) -> int:
    """A literal as a word of evaluator.h."""
    if isinstance(const.type, Enum):
        return const.type.values.index(str(const.value))
    if isinstance(const.value, str):
        raise KernelError(f"the condition of a deadline reads the code {const.value}")
    value = Fraction(const.value) * (RATIO_DENOMINATOR if isinstance(const.type, Ratio) else 1)
    if value.denominator != 1:
        raise KernelError(f"the condition of a deadline compares with {value}")
    return int(value)
