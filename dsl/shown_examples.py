"""Counterexamples of one report: each is shown where it belongs, the same claims once. A long one is told
shortly there, and stands in full at the end, to paste."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field

from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.display import visible
from hmbc.dsl.folded import folded, is_long
from hmbc.grammar.keywords import Language

COUNTEREXAMPLE = Bilingual("反例", "counterexample")
_TO_PASTE = Bilingual("反例，可粘贴到方案里：", "counterexample, to paste into the scheme:")
_AGAIN = Bilingual("反例：与上面的相同", "counterexample: the same as above")
_FOLDED = Bilingual(
    "反例，重复的费用合在一起，可粘贴的全文在最后：",
    "counterexample, with claims that come again told once; in full, to paste, at the end:",
)
_IN_FULL = Bilingual("反例全文，可粘贴到方案里：", "a counterexample in full, to paste into the scheme:")


@define
class ShownExamples:
    """Writes them in one language."""

    language: Language
    _shown: set[str] = field(init=False, factory=set)
    """The claims of examples that stand above."""
    _long: list[str] = field(init=False, factory=list)

    def here(self, example: str) -> Iterator[str]:
        """A heading, then the lines of the example (some `example` blocks of the language)."""
        claims = _claims_of(example)
        if claims in self._shown:
            yield _AGAIN.get(self.language)
            return
        self._shown.add(claims)
        if is_long(example):
            self._long.append(example)
            yield _FOLDED.get(self.language)
            lines = list(folded(example, self.language))
        else:
            yield _TO_PASTE.get(self.language)
            lines = example.splitlines()
        yield from map(visible, lines)

    def at_the_end(self) -> Iterator[str]:
        """Those that were told shortly, each with a heading."""
        for example in self._long:
            yield _IN_FULL.get(self.language)
            yield from (f"  {visible(line)}" for line in example.splitlines())


def _claims_of(example: str) -> str:
    """An example without its titles."""
    return "\n".join(line for line in example.splitlines() if line.startswith(" "))
