"""Claims of one unit under limits that differ: a first that passes a low one, and another below a higher one.

    used   accumulate min(x, max(0, L − before used)), L another amount for each claim

The first fills its limit, and the other comes above it; in the other order the first finds the limit filled
in part, and what comes to both is less. So an order of claims is shown to matter.

Where x is by how much a rounded total grows, the first claim also loses the minor unit that its rounding went
up by, being beyond its limit; the other is paid from there on: a minor unit less than if the first had been a little
smaller, and had left the step to it. So a larger claim, or one more, lowers what is paid. That takes last digits
that no chance hits: all are tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, cycle, islice, product, zip_longest
from typing import Any

from attrs import define, evolve, field, frozen

from hmbc.compiler.bills_and_deductions import amounts_of
from hmbc.compiler.directed import Directed
from hmbc.compiler.judge import Change
from hmbc.compiler.kernel import Accumulator, Definition, Input, Kernel
from hmbc.compiler.laws import steps_of
from hmbc.compiler.machines import Machines
from hmbc.compiler.quick import Row, Values
from hmbc.compiler.slices import slice_of
from hmbc.compiler.structure_scope import Constancy, Scope
from hmbc.compiler.structure_used import limit_of
from hmbc.compiler.tried_units import Setting, Unit
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Date, Money

DIGITS = 24
"""Last digits of either claim that are tried."""
MOST_PAIRS = 40
"""For each limit."""
MOST_OF_A_LIMIT = 4
"""Claims of one amount of a limit."""
DRAWN = 150
"""Units that are drawn beside those that are known to be paid."""
MOST_TIMES = 1_000
"""How many times its amounts a claim is tried with to pass its limit, or how small a part to stay below it."""


@frozen
class Limit:
    """What uses up a limit that may be another amount for the next claim: the total, what comes to it, the
    limit, and whether it is rounded in sum."""

    used: str
    amount: e.Expr
    limit: e.Expr
    is_rounded: bool


@frozen
class _Claim:
    claim: dict[str, Any]
    member: dict[str, Any]
    kinds: dict[str, Any]
    """The claim without its amounts."""


def limits_of(kernel: Kernel) -> list[Limit]:
    """Those of a kernel."""
    definitions = kernel.definitions
    constancy = Constancy.of(kernel)

    def is_rounded(expr: e.Expr) -> bool:
        for node in walk(expr):
            if isinstance(node, e.Ref) and is_rounded(definitions[node.name].expr):
                return True
            if isinstance(node, e.Increase) and any(isinstance(of, e.Round) for of in walk(node)):
                return True
        return False

    found = []
    for item in kernel.items:
        limited = limit_of(item) if isinstance(item, Accumulator) else None
        if limited is not None and isinstance(item, Accumulator):
            amount, limit = limited
            if constancy.varying(limit, Scope(item.keys)) is not None:
                found.append(Limit(item.name, amount, limit, is_rounded(amount)))
    return found


def under_unlike_limits(
    kernel: Kernel, pool: Iterable[tuple[Setting, Unit]], directed: Directed, work: int
) -> Iterator[tuple[Setting, Unit, Change]]:
    """Such claims, with the change that seems to break a law: the two exchanged, or a minor unit more of the
    first. pool: units that are paid; work: items of rows that may be worked out."""
    limits = limits_of(kernel)
    if limits:
        yield from _Looking(kernel, directed, limits, work).found(list(pool))


def _layers_paid(row: Row) -> int:
    """How many layers pay: what one loses of which no other pays more, is lost in sum."""
    return sum(pay > 0 for pay in row.pays)


@define
class _Looking:
    kernel: Kernel
    directed: Directed
    limits: list[Limit]
    left: int
    watched: Kernel = field(init=False)
    _machines: Machines = field(init=False)
    _steps: Mapping[str | None, int] = field(init=False)
    _bills: tuple[str, ...] = field(init=False)
    _money: Mapping[str, Input] = field(init=False)
    _dates: Mapping[str, Input] = field(init=False)

    def __attrs_post_init__(self) -> None:
        probes = []
        for place, one in enumerate(self.limits):
            rest = e.Max(e.money(0), e.Subtract(one.limit, e.Before(one.used)))
            for what, expr in (
                ("limit", one.limit),
                ("comes", e.Compare(">", one.amount, e.money(0))),
                ("over", e.Compare(">", one.amount, rest)),
            ):
                probes.append(Definition(name=f"limit.{place}.{what}", expr=expr, role="probe"))
        full = evolve(self.kernel, items=(*self.kernel.items, *probes))
        self.watched = slice_of(full, [one.name for one in probes])
        self._machines = Machines(self.watched)
        claims = [given for given in self.kernel.inputs if given.owner == "claim"]
        self._money = {one.name: one for one in claims if isinstance(one.type, Money)}
        self._dates = {one.name: one for one in claims if isinstance(one.type, Date)}
        self._steps, self._bills = steps_of(self.kernel), amounts_of(self.kernel).bills

    def found(
        self, pool: list[tuple[Setting, Unit]]
    ) -> Iterator[tuple[Setting, Unit, Change]]:
        """What breaks a law, or seems to."""
        settings = {repr(setting): setting for setting, _ in pool}.values()
        drawn = [(setting, self.directed.unit()) for setting in islice(cycle(settings), DRAWN)]
        for place, limit in enumerate(self.limits):
            for setting, unit in islice(self._pairs(place, [*pool, *drawn]), MOST_PAIRS):
                one, two = (claim[self.kernel.date] for claim in unit.claims)
                if one == two:
                    yield setting, unit, Change("swap", 0)
                if limit.is_rounded:
                    yield from self._by_digits(setting, unit)
                if self.left <= 0:
                    return

    def _run(self, setting: Setting, unit: Unit) -> list[Row] | None:
        self.left -= len(unit.claims) * len(self.watched.items) + 10
        return self._machines.of(setting).run(unit.claims, unit.members)

    # ---- pairs of claims

    def _pairs(
        self, place: int, pool: list[tuple[Setting, Unit]]
    ) -> Iterator[tuple[Setting, Unit]]:
        """Claims that come to a limit, each after one that has a lower limit and passes it."""
        by_limit: dict[tuple[str, Any], list[tuple[Setting, _Claim]]] = {}
        for setting, row in sorted(self._coming(place, pool), key=lambda one: _layers_paid(one[1])):
            key = (repr(setting), row.value(f"limit.{place}.limit"))
            kept = by_limit.setdefault(key, [])
            kinds = {name: value for name, value in row.claim.items() if name not in self._money}
            if len(kept) < MOST_OF_A_LIMIT and kinds not in [one.kinds for _, one in kept]:
                kept.append((setting, _Claim(dict(row.claim), dict(row.member), kinds)))
        by_turns = [
            product(by_limit[said, low], by_limit[other, high])
            for (said, low), (other, high) in product(by_limit, by_limit)
            if said == other and 0 < low < high
        ]
        for pair in chain.from_iterable(zip_longest(*by_turns)):
            if pair is not None:
                (setting, one), (_, two) = pair
                filled = self._filled(place, setting, one, two)
                if filled is not None:
                    yield setting, filled

    def _coming(self, place: int, pool: list[tuple[Setting, Unit]]) -> Iterator[tuple[Setting, Row]]:
        """Rows that come to a limit."""
        for setting, unit in pool:
            if self.left <= 0:
                return
            for row in self._run(setting, unit) or ():
                if row.value(f"limit.{place}.comes"):
                    yield setting, row

    def _filled(self, place: int, setting: Setting, one: _Claim, two: _Claim) -> Unit | None:
        """The two as claims of one unit, of such amounts that the first passes its limit and the second does
        not; None where that is not seen."""
        for dated in self._dated(one, two):
            more = less = 1
            while max(more, less) < MOST_TIMES and self.left > 0:
                first, second = dated.claims
                claims = (self._times(first, more, 1), self._times(second, 1, less))
                found = Unit(claims, dated.members)
                rows = self._run(setting, found)
                comes, over = (
                    [bool(row.value(f"limit.{place}.{what}")) for row in rows or ()]
                    for what in ("comes", "over")
                )
                if comes != [True, True]:
                    break  # another day is another chance
                if over == [True, False]:
                    return found
                more, less = (more, 2 * less) if over[0] else (2 * more, less)
        return None

    def _dated(self, one: _Claim, two: _Claim) -> Iterator[Unit]:
        """The claims on one day, as they are, or a day apart; of one member, as it is at either."""
        date, varying = self.kernel.date, [given.name for given in self.kernel.inputs if given.varies]
        later = {n: v for n, v in one.member.items() if n not in varying}
        later |= {n: v for n, v in two.member.items() if n in varying}
        members = (one.member, later)
        gap = one.claim[date] - two.claim[date]
        if one.member == later:
            yield Unit((one.claim, self._shifted(two.claim, gap)), members)
        if gap < 0:
            yield Unit((one.claim, two.claim), members)
        yield Unit((one.claim, self._shifted(two.claim, gap + 1)), members)
        yield Unit((self._shifted(one.claim, -gap - 1), two.claim), members)

    def _shifted(self, claim: Values, days: int) -> dict[str, Any]:
        return {**claim, **self._held({n: v + days for n, v in claim.items() if n in self._dates}, self._dates)}

    def _times(self, claim: Values, by: int, part: int) -> dict[str, Any]:
        """A claim with that much more or less of all its amounts."""
        amounts = {n: v * by // part for n, v in claim.items() if n in self._money}
        return {**claim, **self._held(amounts, self._money)}

    @staticmethod
    def _held(values: Mapping[str, int], domains: Mapping[str, Input]) -> dict[str, int]:
        """Numbers held to their domains."""
        return {n: Directed.within(v, domains[n].low, domains[n].high) for n, v in values.items()}

    # ---- last digits

    def _by_digits(
        self, setting: Setting, unit: Unit
    ) -> Iterator[tuple[Setting, Unit, Change]]:
        """All last digits of an amount of either claim, where what is paid for them goes against a law."""
        first, second = unit.claims
        for name, other in product(self._bills, self._bills):
            if not first.get(name) or not second.get(other):
                continue
            one, two = self._with_room(name, first[name]), self._with_room(other, second[other])
            for k in range(DIGITS):
                last = {**second, other: two + k}
                line = [Unit(({**first, name: one + d}, last), unit.members) for d in range(DIGITS)]
                paid = [self._paid(setting, found) for found in line]
                for found, before, after in zip(line, paid, paid[1:], strict=False):
                    if self.left <= 0:
                        return
                    if before and after and self._is_odd(before, after):
                        yield setting, found, Change("raise", 0, name, 1)

    def _with_room(self, name: str, value: int) -> int:
        """An amount that with any of the last digits is within its domain."""
        high = self._money[name].high
        return value if high is None else max(self._money[name].low or 0, min(value, high - DIGITS))

    def _paid(self, setting: Setting, unit: Unit) -> dict[str | None, int] | None:
        rows = self._run(setting, unit)
        if rows is None:
            return None
        sums = [sum(pays) for pays in zip(*(row.pays for row in rows), strict=True)]
        layers = [outcome.layer for outcome in self.kernel.outcomes]
        return {None: sum(sums), **dict(zip(layers, sums, strict=True))}

    def _is_odd(self, one: Mapping[str | None, int], two: Mapping[str | None, int]) -> bool:
        return any(not 0 <= two[layer] - one[layer] <= self._steps[layer] for layer in one)
