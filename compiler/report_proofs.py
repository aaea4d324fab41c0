"""Proofs as an author reads them, and as programs do.

By layer, then for the scheme: what does not hold first. Of each law whether it holds, by what that is
known and why; of a broken one what happens, the step and the clause at fault, and examples to paste.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import define, field

from hmbc.compiler.clauses import LINES
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.law_names import LAWS, called, name_of
from hmbc.compiler.laws import STATED
from hmbc.compiler.proof import Proof, clause_of
from hmbc.compiler.prove import has_solver
from hmbc.compiler.shared_caps import shared_caps_of
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.scheme import CheckedScheme
from hmbc.dsl.shown_examples import ShownExamples
from hmbc.dsl.source import Source, Span
from hmbc.grammar.keywords import Language

_MARKS = {
    "proved": Bilingual("已证明", "proved"),
    "refuted": Bilingual("不成立", "refuted"),
    "open": Bilingual("未决", "open"),
}
_ORDER = ("refuted", "open", "proved")
_DEEP = " " * 12


def proofs_as_text(
    source: Source,
    kernel: Kernel,
    scheme: CheckedScheme,
    proofs: Sequence[Proof],
    language: Language,
    searched: bool = False,
) -> str:
    """What is known of a scheme's laws, to read. searched: with random histories, too."""
    lines = _Report(source, kernel, scheme, language, searched).lines(proofs)
    return "\n".join((source.name, *lines))


def proofs_as_rows(
    source: Source, kernel: Kernel, proofs: Sequence[Proof], language: Language
) -> Iterator[Mapping[str, object]]:
    """One row a law, for programs. line: of the clause at fault, or of the layer; None where it has no
    place."""
    for proof in proofs:
        question = proof.question
        yield {
            "file": source.name,
            "law": question.law,
            "layer": question.layer,
            "subject": question.subject,
            "held_to": question.is_held,
            "verdict": proof.outcome,
            "by": proof.by,
            "milliseconds": proof.milliseconds,
            "because": proof.because.get(language),
            "why": None if proof.why is None else proof.why.get(language),
            "cites": [] if proof.clause is None else list(proof.clause.cites),
            "line": line_at_fault(source, kernel, proof),
            "example": proof.example,
        }


def line_at_fault(source: Source, kernel: Kernel, proof: Proof) -> int | None:
    """The line of the clause that an answer goes back to; None where it has no place. Of a whole layer,
    the line in it that begins with the clause's word, if one alone does."""
    clause = clause_of(kernel, proof)
    if clause is None or not clause.span.end:
        return None
    home, place = source.locate(clause.span)
    first = home.position(place.start)[0]
    role = next((item.role for item in kernel.items if item.name == proof.definition), "")
    words = LINES.get(role, ())
    if words and home.text.startswith(("层", "layer"), place.start):
        lines = home.text[place.start : place.end].split("\n")
        found = [number for number, line in enumerate(lines) if line.strip().startswith(words)]
        if len(found) == 1:
            return first + found[0]
    return first


