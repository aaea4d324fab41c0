"""Choices among constants by one small number, and by one condition besides, as tables that a vector looks up.

`30% if ill, else 75%, but 60% of rare drugs` is a choice in a choice; by the kind of drug it is one table for the
ill and one for all others. What is read here is the choice's form alone.
"""

from __future__ import annotations

from attrs import frozen

from hmbc.compiler.nodes import Node

MOST = 16
"""The numbers of 32 bits of a vector."""


@frozen
class Tables:
    """otherwise: of each value of `by` from 0 what is chosen; then: the same where `when` holds, if there is such a
    condition."""

    by: Node
    otherwise: list[int]
    when: Node | None
    then: list[int]


def tables_of(node: Node) -> Tables | None:
    """The tables of a choice; None where it is none of that form, or so small that they are no gain."""
    found = [node] if node.op == "select" else []
    for choice in found:        # which grows
        for part in choice.args[1:]:
            if part.const is None and part.op != "select":
                return None
            if part.const is None and part not in found:
                found.append(part)
    conditions = dict.fromkeys(choice.args[0] for choice in found)
    keys = {condition.args[0] for condition in conditions if is_key(condition)}
    others = [condition for condition in conditions if not is_key(condition)]
    if len(found) < 2 or len(keys) != 1 or len(others) > 1:
        return None
    (by,) = keys

    def chosen(value: int, holds: bool) -> int:
        at = node
        while at.const is None:
            condition = at.args[0]
            is_so = condition.args[1].const == value if is_key(condition) else holds
            at = at.args[1] if is_so else at.args[2]
        return at.const

    otherwise, then = ([chosen(value, holds) for value in range(by.high + 1)] for holds in (False, True))
    return Tables(by, otherwise, others[0] if others else None, then)


def is_key(condition: Node) -> bool:
    """Whether a small number is compared with a constant."""
    if condition.op != "equal" or condition.args[1].const is None:
        return False
    return 0 <= condition.args[0].low and condition.args[0].high < MOST
