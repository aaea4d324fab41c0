"""Which totals of a feed may outgrow their cell in the record, and what is then taken out of it.

A cell holds totals up to `FeedTotal.most`. Where nothing that a row gives changes when a total is
larger by a step, once it has come to `least` (caps are reached, thresholds passed; what goes on
rising is only ever seen as a difference), multiples of that step are carried out of the cell into a
word beside the records. Rows go on as if the total were smaller, and the state still has all of it.
Where nothing changes either when the total after a row alone is larger, a single row may add more
than a cell holds.

That is decided on the kernel's graph for totals of any size: one for small totals has lost the
caps that those never reach.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from attrs import define, evolve, field, frozen

from hmbc.compiler.feed import Carry, Feed, FeedTotal
from hmbc.compiler.graph import Graph
from hmbc.compiler.nodes import Known, Node, place_of, reachable
from hmbc.compiler.ranges import INT64
from hmbc.compiler.rounding import rounded

LEASTS = (Fraction(1, 8), Fraction(1, 2), Fraction(3, 4), Fraction(7, 8))
"""Of the largest total that a cell holds: from which on it may be carried."""
NEAR, FAR = Fraction(9, 10), Fraction(15, 16)
"""The same: where a row that adds more than a cell holds may begin at most, and to where it brings it."""


class NotCarried(Exception):
    """Something still changes when the total grows."""


def with_carries(feed: Feed, whole: Feed) -> Feed:
    """The feed with those totals marked that may be carried. whole: the same kernel's feed, made for totals
    up to their ceilings."""
    by_number = {total.number: total for total in whole.totals}
    totals = list[FeedTotal]()
    for total in feed.totals:
        own = by_number[total.number]
        plain = total.made_of is None and total.key is None and not total.by_row and not total.falls
        if plain and own.made_of is None and total.most < own.most:
            if all(follows(feed, one, by_number[one.number], total, own) for one in feed.totals):
                total = evolve(total, carry=carry_of(whole, own, total.most))
        totals.append(total)
    return evolve(feed, totals=totals)


def follows(feed: Feed, made: FeedTotal, made_whole: FeedTotal, total: FeedTotal, own: FeedTotal) -> bool:
    """Whether a total that is worked out from another is so, in the same way, however large that is."""
    if (made.made_of is None) != (made_whole.made_of is None):
        return False
    if made.made_of is None or made_whole.made_of is None:
        return True
    if not any(is_of(node, total.number) for node in reachable([made.made_of])):
        return True
    value = made_from_whole(feed.graph, made, total.number, own.most)
    return is_alike(made.made_of, made_whole.made_of) and 0 <= value.low <= value.high <= made.most


def made_from_whole(graph: Graph, made: FeedTotal, number: int, most: int) -> Node:
    """What is worked out from a total, with the whole of that, carried or not, in its place."""
    assert made.made_of is not None
    before = next(
        node for node in reachable([made.made_of]) if node.op == "before" and node.data == number
    )
    return graph.rebuilt(made.made_of, Known({before: graph.leaf("whole", number, 0, most)}))


def is_alike(one: Node, two: Node) -> bool:
    """Whether two nodes of different graphs are the same computation."""
    return (one.op, one.data, one.const, len(one.args)) == (two.op, two.data, two.const, len(two.args)) and all(
        is_alike(*pair) for pair in zip(one.args, two.args, strict=True)
    )


def is_of(node: Node, number: int) -> bool:
    """Whether a leaf is that total."""
    return node.op in ("before", "after") and place_of(node) == number


def carry_of(feed: Feed, total: FeedTotal, most: int) -> Carry | None:
    """From where on and by which step a total of a cell up to `most` is carried; None: not at all."""
    outputs = [*feed.outputs(), *(one.adds for one in feed.totals if one.made_of is None)]
    for part in LEASTS:
        least = int(part * most)
        both = Growth(feed.graph, total.number, {"before": (least, INT64), "after": (least, INT64)})
        step = both.step_of(outputs, ("before", "after"))
        if step is None or least + 2 * step >= most:
            continue
        near, far = int(NEAR * most), int(FAR * most)
        after = Growth(feed.graph, total.number, {"before": (0, near), "after": (far, INT64)})
        jump = after.step_of(outputs, ("after",))
        if jump is None or far + lcm(step, jump) >= most or least + lcm(step, jump) > near:
            return Carry(least, step, total.most)
        return Carry(least, lcm(step, jump), total.most, far)
    return None


@frozen
class Slope:
    """By how much a value grows while something grows by 1: num / den. It does so in every step of
    `Growth.step`, though not evenly within it."""

    num: Node
    den: int = 1

    @property
    def is_none(self) -> bool:
        return self.num.const == 0


@define
class Growth:
    """How values grow with a total before a row, with it after the row, or with both.

    between: the least and the most of each. step: `Slope` holds for multiples of it.
    """

    graph: Graph
    number: int
    between: dict[str, tuple[int, int]]
    grown: tuple[str, ...] = ()
    step: int = 1
    slopes: dict[Node, Slope] = field(factory=dict)
    ranges: dict[Node, tuple[int, int]] = field(factory=dict)

    def step_of(self, outputs: list[Node], grown: tuple[str, ...]) -> int | None:
        """By which step they may grow so that no output changes, or None."""
        self.grown = grown
        try:
            same = all(self.of(node).is_none for node in outputs)
        except NotCarried:
            return None
        return self.step if same else None

    def of(self, node: Node) -> Slope:
        """The value's slope. Raises NotCarried where it has none."""
        if node not in self.slopes:
            self.slopes[node] = self.found(node)
        return self.slopes[node]

    def found(self, node: Node) -> Slope:
        graph, flat = self.graph, Slope(self.graph.const(0))
        if is_of(node, self.number):
            return Slope(graph.const(1)) if node.op in self.grown else flat
        if node in graph.caps:
            return self.held(node, *graph.caps[node])
        if node in graph.rounds:
            amount, mode, unit = graph.rounds[node]
            slope = self.of(amount)
            if slope.is_none:
                return flat
            if self.range(amount)[0] < 0:
                raise NotCarried
            den = slope.den * unit
            self.step = lcm(self.step, den * (2 if mode == "half_even" else 1))
            return Slope(slope.num, den)
        if node.op in ("min", "max"):
            return self.held(node, *node.args)
        if node.op == "select":
            return self.chosen(*node.args)
        slopes = [self.of(arg) for arg in node.args]
        if all(slope.is_none for slope in slopes):
            return flat
        match node.op, slopes:
            case "add", (one, two):
                return self.sum(one, two, 1)
            case "subtract", (one, two):
                return self.sum(one, two, -1)
            case "multiply", (one, two) if one.is_none or two.is_none:
                grown, other = (one, node.args[1]) if two.is_none else (two, node.args[0])
                return Slope(graph.multiply(grown.num, other), grown.den)
            case "less" | "equal", (one, two):
                # what is apart stays so; what grows alike differs by the same as ever
                if self.are_apart(*node.args) or self.sum(one, two, -1).is_none:
                    return flat
        raise NotCarried

    def are_apart(self, one: Node, two: Node) -> bool:
        """Whether one of the two is always the larger."""
        (low, high), (least, most) = self.range(one), self.range(two)
        apart, unit = max(least - high, low - most), 1
        if one in self.graph.rounds and two in self.graph.rounds:
            # of two that are shared alike the larger one's share is larger, if by enough
            (part, *how), (other, *same) = self.graph.rounds[one], self.graph.rounds[two]
            rates = [arg for arg in part.args if arg in other.args and arg.low > 0]
            if how == same and part.op == other.op == "multiply" and len(rates) == 1:
                unit = int(how[1])
                bases = [next(x for x in of.args if x is not rates[0]) for of in (part, other)]
                (low, high), (least, most) = map(self.range, bases)
                apart = max(least - high, low - most) * rates[0].low
        return apart >= unit

    def held(self, node: Node, left: Node, right: Node) -> Slope:
        """The lesser or the larger of two."""
        one, two = self.of(left), self.of(right)
        if self.sum(one, two, -1).is_none:
            return one
        for larger, other in ((left, right), (right, left)):
            if self.range(larger)[0] >= self.range(other)[1]:
                return self.of(larger if node.op == "max" else other)
        raise NotCarried

    def chosen(self, when: Node, then: Node, otherwise: Node) -> Slope:
        if not self.of(when).is_none:
            raise NotCarried
        one, two, den = self.common(self.of(then), self.of(otherwise))
        return Slope(self.graph.select(when, one, two), den)

    def sum(self, one: Slope, two: Slope, sign: int) -> Slope:
        first, second, den = self.common(one, two)
        num = (self.graph.add if sign > 0 else self.graph.subtract)(first, second)
        return Slope(num, 1 if num.const == 0 else den)

    def common(self, one: Slope, two: Slope) -> tuple[Node, Node, int]:
        """Both over one denominator."""
        graph, den = self.graph, lcm(one.den, two.den)
        first, second = (graph.multiply(x.num, graph.const(den // x.den)) for x in (one, two))
        return first, second, den

    def range(self, node: Node) -> tuple[int, int]:
        """Bounds of the value."""
        if node not in self.ranges:
            low, high = self.range_of(node)
            self.ranges[node] = max(node.low, low), min(node.high, high)
        return self.ranges[node]

    def range_of(self, node: Node) -> tuple[int, int]:
        graph = self.graph
        if is_of(node, self.number):
            return self.between[node.op]
        if node in graph.rounds and node not in graph.caps:
            amount, mode, unit = graph.rounds[node]
            low, high = (rounded(end, mode, unit) // unit for end in self.range(amount))
            return low, high
        args = graph.caps.get(node, node.args)
        ends = [self.range(arg) for arg in args]
        lows, highs = [low for low, _ in ends], [high for _, high in ends]
        match "min" if node in graph.caps else node.op:
            case "add":
                return sum(lows), sum(highs)
            case "subtract":
                return lows[0] - highs[1], highs[0] - lows[1]
            case "multiply" if min(lows) >= 0:
                return lows[0] * lows[1], highs[0] * highs[1]
            case "min":
                return min(lows), min(highs)
            case "max":
                return max(lows), max(highs)
            case "select":
                return min(lows[1:]), max(highs[1:])
        return node.low, node.high
