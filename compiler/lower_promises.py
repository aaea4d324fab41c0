"""An attribute that is promised to be one value in a scope: what the first row says is kept, and a row
that says something else is rejected.

    kept   = accumulate choose(before kept = 0, number of its value, 0) per S
    reject   before kept != 0 and before kept != number of its value
"""

from __future__ import annotations

from attrs import frozen

from hmbc.compiler.kernel import Accumulator, Clause, Reject
from hmbc.compiler.scopes import keys_of, sequential
from hmbc.dsl import expr as e
from hmbc.dsl.names import word
from hmbc.dsl.scheme import AttributeInfo, CheckedScheme, CheckedScope
from hmbc.dsl.types import Bool, Date, Days, Enum, Int, Money, Ratio

_MILLION = e.money(1_000_000)


@frozen
class Promises:
    """What keeps the first values, and the grounds for rejecting others."""

    marks: tuple[Accumulator, ...]
    rejects: tuple[Reject, ...]


def lower_promises(scheme: CheckedScheme) -> Promises:
    """All promises of a scheme."""
    marks, rejects = [], []
    for info in scheme.attributes:
        if info.same is not None:
            mark, reject = _promise(info, info.same, scheme)
            marks.append(mark)
            rejects.append(reject)
    return Promises(tuple(marks), tuple(rejects))


def _promise(
    info: AttributeInfo, scope: CheckedScope, scheme: CheckedScheme
) -> tuple[Accumulator, Reject]:
    name = f"{info.owner}.{info.name}.same"
    value, nothing = _number(info)
    before = e.Before(name)
    is_new: e.Expr = e.Compare("==", before, nothing)
    other: e.Expr = e.And(e.Not(is_new), e.Compare("!=", before, value))
    if info.optional:  # a row without a value breaks no promise
        given = e.Given(info.owner, info.name)
        is_new, other = e.And(given, is_new), e.And(given, other)
    mark = Accumulator(
        name=name,
        adds=e.Choose(is_new, value, nothing),
        keys=keys_of(scope, scheme),
        sequential=sequential(scope, scheme),
        ceiling=0,
        role="kept",
        clause=Clause(cites=info.cites, span=info.span),
    )
    words = [word(key) for key in scope.keys if isinstance(key, str)]
    attributes = [key.name for key in scope.keys if isinstance(key, e.Attribute)]
    zh = "".join([text.zh for text in words] + [f"每个“{one}”" for one in attributes])
    en = " ".join([text.en for text in words] + [f"per {one}" for one in attributes])
    reject = Reject(
        name=f"not_same:{info.owner}.{info.name}",
        zh=f"“{info.label or info.name}”与此前的不同，而方案说它{zh}相同",
        en=f"`{info.name}` is another value than before, and the scheme says that it is the same {en}",
        when=other,
    )
    return mark, reject


def _number(info: AttributeInfo) -> tuple[e.Expr, e.Const]:
    """The value as a number above 0, and 0: an amount, a number or a number of days."""
    value = e.Attribute(info.owner, info.name, info.type)
    one = e.Const(1, Int())
    low = info.low or 0
    match info.type:
        case Money():
            return e.Add(value, e.money(1 - low)), e.money(0)
        case Ratio():
            return e.Add(e.Scale(_MILLION, value), e.money(1 - low)), e.money(0)
        case Int():
            return e.Add(value, e.Const(1 - low, Int())), e.Const(0, Int())
        case Date():
            return e.Subtract(value, e.Const(low - 1, Date())), e.Const(0, Days())
        case Bool():
            return e.Choose(value, e.Const(2, Int()), one), e.Const(0, Int())
        case Enum(values=values) as enum:
            number: e.Expr = e.Const(len(values), Int())
            for place in range(len(values) - 1, 0, -1):
                is_it = e.Compare("==", value, e.Const(values[place - 1], enum))
                number = e.Choose(is_it, e.Const(place, Int()), number)
            return number, e.Const(0, Int())
        case _:
            raise AssertionError(info.type)
