"""How large every value of a kernel can get: interval arithmetic from the declared domains.

Exact values are intervals of fractions; what an evaluator computes with are numerators over the
static denominators, so a range and a denominator say how many bits an operation needs. A running
total is bounded by its accumulator's ceiling, and an increase by how much the totals can move in
one row. What does not fit comes back as a finding, for the pipeline to report.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor, lcm
from typing import Literal, assert_never

from attrs import define, field, frozen

from hmbc.compiler import days
from hmbc.compiler.denominators import Denominators, denominators_of
from hmbc.compiler.interval import Interval, between
from hmbc.compiler.kernel import Accumulator, Definition, Input, Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.remember import remember
from hmbc.compiler.rounding import rounded
from hmbc.dsl.expr import (
    Add,
    AddMonths,
    AgeAt,
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
    InList,
    InPeriods,
    LayerPay,
    Max,
    Min,
    MonthOf,
    Not,
    Or,
    Parameter,
    Ref,
    Round,
    Scale,
    Share,
    Subtract,
    Total,
    YearOf,
    parts_of,
)
from hmbc.dsl.reads import reads_totals, walk
from hmbc.dsl.types import Code, Enum, Ratio
from hmbc.runtime.ratio import RATIO_DENOMINATOR

INT64 = 2**63 - 1
"""Largest numerator on the fast path."""

WIDEST = 2**126
"""Largest numerator that an evaluator computes with, on the wide path."""

CODE_IDS = 2**31
"""Codes are numbered below this."""

NONE = between(0, 0)
TRUTH = between(0, 1)


@frozen(kw_only=True)
class Finding:
    """Why a kernel cannot be evaluated in bounded integers.

    kind: `wide`: a value of `name` needs `bits` bits; `ceiling`: the total of accumulator `name`
    and one row's addition need them, so no ceiling is safe; `feedback`: a ratio acts on
    accumulator `name` each time it reads its own total, so that its parts become ever finer.
    name: an item, a reject or a layer; what says which.
    """

    kind: Literal["wide", "ceiling", "feedback"]
    what: Literal["definition", "accumulator", "reject", "layer"]
    name: str
    bits: int


@define
class Ranges:
    """The range and the width of every expression of one kernel. `signed`: the accumulators whose
    totals can be negative."""

    kernel: Kernel
    denominators: Denominators
    signed: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    _inputs: dict[tuple[str, str], Input] = field(init=False, repr=False)
    _parameters: dict[str, Interval] = field(init=False, repr=False)
    _definitions: dict[str, Expr] = field(init=False, repr=False)
    _accumulators: dict[str, Accumulator] = field(init=False, repr=False)
    _values: dict[Expr, Interval] = field(init=False, factory=dict, repr=False)
    _changes: dict[Expr, Interval] = field(init=False, factory=dict, repr=False)
    _decided: dict[Expr, bool | None] = field(init=False, factory=dict, repr=False)

    def __attrs_post_init__(self) -> None:
        self._inputs = {(i.owner, i.name): i for i in self.kernel.inputs}
        self._parameters = {
            p.name: _scaled(p.low, p.high, isinstance(p.type, Ratio))
            for p in self.kernel.parameters
        }
        self._definitions = {name: item.expr for name, item in self.kernel.definitions.items()}
        self._accumulators = self.kernel.accumulators

    def value(self, expr: Expr) -> Interval:
        """All values that the expression can have: dates as day numbers, truth as 0 and 1, an enum
        as its index. An absent optional attribute counts as 0, which eager evaluators read."""
        if expr not in self._values:
            self._values[expr] = self._value(expr)
        return self._values[expr]

    def _value(self, expr: Expr) -> Interval:
        match expr:
            case Const(value=value, type=kind):
                if isinstance(kind, Enum):
                    value = kind.values.index(str(value))
                return between(-1, -1) if isinstance(value, str) else between(value, value)
            case Attribute(owner=owner, name=name):
                return _input(self._inputs[owner, name])
            case Parameter(name=name):
                return self._parameters[name]
            case Given() | InList() | InPeriods():
                return TRUTH
            case Compare() | And() | Or() | Not():
                decided = self.decided(expr)
                return TRUTH if decided is None else between(decided, decided)
            case Add(left=left, right=right):
                return self.value(left) + self.value(right)
            case Subtract(left=left, right=right):
                return self.value(left) - self.value(right)
            case Scale(amount=amount, by=by):
                return self.value(amount) * self.value(by)
            case Min(left=left, right=right):
                one, two = self.value(left), self.value(right)
                return Interval(min(one.low, two.low), min(one.high, two.high))
            case Max(left=left, right=right):
                one, two = self.value(left), self.value(right)
                return Interval(max(one.low, two.low), max(one.high, two.high))
            case Choose(when=when, then=then, otherwise=otherwise):
                decided = self.decided(when)
                if decided is not None:
                    return self.value(then if decided else otherwise)
                return self.value(then).hull(self.value(otherwise))
            case Share(amount=amount, mode=mode):
                most = self.value(amount)
                return between(rounded(most.low, mode), rounded(most.high, mode)).hull(NONE)
            case Round(amount=amount, mode=mode, step=step):
                most = self.value(amount)
                return between(rounded(most.low, mode, step), rounded(most.high, mode, step))
            case YearOf(date=date, month=month, day=day):
                on = self.value(date)
                return between(
                    days.benefit_year(int(on.low), month, day),
                    days.benefit_year(int(on.high), month, day),
                )
            case MonthOf(date=date):
                on = self.value(date)
                return between(days.month_number(int(on.low)), days.month_number(int(on.high)))
            case DateIn(year=year, month=month, day=day):
                years = self.value(year)
                return between(
                    days.day_number(int(years.low), month, day),
                    days.day_number(int(years.high), month, day),
                )
            case AddMonths(date=date, months=months):
                start, moved = self.value(date), self.value(months)
                return between(
                    days.add_months(int(start.low), int(moved.low), "last_day"),
                    days.add_months(int(start.high), int(moved.high), "next_day"),
                )
            case AgeAt(birth=birth, date=date):
                born, on = self.value(birth), self.value(date)
                return between(
                    days.age(int(born.high), int(on.low)), days.age(int(born.low), int(on.high))
                )
            case Ref(name=name):
                return self.value(self._definitions[name])
            case Total(accumulator=name) | Before(accumulator=name):
                return self._total(name)
            case Increase(of=of):
                return self.change(of)
            case LayerPay():
                raise KernelError("LayerPay in a kernel")
            case _:
                assert_never(expr)

    def _total(self, name: str) -> Interval:
        most = Fraction(self._accumulators[name].ceiling, self.denominators.accumulators[name])
        return Interval(-most if name in self.signed else Fraction(0), most)

    def change(self, expr: Expr) -> Interval:
        """How much the expression can grow when each total goes from what it was before a row to
        what it is with it."""
        if expr not in self._changes:
            self._changes[expr] = self._change(expr)
        return self._changes[expr]

    def _change(self, expr: Expr) -> Interval:
        if not reads_totals(expr):
            return NONE
        whole = self.value(expr)
        most = whole - whole
        match expr:
            case Total(accumulator=name):
                return most.meet(self.value(self._accumulators[name].adds))
            case Add(left=left, right=right):
                return most.meet(self.change(left) + self.change(right))
            case Subtract(left=left, right=right):
                return most.meet(self.change(left) - self.change(right))
            case Scale(amount=amount, by=by):
                grown = self.change(amount) * self.value(by)
                return most.meet(grown + self.value(amount) * self.change(by))
            case Min(left=left, right=right) | Max(left=left, right=right):
                return most.meet(self.change(left).hull(self.change(right)))
            case Choose(when=when, then=then, otherwise=otherwise) if not reads_totals(when):
                return most.meet(self.change(then).hull(self.change(otherwise)))
            case Round(amount=amount, mode=mode, step=step):
                # Rounding keeps order. It shifts with its argument where it looks the same at
                # every step: not in half_even, nor over 0, from where it rounds away.
                grown = self.change(amount)
                even = mode != "half_even" and self.value(amount).low >= 0
                extra = 0 if even else step
                low = step * floor(grown.low / step) - extra
                high = step * ceil(grown.high / step) + extra
                low = low if grown.low < 0 else 0
                high = high if grown.high > 0 else 0
                return most.meet(between(low, high))
            case _:
                return most

    def decided(self, expr: Expr) -> bool | None:
        """Whether a condition always (True) or never (False) holds, as far as ranges tell."""
        if expr not in self._decided:
            self._decided[expr] = self._decide(expr)
        return self._decided[expr]

    def _decide(self, expr: Expr) -> bool | None:
        match expr:
            case Const(value=bool() as value):
                return value
            case Not(of=of):
                inner = self.decided(of)
                return None if inner is None else not inner
            case And(left=left, right=right):
                both = (self.decided(left), self.decided(right))
                return False if False in both else True if both == (True, True) else None
            case Or(left=left, right=right):
                both = (self.decided(left), self.decided(right))
                return True if True in both else False if both == (False, False) else None
            case Compare(op=op, left=left, right=right):
                if any(isinstance(node, Const | Attribute) and isinstance(node.type, Code | Enum)
                       for node in (left, right)):  # fmt: skip
                    return None
                one, two = self.value(left), self.value(right)
                below, above = one.high < two.low, one.low > two.high
                same = one == two and one.low == one.high
                match op:
                    case "<":
                        return True if below else False if one.low >= two.high else None
                    case "<=":
                        return True if one.high <= two.low else False if above else None
                    case ">":
                        return True if above else False if one.high <= two.low else None
                    case ">=":
                        return True if one.low >= two.high else False if below else None
                    case "==":
                        return True if same else False if below or above else None
                    case "!=":
                        return False if same else True if below or above else None
                    case _:
                        assert_never(op)
            case Ref(name=name):
                return self.decided(self._definitions[name])
            case _:
                return None

    def numerators(self, expr: Expr) -> int:
        """The largest magnitude of the expression's numerator."""
        return ceil(self.value(expr).size * self.denominators.of(expr))

    def width(self, expr: Expr) -> int:
        """The largest numerator met in computing this node from its operands' values: operands are
        first brought to a common denominator."""
        parts = parts_of(expr)
        of, value = self.denominators.of, self.value
        match expr:
            case Add() | Subtract() | Min() | Max() | Compare():
                common = lcm(*(of(part) for part in parts))
            case Choose():
                common, parts = of(expr), parts[1:]
            case Scale(amount=amount, by=by):
                return max(1, self.numerators(amount)) * max(1, self.numerators(by))
            case Share(amount=amount, part=part, whole=whole):
                common = lcm(of(part), of(whole))
                measure = ceil((value(part).hull(value(whole))).size * common)
                return max(1, measure) * max(self.numerators(amount), of(amount))
            case Round(amount=amount, step=step):
                # The result is in minor units, at most one step beyond the amount.
                return max(self.numerators(amount), step * of(amount)) + step
            case Increase(of=inner):
                return max(2 * self.numerators(inner), self.numerators(expr))
            case _:
                return self.numerators(expr)
        sizes = [ceil(value(part).size * common) for part in parts]
        return max(sum(sizes) if isinstance(expr, Add | Subtract) else max(sizes), 1)

    def added(self, name: str) -> int:
        """The largest numerator that one row can add to an accumulator."""
        return self.numerators(self._accumulators[name].adds)


