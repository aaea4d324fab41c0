"""When two expressions of a kernel are the same function by their form alone.

Every expression gets a number; those with one number have one value on every row of every history.
Names are looked through, sums are gathered, what commutes is put in order, comparisons turned one
way, constants worked out, a rounding of what is whole is dropped. Totals are the same if what they
add and are kept by is: all start as one class, and classes are split until nothing tells their
members apart, which is sound because all totals begin at 0.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from fractions import Fraction
from typing import Any

from attrs import define, field, fields

from hmbc.compiler.denominators import Denominators, denominators_of
from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.dsl import expr as e
from hmbc.dsl.expr import parts_of
from hmbc.dsl.types import Code, Enum

Form = tuple[Hashable, ...]


def numbers_of(kernel: Kernel, exprs: Iterable[e.Expr]) -> list[int]:
    """A number for each expression, the same for two that are the same by form."""
    return _stable(kernel).numbers(exprs)


def _stable(kernel: Kernel) -> _Forms:
    accumulators = [i for i in kernel.items if isinstance(i, Accumulator)]
    classes: dict[str, int] = dict.fromkeys((i.name for i in accumulators), 0)
    while True:
        forms = _Forms(kernel, classes, denominators_of(kernel))
        seen: dict[Form, int] = {}
        after = {}
        for item in accumulators:
            form = (classes[item.name], forms.of(item.adds), *map(forms.of, item.keys))
            after[item.name] = seen.setdefault(form, len(seen))
        if after == classes:
            return forms
        classes = after


@define
class _Forms:
    """The numbers, for one division of the totals into classes."""

    kernel: Kernel
    classes: dict[str, int]
    denominators: Denominators
    _known: dict[Form, int] = field(init=False, factory=dict)
    _forms: list[Form] = field(init=False, factory=list)
    _moving: set[int] = field(init=False, factory=set)
    """Numbers of what reads a total outside of any increase."""
    _of: dict[e.Expr, int] = field(init=False, factory=dict)
    _definitions: dict[str, e.Expr] = field(init=False)
    _codes: dict[str, tuple[str, ...] | None] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._definitions = {
            i.name: i.expr for i in self.kernel.items if isinstance(i, Definition)
        }
        self._codes = {entry.name: entry.codes for entry in self.kernel.lists}

    def numbers(self, exprs: Iterable[e.Expr]) -> list[int]:
        return [self.of(expr) for expr in exprs]

    def of(self, expr: e.Expr) -> int:
        if expr not in self._of:
            self._of[expr] = self._number_of(expr)
        return self._of[expr]

    def _intern(self, *form: Hashable) -> int:
        if form not in self._known:
            self._known[form] = len(self._forms)
            self._forms.append(form)
        return self._known[form]

    def _form(self, number: int) -> Form:
        return self._forms[number]

    def _number_of(self, expr: e.Expr) -> int:
        number = self._made(expr)
        if isinstance(expr, e.Total) or (
            not isinstance(expr, e.Ref | e.Increase)
            and any(self.of(part) in self._moving for part in parts_of(expr))
        ):
            self._moving.add(number)
        return number

    def _made(self, expr: e.Expr) -> int:
        match expr:
            case e.Const(value=value, type=kind):
                return self._constant(value, kind)
            case e.Ref(name=name):
                inner = self.of(self._definitions[name])
                # Inside an increase a name stands still, also where what it names would move.
                return self._intern("still", inner) if inner in self._moving else inner
            case e.Total(accumulator=name):
                return self._intern("total", self.classes[name])
            case e.Before(accumulator=name):
                return self._intern("before", self.classes[name])
            case e.Increase(of=of):
                inner = self.of(of)
                if inner not in self._moving:
                    return self._constant(Fraction(0), None)
                return self._intern("increase", inner)
            case e.Add() | e.Subtract() | e.Scale():
                return self._sum(expr)
            case e.Min(left=left, right=right) | e.Max(left=left, right=right):
                return self._gathered(type(expr).__name__, (left, right))
            case e.And(left=left, right=right) | e.Or(left=left, right=right):
                return self._connected(isinstance(expr, e.And), self.of(left), self.of(right))
            case e.Not(of=of):
                return self._negated(self.of(of))
            case e.Compare(op=op, left=left, right=right):
                return self._compared(op, self.of(left), self.of(right))
            case e.Choose(when=when, then=then, otherwise=otherwise):
                return self._chosen(self.of(when), self.of(then), self.of(otherwise))
            case e.Round(amount=amount, mode=mode, step=step):
                if step == 1 and self.denominators.of(amount) == 1:
                    return self.of(amount)
                return self._intern("round", self.of(amount), mode, step)
            case e.InList(code=code, list_name=name):
                codes = self._codes[name]
                listed: Hashable = name if codes is None else frozenset(codes)
                return self._intern("in list", self.of(code), listed)
            case e.Attribute(owner=owner, name=name):
                return self._intern("attribute", owner, name)
            case _:
                return self._intern(
                    type(expr).__name__, *map(self.of, parts_of(expr)), *_settings(expr)
                )

    def _constant(self, value: object, kind: object) -> int:
        if isinstance(value, bool):
            return self._intern("truth", value)
        if isinstance(value, int | Fraction):
            return self._intern("number", Fraction(value))
        return self._intern("text", value, isinstance(kind, Enum | Code) and type(kind).__name__)

    # ---- sums: a constant and so many times each term

    def _sum(self, expr: e.Expr) -> int:
        match expr:
            case e.Add(left=left, right=right):
                return self._added(self.of(left), self.of(right), Fraction(1))
            case e.Subtract(left=left, right=right):
                return self._added(self.of(left), self.of(right), Fraction(-1))
            case e.Scale(amount=amount, by=by):
                one, two = self.of(amount), self.of(by)
                for number, times in ((one, two), (two, one)):
                    form = self._form(times)
                    if form[0] == "number":
                        assert isinstance(form[1], Fraction)
                        return self._scaled(number, form[1])
                return self._intern("product", *sorted((one, two)))
            case _:
                raise AssertionError(expr)

    def _linear(self, number: int) -> dict[int, Fraction]:
        """Times each term; the constant counts as the number of 1."""
        form: Any = self._form(number)
        if form[0] == "sum":
            return dict(form[1])
        if form[0] == "number":
            return {self._intern("one"): form[1]} if form[1] else {}
        return {number: Fraction(1)}

    def _of_linear(self, terms: dict[int, Fraction]) -> int:
        terms = {number: times for number, times in terms.items() if times}
        one = self._intern("one")
        if not terms or [*terms] == [one]:
            return self._constant(terms.get(one, Fraction(0)), None)
        if len(terms) == 1 and [*terms.values()] == [1]:
            return next(iter(terms))
        number = self._intern("sum", tuple(sorted(terms.items())))
        if any(term in self._moving for term in terms):
            self._moving.add(number)
        return number

    def _added(self, left: int, right: int, times: Fraction) -> int:
        terms = self._linear(left)
        for number, one in self._linear(right).items():
            terms[number] = terms.get(number, Fraction(0)) + times * one
        return self._of_linear(terms)

    def _scaled(self, number: int, by: Fraction) -> int:
        return self._of_linear({term: one * by for term, one in self._linear(number).items()})

    # ---- smallest, largest, conditions

    def _gathered(self, which: str, parts: Iterable[e.Expr]) -> int:
        found: set[int] = set()
        for part in parts:
            number = self.of(part)
            form: Any = self._form(number)
            found |= set(form[1]) if form[0] == which else {number}
        constants = [self._form(one)[1] for one in found if self._form(one)[0] == "number"]
        if len(constants) > 1:
            best = min(constants) if which == "Min" else max(constants)  # type: ignore[type-var]
            found = {one for one in found if self._form(one)[0] != "number"}
            found.add(self._constant(best, None))
        if len(found) == 1:
            return found.pop()
        return self._intern(which, tuple(sorted(found)))

    def _connected(self, both: bool, left: int, right: int) -> int:
        which = "and" if both else "or"
        found: set[int] = set()
        for number in (left, right):
            form: Any = self._form(number)
            found |= set(form[1]) if form[0] == which else {number}
        if self._intern("truth", not both) in found:
            return self._intern("truth", not both)
        found.discard(self._intern("truth", both))
        if any(self._negated(one) in found for one in tuple(found)):
            return self._intern("truth", not both)
        if len(found) < 2:
            return found.pop() if found else self._intern("truth", both)
        return self._intern(which, tuple(sorted(found)))

    def _negated(self, number: int) -> int:
        form: Any = self._form(number)
        match form[0]:
            case "truth":
                return self._intern("truth", not form[1])
            case "not":
                return int(form[1])
            case "and" | "or":
                negated = [self._negated(one) for one in form[1]]
                made = negated[0]
                for one in negated[1:]:
                    made = self._connected(form[0] == "or", made, one)
                return made
            case "<":
                return self._intern("<=", form[2], form[1])
            case "<=":
                return self._intern("<", form[2], form[1])
            case _:
                return self._intern("not", number)

    def _compared(self, op: str, left: int, right: int) -> int:
        match op:
            case ">" | ">=":
                return self._compared({">": "<", ">=": "<="}[op], right, left)
            case "!=":
                return self._negated(self._compared("==", left, right))
            case "==" if left == right:
                return self._intern("truth", True)
            case "==":
                return self._intern("==", *sorted((left, right)))
            case _:
                one, two = self._form(left), self._form(right)
                if one[0] == two[0] == "number":
                    low: Any = one[1]
                    holds = low < two[1] if op == "<" else low <= two[1]
                    return self._intern("truth", bool(holds))
                return self._intern(op, left, right)

    def _chosen(self, when: int, then: int, otherwise: int) -> int:
        form: Any = self._form(when)
        if form[0] == "truth":
            return then if form[1] else otherwise
        if then == otherwise:
            return then
        if form[0] == "not":
            return self._intern("choose", form[1], otherwise, then)
        return self._intern("choose", when, then, otherwise)


def _settings(expr: e.Expr) -> tuple[Hashable, ...]:
    """What a node says besides its parts."""
    return tuple(
        getattr(expr, one.name)
        for one in fields(type(expr))
        if not isinstance(getattr(expr, one.name), e.NODES)
    )
