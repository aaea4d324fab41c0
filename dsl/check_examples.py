"""Worked examples: values of the right types and domains, claims in date order, each with an
expectation. Whether they come out right is for `hmbc test`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import assert_never

from attrs import define, field

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_dated import day_text
from hmbc.dsl.check_declarations import constant, value_text
from hmbc.dsl.check_expressions import check_as
from hmbc.dsl.checked_example import CheckedExample, CheckedExampleClaim, CheckedExpectation, Plain
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import DECLARED, FIRST, Environment, listed
from hmbc.dsl.names import type_name, word
from hmbc.dsl.scheme import AttributeInfo, ParameterInfo
from hmbc.dsl.source import Span
from hmbc.dsl.truths import YES_NO
from hmbc.dsl.types import Bool, Code, Enum, Money, Periods, Type

_BEFORE = Bilingual("前一笔", "the one before")
_FIXED = Bilingual("没有声明为可变", "it is not declared `varies`")
_ONE_DAY = Bilingual("同一天里只有一种情况", "a member has one value a day")

Stops = Mapping[str, n.Eligible | n.Wait | n.Exclude]

FOREVER = 10**7
"""Last day of an open period, in days; later than any date a claim can bear."""

REASONS = {
    "R_PAID": "paid",
    "R_CAPPED": "capped",
    "R_ROUNDED": "rounded_away",
    "R_BELOW": "below_threshold",
    "R_NOTHING_DUE": "nothing_due",
    "R_NO_BASE": "nothing_claimed",
    "R_NOT_COVERED": "not_covered",
    "R_COVERED_BY_OTHERS": "met_by_others",
    "R_NOT_ELIGIBLE": "not_eligible",
    "R_EXCLUDED": "excluded",
    "R_WAITING": "waiting",
}
"""Keyword token of a reason to its code; the last three are followed by `:NAME`."""


def check_examples(scheme: n.Scheme, env: Environment) -> tuple[CheckedExample, ...]:
    """All examples; the stops must be known by name already."""
    stops = {
        item.name.text: item
        for item in scheme.items
        if isinstance(item, n.Eligible | n.Wait | n.Exclude)
    }
    dues = frozenset(item.name.text for item in scheme.items if isinstance(item, n.Due))
    return tuple(
        _example(item, stops, dues, env) for item in scheme.items if isinstance(item, n.Example)
    )


def _example(
    example: n.Example, stops: Stops, dues: frozenset[str], env: Environment
) -> CheckedExample:
    people = _People(env)
    parameters: dict[str, Plain] = {}
    lists: dict[str, tuple[str, ...]] = {}
    claims: list[CheckedExampleClaim] = []
    last: n.DateLiteral | None = None
    for item in example.items:
        match item:
            case n.ExampleGiven(of="member"):
                people.given(item)
            case n.ExampleGiven(assignments=assignments):
                _parameters(assignments, parameters, lists, env)
            case n.ExampleClaim():
                if last is not None and item.date.days < last.days:
                    env.report(
                        codes.EXAMPLE_ORDER, item.date.span, Related(last.span, _BEFORE),
                        date=day_text(item.date.days),
                    )  # fmt: skip
                last = item.date
                claims.append(_claim(item, stops, people, dues, env))
            case _:
                assert_never(item)
    return CheckedExample(
        example.title, people.first, parameters, lists, tuple(claims), span=example.span
    )


@define
class _People:
    """The members of an example, who are told apart by their names; the one without a name may be
    given in several pieces. What is given after a claim holds from the next one on."""

    env: Environment
    first: dict[str, dict[str, Plain]] = field(factory=dict)
    """The values with which each begins."""
    places: dict[str, Span] = field(factory=dict)
    """Where each name was given first."""
    _now: dict[str, dict[str, Plain]] = field(factory=dict)
    _days: dict[str, int] = field(factory=dict)
    """The day of each one's last claim."""
    _anew: dict[str, n.ExampleGiven] = field(factory=dict)
    """What was given of each since that claim."""

    def given(self, item: n.ExampleGiven) -> None:
        """A block of a member's values."""
        env, name = self.env, "" if item.name is None else item.name.text
        values = _values("member", item.assignments, env)
        if name in self._days:
            for written in item.assignments:
                info = env.attributes.get(("member", written.name.text))
                if info is not None and not info.varies:
                    env.report(codes.EXAMPLE_CHANGE, written.span, why=_FIXED)
            self._anew[name] = item
        else:
            if item.name is not None:
                self._begins(item.name, values)
            self.first[name] = self.first.get(name, {}) | values
        self._now[name] = self._now.get(name, {}) | values

    def _begins(self, name: n.Name, values: dict[str, Plain]) -> None:
        env = self.env
        if name.text in self.places:
            before = Related(self.places[name.text], FIRST)
            env.report(codes.DUPLICATE, name.span, before, name=name.text)
        if env.unit is not None and env.unit not in values:
            shown = env.shown(f"member.{env.unit}")
            env.report(codes.EXAMPLE_UNIT, name.span, name=name.text, unit=shown)
        self.places[name.text] = name.span

    def on(self, name: str, day: int) -> dict[str, Plain]:
        """A member's values for a claim of that day."""
        item = self._anew.pop(name, None)
        if item is not None and self._days[name] == day:
            self.env.report(codes.EXAMPLE_CHANGE, item.span, why=_ONE_DAY)
        self._days[name] = day
        return dict(self._now.get(name, {}))


