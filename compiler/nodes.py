"""The values of which a row's arithmetic is made: each with the range it can have.

Exact amounts are numerators over their static denominators, truth is 0 or 1, an enum its index, a
date its day. `Graph` alone makes them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from attrs import define

Op = Literal[
    "const",
    "claim",            # data: place; what it can be in a row that is not rejected
    "raw",              # the same, what it can be at all
    "claim_given",
    "member",
    "member_given",
    "varied",           # data: place; a member's attribute as it is on the claim's day
    "varied_given",
    "of_row",           # the same, of any member of the unit
    "of_row_given",
    "of_row_in",        # data: number of a list of periods: whether the deciding date is in one of them
    "member_listed",  # data: place among the look-ups
    "day",  # the claim's day, from 1 for the first one of the batch
    "member_day",  # data: place; a member's date, counted likewise and held to the batch
    "period_first",     # data: number of a list of periods * RANGES + which; counted likewise
    "period_last",
    "parameter",
    "listed",           # data: place; of (code, given)
    "in_periods",       # data: number of a list of periods; of a day; only where one unit is run
    "uniform",          # data: number of a key that is the same for all rows
    "before",           # data: number of an accumulator: its total when the row began
    "after",            # with the row
    "whole",            # as before, with what was carried out of the record
    "add",
    "subtract",
    "multiply",
    "min",
    "max",
    "select",           # of (condition, then, otherwise)
    "less",             # left < right
    "equal",
    "all",              # of any number of conditions
    "not",
    "round",            # data: (mode, unit): whole units of the amount
    "share",            # data: (mode, parts); of (amount, part, whole)
    "shift",            # data: by how much; (amount * factor + plus) >> it; of (amount, factor, plus)
    "year",             # data: (month, day)
    "month",
    "date_in",          # data: (month, day)
    "add_months",       # data: mode
    "age",
    "low_byte",
]  # fmt: skip
Data = int | str | tuple[int | str, ...] | None
STAGES = {
    "const": 0, "parameter": 0, "uniform": 0, "claim": 1, "raw": 1, "claim_given": 1, "day": 1,
    "varied": 1, "varied_given": 1, "of_row": 1, "of_row_given": 1, "of_row_in": 1,
}  # fmt: skip
"""Of leaves: what their values depend on; all others are of the record."""
RANGES = 2
"""Of a member's periods, how many within the batch a record holds."""
TREE = 64
"""Most leaves of a tree of choices between constants that is worked out leaf by leaf."""


@define(eq=False, repr=False)
class Node:
    """A value. low, high: its range. stage: 0 the same for all rows, 1 of the claim's columns,
    2 of the unit's record too."""

    op: Op
    args: tuple[Node, ...]
    data: Data
    low: int
    high: int
    stage: int
    number: int

    @property
    def const(self) -> int | None:
        """Its value, where it is a constant."""
        return self.low if self.op == "const" else None

    def __repr__(self) -> str:
        inside = " ".join(f"{arg!r}" for arg in self.args)
        data = "" if self.data is None else f":{self.data}"
        return f"({self.op}{data} {inside})" if inside else f"{self.op}{data}"


class Known(dict[Node, Node]):
    """What stands for what under an assumption. never: conditions that do not all hold."""

    def __init__(self, known: dict[Node, Node] | None = None) -> None:
        super().__init__(known or {})
        self.never: list[frozenset[Node]] = []


def flat(node: Node) -> list[Node]:
    """The conditions that `all` holds of, those inside it too."""
    return [one for arg in node.args for one in (flat(arg) if arg.op == "all" else [arg])]


def is_tree(node: Node) -> bool:
    """Whether a node is a choice between constants, of not too many leaves."""
    left, todo = TREE, [node]
    while todo and left:
        one = todo.pop()
        if one.op == "select":
            todo += one.args[1:]
        elif one.const is not None:
            left -= 1
        else:
            return False
    return left > 0


def under_answer(tree: Node, when: Node, place: int) -> Node:
    """What is left of a tree of choices by the same condition, under one answer to it."""
    while tree.op == "select" and tree.args[0] is when:
        tree = tree.args[place]
    return tree


def ordered(left: Node, right: Node) -> tuple[Node, Node]:
    """Two operands in an order that depends on what they are before it depends on which came first."""
    first = min(
        left, right, key=lambda node: (node.op == "const", -node.stage, node.op, node.number)
    )
    return (left, right) if first is left else (right, left)


def reachable(nodes: Iterable[Node]) -> dict[Node, None]:
    """All nodes under these, each after its arguments."""
    found: dict[Node, None] = {}

    def visit(node: Node) -> None:
        if node not in found:
            for arg in node.args:
                visit(arg)
            found[node] = None

    for node in nodes:
        visit(node)
    return found


def place_of(node: Node) -> int:
    """Which one a leaf is."""
    assert isinstance(node.data, int)
    return node.data
