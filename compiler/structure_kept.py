"""Totals that keep the first thing added, read where they are added to: the same for two claims of one date
that change places.

    first = accumulate choose(c, choose(before first == 0, x, 0), 0) per K
    c and d(total first)

x is one value for all claims of a key and a date. In a row for which c holds the total is what was kept
before the two claims, or x, whichever of them comes first; in one for which c does not, the conjunction
fails whatever the total is.
"""

from __future__ import annotations

from collections.abc import Callable

from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.structure_settled import kept_of
from hmbc.compiler.through_names import through_names
from hmbc.dsl import expr as e
from hmbc.dsl.reads import conjuncts, walk


def without_kept(
    bounds: Bounds, when: e.Expr, is_one: Callable[[e.Expr, Scope], bool]
) -> tuple[tuple[e.Expr, ...], frozenset[str]]:
    """The conditions that a conjunction is made of, those totals read as a figure that keep the first
    thing added to them where the other conditions hold; and the names of these totals. is_one: whether
    a value is one for claims of a key and a date."""
    parts = tuple(conjuncts(through_names(when, bounds.definitions)))
    kept = set()
    for name in {node.accumulator for part in parts for node in walk(part) if isinstance(node, e.Total)}:
        item = bounds.accumulators[name]
        found = kept_of(item)
        if found is None or not is_one(found[-1], Scope(item.keys)):
            continue
        needed = {own for one in found[:-1] for own in conjuncts(through_names(one, bounds.definitions))}
        others = {part for part in parts if e.Total(name) not in walk(part)}
        if needed <= others:
            kept.add(name)
    return tuple(_read(part, frozenset(kept)) for part in parts), frozenset(kept)


def _read(expr: e.Expr, kept: frozenset[str]) -> e.Expr:
    if isinstance(expr, e.Total) and expr.accumulator in kept:
        return e.money(0)
    return e.rebuild(expr, lambda part: _read(part, kept))