def _whose(claim: n.ExampleClaim, places: dict[str, Span], env: Environment) -> str:
    """The name of the claim's member."""
    if claim.member is None:
        if places:
            env.report(codes.EXAMPLE_WHOSE, claim.date.span, names=listed(list(places)))
        return ""
    name = claim.member.text
    if name not in places:
        env.unknown(codes.UNKNOWN_NAME, name, claim.member.span, list(places))
    return name


def _claim(
    claim: n.ExampleClaim,
    stops: Stops,
    people: _People,
    dues: frozenset[str],
    env: Environment,
) -> CheckedExampleClaim:
    values = _values("claim", claim.assignments, env)
    values[env.date] = claim.date.days
    if not claim.expectations:
        env.report(codes.EXAMPLE_EMPTY, claim.span)
    expected = tuple(
        found for x in claim.expectations if (found := _expectation(x, stops, dues, env)) is not None
    )
    member = _whose(claim, people.places, env)
    who = people.on(member, claim.date.days)
    return CheckedExampleClaim(values, member, who, expected, span=claim.span)


def _expectation(
    expected: n.Expectation, stops: Stops, dues: frozenset[str], env: Environment
) -> CheckedExpectation | None:
    match expected:
        case n.ExpectTotal(amount=amount):
            return CheckedExpectation(None, _minor(amount, env), None, span=expected.span)
        case n.ExpectLayer(layer=layer, amount=amount):
            if layer.text not in env.layers:
                env.unknown(codes.UNKNOWN_LAYER, layer.text, layer.span, list(env.layers))
                return None
            minor = _minor(amount, env)
            return CheckedExpectation(layer.text, minor, None, span=expected.span)
        case n.ExpectReason(reason=reason, name=name):
            code = REASONS[reason]
            if name is not None:
                if name.text not in stops:
                    env.unknown(codes.UNKNOWN_NAME, name.text, name.span, list(stops))
                code = f"{code}:{name.text}"
            return CheckedExpectation(None, None, code, span=expected.span)
        case n.ExpectDue(due=due, date=date):
            if due.text not in dues:
                env.unknown(codes.UNKNOWN_NAME, due.text, due.span, sorted(dues))
                return None
            day = None if date is None else date.days
            return CheckedExpectation(None, None, None, due.text, day, span=expected.span)
        case _:
            assert_never(expected)


def _minor(amount: n.Expression, env: Environment) -> int | None:
    return constant(check_as(amount, Money(), env), Money())


