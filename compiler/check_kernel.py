"""Whether a kernel keeps its own rules. Tests and the pipeline run it after each kernel pass."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from attrs import define, field

from hmbc.compiler.denominators import denominators_of
from hmbc.compiler.expressions import expressions
from hmbc.compiler.kernel import Accumulator, Definition, Input, Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.types_of import KEYS, NUMBERS, Names, names_of, type_of
from hmbc.dsl.check_scopes import MOST_PARTS
from hmbc.dsl.expr import (
    TRUE,
    And,
    Attribute,
    Before,
    Choose,
    Compare,
    Const,
    DateIn,
    Expr,
    Given,
    Increase,
    InPeriods,
    Not,
    Or,
    Ref,
    Round,
    Total,
    YearOf,
    parts_of,
)
from hmbc.dsl.reads import reads_totals, walk
from hmbc.dsl.types import (
    Bool,
    Code,
    Date,
    Days,
    Enum,
    Int,
    Money,
    Periods,
    Ratio,
    Type,
)

MOST_REJECTS = 200
MOST_REASONS = 30_000
DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def check_kernel(kernel: Kernel) -> None:
    """Raise KernelError if the kernel breaks a rule that the passes after lowering rely on."""
    _inputs(kernel)
    _unique("item", [item.name for item in kernel.items])
    names = names_of(kernel)
    for expr in expressions(kernel):
        type_of(expr, names)
        for node in walk(expr):
            _node(node)
    _rejects(kernel, names)
    _order(kernel)
    _accumulators(kernel, names)
    _outcomes(kernel, names)
    _guards(kernel)
    _deadlines(kernel, names)


def _unique(what: str, names: Iterable[object]) -> None:
    seen = set()
    for name in names:
        if name in seen:
            raise KernelError(f"two {what}s are called {name}")
        seen.add(name)


def _inputs(kernel: Kernel) -> None:
    _unique("input", [(i.owner, i.name) for i in kernel.inputs])
    _unique("parameter", [p.name for p in kernel.parameters])
    _unique("list", [entry.name for entry in kernel.lists])
    for given in kernel.inputs:
        _domain(given.name, given.type, given.low, given.high)
        if not isinstance(given.type, (*NUMBERS, Date, Bool, Enum, Code, Periods)):
            raise KernelError(f"input {given.name} is {given.type}")
        if given.value_labels and not (
            isinstance(given.type, Enum) and len(given.value_labels) == len(given.type.values)
        ):
            raise KernelError(f"value labels of {given.name} don't match its values")
    for parameter in kernel.parameters:
        _domain(parameter.name, parameter.type, parameter.low, parameter.high)
        if not isinstance(parameter.type, (*NUMBERS, Date, Bool)):
            raise KernelError(f"parameter {parameter.name} is {parameter.type}")
    deciding = [i for i in kernel.inputs if (i.owner, i.name) == ("claim", kernel.date)]
    if not deciding or deciding[0].type != Date() or deciding[0].optional:
        raise KernelError(f"claim.{kernel.date} is no date that is always there")
    units = [i for i in kernel.inputs if (i.owner, i.name) == ("member", kernel.unit)]
    if kernel.unit is not None and not (units and isinstance(units[0].type, Code)):
        raise KernelError(f"the unit member.{kernel.unit} is no code")
    if varying := [i.name for i in kernel.inputs if i.varies and i.owner != "member"]:
        raise KernelError(f"claim.{varying[0]} varies")


def _deadlines(kernel: Kernel, names: Names) -> None:
    _unique("deadline", [due.name for due in kernel.deadlines])
    claim = {given.name: given for given in kernel.inputs if given.owner == "claim"}
    for due in kernel.deadlines:
        if due.start not in claim or claim[due.start].type != Date():
            raise KernelError(f"deadline {due.name} starts from {due.start}, which is no date")
        if type_of(due.when, names) != Bool():
            raise KernelError(f"the condition of deadline {due.name} is no condition")


def _domain(name: str, kind: Type, low: int | None, high: int | None) -> None:
    if not isinstance(kind, (Money, Ratio, Int, Days, Date)):
        return
    if low is None or high is None or low > high:
        raise KernelError(f"{name} needs a domain, has {low} .. {high}")


def _node(node: Expr) -> None:
    match node:
        case Round(step=step) if step < 1:
            raise KernelError(f"rounding to {step}")
        case YearOf(month=month, day=day) | DateIn(month=month, day=day):
            if not (1 <= month <= 12 and 1 <= day <= DAYS_OF_MONTH[month - 1]):
                raise KernelError(f"day {day} of month {month}")
        case Compare(left=left, right=right):
            if _is_code(left) and not isinstance(right, Attribute):
                raise KernelError("a literal code is compared with an attribute only")
            if _is_code(right) and not isinstance(left, Attribute):
                raise KernelError("a literal code is compared with an attribute only")
        case _:
            if any(_is_code(child) for child in parts_of(node)):
                raise KernelError(f"a literal code in {type(node).__name__}")


def _is_code(expr: Expr) -> bool:
    return isinstance(expr, Const) and isinstance(expr.type, Code) and expr.value != ""


def _boolean(expr: Expr, names: Names) -> None:
    if type_of(expr, names) != Bool():
        raise KernelError(f"a condition is {type_of(expr, names)}")


def _rejects(kernel: Kernel, names: Names) -> None:
    _unique("reject", [reject.name for reject in kernel.rejects])
    if len(kernel.rejects) > MOST_REJECTS:
        raise KernelError(f"more than {MOST_REJECTS} rejects")
    accumulators = kernel.accumulators
    for reject in kernel.rejects:
        _boolean(reject.when, names)
        read = [*walk(reject.when)]
        for node in read[:]:
            if isinstance(node, Before):  # its keys are worked out before anything else is
                read += [part for key in accumulators[node.accumulator].keys for part in walk(key)]
        if any(isinstance(node, Ref | Total | Increase) for node in read):
            raise KernelError(f"reject {reject.name} reads what the row itself works out")


@define
class _Reader:
    """What may be read at one point of the row."""

    accumulators: dict[str, Accumulator]
    definitions: set[str] = field(factory=set)
    totals: set[str] = field(factory=set)
    of_totals: set[str] = field(factory=set)
    """Definitions whose value depends on a total of this row."""

    def read(self, expr: Expr, increase: bool = False, keys_of: tuple[str, ...] = ()) -> None:
        match expr:
            case Ref(name=name):
                if name not in self.definitions:
                    raise KernelError(f"{name} is read before it is defined")
            case Total(accumulator=name):
                if name not in self.totals:
                    raise KernelError(f"total {name} is read before its accumulator")
            case Before(accumulator=name):
                if name in keys_of:
                    raise KernelError(f"the key of {name} depends on itself")
                for key in self.accumulators[name].keys:
                    self.read(key, keys_of=(*keys_of, name))
            case Increase(of=of):
                if increase:
                    raise KernelError("increase of an increase")
                if not reads_totals(of) and self.depends_on_totals(of):
                    raise KernelError("increase of what depends on a total, but reads none")
                self.read(of, increase=True, keys_of=keys_of)
            case _:
                for child in parts_of(expr):
                    self.read(child, increase, keys_of)

    def depends_on_totals(self, expr: Expr) -> bool:
        return any(
            isinstance(node, Total) or (isinstance(node, Ref) and node.name in self.of_totals)
            for node in walk(expr)
        )


def _order(kernel: Kernel) -> None:
    reader = _Reader(kernel.accumulators)
    for item in kernel.items:
        match item:
            case Definition():
                reader.read(item.expr)
                if reader.depends_on_totals(item.expr):
                    reader.of_totals.add(item.name)
                reader.definitions.add(item.name)
            case Accumulator():
                reader.read(Before(item.name))
                reader.read(item.adds)
                reader.totals.add(item.name)
            case _:
                assert_never(item)
    for outcome in kernel.outcomes:
        for _, when in outcome.reasons:
            reader.read(when)


def _accumulators(kernel: Kernel, names: Names) -> None:
    for item in kernel.items:
        if not isinstance(item, Accumulator):
            continue
        if len(item.keys) > MOST_PARTS:
            raise KernelError(f"{item.name} has more than {MOST_PARTS} key parts")
        if not isinstance(names.accumulators[item.name], NUMBERS):
            raise KernelError(f"{item.name} adds {names.accumulators[item.name]}")
        if item.ceiling < 0 or item.bound < 1:
            raise KernelError(f"{item.name} has ceiling {item.ceiling}, bound {item.bound}")
        if not item.sequential and not item.keys:
            raise KernelError(f"{item.name} is keyed without a key")
        for key in item.keys:
            kind = type_of(key, names)
            if not isinstance(kind, (Int, Days, Date) if item.sequential else KEYS):
                raise KernelError(f"a key of {item.name} is {kind}")
            if _is_code(key) or kind == Code(""):
                raise KernelError(f"a key of {item.name} is a literal code")


def _outcomes(kernel: Kernel, names: Names) -> None:
    _unique("layer", [outcome.layer for outcome in kernel.outcomes])
    _unique("reason", [reason.code for reason in kernel.reasons])
    if len(kernel.reasons) > MOST_REASONS:
        raise KernelError(f"more than {MOST_REASONS} reasons")
    codes = {reason.code for reason in kernel.reasons}
    exact = denominators_of(kernel)
    for outcome in kernel.outcomes:
        if names.definitions.get(outcome.pay) != Money():
            raise KernelError(f"layer {outcome.layer} pays {outcome.pay}, which is no money")
        if exact.definitions[outcome.pay] != 1:
            raise KernelError(f"layer {outcome.layer} pays parts of a minor unit")
        if not outcome.reasons or outcome.reasons[-1][1] != TRUE:
            raise KernelError(f"the last reason of layer {outcome.layer} does not always hold")
        for code, when in outcome.reasons:
            _boolean(when, names)
            if code not in codes:
                raise KernelError(f"no reason {code}")


_Facts = frozenset[tuple[str, str]]


@define
class _Guard:
    """Checks that an optional attribute is read only where it is known to be given."""

    optional: _Facts
    definitions: dict[str, Expr]
    known: dict[tuple[str, bool], _Facts] = field(factory=dict)
    """The facts of definitions, once they have been asked for."""

    def check(self, expr: Expr, given: _Facts) -> None:
        match expr:
            case Attribute(owner=owner, name=name):
                self._read(owner, name, given)
            case InPeriods(date=date, owner=owner, name=name):
                self.check(date, given)
                self._read(owner, name, given)
            case And(left=left, right=right):
                self.check(left, given)
                self.check(right, given | self.facts(left, True))
            case Or(left=left, right=right):
                self.check(left, given)
                self.check(right, given | self.facts(left, False))
            case Choose(when=when, then=then, otherwise=otherwise):
                self.check(when, given)
                self.check(then, given | self.facts(when, True))
                self.check(otherwise, given | self.facts(when, False))
            case _:
                for child in parts_of(expr):
                    self.check(child, given)

    def facts(self, expr: Expr, holds: bool) -> _Facts:
        """Attributes that are surely given where `expr` is `holds`."""
        match expr:
            case Given(owner=owner, name=name) if holds:
                return frozenset({(owner, name)})
            case And(left=left, right=right) if holds:
                return self.facts(left, True) | self.facts(right, True)
            case Or(left=left, right=right):
                if holds:
                    return self.facts(left, True) & self.facts(right, True)
                return self.facts(left, False) | self.facts(right, False)
            case Not(of=of):
                return self.facts(of, not holds)
            case Ref(name=name):
                if (name, holds) not in self.known:
                    self.known[name, holds] = self.facts(self.definitions[name], holds)
                return self.known[name, holds]
            case _:
                return frozenset()

    def _read(self, owner: str, name: str, given: _Facts) -> None:
        if (owner, name) in self.optional and (owner, name) not in given:
            raise KernelError(f"{owner}.{name} may be absent where it is read")


def _guards(kernel: Kernel) -> None:
    optional = [(i.owner, i.name) for i in kernel.inputs if _is_optional(i)]
    definitions = {i.name: i.expr for i in kernel.items if isinstance(i, Definition)}
    guard = _Guard(frozenset(optional), definitions)
    for reject in kernel.rejects:
        guard.check(reject.when, frozenset())
    for item in kernel.items:
        match item:
            case Definition():
                guard.check(item.expr, frozenset())
            case Accumulator():
                for expr in (*item.keys, item.adds):
                    guard.check(expr, frozenset())
            case _:
                assert_never(item)
    for outcome in kernel.outcomes:
        given: _Facts = frozenset()
        for _, when in outcome.reasons:
            guard.check(when, given)
            given |= guard.facts(when, False)


def _is_optional(given: Input) -> bool:
    return given.optional
