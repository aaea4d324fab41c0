"""A kernel as one Python function, a row after the other, for the search (compiler/quick.py).

The function is built as a syntax tree, never as text: names, codes and labels of a scheme stand in it
as constants, and every name is a letter and a number of ours. So nothing that an author wrote becomes
code. Numbers are numerators over the denominators of compiler/denominators.py; they are exact and have
no bound.

    step(state, claim, member, external, codes) -> (pays, definitions, keys, before, added) | None

state: the totals by key, one dict for each accumulator, which the row moves unless it is refused
(None). external: the values of the kernel's parameters; codes: those of its lists, both in order.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Any, assert_never

from attrs import define, field, frozen

from hmbc.compiler import days
from hmbc.compiler.denominators import Denominators, denominators_of
from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.dsl import expr as e
from hmbc.dsl.types import Code, Enum

State = tuple[dict[tuple[Any, ...], int], ...]
"""The totals of a unit, by accumulator and key."""

Made = tuple[
    tuple[int, ...], tuple[Any, ...], tuple[tuple[Any, ...], ...], tuple[int, ...], tuple[int, ...]
]
Step = Callable[
    [State, Mapping[str, Any], Mapping[str, Any], tuple[Any, ...], tuple[frozenset[str], ...]],
    Made | None,
]


@frozen
class Stepper:
    """The function of one kernel, with the places of its definitions and accumulators."""

    step: Step
    definitions: Mapping[str, int]
    accumulators: Mapping[str, int]
    denominators: Denominators


def stepper_of(kernel: Kernel) -> Stepper:
    """The function of a kernel."""
    writer = _Writer(kernel)
    module = ast.Module([writer.function()], [])
    scope: dict[str, Any] = dict(_HELPERS)
    exec(compile(ast.fix_missing_locations(module), "<kernel>", "exec"), scope)
    return Stepper(scope["step"], writer.definitions, writer.accumulators, writer.denominators)


# ---- what a syntax tree is made of


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _constant(value: Any) -> ast.expr:
    return ast.Constant(value)


def _call(function: str, *given: ast.expr) -> ast.expr:
    return ast.Call(_name(function), [*given], [])


def _method(of: ast.expr, method: str, *given: ast.expr) -> ast.expr:
    return ast.Call(ast.Attribute(of, method, ast.Load()), [*given], [])


def _at(of: ast.expr, place: ast.expr) -> ast.expr:
    return ast.Subscript(of, place, ast.Load())


def _operation(left: ast.expr, operator: ast.operator, right: ast.expr) -> ast.expr:
    return ast.BinOp(left, operator, right)


def _compared(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.expr:
    return ast.Compare(left, [operator], [right])


def _set(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _tuple(parts: Sequence[ast.expr]) -> ast.expr:
    return ast.Tuple([*parts], ast.Load())


def _times(of: ast.expr, by: int) -> ast.expr:
    return of if by == 1 else _operation(of, ast.Mult(), _constant(by))


_NOTHING = ast.Return(ast.Constant(None))


@define
class _Writer:
    """Writes the function of one kernel. Names in it: claim.get(…) as `c`, member.get(…) as `m`,
    parameters `x`, lists `l`, definitions `d`, keys `k` (one for all accumulators of the same keys),
    totals before the row `b`, what is added `a`, what stands for a moment `t`."""

    kernel: Kernel
    denominators: Denominators = field(init=False)
    definitions: dict[str, int] = field(init=False)
    accumulators: dict[str, int] = field(init=False)
    _keys_of: list[tuple[e.Expr, ...]] = field(init=False)
    _body: list[ast.stmt] = field(init=False, factory=list)
    _inputs: dict[tuple[str, str], str] = field(init=False, factory=dict)
    _keys: dict[tuple[e.Expr, ...], str] = field(init=False, factory=dict)
    _begun: set[str] = field(init=False, factory=set)
    _passing: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        self.denominators = denominators_of(self.kernel)
        items = self.kernel.items
        definitions = [item.name for item in items if isinstance(item, Definition)]
        accumulators = [item for item in items if isinstance(item, Accumulator)]
        self.definitions = {name: place for place, name in enumerate(definitions)}
        self.accumulators = {item.name: place for place, item in enumerate(accumulators)}
        self._keys_of = [item.keys for item in accumulators]

    def function(self) -> ast.stmt:
        """`def step(state, claim, member, external, codes)`."""
        self._unpacked("x", len(self.kernel.parameters), "external")
        self._unpacked("l", len(self.kernel.lists), "codes")
        for reject in self.kernel.rejects:
            self._refused(self.of(reject.when))
        for item in self.kernel.items:
            match item:
                case Definition(name=name, expr=expr):
                    value = self.of(expr)
                    self._body.append(_set(f"d{self.definitions[name]}", value))
                case Accumulator(name=name, adds=adds, ceiling=ceiling):
                    place, value = self.accumulators[name], self.of(adds)
                    self._body.append(_set(f"a{place}", value))
                    self._begin(name)
                    total = _operation(_name(f"b{place}"), ast.Add(), _name(f"a{place}"))
                    high = _compared(_call("abs", total), ast.Gt(), _constant(ceiling))
                    self._refused(high)
                case _:
                    assert_never(item)
        for place in self.accumulators.values():
            total = _operation(_name(f"b{place}"), ast.Add(), _name(f"a{place}"))
            totals = _at(_name("state"), _constant(place))
            store = ast.Subscript(totals, self._key(place), ast.Store())
            self._body.append(ast.If(_name(f"a{place}"), [ast.Assign([store], total)], []))
        self._body.append(ast.Return(self._made()))
        names = ("state", "claim", "member", "external", "codes")
        given = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
        return ast.FunctionDef("step", given, self._body, [])

    def _unpacked(self, letter: str, count: int, source: str) -> None:
        for place in range(count):
            self._body.append(_set(f"{letter}{place}", _at(_name(source), _constant(place))))

    def _refused(self, when: ast.expr) -> None:
        self._body.append(ast.If(when, [_NOTHING], []))

    def _made(self) -> ast.expr:
        pays = [_name(f"d{self.definitions[one.pay]}") for one in self.kernel.outcomes]
        places = self.accumulators.values()
        return _tuple(
            (
                _tuple(pays),
                _tuple([_name(f"d{place}") for place in self.definitions.values()]),
                _tuple([self._key(place) for place in places]),
                _tuple([_name(f"b{place}") for place in places]),
                _tuple([_name(f"a{place}") for place in places]),
            )
        )

    # ---- totals

    def _key(self, place: int) -> ast.expr:
        return _name(self._keys[self._keys_of[place]])

    def _begin(self, name: str) -> ast.expr:
        """The total of an accumulator when the row began."""
        place = self.accumulators[name]
        if name not in self._begun:
            self._begun.add(name)
            keys = self._keys_of[place]
            if keys not in self._keys:
                parts = _tuple([self.of(key) for key in keys])
                self._keys[keys] = f"k{len(self._keys)}"
                self._body.append(_set(self._keys[keys], parts))
            totals = _at(_name("state"), _constant(place))
            found = _method(totals, "get", _name(self._keys[keys]), _constant(0))
            self._body.append(_set(f"b{place}", found))
        return _name(f"b{place}")

    # ---- expressions

    def of(self, expr: e.Expr, before: bool = False) -> ast.expr:
        """An expression; `before`: with each total at what it was."""
        denominator = self.denominators.of

        def of(part: e.Expr) -> ast.expr:
            return self.of(part, before)

        def common(*parts: e.Expr) -> list[ast.expr]:
            whole = lcm(*(denominator(part) for part in parts))
            return [_times(of(part), whole // denominator(part)) for part in parts]

        match expr:
            case e.Const(value=Fraction() as number):
                return _constant(number.numerator)
            case e.Const(value=value):
                return _constant(value)
            case e.Attribute(owner=owner, name=name, type=kind):
                return self._attribute(owner, name, "" if isinstance(kind, Code | Enum) else 0)
            case e.Given(owner=owner, name=name):
                return _compared(_constant(name), ast.In(), _name(owner))
            case e.Parameter(name=name):
                names = [one.name for one in self.kernel.parameters]
                return _name(f"x{names.index(name)}")
            case e.Add(left=left, right=right):
                one, two = common(left, right)
                return _operation(one, ast.Add(), two)
            case e.Subtract(left=left, right=right):
                one, two = common(left, right)
                return _operation(one, ast.Sub(), two)
            case e.Scale(amount=amount, by=by):
                return _operation(of(amount), ast.Mult(), of(by))
            case e.Min(left=left, right=right):
                return self._first(ast.LtE(), *common(left, right))
            case e.Max(left=left, right=right):
                return self._first(ast.GtE(), *common(left, right))
            case e.Share(amount=amount, part=part, whole=whole, mode=mode):
                of_it = (of(amount), *common(part, whole))
                return _call("shared", *of_it, _constant(denominator(amount)), _constant(mode))
            case e.Compare(op=op, left=left, right=right):
                one, two = common(left, right)
                return _compared(one, _COMPARE[op](), two)
            case e.And(left=left, right=right):
                return ast.BoolOp(ast.And(), [of(left), of(right)])
            case e.Or(left=left, right=right):
                return ast.BoolOp(ast.Or(), [of(left), of(right)])
            case e.Not(of=inner):
                return ast.UnaryOp(ast.Not(), of(inner))
            case e.Choose(when=when, then=then, otherwise=otherwise):
                one, two = common(then, otherwise)
                return ast.IfExp(of(when), one, two)
            case e.InList(code=code, list_name=name):
                names = [one.name for one in self.kernel.lists]
                text = self._kept(of(code))
                within = _compared(text[0], ast.In(), _name(f"l{names.index(name)}"))
                return ast.BoolOp(
                    ast.And(), [within, _compared(text[1], ast.NotEq(), _constant(""))]
                )
            case e.InPeriods(date=date, owner=owner, name=name):
                return _call("within", of(date), self._attribute(owner, name, ()))
            case e.YearOf(date=date, month=month, day=first):
                return _call("year", of(date), _constant(month), _constant(first))
            case e.DateIn(year=year, month=month, day=on):
                return _call("day", of(year), _constant(month), _constant(on))
            case e.MonthOf(date=date):
                return _call("month", of(date))
            case e.AddMonths(date=date, months=months, mode=mode):
                return _call("later", of(date), of(months), _constant(mode))
            case e.AgeAt(birth=birth, date=date):
                return _call("age", of(birth), of(date))
            case e.Ref(name=name):
                return _name(f"d{self.definitions[name]}")
            case e.Before(accumulator=name):
                return self._begin(name)
            case e.Total(accumulator=name):
                begun = self._begin(name)
                if before:
                    return begun
                return _operation(begun, ast.Add(), _name(f"a{self.accumulators[name]}"))
            case e.Increase(of=inner):
                return _operation(self.of(inner), ast.Sub(), self.of(inner, True))
            case e.Round(amount=amount, mode=mode, step=step):
                return _times(self._rounded(of(amount), denominator(amount) * step, mode), step)
            case e.LayerPay():
                raise KernelError("LayerPay in a kernel")
            case _:
                assert_never(expr)

    def _attribute(self, owner: e.Owner, name: str, absent: Any) -> ast.expr:
        """What a claim or a member has, read once."""
        if (owner, name) not in self._inputs:
            local = f"{owner[0]}{len(self._inputs)}"
            self._inputs[owner, name] = local
            read = _method(_name(owner), "get", _constant(name), _constant(absent))
            self._body.append(_set(local, read))
        return _name(self._inputs[owner, name])

    def _kept(self, value: ast.expr) -> tuple[ast.expr, ast.expr]:
        """A value to be read twice: for the first time and again."""
        if isinstance(value, ast.Name | ast.Constant):
            return value, value
        self._passing += 1
        name = f"t{self._passing}"
        return ast.NamedExpr(ast.Name(name, ast.Store()), value), _name(name)

    def _first(self, order: ast.cmpop, left: ast.expr, right: ast.expr) -> ast.expr:
        """The one of two that comes first in an order."""
        one, two = self._kept(left), self._kept(right)
        return ast.IfExp(_compared(one[0], order, two[0]), one[1], two[1])

    def _rounded(self, amount: ast.expr, unit: int, mode: e.RoundingMode) -> ast.expr:
        """A numerator in whole units."""
        if unit == 1:
            return amount
        if mode == "half_up":  # the usual one, where it stands; of what is not negative
            first, again = self._kept(amount)
            natural = _compared(first, ast.GtE(), _constant(0))
            up = _operation(_times(again, 2), ast.Add(), _constant(unit))
            whole = _operation(up, ast.FloorDiv(), _constant(2 * unit))
            return ast.IfExp(natural, whole, _call("rounded", again, _constant(unit), _constant(mode)))
        return _call("rounded", amount, _constant(unit), _constant(mode))


_COMPARE: Mapping[str, type[ast.cmpop]] = {
    "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE, "==": ast.Eq, "!=": ast.NotEq
}  # fmt: skip


# ---- what the function calls


def _rounded(amount: int, unit: int, mode: e.RoundingMode) -> int:
    size = abs(amount)
    match mode:
        case "half_up":
            whole = (2 * size + unit) // (2 * unit)
        case "half_even":
            whole, rest = divmod(2 * size + unit, 2 * unit)
            whole -= rest == 0 and whole % 2
        case "up":
            whole = -(-size // unit)
        case "down":
            whole = size // unit
        case _:
            assert_never(mode)
    return whole if amount >= 0 else -whole


def _shared(amount: int, part: int, whole: int, size: int, mode: e.RoundingMode) -> int:
    if whole <= 0:
        return 0
    return _rounded(amount * min(max(part, 0), whole), whole * size, mode)


def _within(day: int, periods: Sequence[tuple[int, int]]) -> bool:
    return any(first <= day <= last for first, last in periods)


_HELPERS: Mapping[str, Any] = {
    "rounded": _rounded,
    "shared": _shared,
    "within": _within,
    "year": lru_cache(10_000)(days.benefit_year),
    "month": lru_cache(10_000)(days.month_number),
    "age": lru_cache(10_000)(days.age),
    "day": lru_cache(10_000)(days.day_number),
    "later": lru_cache(10_000)(days.add_months),
}
