"""Whether a condition holds of every row, read off what it compares: the ranges of both sides do not
cross, or one is never above the other however they are made (`60% + more` and `60%`).

What is not found here may hold all the same.
"""

from __future__ import annotations

from attrs import frozen

from hmbc.compiler.kernel import Definition, Kernel
from hmbc.compiler.ranges import Ranges, ranges_of
from hmbc.compiler.ratio_order import Ends, at_most
from hmbc.dsl import expr as e


def always(kernel: Kernel, condition: e.Expr) -> bool:
    """Whether it holds of every row of a kernel whose ceilings are chosen."""
    definitions = {item.name: item.expr for item in kernel.items if isinstance(item, Definition)}
    return _Reader(ranges_of(kernel), definitions).holds(condition)


@frozen
class _Reader:
    ranges: Ranges
    definitions: dict[str, e.Expr]

    def holds(self, condition: e.Expr) -> bool:
        match condition:
            case e.And(left=left, right=right):
                return self.holds(left) and self.holds(right)
            case e.Or(left=left, right=right):
                return self.holds(left) or self.holds(right)
            case e.Ref(name=name):
                return self.holds(self.definitions[name])
            case e.Compare(op="<=", left=left, right=right):
                return self.at_most(left, right)
            case e.Compare(op=">=", left=left, right=right):
                return self.at_most(right, left)
            case _:
                return self.ranges.decided(condition) is True

    def at_most(self, low: e.Expr, high: e.Expr) -> bool:
        return at_most(low, high, self.ends)

    def ends(self, expr: e.Expr) -> Ends:
        found = self.ranges.value(expr)
        return found.low, found.high
