"""Totals that an edition does not take over: those of a year, or a life, that began before it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import attrs

from hmbc.dsl import codes
from hmbc.dsl import nodes as n
from hmbc.dsl.environment import Environment

_EPOCH = date(1970, 1, 1)


def check_carried(scheme: n.Scheme, env: Environment) -> None:
    """Warn of a revising scheme that begins inside a benefit year, or has totals of a lifetime."""
    if scheme.revises is None or env.valid is None:
        return
    first = _EPOCH + timedelta(env.valid.first)
    if env.anniversary is not None or (first.month, first.day) != env.year_start:
        env.report(codes.YEAR_CUT, env.valid.span, day=first.isoformat())
    for scope in _scopes(scheme):
        if "PER_LIFETIME" in scope.keys:
            env.report(codes.LIFETIME_CUT, scope.span)
            return


def _scopes(node: Any) -> Iterator[n.Scope]:
    """Every scope below a node of the syntax tree."""
    if isinstance(node, n.Scope):
        yield node
    if isinstance(node, tuple):
        for part in node:
            yield from _scopes(part)
    elif attrs.has(kind := type(node)):
        for field in attrs.fields(kind):
            yield from _scopes(getattr(node, field.name))
