"""Amounts that a guideline demands: `must keep pay <= 1_000_000 per year`.

The demand becomes a statement of the kernel, as the scheme's own `prove pay <= …` is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from attrs import evolve

from hmbc.compiler.conform_laws import ask
from hmbc.compiler.conform_reads import layer_concepts
from hmbc.compiler.kernel import Clause, Kernel
from hmbc.compiler.law_names import DEMANDED
from hmbc.compiler.laws import Question
from hmbc.compiler.stated_amounts import stated_amount
from hmbc.dsl import codes
from hmbc.dsl.check_demanded import Lacking, check_demanded
from hmbc.dsl.checked_guideline import CheckedDemand
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.scheme import CheckedScheme


def amount(demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel) -> Iterator[Diagnostic]:
    """The claims that break the demand; or that the scheme has nothing that it is about, or does not
    tell."""
    assert demand.amount is not None
    found = check_demanded(demand.amount, scheme, partial(_covers, scheme))
    if isinstance(found, Lacking):
        code = codes.NOTHING_TO_CHECK if found.vacuous else codes.NOT_DECIDED
        yield Diagnostic(code, scheme.span, {"why": found.why})
        return
    stating = evolve(kernel, stated=(stated_amount(found, DEMANDED, Clause(), scheme),))
    asked, text = {Question("stated", None, DEMANDED)}, demand.amount.text
    yield from ask(stating, scheme, asked, None, Bilingual(f"“{text}”", text))


def _covers(scheme: CheckedScheme, name: str) -> frozenset[str]:
    return next(layer_concepts(layer, scheme) for layer in scheme.layers if layer.name == name)
