"""A kernel as z3 terms over unbounded integers: what one row does, exactly.

    encoding = Encoding(kernel)
    row = encoding.row(encoding.claim("c1"), encoding.member("m"), encoding.state("s"))
    solver.add(encoding.facts, encoding.exact, row.ok)

Every amount is the numerator of its static denominator (compiler/denominators.py), so money between
a ratio and a rounding stays a whole number. A row's terms say what each definition is, what each
accumulator becomes, what each layer pays and which reason holds; compiler/interpret.py is the
meaning, and tests hold the two against each other.

    value        term
    enum         its index
    code         a number: 0 no code, 1, 2, ... the codes written in the scheme, then any others
    date         a day number; its year, month and day: see smt_dates
    list         an uninterpreted predicate on codes where it is external
    periods      an uninterpreted predicate on days

`facts` always hold and are linear; `exact` ties what `facts` leave loose (calendars, products of two
unknowns, proportional shares). A proof from `facts` alone is a proof; a model of `facts` alone may
be none. A value that is absent is some value: a kernel reads an optional one only where it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor, lcm
from typing import Any, assert_never

import z3
from attrs import define, evolve, field, frozen

from hmbc.compiler import days, smt_dates
from hmbc.compiler.denominators import Denominators, denominators_of
from hmbc.compiler.kernel import Accumulator, Definition, Input, Kernel, ParameterInput
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.ranges import Ranges, ranges_of
from hmbc.compiler.rounding import share as shared
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Bool, Code, Enum, Periods, Ratio
from hmbc.runtime.ratio import RATIO_DENOMINATOR

Term = Any
"""A z3 expression: the library has no types."""

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
    of: _Row

    @property
    def ok(self) -> Term:
        """Whether nothing rejects the row."""
        return z3.And([z3.Not(when) for when in self.rejects.values()] + list(self.within))

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


@frozen
class Fresh:
    """Unknowns that stand for what other terms determine: `compute` makes their values of the
    terms'."""

    unknowns: tuple[Term, ...]
    of: tuple[Term, ...]
    compute: Callable[[Sequence[int]], Sequence[int]]


