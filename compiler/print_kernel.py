"""A kernel as text to read and to compare: one line a definition, the same for the same kernel.

Money stands in units with its minor digits, ratios in percent, dates as dates; citations follow a
`#`. Names are written as they are if they look like names, else quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import assert_never

from attrs import frozen

from hmbc.compiler.days import year_month_day
from hmbc.compiler.kernel import Accumulator, Clause, Definition, Kernel
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
)
from hmbc.dsl.types import Bool, Date, Days, Enum, Int, Money, Ratio, Type
from hmbc.runtime.ratio import RATIO_DENOMINATOR

PLAIN = re.compile(r"[^\W\d]\w*(\.\w+)*")

# How tightly an operator binds; an operand that binds less stands in parentheses.
OR, AND, NOT, COMPARE, SUM, PRODUCT, PREFIX, ATOM = range(8)


def print_kernel(kernel: Kernel) -> str:
    """The text of a kernel, ending in a line break."""
    return "\n".join(_Printer(kernel.minor_digits).lines(kernel)) + "\n"


def print_expr(expr: Expr, minor_digits: int = 2) -> str:
    """The text of one expression."""
    return _Printer(minor_digits).expr(expr)


@frozen
class _Printer:
    minor_digits: int

    def lines(self, kernel: Kernel) -> Iterator[str]:
        yield f"kernel {_name(kernel.name)}{_label(kernel.title)}"
        yield f"language {kernel.language}"
        yield f"currency {kernel.currency} {kernel.minor_digits}"
        yield f"date {_name(kernel.date)}"
        if kernel.unit is not None:
            yield f"unit member.{_name(kernel.unit)}"
        for given in kernel.inputs:
            optional = (" optional" if given.optional else "") + (" varies" if given.varies else "")
            kind, domain = self.type(given.type), self.domain(given.type, given.low, given.high)
            labels = "".join(f" {_text(label or '')}" for label in given.value_labels)
            name = f"{given.owner}.{_name(given.name)}{_label(given.label)}"
            yield f"input {name}: {kind}{domain}{optional}{labels and ' labels' + labels}"
        for parameter in kernel.parameters:
            kind = self.type(parameter.type)
            domain = self.domain(parameter.type, parameter.low, parameter.high)
            yield f"parameter {_name(parameter.name)}{_label(parameter.label)}: {kind}{domain}"
        for entry in kernel.lists:
            codes = "external" if entry.codes is None else ", ".join(map(_text, entry.codes))
            yield f"list {_name(entry.name)}: {codes}"
        for reject in kernel.rejects:
            texts = f"{_text(reject.zh)} {_text(reject.en)}"
            yield f"reject {_name(reject.name)} if {self.expr(reject.when)} {texts}"
        for item in kernel.items:
            role = f" [{item.role}{'' if item.layer is None else ' ' + _name(item.layer)}]"
            yield f"{self.item(item)}{role}{_cites(item.clause)}"
        for outcome in kernel.outcomes:
            yield f"layer {_name(outcome.layer)}{_label(outcome.label)} pays {_name(outcome.pay)}"
            for code, when in outcome.reasons:
                yield f"  {_name(code)} if {self.expr(when)}"
        for reason in kernel.reasons:
            cites = _cites(reason.clause)
            yield f"reason {_name(reason.code)} {_text(reason.label)} rank {reason.rank}{cites}"

        for due in kernel.deadlines:
            kind = "days" if due.calendar is None else f"working days of {due.calendar}"
            holds = self.expr(due.when)
            line = f"due {_name(due.name)}{_label(due.label)} {due.days} {kind}"
            yield f"{line} from claim.{_name(due.start)} if {holds}{_cites(due.clause)}"

    def item(self, item: Definition | Accumulator) -> str:
        match item:
            case Definition(name=name, expr=expr):
                return f"{_name(name)} = {self.expr(expr)}"
            case Accumulator(name=name, adds=adds, keys=keys):
                per = " per " + ", ".join(map(self.expr, keys)) if keys else ""
                way = "sequential" if item.sequential else f"keyed {item.bound}"
                adding = f"accumulate {self.expr(adds)}{per}"
                return f"{_name(name)} = {adding} {way} ceiling {item.ceiling}"
            case _:
                assert_never(item)

    def type(self, kind: Type) -> str:
        match kind:
            case Enum(values=values):
                return f"enum({', '.join(map(_text, values))})"
            case _:
                return type(kind).__name__.lower()

    def domain(self, kind: Type, low: int | None, high: int | None) -> str:
        if low is None or high is None:
            return ""
        ends = (Fraction(end, RATIO_DENOMINATOR if kind == Ratio() else 1) for end in (low, high))
        return " " + " .. ".join(self.const(end, kind) for end in ends)

    def const(self, value: Fraction | int | bool | str, kind: Type) -> str:
        if isinstance(value, str):
            return _text(value)
        match kind:
            case Money():
                return _decimal(Fraction(value) / 10**self.minor_digits, self.minor_digits)
            case Ratio():
                return _decimal(Fraction(value) * 100, 0) + "%"
            case Bool():
                return "true" if value else "false"
            case Date():
                return "{:04}-{:02}-{:02}".format(*year_month_day(int(value)))
            case Days():
                return f"{value} days"
            case Int() | _:
                return str(value)

    def expr(self, expr: Expr, at_least: int = OR) -> str:
        """The text, in parentheses if it binds less than `at_least`."""
        binds, text = self.bound(expr)
        return text if binds >= at_least else f"({text})"

    def bound(self, expr: Expr) -> tuple[int, str]:
        """How tightly the expression binds, and its text."""
        inner = self.expr
        match expr:
            case Const(value=value, type=kind):
                text = self.const(value, kind)
                return (PREFIX if text.startswith("-") or isinstance(kind, Days) else ATOM), text
            case Attribute(owner=owner, name=name):
                return ATOM, f"{owner}.{_name(name)}"
            case Given(owner=owner, name=name):
                return PREFIX, f"given {owner}.{_name(name)}"
            case Parameter(name=name):
                return PREFIX, f"parameter {_name(name)}"
            case LayerPay(layer=layer):
                return PREFIX, f"pay {_name(layer)}"
            case Ref(name=name):
                return ATOM, _name(name)
            case Total(accumulator=name):
                return PREFIX, f"total {_name(name)}"
            case Before(accumulator=name):
                return PREFIX, f"before {_name(name)}"
            case Add(left=left, right=right):
                return SUM, f"{inner(left, SUM)} + {inner(right, PRODUCT)}"
            case Subtract(left=left, right=right):
                return SUM, f"{inner(left, SUM)} - {inner(right, PRODUCT)}"
            case Scale(amount=amount, by=by):
                return PRODUCT, f"{inner(amount, PRODUCT)} * {inner(by, PREFIX)}"
            case Min(left=left, right=right):
                return ATOM, f"min({inner(left)}, {inner(right)})"
            case Max(left=left, right=right):
                return ATOM, f"max({inner(left)}, {inner(right)})"
            case Share(amount=amount, part=part, whole=whole, mode=mode):
                return ATOM, f"share({inner(amount)}, {inner(part)} / {inner(whole)}, {mode})"
            case Compare(op=op, left=left, right=right):
                return COMPARE, f"{inner(left, SUM)} {op} {inner(right, SUM)}"
            case And(left=left, right=right):
                return AND, f"{inner(left, AND)} and {inner(right, NOT)}"
            case Or(left=left, right=right):
                return OR, f"{inner(left, OR)} or {inner(right, AND)}"
            case Not(of=of):
                return NOT, f"not {inner(of, NOT)}"
            case Choose(when=when, then=then, otherwise=otherwise):
                return ATOM, f"choose({inner(when)}, {inner(then)}, {inner(otherwise)})"
            case InList(code=code, list_name=list_name):
                return COMPARE, f"{inner(code, SUM)} in list {_name(list_name)}"
            case InPeriods(date=date, owner=owner, name=name):
                return COMPARE, f"{inner(date, SUM)} in periods {owner}.{_name(name)}"
            case YearOf(date=date, month=month, day=day):
                return ATOM, f"year({inner(date)}, {month:02}-{day:02})"
            case DateIn(year=year, month=month, day=day):
                return ATOM, f"date({inner(year)}, {month:02}-{day:02})"
            case MonthOf(date=date):
                return ATOM, f"month({inner(date)})"
            case AddMonths(date=date, months=months, mode=mode):
                return ATOM, f"months({inner(date)}, {inner(months)}, {mode})"
            case AgeAt(birth=birth, date=date):
                return ATOM, f"age({inner(birth)}, {inner(date)})"
            case Increase(of=of):
                return PREFIX, f"increase {inner(of, PREFIX)}"
            case Round(amount=amount, mode=mode, step=step):
                to = "" if step == 1 else f", {self.const(Fraction(step), Money())}"
                return ATOM, f"round({inner(amount)}, {mode}{to})"
            case _:
                assert_never(expr)


def _decimal(value: Fraction, digits: int) -> str:
    """The exact value: a decimal with at least `digits` places, or a fraction."""
    for places in range(digits, 30):
        scaled = value * 10**places
        if scaled.denominator == 1:
            whole, part = divmod(abs(scaled.numerator), 10**places)
            sign = "-" if value < 0 else ""
            return f"{sign}{whole}.{part:0{places}}" if places else f"{sign}{whole}"
    return f"{value.numerator}/{value.denominator}"


def _name(name: str) -> str:
    return name if PLAIN.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _label(label: str | None) -> str:
    return "" if label is None else " " + _text(label)


def _cites(clause: Clause) -> str:
    return "  # " + ", ".join(clause.cites) if clause.cites else ""
