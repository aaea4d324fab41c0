"""Which optional attributes are surely given where a condition holds."""

from __future__ import annotations

from hmbc.dsl import expr as e

Facts = frozenset[tuple[str, str]]


NOTHING: Facts = frozenset()


def facts_of(condition: e.Expr) -> Facts:
    """The optional attributes that are surely given where the condition holds."""
    match condition:
        case e.Given(owner=owner, name=name):
            return frozenset({(owner, name)})
        case e.And(left=left, right=right):
            return facts_of(left) | facts_of(right)
        case e.Or(left=left, right=right):
            return facts_of(left) & facts_of(right)
        case e.Not(of=of):
            return facts_if_false(of)
        case _:
            return NOTHING


def facts_if_false(condition: e.Expr) -> Facts:
    """The optional attributes that are surely given where the condition fails."""
    match condition:
        case e.Or(left=left, right=right):
            return facts_if_false(left) | facts_if_false(right)
        case e.Not(of=of):
            return facts_of(of)
        case _:
            return NOTHING
