"""What a threshold that is within another leaves, in two parts: what the inner one leaves, and what the
outer one does of the rest.

    x − increase min(L, t)        z + increase max(0, t − L)        t: the total of x − z

For min(L, t) + max(0, t − L) is t, and the increase of t is x − z. Each holds in every row, so that laws of
the one kernel are laws of the other. The first form tells how far x moves it, the second which way.
"""

from __future__ import annotations

from hmbc.compiler.kernel import Kernel, read_anew
from hmbc.compiler.structure_bounds import Bounds
from hmbc.dsl import expr as e


def left_apart(kernel: Kernel, bounds: Bounds) -> Kernel:
    """The kernel with such differences as sums; the same one where there is none."""

    def read(expr: e.Expr) -> e.Expr:
        if isinstance(expr, e.Increase):
            return expr  # in which a name is one value
        found = e.rebuild(expr, read)
        match found:
            case e.Subtract(left=amount, right=right):
                return _apart(bounds, amount, bounds.seen(right)) or found
            case _:
                return found

    return read_anew(kernel, read)


def _apart(bounds: Bounds, amount: e.Expr, less: e.Expr) -> e.Expr | None:
    match less:
        case e.Increase(of=e.Min(left=limit, right=e.Total(accumulator=name) as total)):
            added = bounds.seen(bounds.accumulators[name].adds)
        case _:
            return None
    match added:
        case e.Subtract(left=left, right=rest) if bounds.seen(left) == bounds.seen(amount):
            pass
        case e.Min(left=left, right=most) if bounds.seen(left) == bounds.seen(amount):
            rest = e.Max(e.money(0), e.Subtract(amount, most))
        case _:
            return None
    return e.Add(rest, e.Increase(e.Max(e.money(0), e.Subtract(total, limit))))
