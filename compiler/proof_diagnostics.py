"""What proofs say to the author as diagnostics, and what diagnostics say of the laws about the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hmbc.compiler.kernel import Clause, Kernel
from hmbc.compiler.law_names import called, name_of
from hmbc.compiler.laws import STATED, Law, Question
from hmbc.compiler.proof import Proof, clause_of
from hmbc.dsl import codes
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.names import word
from hmbc.dsl.scheme import Asked, CheckedScheme, Waived
from hmbc.dsl.source import Span

WORDS: dict[Waived, str] = {
    "non_negative": "NEGATIVE_PAY",
    "within_base": "ABOVE_BASE",
    "within_bill": "ABOVE_BILL",
    "within_cap": "ABOVE_CAP",
    "monotone": "NOT_MONOTONE",
}
"""The keyword that waives a law."""

_OF_TEXT: tuple[tuple[str, Law, Bilingual], ...] = (
    (
        codes.DEAD_BRANCH, "no_dead_branch",
        Bilingual("按声明的范围和前面的条款，各分支都走得到", "no declared range, and no clause before it, shuts a branch off"),
    ),
    (
        codes.UNUSED, "all_used",
        Bilingual("每项声明都有条款读取", "some clause reads every declaration"),
    ),
)  # fmt: skip


def of_text(diagnostics: Sequence[Diagnostic]) -> Iterator[Proof]:
    """The laws about the text of a scheme, by what `hmbc check` found; one answer for each finding."""
    for code, law, because in _OF_TEXT:
        found = [one for one in diagnostics if one.code == code]
        if not found:
            yield Proof(
                question=Question(law, None), outcome="proved", by="structure", because=because
            )
        for one in found:
            yield Proof(
                question=Question(law, None),
                outcome="refuted",
                by="structure",
                because=Bilingual(one.message("zh"), one.message("en")),
                clause=Clause(span=one.span),
            )


_WHY = Bilingual("原因", "why")


def findings(
    kernel: Kernel, scheme: CheckedScheme, proofs: Sequence[Proof], held_only: bool = False
) -> Iterator[Diagnostic]:
    """Diagnostics of proofs: an error for a broken law that every scheme is held to, unless it is
    waived; a note for what else does not hold, and for what was left open of the former; a warning
    for a waiver of what is proved."""
    waived = {waiver.law for waiver in scheme.waivers}
    asked = {one.law: one for one in scheme.asked}
    for proof in proofs:
        question = proof.question
        if question.law in STATED or (question.layer is None and question.law in asked):
            yield from _stated(kernel, proof, asked.get(question.law))  # type: ignore[arg-type]
        elif proof.outcome == "refuted" and (question.is_held or not held_only):
            yield _refuted(kernel, scheme, proof, question.law in waived)
        elif proof.outcome == "open" and question.is_held and question.law not in waived:
            values = {"where": _where(kernel, proof), "law": name_of(question)}
            yield Diagnostic(codes.LAW_OPEN, _span(kernel, scheme, proof), values)
    for waiver in scheme.waivers:
        about = [p for p in proofs if p.question.law == waiver.law and p.question.is_held]
        if all(proof.outcome == "proved" for proof in about):
            law = word(WORDS[waiver.law])
            yield Diagnostic(codes.WAIVER_UNUSED, waiver.span, {"law": law})


def _stated(kernel: Kernel, proof: Proof, asked: Asked | None) -> Iterator[Diagnostic]:
    """An error for what the author states and claims refute, a note for what is left open. asked: the
    law by its name."""
    if asked is not None:
        span = asked.span
    else:
        span = next(x.clause.span for x in kernel.stated if x.name == proof.question.subject)
    law = name_of(proof.question)
    if proof.outcome == "open":
        yield Diagnostic(codes.LAW_OPEN, span, {"where": Bilingual("", ""), "law": law})
    elif proof.outcome == "refuted":
        values = {"law": law, "what": proof.because}
        yield Diagnostic(
            codes.STATED_BROKEN, span, values, extra=why_of(proof), example=proof.example
        )


def why_of(proof: Proof) -> tuple[tuple[Bilingual, Bilingual], ...]:
    """Why a law is broken, as a line of a diagnostic."""
    return () if proof.why is None else ((_WHY, proof.why),)


def _refuted(
    kernel: Kernel, scheme: CheckedScheme, proof: Proof, is_waived: bool
) -> Diagnostic:
    held = proof.question.is_held and not is_waived
    values: dict[str, object] = {
        "where": _where(kernel, proof),
        "law": name_of(proof.question),
        "what": proof.because,
    }
    if held:
        values["waiver"] = word(WORDS[proof.question.law])  # type: ignore[index]
    code = codes.LAW_BROKEN if held else codes.LAW_NOT_KEPT
    span = _span(kernel, scheme, proof)
    example = proof.example if held else None
    return Diagnostic(code, span, values, extra=why_of(proof), example=example)


def _where(kernel: Kernel, proof: Proof) -> Bilingual:
    question = proof.question
    if question.layer is None:
        return Bilingual("", "")
    name = called(kernel, question.layer)
    return Bilingual(f"层“{name}”的", f"layer `{name}`: ")


def _span(kernel: Kernel, scheme: CheckedScheme, proof: Proof) -> Span:
    clause = clause_of(kernel, proof)
    if clause is not None and clause.span.end:
        return clause.span
    for layer in scheme.layers:
        if layer.name == proof.question.layer:
            return layer.span
    return scheme.span
