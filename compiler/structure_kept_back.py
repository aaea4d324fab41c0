"""Roundings that add less than a threshold keeps back.

    excess  = increase max(0, total a − L)               L at least 110
    share   = excess × 80%, …                            never more than the excess
    pay     = increase round(total share, half up)       its total of one key for each visit, at most 10,000

Over one key of its total, what is rounded comes to the total, and to less than a step more (half a step, to the
nearest): its keys together to at most 10,000 × 0.005 = 50 more. Till the first row with an excess nothing is paid.
From that row on one key of the threshold's total has kept back L, whichever row's it was, and no key has
let through more than came to it: all that is let through is by 110 less than the sum of a. So what is paid
never comes to more than the sum of a, however claims are spread.

That the increases of one key come to no more than the last total less the least L: an increase of max(0, t − L) is
no less for a smaller L. Of a limit that is used up, the rest is what came less what is used, and the first row with a
rest has used up its own L.

How many keys there are: of a keyed total no more than its bound, since a row beyond it is rejected; and no more than
there are values of its keys.
"""

from __future__ import annotations

from fractions import Fraction
from math import prod

from hmbc.compiler.kernel import Accumulator
from hmbc.compiler.structure_bounds import NO_NAMES, Bounds, Names
from hmbc.compiler.structure_stage import Stage
from hmbc.compiler.structure_used import rest_of
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk


def kept_back(bounds: Bounds, name: str) -> Names:
    """The definitions whose sum over a unit's rows the sum of a rounded one never exceeds, because of what a
    threshold keeps back of theirs."""
    stage = bounds.stage(bounds.definitions[name].expr)
    more = None if stage is None else _added_by_rounding(bounds, stage)
    found = NO_NAMES
    if stage is None or more is None:
        return found
    for part in bounds.of(stage.added) & bounds.definitions.keys():
        least, amount = _threshold(bounds, bounds.definitions[part].expr) or (Fraction(-1), e.money(0))
        if more <= least:
            found |= bounds.of(amount)
    return found


def _added_by_rounding(bounds: Bounds, stage: Stage) -> Fraction | None:
    """What a rounded total may come to more than it is, in all its keys together."""
    total = e.Total(stage.total.name)
    match stage.of:
        case (
            e.Min(left=limit, right=e.Round(amount=amount, mode=mode, step=step))
            | e.Min(left=e.Round(amount=amount, mode=mode, step=step), right=limit)
        ) if total not in walk(limit):
            pass
        case e.Round(amount=amount, mode=mode, step=step):
            pass
        case _:
            return None
    if amount != total or stage.alone is not None or not bounds.is_natural(stage.added):
        return None
    if mode == "down":
        return Fraction(0)
    return _keys(bounds, stage.total) * (Fraction(step) if mode == "up" else Fraction(step, 2))


def _keys(bounds: Bounds, total: Accumulator) -> int:
    """How many keys of a total a unit may have."""
    values = (bounds.ranges.value(key) for key in total.keys)
    most = prod(int(value.high - value.low) + 1 for value in values)
    return most if total.sequential else min(most, total.bound)


def _threshold(bounds: Bounds, expr: e.Expr) -> tuple[Fraction, e.Expr] | None:
    """Of what is left above a threshold: the least that the threshold can be, and of what it is left."""
    if rest := rest_of(expr, bounds.accumulators):
        amount, _, limit = rest
        return (bounds.ranges.value(limit).low, amount) if bounds.is_natural(amount) else None
    stage = bounds.stage(expr)
    if stage is None or stage.alone is not None or not bounds.is_natural(stage.added):
        return None
    total = e.Total(stage.total.name)
    match stage.of:
        case e.Max(left=e.Const(value=0), right=e.Subtract(left=left, right=limit)) if (
            left == total and total not in walk(limit)
        ):
            return bounds.ranges.value(limit).low, stage.added
        case _:
            return None
