"""Whether conditions contradict each other, from what is declared: values, ranges, lists of codes.

`contradict(conditions, env)` is true only where no claim can fulfil all of them at once. It takes
`and`, `or` and `not` apart, narrows each attribute by every comparison with a fixed value, and
remembers for everything else whether it holds. What it cannot tell it takes to be possible; so it
does of running totals, which are one value before a claim and another after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor

from attrs import define, evolve, field, frozen

from hmbc.dsl import expr as e
from hmbc.dsl.intervals import Domains, Interval, interval, truth
from hmbc.dsl.reads import reads_totals
from hmbc.dsl.scheme import AttributeInfo, ListInfo, ParameterInfo
from hmbc.dsl.types import Code, Enum, Ratio

MOST_WAYS = 500
"""So many ways to fulfil them are looked at; with more, it is taken to be possible."""

MILLION = 1_000_000
_SWAPPED: dict[e.Comparison, e.Comparison] = {
    "<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="
}  # fmt: skip
_OPPOSITE: dict[e.Comparison, e.Comparison] = {
    "<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="
}  # fmt: skip


def contradict(conditions: Sequence[e.Expr], env: Domains) -> bool:
    """Whether no claim fulfils all of these conditions."""
    start = _Known(env.attributes, env.parameters, env.lists)
    return not _Ways().any([(condition, True) for condition in conditions], start)


@frozen
class _Known:
    """What is known of one way to fulfil the conditions: narrowed domains, the values that an
    attribute may still have, and what else holds or does not."""

    attributes: Mapping[tuple[str, str], AttributeInfo]
    parameters: Mapping[str, object]
    lists: Mapping[str, ListInfo]
    values: Mapping[e.Expr, frozenset[str]] = field(factory=dict)
    """Of a listed value: which are left. Of a code: which, where it is known to be among some."""
    barred: Mapping[e.Expr, frozenset[str]] = field(factory=dict)
    """Codes that a code is not."""
    facts: Mapping[e.Expr, bool] = field(factory=dict)

    def assume(self, atom: e.Expr, holds: bool) -> _Known | None:
        """With one more condition; None where it cannot be."""
        if reads_totals(atom):
            return self
        match atom:
            case e.Compare(op="==" | "!=" as op, left=e.Attribute() as one, right=e.Const(value=str(x))):
                return self._among(one, frozenset((x,)), (op == "==") == holds)
            case e.InList(code=code, list_name=name) if (codes := self.lists[name].codes) is not None:
                return self._among(code, frozenset(codes), holds)
            case e.Compare(op=op, left=left, right=right):
                return self._compare(e.Compare(op if holds else _OPPOSITE[op], left, right))
            case _:
                if self.facts.get(atom, holds) != holds:
                    return None
                return evolve(self, facts={**self.facts, atom: holds})

    def _among(self, of: e.Attribute, given: frozenset[str], holds: bool) -> _Known | None:
        if isinstance(of.type, Enum):
            left = self.values.get(of, frozenset(of.type.values))
            left = left & given if holds else left - given
            return evolve(self, values={**self.values, of: left}) if left else None
        assert isinstance(of.type, Code)
        among, barred = self.values.get(of), self.barred.get(of, frozenset())
        if holds:
            among = given if among is None else among & given
        else:
            barred |= given
        if among is None:
            return evolve(self, barred={**self.barred, of: barred})
        if not among - barred:
            return None
        return evolve(
            self, values={**self.values, of: among}, barred={**self.barred, of: barred}
        )

    def _compare(self, atom: e.Compare) -> _Known | None:
        known = evolve(self, facts={**self.facts, atom: True})
        if known._never():
            return None
        for op, one, two in ((atom.op, atom.left, atom.right), (_SWAPPED[atom.op], atom.right, atom.left)):
            cut = known._narrowed(op, one, interval(two, known))
            if cut is None:
                return None
            known = cut
        return None if known._never() else known

    def _never(self) -> bool:
        """Whether a comparison that should hold never does in what the domains are by now."""
        for atom, holds in self.facts.items():
            if isinstance(atom, e.Compare) and holds:
                if truth(atom, self) is False:
                    return True
                if self.facts.get(evolve(atom, op=_OPPOSITE[atom.op])):
                    return True
        return False

    def _narrowed(self, op: e.Comparison, of: e.Expr, by: Interval) -> _Known | None:
        """With the domain of an attribute or a parameter cut to what a comparison leaves of it; None where
        that is nothing."""
        match of:
            case e.Attribute(owner=owner, name=name, type=kind):
                info = self.attributes.get((owner, name))
                if info is None or info.low is None or info.high is None:
                    return self
                low, high = _cut(op, info.low, info.high, by, isinstance(kind, Ratio))
                if low > high:
                    return None
                cut = evolve(info, low=low, high=high)
                return evolve(self, attributes={**self.attributes, (owner, name): cut})
            case e.Parameter(name=name, type=kind):
                given = self.parameters[name]
                if not isinstance(given, ParameterInfo):
                    return self
                low, high = _cut(op, given.low, given.high, by, isinstance(kind, Ratio))
                if low > high:
                    return None
                return evolve(
                    self, parameters={**self.parameters, name: evolve(given, low=low, high=high)}
                )
            case _:
                return self


def _cut(op: e.Comparison, low: int, high: int, by: Interval, is_ratio: bool) -> tuple[int, int]:
    """The whole numbers (millionths of a ratio) of a domain that are so to some number of `by`."""
    unit = MILLION if is_ratio else 1
    most = None if by.high is None else by.high * unit
    least = None if by.low is None else by.low * unit
    match op:
        case "<" if most is not None:
            high = min(high, ceil(most) - 1)
        case "<=" if most is not None:
            high = min(high, floor(most))
        case ">" if least is not None:
            low = max(low, floor(least) + 1)
        case ">=" if least is not None:
            low = max(low, ceil(least))
        case "==":
            high = high if most is None else min(high, floor(most))
            low = low if least is None else max(low, ceil(least))
        case "!=" if most is not None and most == least and Fraction(most).denominator == 1:
            low, high = low + (low == most), high - (high == most)
        case _:
            pass
    return low, high


@define
class _Ways:
    """Looks for a way to fulfil conditions."""

    left: int = MOST_WAYS

    def any(self, wanted: list[tuple[e.Expr, bool]], known: _Known) -> bool:
        """Whether there may be one."""
        choices: list[tuple[e.Expr, e.Expr, bool]] = []
        now: _Known | None = known
        while wanted:
            condition, holds = wanted.pop()
            match condition:
                case e.Const(value=bool() as value):
                    if value != holds:
                        return False
                case e.Not(of=of):
                    wanted.append((of, not holds))
                case e.And(left=one, right=two) | e.Or(left=one, right=two):
                    if isinstance(condition, e.And) == holds:
                        wanted += [(one, holds), (two, holds)]
                    else:
                        choices.append((one, two, holds))
                case _:
                    assert now is not None
                    now = now.assume(condition, holds)
                    if now is None:
                        return False
        if not choices:
            return True
        self.left -= 1
        if self.left < 0:
            return True
        assert now is not None
        one, two, holds = choices.pop()
        rest = [(e.Or(a, b) if h else e.And(a, b), h) for a, b, h in choices]
        return any(self.any([(side, holds), *rest], now) for side in (one, two))