@define
class Encoding:
    """The terms of one kernel. Rows share its parameters and lists; `facts` and `exact` grow with
    every row that is encoded. `prefix` keeps the unknowns of two kernels apart."""

    kernel: Kernel
    prefix: str = ""
    codes: dict[str, int] = field(factory=dict)
    """Numbers of the codes that are written down; give two encodings one to compare kernels."""
    facts: list[Term] = field(factory=list)
    exact: list[Term] = field(factory=list)
    fresh: list[Fresh] = field(factory=list)
    parameters: dict[str, Term] = field(init=False, factory=dict)
    denominators: Denominators = field(init=False)
    ranges: Ranges = field(init=False)
    accumulators: dict[str, Accumulator] = field(init=False)
    definitions: dict[str, e.Expr] = field(init=False)
    _inputs: dict[Attr, Input] = field(init=False)
    _lists: dict[str, Any] = field(init=False, factory=dict)
    _calendar: dict[int, tuple[Term, tuple[Term, Term, Term]]] = field(init=False, factory=dict)
    _products: dict[tuple[int, int], tuple[Term, Term, Term]] = field(init=False, factory=dict)
    _count: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        items = self.kernel.items
        self.denominators = denominators_of(self.kernel)
        self.ranges = ranges_of(self.kernel)
        self.accumulators = {i.name: i for i in items if isinstance(i, Accumulator)}
        self.definitions = {i.name: i.expr for i in items if isinstance(i, Definition)}
        self._inputs = {(i.owner, i.name): i for i in self.kernel.inputs}
        for code in sorted(self._written()):
            self.codes.setdefault(code, len(self.codes) + 1)
        for given in self.kernel.parameters:
            self.parameters[given.name] = self._unknown(f"parameter {given.name}", given)
        for listed in self.kernel.lists:
            if listed.codes is None:
                name = f"{self.prefix}list {listed.name}"
                self._lists[listed.name] = z3.Function(name, z3.IntSort(), z3.BoolSort())

    def _written(self) -> set[str]:
        found = {code for listed in self.kernel.lists for code in listed.codes or ()}
        roots = [reject.when for reject in self.kernel.rejects]
        for item in self.kernel.items:
            roots += (item.expr,) if isinstance(item, Definition) else (item.adds, *item.keys)
        roots += [when for outcome in self.kernel.outcomes for _, when in outcome.reasons]
        for root in roots:
            for node in walk(root):
                if isinstance(node, e.Const) and isinstance(node.type, Code):
                    found.add(str(node.value))
        return found - {""}

    # ---- unknowns

    def claim(self, name: str) -> Inputs:
        """The attributes of a claim, within their domains."""
        return self._attributes("claim", name)

    def member(self, name: str) -> Inputs:
        """The attributes of a member, within their domains."""
        return self._attributes("member", name)

    def state(self, name: str) -> dict[str, Term]:
        """A total for each accumulator that a row's keys find when it begins: not above its
        ceiling, not below 0 where it never is."""
        found = {}
        for item in self.accumulators.values():
            total = z3.Int(f"{self.prefix}{name} {item.name}")
            low = -item.ceiling if item.name in self.ranges.signed else 0
            self.facts += [total >= low, total <= item.ceiling]
            found[item.name] = total
        return found

    def nothing(self) -> dict[str, Term]:
        """The state of a unit without rows."""
        return {name: z3.IntVal(0) for name in self.accumulators}

    def list_of(self, name: str) -> Any:
        """The predicate of an external list."""
        return self._lists[name]

    def periods_of(self, member: Inputs, name: str) -> Any:
        """The predicate on days of a periods attribute."""
        return member.values["member", name]

    def code(self, text: str) -> Term:
        """The number of a code."""
        return z3.IntVal(
            NO_CODE if text == "" else self.codes.setdefault(text, len(self.codes) + 1)
        )

    def _attributes(self, owner: str, name: str) -> Inputs:
        values: dict[Attr, Term] = {}
        given: dict[Attr, Term] = {}
        for key, attribute in self._inputs.items():
            if key[0] != owner:
                continue
            values[key] = self._unknown(f"{name}.{attribute.name}", attribute)
            if attribute.optional:
                given[key] = z3.Bool(f"{self.prefix}{name}.{attribute.name} given")
        return Inputs(values, given)

    def _unknown(self, name: str, given: Input | ParameterInput) -> Term:
        name = self.prefix + name
        match given.type:
            case Bool():
                return z3.Bool(name)
            case Periods():
                return z3.Function(name, z3.IntSort(), z3.BoolSort())
            case Enum(values=values):
                found = z3.Int(name)
                self.facts += [found >= 0, found < len(values)]
            case Code():
                found = z3.Int(name)
                self.facts.append(found >= NO_CODE)
            case _:
                found = z3.Int(name)
                self.facts += [found >= given.low, found <= given.high]
        return found

    def _new(self, what: str) -> Term:
        self._count += 1
        return z3.Int(f"{self.prefix}{what}!{self._count}")

    # ---- rows

    def row(self, claim: Inputs, member: Inputs, before: Mapping[str, Term]) -> Row:
        """What the kernel makes of a claim of a member whose totals are `before`."""
        return _Row(self, claim, member, lambda name, keys: before[name]).done()

    def history(
        self, claims: Sequence[Inputs], members: Sequence[Inputs] | Inputs
    ) -> tuple[Row, ...]:
        """The rows of one unit from its beginning: each finds the totals of the last earlier row
        with its keys. The caller puts the claims in date order (`in_date_order`). `members`: one for
        all rows, or one a row."""
        each = [members] * len(claims) if isinstance(members, Inputs) else list(members)
        rows: list[Row] = []
        for claim, member in zip(claims, each, strict=True):
            rows.append(_Row(self, claim, member, _after(tuple(rows))).done())
        return tuple(rows)

    def in_date_order(self, claims: Sequence[Inputs]) -> list[Term]:
        """That no claim is dated before the one ahead of it."""
        at = ("claim", self.kernel.date)
        return [
            one.values[at] <= two.values[at] for one, two in zip(claims, claims[1:], strict=False)
        ]

    # ---- what rows share

    def parts(self, date: Term) -> tuple[Term, Term, Term]:
        """Year, month and day of a day number."""
        if (found := self._calendar.get(date.get_id())) is not None:
            return found[1]
        year, month, day = self._new("year"), self._new("month"), self._new("day")
        self.facts += [month >= 1, month <= 12, day >= 1, day <= 31]
        self.exact += [
            day <= smt_dates.days_in_month(year, month),
            smt_dates.day_number(year, month, day) == date,
        ]
        # A year is about 365 days: enough to keep dates far apart in order, and linear.
        for other, (earlier_year, _, _) in self._calendar.values():
            self.facts += [
                z3.Implies(other <= date, earlier_year <= year),
                z3.Implies(date <= other, year <= earlier_year),
            ]
        self.facts += [
            365 * year <= date + 719_528, 366 * year >= date + 719_162,
        ]  # fmt: skip
        self.fresh.append(
            Fresh((year, month, day), (date,), lambda found: days.year_month_day(found[0]))
        )
        self._calendar[date.get_id()] = (date, (year, month, day))
        return year, month, day

    def product(self, amount: Term, by: Term, low: int, high: int) -> Term:
        """The product of two unknowns, the second between `low` and `high`."""
        key = (amount.get_id(), by.get_id())
        if key in self._products:
            return self._products[key][2]
        found = self._new("product")
        self.facts += _between(found, amount, low, high)
        # Of one factor, the products of two amounts differ as much as the amounts do, times it.
        for other, factor, known in self._products.values():
            if factor.eq(by):
                self.facts += _between(found - known, amount - other, low, high)
        self.exact.append(found == amount * by)
        self.fresh.append(Fresh((found,), (amount, by), lambda given: (given[0] * given[1],)))
        self._products[key] = (amount, by, found)
        return found

    def share(self, amount: Term, of: int, part: Term, whole: Term, mode: e.RoundingMode) -> Term:
        """`amount / of` times `part / whole`, rounded: `part` held to 0 .. `whole`."""
        found = self._new("share")
        all_of_it = rounded(amount, of, mode, 1)
        held = z3.If(part < 0, z3.IntVal(0), z3.If(part > whole, whole, part))
        self.facts += [
            z3.Implies(z3.Or(whole <= 0, part <= 0), found == 0),
            z3.Implies(z3.And(whole > 0, part >= whole), found == all_of_it),
            z3.Implies(amount >= 0, z3.And(found >= 0, found <= all_of_it)),
            z3.Implies(amount <= 0, z3.And(found <= 0, found >= all_of_it)),
        ]
        product = self._new("part")
        self.exact += [
            product == amount * held,
            z3.Implies(whole > 0, _is_rounded(found, product, whole * of, mode)),
        ]
        self.fresh.append(
            Fresh(
                (product, found),
                (amount, held, part, whole),
                lambda x: (x[0] * x[1], shared(Fraction(x[0], of), x[2], x[3], mode)),
            )
        )
        return found


