"""Claims by turns that bring two runs a little further apart each time: what is less than a minor unit
of one pair of claims is several of fifty pairs.

Where one claim is paid at 90% and the next at 95%, a minor unit that roundings move from the one to the
other is worth a twentieth of one. Nobody draws fifty such pairs, but a worked example may end with one
(`docs/proofs.md`): it is gone on with.
"""

from __future__ import annotations

from collections.abc import Iterator

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.tried_units import Unit
from hmbc.dsl.types import Date

TIMES = 64
"""How often the last two claims come again."""


def gone_on(kernel: Kernel, unit: Unit) -> Unit:
    """The unit, and its last two claims again and again, each pair later by as many days as it takes;
    on one day, if they are of one."""
    pair, members = unit.claims[-2:], unit.members[-2:]
    apart: int = pair[1][kernel.date] - pair[0][kernel.date]
    every = apart + 1 if apart else 0
    dates = {i.name for i in kernel.inputs if i.owner == "claim" and isinstance(i.type, Date)}
    again = [
        {name: value + every * time if name in dates else value for name, value in claim.items()}
        for time in range(1, TIMES + 1)
        for claim in pair
    ]
    return Unit((*unit.claims, *again), (*unit.members, *members * TIMES))


def beginnings(unit: Unit, rows: int) -> Iterator[Unit]:
    """What the unit is after so many rows, and after each pair more: the shortest first."""
    for end in range(rows, len(unit.claims) + 1, 2):
        yield Unit(unit.claims[:end], unit.members[:end])
