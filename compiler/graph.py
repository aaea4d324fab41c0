"""A row's arithmetic as a graph of integers: every value once, with the range it can have.

Exact amounts are numerators over their static denominators, truth is 0 or 1, an enum its index, a
date its day. Nodes are made by `Graph` alone, which returns the same node for the same value and
simplifies by ranges as it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, Literal

from attrs import define, field

from hmbc.compiler import days
from hmbc.compiler.multiply_shift import SHIFTS, MultiplyShift, floor_of, least, multiply_shift
from hmbc.compiler.optimise import ALL, Optimise
from hmbc.compiler.rounding import rounded, share
from hmbc.dsl.expr import MonthEnd, RoundingMode

Op = Literal[
    "const",
    "claim",            # data: place; what it can be in a row that is not rejected
    "raw",              # the same, what it can be at all
    "claim_given",
    "member",
    "member_given",
    "varied",           # data: place; a member's attribute as it is on the claim's day
    "varied_given",
    "member_listed",  # data: place among the look-ups
    "day",  # the claim's day, from 1 for the first one of the batch
    "member_day",  # data: place; a member's date, counted likewise and held to the batch
    "period_first",     # data: number of a list of periods * RANGES + which; counted likewise
    "period_last",
    "parameter",
    "listed",           # data: place; of (code, given)
    "uniform",          # data: number of a key that is the same for all rows
    "before",           # data: number of an accumulator: its total when the row began
    "after",            # with the row
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
    "varied": 1, "varied_given": 1,
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


@define
class Graph:
    """All nodes of one feed."""

    optimise: Optimise = ALL
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
        return self._node("const", (), value, value, value)

    def leaf(self, op: Op, data: Data, low: int, high: int) -> Node:
        """A column, an attribute, a parameter, a key or a total."""
        return self.const(low) if low == high else self._node(op, (), data, low, high)

    def _node(self, op: Op, args: tuple[Node, ...], data: Data, low: int, high: int) -> Node:
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
        left, right = _ordered(left, right)
        return self._node("add", (left, right), None, left.low + right.low, left.high + right.high)

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
        return self._node("subtract", (left, right), None, low, high)

    def multiply(self, left: Node, right: Node) -> Node:
        left, right = _ordered(left, right)
        if 0 in (left.const, right.const):
            return self.const(0)
        if right.const == 1:
            return left
        if left.const == 1:
            return right
        corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
        return self._node("multiply", (left, right), None, min(corners), max(corners))

    def min(self, left: Node, right: Node) -> Node:
        if left is right or left.high <= right.low:
            return left
        if right.high <= left.low:
            return right
        left, right = _ordered(left, right)
        if self.optimise.fold and (zipped := self._zipped(left, right)) is not None:
            return zipped
        found = self._capped(left, right) if self.optimise.shift else None
        if found is None:
            low, high = min(left.low, right.low), min(left.high, right.high)
            found = self._node("min", (left, right), None, low, high)
        self.caps[found] = (left, right)
        return found

    def max(self, left: Node, right: Node) -> Node:
        if left is right or left.low >= right.high:
            return left
        if right.low >= left.high:
            return right
        left, right = _ordered(left, right)
        low, high = max(left.low, right.low), max(left.high, right.high)
        return self._node("max", (left, right), None, low, high)

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
        return self._node("select", (when, then, otherwise), None, low, high)

    def less(self, left: Node, right: Node) -> Node:
        if left.high < right.low:
            return self.const(1)
        if left.low >= right.high or left is right:
            return self.const(0)
        if self.optimise.fold:
            for rule in (self._reaches, self._short_of):
                if (found := rule(left, right)) is not None:
                    return found
        return self._node("less", (left, right), None, 0, 1)

    def equal(self, left: Node, right: Node) -> Node:
        if left is right:
            return self.const(1)
        if left.high < right.low or right.high < left.low:
            return self.const(0)
        left, right = _ordered(left, right)
        if self.optimise.fold and right.const == 0:
            if left.op == "multiply":
                either = [self.equal(arg, right) for arg in left.args]
                return self.any(either)
            if left.low == 0 and left.high == 1:
                return self.no(left)
            if left.op == "select" and left.args[2].const == 0:
                when, then, _ = left.args
                return self.any([self.no(when), self.equal(then, right)])
        return self._node("equal", (left, right), None, 0, 1)

    def no(self, of: Node) -> Node:
        if of.const is not None:
            return self.const(1 - of.const)
        if of.op == "not":
            return of.args[0]
        return self._node("not", (of,), None, 0, 1)

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
            late = [self._node("all", tuple(early), None, 0, 1), *late]
        else:
            late = [*early, *late]
        if not late:
            return self.const(1)
        return late[0] if len(late) == 1 else self._node("all", tuple(late), None, 0, 1)

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
        found = self._shifted(amount, mode, unit, None) if self.optimise.shift else None
        if found is None:
            found = self._node("round", (amount,), (mode, unit), low, high)
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
        return self._node("share", (amount, part, whole), (mode, parts), low, high)

    def _parts(self, amount: Node) -> tuple[Node, Node] | None:
        """What an amount is a product of: something >= 0, and a tree of constants >= 0."""
        if amount.op != "multiply":
            return (amount, self.const(1)) if amount.low >= 0 else None
        for base, rate in (amount.args, amount.args[::-1]):
            if base.low >= 0 and rate.low >= 0 and is_tree(rate):
                return base, rate
        return None

    def _shifted(
        self, amount: Node, mode: RoundingMode, unit: int, cap: Node | None
    ) -> Node | None:
        """min(cap, round(amount / unit)) by a multiplication and a shift, if all its constants allow.

        A share rises with the amount, so the cap becomes a clamp of the amount.
        """
        parts = self._parts(amount)
        if parts is None:
            return None
        base, rate = parts

        def end(num: int, top: int) -> int | None:
            """The least amount that reaches the cap, where it meets it."""
            floor = floor_of(num, unit, mode)
            if floor is None:
                return None
            found = base.high if cap is None else least(floor, top)
            if found is None or found >= base.high:
                return base.high
            return found if floor.of(found) == top else None

        tops = self.const(0) if cap is None else cap
        if (ends := self.leaf_by_leaf(rate, tops, end)) is None:
            return None
        for shift in SHIFTS:

            def by(num: int, top: int, shift: int = shift) -> MultiplyShift | None:
                floor, most = floor_of(num, unit, mode), end(num, top)
                return None if floor is None or most is None else multiply_shift(floor, most, shift)

            def factor(num: int, top: int) -> int | None:
                return None if (found := by(num, top)) is None else found.factor

            def plus(num: int, top: int) -> int | None:
                return None if (found := by(num, top)) is None else found.plus

            factors = self.leaf_by_leaf(rate, tops, factor)
            pluses = self.leaf_by_leaf(rate, tops, plus)
            if factors is not None and pluses is not None:
                break
        else:
            return None
        held = self.min(base, ends)
        low = rounded(base.low * rate.low, mode, unit) // unit
        high = rounded(base.high * rate.high, mode, unit) // unit
        if cap is not None:
            low, high = min(low, cap.low), min(high, cap.high)
        return self._node("shift", (held, factors, pluses), shift, low, high)

    def _capped(self, left: Node, right: Node) -> Node | None:
        for cap, whole in ((left, right), (right, left)):
            if cap.low >= 0 and is_tree(cap) and whole in self.rounds:
                return self._shifted(*self.rounds[whole], cap)
        return None

    def _reaches(self, left: Node, right: Node) -> Node | None:
        """left < right, where right is a rounded share: whether what is shared is large enough."""
        if right not in self.rounds or not is_tree(left):
            return None
        amount, mode, unit = self.rounds[right]
        parts = self._parts(amount)
        if parts is None:
            return None
        base, rate = parts

        def enough(num: int, top: int) -> int | None:
            if (floor := floor_of(num, unit, mode)) is None:
                return None
            found = least(floor, top + 1)
            return base.high + 1 if found is None else min(found, base.high + 1)

        needed = self.leaf_by_leaf(rate, left, enough)
        return None if needed is None else self.no(self.less(base, needed))

    def _short_of(self, left: Node, right: Node) -> Node | None:
        """left < right, where left is right held to a cap, or the growth of one that of the other."""
        if right in self.caps.get(left, ()):
            one, two = self.caps[left]
            return self.less(one if two is right else two, right)
        if left.op == right.op == "subtract" and right.low >= 0:
            (after, before), (whole, whole_before) = left.args, right.args
            if whole in self.caps.get(after, ()) and whole_before in self.caps.get(before, ()):
                caps = [a if b is whole else b for a, b in [self.caps[after]]]
                caps += [a if b is whole_before else b for a, b in [self.caps[before]]]
                if caps[0] is caps[1]:
                    # above the cap nothing is paid of what whole grows by; below it, all of it
                    above = self.less(caps[0], whole)
                    return self.all([above, self.less(whole_before, whole)])
        return None

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
        return self._node(node.op, tuple(args), data, low, high)

    # ---- trees of choices between constants

    def leaf_by_leaf(
        self, left: Node, right: Node, make: Callable[[int, int], int | None]
    ) -> Node | None:
        """The tree of make(a, b) over the leaves of two trees; None where one leaf gives None."""
        if left.op == "select":
            when, then, otherwise = left.args
            one = self.leaf_by_leaf(then, _under(right, when, 1), make)
            two = self.leaf_by_leaf(otherwise, _under(right, when, 2), make)
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
        return self._node("low_byte", (of,), None, 0, 255)

    # ---- days and codes

    def listed(self, place: int, code: Node, given: Node) -> Node:
        return self._node("listed", (code, given), place, 0, 1)

    def year(self, day: Node, month: int, first: int) -> Node:
        low, high = (days.benefit_year(at, month, first) for at in (day.low, day.high))
        return (
            self.const(low)
            if low == high
            else self._node("year", (day,), (month, first), low, high)
        )

    def month(self, day: Node) -> Node:
        low, high = days.month_number(day.low), days.month_number(day.high)
        return self.const(low) if low == high else self._node("month", (day,), None, low, high)

    def date_in(self, year: Node, month: int, first: int) -> Node:
        low, high = (days.day_number(at, month, first) for at in (year.low, year.high))
        if low == high:
            return self.const(low)
        return self._node("date_in", (year,), (month, first), low, high)

    def add_months(self, day: Node, months: Node, mode: MonthEnd) -> Node:
        low = days.add_months(day.low, months.low, "last_day")
        high = days.add_months(day.high, months.high, "next_day")
        if day.const is not None and months.const is not None:
            return self.const(days.add_months(day.low, months.low, mode))
        return self._node("add_months", (day, months), mode, low, high)

    def age(self, birth: Node, day: Node) -> Node:
        low, high = days.age(birth.high, day.low), days.age(birth.low, day.high)
        return self.const(low) if low == high else self._node("age", (birth, day), None, low, high)

    # ---- how values move with the totals, none of which falls

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
                return True
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


def _under(tree: Node, when: Node, place: int) -> Node:
    """What is left of a tree of choices by the same condition, under one answer to it."""
    while tree.op == "select" and tree.args[0] is when:
        tree = tree.args[place]
    return tree


def _ordered(left: Node, right: Node) -> tuple[Node, Node]:
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
