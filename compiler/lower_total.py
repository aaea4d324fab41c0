"""Declared totals: sums, counts of claims, counts of events.

    total x: a per S when c     x = accumulate choose(c and nothing stops the claim, a, 0) per S
    count x: claims per S       the same with a = 1
    count x: events per S       seen    = accumulate counted per S and event
                                x       = accumulate (counted and before seen = 0) per S
                                ordinal = accumulate (x where the event is new) per S and event
"""

from __future__ import annotations

from hmbc.compiler.kernel import Accumulator, Clause
from hmbc.compiler.lower_amounts import inner
from hmbc.compiler.scopes import keys_of, sequential
from hmbc.dsl import expr as e
from hmbc.dsl.scheme import CheckedScheme, CheckedTotal
from hmbc.dsl.types import Code, Days, Int, Money

_NONE = e.Const(0, Int())
_ONE = e.Const(1, Int())
_ZERO = {Int: _NONE, Days: e.Const(0, Days()), Money: e.money(0)}


def lower_total(
    total: CheckedTotal, blocked: list[e.Ref], scheme: CheckedScheme
) -> list[Accumulator]:
    """The accumulators of one declaration. A claim that is stopped for all layers adds nothing."""
    counts: e.Expr = inner(total.condition)
    for stop in blocked:
        counts = e.Not(stop) if counts == e.TRUE else e.And(counts, e.Not(stop))
    amount = inner(total.amount)
    adds = amount if counts == e.TRUE else e.Choose(counts, amount, _ZERO[type(total.type)])
    if total.of != "events":
        return [_accumulator(total, total.name, "total", adds, keys_of(total.scope, scheme), scheme)]
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
