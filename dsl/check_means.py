"""`means`: the concepts of a guideline that a name of the scheme stands for."""

from __future__ import annotations

from difflib import get_close_matches

from hmbc.dsl import codes
from hmbc.dsl import nodes as n
from hmbc.dsl.concepts import Kind, concept, concept_words
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.environment import Environment, listed
from hmbc.dsl.names import word

_OF_FACT: tuple[Kind, ...] = ("fact",)
_USABLE = Bilingual("这里可用", "can stand here")


def check_means(
    name: str, label: str | None, means: n.Names, kinds: tuple[Kind, ...], env: Environment
) -> tuple[str, ...]:
    """The concepts said, and the one that the name or the title itself is."""
    found = [concept(text, kinds) for text in (name, label or "")]
    found += [check_concept(one, kinds, env) for one in means]
    return tuple(dict.fromkeys(one for one in found if one is not None))


def check_concept(written: n.Name, kinds: tuple[Kind, ...], env: Environment) -> str | None:
    """The concept that a word stands for, which must be of these kinds."""
    found = concept(written.text, kinds)
    if found is None:
        known = concept_words(kinds, chinese=not written.text.isascii())
        near = get_close_matches(written.text, known, n=1, cutoff=0.5)
        env.report(
            codes.UNKNOWN_CONCEPT, written.span, hint=bool(near),
            extra=() if near else ((_USABLE, listed(known)),),
            name=written.text, near=near[0] if near else "",
        )  # fmt: skip
    return found


def check_facts(scheme: n.Scheme, env: Environment) -> dict[str, n.Fact]:
    """The facts of the scheme by concept."""
    facts: dict[str, n.Fact] = {}
    for item in scheme.items:
        if isinstance(item, n.Fact):
            name = check_concept(item.name, _OF_FACT, env)
            if name is not None and name in facts:
                env.report(codes.DUPLICATE_CLAUSE, item.span, clause=fact_word(item))
            elif name is not None:
                facts[name] = item
    return facts


def fact_word(item: n.Fact) -> Bilingual:
    """A fact as messages call it."""
    said = word("FACT")
    return Bilingual(f"{said.zh} {item.name.text}", f"{said.en} {item.name.text}")
