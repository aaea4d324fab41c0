"""What layers draw on a cap that they share, as what one of them is paid: for laws about all that is paid, of
which it doesn't matter which layer pays it.

    first  = f(A1 + B0) − f(A0 + B0)              first  = 0
    second = f(A1 + B1) − f(A1 + B0)              second = increase f(total of a + b)

with f(t) = min(C, t), A and B the totals of what comes to either of both under the same keys, a and b what
they add, and 0 and 1 for before and after the row. Pro rata, the shares come to what is left, which one of
the layers is paid here. In every row all layers come to the same as before, but none of them alone does.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.layer_parts import Cap
from hmbc.compiler.shared_caps import shared_caps_of
from hmbc.compiler.slices import slice_of
from hmbc.dsl import expr as e
from hmbc.dsl.reads import items_read


def drawn_together(kernel: Kernel) -> Kernel:
    """The kernel with what its layers are paid of shared caps paid by one of them; the same one where there is
    no such cap, or where something else reads what one of the layers is paid."""
    read = {name for item in slice_of(kernel, ()).items for expr in item.exprs for name in items_read(expr)}
    found = kernel
    for cap in shared_caps_of(kernel):
        if not read & {name for _, name in cap.draws}:
            found = _together(found, cap)
    return found


def _together(kernel: Kernel, cap: Cap) -> Kernel:
    """The kernel with the draws on one cap in the place of the last of them."""
    names = {name for _, name in cap.draws}
    drawn = _drawn(kernel, cap)
    if drawn is None or not names <= {outcome.pay for outcome in kernel.outcomes}:
        return kernel
    totals, paid = drawn
    last = [item.name for item in kernel.items if item.name in names][-1]
    items: list[Definition | Accumulator] = []
    for item in kernel.items:
        if isinstance(item, Definition) and item.name in names:
            items += [*totals, evolve(item, expr=paid)] if item.name == last else [evolve(item, expr=e.money(0))]
        else:
            items.append(item)
    return evolve(kernel, items=tuple(items))


def _drawn(kernel: Kernel, cap: Cap) -> tuple[tuple[Accumulator, ...], e.Expr] | None:
    """The total that is needed, and what is drawn on a cap in all; None where totals have other keys."""
    accumulators, definitions = kernel.accumulators, kernel.definitions
    left = f"{cap.definition.name}.left"
    if left in definitions:
        return (), e.Ref(left)
    match definitions[cap.draws[-1][1]].expr:
        case e.Subtract(left=e.Min(left=limit, right=high)):
            [first, *others] = [accumulators[name] for name in _totals(high)]
        case _:
            return None
    if any(one.keys != first.keys for one in others):
        return None
    adds, ceiling = first.adds, first.ceiling
    for one in others:
        adds, ceiling = e.Add(adds, one.adds), ceiling + one.ceiling
    pool = evolve(first, name=f"{cap.definition.name}.drawn", adds=adds, ceiling=ceiling, layer=None)
    return (pool,), e.Increase(e.Min(limit, e.Total(pool.name)))


def _totals(expr: e.Expr) -> Iterator[str]:
    match expr:
        case e.Add(left=left, right=right):
            yield from _totals(left)
            yield from _totals(right)
        case e.Total(accumulator=name):
            yield name
