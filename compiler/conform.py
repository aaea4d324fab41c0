"""A scheme held against a guideline: each demand, by what the scheme's structure tells.

    demand                    decided by
    enrolling must not …      what eligibility, waits and exclusions of whole members read
    pay must not …            what leads to a payment in the kernel (prove_independence)
    must (not) exclude …      concepts and codes of the exclusions; for what others paid, the bases
    ratio must rise …         the ratios of a layer's bands, one after the other (ratio_order)
    must state, must cover    the clauses and the concepts of the layers
    must come after …         what the base takes off
    may use only …            the attributes on which a payment depends
    demands FACT              the facts of the scheme
    must keep LAW             the structure of the kernel; else claims that break it (conform_laws)
    must keep A never gets    the same, of each attribute of members that has both values
      less than B
    must keep pay <= X …      the same, and the solver (conform_amounts)

What structure cannot tell is said to be undecided (HMB343), never passed in silence: an analysis
that runs the kernel (a solver's) belongs in ANALYSES, beside the structural one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import evolve

from hmbc.compiler.conform_amounts import amount
from hmbc.compiler.conform_exclusions import exclude, not_exclude
from hmbc.compiler.conform_laws import keep, never_less
from hmbc.compiler.conform_layers import come_after, cover, rise, state
from hmbc.compiler.conform_people import (
    enrolling_independent,
    fact,
    pay_independent,
    premium_independent,
    use_needed,
    use_only,
)
from hmbc.compiler.kernel import Kernel
from hmbc.dsl.checked_guideline import CheckedDemand, CheckedGuideline
from hmbc.dsl.cited import CITED
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.nodes import DemandKind
from hmbc.dsl.scheme import CheckedScheme

Analysis = Callable[[CheckedDemand, CheckedScheme, Kernel], Iterable[Diagnostic]]

ANALYSES: dict[DemandKind, tuple[Analysis, ...]] = {
    "enrolling_independent": (enrolling_independent,),
    "premium_independent": (premium_independent,),
    "pay_independent": (pay_independent,),
    "exclude": (exclude,),
    "not_exclude": (not_exclude,),
    "state": (state,),
    "cover": (cover,),
    "come_after": (come_after,),
    "rise": (rise,),
    "use_only": (use_only,),
    "use_needed": (use_needed,),
    "fact": (fact,),
    "keep": (keep,),
    "never_less": (never_less,),
    "amount": (amount,),
}


def conform(
    guideline: CheckedGuideline, scheme: CheckedScheme, kernel: Kernel
) -> Iterator[Diagnostic]:
    """Every breach of a demand, at the scheme's clause at fault; a warning where the demand is one
    in principle."""
    for demand in guideline.demands:
        cited = (CITED, _cited(guideline, demand))
        for analysis in ANALYSES[demand.kind]:
            for found in analysis(demand, scheme, kernel):
                mild = not demand.firm and found.rule.severity == "error"
                yield evolve(found, extra=(cited, *found.extra), mild=mild)


def _cited(guideline: CheckedGuideline, demand: CheckedDemand) -> Bilingual:
    title = guideline.title or guideline.name
    return Bilingual(
        f"“{title}” {'、'.join(demand.cites)}".strip(),
        f'"{title}" {", ".join(demand.cites)}'.strip(),
    )
