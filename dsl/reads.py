"""What an expression reads."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from hmbc.dsl import expr as e


def walk(expr: e.Expr) -> Iterator[e.Expr]:
    """The expression and every expression in it, outermost first."""
    yield expr
    for field in attrs.fields(type(expr)):
        inner = getattr(expr, field.name)
        if isinstance(inner, e.NODES):
            yield from walk(inner)


def attributes_read(expr: e.Expr) -> frozenset[tuple[str, str]]:
    """(owner, name) of every attribute on which the value depends."""
    found = set()
    for node in walk(expr):
        match node:
            case e.Attribute(owner=owner, name=name) | e.Given(owner=owner, name=name):
                found.add((str(owner), name))
            case e.InPeriods(owner=owner, name=name):
                found.add((str(owner), name))
            case _:
                pass
    return frozenset(found)
