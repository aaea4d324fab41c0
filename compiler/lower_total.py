"""Declared totals: sums, counts of claims, counts of events.

    total x: a per S when c     x = accumulate choose(c and nothing stops the claim, a, 0) per S
    count x: claims per S       the same with a = 1
    count x: events per S       seen    = accumulate counted per S and event
                                x       = accumulate (counted and before seen = 0) per S
                                ordinal = accumulate (x where the event is new) per S and event
                                number  = total ordinal, for this row

Where `x last year` is read, three totals keep it, over the scope without the year. Each is set by
adding what it should be less what it is, where the claim adds to x:

    year    the claim's year
    last    what `newest` was, if `year` was the year before, else 0; where `year` is another one
    newest  x with this claim
"""

from __future__ import annotations

from attrs import evolve

from hmbc.compiler.kernel import Accumulator, Clause, Definition
from hmbc.compiler.lower_amounts import inner
from hmbc.compiler.scopes import keys_of, sequential, year_of_claim
from hmbc.dsl import expr as e
from hmbc.dsl.scheme import CheckedScheme, CheckedScope, CheckedTotal
from hmbc.dsl.types import Code, Days, Int, Money

_NONE = e.Const(0, Int())
_ONE = e.Const(1, Int())
_ZERO = {Int: _NONE, Days: e.Const(0, Days()), Money: e.money(0)}


def lower_total(
    total: CheckedTotal, blocked: list[e.Ref], scheme: CheckedScheme
) -> list[Definition | Accumulator]:
    """What one declaration is made of. A claim that is stopped for all layers adds nothing."""
    counts: e.Expr = inner(total.condition)
    for stop in blocked:
        counts = e.Not(stop) if counts == e.TRUE else e.And(counts, e.Not(stop))
    amount = inner(total.amount)
    adds = amount if counts == e.TRUE else e.Choose(counts, amount, _ZERO[type(total.type)])
    found = _counting(total, adds, scheme)
    return [*found, *_last_year(total, scheme)] if total.last_year else found


def _counting(
    total: CheckedTotal, adds: e.Expr, scheme: CheckedScheme
) -> list[Definition | Accumulator]:
    """The total itself, and what it needs where it counts events."""
    if total.of != "events":
        return [
            _accumulator(total, total.name, "total", adds, keys_of(total.scope, scheme), scheme)
        ]
    assert scheme.event is not None
    event = e.Attribute("claim", scheme.event, Code(f"claim.{scheme.event}"))
    keys = keys_of(total.scope, scheme)
    per_event = keys if event in keys else (*keys, event)
    seen = f"{total.name}.seen"
    first = e.And(e.Compare(">", adds, _NONE), e.Compare("==", e.Before(seen), _NONE))
    return [
        _accumulator(total, seen, "seen", adds, per_event, None),
        _accumulator(total, total.name, "count", e.Choose(first, _ONE, _NONE), keys, scheme),
        _accumulator(
            total, f"{total.name}.ordinal", "ordinal",
            e.Choose(first, e.Total(total.name), _NONE), per_event, None,
        ),
        Definition(
            name=f"{total.name}.number", expr=e.Total(f"{total.name}.ordinal"), role="number",
            clause=Clause(cites=total.cites, span=total.span),
        ),
    ]  # fmt: skip


def _last_year(total: CheckedTotal, scheme: CheckedScheme) -> list[Accumulator]:
    """What remembers the total of the benefit year before (dsl/check_references.py reads it)."""
    now, year = e.Total(total.name), year_of_claim(scheme)
    adds = e.Compare("!=", now, e.Before(total.name))
    names = {which: f"{total.name}.{which}" for which in ("year", "last", "newest")}
    known, last, newest = (e.Before(name) for name in names.values())
    zero = _ZERO[type(total.type)]
    just_before = e.Compare("==", known, e.Subtract(year, _ONE))
    ended = e.Choose(just_before, newest, zero)
    is_new = e.And(adds, e.Compare("!=", known, year))
    without_year = tuple(key for key in total.scope.keys if key != "PER_YEAR")
    longer = evolve(total, scope=CheckedScope(without_year or ("PER_LIFETIME",)))
    keys = keys_of(longer.scope, scheme)
    return [
        _accumulator(longer, names["last"], "last", e.Choose(is_new, e.Subtract(ended, last), zero), keys, scheme),
        _accumulator(longer, names["newest"], "newest", e.Choose(adds, e.Subtract(now, newest), zero), keys, scheme),
        _accumulator(longer, names["year"], "year", e.Choose(adds, e.Subtract(year, known), _NONE), keys, scheme),
    ]  # fmt: skip


def _accumulator(
    total: CheckedTotal,
    name: str,
    role: str,
    adds: e.Expr,
    keys: tuple[e.Expr, ...],
    scheme: CheckedScheme | None,
) -> Accumulator:
    """scheme None: keyed by the event."""
    return Accumulator(
        name=name,
        adds=adds,
        keys=keys,
        sequential=scheme is not None and sequential(total.scope, scheme),
        ceiling=0,
        role=role,
        clause=Clause(cites=total.cites, span=total.span),
    )
