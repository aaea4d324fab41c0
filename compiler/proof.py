"""The answer to a question about a scheme: proved, refuted or open, by what and why."""

from __future__ import annotations

from typing import Literal

from attrs import evolve, frozen

from hmbc.compiler.kernel import Clause, Definition, Kernel
from hmbc.compiler.laws import Question
from hmbc.dsl.diagnostic import Bilingual

Outcome = Literal["proved", "refuted", "open"]
By = Literal["structure", "solver", "search"]


@frozen(kw_only=True)
class Proof:
    """The answer to a question. because: why it holds, or what stands in the way; clause: where;
    milliseconds: what the solver or the search took. why: the step at fault of what is refuted; example:
    the claims, to paste, None where the language has no example for them."""

    question: Question
    outcome: Outcome
    by: By | None
    because: Bilingual
    clause: Clause | None = None
    definition: str | None = None
    milliseconds: int = 0
    why: Bilingual | None = None
    example: str | None = None

    def with_more(self, zh: str, en: str) -> Proof:
        """With more to tell."""
        return evolve(self, because=Bilingual(f"{self.because.zh}；{zh}", f"{self.because.en}; {en}"))


def clause_of(kernel: Kernel, proof: Proof) -> Clause | None:
    """The clause that an answer goes back to: its own, else that of what the layer pays."""
    if proof.clause is not None:
        return proof.clause
    for item in kernel.items:
        if isinstance(item, Definition) and item.name == proof.definition:
            return item.clause
    for outcome in kernel.outcomes:
        if outcome.layer == proof.question.layer:
            return next(item.clause for item in kernel.items if item.name == outcome.pay)
    return None
