"""What never exceeds what in sum over a unit's rows: besides what holds in each row, any rounding whose
function is constant in its scope: the increases of one total add up to its last value, and
round(t) <= n for t <= n where n is whole. A step above the minor unit keeps this only where it rounds
down, or of at most half; n need not be whole where only a part of it is rounded. Or a threshold keeps back more than
roundings add (structure_kept_back.py).
"""

from __future__ import annotations

from fractions import Fraction

from attrs import define, field

from hmbc.compiler.structure_bounds import NO_NAMES, Bounds, Names
from hmbc.compiler.structure_kept_back import kept_back
from hmbc.compiler.structure_stage import Shape, Stage, at_zero, parts_beside, shape_of, stage_of
from hmbc.dsl import expr as e

_HALF = Fraction(1, 2)


@define
class BoundsInSum:
    """Upper bounds of sums in one kernel."""

    bounds: Bounds
    _sums: dict[str, Names] = field(init=False, factory=dict)

    def of(self, name: str) -> Names:
        """The definitions whose sum over a unit's rows the sum of this one never exceeds."""
        if name not in self._sums:
            found = set(self.bounds.in_rows(name))
            for above in self.bounds.in_rows(name):
                found |= self._rounded_sum(above, set())
                if above in self.bounds.definitions:
                    found |= kept_back(self.bounds, above)
            self._sums[name] = frozenset(found)
        return self._sums[name]

    def _rounded_sum(self, name: str, seen: set[str]) -> Names:
        """Bounds in sum of a definition that rounds a running total. seen: those looked at on the way,
        each once, for what is always 0 is below everything, and below itself."""
        bounds = self.bounds
        seen.add(name)
        item = bounds.definitions.get(name)
        stage = None if item is None else stage_of(item.expr, bounds.accumulators)
        if stage is None:
            return NO_NAMES
        shape = shape_of(stage, bounds.ranges)
        rounding = shape.rounding
        if rounding is None or not shape.is_short or not bounds.is_natural(stage.added):
            return NO_NAMES
        constant = all(
            bounds.constancy.varying(part, stage.scope) is None for part in parts_beside(stage)
        )
        start = at_zero(rounding.amount, e.Total(stage.total.name), bounds.ranges)
        if not constant or start is None or start.low != 0 or start.high != 0:
            return NO_NAMES
        above = set(bounds.of(stage.added))
        for part in sorted(above & bounds.definitions.keys()):
            if part in seen:
                continue
            inner = stage_of(bounds.definitions[part].expr, bounds.accumulators)
            if inner and bounds.constancy.refines(inner.scope, stage.scope):
                above |= self._rounded_sum(part, seen)
        names = frozenset(above)
        if rounding.mode != "down":
            names = bounds.only_whole(names, rounding.step) | self._of_part(stage, shape)
        return names if stage.alone is None else names & bounds.of(stage.alone)

    def _of_part(self, stage: Stage, shape: Shape) -> Names:
        """What the sum of a part q <= 1 of an amount never exceeds, rounded to the nearest:

            q <= 1/2    whatever the step: a rounding that is not 0 is of half a step at least, and adds
                        no more than that
            else        to the minor unit, what counts d-ths of it, where q × (d − 1) / d < 1/2: of
                        m + j / d, j < d, the part is less than m + 1/2, and is rounded to m at most
        """
        bounds = self.bounds
        assert shape.rounding is not None and shape.within is not None
        rounding = shape.rounding
        if rounding.mode not in ("half_up", "half_even"):
            return NO_NAMES
        amount, part = stage.added, shape.within.high
        match bounds.seen(amount):
            case e.Scale(amount=scaled, by=by) if bounds.is_natural(scaled):
                amount, part = scaled, part * bounds.ranges.value(by).high
            case _:
                pass
        above = bounds.of(amount)
        if part <= _HALF:
            return above
        if part > 1 or rounding.step != 1:
            return NO_NAMES
        named = above & bounds.definitions.keys()
        parts = {name: bounds.denominators.of(e.Ref(name)) for name in named}
        return frozenset(name for name, d in parts.items() if part * (d - 1) / d < _HALF)
