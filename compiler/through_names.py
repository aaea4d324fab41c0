"""Expressions with the names in them looked through."""

from __future__ import annotations

from collections.abc import Mapping

from hmbc.compiler.kernel import Definition
from hmbc.dsl import expr as e


def through_names(expr: e.Expr, definitions: Mapping[str, Definition]) -> e.Expr:
    """The expression with what each name stands for in its place, however deep; but not inside an increase, in
    which a name is one value, and what it stands for would move."""
    if isinstance(expr, e.Ref):
        return through_names(definitions[expr.name].expr, definitions)
    if isinstance(expr, e.Increase):
        return expr
    return e.rebuild(expr, lambda part: through_names(part, definitions))
