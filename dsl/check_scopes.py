"""Scopes: over which rows of a unit a total runs."""

from __future__ import annotations

from hmbc.dsl import codes
from hmbc.dsl import nodes as n
from hmbc.dsl.check_expressions import check_as
from hmbc.dsl.environment import Environment
from hmbc.dsl.scheme import CheckedScope
from hmbc.dsl.types import Bool


def check_scope(scope: n.Scope, env: Environment) -> CheckedScope:
    """The scope, with its condition checked and its event known."""
    if "PER_EVENT" in scope.keys and env.event is None:
        env.report(codes.NO_EVENT, scope.span)
    if scope.condition is None or scope.otherwise is None:
        return CheckedScope(scope.keys)
    condition = check_as(scope.condition, Bool(), env)
    return CheckedScope(scope.keys, condition, check_scope(scope.otherwise, env))
