"""Laws that a guideline demands: `must keep split proof, order free`.

What the structure of the kernel promises is kept. Else a short search looks for claims that break it;
what neither decides is undecided here, and `hmbc prove` asks a solver.
"""

from __future__ import annotations

from collections.abc import Iterator

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.prove import Budget
from hmbc.compiler.verdicts import verdicts
from hmbc.dsl import codes
from hmbc.dsl.checked_guideline import CheckedDemand
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.scheme import CheckedScheme

SHORT = Budget((80_000, 0))
"""What checking takes the time for."""


def keep(demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel) -> Iterator[Diagnostic]:
    """The laws that claims break, and those that cannot be told."""
    from hmbc.compiler.prove_report import LAWS

    wanted = {Question(law, None) for law in demand.laws}
    for proof in verdicts(kernel, scheme, SHORT, wanted.__contains__, solver=False):
        law = LAWS[proof.question.law]
        if proof.outcome == "refuted":
            yield Diagnostic(codes.STATED_BROKEN, scheme.span, {"law": law, "what": proof.because})
        elif proof.outcome == "open":
            why = Bilingual(f"{law.zh}，要用 hmbc prove", f"{law.en}; run hmbc prove")
            yield Diagnostic(codes.NOT_DECIDED, scheme.span, {"why": why})
