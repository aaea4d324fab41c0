"""Ceilings of running totals: one for each that the scheme declares none for, as large as is safe."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from hmbc.compiler.denominators import denominators_of
from hmbc.compiler.kernel import Accumulator, Kernel
from hmbc.compiler.ranges import plain_ranges_of

DEFAULT_CEILING = 10**15
"""Largest total where the scheme declares none: minor units."""

CEILING_ROOM = 2**62
"""A default ceiling and one row's addition stay below this numerator."""


def default_ceiling(denominator: int, added: int) -> int:
    """A ceiling, in numerators, as large as is safe: at most 10^15 minor units, and so that it and
    the numerator `added` of one row's addition stay below 2^62. 0 if there is none."""
    return max(0, min(DEFAULT_CEILING * denominator, CEILING_ROOM - 1 - added))


def with_ceilings(kernel: Kernel) -> Kernel:
    """The kernel with a default ceiling for every accumulator that has ceiling 0. One that stays 0
    has no safe ceiling; `ranges_of` reports it."""
    denominators = denominators_of(kernel).accumulators
    largest = {
        name: item.ceiling or default_ceiling(denominators[name], 0)
        for name, item in kernel.accumulators.items()
    }
    # Ceilings only shrink from here, and with them what a row can add.
    ranges = plain_ranges_of(_ceilings(kernel, largest))
    return _ceilings(
        kernel,
        {
            name: item.ceiling or default_ceiling(denominators[name], ranges.added(name))
            for name, item in kernel.accumulators.items()
        },
    )


def _ceilings(kernel: Kernel, ceilings: Mapping[str, int]) -> Kernel:
    return evolve(
        kernel,
        items=tuple(
            evolve(item, ceiling=ceilings[item.name]) if isinstance(item, Accumulator) else item
            for item in kernel.items
        ),
    )
