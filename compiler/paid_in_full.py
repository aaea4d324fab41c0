"""Units that are paid as much as is easily found: a claim of each kind that is known to be paid, all of one
member, with the largest amounts; of one day, or of that day in several years.

What is stated of sums (`pay <= 2_000_000 per year`) is broken there, where several layers reach their
caps at once: that takes several large amounts, which chance seldom brings together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hmbc.compiler.days import add_months
from hmbc.compiler.kernel import Input, Kernel
from hmbc.compiler.tried_units import Setting, Unit
from hmbc.dsl.types import Money

MOST_KINDS = 8
"""Claims of one day."""
MOST_MEMBERS = 8
YEARS = (1, 3)


def paid_in_full(
    kernel: Kernel, pool: Sequence[tuple[Setting, Unit]], most: int
) -> Iterator[tuple[Setting, Unit]]:
    """Such units, of those of a pool, with what is external for them. most: the largest amount where a
    scheme declares none, in minor units."""
    money = [i for i in kernel.inputs if i.owner == "claim" and isinstance(i.type, Money)]
    last = next(i for i in kernel.inputs if (i.owner, i.name) == ("claim", kernel.date)).high
    for number, (setting, unit) in enumerate(pool[:MOST_MEMBERS]):
        others = [one for known, one in (*pool[number:], *pool[:number]) if known == setting]
        kinds: dict[str, dict[str, Any]] = {}
        for claim in (claim for one in others for claim in one.claims):
            large = {**_enlarged(claim, money, most), kernel.date: unit.claims[0][kernel.date]}
            kinds.setdefault(repr(sorted(large.items())), large)
        day = list(kinds.values())[:MOST_KINDS]
        for years in YEARS:
            claims = tuple(
                {**claim, kernel.date: add_months(claim[kernel.date], 12 * year, "last_day")}
                for year in range(years)
                for claim in day
            )
            if claims and (last is None or claims[-1][kernel.date] <= last):
                yield setting, Unit(claims, (unit.members[0],) * len(claims))


def _enlarged(claim: dict[str, Any], money: Sequence[Input], most: int) -> dict[str, Any]:
    """A claim whose amounts are 0 or the largest there are."""
    found = dict(claim)
    for given in money:
        if found.get(given.name):
            found[given.name] = most if given.high is None else min(given.high, most)
    return found