@remember
def ranges_of(kernel: Kernel) -> Ranges:
    """The ranges of a kernel whose ceilings are chosen (ceilings.py), with what does not fit as `findings`."""
    ranges = plain_ranges_of(kernel)
    ranges.findings = tuple(_findings(kernel, ranges))
    return ranges


def plain_ranges_of(kernel: Kernel) -> Ranges:
    """The same, without a look at what does not fit."""
    denominators = denominators_of(kernel)
    ranges = Ranges(kernel, denominators)
    while True:
        # Totals start at 0: if no row can add less than 0 while all are >= 0, all stay so.
        signed = {
            name for name, item in kernel.accumulators.items() if ranges.value(item.adds).low < 0
        } | ranges.signed
        if signed == ranges.signed:
            break
        ranges = Ranges(kernel, denominators, frozenset(signed))
    return ranges


def _scaled(low: int | None, high: int | None, is_ratio: bool) -> Interval:
    if low is None or high is None:
        return TRUTH  # check_kernel lets only yes or no be without a domain
    unit = RATIO_DENOMINATOR if is_ratio else 1
    return between(Fraction(low, unit), Fraction(high, unit))


def _input(given: Input) -> Interval:
    match given.type:
        case Enum(values=values):
            return between(0, len(values) - 1)
        case Code():
            return between(-1, CODE_IDS)
        case _:
            domain = _scaled(given.low, given.high, isinstance(given.type, Ratio))
            return domain.hull(NONE) if given.optional else domain