_Find = Callable[[str, tuple[Term, ...]], Term]
"""The total of an accumulator under a row's keys when the row begins."""


def _after(rows: Sequence[Row]) -> _Find:
    def find(name: str, keys: tuple[Term, ...]) -> Term:
        total: Term = z3.IntVal(0)
        for earlier in rows:
            same = [one == two for one, two in zip(earlier.keys[name], keys, strict=True)]
            total = z3.If(z3.And(same), earlier.after[name], total)
        return total

    return find


@define
class _Row:
    """The encoding of one row, item by item."""

    of: Encoding
    claim: Inputs
    member: Inputs
    find: _Find
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

    def define(self, item: Definition) -> None:
        self.trace[item.name] = self.value(item.expr)

    def began(self, name: str) -> Term:
        """A total when this row began; a key may read what another one was."""
        if name not in self.before:
            self.before[name] = self.find(name, self.keys_of(self.of.accumulators[name]))
        return self.before[name]

    def keys_of(self, item: Accumulator) -> tuple[Term, ...]:
        return tuple(_number(self.value(key)) for key in item.keys)

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
            return [_times(value(part), denominator // of(part)) for part in parts]

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
                return _compare(op, one, two)
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
            case e.Ref(name=name) if name in self.trace:
                return self._leaves(self.of.definitions[name], before)
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


def rounded(
    amount: Term, of: int, mode: e.RoundingMode, step: int, is_natural: bool = False
) -> Term:
    """`amount / of` as a multiple of `step`."""
    unit = of * step
    if unit == 1:
        return amount
    above = _times(_floor(amount, unit, mode), step)
    if is_natural or mode == "half_even":  # which looks the same on both sides of 0
        return above
    return z3.If(amount >= 0, above, -_times(_floor(-amount, unit, mode), step))


def _floor(amount: Term, unit: int, mode: e.RoundingMode) -> Term:
    """An amount that is not negative (any, for half even), in units."""
    match mode:
        case "down":
            return amount / unit
        case "up":
            return (amount + unit - 1) / unit
        case "half_up":
            return (2 * amount + unit) / (2 * unit)
        case "half_even":
            whole = (2 * amount + unit) / (2 * unit)
            middle = 2 * amount + unit == 2 * unit * whole
            return z3.If(z3.And(middle, whole % 2 == 1), whole - 1, whole)
        case _:
            assert_never(mode)


def _is_rounded(found: Term, product: Term, unit: Term, mode: e.RoundingMode) -> Term:
    """That `found` is `product / unit` rounded, the unit being an unknown above 0."""

    def whole(found: Term, product: Term) -> Term:
        match mode:
            case "down":
                return z3.And(found * unit <= product, product < found * unit + unit)
            case "up":
                return z3.And(found * unit >= product, product > found * unit - unit)
            case "half_up":
                return z3.And(
                    2 * found * unit <= 2 * product + unit, 2 * product < 2 * found * unit + unit
                )
            case "half_even":
                low, high = 2 * found * unit - unit, 2 * found * unit + unit
                even = found % 2 == 0
                return z3.And(
                    z3.If(even, low <= 2 * product, low < 2 * product),
                    z3.If(even, 2 * product <= high, 2 * product < high),
                )
            case _:
                assert_never(mode)

    return z3.If(product >= 0, whole(found, product), whole(-found, -product))


def _compare(op: e.Comparison, left: Term, right: Term) -> Term:
    match op:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "==":
            return left == right
        case "!=":
            return left != right
        case _:
            assert_never(op)


def _between(product: Term, amount: Term, low: int, high: int) -> list[Term]:
    """Between what a product lies when its factor lies between two constants."""
    return [
        z3.Implies(amount >= 0, z3.And(product >= amount * low, product <= amount * high)),
        z3.Implies(amount <= 0, z3.And(product <= amount * low, product >= amount * high)),
    ]


def _times(amount: Term, by: int) -> Term:
    return amount if by == 1 else amount * by


def _number(term: Term) -> Term:
    return z3.If(term, z3.IntVal(1), z3.IntVal(0)) if z3.is_bool(term) else term


__all__ = ["NO_CODE", "RATIO_DENOMINATOR", "Attr", "Encoding", "Fresh", "Inputs", "Ratio", "Row", "Term", "rounded"]  # fmt: skip
