"""Between z3 and the interpreter: what terms are for given inputs, and what inputs a model stands for.

Valuation.of(encoding, ...).number(row.pays["layer"])       terms from inputs
inputs_of(encoding, model, claims, member)                  inputs from a model
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

import z3
from attrs import define, field, frozen

from hmbc.compiler.interpret import Inputs as Values
from hmbc.compiler.interpret import Value
from hmbc.compiler.kernel import Input, ParameterInput
from hmbc.compiler.smt import NO_CODE, Encoding, Inputs, Term
from hmbc.dsl.types import Bool, Code, Enum, Periods, Ratio, Type
from hmbc.runtime.ratio import RATIO_DENOMINATOR


@define
class Valuation:
    """The value of every term of an encoding for given inputs: no search, only arithmetic."""

    encoding: Encoding
    _values: dict[int, int] = field(factory=dict)
    """By the id of a term; truth as 0 and 1."""
    _predicates: dict[str, Callable[[int], bool]] = field(factory=dict)
    _settled: int = 0
    _kept: list[Term] = field(factory=list)
    """The terms of those ids, for z3 gives the id of one that is gone to another."""

    def parameters(self, values: Mapping[str, Value], lists: Mapping[str, Iterable[str]]) -> None:
        """Give the external parameters and lists."""
        kinds = {given.name: given.type for given in self.encoding.kernel.parameters}
        for name, term in self.encoding.parameters.items():
            self.give(term, kinds[name], values[name])
        for listed in self.encoding.kernel.lists:
            if listed.codes is None:
                codes = {self._code(code) for code in lists.get(listed.name, ())}
                name = self.encoding.list_of(listed.name).name()
                self._predicates[name] = codes.__contains__

    def attributes(self, inputs: Inputs, owner: str, values: Values) -> None:
        """Give the attributes of a claim or a member; what is absent is some value."""
        for given in self.encoding.kernel.inputs:
            if given.owner != owner:
                continue
            attr, value = (owner, given.name), values.get(given.name)
            if attr in inputs.given:
                self._values[inputs.given[attr].get_id()] = value is not None
            if isinstance(given.type, Periods):
                self._predicates[inputs.values[attr].name()] = _within(value or ())
            else:
                absent = None if value is not None else max(given.low or 0, 0)
                self.give(inputs.values[attr], given.type, value if absent is None else absent)  # type: ignore[arg-type]

    def state(self, before: Mapping[str, Term], totals: Mapping[str, int]) -> None:
        """Give what each accumulator was, in numerators."""
        for name, term in before.items():
            self._values[term.get_id()] = totals.get(name, 0)

    def give(self, term: Term, kind: Type, value: Value) -> None:
        """Give an unknown its value."""
        self._values[term.get_id()] = self._value(kind, value)

    def _value(self, kind: Type, value: Value) -> int:
        match kind, value:
            case Enum(values=values), str():
                return values.index(value)
            case _, str():
                return self._code(value)
            case Ratio(), _:
                return int(value * RATIO_DENOMINATOR)
            case _:
                return int(value)

    def _code(self, text: str) -> int:
        return int(self.encoding.code(text).as_long())

    def number(self, term: Term) -> int:
        """The value of a number, an enum's index or a code's number; of a condition 0 or 1."""
        while self._settled < len(self.encoding.fresh):
            one = self.encoding.fresh[self._settled]
            found = one.compute([self._of(term) for term in one.of])
            for unknown, value in zip(one.unknowns, found, strict=True):
                self._values[unknown.get_id()] = value
            self._settled += 1
        return self._of(term)

    def truth(self, term: Term) -> bool:
        """Whether a condition holds."""
        return bool(self.number(term))

    def _of(self, term: Term) -> int:
        key = term.get_id()
        if key not in self._values:
            self._values[key] = self._work_out(term)
            self._kept.append(term)
        return self._values[key]

    def _work_out(self, term: Term) -> int:
        kind, parts = term.decl().kind(), term.children()
        match kind:
            case z3.Z3_OP_ANUM:
                return int(term.as_long())
            case z3.Z3_OP_TRUE | z3.Z3_OP_FALSE:
                return int(kind == z3.Z3_OP_TRUE)
            case z3.Z3_OP_ITE:
                return self._of(parts[1] if self._of(parts[0]) else parts[2])
            case z3.Z3_OP_UNINTERPRETED if parts:
                return int(self._predicates[term.decl().name()](self._of(parts[0])))
            case z3.Z3_OP_UNINTERPRETED:
                raise KeyError(f"{term} was given no value")
            case _:
                return int(_OPERATIONS[kind](*(self._of(part) for part in parts)))


def _within(ranges: Any) -> Callable[[int], bool]:
    return lambda day: any(first <= day <= last for first, last in ranges)


_OPERATIONS: Mapping[int, Callable[..., int | bool]] = {
    z3.Z3_OP_ADD: lambda *parts: sum(parts),
    z3.Z3_OP_MUL: lambda *parts: prod(parts),
    z3.Z3_OP_SUB: lambda one, two: one - two,
    z3.Z3_OP_UMINUS: lambda one: -one,
    z3.Z3_OP_IDIV: lambda one, two: one // two,
    z3.Z3_OP_MOD: lambda one, two: one % two,
    z3.Z3_OP_AND: lambda *parts: all(parts),
    z3.Z3_OP_OR: lambda *parts: any(parts),
    z3.Z3_OP_NOT: lambda one: not one,
    z3.Z3_OP_IMPLIES: lambda one, two: not one or two,
    z3.Z3_OP_LE: lambda one, two: one <= two,
    z3.Z3_OP_LT: lambda one, two: one < two,
    z3.Z3_OP_GE: lambda one, two: one >= two,
    z3.Z3_OP_GT: lambda one, two: one > two,
    z3.Z3_OP_EQ: lambda one, two: one == two,
    z3.Z3_OP_DISTINCT: lambda one, two: one != two,
}
"""Divisors are constants above 0, for which z3's division and Python's are one."""


@frozen(kw_only=True)
class Found:
    """Inputs that a model stands for, as the interpreter takes them. Absent attributes are left
    out; codes that nobody wrote down are called X1, X2 ..."""

    claims: tuple[dict[str, Any], ...]
    members: tuple[dict[str, Any], ...]
    parameters: dict[str, Value]
    lists: dict[str, tuple[str, ...]]


def inputs_of(
    encoding: Encoding, model: Any, claims: Sequence[Inputs], members: Sequence[Inputs]
) -> Found:
    """The claims, members, parameters and lists of a model."""
    return _Reader(encoding, model).found(claims, members)


@define
class _Reader:
    encoding: Encoding
    model: Any
    _days: set[int] = field(factory=set)
    _codes: set[int] = field(factory=set)

    def found(self, claims: Sequence[Inputs], members: Sequence[Inputs]) -> Found:
        bills = tuple(self.attributes("claim", claim) for claim in claims)
        for date, _ in self.encoding._calendar.values():
            self._days.add(self.number(date))
        for claim in claims:
            self._days.add(self.number(claim.values["claim", self.encoding.kernel.date]))
        people = tuple(self.attributes("member", member) for member in members)
        kinds = {given.name: given for given in self.encoding.kernel.parameters}
        return Found(
            claims=bills,
            members=people,
            parameters={
                name: self.value(kinds[name], term)
                for name, term in self.encoding.parameters.items()
            },
            lists={
                listed.name: tuple(
                    self.text(code)
                    for code in sorted(self._codes)
                    if code != NO_CODE and self.truth(self.encoding.list_of(listed.name)(code))
                )
                for listed in self.encoding.kernel.lists
                if listed.codes is None
            },
        )

    def attributes(self, owner: str, inputs: Inputs) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for given in self.encoding.kernel.inputs:
            attr = (given.owner, given.name)
            if given.owner != owner:
                continue
            if isinstance(given.type, Periods):
                holds = inputs.values[attr]
                found[given.name] = tuple(
                    (day, day) for day in sorted(self._days) if self.truth(holds(day))
                )
            elif attr not in inputs.given or self.truth(inputs.given[attr]):
                found[given.name] = self.value(given, inputs.values[attr])
        return found

    def value(self, given: Input | ParameterInput, term: Term) -> Any:
        match given.type:
            case Bool():
                return self.truth(term)
            case Enum(values=values):
                return values[self.number(term)]
            case Code():
                code = self.number(term)
                self._codes.add(code)
                return self.text(code)
            case Ratio():
                return Fraction(self.number(term), RATIO_DENOMINATOR)
            case _:
                return self.number(term)

    def text(self, code: int) -> str:
        written = {number: text for text, number in self.encoding.codes.items()}
        return "" if code == NO_CODE else written.get(code, f"X{code - len(written)}")

    def number(self, term: Term) -> int:
        return self.model.eval(term, model_completion=True).as_long()  # type: ignore[no-any-return]

    def truth(self, term: Term) -> bool:
        return bool(z3.is_true(self.model.eval(term, model_completion=True)))