def _findings(kernel: Kernel, ranges: Ranges) -> Iterator[Finding]:
    def widest(*exprs: Expr) -> int:
        return max(ranges.width(node) for expr in exprs for node in walk(expr))

    for name in ranges.denominators.growing:
        yield Finding(kind="feedback", what="accumulator", name=name, bits=0)
    if ranges.denominators.growing:
        return
    paying = {outcome.pay for outcome in kernel.outcomes}
    for reject in kernel.rejects:
        if (width := widest(reject.when)) > WIDEST:
            yield Finding(kind="wide", what="reject", name=reject.name, bits=width.bit_length())
    for item in kernel.items:
        match item:
            case Definition(name=name, expr=expr):
                width = widest(expr)
                paid = ranges.numerators(expr) if name in paying else 0
                if width > WIDEST or paid > INT64:
                    bits = max(width, paid).bit_length()
                    yield Finding(kind="wide", what="definition", name=name, bits=bits)
            case Accumulator(name=name, adds=adds, keys=keys, ceiling=most):
                keyed = max((ranges.numerators(key) for key in keys), default=0)
                if (width := widest(adds, *keys)) > WIDEST or keyed > INT64:
                    bits = max(width, keyed).bit_length()
                    yield Finding(kind="wide", what="accumulator", name=name, bits=bits)
                total = most + ranges.added(name)
                if most == 0 or total > INT64:
                    bits = total.bit_length()
                    yield Finding(kind="ceiling", what="accumulator", name=name, bits=bits)
            case _:
                assert_never(item)
    for outcome in kernel.outcomes:
        if (width := widest(*(when for _, when in outcome.reasons))) > WIDEST:
            yield Finding(kind="wide", what="layer", name=outcome.layer, bits=width.bit_length())
