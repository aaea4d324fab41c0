"""Laws that a guideline demands: `must keep split proof, order free`, `must keep healthy never gets less
than preexisting`.

What the structure of the kernel promises is kept. Else a short search looks for claims that break it;
what neither decides is undecided here, and `hmbc prove` asks a solver. Two groups are compared by the
solver, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from attrs import evolve

from hmbc.compiler.kernel import Kernel, NeverLess
from hmbc.compiler.law_names import DEMANDED, LAWS
from hmbc.compiler.laws import Question
from hmbc.compiler.proof_diagnostics import why_of
from hmbc.compiler.prove import Budget
from hmbc.compiler.verdicts import verdicts
from hmbc.dsl import codes
from hmbc.dsl.checked_guideline import CheckedDemand
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.lexer import ADVICE
from hmbc.dsl.scheme import CheckedScheme
from hmbc.dsl.types import Enum

_CORRECT = Bilingual(
    "改正方案；若是指导意见的文件写错了要求，改正它", "correct the scheme; or the guideline's file, if it says more than the document demands"
)
SHORT = Budget((80_000, 0), climb=40_000, beside=100_000, many=50_000)
"""What checking takes the time for."""


def keep(demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel) -> Iterator[Diagnostic]:
    """The laws that claims break, and those that cannot be told."""
    wanted = {Question(law, None) for law in demand.laws}
    yield from ask(kernel, scheme, wanted, solver=False)


def never_less(demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel) -> Iterator[Diagnostic]:
    """Whether members with the first value are ever paid less than with the second, of each attribute
    that has both, by their names or labels."""
    stated = []
    for given in kernel.inputs:
        if given.owner == "member" and isinstance(given.type, Enum):
            labels = dict(zip(given.value_labels, given.type.values, strict=False))
            values = [labels.get(name, name) for name in demand.names]
            if all(value in given.type.values for value in values):
                more, less = values
                stated.append(
                    NeverLess(name=f"{DEMANDED}.{given.name}", attribute=given.name, more=more, less=less)
                )
    if not stated:
        one, two = demand.names
        why = Bilingual(
            f"参保人没有一个属性兼有“{one}”和“{two}”",
            f"no attribute of members has both `{one}` and `{two}`",
        )
        yield Diagnostic(codes.NOTHING_TO_CHECK, scheme.span, {"why": why})
        return
    asked = {Question("never_less", None, one.name) for one in stated}
    # Where structure does not tell it, it takes the solver, if that is installed.
    more, less = demand.names
    law = Bilingual(f"“{more} 所得不少于 {less}”", f"{more} never gets less than {less}")
    yield from ask(evolve(kernel, stated=(*kernel.stated, *stated)), scheme, asked, None, law)


def ask(
    kernel: Kernel,
    scheme: CheckedScheme,
    wanted: Set[Question],
    solver: bool | None,
    demanded: Bilingual | None = None,
) -> Iterator[Diagnostic]:
    """What claims break, with them, and what cannot be told. solver None: if it is installed. demanded: what
    it is, where that is no law with a name."""
    for proof in verdicts(kernel, scheme, SHORT, wanted.__contains__, solver):
        law = demanded or LAWS[proof.question.law]
        if proof.outcome == "refuted":
            values = {"law": law, "what": proof.because}
            yield Diagnostic(
                codes.STATED_BROKEN, scheme.span, values, extra=(*why_of(proof), (ADVICE, _CORRECT)),
                hint=False, example=proof.example,
            )  # fmt: skip
        elif proof.outcome == "open":
            why = Bilingual(f"{law.zh}，要用 hmbc prove", f"{law.en}; run hmbc prove")
            if demanded is not None:  # it is no law that `hmbc prove` lists
                why = Bilingual(f"{law.zh}，既未证明，也未找到反例", f"`{law.en}` is neither proved nor refuted")
            yield Diagnostic(codes.NOT_DECIDED, scheme.span, {"why": why})
