"""Totals that are settled by the first row of a key: the number that an admission had when it came.

    seen    = accumulate 1 per K
    ordinal = accumulate choose(before seen == 0, x, 0) per K

Each later row of the key reads what the first one brought. Where only some rows are counted,

    seen    = accumulate s per K
    ordinal = accumulate choose(s > 0 and before seen == 0, x, 0) per K'

that is so of the rows from the first one on that is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from hmbc.compiler.kernel import Accumulator, Kernel
from hmbc.dsl import expr as e
from hmbc.dsl.reads import conjuncts


def settled_in(kernel: Kernel) -> frozenset[str]:
    """The accumulators whose total the first row of a key settles."""
    accumulators = kernel.accumulators
    found = set()
    for item in accumulators.values():
        first = first_of(item, accumulators)
        if first is not None and first[0].keys == item.keys:
            found.add(item.name)
    return frozenset(found)


def first_of(
    item: Accumulator, accumulators: Mapping[str, Accumulator]
) -> tuple[Accumulator, e.Expr] | None:
    """The accumulator that counts rows, and what is added, of one that adds in the first row of each
    of that one's keys only."""
    match item.adds:
        case e.Choose(when=when, then=then, otherwise=e.Const(value=0)):
            counts = [_counted(part) for part in conjuncts(when)]
        case _:
            return None
    seen = [accumulators[name] for name in counts if name]
    if None in counts or len(seen) != 1:
        return None
    match seen[0].adds:
        case e.Const(value=int() | Fraction() as adds) if adds > 0:
            return seen[0], then
        case _:
            return None


def counted_first_of(
    item: Accumulator, accumulators: Mapping[str, Accumulator]
) -> tuple[Accumulator, tuple[e.Expr, ...]] | None:
    """The accumulator that counts rows, and the other conditions with what is added last, of one that
    adds in the first row of each of that one's keys only that is counted there."""
    match item.adds:
        case e.Choose(when=when, then=then, otherwise=e.Const(value=0)):
            parts = list(conjuncts(when))
        case _:
            return None
    counts = [name for part in parts if (name := _counted(part))]
    if len(counts) != 1:
        return None
    seen = accumulators[counts[0]]
    others = tuple(part for part in parts if not _counted(part))
    if not any(_is_above_nothing(part, seen.adds) for part in others):
        return None
    return seen, (*others, then)


def kept_of(item: Accumulator) -> tuple[e.Expr, ...] | None:
    """Conditions and what is added, of a total that keeps the first thing added that is not 0:
    `accumulate choose(c, choose(before total == 0, x, 0), 0)`."""
    conditions: list[e.Expr] = []
    adds = item.adds
    while isinstance(adds, e.Choose):
        match adds:
            case e.Choose(
                when=e.Compare(op="==", left=e.Before(accumulator=name), right=e.Const(value=0)),
                then=then,
                otherwise=e.Const(value=0),
            ) if name == item.name:
                return (*conditions, then)
            case e.Choose(when=when, then=inner, otherwise=e.Const(value=0)):
                conditions.append(when)
                adds = inner
            case _:
                return None
    return None


def _counted(when: e.Expr) -> str | None:
    """The accumulator that was nothing when the row began; empty for what always holds."""
    match when:
        case e.Compare(op="==", left=e.Before(accumulator=name), right=e.Const(value=0)):
            return name
        case e.Compare(op=">", left=e.Const(value=one), right=e.Const(value=two)):
            return "" if not isinstance(one, str) and not isinstance(two, str) and one > two else None
        case _:
            return None


def _is_above_nothing(when: e.Expr, amount: e.Expr) -> bool:
    """Whether a condition says that an amount is more than 0."""
    match when:
        case e.Compare(op=">", left=left, right=e.Const(value=0)):
            return left == amount
        case _:
            return False
