"""Amounts that a guideline demands: `must keep pay <= 1_000_000 per year`.

The demand becomes a statement of the kernel, as the scheme's own `prove pay <= …` is one; where payments are
added up, over a total that is there for the proof alone:

    demanded = accumulate (what the layers pay, where the condition holds, else 0) per S
    stated     not condition, or demanded <= limit
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial, reduce

from attrs import evolve

from hmbc.compiler.ceilings import with_ceilings
from hmbc.compiler.conform_laws import ask
from hmbc.compiler.conform_reads import layer_concepts
from hmbc.compiler.kernel import Accumulator, Clause, Definition, Kernel, Stated
from hmbc.compiler.laws import Question
from hmbc.compiler.scopes import total_over
from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl.check_demanded import Demanded, Lacking, check_demanded
from hmbc.dsl.checked_guideline import CheckedDemand
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.scheme import CheckedScheme

_NAME = "demanded"


def amount(demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel) -> Iterator[Diagnostic]:
    """The claims that break the demand; or that the scheme has nothing that it is about, or does not
    tell."""
    assert demand.amount is not None
    found = check_demanded(demand.amount, scheme, partial(_covers, scheme))
    if isinstance(found, Lacking):
        code = codes.NOTHING_TO_CHECK if found.vacuous else codes.NOT_DECIDED
        yield Diagnostic(code, scheme.span, {"why": found.why})
        return
    asked = {Question("stated", None, _NAME)}
    text = demand.amount.text
    yield from ask(_stating(kernel, scheme, found), scheme, asked, None, Bilingual(f"“{text}”", text))


def _covers(scheme: CheckedScheme, name: str) -> frozenset[str]:
    return next(layer_concepts(layer, scheme) for layer in scheme.layers if layer.name == name)


def _stating(kernel: Kernel, scheme: CheckedScheme, demanded: Demanded) -> Kernel:
    """The kernel with the demand for its only statement."""
    pays: list[e.Expr] = [e.Ref(f"{name}.pay") for name in demanded.paid]
    paid, when = reduce(e.Add, pays), demanded.when
    more: list[Definition | Accumulator] = []
    if demanded.scope is not None:
        counted = paid if when == e.TRUE else e.Choose(when, paid, e.money(0))
        over = total_over(demanded.scope, counted, f"{_NAME}.paid", "paid", "", Clause(), scheme)
        paid = over.value
        if over.accumulator is not None:
            more.append(evolve(over.accumulator, layer=None))
    holds: e.Expr = e.Compare(demanded.op, paid, demanded.limit)
    if when != e.TRUE:
        holds = e.Or(e.Not(when), holds)
    stating = evolve(kernel, items=(*kernel.items, *more), stated=(Stated(name=_NAME, holds=holds),))
    return with_ceilings(stating) if more else stating
