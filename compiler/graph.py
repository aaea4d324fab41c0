"""A row's arithmetic as a graph of integers: every value once, with the range it can have.

`Graph` returns the same node for the same value, and simplifies by ranges and shapes as it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from attrs import define, field

from hmbc.compiler import days
from hmbc.compiler.nodes import STAGES, Data, Known, Node, Op, flat, is_tree, ordered, under_answer
from hmbc.compiler.optimise import ALL, Optimise
from hmbc.compiler.rounding import rounded, share
from hmbc.compiler.shares_by_shift import capped, reaches, shifted, short_of
from hmbc.dsl.expr import MonthEnd, RoundingMode


@define
class Graph:
    """All nodes of one feed."""

    optimise: Optimise = ALL
    falls: frozenset[int] = frozenset()
    """The totals that may fall, by their numbers."""
    rounds: dict[Node, tuple[Node, RoundingMode, int]] = field(factory=dict)
    """Of a rounded amount: what was rounded, how, to which unit."""
    caps: dict[Node, tuple[Node, Node]] = field(factory=dict)
    """Of a lesser of two: both."""
    _known: dict[tuple[Op, tuple[int, ...], Data], Node] = field(factory=dict)
    _backdated: Known = field(factory=lambda: Known())
    _moves: dict[Node, bool] = field(factory=dict)
    _count: int = 0

    # ---- leaves

    def const(self, value: int) -> Node:
        return self.node("const", (), value, value, value)

    def leaf(self, op: Op, data: Data, low: int, high: int) -> Node:
        """A column, an attribute, a parameter, a key or a total."""
        return self.const(low) if low == high else self.node(op, (), data, low, high)

    def node(self, op: Op, args: tuple[Node, ...], data: Data, low: int, high: int) -> Node:
        known = (op, tuple(arg.number for arg in args), data)
        if (node := self._known.get(known)) is None:
            stage = STAGES.get(op)
            if stage is None:
                stage = max((arg.stage for arg in args), default=2)
            node = Node(op, args, data, low, high, stage, self._count)
            self._known[known] = node
            self._count += 1
        else:
            node.low, node.high = max(node.low, low), min(node.high, high)
        if node.low == node.high and op != "const":
            return self.const(node.low)
        return node

    # ---- arithmetic

    def add(self, left: Node, right: Node) -> Node:
        if left.const == 0:
            return right
        if right.const == 0:
            return left
        left, right = ordered(left, right)
        return self.node("add", (left, right), None, left.low + right.low, left.high + right.high)

    def subtract(self, left: Node, right: Node) -> Node:
        if right.const == 0:
            return left
        if left is right:
            return self.const(0)
        if self.optimise.fold and left.op == "subtract" and max(left.args[1].stage, right.stage) < 2:
            # what a claim's columns are taken off by is one sum, which may be needed elsewhere
            return self.subtract(left.args[0], self.add(left.args[1], right))
        low, high = left.low - right.high, left.high - right.low
        if low < 0 and self.backdated(left) is right and self.rises(left):
            low = 0
        if left in self.caps.get(right, ()):
            low = max(low, 0)
        return self.node("subtract", (left, right), None, low, high)

    def multiply(self, left: Node, right: Node) -> Node:
        left, right = ordered(left, right)
        if 0 in (left.const, right.const):
            return self.const(0)
        if right.const == 1:
            return left
        if left.const == 1:
            return right
        corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
        return self.node("multiply", (left, right), None, min(corners), max(corners))

    def min(self, left: Node, right: Node) -> Node:
        if left is right or left.high <= right.low:
            return left
        if right.high <= left.low:
            return right
        left, right = ordered(left, right)
        if self.optimise.fold and (zipped := self._zipped(left, right)) is not None:
            return zipped
        found = capped(self, left, right) if self.optimise.shift else None
        if found is None:
            low, high = min(left.low, right.low), min(left.high, right.high)
            found = self.node("min", (left, right), None, low, high)
        self.caps[found] = (left, right)
        return found

    def max(self, left: Node, right: Node) -> Node:
        if left is right or left.low >= right.high:
            return left
        if right.low >= left.high:
            return right
        left, right = ordered(left, right)
        low, high = max(left.low, right.low), max(left.high, right.high)
        return self.node("max", (left, right), None, low, high)

    def _zipped(self, left: Node, right: Node) -> Node | None:
        """The lesser of two choices by the same condition, or of a choice and a constant."""
        if not (is_tree(left) and is_tree(right)):
            return None
        if left.op == "select" and right.op == "select" and left.args[0] is right.args[0]:
            when, then, otherwise = left.args
            return self.select(
                when, self.min(then, right.args[1]), self.min(otherwise, right.args[2])
            )
        if left.op == "select" and right.const is not None:
            when, then, otherwise = left.args
            return self.select(when, self.min(then, right), self.min(otherwise, right))
        if right.op == "select" and left.const is not None:
            return self._zipped(right, left)
        return None

    # ---- conditions and choices

    def select(self, when: Node, then: Node, otherwise: Node) -> Node:
        if when.const is not None:
            return then if when.const else otherwise
        if then is otherwise:
            return then
        if when.op == "not":
            return self.select(when.args[0], otherwise, then)
        if self.optimise.fold:
            if then.op == "select" and then.args[0] is when:
                return self.select(when, then.args[1], otherwise)
            if otherwise.op == "select" and otherwise.args[0] is when:
                return self.select(when, then, otherwise.args[2])
            if otherwise.const == 0 and then.op == "select" and then.args[2].const == 0:
                return self.select(self.all([when, then.args[0]]), then.args[1], otherwise)
            if then.const == 0 and otherwise.op == "select" and otherwise.args[2].const == 0:
                both = self.all([self.no(when), otherwise.args[0]])
                return self.select(both, otherwise.args[1], then)
            if (then.const, otherwise.const) == (1, 0):
                return when
            if (then.const, otherwise.const) == (0, 1):
                return self.no(when)
        low, high = min(then.low, otherwise.low), max(then.high, otherwise.high)
        return self.node("select", (when, then, otherwise), None, low, high)

    def less(self, left: Node, right: Node) -> Node:
        if left.high < right.low:
            return self.const(1)
        if left.low >= right.high or left is right:
            return self.const(0)
        if self.optimise.fold:
            for rule in (reaches, short_of):
                if (found := rule(self, left, right)) is not None:
                    return found
        return self.node("less", (left, right), None, 0, 1)

    def equal(self, left: Node, right: Node) -> Node:
        if left is right:
            return self.const(1)
        if left.high < right.low or right.high < left.low:
            return self.const(0)
        left, right = ordered(left, right)
        if self.optimise.fold and right.const == 0:
            if left.op == "multiply":
                either = [self.equal(arg, right) for arg in left.args]
                return self.any(either)
            if left.low == 0 and left.high == 1:
                return self.no(left)
            if left.op == "select" and left.args[2].const == 0:
                when, then, _ = left.args
                return self.any([self.no(when), self.equal(then, right)])
        return self.node("equal", (left, right), None, 0, 1)

    def no(self, of: Node) -> Node:
        if of.const is not None:
            return self.const(1 - of.const)
        if of.op == "not":
            return of.args[0]
        return self.node("not", (of,), None, 0, 1)

    def all(self, conditions: Iterable[Node]) -> Node:
        """Whether all hold. Those that a claim's columns decide are one condition inside it."""
        flat: dict[Node, None] = {}
        todo = list(conditions)[::-1]
        while todo:
            one = todo.pop()
            if one.op == "all":
                todo += one.args[::-1]
            elif one.const == 0:
                return one
            elif one.const is None:
                flat[one] = None
        if any(one.op == "not" and one.args[0] in flat for one in flat):
            return self.const(0)
        parts = sorted(flat, key=lambda one: one.number)
        early = [one for one in parts if one.stage < 2]
        late = [one for one in parts if one.stage == 2]
        if len(early) > 1 and late:
            late = [self.node("all", tuple(early), None, 0, 1), *late]
        else:
            late = [*early, *late]
        if not late:
            return self.const(1)
        return late[0] if len(late) == 1 else self.node("all", tuple(late), None, 0, 1)

    def any(self, conditions: Iterable[Node]) -> Node:
        return self.no(self.all([self.no(one) for one in conditions]))

    # ---- rounding

    def round(self, amount: Node, mode: RoundingMode, unit: int) -> Node:
        """Whole units of an amount."""
        if unit == 1:
            return amount
        low, high = (
            rounded(amount.low, mode, unit) // unit,
            rounded(amount.high, mode, unit) // unit,
        )
        if low == high:
            return self.const(low)
        found = shifted(self, amount, mode, unit, None) if self.optimise.shift else None
        if found is None:
            found = self.node("round", (amount,), (mode, unit), low, high)
        self.rounds[found] = (amount, mode, unit)
        return found

    def share(self, amount: Node, part: Node, whole: Node, mode: RoundingMode, parts: int) -> Node:
        """The part of a whole of amount / parts, rounded."""
        if amount.const is not None and part.const is not None and whole.const is not None:
            return self.const(share(Fraction(amount.const, parts), part.const, whole.const, mode))
        if 0 in (amount.const, part.const):
            return self.const(0)
        low = min(0, rounded(Fraction(amount.low, parts), mode))
        high = max(0, rounded(Fraction(amount.high, parts), mode))
        return self.node("share", (amount, part, whole), (mode, parts), low, high)

    def alike(self, node: Node, args: Sequence[Node], low: int, high: int) -> Node:
        """A node like this one of other arguments, simplified where its operation has a rule."""
        data: Any = node.data
        match node.op:
            case "add" | "subtract" | "multiply" | "min" | "max" | "select" | "less" | "equal":
                made: Node = getattr(self, node.op)(*args)
                return made
            case "all":
                return self.all(args)
            case "not" | "low_byte" | "month" | "age":
                name = "no" if node.op == "not" else node.op
                own: Node = getattr(self, name)(*args)
                return own
            case "share" | "year" | "date_in":
                on: Node = getattr(self, node.op)(*args, *data)
                return on
            case "add_months":
                return self.add_months(args[0], args[1], data)
            case "listed":
                return self.listed(data, args[0], args[1])
        return self.node(node.op, tuple(args), data, low, high)

    # ---- trees of choices between constants

    def leaf_by_leaf(
        self, left: Node, right: Node, make: Callable[[int, int], int | None]
    ) -> Node | None:
        """The tree of make(a, b) over the leaves of two trees; None where one leaf gives None."""
        if left.op == "select":
            when, then, otherwise = left.args
            one = self.leaf_by_leaf(then, under_answer(right, when, 1), make)
            two = self.leaf_by_leaf(otherwise, under_answer(right, when, 2), make)
            return None if one is None or two is None else self.select(when, one, two)
        if right.op == "select":
            when, then, otherwise = right.args
            one, two = self.leaf_by_leaf(left, then, make), self.leaf_by_leaf(left, otherwise, make)
            return None if one is None or two is None else self.select(when, one, two)
        made = make(left.low, right.low)
        return None if made is None else self.const(made)

    def low_byte(self, of: Node) -> Node:
        """The value modulo 256, of one that is not negative."""
        if is_tree(of):
            found = self.leaf_by_leaf(of, self.const(0), lambda value, _: value % 256)
            assert found is not None
            return found
        return self.node("low_byte", (of,), None, 0, 255)

    # ---- days and codes

    def listed(self, place: int, code: Node, given: Node) -> Node:
        return self.node("listed", (code, given), place, 0, 1)

    def year(self, day: Node, month: int, first: int) -> Node:
        low, high = (days.benefit_year(at, month, first) for at in (day.low, day.high))
        return (
            self.const(low)
            if low == high
            else self.node("year", (day,), (month, first), low, high)
        )

    def month(self, day: Node) -> Node:
        low, high = days.month_number(day.low), days.month_number(day.high)
        return self.const(low) if low == high else self.node("month", (day,), None, low, high)

    def date_in(self, year: Node, month: int, first: int) -> Node:
        low, high = (days.day_number(at, month, first) for at in (year.low, year.high))
        if low == high:
            return self.const(low)
        return self.node("date_in", (year,), (month, first), low, high)

    def add_months(self, day: Node, months: Node, mode: MonthEnd) -> Node:
        low = days.add_months(day.low, months.low, "last_day")
        high = days.add_months(day.high, months.high, "next_day")
        if day.const is not None and months.const is not None:
            return self.const(days.add_months(day.low, months.low, mode))
        return self.node("add_months", (day, months), mode, low, high)

    def age(self, birth: Node, day: Node) -> Node:
        low, high = days.age(birth.high, day.low), days.age(birth.low, day.high)
        return self.const(low) if low == high else self.node("age", (birth, day), None, low, high)

    # ---- how values move with the totals

    def backdated(self, node: Node) -> Node:
        """The value with every total at what it was when the row began."""
        if node.op == "after" and isinstance(node.data, int):
            return self.leaf("before", node.data, node.low, node.high)
        if node.stage < 2 or not node.args:
            return node
        if (found := self._backdated.get(node)) is None:
            found = self._backdated[node] = self._rebuilt(node, self._backdated)
        return found

    def rises(self, node: Node) -> bool:
        """Whether the value is known not to fall when totals rise."""
        if not self.moves(node):
            return True
        match node.op:
            case "after":
                return node.data not in self.falls
            case "add" | "min" | "max" | "round":
                return all(self.rises(arg) for arg in node.args)
            case "subtract" | "multiply" | "shift":
                first, *others = node.args
                if node.op == "multiply" and not self.moves(first):
                    first, others = others[0], [first]
                fixed = not any(self.moves(arg) for arg in others)
                signs = node.op == "subtract" or all(arg.low >= 0 for arg in others)
                return fixed and signs and self.rises(first)
            case "select":
                return not self.moves(node.args[0]) and all(
                    self.rises(arg) for arg in node.args[1:]
                )
            case _:
                return False

    def moves(self, node: Node) -> bool:
        """Whether the value reads a total with the row included."""
        if (found := self._moves.get(node)) is None:
            found = node.op == "after" or any(self.moves(arg) for arg in node.args)
            self._moves[node] = found
        return found

    # ---- the same value under an assumption

    def rebuilt(self, node: Node, known: Known) -> Node:
        """The node with others in the place of those in `known`, simplified. known also remembers
        what was found."""
        if (found := known.get(node)) is None:
            known[node] = found = self._rebuilt(node, known)
        return found

    def _rebuilt(self, node: Node, known: Known) -> Node:
        if known is self._backdated and node.op == "after":
            return self.backdated(node)
        if node in self.caps:
            return self.min(*(self.rebuilt(part, known) for part in self.caps[node]))
        if node in self.rounds:
            amount, mode, unit = self.rounds[node]
            return self.round(self.rebuilt(amount, known), mode, unit)
        args = tuple(self.rebuilt(arg, known) for arg in node.args)
        if node.op == "all" and any(x <= set(flat(node)) for x in known.never):
            return self.const(0)
        if all(new is old for new, old in zip(args, node.args, strict=True)):
            return node
        return self.alike(node, args, node.low, node.high)

    def assume(self, known: Known, condition: Node, holds: bool) -> None:
        """Adds what to put in the place of what, where a condition holds or does not."""
        todo = [(condition, holds)]
        while todo:
            one, true = todo.pop()
            known[one] = self.const(int(true))
            if one.op == "not":
                todo.append((one.args[0], not true))
            elif one.op == "all" and true:
                todo += [(arg, True) for arg in one.args]
            elif one.op == "all":
                known.never.append(frozenset(flat(one)))
            elif one.op == "equal" and true and one.args[1].const is not None:
                known[one.args[0]] = one.args[1]
