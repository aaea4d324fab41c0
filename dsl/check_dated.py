"""Dated parameters: one value for every day from the first on; a hole or an overlap is an error."""

from __future__ import annotations

from datetime import date, timedelta

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_expressions import check_as
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import BEFORE, Environment, FixedParameter
from hmbc.dsl.scheme import Undated
from hmbc.dsl.types import Date, Type


def day_text(days: int) -> str:
    """Days since 1970-01-01 as an ISO date."""
    return (date(1970, 1, 1) + timedelta(days)).isoformat()


def _between(first: str, last: str) -> Bilingual:
    return Bilingual(f"在 {first} 至 {last} ", f" from {first} to {last}")


def check_dated(
    item: n.ParameterDeclaration,
    values: tuple[n.DatedValue, ...],
    type_: Type,
    env: Environment,
) -> None:
    """Declare a dated parameter. A claim dated before its first value, or after its last, is
    rejected when it is adjudicated."""
    name = item.name.text
    if not values:
        env.report(codes.DATED_HOLE, item.name.span, name=name, when=Bilingual("", ""))
        return
    ordered = sorted(values, key=lambda value: value.first.days)
    for before, after in zip(ordered, ordered[1:], strict=False):
        if before.last is None and before.first.days < after.first.days:
            continue  # runs until the next one begins
        end = before.first.days if before.last is None else before.last.days
        if end >= after.first.days:
            env.report(
                codes.DATED_OVERLAP, after.span, Related(before.span, BEFORE),
                name=name, date=day_text(after.first.days),
            )  # fmt: skip
        elif end + 1 < after.first.days:
            env.report(
                codes.DATED_HOLE, after.span, Related(before.span, BEFORE), name=name,
                when=_between(day_text(end + 1), day_text(after.first.days - 1)),
            )  # fmt: skip
    claim_date = e.Attribute("claim", env.date, Date())
    checked = [check_as(value.value, type_, env) for value in ordered]
    chosen = checked[0]
    for value, result in zip(ordered[1:], checked[1:], strict=True):
        begun = e.Compare(">=", claim_date, e.Const(value.first.days, Date()))
        chosen = e.Choose(begun, result, chosen)
    missing: e.Expr = e.Compare("<", claim_date, e.Const(ordered[0].first.days, Date()))
    if ordered[-1].last is not None:
        expired = e.Compare(">", claim_date, e.Const(ordered[-1].last.days, Date()))
        missing = e.Or(missing, expired)
    env.undated.append(Undated(name, missing, span=item.name.span))
    changes = tuple(value.first.days for value in ordered[1:])
    env.parameters[name] = FixedParameter(name, type_, chosen, changes, item.name.span)
