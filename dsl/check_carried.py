"""Totals that an edition does not take over: those of a year, or a life, that began before it."""

from __future__ import annotations

from datetime import date, timedelta

from hmbc.dsl import codes
from hmbc.dsl import nodes as n
from hmbc.dsl.environment import Environment
from hmbc.dsl.inside import inside

_EPOCH = date(1970, 1, 1)


def check_carried(scheme: n.Scheme, env: Environment) -> None:
    """Warn of a revising scheme that begins inside a benefit year, has totals of a lifetime, or reads
    those of the year before."""
    if scheme.revises is None or env.valid is None:
        return
    first = _EPOCH + timedelta(env.valid.first)
    if env.anniversary is not None or (first.month, first.day) != env.year_start:
        env.report(codes.YEAR_CUT, env.valid.span, day=first.isoformat())
    told: set[str] = set()
    for node in inside(scheme):
        match node:
            case n.Scope(keys=keys) if "PER_LIFETIME" in keys and "lifetime" not in told:
                told.add("lifetime")
                env.report(codes.LIFETIME_CUT, node.span)
            case n.NameRef(which="last_year") if "last year" not in told:
                told.add("last year")
                env.report(codes.LAST_YEAR_CUT, node.span, name=node.name)
            case _:
                pass
