"""Many histories as tables of Arrow, and one of them as a machine takes it.

Needs numpy and pyarrow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen

from hmbc.compiler.bulk_columns import (
    MEMBER_ID,
    Column,
    Columns,
    Histories,
    Pool,
    Truth,
    Whole,
    cell,
    iso,
)
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.tried_units import Setting, Unit
from hmbc.dsl.types import Date, Days, Int, Money, Periods


@frozen
class Tables:
    """What histories of one kernel look like. pools: what each attribute's numbers stand for."""

    kernel: Kernel
    pools: Mapping[tuple[str, str], Pool]

    def claims(self, drawn: Histories) -> pa.Table:
        """The table of claims."""
        columns = {
            "claim_id": _numbers(np.arange(len(drawn.history))),
            MEMBER_ID: _numbers(drawn.member),
        }
        for name, column in drawn.claims.items():
            columns[name] = self._array("claim", name, column)
        return pa.table(columns)

    def members(self, drawn: Histories) -> pa.Table:
        """The table of members, with a row from each day of a claim on where attributes vary."""
        days = drawn.claims[self.kernel.date].values
        order = np.lexsort((days, drawn.member))
        member, day = drawn.member[order], days[order]
        new = np.diff(member, prepend=-1) != 0
        varies = any(given.varies for given in self.kernel.inputs)
        if varies:
            new |= np.diff(day, prepend=-1) != 0
        rows = order[new]
        columns = {MEMBER_ID: _numbers(drawn.member[rows])}
        for name, column in drawn.people.items():
            if name == self.kernel.unit:
                columns[name] = _numbers(drawn.history[rows])
            elif name != MEMBER_ID:
                columns[name] = self._array("member", name, column.at(rows))
        if varies:
            of, since = drawn.member[rows], days[rows]
            again = np.diff(of, prepend=-1) == 0  # a further row of its member
            last = np.append(again[1:], False)
            until = np.append(since[1:], 0) - 1
            columns["valid_from"] = _days_of(since, again)
            columns["valid_to"] = _days_of(until, last)
        return pa.table(columns)

    def unit(self, drawn: Histories, place: int) -> Unit:
        """One history as a machine takes it."""
        rows = [int(row) for row in np.flatnonzero(drawn.history == place)]
        ids = {int(one): f"X{number}" for number, one in enumerate(dict.fromkeys(drawn.member[rows]), 1)}
        claims = tuple(self._values("claim", drawn.claims, row) for row in rows)
        members = []
        for row in rows:
            member = self._values("member", drawn.people, row)
            if MEMBER_ID in member:
                member[MEMBER_ID] = ids[int(drawn.member[row])]
            if self.kernel.unit is not None:
                member[self.kernel.unit] = "X1"
            members.append(member)
        return Unit(claims, tuple(members))

    def _values(self, owner: str, columns: Columns, row: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, column in columns.items():
            pool = self.pools[owner, name]
            value = int(column.values[row])
            if column.has[row]:
                found[name] = value if pool.texts is None else pool.means[value]
            elif not pool.given.optional:  # an empty text
                found[name] = () if isinstance(pool.given.type, Periods) else ""
        return found

    def _array(self, owner: str, name: str, column: Column) -> pa.Array:
        pool = self.pools[owner, name]
        mask = None if column.has.all() else ~column.has
        if pool.texts is not None:
            places = pa.array(column.values.astype(np.int32), mask=mask)
            return pa.DictionaryArray.from_arrays(places, pa.array(pool.texts))
        if isinstance(pool.given.type, Date):
            return pa.array(column.values.astype("datetime64[D]"), pa.date32(), mask=mask)
        assert isinstance(pool.given.type, Money | Int | Days)
        return pa.array(column.values, mask=mask)

    def parameters(self, setting: Setting) -> dict[str, Any]:
        """What is external, as `Evaluator.adjudicate` takes it."""
        found: dict[str, Any] = {}
        for given in self.kernel.parameters:
            value = setting.parameters[given.name]
            match given.type:
                case Money():
                    digits = self.kernel.minor_digits
                    text = f"{value:0{digits + 1}d}"
                    found[given.name] = f"{text[:-digits]}.{text[-digits:]}" if digits else text
                case Date():
                    found[given.name] = iso(value)
                case kind:
                    found[given.name] = cell(kind, value)
        return found | {name: list(codes) for name, codes in setting.lists.items()}


def _numbers(values: Whole) -> pa.Array:
    return pa.array(values).cast(pa.string())


def _days_of(values: Whole, has: Truth) -> pa.Array:
    return pa.array(values.astype("datetime64[D]"), pa.date32(), mask=~has)
