"""Expressions of the kernel as nodes of the graph of its feed.

Only what a feed can work out: no list or periods of a member that vary, periods on the deciding date alone.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import assert_never

from attrs import define, field

from hmbc.compiler.feed import NoFeed
from hmbc.compiler.graph import Graph
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.nodes import RANGES, Node, Op
from hmbc.compiler.plan import look_up, look_ups
from hmbc.compiler.ranges import CODE_IDS, Ranges
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
    Owner,
    Parameter,
    Ref,
    Round,
    Scale,
    Share,
    Subtract,
    Total,
    YearOf,
)
from hmbc.dsl.reads import reads_totals
from hmbc.dsl.types import Enum
from hmbc.runtime.plan import AttributePlan, Plan


@define
class Terms:
    """Nodes by expression. The totals before and after a row, and what it adds, are entered by whoever goes
    through the kernel's items, and definitions likewise."""

    kernel: Kernel
    plan: Plan
    ranges: Ranges
    graph: Graph
    known: dict[tuple[Expr, bool], Node] = field(factory=dict)
    definitions: dict[str, Node] = field(factory=dict)
    befores: dict[str, Node] = field(factory=dict)
    afters: dict[str, Node] = field(factory=dict)
    added: dict[str, Node] = field(factory=dict)
    """What an accepted row adds to each."""
    read: set[str] = field(factory=set)
    """Accumulators whose total before the row was read."""
    narrow: dict[int, tuple[int, int]] = field(factory=dict)
    """Of claim attributes: what they can be in a row that is not rejected; empty while that is still
    to be decided."""
    dated: set[int] = field(factory=set)
    """The attributes for which the two differ."""

    def place(self, owner: Owner, name: str) -> int:
        attributes = self.plan.claim if owner == "claim" else self.plan.member
        return next(place for place, item in enumerate(attributes) if item.name == name)

    def attribute(self, owner: Owner, name: str) -> Node:
        place = self.place(owner, name)
        item = (self.plan.claim if owner == "claim" else self.plan.member)[place]
        if owner == "member":
            return self.graph.leaf(self.of_member(item), place, *_domain(item))
        if place in self.dated and not self.narrow:
            return self.graph.leaf("raw", place, *_domain(item))
        return self.graph.leaf("claim", place, *self.narrow.get(place, _domain(item)))

    def given(self, owner: Owner, name: str) -> Node:
        place = self.place(owner, name)
        item = (self.plan.claim if owner == "claim" else self.plan.member)[place]
        if not item.optional:
            return self.graph.const(1)
        if owner == "claim":
            return self.graph.leaf("claim_given", place, 0, 1)
        op: dict[Op, Op] = {
            "of_row": "of_row_given", "varied": "varied_given", "member": "member_given",
        }  # fmt: skip
        return self.graph.leaf(op[self.of_member(item)], place, 0, 1)

    def of_member(self, item: AttributePlan) -> Op:
        """How a member's attribute is read: for each claim, where a unit has several members."""
        if self.kernel.unit is not None:
            return "of_row"
        return "varied" if item.varies else "member"

    def is_of_row(self, item: AttributePlan) -> bool:
        """Whether a member's attribute is read for each claim: it may be another one for the next claim
        of the unit."""
        return item.varies or self.kernel.unit is not None

    def term(self, expr: Expr, before: bool = False) -> Node:
        """The numerator of an expression over its denominator; `before`: with each total at what it
        was before the row."""
        what = (expr, before and reads_totals(expr))
        if what not in self.known:
            self.known[what] = self.made(expr, what[1])
        return self.known[what]

    def made(self, expr: Expr, before: bool) -> Node:
        graph = self.graph
        match expr:
            case Const():
                return graph.const(_word(expr))
            case Attribute(owner=owner, name=name):
                return self.attribute(owner, name)
            case Given(owner=owner, name=name):
                return self.given(owner, name)
            case Parameter(name=name):
                place = [item.name for item in self.plan.parameters].index(name)
                item = self.plan.parameters[place]
                low, high = (
                    (0, 1) if item.low is None or item.high is None else (item.low, item.high)
                )
                return graph.leaf("parameter", place, low, high)
            case Add(left=left, right=right):
                return graph.add(*self.common((left, right), before))
            case Subtract(left=left, right=right):
                return graph.subtract(*self.common((left, right), before))
            case Scale(amount=amount, by=by):
                return graph.multiply(self.term(amount, before), self.term(by, before))
            case Min(left=left, right=right):
                return graph.min(*self.common((left, right), before))
            case Max(left=left, right=right):
                return graph.max(*self.common((left, right), before))
            case Share(amount=amount, part=part, whole=whole, mode=mode):
                return graph.share(
                    self.term(amount, before),
                    *self.common((part, whole), before),
                    mode,
                    self.ranges.denominators.of(amount),
                )
            case Compare(op=op, left=left, right=right):
                if look_up(expr) is not None:
                    found = self.in_list(expr)
                    return found if op == "==" else graph.no(found)
                one, two = self.common((left, right), before)
                match op:
                    case "<":
                        return graph.less(one, two)
                    case ">":
                        return graph.less(two, one)
                    case "<=":
                        return graph.no(graph.less(two, one))
                    case ">=":
                        return graph.no(graph.less(one, two))
                    case "==":
                        return graph.equal(one, two)
                    case "!=":
                        return graph.no(graph.equal(one, two))
                    case _:
                        assert_never(op)
            case And(left=left, right=right):
                return graph.all([self.term(left, before), self.term(right, before)])
            case Or(left=left, right=right):
                return graph.any([self.term(left, before), self.term(right, before)])
            case Not(of=of):
                return graph.no(self.term(of, before))
            case Choose(when=when, then=then, otherwise=otherwise):
                return graph.select(
                    self.term(when, before), *self.common((then, otherwise), before)
                )
            case InList():
                return self.in_list(expr)
            case InPeriods(date=date, name=name):
                return self.in_periods(self.term(date, before), name)
            case YearOf(date=date, month=month, day=first):
                return graph.year(self.term(date, before), month, first)
            case DateIn(year=year, month=month, day=first):
                return graph.date_in(self.term(year, before), month, first)
            case MonthOf(date=date):
                return graph.month(self.term(date, before))
            case AddMonths(date=date, months=months, mode=end):
                return graph.add_months(self.term(date, before), self.term(months, before), end)
            case AgeAt(birth=birth, date=date):
                return graph.age(self.term(birth, before), self.term(date, before))
            case Ref(name=name):
                return self.definitions[name]
            case Total(accumulator=name):
                return self.before(name) if before else self.afters[name]
            case Before(accumulator=name):
                return self.before(name)
            case Increase(of=Total(accumulator=name)):
                return self.added[name]
            case Increase(of=of):
                return graph.subtract(self.term(of), self.term(of, before=True))
            case Round(amount=amount, mode=mode, step=step):
                unit = step * self.ranges.denominators.of(amount)
                steps = graph.round(self.term(amount, before), mode, unit)
                return graph.multiply(steps, graph.const(step))
            case LayerPay():
                raise KernelError("LayerPay in a kernel")
            case _:
                assert_never(expr)

    def before(self, name: str) -> Node:
        if name not in self.befores:
            raise NoFeed("拒收的理由读了累计", "a ground for rejecting reads a total")
        self.read.add(name)
        return self.befores[name]

    def common(self, parts: tuple[Expr, Expr], before: bool) -> tuple[Node, Node]:
        """Two operands over a common denominator."""
        of = self.ranges.denominators.of
        unit = lcm(of(parts[0]), of(parts[1]))
        one, two = (
            self.graph.multiply(self.term(part, before), self.graph.const(unit // of(part)))
            for part in parts
        )
        return one, two

    def in_periods(self, day: Node, name: str) -> Node:
        """Whether the deciding date lies in one of a member's ranges."""
        date = [item.name for item in self.plan.claim].index(self.plan.date)
        if day.op not in ("claim", "raw") or day.data != date:
            raise NoFeed("时段按另一个日期判断", "periods of another date")
        item = self.plan.member[self.place("member", name)]
        number = item.periods_index
        assert number is not None
        if self.is_of_row(item):
            return self.graph.leaf("of_row_in", number, 0, 1)
        graph, found = self.graph, []
        today = graph.leaf("day", None, 1, 2**16 - 2)
        for which in range(number * RANGES, (number + 1) * RANGES):
            first = graph.leaf("period_first", which, 0, 2**16 - 1)
            last = graph.leaf("period_last", which, 0, 2**16 - 1)
            found.append(
                graph.all([graph.no(graph.less(today, first)), graph.no(graph.less(last, today))])
            )
        return graph.any(found)

    def in_list(self, expr: Expr) -> Node:
        entry = look_up(expr)
        if entry is None:
            raise KernelError(f"{expr} looks up nothing")
        owner: Owner = "claim" if entry.owner == "claim" else "member"
        place = look_ups(self.kernel).index(entry)
        if owner == "member" and not self.is_of_row(
            self.plan.member[self.place("member", entry.attribute)]
        ):
            return self.graph.leaf("member_listed", place, 0, 1)
        code, given = self.attribute(owner, entry.attribute), self.given(owner, entry.attribute)
        return self.graph.listed(place, code, given)


def _domain(item: AttributePlan) -> tuple[int, int]:
    match item.kind:
        case "bool":
            return 0, 1
        case "enum":
            return 0, len(item.values) - 1
        case kind if kind.startswith("code"):
            return -1, CODE_IDS - 1
        case "periods":
            raise NoFeed("读了整个时段列表", "periods")
        case _:
            low, high = (0, 1) if item.low is None or item.high is None else (item.low, item.high)
            return (min(low, 0), max(high, 0)) if item.optional else (low, high)


def _word(const: Const) -> int:
    match const.value:
        case Fraction() as value:
            return value.numerator
        case str() as value:
            return const.type.values.index(value) if isinstance(const.type, Enum) else -1
        case value:
            return int(value)
