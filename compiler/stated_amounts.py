"""What layers pay, compared with a limit, as a statement of the kernel: a scheme's own (`prove pay <= 5_000`)
or a guideline's (`must keep pay <= 1_000_000 per year`). Where payments are added up, over a total that is
there for a proof alone:

    added_up = accumulate (what the layers pay, where the condition holds, else 0) per S
    stated     not condition, or added_up <= limit
"""

from __future__ import annotations

from attrs import evolve

from hmbc.compiler.ceilings import with_ceilings
from hmbc.compiler.kernel import Accumulator, Clause, Kernel, Stated
from hmbc.compiler.lower_amounts import inner
from hmbc.compiler.scopes import total_over
from hmbc.dsl import expr as e
from hmbc.dsl.scheme import CheckedScheme, PaidWithin


def stated_amount(within: PaidWithin, name: str, clause: Clause, scheme: CheckedScheme) -> Stated:
    """The statement with the total that it needs."""
    paid, when, over = inner(within.paid), inner(within.when), list[Accumulator]()
    if within.scope is not None:
        counted = paid if when == e.TRUE else e.Choose(when, paid, e.money(0))
        total = total_over(within.scope, counted, f"{name}.paid", "paid", "", clause, scheme)
        paid = total.value
        if total.accumulator is not None:
            over.append(evolve(total.accumulator, layer=None))
    holds: e.Expr = e.Compare(within.op, paid, inner(within.limit))
    if when != e.TRUE:
        holds = e.Or(e.Not(when), holds)
    return Stated(name=name, holds=holds, over=tuple(over), clause=clause)


def with_stated_totals(kernel: Kernel) -> Kernel:
    """The kernel with the totals that its statements need."""
    stated = [one for one in kernel.stated if isinstance(one, Stated)]
    totals = [total for one in stated for total in one.over]
    if not totals:
        return kernel
    alone = tuple(evolve(one, over=()) if isinstance(one, Stated) else one for one in kernel.stated)
    return with_ceilings(evolve(kernel, items=(*kernel.items, *totals), stated=alone))
