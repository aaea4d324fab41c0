"""Units that a search has met and makes more like: in which layers pay, and in which one row takes from what another
is paid. A search forgets them now and then, but for those that last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import define, field

from hmbc.compiler.directed import Directed
from hmbc.compiler.judge import Change
from hmbc.compiler.quick import Machine, Row
from hmbc.compiler.tried_units import Setting, Unit
from hmbc.dsl.types import Date, Int, Money

MOST_RICH = 60
MOST_BOUND = 100

Known = tuple[Setting, Machine]
"""What was external for a unit, and a machine for it."""


@define
class MetUnits:
    """Those of one search. layers: the place of each layer in what a row is paid."""

    directed: Directed
    layers: Mapping[str, int]
    planted: list[tuple[Setting, Unit]] = field(init=False, factory=list)
    """All that was planted, whole."""
    paid: set[str] = field(init=False, factory=set)
    """The layers that some unit made to pay."""
    rich: dict[tuple[tuple[bool, ...], ...], tuple[Known, Unit]] = field(init=False, factory=dict)
    """Units by which layers pay in their rows."""
    bound: dict[object, tuple[Known, Unit, Change]] = field(init=False, factory=dict)
    """Units with a change by which another row was paid less; one of each kind of claims."""
    _lasting: list[tuple[Known, Unit, Sequence[Row]]] = field(init=False, factory=list)
    _bound_to_last: dict[object, tuple[Known, Unit, Change]] = field(init=False, factory=dict)
    _numbers: set[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        inputs = self.directed.kernel.inputs
        self._numbers = {given.name for given in inputs if isinstance(given.type, Money | Date | Int)}

    @property
    def paying(self) -> tuple[tuple[Setting, Unit], ...]:
        """A unit for each way in which its rows are paid by layers, with what was external."""
        return tuple((setting, unit) for (setting, _), unit in self.rich.values())

    def paying_for(self, layer: str | None) -> list[tuple[Setting, Unit]]:
        """Units in which a layer pays, or any, of all kinds that were found; first those that last."""
        place = None if layer is None else self.layers[layer]
        lasting = [
            (setting, unit)
            for (setting, _), unit, rows in self._lasting
            if any(row.pays[place] if place is not None else any(row.pays) for row in rows)
        ]
        return lasting + [
            (setting, unit)
            for rows, ((setting, _), unit) in self.rich.items()
            if place is None or any(row[place] for row in rows)
        ]

    def forget(self) -> None:
        """All but those that last."""
        self.directed.forget()
        self.rich.clear()
        self.bound = dict(self._bound_to_last)
        for known, unit, rows in self._lasting:
            self.directed.keep(unit)
            self.learn(known, unit, rows)

    def keep(self, known: Known, unit: Unit, rows: Sequence[Row]) -> None:
        """Take up a unit that lasts."""
        self._lasting.append((known, unit, rows))
        self.directed.keep(unit)
        self.learn(known, unit, rows)

    def keep_bound(self) -> None:
        """Let last what was noted so far."""
        self._bound_to_last = dict(self.bound)

    def learn(self, known: Known, unit: Unit, rows: Sequence[Row]) -> None:
        """Make more like a unit that is paid, most of all where many layers pay many rows."""
        paid = {name for row in rows for name, pay in zip(self.layers, row.pays, strict=True) if pay}
        if not paid:
            return
        # A layer that was hardly ever paid is worth more than another of the usual ones.
        if paid - self.paid:
            self._lasting.append((known, unit, list(rows)))
        self.directed.keep(unit, times=3 if paid - self.paid else 1)
        self.paid |= paid
        paying = tuple(sorted(tuple(pay > 0 for pay in row.pays) for row in rows))
        if paying in self.rich or len(self.rich) < MOST_RICH:
            self.rich[paying] = (known, unit)

    def note(
        self, known: Known, unit: Unit, change: Change, before: Sequence[Row], after: Sequence[Row]
    ) -> None:
        """Keep a unit in which a change of one row takes from what another is paid. What is taken and
        what is gained are rounded and limited apart: other amounts may take more than they gain."""
        row = change.row
        if len(self.bound) >= MOST_BOUND:
            return
        rows = list(after)
        if change.kind == "swap":
            rows[row : row + 2] = rows[row : row + 2][::-1]
        others = zip(before[row:], rows[row:], strict=True)
        if any(
            sum(two.pays) < sum(one.pays)
            for place, (one, two) in enumerate(others)
            if place or change.kind == "swap"
        ):
            kinds = tuple(
                tuple(value for name, value in claim.items() if name not in self._numbers)
                for claim in unit.claims
            )
            self.bound.setdefault((change.kind, row, kinds), (known, unit, change))
