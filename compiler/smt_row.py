"""One row of a kernel as z3 terms: what each definition is, what each accumulator becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor, lcm
from typing import TYPE_CHECKING, assert_never

import z3
from attrs import define, evolve, field, frozen

from hmbc.compiler import smt_dates
from hmbc.compiler.kernel import Accumulator, Definition
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.smt_terms import Term, compare, number, rounded, times
from hmbc.dsl import expr as e
from hmbc.dsl.types import Enum

if TYPE_CHECKING:
    from hmbc.compiler.smt import Encoding

Attr = tuple[str, str]
"""Owner and name of an attribute."""

NO_CODE = 0


@frozen
class Inputs:
    """The attributes of one claim or member: `values` by owner and name, `given` those of optional
    ones. Ratios count millionths."""

    values: Mapping[Attr, Term]
    given: Mapping[Attr, Term]

    def with_value(self, attr: Attr, value: Term) -> Inputs:
        """The same, one value being another."""
        return evolve(self, values={**self.values, attr: value})


@frozen(kw_only=True)
class Row:
    """What a kernel makes of one row. Amounts are numerators: of `definitions` over the
    denominator of each, of totals (`before`, `added`, `after`) over that of the accumulator;
    `pays` are whole minor units. within: no total passes its ceiling. ok: nothing rejects the row (but
    keys out of order, and more keys than the bound, are for the caller to leave out). reasons: by layer, the conditions in order."""

    claim: Inputs
    member: Inputs
    rejects: Mapping[str, Term]
    definitions: Mapping[str, Term]
    keys: Mapping[str, tuple[Term, ...]]
    before: Mapping[str, Term]
    added: Mapping[str, Term]
    after: Mapping[str, Term]
    pays: Mapping[str, Term]
    reasons: Mapping[str, tuple[tuple[str, Term], ...]]
    within: tuple[Term, ...]
    of: RowEncoding

    @property
    def accepted(self) -> list[Term]:
        """That no reject of the kernel holds."""
        return [z3.Not(when) for when in self.rejects.values()]

    @property
    def ok(self) -> Term:
        """Whether nothing rejects the row."""
        return z3.And([*self.accepted, *self.within])

    def sides(self, of: e.Expr, total: str) -> tuple[Term, Term]:
        """An expression with one accumulator's total before the row and after it; what else it
        reads is this row's."""
        return self.of.with_total(of, total, self.before[total]), self.of.with_total(
            of, total, self.after[total]
        )

    @property
    def total_pay(self) -> Term:
        """What all layers pay, in minor units."""
        return z3.Sum([z3.IntVal(0), *self.pays.values()])

    def reason(self, layer: str, code: str) -> Term:
        """Whether this is the layer's reason: its condition is the first that holds."""
        found: Term = z3.BoolVal(False)
        for name, when in reversed(self.reasons[layer]):
            found = z3.If(when, z3.BoolVal(name == code), found)
        return found


Find = Callable[[str, tuple[Term, ...]], Term]
"""The total of an accumulator under a row's keys when the row begins."""


def after_rows(rows: Sequence[Row]) -> Find:
    def find(name: str, keys: tuple[Term, ...]) -> Term:
        total: Term = z3.IntVal(0)
        for earlier in rows:
            same = [one == two for one, two in zip(earlier.keys[name], keys, strict=True)]
            total = z3.If(z3.And(same), earlier.after[name], total)
        return total

    return find


