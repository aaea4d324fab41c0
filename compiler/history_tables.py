"""Histories as the tables that a user's run reads: claims, members, parameters, state."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import cast

from hmbc.compiler.histories import MEMBER_ID, History
from hmbc.compiler.interpret import StateRow
from hmbc.compiler.kernel import Kernel
from hmbc.runtime.arrow_out import OutTable
from hmbc.runtime.out_columns import int_column, text_column
from hmbc.runtime.plan import AttributePlan, Plan
from hmbc.runtime.ratio import RATIO_DENOMINATOR
from hmbc.runtime.scheme_readers import REFUNDS, VALID_FROM, VALID_TO
from hmbc.runtime.units_text import word_text

EPOCH = datetime.date(1970, 1, 1)
SEPARATOR = "/"

Totals = dict[tuple[str, tuple[object, ...]], tuple[object, object]]
"""By accumulator and key: the total and its denominator."""


class HistoryTables:
    """Histories as tables of texts, each its own unit; `3/` before an id says which."""

    def __init__(self, plan: Plan, histories: Sequence[History], kernel: Kernel) -> None:
        self.plan = plan
        self.histories = histories
        self.kernel = kernel
        self.unit = plan.unit or MEMBER_ID

    def claims(self, by_day: bool = False) -> OutTable:
        """by_day: in order of their dates, else each history's together."""
        columns: dict[str, list[str | None]] = {"claim_id": [], "member_id": []}
        columns |= {item.name: [] for item in self.plan.claim}
        columns[self.plan.date] = []
        takes_refunds = REFUNDS[0] not in columns
        columns.setdefault(REFUNDS[0], [])
        rows = [(place, row) for place, one in enumerate(self.histories) for row in one.rows]
        if by_day:
            rows.sort(key=lambda row: cast(int, row[1].claim[self.plan.date]))
        for place, row in rows:
            cells = {
                item.name: self.cell(row.claim.get(item.name), item) for item in self.plan.claim
            }
            cells[self.plan.date] = _day(row.claim[self.plan.date])
            cells["claim_id"] = f"{place}{SEPARATOR}{row.id}"
            cells["member_id"] = f"{place}{SEPARATOR}{row.member[MEMBER_ID]}"
            if takes_refunds:
                taken = row.refunds
                cells[REFUNDS[0]] = taken and f"{place}{SEPARATOR}{taken}"
            for name, column in columns.items():
                column.append(cells[name])
        return _table(columns)

    def members(self) -> OutTable:
        items = [item for item in self.plan.member if item.name != MEMBER_ID]
        varies = any(item.varies for item in items)
        columns: dict[str, list[str | None]] = {MEMBER_ID: []}
        columns |= {item.name: [] for item in items}
        if varies:
            columns |= {VALID_FROM[0]: [], VALID_TO[0]: []}
        for place, history in enumerate(self.histories):
            for name, values, first, last in _people(history, self.plan.date):
                columns[MEMBER_ID].append(f"{place}{SEPARATOR}{name}")
                for item in items:
                    prefix = f"{place}{SEPARATOR}" if item.name == self.unit else ""
                    cell = self.cell(values.get(item.name), item)
                    columns[item.name].append(cell and f"{prefix}{cell}")
                if varies:
                    columns[VALID_FROM[0]].append(None if first is None else _day(first))
                    columns[VALID_TO[0]].append(None if last is None else _day(last))
        return _table(columns)

    def parameters(self) -> dict[str, object]:
        history = self.histories[0]
        texts: dict[str, object] = {
            item.name: self._word(history.parameters[item.name], item.kind)
            for item in self.plan.parameters
        }
        return texts | {
            item.name: list(history.lists.get(item.name, ()))
            for item in self.plan.lists
            if item.codes is None
        }

    def state(self) -> OutTable | None:
        rows = [
            (place, row)
            for place, history in enumerate(self.histories)
            for row in history.start.rows(self.kernel)
        ]
        if not rows:
            return None
        return OutTable(
            [
                text_column("member_id", [self._unit(place) for place, _ in rows]),
                text_column("accumulator", [row.accumulator for _, row in rows]),
                text_column("key", [self._key(place, row) for place, row in rows]),
                int_column("total", [row.total for _, row in rows]),
                int_column("denominator", [row.denominator for _, row in rows]),
                text_column("kernel", [self.plan.state_hash for _ in rows]),
            ]
        )

    def totals(self, state: OutTable) -> dict[int, Totals]:
        """The evaluator's totals by history, as the interpreter's state has them."""
        found: dict[int, Totals] = {}
        for row in state.rows():
            name = str(row["accumulator"])
            if name.startswith("@"):
                continue
            place = int(str(row["member_id"]).partition(SEPARATOR)[0])
            prefix = f"{place}{SEPARATOR}"
            places = self._units_in_key(name)
            key = tuple(
                part.removeprefix(prefix) if at in places and isinstance(part, str) else part
                for at, part in enumerate(json.loads(str(row["key"])))
            )
            found.setdefault(place, {})[name, key] = (row["total"], row["denominator"])
        return found

    def cell(self, value: object, item: AttributePlan) -> str | None:
        if value is None:
            return None
        if item.kind == "periods":
            assert isinstance(value, tuple)
            return ";".join(f"{_day(first)}..{_day(last)}" for first, last in value)
        return self._word(value, item.kind)

    def _word(self, value: object, kind: str) -> str:
        if isinstance(value, str):
            return value
        assert isinstance(value, int | Fraction)
        word = int(value * RATIO_DENOMINATOR) if kind == "ratio" else int(value)
        return word_text(word, kind, self.plan.minor_digits)

    def _unit(self, place: int) -> str:
        return f"{place}{SEPARATOR}{self.histories[place].rows[0].member[self.unit]}"

    def _units_in_key(self, accumulator: str) -> set[int]:
        """The parts of a key that are the id of a member or a unit."""
        plan = next(item for item in self.plan.accumulators if item.name == accumulator)
        ids = {f"code:member.{MEMBER_ID}", f"code:member.{self.unit}"}
        return {at for at, kind in enumerate(plan.key_kinds) if kind in ids}

    def _key(self, place: int, row: StateRow) -> str:
        places = self._units_in_key(row.accumulator)
        return json.dumps(
            [f"{place}{SEPARATOR}{part}" if at in places else part for at, part in enumerate(row.key)]
        )


def _people(
    history: History, date: str
) -> Iterator[tuple[str, Mapping[str, object], int | None, int | None]]:
    """The members of a history, each as often as it becomes another: id, attributes, first and last
    day (None: open)."""
    spans: dict[str, list[tuple[Mapping[str, object], int]]] = {}
    for row in history.rows:
        known = spans.setdefault(str(row.member[MEMBER_ID]), [])
        if not known or known[-1][0] != row.member:
            day = row.claim[date]
            assert isinstance(day, int)
            known.append((row.member, day))
    for name, parts in spans.items():
        for place, (values, first) in enumerate(parts):
            last = parts[place + 1][1] - 1 if place + 1 < len(parts) else None
            yield name, values, first if place else None, last


def _day(day: object) -> str:
    assert isinstance(day, int)
    return (EPOCH + datetime.timedelta(day)).isoformat()


def _table(columns: Mapping[str, Sequence[str | None]]) -> OutTable:
    return OutTable([text_column(name, texts) for name, texts in columns.items()])
