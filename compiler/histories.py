"""A claim history: what one unit hands in, under one choice of the external values."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from hmbc.compiler.interpret import Interpreter, Prepared, State
from hmbc.compiler.meaning import Value
from hmbc.compiler.refunds import Row, Settled, settle

MEMBER_ID = "member_id"
"""In every row's member: who it is. Rows of one unit may be of several members."""


@frozen(kw_only=True)
class History:
    """The rows of one unit in the order in which they are adjudicated, after `start`. parameters:
    the external ones; lists: the codes of the external ones."""

    parameters: Mapping[str, Value] = field(factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(factory=dict)
    rows: tuple[Row, ...]
    start: State = State()


def replay(prepared: Prepared, history: History) -> tuple[list[Settled], State]:
    """What the interpreter makes of a history. Raises Missing where a value is read that it lacks."""
    interpreter = Interpreter(prepared.kernel, history.parameters, history.lists, prepared)
    return settle(interpreter, history.rows, history.start)
