"""What a checked expression can be, from the declared domains: finds conditions that never vary."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Protocol

from attrs import frozen

from hmbc.dsl import expr as e
from hmbc.dsl.scheme import AttributeInfo, ListInfo, ParameterInfo
from hmbc.dsl.types import Enum, Ratio, Type

Bound = Fraction | None


class Domains(Protocol):
    """What is declared: an Environment is one."""

    @property
    def attributes(self) -> Mapping[tuple[str, str], AttributeInfo]:
        """By owner and name."""
    @property
    def parameters(self) -> Mapping[str, object]:
        """By name; a ParameterInfo has a domain."""
    @property
    def lists(self) -> Mapping[str, ListInfo]:
        """By name."""


@frozen
class Interval:
    """A closed range; None: no bound on that side."""

    low: Bound
    high: Bound


ANY = Interval(None, None)


def interval(expr: e.Expr, env: Domains) -> Interval:
    """The range of a number or date, in the units of its type (ratios as shares)."""
    match expr:
        case e.Const(value=value) if not isinstance(value, str):
            return Interval(Fraction(value), Fraction(value))
        case e.Attribute(owner=owner, name=name, type=type_):
            info = env.attributes.get((owner, name))
            return ANY if info is None else _scaled(info.low, info.high, type_)
        case e.Parameter(name=name, type=type_):
            parameter = env.parameters[name]
            if isinstance(parameter, ParameterInfo):
                return _scaled(parameter.low, parameter.high, type_)
            return ANY
        case e.Add(left=left, right=right):
            one, two = interval(left, env), interval(right, env)
            return Interval(_add(one.low, two.low), _add(one.high, two.high))
        case e.Subtract(left=left, right=right):
            one, two = interval(left, env), interval(right, env)
            return Interval(_add(one.low, _minus(two.high)), _add(one.high, _minus(two.low)))
        case e.Min(left=left, right=right):
            one, two = interval(left, env), interval(right, env)
            low = None if one.low is None or two.low is None else min(one.low, two.low)
            highs = [bound for bound in (one.high, two.high) if bound is not None]
            return Interval(low, min(highs, default=None))
        case e.Max(left=left, right=right):
            one, two = interval(left, env), interval(right, env)
            lows = [bound for bound in (one.low, two.low) if bound is not None]
            high = None if one.high is None or two.high is None else max(one.high, two.high)
            return Interval(max(lows, default=None), high)
        case e.Choose(then=then, otherwise=otherwise):
            one, two = interval(then, env), interval(otherwise, env)
            low = None if one.low is None or two.low is None else min(one.low, two.low)
            high = None if one.high is None or two.high is None else max(one.high, two.high)
            return Interval(low, high)
        case e.AgeAt():
            return Interval(Fraction(0), None)
        case _:
            return ANY


def _scaled(low: int | None, high: int | None, type_: Type) -> Interval:
    unit = 1_000_000 if isinstance(type_, Ratio) else 1
    return Interval(
        None if low is None else Fraction(low, unit), None if high is None else Fraction(high, unit)
    )


def _add(one: Bound, two: Bound) -> Bound:
    return None if one is None or two is None else one + two


def _minus(bound: Bound) -> Bound:
    return None if bound is None else -bound


def truth(condition: e.Expr, env: Domains) -> bool | None:
    """Whether a condition always (True) or never (False) holds; None: it varies, as far as the
    domains tell."""
    match condition:
        case e.Const(value=bool() as value):
            return value
        case e.Not(of=of):
            inner = truth(of, env)
            return None if inner is None else not inner
        case e.And(left=left, right=right):
            both = {truth(left, env), truth(right, env)}
            return False if False in both else True if both == {True} else None
        case e.Or(left=left, right=right):
            both = {truth(left, env), truth(right, env)}
            if True in both or _covers(condition):
                return True
            return False if both == {False} else None
        case e.Compare(op=op, left=left, right=right):
            if isinstance(left, e.Attribute) and isinstance(left.type, Enum):
                return True if op == "==" and len(left.type.values) == 1 else None
            return _compare(op, interval(left, env), interval(right, env))
        case e.InList(list_name=name):
            return False if env.lists[name].codes == () else None
        case _:
            return None


def _covers(condition: e.Expr) -> bool:
    """Whether a chain of `attribute == value` names every value of the attribute."""
    subject: e.Expr | None = None
    values: set[object] = set()
    pending = [condition]
    while pending:
        match pending.pop():
            case e.Or(left=left, right=right):
                pending += [left, right]
            case e.Compare(op="==", left=e.Attribute() as attribute, right=e.Const(value=value)):
                if subject is not None and subject != attribute:
                    return False
                subject = attribute
                values.add(value)
            case _:
                return False
    return (
        isinstance(subject, e.Attribute)
        and isinstance(subject.type, Enum)
        and values == set(subject.type.values)
    )


def _compare(op: str, one: Interval, two: Interval) -> bool | None:
    def below(high: Bound, low: Bound, strictly: bool) -> bool:
        return high is not None and low is not None and (high < low or not strictly and high == low)

    match op:
        case "<":
            yes, no = below(one.high, two.low, True), below(two.high, one.low, False)
        case "<=":
            yes, no = below(one.high, two.low, False), below(two.high, one.low, True)
        case ">":
            yes, no = below(two.high, one.low, True), below(one.high, two.low, False)
        case ">=":
            yes, no = below(two.high, one.low, False), below(one.high, two.low, True)
        case _:
            apart = below(one.high, two.low, True) or below(two.high, one.low, True)
            same = one == two and one.low is not None and one.low == one.high
            yes, no = (same, apart) if op == "==" else (apart, same)
    return True if yes else False if no else None
