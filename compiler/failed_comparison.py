"""Which comparison of what an author states a claim fails, and the two values that it compares.

What is stated is taken apart at `and`, and at `not c or x`, which says x where c holds. The values are
those that the interpreter works out: they are added to the kernel as definitions, and the claims run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from hmbc.compiler.kernel import Definition
from hmbc.dsl import expr as e

Trace = Mapping[str, Any]
Work = Callable[[Sequence[Definition]], Sequence[Trace]]
"""The definitions' values, row by row, with those of the kernel."""


@frozen
class Failed:
    """row: from 0."""

    row: int
    what: e.Compare
    left: Any
    right: Any


def failed_comparison(holds: e.Expr, work: Work) -> Failed | None:
    """The first that fails, in the first row in which one does; None where what fails is no comparison."""
    parts = list(_parts(holds, ()))
    probes = []
    for number, (conditions, one) in enumerate(parts):
        said: e.Expr = one
        for condition in conditions:
            said = e.Or(e.Not(condition), said)
        for name, expr in (("holds", said), ("left", one.left), ("right", one.right)):
            probes.append(Definition(name=f"stated.part.{number}.{name}", expr=expr, role="probe"))
    for row, trace in enumerate(work(probes)):
        for number, (_, one) in enumerate(parts):
            at = f"stated.part.{number}."
            if not trace[f"{at}holds"]:
                return Failed(row, one, trace[f"{at}left"], trace[f"{at}right"])
    return None


def _parts(
    holds: e.Expr, conditions: tuple[e.Expr, ...]
) -> Iterator[tuple[tuple[e.Expr, ...], e.Compare]]:
    """Every comparison that has to hold, with the conditions under which."""
    match holds:
        case e.And(left=left, right=right):
            yield from _parts(left, conditions)
            yield from _parts(right, conditions)
        case e.Or(left=e.Not(of=condition), right=right):
            yield from _parts(right, (*conditions, condition))
        case e.Compare():
            yield conditions, holds
        case _:
            pass