@define
class _Report:
    """Writes about one scheme."""

    source: Source
    kernel: Kernel
    scheme: CheckedScheme
    language: Language
    searched: bool
    _examples: ShownExamples = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._examples = ShownExamples(self.language)

    def _say(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en

    def lines(self, proofs: Sequence[Proof]) -> Iterator[str]:
        """All of it."""
        layers = list(dict.fromkeys(proof.question.layer for proof in proofs))
        for layer in layers:
            whole = self._say("整个方案", "the scheme")
            yield "  " + (whole if layer is None else f"{self._say('层 ', 'layer ')}{self._titled(layer)}")
            own = [proof for proof in proofs if proof.question.layer == layer]
            for proof in sorted(own, key=lambda proof: _ORDER.index(proof.outcome)):
                yield from self._proof(proof)
        yield from (f"  {line}" for line in self._examples.at_the_end())
        for waiver in self.scheme.waivers:
            law = LAWS[waiver.law].get(self.language)
            yield self._say(f"  容许不成立：{law}：{waiver.why}", f"  allowed not to hold: {law}: {waiver.why}")
        proved, refuted, left = (
            sum(proof.outcome == one for proof in proofs) for one in ("proved", "refuted", "open")
        )
        yield self._say(
            f"  {len(proofs)} 条性质：{proved} 条已证明，{refuted} 条不成立，{left} 条未决",
            f"  {len(proofs)} laws: {proved} proved, {refuted} refuted, {left} left open",
        )
        if left and not has_solver():
            yield self._say(
                "  求解器 z3 没有安装，装上可证明得更多：pip install 'hmbc[prove]'",
                "  the solver z3 is not installed, with it more is proved: pip install 'hmbc[prove]'",
            )
        if left and not self.searched:
            yield self._say(
                "  未决的性质，可再用一百万组随机费用去试：hmbc prove --search 1000000",
                "  what is open can be held against a million random histories: hmbc prove --search 1000000",
            )

    def _proof(self, proof: Proof) -> Iterator[str]:
        mark = _MARKS[proof.outcome].get(self.language)
        yield f"    {mark}  {self._law(proof)}{self._by(proof)}{self._allowed(proof)}"
        yield f"{_DEEP}{proof.because.get(self.language)}"
        if proof.outcome != "refuted":
            return
        if proof.why is not None:
            yield f"{_DEEP}{self._say('原因：', 'why: ')}{proof.why.get(self.language)}"
        if place := self._place(proof):
            yield f"{_DEEP}{place}"
        if proof.example is not None:
            yield from (_DEEP + line for line in self._examples.here(proof.example))

    def _law(self, proof: Proof) -> str:
        """The law and what it is about: what the author stated, the text of a cap, an amount."""
        question = proof.question
        law = name_of(question).get(self.language)
        if question.subject is None:
            return law
        if question.law in STATED:
            stated = next(one for one in self.kernel.stated if one.name == question.subject)
            return self._text(stated.clause.span)
        if question.law == "within_cap":
            shared = [cap.definition for cap in shared_caps_of(self.kernel)]
            item = next(x for x in (*shared, *self.kernel.items) if x.name == question.subject)
            text = self._text(item.clause.span)
            # A cap that cites nothing of its own goes back to the whole layer.
            return f"{law} [{text}]" if "{" not in text else f"{law} [{question.subject}]"
        return f"{law} [{self._label(question.subject)}]"

    def _titled(self, layer: str) -> str:
        """Its name, and its title behind it."""
        title = called(self.kernel, layer)
        return layer if title == layer else f"{layer} {title}"

    def _label(self, name: str) -> str:
        given = next(
            (one for one in self.kernel.inputs if (one.owner, one.name) == ("claim", name)), None
        )
        return name if given is None else given.label or name

    def _text(self, span: Span) -> str:
        """What stands there, on one line."""
        home, place = self.source.locate(span)
        return " ".join(home.text[place.start : place.end].split())

    def _by(self, proof: Proof) -> str:
        if proof.by != "solver":
            return ""
        spent = proof.milliseconds
        return self._say(f"（求解器，{spent} 毫秒）", f" (solver, {spent} ms)")

    def _allowed(self, proof: Proof) -> str:
        waived = {waiver.law for waiver in self.scheme.waivers}
        if proof.outcome != "refuted" or proof.question.law not in waived or not proof.question.is_held:
            return ""
        return self._say("（容许）", " (allowed)")

    def _place(self, proof: Proof) -> str:
        """Where the clause at fault stands, and what it goes back to."""
        parts = []
        clause = clause_of(self.kernel, proof)
        line = line_at_fault(self.source, self.kernel, proof)
        if clause is not None and line is not None:
            where = f"{self.source.locate(clause.span)[0].name}:{line}"
            parts.append(self._say(f"见 {where}", f"see {where}"))
        if clause is not None and clause.cites:
            joined = self._say("、", ", ").join(clause.cites)
            parts.append(self._say(f"据 {joined}", f"cites {joined}"))
        return self._say("，", ", ").join(parts)