@define
class RowEncoding:
    """The encoding of one row, item by item."""

    of: Encoding
    claim: Inputs
    member: Inputs
    find: Find
    trace: dict[str, Term] = field(factory=dict)
    before: dict[str, Term] = field(factory=dict)
    added: dict[str, Term] = field(factory=dict)
    after: dict[str, Term] = field(factory=dict)
    known: dict[tuple[e.Expr, bool], Term] = field(factory=dict)

    def done(self) -> Row:
        kernel = self.of.kernel
        rejects = {reject.name: self.value(reject.when) for reject in kernel.rejects}
        within = []
        for item in kernel.items:
            match item:
                case Definition():
                    self.define(item)
                case Accumulator(name=name):
                    adds = self.value(item.adds)
                    after = self.began(name) + adds
                    self.added[name], self.after[name] = adds, after
                    within += [after <= item.ceiling, after >= -item.ceiling]
                case _:
                    assert_never(item)
        keys = {item.name: self.keys_of(item) for item in self.of.accumulators.values()}
        return Row(
            claim=self.claim,
            member=self.member,
            rejects=rejects,
            definitions=self.trace,
            keys=keys,
            before=self.before,
            added=self.added,
            after=self.after,
            pays={o.layer: self._whole(e.Ref(o.pay)) for o in kernel.outcomes},
            reasons={
                o.layer: tuple((code, self.value(when)) for code, when in o.reasons)
                for o in kernel.outcomes
            },
            within=tuple(within),
            of=self,
        )

    def with_total(self, of: e.Expr, total: str, value: Term) -> Term:
        """An expression with another value for one total, whatever side of an increase it is on."""
        other = evolve(self, after={**self.after, total: value}, known={})
        other.trace, other.before = self.trace, self.before
        return other.value(of)

    def at_totals(self, of: e.Expr, totals: Mapping[str, Term]) -> Term:
        """An expression with other values for totals; what else it reads is this row's."""
        other = evolve(self, after={**self.after, **totals}, known={})
        other.trace, other.before = self.trace, self.before
        return other.value(of)

    def define(self, item: Definition) -> None:
        self.trace[item.name] = self.value(item.expr)

    def began(self, name: str) -> Term:
        """A total when this row began; a key may read what another one was."""
        if name not in self.before:
            self.before[name] = self.find(name, self.keys_of(self.of.accumulators[name]))
        return self.before[name]

    def keys_of(self, item: Accumulator) -> tuple[Term, ...]:
        return tuple(number(self.value(key)) for key in item.keys)

    def _whole(self, expr: e.Expr) -> Term:
        if self.of.denominators.of(expr) != 1:
            raise KernelError("a payment is not in whole minor units")
        return self.value(expr)

    def value(self, expr: e.Expr, before: bool = False) -> Term:
        key = (expr, before)
        if key not in self.known:
            self.known[key] = self._value(expr, before)
        return self.known[key]

    def _value(self, expr: e.Expr, before: bool) -> Term:
        of = self.of.denominators.of

        def value(part: e.Expr) -> Term:
            return self.value(part, before)

        def common(*parts: e.Expr) -> list[Term]:
            denominator = lcm(*(of(part) for part in parts))
            return [times(value(part), denominator // of(part)) for part in parts]

        match expr:
            case e.Const():
                return self._const(expr)
            case e.Attribute(owner=owner, name=name):
                return self._inputs(owner).values[owner, name]
            case e.Given(owner=owner, name=name):
                return self._inputs(owner).given.get((owner, name), z3.BoolVal(True))
            case e.Parameter(name=name):
                return self.of.parameters[name]
            case e.Add(left=left, right=right):
                one, two = common(left, right)
                return one + two
            case e.Subtract(left=left, right=right):
                one, two = common(left, right)
                return one - two
            case e.Scale(amount=amount, by=by):
                return self._scale(amount, by, before)
            case e.Min(left=left, right=right):
                one, two = common(left, right)
                return z3.If(one <= two, one, two)
            case e.Max(left=left, right=right):
                one, two = common(left, right)
                return z3.If(one >= two, one, two)
            case e.Share(amount=amount, part=part, whole=whole, mode=mode):
                one, two = common(part, whole)
                return self.of.share(value(amount), of(amount), one, two, mode)
            case e.Compare(op=op, left=left, right=right):
                one, two = common(left, right)
                return compare(op, one, two)
            case e.And(left=left, right=right):
                return z3.And(value(left), value(right))
            case e.Or(left=left, right=right):
                return z3.Or(value(left), value(right))
            case e.Not(of=inner):
                return z3.Not(value(inner))
            case e.Choose(when=when, then=then, otherwise=otherwise):
                one, two = common(then, otherwise)
                return z3.If(value(when), one, two)
            case e.InList(code=code, list_name=name):
                return self._in_list(value(code), name)
            case e.InPeriods(date=date, owner=owner, name=name):
                return self._inputs(owner).values[owner, name](value(date))
            case e.YearOf(date=date, month=month, day=day):
                return smt_dates.benefit_year(*self.of.parts(value(date)), month, day)
            case e.DateIn(year=year, month=month, day=day):
                return smt_dates.day_in_year(value(year), month, day)
            case e.MonthOf(date=date):
                on_year, on_month, _ = self.of.parts(value(date))
                return on_year * 12 + on_month - 1
            case e.AddMonths(date=date, months=months, mode=mode):
                return smt_dates.months_later(self.of.parts(value(date)), value(months), mode)
            case e.AgeAt(birth=birth, date=date):
                return smt_dates.age(self.of.parts(value(birth)), self.of.parts(value(date)))
            case e.Ref(name=name):
                return self.trace[name]
            case e.Total(accumulator=name):
                return self.began(name) if before else self.after[name]
            case e.Before(accumulator=name):
                return self.began(name)
            case e.Increase(of=inner):
                return self.value(inner) - self.value(inner, True)
            case e.Round(amount=amount, mode=mode, step=step):
                natural = self.of.ranges.value(amount).low >= 0
                return rounded(value(amount), of(amount), mode, step, natural)
            case e.LayerPay():
                raise KernelError("LayerPay in a kernel")
            case _:
                assert_never(expr)

    def _const(self, const: e.Const) -> Term:
        match const.value:
            case bool() as value:
                return z3.BoolVal(value)
            case str() as text:
                if isinstance(const.type, Enum):
                    return z3.IntVal(const.type.values.index(text))
                return self.of.code(text)
            case Fraction() as value:
                return z3.IntVal(value.numerator)
            case value:
                return z3.IntVal(value)

    def _inputs(self, owner: e.Owner) -> Inputs:
        return self.claim if owner == "claim" else self.member

    def _scale(self, amount: e.Expr, by: e.Expr, before: bool) -> Term:
        """A product: linear wherever the factor, or the amount, is a choice between constants."""
        of = self.of.denominators.of
        size, factor = of(amount), of(by)
        if (over := self._leaves(by, before)) is not None:
            return over(self.value(amount, before), factor)
        if (over := self._leaves(amount, before)) is not None:
            return over(self.value(by, before), size)
        most = self.of.ranges.value(by)
        low, high = floor(most.low * factor), ceil(most.high * factor)
        return self.of.product(self.value(amount, before), self.value(by, before), low, high)

    def _leaves(self, expr: e.Expr, before: bool) -> Callable[[Term, int], Term] | None:
        """How to multiply by an expression that chooses between constants; None for any other."""
        match expr:
            case e.Const(value=value) if not isinstance(value, str):
                return lambda amount, over: amount * int(Fraction(value) * over)
            case e.Ref(name=name) if name in self.trace:  # one value, on both sides of an increase
                return self._leaves(self.of.definitions[name], False)
            case e.Choose(when=when, then=then, otherwise=otherwise):
                one, two = self._leaves(then, before), self._leaves(otherwise, before)
                if one is None or two is None:
                    return None
                holds = self.value(when, before)
                return lambda amount, over: z3.If(holds, one(amount, over), two(amount, over))
            case _:
                return None

    def _in_list(self, code: Term, name: str) -> Term:
        listed = next(one for one in self.of.kernel.lists if one.name == name)
        if listed.codes is None:
            return z3.And(code != NO_CODE, self.of.list_of(name)(code))
        return z3.Or([code == self.of.code(text) for text in listed.codes if text])
