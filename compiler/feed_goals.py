"""The goals of a row, what it adds to totals, what layers pay, their reasons, and in which order they are reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from attrs import frozen

from hmbc.compiler.feed import FeedTotal
from hmbc.compiler.nodes import Node, reachable


@frozen(eq=False)
class Goal:
    """A value that a row needs. sink: where it is written. total: what it is added to."""

    node: Node
    sink: str | None = None
    total: FeedTotal | None = None

    @property
    def number(self) -> int | None:
        return None if self.total is None else self.total.number


def ordered(goals: Iterable[Goal]) -> list[Goal]:
    """Goals so that each comes after those that it needs. Where not all that read a keyed total as it was can
    come before it is moved, the rest follow: what it was is in a variable then."""
    left, found = list(goals), list[Goal]()
    while left:
        ready = first_ready(left, needs) or first_ready(left, needs_moved)
        assert ready is not None  # totals are worked out from earlier ones
        left.remove(ready)
        found.append(ready)
    return found


def with_scores(goals: Sequence[Goal]) -> list[Goal]:
    """Goals, and of each layer that of which the least decides: it is told from what the layer does."""
    found = dict.fromkeys(goal.node for goal in goals)
    todo = [goal.node for goal in goals if goal.node.op == "low_byte"]
    added = list[Goal]()
    while todo:
        node = todo.pop()
        for part in node.args if node.op in ("low_byte", "min") else ():
            todo.append(part)
            if part.const is None and part.op not in ("low_byte", "min") and part not in found:
                found[part] = None
                added.append(Goal(part))
    return [*goals, *added]


def first_ready(left: Sequence[Goal], needs: Callable[[Goal, Goal], bool]) -> Goal | None:
    """The first goal that needs no other."""
    return next(
        (goal for goal in left if not any(needs(goal, one) for one in left if one is not goal)),
        None,
    )


def needs(goal: Goal, other: Goal) -> bool:
    """Whether a goal comes after another: it is worked out from that, or moves a keyed total that the other
    reads as it is before the row."""
    if goal.total is not None and goal.total.key is not None and goal.total is not other.total:
        if reads(other.node, goal.total) == {"before"}:
            return True
    same = other.node.const is not None or other.node is goal.node
    return needs_moved(goal, other) or (not same and other.node in reachable([goal.node]))


def needs_moved(goal: Goal, other: Goal) -> bool:
    """Whether a goal reads a total that has been moved by the other."""
    total = other.total
    return total is not None and total is not goal.total and "after" in reads(goal.node, total)


def reads(node: Node, total: FeedTotal) -> set[str]:
    """Whether a value is worked out from a total as it is before the row, and after it."""
    return {
        one.op
        for one in reachable([node])
        if one.op in ("before", "after") and one.data == total.number
    }