def _values(
    owner: str, assignments: tuple[n.Assignment, ...], env: Environment
) -> dict[str, Plain]:
    values: dict[str, Plain] = {}
    for assignment in assignments:
        name = assignment.name.text
        info = env.attributes.get((owner, name))
        if info is None or (owner == "claim" and name == env.date):
            known = [key[1] for key in env.attributes if key[0] == owner]
            env.unknown(
                codes.UNKNOWN_ATTRIBUTE, name, assignment.name.span, known,
                owner=word("CLAIM" if owner == "claim" else "MEMBER"),
            )  # fmt: skip
            continue
        if name in values:
            env.report(codes.DUPLICATE, assignment.name.span, name=name)
        value = _value(assignment, info.type, env)
        if value is not None and _in_domain(assignment, value, info, env):
            values[name] = value
    return values


def _value(assignment: n.Assignment, type_: Type, env: Environment) -> Plain | None:
    if isinstance(type_, Periods):
        return _periods(assignment, env)
    first, *more = assignment.values
    for extra in more:
        env.report(codes.DUPLICATE_CLAUSE, extra.span, clause=assignment.name.text)
    if isinstance(first, n.PeriodValue):
        env.report(
            codes.WRONG_TYPE, first.span, expected=type_name(type_), found=type_name(Periods())
        )
        return None
    if isinstance(type_, Bool) and isinstance(first, n.NameRef) and first.name in YES_NO:
        return YES_NO[first.name]
    found = check_as(first, type_, env)
    if not isinstance(found, e.Const):
        return None
    if isinstance(type_, Enum | Code) and not isinstance(found.value, str):
        return None
    return found.value


def _periods(assignment: n.Assignment, env: Environment) -> Plain:
    periods = []
    for value in assignment.values:
        match value:
            case n.PeriodValue(first=first, last=last):
                end = FOREVER if last is None else last.days
                if end < first.days:
                    env.report(
                        codes.EMPTY_RANGE, value.span, low=day_text(first.days), high=day_text(end)
                    )
                periods.append((first.days, end))
            case _:
                env.report(
                    codes.WRONG_TYPE, value.span, expected=type_name(Periods()),
                    found=Bilingual("别的东西", "something else"),
                )  # fmt: skip
    return tuple(periods)


def _in_domain(
    assignment: n.Assignment,
    value: Plain,
    info: AttributeInfo | ParameterInfo,
    env: Environment,
) -> bool:
    if info.low is None or info.high is None or isinstance(value, str | bool | tuple):
        return True
    scaled = value * 1_000_000 if type_name(info.type).en == "a ratio" else Fraction(value)
    if info.low <= scaled <= info.high:
        return True
    env.report(
        codes.EXAMPLE_RANGE, assignment.span, Related(info.span, DECLARED),
        name=info.name, value=value_text(int(scaled), info.type, env),
        low=value_text(info.low, info.type, env), high=value_text(info.high, info.type, env),
    )  # fmt: skip
    return False


def _parameters(
    assignments: tuple[n.Assignment, ...],
    parameters: dict[str, Plain],
    lists: dict[str, tuple[str, ...]],
    env: Environment,
) -> None:
    for assignment in assignments:
        name = assignment.name.text
        info = env.parameters.get(name)
        if isinstance(info, ParameterInfo):
            value = _value(assignment, info.type, env)
            if value is not None and _in_domain(assignment, value, info, env):
                parameters[name] = value
        elif name in env.lists:
            found = []
            for value_ in assignment.values:
                if isinstance(value_, n.CodeLiteral):
                    found.append(value_.text)
                else:
                    env.report(
                        codes.WRONG_TYPE, value_.span, expected=type_name(Code("")),
                        found=Bilingual("别的东西", "something else"),
                    )  # fmt: skip
            lists[name] = tuple(found)
        else:
            known = [key for key, x in env.parameters.items() if isinstance(x, ParameterInfo)]
            env.unknown(
                codes.UNKNOWN_NAME, name, assignment.name.span, [*known, *env.lists]
            )
